"""The kinds of event. Use :mod:`exeat.facts.events`, which names them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    DetainerForm,
    Ground,
    IdentityPart,
    LiftReason,
    NoticeKind,
    ReleaseKind,
    WarrantKind,
)
from exeat.facts.limits import AtEdge, Code, Text, Words
from exeat.facts.record import Conviction, Facility, Offence, Person
from exeat.facts.times import When

__all__ = [
    "BasisAdded",
    "BasisEnded",
    "Booked",
    "ConvictionsRecorded",
    "CopyRefused",
    "Corrected",
    "DetainerAcknowledged",
    "DetainerDecided",
    "DetainerLifted",
    "DetainerLodged",
    "DetainerReceived",
    "DetainerServed",
    "Disputed",
    "Event",
    "Happening",
    "HoldOrdered",
    "IdentityCorrected",
    "NotInCustodyHere",
    "NoticeGiven",
    "PaperRead",
    "PersonFact",
    "Plain",
    "ReleaseScheduled",
    "Released",
    "TransferAcknowledged",
    "Transferred",
]

_CLOSED = {"extra": "forbid"}

_BasisId: TypeAlias = Annotated[Code, Field(description="Id of the basis of custody.")]
_DetainerId: TypeAlias = Annotated[Code, Field(description="Id of the immigration request.")]
_Says: TypeAlias = Annotated[Words, Field(description="In words: what is wrong, and why.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What every event says: which, about whom, when it happened, when it was learnt, by whom."""

    __pydantic_config__ = _CLOSED

    id: Annotated[str, Field(description="Given by whoever sends it; never used twice.")]
    record: Annotated[str, Field(description="Id of the custody record; no name.")]
    occurred: Annotated[When, Field(description="When it happened, as the event says.")]
    recorded: Annotated[When, Field(description="When this system or that agency learnt of it.")]
    by: Annotated[str, Field(description="Code of the agency or desk that says so.")]
    note: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked(Happening):
    """Custody began here."""

    event: Literal["booked"] = "booked"
    zone: Annotated[str, Field(description="IANA time zone, such as America/New_York.")]
    facility: Facility = field(default_factory=Facility)
    custody_since: Annotated[
        When | None,
        Field(description="If taken over from another facility: when custody began there."),
    ] = None
    bases_complete: Annotated[
        bool | None,
        Field(description="Every ground of custody is, or will be, entered; null: nobody says so."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisAdded(Happening):
    """A ground of custody began; it runs until it is said to have ended."""

    event: Literal["basis-added"] = "basis-added"
    basis: _BasisId
    kind: BasisKind
    agency: Annotated[Text | None, Field(description="Code of the court or agency.")] = None
    offence: Offence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisEnded(Happening):
    """A ground of custody ended."""

    event: Literal["basis-ended"] = "basis-ended"
    basis: _BasisId
    ended_by: BasisEnd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetainerLodged(Happening):
    """An immigration request: what the paper says, and what came with it."""

    event: Literal["detainer-lodged"] = "detainer-lodged"
    detainer: _DetainerId
    form: DetainerForm | None = None
    issuer: Annotated[Code | None, Field(description="Code of the issuing office.")] = None
    issued: Annotated[When | None, Field(description="Date on the form.")] = None
    grounds: Annotated[
        tuple[Ground, ...] | None,
        AtEdge(most=20),
        Field(description="Boxes ticked; null: not known."),
    ] = None
    warrants: Annotated[
        tuple[WarrantKind, ...] | None,
        AtEdge(most=20),
        Field(description="Warrants that came with it; []: none; null: not known."),
    ] = None
    names_this_person: Annotated[
        bool | None, Field(description="The papers match this person by two identifiers.")
    ] = None
    names_federal_felony_warrant: Annotated[
        bool | None, Field(description="The issuer names an outstanding federal felony warrant.")
    ] = None
    names_watch_list_match: Annotated[
        bool | None, Field(description="The issuer names a terrorist watch-list match.")
    ] = None
    addressed_to: Annotated[
        Text | None, Field(description="FIPS or facility code on the form, if it names one.")
    ] = None
    unread: Annotated[
        bool,
        Field(
            description="Nobody of the facility has read the papers: what is said of warrants is"
            " the issuer's word, and counts as not known until a `paper-read` says it."
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRead(Happening):
    """The facility read the papers of a request: who signed, which form, when, about whom.

    An issuer's tick is the issuer's word. What the facility has read counts from then on.
    """

    event: Literal["paper-read"] = "paper-read"
    detainer: _DetainerId
    warrants: Annotated[
        tuple[WarrantKind, ...],
        AtEdge(most=20),
        Field(description="What came with it, by who signed it; []: nothing came."),
    ]
    form: Annotated[
        DetainerForm | None, Field(description="The form, as read; null: as it was lodged.")
    ] = None
    issued: Annotated[
        When | None, Field(description="Date on the paper; null: as it was lodged.")
    ] = None
    names_this_person: Annotated[
        bool | None, Field(description="The papers match this person by two identifiers.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetainerReceived(Happening):
    """This facility had the request in hand."""

    event: Literal["detainer-received"] = "detainer-received"
    detainer: _DetainerId


@dataclass(frozen=True, slots=True, kw_only=True)
class DetainerServed(Happening):
    """A copy of the request was served on the person."""

    event: Literal["detainer-served"] = "detainer-served"
    detainer: _DetainerId


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRefused(Happening):
    """The person refused to sign for the copy of a request.

    Whether a copy counts as served on somebody who will not sign for it, no sheet of law that
    exeat has says. So this is on record and changes no answer; a copy that was handed over all
    the same is entered as served.
    """

    event: Literal["copy-refused"] = "copy-refused"
    detainer: _DetainerId
    witness: Annotated[Code, Field(description="Badge or code of the officer who saw it.")]
    language: Annotated[
        Text | None, Field(description="Language in which the copy was read out; null: not read.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetainerAcknowledged(Happening):
    """The facility told the issuer that it has the request."""

    event: Literal["detainer-acknowledged"] = "detainer-acknowledged"
    detainer: _DetainerId


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOrdered(Happening):
    """A state judicial official ordered the hold, where law asks for that."""

    event: Literal["hold-ordered"] = "hold-ordered"
    detainer: _DetainerId


@dataclass(frozen=True, slots=True, kw_only=True)
class DetainerDecided(Happening):
    """The facility answered whether it complies."""

    event: Literal["detainer-decided"] = "detainer-decided"
    detainer: _DetainerId
    complies: Annotated[bool | None, Field(description="The answer; null: not known.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetainerLifted(Happening):
    """The request ended."""

    event: Literal["detainer-lifted"] = "detainer-lifted"
    detainer: _DetainerId
    reason: LiftReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeGiven(Happening):
    """Somebody was told something. The notice has the id of this event."""

    event: Literal["notice-given"] = "notice-given"
    kind: NoticeKind
    to: Annotated[Code, Field(description="ice | person | judge | counsel | victim | agency code.")]
    about: Annotated[Code | None, Field(description="Id of the request it concerns.")] = None
    evidence: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseScheduled(Happening):
    """A time of release was set; the one that was said last counts."""

    event: Literal["release-scheduled"] = "release-scheduled"
    release_at: Annotated[When, Field(description="When the person is to leave.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Happening):
    """The person left."""

    event: Literal["released"] = "released"
    kind: ReleaseKind = ReleaseKind.UNSTATED
    to: Annotated[Code | None, Field(description="Code of who took the person.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Happening):
    """The person was moved to another facility while custody goes on."""

    event: Literal["transferred"] = "transferred"
    to: Annotated[Code, Field(description="Code of the next facility.")]
    detainers_passed_on: Annotated[bool | None, Field(description="The requests went along.")] = (
        None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAcknowledged(Happening):
    """The next facility said that it has the person."""

    event: Literal["transfer-acknowledged"] = "transfer-acknowledged"
    transfer: Annotated[Code, Field(description="Id of the event of the transfer.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInCustodyHere(Happening):
    """Answer to a request that the person is not in custody here; it is no refusal."""

    event: Literal["not-in-custody-here"] = "not-in-custody-here"
    detainer: Annotated[Code | None, Field(description="Id of the request, if it has one.")] = None
    issuer: Annotated[Code | None, Field(description="Code of the office that asked.")] = None
    addressed_to: Annotated[
        Text | None, Field(description="FIPS or facility code on the form, if it names one.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFact(Happening):
    """Protective facts became known; those left out stay as they were.

    Proof that was shown stays shown, whatever is said later: only a correction undoes it.
    """

    event: Literal["person-fact"] = "person-fact"
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvictionsRecorded(Happening):
    """Convictions of record were looked up: all that there are, or [] for none."""

    event: Literal["convictions-recorded"] = "convictions-recorded"
    convictions: Annotated[tuple[Conviction, ...], AtEdge(most=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCorrected(Happening):
    """Who the person is was wrong on file, and was put right; no name stands here."""

    event: Literal["identity-corrected"] = "identity-corrected"
    parts: Annotated[
        tuple[IdentityPart, ...],
        Field(description="What was wrong. What it was, and is, lies with the personal data."),
    ]
    mistake: _Says


Plain: TypeAlias = (
    Booked
    | BasisAdded
    | BasisEnded
    | DetainerLodged
    | PaperRead
    | DetainerReceived
    | DetainerServed
    | CopyRefused
    | DetainerAcknowledged
    | HoldOrdered
    | DetainerDecided
    | DetainerLifted
    | NoticeGiven
    | ReleaseScheduled
    | Released
    | Transferred
    | TransferAcknowledged
    | NotInCustodyHere
    | PersonFact
    | ConvictionsRecorded
    | IdentityCorrected
)
"""An event about the person's custody, corrections and disputes apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(Happening):
    """An event was wrong; it stays on record, and what stands instead is said here."""

    event: Literal["corrected"] = "corrected"
    of: Annotated[Code, Field(description="Id of the event that is corrected, never a correction.")]
    says: _Says
    instead: Annotated[
        Annotated[Plain, Field(discriminator="event")] | None,
        Field(description="That event as it should read, under its own id; null: it is withdrawn."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed(Happening):
    """Somebody says that something on record is wrong; it stands until it is corrected."""

    event: Literal["disputed"] = "disputed"
    of: Annotated[Code, Field(description="Id of the event, basis, request or record disputed.")]
    says: _Says


Event: TypeAlias = Plain | Corrected | Disputed
"""Any event."""
