"""What the ledger refuses, each with a class of its own to catch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from exeat.errors import LedgerError

__all__ = [
    "ClockWrong",
    "DuplicateDifferent",
    "Expunged",
    "NotAllowed",
    "NotFound",
    "StaleVersion",
    "translated",
]


class StaleVersion(LedgerError):
    """The record has moved on since it was read. Read it again, then decide again."""


class DuplicateDifferent(LedgerError):
    """An id that is on record came again with another content."""


class NotAllowed(LedgerError):
    """The database does not let this login do that."""


class Expunged(LedgerError):
    """The record's content was destroyed by order."""


class NotFound(LedgerError):
    """There is no such record, or this login has no stake in it."""


class ClockWrong(LedgerError):
    """The ledger's last entry is of a time that has not come: nothing is added to it."""


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn what the database refuses into what a reader understands; keep the cause."""
    try:
        yield
    except psycopg.Error as error:
        said = error.diag.message_primary or "the database refused"
        match error.sqlstate:
            case "EX002" | "42501":
                help = "Use a login of the agency whose record it is."
                raise NotAllowed.one("E503", place, said, help) from error
            case "EX003":
                help = "Open a new record; nothing can be added to this one."
                raise Expunged.one("E504", place, said, help) from error
            case "EX004":
                help = "Read it again and decide again; somebody else has added to it."
                raise StaleVersion.one("E505", place, said, help) from error
            case "EX005":
                help = "Sign again; another checkpoint was put on record meanwhile."
                raise LedgerError.one("E509", place, said, help) from error
            case "EX006":
                help = (
                    "Set the database's clock right; if it is, see `A clock was wrong` in the docs."
                )
                raise ClockWrong.one("E516", place, said, help) from error
            case "EX009":
                help = "Nothing on record is changed; add a correction instead."
                raise NotAllowed.one("E514", place, said, help) from error
        raise
