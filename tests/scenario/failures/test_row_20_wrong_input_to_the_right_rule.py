"""Row 20: Maryland: 22 of 65 release dates wrong, from 112 days early to 24 late: wrong inputs."""

from dataclasses import replace
from datetime import timedelta

from tests.scenario.failures.kit import Town

from exeat.decide import decide
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import RefusalKind, Refused
from exeat.facts import events as ev
from exeat.facts.codes import BasisEnd, BasisKind, DetainerForm
from exeat.facts.fold import fold, standing
from exeat.facts.record import Person
from exeat.office.context import Role
from exeat.office.models import TaskKind


def test_every_input_says_who_gave_it_and_when_and_a_correction_hides_none(town: Town) -> None:
    record = town.book()
    wrong = town.now
    done = town.desk.acts.enter(
        town.ctx("clerk"),
        "end_basis",
        record,
        basis="charge",
        ended_by=BasisEnd.BAIL,
        event_id="end-1",
    )
    before = town.desk.gate.clear(town.ctx(), record)
    assert before.answer.verdict.value == "release"
    town.later(minutes=20)
    first = next(e for e in town.desk.reading.person(town.ctx(), record).events if e.id == "end-1")
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
    town.desk.acts.enter(
        town.ctx("lead"),
        "correct",
        record,
        of="end-1",
        says="The date was of another case.",
        instead=right,
    )
    page = town.desk.reading.person(town.ctx(), record)
    assert page.answer.verdict.value == "in-custody"
    assert [e.event for e in page.events][-2:] == ["basis-ended", "corrected"]
    lines = town.desk.reading.audit_log(town.ctx("auditor", role=Role.AUDITOR))
    assert [line.actor for line in lines if line.what == "end_basis"] == ["clerk"]
    assert [line.actor for line in lines if line.what == "correct"] == ["lead"]
    assert done.version == before.version


def corrected(town: Town, record: str, of: str, **parts: object) -> None:
    """Correct an entry of a record in some of its parts, once more if it was corrected before."""
    page = town.desk.reading.person(town.ctx(), record)
    stands = standing(page.events)[of]
    town.later(minutes=1)
    town.desk.acts.enter(
        town.ctx("lead"), "correct", record, of=of, says="A slip.", instead=replace(stands, **parts)
    )


def open_kinds(town: Town) -> list[TaskKind]:
    return [task.kind for task in town.desk.reading.tasks(town.ctx())]


def test_a_corrected_entry_has_the_consequences_of_one_entered_so_at_first(town: Town) -> None:
    """What a slip left undone is done once the slip is mended: a check opens, the gate shuts."""
    record = town.book(bases=[NewBasis(id="charge", kind=BasisKind.SENTENCE)])
    town.desk.acts.enter(
        town.ctx(),
        "end_basis",
        record,
        basis="charge",
        ended_by=BasisEnd.TIME_SERVED,
        event_id="end-1",
    )
    assert TaskKind.VERIFY_ORDER not in open_kinds(town)
    corrected(town, record, "end-1", ended_by=BasisEnd.COURT_ORDERED)
    assert TaskKind.VERIFY_ORDER in open_kinds(town)
    refused = town.release(record)
    assert isinstance(refused, Refused)
    assert RefusalKind.ORDER_UNVERIFIED in [one.kind for one in refused.refusals]


def test_a_corrected_claim_goes_back_to_the_issuer_once(town: Town) -> None:
    record = town.book()
    town.lodge(record)
    town.desk.acts.enter(
        town.ctx(),
        "set_person_fact",
        record,
        person=Person(claims_citizenship=False),
        event_id="facts-1",
    )
    assert TaskKind.CITIZENSHIP not in open_kinds(town)
    corrected(town, record, "facts-1", person=Person(claims_citizenship=True))
    assert TaskKind.CITIZENSHIP in open_kinds(town)

    def back() -> list[str]:
        told = town.desk.reading.person(town.ctx(), record).record.corrections
        return [one.of for one in told if one.disputed]

    assert back() == ["d1"]
    corrected(town, record, "facts-1", person=Person(claims_citizenship=True, under_18=True))
    assert back() == ["d1"]


def test_a_correction_of_the_time_alone_opens_nothing_again(town: Town) -> None:
    record = town.book()
    town.desk.acts.enter(
        town.ctx(),
        "set_person_fact",
        record,
        person=Person(claims_citizenship=True),
        event_id="facts-1",
    )
    (task,) = [
        one for one in town.desk.reading.tasks(town.ctx()) if one.kind is TaskKind.CITIZENSHIP
    ]
    town.desk.rounds.close_task(town.ctx(), task.id, "passport seen")
    corrected(town, record, "facts-1", occurred=town.now - timedelta(hours=2), note="at booking")
    assert TaskKind.CITIZENSHIP not in open_kinds(town)


def test_a_request_that_was_answered_is_not_asked_about_again_once_it_is_corrected(
    town: Town,
) -> None:
    record = town.book()
    town.lodge(record)
    town.desk.acts.enter(town.ctx(), "acknowledge", record, detainer="d1")
    lodged = next(
        e
        for e in town.desk.reading.person(town.ctx(), record).events
        if isinstance(e, ev.DetainerLodged)
    )
    corrected(town, record, lodged.id, form=DetainerForm.I247G)
    assert TaskKind.ACKNOWLEDGE not in open_kinds(town)
    assert (
        town.desk.reading.person(town.ctx(), record).record.detainers[0].form is DetainerForm.I247G
    )
    corrected(town, record, lodged.id, names_this_person=False)
    assert TaskKind.CONTRADICTION in open_kinds(town)


def test_the_answer_that_was_given_can_be_worked_out_again_from_its_inputs(town: Town) -> None:
    record = town.book()
    town.bail(record)
    town.release(record)
    page = town.desk.reading.person(town.ctx(), record)
    inputs = [event for event in page.events if event.event != "released"]
    again = decide(fold(inputs), page.law, town.now)
    (given,) = page.answers
    assert given["verdict"] == again.verdict.value == "release"
    assert given["gate"]["seen_version"] == len(inputs)
