"""What the desk answers with: frozen, and without a word of HTTP or HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from exeat.decide import Answer, Option
from exeat.desk.service._gate_models import (
    OVERRIDABLE,
    Clearance,
    Override,
    OverrideReason,
    Refusal,
    RefusalKind,
    Refused,
    Released,
    ReleaseOrder,
)
from exeat.desk.service._near import Likeness, Near
from exeat.facts.codes import WarrantKind
from exeat.facts.events import Event
from exeat.facts.papers import RequestPaper
from exeat.facts.record import CustodyRecord
from exeat.facts.times import When
from exeat.i18n.said import Sayings
from exeat.office.models import SHOWN, Namesake, PersonalData, Task
from exeat.office.outcomes import Outcome
from exeat.rules.place import LawOfPlace

__all__ = [
    "NAMESAKES",
    "OVERRIDABLE",
    "Access",
    "BoardRow",
    "Clearance",
    "Counts",
    "Handover",
    "IncomingRequest",
    "Left",
    "Likeness",
    "LogFilter",
    "LogLine",
    "Near",
    "Override",
    "OverrideReason",
    "PersonPage",
    "Reconciliation",
    "Refusal",
    "RefusalKind",
    "Refused",
    "ReleaseOrder",
    "Released",
    "RequestsPage",
    "TakenBack",
]

NAMESAKES: Final = "warning.namesakes"
"""The warning behind which pages name them."""


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who has left.

    Attributes:
        record: Id of the record.
        person: As the facility had them on file; None where that cannot be read.
    """

    record: str
    person: PersonalData | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One person on the board.

    Attributes:
        shut: What keeps the gate shut besides the answer, as far as an open task says it.
        unexplained: Nothing on record says why the person is here.
    """

    __pydantic_config__ = SHOWN

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
    warnings: Sayings = ()
    shut: tuple[RefusalKind, ...] = ()
    unexplained: bool = False


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of who did or read what.

    Attributes:
        agency: Of whoever did it.
        facility: Whose record it concerned, if one did.
        request: Joins the lines of one request.
    """

    number: int
    at: datetime
    agency: str
    actor: str
    role: str
    what: str
    outcome: Outcome
    record: str | None
    about: str | None
    address: str | None = None
    facility: str | None = None
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which lines of the log; what is left out lets every line through.

    Attributes:
        record: Only about this record, by its id.
        number: Only about people with this booking number here.
        actor: Only by this account or key, by its name.
        what: Only this act or reading, by its code.
        since: Only from this instant on.
        until: Only before this instant.
    """

    record: str | None = None
    number: str | None = None
    actor: str | None = None
    what: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody who reads a record besides the facility whose it is.

    Attributes:
        agency: Its code.
        role: ``counsel``, or ``issuer``.
        since: From when on.
        given_by: The account or key that let them; None: the desk was older than its own list.
        by_request: It lodged a request that stands on the record: that cannot be taken back.
    """

    agency: str
    role: str
    since: datetime
    given_by: str | None
    by_request: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that one page about a person shows.

    Attributes:
        shut: All that keeps the gate shut now; empty where another time is asked about.
        turns: The first instant at which the answer may be another, if nothing comes in; None
            where another time is asked about.
        claims: Of each request whose papers nobody here has read: what its issuer says came with
            it.
        withheld: What forbids that this reader is told whether and when the person leaves; the
            answer, and the release with its plans, are then not theirs to see.
        access: Who else reads the record; shown to its facility.
    """

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
    warnings: Sayings = ()
    shut: tuple[Refusal, ...] = ()
    turns: datetime | None = None
    claims: Mapping[str, tuple[WarrantKind, ...]] = field(default_factory=dict)
    withheld: tuple[Option, ...] = ()
    access: tuple[Access, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An answer to a request that the facility gave in error, and took back.

    Attributes:
        answer: As it was given.
        answered: When it was given.
        at: When it was taken back.
        why: In the facility's words.
        note: The signed text that takes it back.
        leaf: Number of the ledger's entry that holds that text.
    """

    __pydantic_config__ = SHOWN

    answer: str
    answered: datetime
    at: datetime
    why: str
    note: str
    leaf: int | None = None


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """Some of the requests that an agency sent or got: those that wait first, the newest first.

    Attributes:
        requests: The ones of this page.
        after: Where the next page begins; "": this is the last one.
        total: How many there are on all pages.
        waiting: How many of them wait for an answer.
        near: Of each that waits here, by its id: who in the house it may be about, if the house
            was looked through for this page.
    """

    requests: tuple[IncomingRequest, ...]
    after: str
    total: int
    waiting: int
    near: Mapping[str, tuple[Near, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """A request as it came in, with its signed receipt and its answer.

    Attributes:
        receipt_leaf: Number of the ledger's entry that holds the receipt; None where it came in
            before receipts were entered.
        answer_leaf: Likewise of the signed answer.
        taken_back: Earlier answers, given in error and taken back, the first one first.
    """

    __pydantic_config__ = SHOWN

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
    receipt_leaf: Annotated[
        int | None, Field(description="Number of the ledger's entry that holds it.")
    ] = None
    answer_leaf: int | None = None
    taken_back: tuple[TakenBack, ...] = ()


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
    against_law: int
    refusals: dict[str, int]
    verdicts: dict[str, int]
