"""Commands whose module is imported when they are asked for, and not before.

A command stands in a table with one line of help. The help of the group shows that line; the
module that answers is read when the command is run, or its own help is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Literal

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["MARKUP", "LazyCommand", "Listed", "group", "real"]

MARKUP: Final[Literal["rich"]] = "rich"


@dataclass(frozen=True, slots=True)
class Listed:
    """One command as a group lists it.

    Attributes:
        name: What a person types.
        where: Where its function stands, as ``module:function``.
        help: The first sentence of that function's docstring.
    """

    name: str
    where: str
    help: str


class LazyCommand(TyperCommand):
    """A command as its group lists it; the real one parses and answers.

    Examples:
        >>> listed = Listed("schema", "exeat.cli.schema:schema", "Print the schema of a record.")
        >>> LazyCommand(listed).get_short_help_str()
        'Print the schema of a record.'
    """

    def __init__(self, listed: Listed) -> None:
        super().__init__(listed.name, help=listed.help, rich_markup_mode=MARKUP)
        self.listed = listed

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Return the context of the real command, which click then invokes."""
        return real(self.listed).make_context(*args, **extra)


def real(listed: Listed) -> Any:
    """Return the command itself: imports its module.

    Examples:
        >>> real(Listed("schema", "exeat.cli.schema:schema", "")).name
        'schema'
    """
    module, _, function = listed.where.partition(":")
    app = typer.Typer(add_completion=False, rich_markup_mode=MARKUP, pretty_exceptions_enable=False)
    app.command(listed.name)(getattr(import_module(module), function))
    return typer.main.get_command(app)


def group(commands: Iterable[Listed]) -> type[TyperGroup]:
    """Return the class of a group that lists these commands.

    Examples:
        >>> schema = Listed("schema", "exeat.cli.schema:schema", "Print the schema of a record.")
        >>> list(group([schema])(name="demo").commands)
        ['schema']
    """
    listed = tuple(commands)

    class _Group(TyperGroup):
        def __init__(self, **attrs: Any) -> None:
            super().__init__(**attrs)
            self.commands = {one.name: LazyCommand(one) for one in listed} | {**self.commands}

    return _Group
