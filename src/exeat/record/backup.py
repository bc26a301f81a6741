"""Backup and restore of the whole database, with PostgreSQL's own tools.

A backup holds contents sealed under keys that are wrapped under the vault's master key: keep
that key elsewhere. A restore is proved by verifying it against a checkpoint kept elsewhere.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import tuple_row

from exeat.errors import LedgerError
from exeat.record.schema import create_roles, holds_ledger, make_login
from exeat.record.server import client_tool

__all__ = ["backup", "restore"]


def backup(conninfo: str, path: Path) -> None:
    """Write the database to a file, as of one moment, while it is in use.

    Args:
        conninfo: As an administrator.
        path: The file to write, which must not exist yet; its owner alone may read it.

    Raises:
        LedgerError: The file is there already, it has no folder, or the database cannot be read.
    """
    if path.exists():
        words = "is there already, and is not written over"
        raise LedgerError.one("E523", str(path), words, "Name another file.")
    if not path.absolute().parent.is_dir():
        words = "would lie in a folder that does not exist"
        raise LedgerError.one("E523", str(path), words, "Make the folder first.")
    partial = path.with_name(f"{path.name}.part")
    # Made before pg_dump writes into it, so that it is nobody else's to read at any moment.
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _run("pg_dump", conninfo, ["--format=custom", f"--file={partial}"])
    partial.replace(path)


def restore(conninfo: str, path: Path) -> None:
    """Read a backup into a database that holds no ledger, in one transaction.

    Logins are made again, without passwords: set those anew.

    Args:
        conninfo: As a superuser of the database.
        path: A file that :func:`backup` wrote.

    Raises:
        LedgerError: The database holds a ledger, or the file is no whole backup.
    """
    if not path.is_file():
        words = "is no file that is there"
        raise LedgerError.one("E523", str(path), words, "Name a file that `exeat backup` wrote.")
    with psycopg.connect(conninfo, autocommit=True) as conn:
        if holds_ledger(conn):
            words = "holds a ledger, and is not written over"
            raise LedgerError.one("E523", "database", words, "Restore into a new database.")
        create_roles(conn)
        _run("pg_restore", conninfo, ["--exit-on-error", "--single-transaction", str(path)])
        with conn.cursor(row_factory=tuple_row) as cursor:
            # A desk's login acts for agencies of every duty, its host too. It is no auditor of
            # the database, who would see past every policy.
            found = cursor.execute(
                "SELECT login, bool_and(duty = 'auditor') FROM exeat.login GROUP BY login"
            ).fetchall()
        for login, auditor in found:
            make_login(conn, login, auditor=auditor)


def _run(tool: str, conninfo: str, options: list[str]) -> None:
    parts = conninfo_to_dict(conninfo)
    password = parts.pop("password", None)
    environ = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [str(client_tool(tool)), f"--dbname={make_conninfo('', **parts)}", *options]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"{tool} ended with {done.returncode}"
        raise LedgerError.one("E523", tool, f"failed ({said})", "Nothing was changed; try again.")
