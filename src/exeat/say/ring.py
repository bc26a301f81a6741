"""Whom to ring under an answer, as data: the report and the desk each say it in their own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from exeat.decide import Answer, CheckKind, Verdict
from exeat.rules.place import LawOfPlace

__all__ = ["Ring", "Whom", "counsel_of", "rings_of"]

_COUNSEL: Final = frozenset(
    {Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.CALL_COUNSEL, Verdict.CONFLICT}
)
_SHUT: Final = frozenset({Verdict.CALL_COUNSEL, Verdict.CONFLICT})
"""Of these, those under which the gate lets nobody go before counsel has settled a command."""


class Whom(StrEnum):
    """Who it is that is to be rung."""

    COURT = "court"
    """It issued the warrant, and confirms it."""
    CITIZENSHIP = "citizenship"
    """The office that sent the request, about the claim to be a citizen."""
    IDENTITY = "identity"
    """The office that sent the request, about the claim to be somebody else."""
    NAMED = "named"
    """Whom the place's profile names, while counsel has not decided."""
    NOBODY = "nobody"
    """While counsel has not decided, the office releases."""
    COUNSEL = "counsel"
    """Counsel, of whom the profile says no number."""
    OFFICIAL = "official"
    """The judicial official before whom the person is to be brought."""
    SERVER = "server"
    """Whom the place's profile names as the one who serves the copy."""
    TOLD = "told"
    """Whoever is owed a notice."""
    CHOICE = "choice"
    """A supervisor: the office may keep the person, and need not."""
    SUPERVISOR = "supervisor"
    """A supervisor, where facts are missing that nobody on shift can find out."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody to ring.

    Attributes:
        name: Where the profile names them, and
        number: where they are reached.
        minutes: For how long at most, where the profile says.
        until: By when, where a check ends.
        shut: Of counsel: the gate lets nobody go before a command is settled.
    """

    whom: Whom
    name: str = ""
    number: str = ""
    minutes: int | None = None
    until: datetime | None = None
    shut: bool = False


def rings_of(answer: Answer, law: LawOfPlace) -> tuple[Ring, ...]:
    """Return whom to ring, the most pressing first; nobody where nothing asks for it.

    Args:
        answer: As `exeat.decide.decide` gives it.
        law: The law under which it was given.
    """
    found = [*_of_checks(answer), counsel_of(answer, law) or _of_the_verdict(answer, law)]
    return tuple(dict.fromkeys(ring for ring in found if ring is not None))


def counsel_of(answer: Answer, law: LawOfPlace) -> Ring | None:
    """Return whom to ring for what only counsel can settle, if anything is.

    A profile may say to release meanwhile. Where a command may stand the gate stays shut all
    the same, and so counsel is to be rung.
    """
    if answer.verdict not in _COUNSEL and not answer.perhaps_must:
        return None
    asked, shut = law.undecided, answer.verdict in _SHUT
    if asked is not None and asked.call:
        return Ring(Whom.NAMED, asked.name, asked.number, asked.minutes, shut=shut)
    if asked is not None and not shut:
        return Ring(Whom.NOBODY)
    return Ring(Whom.COUNSEL, shut=shut)


def _of_checks(answer: Answer) -> Iterator[Ring]:
    if any(check.kind is CheckKind.WARRANT for check in answer.checks):
        yield Ring(Whom.COURT)
    for check in answer.checks:
        if check.kind is CheckKind.CITIZENSHIP:
            yield Ring(Whom.CITIZENSHIP, until=check.until)
        elif check.kind is CheckKind.IDENTITY:
            yield Ring(Whom.IDENTITY, until=check.until)


def _of_the_verdict(answer: Answer, law: LawOfPlace) -> Ring | None:
    match answer.verdict:
        case Verdict.BRING_FIRST:
            return Ring(Whom.OFFICIAL)
        case Verdict.SERVE_FIRST if law.serves:
            return Ring(Whom.SERVER, law.serves)
        case Verdict.NOTIFY_FIRST:
            return Ring(Whom.TOLD)
        case Verdict.MAY_HOLD:
            return Ring(Whom.CHOICE)
        case Verdict.UNKNOWN:
            return Ring(Whom.SUPERVISOR)
        case _:
            return None
