"""What the gate answers with, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer
from exeat.facts.codes import Described, ReleaseKind
from exeat.facts.events import Event
from exeat.facts.limits import Words
from exeat.facts.record import CustodyRecord
from exeat.i18n.said import Sayings
from exeat.office.models import Namesake, Witness
from exeat.rules.place import LawOfPlace

__all__ = [
    "OVERRIDABLE",
    "Clearance",
    "Override",
    "OverrideReason",
    "Refusal",
    "RefusalKind",
    "Refused",
    "ReleaseOrder",
    "Released",
]


@dataclass(frozen=True, slots=True)
class Clearance:
    """The answer to "may this person go?", and the version that it rests on.

    Attributes:
        shut: All that keeps the gate shut now, whoever comes to the door.
    """

    answer: Answer
    law: LawOfPlace
    record: CustodyRecord
    version: int
    warnings: Sayings = ()
    namesakes: tuple[Namesake, ...] = ()
    tasks: tuple[str, ...] = ()
    shut: tuple[Refusal, ...] = ()


class RefusalKind(Described):
    """Why the gate refuses a release."""

    MOVED_ON = "moved-on", "Something came in since the officer looked at the record."
    NOT_HERE = "not-here", "The person is not in custody here."
    IN_CUSTODY = "in-custody", "A basis of custody of the jail's own, or of a court, still runs."
    MUST_HOLD = "must-hold", "The law of this place commands that the person be kept."
    NOTICE_OWED = "notice-owed", "A binding notice must be given first."
    BRING_FIRST = (
        "bring-first",
        "The person must be taken before a judicial official, who decides, before they leave.",
    )
    SERVE_FIRST = "serve-first", "The law commands the hold once a copy is served: serve it now."
    CALL_COUNSEL = "call-counsel", "Only counsel can say whether a reported command applies."
    CONFLICT = "conflict", "Binding rules contradict each other."
    UNKNOWN = "unknown", "Facts that would decide are missing."
    NO_HANDOVER = "no-handover", "The law of this place forbids the handover."
    FORBIDDEN = "forbidden", "The law of this place forbids what was told, or shared."
    IDENTIFIERS = "identifiers", "Two identifiers besides the name were not given, or do not match."
    NAMESAKE = "namesake", "Somebody else in the house has the same surname."
    REQUEST_WAITING = "request-waiting", "A request that may be about this person was not answered."
    PAPER_UNREAD = "paper-unread", "A paper of a court about this person was not read."
    ORDER_UNVERIFIED = "order-unverified", "The court has not confirmed the order that frees them."
    CORRECTION_UNREVIEWED = (
        "correction-unreviewed",
        "It took a hold away, or changed who the person is, and nobody else has looked at it.",
    )
    WARRANTS_UNCHECKED = "warrants-unchecked", "Warrants were not queried just before the release."


OVERRIDABLE: Final = frozenset(
    {
        RefusalKind.IN_CUSTODY,
        RefusalKind.MUST_HOLD,
        RefusalKind.NOTICE_OWED,
        RefusalKind.BRING_FIRST,
        RefusalKind.SERVE_FIRST,
        RefusalKind.CALL_COUNSEL,
        RefusalKind.CONFLICT,
        RefusalKind.UNKNOWN,
        RefusalKind.NO_HANDOVER,
        RefusalKind.REQUEST_WAITING,
        RefusalKind.PAPER_UNREAD,
        RefusalKind.ORDER_UNVERIFIED,
        RefusalKind.CORRECTION_UNREVIEWED,
        RefusalKind.WARRANTS_UNCHECKED,
    }
)
"""What two people together may pass over. Who the person is, and what came in, they may not."""


class OverrideReason(Described):
    """Why two people release against the gate."""

    COURT_ORDER = (
        "court-order-in-hand",
        "A court's order of release is in hand and not yet entered.",
    )
    COUNSEL = "counsel-advises", "The agency's counsel has advised it; the words say who and when."
    RECORD_WRONG = "record-wrong", "The record is known to be wrong; a correction follows."
    LIFE = "life-or-health", "Life or health does not allow waiting."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why the gate stays shut, and what would open it.

    Attributes:
        place: The field of the order, or what else it is about.
        said: What is wrong.
        help: What would open it.
        about: Id of the request, or of the task, that keeps it shut; "" for anything else.
    """

    kind: RefusalKind
    place: str
    said: Sayings
    help: Sayings
    about: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The person was not released, and why; `zone` is the facility's, in which times are said."""

    record: str
    version: int
    refusals: tuple[Refusal, ...]
    answer: Answer
    law: LawOfPlace
    zone: ZoneInfo
    came_in: tuple[Event, ...] = ()
    namesakes: tuple[Namesake, ...] = ()
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """The person was released: the event, and the answer that was given with it.

    Attributes:
        zone: Of the facility, in which times are said.
    """

    record: str
    version: int
    event: str
    answer: dict[str, Any]
    zone: ZoneInfo
    overridden: tuple[RefusalKind, ...] = ()
    tasks: tuple[str, ...] = ()
    repeated: bool = False
    warnings: Sayings = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Two people release against the gate, and say why."""

    reason: OverrideReason
    words: Words
    second: Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOrder:
    """What the officer at the door says.

    Attributes:
        seen_version: The version on the officer's screen.
        identifiers: As the officer took them from the person: ``born``, ``booking_number``,
            ``fingerprint_id``, ``photo`` (``match``). Two are needed, and all must match.
        namesakes_seen: Records of people with the same surname whom the officer ruled out.
        warrants_checked: When warrants were queried for this release.
        to: Code of who takes the person, if anybody does.
        event_id: The client's own id for the release.
    """

    record: str
    seen_version: int
    identifiers: dict[str, str]
    kind: ReleaseKind = ReleaseKind.STREET
    to: str | None = None
    namesakes_seen: tuple[str, ...] = ()
    warrants_checked: datetime | None = None
    override: Override | None = None
    event_id: str = ""
