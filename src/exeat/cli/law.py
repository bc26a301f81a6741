"""`exeat law`: what is known of the law, and its adoption by an agency's counsel."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from exeat.cli.common import LawDir, day_of, law_for, library_of
from exeat.errors import LawError, UsageError, near_miss
from exeat.rules.adopt import draft, sign, upgrade_diff
from exeat.rules.model import Rule
from exeat.rules.place import LawOfPlace
from exeat.say.law_text import adoption_of, reading_text, rule_lines

__all__ = ["adopt", "list_law", "show", "upgrade"]


def list_law(law: LawDir = None) -> None:
    """List every jurisdiction: rules, sources, when checked, research or adopted.

    Examples:
      exeat law list
    """
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("id", "name", "rules", "sources", "checked", "rests on"):
        table.add_column(title, justify="right" if title in ("rules", "sources") else "left")
    places = library_of(law)
    for place in sorted(places.values(), key=lambda place: place.id):
        state = "adopted" if place.adoption else "research"
        table.add_row(
            place.id,
            place.name,
            str(len(place.rules)),
            str(len(place.sources)),
            place.checked.isoformat(),
            state,
        )
    console = Console(width=None if Console().is_terminal else 110)
    console.print(table)
    console.print(f"{len(places)} jurisdictions. Research is not adoption; not legal advice.")


def show(
    place: Annotated[str, typer.Argument(help="A jurisdiction, such as us-va-fairfax.")],
    rule: Annotated[str | None, typer.Argument(help="One rule of it; else all.")] = None,
    on: Annotated[str | None, typer.Option(help="Only rules in force on a day.")] = None,
    law: LawDir = None,
) -> None:
    """Show what the law of a place says: each rule with its sources on one screen.

    Examples:
      exeat law show us-wa-pierce

      exeat law show us-va va-transfer-5-days

      exeat law show us-nc --on 2025-09-30
    """
    chain = law_for(place, law)
    console = Console(highlight=False, soft_wrap=True)
    day = day_of(on, "--on") if on else None
    rules = [
        r for r in chain.rules if r.place == place and (day is None or r.in_force(day) is not False)
    ]
    if rule is not None:
        rules = [r for r in chain.rules if r.id == rule]
        if not rules:
            near = near_miss(rule, sorted(r.id for r in chain.rules))
            raise LawError.one(
                "E224", place, f"has no rule `{rule}`", f"See `exeat law show {place}`.{near}"
            )
    else:
        _head(console, chain)
    for item in rules:
        console.print()
        _show_rule(console, chain, item)


def _head(console: Console, chain: LawOfPlace) -> None:
    place = chain.chain[-1]
    console.print(f"{place.name} ({place.id})", style="bold", markup=False)
    console.print(place.note, markup=False)
    console.print(f"{adoption_of(place)}; checked {place.checked}", style="dim", markup=False)
    above = " > ".join(f"{p.id}" for p in chain.chain)
    console.print(f"chain: {above}", style="dim", markup=False)
    for contest in place.contests:
        console.print(f"contested: {contest.question}", style="magenta", markup=False)
        for reading in contest.readings:
            says = reading_text(chain, f"{contest.id}/{reading.id}")
            console.print(f"  {contest.id}/{reading.id}: {says}", markup=False)


def _show_rule(console: Console, chain: LawOfPlace, rule: Rule) -> None:
    first, *rest = rule_lines(chain, rule)
    console.print(first, style="cyan", markup=False)
    for line in rest:
        console.print(line, markup=False)
    console.print(f"  for the machine: {rule.condition}", style="dim", markup=False)
    for word, examples in (("accepts", rule.accepts), ("refuses", rule.refuses)):
        for example in examples:
            facts = ", ".join(f"{name} = {str(value).lower()}" for name, value in example.items())
            console.print(f"  {word}: {facts}", style="dim", markup=False)


def adopt(
    place: Annotated[str, typer.Argument(help="A jurisdiction, such as us-va-fairfax.")],
    by: Annotated[
        str | None, typer.Option(help="Who signs. Left out: write a working copy.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="In what office.")] = None,
    on: Annotated[str | None, typer.Option(help="On what day; today if left out.")] = None,
    note: Annotated[str, typer.Option(help="What counsel wants to say about it.")] = "",
    law: LawDir = None,
) -> None:
    """Adopt the law of a place: read the official texts, correct the working copy, sign.

    Examples:
      exeat law adopt us-va-fairfax --law our-law

      exeat law adopt us-va-fairfax --law our-law --by "Ann Example" --title "County Attorney"
    """
    folder = law or Path("exeat-law")
    if by is None:
        copy = draft(place, folder)
        typer.echo(f"Working copy: {copy}")
        typer.echo(
            "Read each source at its link, paste its words as `words`, correct the rules, then"
        )
        typer.echo(f'sign: exeat law adopt {place} --law {folder} --by "NAME" --title "OFFICE"')
        return
    if title is None:
        raise UsageError.one("E403", "--title", "is missing", "Say in what office the name signs.")
    day = day_of(on, "--on") if on else datetime.now(UTC).astimezone().date()
    signed = sign(place, folder, by=by, title=title, on=day, note=note)
    typer.echo(f"{signed.name}: {adoption_of(signed)}. In force with --law {folder}.")


def upgrade(
    place: Annotated[str, typer.Argument(help="An adopted jurisdiction.")], law: LawDir = None
) -> None:
    """Show what newer shipped research would change of an adopted jurisdiction.

    Examples:
      exeat law upgrade us-va-fairfax --law our-law
    """
    changed = upgrade_diff(place, law or Path("exeat-law"))
    typer.echo(changed or f"The research on {place} is as it was when counsel signed.", nl=False)
    if not changed:
        typer.echo()
