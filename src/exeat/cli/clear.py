"""`exeat clear`: one record, one instant, one answer."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from exeat.cli.common import LawDir, instant, law_for, read_text
from exeat.cli.show import show_answer
from exeat.decide import decide
from exeat.facts.case import zone_of
from exeat.facts.codec import record_from_json
from exeat.report.answers import answer_to_json

__all__ = ["clear", "console_for_reading"]


def clear(
    record: Annotated[
        str, typer.Argument(help="A custody record as JSON, or - for standard input.")
    ],
    place: Annotated[str, typer.Option(help="Whose law: such as us-va-fairfax.")],
    at: Annotated[
        str, typer.Option(help="The instant asked about, with an offset, or `now`.")
    ] = "now",
    law: LawDir = None,
    brief: Annotated[bool, typer.Option("--brief", help="Leave out what the law says.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Answer whether the person may go now, and why.

    Examples:
      exeat clear record.json --place us-va-fairfax --at 2026-03-06T18:00-05:00

      cat record.json | exeat clear - --place us-wa-pierce --json
    """
    text, name = read_text(record)
    facts = record_from_json(text, name)
    rules = law_for(place, law, facts.facility.kind)
    answer = decide(facts, rules, instant(at))
    zone = zone_of(facts.zone)
    if as_json:
        typer.echo(json.dumps(answer_to_json(answer, rules, zone), indent=2, ensure_ascii=False))
    else:
        show_answer(answer, rules, zone, console_for_reading(), brief=brief)


def console_for_reading() -> Console:
    """Return a console whose lines can be read: a pipe has no width of its own."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=100)
