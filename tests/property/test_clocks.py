"""What holds for every limit, every start and every zone, and not only for the rows of a table.

All comparisons are made in UTC: within one zone Python compares times as they stand on the wall.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st
from tests.hours import counted_hours, elapsed_hours

from exeat.facts.times import local_instants
from exeat.rules.calendar import FEDERAL, is_excluded
from exeat.rules.clocks import (
    Clock,
    Excluded,
    HoursRun,
    deadline,
    due_before,
)

ZONES = [
    ZoneInfo(name)
    for name in (
        "America/New_York",
        "America/Chicago",
        "America/Phoenix",
        "America/Los_Angeles",
        "America/Adak",
        "Pacific/Guam",
        "Pacific/Honolulu",
    )
]
FORWARD = [run for run in HoursRun if run is not HoursRun.BEFORE_RELEASE]
NEW_YORK = ZONES[0]
ALL = frozenset(Excluded)
# The corners: the two changes of the clocks, and a New Year observed in the year before.
SPRING = datetime(2026, 3, 8, 7, tzinfo=UTC)
AUTUMN = datetime(2026, 11, 1, 6, tzinfo=UTC)
NEW_YEAR = datetime(2021, 12, 31, 5, tzinfo=UTC)

zones = st.sampled_from(ZONES)
exclusions = st.frozensets(st.sampled_from(list(Excluded)))
limits = st.integers(0, 400)
# Hypothesis shrinks towards plain times; whole hours near the corners are drawn on purpose.
instants = st.one_of(
    st.datetimes(
        datetime.fromisoformat("1975-01-01"),
        datetime.fromisoformat("2095-01-01"),
        timezones=st.just(UTC),
    ),
    st.builds(
        lambda corner, minutes: corner + timedelta(minutes=minutes),
        st.sampled_from([SPRING, AUTUMN, NEW_YEAR]),
        st.one_of(st.integers(-7200, 7200), st.integers(-120, 120).map(lambda hours: hours * 60)),
    ),
)


def end_of(start: datetime, hours: int, excludes: frozenset[Excluded], zone: ZoneInfo) -> datetime:
    clock = Clock(hours, HoursRun.FROM_RELEASE_ELIGIBILITY, excludes)
    return deadline(start, clock, zone, FEDERAL).astimezone(UTC)


def due_of(
    release: datetime, hours: int, excludes: frozenset[Excluded], zone: ZoneInfo
) -> datetime:
    clock = Clock(hours, HoursRun.BEFORE_RELEASE, excludes)
    return due_before(release, clock, zone, FEDERAL).astimezone(UTC)


@given(instants, limits, exclusions, zones)
@example(SPRING, 1, frozenset(), NEW_YORK)
@example(AUTUMN, 1, frozenset(), NEW_YORK)
@example(NEW_YEAR, 48, ALL, NEW_YORK)
def test_exactly_the_hours_of_the_limit_count_between_start_and_deadline(
    start: datetime, hours: int, excludes: frozenset[Excluded], zone: ZoneInfo
) -> None:
    end = end_of(start, hours, excludes, zone)
    assert end >= start
    assert counted_hours(start, end, excludes, zone, FEDERAL) == timedelta(hours=hours)


@given(instants, st.integers(1, 400), exclusions, zones)
def test_the_deadline_is_the_earliest_such_instant(
    start: datetime, hours: int, excludes: frozenset[Excluded], zone: ZoneInfo
) -> None:
    just_before = end_of(start, hours, excludes, zone) - timedelta(microseconds=1)
    counted = counted_hours(start, just_before, excludes, zone, FEDERAL)
    assert counted == timedelta(hours=hours) - timedelta(microseconds=1)


@given(instants, instants, limits, exclusions, zones)
def test_a_later_start_never_ends_earlier(
    one: datetime, other: datetime, hours: int, excludes: frozenset[Excluded], zone: ZoneInfo
) -> None:
    earlier, later = sorted((one, other))
    assert end_of(earlier, hours, excludes, zone) <= end_of(later, hours, excludes, zone)


@given(instants, limits, limits, exclusions, zones)
def test_more_hours_never_end_earlier(
    start: datetime, one: int, other: int, excludes: frozenset[Excluded], zone: ZoneInfo
) -> None:
    fewer, more = sorted((one, other))
    assert end_of(start, fewer, excludes, zone) <= end_of(start, more, excludes, zone)


@given(instants, limits, exclusions, st.sampled_from(list(Excluded)), zones)
def test_leaving_out_fewer_days_never_makes_a_hold_longer_or_a_notice_due_earlier(
    start: datetime,
    hours: int,
    excludes: frozenset[Excluded],
    removed: Excluded,
    zone: ZoneInfo,
) -> None:
    fewer = excludes - {removed}
    assert end_of(start, hours, fewer, zone) <= end_of(start, hours, excludes, zone)
    assert due_of(start, hours, fewer, zone) >= due_of(start, hours, excludes, zone)


@given(instants, limits, zones)
def test_running_hours_are_elapsed_hours(start: datetime, hours: int, zone: ZoneInfo) -> None:
    clock = Clock(hours, HoursRun.FROM_BOOKING)
    assert elapsed_hours(start, deadline(start, clock, zone, FEDERAL)) == hours


@given(instants, limits, exclusions, zones)
def test_exactly_the_hours_of_the_limit_count_between_due_instant_and_release(
    release: datetime, hours: int, excludes: frozenset[Excluded], zone: ZoneInfo
) -> None:
    due = due_of(release, hours, excludes, zone)
    assert due <= release
    assert counted_hours(due, release, excludes, zone, FEDERAL) == timedelta(hours=hours)


@given(instants, limits, exclusions, zones)
def test_counting_back_from_a_deadline_meets_the_start_less_the_days_left_out(
    start: datetime, hours: int, excludes: frozenset[Excluded], zone: ZoneInfo
) -> None:
    back = due_of(end_of(start, hours, excludes, zone), hours, excludes, zone)
    # Not before the start; and what lies between is left out, as from Saturday to Monday 00:00.
    assert back >= start
    assert not counted_hours(start, back, excludes, zone, FEDERAL)
    inside_a_counted_day = not is_excluded(start.astimezone(zone).date(), excludes, FEDERAL)
    if inside_a_counted_day:
        assert back == start


@given(instants, limits, exclusions, zones)
def test_counting_forward_from_a_due_instant_never_passes_the_release(
    release: datetime, hours: int, excludes: frozenset[Excluded], zone: ZoneInfo
) -> None:
    again = end_of(due_of(release, hours, excludes, zone), hours, excludes, zone)
    assert again <= release
    assert not counted_hours(again, release, excludes, zone, FEDERAL)


@given(instants, limits, exclusions, zones, zones)
@example(AUTUMN, 48, frozenset(), NEW_YORK, NEW_YORK)
@example(AUTUMN - timedelta(minutes=30), 48, frozenset(), NEW_YORK, NEW_YORK)
def test_the_zone_in_which_an_instant_is_written_does_not_matter(
    start: datetime,
    hours: int,
    excludes: frozenset[Excluded],
    zone: ZoneInfo,
    written_in: ZoneInfo,
) -> None:
    written = start.astimezone(written_in)
    assert end_of(written, hours, excludes, zone) == end_of(start, hours, excludes, zone)
    assert due_of(written, hours, excludes, zone) == due_of(start, hours, excludes, zone)


@given(instants, st.sampled_from(FORWARD), zones)
def test_the_end_of_the_day_is_on_that_day_and_not_before_the_start(
    start: datetime, run: HoursRun, zone: ZoneInfo
) -> None:
    end = deadline(start, Clock(None, run, until_end_of_day=True), zone, FEDERAL)
    assert end.astimezone(UTC) >= start
    assert end.date() == start.astimezone(zone).date()
    assert (end.hour, end.minute) == (23, 59)


@given(instants, instants, instants, exclusions, zones)
def test_counted_time_adds_up(
    a: datetime, b: datetime, c: datetime, excludes: frozenset[Excluded], zone: ZoneInfo
) -> None:
    # Years apart would only be slow: the three are brought within a month.
    first = min(a, b, c)
    near = sorted(first + (instant - first) % timedelta(days=30) for instant in (a, b, c))
    parts = [counted_hours(near[i], near[j], excludes, zone, FEDERAL) for i, j in ((0, 1), (1, 2))]
    assert sum(parts, timedelta(0)) == counted_hours(near[0], near[2], excludes, zone, FEDERAL)


@given(instants, zones)
@example(AUTUMN, NEW_YORK)
def test_an_instant_is_among_those_at_which_its_wall_time_was_shown(
    instant: datetime, zone: ZoneInfo
) -> None:
    wall = instant.astimezone(zone).replace(tzinfo=None)
    assert instant in local_instants(wall, zone)
