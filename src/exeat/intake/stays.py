"""Tell apart the stays under one booking number: spells that do not overlap are two bookings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.times import bounds
from exeat.intake.draft import Line
from exeat.intake.times import ReadTime

__all__ = ["stays_of"]

_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


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
    spells = [_spell(group, zone) for group in by_booking.values()]
    bookings = list(by_booking)
    stay_of: dict[ReadTime | None, int] = {}
    count, until = 0, _FIRST
    for (start, end), at in sorted((spell, at) for at, spell in enumerate(spells)):
        if not count or start >= until:
            count, until = count + 1, end
        until = max(until, end)
        stay_of[bookings[at]] = count
    return [
        [line for line in lines if stay_of[line.booked] == number] for number in range(1, count + 1)
    ]


def _spell(group: Sequence[Line], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return from when to when the lines of one booking time lie; open ends reach far."""
    start = _low(group[0].booked, zone) or _FIRST
    released = [line.released for line in group if line.released is not None]
    ends = [_low(time, zone) for time in released]
    known = [end for end in ends if end is not None]
    return start, max(known) if known and len(known) == len(ends) else _LAST


def _low(time: ReadTime | None, zone: ZoneInfo) -> datetime | None:
    return bounds(time.earlier, zone)[0] if time is not None else None
