"""The schema: one truth, applied once, and guarded by the database itself."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from tests.pg import Ground, make_database, migrate, verify_database
from tests.schema import dumped

from exeat.desk.part import PARTS
from exeat.errors import LedgerError
from exeat.record import schema
from exeat.record.canonical import Leaf
from exeat.record.part import RECORD, Migration, Part, queries_of
from exeat.record.server import PrivateServer

pytest_plugins = ["tests.pg"]

SOURCES = Path(schema.__file__).parent


def test_a_database_of_any_earlier_version_ends_as_a_new_one(
    pg_server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = schema.migrations(PARTS)
    make_database(pg_server, "by_steps")
    make_database(pg_server, "at_once")
    with psycopg.connect(pg_server.conninfo(database="by_steps"), autocommit=True) as conn:
        for number, step in enumerate(steps, 1):
            monkeypatch.setattr(schema, "migrations", lambda _, done=number: steps[:done])
            assert migrate(conn) == [step]
    with psycopg.connect(pg_server.conninfo(database="at_once"), autocommit=True) as conn:
        assert tuple(migrate(conn)) == steps
    made = dumped(pg_server, "by_steps")
    assert made == dumped(pg_server, "at_once")
    assert "CREATE POLICY" in made and "GRANT SELECT" in made and "append_only" in made


# The first half of each hash, as it stands in databases that are in use.
APPLIED = {
    1: "47365a13153dff6b",
    2: "91318e33f743ad33",
    3: "f6c80d1ed9b385be",
    4: "68d4a970ea3e78d7",
    5: "12b69b6c0b3a9963",
    6: "09ac7da2da753c83",
    10: "68dd61e5fc7580ed",
    100: "479bdd9ffb3db621",
    101: "85f2e1ac2d634b0b",
    102: "3a82fd78bbeb694c",
    103: "29285718ce9dcc0d",
    104: "904a8b1c5e046207",
    105: "b7a14ee6bd07602f",
    106: "be4608e0e8013110",
    107: "58fe10fec0ff254c",
    113: "43cb224f2f8d0a89",
    120: "177245e7f0e873ba",
    121: "98eca0a53eabd1d4",
    122: "9146ad93e908db7d",
    123: "a85ff42285c100ca",
    130: "dc9f9d78a8412690",
    131: "92cf8460fd167939",
    150: "3cefce9803591bd6",
    151: "d65c9c8b54fbd1ba",
    160: "5c37eae5e16f0866",
    170: "74d2d8155116e26b",
    180: "8db59a214cf9ff64",
}


def test_a_migration_that_is_in_use_keeps_its_number_and_its_text() -> None:
    found = {step.number: step.sha256.hex()[:16] for step in schema.migrations(PARTS)}
    assert found == APPLIED, "add a new one's line; never change one that stands"


def test_the_record_names_no_table_of_another_part() -> None:
    for part in (SOURCES.glob("*.py"), SOURCES.glob("sql/**/*.sql")):
        for path in part:
            assert "exeat_desk." not in path.read_text(encoding="utf-8"), path


def test_two_queries_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "queries.sql").write_text("-- lock_record: Another one.\nSELECT 1\n")
    with pytest.raises(ValueError, match="lock_record"):
        queries_of([*PARTS, Part(tmp_path)])


def test_numbers_of_migrations_have_no_gap_within_a_part() -> None:
    """The record's begin at 1; those above it at a round hundred, and each row of them at a ten."""
    numbers = [step.number for step in schema.migrations(PARTS)]
    assert numbers == sorted(set(numbers)) and numbers[0] == 1
    for before, number in itertools.pairwise(numbers):
        assert number == before + 1 or number % 10 == 0 or number == 113


_OLD_REQUEST = """
    INSERT INTO exeat_desk.agency (code, kind, place, zone, wrapped_key)
    VALUES ('us-aa-jail', 'facility', 'us-xx', 'UTC', 'k');
    INSERT INTO exeat_desk.request
        (request, sender, facility, id_mac, lodged, receipt, wrapped_key, nonce, sealed)
    VALUES (gen_random_uuid(), 'us-aa-jail', 'us-aa-jail', 'm', clock_timestamp(),
            'text', 'k', 'n', 's')
"""


def test_records_from_before_requests_were_entered_are_custody_records(
    pg_server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_database(pg_server, "before_requests")
    steps = schema.migrations(PARTS)
    with psycopg.connect(pg_server.conninfo(database="before_requests"), autocommit=True) as conn:
        with monkeypatch.context() as before:
            names = [step.name for step in steps]
            earlier = steps[: names.index("requests_in_ledger")]
            before.setattr(schema, "migrations", lambda _: earlier)
            migrate(conn)
        schema.add_agency(conn, "us-aa-jail", "A jail")
        schema.add_login(conn, "desk_a", "us-aa-jail", "desk")
        info = pg_server.conninfo(user="desk_a", database="before_requests")
        with psycopg.connect(info, autocommit=True) as desk:
            desk.execute(
                "SELECT exeat.open_record('r1', gen_random_uuid(), 'p', gen_random_uuid(), 'k')"
            )
        conn.execute(_OLD_REQUEST)
        assert next(step.name for step in migrate(conn)) == "requests_in_ledger"
        found = conn.execute("SELECT name, kind FROM exeat_vault.record").fetchall()
        assert found == [("r1", "custody")]
        # Nobody could have entered its receipt then.
        assert verify_database(conn).damages == []


def test_migrating_again_changes_nothing(ground: Ground) -> None:
    with ground.admin() as conn:
        assert migrate(conn) == []


def test_a_migration_that_was_edited_is_found_out(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = schema.migrations(PARTS)
    edited = Migration(first.number, first.name, first.text + "\n-- one more line")
    monkeypatch.setattr(schema, "migrations", lambda _: (edited, *rest))
    with ground.admin() as conn, pytest.raises(LedgerError, match="another text of migration 1"):
        migrate(conn)


def test_a_database_of_a_newer_version_is_refused(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = schema.migrations(PARTS)[:-1]
    monkeypatch.setattr(schema, "migrations", lambda _: fewer)
    with ground.admin() as conn, pytest.raises(LedgerError, match="does not know"):
        migrate(conn)


def test_a_migration_that_fails_leaves_nothing_behind(
    pg_server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_database(pg_server, "halfway")
    broken = (*schema.migrations(PARTS), Migration(9999, "broken", "SELECT 1/0"))
    monkeypatch.setattr(schema, "migrations", lambda _: broken)
    with psycopg.connect(pg_server.conninfo(database="halfway"), autocommit=True) as conn:
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate(conn)
        left = conn.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^exeat'")
        assert left.fetchall() == []


def test_every_query_is_described_and_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
    for name, query in RECORD.queries.items():
        assert query.said.endswith("."), name
        assert re.search(rf'"{name}"', code), f"query `{name}` is used nowhere"


def test_no_sql_that_reads_or_writes_the_ledger_stands_in_the_code() -> None:
    wanted = {"schema.py", "backup.py"}  # Administration: roles, logins, migrations.
    for path in SOURCES.glob("*.py"):
        if path.name not in wanted:
            code = path.read_text(encoding="utf-8")
            assert not re.search(r"(FROM|INTO|UPDATE) exeat", code), path.name


def test_the_database_and_the_code_write_the_same_leaf(ground: Ground) -> None:
    leaf = Leaf(
        "us-va:x.1",
        datetime(2026, 3, 6, 22, 30, 0, 7, tzinfo=UTC),
        bytes(range(32)),
        UUID(int=5),
        3,
    )
    with ground.admin() as conn:
        found = conn.execute(
            "SELECT exeat.leaf_data(%s, %s, %s, %s, %s)",
            [leaf.agency, leaf.appended, leaf.commitment, leaf.record, leaf.version],
        ).fetchone()
    assert found == (leaf.data(),)


@pytest.mark.parametrize("code", ["", "A", 'a"b', "a\\b", "é", "a b", "a" * 65, "-a"])
def test_a_code_that_json_would_escape_is_refused(shared: Ground, code: str) -> None:
    with shared.admin() as conn, pytest.raises(psycopg.errors.CheckViolation):
        schema.add_agency(conn, code, "x")


TABLES = (
    "exeat.entry",
    "exeat_vault.payload",
    "exeat.node",
    "exeat.checkpoint",
    "exeat.access",
    "exeat.migration",
)
CHANGES = ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE")
COLUMN = {
    "exeat.entry": "seq",
    "exeat_vault.payload": "seq",
    "exeat.node": "level",
    "exeat.checkpoint": "size",
    "exeat.access": "what",
    "exeat.migration": "name",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("login", ["postgres", "exeat_owner", "desk_a", "auditor"])
def test_nobody_changes_what_is_written(
    shared: Ground, table: str, change: str, login: str
) -> None:
    sql = change.format(table, COLUMN[table], COLUMN[table])
    owner = login == "exeat_owner"
    with shared.raw("postgres" if owner else login) as conn:
        if owner:
            conn.execute("SET ROLE exeat_owner")
        with pytest.raises(psycopg.Error) as caught:
            conn.execute(sql.encode())
    refused = {"EX009"} if login in ("postgres", "exeat_owner") else {"42501"}
    assert caught.value.sqlstate in refused


def test_a_session_that_replays_replication_does_not_slip_past(shared: Ground) -> None:
    with shared.admin() as conn:
        conn.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.Error, match="append-only"):
            conn.execute("DELETE FROM exeat.entry")


@pytest.mark.parametrize("table", ["exeat_vault.person", "exeat_vault.record", "exeat.head"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_keys_records_and_the_head_are_never_removed(
    shared: Ground, table: str, change: str
) -> None:
    with shared.admin() as conn, pytest.raises(psycopg.Error, match="append-only"):
        conn.execute(change.format(table).encode())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE exeat_vault.person SET ref = 'other'",
        "UPDATE exeat_vault.person SET agency = 'us-bb-jail'",
        "UPDATE exeat_vault.record SET name = 'other'",
        "UPDATE exeat_vault.record SET agency = 'us-bb-jail'",
        "UPDATE exeat.head SET size = size - 1",
    ],
)
def test_what_a_key_record_or_head_says_is_not_turned(shared: Ground, change: str) -> None:
    with shared.admin() as conn, pytest.raises(psycopg.Error) as caught:
        conn.execute(change.encode())
    assert caught.value.sqlstate == "EX009"


@pytest.mark.parametrize(
    "write",
    [
        "INSERT INTO exeat.entry SELECT 99, record, 99, agency, appended, commitment, leaf, leaf"
        " FROM exeat.entry LIMIT 1",
        "INSERT INTO exeat_vault.payload VALUES (0, gen_random_uuid(), '', '')",
        "INSERT INTO exeat.stake SELECT record, 'us-bb-jail', 'facility' FROM exeat_vault.record",
        "INSERT INTO exeat.login VALUES ('desk_a', 'us-bb-jail', 'desk', true)",
        "UPDATE exeat.head SET size = 0",
        "INSERT INTO exeat.access (agency, record, what)"
        " VALUES ('us-bb-jail', gen_random_uuid(), 'read')",
    ],
)
def test_a_desk_writes_through_the_functions_only(shared: Ground, write: str) -> None:
    with shared.raw("desk_a") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(write.encode())
