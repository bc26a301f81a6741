"""Reading across: the database itself keeps agencies apart, with the application left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.scenario.failures.kit import Town, county, database, person_of

from exeat.desk.service.models import Override, OverrideReason
from exeat.desk.service.setup import prepare
from exeat.errors import ExeatError
from exeat.office.context import Origin, Role
from exeat.record import backup, restore

SEALED = ("person", "payload", "custody", "personal")
# Holds nothing about anybody in custody or at a desk.
OPEN_TO_ALL = {
    *("exeat.agency", "exeat.head", "exeat.node", "exeat.checkpoint"),
    *("exeat.chained", "exeat.seal"),
}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county() as one:
        fill(one)
        yield one


def fill(town: Town) -> None:
    """Let something of every kind happen at one jail."""
    desk, ctx = town.desk, town.ctx()
    town.account("sam", "supervisor")
    record = town.book(number="QZ-1")
    town.lodge(record)
    desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "QZ-1"), paper=town.paper()
    )
    desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Other", ""), paper=town.paper()
    )
    gone = desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Nobody", "", born=None), paper=town.paper()
    )
    town.not_here(gone.id)
    desk.requests.take_back_answer(ctx, gone.id, "Another was meant.")
    desk.rounds.subscribe(ctx, record, kinds=["released"], channel="mail:desk@pierce.example")
    desk.accounts.keys.add(
        town.ctx("sam", role=Role.SUPERVISOR), label="jms", role="booking", scopes=["read"]
    )
    session = desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    desk.accounts.signin.made_whole(session, town.now, "code", Origin("192.0.2.7", "browser"))
    with desk.office.db.transaction(ctx) as tx:
        said = {"public_key": b"p", "sign_count": 0, "label": "k", "now": town.now}
        tx.run("add_passkey", id=b"k", account=session.account.id, **said)
    moved = town.book("Mover", "QZ-2")
    town.move(ctx, moved, to="franklin-ny")
    left = town.book("Gone", "QZ-3")
    second = Override(reason=OverrideReason.COURT_ORDER, words="26-417", second=town.witness("sam"))
    town.release(left, "QZ-3", override=second)


@contextmanager
def bare(town: Town, agency: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect as the desk's login, and act for an agency, past every line of the desk."""
    with psycopg.connect(town.conninfo, autocommit=True) as conn:
        conn.execute("SELECT set_config('exeat.agency', %s, false)", [agency])
        yield conn


def readable(conn: psycopg.Connection[Any]) -> list[str]:
    rows = conn.execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname IN ('exeat', 'exeat_vault', 'exeat_desk')"
        "   AND has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT') ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def counted(conn: psycopg.Connection[Any]) -> dict[str, int]:
    found = {}
    for table in readable(conn):
        row = conn.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert row is not None
        found[table] = row[0]
    return found


def test_the_jail_itself_reads_something_in_every_table(town: Town) -> None:
    with bare(town, "pierce") as conn:
        empty = {table for table, count in counted(conn).items() if count == 0}
    assert empty - OPEN_TO_ALL == set()


@pytest.mark.parametrize("agency", ["arizona", "other-issuer", "defender", "host", "", "nowhere"])
def test_another_agency_reads_no_row_of_any_table(town: Town, agency: str) -> None:
    with bare(town, agency) as conn:
        for table in readable(conn):
            if table in OPEN_TO_ALL:
                continue
            rows = conn.execute(f"SELECT * FROM {table}".encode()).fetchall()
            # What it does see, says its own name.
            others = [row for row in rows if not agency or agency not in map(str, row)]
            assert others == [], table


@pytest.mark.parametrize("agency", ["arizona", "other-issuer", "defender"])
def test_another_agency_changes_no_row_of_any_table(town: Town, agency: str) -> None:
    statements = [
        "UPDATE exeat_desk.task SET closed = now(), closed_by = 'x'",
        "UPDATE exeat_desk.request SET answered = now(), answer = 'withdrawn'",
        "UPDATE exeat_desk.handover SET acknowledged = now()",
        "UPDATE exeat_desk.account SET failed = '{}', locked = NULL",
        "UPDATE exeat_desk.known_place SET failed = '{}', locked = NULL",
        "UPDATE exeat_desk.session SET whole = true",
        "UPDATE exeat_desk.api_key SET revoked = NULL",
        "DELETE FROM exeat_vault.personal",
        "DELETE FROM exeat_vault.custody",
        "DELETE FROM exeat.board",
    ]
    with bare(town, agency) as conn:
        for statement in statements:
            with suppress(psycopg.errors.InsufficientPrivilege):
                assert conn.execute(statement.encode()).rowcount == 0, statement


def test_an_issuer_knows_of_its_record_and_reads_nothing_of_it(town: Town) -> None:
    with bare(town, "ice-sea") as conn:
        found = counted(conn)
    assert found["exeat_vault.record"] == 1  # the one that its request stands on
    for table in ("exeat.entry", "exeat.board", *(f"exeat_vault.{t}" for t in SEALED)):
        assert found[table] == 0, table
    assert found["exeat_desk.task"] == 0
    assert found["exeat_desk.request"] == 3


def test_a_desk_that_was_restored_is_no_auditor_of_the_database(town: Town, tmp_path: Path) -> None:
    """An auditor sees the leaves of every agency; the desk's host is one, and its login is not."""
    member = "SELECT pg_has_role(%s, 'exeat_auditor', 'MEMBER')"
    login = town.settings.login
    backup(town.admin, tmp_path / "desk.dump")
    copy = database()
    restore(copy, tmp_path / "desk.dump")
    with psycopg.connect(copy, autocommit=True) as conn:
        assert conn.execute(member, [login]).fetchone() == (False,)
        conn.execute(f"GRANT exeat_auditor TO {login}".encode())  # as restores once did
        prepare(copy, town.settings)
        assert conn.execute(member, [login]).fetchone() == (False,)


def test_nobody_forges_a_row_of_another_agency(town: Town) -> None:
    with bare(town, "arizona") as conn:
        for statement in (
            "INSERT INTO exeat_desk.log (at, agency, actor, role, what, outcome, request_id)"
            " VALUES (now(), 'pierce', 'x', 'x', 'x', 'x', 'x')",
            "INSERT INTO exeat_desk.task (task, agency, kind, because, opened, due, owner_role)"
            " VALUES (gen_random_uuid(), 'pierce', 'x', 'x', now(), now(), 'x')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement.encode())


def test_the_log_and_overrides_are_append_only(town: Town) -> None:
    with bare(town, "pierce") as conn:
        for table in ("exeat_desk.log", "exeat_desk.override"):
            with pytest.raises(psycopg.Error):
                conn.execute(f"DELETE FROM {table}".encode())
    with psycopg.connect(town.admin, autocommit=True) as conn:
        for table in ("exeat_desk.log", "exeat_desk.override"):
            with pytest.raises(psycopg.Error, match="append-only"):
                conn.execute(f"DELETE FROM {table}".encode())


def test_no_personal_data_stand_in_clear_anywhere(town: Town) -> None:
    words = ("example", "avery", "mover", "1990-01-31", "f-qz-1", "qz-1")
    with psycopg.connect(town.admin, autocommit=True) as conn:
        tables = conn.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('exeat', 'exeat_vault', 'exeat_desk')"
        ).fetchall()
        for (table,) in tables:
            for row in conn.execute(f"SELECT t::text FROM {table} t".encode()).fetchall():
                text = row[0].lower().replace("desk.example", "").replace("pierce.example", "")
                assert not [word for word in words if word in text], (table, text[:200])


@pytest.mark.parametrize(
    ("agency", "role"),
    [("arizona", Role.BOOKING), ("other-issuer", Role.REQUESTER), ("defender", Role.COUNSEL)],
)
def test_the_desk_says_of_anothers_record_what_it_says_of_none(
    town: Town, agency: str, role: Role
) -> None:
    record = town.desk.board.rows(town.ctx())[0].record
    ctx = town.ctx("x", agency, role)
    said = []
    for id in (record, "0" * 32):
        with pytest.raises(ExeatError) as error:
            town.desk.reading.person(ctx, id)
        said.append(str(error.value).replace(id, "ID"))
    assert said[0] == said[1]
