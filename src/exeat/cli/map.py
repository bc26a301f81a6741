"""`exeat map`: a mapping proposed for an export, its doubts first, asked on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from exeat.cli.ask import ask
from exeat.cli.common import law_for
from exeat.errors import UsageError
from exeat.intake.propose import Proposal, propose

__all__ = ["propose_map", "show_proposal"]


def propose_map(
    file: Annotated[Path, typer.Argument(help="An export that exeat has not seen, of any kind.")],
    out: Annotated[Path | None, typer.Option(help="Where the mapping goes; else printed.")] = None,
    place: Annotated[str, typer.Option(help="Whose law will apply; its time zone is taken.")] = "",
    zone: Annotated[str, typer.Option(help="The jail's time zone.")] = "",
    questions: Annotated[
        bool, typer.Option("--ask/--no-ask", help="Ask what decides, on a terminal.")
    ] = True,
) -> None:
    """Propose a mapping for an export, and say what is unsure of it.

    What kind of file it is comes first, then what decides the audit. On a terminal it asks;
    without one the doubts stand in the mapping. Nothing about people is copied into it.

    Examples:
      exeat map my-export.csv > my-map.toml

      exeat map my-export.csv --place us-tx --out my-map.toml
    """
    if out is not None and out.exists():
        raise UsageError.one(
            "E405", "--out", f"`{out}` is there already", "Name another file, or remove it first."
        )
    if place and not zone:
        zone = law_for(place, None).zone or ""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    proposal = propose(file, zone=zone, place=place)
    show_proposal(proposal, console)
    toml = proposal.toml
    if questions and sys.stdin.isatty() and sys.stderr.isatty():
        toml = ask(proposal, console)
    if out is None:
        typer.echo(toml, nl=False)
        return
    try:
        out.write_text(toml, encoding="utf-8")
    except OSError as error:
        raise UsageError.one(
            "E405", "--out", f"`{out}` cannot be written ({error.strerror})", "Name another file."
        ) from None


def show_proposal(proposal: Proposal, console: Console) -> None:
    """Print what decides the audit first, then what kind of file it is, then what to confirm."""
    grave, rest = proposal.unsure[: proposal.grave], proposal.unsure[proposal.grave :]
    for sentence in grave:
        console.print(f"! {sentence}", markup=False, style="bold")
    console.print(proposal.kind, markup=False)
    if rest:
        console.print("Look at these before you use it:", style="bold")
    for sentence in rest:
        console.print(f"- {sentence}", markup=False)
