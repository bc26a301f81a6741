"""What systems send, one model each."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from exeat.desk.api._words import Body, Born, Id, Instant, Text, Version, Words
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import Override, OverrideReason
from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    DetainerForm,
    Ground,
    LiftReason,
    NoticeKind,
    OffenceClass,
    ReleaseKind,
    StatusProof,
    WarrantKind,
)
from exeat.facts.events import Plain
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Conviction, Offence, Person
from exeat.facts.times import LongAgo, When
from exeat.office.models import PersonalData, Witness

__all__ = [
    "AddBasis", "BookIn", "CloseTask", "Convictions", "Correct", "DecideRequest", "Dispute",
    "EndBasis", "Facts", "GiveNotice", "Lift", "Lodge", "Match", "OfRequest", "Paper", "ReleaseIn",
    "Roster", "Schedule", "SendRequest", "Share", "Subscribe", "TakeOver", "TransferIn",
]  # fmt: skip


class Act(Body):
    """What every act says besides its own fields."""

    event_id: Annotated[Id | None, Field(description="Sent twice, it counts once.")] = None
    occurred: Annotated[When | None, Field(description="Left out: now.")] = None
    expected_version: Annotated[
        Version | None, Field(description="Refuse if the record has moved on since.")
    ] = None
    note: Words | None = None

    def common(self) -> dict[str, Any]:
        """Return these fields as the service takes them."""
        return {
            "event_id": self.event_id or "",
            "occurred": self.occurred,
            "expected_version": self.expected_version,
            "note": self.note,
        }


class OffenceIn(Body):
    """What a person is charged with, as the jail writes it."""

    statute: Text | None = None
    description: Text | None = None
    offence_class: OffenceClass | None = None
    lists: Annotated[dict[Id, bool], Field(max_length=50)] = Field(default_factory=dict)

    def fact(self) -> Offence:
        """Return the fact."""
        return Offence(
            statute=self.statute,
            description=self.description,
            offence_class=self.offence_class,
            lists=dict(self.lists),
        )


class BasisIn(Body):
    """A ground of custody."""

    id: Id
    kind: BasisKind
    start: When | None = None
    agency: Text | None = None
    offence: OffenceIn | None = None

    def fact(self) -> NewBasis:
        """Return the fact."""
        return NewBasis(
            id=self.id,
            kind=self.kind,
            start=self.start,
            agency=self.agency,
            offence=self.offence.fact() if self.offence else None,
        )


class PersonIn(Body):
    """Who the person is; kept in the vault, and nowhere else."""

    surname: Annotated[Text, Field(min_length=1)]
    given_names: Text = ""
    born: Born | None = None
    booking_number: Text = ""
    fingerprint_id: Text = ""
    photo: Text = ""

    def fact(self) -> PersonalData:
        """Return the fact."""
        return PersonalData(**self.model_dump())


class FactsIn(Body):
    """Protective facts; those left out stay as they were."""

    claims_citizenship: bool | None = None
    status_proof: StatusProof | None = None
    disputes_identity: bool | None = None
    victim_or_witness: bool | None = None
    under_18: bool | None = None
    registered_offender: bool | None = None
    held_to_answer: bool | None = None
    interview_consent: bool | None = None
    language: Text | None = None

    def fact(self) -> Person:
        """Return the fact."""
        return Person(**self.model_dump())


class PaperIn(Body):
    """An immigration request as its paper reads."""

    form: DetainerForm | None = None
    issued: When | None = None
    grounds: Annotated[tuple[Ground, ...] | None, Field(max_length=20)] = None
    warrants: Annotated[tuple[WarrantKind, ...] | None, Field(max_length=20)] = None
    names_this_person: bool | None = None
    names_federal_felony_warrant: bool | None = None
    names_watch_list_match: bool | None = None
    addressed_to: Text | None = None

    def fact(self) -> RequestPaper:
        """Return the fact."""
        return RequestPaper(**{name: getattr(self, name) for name in type(self).model_fields})


class BookIn(Body):
    """A booking, with the grounds of custody that are known."""

    event_id: Id | None = None
    occurred: When | None = None
    note: Words | None = None
    person: PersonIn
    bases: Annotated[list[BasisIn], Field(max_length=50)] = Field(default_factory=list)
    bases_complete: bool | None = Field(
        None, description="Every ground of custody is, or will be, entered; left out: not said."
    )
    facts: FactsIn | None = None


class AddBasis(Act):
    """A ground of custody begins."""

    basis: Id
    kind: BasisKind
    agency: Text | None = None
    offence: OffenceIn | None = None


class EndBasis(Act):
    """A ground of custody ends."""

    basis: Id
    ended_by: BasisEnd | None = None


class Lodge(Act):
    """A request that came on paper."""

    detainer: Id
    issuer: Id | None = None
    paper: PaperIn
    received: When | None = None


class OfRequest(Act):
    """Something that happened to a request."""


class DecideRequest(Act):
    """The facility's answer to a request."""

    complies: bool
    why: Words


class Lift(Act):
    """A request ends."""

    reason: LiftReason = LiftReason.UNSTATED


class Schedule(Act):
    """When the person is to leave."""

    release_at: When


class GiveNotice(Act):
    """Somebody was told something."""

    kind: NoticeKind
    to: Id
    about: Id | None = None
    evidence: Words | None = None


class Facts(Act):
    """Protective facts became known."""

    facts: FactsIn


class ConvictionIn(Body):
    """A conviction of record."""

    offence: OffenceIn
    on: LongAgo | None = None

    def fact(self) -> Conviction:
        """Return the fact."""
        return Conviction(offence=self.offence.fact(), on=self.on)


class Convictions(Act):
    """Convictions of record that were looked up."""

    convictions: Annotated[list[ConvictionIn], Field(max_length=200)]


class TransferIn(Act):
    """The person is moved on, with every hold."""

    to: Id


class TakeOver(Body):
    """The next facility has the person."""

    event_id: Id | None = None
    booking_number: Annotated[Text, Field(min_length=1)]


class Correct(Act):
    """An event was wrong."""

    of: Id
    says: Words
    instead: Annotated[Plain, Field(discriminator="event")] | None = None


class Dispute(Act):
    """Somebody says that something on record is wrong."""

    of: Id
    says: Words


class Paper(Body):
    """A court's paper came in."""

    paper: Annotated[Text, Field(min_length=1)]
    sender: Id
    legible: bool = True


class SendRequest(Body):
    """A request to a facility, by its code."""

    request_id: Id | None = None
    facility: Id
    person: PersonIn
    paper: PaperIn


class Match(Body):
    """Whom a request is about."""

    record: Id
    detainer: Id | None = None


class Share(Body):
    """Whom to let read a record."""

    agency: Id


class Subscribe(Body):
    """What to be told of, and where."""

    kinds: Annotated[list[Id], Field(min_length=1, max_length=20)]
    channel: Annotated[Text, Field(min_length=1)]


class CloseTask(Body):
    """What came of a task."""

    outcome: Words


class Roster(Body):
    """Who is in the house, by booking number."""

    booking_numbers: Annotated[list[Text], Field(max_length=20_000)]


class WitnessIn(Body):
    """The second person of an override."""

    name: Text
    password: Annotated[str, Field(max_length=200)]
    code: Text


class OverrideIn(Body):
    """Two people release against the gate."""

    reason: OverrideReason
    words: Words
    second: WitnessIn

    def fact(self) -> Override:
        """Return the fact."""
        second = Witness(
            name=self.second.name, password=self.second.password, code=self.second.code
        )
        return Override(reason=self.reason, words=self.words, second=second)


class IdentifiersIn(Body):
    """As the officer took them from the person, not from the paper; two are needed."""

    born: Text = ""
    booking_number: Text = ""
    fingerprint_id: Text = ""
    photo: Annotated[Text, Field(description="`match`, once the officer has compared it.")] = ""


class ReleaseIn(Body):
    """What the officer at the door says."""

    event_id: Id | None = None
    seen_version: Version
    identifiers: IdentifiersIn
    kind: ReleaseKind = ReleaseKind.STREET
    to: Id | None = None
    namesakes_seen: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)
    warrants_checked: Instant | None = None
    override: OverrideIn | None = None
