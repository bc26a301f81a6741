"""`exeat map`: a first mapping for an export that exeat has not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from exeat.errors import UsageError
from exeat.intake.propose import propose

__all__ = ["propose_map"]


def propose_map(
    file: Annotated[Path, typer.Argument(help="An export that exeat has not seen.")],
    out: Annotated[Path | None, typer.Option(help="Where the mapping goes; else printed.")] = None,
) -> None:
    """Propose a mapping for an export, and say what is unsure of it.

    Examples:
      exeat map my-export.csv > my-map.toml

      exeat map my-export.csv --out my-map.toml
    """
    proposal = propose(file)
    if out is None:
        typer.echo(proposal.toml, nl=False)
    elif out.exists():
        raise UsageError.one(
            "E405", "--out", f"`{out}` is there already", "Name another file, or remove it first."
        )
    else:
        out.write_text(proposal.toml, encoding="utf-8")
    console = Console(stderr=True, highlight=False)
    if proposal.unsure:
        console.print("Look at these before you use it:", style="bold")
    for sentence in proposal.unsure:
        console.print(f"- {sentence}", markup=False)
