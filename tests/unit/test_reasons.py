"""What the reasons must never leave out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.unit.invented_law import ask, rule

from exeat.decide import Verdict, decide
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
    detainers=(Detainer(id="d1", form=DetainerForm.I247A),),
)


@pytest.mark.parametrize(
    ("warrant", "said"),
    [(WarrantKind.FEDERAL_JUDGE_CRIMINAL, True), (WarrantKind.I200, False)],
)
def test_a_judge_s_warrant_is_said_to_be_a_ground_of_its_own(
    warrant: WarrantKind, said: bool
) -> None:
    paper = replace(
        RECORD.detainers[0],
        warrants=(warrant,),
        names_this_person=True,
        received=RECORD.booked,
    )
    answer = decide(replace(RECORD, detainers=(paper,)), law_of_place("us-wa", shipped()), FREE)
    assert answer.verdict is (Verdict.IN_CUSTODY if said else Verdict.RELEASE)
    assert any("ground of custody of its own" in step.says for step in answer.because) is said


def test_a_conflict_says_the_command_and_the_ban_and_no_rule_that_takes_no_side() -> None:
    files = {
        "us-xx": rule("must", hours=48, id="held")
        + rule("must-not", id="banned")
        + rule("may", hours=48, id="free")
        + rule("must-not", hours=72, id="ceiling")
    }
    answer = ask(files)
    assert answer.verdict is Verdict.CONFLICT
    assert [step.rule.id for step in answer.because if step.rule and "commands" in step.says] == [
        "held"
    ]
    assert [step.rule.id for step in answer.because if step.rule and "forbids" in step.says] == [
        "banned"
    ]
    assert {found.id for found in answer.conflicts[0].rules} == {"held", "banned"}
