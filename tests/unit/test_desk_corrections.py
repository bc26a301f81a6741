"""Nobody opens a door by correcting the hold away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.scenario.failures.kit import Town, county, person_of
from tests.unit.test_desk_gate import kinds

from exeat.decide import Verdict
from exeat.desk.api._shown import person_out
from exeat.desk.pages.present import PersonView
from exeat.desk.service.models import RefusalKind, Released
from exeat.facts.codes import LiftReason, StatusProof, WarrantKind
from exeat.facts.events import Corrected, DetainerLodged, Disputed
from exeat.facts.record import Person
from exeat.i18n.words import words
from exeat.office.context import Context, Role, Scope
from exeat.office.errors import Refusing
from exeat.office.models import TaskKind


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    with county() as one:
        yield one


@pytest.fixture
def town(shared: Town) -> Town:
    shared.later(hours=1)
    return shared


def lead(town: Town, name: str) -> Context:
    return town.ctx(name, "arizona", Role.SUPERVISOR)


def withdraw(town: Town, record: str, of: str, ctx: Context | None = None) -> None:
    said = {"of": of, "says": "Entered by mistake.", "instead": None}
    town.desk.acts.enter(ctx or town.ctx(agency="arizona"), "correct", record, **said)


@pytest.mark.parametrize("which", ["lodged", "received"])
def test_what_another_agency_lodged_is_not_the_facilitys_to_correct(town: Town, which: str) -> None:
    number = f"E-{which}"
    record = town.book(f"Electronic{which}", number, agency="arizona")
    town.desk.requests.send_request(
        town.ice, facility="arizona", person=person_of(f"Electronic{which}", number),
        paper=town.paper(),
    )  # fmt: skip
    ctx = town.ctx(agency="arizona")
    events = town.desk.reading.person(ctx, record).events
    (one,) = [event for event in events if event.event == f"detainer-{which}"]
    assert one.by == "ice-sea"
    with pytest.raises(Refusing, match="was entered by `ice-sea`"):
        withdraw(town, record, one.id)
    assert town.desk.reading.person(ctx, record).events == events
    # What it may do is dispute it, and its issuer reads that.
    town.desk.acts.enter(ctx, "dispute", record, of=one.id, says="Not received here.")
    seen = town.desk.reading.person(town.ice, record)
    assert [event.of for event in seen.events if isinstance(event, Disputed)] == [one.id]


def hold(town: Town, number: str) -> tuple[str, str]:
    """Enter a request on paper, in the jail's own words; return the record and its entry."""
    record = town.book(f"Paper{number}", number, agency="arizona")
    town.lodge(record, agency="arizona")
    events = town.desk.reading.person(town.ctx(agency="arizona"), record).events
    (lodged,) = [event for event in events if isinstance(event, DetainerLodged)]
    return record, lodged.id


def undo(town: Town, record: str) -> None:
    """Withdraw every entry about the request, the last first."""
    ctx = town.ctx(agency="arizona")
    events = town.desk.reading.person(ctx, record).events
    for event in reversed(events):
        if hasattr(event, "detainer"):
            withdraw(town, record, event.id)


@pytest.mark.parametrize("verdict", [Verdict.MAY_HOLD, Verdict.UNKNOWN])
@pytest.mark.parametrize("bailed_first", [True, False])
def test_a_correction_that_takes_a_hold_away_waits_for_another_person(
    town: Town, bailed_first: bool, verdict: Verdict
) -> None:
    number = f"H-{bailed_first}-{verdict.value}"
    record, _ = hold(town, number)
    ctx = town.ctx(agency="arizona")
    if verdict is Verdict.MAY_HOLD:
        person = Person(status_proof=StatusProof.NONE)
        town.desk.acts.enter(ctx, "set_person_fact", record, person=person)
    if bailed_first:
        town.bail(record, agency="arizona")
        assert town.desk.gate.clear(ctx, record).answer.verdict is verdict
    undo(town, record)
    if not bailed_first:
        town.bail(record, agency="arizona")
    assert town.desk.gate.clear(ctx, record).answer.verdict is Verdict.RELEASE
    order = town.order_for(ctx, record, number)
    assert kinds(town.desk.gate.release(ctx, order)) == {RefusalKind.CORRECTION_UNREVIEWED}
    tasks = [
        one for one in town.desk.reading.tasks(ctx)
        if one.record == record and one.kind is TaskKind.CORRECTION
    ]  # fmt: skip
    assert tasks and {one.owner_role for one in tasks} == {"supervisor"}
    for task in tasks:
        with pytest.raises(Refusing, match="an act of your own"):
            town.desk.rounds.close_task(lead(town, "officer"), task.id, "Looked at it.")
        town.desk.rounds.close_task(lead(town, "sam"), task.id, "The paper names another.")
    assert isinstance(town.desk.gate.release(ctx, order), Released)


def test_the_issuer_sees_that_its_request_was_corrected_away(town: Town) -> None:
    record, lodged = hold(town, "S-1")
    with town.desk.office.db.transaction(town.ctx(agency="arizona")) as tx:
        tx.ledger.share(record, "ice-sea", "issuer")
    undo(town, record)
    seen = town.desk.reading.person(town.ice, record)
    assert lodged in [event.of for event in seen.events if isinstance(event, Corrected)]
    assert lodged in [event.id for event in seen.events]
    assert lodged in [one.of for one in seen.record.corrections]
    # On the page, and in what the API sends.
    view = PersonView(seen, words("en"))
    assert [line for line in view.events if "Entered by mistake." in dict(line.detail).values()]
    assert lodged in [one.get("of") for one in person_out(seen).model_dump()["events"]]


def test_a_correction_that_leaves_the_hold_opens_nothing(town: Town) -> None:
    record, _ = hold(town, "N-1")
    ctx = town.ctx(agency="arizona")
    booked = town.desk.reading.person(ctx, record).events[0]
    said = {"of": booked.id, "says": "A note was missing.", "instead": booked}
    done = town.desk.acts.enter(ctx, "correct", record, **said)
    assert done.tasks == ()


def sent(town: Town, number: str) -> str:
    """Book somebody about whom an agency sends a request itself; return the record."""
    name = f"Sent{number}".replace("-", "")
    record = town.book(name, number, agency="arizona")
    town.desk.requests.send_request(
        town.ice, facility="arizona", person=person_of(name, number),
        paper=town.paper(),
    )  # fmt: skip
    ctx = town.ctx(agency="arizona")
    detainer = town.desk.reading.person(ctx, record).record.detainers[0].id
    town.desk.acts.enter(ctx, "serve", record, detainer=detainer)
    read = {"warrants": (WarrantKind.I200,), "names_this_person": True}
    town.desk.acts.enter(ctx, "read_paper", record, detainer=detainer, **read)
    town.desk.acts.enter(
        ctx, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE)
    )
    town.bail(record, agency="arizona")
    assert town.desk.gate.clear(ctx, record).answer.verdict is Verdict.MAY_HOLD
    return record


def end(town: Town, record: str, ctx: Context) -> list[str]:
    """End the request; return the reviews that are open afterwards."""
    detainer = town.desk.reading.person(ctx, record).record.detainers[0].id
    town.desk.acts.enter(ctx, "lift", record, detainer=detainer, reason=LiftReason.CANCELLED)
    open_ = town.desk.reading.tasks(town.ctx(agency="arizona"))
    return [one.id for one in open_ if one.record == record and one.kind is TaskKind.CORRECTION]


def test_a_jail_that_ends_what_another_agency_sent_waits_for_another_person(town: Town) -> None:
    record = sent(town, "L-1")
    ctx = town.ctx(agency="arizona")
    [task] = end(town, record, ctx)
    order = town.order_for(ctx, record, "L-1")
    assert kinds(town.desk.gate.release(ctx, order)) == {RefusalKind.CORRECTION_UNREVIEWED}
    with pytest.raises(Refusing, match="an act of your own"):
        town.desk.rounds.close_task(lead(town, "officer"), task, "Looked at it.")
    key = replace(lead(town, "key:1"), scopes=frozenset({Scope.RECORD}))
    with pytest.raises(Refusing, match="this is a key"):
        town.desk.rounds.close_task(key, task, "Looked at it.")
    town.desk.rounds.close_task(lead(town, "sam"), task, "The agency says so by telephone.")
    assert isinstance(town.desk.gate.release(ctx, order), Released)


def test_an_agency_that_ends_its_own_request_waits_for_nobody(town: Town) -> None:
    record = sent(town, "L-2")
    assert end(town, record, town.ice) == []
    ctx = town.ctx(agency="arizona")
    assert isinstance(town.desk.gate.release(ctx, town.order_for(ctx, record, "L-2")), Released)


def test_nor_does_a_jail_that_ends_a_request_on_paper(town: Town) -> None:
    """The agency has no way of its own to end it here."""
    record, _ = hold(town, "L-3")
    town.bail(record, agency="arizona")
    assert end(town, record, town.ctx(agency="arizona")) == []


def test_an_account_made_for_it_reviews_nothing(town: Town) -> None:
    record = sent(town, "L-4")
    for name in ("ann", "ben"):
        town.account(name, "supervisor", agency="arizona")
    maker = lead(town, "ann")
    said = {"name": "ghost", "shown": "ghost", "role": "supervisor"}
    town.desk.accounts.add_account(maker, **said)
    [task] = end(town, record, maker)
    with pytest.raises(Refusing, match="an act of your own"):
        town.desk.rounds.close_task(lead(town, "ghost@arizona"), task, "Looked at it.")
