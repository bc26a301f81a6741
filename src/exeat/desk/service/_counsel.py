"""What only counsel can settle, said so that whoever is on shift can ring and ask it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Verdict
from exeat.facts.words import say_time
from exeat.rules.place import LawOfPlace

__all__ = ["FOR_COUNSEL", "counsel_due", "counsel_says", "whom_to_ring"]

FOR_COUNSEL = frozenset({Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.CALL_COUNSEL})
"""Verdicts that rest on what counsel has not settled; each opens a task that says what."""


def whom_to_ring(law: LawOfPlace) -> str:
    """Return whom the place's profile says to ring while counsel has not decided, or ""."""
    asked = law.undecided
    if asked is None or not asked.call:
        return ""
    minutes = f", for at most {asked.minutes} minutes" if asked.minutes is not None else ""
    return f"Ring {asked.name} at {asked.number}{minutes}."


def counsel_due(law: LawOfPlace, now: datetime) -> datetime | None:
    """Return by when counsel is to have answered, if the place's profile says so."""
    asked = law.undecided
    if asked is None or not asked.call or asked.minutes is None:
        return None
    return now + timedelta(minutes=asked.minutes)


def counsel_says(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> str:
    """Return what the law leaves open, until when a hold would run, and whom to ring."""
    until = f" until {say_time(answer.until, zone)}" if answer.until is not None else ""
    if answer.verdict is Verdict.CALL_COUNSEL:
        said = [
            "A command to hold is reported whose text nobody here has read. Ring counsel now.",
            f"If counsel says that it applies, a hold runs{until}; if not, let the person go.",
        ]
    else:
        said = [
            "Nothing shows that this office may hold: let the person go.",
            f"Only if counsel has instructed in writing that it may, a hold runs{until}.",
        ]
    said += [f"Open: {question.asks}" for question in answer.for_counsel]
    return " ".join([*said, *filter(None, [whom_to_ring(law)])])
