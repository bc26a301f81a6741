"""Receipts and answers of requests as entries of the ledger, and the proof of one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from exeat.office.db import Tx
from exeat.record import NotFound
from exeat.record.checkpoint import Verifier
from exeat.record.entries import answered_content, received_content, taken_back_content
from exeat.record.request_proof import RequestProof, prove_request

__all__ = ["enter", "enter_taken_back", "proof_of"]

_ID_CHARACTERS = 200


def enter(tx: Tx, request: UUID) -> None:
    """Put a request's receipt and answer into the ledger, as far as they are not there yet.

    To be called last in a transaction: from here on every other writer of the ledger waits for
    it, and whoever is waited for here must not need a record, a desk or a request that this
    transaction holds. A request that came in before receipts were entered is entered with its
    answer; the time of the leaf says since when.

    Args:
        tx: It has filed the request, or holds it. The entries are the facility's, whoever acts:
            its desk had the request, the answer, or the withdrawal.
        request: Its number.
    """
    row = tx.one("request", request=request)
    assert row is not None
    contents = {}
    if row["receipt_leaf"] is None:
        contents["receipt_leaf"] = received_content(request, row["receipt"])
    if row["answer_leaf"] is None and row["answer_note"] is not None:
        taken_back = _taken_back(tx, request)
        contents["answer_leaf"] = answered_content(request, row["answer_note"], len(taken_back))
    with tx.acting_for(row["facility"]):
        receipts = tx.ledger.append_of_requests(list(contents.values()))
    leaves: dict[str, int | None] = {"receipt_leaf": None, "answer_leaf": None}
    leaves |= {name: one.seq for name, one in zip(contents, receipts, strict=True)}
    tx.run("put_leaves", request=request, **leaves)


def enter_taken_back(tx: Tx, request: UUID) -> None:
    """Put what takes a request's last answer back into the ledger; last of all, as `enter`."""
    row = _taken_back(tx, request)[-1]
    content = taken_back_content(request, row["note"], row["number"])
    (receipt,) = tx.ledger.append_of_requests([content])
    tx.run("put_back_leaf", request=request, number=row["number"], leaf=receipt.seq)


def _taken_back(tx: Tx, request: UUID) -> list[dict[str, Any]]:
    return tx.all("taken_back", requests=[request])


def proof_of(tx: Tx, request: str, key: Verifier) -> RequestProof:
    """Return the proof of a request, of which the agency is one side.

    Args:
        tx: It sees only requests that its agency sent or got.
        request: Its number.
        key: The log's key.

    Raises:
        NotFound: There is none that this agency sent or got.
    """
    row = None
    with suppress(ValueError):
        row = tx.one("request_leaves", request=UUID(request))
    if row is None:
        raise NotFound.one(
            "E507",
            f"request `{request[:_ID_CHARACTERS]}`",
            "is not on record, or this agency neither sent nor got it",
            "Take its number from the list of requests.",
        )
    leaves = row["receipt_leaf"], row["answer_leaf"]
    with tx.acting_for(row["facility"]):
        return prove_request(tx.ledger, row["request"], leaves, key, row["taken_back"])
