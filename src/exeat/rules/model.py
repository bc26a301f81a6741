"""Law as data, read and checked: sources, rules, contests, offence lists, jurisdictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from exeat.facts.times import Truth
from exeat.rules.clocks import Clock
from exeat.rules.conditions import Condition

__all__ = [
    "About",
    "Actor",
    "Adoption",
    "Contest",
    "Day",
    "Jurisdiction",
    "JurisdictionKind",
    "Modality",
    "OffenceList",
    "Reading",
    "RestsOn",
    "Rule",
    "Source",
    "Suspension",
    "Trigger",
]


class JurisdictionKind(StrEnum):
    """The level of a jurisdiction; a place answers by its chain, highest first."""

    COUNTRY = "country"
    STATE = "state"
    COUNTY = "county"
    CITY = "city"
    FACILITY = "facility"


class About(StrEnum):
    """What a rule is about: one word for each act, so that none is taken for another."""

    HOLD = "hold"
    """Keep the person past release."""
    RELEASE = "release"
    """Let the person out, and within which time once nothing keeps them."""
    NOTIFY = "notify"
    """Tell somebody of a release, before it or at it; ``to`` says whom."""
    STATUS_QUERY = "status-query"
    """Ask or verify immigration status, as a rule with the federal government: never a notice."""
    ANSWER_INFORMATION = "answer-information"
    """Give or refuse information that is asked for, other than by telling of a release."""
    BRING_BEFORE_OFFICIAL = "bring-before-official"
    """Take the person before a judicial official of the state before release."""
    SERVE_COPY = "serve-copy"
    """Give the person a copy of the request."""
    INFORM_PERSON = "inform-person"
    """Explain to the person, or to counsel."""
    INTERVIEW = "interview"
    """Let officers in to the person or the house, or ask the person about status."""
    TELL_COURT = "tell-court"
    """Tell a judge or a court that a request is on file."""
    ENTER_IN_FILE = "enter-in-file"
    """Make, or leave out, an entry in a file of the house."""
    REPORT = "report"
    """Report a custody, a conviction or yearly figures to an office; never of a release."""
    PASS_ON_REQUEST = "pass-on-request"  # noqa: S105 (an act, not a password)
    """Pass the form of the request on with a person who is moved."""
    HAND_OVER = "hand-over"
    """Hand the person to another custodian, or help one to take them."""
    AGREEMENT = "agreement"
    """287(g) and housing agreements and programmes; not in one person's case."""
    RECORD_KEEPING = "record-keeping"
    """What fits none of these, kept for the reader; it asks for no act in one person's case."""


class Modality(StrEnum):
    """Whether a rule commands, allows or forbids."""

    MUST = "must"
    MAY = "may"
    MUST_NOT = "must-not"


class Actor(StrEnum):
    """Whom a rule binds; only rules that bind the facility's own kind decide there."""

    JAIL = "jail"
    PRISON = "state-prison"
    LOCKUP = "lock-up"
    COURT = "court"
    OTHER = "other"


class Trigger(StrEnum):
    """The moment at which a rule bites in one person's case."""

    ELIGIBLE = "eligible"
    """From release eligibility on: rules about the hold itself."""
    BOOKING = "booking"
    """From booking on."""
    RECEIPT = "receipt"
    """From receipt of a request on."""
    RELEASE = "release"
    """Before the person leaves."""
    HOLD = "hold"
    """Only where the person is kept past eligibility on a request."""
    NOTICE_GIVEN = "notice-given"
    """Once immigration authorities have been told of the release."""
    CONVICTION = "conviction"
    """On commitment after a conviction."""
    STANDING = "standing"
    """Not in one person's case: policies, agreements, yearly reports."""


class RestsOn(StrEnum):
    """What a hold rests on: bans and limits on the one do not reach the other."""

    DETAINER = "detainer"
    WARRANT = "warrant"


@dataclass(frozen=True, slots=True)
class Day:
    """A first or last day, as exactly as the source gives it.

    Attributes:
        text: As the file has it: a date, a month, a year, ``unknown``, or ``by:`` and a date.
        earliest: The earliest day it can be, or None where it is open.
        latest: The latest day it can be.
    """

    text: str
    earliest: date | None
    latest: date


@dataclass(frozen=True, slots=True)
class Source:
    """A legal instrument or official statement that a rule rests on."""

    id: str
    title: str
    kind: str
    effective: str
    ended: str
    url: str
    basis: str
    summary: str
    page_date: str = ""
    """The date of the page that was read, where it has one: a day, a month or a year."""
    words: str = ""
    """Official words, pasted by an adopting agency's counsel; empty in shipped research."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the ways in which a contested point is read."""

    id: str
    says: str


@dataclass(frozen=True, slots=True)
class Contest:
    """A point on which the sources disagree; the answer is worked out under each reading."""

    id: str
    question: str
    readings: tuple[Reading, ...]
    source: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class OffenceList:
    """A list of offences on which rules turn, by citation.

    Attributes:
        complete: The entries below are the whole list, so that a charge whose statute is
            known and not among them is off the list. Else such a charge stays unknown.
        only_classes: An offence of another class is off the list, as a misdemeanor is off a
            list of felonies. Empty where the class says nothing.
        off_statutes: Regular expressions on the lower-cased statute; one that matches is
            off the list, as a state's own section is off a list of federal crimes.
    """

    id: str
    citation: str
    statutes: tuple[str, ...]
    words: tuple[str, ...]
    classes: tuple[str, ...]
    complete: bool
    source: tuple[str, ...]
    accepts: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    note: str = ""
    only_classes: tuple[str, ...] = ()
    off_statutes: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Suspension:
    """A court's order that switches off one named rule of a parent for this place."""

    rule: str
    first_day: Day
    last_day: Day | None
    source: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of law, with the condition on which it bites and the sources it rests on.

    Attributes:
        when: Every condition in plain words, as the research sheet has them.
        condition: The same, for the machine. True where there is none.
        clock: The limit of time, if the rule sets one.
        reading: ``contest/reading`` where the rule holds on one reading only.
        judge: Too vague for a machine, or not read: a person must judge whether it bites.
        unread: Nobody read the text on which it rests, command or ban alike: it is only
            reported, and never decides by itself. Such a rule is always ``judge``.
        policy: The office's own policy, which it can change by memorandum: what the office
            does, and never what the law forbids or commands.
        prevails: A federal ban that stands over any command of a lower level: no conflict,
            the command is excused.
        act: What to do, in one plain sentence, where ``about`` and ``to`` do not say it.
        to: For a duty to tell: whom.
        rests_on: For a rule about the hold: whether the hold that it allows or forbids
            rests on the request or on a judge's warrant.
        accepts: Facts on which the rule must bite, and
        refuses: facts on which it must not; with ``on``, the day (else the day checked).
    """

    id: str
    place: str
    level: int
    about: About
    modality: Modality
    actor: str
    binds: frozenset[Actor]
    when: str
    condition: Condition
    trigger: Trigger
    first_day: Day
    last_day: Day | None
    source: tuple[str, ...]
    confidence: str
    clock: Clock | None = None
    reading: str = ""
    judge: bool = False
    unread: bool = False
    policy: bool = False
    prevails: bool = False
    act: str = ""
    to: str = ""
    needs: tuple[str, ...] = ()
    offences: str = ""
    note: str = ""
    rests_on: RestsOn = RestsOn.DETAINER
    accepts: tuple[Mapping[str, object], ...] = ()
    refuses: tuple[Mapping[str, object], ...] = ()
    line: int = 0

    @property
    def bans(self) -> bool:
        """Whether it forbids by itself."""
        return self.modality is Modality.MUST_NOT and self.clock is None

    @property
    def caps(self) -> bool:
        """Whether it is only a ceiling: it forbids once its time has run out."""
        return self.modality is Modality.MUST_NOT and self.clock is not None

    def in_force(self, day: date) -> Truth:
        """Say whether the rule is in force on a local calendar day (None: not known)."""
        return in_force(self.first_day, self.last_day, day)


def in_force(first: Day, last: Day | None, day: date) -> Truth:
    """Say whether a span of days covers a day, as exactly as its ends are known.

    Examples:
        >>> known, year = (
        ...     Day("2019-05-21", date(2019, 5, 21), date(2019, 5, 21)),
        ...     Day("2008", date(2008, 1, 1), date(2008, 12, 31)),
        ... )
        >>> in_force(known, None, date(2019, 5, 20)), in_force(known, None, date(2019, 5, 21))
        (False, True)
        >>> in_force(year, None, date(2008, 6, 1)) is None
        True
    """
    if last is not None and day > last.latest:
        return False
    if first.earliest is not None and day < first.earliest:
        return False
    begun: Truth = True if day >= first.latest else None
    if last is None:
        return begun
    # A last day that is not known may have been any day since the first.
    going: Truth = True if last.earliest is not None and day <= last.earliest else None
    return begun and going


@dataclass(frozen=True, slots=True)
class Adoption:
    """An agency's counsel has read the official texts of a jurisdiction and signed."""

    by: str
    title: str
    on: str
    shipped_sha256: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One file of law."""

    id: str
    name: str
    kind: JurisdictionKind
    parent: str | None
    fips: str
    zone: str
    checked: date
    note: str
    sources: dict[str, Source]
    rules: tuple[Rule, ...]
    contests: tuple[Contest, ...] = ()
    lists: dict[str, OffenceList] = field(default_factory=dict)
    suspensions: tuple[Suspension, ...] = ()
    hold_power: Truth = None
    hold_power_first_day: Day | None = None
    hold_power_source: tuple[str, ...] = ()
    adoption: Adoption | None = None
    file: str = ""
    sha256: str = ""
