"""The service: acts count once, versions are minded, the board is quick and right, tasks close."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from tests.pg import verify_database
from tests.scenario.failures.kit import Town, county, person_of

from exeat.decide import decide
from exeat.desk import demo
from exeat.desk.part import PARTS
from exeat.desk.service.board import next_change
from exeat.errors import ExeatError, RecordError
from exeat.facts.codes import BasisEnd, BasisKind, LiftReason, NoticeKind, StatusProof
from exeat.facts.record import Person
from exeat.office.context import MAY, Context, Role
from exeat.office.errors import BadInput, DeskError, NotPermitted, Refusing, Stale
from exeat.office.models import PaperKind, PaperRead, TaskKind
from exeat.record import NotFound
from exeat.record.part import queries_of


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def test_an_act_sent_twice_counts_once_even_later(town: Town) -> None:
    record = town.book()
    first = town.desk.acts.enter(
        town.ctx(), "end_basis", record, basis="charge", ended_by=BasisEnd.BAIL, event_id="e1"
    )
    town.later(hours=1)
    again = town.desk.acts.enter(
        town.ctx(), "end_basis", record, basis="charge", ended_by=BasisEnd.BAIL, event_id="e1"
    )
    assert again.repeated and not first.repeated and again.version == first.version
    with pytest.raises(DeskError, match="stands for another content"):
        town.desk.acts.enter(
            town.ctx(),
            "end_basis",
            record,
            basis="charge",
            ended_by=BasisEnd.DISMISSED,
            event_id="e1",
        )


def test_a_booking_sent_twice_is_one_record(town: Town) -> None:
    first = town.desk.acts.book(town.ctx(), person_of("Example", "B-1"), event_id="b1")
    town.later(minutes=1)
    again = town.desk.acts.book(town.ctx(), person_of("Example", "B-1"), event_id="b1")
    assert again.record == first.record and again.repeated
    other = town.desk.acts.book(
        town.ctx(agency="texas"), person_of("Example", "B-1"), event_id="b1"
    )
    assert other.record != first.record  # an id is the sender's own


def test_a_stale_version_is_refused_with_what_came_in(town: Town) -> None:
    record = town.book()
    seen = town.desk.gate.clear(town.ctx(), record).version
    town.lodge(record)
    with pytest.raises(Stale) as error:
        town.desk.acts.enter(
            town.ctx(),
            "end_basis",
            record,
            basis="charge",
            ended_by=BasisEnd.BAIL,
            expected_version=seen,
        )
    assert [event.event for event in error.value.came_in] == [
        "detainer-lodged",
        "detainer-received",
        "detainer-served",
    ]


def test_an_act_about_nothing_on_record_is_refused_and_leaves_nothing(town: Town) -> None:
    record = town.book()
    before = town.desk.reading.person(town.ctx(), record)
    with pytest.raises(RecordError, match="no request has the id"):
        town.desk.acts.enter(town.ctx(), "serve", record, detainer="d9")
    after = town.desk.reading.person(town.ctx(), record)
    assert after.version == before.version
    errors = [line for line in after.read_by if str(line.outcome).startswith("error")]
    with pytest.raises(NotFound):
        town.desk.reading.person(town.ctx(), "nobody")
    assert errors == []  # said of the record's id, not under its key
    lines = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    assert "error:E108" in [str(line.outcome) for line in lines]


def test_every_reading_of_a_person_is_written_down(town: Town) -> None:
    record = town.book()
    town.desk.shares.share(town.ctx(), record, agency="defender")
    counsel = town.ctx("counsel", "defender", Role.COUNSEL)
    assert town.desk.reading.person(counsel, record).personal is not None
    assert town.desk.reading.clients(counsel) == [(record, "pierce", True)]
    town.desk.gate.clear(town.ctx("officer-2"), record)
    town.desk.board.rows(town.ctx("officer-3"))
    lines = town.desk.reading.person(town.ctx(), record).read_by
    assert {("counsel", "person"), ("officer-2", "clear")} <= {(x.actor, x.what) for x in lines}
    whole = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    assert ("officer-3", "board") in {(line.actor, line.what) for line in whole}


def test_counsel_disputes_and_reads_and_does_nothing_else(town: Town) -> None:
    record = town.book()
    town.desk.shares.share(town.ctx(), record, agency="defender")
    counsel = town.ctx("counsel", "defender", Role.COUNSEL)
    town.desk.acts.enter(counsel, "dispute", record, of="charge", says="Dismissed last week.")
    page = town.desk.reading.person(town.ctx(), record)
    assert page.record.corrections[0].by == "defender"
    with pytest.raises(NotPermitted):
        town.desk.acts.enter(
            counsel, "end_basis", record, basis="charge", ended_by=BasisEnd.DISMISSED
        )


def test_an_issuer_sees_its_own_requests_and_no_other(town: Town) -> None:
    town.book("Example", "B-1")
    town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "B-1"), paper=town.paper()
    )
    other = town.ctx("agent", "other-issuer", Role.REQUESTER)
    assert town.desk.requests.requests(other) == []
    (mine,) = town.desk.requests.requests(town.ice)
    assert mine.record is not None
    with pytest.raises(NotFound):
        town.desk.reading.person(other, mine.record)
    with pytest.raises(NotFound):
        town.desk.acts.enter(
            other, "lift", mine.record, detainer=mine.id, reason=LiftReason.CANCELLED
        )


def test_an_issuer_lifts_its_own_request_and_no_other_on_the_same_record(town: Town) -> None:
    record = town.book("Example", "B-1")
    town.lodge(record, "theirs")
    with town.desk.office.db.transaction(town.ctx()) as tx:
        tx.ledger.share(record, "other-issuer", "issuer")
    other = town.ctx("agent", "other-issuer", Role.REQUESTER)
    before = town.desk.reading.person(town.ctx(), record).version
    with pytest.raises(BadInput, match="no request of `other-issuer`"):
        town.desk.acts.enter(other, "lift", record, detainer="theirs", reason=LiftReason.CANCELLED)
    assert town.desk.reading.person(town.ctx(), record).version == before
    town.desk.acts.enter(town.ctx(), "lift", record, detainer="theirs", reason=LiftReason.CANCELLED)


def test_a_request_is_withdrawn_or_lifted_by_its_issuer(town: Town) -> None:
    sent = town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Else", ""), paper=town.paper()
    )
    assert town.desk.requests.withdraw_request(town.ice, sent.id).answer == "withdrawn"
    assert town.desk.reading.tasks(town.ctx()) == []
    with pytest.raises(Refusing):
        town.desk.requests.withdraw_request(town.ice, sent.id)


def test_who_may_do_what_is_the_table_and_nothing_else(town: Town) -> None:
    """Every public act of the desk asks the table first."""
    acts = {
        name
        for part in vars(town.desk).values()
        if type(part).__module__.startswith("exeat.desk.service")
        for name in dir(part)
        if not name.startswith("_") and callable(getattr(part, name))
    }
    outside = {"enter", "visible", "person_when", "rows", "shown", "forget"}
    outside |= {
        "booked_already",
        "compared",
        "request",
        "requests_page",
    }  # as looking near, and as the list
    outside |= {"checkpoint", "consistency", "signing"}  # of the log, for everybody
    outside |= {"version", "whole_log"}  # as the person's page, and as the log
    assert acts - outside - set(MAY) == {"take_task"}  # as closing one
    for name in ("sweep", "reconcile", "close_task"):
        assert Role.COUNSEL not in MAY[name][0]


@pytest.mark.parametrize(("agency", "role"), [("pierce", Role.ADMIN), ("ice-sea", Role.REQUESTER)])
def test_the_board_is_for_the_staff_of_the_house(town: Town, agency: str, role: Role) -> None:
    with pytest.raises(NotPermitted):
        town.desk.board.rows(town.ctx("x", agency, role))


def test_the_board_says_what_the_decision_says_at_every_instant(town: Town) -> None:
    """Rows are kept between calls; each is right at every instant all the same."""
    ctx = town.ctx(agency="arizona")
    for number, served in enumerate((True, False, True)):
        record = town.book("Example", f"B-{number}", agency="arizona")
        if served:
            town.lodge(record, agency="arizona")
        town.desk.acts.enter(
            ctx, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE)
        )
        if number < 2:
            town.bail(record, agency="arizona")
    town.desk.acts.enter(ctx, "schedule_release", record, release_at=town.now + timedelta(hours=30))
    verdicts = set()
    for _ in range(80):
        now = town.ctx(agency="arizona")
        for row in town.desk.board.rows(now):
            page = town.desk.reading.person(now, row.record)
            assert row.verdict == page.answer.verdict.value
            assert (row.until, row.overdue_since) == (page.answer.until, page.answer.overdue_since)
            verdicts.add(row.verdict)
            assert next_change(page.record, page.law, page.answer, now.now) > now.now
        town.later(minutes=47)
    assert {"may-hold", "overdue", "in-custody", "release"} <= verdicts


def test_a_row_is_not_worked_out_again_while_nothing_can_have_changed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        town.book(f"Person{number}", f"B-{number}")
    town.desk.board.rows(town.ctx())
    calls: list[int] = []
    monkeypatch.setattr("exeat.desk.service.board.decide", lambda *a: calls.append(1) or decide(*a))
    assert len(town.desk.board.rows(town.ctx())) == 20
    assert calls == []
    town.later(days=1)
    town.desk.board.rows(town.ctx())
    assert calls == [1] * 20


def test_a_task_says_what_came_of_it_and_a_supervisors_is_a_supervisors(town: Town) -> None:
    record = town.book()
    town.desk.rounds.paper_arrived(town.ctx(), record, paper="1", sender="court")
    (task,) = town.desk.reading.tasks(town.ctx())
    with pytest.raises(BadInput, match="outcome"):
        town.desk.rounds.close_task(town.ctx(), task.id, " ")
    town.later(hours=2)
    town.desk.rounds.sweep(town.ctx())  # late: it went to a supervisor
    with pytest.raises(Refusing, match="supervisor"):
        town.desk.rounds.close_task(town.ctx(), task.id, "read")
    sam = town.ctx("sam", role=Role.SUPERVISOR)
    read = PaperRead(kind=PaperKind.OTHER, signed_by="the clerk", court="court", matches=True)
    town.desk.rounds.close_task(sam, task.id, "read: it changes nothing", read)
    with pytest.raises(Refusing, match="closed already"):
        town.desk.rounds.close_task(sam, task.id, "again")
    with pytest.raises(BadInput, match="no task here"):
        town.desk.rounds.close_task(town.ctx(agency="texas"), task.id, "x")


def test_a_request_that_is_acknowledged_waits_no_longer(town: Town) -> None:
    record = town.book()
    town.lodge(record)
    assert TaskKind.ACKNOWLEDGE in [task.kind for task in town.desk.reading.tasks(town.ctx())]
    town.desk.acts.enter(town.ctx(), "acknowledge", record, detainer="d1")
    assert TaskKind.ACKNOWLEDGE not in [task.kind for task in town.desk.reading.tasks(town.ctx())]


def test_a_task_of_the_clock_closes_when_its_reason_is_over(town: Town) -> None:
    record = town.book()
    town.bail(record)
    town.desk.rounds.sweep(town.ctx())
    town.desk.acts.enter(town.ctx(), "add_basis", record, basis="w", kind=BasisKind.WARRANT)
    town.desk.rounds.sweep(town.ctx())
    assert TaskKind.RELEASE_DUE not in [task.kind for task in town.desk.reading.tasks(town.ctx())]


def test_only_a_round_that_changes_something_leaves_a_line(town: Town) -> None:
    def rounds() -> int:
        auditor = town.ctx("auditor", role=Role.AUDITOR)
        return [line.what for line in town.desk.reading.audit_log(auditor)].count("sweep")

    record = town.book()
    town.desk.rounds.sweep(town.ctx())
    assert rounds() == 0
    town.bail(record)
    for _ in range(2):
        town.desk.rounds.sweep(town.ctx())
    assert rounds() == 1
    town.later(hours=3)
    for _ in range(2):
        town.desk.rounds.sweep(town.ctx())
    assert rounds() == 2
    # What waited for the answer closes with what changed it, and not with the round.
    town.desk.acts.enter(town.ctx(), "add_basis", record, basis="w", kind=BasisKind.WARRANT)
    town.desk.rounds.sweep(town.ctx())
    assert rounds() == 2


def test_a_person_with_no_ground_at_all_is_a_task_until_one_is_entered(town: Town) -> None:
    record = town.desk.acts.book(town.ctx(), person_of("Bare", "B-1")).record
    assert [task.kind for task in town.desk.reading.tasks(town.ctx())] == [TaskKind.NO_BASIS]
    town.desk.acts.enter(town.ctx(), "add_basis", record, basis="c", kind=BasisKind.CHARGE)
    assert town.desk.reading.tasks(town.ctx()) == []


def test_every_act_on_a_record_is_done_and_folds(town: Town) -> None:
    record, ctx = town.book(), town.ctx()
    town.lodge(record)
    desk = town.desk
    desk.acts.enter(ctx, "hold_ordered", record, detainer="d1")
    desk.acts.enter(
        ctx, "decide_request", record, detainer="d1", complies=False, note="No power to hold."
    )
    desk.acts.enter(ctx, "record_convictions", record, convictions=())
    desk.acts.enter(ctx, "give_notice", record, kind=NoticeKind.INFORM, to="person", about="d1")
    desk.rounds.subscribe(ctx, record, kinds=["released"], channel="mail:x@pierce.example")
    desk.acts.enter(ctx, "lift", record, detainer="d1", reason=LiftReason.CANCELLED)
    facts = desk.reading.person(ctx, record).record
    assert facts.detainers[0].decided == town.now and facts.convictions == ()
    with pytest.raises(BadInput, match="no kind of event"):
        desk.rounds.subscribe(ctx, record, kinds=["relaesed"], channel="mail:x")


def test_an_expungement_takes_the_personal_data_and_the_requests_along(town: Town) -> None:
    record = town.book()
    town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "B-1"), paper=town.paper()
    )
    town.shred(record)
    with psycopg.connect(town.admin, autocommit=True) as conn:
        counted = conn.execute(
            "SELECT (SELECT count(*) FROM exeat_vault.personal),"
            " (SELECT count(*) FROM exeat_desk.request WHERE wrapped_key IS NOT NULL)"
        ).fetchone()
        assert counted == (0, 0)
        assert verify_database(conn, master=town.master).count == 0
    (left,) = town.desk.requests.requests(town.ice)
    assert left.person is None and left.receipt.startswith("exeat-receipt/1")


def test_every_named_query_is_used_and_described() -> None:
    from pathlib import Path

    import exeat

    parts = [Path(exeat.__file__ or "").parent / part for part in ("office", "auth", "desk")]
    files = (path for part in parts for path in part.rglob("*.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    queries = queries_of(PARTS)
    assert [name for name in queries if f'"{name}"' not in source] == []
    assert all(query.said.endswith(".") for query in queries.values())


def test_a_week_of_real_traffic_fills_the_desk(town: Town) -> None:
    done = demo.fill(town.desk, town.now)
    assert done.acts > 150 and done.refused < done.acts / 20
    found = set()
    for agency in ("wa-pierce", "fl-broward"):
        rows = town.desk.board.rows(town.ctx(agency=agency))
        assert rows and all(row.name for row in rows)
        found |= {row.verdict for row in rows}
    assert {"in-custody", "release", "must-hold"} <= found
    kinds = {task.kind for task in town.desk.reading.tasks(town.ctx(agency="wa-pierce"))}
    assert {TaskKind.MATCH, TaskKind.PAPER, TaskKind.CITIZENSHIP, TaskKind.IDENTITY} <= kinds
    session = demo.enter(town.desk, done.logins[0], town.now)
    ctx: Context = town.desk.accounts.signin.context(session, town.now)
    assert ctx.agency == "wa-pierce"
    # Again: nothing is done twice, and the logins work.
    again = demo.fill(town.desk, town.now)
    assert again.acts == 0 and demo.enter(town.desk, again.logins[0], town.now)


def test_errors_survive_pickling() -> None:
    import pickle

    error = Stale.one("E603", "record", "is at version 2", "Read it again.")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, ExeatError) and again.faults == error.faults
