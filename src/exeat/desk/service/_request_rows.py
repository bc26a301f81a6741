"""Rows of requests, opened: as lists and pages show them, and as acts need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from exeat.desk.service._requests_text import request_from_bytes
from exeat.desk.service.models import IncomingRequest, RequestsPage, TakenBack
from exeat.errors import ExeatError, LedgerError
from exeat.facts.papers import RequestPaper
from exeat.office.context import Role
from exeat.office.db import Tx
from exeat.office.errors import Refusing
from exeat.office.messages import refused_field
from exeat.office.models import PersonalData
from exeat.record.vault import PersonKey

__all__ = ["incoming", "on_file", "opened", "page_of", "waiting"]


def opened(tx: Tx, row: Mapping[str, Any]) -> tuple[str, PersonalData, RequestPaper]:
    """Return what a request says: its sender's id, whom it is about, and its paper.

    Raises:
        LedgerError: It cannot be read.
    """
    key: PersonKey = tx.master.unwrap(row["request"], row["wrapped_key"], "request")
    data = key.open(row["nonce"], row["sealed"], row["request"].bytes)
    if data is None:
        place = f"request `{row['request'].hex}`"
        raise LedgerError.one("E533", place, "cannot be read", "Restore it from a backup.")
    return request_from_bytes(data)


def on_file(tx: Tx, request: str, query: str = "request") -> dict[str, Any]:
    """Return the row of a request of which this agency is one side; held, unless only read.

    Raises:
        BadInput: There is none.
    """
    row = None
    with suppress(ValueError):
        row = tx.one(query, request=UUID(request))
    if row is None:
        raise refused_field("request", request, "is no request here", "Take it from the list.")
    return row


def waiting(tx: Tx, request: str) -> dict[str, Any]:
    """Return the row of a request that waits for an answer, held.

    Raises:
        BadInput: There is none.
        Refusing: It was answered.
    """
    row = on_file(tx, request)
    if row["answered"] is not None:
        words = f"was answered already: {row['answer']}"
        help = "Read its answer; an act about it goes on the record."
        raise Refusing.one("E604", f"request `{request}`", words, help)
    return row


def incoming(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[IncomingRequest]:
    """Return requests as they came in, each with the answers to it that were taken back."""
    back: dict[UUID, list[TakenBack]] = {}
    for row in tx.all("taken_back", requests=[row["request"] for row in rows]):
        said = {name: row[name] for name in ("answer", "answered", "at", "why", "note", "leaf")}
        back.setdefault(row["request"], []).append(TakenBack(**said))
    return [
        replace(_incoming(tx, row), taken_back=tuple(back.get(row["request"], ()))) for row in rows
    ]


def _incoming(tx: Tx, row: Mapping[str, Any]) -> IncomingRequest:
    person, paper = None, None
    if row["wrapped_key"] is not None and tx.ctx.role is not Role.AUDITOR:
        with suppress(ExeatError, ValueError, KeyError, TypeError):
            # One that does not open stands in the list by its number, beside the others.
            _, person, paper = opened(tx, row)
    return IncomingRequest(
        id=row["request"].hex,
        sender=row["sender"],
        facility=row["facility"],
        person=person,
        paper=paper,
        lodged=row["lodged"],
        receipt=row["receipt"],
        answered=row["answered"],
        answer=row["answer"],
        record=row.get("record_name"),
        receipt_leaf=row["receipt_leaf"],
        answer_leaf=row["answer_leaf"],
    )


def page_of(tx: Tx, after: str, limit: int) -> RequestsPage:
    """Return a page of the list of requests: those that wait first, then the newest first.

    Args:
        tx: For one of the two sides.
        after: Where it begins, as the page before it says; "": with the first.
        limit: How many are on it at most.

    Raises:
        BadInput: The place is none.
    """
    rows = tx.all("requests", limit=limit + 1, **_place(after))
    counted = tx.one("requests_counted") or {}
    shown = rows[:limit]
    return RequestsPage(
        tuple(incoming(tx, shown)),
        _after(shown[-1]) if len(rows) > limit else "",
        counted.get("n", 0),
        counted.get("waiting", 0),
    )


def _after(row: Mapping[str, Any]) -> str:
    # Whether it waited stands in it: an answer given meanwhile must not skip those that wait.
    waits = "open" if row["answered"] is None else "done"
    return f"{waits}~{row['lodged'].isoformat()}~{row['request'].hex}"


def _place(after: str) -> dict[str, object]:
    if not after:
        return {"waits": None, "lodged": None, "request": None}
    try:
        waits, lodged, request = after.split("~")
        at, id = datetime.fromisoformat(lodged), UUID(request)
        if waits not in ("open", "done") or at.tzinfo is None:
            raise ValueError(after)
    except ValueError as error:
        help = "Give it as the page before says, or leave it out for the first page."
        raise refused_field("after", after, "is no place in the list", help) from error
    return {"waits": waits == "open", "lodged": at, "request": id}
