"""Times: what was done, what never was, and what nobody knows, one changed fact per row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from exeat.facts.times import (
    NEVER,
    Act,
    Truth,
    Uncertain,
    When,
    _edtf_days,
    _plain_days,
    aware,
    bounds,
    done_by,
    parse_when,
    show_when,
)

NEW_YORK = ZoneInfo("America/New_York")
GUAM = ZoneInfo("Pacific/Guam")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


NOON = at("2026-03-06T17:00Z")  # noon in New York

DONE: list[tuple[str, Act, ZoneInfo, Truth]] = [
    ("an act at the instant itself is done", NOON, NEW_YORK, True),
    ("an act a minute later is not", at("2026-03-06T17:01Z"), NEW_YORK, False),
    ("the offset in which it is written does not matter", at("2026-03-06T12:00-05:00"), GUAM, True),
    ("what never happened is not done", NEVER, NEW_YORK, False),
    ("of what the record does not say nothing is known", None, NEW_YORK, None),
    ("yesterday is over", Uncertain("2026-03-05"), NEW_YORK, True),
    (
        "a day is over at the midnight that ends it",
        Uncertain("2026-03-06"),
        ZoneInfo("Etc/GMT-7"),
        True,
    ),
    ("today is neither over nor to come", Uncertain("2026-03-06"), NEW_YORK, None),
    ("tomorrow is to come", Uncertain("2026-03-07"), NEW_YORK, False),
    ("tomorrow has begun where the sun rises earlier", Uncertain("2026-03-07"), GUAM, None),
    ("and today is not over there before its midnight", Uncertain("2026-03-06"), GUAM, True),
    ("last month is over", Uncertain("2026-02"), NEW_YORK, True),
    ("this month is not", Uncertain("2026-03"), NEW_YORK, None),
    ("happened, time unknown: not known by when", Uncertain("XXXX-XX-XX"), NEW_YORK, None),
    ("since yesterday or later: not known", Uncertain("2026-03-05/.."), NEW_YORK, None),
    ("by yesterday: done", Uncertain("../2026-03-05"), NEW_YORK, True),
    ("from tomorrow on: not done", Uncertain("2026-03-07/.."), NEW_YORK, False),
    ("about yesterday: not known", Uncertain("2026-03-05~"), NEW_YORK, None),
    ("some day of the year before last: done", Uncertain("2024-XX-XX"), NEW_YORK, True),
]


@pytest.mark.parametrize(("name", "act", "zone", "expected"), DONE, ids=[row[0] for row in DONE])
def test_done_by(name: str, act: Act, zone: ZoneInfo, expected: Truth) -> None:
    assert done_by(act, NOON, zone) is expected


BOUNDS: list[tuple[str, When, str | None, str | None]] = [
    ("an instant is its own bounds", NOON, "2026-03-06T17:00", "2026-03-06T17:00"),
    (
        "a day ends with the midnight after it",
        Uncertain("2026-03-06"),
        "2026-03-06T05:00",
        "2026-03-07T05:00",
    ),
    (
        "clocks go forward: 23 hours",
        Uncertain("2026-03-08"),
        "2026-03-08T05:00",
        "2026-03-09T04:00",
    ),
    (
        "clocks go back: 25 hours",
        Uncertain("2026-11-01"),
        "2026-11-01T04:00",
        "2026-11-02T05:00",
    ),
    ("a leap February has 29 days", Uncertain("2024-02"), "2024-02-01T05:00", "2024-03-01T05:00"),
    ("of nothing known there are no bounds", Uncertain("XXXX-XX-XX"), None, None),
    ("an open end has no latest", Uncertain("2026-03-06/.."), "2026-03-06T05:00", None),
    ("an open start has no earliest", Uncertain("../2026-03-06"), None, "2026-03-07T05:00"),
    ("a span has both", Uncertain("2026-03-06/2026-03-07"), "2026-03-06T05:00", "2026-03-08T05:00"),
]


@pytest.mark.parametrize(("name", "when", "early", "late"), BOUNDS, ids=[row[0] for row in BOUNDS])
def test_bounds(name: str, when: When, early: str | None, late: str | None) -> None:
    shown = [end and end.strftime("%Y-%m-%dT%H:%M") for end in bounds(when, NEW_YORK)]
    assert shown == [early, late]
    assert all(end is None or end.tzinfo is UTC for end in bounds(when, NEW_YORK))


REFUSED = [
    ("a time of day without an offset is no instant", "2026-03-06T17:30", "has no offset"),
    ("nor with a blank", "2026-03-06 17:30", "has no offset"),
    ("a word is no time", "soon", "neither a time"),
    ("American order is no date", "03/06/2026", "neither a time"),
    ("February has no 30th", "2026-02-30", "neither a time"),
    ("nor a day an hour 25", "2026-03-06T25:00Z", "is no time"),
    ("nothing is no time", "", "neither a time"),
    ("never is an act and no time", "never", "neither a time"),
    ("the last day that a computer knows is no open end", "9999-12-31", "neither a time"),
    ("the first day of all is a placeholder", "0001-01-01", "outside the years"),
    ("so is 1900", "1900-01-01T00:00Z", "outside the years"),
    ("a list is no date", "[..2017]", "neither a time"),
    ("a span does not end before it begins", "2017-06/2016-01", "ends before it begins"),
    ("three dates are no span", "2017/2018/2019", "neither a time"),
    ("slashes alone are nothing", "///", "neither a time"),
    ("a line break is no part of a date", "2017-05\n", "neither a time"),
]


@pytest.mark.parametrize(("name", "text", "says"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_time_is_refused_with_the_text_seen(name: str, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        parse_when(text)
    assert f"`{text}`" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["2026-03-06T17:30:00-05:00", "2017-05", "2017-05-04~", "2017-05/2017-08", "XXXX-XX-XX"],
)
def test_a_time_is_shown_as_it_was_written(text: str) -> None:
    assert show_when(parse_when(text)) == text


@pytest.mark.parametrize("year", ["1900", "1972", "2000", "2016", "2017", "9999"])
def test_a_plain_date_is_read_as_the_edtf_grammar_reads_it(year: str) -> None:
    months = [f"{year}-{month:02}" for month in range(14)]
    days = [f"{month}-{day:02}" for month in months[:5] for day in (0, 1, 28, 29, 30, 31, 32)]
    told = {text: days_of(text, _plain_days) for text in (year, *months, *days)}
    plain = {text: days for text, days in told.items() if days is not None}
    assert len(plain) > 30
    assert plain == {text: days_of(text, _edtf_days) for text in plain}


def days_of(text: str, read: Callable[[str], tuple[date, date] | None]) -> object:
    try:
        return read(text)
    except ValueError:
        return "refused"


def test_never_and_not_known_are_shown_apart() -> None:
    assert show_when(NEVER) == "never"
    assert show_when(None) is None
    assert repr(NEVER) == "NEVER"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        aware(datetime(2026, 3, 6), "known_at")  # noqa: DTZ001
