"""Questions, what answers to them change, and contradictions, in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from exeat.decide import Conflict, Question
from exeat.facts.openings import Ask, AskKind
from exeat.i18n.said import Said
from exeat.i18n.words import Words
from exeat.say.words import say_time, sentence

__all__ = ["answer_said", "ask_said", "conflict_said", "say_ask", "say_conflict", "say_questions"]


def ask_said(ask: Ask) -> Said:
    """Return a question as a text of the catalogue, with what it puts in."""
    if ask.kind is AskKind.FACT:
        return Said(f"ask.fact.{ask.about}")
    if ask.cites:
        return Said(f"ask.{ask.kind.value}", {"cites": ask.cites})
    return Said(f"ask.{ask.kind.value}", {"about": ask.about} if ask.about else {})


def say_ask(ask: Ask, words: Words | None = None) -> str:
    """Return a question as a sentence.

    Args:
        ask: What is asked.
        words: Those of the reader's language; None: English.

    Examples:
        >>> say_ask(Ask(AskKind.GROUND_BEGAN, "c1"))
        'When did `c1` begin as a ground of custody?'
        >>> from exeat.i18n.words import words
        >>> say_ask(Ask(AskKind.FACT, "person.under_18"), words("es"))
        '¿Es la persona menor de 18 años?'
    """
    return sentence(ask_said(ask), None, words)


def say_questions(questions: tuple[Question, ...], words: Words | None = None) -> str:
    """Return what is asked, one question after the other."""
    return " ".join(say_ask(question.asks, words) for question in questions)


def answer_said(value: str | datetime, zone: ZoneInfo) -> str:
    """Return one answer to a question, as a code or as a time in the facility's zone."""
    return say_time(value, zone) if isinstance(value, datetime) else value.replace("-", " ")


def conflict_said(conflict: Conflict) -> Said:
    """Return what contradicts itself as a text of the catalogue, with what it puts in."""
    values = {"asks": " ".join(conflict.asks)} if conflict.asks else {}
    return Said(f"conflict.{conflict.kind.value}", values)


def say_conflict(conflict: Conflict, words: Words | None = None) -> str:
    """Return what contradicts itself as a sentence."""
    return sentence(conflict_said(conflict), None, words)
