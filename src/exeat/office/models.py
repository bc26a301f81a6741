"""What a part of the desk answers with, whatever it is for: frozen, without HTTP or HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field

from exeat.facts.codes import Described
from exeat.facts.limits import AtEdge, Line, Text
from exeat.facts.times import LAST_YEAR
from exeat.i18n.said import Sayings

__all__ = [
    "SHOWN",
    "Agency",
    "Done",
    "EndOfAccess",
    "Namesake",
    "PaperKind",
    "PaperRead",
    "PersonalData",
    "Task",
    "TaskKind",
    "Witness",
]


SHOWN: Final = ConfigDict(json_schema_serialization_defaults_required=True)
"""For what the API answers with: a field that has a default is there all the same."""


def _plausible(born: date) -> date:
    if not 1880 <= born.year <= LAST_YEAR:
        raise ValueError("is no plausible birth date")
    return born


Born: TypeAlias = Annotated[date, AfterValidator(_plausible)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """Who the person is. It lives in the vault, sealed, and nowhere else.

    Attributes:
        booking_number: The facility's own number.
        fingerprint_id: Such as a state identification number.
        photo: Where the facility keeps the photograph.
    """

    __pydantic_config__ = SHOWN

    surname: Line
    given_names: Text = ""
    born: Born | None = None
    booking_number: Text = ""
    fingerprint_id: Text = ""
    photo: Text = ""

    @property
    def shown(self) -> str:
        """The name as lists show it."""
        return f"{self.surname}, {self.given_names}" if self.given_names else self.surname


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody else in the house with the same surname."""

    record: str
    name: str
    booking_number: str


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as every other may know it."""

    code: str
    name: str
    kind: str
    place: str | None
    zone: str | None
    facility: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did.

    Attributes:
        version: The version at which the record stands now.
        events: The ids of the events that say it.
        repeated: It was on record already, under the same id and with the same content.
        tasks: Ids of tasks that it opened.
    """

    __pydantic_config__ = SHOWN

    record: str
    version: int
    events: tuple[str, ...]
    repeated: Annotated[
        bool, Field(description="It was on record already, with the same content.")
    ] = False
    tasks: tuple[str, ...] = ()


class TaskKind(Described):
    """What somebody has to do."""

    ANSWER = "answer-needed", "Nobody can say whether the person may be kept: find the facts."
    RELEASE_DUE = "release-due", "The person is free to go and nobody has let them go."
    OVERDUE = "overdue", "The person is kept past every authority."
    HOLD_ENDS = "hold-ends", "An authority to keep the person ends soon."
    MATCH = (
        "request-to-match",
        "A request came in: find whom it is about, or say that they are not here.",
    )
    ACKNOWLEDGE = "request-to-acknowledge", "Tell the issuer that the request was received."
    PAPER = "paper-to-read", "A paper of a court came in and was not read."
    CLAIM = (
        "request-to-read",
        "A request says that a warrant came with it: read the paper, and enter what it is.",
    )
    VERIFY_ORDER = (
        "order-to-verify",
        "Ask the court whether the order that frees a sentenced person is theirs.",
    )
    CORRECTION = (
        "correction-to-review",
        "A hold was taken away, or who the person is was changed: another person looks first.",
    )
    COUNSEL = (
        "counsel-to-decide",
        "Only counsel can say whether this office may, or must, hold: ask, and enter the answer.",
    )
    ACT_FIRST = (
        "act-first",
        "An act comes before anybody can tell: serve the copy, or take the person to the official.",
    )
    WARRANT = (
        "warrant-to-confirm",
        "A judge's warrant came with a request: confirm it with the court or the Marshals Service.",
    )
    CITIZENSHIP = (
        "citizenship-claim",
        "The person says that they are a citizen: check, and ask the issuer.",
    )
    IDENTITY = "identity-dispute", "The person says that it is not them: check, and ask the issuer."
    CONTRADICTION = "record-contradicts-request", "The jail's own record contradicts the request."
    TRANSFER = "transfer-to-acknowledge", "A person is on the way: take them over with every hold."
    TRANSFER_OUT = (
        "transfer-unacknowledged",
        "A person was sent and the next facility has not said so.",
    )
    OVERRIDE = "override-review", "Two people released against the gate: look at it."
    AGAINST_LAW = (
        "against-law-review",
        "Two people did what the law of this place forbids: look at it.",
    )
    ROSTER = "roster-mismatch", "The roster and the record differ about who is in the house."
    UNREADABLE = (
        "record-unreadable",
        "What is kept about a person cannot be read: tell the keeper of the desk at once.",
    )
    NO_BASIS = "no-basis", "Nothing on record says why the person is in custody."
    SIGNING = (
        "ledger-unsigned",
        "The ledger is not signed, or holds what nobody here has signed: find out who changed it.",
    )


class EndOfAccess(Described):
    """Why somebody may not read a record any more. A code, as a line of the log names nobody."""

    NOT_COUNSEL = "no-longer-counsel", "They do not, or not any more, represent the person."
    MISTAKE = "shared-by-mistake", "It was shared with the wrong agency, or of the wrong person."
    ASKED = "person-asked", "The person, or counsel, asked for it."
    ORDERED = "court-ordered", "A court ordered it."
    OTHER = "other-reason", "For another reason."


class PaperKind(Described):
    """What a court's paper turned out to be, once it was read."""

    RELEASE = "release-order", "An order that the person be released."
    COMMITMENT = "commitment", "An order, or a sentence, that keeps the person."
    WARRANT = "warrant", "A warrant that a judge signed."
    OTHER = "other", "Another paper, such as a notice of hearing."
    UNREADABLE = "unreadable", "It cannot be read; the court said by telephone what it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRead:
    """What somebody read in a court's paper: without it the paper counts as not read.

    Attributes:
        kind: What it is.
        signed_by: Who signed it, as the paper has the name or the office.
        court: Of which court it is.
        matches: It is about this person, by two identifiers.
    """

    kind: PaperKind
    signed_by: Line
    court: Line
    matches: bool


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for somebody, with an owner and a due time.

    Attributes:
        zone: Of the facility, in which its times are told.
    """

    __pydantic_config__ = SHOWN

    id: str
    kind: TaskKind
    record: str | None
    about: str
    because: Sayings
    opened: datetime
    due: datetime
    owner_role: str
    owner: str | None
    late: bool
    zone: ZoneInfo
    closed: datetime | None = None
    closed_by: str | None = None
    outcome: Sayings = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """The second person of an override, who signs in for it."""

    name: Text
    password: Annotated[str, AtEdge(most=200)] = field(repr=False)
    code: Text = field(repr=False)
