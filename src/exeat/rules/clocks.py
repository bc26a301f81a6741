"""When a time limit of law ends: hours, the days they leave out, and daylight saving.

How the boundaries are read, once for the whole module:

- **Hours are elapsed hours.** Forty-eight hours across a change of the clocks are forty-eight
  hours; the time on the wall then differs by one.
- **Left-out days are local days**, from midnight to midnight in the facility's zone: 23 or 25
  hours long when the clocks change. None of their hours counts.
- **A deadline is the earliest instant at or after the start by which the hours have counted
  in full**, and it is exclusive: at that instant the limit no longer allows. So a limit that
  is reached at the midnight before a left-out day ends there; it does not slide over the day.
  A limit of no hours ends at its start.
- **A due instant before release is the mirror**: the latest instant at or before the release
  from which the hours still count in full.

Two instants of one zone are compared by Python as wall-clock times: in the night on which the
clocks go back, 01:30 equals 01:30 although an hour lies between. So this module calculates,
compares and caches in UTC alone, and its callers must compare its answers in UTC too.

Source: the limits are data of each rule; the readings above are exeat's own, and where two
are possible the shorter hold is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from exeat.rules.calendar import Excluded, HolidayCalendar, is_excluded

__all__ = [
    "DESCRIPTIONS",
    "Clock",
    "Excluded",
    "HoursRun",
    "deadline",
    "due_before",
]

_ONE_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
_MIDNIGHT = time(0)
# "11:59 p.m." is the beginning of that minute: at 23:59:00 the person must be gone.
_END_OF_DAY = time(23, 59)


class HoursRun(StrEnum):
    """From which event, and in which direction, the hours of a limit run.

    What each value means is in `DESCRIPTIONS`.
    """

    FROM_RELEASE_ELIGIBILITY = "from-release-eligibility"
    FROM_DETAINER_PRESENTED = "from-detainer-presented"
    FROM_BOOKING = "from-booking"
    BEFORE_RELEASE = "before-release"
    FROM_REQUEST = "from-request"


DESCRIPTIONS: Mapping[HoursRun | Excluded, str] = MappingProxyType(
    {
        HoursRun.FROM_RELEASE_ELIGIBILITY: (
            "Forward from the instant at which the last basis of the jail's own, or of a court, "
            "ended."
        ),
        HoursRun.FROM_DETAINER_PRESENTED: (
            "Forward from the instant at which the detainer and its papers reached the facility."
        ),
        HoursRun.FROM_BOOKING: (
            "Forward from the instant at which the person was booked into the facility."
        ),
        HoursRun.BEFORE_RELEASE: (
            "Backward from the release: something must be done at least so long before it."
        ),
        HoursRun.FROM_REQUEST: (
            "Forward from the instant at which the request reached the one who must answer it."
        ),
        Excluded.SATURDAY: "No hour of a local Saturday counts.",
        Excluded.SUNDAY: "No hour of a local Sunday counts.",
        Excluded.HOLIDAY: (
            "No hour of a local day counts that the jurisdiction's calendar lists as a holiday, "
            "be it the day itself or its observed day."
        ),
    }
)
"""What each value means, in words for a desk and for an author of rules."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit as the law states it: so many hours, or the end of the day.

    Attributes:
        hours: Hours of elapsed time that count, none negative; None for the end of the day.
        hours_run: The event that starts the clock.
        excludes: The kinds of local days of which no hour counts; empty for running hours.
        until_end_of_day: True for a limit of "11:59 p.m. of that day".

    Raises:
        ValueError: There are both limits or neither, the hours are negative, or the end of the
            day is combined with something that gives it no one meaning: left-out days, or a
            clock that runs backward.

    Units: `hours` are whole hours of elapsed time.
    Source: the rule of law that carries the clock.

    Examples:
        >>> Clock(48, HoursRun.FROM_RELEASE_ELIGIBILITY).hours
        48
        >>> Clock(None, HoursRun.FROM_RELEASE_ELIGIBILITY)
        Traceback (most recent call last):
        ...
        ValueError: a clock needs a limit: hours, or the end of the day
    """

    hours: int | None
    hours_run: HoursRun
    excludes: frozenset[Excluded] = frozenset()
    until_end_of_day: bool = False

    def __post_init__(self) -> None:
        """Refuse a clock that has no one meaning."""
        if self.hours is None and not self.until_end_of_day:
            raise ValueError("a clock needs a limit: hours, or the end of the day")
        if self.hours is not None and self.until_end_of_day:
            raise ValueError(
                f"a clock has one limit: `{self.hours}` hours or the end of the day, not both"
            )
        if self.hours is not None and self.hours < 0:
            raise ValueError(f"`{self.hours}` hours: a limit cannot be negative")
        if self.until_end_of_day and self.excludes:
            raise ValueError("a limit at the end of the day counts no hours: it excludes no days")
        if self.until_end_of_day and self.hours_run is HoursRun.BEFORE_RELEASE:
            raise ValueError("the end of the day is no limit before release: say hours")


def deadline(start: datetime, clock: Clock, zone: ZoneInfo, calendar: HolidayCalendar) -> datetime:
    """Return the first instant at which the limit no longer allows.

    A start inside a left-out day begins to count at the next midnight that opens a counted
    day. For the end of the day it is 23:59:00 of the start's local day, and the start itself
    when that has passed already.

    Args:
        start: The event that starts the clock, by `clock.hours_run`; aware, in any zone.
        clock: A limit that runs forward.
        zone: The facility's own time zone.
        calendar: The holidays of the jurisdiction; asked only if the clock leaves them out.

    Returns:
        The end, exclusive, in `zone`: at that instant the person must go. Compare it in UTC.

    Raises:
        ValueError: `start` is naive, the clock runs backward from a release, or the calendar
            does not know a year that the limit reaches.

    Units: `clock.hours` are elapsed hours, less the local days in `clock.excludes`.
    Source: the rule that carries the clock; the boundaries are read as the module says.

    Examples:
        >>> from exeat.rules.calendar import FEDERAL
        >>> weekdays = frozenset(Excluded)
        >>> clock = Clock(48, HoursRun.FROM_RELEASE_ELIGIBILITY, weekdays)
        >>> friday = datetime.fromisoformat("2026-03-06T17:30-05:00")
        >>> deadline(friday, clock, ZoneInfo("America/New_York"), FEDERAL).isoformat()
        '2026-03-10T17:30:00-04:00'
    """
    start_utc = _to_utc(start)
    if clock.hours_run is HoursRun.BEFORE_RELEASE:
        raise ValueError(f"a clock that runs `{clock.hours_run}` has no deadline after a start")
    if clock.hours is None:
        end_utc = _end_of_day(start_utc, zone)
    elif not clock.excludes:
        end_utc = start_utc + timedelta(hours=clock.hours)
    else:
        end_utc = _count_forward(start_utc, clock.hours, clock.excludes, zone, calendar)
    return end_utc.astimezone(zone)


def due_before(
    release: datetime, clock: Clock, zone: ZoneInfo, calendar: HolidayCalendar
) -> datetime:
    """Return the last instant from which the hours still count in full until the release.

    The mirror of `deadline`: a release inside a left-out day counts back from the midnight
    that opened the first of these days, and hours that are reached at the midnight after a
    left-out day are due there and do not slide back over the day.

    Args:
        release: The planned or actual release; aware, in any zone.
        clock: A limit that runs `before-release`.
        zone: The facility's own time zone.
        calendar: The holidays of the jurisdiction; asked only if the clock leaves them out.

    Returns:
        The due instant, inclusive, in `zone`: what is done at that instant is in time, what
        is done after it is late. Compare it in UTC.

    Raises:
        ValueError: `release` is naive, the clock does not run before release, or the calendar
            does not know a year that the limit reaches.

    Units: `clock.hours` are elapsed hours, less the local days in `clock.excludes`.
    Source: the rule that carries the clock; the boundaries are read as the module says.

    Examples:
        >>> from exeat.rules.calendar import FEDERAL
        >>> clock = Clock(24, HoursRun.BEFORE_RELEASE, frozenset(Excluded))
        >>> monday = datetime.fromisoformat("2026-03-09T08:00-04:00")
        >>> due_before(monday, clock, ZoneInfo("America/New_York"), FEDERAL).isoformat()
        '2026-03-06T08:00:00-05:00'
    """
    release_utc = _to_utc(release)
    if clock.hours is None or clock.hours_run is not HoursRun.BEFORE_RELEASE:
        raise ValueError(f"a clock that runs `{clock.hours_run}` is not counted back from release")
    if not clock.excludes:
        due_utc = release_utc - timedelta(hours=clock.hours)
    else:
        due_utc = _count_backward(release_utc, clock.hours, clock.excludes, zone, calendar)
    return due_utc.astimezone(zone)


def _to_utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(
            f"`{instant.isoformat()}` says no time zone: an aware instant is needed, "
            "with its offset"
        )
    return instant.astimezone(UTC)


def _end_of_day(start_utc: datetime, zone: ZoneInfo) -> datetime:
    local = datetime.combine(start_utc.astimezone(zone).date(), _END_OF_DAY, tzinfo=zone)
    # Zones of the United States change at two in the morning. Elsewhere 23:59 can come twice
    # or not at all; the earlier of the two readings is then the shorter hold.
    end_utc = min(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC))
    return max(start_utc, end_utc)


@lru_cache(maxsize=32768)
def _counted_span(
    day: date, excludes: frozenset[Excluded], zone: ZoneInfo, calendar: HolidayCalendar
) -> tuple[datetime, datetime]:
    # The part of a local day that counts, in UTC, half-open: all of it, or nothing at its
    # opening. Cached, because everybody in a facility shares the same few days.
    opens = datetime.combine(day, _MIDNIGHT, tzinfo=zone).astimezone(UTC)
    if is_excluded(day, excludes, calendar):
        return opens, opens
    return opens, datetime.combine(day + _ONE_DAY, _MIDNIGHT, tzinfo=zone).astimezone(UTC)


def _count_forward(
    start: datetime,
    hours: int,
    excludes: frozenset[Excluded],
    zone: ZoneInfo,
    calendar: HolidayCalendar,
) -> datetime:
    remaining = timedelta(hours=hours)
    if not remaining:
        return start
    day = start.astimezone(zone).date()
    while True:
        opens, closes = _counted_span(day, excludes, zone, calendar)
        begin = max(opens, start)
        # "At the instant" and not "after": hours that fill the day exactly end with it.
        if closes - begin >= remaining:
            return begin + remaining
        remaining -= max(closes - begin, _NOTHING)
        day += _ONE_DAY


def _count_backward(
    release: datetime,
    hours: int,
    excludes: frozenset[Excluded],
    zone: ZoneInfo,
    calendar: HolidayCalendar,
) -> datetime:
    remaining = timedelta(hours=hours)
    if not remaining:
        return release
    day = release.astimezone(zone).date()
    while True:
        opens, closes = _counted_span(day, excludes, zone, calendar)
        end = min(closes, release)
        if end - opens >= remaining:
            return end - remaining
        remaining -= max(end - opens, _NOTHING)
        day -= _ONE_DAY
