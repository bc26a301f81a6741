"""Row 20: Maryland: 22 of 65 release dates wrong, from 112 days early to 24 late: wrong inputs."""

from datetime import timedelta

from tests.scenario.failures.kit import Town

from exeat.decide import decide
from exeat.desk.service import Role
from exeat.facts import events as ev
from exeat.facts.codes import BasisEnd
from exeat.facts.fold import fold


def test_every_input_says_who_gave_it_and_when_and_a_correction_hides_none(town: Town) -> None:
    record = town.book()
    wrong = town.now
    done = town.desk.end_basis(
        town.ctx("clerk"), record, basis="charge", ended_by=BasisEnd.BAIL, event_id="end-1"
    )
    before = town.desk.clear(town.ctx(), record)
    assert before.answer.verdict.value == "release"
    town.later(minutes=20)
    first = next(e for e in town.desk.person(town.ctx(), record).events if e.id == "end-1")
    assert isinstance(first, ev.BasisEnded) and first.by == "pierce"
    right = ev.BasisEnded(
        id="end-1",
        record=record,
        occurred=wrong + timedelta(days=112),
        recorded=first.recorded,
        by=first.by,
        basis="charge",
        ended_by=BasisEnd.TIME_SERVED,
    )
    town.desk.correct(
        town.ctx("lead"), record, of="end-1", says="The date was of another case.", instead=right
    )
    page = town.desk.person(town.ctx(), record)
    assert page.answer.verdict.value == "in-custody"
    assert [e.event for e in page.events][-2:] == ["basis-ended", "corrected"]
    lines = town.desk.audit_log(town.ctx("auditor", role=Role.AUDITOR))
    assert [line.actor for line in lines if line.what == "end_basis"] == ["clerk"]
    assert [line.actor for line in lines if line.what == "correct"] == ["lead"]
    assert done.version == before.version


def test_the_answer_that_was_given_can_be_worked_out_again_from_its_inputs(town: Town) -> None:
    record = town.book()
    town.bail(record)
    town.release(record)
    page = town.desk.person(town.ctx(), record)
    inputs = [event for event in page.events if event.event != "released"]
    again = decide(fold(inputs), page.law, town.now)
    (given,) = page.answers
    assert given["verdict"] == again.verdict.value == "release"
    assert given["gate"]["seen_version"] == len(inputs)
