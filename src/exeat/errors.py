"""What can go wrong, as one tree with stable codes.

::

    ExeatError
    ├── RecordError      E1xx  a custody record cannot be read
    ├── LawError         E2xx  a law file cannot be read, or a place is not known
    ├── IntakeError      E3xx  an export or its mapping cannot be read
    ├── UsageError       E4xx  a command was asked something that it cannot do
    ├── LedgerError      E5xx  the ledger refuses a write, or does not verify
    └── DeskError        E6xx  the desk refuses an act (`exeat.office.errors`)

What each code means, and what would do, stands in the catalogue as ``fault_code.E…``; from it
docs/reference/errors.md is made.
Every error carries all its faults at once, each with the place, what was seen
and what would do. Errors survive pickling, because worker processes carry them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from exeat.i18n.said import Said

__all__ = [
    "ExeatError",
    "Fault",
    "IntakeError",
    "LawError",
    "LedgerError",
    "RecordError",
    "UsageError",
    "near_miss",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what was seen, and what would do.

    Attributes:
        code: Stable code such as ``E101``.
        place: Where it is, in the reader's own terms (file and line, form field).
        message: What is wrong, with the value seen in backticks; no line break.
        help: What would do instead.
        said: Both as a code with its values, where they tell an instant: the record has it in
            UTC, and a reader wants it in the facility's time and in their own language.

    Examples:
        >>> print(
        ...     Fault(
        ...         "E101",
        ...         "record.json, field `booked`",
        ...         "`soon` is no time",
        ...         "Enter 2026-01-31T08:00-05:00.",
        ...     )
        ... )
        record.json, field `booked`: `soon` is no time
          help: Enter 2026-01-31T08:00-05:00.
    """

    code: str
    place: str
    message: str
    help: str
    said: Said | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}\n  help: {self.help}"


class ExeatError(Exception):
    """Anything that exeat refuses, with every fault found.

    Args:
        faults: All the faults, in the order in which a reader meets them.

    Examples:
        >>> import pickle
        >>> error = RecordError([Fault("E101", "a.json", "`x` is no time", "Enter a time.")])
        >>> pickle.loads(pickle.dumps(error)).faults == error.faults
        True
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[ExeatError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)

    @classmethod
    def one(cls, code: str, place: str, message: str, help: str) -> Self:
        """Return an error with a single fault."""
        return cls([Fault(code, place, message, help)])


class RecordError(ExeatError):
    """A custody record cannot be read."""


class LawError(ExeatError):
    """A law file cannot be read, or a place is not known."""


class IntakeError(ExeatError):
    """An export, or the mapping for it, cannot be read."""


class UsageError(ExeatError):
    """A command was asked something that it cannot do."""


class LedgerError(ExeatError):
    """The ledger refuses a write, or does not verify."""


def near_miss(seen: str, known: Sequence[str]) -> str:
    """Return `` Did you mean `x`?`` when a known word is close to the one seen, else "".

    Examples:
        >>> near_miss("us-va-fairfacks", ["us-va", "us-va-fairfax"])
        ' Did you mean `us-va-fairfax`?'
        >>> near_miss("zzz", ["us-va"])
        ''
    """
    close = difflib.get_close_matches(seen, known, n=1, cutoff=0.6)
    return f" Did you mean `{close[0]}`?" if close else ""
