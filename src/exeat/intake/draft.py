"""A booking in the making: its lines as read, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from exeat.facts.record import CustodyRecord
from exeat.intake.meaning import Meaning
from exeat.intake.rejects import SEEN_LENGTH, Reject
from exeat.intake.times import UNKNOWN, ReadTime, TimeFault

__all__ = [
    "BACKWARD",
    "NO_BOOKING",
    "BookingDraft",
    "Draft",
    "Line",
    "near",
    "rejects",
    "surely_before",
]

_NEAR_DAYS: Final = 1
"""A line says how the person left if it ended on the day of the release or one beside it."""

BACKWARD: Final = TimeFault(
    "is before the booking", "Correct the time of booking or of release in the export."
)
NO_BOOKING: Final = TimeFault(
    "is empty: nobody can tell when custody began",
    "Fill it in, or map another column to booked_at.",
)


@dataclass(slots=True)
class Line:
    """One charge or hold of a row, read.

    Attributes:
        numbers: The lines of the file that say it.
        fault: What could not be read: the field, its text, and why.
        contradicted: Its end is before its beginning, so that nothing is known of either.
        notes: What is odd about it: codes of `booking.NOTES`.
    """

    numbers: list[int]
    record_id: str
    meaning: Meaning
    booked: ReadTime | None = None
    released: ReadTime | None = None
    ended: ReadTime | None = None
    started: ReadTime | None = None
    received: ReadTime | None = None
    served: ReadTime | None = None
    scheduled: ReadTime | None = None
    hold_ended: ReadTime | None = None
    fault: tuple[str, str, TimeFault] | None = None
    contradicted: bool = False
    notes: set[str] = field(default_factory=set)
    order: int = 0


@dataclass(slots=True)
class BookingDraft:
    """A booking in the making."""

    rows: list[int] = field(default_factory=list)
    record: CustodyRecord | None = None
    notes: set[str] = field(default_factory=set)
    unmapped: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """What the rows under one id make.

    Attributes:
        rows_used: How many rows the records rest on, duplicates included.
        repeated: One of the rows stands more than once.
    """

    bookings: list[BookingDraft] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rows_used: int = 0
    duplicates: int = 0
    repeated: set[int] = field(default_factory=set)

    def used(self, numbers: list[int]) -> None:
        """Count the rows of one content, all but the first of which repeat it."""
        self.rows_used += len(numbers)
        self.duplicates += len(numbers) - 1
        if len(numbers) > 1:
            self.repeated.update(numbers)


def near(end: ReadTime, released: ReadTime) -> bool:
    """Say whether a line ended on the day of the release or one beside it."""
    return abs((end.local_day - released.local_day).days) <= _NEAR_DAYS


def surely_before(time: ReadTime, other: ReadTime) -> bool:
    """Say whether one time is before the other, however either may be read."""
    late, early = time.later, other.earlier
    if isinstance(late, datetime) and isinstance(early, datetime):
        return late < early
    return UNKNOWN not in (late, early) and time.local_day < other.local_day


def rejects(line: Line, name: str, text: str, fault: TimeFault) -> Iterable[Reject]:
    """Yield one reject for each of the rows that a faulty line stands for."""
    for number in line.numbers:
        yield Reject(
            number,
            line.record_id[:SEEN_LENGTH],
            name,
            text.strip()[:SEEN_LENGTH],
            fault.problem,
            fault.remedy,
        )
