"""The commands, and how their errors reach a person.

Exit codes: 0 answered; 1 a check found faults; 2 the input or the command cannot be used.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from exeat._version import __version__
from exeat.cli._lazy import MARKUP, group
from exeat.cli.table import ACCOUNT_COMMANDS, COMMANDS, LAW_COMMANDS, PLACE_COMMANDS
from exeat.errors import ExeatError

__all__ = ["app", "main"]

# The commands stand in `exeat.cli.table`; each is imported when it is asked for.
app = typer.Typer(
    name="exeat",
    cls=group(COMMANDS),
    help="May this person go, must they, may they be kept a little longer, and who must be told "
    "first? exeat applies the law of that place and day, and shows it. It is not legal advice.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=MARKUP,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(
    typer.Typer(
        cls=group(LAW_COMMANDS),
        no_args_is_help=True,
        help="The law: list, show, check, adopt, compare.",
        rich_markup_mode=MARKUP,
    ),
    name="law",
)
app.add_typer(
    typer.Typer(
        cls=group(PLACE_COMMANDS),
        no_args_is_help=True,
        help="A county of its own under its state: set up, show, check.",
        rich_markup_mode=MARKUP,
    ),
    name="place",
)
app.add_typer(
    typer.Typer(
        cls=group(ACCOUNT_COMMANDS),
        no_args_is_help=True,
        help="Accounts of the desk, from its own machine: list, unlock, reset, approve.",
        rich_markup_mode=MARKUP,
    ),
    name="account",
)


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
    # No plug-in of another package has a say in how a record is read; looking for them takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    # Whoever ends us lets us clear up: a private database server would stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
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
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if len(error.faults) > 1:
        console.print(f"{len(error.faults)} things to mend:", markup=False)
    for fault in error.faults:
        console.print(f"{fault.place}: {fault.message} [{fault.code}]", markup=False, style="bold")
        console.print(f"  help: {fault.help}", markup=False)
