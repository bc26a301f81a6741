"""`exeat expunge` and `exeat rekey`: destroy a person's key, and change the key over all keys."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import psycopg
import typer

from exeat.cli.serve import DataDir, data_folder
from exeat.desk.expunge import Affected, Console
from exeat.desk.house import master_of, open_record, vault_key_file
from exeat.desk.logins import desk_login, expunging_login, upgrade
from exeat.desk.part import PARTS
from exeat.errors import UsageError
from exeat.office.settings import Settings
from exeat.record.rotation import change_key, key_at_rest

__all__ = ["expunge", "rekey"]

_LONGEST_ORDER: Final = 200


def expunge(
    record: Annotated[str, typer.Argument(help="The id of any custody record of the person.")],
    facility: Annotated[str, typer.Option(help="Code of the facility that holds it.")],
    order: Annotated[str, typer.Option(help="Reference of the court's order; name nobody.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for a run by a program.")] = False,
    data: DataDir = None,
) -> None:
    """Expunge a person on a court's order: their content can never be read again.

    Shows first what will be destroyed, in ids and numbers, and asks for the record's id again.

    Examples:
      exeat expunge 0193f0c2 --facility wa-pierce --order 26-2-04171-9
    """
    _check_order(order)
    folder = data_folder(data)
    with open_record(folder) as admin:
        settings, master = Settings.from_environment(), master_of(folder)
        desk_login(admin, settings, master)  # Brings the database up to date.
        login = expunging_login(admin, facility, master)
        with Console.at(login, master, facility) as console:
            _announce(console.affected(record), facility)
            _confirm(record, yes)
            gone = console.expunge(record, order.strip())
    typer.echo(f"\nExpunged: {_counted(gone)}. The log of `{facility}` says so, with the order.")
    typer.echo("What stays is known by these keys, and can be exported by them:")
    for _, key, _ in gone.records:
        typer.echo(f"  {key}")
    typer.echo("Now change the vault key, so that older backups open it no more: exeat rekey")


def _check_order(order: str) -> None:
    text = order.strip()
    if text and len(text) <= _LONGEST_ORDER and text.isprintable():
        return
    seen = "is empty" if not text else "is too long, or holds a character that cannot be shown"
    help = f"Give the court's number of it, in at most {_LONGEST_ORDER} characters."
    raise UsageError.one("E402", "--order", seen, help)


def _counted(one: Affected) -> str:
    return f"{_number(len(one.records), 'record')}, {_number(one.entries, 'entry', 'entries')}"


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _announce(one: Affected, facility: str) -> None:
    typer.echo(f"This expunges one person at `{facility}`: {_counted(one)}.")
    for name, _, entries in one.records:
        typer.echo(f"  record {name}: {_number(entries, 'entry', 'entries')}")
    beside = (
        f"{_number(one.requests, 'request')}, {_number(one.handovers, 'transfer')}, and the words "
        f"of {_number(one.tasks, 'task')}"
    )
    for line in (
        f"Destroyed: the person's key and with it all content; names and numbers; {beside}.",
        "Kept: that there were entries, of which agency and when. All proofs go on verifying.",
        "This cannot be undone. Backups made until now still open it, until the vault key is "
        "changed (exeat rekey) and the old one destroyed.",
    ):
        typer.echo(line)
    if one.unmatched:
        typer.echo(
            f"Not destroyed: {_number(one.unmatched, 'request')} that may be about the same person "
            "and stood on no record."
        )


def _confirm(record: str, yes: bool) -> None:
    """Ask for the record's id again.

    Raises:
        UsageError: Another one was typed, or there is no terminal to ask at.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        words = "cannot be asked here, as there is no terminal; nothing was destroyed"
        raise UsageError.one("E409", "confirmation", words, "Run it at a terminal, or add --yes.")
    typed = typer.prompt("\nType the record's id again to go on", default="", show_default=False)
    if typed.strip() != record:
        words = f"is not `{record}`; nothing was destroyed"
        raise UsageError.one("E409", "what was typed", words, "Run it again, and type that id.")


def rekey(data: DataDir = None) -> None:
    """Change the vault key: every key is wrapped anew under a new one. Stop the desk first.

    Do it after every expungement, and whenever somebody who should not may have seen the key.
    A run that was interrupted is simply run again.

    Examples:
      exeat rekey --data /srv/exeat
    """
    folder = data_folder(data)
    with open_record(folder) as admin:
        path, settings = vault_key_file(folder), Settings.from_environment()
        with psycopg.connect(admin, autocommit=True) as conn:
            # The tables of this version, so that none of another is left out.
            upgrade(conn, settings)
            with key_at_rest(conn, settings.login):
                count = change_key(conn, path, PARTS)
    typer.echo(f"The vault key was changed: {_number(count, 'key')} wrapped anew.")
    typer.echo(f"{path} holds the new vault key alone; the old one opens nothing here any more.")
    typer.echo(
        "To do now:\n"
        f"  1. Copy {path.name} anew to where you keep it, apart from every backup: without it\n"
        "     no content can be opened.\n"
        "  2. Make a backup (exeat backup). Backups made until now open with the old key only.\n"
        "  3. Destroy every copy of the old key. From then on those backups open no more, and\n"
        "     nobody who was expunged can be read in them.\n"
        "  4. Start the desk again."
    )
