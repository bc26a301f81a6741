"""The commands, and how their errors reach a person.

Exit codes: 0 answered; 1 a check found faults; 2 the input or the command cannot be used.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from exeat._version import __version__
from exeat.cli import audit as audit_command
from exeat.cli import clear as clear_command
from exeat.cli import demo as demo_command
from exeat.cli import law as law_commands
from exeat.cli import ledger as ledger_commands
from exeat.cli import place as place_commands
from exeat.cli import schema as schema_command
from exeat.cli import serve as serve_command
from exeat.cli import vault as vault_commands
from exeat.errors import ExeatError

__all__ = ["app", "main"]

app = typer.Typer(
    name="exeat",
    help="May this person go, must they, may they be kept a little longer, and who must be told "
    "first? exeat applies the law of that place and day, and shows it. It is not legal advice.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("clear")(clear_command.clear)
app.command("audit")(audit_command.audit)
app.command("map")(audit_command.propose_map)
app.command("schema")(schema_command.schema)
app.command("demo")(demo_command.demo)
app.command("serve")(serve_command.serve)
app.command("verify")(ledger_commands.verify)
app.command("export")(ledger_commands.export)
app.command("backup")(ledger_commands.backup)
app.command("restore")(ledger_commands.restore)
app.command("expunge")(vault_commands.expunge)
app.command("rekey")(vault_commands.rekey)
app.add_typer(law_commands.app, name="law")
app.add_typer(place_commands.app, name="place")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"exeat {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep the subcommands subcommands."""


def main() -> None:
    """Run the command; print what is wrong in plain words and exit with 2."""
    try:
        app()
    except ExeatError as error:
        show_faults(error)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output has gone away, as `| head` does; that is no fault.
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - kept open until the process ends
        sys.exit(0)


def show_faults(error: ExeatError) -> None:
    """Print every fault of an error to standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if len(error.faults) > 1:
        console.print(f"{len(error.faults)} things to mend:", markup=False)
    for fault in error.faults:
        console.print(f"{fault.place}: {fault.message} [{fault.code}]", markup=False, style="bold")
        console.print(f"  help: {fault.help}", markup=False)
