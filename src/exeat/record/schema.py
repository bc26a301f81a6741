"""The schema: numbered migrations in plain SQL, applied in order, each once.

Each part of the house brings its own; ``make schema`` prints what they add up to. They are applied
by an administrator of the database, never by a login of the application.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from exeat.errors import LedgerError
from exeat.record.part import RECORD, Migration, Part

__all__ = [
    "BOUNDS_OF_SESSION",
    "LoginDuty",
    "add_agency",
    "add_login",
    "apply",
    "create_roles",
    "holds_ledger",
    "make_login",
    "migrate",
    "migrations",
    "pending",
    "set_password",
]

LoginDuty: TypeAlias = Literal["desk", "issuer", "counsel", "auditor"]
"""What a login is for: only a desk opens records; an auditor sees no personal data."""

_BOUNDS: Final = {
    "lock_timeout": "4s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
"""How long a login may wait for another, work, or sit idle while others wait for it."""
BOUNDS_OF_SESSION: Final = ", ".join(
    f"set_config('{name}', '{value}', false)" for name, value in _BOUNDS.items()
)
"""The same, as columns of a SELECT that sets them for a session."""
_LOCK: Final = 0x65786561_74  # "exeat" in ASCII: nobody else's advisory lock.


def migrations(parts: Sequence[Part]) -> tuple[Migration, ...]:
    """Return the migrations of the record and of the parts that stand on it, in order."""
    found = [step for part in (RECORD, *parts) for step in part.migrations]
    return tuple(sorted(found, key=lambda step: step.number))


def migrate(conn: psycopg.Connection[object], parts: Sequence[Part]) -> list[Migration]:
    """Bring a database up to date, in one transaction, and return what was applied.

    Args:
        conn: As a superuser, or as a role that may create roles, and schemas here.
        parts: What stands on the record there.

    Raises:
        LedgerError: The database was made by other migrations, or by a newer version.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        done, ours = _applied(conn), migrations(parts)
        _check(done, ours)
        fresh = [step for step in ours if step.number not in done]
        apply(conn, fresh)
    return fresh


def apply(conn: psycopg.Connection[object], steps: Iterable[Migration]) -> None:
    """Apply migrations, whatever was applied before; the caller has begun a transaction."""
    for step in steps:
        who = "SELECT set_config('exeat.actor', %s, true), set_config('exeat.act', %s, true)"
        conn.execute(who, ["migration", step.name])
        if step.number > 1:
            conn.execute("SET LOCAL ROLE exeat_owner")
        conn.execute(step.text.encode())
        conn.execute(
            "INSERT INTO exeat.migration (number, name, sha256) VALUES (%s, %s, %s)",
            [step.number, step.name, step.sha256],
        )
        conn.execute("RESET ROLE")


def pending(conn: psycopg.Connection[object], parts: Sequence[Part]) -> list[Migration]:
    """Return what an upgrade of a ledger that is there would apply; of none that is there, nothing.

    Args:
        conn: As an administrator.
        parts: What stands on the record there.
    """
    done = _applied(conn)
    return [step for step in migrations(parts) if done and step.number not in done]


def holds_ledger(conn: psycopg.Connection[object]) -> bool:
    """Say whether a ledger was made in this database, whole or in part."""
    names = "SELECT FROM pg_namespace WHERE nspname IN ('exeat', 'exeat_vault')"
    return conn.execute(names).fetchone() is not None


def create_roles(conn: psycopg.Connection[object]) -> None:
    """Create the roles that own and use a ledger, where the cluster has them not."""
    roles = RECORD.migrations[0].text.partition("CREATE SCHEMA")[0]
    with conn.transaction():
        conn.execute(roles.encode())


def _applied(conn: psycopg.Connection[object]) -> dict[int, bytes]:
    with conn.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute("SELECT FROM pg_tables WHERE schemaname = 'exeat'").fetchone() is None:
            return {}
        return dict(cursor.execute("SELECT number, sha256 FROM exeat.migration").fetchall())


def _check(done: dict[int, bytes], steps: Sequence[Migration]) -> None:
    ours = {step.number: step.sha256 for step in steps}
    for number, sha256 in sorted(done.items()):
        if number not in ours:
            raise LedgerError.one(
                "E521",
                "database",
                f"holds migration {number}, which this version does not know",
                "Install the version of exeat that made it, or a newer one.",
            )
        if ours[number] != sha256:
            raise LedgerError.one(
                "E521",
                "database",
                f"was made by another text of migration {number}",
                "A migration never changes once it was applied; write a new one.",
            )


def add_agency(conn: psycopg.Connection[object], code: str, name: str) -> None:
    """Register an agency, or do nothing where its code is known."""
    with conn.transaction():
        conn.execute("SET LOCAL ROLE exeat_owner")
        conn.execute(
            "INSERT INTO exeat.agency (code, name) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [code, name],
        )


def add_login(
    conn: psycopg.Connection[object],
    login: str,
    agency: str,
    duty: LoginDuty,
    *,
    signs: bool = False,
    expunges: bool = False,
    password: str | None = None,
) -> None:
    """Let a database login act for an agency; make the login where there is none.

    Args:
        conn: As an administrator.
        login: Name of the database role.
        agency: Code of a registered agency.
        duty: What it is for.
        signs: It may put signed checkpoints on record.
        expunges: It may destroy the key of a person; the desk's everyday login never.
        password: For a login over the network; a private server asks for none.
    """
    with conn.transaction():
        make_login(conn, login, auditor=duty == "auditor")
        if password is not None:
            set_password(conn, login, password)
        conn.execute("SET LOCAL ROLE exeat_owner")
        conn.execute(
            "INSERT INTO exeat.login (login, agency, duty, signs, expunges)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (login, agency) DO UPDATE SET"
            " duty = excluded.duty, signs = excluded.signs, expunges = excluded.expunges",
            [login, agency, duty, signs, expunges],
        )
        conn.execute("RESET ROLE")


def set_password(conn: psycopg.Connection[object], login: str, password: str) -> None:
    """Give a login a password. The server, and its log, get a hash of it and no more."""
    hashed = conn.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    text = sql.SQL("ALTER ROLE {} PASSWORD {}")
    conn.execute(text.format(sql.Identifier(login), sql.Literal(hashed.decode())))


def make_login(conn: psycopg.Connection[object], login: str, *, auditor: bool) -> None:
    """Make a database login where there is none, in the group of auditors or of the application."""
    role, group = sql.Identifier(login), "exeat_auditor" if auditor else "exeat_app"
    known = conn.execute("SELECT FROM pg_roles WHERE rolname = %s", [login])
    if known.fetchone() is None:
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    conn.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))
    # An auditor reads everything in one statement, and keeps nobody waiting.
    names = [name for name in _BOUNDS if not auditor or name != "statement_timeout"]
    for name in names:
        text = sql.SQL("ALTER ROLE {} SET {} = {}")
        conn.execute(text.format(role, sql.Identifier(name), sql.Literal(_BOUNDS[name])))
