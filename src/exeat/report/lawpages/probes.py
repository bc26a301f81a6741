"""Records that differ in one thing at a time, to ask the law of a place what it turns on.

A probe is a custody record of an ordinary request on which every fact is known: Form I-247A
with a ground stated, served, matching the person, and no judge's warrant. The facts that the
rules of the place name beyond that (a list of offences, a state judge's order, an agreement)
are each tried as true and as false, alone and together.

Examples:
    >>> sorted(FREE)[:3]
    ['charge.felony', 'conviction.any', 'conviction.felony']
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from exeat.decide.eligibility import Eligibility, eligibility
from exeat.facts.case import Case, zone_of
from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    DetainerForm,
    Ground,
    OffenceClass,
    StatusProof,
    WarrantKind,
)
from exeat.facts.record import (
    Basis,
    Conviction,
    CustodyRecord,
    Detainer,
    Facility,
    Offence,
    Person,
)
from exeat.facts.times import NEVER
from exeat.rules.model import Rule
from exeat.rules.place import LawOfPlace

__all__ = ["FREE", "PROTECTIVE", "Probe", "assignments", "probe", "turns_on"]

FREE: Final = frozenset(
    {
        "conviction.any",
        "conviction.felony",
        "charge.felony",
        "detainer.hold_ordered",
        "detainer.names_federal_felony_warrant",
        "detainer.names_watch_list_match",
        "facility.agreement_287g",
        "person.held_to_answer",
        "person.registered_offender",
        "warrant.administrative",
    }
)
"""Facts that are tried both ways; besides them every list of offences that a rule names."""

PROTECTIVE: Final = (
    "person.status_shown",
    "person.citizenship_shown",
    "person.victim_or_witness",
    "person.under_18",
    "warrant.judicial",
)
"""Facts held at no, whose effect is told apart, one at a time: who is exempt, and what a
judge's warrant changes."""

_MOST: Final = 8
"""Up to so many facts are tried in every combination; of more, each alone and in pairs."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One record to ask about.

    Attributes:
        facts: The facts that are true in it; all others that are tried are false.
        case: The record, its request and the instant: one minute after eligibility.
    """

    facts: frozenset[str]
    case: Case
    eligible: Eligibility


def turns_on(rules: Iterable[Rule], known: frozenset[str] = FREE) -> tuple[str, ...]:
    """Return the facts named by rules that are tried both ways, by name."""
    named = {
        str(atom)
        for rule in rules
        for atom in rule.condition.atoms()
        if atom.list_id or atom.fact in known
    }
    return tuple(sorted(named))


def assignments(facts: tuple[str, ...]) -> Iterator[frozenset[str]]:
    """Yield which facts are true, fewest first, so that what is found first is least.

    Examples:
        >>> [sorted(facts) for facts in assignments(("a", "b"))]
        [[], ['a'], ['b'], ['a', 'b']]
    """
    most = len(facts) if len(facts) <= _MOST else 2
    for size in range(most + 1):
        for chosen in itertools.combinations(facts, size):
            yield frozenset(chosen)


def probe(law: LawOfPlace, day: date, facts: frozenset[str], lists: Iterable[str] = ()) -> Probe:
    """Return the record in which just these facts are true.

    Args:
        law: The law of the place.
        day: The local calendar day of release.
        facts: Names of the vocabulary, or ``charged in LIST`` and ``convicted in LIST``.
        lists: Ids of the lists that the rules name; the record is off those not in `facts`.

    Units: the person is eligible at noon, local time; the question is asked a minute later.
    """
    zone = zone_of(law.zone or "UTC")
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    record = CustodyRecord(
        id="probe",
        zone=zone.key,
        booked=noon - timedelta(days=1),
        facility=Facility(agreement_287g="facility.agreement_287g" in facts),
        person=_person(facts),
        bases=(_charge(noon, _offence("charged", "charge.felony", facts, lists)),),
        detainers=(_detainer(facts, noon),),
        convictions=_convictions(facts, lists),
        notices=(),
    )
    at = noon + timedelta(minutes=1)
    case = Case(record, record.detainers[0], at, zone, law.hold_power(day))
    return Probe(facts, case, eligibility(record, zone))


def _charge(noon: datetime, offence: Offence) -> Basis:
    return Basis(
        id="charge",
        kind=BasisKind.CHARGE,
        start=noon - timedelta(days=1),
        end=noon,
        ended_by=BasisEnd.BAIL,
        offence=offence,
    )


def _person(facts: frozenset[str]) -> Person:
    proof = StatusProof.NONE
    if "person.status_shown" in facts:
        proof = StatusProof.LAWFUL_STATUS
    if "person.citizenship_shown" in facts:
        proof = StatusProof.CITIZENSHIP
    return Person(
        claims_citizenship=False,
        status_proof=proof,
        disputes_identity=False,
        victim_or_witness="person.victim_or_witness" in facts,
        under_18="person.under_18" in facts,
        registered_offender="person.registered_offender" in facts,
        held_to_answer="person.held_to_answer" in facts,
        interview_consent=False,
    )


def _detainer(facts: frozenset[str], noon: datetime) -> Detainer:
    warrants: tuple[WarrantKind, ...] = ()
    if "warrant.administrative" in facts:
        warrants += (WarrantKind.I200,)
    if "warrant.judicial" in facts:
        warrants += (WarrantKind.FEDERAL_JUDGE_CRIMINAL,)
    ordered = "detainer.hold_ordered" in facts
    return Detainer(
        id="request",
        form=DetainerForm.I247A,
        received=noon - timedelta(hours=3),
        grounds=(Ground.BIOMETRIC,),
        warrants=warrants,
        names_this_person=True,
        served=noon - timedelta(hours=2),
        names_federal_felony_warrant="detainer.names_federal_felony_warrant" in facts,
        names_watch_list_match="detainer.names_watch_list_match" in facts,
        hold_ordered=noon - timedelta(hours=1) if ordered else NEVER,
    )


def _offence(what: str, felony: str, facts: frozenset[str], lists: Iterable[str]) -> Offence:
    placed = {list_id: f"{what} in {list_id}" in facts for list_id in lists}
    heavy = felony in facts
    return Offence(
        offence_class=OffenceClass.FELONY if heavy else OffenceClass.MISDEMEANOR, lists=placed
    )


def _convictions(facts: frozenset[str], lists: Iterable[str]) -> tuple[Conviction, ...]:
    asked = ("conviction.any", "conviction.felony")
    if any(fact in asked or fact.startswith("convicted in ") for fact in facts):
        return (Conviction(offence=_offence("convicted", "conviction.felony", facts, lists)),)
    return ()
