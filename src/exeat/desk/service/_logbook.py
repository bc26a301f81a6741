"""The log as it is read: which lines, and what stands in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

from exeat.desk.service.models import LogFilter, LogLine
from exeat.office.db import Tx
from exeat.office.office import Office
from exeat.office.outcomes import Outcome
from exeat.office.personal import blind
from exeat.office.roles import JAIL

__all__ = ["EVERY_LINE", "Matching", "lines_of", "matching_of", "pages_of_log"]

_AT_ONCE: Final = 1000

Matching = dict[str, Any]
"""Which lines, as the query takes it."""
EVERY_LINE: Final[Matching] = dict.fromkeys(("records", "actor", "what", "since", "until"))


def matching_of(tx: Tx, office: Office, only: LogFilter) -> Matching:
    """Return which lines a filter lets through, its person found.

    A booking number is looked up only for staff of the jail: whether somebody is on record is
    nothing that an auditor without leave to see personal data may try out.
    """
    found: list[UUID] | None = None
    if only.record:
        found = [office.find(tx, only.record).record]
    elif only.number:
        found = []
        if tx.ctx.role in JAIL:
            mac = blind(tx.key_of(tx.agency), "number", only.number)
            rows = tx.all("records_numbered", agency=tx.agency, number_mac=mac)
            found = [row["record"] for row in rows]
    return {
        "records": found,
        "actor": only.actor or None,
        "what": only.what or None,
        "since": only.since,
        "until": only.until,
    }


def lines_of(tx: Tx, wanted: Matching, before: int | None, limit: int) -> list[LogLine]:
    """Return lines, the newest first.

    Args:
        tx: Sees the lines of its agency, and who read its records.
        wanted: Which lines.
        before: Only those with a smaller number.
        limit: At most so many.
    """
    rows = tx.all("log", **wanted, before=before, limit=min(max(limit, 1), _AT_ONCE))
    return [_line(row) for row in rows]


def pages_of_log(
    run: Callable[[Callable[[Tx], list[LogLine]]], list[LogLine]],
    first: Callable[[Tx], Matching],
) -> Iterator[list[LogLine]]:
    """Return the log, a part after the other, each read in a transaction of its own, to the end.

    The first is read at once, so that a refusal is one before anything is given.

    What is written meanwhile has greater numbers than the first part, and is in none.

    Args:
        run: Runs one transaction for whoever asks.
        first: Tells in the first one which lines, and writes down that they were asked for.
    """
    wanted: Matching = {}
    before: int | None = None

    def begin(tx: Tx) -> list[LogLine]:
        nonlocal before
        wanted.update(first(tx))
        before = wanted.pop("before")
        return lines_of(tx, wanted, before, _AT_ONCE)

    def more(tx: Tx) -> list[LogLine]:
        return lines_of(tx, wanted, before, _AT_ONCE)

    lines = run(begin)

    def parts() -> Iterator[list[LogLine]]:
        nonlocal before, lines
        while lines:
            yield lines
            before = lines[-1].number
            lines = run(more)

    return parts()


def _line(row: dict[str, Any]) -> LogLine:
    return LogLine(
        number=row["number"],
        at=row["at"],
        agency=row["agency"],
        actor=row["actor"],
        role=row["role"],
        what=row["what"],
        outcome=Outcome.of_text(row["outcome"]),
        record=row["record_name"],
        about=row["about"],
        address=row["address"],
        facility=row["facility"],
        request=row["request_id"],
    )
