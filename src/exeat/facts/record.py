"""One person's custody at one facility: what the events add up to.

All of it is immutable. ``None`` means that the record does not say; an empty
tuple means that there is none. The record names no nationality, race,
ethnicity, religion or birthplace, and has no place for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    DetainerForm,
    FacilityKind,
    Ground,
    LiftReason,
    NoticeKind,
    OffenceClass,
    ReleaseKind,
    StatusProof,
    WarrantKind,
)
from exeat.facts.limits import AtEdge, Code, Text
from exeat.facts.times import NEVER, Act, LongAgo, When

__all__ = [
    "Basis",
    "Conviction",
    "Correction",
    "CustodyRecord",
    "Detainer",
    "Facility",
    "Notice",
    "Offence",
    "Person",
    "Release",
    "Transfer",
]

# Pydantic reads these dataclasses at the edge (facts.codec); this forbids unknown keys there.
_CLOSED = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """What a person is charged with or was convicted of, as the jail wrote it."""

    __pydantic_config__ = _CLOSED

    statute: Annotated[Text | None, Field(description="Section, such as `PC 459`.")] = None
    description: Annotated[Text | None, Field(description="Words of the jail's record.")] = None
    offence_class: OffenceClass | None = None
    lists: Annotated[
        dict[Code, bool],
        AtEdge(most=50),
        Field(description="Offence lists that a person has placed it in (true) or out of (false)."),
    ] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """One ground of custody, immigration detainers apart."""

    __pydantic_config__ = _CLOSED

    id: str
    kind: BasisKind
    start: Annotated[When | None, Field(description="When it began; null: not known.")] = None
    end: Annotated[
        Act, Field(description="When it ended; `never`: still runs; null: not known whether.")
    ] = None
    ended_by: BasisEnd | None = None
    agency: Annotated[str | None, Field(description="Code of the court or agency.")] = None
    offence: Offence | None = None

    @property
    def open(self) -> bool:
        """Whether it still runs, as far as the record says: no end is on it."""
        return self.end is None or self.end is NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Detainer:
    """One immigration request about the person: a form, what came with it, what became of it.

    Each act is a time, ``never`` (known not to have happened) or null (the record is silent).
    """

    __pydantic_config__ = _CLOSED

    id: str
    form: DetainerForm | None = None
    issuer: Annotated[str | None, Field(description="Code of the issuing office.")] = None
    issued: Annotated[When | None, Field(description="Date on the form.")] = None
    received: Annotated[Act, Field(description="When this facility had it in hand.")] = None
    grounds: Annotated[
        tuple[Ground, ...] | None, Field(description="Boxes ticked; null: not known.")
    ] = None
    warrants: Annotated[
        tuple[WarrantKind, ...] | None,
        Field(description="Warrants that came with it; [] or [`none`]: none; null: not known."),
    ] = None
    names_this_person: Annotated[
        bool | None, Field(description="The papers match this person by two identifiers.")
    ] = None
    served: Annotated[Act, Field(description="When a copy was served on the person.")] = None
    acknowledged: Annotated[Act, Field(description="When the facility acknowledged it.")] = None
    hold_ordered: Annotated[
        Act,
        Field(description="When a state judicial official ordered the hold, where law asks it."),
    ] = None
    decided: Annotated[
        Act, Field(description="When the facility answered whether it complies.")
    ] = None
    lifted: Annotated[Act, Field(description="When it ended; left out: still in force.")] = NEVER
    lift_reason: LiftReason | None = None
    names_federal_felony_warrant: Annotated[
        bool | None, Field(description="The issuer names an outstanding federal felony warrant.")
    ] = None
    names_watch_list_match: Annotated[
        bool | None, Field(description="The issuer names a terrorist watch-list match.")
    ] = None
    addressed_to: Annotated[
        str | None, Field(description="FIPS or facility code on the form, if it names one.")
    ] = None

    @property
    def open(self) -> bool:
        """Whether it is still in force, as far as the record says: no end is on it."""
        return self.lifted is None or self.lifted is NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Conviction:
    """A conviction of record, for laws that turn on one."""

    __pydantic_config__ = _CLOSED

    offence: Offence
    on: LongAgo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something told to somebody, with the evidence for it."""

    __pydantic_config__ = _CLOSED

    id: str
    kind: NoticeKind
    to: Annotated[str, Field(description="ice | person | judge | counsel | victim | agency code.")]
    given: Act = None
    about: Annotated[str | None, Field(description="Id of the detainer it concerns.")] = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """How and when the person left."""

    __pydantic_config__ = _CLOSED

    at: When
    kind: ReleaseKind = ReleaseKind.UNSTATED
    to: Annotated[str | None, Field(description="Code of who took the person.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A move to another facility while custody goes on; requests move with the person."""

    __pydantic_config__ = _CLOSED

    at: When
    to: Annotated[str, Field(description="Code of the next facility.")]
    detainers_passed_on: Annotated[bool | None, Field(description="The requests went along.")] = (
        None
    )
    acknowledged: Act = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction or dispute: it adds, and overwrites nothing."""

    __pydantic_config__ = _CLOSED

    id: str
    of: Annotated[str, Field(description="Id of what is corrected or disputed.")]
    by: str
    at: When
    says: str
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """The house that holds the person, by code and never by name alone."""

    __pydantic_config__ = _CLOSED

    kind: FacilityKind = FacilityKind.JAIL
    fips: str | None = None
    fips_vintage: str | None = None
    ori: str | None = None
    detloc: Annotated[str | None, Field(description="ICE facility code.")] = None
    agreement_287g: Annotated[
        bool | None, Field(description="The agency has a 287(g) agreement in force.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The protective facts that laws turn on, and no others."""

    __pydantic_config__ = _CLOSED

    claims_citizenship: Annotated[
        bool | None, Field(description="The person says that they are a US citizen.")
    ] = None
    status_proof: Annotated[
        StatusProof | None, Field(description="Proof shown; null: not known whether any was.")
    ] = None
    disputes_identity: Annotated[
        bool | None, Field(description="The person says: it is not me.")
    ] = None
    victim_or_witness: Annotated[
        bool | None, Field(description="Victim or witness of a crime, where law protects them.")
    ] = None
    under_18: bool | None = None
    registered_offender: Annotated[
        bool | None, Field(description="On the state registry that a law names.")
    ] = None
    held_to_answer: Annotated[
        bool | None,
        Field(description="A magistrate found probable cause on a charge that a law names."),
    ] = None
    interview_consent: Annotated[
        bool | None, Field(description="Written consent to an interview.")
    ] = None
    language: Annotated[
        Text | None, Field(description="Language that the person reads, to tell them in it.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyRecord:
    """One person's custody at one facility.

    Attributes:
        id: The facility's id for this booking; no name.
        zone: IANA time zone of the facility.
        booked: When custody began: here, or at the facility from which the person was moved.
        bases: Grounds of custody other than immigration requests. Left out, the record does
            not say whether there are any, which is never the same as none.
        detainers: Immigration requests.

    Examples:
        >>> from datetime import datetime
        >>> CustodyRecord(
        ...     id="demo", zone="UTC", booked=datetime.fromisoformat("2026-01-01T00:00Z")
        ... ).detainers
        ()
    """

    __pydantic_config__ = _CLOSED

    id: str
    zone: Annotated[str, Field(description="IANA time zone, such as America/New_York.")]
    booked: When
    taken_over: Annotated[
        When | None,
        Field(description="When this facility took the person over; null: booked here."),
    ] = None
    facility: Facility = Facility()
    person: Person = Person()
    bases: Annotated[
        tuple[Basis, ...] | None,
        Field(description="Grounds of custody; [] none; null or left out: the record is silent."),
    ] = None
    bases_complete: Annotated[
        bool | None,
        Field(description="There is no ground of custody besides these; null: nobody says so."),
    ] = None
    detainers: tuple[Detainer, ...] = ()
    convictions: Annotated[
        tuple[Conviction, ...] | None,
        Field(description="Convictions of record; [] none; null: not looked up."),
    ] = None
    notices: Annotated[
        tuple[Notice, ...] | None,
        Field(description="Notices given; [] none; null: this record does not keep them."),
    ] = None
    notices_complete: Annotated[
        bool | None,
        Field(description="Nothing was told besides these; null: nobody says so."),
    ] = None
    scheduled_release: When | None = None
    release: Release | None = None
    transfers: tuple[Transfer, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def grounds(self) -> tuple[Basis, ...]:
        """Return the grounds of custody that the record names."""
        return self.bases or ()
