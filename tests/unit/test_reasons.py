"""What the reasons must never leave out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.invented_law import ask, rule

from exeat.decide import Answer, CheckKind, Reason, Verdict, decide
from exeat.decide.custody import COURT_WARRANTS
from exeat.facts.codes import BasisKind, DetainerForm, WarrantKind
from exeat.facts.record import Basis, CustodyRecord, Detainer
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

FREE = datetime(2026, 10, 8, 17, 30, tzinfo=UTC)
RECORD = CustodyRecord(
    id="demo",
    zone="America/Los_Angeles",
    booked=datetime(2026, 10, 6, tzinfo=UTC),
    bases=(Basis(id="c1", kind=BasisKind.CHARGE, end=FREE),),
    detainers=(Detainer(id="d1", form=DetainerForm.I247A, received=FREE - timedelta(hours=9)),),
)


@pytest.mark.parametrize("warrant", sorted(COURT_WARRANTS))
def test_a_judge_s_warrant_that_names_the_person_keeps_them_and_is_to_be_confirmed(
    warrant: WarrantKind,
) -> None:
    answer = answer_with(warrant, names=True)
    assert answer.verdict is Verdict.IN_CUSTODY
    assert [check.kind for check in answer.checks] == [CheckKind.WARRANT]
    assert Reason.WARRANT_KEEPS in [step.code for step in answer.because]


@pytest.mark.parametrize("warrant", sorted(COURT_WARRANTS))
def test_whether_a_judge_s_warrant_names_this_person_is_asked(warrant: WarrantKind) -> None:
    answer = answer_with(warrant, names=None)
    assert answer.verdict is Verdict.UNKNOWN
    asked = {question.fact: question for question in answer.questions}
    changes = asked["detainer.names_this_person"].changes
    assert (("yes",), (Verdict.IN_CUSTODY,)) in [(c.answers, c.verdicts) for c in changes]


@pytest.mark.parametrize("warrant", [*sorted(COURT_WARRANTS), WarrantKind.I200])
def test_a_warrant_for_somebody_else_or_of_no_judge_keeps_nobody(warrant: WarrantKind) -> None:
    answer = answer_with(warrant, names=warrant is WarrantKind.I200)
    assert answer.verdict is Verdict.RELEASE
    assert answer.checks == ()


def answer_with(warrant: WarrantKind, *, names: bool | None) -> Answer:
    paper = replace(RECORD.detainers[0], warrants=(warrant,), names_this_person=names)
    record = replace(RECORD, detainers=(paper,))
    return decide(record, law_of_place("us-wa", shipped()), FREE)


def said_by(answer: Answer, code: Reason) -> list[str]:
    return [step.rule.id for step in answer.because if step.rule and step.code is code]


def test_a_conflict_says_the_command_and_the_ban_and_no_rule_that_takes_no_side() -> None:
    files = {
        "us-xx": rule("must", hours=48, id="held")
        + rule("must-not", id="banned")
        + rule("may", hours=48, id="free")
        + rule("must-not", hours=72, id="ceiling")
    }
    answer = ask(files)
    assert answer.verdict is Verdict.CONFLICT
    assert said_by(answer, Reason.COMMANDED) == ["held"]
    assert said_by(answer, Reason.BANNED) == ["banned"]
    assert {found.id for found in answer.conflicts[0].rules} == {"held", "banned"}
