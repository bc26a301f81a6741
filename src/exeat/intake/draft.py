"""The lines of a booking as read, and which of them are of one stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.times import bounds
from exeat.intake.meaning import Meaning
from exeat.intake.rejects import Reject
from exeat.intake.times import UNKNOWN, ReadTime, TimeFault

__all__ = ["BACKWARD", "NO_BOOKING", "Line", "near", "stays_of", "surely_before"]

_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)

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

    def rejects(self) -> Iterator[Reject]:
        """Yield one reject for each of the rows that a faulty line stands for."""
        if self.fault is not None:
            name, text, fault = self.fault
            for number in self.numbers:
                yield Reject.cut(
                    number, self.record_id, name, text.strip(), fault.problem, fault.remedy
                )


def near(end: ReadTime, released: ReadTime) -> bool:
    """Say whether a line ended on the day of the release or one beside it."""
    return abs((end.local_day - released.local_day).days) <= _NEAR_DAYS


def surely_before(time: ReadTime, other: ReadTime) -> bool:
    """Say whether one time is before the other, however either may be read."""
    late, early = time.later, other.earlier
    if isinstance(late, datetime) and isinstance(early, datetime):
        return late < early
    return UNKNOWN not in (late, early) and time.local_day < other.local_day


def stays_of(lines: Sequence[Line], zone: ZoneInfo) -> list[list[Line]]:
    """Return the lines of each stay, the earliest first, in the order given within a stay.

    Lines with one booking time are of one stay. So are lines whose spells overlap: one of them
    came in, or was entered, later. What ended before the next began is a stay of its own.

    Args:
        lines: Lines that could be read, of one booking's id.
        zone: The jail's.
    """
    first = lines[0].booked if lines else None
    if all(line.booked is first or line.booked == first for line in lines):
        return [list(lines)] if lines else []
    by_booking: dict[ReadTime | None, list[Line]] = {}
    for line in lines:
        by_booking.setdefault(line.booked, []).append(line)
    bookings = list(by_booking)
    spells = [(*_spell(group, zone), at) for at, group in enumerate(by_booking.values())]
    stay_of: dict[ReadTime | None, int] = {}
    count, until = 0, _FIRST
    for start, end, at in sorted(spells):
        if not count or start >= until:
            count, until = count + 1, end
        until = max(until, end)
        stay_of[bookings[at]] = count
    return [[x for x in lines if stay_of[x.booked] == number] for number in range(1, count + 1)]


def _spell(group: Sequence[Line], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return from when to when the lines of one booking time lie; open ends reach far."""
    start = _low(group[0].booked, zone) or _FIRST
    released = [line.released for line in group if line.released is not None]
    ends = [_low(time, zone) for time in released]
    known = [end for end in ends if end is not None]
    return start, max(known) if known and len(known) == len(ends) else _LAST


def _low(time: ReadTime | None, zone: ZoneInfo) -> datetime | None:
    return bounds(time.earlier, zone)[0] if time is not None else None
