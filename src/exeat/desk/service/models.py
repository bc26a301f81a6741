"""What the desk answers with: frozen, and without a word of HTTP or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from exeat.decide import Answer
from exeat.desk.service._gate_models import (
    OVERRIDABLE,
    Clearance,
    Namesake,
    Override,
    OverrideReason,
    Refusal,
    RefusalKind,
    Refused,
    Released,
    ReleaseOrder,
    Witness,
)
from exeat.facts.codes import Described, DetainerForm, Ground, WarrantKind
from exeat.facts.events import Event
from exeat.facts.record import CustodyRecord
from exeat.facts.times import When
from exeat.rules.place import LawOfPlace

__all__ = [
    "OVERRIDABLE",
    "Agency",
    "BoardRow",
    "Clearance",
    "Counts",
    "Done",
    "Handover",
    "IncomingRequest",
    "LogLine",
    "Namesake",
    "Override",
    "OverrideReason",
    "PersonPage",
    "PersonalData",
    "Reconciliation",
    "Refusal",
    "RefusalKind",
    "Refused",
    "ReleaseOrder",
    "Released",
    "RequestPaper",
    "Task",
    "TaskKind",
    "Witness",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """Who the person is. It lives in the vault, sealed, and nowhere else.

    Attributes:
        booking_number: The facility's own number.
        fingerprint_id: Such as a state identification number.
        photo: Where the facility keeps the photograph.
    """

    surname: str
    given_names: str = ""
    born: date | None = None
    booking_number: str = ""
    fingerprint_id: str = ""
    photo: str = ""

    @property
    def shown(self) -> str:
        """The name as lists show it."""
        return f"{self.surname}, {self.given_names}" if self.given_names else self.surname


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPaper:
    """An immigration request as its paper reads, field by field.

    Attributes:
        addressed_to: FIPS or facility code on the form, if it names one.
    """

    form: DetainerForm | None = None
    issued: When | None = None
    grounds: tuple[Ground, ...] | None = None
    warrants: tuple[WarrantKind, ...] | None = None
    names_this_person: bool | None = None
    names_federal_felony_warrant: bool | None = None
    names_watch_list_match: bool | None = None
    addressed_to: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did.

    Attributes:
        version: The version at which the record stands now.
        events: The ids of the events that say it.
        repeated: It was on record already, under the same id and with the same content.
        tasks: Ids of tasks that it opened.
    """

    record: str
    version: int
    events: tuple[str, ...]
    repeated: bool = False
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
    VERIFY_ORDER = (
        "order-to-verify",
        "Ask the court whether the order that frees a sentenced person is theirs.",
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
    ROSTER = "roster-mismatch", "The roster and the record differ about who is in the house."
    NO_BASIS = "no-basis", "Nothing on record says why the person is in custody."


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for somebody, with an owner and a due time."""

    id: str
    kind: TaskKind
    record: str | None
    about: str
    because: str
    opened: datetime
    due: datetime
    owner_role: str
    owner: str | None
    late: bool
    closed: datetime | None = None
    closed_by: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One person on the board."""

    record: str
    name: str
    booking_number: str
    booked: When | None
    verdict: str
    certainty: str
    until: datetime | None
    overdue_since: datetime | None
    next_deadline: datetime | None
    eligible_since: datetime | None
    scheduled_release: When | None
    tasks: int
    requests: int
    version: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of who did or read what."""

    number: int
    at: datetime
    agency: str
    actor: str
    role: str
    what: str
    outcome: str
    record: str | None
    about: str | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that one page about a person shows."""

    record: CustodyRecord
    version: int
    personal: PersonalData | None
    answer: Answer
    law: LawOfPlace
    events: tuple[Event, ...]
    answers: tuple[dict[str, Any], ...]
    tasks: tuple[Task, ...]
    read_by: tuple[LogLine, ...]
    namesakes: tuple[Namesake, ...]
    acts: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """A request as it came in, with its signed receipt and its answer.

    Attributes:
        receipt_leaf: Number of the ledger's entry that holds the receipt; None where it came in
            before receipts were entered.
        answer_leaf: Likewise of the signed answer.
    """

    id: str
    sender: str
    facility: str
    person: PersonalData | None
    paper: RequestPaper | None
    lodged: datetime
    receipt: str
    answered: datetime | None
    answer: str | None
    record: str | None
    receipt_leaf: int | None = None
    answer_leaf: int | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A person on the way from one facility to the next, with every hold."""

    id: str
    sender: str
    receiver: str
    person: PersonalData | None
    holds: tuple[str, ...]
    began: datetime
    acknowledged: datetime | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What the daily comparison of roster and record found."""

    roster_only: tuple[str, ...]
    record_only: tuple[str, ...]
    without_basis: tuple[str, ...]
    agree: int
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of what, without a word about anybody."""

    records: int
    in_custody: int
    released: int
    requests: dict[str, int]
    tasks_open: dict[str, int]
    tasks_late: int
    overrides: int
    refusals: dict[str, int]
    verdicts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as every other may know it."""

    code: str
    name: str
    kind: str
    place: str | None
    zone: str | None
    facility: dict[str, Any]
