"""Which local days a time limit leaves out: Saturdays, Sundays and legal holidays.

A calendar knows holidays, and says for which years it knows them. It never answers "no
holiday" for a year that it does not know, because that would shorten or lengthen somebody's
custody by a silence.

Source: 5 U.S.C. 6103 (legal public holidays, and the Friday before a Saturday holiday);
    Executive Order 11582 (the Monday after a Sunday holiday).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

__all__ = ["FEDERAL", "Excluded", "HolidayCalendar", "is_excluded"]


class Excluded(StrEnum):
    """A kind of local day that a time limit can leave out.

    What each value means is in `exeat.rules.clocks.DESCRIPTIONS`.
    """

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


_FEDERAL_DATES: Final = Path(__file__).with_name("federal-holidays.txt")
# Monday is 0 in `date.weekday`; the other days of the week can only be left out as holidays.
_WEEKEND = {5: Excluded.SATURDAY, 6: Excluded.SUNDAY}


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """The legal holidays of one jurisdiction, for a stated range of years.

    Attributes:
        name: What a person calls this calendar; it stands in error messages.
        dates_of_year: Gives the holidays that fall in a year. It must be pure, because its
            answers are cached, and a function of a module, so that the calendar can be pickled.
        first_year: The first year that the calendar knows.
        last_year: The last year that the calendar knows, itself included.
    """

    name: str
    dates_of_year: Callable[[int], frozenset[date]]
    first_year: int
    last_year: int

    def holiday_dates(self, year: int) -> frozenset[date]:
        """Return every holiday that falls in a year, observed days among them.

        Args:
            year: The year in which the days themselves fall. The observed day of a New Year
                on a Saturday falls in the year before.

        Returns:
            The days. A day and its observed day are two entries.

        Raises:
            ValueError: The calendar does not know that year.

        Units: whole local calendar days.
        Source: `dates_of_year`; for the federal calendar 5 U.S.C. 6103.

        Examples:
            January 1, 2022 was a Saturday, so that its observed day fell in 2021.

            >>> max(FEDERAL.holiday_dates(2021))
            datetime.date(2021, 12, 31)
            >>> FEDERAL.holiday_dates(1850)
            Traceback (most recent call last):
            ...
            ValueError: `1850` is not a year that the calendar `US federal` knows: 1971 to 2099
        """
        return _holiday_dates(self, year)


@lru_cache(maxsize=1024)
def _holiday_dates(calendar: HolidayCalendar, year: int) -> frozenset[date]:
    if not calendar.first_year <= year <= calendar.last_year:
        raise ValueError(
            f"`{year}` is not a year that the calendar `{calendar.name}` knows: "
            f"{calendar.first_year} to {calendar.last_year}"
        )
    return calendar.dates_of_year(year)


@lru_cache(maxsize=1)
def _federal() -> dict[int, frozenset[date]]:
    lines = _FEDERAL_DATES.read_text(encoding="utf-8").splitlines()
    years = (line.split() for line in lines if not line.startswith("#"))
    return {
        int(year): frozenset(date.fromisoformat(f"{year}-{day}") for day in days)
        for year, *days in years
    }


def _federal_dates(year: int) -> frozenset[date]:
    return _federal()[year]


FEDERAL = HolidayCalendar(
    name="US federal",
    dates_of_year=_federal_dates,
    # Executive Order 11582 and the Monday holidays both begin in 1971.
    first_year=1971,
    last_year=2099,
)
"""The legal public holidays of 5 U.S.C. 6103, each with its observed day; in federal-holidays.txt.

A holiday on a Saturday is observed on the Friday before, one on a Sunday on the Monday after.
**Both days count as holidays**, the observed one and the day itself. This matters only to a
limit that leaves out holidays and not the weekend: wherever Saturdays and Sundays are left out
as well, as in 8 CFR 287.7(d), the day itself is left out already.

Which way is safe depends on the limit. A day left out makes a limit on *holding* longer, so
this list is not the safe bound for holding: the safe bound is the same clock with
`excludes` empty, and whoever shows a deadline shows that one too. A day left out makes
*notice before release* due earlier, so for notice this list is the safe bound.

Not on the list: Inauguration Day (5 U.S.C. 6103(c), the Washington area only), days on which
an executive order closes federal offices (December 24, days of mourning), and state holidays.
"""


def is_excluded(day: date, excludes: frozenset[Excluded], calendar: HolidayCalendar) -> bool:
    """Tell whether a limit that leaves out these kinds of days leaves out this day.

    Args:
        day: A local calendar day, in the facility's time zone.
        excludes: The kinds of days that the limit leaves out; empty for running hours.
        calendar: Asked only when holidays are among them.

    Returns:
        True when no hour of that day counts.

    Raises:
        ValueError: `day` is an instant and no calendar day, or the calendar does not know its
            year.

    Units: one whole local day, from midnight to midnight.
    Source: `excludes`, which the rule of law states.

    Examples:
        >>> is_excluded(date(2026, 11, 26), frozenset({Excluded.HOLIDAY}), FEDERAL)
        True
        >>> is_excluded(date(2026, 11, 26), frozenset({Excluded.SATURDAY}), FEDERAL)
        False
    """
    # An instant passes for a date in Python but equals none, so that every holiday would be
    # missed without a word.
    if isinstance(day, datetime):
        raise ValueError(f"`{day.isoformat()}` is an instant: a calendar day is needed")
    if _WEEKEND.get(day.weekday()) in excludes:
        return True
    return Excluded.HOLIDAY in excludes and day in calendar.holiday_dates(day.year)
