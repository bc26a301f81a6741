"""The desk's logins of the database: made, bounded, given passwords; and migrations before them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from exeat.desk.part import PARTS
from exeat.desk.service.setup import HOST, prepare
from exeat.errors import LedgerError
from exeat.office.settings import Settings
from exeat.record.rotation import key_at_rest
from exeat.record.schema import add_login, make_login, migrate, pending
from exeat.record.server import DATABASE_URL
from exeat.record.vault import MasterKey

__all__ = ["DESK_PASSWORD", "desk_login", "expunging_login", "reached", "signing_login", "upgrade"]

SIGNING: Final = "exeat_signing"
EXPUNGING: Final = "exeat_expunging"
DESK_PASSWORD: Final = "EXEAT_DESK_PASSWORD"  # noqa: S105 - the name of a setting


def desk_login(admin: str, settings: Settings, master: MasterKey) -> str:
    """Return how to connect as the desk does, with its rights and no more.

    Args:
        admin: How to connect as an administrator.
        settings: The login's name.
        master: The vault's key, of which the login's password follows where the cluster asks for
            one and ``EXEAT_DESK_PASSWORD`` names none.
    """
    password = os.environ.get(DESK_PASSWORD) or _password(settings.login, master)
    return prepare(admin, settings, password)


def signing_login(admin: str, master: MasterKey | None = None) -> str:
    """Return how to connect as the login that puts signed checkpoints on record."""
    password = _password(SIGNING, master)
    with psycopg.connect(admin, autocommit=True) as conn:
        add_login(conn, SIGNING, HOST, "desk", signs=True, password=password)
    return _as(admin, SIGNING, password)


def expunging_login(admin: str, facility: str, master: MasterKey | None = None) -> str:
    """Return how to connect as the login that expunges, for one facility.

    It is the one login that may destroy a person's key, and nothing but the command uses it. Where
    there is no such facility it acts for nobody, and finds no record.
    """
    password = _password(EXPUNGING, master)
    with psycopg.connect(admin, autocommit=True) as conn:
        make_login(conn, EXPUNGING, auditor=False)
        known = conn.execute("SELECT FROM exeat.agency WHERE code = %s", [facility])
        if known.fetchone() is not None:
            add_login(conn, EXPUNGING, facility, "desk", expunges=True, password=password)
    return _as(admin, EXPUNGING, password)


def _as(admin: str, login: str, password: str | None) -> str:
    parts = {**conninfo_to_dict(admin), "user": login}
    parts.pop("password", None)
    if password is not None:
        parts["password"] = password
    return make_conninfo("", **parts)


def _password(login: str, master: MasterKey | None) -> str | None:
    """Return a login's password; a private server asks for none, and is given none.

    It is the same on every machine that has the vault key, and is written down nowhere.
    """
    if master is None or not os.environ.get(DATABASE_URL):
        return None
    return master.password(login)


def upgrade(conn: psycopg.Connection[object], settings: Settings) -> None:
    """Bring a database up to date, unless a desk of an older version is at work on it.

    That desk would fail at every act from then on.

    Args:
        conn: As an administrator, in autocommit, holding no lock of the vault key.
        settings: The desk's login, whose connections tell of a desk.

    Raises:
        LedgerError: A desk runs, or the database is of a newer version.
    """
    if not pending(conn, PARTS):
        migrate(conn, PARTS)  # Nothing is applied; what is there is compared.
        return
    try:
        with key_at_rest(conn, settings.login):
            migrate(conn, PARTS)
    except LedgerError as error:
        if error.faults[0].code != "E525":
            raise
        if not pending(conn, PARTS):
            return  # Another start of this version was quicker.
        words = "is in use by a desk of an older version, which could not go on after an upgrade"
        help = "Stop `exeat serve` on every machine first; see docs/howto/upgrade.md."
        raise LedgerError.one("E527", "database", words, help) from error


@contextmanager
def reached(admin: str) -> Iterator[None]:
    """Turn what a cluster refuses at the start into what its keeper can mend.

    Raises:
        LedgerError: It cannot be reached, or lets this login do too little.
    """
    try:
        yield
    except (psycopg.Error, UnicodeError) as error:
        place = _place(admin)
        seen = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            words = f"lets this login do too little ({seen})"
            help = f"Give {DATABASE_URL} a login with the rights of an administrator."
        else:
            words = f"cannot be used ({seen})"
            help = f"Check address, name and password in {DATABASE_URL}; see run-the-desk."
        raise LedgerError.one("E522", place, words, help) from error


def _place(admin: str) -> str:
    """Return where a database is, without what lets somebody in."""
    try:
        parts = conninfo_to_dict(admin)
    except psycopg.Error:
        return DATABASE_URL
    shown = {name: parts[name] for name in ("host", "port", "dbname", "user") if name in parts}
    return "database " + " ".join(f"{name}={value}" for name, value in shown.items())
