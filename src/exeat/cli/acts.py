"""`exeat acts`: what can be done at the desk, who may, and what each act asks."""

from __future__ import annotations

from typing import Annotated

import typer

from exeat.errors import UsageError, near_miss
from exeat.office.asking import Field
from exeat.office.register import ACTS, Act

__all__ = ["acts"]


def acts(
    act: Annotated[str | None, typer.Argument(help="Such as serve; left out: every act.")] = None,
) -> None:
    """List the acts of the desk: who may do each, and what it asks.

    Examples:
      exeat acts

      exeat acts serve
    """
    if act is None:
        for one in ACTS.values():
            typer.echo(f"{one.name:22}{one.says}")
            typer.echo(f"{'':22}{_who(one)}")
        return
    if act not in ACTS:
        help = f"See `exeat acts`.{near_miss(act, sorted(ACTS))}"
        raise UsageError.one("E402", "act", f"`{act}` is no act of the desk", help)
    _show(ACTS[act])


def _show(one: Act) -> None:
    typer.echo(f"{one.says}\n{_who(one)}")
    for field in one.fields:
        star = "*" if field.required else " "
        typer.echo(f"  {star} {field.at:28}{' '.join(filter(None, (field.about, _codes(field))))}")
    if one.fields:
        typer.echo("  * is needed")


def _who(one: Act) -> str:
    return f"{', '.join(sorted(role.value for role in one.roles))}; scope {one.scope.value}"


def _codes(field: Field) -> str:
    return "" if field.codes is None else f"One of {', '.join(code.value for code in field.codes)}."
