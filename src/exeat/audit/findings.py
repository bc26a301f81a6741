"""Audit findings: kinds, described, and one finding with its hours, certainty and law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from exeat.decide import Certainty
from exeat.facts.codes import Described, LiftReason
from exeat.facts.openings import Ask
from exeat.rules.model import Rule, Trigger

__all__ = [
    "GROUP_OF",
    "Finding",
    "FindingCode",
    "FindingGroup",
    "FindingKind",
    "hours_between",
    "sources_of",
]


class FindingGroup(StrEnum):
    """What a finding speaks of; only the first three are failures."""

    KEPT = "kept"
    """Kept when nobody might keep the person."""
    LET_GO = "let-go"
    """Let go although a binding hold stood."""
    NOT_TOLD = "not-told"
    """Somebody was not told, or too late."""
    NO_REFUSAL = "no-refusal"
    """Looks like a refused request and is none."""
    RECORD = "record"
    """The record is too thin, or contradicts the request."""


class FindingKind(Described):
    """What an audit can find in one finished custody."""

    HELD_PAST = (
        "held-past-authority",
        "Kept after the last authority to hold had run out.",
    )
    HELD_WITHOUT = (
        "held-without-authority",
        "Kept past release eligibility when no law gave authority to hold.",
    )
    RELEASED_AGAINST = (
        "released-against-hold",
        "Let go while the law of the place commanded a hold.",
    )
    NOT_BROUGHT = (
        "not-brought-before-official",
        "Let go without the hearing before a judicial official that the law wants first.",
    )
    NOTICE_MISSED = "notice-missed", "A binding notice was not given before release."
    NOTICE_LATE = "notice-late", "A binding notice was given after it was due."
    NOT_SERVED = (
        "detainer-not-served",
        "Kept on a form that takes effect only when a copy is served, and none was.",
    )
    ARRIVED_LATE = "arrived-after-release", "The request arrived after the person had left."
    WRONG_FACILITY = (
        "sent-to-wrong-facility",
        "The request names another facility than the one that held the person.",
    )
    MOVED = "moved-before-release", "The person was moved to another custodian, not let go."
    DUPLICATE = "duplicate", "A second request of the same kind for the same custody."
    LIFTED = "lifted", "The issuing agency ended the request before the person left."
    INCOMPLETE = "record-incomplete", "The record does not say what an answer needs."
    IDENTITY = (
        "identity-or-citizenship-conflict",
        "The papers, or the person, say that the request concerns somebody else or a citizen.",
    )


GROUP_OF: Final[dict[FindingKind, FindingGroup]] = {
    FindingKind.HELD_PAST: FindingGroup.KEPT,
    FindingKind.HELD_WITHOUT: FindingGroup.KEPT,
    FindingKind.NOT_SERVED: FindingGroup.KEPT,
    FindingKind.RELEASED_AGAINST: FindingGroup.LET_GO,
    FindingKind.NOT_BROUGHT: FindingGroup.LET_GO,
    FindingKind.NOTICE_MISSED: FindingGroup.NOT_TOLD,
    FindingKind.NOTICE_LATE: FindingGroup.NOT_TOLD,
    FindingKind.ARRIVED_LATE: FindingGroup.NO_REFUSAL,
    FindingKind.WRONG_FACILITY: FindingGroup.NO_REFUSAL,
    FindingKind.MOVED: FindingGroup.NO_REFUSAL,
    FindingKind.DUPLICATE: FindingGroup.NO_REFUSAL,
    FindingKind.LIFTED: FindingGroup.NO_REFUSAL,
    FindingKind.INCOMPLETE: FindingGroup.RECORD,
    FindingKind.IDENTITY: FindingGroup.RECORD,
}


class FindingCode(StrEnum):
    """What exactly was found, more narrowly than its kind; `exeat.report.findings` says it."""

    TIMES_MISSING = "times-missing"
    KEPT_WITHOUT = "kept-without"
    KEPT_PAST = "kept-past"
    KEPT_PAST_ONE_READING = "kept-past-one-reading"
    KEPT_NOT_SHOWN = "kept-not-shown"
    """The record does not say what would show an authority."""
    KEPT_DISPUTED = "kept-disputed"
    KEPT_REPORTED = "kept-reported"
    KEPT_NO_POWER = "kept-no-power"
    KEPT_UNSERVED = "kept-unserved"
    AGAINST = "against"
    NOT_BROUGHT = "not-brought"
    NOTICE_MISSED = "notice-missed"
    NOTICE_LATE = "notice-late"
    NOTICE_NOT_KEPT = "notice-not-kept"
    """The record does not keep notices."""
    ARRIVED_LATE = "arrived-late"
    WRONG_FACILITY = "wrong-facility"
    MOVED = "moved"
    DUPLICATE = "duplicate"
    LIFTED = "lifted"
    OTHER_PERSON = "other-person"
    CITIZEN = "citizen"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one custody, before it is put in words.

    Attributes:
        start: When it begins: for a hold, the instant at which authority was gone.
        end: When it ends: for a hold, the door or the end of the hold.
        hours: Running hours between the two; None where one is not known.
        certainty: ``possible`` where it holds on one reading of contested law, or one value
            of a fact that the record does not give, only.
        rules: Ids of the rules it rests on.
        sources: Their sources, as ``place/source``.
        questions: What the record would have to say to make it certain.
        at: Of a request, when it came or was ended.
        to: Whom a notice was owed to, or the facility that a request names.
        trigger: Of a notice for which no hour is set: at which moment it was due.
        lift_reason: Why the issuer ended the request.
        inside: The person is still inside.
    """

    record_id: str
    kind: FindingKind
    start: datetime | None
    end: datetime | None
    hours: float | None
    certainty: Certainty
    code: FindingCode
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    detainer: str = ""
    readings: tuple[str, ...] = ()
    questions: tuple[Ask, ...] = ()
    at: datetime | None = None
    to: str = ""
    trigger: Trigger | None = None
    lift_reason: LiftReason | None = None
    inside: bool = False

    @property
    def group(self) -> FindingGroup:
        """Return what the finding speaks of."""
        return GROUP_OF[self.kind]


def hours_between(start: datetime, end: datetime) -> float:
    """Return the running hours between two instants.

    Examples:
        >>> hours_between(datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 10, 30))
        1.5
    """
    return round((end - start).total_seconds() / 3600, 2)


def sources_of(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the sources of some rules, as ``place/source``."""
    return tuple(sorted({f"{rule.place}/{source}" for rule in rules for source in rule.source}))
