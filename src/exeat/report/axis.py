"""A local time axis: scale, ticks at times that people name, weekends and holidays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exeat.rules.calendar import Excluded, HolidayCalendar, is_excluded

__all__ = ["Scale", "left_out_days", "ticks"]

_HOUR_STEPS = (3, 6, 12)
_DAY_STEPS = (1, 2)
_MONTH_STEPS = (1, 3, 6, 12, 60)


@dataclass(frozen=True, slots=True)
class Scale:
    """From instants in UTC to the width of a drawing."""

    start: datetime
    end: datetime
    left: float
    right: float

    def x(self, at: datetime) -> float:
        """Return where an instant lies, held within the drawing."""
        share = (at - self.start) / (self.end - self.start)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def covers(self, at: datetime) -> bool:
        """Say whether an instant lies within the drawing."""
        return self.start <= at <= self.end

    @property
    def per_day(self) -> float:
        """Return the width of a day."""
        return (self.right - self.left) / ((self.end - self.start) / timedelta(days=1))


def ticks(scale: Scale, zone: ZoneInfo, most: int = 8) -> list[tuple[datetime, str]]:
    """Return ticks at local hours, days, weeks or months, at most so many, with their labels.

    Examples:
        >>> from datetime import datetime
        >>> start = datetime(2026, 3, 6, 8, tzinfo=UTC)
        >>> scale = Scale(start, start + timedelta(days=3), 0, 500)
        >>> [label for _, label in ticks(scale, ZoneInfo("UTC"))]
        ['12:00', 'Sat 7 Mar', '12:00', 'Sun 8 Mar', '12:00', 'Mon 9 Mar']
    """
    found: list[tuple[datetime, str]] = []
    for candidate in _candidates(scale, zone):
        found = [(at, label) for at, label in candidate if scale.covers(at)]
        if len(found) <= most:
            break
    return found


def _candidates(scale: Scale, zone: ZoneInfo) -> Iterator[list[tuple[datetime, str]]]:
    first = scale.start.astimezone(zone).date()
    count = (scale.end - scale.start).days + 3
    if count <= 6:
        for step in _HOUR_STEPS:
            yield [pair for n in range(count) for pair in _hours(first, n, step, zone)]
    if count <= 40:
        for step in _DAY_STEPS:
            yield [_day(first + timedelta(days=n), zone) for n in range(0, count, step)]
    if count <= 80:
        monday = first - timedelta(days=first.weekday())
        yield [_week(monday + timedelta(days=n), zone) for n in range(0, count + 7, 7)]
    for step in _MONTH_STEPS:
        yield [_month(n, zone) for n in _months(first, count, step)]


def _midnight(day: date, zone: ZoneInfo, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def _hours(first: date, n: int, step: int, zone: ZoneInfo) -> Iterator[tuple[datetime, str]]:
    day = first + timedelta(days=n)
    yield _day(day, zone)
    for hour in range(step, 24, step):
        yield _midnight(day, zone, hour), f"{hour:02}:00"


def _day(day: date, zone: ZoneInfo) -> tuple[datetime, str]:
    return _midnight(day, zone), f"{day:%a} {day.day} {day:%b}"


def _week(monday: date, zone: ZoneInfo) -> tuple[datetime, str]:
    return _midnight(monday, zone), f"{monday.day} {monday:%b}"


def _months(first: date, count: int, step: int) -> Iterator[int]:
    begin = first.year * 12 + first.month - 1
    begin -= begin % step
    yield from range(begin, begin + count // 28 + step + 1, step)


def _month(number: int, zone: ZoneInfo) -> tuple[datetime, str]:
    day = date(number // 12, number % 12 + 1, 1)
    return _midnight(day, zone), f"{day:%b %Y}"


def left_out_days(
    scale: Scale, zone: ZoneInfo, calendar: HolidayCalendar
) -> list[tuple[datetime, datetime]]:
    """Return the local Saturdays, Sundays and holidays within a scale, as instants."""
    found = []
    day = scale.start.astimezone(zone).date()
    while (begin := _midnight(day, zone)) < scale.end:
        following = day + timedelta(days=1)
        if _left_out(day, calendar):
            found.append((begin, _midnight(following, zone)))
        day = following
    return found


def _left_out(day: date, calendar: HolidayCalendar) -> bool:
    weekend = frozenset({Excluded.SATURDAY, Excluded.SUNDAY})
    if not calendar.first_year <= day.year <= calendar.last_year:
        return is_excluded(day, weekend, calendar)
    return is_excluded(day, weekend | {Excluded.HOLIDAY}, calendar)
