"""When a requested hold would end, counted from a table's own words and never by exeat.

The law, as the sheets give it: 8 CFR 287.7(d) counts 48 hours from the time when the person would
otherwise be released, and leaves out Saturdays, Sundays and holidays; the forms of 2015 and 2017
say 48 hours and name no exclusion (`us-hold-48-as-worded-on-form`). The safe end is the shorter.
Until October 2025 North Carolina counted its 48 hours from receipt of the papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tests.scenario.words import read_instant

__all__ = ["end_of_a_hold"]

GROUNDS: Final = ("charge ends", "second charge ends", "parole hold ends")
NAMING_NO_EXCLUSION: Final = ("I-247A", "I-247D")
FORM_OF_2015: Final = date(2015, 1, 1)
FROM_RECEIPT: Final = (("us-nc", date(2024, 12, 1)), ("us-nc-mecklenburg", date(2024, 12, 1)))
"""Where the hours of a state ran from receipt, and the first day of its section."""
FROM_RELEASE: Final = date(2025, 10, 1)


def end_of_a_hold(told: Mapping[str, str], zone: ZoneInfo) -> datetime:
    """Return the instant at which the hours of the law end, the shortest of its readings."""
    eligible = max(
        read_instant(told[key], zone)
        for key in GROUNDS
        if told.get(key, "none") not in ("none", "not known")
    )
    day = eligible.astimezone(zone).date()
    as_worded = told["form"] in NAMING_NO_EXCLUSION and day >= FORM_OF_2015
    federal = eligible + timedelta(hours=48) if as_worded else _working(eligible, zone)
    firsts = dict(FROM_RECEIPT)
    if told["place"] not in firsts or day >= FROM_RELEASE:
        return federal
    received = read_instant(told["received"], zone) + timedelta(hours=48)
    begins = datetime.combine(firsts[told["place"]], time(), zone).astimezone(UTC)
    return min(federal, received) if received >= begins else federal


def _working(start: datetime, zone: ZoneInfo) -> datetime:
    """Count 48 hours, minute by minute, on days that are neither a weekend nor a holiday."""
    at, left = start.astimezone(UTC), 48 * 60
    while left:
        day = at.astimezone(zone).date()
        left -= day.weekday() < 5 and day not in _holidays(day.year) | _holidays(day.year + 1)
        at += timedelta(minutes=1)
    return at


def _holidays(year: int) -> set[date]:
    """Return the days of 5 USC 6103, each with the weekday on which a weekend's is kept."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    kept = {day - timedelta((day.weekday() == 5) - (day.weekday() == 6)) for day in fixed}
    last_of_may = date(year, 5, 31)
    mondays = {_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _nth(year, 9, 0, 1), _nth(year, 10, 0, 2)}
    memorial = last_of_may - timedelta(last_of_may.weekday())
    return {*fixed, *kept, *mondays, memorial, _nth(year, 11, 3, 4)}


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (count - 1))
