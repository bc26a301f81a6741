"""The verifier's fourth part: is the database still what the migrations make?

Guards that were switched off, a policy or a function that was replaced, a right that was given:
none of them touches an entry, and each changes what can be done to one. What the migrations make is
not written down anywhere, where it could be wrong or old: they are run once more, into an empty
database of the same server, and the two catalogues are compared line by line. So the comparison
holds for every version of PostgreSQL that the desk runs on, and nobody can prepare it.

It takes a login that may make a database. For any other the report says that nothing was compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import tuple_row

from exeat.record._rows import Connection
from exeat.record.part import RECORD, Migration, Part
from exeat.record.report import Report
from exeat.record.schema import apply, migrations

__all__ = ["check_made"]

_SHORT: Final = 120
# By the server's version and the migrations' hashes: what they make there.
_made: dict[tuple[int, tuple[bytes, ...]], Mapping[str, str]] = {}


def check_made(conn: Connection, parts: Sequence[Part], report: Report) -> None:
    """Compare functions, policies, triggers, columns and rights with what the migrations make.

    Args:
        conn: In one transaction that sees one state throughout.
        parts: What stands on the record, with its migrations.
        report: Where to put what is found.
    """
    ours = {step.number: step for step in migrations(parts)}
    with conn.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute(RECORD.query("sees_migrations")).fetchone() is None:
            report.skip("schema", "this login may not see the migrations")
            return
        done = cursor.execute(RECORD.query("applied")).fetchall()
    newer = [number for number, _ in done if number not in ours]
    if newer:
        report.skip("schema", f"this version does not know its migration {newer[0]}")
        return
    for number, sha256 in done:
        if ours[number].sha256 != sha256:
            report.add("schema", None, f"another text of migration {number} was applied")
    _compare(conn, [ours[number] for number, _ in done], report)


def _compare(conn: Connection, steps: Sequence[Migration], report: Report) -> None:
    key = (conn.info.server_version, tuple(step.sha256 for step in steps))
    if key not in _made:
        try:
            with _scratch(conn) as empty:
                apply(empty, steps)
                _made[key] = _facts(empty)
        except psycopg.Error as error:
            said = (error.diag.message_primary or str(error)).splitlines()[0]
            report.skip("schema", f"no empty database to compare with could be made: {said}")
            return
    made, found = _made[key], _facts(conn)
    for name in sorted(made.keys() | found.keys()):
        if made.get(name) != found.get(name):
            report.add("schema", None, _difference(name, made.get(name), found.get(name)))
    with conn.cursor(row_factory=tuple_row) as cursor:
        for (said,) in cursor.execute(RECORD.query("mighty")).fetchall():
            report.add("schema", None, str(said))


def _difference(name: str, made: str | None, found: str | None) -> str:
    if found is None:
        return f"{name}: is gone"
    if made is None:
        return f"{name}: is there, and no migration makes it"
    words = f"{name}: is not what the migrations make"
    if len(made) + len(found) > _SHORT:
        return words
    return f"{words}: `{found}`, and not `{made}`"


def _facts(conn: psycopg.Connection[object]) -> Mapping[str, str]:
    """Return each thing of the catalogue by its name, with all that matters of it as text."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        # Names are written in full where nothing is on the search path.
        cursor.execute("SELECT set_config('search_path', 'pg_catalog', true)")
        return dict(cursor.execute(RECORD.query("catalogue")).fetchall())


@contextmanager
def _scratch(conn: Connection) -> Iterator[psycopg.Connection[object]]:
    """Yield a transaction in an empty database of the same server, which is dropped again."""
    name = f"exeat_compare_{token_hex(8)}"
    password = {"password": conn.info.password} if conn.info.password else {}
    dsn = make_conninfo(conn.info.dsn, **password)
    # `apply` begins as migrations do, with rights that this login has to have anyway.
    with psycopg.connect(dsn, autocommit=True) as admin:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        admin.execute(make)
        try:
            with psycopg.connect(make_conninfo(dsn, dbname=name)) as empty:
                yield empty
                empty.rollback()
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            with suppress(psycopg.OperationalError):
                admin.execute(drop)
