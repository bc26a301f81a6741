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

from exeat.facts.times import FIRST_YEAR, LAST_YEAR, Uncertain, When, readings
from exeat.intake.formats import (
    ISO,
    ISO_PATTERN,
    clock_of,
    compile_format,
    day_of,
    ends_day,
    number_of,
    offset_of,
    zone_word,
)

__all__ = [
    "ISO",
    "LAST_DAY",
    "NO_TIME",
    "UNKNOWN",
    "Ambiguous",
    "ReadTime",
    "TimeFault",
    "TimeReader",
    "compile_format",
    "whole_days",
]

LAST_DAY: Final = date(LAST_YEAR, 12, 31)
"""The last day that can be written."""

_OPEN_YEARS: Final = (2099, 9999)
_NO_DAYS: Final = frozenset(
    {date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1),
     date(1969, 12, 31), date(1970, 1, 1)}
)  # fmt: skip

_CACHE_SIZE: Final = 1 << 16


class Ambiguous(StrEnum):
    """Which instant is meant in the hour that the clocks show twice."""

    SHORTEST_HOLD = "shortest-hold"
    EARLIER = "earlier"
    LATER = "later"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class TimeFault:
    """Why a text is no time: what is wrong, and what would do.

    Attributes:
        implausible: It is a time, but none that can be true: a placeholder or a slip. The row is
            read, and the time counts as not known.
        stands_for_none: It is a day that programs write for none, or for an end not yet come.
    """

    problem: str
    remedy: str
    implausible: bool = False
    stands_for_none: bool = False


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


UNKNOWN: Final = Uncertain("XXXX-XX-XX")
"""There was such a time, and nothing is known of it."""

NO_TIME: Final = ReadTime(UNKNOWN, UNKNOWN, date.min)

TimeResult: TypeAlias = ReadTime | TimeFault


def whole_days(one: date, other: date | None = None) -> ReadTime:
    """Return a day of which no time of day is known; of two, any day from one to the other.

    Examples:
        >>> whole_days(date(2026, 3, 4), date(2026, 3, 2)).earlier
        Uncertain(edtf='2026-03-02/2026-03-04')
    """
    first, last = sorted((one, other or one))
    when = Uncertain(str(first) if first == last else f"{first}/{last}")
    return ReadTime(when, when, last)


class TimeReader:
    """Reads the times of one export; what it has read once it remembers.

    Args:
        zone: The jail's time zone.
        formats: Formats in the order in which they are tried.
        empty: Texts, in small letters, that stand for no time.
        until: The last day on which a time of custody can lie: that of the export.
        no_clocks: Times of day that stand for none: as written, or on the jail's own clock.
        written_in: The zone in which the column is written, if not the jail's own.

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
        self,
        zone: ZoneInfo,
        formats: Sequence[str],
        empty: frozenset[str] = frozenset({""}),
        *,
        until: date = LAST_DAY,
        no_clocks: frozenset[time] = frozenset(),
        written_in: ZoneInfo | None = None,
    ) -> None:
        self.zone = zone
        self._until, self._no_clocks = until, no_clocks
        self._written_in = written_in or zone
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
        # A no-break space, as spreadsheets and web pages write it, is a blank.
        text = " ".join(text.split()) if "\xa0" in text or "\u202f" in text else text.strip()
        if text.casefold() in self._empty:
            return None
        fault: TimeFault | None = None
        for matcher in self._matchers:
            match = matcher(text)
            if match is None:
                continue
            result = self._from_parts(match.groupdict())
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
        on_clock = local if self._written_in is self.zone else instant.astimezone(self.zone)
        if self._no_clocks and not self._no_clocks.isdisjoint((local.time(), on_clock.time())):
            return None
        return ReadTime(instant, instant, on_clock.date())

    def _local_day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def _offset_of_day(self, day_text: str) -> str | None:
        """Return the offset of a local day such as `-07:00`, None where it is not one all day."""
        if not ISO_PATTERN.fullmatch(day_text):
            return None
        try:
            day = date.fromisoformat(day_text)
        except ValueError:
            return None
        if day.year < FIRST_YEAR or day > self._until:
            return None
        offsets = {
            datetime.combine(day, clock, tzinfo=self._written_in).replace(fold=fold).utcoffset()
            for clock in (time.min, time.max)
            for fold in (0, 1)
        }
        offset = offsets.pop()
        if offsets or offset is None or offset.seconds % 60:
            return None
        return datetime.combine(day, time.min, tzinfo=timezone(offset)).isoformat()[-6:]

    def _from_parts(self, part: dict[str, str | None]) -> TimeResult:
        try:
            local = number_of(part)
            day = local.date() if local else day_of(part)
        except (ValueError, OverflowError, OSError):
            return TimeFault("is a day that no calendar has", "Correct the day in the export.")
        if fault := self._implausible(day):
            return fault
        try:
            clock = _clock(part, local)
        except ValueError:
            return TimeFault(
                "is a time of day that no clock shows", "Correct it; hours run from 00:00 to 24:00."
            )
        ends = ends_day(part)
        if clock is None:
            return whole_days(day)
        if local is None or local.tzinfo is None:
            local = datetime.combine(day + timedelta(days=ends), clock)
        read = self._instant(local, part)
        if self._no_clocks and not ends and isinstance(read, ReadTime):
            return self._without_clock(local, read)
        return read

    def _without_clock(self, written: datetime, read: ReadTime) -> ReadTime:
        """Return the day of a time whose time of day stands for none, else the time itself."""
        assert isinstance(read.earlier, datetime)
        own = read.earlier.astimezone(self.zone)
        if self._no_clocks.isdisjoint((written.time(), own.time())):
            return read
        # A midnight is the start of the day that was meant, wherever it is one.
        for moment in (written, own):
            if moment.time() == time.min and time.min in self._no_clocks:
                return whole_days(moment.date())
        return whole_days(written.date(), own.date())

    def clocks(self, text: str) -> tuple[tuple[time, ...], date | None]:
        """Return the time of day of a text, as written and on the jail's clock, and the day.

        Examples:
            >>> reader = TimeReader(ZoneInfo("America/Chicago"), ("iso",))
            >>> clocks, day = reader.clocks("2026-03-04T06:00:00Z")
            >>> [clock.hour for clock in clocks], str(day)
            ([6, 0], '2026-03-04')
            >>> reader.clocks("2026-03-04")
            ((), None)
        """
        read = self.read(text)
        if not isinstance(read, ReadTime) or not isinstance(read.earlier, datetime):
            return (), None
        own = read.earlier.astimezone(self.zone).time()
        match = next(filter(None, (matcher(text.strip()) for matcher in self._matchers)), None)
        part = match.groupdict() if match else {}
        return (_clock(part, number_of(part)) or own, own), read.local_day

    def _instant(self, local: datetime, part: dict[str, str | None]) -> TimeResult:
        try:
            offset = offset_of(str(part["z"])) if part.get("z") else local.tzinfo
            if word := part.get("Z"):
                offset = zone_word(word)
            if offset is not None:
                instant = local.replace(tzinfo=offset).astimezone(UTC)
                return ReadTime(instant, instant, self._local_day(instant))
        except ValueError:
            return TimeFault(
                "has an offset or a zone word that no zone of the United States has",
                "Correct it: an offset such as -05:00, or a word such as EST.",
            )
        read = _resolve(local, self._written_in)
        if isinstance(read, ReadTime) and self._written_in is not self.zone:
            assert isinstance(read.earlier, datetime)
            read = read._replace(local_day=self._local_day(read.earlier))
        return read

    def _implausible(self, day: date) -> TimeFault | None:
        """Return why no custody can have had a time on a day: a placeholder, or a slip."""
        if day.year >= FIRST_YEAR and day <= self._until:
            return None
        remedy = "If it stands for no time at all, add it to empty_values; else correct it."
        problem = f"is after {self._until}, the day of the file"
        if day.year < FIRST_YEAR:
            problem = f"is before {FIRST_YEAR}"
        none = day.year in _OPEN_YEARS or day in _NO_DAYS
        return TimeFault(problem, remedy, implausible=True, stands_for_none=none)


def _clock(part: dict[str, str | None], local: datetime | None) -> time | None:
    """Return the time of day of a match; None where it names none."""
    if local is None:
        return clock_of(part)
    if part.get("excel") and "." not in str(part["excel"]):
        return None  # a whole number is a cell that holds a date
    return local.time()


def _resolve(local: datetime, zone: ZoneInfo) -> TimeResult:
    before, after = readings(local, zone)
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
