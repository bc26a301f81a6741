"""The schema: numbered migrations in plain SQL, applied in order, each once.

``sql/schema.sql`` is what they add up to, for reading; a test holds the two equal. Migrations
are applied by an administrator of the database, never by a login of the application.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from exeat.errors import LedgerError

__all__ = [
    "Duty",
    "Migration",
    "add_agency",
    "add_login",
    "create_roles",
    "holds_ledger",
    "make_login",
    "migrate",
    "migrations",
    "whole_schema",
]

Duty: TypeAlias = Literal["desk", "issuer", "counsel", "auditor"]
"""What a login is for: only a desk opens records; an auditor sees no personal data."""

_LOCK: Final = 0x65786561_74  # "exeat" in ASCII: nobody else's advisory lock.
_NAME: Final = re.compile(r"(\d{4})_([a-z_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema.

    Attributes:
        number: From 1, without a gap.
        name: What it brings.
        text: The SQL.
    """

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> bytes:
        """The hash by which an edited migration is found out."""
        return hashlib.sha256(self.text.encode()).digest()


@lru_cache(maxsize=1)
def migrations() -> tuple[Migration, ...]:
    """Return the migrations that this version brings, in order.

    Examples:
        >>> [step.name for step in migrations()][:2]
        ['roles', 'people']
    """
    found = []
    for file in (files("exeat.record") / "sql" / "migrations").iterdir():
        named = _NAME.fullmatch(file.name)
        if named:
            found.append(Migration(int(named[1]), named[2], file.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda step: step.number))


def whole_schema() -> str:
    """Return what ``sql/schema.sql`` must say; ``python -m exeat.record.schema`` prints it."""
    head = (
        "-- What the migrations add up to, for reading; a test holds the two equal.\n"
        "-- Never run this: `exeat.record.migrate` applies the migrations.\n"
        "-- Written by: python -m exeat.record.schema > src/exeat/record/sql/schema.sql\n"
    )
    steps = [step.text.replace("SET LOCAL ROLE", "SET ROLE") for step in migrations()]
    return "\n".join([head, *steps, "RESET ROLE;\n"])


def migrate(conn: psycopg.Connection[object]) -> list[Migration]:
    """Bring a database up to date, in one transaction, and return what was applied.

    Args:
        conn: As a superuser, or as a role that may create roles, and schemas here.

    Raises:
        LedgerError: The database was made by other migrations, or by a newer version.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        done = _applied(conn)
        _check(done)
        fresh = [step for step in migrations() if step.number not in done]
        for step in fresh:
            if step.number > 1:
                conn.execute("SET LOCAL ROLE exeat_owner")
            conn.execute(step.text.encode())
            conn.execute(
                "INSERT INTO exeat.migration (number, name, sha256) VALUES (%s, %s, %s)",
                [step.number, step.name, step.sha256],
            )
            conn.execute("RESET ROLE")
    return fresh


def holds_ledger(conn: psycopg.Connection[object]) -> bool:
    """Say whether a ledger was made in this database, whole or in part."""
    names = "SELECT FROM pg_namespace WHERE nspname IN ('exeat', 'exeat_vault')"
    return conn.execute(names).fetchone() is not None


def create_roles(conn: psycopg.Connection[object]) -> None:
    """Create the roles that own and use a ledger, where the cluster has them not."""
    roles = migrations()[0].text.partition("CREATE SCHEMA")[0]
    with conn.transaction():
        conn.execute(roles.encode())


def _applied(conn: psycopg.Connection[object]) -> dict[int, bytes]:
    with conn.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute("SELECT FROM pg_tables WHERE schemaname = 'exeat'").fetchone() is None:
            return {}
        return dict(cursor.execute("SELECT number, sha256 FROM exeat.migration").fetchall())


def _check(done: dict[int, bytes]) -> None:
    ours = {step.number: step.sha256 for step in migrations()}
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
    duty: Duty,
    *,
    signs: bool = False,
    password: str | None = None,
) -> None:
    """Let a database login act for an agency; make the login where there is none.

    Args:
        conn: As an administrator.
        login: Name of the database role.
        agency: Code of a registered agency.
        duty: What it is for.
        signs: It may put signed checkpoints on record.
        password: For a login over the network; a private server asks for none.
    """
    with conn.transaction():
        make_login(conn, login, auditor=duty == "auditor")
        if password is not None:
            text = sql.SQL("ALTER ROLE {} PASSWORD {}")
            conn.execute(text.format(sql.Identifier(login), sql.Literal(password)))
        conn.execute("SET LOCAL ROLE exeat_owner")
        conn.execute(
            "INSERT INTO exeat.login (login, agency, duty, signs) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (login, agency)"
            " DO UPDATE SET duty = excluded.duty, signs = excluded.signs",
            [login, agency, duty, signs],
        )
        conn.execute("RESET ROLE")


def make_login(conn: psycopg.Connection[object], login: str, *, auditor: bool) -> None:
    """Make a database login where there is none, in the group of auditors or of the application."""
    role, group = sql.Identifier(login), "exeat_auditor" if auditor else "exeat_app"
    known = conn.execute("SELECT FROM pg_roles WHERE rolname = %s", [login])
    if known.fetchone() is None:
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    conn.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))


if __name__ == "__main__":
    import sys

    sys.stdout.write(whole_schema())
