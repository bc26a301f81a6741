"""`exeat account`: who has the machine can always get in, and let others in again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

from exeat.auth import Account, Accounts
from exeat.cli.serve import DataDir, data_folder
from exeat.desk.expunge import system_user
from exeat.desk.house import desk_login, master_of, open_record
from exeat.desk.part import PARTS
from exeat.desk.service.setup import HOST
from exeat.office.clock import utcnow
from exeat.office.context import Context, Role
from exeat.office.db import Database
from exeat.office.settings import Settings
from exeat.record.part import queries_of

__all__ = ["approve", "list_accounts", "reset", "unlock"]

_Name = Annotated[str, typer.Argument(help="The sign-in name.")]
_STATES: Final = (
    ("disabled", "disabled"),
    ("locked", "locked"),
    ("must_change", "has a first password"),
)


def list_accounts(data: DataDir = None) -> None:
    """List every account: agency, name, role, and what keeps it out.

    Examples:
      exeat account list
    """
    with _keeper(data) as (accounts, ctx):
        found = accounts.everybody(ctx)
    wide = max((len(one.name) for one in found), default=0)
    for one in found:
        state = ", ".join(_states(one)) or "open"
        typer.echo(f"{one.agency:<16} {one.name:<{wide}} {one.role.value:<10} {state}")


def unlock(name: _Name, data: DataDir = None) -> None:
    """Unlock an account after too many wrong passwords or codes.

    It can be done while the desk runs. The log of the account's agency says who did it.

    Examples:
      exeat account unlock admin
    """
    with _keeper(data) as (accounts, ctx):
        one = accounts.named(ctx, name)
        accounts.unlock(ctx, one.id, one.agency)
    typer.echo(f"`{one.name}` of `{one.agency}` is unlocked.")
    if one.disabled is not None:
        typer.echo("It is disabled as well: an administrator enables it at /accounts.")


def reset(name: _Name, data: DataDir = None) -> None:
    """Give an account a new first password, and print it once.

    Its code app and passkeys are taken away, its sessions end, and it is unlocked and enabled.

    Examples:
      exeat account reset admin
    """
    with _keeper(data) as (accounts, ctx):
        one = accounts.named(ctx, name)
        if one.disabled is not None:
            accounts.enable(ctx, one.id, one.agency)
        password = accounts.reset(ctx, one.id, one.agency)
    typer.echo(f"`{one.name}` of `{one.agency}`, password: {password}")
    typer.echo("It is shown this once, and changed at the next sign-in, with a new code app.")


def approve(name: _Name, data: DataDir = None) -> None:
    """Approve a supervisor whom a colleague made, so that they count as one of two people.

    Look first at who it is: two who sign must be two.

    Examples:
      exeat account approve dana.supervisor
    """
    with _keeper(data) as (accounts, ctx):
        one = accounts.named(ctx, name)
        accounts.approve(ctx, one.id, one.agency)
    typer.echo(f"`{one.name}` of `{one.agency}` counts as one of two people from now on.")


def _states(one: Account) -> Iterator[str]:
    for field, words in _STATES:
        if getattr(one, field):
            yield words
    if one.role is Role.SUPERVISOR and one.approved is None:
        yield "not approved"


@contextmanager
def _keeper(data: DataDir) -> Iterator[tuple[Accounts, Context]]:
    """Yield the accounts of a record that is there, and whoever is at the console."""
    folder = data_folder(data)
    with open_record(folder) as admin:
        settings = Settings.from_environment().model_copy(update={"pool_size": 1})
        master = master_of(folder)
        db = Database(desk_login(admin, settings, master), master, settings, queries_of(PARTS))
        db.open()
        try:
            # No account has a name with a colon: who is at the console is nobody of an agency.
            who = f"console:{system_user()}"
            yield (
                Accounts(db, settings),
                Context(actor=who, actor_name=who, agency=HOST, role=Role.ADMIN, now=utcnow()),
            )
        finally:
            db.close()
