"""Readings of what is contested, days, the power to hold, and what a court switches off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.unit.invented_law import CONTEST, ELIGIBLE, RECORD, Law, ask, rule, said

from exeat.decide import Certainty, Verdict, decide
from exeat.rules.library import shipped
from exeat.rules.place import LawOfPlace, law_of_place

# -- readings of what is contested -------------------------------------------------------


def on(reading: str) -> str:
    return f'reading = "point/{reading}"\n'


def test_power_on_one_reading_and_none_on_the_other_is_for_counsel() -> None:
    answer = ask({"us-xx": CONTEST + rule("may", hours=48, more=on("yes"))})
    assert said(answer) == (Verdict.CONFLICT, Certainty.POSSIBLE)
    assert answer.conflicts[0].asks == ("Is it so?",)


def test_a_command_on_one_reading_only_is_for_counsel() -> None:
    answer = ask({"us-xx": CONTEST + rule("must", hours=48, more=on("yes"))})
    assert said(answer) == (Verdict.CONFLICT, Certainty.POSSIBLE)


def test_a_ban_on_one_reading_against_a_permission_on_both_is_for_counsel() -> None:
    files = {"us": rule("may", hours=48), "us-xx": CONTEST + rule("must-not", more=on("yes"))}
    assert said(ask(files)) == (Verdict.CONFLICT, Certainty.POSSIBLE)


TWO_CLOCKS = {
    "us": rule("may", hours=48),
    "us-xx": CONTEST + rule("must-not", hours=24, more=on("yes")),
}


@pytest.mark.parametrize(
    ("hours", "expected", "since"),
    [
        (23.9, (Verdict.MAY_HOLD, Certainty.CERTAIN), None),
        (24, (Verdict.OVERDUE, Certainty.POSSIBLE), 24),
        (47.9, (Verdict.OVERDUE, Certainty.POSSIBLE), 24),
        # Only now is it sure that every authority has ended.
        (48, (Verdict.OVERDUE, Certainty.CERTAIN), 48),
        (99, (Verdict.OVERDUE, Certainty.CERTAIN), 48),
    ],
)
def test_two_clocks_the_shorter_is_the_safe_one(
    hours: float, expected: tuple[Verdict, Certainty], since: int | None
) -> None:
    answer = ask(TWO_CLOCKS, hours=hours)
    assert said(answer) == expected
    if since is None:
        assert answer.until == ELIGIBLE + timedelta(hours=24)
    else:
        assert answer.overdue_since == ELIGIBLE + timedelta(hours=since)


def test_where_all_readings_agree_the_answer_is_certain() -> None:
    files = CONTEST + rule("may", "a", hours=48, more=on("yes"))
    files += rule("may", "b", hours=48, more=on("no"))
    assert said(ask({"us-xx": files})) == (Verdict.MAY_HOLD, Certainty.CERTAIN)


def test_a_missing_fact_on_one_reading_is_asked_and_never_a_hold() -> None:
    unknown = rule("must-not", condition='"detainer.ground_stated"', more=on("yes"))
    answer = ask({"us": rule("may", hours=48), "us-xx": CONTEST + unknown})
    assert said(answer) == (Verdict.UNKNOWN, Certainty.CERTAIN)
    assert [question.fact for question in answer.questions] == ["detainer.ground_stated"]


# -- days --------------------------------------------------------------------------------


def test_a_year_without_a_day_is_only_possibly_in_force_within_it_and_no_fact_decides() -> None:
    answer = ask({"us-xx": rule("may", hours=48, first_day="2026")})
    assert answer.verdict is Verdict.RELEASE_UNLESS_INSTRUCTED
    assert answer.questions == ()
    assert [found.rule.id for found in answer.unevaluated] == ["may"]


def test_a_first_day_that_nobody_knows_is_sure_only_from_the_day_checked() -> None:
    law = Law({"us-xx": rule("may", hours=48, first_day="unknown")}).place()
    assert decide(RECORD, law, ELIGIBLE).verdict is Verdict.RELEASE_UNLESS_INSTRUCTED
    late = datetime.fromisoformat("2026-11-25T12:00+00:00")
    ended = replace(RECORD, bases=(replace(RECORD.bases[0], end=late),))
    assert decide(ended, law, late).verdict is Verdict.MAY_HOLD


def test_the_day_is_that_of_the_facility() -> None:
    law = Law({"us-xx": rule("must-not", first_day="2026-04-11") + rule("may", hours=48)}).place()
    honolulu = replace(RECORD, zone="Pacific/Honolulu")
    midnight = datetime.fromisoformat("2026-04-11T00:00-10:00")
    assert decide(honolulu, law, midnight - timedelta(microseconds=1)).verdict is Verdict.MAY_HOLD
    # Law took the hold away, and no clock ran out: letting the person out takes its time. The
    # four hours for it are a jail's own setting (`processing`) and no law; what is certain after
    # them is that law forbids to keep the person on the request.
    assert decide(honolulu, law, midnight).verdict is Verdict.RELEASE
    late = decide(honolulu, law, midnight + law.processing)
    assert said(late) == (Verdict.OVERDUE, Certainty.CERTAIN)
    assert late.overdue_since == midnight
    # Where nobody asks for anything no law is broken, and the hours alone make nothing certain.
    nobody_asks = replace(honolulu, detainers=())
    slow = decide(nobody_asks, law, midnight + law.processing)
    assert said(slow) == (Verdict.OVERDUE, Certainty.POSSIBLE)


# -- the power to hold -------------------------------------------------------------------

NEEDS_POWER = rule("may", hours=48, condition='"place.hold_power"')


def power(value: str, first_day: str = "") -> str:
    since = f'hold_power_first_day = "{first_day}"\n' if first_day else ""
    return f'hold_power = {value}\nhold_power_source = ["code"]\n{since}'


@pytest.mark.parametrize(
    ("heads", "verdict"),
    [
        ({}, Verdict.RELEASE_UNLESS_INSTRUCTED),
        ({"us-xx": power("true")}, Verdict.MAY_HOLD),
        ({"us-xx": power("false")}, Verdict.RELEASE),
        ({"us-xx": power("true"), "us-xx-here": power("false")}, Verdict.RELEASE),
        ({"us-xx": power("true", "2026-04-10")}, Verdict.MAY_HOLD),
        ({"us-xx": power("true", "2026-04-11")}, Verdict.RELEASE_UNLESS_INSTRUCTED),
        ({"us-xx": power("false", "2026-04-11")}, Verdict.RELEASE_UNLESS_INSTRUCTED),
    ],
)
def test_federal_law_leaves_a_choice_only_where_the_state_gives_the_power(
    heads: dict[str, str], verdict: Verdict
) -> None:
    answer = ask({"us": NEEDS_POWER}, heads=heads)
    assert answer.verdict is verdict
    # The deputy is asked nothing: only counsel can say whether this office has the power.
    assert answer.questions == ()
    open_ = verdict is Verdict.RELEASE_UNLESS_INSTRUCTED
    assert [q.fact for q in answer.for_counsel] == ["place.hold_power"] * open_


@pytest.mark.parametrize(
    ("place", "last_day_before", "power_then"),
    [
        ("us-tx", "2017-09-24", True),
        ("us-ma", "2017-07-23", False),
        ("us-ny", "2018-11-13", False),
        ("us-mn", "2019-09-22", False),
        ("us-il", "2021-08-01", False),
    ],
)
def test_the_power_is_not_known_before_its_first_day(
    place: str, last_day_before: str, power_then: bool
) -> None:
    law, day = law_of_place(place, shipped()), date.fromisoformat(last_day_before)
    assert law.on(day).hold_power is None
    assert law.on(day + timedelta(days=1)).hold_power is power_then


# -- a court switches off one rule -------------------------------------------------------


def live(law: LawOfPlace, day: str) -> set[str]:
    of_day = law.on(date.fromisoformat(day))
    world = of_day.worlds[0]
    held = world.rules
    return {found.id for found, _ in (*held, *of_day.others)}


def test_an_order_switches_off_what_it_names_for_one_sheriff_and_nothing_else() -> None:
    state = live(law_of_place("us-in", shipped()), "2026-07-02")
    monroe = live(law_of_place("us-in-monroe", shipped()), "2026-07-02")
    assert "in-hold-comply" in state
    assert state - monroe == {"in-hold-comply", "in-notify-as-requested"}
    assert {"in-notify-judge", "in-record", "in-inform-person"} <= monroe


SUSPEND = """
[[suspend]]
rule = "must"
first_day = "2026-04-11"
last_day = "2026-04-12"
source = ["code"]
"""


@pytest.mark.parametrize(
    ("hours", "verdict"),
    [
        (11.9, Verdict.MUST_HOLD),
        (12, Verdict.MAY_HOLD),
        (59.9, Verdict.MAY_HOLD),
        (60, Verdict.MUST_HOLD),
    ],
)
def test_a_suspension_has_a_first_and_a_last_day(hours: float, verdict: Verdict) -> None:
    files = {"us-xx": rule("must", hours=90) + rule("may", hours=90), "us-xx-here": SUSPEND}
    assert ask(files, hours=hours).verdict is verdict
