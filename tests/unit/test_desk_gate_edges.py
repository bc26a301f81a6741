"""The edges of the gate: what lies in the future, what was never there, what must close."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.scenario.failures.kit import Town, county
from tests.unit.test_desk_gate import kinds

from exeat.decide import Verdict
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import RefusalKind, Released
from exeat.facts.codes import BasisKind, LiftReason
from exeat.facts.times import Uncertain, When
from exeat.office.context import Context
from exeat.office.models import TaskKind


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    with county() as one:
        yield one


@pytest.fixture
def town(shared: Town) -> Town:
    shared.later(hours=1)
    return shared


def waiting(town: Town, ctx: Context, record: str) -> set[TaskKind]:
    return {one.kind for one in town.desk.reading.tasks(ctx) if one.record == record}


@pytest.mark.parametrize(
    ("number", "start"),
    [
        ("L-1", datetime.fromisoformat("2028-12-01T09:00:00-08:00")),
        ("L-2", datetime.fromisoformat("2090-12-01T09:00:00-08:00")),
        ("L-3", Uncertain("2028-12-01")),
        ("L-4", Uncertain("2028")),
    ],
)
def test_a_ground_that_only_begins_later_keeps_nobody_now(
    town: Town, number: str, start: When
) -> None:
    """An error in a date never becomes a hold; the record keeps what was entered."""
    record = town.book(f"Later{number}", number)
    town.bail(record)
    said = {"basis": "later", "kind": BasisKind.CHARGE, "occurred": start}
    town.desk.acts.enter(town.ctx(), "add_basis", record, **said)
    clearance = town.desk.gate.clear(town.ctx(), record)
    assert clearance.answer.verdict is Verdict.RELEASE, clearance.answer.because
    assert clearance.record.bases is not None
    assert [basis.start for basis in clearance.record.bases][1] == start
    assert isinstance(town.release(record, number), Released)


def test_nor_does_one_that_was_entered_at_booking(town: Town) -> None:
    start = town.now + timedelta(days=800)
    later = NewBasis(id="later", kind=BasisKind.CHARGE, start=start)
    record = town.book("Booked", "L-5", bases=[later])
    answer = town.desk.gate.clear(town.ctx(), record).answer
    assert answer.verdict not in (Verdict.IN_CUSTODY, Verdict.MUST_HOLD), answer.verdict


def test_a_request_that_only_comes_later_keeps_nobody_now(town: Town) -> None:
    ctx = town.ctx(agency="texas")
    record = town.book("Tomorrow", "L-6", agency="texas")
    town.bail(record, agency="texas")
    before = town.desk.gate.clear(ctx, record).answer.verdict
    town.desk.requests.lodge(
        ctx, record, detainer="d1", issuer="ice-sea", paper=town.paper(),
        occurred=town.now + timedelta(days=800),
    )  # fmt: skip
    assert before is Verdict.RELEASE
    assert town.desk.gate.clear(ctx, record).answer.verdict is before
    found = town.desk.gate.release(ctx, town.order_for(ctx, record, "L-6"))
    assert isinstance(found, Released), kinds(found)


@pytest.mark.parametrize(("minutes", "opens"), [(-61, False), (-60, True), (2, True), (3, False)])
def test_a_check_for_warrants_is_neither_stale_nor_from_the_future(
    town: Town, minutes: int, opens: bool
) -> None:
    """Two minutes ahead is a clock that differs; more is a check that nobody has made."""
    number = f"W{minutes}"
    record = town.book(f"Warrant{number}".replace("-", "m"), number)
    town.bail(record)
    checked = town.now + timedelta(minutes=minutes)
    found = town.release(record, number, warrants_checked=checked)
    if opens:
        assert isinstance(found, Released), kinds(found)
    else:
        assert kinds(found) == {RefusalKind.WARRANTS_UNCHECKED}


@pytest.mark.parametrize("beyond", [1, 9999])
def test_a_version_that_the_record_has_not_reached_is_no_sight_of_it(
    town: Town, beyond: int
) -> None:
    record = town.book(f"Beyond{beyond}", f"V-{beyond}")
    town.bail(record)
    version = town.desk.gate.clear(town.ctx(), record).version
    found = town.release(record, f"V-{beyond}", seen_version=version + beyond)
    assert kinds(found) == {RefusalKind.MOVED_ON}
    assert isinstance(town.release(record, f"V-{beyond}"), Released)


def test_a_question_that_is_answered_is_nobodys_task_any_more(town: Town) -> None:
    ctx = town.ctx(agency="texas")
    record = town.book("Question", "Q-1", agency="texas")
    town.lodge(record, agency="texas", warrants=None)
    town.bail(record, agency="texas")
    assert town.desk.gate.clear(ctx, record).answer.verdict is Verdict.UNKNOWN
    assert TaskKind.ANSWER in waiting(town, ctx, record)
    town.later(minutes=5)
    town.desk.acts.enter(ctx, "lift", record, detainer="d1", reason=LiftReason.CANCELLED)
    assert town.desk.gate.clear(ctx, record).answer.verdict is not Verdict.UNKNOWN
    assert TaskKind.ANSWER not in waiting(town, ctx, record)


def test_a_transfer_that_was_taken_over_waits_nowhere(town: Town) -> None:
    sender, receiver = town.ctx(agency="texas"), town.ctx(agency="arizona")
    record = town.book("Moved", "T-1", agency="texas")
    town.move(sender, record, to="arizona")
    (sent,) = town.desk.transfers.handovers(receiver)
    assert TaskKind.TRANSFER_OUT in waiting(town, sender, record)
    assert TaskKind.TRANSFER in {one.kind for one in town.desk.reading.tasks(receiver)}
    town.desk.transfers.acknowledge_transfer(receiver, sent.id, booking_number="T-1")
    assert TaskKind.TRANSFER_OUT not in waiting(town, sender, record)
    assert TaskKind.TRANSFER not in {one.kind for one in town.desk.reading.tasks(receiver)}
