"""A private server for a test session, and a fresh ledger for each test that asks for one.

A test module that says ``pytest_plugins = ["tests.pg"]`` may use the fixture ``ground``.
PYTEST_DONT_REWRITE: test modules import it before pytest does, and it asserts nothing.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import class_row

from exeat.desk.part import PARTS
from exeat.facts.events import Event, events_from_json
from exeat.record import rotation, schema, verify
from exeat.record.checkpoint import Signer
from exeat.record.ledger import Ledger
from exeat.record.schema import add_agency, add_login
from exeat.record.server import PrivateServer
from exeat.record.vault import MasterKey
from exeat.record.views import ViewRow, state_of

_COUNT = itertools.count(1)

# As every command calls them: on a record with all parts of the house.
migrate = partial(schema.migrate, parts=PARTS)
verify_database = partial(verify.verify_database, parts=PARTS)
rotate = partial(rotation.rotate, parts=PARTS)
change_key = partial(rotation.change_key, parts=PARTS)

AGENCIES = ("us-aa-jail", "us-bb-jail", "ice-xx", "counsel-1", "auditors")
LOGINS = (
    ("desk_a", "us-aa-jail", "desk", True),
    ("desk_b", "us-bb-jail", "desk", False),
    ("issuer", "ice-xx", "issuer", False),
    ("counsel", "counsel-1", "counsel", False),
    ("auditor", "auditors", "auditor", False),
)


@dataclass
class Ground:
    """A migrated database with two jails, an issuer, counsel and an auditor."""

    server: PrivateServer
    database: str
    master: MasterKey
    signer: Signer

    def conninfo(self) -> str:
        return self.server.conninfo(database=self.database)

    def admin(self) -> psycopg.Connection:
        return psycopg.connect(self.server.conninfo(database=self.database), autocommit=True)

    def raw(self, login: str) -> psycopg.Connection:
        """A connection past the application: plain SQL as that login."""
        info = self.server.conninfo(user=login, database=self.database)
        return psycopg.connect(info, autocommit=True)

    def ledger(self, login: str = "desk_a", *, keep_views: bool = True) -> Ledger:
        return Ledger(self.raw(login), self.master, keep_views=keep_views)


@pytest.fixture(scope="session")
def pg_server() -> Iterator[PrivateServer]:
    # Not pytest's own folder: its path is too long for a socket on some systems.
    folder = Path(tempfile.mkdtemp(prefix="exeat-"))
    try:
        with PrivateServer(folder / "pg") as server:
            # Each test has a database of its own; no test cuts the power.
            with psycopg.connect(server.conninfo(), autocommit=True) as conn:
                conn.execute("ALTER SYSTEM SET fsync = off")
                conn.execute("ALTER SYSTEM SET full_page_writes = off")
                conn.execute("SELECT pg_reload_conf()")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_database(server: PrivateServer, name: str, *, template: str | None = None) -> None:
    like = f" TEMPLATE {template}" if template else ""
    with psycopg.connect(server.conninfo(database="postgres"), autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}{like}".encode())


@pytest.fixture(scope="session")
def pg_template(pg_server: PrivateServer) -> str:
    make_database(pg_server, "model")
    with psycopg.connect(pg_server.conninfo(database="model"), autocommit=True) as conn:
        migrate(conn)
        for code in AGENCIES:
            add_agency(conn, code, f"Agency {code}")
        for login, agency, duty, signs in LOGINS:
            add_login(conn, login, agency, duty, signs=signs, expunges=signs)
    return "model"


@contextmanager
def made(server: PrivateServer, template: str) -> Iterator[Ground]:
    name = f"t{next(_COUNT)}"
    make_database(server, name, template=template)
    yield Ground(server, name, MasterKey.generate(), Signer.generate("example.org/log"))
    with psycopg.connect(server.conninfo(database="postgres"), autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def ground(pg_server: PrivateServer, pg_template: str) -> Iterator[Ground]:
    """A ledger for this test alone."""
    with made(pg_server, pg_template) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def shared(pg_server: PrivateServer, pg_template: str) -> Iterator[Ground]:
    """A ledger for the tests of a module that change nothing; it holds one record."""
    with made(pg_server, pg_template) as fresh:
        with fresh.ledger() as ledger:
            ledger.append(booking())
        yield fresh


def switch_off(conn: psycopg.Connection) -> list[tuple[str, str, str, str]]:
    """Switch every trigger of the record off, as a superuser; return how each was."""
    found = conn.execute(
        "SELECT n.nspname, c.relname, t.tgname, t.tgenabled::text FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT t.tgisinternal AND n.nspname LIKE 'exeat%'"
    ).fetchall()
    for space, table, name, _ in found:
        _alter(conn, space, table, name, "DISABLE")
    conn.execute("SET session_replication_role = replica")
    return found


def switch_on(conn: psycopg.Connection, found: list[tuple[str, str, str, str]]) -> None:
    """Switch triggers on again, as they were."""
    conn.execute("SET session_replication_role = origin")
    for space, table, name, enabled in found:
        _alter(conn, space, table, name, {"A": "ENABLE ALWAYS", "O": "ENABLE"}[enabled])


@contextmanager
def guards_off(conn: psycopg.Connection) -> Iterator[None]:
    """Do something as somebody would who wants it unseen."""
    found = switch_off(conn)
    yield
    switch_on(conn, found)


def _alter(conn: psycopg.Connection, space: str, table: str, name: str, how: str) -> None:
    text = sql.SQL("ALTER TABLE {} {} TRIGGER {}")
    conn.execute(text.format(sql.Identifier(space, table), sql.SQL(how), sql.Identifier(name)))


def booking(record: str = "r1", more: int = 3) -> tuple[Event, ...]:
    """Events of one record: booked, one basis, then as many detainers as wanted."""
    common = f'"record": "{record}", "recorded": "2026-03-06T10:00-05:00", "by": "desk"'
    when = '"occurred": "2026-03-06T09:00-05:00"'
    lines = [
        f'{{"event": "booked", "id": "e1", "zone": "America/New_York", {when}, {common}}}',
        f'{{"event": "basis-added", "id": "e2", "basis": "b1", "kind": "charge",'
        f" {when}, {common}}}",
    ]
    for number in range(3, 3 + more):
        lines.append(
            f'{{"event": "detainer-lodged", "id": "e{number}", "detainer": "d{number}",'
            f" {when}, {common}}}"
        )
    return events_from_json("\n".join(lines))


def board(conn: psycopg.Connection) -> list[ViewRow]:
    """The board as it stands in the database: open custodies first, the earliest release first."""
    order = "open DESC NULLS LAST, release_from NULLS LAST, record"
    columns = ", ".join(ViewRow.__slots__)
    with conn.cursor(row_factory=class_row(ViewRow)) as cursor:
        return cursor.execute(f"SELECT {columns} FROM exeat.board ORDER BY {order}").fetchall()


def custody(conn: psycopg.Connection, master: MasterKey) -> dict[UUID, str | None]:
    """The sealed state of every record that a login may see, opened."""
    found = conn.execute(
        "SELECT record, nonce, sealed, person, wrapped_key FROM exeat_vault.custody"
        " JOIN exeat_vault.record USING (record) JOIN exeat_vault.person USING (person)"
    ).fetchall()
    return {
        record: state_of(master.unwrap(person, wrapped, "a record"), record, nonce, sealed)
        for record, nonce, sealed, person, wrapped in found
    }
