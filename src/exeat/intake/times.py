"""Read a jail's local times: which instant a text is, or why it is none.

A text with a date and no time of day stays a date (`Uncertain`); nothing makes up a midnight.
In the hour that the clocks show twice, a mapping's policy says which of the two is meant; a time
that the clocks jumped over is a fault of the row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from exeat.facts.times import Uncertain, When
from exeat.intake.formats import (
    ISO,
    ISO_PATTERN,
    clock_of,
    compile_format,
    day_of,
    offset_of,
)

__all__ = ["ISO", "Ambiguous", "ReadTime", "TimeFault", "TimeReader", "compile_format"]

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2099
"""A year outside of these is a placeholder or a slip, never a time of custody."""

_CACHE_SIZE: Final = 1 << 16


class Ambiguous(StrEnum):
    """Which instant is meant in the hour that the clocks show twice."""

    SHORTEST_HOLD = "shortest-hold"
    EARLIER = "earlier"
    LATER = "later"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class TimeFault:
    """Why a text is no time: what is wrong, and what would do."""

    problem: str
    remedy: str


class ReadTime(NamedTuple):
    """A time as read, in UTC, with both readings of a repeated hour.

    Attributes:
        earlier: The instant, or the first of two; `Uncertain` for a bare date.
        later: The same, or the second of two.
        local_day: The day on the jail's own calendar.
    """

    earlier: When
    later: When
    local_day: date

    @property
    def ambiguous(self) -> bool:
        """Whether the clocks showed this time twice."""
        return self.earlier is not self.later


TimeResult: TypeAlias = ReadTime | TimeFault


class TimeReader:
    """Reads the times of one export; what it has read once it remembers.

    Args:
        zone: The jail's time zone.
        formats: Formats in the order in which they are tried.
        empty: Texts, in small letters, that stand for no time.

    Examples:
        >>> reader = TimeReader(ZoneInfo("America/Los_Angeles"), ("iso",))
        >>> reader.read("2017-04-21 11:43:00").earlier.isoformat()
        '2017-04-21T18:43:00+00:00'
        >>> reader.read("2017-04-21").earlier
        Uncertain(edtf='2017-04-21')
        >>> print(reader.read("2017-03-12 02:30").problem)
        did not happen in America/Los_Angeles: the clocks went from 01:59 to 03:00 that night
    """

    def __init__(
        self, zone: ZoneInfo, formats: Sequence[str], empty: frozenset[str] = frozenset({""})
    ) -> None:
        self.zone = zone
        self._names = tuple(formats)
        self._matchers = tuple(compile_format(name).fullmatch for name in formats)
        self._iso_first = self._matchers[0] == ISO_PATTERN.fullmatch
        self._empty = empty
        self._offset_on: Callable[[str], str | None] = lru_cache(_CACHE_SIZE)(self._offset_of_day)
        self.read: Callable[[str], TimeResult | None] = lru_cache(_CACHE_SIZE)(self._read)
        """Return the time that a text is, None for an empty one, or why it is neither."""

    def _read(self, text: str) -> TimeResult | None:
        if self._iso_first and (plain := self._read_plain(text)):
            return plain
        text = text.strip()
        if text.casefold() in self._empty:
            return None
        fault: TimeFault | None = None
        for matcher in self._matchers:
            match = matcher(text)
            if match is None:
                continue
            result = _from_parts(match.groupdict(), self.zone)
            if isinstance(result, ReadTime):
                return result
            fault = fault or result
        formats = ", ".join(f"`{name}`" for name in self._names)
        return fault or TimeFault(
            f"is no time in the formats of the mapping ({formats})",
            "Correct it in the export, or add its format under [times] formats; if it stands for "
            "no time at all, add it to empty_values.",
        )

    def _read_plain(self, text: str) -> ReadTime | None:
        """Read `2017-04-21 11:43:00` on a day without a change of the clocks, and nothing else.

        A million bookings have millions of different times, most of them of this form.
        """
        if len(text) != 19 or text[10] not in " T" or text[13] + text[16] != "::":
            return None
        offset = self._offset_on(text[:10])
        if offset is None:
            return None
        try:
            local = datetime.fromisoformat(text + offset)
        except ValueError:
            return None
        instant = local.astimezone(UTC)
        return ReadTime(instant, instant, local.date())

    def _offset_of_day(self, day_text: str) -> str | None:
        """Return the offset of a local day such as `-07:00`, None where it is not one all day."""
        if not ISO_PATTERN.fullmatch(day_text) or not FIRST_YEAR <= int(day_text[:4]) <= LAST_YEAR:
            return None
        try:
            day = date.fromisoformat(day_text)
        except ValueError:
            return None
        offsets = {
            datetime.combine(day, clock, tzinfo=self.zone).replace(fold=fold).utcoffset()
            for clock in (time.min, time.max)
            for fold in (0, 1)
        }
        offset = offsets.pop()
        if offsets or offset is None or offset.seconds % 60:
            return None
        return datetime.combine(day, time.min, tzinfo=timezone(offset)).isoformat()[-6:]


def _from_parts(part: dict[str, str | None], zone: ZoneInfo) -> TimeResult:
    try:
        day = day_of(part)
    except ValueError:
        return TimeFault("is a day that no calendar has", "Correct the day in the export.")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return TimeFault(
            f"is not between {FIRST_YEAR} and {LAST_YEAR}",
            "If it stands for no time at all, add it to empty_values; else correct it.",
        )
    try:
        clock = clock_of(part)
    except ValueError:
        return TimeFault(
            "is a time of day that no clock shows", "Correct it; hours run from 00:00 to 23:59."
        )
    if clock is None:
        when = Uncertain(day.isoformat())
        return ReadTime(when, when, day)
    local = datetime.combine(day, clock)
    if part.get("z"):
        try:
            instant = local.replace(tzinfo=offset_of(str(part["z"]))).astimezone(UTC)
        except ValueError:
            return TimeFault("has an offset that no zone has", "Correct the offset from UTC.")
        return ReadTime(instant, instant, instant.astimezone(zone).date())
    return _resolve(local, zone)


def _resolve(local: datetime, zone: ZoneInfo) -> TimeResult:
    # PEP 495: fold 0 reads a doubtful time by the offset before the change, fold 1 by the one
    # after it. In a repeated hour fold 0 comes first, in a skipped hour it comes last.
    before = local.replace(tzinfo=zone).astimezone(UTC)
    after = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if before == after:
        return ReadTime(before, before, local.date())
    if before < after:
        return ReadTime(before, after, local.date())
    last, first = _gap(after, before, zone)
    return TimeFault(
        f"did not happen in {zone.key}: the clocks went from {last:%H:%M} to {first:%H:%M} "
        "that night",
        "Correct it in the export, or give it with its offset from UTC.",
    )


def _gap(low: datetime, high: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the last minute on the wall before the jump, and the first after it."""
    shift = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == shift:
            low = middle
        else:
            high = middle
    high = high.replace(microsecond=0)
    return (high - timedelta(seconds=1)).astimezone(zone), high.astimezone(zone)
