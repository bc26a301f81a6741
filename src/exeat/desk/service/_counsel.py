"""What only counsel can settle, said so that whoever is on shift can ring and ask it."""

from __future__ import annotations

from datetime import timedelta

from exeat.decide import Answer, Verdict
from exeat.i18n.said import Said, Sayings, Value
from exeat.rules.place import LawOfPlace
from exeat.say.questions import ask_said
from exeat.say.ring import Whom, counsel_of

__all__ = ["FOR_COUNSEL", "counsel_says", "counsel_within", "whom_to_ring"]

FOR_COUNSEL = frozenset({Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.CALL_COUNSEL})
"""Verdicts that rest on what counsel has not settled; each opens a task that says what."""


def whom_to_ring(answer: Answer, law: LawOfPlace) -> Sayings:
    """Return whom to ring for what only counsel can settle, if there is anything."""
    ring = counsel_of(answer, law)
    if ring is None:
        return ()
    if ring.whom is Whom.NOBODY:
        return (Said("counsel.nobody"),)
    if ring.whom is not Whom.NAMED:
        return (Said("counsel.no_number"),)
    named: dict[str, Value] = {"name": ring.name, "number": ring.number}
    if ring.minutes is None:
        return (Said("counsel.ring", named),)
    return (Said("counsel.ring_within", {**named, "minutes": ring.minutes}),)


def counsel_within(answer: Answer, law: LawOfPlace) -> timedelta | None:
    """Return how long counsel has to answer, if the place's profile says so."""
    ring = counsel_of(answer, law)
    if ring is None or ring.minutes is None:
        return None
    return timedelta(minutes=ring.minutes)


def counsel_says(answer: Answer, law: LawOfPlace) -> Sayings:
    """Return what the law leaves open, until when a hold would run, and whom to ring."""
    what = "unread" if answer.verdict is Verdict.CALL_COUNSEL else "unless"
    then = Said(f"counsel.{what}_then")
    if answer.until is not None:
        then = Said(f"counsel.{what}_then_until", {"until": answer.until})
    asked = [Said("counsel.open", {"question": ask_said(one.asks)}) for one in answer.for_counsel]
    return (Said(f"counsel.{what}"), then, *asked, *whom_to_ring(answer, law))
