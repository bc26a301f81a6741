"""The answer: what holds at one instant, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exeat.facts.codes import Described
from exeat.rules.model import Rule

__all__ = [
    "Answer",
    "Because",
    "Certainty",
    "Conflict",
    "Duty",
    "DutyState",
    "Option",
    "Question",
    "Unevaluated",
    "Verdict",
    "Window",
]


class Verdict(Described):
    """What may be done with the person at the instant asked about."""

    IN_CUSTODY = "in-custody", "A basis of custody of the jail's own, or of a court, still runs."
    RELEASE = "release", "The person must go now; no authority to keep them is left."
    NOTIFY_FIRST = "notify-first", "A binding notice is still owed: give it, then release."
    MAY_HOLD = "may-hold", "The person may be kept until the time shown; nobody must."
    MUST_HOLD = "must-hold", "The law of this place commands that the person be kept until then."
    OVERDUE = "overdue", "The person has been kept past every authority since the time shown."
    CONFLICT = "conflict", "Binding rules contradict each other; counsel must decide."
    UNKNOWN = "unknown", "Facts that would decide are missing; the questions say which."
    NOT_IN_CUSTODY = "not-in-custody", "The person is not in this facility's custody at that time."


class Certainty(StrEnum):
    """How surely something holds."""

    CERTAIN = "certain"
    """On every reading of the law, and on every value of what is not known."""
    POSSIBLE = "possible"
    """On one reading of contested law, or on one value of an unknown fact, only."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which a rule lets, or makes, somebody keep the person.

    Attributes:
        start: First instant; None where it is not known.
        end: First instant at which the authority is gone; None where the rule sets no end
            (only a judge's warrant has none).
        readings: The readings of contested points on which it stands; empty: on all.
        known: Its condition is true on the facts that are known; else it only may be.
    """

    rule: Rule
    detainer: str
    start: datetime | None
    end: datetime | None
    certainty: Certainty
    readings: tuple[str, ...] = ()
    known: bool = True


class DutyState(StrEnum):
    """What became of a duty by the instant asked about."""

    DONE = "done"
    OWED = "owed"
    LATE = "late"
    UNKNOWN = "unknown"
    """The record does not keep such acts, or does not say whether the duty arose."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that a binding rule makes the facility do in this person's case."""

    rule: Rule
    to: str
    due: datetime | None
    state: DutyState
    certainty: Certainty
    detainer: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that a rule lets the facility do, or forbids it, besides the hold."""

    rule: Rule
    certainty: Certainty
    detainer: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that would decide, and the rules that wait for it."""

    fact: str
    asks: str
    detainer: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Binding rules, or readings of contested law, that contradict each other."""

    says: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Unevaluated:
    """A rule that could not be evaluated, and the facts that were missing."""

    rule: Rule
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Because:
    """One step of the reasons, in plain words, with the rule it rests on if there is one."""

    says: str
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What holds at one instant for one record under the law of one place.

    Attributes:
        eligible_since: The instant of release eligibility if known, else its earliest bound.
        eligible_latest: Its latest bound; equal where it is known, None where it is open.
        until: For ``may-hold`` and ``must-hold``, the safe end: the shortest of all readings.
        overdue_since: For ``overdue``, the end of the last authority.
        rests_on: Each jurisdiction of the chain with ``research`` or who adopted it.
    """

    verdict: Verdict
    certainty: Certainty
    place: str
    at: datetime
    eligible_since: datetime | None
    eligible_latest: datetime | None
    until: datetime | None
    overdue_since: datetime | None
    because: tuple[Because, ...]
    windows: tuple[Window, ...] = ()
    duties: tuple[Duty, ...] = ()
    options: tuple[Option, ...] = ()
    questions: tuple[Question, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    decided_by: tuple[Rule, ...] = ()
    unevaluated: tuple[Unevaluated, ...] = ()
    to_judge: tuple[Rule, ...] = ()
    rests_on: tuple[tuple[str, str], ...] = ()
