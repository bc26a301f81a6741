"""First use of a desk: the schema, the desk's own login, its host, its first administrator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from exeat.auth.accounts import Accounts
from exeat.desk.part import PARTS
from exeat.desk.service import Desk
from exeat.office.clock import utcnow
from exeat.office.context import Context, Role
from exeat.office.db import Database
from exeat.office.held import log
from exeat.office.office import Office
from exeat.office.settings import Settings
from exeat.record.checkpoint import Signer
from exeat.record.kept import Kept
from exeat.record.part import queries_of
from exeat.record.schema import make_login, migrate, set_password
from exeat.record.vault import MasterKey
from exeat.rules.library import library

__all__ = [
    "HOST",
    "FirstUse",
    "first_shown",
    "first_use",
    "make_host",
    "open_desk",
    "prepare",
    "system_context",
]

HOST: Final = "host"
_ADMIN: Final = "admin"


@dataclass(frozen=True, slots=True)
class FirstUse:
    """The first login, which is shown once."""

    name: str
    password: str = field(repr=False)


def prepare(admin: str, settings: Settings, password: str | None = None) -> str:
    """Bring the database up to date, make the desk's login, and return how to connect as it.

    Args:
        admin: How to connect as an administrator of the database.
        settings: The login's name.
        password: For a database over the network; a private server asks for none.
    """
    with psycopg.connect(admin, autocommit=True) as conn:
        migrate(conn, PARTS)
        role = sql.Identifier(settings.login)
        with conn.transaction():
            conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('exeat desk login', 0))")
            make_login(conn, settings.login, auditor=False)
            if password is not None:
                set_password(conn, settings.login, password)
            # A restored desk without a facility could only be taken for an auditor's.
            member = "SELECT pg_has_role(%s, 'exeat_auditor', 'MEMBER')"
            if conn.execute(member, [settings.login]).fetchone() == (True,):
                conn.execute(sql.SQL("REVOKE exeat_auditor FROM {}").format(role))
    parts = {**conninfo_to_dict(admin), "user": settings.login}
    for secret in ("password", "passfile"):
        parts.pop(secret, None)
    if password is not None:
        parts["password"] = password
    return make_conninfo("", **parts)


def open_desk(
    conninfo: str,
    master: MasterKey,
    settings: Settings,
    signer: Signer,
    *,
    clock: Callable[[], datetime] = utcnow,
    accounts: Callable[[Database, Settings], Accounts] | None = None,
    kept: Kept | None = None,
) -> Desk:
    """Return a desk that is connected; close it with ``desk.office.db.close()``.

    Args:
        conninfo: As the desk's login; see :func:`prepare`.
        master: The vault's master key.
        settings: Limits and due times, and the folder of adopted law.
        signer: The desk's key, which signs receipts.
        clock: The one clock; a test sets its own.
        accounts: For a test that makes passwords cheaper.
        kept: The file of kept checkpoints.
    """
    db = Database(conninfo, master, settings, queries_of(PARTS))
    db.open()
    people, law = (accounts or Accounts)(db, settings), library(settings.law)
    people.library = law
    return Desk(Office(db, law, settings, signer, clock), people, kept)


def system_context(now: datetime, agency: str = HOST, role: Role = Role.ADMIN) -> Context:
    """Return the context in which the installation itself acts."""
    name = "installation"
    return Context(
        actor=name, actor_name=name, agency=agency, role=role, now=now, request_id=uuid4().hex
    )


def make_host(desk: Desk) -> None:
    """Make the agency that keeps the installation, where there is none."""
    ctx = system_context(desk.office.clock())
    desk.accounts.add_agency(ctx, code=HOST, name="Host of this installation", kind="host")


def first_use(desk: Desk) -> FirstUse | None:
    """Make the host and the first administrator; None where the first login was shown already.

    Call :func:`first_shown` once it was: if the desk ends before, whatever the reason, the next
    start gives the administrator a new password, so that none is lost.
    """
    make_host(desk)
    ctx, people = system_context(desk.office.clock()), desk.accounts
    found = [one for one in people.users(ctx) if one.role is Role.ADMIN]
    if not found:
        said = {"name": _ADMIN, "shown": "First administrator", "role": "admin"}
        return FirstUse(_ADMIN, people.add_account(ctx, **said)[1])
    if any(one.name != _ADMIN or not one.must_change for one in found) or _was_shown(desk, ctx):
        return None
    return FirstUse(_ADMIN, people.reset(ctx, _ADMIN))


def first_shown(desk: Desk) -> None:
    """Write down that whoever started the desk has seen the first login."""
    with desk.office.db.transaction(system_context(desk.office.clock())) as tx:
        log(tx, "first_login", about=_ADMIN)


def _was_shown(desk: Desk, ctx: Context) -> bool:
    with desk.office.db.transaction(ctx) as tx:
        row = tx.one("first_login_shown", name=_ADMIN, by=ctx.actor_name)
    return row is not None and bool(row["shown"])
