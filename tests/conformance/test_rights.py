"""What the desk's everyday login may do: the stated list is that of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.pg import Ground, booking
from tests.scenario.failures.kit import Town, county, person_of

from exeat.desk.logins import expunging_login
from exeat.office.models import TaskKind

pytest_plugins = ["tests.pg"]

STATED = Path(__file__).parents[2] / "docs" / "design" / "rights.md"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def told(title: str) -> list[list[str]]:
    """Return the cells of a table of the page."""
    part = STATED.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]
    rows = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_what_the_login_may_write_by_itself_is_what_is_stated(town: Town) -> None:
    with psycopg.connect(town.admin) as conn:
        found = conn.execute(
            "SELECT name, string_agg(privilege_type, ', ' ORDER BY privilege_type) FROM ("
            "  SELECT c.oid::regclass::text, relacl FROM pg_class c JOIN pg_namespace n"
            "    ON n.oid = c.relnamespace WHERE nspname LIKE 'exeat%'"
            "  UNION ALL SELECT attrelid::regclass || '.' || attname, attacl FROM pg_attribute"
            "    WHERE attacl IS NOT NULL) AS acls (name, acl), aclexplode(acl)"
            " WHERE grantee IN (0, 'exeat_app'::regrole) AND privilege_type <> 'SELECT'"
            " AND name LIKE 'exeat%' GROUP BY name"
        ).fetchall()
    assert dict(found) == {row[0].strip("`"): row[1] for row in told("Writing without a function")}


def test_what_the_login_may_call_is_what_is_stated(town: Town) -> None:
    with psycopg.connect(town.admin) as conn:
        found = conn.execute(
            "SELECT DISTINCT format('%s.%s', nspname, proname) FROM pg_proc p JOIN pg_namespace n"
            " ON n.oid = p.pronamespace, aclexplode(coalesce(proacl, acldefault('f', proowner)))"
            " WHERE nspname LIKE 'exeat%' AND grantee IN (0, 'exeat_app'::regrole)"
        ).fetchall()
    stated = {name for row in told("Functions") for name in re.findall(r"`([^`]+)`", row[0])}
    assert {name for (name,) in found} == stated


@contextmanager
def everyday(town: Town, **settings: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect as the desk's login, past every line of the desk."""
    with psycopg.connect(town.conninfo, autocommit=True) as conn:
        for name, value in {"agency": "pierce", **settings}.items():
            conn.execute("SELECT set_config(%s, %s, false)", [f"exeat.{name}", value])
        yield conn


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exeat.board SET open = false",
        "DELETE FROM exeat_vault.custody",
        "UPDATE exeat_desk.request SET surname_mac = NULL, number_mac = NULL",
        "UPDATE exeat_desk.task SET closed = now(), closed_by = 'x'",
        "INSERT INTO exeat_desk.session (token_hash, account, csrf, whole, began, seen)"
        " SELECT sha256('x'), id, 'x', true, now(), now() FROM exeat_desk.account",
        "INSERT INTO exeat_desk.log (at, agency, actor, role, what, outcome, request_id)"
        " VALUES (now() - interval '1 day', 'pierce', 'x', 'x', 'x', 'x', 'x')",
        "DELETE FROM exeat_vault.personal",
        "UPDATE exeat.change SET actor = 'another'",
        "SELECT exeat.note_table('exeat.board', 'record', 'open', 'free')",
    ],
)
def test_nothing_that_the_desk_rests_on_is_changed_past_a_function(
    town: Town, statement: str
) -> None:
    town.book()
    with everyday(town, actor="sam") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT exeat_desk.close_tasks(task, NULL, NULL, NULL, now(), 'sam', 'done')"
        " FROM exeat_desk.task WHERE closed IS NULL LIMIT 1",
        "SELECT exeat_desk.begin_session(sha256('x'), id, 'x', now()) FROM exeat_desk.account",
        "UPDATE exeat_desk.account SET second_factor = 'x'",
        "UPDATE exeat_vault.personal SET surname_mac = 'x'",
    ],
)
def test_nothing_is_changed_without_saying_who_acts(town: Town, statement: str) -> None:
    if "sam" not in town.passwords:
        town.account("sam", "supervisor")
    town.book(bases=())  # Without a ground, so that a task is open.
    with everyday(town) as conn, pytest.raises(psycopg.Error) as caught:
        conn.execute(statement.encode())
    assert caught.value.sqlstate == "EX007"


def test_a_change_says_who_did_it_by_which_act_and_when(town: Town) -> None:
    town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Elsewhere", "9"), paper=town.paper()
    )
    ctx = town.ctx()
    (task,) = [one for one in town.desk.reading.tasks(ctx) if one.kind is TaskKind.MATCH]
    town.desk.rounds.close_task(ctx, task.id, "looked at")
    with psycopg.connect(town.admin) as conn:
        found = conn.execute(
            "SELECT login, agency, actor, act, request_id, done, entered > now() - interval '1 h'"
            " FROM exeat.change WHERE place = 'exeat_desk.task' AND replace(key, '-', '') = %s"
            " ORDER BY number DESC LIMIT 1",
            [task.id],
        ).fetchone()
    login = town.settings.login
    assert found == (login, "pierce", ctx.actor, "close_task", ctx.request_id, "update", True)


def test_a_line_that_is_dated_back_shows_by_the_clock_of_the_database(town: Town) -> None:
    with everyday(town) as conn:
        conn.execute(
            "SELECT exeat_desk.put_log('2001-01-01T00:00Z', 'pierce', NULL, 'sam', 'booking',"
            " 'release', 'done', NULL, 'back', 'x', NULL)"
        )
    with psycopg.connect(town.admin) as conn:
        found = conn.execute(
            "SELECT at < '2002-01-01', now() - entered < interval '1 hour' FROM exeat_desk.log"
            " WHERE about = 'back'"
        ).fetchall()
    assert found == [(True, True)]


def test_a_view_written_anew_without_an_entry_leaves_a_line(ground: Ground) -> None:
    with ground.ledger() as ledger:
        ledger.append(booking())
    with ground.raw("desk_a") as conn:
        (record,) = conn.execute("SELECT record FROM exeat.board").fetchone()
        put = "SELECT exeat.put_view(%s, %s, true, false, NULL, NULL, 0, ''::bytea, ''::bytea)"
        with pytest.raises(psycopg.Error) as caught:
            conn.execute(put, [record, 99])
        assert caught.value.sqlstate == "EX002"
        conn.execute(put, [record, 5])
        conn.execute("SELECT exeat.drop_view(%s)", [record])
    with ground.admin() as conn:
        found = conn.execute(
            "SELECT login, done FROM exeat.change WHERE place = 'exeat.board' ORDER BY number"
        ).fetchall()
    assert found == [("desk_a", "rewritten"), ("desk_a", "dropped")]


def test_no_everyday_login_destroys_a_key(town: Town) -> None:
    record = town.book(number="S-1")
    with everyday(town, actor="sam") as conn, pytest.raises(psycopg.Error) as caught:
        conn.execute("SELECT exeat.shred(person) FROM exeat_vault.record WHERE name = %s", [record])
    assert caught.value.sqlstate == "EX002"


def test_no_login_destroys_a_key_without_its_entry(town: Town) -> None:
    record = town.book(number="S-2")
    shred = "SELECT exeat.shred(person) FROM exeat_vault.record WHERE name = %s"
    with psycopg.connect(expunging_login(town.admin, "pierce"), autocommit=True) as conn:
        conn.execute("SELECT set_config('exeat.agency', 'pierce', false)")
        conn.execute("SELECT set_config('exeat.actor', 'root', false)")
        with pytest.raises(psycopg.Error, match="no entry says that the record is expunged"):
            conn.execute(shred, [record])
    town.shred(record)
    with psycopg.connect(town.admin) as conn:
        gone = conn.execute(shred.replace("exeat.shred(person)", "person"), [record]).fetchone()
    assert gone is None
