"""How many hours lie between two instants: a second writing, against which limits are checked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exeat.rules.calendar import Excluded, HolidayCalendar, is_excluded


def elapsed_hours(a: datetime, b: datetime) -> float:
    """Return the running hours from one instant to another, whatever the wall clocks say.

    Args:
        a: The first instant; aware, in any zone.
        b: The second instant; aware, in any zone.

    Returns:
        The hours; negative when `b` is before `a`.

    Raises:
        ValueError: An instant is naive.

    Units: hours of elapsed time.
    Source: none; this is arithmetic.

    Examples:
        The clocks went forward between these two: plain subtraction would say 24.

        >>> new_york = ZoneInfo("America/New_York")
        >>> noon = datetime(2026, 3, 7, 12, tzinfo=new_york)
        >>> elapsed_hours(noon, datetime(2026, 3, 8, 12, tzinfo=new_york))
        23.0
    """
    return (b.astimezone(UTC) - a.astimezone(UTC)) / timedelta(hours=1)


def counted_hours(
    a: datetime,
    b: datetime,
    excludes: frozenset[Excluded],
    zone: ZoneInfo,
    calendar: HolidayCalendar,
) -> timedelta:
    """Return how much of the time between two instants counts, day by day.

    Examples:
        >>> from exeat.rules.calendar import FEDERAL
        >>> friday = datetime.fromisoformat("2026-03-06T17:30-05:00")
        >>> monday = datetime.fromisoformat("2026-03-09T08:00-04:00")
        >>> new_york = ZoneInfo("America/New_York")
        >>> counted_hours(friday, monday, frozenset(Excluded), new_york, FEDERAL)
        datetime.timedelta(seconds=52200)
    """
    begin, end = a.astimezone(UTC), b.astimezone(UTC)
    total, day = timedelta(0), begin.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        if not is_excluded(day, excludes, calendar):
            opens, closes = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
            total += max(min(closes, end) - max(opens, begin), timedelta(0))
        day += timedelta(days=1)
    return total


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
