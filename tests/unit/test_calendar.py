"""The federal holidays, against the words of the statute, and the days that a limit leaves out."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta

import holidays
import pytest

from exeat.rules.calendar import FEDERAL, Excluded, HolidayCalendar, is_excluded

WEEKEND = frozenset({Excluded.SATURDAY, Excluded.SUNDAY})
HOLIDAY = frozenset({Excluded.HOLIDAY})


def nth_monday(year: int, month: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(0 - first.weekday()) % 7 + 7 * (n - 1))


def statute(year: int) -> set[date]:
    """5 U.S.C. 6103(a), written down a second time, from its words and not from a package."""
    november = date(year, 11, 1)
    days = {
        date(year, 1, 1),
        nth_monday(year, 2, 3),
        nth_monday(year, 6, 1) - timedelta(days=7),  # the last Monday in May
        date(year, 7, 4),
        nth_monday(year, 9, 1),
        nth_monday(year, 10, 2),
        november + timedelta(days=(3 - november.weekday()) % 7 + 21),  # the fourth Thursday
        date(year, 12, 25),
    }
    if year >= 1978:  # 1971 to 1977: the fourth Monday in October
        days.add(date(year, 11, 11))
    else:
        days.add(nth_monday(year, 10, 4))
    if year >= 1986:
        days.add(nth_monday(year, 1, 3))
    if year >= 2021:
        days.add(date(year, 6, 19))
    return days


def observed(days: set[date]) -> set[date]:
    shift = {5: timedelta(days=-1), 6: timedelta(days=1)}
    return {day + shift[day.weekday()] for day in days if day.weekday() in shift}


@pytest.mark.parametrize("year", range(FEDERAL.first_year, FEDERAL.last_year + 1))
def test_the_federal_list_is_the_statute_with_its_observed_days_and_nothing_else(
    year: int,
) -> None:
    near = statute(year) | observed(statute(year)) | observed(statute(year + 1))
    assert FEDERAL.holiday_dates(year) == {day for day in near if day.year == year}


@pytest.mark.parametrize("year", range(FEDERAL.first_year, FEDERAL.last_year + 1))
def test_the_federal_list_is_that_of_the_package_holidays(year: int) -> None:
    # Everything that could widen the list is named, so that no default of the package can:
    # no subdivision (state holidays), public days only, observed days included.
    known = holidays.country_holidays(
        "US", subdiv=None, years=year, expand=False, observed=True, categories="public"
    )
    assert FEDERAL.holiday_dates(year) == {day for day in known if day.year == year}


@pytest.mark.parametrize(
    ("sentence", "day", "expected"),
    [
        ("New Year 2022 fell on a Saturday", date(2022, 1, 1), True),
        ("so it was observed on the Friday, in the year before", date(2021, 12, 31), True),
        ("and not on the Monday after", date(2022, 1, 3), False),
        ("July 4, 2021 fell on a Sunday", date(2021, 7, 4), True),
        ("so it was observed on the Monday", date(2021, 7, 5), True),
        ("July 3, 2026 is the observed day of a Saturday", date(2026, 7, 3), True),
        ("Thanksgiving is the Thursday", date(2026, 11, 26), True),
        ("the Friday after Thanksgiving is a state holiday only", date(2026, 11, 27), False),
        ("Juneteenth was no holiday in 2020", date(2020, 6, 19), False),
        ("Juneteenth is one from 2021, here its observed day", date(2021, 6, 18), True),
        ("Martin Luther King Jr. Day was none in 1985", date(1985, 1, 21), False),
        ("Martin Luther King Jr. Day is one from 1986", date(1986, 1, 20), True),
        ("Inauguration Day is for the Washington area only", date(2021, 1, 20), False),
        ("an executive order closed offices on this day of mourning", date(2025, 1, 9), False),
        ("an executive order closed offices on Christmas Eve", date(2024, 12, 24), False),
        ("Cesar Chavez Day is a holiday of California", date(2026, 3, 31), False),
        ("Election Day is a holiday of some states", date(2026, 11, 3), False),
    ],
)
def test_holiday(sentence: str, day: date, expected: bool) -> None:
    assert is_excluded(day, HOLIDAY, FEDERAL) is expected, sentence


@pytest.mark.parametrize(
    ("sentence", "day", "excludes", "expected"),
    [
        ("a Saturday, when Saturdays are left out", date(2026, 3, 7), WEEKEND, True),
        ("a Sunday, when Sundays are left out", date(2026, 3, 8), WEEKEND, True),
        ("a Friday is no weekend", date(2026, 3, 6), WEEKEND, False),
        ("a Monday is no weekend", date(2026, 3, 9), WEEKEND, False),
        ("a Saturday, when only holidays are left out", date(2026, 3, 7), HOLIDAY, False),
        ("a holiday, when only weekends are left out", date(2026, 11, 26), WEEKEND, False),
        ("a holiday, when nothing is left out", date(2026, 11, 26), frozenset(), False),
        ("a plain Wednesday", date(2026, 3, 11), WEEKEND | HOLIDAY, False),
    ],
)
def test_excluded(sentence: str, day: date, excludes: frozenset[Excluded], expected: bool) -> None:
    assert is_excluded(day, excludes, FEDERAL) is expected, sentence


@pytest.mark.parametrize("year", [FEDERAL.first_year - 1, FEDERAL.last_year + 1])
def test_a_year_that_the_calendar_does_not_know_is_refused_and_never_without_holidays(
    year: int,
) -> None:
    with pytest.raises(ValueError, match=f"`{year}` is not a year .*`US federal`.*1971 to 2099"):
        is_excluded(date(year, 7, 4), HOLIDAY, FEDERAL)


def test_an_unknown_year_does_not_matter_to_a_limit_that_leaves_out_no_holidays() -> None:
    assert not is_excluded(date(2150, 3, 11), WEEKEND, FEDERAL)


def test_an_instant_is_refused_because_it_would_miss_every_holiday() -> None:
    with pytest.raises(ValueError, match="is an instant"):
        is_excluded(datetime(2026, 11, 26, tzinfo=UTC), HOLIDAY, FEDERAL)


def one_day(year: int) -> frozenset[date]:
    return frozenset({date(year, 3, 31)})


def test_a_jurisdiction_can_have_a_calendar_of_its_own() -> None:
    california = HolidayCalendar("California, in part", one_day, 2020, 2030)
    assert is_excluded(date(2026, 3, 31), HOLIDAY, california)
    assert not is_excluded(date(2026, 7, 3), HOLIDAY, california)


def test_a_calendar_survives_pickling_because_worker_processes_carry_it() -> None:
    assert pickle.loads(pickle.dumps(FEDERAL)) == FEDERAL
