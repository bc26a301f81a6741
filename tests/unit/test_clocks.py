"""When a limit ends, as tables that a jail lieutenant can read: one changed fact per row."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.hours import counted_hours, elapsed_hours

from exeat.facts.times import local_instants
from exeat.rules.calendar import FEDERAL
from exeat.rules.clocks import (
    DESCRIPTIONS,
    Clock,
    Excluded,
    HoursRun,
    deadline,
    due_before,
)

NEW_YORK = ZoneInfo("America/New_York")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
PHOENIX = ZoneInfo("America/Phoenix")

RUNNING: frozenset[Excluded] = frozenset()
SATURDAYS = frozenset({Excluded.SATURDAY})
HOLIDAYS = frozenset({Excluded.HOLIDAY})
WEEKENDS = frozenset({Excluded.SATURDAY, Excluded.SUNDAY})
ALL = frozenset(Excluded)


at = datetime.fromisoformat


def forward(hours: int, excludes: frozenset[Excluded]) -> Clock:
    return Clock(hours, HoursRun.FROM_RELEASE_ELIGIBILITY, excludes)


def before(hours: int, excludes: frozenset[Excluded]) -> Clock:
    return Clock(hours, HoursRun.BEFORE_RELEASE, excludes)


END_OF_DAY = Clock(None, HoursRun.FROM_RELEASE_ELIGIBILITY, until_end_of_day=True)

# sentence, start, hours, left out, zone, end
DEADLINES: list[tuple[str, str, int, frozenset[Excluded], ZoneInfo, str]] = [
    # --- an ordinary week ---
    (
        "48 running hours from Friday 17:30 end on Sunday 17:30",
        "2026-03-13T17:30-04:00", 48, RUNNING, NEW_YORK, "2026-03-15T17:30-04:00",
    ),
    (
        "the weekend left out, they end on Tuesday 17:30",
        "2026-03-13T17:30-04:00", 48, ALL, NEW_YORK, "2026-03-17T17:30-04:00",
    ),
    (
        "from Monday to Wednesday no day is left out",
        "2026-03-09T17:30-04:00", 48, ALL, NEW_YORK, "2026-03-11T17:30-04:00",
    ),
    (
        "a start on Saturday counts from Monday 00:00",
        "2026-03-14T10:00-04:00", 48, ALL, NEW_YORK, "2026-03-18T00:00-04:00",
    ),
    (
        "a start at Saturday 00:00 exactly counts from Monday 00:00 too",
        "2026-03-14T00:00-04:00", 48, ALL, NEW_YORK, "2026-03-18T00:00-04:00",
    ),
    (
        "a start one second before Saturday has that second counted",
        "2026-03-13T23:59:59-04:00", 48, ALL, NEW_YORK, "2026-03-17T23:59:59-04:00",
    ),
    (
        "a start at Monday 00:00 exactly counts from there",
        "2026-03-16T00:00-04:00", 48, ALL, NEW_YORK, "2026-03-18T00:00-04:00",
    ),
    (
        "a limit reached at Saturday 00:00 exactly ends there and does not slide to Monday",
        "2026-03-12T00:00-04:00", 48, ALL, NEW_YORK, "2026-03-14T00:00-04:00",
    ),
    (
        "one second later it reaches into Monday",
        "2026-03-12T00:00:01-04:00", 48, ALL, NEW_YORK, "2026-03-16T00:00:01-04:00",
    ),
    (
        "a limit of no hours ends at its start, be it on a Saturday",
        "2026-03-14T10:00-04:00", 0, ALL, NEW_YORK, "2026-03-14T10:00-04:00",
    ),
    (
        "30 days of running hours",
        "2026-06-01T08:00-04:00", 720, RUNNING, NEW_YORK, "2026-07-01T08:00-04:00",
    ),
    # --- holidays ---
    (
        "before the Monday of Martin Luther King Jr. it is Wednesday",
        "2026-01-16T17:30-05:00", 48, ALL, NEW_YORK, "2026-01-21T17:30-05:00",
    ),
    (
        "a limit that leaves out weekends alone lets that Monday count",
        "2026-01-16T17:30-05:00", 48, WEEKENDS, NEW_YORK, "2026-01-20T17:30-05:00",
    ),
    (
        "New Year 2022, a Saturday, is observed on Friday, December 31, 2021",
        "2021-12-30T17:30-05:00", 48, ALL, NEW_YORK, "2022-01-04T17:30-05:00",
    ),
    (
        "July 4, 2026, a Saturday, is observed on Friday",
        "2026-07-02T17:30-04:00", 48, ALL, NEW_YORK, "2026-07-07T17:30-04:00",
    ),
    (
        "where holidays alone are left out, the observed Friday and the Saturday itself both are",
        "2026-07-02T17:30-04:00", 48, HOLIDAYS, NEW_YORK, "2026-07-06T17:30-04:00",
    ),
    (
        "Thanksgiving: the Thursday alone is left out, the Friday counts",
        "2026-11-25T10:00-05:00", 24, ALL, NEW_YORK, "2026-11-27T10:00-05:00",
    ),
    (
        "48 hours over Thanksgiving reach past the weekend too",
        "2026-11-25T10:00-05:00", 48, ALL, NEW_YORK, "2026-11-30T10:00-05:00",
    ),
    (
        "a start on a holiday counts from the next midnight",
        "2026-11-11T09:00-05:00", 24, ALL, NEW_YORK, "2026-11-13T00:00-05:00",
    ),
    # --- the clocks go forward on Sunday, March 8, 2026 ---
    (
        "48 running hours over the change end an hour later on the wall",
        "2026-03-07T12:00-05:00", 48, RUNNING, NEW_YORK, "2026-03-09T13:00-04:00",
    ),
    (
        "the Sunday left out, the change is left out with it",
        "2026-03-06T17:30-05:00", 48, ALL, NEW_YORK, "2026-03-10T17:30-04:00",
    ),
    (
        "Saturdays alone left out, that Sunday gives 23 hours",
        "2026-03-06T17:30-05:00", 48, SATURDAYS, NEW_YORK, "2026-03-09T18:30-04:00",
    ),
    (
        "a limit that would end at 02:30, which did not happen, ends at 03:30",
        "2026-03-08T00:30-05:00", 2, RUNNING, NEW_YORK, "2026-03-08T03:30-04:00",
    ),
    # --- the clocks go back on Sunday, November 1, 2026 ---
    (
        "48 running hours over the change end an hour earlier on the wall",
        "2026-10-31T12:00-04:00", 48, RUNNING, NEW_YORK, "2026-11-02T11:00-05:00",
    ),
    (
        "the Sunday left out, the wall clock is the same",
        "2026-10-30T17:30-04:00", 48, ALL, NEW_YORK, "2026-11-03T17:30-05:00",
    ),
    (
        "Saturdays alone left out, that Sunday gives 25 hours",
        "2026-10-30T17:30-04:00", 48, SATURDAYS, NEW_YORK, "2026-11-02T16:30-05:00",
    ),
    (
        "24 hours end at the first 01:30 of that night",
        "2026-10-31T01:30-04:00", 24, RUNNING, NEW_YORK, "2026-11-01T01:30-04:00",
    ),
    (
        "25 hours end at the second 01:30 of that night",
        "2026-10-31T01:30-04:00", 25, RUNNING, NEW_YORK, "2026-11-01T01:30-05:00",
    ),
    # --- other zones ---
    (
        "Los Angeles: Friday to Tuesday, over the change of the clocks",
        "2026-03-06T17:30-08:00", 48, ALL, LOS_ANGELES, "2026-03-10T17:30-07:00",
    ),
    (
        "Friday 22:00 in Los Angeles is Friday, although it is Saturday in New York",
        "2026-03-13T22:00-07:00", 48, ALL, LOS_ANGELES, "2026-03-17T22:00-07:00",
    ),
    (
        "the same instant, at a facility in New York, is on Saturday",
        "2026-03-13T22:00-07:00", 48, ALL, NEW_YORK, "2026-03-18T00:00-04:00",
    ),
    (
        "Arizona does not change its clocks",
        "2026-03-07T12:00-07:00", 48, RUNNING, PHOENIX, "2026-03-09T12:00-07:00",
    ),
    (
        "Arizona, the weekend left out",
        "2026-03-06T17:30-07:00", 48, ALL, PHOENIX, "2026-03-10T17:30-07:00",
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", DEADLINES, ids=lambda row: row[0])
def test_deadline(row: tuple[str, str, int, frozenset[Excluded], ZoneInfo, str]) -> None:
    sentence, start, hours, excludes, zone, expected = row
    end = deadline(at(start), forward(hours, excludes), zone, FEDERAL)
    # The whole text, with the offset: it tells the two 01:30s apart, `==` would not.
    assert end.isoformat() == at(expected).isoformat(), sentence
    assert end.tzinfo is zone


# sentence, release, hours, left out, due
DUE: list[tuple[str, str, int, frozenset[Excluded], str]] = [
    (
        "48 running hours before Monday 08:00 is Saturday 08:00",
        "2026-03-16T08:00-04:00", 48, RUNNING, "2026-03-14T08:00-04:00",
    ),
    (
        "the weekend left out, it is Thursday 08:00",
        "2026-03-16T08:00-04:00", 48, ALL, "2026-03-12T08:00-04:00",
    ),
    (
        "a release on Sunday counts back from Saturday 00:00",
        "2026-03-15T10:00-04:00", 24, ALL, "2026-03-13T00:00-04:00",
    ),
    (
        "hours reached at Monday 00:00 exactly are due there and do not slide to Friday",
        "2026-03-17T00:00-04:00", 24, ALL, "2026-03-16T00:00-04:00",
    ),
    (
        "after the Monday of Martin Luther King Jr. it is Friday",
        "2026-01-20T08:00-05:00", 24, ALL, "2026-01-16T08:00-05:00",
    ),
    (
        "48 running hours before noon, over the clocks going forward",
        "2026-03-09T12:00-04:00", 48, RUNNING, "2026-03-07T11:00-05:00",
    ),
    (
        "Saturdays alone left out, the Sunday of the change gives 23 hours",
        "2026-03-09T18:30-04:00", 48, SATURDAYS, "2026-03-06T17:30-05:00",
    ),
    (
        "no hours: due at the release, be it on a Sunday",
        "2026-03-15T10:00-04:00", 0, ALL, "2026-03-15T10:00-04:00",
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", DUE, ids=lambda row: row[0])
def test_due_before(row: tuple[str, str, int, frozenset[Excluded], str]) -> None:
    sentence, release, hours, excludes, expected = row
    due = due_before(at(release), before(hours, excludes), NEW_YORK, FEDERAL)
    assert due.isoformat() == at(expected).isoformat(), sentence
    assert due.tzinfo is NEW_YORK


@pytest.mark.parametrize(
    ("sentence", "start", "zone", "expected"),
    [
        (
            "eligible in the morning, gone by 11:59 p.m.",
            "2026-03-11T08:00:00-04:00", NEW_YORK, "2026-03-11T23:59:00-04:00",
        ),
        (
            "a Saturday is no different",
            "2026-03-14T08:00:00-04:00", NEW_YORK, "2026-03-14T23:59:00-04:00",
        ),
        (
            "eligible at midnight: the day that begins",
            "2026-03-11T00:00:00-04:00", NEW_YORK, "2026-03-11T23:59:00-04:00",
        ),
        (
            "eligible at 11:59 p.m. exactly: at once",
            "2026-03-11T23:59:00-04:00", NEW_YORK, "2026-03-11T23:59:00-04:00",
        ),
        (
            "eligible within the last minute: at once, and not a day later",
            "2026-03-11T23:59:30-04:00", NEW_YORK, "2026-03-11T23:59:30-04:00",
        ),
        (
            "the clocks went forward that day",
            "2026-03-08T01:00:00-05:00", NEW_YORK, "2026-03-08T23:59:00-04:00",
        ),
        (
            "the clocks went back that day",
            "2026-11-01T01:30:00-04:00", NEW_YORK, "2026-11-01T23:59:00-05:00",
        ),
        (
            "the day is the facility's own: 1 a.m. in New York is the day before in Los Angeles",
            "2026-03-11T01:00:00-04:00", LOS_ANGELES, "2026-03-10T23:59:00-07:00",
        ),
        (
            "where 11:59 p.m. came twice (Sao Paulo, 2018), the first one is the shorter hold",
            "2018-02-17T12:00:00-02:00", ZoneInfo("America/Sao_Paulo"),
            "2018-02-17T23:59:00-02:00",
        ),
        (
            "the day of Samoa that did not happen does not matter to the day before",
            "2011-12-29T12:00:00-10:00", ZoneInfo("Pacific/Apia"), "2011-12-29T23:59:00-10:00",
        ),
    ],
)  # fmt: skip
def test_end_of_day(sentence: str, start: str, zone: ZoneInfo, expected: str) -> None:
    end = deadline(at(start), END_OF_DAY, zone, FEDERAL)
    assert end.isoformat() == expected, sentence


def test_the_two_half_past_ones_of_the_night_in_autumn_have_deadlines_an_hour_apart() -> None:
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=0)
    second = first.replace(fold=1)
    assert first == second  # Python calls them equal, so a cache by start would mix them up
    ends = [deadline(start, forward(48, RUNNING), NEW_YORK, FEDERAL) for start in (first, second)]
    assert [end.isoformat() for end in ends] == [
        "2026-11-03T00:30:00-05:00",
        "2026-11-03T01:30:00-05:00",
    ]
    assert elapsed_hours(first, second) == 1.0
    assert counted_hours(first, second, RUNNING, NEW_YORK, FEDERAL) == timedelta(hours=1)


def test_elapsed_hours_are_negative_backward() -> None:
    noon = datetime(2026, 3, 11, 12, tzinfo=UTC)
    assert elapsed_hours(noon, noon - timedelta(minutes=90)) == -1.5


@pytest.mark.parametrize(
    ("sentence", "a", "b", "excludes", "hours"),
    [
        ("a weekend has no hours", "2026-03-14T00:00-04:00", "2026-03-16T00:00-04:00", ALL, 0),
        ("a week has five days", "2026-03-09T00:00-04:00", "2026-03-16T00:00-04:00", ALL, 120),
        ("no time at all", "2026-03-11T10:00-04:00", "2026-03-11T10:00-04:00", ALL, 0),
        ("within one day", "2026-03-11T10:00-04:00", "2026-03-11T12:00-04:00", ALL, 2),
        ("within a Sunday", "2026-03-15T10:00-04:00", "2026-03-15T12:00-04:00", ALL, 0),
        ("a Sunday in spring", "2026-03-08T00:00-05:00", "2026-03-09T00:00-04:00", SATURDAYS, 23),
        ("a Sunday in autumn", "2026-11-01T00:00-04:00", "2026-11-02T00:00-05:00", SATURDAYS, 25),
    ],
)
def test_counted_hours(
    sentence: str, a: str, b: str, excludes: frozenset[Excluded], hours: int
) -> None:
    begin, end = at(a), at(b)
    counted = counted_hours(begin, end, excludes, NEW_YORK, FEDERAL)
    assert counted == timedelta(hours=hours), sentence


@pytest.mark.parametrize(
    ("sentence", "local", "expected"),
    [
        ("an ordinary time", at("2026-03-11T08:00"), ["2026-03-11T12:00:00+00:00"]),
        ("skipped in spring", at("2026-03-08T02:30"), []),
        ("the first skipped minute", at("2026-03-08T02:00"), []),
        ("the minute after the gap", at("2026-03-08T03:00"), ["2026-03-08T07:00:00+00:00"]),
        (
            "shown twice in autumn, the earlier one first",
            at("2026-11-01T01:30"),
            ["2026-11-01T05:30:00+00:00", "2026-11-01T06:30:00+00:00"],
        ),
        ("the minute after", at("2026-11-01T02:00"), ["2026-11-01T07:00:00+00:00"]),
    ],
)  # fmt: skip
def test_local_instants(sentence: str, local: datetime, expected: list[str]) -> None:
    assert [i.isoformat() for i in local_instants(local, NEW_YORK)] == expected, sentence


def test_a_time_with_an_offset_is_refused_where_a_wall_time_is_asked() -> None:
    with pytest.raises(ValueError, match="has an offset"):
        local_instants(datetime(2026, 3, 8, 2, 30, tzinfo=UTC), NEW_YORK)


NAIVE = at("2026-03-11T12:00")
AWARE = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: deadline(NAIVE, forward(1, ALL), NEW_YORK, FEDERAL), id="deadline"),
        pytest.param(lambda: due_before(NAIVE, before(1, ALL), NEW_YORK, FEDERAL), id="due"),
    ],
)  # fmt: skip
def test_a_time_without_an_offset_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"`2026-03-11T12:00:00` .*aware"):
        call()


@pytest.mark.parametrize(
    ("sentence", "arguments", "words"),
    [
        ("no limit", {"hours": None}, "needs a limit"),
        ("two limits", {"hours": 48, "until_end_of_day": True}, "one limit: `48` hours"),
        ("negative hours", {"hours": -1}, "`-1` hours: a limit cannot be negative"),
        (
            "the end of the day with days left out",
            {"hours": None, "until_end_of_day": True, "excludes": ALL},
            "excludes no days",
        ),
        (
            "the end of the day before release",
            {"hours": None, "until_end_of_day": True, "hours_run": HoursRun.BEFORE_RELEASE},
            "no limit before release",
        ),
    ],
)
def test_a_clock_without_one_meaning_is_refused(
    sentence: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Clock(**{"hours_run": HoursRun.FROM_BOOKING, **arguments})


def test_a_clock_is_refused_in_the_direction_in_which_it_does_not_run() -> None:
    with pytest.raises(ValueError, match="`before-release` has no deadline"):
        deadline(AWARE, before(48, ALL), NEW_YORK, FEDERAL)
    with pytest.raises(ValueError, match="`from-release-eligibility` is not counted back"):
        due_before(AWARE, forward(48, ALL), NEW_YORK, FEDERAL)
    with pytest.raises(ValueError, match="is not counted back"):
        due_before(AWARE, END_OF_DAY, NEW_YORK, FEDERAL)


def test_a_limit_past_the_last_year_of_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="`2100` is not a year"):
        deadline(datetime(2099, 12, 31, 20, tzinfo=UTC), forward(48, ALL), NEW_YORK, FEDERAL)


@pytest.mark.parametrize("value", [*HoursRun, *Excluded])
def test_every_value_is_described(value: HoursRun | Excluded) -> None:
    assert DESCRIPTIONS[value].endswith(".")


def test_nothing_is_described_that_is_no_value() -> None:
    assert set(DESCRIPTIONS) == {*HoursRun, *Excluded}


@pytest.mark.parametrize(
    "name",
    ["New_York", "Chicago", "Denver", "Boise", "Phoenix", "Los_Angeles", "Anchorage", "Adak"],
)
def test_no_us_zone_changes_its_clocks_at_the_boundary_of_a_day(name: str) -> None:
    # The reading of a left-out day, and of 11:59 p.m., leans on that.
    zone = ZoneInfo(f"America/{name}")
    days = (date(2000, 1, 1) + timedelta(days=n) for n in range(365 * 40))
    for day, wall in itertools.product(days, (time(0), time(23, 59))):
        if day.weekday() in (5, 6):
            assert len(local_instants(datetime.combine(day, wall), zone)) == 1
