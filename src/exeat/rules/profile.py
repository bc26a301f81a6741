"""The profile of a place: what its counsel and its office have answered, each answer signed.

Nine questions, asked once and answered by people: what no sheet of law can say about one county.
An answer that is left out is not decided. `exeat.rules.layer` lays a profile over the law;
`exeat.rules.profile_file` reads and writes it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from exeat.facts.times import Truth
from exeat.facts.truth import every, some
from exeat.rules.model import About, Day, Rule, Trigger, in_force

__all__ = [
    "Agreement",
    "AgreementModel",
    "CompletedList",
    "HoldPolicy",
    "Holding",
    "Judged",
    "Power",
    "Profile",
    "ReadingChosen",
    "Serving",
    "Signature",
    "TellPolicy",
    "Telling",
    "WhileUndecided",
    "asked",
    "fingerprint",
]


class AgreementModel(StrEnum):
    """The model of an agreement under 8 USC 1357(g), or that there is none."""

    NONE = "none"
    JAIL = "jail"
    WARRANT_SERVICE = "warrant-service"
    TASK_FORCE = "task-force"


class HoldPolicy(StrEnum):
    """On what this office keeps anybody, where the law leaves it the choice."""

    NONE = "none"
    ADMINISTRATIVE_WARRANT = "administrative-warrant"
    JUDGE_WARRANT = "judge-warrant"
    SUPERVISOR = "supervisor"


class TellPolicy(StrEnum):
    """Whether this office tells immigration authorities of a release, where it may choose."""

    TELL = "tell"
    ON_REQUEST = "on-request"
    DO_NOT_TELL = "do-not-tell"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers, in what office, on what day, and on what the answer rests."""

    by: str
    title: str
    on: date
    cite: str = ""

    def __str__(self) -> str:
        return f"{self.by}, {self.title}, on {self.on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Power:
    """Question 1: does state law give officers here power to hold on a civil request?

    Attributes:
        first_day: Since when it is so; None where that was not said: then on every day.
    """

    answer: bool
    signed: Signature
    first_day: Day | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """Question 2: does a rule apply that the research leaves to a person's judgement?

    Attributes:
        rule: Its id.
        needs_warrant: It bites only where an administrative warrant is there, and
        needs_service: only where a copy was served on the person.
        first_day: The rule's first day, where counsel knows it better than the research.
        saw: The fingerprint of the text that was judged; another text is not decided.
    """

    rule: str
    applies: bool
    signed: Signature
    needs_warrant: bool = False
    needs_service: bool = False
    first_day: Day | None = None
    saw: str = ""

    def judges(self, rule: Rule) -> bool:
        """Say whether a rule, in this version of it, is what was judged."""
        if rule.id != self.rule or not asked(rule):
            return False
        if self.saw:
            return fingerprint(rule) == self.saw
        return rule.in_force(self.signed.on) is not False


@dataclass(frozen=True, slots=True)
class Agreement:
    """Question 3: an agreement under 8 USC 1357(g), or that there is none.

    Attributes:
        certified_each_shift: Whether an officer certified under it serves on each shift. Where
            none does, nobody else may act under it: the record must say.
        covers_hold: Whether it covers keeping a person in this jail. Left open, it is not known,
            whatever the model: the record, or counsel, must say.
    """

    model: AgreementModel
    signed: Signature
    first_day: Day | None = None
    last_day: Day | None = None
    certified_each_shift: Truth = None
    covers_hold: Truth = None

    def covers(self, day: date) -> Truth:
        """Say whether it covers, on a day, the keeping of a person in this jail."""
        if self.model is AgreementModel.NONE:
            return False
        begun = self.first_day or Day("", None, date.min)
        stands = in_force(begun, self.last_day, day)
        on_shift = None if self.certified_each_shift is False else True
        return every((stands, self.covers_hold, on_shift))


@dataclass(frozen=True, slots=True)
class Holding:
    """Question 4: this office's policy on holds."""

    policy: HoldPolicy
    signed: Signature
    first_day: Day | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Question 5: this office's policy on telling immigration authorities of a release.

    Attributes:
        who: Who tells, by office and not by name where that will do.
        lead_hours: How long before the release, in hours; None where it was not said.
    """

    policy: TellPolicy
    signed: Signature
    who: str = ""
    lead_hours: int | None = None
    first_day: Day | None = None


@dataclass(frozen=True, slots=True)
class ReadingChosen:
    """Question 6: how a contested point is read here."""

    contest: str
    reading: str
    signed: Signature


@dataclass(frozen=True, slots=True)
class Serving:
    """Question 7: who serves the person's copy of a request here."""

    who: str
    signed: Signature


@dataclass(frozen=True, slots=True)
class CompletedList:
    """Question 8: an offence list, with the statutes that counsel added.

    Attributes:
        complete: What the entries do not cover is now off the list.
    """

    list: str
    statutes: tuple[str, ...]
    complete: bool
    signed: Signature


@dataclass(frozen=True, slots=True)
class WhileUndecided:
    """Question 9: what to do while counsel has not decided.

    Attributes:
        call: Ring first; else release.
        name: Whom to ring, and
        number: where.
        minutes: For how long at most, before the person is let go.
    """

    call: bool
    signed: Signature
    name: str = ""
    number: str = ""
    minutes: int | None = None

    def __str__(self) -> str:
        if not self.call:
            return "release"
        return f"ring {self.name} at {self.number}, for at most {self.minutes} minutes"


_Answer: TypeAlias = (
    Power
    | Judged
    | Agreement
    | Holding
    | Telling
    | ReadingChosen
    | Serving
    | CompletedList
    | WhileUndecided
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one place has answered; None or nothing where a question is not decided."""

    id: str
    name: str = ""
    fips: str = ""
    power: Power | None = None
    judged: tuple[Judged, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    holding: Holding | None = None
    telling: Telling | None = None
    readings: tuple[ReadingChosen, ...] = ()
    serving: Serving | None = None
    lists: tuple[CompletedList, ...] = ()
    undecided: WhileUndecided | None = None
    file: str = ""
    sha256: str = ""

    def signatures(self) -> list[Signature]:
        """Return the signature under each answer, in the order of the questions."""
        answers: list[_Answer | None] = [
            self.power,
            *self.judged,
            *self.agreements,
            self.holding,
            self.telling,
            *self.readings,
            self.serving,
            *self.lists,
            self.undecided,
        ]
        return [answer.signed for answer in answers if answer is not None]

    def agreement_on(self, day: date) -> Truth:
        """Say whether an agreement covers a hold here on a day; None where nobody has said.

        Examples:
            >>> signed = Signature("Ann Example", "County Attorney", date(2026, 11, 20))
            >>> jail = Agreement(
            ...     AgreementModel.JAIL,
            ...     signed,
            ...     first_day=Day("2026-03-01", date(2026, 3, 1), date(2026, 3, 1)),
            ...     covers_hold=True,
            ... )
            >>> profile = Profile("us-xx-99001", agreements=(jail,))
            >>> [profile.agreement_on(date(2026, month, 1)) for month in (2, 3)]
            [False, True]
            >>> Profile("us-xx-99001").agreement_on(date(2026, 3, 1)) is None
            True
        """
        if not self.agreements:
            return None
        return some(agreement.covers(day) for agreement in self.agreements)


def asked(rule: Rule) -> bool:
    """Say whether question 2 asks about a rule: one about the hold that somebody must judge."""
    about_hold = rule.about is About.HOLD and rule.trigger is Trigger.ELIGIBLE
    return about_hold and (rule.judge or rule.unread)


def fingerprint(rule: Rule) -> str:
    """Return a short hash of what a rule says, so that another text is not taken for it.

    With it goes what the rule does beside its words: whom it binds, what a hold under it rests
    on, whether it stands over commands, and whether it is law or an office's policy.
    """
    said: list[object] = [rule.modality.value, rule.when, rule.condition, rule.reading]
    said += [rule.prevails, rule.policy, rule.rests_on.value, *sorted(rule.binds)]
    if rule.clock is not None:
        clock = rule.clock
        said += [clock.hours, clock.hours_run.value, *sorted(clock.excludes)]
    return hashlib.sha256("\n".join(str(part) for part in said).encode()).hexdigest()[:12]
