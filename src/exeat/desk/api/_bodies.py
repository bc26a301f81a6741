"""What systems send that is no event of the record's own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from exeat.desk.api._entered import ActBody, Entered
from exeat.desk.api._words import Body, Id, Instant, Text, Version, Words
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import Override
from exeat.facts.codes import ReleaseKind
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Person
from exeat.facts.times import When
from exeat.office.models import PaperRead, PersonalData

__all__ = [
    "BookIn", "CloseTask", "Lodge", "Match", "NotHere", "ReleaseIn", "Roster", "SendRequest",
    "ShareIn", "TakeBack", "TakeOver",
]  # fmt: skip


class BookIn(Body):
    """A booking, with the grounds of custody that are known."""

    event_id: Id | None = None
    occurred: When | None = None
    note: Words | None = None
    person: Entered[PersonalData]
    bases: Annotated[list[Entered[NewBasis]], Field(max_length=50)] = Field(default_factory=list)
    bases_complete: bool | None = Field(
        None, description="Every ground of custody is, or will be, entered; left out: not said."
    )
    facts: Entered[Person] | None = None
    not_these: Annotated[
        list[Id],
        Field(max_length=200, description="Who may be this person in the house, and is not."),
    ] = Field(default_factory=list)


class Lodge(ActBody):
    """A request that came on paper."""

    detainer: Id
    issuer: Id | None = None
    note: Words | None = None
    paper: Entered[RequestPaper]
    received: When | None = None


class TakeOver(Body):
    """The next facility has the person."""

    event_id: Id | None = None
    booking_number: Annotated[Text, Field(min_length=1)]


class SendRequest(Body):
    """A request to a facility, by its code."""

    request_id: Id | None = None
    facility: Id
    person: Entered[PersonalData]
    paper: Entered[RequestPaper]


class ShareIn(Body):
    """Whom to let read a record."""

    agency: Annotated[Id, Field(description="Code of counsel, or of an agency that asked.")]
    override: Annotated[
        Entered[Override] | None,
        Field(description="Why it is done though the law forbids it, and the second person."),
    ] = None


class CloseTask(Body):
    """What came of a task."""

    outcome: Words
    read: Annotated[
        Entered[PaperRead] | None,
        Field(description="Of a court's paper: what was read in it; without it none is closed."),
    ] = None


class Roster(Body):
    """Who is in the house, by booking number."""

    booking_numbers: Annotated[list[Text], Field(max_length=20_000)]


class IdentifiersIn(Body):
    """As the officer took them from the person, not from the paper; two are needed."""

    @property
    def said(self) -> dict[str, str]:
        """Return those that were given."""
        return {name: value for name, value in self.model_dump().items() if value}

    born: Text = ""
    booking_number: Text = ""
    fingerprint_id: Text = ""
    photo: Annotated[Text, Field(description="`match`, once the officer has compared it.")] = ""


class Match(Body):
    """Whom a request is about, named by two identifiers."""

    record: Id
    detainer: Id | None = None
    identifiers: IdentifiersIn
    differs_seen: Annotated[
        list[Id],
        Field(max_length=20, description="Parts in which the request says otherwise, as seen."),
    ] = Field(default_factory=list)


class NotHere(Body):
    """That somebody is not in custody here."""

    not_these: Annotated[
        list[Id],
        Field(max_length=1000, description="Records of those near it, each somebody else."),
    ] = Field(default_factory=list)


class TakeBack(Body):
    """Why an answer was wrong."""

    why: Words


class ReleaseIn(Body):
    """What the officer at the door says."""

    event_id: Id | None = None
    seen_version: Version
    identifiers: IdentifiersIn
    kind: ReleaseKind = ReleaseKind.STREET
    to: Id | None = None
    namesakes_seen: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)
    warrants_checked: Instant | None = None
    override: Entered[Override] | None = None
