"""One bad row costs one row; one stuck transaction, or one wrong clock, costs nobody who reads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from tests.conformance.test_api_contract import key
from tests.pg import guards_off, verify_database
from tests.scenario.failures.kit import Town, county, person_of, told

from exeat.desk.app import create_app, sweep_all
from exeat.desk.pages.app import pages_of
from exeat.desk.pages.site import Stop
from exeat.errors import LedgerError
from exeat.office.context import Role
from exeat.office.errors import NotNow
from exeat.office.models import TaskKind
from exeat.record import ClockWrong
from exeat.record.rotation import key_at_rest


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


@contextmanager
def administrator(town: Town) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection past every rule of the database."""
    with psycopg.connect(town.admin, autocommit=True) as conn, guards_off(conn):
        yield conn


DAMAGES = {
    "key": "UPDATE exeat_vault.person SET wrapped_key = set_byte(wrapped_key, 30, 7)"
    " WHERE person = (SELECT person FROM exeat_vault.record WHERE name = %(record)s)",
    "key of another master": "UPDATE exeat_vault.person SET wrapped_key = 'x'"
    " WHERE person = (SELECT person FROM exeat_vault.record WHERE name = %(record)s)",
    "state gone": "DELETE FROM exeat_vault.custody"
    " WHERE record = (SELECT record FROM exeat_vault.record WHERE name = %(record)s)",
    "state": "UPDATE exeat_vault.custody SET sealed = 'x'"
    " WHERE record = (SELECT record FROM exeat_vault.record WHERE name = %(record)s)",
    "name": "UPDATE exeat_vault.personal SET sealed = 'x'"
    " WHERE record = (SELECT record FROM exeat_vault.record WHERE name = %(record)s)",
}


def kinds(town: Town, record: str) -> set[TaskKind]:
    ctx = town.ctx("sam", role=Role.SUPERVISOR)
    return {task.kind for task in town.desk.reading.tasks(ctx) if task.record == record}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_row_that_cannot_be_read_costs_that_row(town: Town, damage: str) -> None:
    bad, free = town.book("Example", "B-1"), town.book("Other", "B-2")
    town.bail(free)
    with administrator(town) as conn:
        conn.execute(DAMAGES[damage].encode(), {"record": bad})
    rows = {row.record: row for row in town.desk.board.rows(town.ctx())}
    assert set(rows) == {bad, free} and rows[free].verdict == "release"
    [warning] = rows[bad].warnings
    assert rows[bad].verdict == "unknown" and "cannot be read" in told((warning,))
    counts = town.desk.reading.counts(town.ctx("sam", role=Role.SUPERVISOR))
    assert counts.verdicts == {"release": 1, "unknown": 1}
    sweep_all(town.desk)
    assert TaskKind.RELEASE_DUE in kinds(town, free)
    [task] = [t for t in town.desk.reading.tasks(town.ctx()) if t.record == bad]
    assert task.kind is TaskKind.UNREADABLE and task.owner_role == "supervisor"
    assert "cannot be read" in told(task)
    done = town.desk.rounds.reconcile(town.ctx(), ["B-2"])
    assert done.agree == 1
    if damage not in ("name",):  # A name is not needed to let somebody else go.
        town.release(free, "B-2")
        assert [row.record for row in town.desk.board.rows(town.ctx())] == [bad]


def test_a_row_that_was_mended_is_read_again_and_what_was_due_stays_due(town: Town) -> None:
    record = town.book()
    town.bail(record)
    sweep_all(town.desk)
    assert kinds(town, record) == {TaskKind.RELEASE_DUE}
    with administrator(town) as conn:
        [(kept,)] = conn.execute(
            "SELECT wrapped_key FROM exeat_vault.person p JOIN"
            " exeat_vault.record r USING (person) WHERE r.name = %s",
            [record],
        ).fetchall()
        conn.execute(DAMAGES["key"].encode(), {"record": record})
    town.desk.board.forget()
    sweep_all(town.desk)
    assert kinds(town, record) == {TaskKind.RELEASE_DUE, TaskKind.UNREADABLE}
    with administrator(town) as conn:
        conn.execute(
            "UPDATE exeat_vault.person SET wrapped_key = %s WHERE person ="
            " (SELECT person FROM exeat_vault.record WHERE name = %s)",
            [kept, record],
        )
    town.later(minutes=2)
    sweep_all(town.desk)
    assert kinds(town, record) == {TaskKind.RELEASE_DUE}


def test_a_request_and_a_transfer_that_cannot_be_read_cost_themselves(town: Town) -> None:
    send = town.desk.requests.send_request
    first = send(town.ice, facility="pierce", person=person_of("Nobody", ""), paper=town.paper())
    second = send(
        town.ice, facility="pierce", person=person_of("Elsewhere", ""), paper=town.paper()
    )
    town.move(town.ctx(), town.book("Mover", "B-8"), to="franklin-ny")
    town.move(town.ctx(), town.book("Goer", "B-9"), to="franklin-ny")
    with administrator(town) as conn:
        text = "UPDATE exeat_desk.request SET wrapped_key = 'x' WHERE request = %s"
        conn.execute(text.encode(), [first.id])
        conn.execute(
            "UPDATE exeat_desk.handover SET sealed = 'x' WHERE handover ="
            " (SELECT handover FROM exeat_desk.handover ORDER BY began LIMIT 1)"
        )
    found = {one.id: one.person for one in town.desk.requests.requests(town.ctx())}
    assert found[first.id] is None and found[second.id] is not None
    on_the_way = town.desk.transfers.handovers(town.ctx())
    assert len(on_the_way) == 2 and sum(one.person is None for one in on_the_way) == 1


def test_a_request_that_cannot_be_read_may_be_about_anybody(town: Town) -> None:
    record = town.book("Example", "B-1")
    town.bail(record)
    sent = town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Someone", "", born=None), paper=town.paper()
    )
    with administrator(town) as conn:
        text = "UPDATE exeat_desk.request SET wrapped_key = 'x', name_macs = NULL"
        conn.execute(text.encode())
    refused = town.release(record)
    assert sent.id and not hasattr(refused, "done"), refused
    assert [one.kind.value for one in refused.refusals] == ["request-waiting"]  # type: ignore[union-attr]


def test_a_namesake_that_cannot_be_read_is_one_all_the_same(town: Town) -> None:
    bad, here = town.book("Example", "B-1"), town.book("Example", "B-2")
    with administrator(town) as conn:
        conn.execute(DAMAGES["key"].encode(), {"record": bad})
    [other] = town.desk.reading.person(town.ctx(), here).namesakes
    assert other.record == bad


def test_whoever_sits_on_the_head_stops_nobody_who_reads(town: Town) -> None:
    headers, body = key(town), {"person": {"surname": "Example", "booking_number": "B-1"}}
    statuses: list[tuple[int, str]] = []

    def book(client: TestClient) -> None:
        answer = client.post("/api/v1/records", json=body, headers=headers)
        statuses.append((answer.status_code, answer.headers.get("retry-after", "")))

    app = create_app(town.desk, sweep=False)
    with TestClient(app, raise_server_exceptions=False) as client:
        with psycopg.connect(town.admin) as stuck:
            stuck.execute("SELECT FROM exeat.head FOR UPDATE")
            threads = [threading.Thread(target=book, args=[client]) for _ in range(10)]
            for thread in threads:
                thread.start()
            for _ in range(20):
                assert client.get("/api/v1/board", headers=headers).status_code == 200
            for thread in threads:
                thread.join()
        assert statuses == [(503, "2")] * 10
        assert client.post("/api/v1/records", json=body, headers=headers).status_code == 201


def test_every_login_of_the_desk_is_bounded(town: Town) -> None:
    with psycopg.connect(town.conninfo) as conn:
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            [(value,)] = conn.execute(f"SHOW {name}".encode()).fetchall()
            assert value not in ("0", ""), name


def test_whoever_has_the_head_and_falls_asleep_loses_it(town: Town) -> None:
    ctx = town.ctx()
    record = town.book()
    with town.desk.office.db.transaction(ctx) as tx:
        show = "SELECT current_setting('idle_in_transaction_session_timeout')"
        before = tx.conn.execute(show).fetchone()
        held = town.desk.office.hold(tx, record)
        tx.ledger.append_answer(held.name, "a1", {"x": 1})
        assert (before, tx.conn.execute(show).fetchone()) == (("1min",), ("10s",))


def test_a_desk_whose_clock_is_wrong_says_so_and_writes_nothing(town: Town) -> None:
    record = town.book()
    db = town.desk.office.db
    wall = db.clock.wall
    for hours, said in ((2, "ahead of"), (-2, "behind")):
        db.clock.wall = lambda hours=hours: wall() + hours * 3600  # type: ignore[misc]
        with pytest.raises(NotNow, match=f"is 7200 seconds {said} the database's"):
            town.book("Other", "B-2")
        assert [row.record for row in town.desk.board.rows(town.ctx())] == [record]
    db.clock.wall = wall
    town.book("Other", "B-2")


def test_a_wrong_clock_stands_on_the_board(town: Town) -> None:
    town.account("sam", "supervisor")
    people = town.desk.accounts.signin
    session = people.confirm(
        people.sign_in("sam", town.passwords["sam"], town.now), town.code("sam"), town.now
    )
    with psycopg.connect(town.admin, autocommit=True) as conn:
        conn.execute("UPDATE exeat_desk.account SET must_change = false")
    clock = town.desk.office.db.clock
    wall = clock.wall
    app = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
    with TestClient(app, cookies={"exeat_session": session.token}) as client:
        for shift, said in (
            (0.0, None),
            (60.0, "60 seconds ahead of"),
            (-60.0, "60 seconds behind"),
        ):
            clock.wall = lambda shift=shift: wall() + shift  # type: ignore[misc]
            text = client.get("/board").text
            assert (said in text) if said else ("of this desk is" not in text)


def test_the_page_of_a_record_that_cannot_be_read_does_not_say_that_there_is_none(
    town: Town,
) -> None:
    record = town.book()
    with administrator(town) as conn:
        conn.execute(DAMAGES["key"].encode(), {"record": record})
    app = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
    site = app.state.pages
    with pytest.raises(Stop) as stop:
        site.asked(lambda: town.desk.reading.person(town.ctx(), record))
    assert (stop.value.status, stop.value.key) == (409, "error.unreadable")
    with pytest.raises(Stop) as stop:
        site.asked(lambda: town.desk.reading.person(town.ctx(), "0" * 32))
    assert (stop.value.status, stop.value.key) == (404, "error.gone")


def test_a_desk_whose_clock_is_wrong_counts_no_code_as_wrong(town: Town) -> None:
    town.account("sam", "supervisor")
    people, clock = town.desk.accounts.signin, town.desk.office.db.clock
    session = people.sign_in("sam", town.passwords["sam"], town.now)
    wall = clock.wall
    clock.wall = lambda: wall() + 7200
    for _ in range(10):
        with pytest.raises(NotNow):
            people.confirm(session, "000000", town.now)
    clock.wall = wall
    assert people.confirm(session, town.code("sam"), town.now).whole


def test_a_code_taken_under_a_wrong_clock_shuts_nobody_out(town: Town) -> None:
    town.account("sam", "supervisor")
    people, right = town.desk.accounts.signin, town.now

    def sign_in() -> bool:
        session = people.sign_in("sam", town.passwords["sam"], town.now)
        return people.confirm(session, town.code("sam"), town.now).whole

    town.later(hours=2)
    assert sign_in()
    town.now = right
    assert sign_in()
    with pytest.raises(Exception, match="is not right"):
        sign_in()  # The same code again: it counts once.
    town.later(seconds=30)
    assert sign_in()


def test_a_last_entry_of_the_future_stops_the_ledger_until_somebody_has_looked(town: Town) -> None:
    town.book()
    with administrator(town) as conn:
        conn.execute("UPDATE exeat.head SET appended = clock_timestamp() + interval '200 days'")
    with pytest.raises(ClockWrong, match="which has not come yet") as error:
        town.book("Other", "B-2")
    assert error.value.faults[0].code == "E516"
    with (
        psycopg.connect(town.conninfo, autocommit=True) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("SELECT exeat.accept_clock()")
    with administrator(town) as conn:
        conn.execute("SELECT exeat.accept_clock()")
    town.book("Other", "B-2")
    with psycopg.connect(town.admin, autocommit=True) as conn:
        assert verify_database(conn).damages == []


def test_after_a_restart_of_the_database_the_first_request_is_answered(town: Town) -> None:
    town.book()
    headers = key(town)
    gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
    app = create_app(town.desk, sweep=False)
    with TestClient(app, raise_server_exceptions=False) as client:
        for _ in range(3):
            with psycopg.connect(town.admin, autocommit=True) as conn:
                conn.execute(gone, [town.settings.login])
            assert client.get("/api/v1/board", headers=headers).status_code == 200


def test_a_desk_keeps_its_key_from_being_changed_whatever_its_login_is_called(town: Town) -> None:
    gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
    with psycopg.connect(town.admin, autocommit=True) as conn:
        for _ in range(2):
            with (
                pytest.raises(LedgerError, match="another process holds it"),
                key_at_rest(conn, "nobody"),
            ):
                pass
            conn.execute(gone, [town.settings.login])
            town.book("Again", "B-7")  # Whoever comes back says so anew.
