"""What binds whom: commands, permissions, bans and ceilings at every level."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.invented_law import ELIGIBLE, LEVELS, ask, rule, said

from exeat.decide import Certainty, Verdict

# -- levels ------------------------------------------------------------------------------

EACH = list(LEVELS)
PAIRS = [(one, other) for one in EACH for other in EACH]


@pytest.mark.parametrize(("above", "below"), PAIRS)
def test_a_command_and_a_ban_contradict_each_other_at_any_levels(above: str, below: str) -> None:
    files = dict.fromkeys(EACH, "")
    files[above] += rule("must", hours=48)
    files[below] += rule("must-not")
    answer = ask(files)
    assert said(answer) == (Verdict.CONFLICT, Certainty.CERTAIN)
    assert {found.id for found in answer.conflicts[0].rules} == {"must", "must-not"}


@pytest.mark.parametrize(("above", "below"), PAIRS)
def test_a_ban_stands_over_a_permission_of_any_level(above: str, below: str) -> None:
    files = dict.fromkeys(EACH, "")
    files[above] += rule("may", hours=48)
    files[below] += rule("must-not")
    assert said(ask(files)) == (Verdict.RELEASE, Certainty.CERTAIN)


@pytest.mark.parametrize(("above", "below"), PAIRS)
def test_a_command_stands_over_a_permission(above: str, below: str) -> None:
    files = dict.fromkeys(EACH, "")
    files[above] += rule("may", hours=72)
    files[below] += rule("must", hours=48)
    answer = ask(files)
    assert answer.verdict is Verdict.MUST_HOLD
    assert answer.until == ELIGIBLE + timedelta(hours=48)
    after = ask(files, hours=48)
    assert after.verdict is Verdict.MAY_HOLD
    assert after.until == ELIGIBLE + timedelta(hours=72)


@pytest.mark.parametrize("modality", ["may", "must"])
@pytest.mark.parametrize(("above", "below"), PAIRS)
def test_a_ceiling_bounds_whatever_it_reaches(above: str, below: str, modality: str) -> None:
    files = dict.fromkeys(EACH, "")
    files[above] += rule(modality, hours=48)
    files[below] += rule("must-not", hours=24)
    held = {"may": Verdict.MAY_HOLD, "must": Verdict.MUST_HOLD}[modality]
    answer = ask(files, hours=23.9)
    assert said(answer) == (held, Certainty.CERTAIN)
    assert answer.until == ELIGIBLE + timedelta(hours=24)
    after = ask(files, hours=24)
    assert said(after) == (Verdict.OVERDUE, Certainty.CERTAIN)
    assert after.overdue_since == ELIGIBLE + timedelta(hours=24)


def test_a_longer_ceiling_lengthens_nothing() -> None:
    files = {"us": rule("must-not", hours=48), "us-xx": rule("may", hours=6)}
    assert ask(files).until == ELIGIBLE + timedelta(hours=6)
    assert ask(files, hours=6).verdict is Verdict.OVERDUE


def test_a_ceiling_alone_allows_nothing() -> None:
    assert ask({"us": rule("must-not", hours=48)}).verdict is Verdict.RELEASE


def test_no_law_at_all_allows_nothing() -> None:
    assert ask({}).verdict is Verdict.RELEASE


# -- what a hold rests on ----------------------------------------------------------------

ON_A_WARRANT = 'rests_on = "warrant"\n'


def test_a_ban_on_requests_does_not_touch_a_hold_on_a_warrant() -> None:
    files = {"us": rule("may", more=ON_A_WARRANT), "us-xx": rule("must-not")}
    answer = ask(files)
    assert said(answer) == (Verdict.MAY_HOLD, Certainty.CERTAIN)
    assert answer.until is None


def test_a_ban_on_warrants_does_not_touch_a_hold_on_a_request() -> None:
    files = {"us": rule("may", hours=48), "us-xx": rule("must-not", more=ON_A_WARRANT)}
    assert ask(files).verdict is Verdict.MAY_HOLD


def test_a_ceiling_on_requests_does_not_bound_a_hold_on_a_warrant() -> None:
    files = {"us": rule("must-not", hours=24), "us-xx": rule("must", more=ON_A_WARRANT)}
    assert ask(files, hours=99).verdict is Verdict.MUST_HOLD


def test_a_warrant_of_an_officer_is_not_one_of_a_judge() -> None:
    condition = '"warrant.judicial"'
    assert ask({"us-xx": rule("may", condition=condition)}).verdict is Verdict.RELEASE


# -- what a person must judge ------------------------------------------------------------

JUDGE = "judge = true\n"


def test_a_permission_that_a_person_must_judge_allows_nothing() -> None:
    answer = ask({"us-xx": rule("may", hours=48, more=JUDGE)})
    assert answer.verdict is Verdict.RELEASE
    assert [found.id for found in answer.to_judge] == ["may"]


def test_a_command_that_a_person_must_judge_is_not_overlooked_and_holds_nobody() -> None:
    answer = ask({"us-xx": rule("must", hours=48, more=JUDGE)})
    assert said(answer) == (Verdict.CALL_COUNSEL, Certainty.CERTAIN)
    assert [found.id for found in answer.to_judge] == ["must"]


def test_a_ban_that_a_person_must_judge_is_not_overlooked() -> None:
    files = {"us": rule("may", hours=48), "us-xx": rule("must-not", more=JUDGE)}
    assert ask(files).verdict is Verdict.RELEASE_UNLESS_INSTRUCTED


def test_what_must_be_judged_and_surely_does_not_bite_changes_nothing() -> None:
    off = rule("must", hours=48, condition='"not detainer.present"', more=JUDGE)
    assert ask({"us-xx": off}).verdict is Verdict.RELEASE
