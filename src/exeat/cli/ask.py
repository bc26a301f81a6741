"""The few questions that decide a mapping, each with three rows of the file as example."""

from __future__ import annotations

import re
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table

from exeat.intake.propose import Proposal, Question

__all__ = ["answered", "ask", "proposed"]


def ask(proposal: Proposal, console: Console) -> str:
    """Ask on a terminal what decides, and return the mapping with the answers in it.

    An empty answer keeps what was proposed.
    """
    toml = proposal.toml
    for question in proposal.questions:
        console.print(f"\n{question.asks}", markup=False, style="bold")
        if question.rows:
            console.print(_example(question))
        for number, choice in enumerate(question.choices, start=1):
            console.print(f"  {number}. {choice}", markup=False)
        kept = proposed(toml, question)
        console.print(
            f"A number, or a text; Enter keeps `{kept}`." if kept else "A number, or a text.",
            markup=False,
        )
        toml = answered(toml, question, _reply(question, console))
    return toml


def answered(toml: str, question: Question, answer: str) -> str:
    """Return a mapping in which the line of a question has its answer.

    Args:
        toml: The mapping.
        question: What was asked.
        answer: A number of its choices, a text, or "" to keep what was proposed.

    Examples:
        >>> zone = Question("zone", "Which time zone?", (), (), ())
        >>> answered('zone = ""   # UNSURE', zone, "America/Chicago")
        'zone = "America/Chicago"'
    """
    if not answer:
        return toml
    if answer.isdecimal() and 1 <= int(answer) <= len(question.choices):
        answer = question.choices[int(answer) - 1]
    text = answer.replace("\\", "\\\\").replace('"', '\\"')
    line = re.compile(rf"^(?:# )?{re.escape(question.key)} = .*$", re.MULTILINE)
    return line.sub(lambda _: f'{question.key} = "{text}"', toml, count=1)


def proposed(toml: str, question: Question) -> str:
    """Return what a mapping has for a question so far, "" for nothing.

    Examples:
        >>> proposed('zone = "UTC"', Question("zone", "Which time zone?", (), (), ()))
        'UTC'
    """
    found = re.search(rf'^{re.escape(question.key)} = "(.*?)"', toml, re.MULTILINE)
    return found[1] if found else ""


def _reply(question: Question, console: Console) -> str:
    """Return what was answered: once more where a number is none of the choices."""
    while True:
        answer = typer.prompt("", default="", show_default=False, prompt_suffix="> ", err=True)
        text = str(answer).strip()
        if not text.isdecimal() or 1 <= int(text) <= len(question.choices):
            return text
        console.print(
            f"`{text}` is none of the choices: give a number from 1 to {len(question.choices)}.",
            markup=False,
        )


def _example(question: Question) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in question.columns:
        table.add_column(name, overflow="fold")
    for row in question.rows:
        table.add_row(*_short(row))
    return table


def _short(row: Sequence[str]) -> list[str]:
    return [value[:40] for value in row]
