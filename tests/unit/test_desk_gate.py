"""The gate: one transaction that holds, reads, decides, and only then writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.scenario.failures.kit import Town, county, person_of, shut, told

from exeat.desk.service.models import Override, OverrideReason, RefusalKind, Refused, Released
from exeat.facts.codes import LiftReason, ReleaseKind, StatusProof, WarrantKind
from exeat.facts.record import Person
from exeat.office.context import Role
from exeat.office.errors import NotPermitted, SignInError
from exeat.office.models import TaskKind
from exeat.record import Ledger, rebuild
from exeat.record.views import drop


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def kinds(found: Released | Refused) -> set[RefusalKind]:
    assert isinstance(found, Refused), found
    return {one.kind for one in found.refusals}


def test_a_person_who_posted_bail_goes(town: Town) -> None:
    record = town.book()
    town.bail(record)
    found = town.release(record)
    assert isinstance(found, Released), found
    history = town.desk.reading.person(town.ctx(), record)
    assert history.record.release is not None
    assert history.answers[-1]["verdict"] == "release"
    assert history.answers[-1]["gate"]["identifiers_matched"] == ["born", "booking_number"]


def test_a_hold_that_arrives_between_screen_and_release_stops_it(town: Town) -> None:
    record = town.book()
    town.bail(record)
    seen = town.desk.gate.clear(town.ctx(), record).version
    town.lodge(record)
    found = town.release(record, seen_version=seen)
    assert RefusalKind.MOVED_ON in kinds(found)
    assert isinstance(found, Refused)
    assert [event.event for event in found.came_in][:2] == ["detainer-lodged", "detainer-received"]
    assert town.desk.reading.person(town.ctx(), record).record.release is None


def test_the_answer_that_was_given_lies_beside_the_release(town: Town) -> None:
    record = town.book()
    town.bail(record)
    version = town.desk.gate.clear(town.ctx(), record).version
    found = town.release(record, event_id="out-1")
    assert isinstance(found, Released)
    # The answer, then the event that rests on it.
    assert found.version == version + 2
    again = town.release(record, event_id="out-1", seen_version=version)
    assert isinstance(again, Released) and again.repeated and again.version == found.version


@pytest.mark.parametrize(
    ("identifiers", "opens"),
    [
        ({}, False),
        ({"born": "1990-01-31"}, False),
        ({"born": "1990-01-31", "booking_number": "B-2"}, False),  # one of them is another's
        ({"born": "1990-01-31", "photo": "no"}, False),
        ({"born": "1990-01-31", "booking_number": "b 1"}, True),  # as people write it
        ({"photo": "match", "fingerprint_id": "F-B-1"}, True),
    ],
)
def test_two_identifiers_besides_the_name(
    town: Town, identifiers: dict[str, str], opens: bool
) -> None:
    record = town.book()
    town.bail(record)
    found = town.release(record, identifiers=identifiers)
    assert isinstance(found, Released) is opens
    if not opens:
        assert kinds(found) == {RefusalKind.IDENTIFIERS}


def test_a_charge_that_runs_keeps_the_gate_shut(town: Town) -> None:
    assert kinds(town.release(town.book())) == {RefusalKind.IN_CUSTODY}


def test_all_reasons_are_said_at_once(town: Town) -> None:
    record = town.book()
    town.book(number="B-2")
    found = town.release(record, identifiers={}, warrants_checked=None)
    assert kinds(found) == {
        RefusalKind.IN_CUSTODY,
        RefusalKind.IDENTIFIERS,
        RefusalKind.NAMESAKE,
        RefusalKind.WARRANTS_UNCHECKED,
    }


def test_a_namesake_who_was_ruled_out_opens_it_and_a_new_one_shuts_it_again(town: Town) -> None:
    record = town.book("García")
    other = town.book("Garcia", "B-2")
    town.bail(record)
    assert kinds(town.release(record)) == {RefusalKind.NAMESAKE}
    town.book("GARCIA", "B-3")
    assert kinds(town.release(record, namesakes_seen=(other,))) == {RefusalKind.NAMESAKE}
    seen = tuple(one.record for one in town.desk.gate.clear(town.ctx(), record).namesakes)
    assert len(seen) == 2
    assert isinstance(town.release(record, namesakes_seen=seen), Released)


def test_who_has_left_is_no_namesake_and_who_came_back_is_one(town: Town) -> None:
    record, other = town.book("García"), town.book("Garcia", "B-2")
    town.bail(other)
    assert isinstance(town.release(other, "B-2", namesakes_seen=(record,)), Released)
    assert town.desk.gate.clear(town.ctx(), record).namesakes == ()
    gone = town.desk.reading.person(town.ctx(), other).events[-1]
    town.desk.acts.enter(
        town.ctx(), "correct", other, of=gone.id, says="Somebody else left.", instead=None
    )
    assert [one.record for one in town.desk.gate.clear(town.ctx(), record).namesakes] == [other]
    with town.desk.office.db.transaction(town.ctx()) as tx:
        drop(tx.conn)
    with Ledger.connect(
        town.desk.office.db.conninfo, town.desk.office.db.master, agency="pierce"
    ) as ledger:
        rebuild(ledger.conn, ledger.master)
    assert [one.record for one in town.desk.gate.clear(town.ctx(), record).namesakes] == [other]


def test_a_judges_warrant_on_a_request_keeps_the_person_and_is_to_be_confirmed(
    town: Town,
) -> None:
    record = town.book()
    town.lodge(record, warrants=(WarrantKind.I200, WarrantKind.FEDERAL_JUDGE_CRIMINAL))
    town.bail(record)
    found = town.release(record)
    assert kinds(found) == {RefusalKind.IN_CUSTODY} and isinstance(found, Refused)
    assert "Marshals Service" in shut(found)
    (task,) = [one for one in town.desk.reading.tasks(town.ctx()) if one.kind is TaskKind.WARRANT]
    assert task.about == "d1" and "confirm it with the court" in told(task)
    town.later(minutes=30)
    town.desk.acts.enter(town.ctx(), "lift", record, detainer="d1", reason=LiftReason.CANCELLED)
    assert TaskKind.WARRANT not in {one.kind for one in town.desk.reading.tasks(town.ctx())}
    assert isinstance(town.release(record), Released)


def test_may_hold_does_not_stop_a_release(town: Town) -> None:
    ctx = town.ctx(agency="arizona")
    record = town.book(agency="arizona")
    town.lodge(record, agency="arizona")
    town.desk.acts.enter(
        ctx, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE)
    )
    town.bail(record, agency="arizona")
    clearance = town.desk.gate.clear(ctx, record)
    assert clearance.answer.verdict.value == "may-hold", clearance.answer.questions
    order = town.order_for(ctx, record)
    assert isinstance(town.desk.gate.release(ctx, order), Released)


def test_unknown_stops_it_and_opens_a_task_with_an_owner_and_a_due_time(town: Town) -> None:
    record = town.book(agency="texas")
    town.lodge(record, agency="texas", warrants=None)
    town.bail(record, agency="texas")
    ctx = town.ctx(agency="texas")
    assert town.desk.gate.clear(ctx, record).answer.verdict.value == "unknown"
    found = town.desk.gate.release(ctx, town.order_for(ctx, record))
    assert kinds(found) == {RefusalKind.UNKNOWN}
    (task,) = [one for one in town.desk.reading.tasks(ctx) if one.kind.value == "answer-needed"]
    assert task.owner_role == "booking" and task.due == town.now + timedelta(minutes=60)
    assert "?" in told(task)  # it says what to ask


def test_an_override_takes_a_reason_and_a_second_person_and_lands_in_the_record(
    town: Town,
) -> None:
    town.account("sam", "supervisor")
    record = town.book()
    order = town.order(
        record,
        override=Override(
            reason=OverrideReason.COURT_ORDER,
            words="Order 26-417 of this morning is in hand.",
            second=town.witness("sam"),
        ),
    )
    found = town.desk.gate.release(town.ctx(), order)
    assert isinstance(found, Released) and found.overridden == (RefusalKind.IN_CUSTODY,)
    page = town.desk.reading.person(town.ctx(), record)
    assert "26-417" in (page.events[-1].note or "")
    assert page.answers[-1]["gate"]["override"]["second"] == "sam"
    assert [task.kind.value for task in page.tasks if task.closed is None] == ["override-review"]
    assert town.desk.reading.counts(town.ctx()).overrides == 1


def test_no_override_passes_over_who_the_person_is_or_what_came_in(town: Town) -> None:
    town.account("sam", "supervisor")
    record = town.book()
    seen = town.desk.gate.clear(town.ctx(), record).version
    town.lodge(record)
    override = Override(reason=OverrideReason.LIFE, words="x", second=town.witness("sam"))
    found = town.release(record, seen_version=seen, identifiers={}, override=override)
    assert kinds(found) == {RefusalKind.MOVED_ON, RefusalKind.IDENTIFIERS}


@pytest.mark.parametrize("second", ["officer", "clerk", "stranger"])
def test_the_second_person_is_another_one_and_a_supervisor_here(town: Town, second: str) -> None:
    town.account("officer", "supervisor")
    town.account("clerk", "booking")
    town.account("stranger", "supervisor", "arizona")
    record = town.book()
    override = Override(reason=OverrideReason.LIFE, words="x", second=town.witness(second))
    with pytest.raises(SignInError):
        town.release(record, override=override)
    assert town.desk.reading.person(town.ctx(), record).record.release is None


def test_a_request_that_waits_for_a_match_stops_whoever_it_may_be_about(town: Town) -> None:
    record = town.book()
    town.bail(record)
    request = town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "", born=None), paper=town.paper()
    )
    assert kinds(town.release(record)) == {RefusalKind.REQUEST_WAITING}
    town.not_here(request.id)
    assert isinstance(town.release(record), Released)


def test_the_death_of_a_person_is_recorded_whatever_the_law_says(town: Town) -> None:
    record = town.book()
    found = town.release(record, kind=ReleaseKind.DIED, identifiers={}, warrants_checked=None)
    assert isinstance(found, Released)


def test_nobody_leaves_twice(town: Town) -> None:
    record = town.book()
    town.bail(record)
    assert isinstance(town.release(record), Released)
    assert kinds(town.release(record)) == {RefusalKind.NOT_HERE}


def test_another_role_does_not_reach_the_gate(town: Town) -> None:
    record = town.book()
    order = town.order(record)
    for role in (Role.COUNSEL, Role.REQUESTER, Role.AUDITOR, Role.ADMIN):
        with pytest.raises(NotPermitted):
            town.desk.gate.release(town.ctx("x", "pierce", role), order)


def test_nothing_is_written_when_the_gate_stays_shut(town: Town) -> None:
    record = town.book()
    before = town.desk.reading.person(town.ctx(), record)
    assert isinstance(town.release(record), Refused)
    after = town.desk.reading.person(town.ctx(), record)
    assert (before.version, before.answers) == (after.version, after.answers)
    log = [
        str(line.outcome) for line in town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    ]
    assert "refused:in-custody" in log
