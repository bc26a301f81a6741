"""Reading across: each try goes to the database itself, past the application."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from tests.pg import Ground, board, booking, custody, made

from exeat.record import NotAllowed, NotFound
from exeat.record.server import PrivateServer

pytest_plugins = ["tests.pg"]

PERSONAL = (
    "exeat_vault.record",
    "exeat_vault.person",
    "exeat_vault.payload",
    "exeat_vault.custody",
    "exeat.entry",
    "exeat.board",
    "exeat.stake",
    "exeat.access",
)


def furnished(ground: Ground) -> Ground:
    """Jail A holds a1, a2 (shared with the issuer and with counsel); jail B holds b1."""
    with ground.ledger("desk_a") as ledger:
        ledger.append(booking("a1"))
        ledger.append(booking("a2"))
        ledger.share("a2", "ice-xx", "issuer")
        ledger.share("a2", "counsel-1", "counsel")
        ledger.read("a1")
    with ground.ledger("desk_b") as ledger:
        ledger.append(booking("b1"))
        ledger.read("b1")
    return ground


@pytest.fixture(scope="module")
def two_jails(pg_server: PrivateServer, pg_template: str) -> Iterator[Ground]:
    """For tests that change nothing."""
    with made(pg_server, pg_template) as ground:
        yield furnished(ground)


@pytest.fixture
def own_jails(ground: Ground) -> Ground:
    """For tests that write."""
    return furnished(ground)


def counted(conn: psycopg.Connection, table: str) -> int:
    return conn.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()[0]


# login, rows of each table in PERSONAL
@pytest.mark.parametrize(
    ("login", "counts"),
    [
        ("desk_a", (2, 2, 10, 2, 10, 2, 2, 1)),
        ("desk_b", (1, 1, 5, 1, 5, 1, 1, 1)),
        ("issuer", (1, 0, 0, 0, 0, 0, 1, 0)),
        ("counsel", (1, 1, 5, 1, 5, 1, 1, 0)),
    ],
)
def test_each_agency_sees_its_own_rows(
    two_jails: Ground, login: str, counts: tuple[int, ...]
) -> None:
    with two_jails.raw(login) as conn:
        assert tuple(counted(conn, table) for table in PERSONAL) == counts


@pytest.mark.parametrize("login", ["desk_b", "issuer", "counsel"])
@pytest.mark.parametrize("agency", ["us-aa-jail", "auditors", "' OR true --"])
def test_naming_another_agency_shows_nothing_at_all(
    two_jails: Ground, login: str, agency: str
) -> None:
    with two_jails.raw(login) as conn:
        conn.execute("SELECT set_config('exeat.agency', %s, false)", [agency])
        assert [counted(conn, table) for table in PERSONAL] == [0] * len(PERSONAL)


@pytest.mark.parametrize(
    "escape",
    [
        "SET ROLE exeat_owner",
        "SET ROLE postgres",
        "SET ROLE exeat_auditor",
        "SET SESSION AUTHORIZATION desk_a",
        "SET row_security = off; SELECT * FROM exeat_vault.payload",
        "ALTER TABLE exeat.entry DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON exeat.entry USING (true)",
        "GRANT exeat_auditor TO desk_b",
        "CREATE OR REPLACE FUNCTION exeat.current_agency() RETURNS text LANGUAGE sql"
        " AS 'SELECT ''us-aa-jail'''",
        "SELECT * FROM exeat.login",
        "UPDATE exeat.login SET agency = 'us-aa-jail'",
        "CREATE TABLE exeat.mine (x int)",
    ],
)
def test_no_way_out_of_the_own_role(two_jails: Ground, escape: str) -> None:
    with two_jails.raw("desk_b") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        for statement in escape.split("; "):
            conn.execute(statement.encode())


def test_a_look_alike_table_in_the_search_path_fools_no_function(own_jails: Ground) -> None:
    with own_jails.raw("desk_b") as conn:
        conn.execute("CREATE TEMP TABLE login (login name, agency text, duty text, signs bool)")
        conn.execute("INSERT INTO login VALUES ('desk_b', 'us-aa-jail', 'desk', true)")
        conn.execute("SET search_path = pg_temp, exeat, exeat_vault")
        assert conn.execute("SELECT exeat.current_agency()").fetchone() == ("us-bb-jail",)


def test_a_leaking_function_sees_no_foreign_row(own_jails: Ground) -> None:
    # A cheap function in a condition is run before a policy, unless the policy is a barrier.
    with own_jails.raw("desk_b") as conn:
        conn.execute(
            "CREATE FUNCTION pg_temp.leak(x bytea) RETURNS bool COST 0.0001 LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE NOTICE 'seen'; RETURN true; END $$"
        )
        seen: list[object] = []
        conn.add_notice_handler(seen.append)
        conn.execute("SELECT * FROM exeat_vault.payload WHERE pg_temp.leak(sealed)")
        assert len(seen) == 5


def test_an_auditor_sees_every_leaf_and_no_personal_data(two_jails: Ground) -> None:
    with two_jails.raw("auditor") as conn:
        assert counted(conn, "exeat.entry") == 15
        assert counted(conn, "exeat.access") == 2
        for table in ("record", "person", "payload", "custody"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                counted(conn, f"exeat_vault.{table}")


def test_a_login_that_acts_for_nobody_sees_nothing(two_jails: Ground) -> None:
    with two_jails.admin() as conn:
        conn.execute("CREATE ROLE stray LOGIN IN ROLE exeat_app")
    try:
        with two_jails.raw("stray") as conn:
            assert [counted(conn, table) for table in PERSONAL] == [0] * len(PERSONAL)
    finally:
        with two_jails.admin() as conn:
            conn.execute("DROP ROLE stray")


@pytest.mark.parametrize("login", ["desk_b", "issuer", "counsel"])
def test_a_foreign_record_is_as_if_it_were_not_there(two_jails: Ground, login: str) -> None:
    with two_jails.ledger(login) as ledger, pytest.raises(NotFound):
        ledger.read("a1", facility="us-aa-jail")


def test_counsel_reads_an_issuer_does_not_and_only_the_facility_writes(own_jails: Ground) -> None:
    more = booking("a2", more=5)[-1:]
    with own_jails.ledger("counsel") as ledger:
        assert ledger.read("a2", facility="us-aa-jail").version == 5
        with pytest.raises(NotAllowed):
            ledger.append(more, facility="us-aa-jail")
    with own_jails.ledger("issuer") as ledger:
        with pytest.raises(NotFound):
            ledger.read("a2", facility="us-aa-jail")
        with pytest.raises(NotFound):
            ledger.append(more, facility="us-aa-jail")
    with own_jails.ledger("desk_a") as ledger:
        assert ledger.append(more)[0].version == 6


@pytest.mark.parametrize("login", ["desk_b", "issuer", "counsel"])
def test_nobody_else_appends_past_the_library(own_jails: Ground, login: str) -> None:
    with own_jails.admin() as conn:
        (record,) = conn.execute(
            "SELECT record FROM exeat_vault.record WHERE name = 'a2'"
        ).fetchone()
    said = [[bytes(32)], [bytes(32)], [bytes(12)], [b"garbage"]]
    with own_jails.raw(login) as conn, pytest.raises(psycopg.Error) as caught:
        conn.execute("SELECT exeat.append(%s, NULL, %s, %s, %s, %s)", [record, *said])
    assert caught.value.sqlstate == "EX002"


@pytest.mark.parametrize("login", ["desk_b", "issuer", "counsel"])
def test_nobody_but_the_facility_shares_a_record(two_jails: Ground, login: str) -> None:
    with two_jails.admin() as conn:
        (record,) = conn.execute(
            "SELECT record FROM exeat_vault.record WHERE name = 'a2'"
        ).fetchone()
    with two_jails.raw(login) as conn, pytest.raises(psycopg.Error) as caught:
        conn.execute("SELECT exeat.grant_stake(%s, 'us-bb-jail', 'issuer')", [record])
    assert caught.value.sqlstate == "EX002"


@pytest.mark.parametrize("call", ["log_access(%s, 'read')", "shred(%s)"])
def test_functions_refuse_a_foreign_record(two_jails: Ground, call: str) -> None:
    with two_jails.admin() as conn:
        record, person = conn.execute(
            "SELECT record, person FROM exeat_vault.record WHERE name = 'a1'"
        ).fetchone()
    with two_jails.raw("desk_b") as conn, pytest.raises(psycopg.Error) as caught:
        conn.execute(f"SELECT exeat.{call}".encode(), [person if "shred" in call else record])
    assert caught.value.sqlstate == "EX002"


@pytest.mark.parametrize("login", ["desk_b", "counsel"])
def test_the_database_itself_refuses_to_append_to_a_foreign_record(
    two_jails: Ground, login: str
) -> None:
    with two_jails.admin() as conn:
        (record,) = conn.execute(
            "SELECT record FROM exeat_vault.record WHERE name = 'a2'"
        ).fetchone()
    zero = [bytes(32)]
    with two_jails.raw(login) as conn, pytest.raises(psycopg.Error) as caught:
        conn.execute(
            "SELECT * FROM exeat.append(%s, NULL, %s, %s, %s, %s)",
            [record, zero, zero, [b""], zero],
        )
    assert caught.value.sqlstate == "EX002"


def test_only_a_login_that_may_sign_puts_a_checkpoint_on_record(two_jails: Ground) -> None:
    with two_jails.ledger("desk_b") as ledger, pytest.raises(NotAllowed, match="may not sign"):
        ledger.checkpoint(two_jails.signer)


def test_views_show_no_foreign_row(two_jails: Ground) -> None:
    with two_jails.ledger("desk_b") as ledger:
        assert len(board(ledger.conn)) == len(custody(ledger.conn, two_jails.master)) == 1


def test_counsel_may_not_drop_a_view(two_jails: Ground) -> None:
    with two_jails.admin() as conn:
        views = "SELECT array_agg(record) FROM exeat.board"
        (records,) = conn.execute(views.encode()).fetchone()
    with two_jails.raw("counsel") as conn:
        conn.execute("SELECT exeat.drop_view(NULL)")
        for record in records:
            with pytest.raises(psycopg.Error) as caught:
                conn.execute("SELECT exeat.drop_view(%s)", [record])
            assert caught.value.sqlstate == "EX002"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("DELETE FROM exeat.board")
    with two_jails.admin() as conn:
        assert conn.execute(views.encode()).fetchone() == (records,)


def test_whoever_looked_is_written_down(own_jails: Ground) -> None:
    with own_jails.ledger("counsel") as ledger:
        key = ledger.read("a2", facility="us-aa-jail").record
    with own_jails.raw("desk_a") as conn:
        found = conn.execute(
            "SELECT login, agency, what FROM exeat.access WHERE record = %s", [key]
        ).fetchall()
    assert found == [("counsel", "counsel-1", "read")]


def test_one_login_of_two_agencies_must_say_for_which_it_acts(own_jails: Ground) -> None:
    with own_jails.admin() as conn:
        conn.execute("INSERT INTO exeat.login VALUES ('desk_b', 'us-aa-jail', 'desk', false)")
    with own_jails.raw("desk_b") as conn:
        assert counted(conn, "exeat.entry") == 0
        conn.execute("SET exeat.agency = 'us-aa-jail'")
        assert counted(conn, "exeat.entry") == 10
        conn.execute("SET exeat.agency = 'us-bb-jail'")
        assert counted(conn, "exeat.entry") == 5


def test_a_record_of_the_same_name_in_another_jail_is_another_record(own_jails: Ground) -> None:
    with own_jails.ledger("desk_b") as ledger:
        ledger.append(booking("a1", more=0))
        assert ledger.read("a1").version == 2
        with pytest.raises(NotFound):
            ledger.read(uuid4())
