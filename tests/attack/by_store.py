"""Ways in by the database, for whoever has the password of the desk's everyday login."""

from __future__ import annotations

from random import Random
from typing import Final

import psycopg

from tests.attack.by_routes import things
from tests.attack.frame import must, step
from tests.attack.ground import Ground

REFUSED: Final = (
    "UPDATE exeat.entry SET agency = 'texas'",
    "DELETE FROM exeat.entry",
    "TRUNCATE exeat.entry",
    "UPDATE exeat.head SET size = 0",
    "DELETE FROM exeat.checkpoint",
    "UPDATE exeat.node SET hash = hash",
    "DELETE FROM exeat_vault.payload",
    "UPDATE exeat_vault.payload SET sealed = sealed",
    "UPDATE exeat_vault.record SET name = 'x'",
    "UPDATE exeat_vault.person SET wrapped_key = NULL",
    "DELETE FROM exeat.stake",
    "INSERT INTO exeat.stake SELECT * FROM exeat.stake",
    "UPDATE exeat_desk.log SET actor = 'nobody'",
    "DELETE FROM exeat_desk.log",
    "TRUNCATE exeat_desk.log",
    "UPDATE exeat_desk.override SET first = 'nobody'",
    "DELETE FROM exeat_desk.override",
    "DELETE FROM exeat_desk.task",
    "DELETE FROM exeat_desk.request",
    "DELETE FROM exeat_desk.account",
    "DELETE FROM exeat.access",
    "UPDATE exeat.agency SET code = code",
    "UPDATE exeat_desk.agency SET name = 'x'",
    "ALTER TABLE exeat.entry DISABLE TRIGGER ALL",
    "ALTER TABLE exeat_desk.log DISABLE TRIGGER ALL",
    "ALTER TABLE exeat_desk.task DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own ON exeat_desk.task",
    "CREATE POLICY mine ON exeat_desk.task USING (true)",
    "CREATE OR REPLACE FUNCTION exeat.current_agency() RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
    "CREATE TABLE exeat_desk.mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "SET ROLE exeat_owner",
    "SET ROLE postgres",
    "SET session_replication_role = replica",
    "GRANT exeat_owner TO CURRENT_USER",
    "COPY exeat.entry TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "LOCK TABLE exeat.entry IN ACCESS EXCLUSIVE MODE",
)
"""What the everyday login may never do, whichever agency it acts for."""
OWN: Final = (
    "exeat_vault.record", "exeat_vault.payload", "exeat_vault.person", "exeat_vault.personal",
    "exeat_vault.custody", "exeat_desk.task", "exeat_desk.request", "exeat_desk.account",
    "exeat_desk.session", "exeat_desk.api_key", "exeat_desk.log", "exeat_desk.override",
)  # fmt: skip
"""Tables of which an agency sees its own rows."""


def goes_through(conn: psycopg.Connection, statement: str) -> bool:
    """Say whether a statement is carried out and touches something; nothing of it stays."""
    try:
        with conn.transaction(force_rollback=True):
            return conn.execute(statement.encode()).rowcount != 0
    except psycopg.errors.Error:
        return False


@step("E", "the everyday login changes or deletes what only grows, or frees itself")
def damage_by_the_everyday_login(here: Ground, chance: Random) -> None:
    things(here)  # something is in every table, so that a statement would touch it
    with here.everyday() as conn:
        for statement in chance.sample(REFUSED, len(REFUSED)):
            must(not goes_through(conn, statement), f"it went through: {statement}")


@step("F", "whoever acts for one agency, or for none, sees rows of another")
def rows_of_another(here: Ground, chance: Random) -> None:
    things(here)
    agency = chance.choice(["", "nobody", "' OR true --", "us-aa"])
    with here.everyday(agency) as conn:
        for table in OWN:
            row = conn.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            must(row == (0,), f"`{agency}` sees {row} of {table}")
    with here.everyday("texas") as conn:
        row = conn.execute(
            "SELECT count(*) FROM exeat_desk.task WHERE agency <> 'texas'"
        ).fetchone()
        must(row == (0,), "tasks of another agency")


@step("F", "whoever acts for one agency writes what is another's")
def writing_for_another(here: Ground, chance: Random) -> None:
    record, _ = here.book()
    statements = (
        "INSERT INTO exeat_desk.log (at, agency, actor, role, what, outcome, request_id)"
        " VALUES (now(), 'pierce', 'sam', 'booking', 'release', 'done', 'x')",
        "UPDATE exeat_desk.task SET closed = now() WHERE agency = 'pierce'",
        "UPDATE exeat.board SET open = false WHERE facility = 'pierce'",
        "UPDATE exeat_desk.account SET role = 'admin' WHERE agency = 'pierce'",
        "DELETE FROM exeat_vault.personal WHERE agency = 'pierce'",
        "SELECT exeat_desk.lock_desk('pierce', true)",
        f"SELECT exeat.shred(p.person) FROM exeat_vault.record r JOIN exeat_vault.person p"
        f" USING (person) WHERE r.name = '{record}'",
    )
    with here.everyday("texas") as conn:
        for statement in statements:
            must(not goes_through(conn, statement), f"it went through: {statement[:60]}")
    here.keeps("pierce", record)
