"""`exeat clear`: one record, one instant, one answer; or as many as a file has lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from exeat.cli.common import LawDir, Laws, instant, law_for, place_given, read_text
from exeat.cli.jsonlines import (
    Faults,
    Line,
    are_lines,
    finish,
    lines_of,
    name_of,
    outcomes,
    record_of,
)
from exeat.cli.show import headline, show_answer
from exeat.decide import Answer, decide
from exeat.errors import UsageError
from exeat.facts.case import zone_of
from exeat.facts.codec import record_from_json
from exeat.facts.record import CustodyRecord
from exeat.rules.place import LawOfPlace
from exeat.say.answers import answer_to_json

__all__ = ["clear", "console_for_reading"]

_KEYS: Final = ("place", "at", "known_at")


@dataclass(frozen=True, slots=True)
class _Answered:
    record: CustodyRecord
    law: LawOfPlace
    answer: Answer

    def to_json(self, *, brief: bool) -> dict[str, Any]:
        told = answer_to_json(self.answer, self.law, zone_of(self.record.zone))
        return {name: value for name, value in told.items() if name != "rules" or not brief}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of every line; its own `place` and `at` go before it."""

    place: str | None
    at: datetime
    laws: Laws

    def answer(self, line: Line) -> _Answered:
        faults, keys = Faults(line.where), line.keys
        faults.of(_no_known_at, keys.get("known_at"), "field `known_at`")
        record = faults.of(record_of, line)
        at = faults.of(instant, keys["at"], "field `at`") if "at" in keys else self.at
        law = faults.of(self.laws.for_record, keys.get("place", self.place), record)
        faults.told()
        assert record is not None and at is not None and law is not None
        return _Answered(record, law, decide(record, law, at))


def clear(
    record: Annotated[
        str,
        typer.Argument(
            help="A custody record as JSON, a file of records as JSON Lines (.jsonl), or - for "
            "standard input."
        ),
    ],
    place: Annotated[
        str | None,
        typer.Option(help="Whose law: such as us-va-fairfax. A line's own `place` goes before it."),
    ] = None,
    at: Annotated[
        str, typer.Option(help="The instant asked about, with an offset, or `now`.")
    ] = "now",
    known_at: Annotated[
        str | None,
        typer.Option(help="What was known then: only the desk can say, see its page and API."),
    ] = None,
    law: LawDir = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="What to do and to ask alone; of JSON, all but `rules`.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Read JSON Lines, whatever the file is called.")
    ] = False,
) -> None:
    """Answer whether the person may go now, and why.

    From JSON Lines, one answer a line: each line is a record, or
    {"record": {...}, "place": "us-az", "at": "...", "id": "..."}. A line at fault gives its faults
    in its place; the exit code is then 2.

    Examples:
      exeat clear record.json --place us-va-fairfax --at 2026-03-06T18:00-05:00

      cat record.json | exeat clear - --place us-wa-pierce --json

      exeat clear tonight.jsonl --place us-az --json > answers.jsonl
    """
    _no_known_at(known_at, "--known-at")
    if lines or record.endswith(".jsonl"):
        _each(
            lines_of(record), name_of(record), _Asked(place, instant(at), Laws(law)), brief, as_json
        )
        return
    text, name = read_text(record)
    if are_lines(text):
        split = text.encode("utf-8", "surrogatepass").splitlines()
        _each(split, name, _Asked(place, instant(at), Laws(law)), brief, as_json)
        return
    facts = record_from_json(text, name)
    rules = law_for(place_given(place), law, facts.facility.kind)
    given = _Answered(facts, rules, decide(facts, rules, instant(at)))
    if as_json:
        typer.echo(json.dumps(given.to_json(brief=brief), indent=2, ensure_ascii=False))
    else:
        zone = zone_of(facts.zone)
        show_answer(given.answer, rules, zone, console_for_reading(), brief=brief)


def _no_known_at(given: str | None, what: str) -> None:
    """Refuse to tell what was known at a time: a record does not say when anything was learnt.

    Raises:
        UsageError: It is asked for.
    """
    if given is not None:
        raise UsageError.one(
            "E410",
            what,
            "cannot be answered from a record, which does not carry when each fact was recorded",
            "Leave it out; or ask the desk, whose page and API say what was known when "
            "(`known_at`).",
        )


def _each(lines: Iterable[bytes], name: str, asked: _Asked, brief: bool, as_json: bool) -> None:
    """Print one answer a line, in order."""
    failed = answered = 0
    for out in outcomes(lines, name, _KEYS, asked.answer):
        if as_json:
            print(out.to_json(lambda given: given.to_json(brief=brief)))
        elif out.given is not None:
            zone = zone_of(out.given.record.zone)
            print(f"{out.name}: {headline(out.given.answer, out.given.law, zone)}")
        else:
            out.show_fault()
        failed, answered = failed + (out.given is None), answered + (out.given is not None)
    finish(failed, answered)


def console_for_reading() -> Console:
    """Return a console whose lines can be read: a pipe has no width of its own."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=100)
