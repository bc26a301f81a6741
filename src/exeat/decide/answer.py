"""The answer: what holds at one instant, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exeat.facts.codes import Described
from exeat.facts.openings import Ask
from exeat.facts.record import Basis, Detainer
from exeat.rules.model import Jurisdiction, Rule

__all__ = [
    "Answer",
    "Because",
    "Certainty",
    "Change",
    "Check",
    "CheckKind",
    "Conflict",
    "ConflictKind",
    "Duty",
    "DutyState",
    "Option",
    "Question",
    "Reason",
    "Unevaluated",
    "Verdict",
    "Window",
]


class Verdict(Described):
    """What may be done with the person at the instant asked about."""

    NOT_IN_CUSTODY = "not-in-custody", "The person is not in this facility's custody at that time."
    IN_CUSTODY = "in-custody", "A basis of custody of the jail's own, or of a court, still runs."
    RELEASE = "release", "The person must go now; no authority to keep them is left."
    RELEASE_UNLESS_INSTRUCTED = (
        "release-unless-instructed",
        "Nothing shows that this office may hold. Release, unless counsel has instructed in "
        "writing that it may.",
    )
    NOTIFY_FIRST = "notify-first", "A binding notice is still owed: give it, then release."
    BRING_FIRST = (
        "bring-first",
        "The person must be brought before a judicial official, who decides, before release.",
    )
    SERVE_FIRST = (
        "serve-first",
        "The law commands the hold, and the request has no effect until a copy is served.",
    )
    MAY_HOLD = "may-hold", "The person may be kept until the time shown; nobody must."
    MUST_HOLD = "must-hold", "The law of this place commands that the person be kept until then."
    OVERDUE = "overdue", "The person has been kept past every authority since the time shown."
    CONFLICT = "conflict", "Binding rules contradict each other; counsel must decide."
    CALL_COUNSEL = (
        "call-counsel",
        "A command to hold is reported whose text nobody has read: ring counsel now.",
    )
    UNKNOWN = "unknown", "Facts of the case that would decide are missing; the questions say which."


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
    EXCUSED = "excused"
    """A federal ban stands over it in this case: it stops nobody at the door."""
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
class Change:
    """What one answer to a question would make of the verdict.

    Attributes:
        answers: The values of the fact that all lead there: codes, or instants.
        verdicts: What the verdict would then be; several where more is open.
    """

    answers: tuple[str | datetime, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that would decide, what each answer would change, and the rules that wait for it."""

    fact: str
    asks: Ask
    detainer: str
    rules: tuple[str, ...]
    changes: tuple[Change, ...] = ()


class CheckKind(Described):
    """What must be checked before anybody relies on the answer."""

    CITIZENSHIP = (
        "citizenship-claim",
        "The person says that they are a US citizen: check it and ask the issuer to answer.",
    )
    WARRANT = (
        "confirm-warrant",
        "A judge's warrant keeps the person: confirm it with the court or the Marshals Service.",
    )
    IDENTITY = (
        "disputed-identity",
        "The person says that the papers concern somebody else: compare them again.",
    )
    DISPUTE = (
        "disputed-entry",
        "Something on the record is disputed; the answer rests on it as it is.",
    )


@dataclass(frozen=True, slots=True)
class Check:
    """Something to check, and by when.

    Attributes:
        about: The request, basis or entry that it is about; "" for the person.
        until: When it must be done; None: before the person leaves or is kept.
    """

    kind: CheckKind
    about: str = ""
    until: datetime | None = None


class ConflictKind(StrEnum):
    """How what binds contradicts itself."""

    CONTESTED = "contested"
    """The sources disagree on one point."""
    SOURCES = "sources"
    """The answer turns on points on which the sources disagree."""
    RULES = "rules"
    """One binding rule commands the hold and another forbids it."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Binding rules, or readings of contested law, that contradict each other.

    Attributes:
        contest: The id of the contested point, where it is one.
        asks: What is contested, in the words of the law's file.
    """

    kind: ConflictKind
    rules: tuple[Rule, ...]
    contest: str = ""
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unevaluated:
    """A rule that could not be evaluated, and the facts that were missing."""

    rule: Rule
    missing: tuple[str, ...]


class Reason(StrEnum):
    """What a step of the reasons tells."""

    LEFT = "left"
    MOVED = "moved"
    NOT_YET_HERE = "not-yet-here"
    GROUNDS_NOT_SAID = "grounds-not-said"
    GROUND_RUNS = "ground-runs"
    GROUND_END_OPEN = "ground-end-open"
    WARRANT_KEEPS = "warrant-keeps"
    WARRANT_OPEN = "warrant-open"
    """Whether the judge's warrant that came with a request names this person."""
    NO_GROUND = "no-ground"
    ELIGIBLE = "eligible"
    GROUND_LATER = "ground-later"
    NO_REQUEST = "no-request"
    REQUEST = "request"
    REQUEST_LATER = "request-later"
    REQUEST_ENDED = "request-ended"
    WINDOW = "window"
    """What a rule lets or makes somebody do, with its end on each reading of the law."""
    COMMANDED = "commanded"
    BANNED = "banned"
    NOTHING_LETS = "nothing-lets"
    NOTICE_OWED = "notice-owed"
    SERVE_FIRST = "serve-first"
    BRING_FIRST = "bring-first"
    NOTHING_SHOWN = "nothing-shown"
    IF_INSTRUCTED = "if-instructed"
    CALL_COUNSEL = "call-counsel"
    PERHAPS_MUST = "perhaps-must"
    OVERDUE = "overdue"
    SOURCES_DISAGREE = "sources-disagree"


@dataclass(frozen=True, slots=True)
class Because:
    """One step of the reasons, before it is put in words.

    Attributes:
        rule: The rule it rests on, if there is one.
        at: The instant that it tells, such as when a ground ends; None: none is set or known.
        grounds: The grounds of custody that it is about.
        request: The request that it is about.
        windows: What a rule lets or makes somebody do, once for each end.
        to: The code of whom a notice is owed to, or of the facility to which the person went.
    """

    code: Reason
    rule: Rule | None = None
    at: datetime | None = None
    grounds: tuple[Basis, ...] = ()
    request: Detainer | None = None
    windows: tuple[Window, ...] = ()
    to: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What holds at one instant for one record under the law of one place.

    Attributes:
        eligible_since: The instant of release eligibility if known, else its earliest bound.
        eligible_latest: Its latest bound; equal where it is known, None where it is open.
        until: For ``may-hold`` and ``must-hold``, the safe end: the shortest of all readings.
            For ``release-unless-instructed``, ``call-counsel``, ``serve-first`` and
            ``bring-first``: until when a hold would run if counsel has instructed in writing,
            the copy is served, or the official orders it.
        perhaps_must: A hold is allowed for certain, and a command that nothing settles may
            stand beside it.
        overdue_since: For ``overdue``, the end of the last authority.
        bans: What rules forbid besides the hold.
        for_counsel: What only counsel can settle, with what each answer would change.
        contested: Points on which the sources disagree whose rules bear on this case, whatever
            a local rule makes of it.
        known_at: Count only what was surely recorded by then; None: all that is on record.
        rests_on: Each jurisdiction of the chain that says anything, adopted or not.
    """

    verdict: Verdict
    certainty: Certainty
    place: str
    at: datetime
    eligible_since: datetime | None
    eligible_latest: datetime | None
    until: datetime | None
    overdue_since: datetime | None
    because: tuple[Because, ...] = ()
    perhaps_must: bool = False
    known_at: datetime | None = None
    windows: tuple[Window, ...] = ()
    duties: tuple[Duty, ...] = ()
    options: tuple[Option, ...] = ()
    bans: tuple[Option, ...] = ()
    checks: tuple[Check, ...] = ()
    questions: tuple[Question, ...] = ()
    for_counsel: tuple[Question, ...] = ()
    contested: tuple[Conflict, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    decided_by: tuple[Rule, ...] = ()
    unevaluated: tuple[Unevaluated, ...] = ()
    to_judge: tuple[Rule, ...] = ()
    rests_on: tuple[Jurisdiction, ...] = ()
