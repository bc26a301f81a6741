"""Change the vault key: wrap every key anew under a new master key, so that the old one can go.

Every table with a column ``wrapped_key`` is covered, those of every part: the database is asked
which there are, and one that no part names stops the change before anything is done.

Invariant: at every moment the file of the vault key opens every wrapped key there is. So a run
that died at any moment is simply run again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from exeat.errors import LedgerError
from exeat.record.keyfile import KEY_BYTES, read_keys, write_keys
from exeat.record.part import RECORD, Part, Wrapped
from exeat.record.steps import reached
from exeat.record.vault import ID_BYTES, MasterKey

__all__ = ["change_key", "key_at_rest", "key_in_use", "rotate", "share_key"]

_BATCH_KEYS: Final = 1000
# A desk that has just been stopped takes a moment to be gone from the server.
_TRIES: Final = 10
_BETWEEN_SECONDS: Final = 0.3
# Shared by whoever keeps the key in memory; held alone by whoever changes it.
_LOCK: Final = "SELECT pg_try_advisory_lock{}(hashtextextended('exeat vault key', 0))"


def change_key(conn: psycopg.Connection[Any], path: Path, parts: Sequence[Part]) -> int:
    """Make a new vault key, wrap every key anew under it, and leave it alone in its file.

    Args:
        conn: As an administrator, in autocommit, while nobody else has the key in memory;
            see :func:`key_at_rest`.
        path: The file of the vault key; old keys in it go too.
        parts: What stands on the record, with keys of its own.

    Returns:
        How many keys were wrapped anew.

    Raises:
        LedgerError: The file cannot be read or written, a key does not open with what is in it,
            or a table of keys is not known. The file then still opens all that it did before.
    """
    keys = read_keys(path)
    _refuse_foreign(conn, MasterKey.of(keys), parts)
    fresh = secrets.token_bytes(KEY_BYTES)
    write_keys(path, [fresh, *keys])
    reached("rotate-key-added")
    count = rotate(conn, MasterKey(fresh, keys), parts)
    reached("rotate-all-wrapped")
    write_keys(path, [fresh])
    reached("rotate-old-dropped")
    return count


def rotate(conn: psycopg.Connection[Any], master: MasterKey, parts: Sequence[Part]) -> int:
    """Wrap every key anew under the present master key: of persons, agencies and papers.

    Args:
        conn: As an administrator, in autocommit.
        master: The present key, with the old ones.
        parts: What stands on the record, with keys of its own.

    Returns:
        How many keys were wrapped anew. Once it is done the old master keys can be destroyed,
        and with them whatever backups hold of people who were expunged.

    Raises:
        LedgerError: A key does not open, or a table of keys is not known.
    """
    _careful(conn)
    tables, total = _tables(conn, parts), 0
    # Until a whole round finds nothing: a row may come in behind the place where a round is.
    while count := sum(_round(conn, master, table) for table in tables):
        total += count
    return total


@contextmanager
def key_in_use(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """Say, as long as the block runs, that this process keeps the vault key in memory.

    Raises:
        LedgerError: The key is just being changed.
    """
    with _held(conn, "_shared") as alone:
        if not alone:
            raise _changing()
        yield


def share_key(conn: psycopg.Connection[Any]) -> None:
    """Say, as long as a connection lives, that its process keeps the vault key in memory.

    Raises:
        LedgerError: The key is just being changed.
    """
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_LOCK.format("_shared").encode()).fetchone()
    if row is None or not row[0]:
        raise _changing()


def _changing() -> LedgerError:
    words = "is just being changed"
    return LedgerError.one("E525", "vault key", words, "Start again when that has ended.")


@contextmanager
def key_at_rest(conn: psycopg.Connection[Any], login: str) -> Iterator[None]:
    """Let nobody begin to use the vault key as long as the block runs.

    Args:
        conn: As an administrator, in autocommit.
        login: The desk's own database login; what is connected as it has the key in memory.

    Raises:
        LedgerError: A desk runs on this database, or the key is being changed already.
    """
    for _ in range(_TRIES):
        with _held(conn, "") as alone:
            connected = _connected(conn, login)
            if alone and not connected:
                yield
                return
        time.sleep(_BETWEEN_SECONDS)
    said = f"{connected} connection(s) as `{login}`" if connected else "another process holds it"
    raise LedgerError.one(
        "E525",
        "vault key",
        f"is in use ({said}); a desk that runs would go on with the old key",
        "Stop `exeat serve`, on whatever machine it runs; then run this again.",
    )


def _connected(conn: psycopg.Connection[Any], login: str) -> int:
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = %s AND pid <> pg_backend_pid()",
            [login],
        ).fetchone()
    return 0 if row is None else int(row[0])


@contextmanager
def _held(conn: psycopg.Connection[Any], how: str) -> Iterator[bool]:
    """Hold the lock of the key if it is free; yield whether it was. It ends with the session."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_LOCK.format(how).encode()).fetchone()
    got = row is not None and bool(row[0])
    try:
        yield got
    finally:
        unlock = _LOCK.replace("try_advisory_lock", "advisory_unlock").format(how)
        with suppress(psycopg.OperationalError):  # The session is gone, and the lock with it.
            if got:
                conn.execute(unlock.encode())


def _careful(conn: psycopg.Connection[Any]) -> None:
    """See every row or fail, and count nothing as written that is not on the disk."""
    conn.execute("SET row_security = off")
    conn.execute("SET synchronous_commit = on")


def _tables(conn: psycopg.Connection[Any], parts: Sequence[Part]) -> list[Wrapped]:
    """Return the tables of wrapped keys that are there.

    Raises:
        LedgerError: One of them is not known here, so its keys would be lost with the old key.
    """
    ours = [table for part in (RECORD, *parts) for table in part.wrapped]
    known = {(table.schema, table.table): table for table in ours}
    with conn.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE a.attname = 'wrapped_key' AND NOT a.attisdropped"
            "   AND c.relkind IN ('r', 'p', 'm', 'f') ORDER BY 1, 2"
        ).fetchall()
    unknown = [name for name in found if name not in known]
    if unknown:
        names = " and ".join(f"`{'.'.join(name)}`" for name in unknown)
        raise LedgerError.one(
            "E534",
            "database",
            f"has wrapped keys in {names}, which this version cannot wrap anew",
            "Install the version of exeat that made it, or a newer one; nothing was changed.",
        )
    return [known[name] for name in found]


def _refuse_foreign(
    conn: psycopg.Connection[Any], master: MasterKey, parts: Sequence[Part]
) -> None:
    """Refuse to begin where a key would not open at the end."""
    _careful(conn)
    for table in _tables(conn, parts):
        text = "SELECT DISTINCT substr(wrapped_key, 1, {}) FROM {} WHERE wrapped_key IS NOT NULL"
        with conn.cursor(row_factory=tuple_row) as cursor:
            found = cursor.execute(sql.SQL(text).format(ID_BYTES, table.name)).fetchall()
        for (id,) in found:
            if not master.opens(id):
                raise master.foreign(id, f"a key of {table.schema}.{table.table}")


def _round(conn: psycopg.Connection[Any], master: MasterKey, table: Wrapped) -> int:
    """Go through one table once, batch by batch, each in a transaction of its own."""
    count, after = 0, None
    while batch := _batch(conn, master, table, after):
        reached("rotate-batch-wrapped")
        count, after = count + len(batch), batch[-1]
    return count


def _batch(
    conn: psycopg.Connection[Any], master: MasterKey, table: Wrapped, after: object
) -> list[Any]:
    """Wrap the next keys anew that are under an old master key; return the ids of their rows."""
    id = sql.Identifier(table.id)
    behind = sql.SQL("AND {} > %(after)s").format(id) if after is not None else sql.SQL("")
    # Held until they are written, so that an expungement meanwhile is not undone.
    find = sql.SQL(
        "SELECT {}, wrapped_key FROM {} WHERE wrapped_key IS NOT NULL"
        " AND substr(wrapped_key, 1, {}) <> %(key_id)s {} ORDER BY 1 LIMIT {} FOR UPDATE"
    ).format(id, table.name, ID_BYTES, behind, _BATCH_KEYS)
    put = sql.SQL("UPDATE {} SET wrapped_key = %s WHERE {} = %s").format(table.name, id)
    with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        params = {"key_id": master.key_id, "after": after}
        rows = cursor.execute(find, params).fetchall()
        fresh = []
        for key, wrapped in rows:
            person = table.bound_to(key)
            opened = master.unwrap_bytes(person, wrapped, f"{table.table} {key}")
            fresh.append((master.wrap(person, opened), key))
        cursor.executemany(put, fresh)
    return [key for key, _ in rows]
