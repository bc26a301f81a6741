"""The answers of `exeat place setup`: from flags, or asked on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import typer

from exeat.errors import UsageError
from exeat.rules.model import Contest, OffenceList, Rule
from exeat.rules.place import LawOfPlace
from exeat.rules.profile import Profile
from exeat.rules.profile_questions import (
    QUESTIONS,
    SIGNATURE,
    UNDECIDED,
    Kind,
    Question,
)
from exeat.rules.profile_setup import Item, answer_of, items, standing, typed
from exeat.say.law_text import rule_lines

__all__ = ["asked_for", "from_flags"]


def from_flags(given: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Return answers from flags: ``item: answer; field=value; field=value``.

    Args:
        given: The texts of the flags by the question's table.

    Raises:
        UsageError: A text cannot be read.

    Examples:
        >>> from_flags({"power": ["yes; first_day=2019; cite=Example Code § 1"]})
        {'power': {'answer': 'yes', 'first_day': '2019', 'cite': 'Example Code § 1'}}
        >>> from_flags({"reading": ["us-48-hours: form"]})
        {'reading': [{'contest': 'us-48-hours', 'reading': 'form'}]}
    """
    tables: dict[str, Any] = {}
    for question in QUESTIONS:
        texts = [text for text in given.get(question.table, ()) if text]
        if texts:
            read = [_flag(question, text) for text in texts]
            tables[question.table] = read if question.many else read[-1]
    return tables


def _flag(question: Question, text: str) -> dict[str, Any]:
    fields = {field.name: field for field in (*question.fields, *SIGNATURE)}
    item: dict[str, Any] = {}
    head, *rest = text.split(";")
    if question.key:
        key, colon, head = head.partition(":")
        if not colon:
            flag = f"--{question.table}"
            help = f"Write it as `{question.key}: answer`, such as `{_example(question)}`."
            raise UsageError.one("E402", flag, f"`{text}` does not say what it answers", help)
        item[question.key] = key.strip()
    last, said = question.decides.name, {question.decides.name: head.strip()}
    for part in rest:
        name, equals, value = part.partition("=")
        if equals and name.strip() in fields:
            last = name.strip()
            said[last] = value.strip()
        else:
            # A semicolon of the citation's own.
            said[last] += f";{part}"
    decided = said[question.decides.name]
    item |= {
        name: UNDECIDED if value == decided == UNDECIDED else typed(fields[name], value)
        for name, value in said.items()
    }
    return item


def _example(question: Question) -> str:
    return {"judged": "wv-comply: applies", "reading": "us-48-hours: form"}.get(
        question.table, "xx-list: yes; statutes=PC 459, PC 460"
    )


def asked_for(
    law: LawOfPlace, old: Mapping[str, Any], profile: Profile, on: date
) -> dict[str, Any]:
    """Ask every question on the terminal; Enter leaves an answer as it is.

    Args:
        law: The law of the place, without its profile.
        old: The profile as its file has it.
        profile: The same, read.
        on: The day on which it is asked.
    """
    found: dict[str, Any] = {}
    for question in QUESTIONS:
        typer.secho(f"\n{question.number}. {question.asks}", bold=True)
        asked = items(law, question, on)
        if not asked:
            typer.echo("   Nothing here turns on it.")
        for item in asked:
            stood = standing(old, profile, question, item)
            if not stood:
                _tell_changed(answer_of(old, question, item))
            answer = _ask(law, question, item, stood)
            if answer and question.many:
                found.setdefault(question.table, []).append(answer)
            elif answer:
                found[question.table] = answer
    return found


def _tell_changed(before: Mapping[str, Any]) -> None:
    if before.get("by"):
        signed = f"{before['by']}, {before.get('title', '')}, on {before.get('on', '')}"
        typer.echo(f"   What {signed} answered was about another text: answer again.")


def _ask(law: LawOfPlace, question: Question, item: Item, old: Mapping[str, Any]) -> dict[str, Any]:
    for line in _told(law, item):
        typer.echo(f"   {line}")
    options = _options(question, item)
    for value, says in options:
        typer.echo(f"     {value}" + ("" if value == says else f": {says}"))
    decides = question.decides
    before = old.get(decides.name, UNDECIDED)
    standing = {True: "yes", False: "no"}.get(before, str(before))
    chosen = _chosen(f"   {decides.asks}", standing, dict(options))
    if chosen == standing:
        return {}
    answer: dict[str, Any] = {question.key: item.key} if question.key else {}
    if chosen == UNDECIDED:
        return answer | {decides.name: chosen}
    answer[decides.name] = typed(decides, chosen)
    return answer | _besides(question, chosen, old)


def _chosen(words: str, standing: str, options: Mapping[str, str]) -> str:
    """Ask until one of the options comes, where there are any."""
    chosen = str(typer.prompt(words, default=standing)).strip()
    while options and chosen not in (UNDECIDED, *options):
        typer.echo(f"   `{chosen}` will not do. Enter one of the words above, or {UNDECIDED}.")
        chosen = str(typer.prompt(words, default=standing)).strip()
    return chosen


def _besides(question: Question, chosen: str, old: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for the rest of an answer, and who gives it."""
    answer: dict[str, Any] = {}
    more = [field for field in question.fields[1:] if field.name != "saw"]
    for field in [*more, SIGNATURE[0]]:
        if field.only and chosen not in field.only:
            continue
        kept = str(old.get(field.name, ""))
        text = typer.prompt(f"   {field.asks}", default=kept, show_default=bool(kept))
        if text.strip():
            answer[field.name] = typed(field, text)
    return answer


def _options(question: Question, item: Item) -> list[tuple[str, str]]:
    if isinstance(item.about, Contest):
        return [(reading.id, reading.says) for reading in item.about.readings]
    if question.decides.kind is Kind.FLAG:
        return [("yes", "yes"), ("no", "no")]
    return list(question.decides.options)


def _told(law: LawOfPlace, item: Item) -> list[str]:
    if isinstance(item.about, Rule):
        return rule_lines(law, item.about)
    if isinstance(item.about, Contest):
        return [item.about.question]
    if isinstance(item.about, OffenceList):
        known = ", ".join(item.about.statutes) or "none"
        return [f"{item.key}: {item.about.citation}", f"statutes so far: {known}"]
    return []
