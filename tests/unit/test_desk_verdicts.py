"""What the gate and the desk make of each verdict in which an act, or counsel, comes first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.scenario.failures.kit import Town, county, person_of, told

from exeat.decide import Verdict
from exeat.desk.api._errors import refusal_faults
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import Override, OverrideReason, RefusalKind, Refused, Released
from exeat.desk.service.setup import system_context
from exeat.desk.service.shut import SHUT
from exeat.errors import RecordError
from exeat.facts.codes import BasisKind, LiftReason, NoticeKind, OffenceClass, StatusProof
from exeat.facts.record import Offence, Person
from exeat.office.models import TaskKind
from exeat.rules.profile_file import save_profile

PLACES = {"ohio": "us-oh", "carolina": "us-nc", "alabama": "us-al"}


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        for code, place in PLACES.items():
            jail = {"code": code, "name": f"Invented jail of {code}", "kind": "facility"}
            said: dict[str, Any] = {**jail, "place": place, "zone": "America/New_York"}
            one.desk.accounts.add_agency(system_context(one.now), **said, facility={"kind": "jail"})
        yield one


def held(town: Town, agency: str, *, serve: bool = True, **paper: Any) -> str:
    """Book somebody with a request, and let the charge end."""
    theft = Offence(offence_class=OffenceClass.MISDEMEANOR, lists={"nc-list-2025": False})
    bases = [NewBasis(id="charge", kind=BasisKind.CHARGE, offence=theft)]
    record, ctx = town.book(agency=agency, bases=bases), town.ctx(agency=agency)
    town.desk.acts.enter(ctx, "record_convictions", record, convictions=())
    none = Person(status_proof=StatusProof.NONE)
    town.desk.acts.enter(ctx, "set_person_fact", record, person=none)
    if serve:
        town.lodge(record, agency=agency, **paper)
    else:
        said = {"detainer": "d1", "issuer": "ice-sea", "paper": town.paper(**paper)}
        town.desk.requests.lodge(ctx, record, **said)
    town.later(minutes=10)
    town.bail(record, agency=agency)
    return record


def let_go(town: Town, agency: str, record: str, **more: Any) -> Released | Refused:
    ctx = town.ctx(agency=agency)
    return town.desk.gate.release(ctx, town.order_for(ctx, record, **more))


def verdict(town: Town, agency: str, record: str) -> str:
    return town.desk.gate.clear(town.ctx(agency=agency), record).answer.verdict.value


def refused(found: Released | Refused) -> tuple[set[RefusalKind], str]:
    assert isinstance(found, Refused), found
    first = refusal_faults(found.refusals, found.zone)[0]
    return {one.kind for one in found.refusals}, first.help


def open_kinds(town: Town, agency: str) -> set[TaskKind]:
    ctx = town.ctx(agency=agency)
    return {one.kind for one in town.desk.reading.tasks(ctx) if one.closed is None}


def test_what_shuts_the_door_is_written_once_and_covers_every_verdict() -> None:
    opens = set(Verdict) - set(SHUT)
    assert opens == {
        Verdict.RELEASE, Verdict.OVERDUE, Verdict.MAY_HOLD, Verdict.RELEASE_UNLESS_INSTRUCTED,
    }  # fmt: skip


def test_where_nothing_shows_a_power_the_person_goes_and_counsels_task_stays(town: Town) -> None:
    record = held(town, "ohio")
    assert verdict(town, "ohio", record) == "release-unless-instructed"
    found = let_go(town, "ohio", record)
    assert isinstance(found, Released)
    said = told(found.warnings)
    assert said.startswith("Nothing shows that this office may hold: let the person go.")
    assert "instructed in writing" in said and "until" in said
    tasks = [t for t in town.desk.reading.tasks(town.ctx(agency="ohio")) if t.closed is None]
    (task,) = [one for one in tasks if one.kind is TaskKind.COUNSEL]
    assert task.owner_role == "supervisor" and task.because == found.warnings


def test_the_clock_opens_counsels_task_too_and_closes_it_when_the_answer_turns(town: Town) -> None:
    record = held(town, "ohio")
    ctx = town.ctx(agency="ohio")
    town.desk.rounds.sweep(ctx)
    assert {TaskKind.COUNSEL, TaskKind.RELEASE_DUE} <= open_kinds(town, "ohio")
    town.later(minutes=5)
    ctx = town.ctx(agency="ohio")
    town.desk.acts.enter(ctx, "lift", record, detainer="d1", reason=LiftReason.CANCELLED)
    town.desk.rounds.sweep(ctx)
    assert TaskKind.COUNSEL not in open_kinds(town, "ohio")


KANSAS = "us-ks-20001"
"""A county of a state of two zones, whose law so has no zone of its own."""


@pytest.fixture
def kansas(tmp_path: Path) -> Iterator[Town]:
    """A jail under a reported command, where counsel has half an hour to answer."""
    signed = {"by": "Ann Example", "title": "County Attorney", "on": "2026-03-01"}
    call = {"do": "call", "name": "A. Counsel", "number": "555-0100", "minutes": 30, **signed}
    save_profile({"format": 1, "place": {"id": KANSAS}, "while_undecided": call}, tmp_path)
    with county(law=tmp_path) as one:
        jail = {"code": "kansas", "name": "Invented jail of kansas", "kind": "facility"}
        said: dict[str, Any] = {**jail, "place": KANSAS, "zone": "America/Chicago"}
        one.desk.accounts.add_agency(system_context(one.now), **said, facility={"kind": "jail"})
        yield one


@pytest.mark.parametrize("first", ["the clock", "a look"])
def test_counsels_task_is_the_same_whoever_opens_it_first(kansas: Town, first: str) -> None:
    record = held(kansas, "kansas")
    ctx = kansas.ctx(agency="kansas")
    if first == "the clock":
        kansas.desk.rounds.sweep(ctx)
    assert verdict(kansas, "kansas", record) == "call-counsel"
    kansas.desk.rounds.sweep(ctx)
    [task] = [one for one in kansas.desk.reading.tasks(ctx) if one.kind is TaskKind.COUNSEL]
    assert task.due - task.opened == timedelta(minutes=30)
    assert " CDT; if not, let the person go." in told(task)
    assert told(task).endswith("Ring A. Counsel at 555-0100, for at most 30 minutes.")


def test_a_refusal_says_the_facilitys_time_where_the_law_has_none(kansas: Town) -> None:
    found = let_go(kansas, "kansas", held(kansas, "kansas"))
    assert isinstance(found, Refused)
    assert (found.law.zone, found.zone.key) == ("", "America/Chicago")


def test_a_reported_command_stops_for_counsel_until_two_people_say_why(town: Town) -> None:
    record = held(town, "alabama")
    assert verdict(town, "alabama", record) == "call-counsel"
    kinds, help = refused(let_go(town, "alabama", record))
    assert kinds == {RefusalKind.CALL_COUNSEL}
    assert "Ring counsel now" in help and "if not, let the person go" in help
    assert TaskKind.COUNSEL in open_kinds(town, "alabama")
    town.account("sam", "supervisor", "alabama")
    override = Override(
        reason=OverrideReason.COUNSEL, words="J. Roe by telephone", second=town.witness("sam")
    )
    found = let_go(town, "alabama", record, override=override)
    assert isinstance(found, Released) and found.overridden == (RefusalKind.CALL_COUNSEL,)


def test_an_unserved_copy_is_served_first_and_then_the_law_commands(town: Town) -> None:
    record = held(town, "texas", serve=False)
    assert verdict(town, "texas", record) == "serve-first"
    kinds, help = refused(let_go(town, "texas", record))
    assert kinds == {RefusalKind.SERVE_FIRST} and help.startswith("Serve the copy now")
    town.desk.rounds.sweep(town.ctx(agency="texas"))
    assert TaskKind.ACT_FIRST in open_kinds(town, "texas")
    town.later(minutes=2)
    town.desk.acts.enter(town.ctx(agency="texas"), "serve", record, detainer="d1")
    assert verdict(town, "texas", record) == "must-hold"


def test_the_person_goes_before_the_official_who_orders_the_hold(town: Town) -> None:
    record = held(town, "carolina")
    kinds, help = refused(let_go(town, "carolina", record))
    assert kinds == {RefusalKind.BRING_FIRST} and "what the official decides" in help
    town.later(minutes=20)
    town.desk.acts.enter(town.ctx(agency="carolina"), "hold_ordered", record, detainer="d1")
    assert verdict(town, "carolina", record) == "must-hold"


def test_who_was_before_the_official_without_an_order_goes(town: Town) -> None:
    record = held(town, "carolina")
    town.later(minutes=20)
    kind = NoticeKind.BRING
    ctx = town.ctx(agency="carolina")
    town.desk.acts.enter(ctx, "give_notice", record, kind=kind, to="judge", about="d1")
    assert isinstance(let_go(town, "carolina", record), Released)


def test_a_request_that_ended_before_it_came_is_refused_at_the_act(town: Town) -> None:
    record = town.book(agency="ohio")
    town.lodge(record, agency="ohio")
    early = town.now.replace(hour=1)
    ctx = town.ctx(agency="ohio")
    with pytest.raises(RecordError, match="is before `received`"):
        reason = LiftReason.CANCELLED
        town.desk.acts.enter(ctx, "lift", record, detainer="d1", reason=reason, occurred=early)


def test_knowledge_is_asked_for_by_name_and_the_answer_says_so(town: Town) -> None:
    record = held(town, "texas")
    out, ctx = town.now, town.ctx(agency="texas")
    town.later(hours=5)
    late = town.ctx(agency="texas")
    town.desk.acts.enter(
        late, "lift", record, detainer="d1", reason=LiftReason.CANCELLED, occurred=out
    )
    now = town.desk.gate.clear(late, record, out)
    then = town.desk.gate.clear(late, record, out, out)
    assert (now.answer.verdict, now.answer.known_at) == (Verdict.RELEASE, None)
    assert (then.answer.verdict, then.answer.known_at) == (Verdict.MUST_HOLD, out)
    page = town.desk.reading.person(ctx, record, out, out)
    assert page.answer.verdict is Verdict.MUST_HOLD
    with pytest.raises(RecordError, match="had no event `booked`"):
        town.desk.gate.clear(late, record, out, out.replace(year=2020))


def test_that_these_are_all_the_grounds_is_said_at_booking_or_not_known(town: Town) -> None:
    ctx = town.ctx(agency="ohio")
    silent = town.desk.acts.book(ctx, person_of("Example", "B-1")).record
    assert town.desk.gate.clear(ctx, silent).answer.verdict is Verdict.UNKNOWN
    told = town.desk.acts.book(ctx, person_of("Sample", "B-2"), bases_complete=True).record
    assert town.desk.gate.clear(ctx, told).answer.verdict is Verdict.RELEASE


def test_a_moved_person_has_everything_along_and_is_gone_from_the_first_jail(town: Town) -> None:
    record = held(town, "carolina")
    town.later(minutes=20)
    here, next_jail = town.ctx(agency="carolina"), town.ctx(agency="ohio")
    town.desk.acts.enter(here, "hold_ordered", record, detainer="d1")
    town.desk.acts.enter(here, "acknowledge", record, detainer="d1")
    town.desk.acts.enter(here, "give_notice", record, kind=NoticeKind.RELEASE, to="ice", about="d1")
    before = town.desk.reading.person(here, record)
    town.move(here, record, to="ohio")
    assert town.desk.board.rows(here) == []
    assert town.desk.gate.clear(here, record).answer.verdict is Verdict.NOT_IN_CUSTODY
    (way,) = town.desk.transfers.handovers(next_jail)
    done = town.desk.transfers.acknowledge_transfer(next_jail, way.id, booking_number="N-1")
    there = town.desk.reading.person(next_jail, done.record).record
    was = before.record
    assert there.booked == was.booked and there.taken_over == town.now
    assert there.bases == was.bases and there.detainers == was.detainers
    assert there.convictions == () and there.person == was.person
    given = [(n.kind, n.given, n.about) for n in there.notices or ()]
    assert given == [(n.kind, n.given, n.about) for n in was.notices or ()]
    assert there.grounds[0].kind is BasisKind.CHARGE
