"""What only counsel can settle, said so that whoever is on shift can ring and ask it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Verdict
from exeat.facts.words import say_time
from exeat.rules.place import LawOfPlace
from exeat.say.ring import Whom, counsel_of

__all__ = ["FOR_COUNSEL", "counsel_says", "counsel_within", "whom_to_ring"]

FOR_COUNSEL = frozenset({Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.CALL_COUNSEL})
"""Verdicts that rest on what counsel has not settled; each opens a task that says what."""


def whom_to_ring(answer: Answer, law: LawOfPlace) -> str:
    """Return whom to ring for what only counsel can settle, or ""."""
    ring = counsel_of(answer, law)
    if ring is None:
        return ""
    if ring.whom is Whom.NOBODY:
        return "While counsel has not decided, this office releases: nobody is to be rung."
    if ring.whom is not Whom.NAMED:
        return "No number of counsel is set up for this place."
    minutes = f", for at most {ring.minutes} minutes" if ring.minutes is not None else ""
    return f"Ring {ring.name} at {ring.number}{minutes}."


def counsel_within(answer: Answer, law: LawOfPlace) -> timedelta | None:
    """Return how long counsel has to answer, if the place's profile says so."""
    ring = counsel_of(answer, law)
    if ring is None or ring.minutes is None:
        return None
    return timedelta(minutes=ring.minutes)


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
    return " ".join([*said, *filter(None, [whom_to_ring(answer, law)])])
