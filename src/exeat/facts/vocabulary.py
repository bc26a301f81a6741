"""The closed vocabulary: every fact that a rule of law can name, and no other.

Each fact says what it means, how it is read from a record, and which question
to ask where the record is silent. There is no fact of nationality, race,
ethnicity, religion or birthplace; a test reads this list and says so.

Examples:
    >>> VOCABULARY["detainer.served"].question
    'Was a copy of the request served on the person, and when?'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from exeat.facts.case import Case
from exeat.facts.codes import (
    FORMS,
    BasisKind,
    DetainerForm,
    FacilityKind,
    Ground,
    NoticeKind,
    OffenceClass,
    StatusProof,
    WarrantKind,
)
from exeat.facts.record import Offence
from exeat.facts.times import Truth, done_by
from exeat.facts.truth import some

__all__ = ["OFFENCE_FACTS", "VOCABULARY", "Fact", "charges", "convictions", "ice_told"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that a rule can name.

    Attributes:
        name: As a law file writes it.
        means: What it says when it is true (or which code it holds).
        question: What to ask where the record does not say.
        read: Reads it: True, False, a code, or None when not known.
        codes: For a fact that holds a code: the codes that it can hold.
    """

    name: str
    means: str
    question: str
    read: Callable[[Case], Truth | str]
    codes: tuple[str, ...] = ()


def charges(case: Case) -> list[Offence]:
    """Return the offences charged or sentenced in this booking."""
    kinds = (BasisKind.CHARGE, BasisKind.SENTENCE)
    return [b.offence or Offence() for b in case.record.grounds if b.kind in kinds]


def convictions(case: Case) -> list[Offence] | None:
    """Return the offences of which the person was convicted, or None if not looked up."""
    found = case.record.convictions
    return None if found is None else [conviction.offence for conviction in found]


def _form(case: Case) -> str | None:
    if case.detainer is None:
        return ""  # no request, so it came on none of the forms
    return case.detainer.form.value if case.detainer.form is not None else None


def _asks(case: Case, what: str) -> Truth:
    if case.detainer is None:
        return False
    form = case.detainer.form
    if form is None:
        return None
    facts = FORMS[form]
    return facts.asks_hold if what == "hold" else facts.asks_notice


def _served(case: Case) -> Truth:
    return case.detainer is not None and done_by(case.detainer.served, case.at, case.zone)


def _in_effect(case: Case) -> Truth:
    if case.detainer is None:
        return False
    form = case.detainer.form
    needs = None if form is None else FORMS[form].needs_service
    return True if needs is False else (_served(case) or (None if needs is None else _served(case)))


_REAL_GROUNDS: Final = frozenset(
    {Ground.FINAL_ORDER, Ground.PENDING, Ground.BIOMETRIC, Ground.STATEMENTS, Ground.LENT}
)
_ADMINISTRATIVE: Final = frozenset({WarrantKind.I200, WarrantKind.I203, WarrantKind.I205})
_FEDERAL_JUDGE: Final = frozenset(
    {WarrantKind.FEDERAL_JUDGE_CRIMINAL, WarrantKind.FEDERAL_JUDGE_CIVIL}
)
_JUDICIAL: Final = _FEDERAL_JUDGE | {WarrantKind.STATE_JUDGE}


def _ground_stated(case: Case) -> Truth:
    if case.detainer is None:
        return False
    grounds = case.detainer.grounds
    return None if grounds is None else any(ground in _REAL_GROUNDS for ground in grounds)


def _warrant(kinds: frozenset[WarrantKind]) -> Callable[[Case], Truth]:
    def read(case: Case) -> Truth:
        if case.detainer is None:
            return False
        warrants = case.detainer.warrants
        return None if warrants is None else any(warrant in kinds for warrant in warrants)

    return read


def _of_detainer(field: str) -> Callable[[Case], Truth]:
    def read(case: Case) -> Truth:
        if case.detainer is None:
            return False
        value: Truth = getattr(case.detainer, field)
        return value

    return read


def _done(field: str) -> Callable[[Case], Truth]:
    def read(case: Case) -> Truth:
        if case.detainer is None:
            return False
        return done_by(getattr(case.detainer, field), case.at, case.zone)

    return read


def _of_person(field: str) -> Callable[[Case], Truth]:
    def read(case: Case) -> Truth:
        value: Truth = getattr(case.record.person, field)
        return value

    return read


def _proof(kinds: frozenset[StatusProof]) -> Callable[[Case], Truth]:
    def read(case: Case) -> Truth:
        proof = case.record.person.status_proof
        return None if proof is None else proof in kinds

    return read


def _charged_felony(case: Case) -> Truth:
    if case.record.bases is None:
        return None
    return some(_is_felony(offence) for offence in charges(case))


def _convicted_felony(case: Case) -> Truth:
    found = convictions(case)
    return None if found is None else some(_is_felony(offence) for offence in found)


def _is_felony(offence: Offence) -> Truth:
    known = offence.offence_class
    return None if known is None else known is OffenceClass.FELONY


def _convicted_any(case: Case) -> Truth:
    found = convictions(case)
    return None if found is None else bool(found)


def ice_told(case: Case) -> Truth:
    """Say whether ICE had been told of the release by the case's instant."""
    notices = case.record.notices
    if notices is None:
        return None
    return some(
        done_by(notice.given, case.at, case.zone)
        for notice in notices
        if notice.kind is NoticeKind.RELEASE and notice.to == "ice"
    )


_FACTS: Final = (
    Fact(
        "detainer.present",
        "An immigration request about the person is on file and not lifted.",
        "Is there an immigration request on file for this person?",
        lambda case: case.detainer is not None,
    ),
    Fact(
        "detainer.form",
        "The form of the request.",
        "On which form did the request come (its number stands on it)?",
        _form,
        tuple(DetainerForm),
    ),
    Fact(
        "detainer.asks_hold",
        "The form asks that the person be kept past release.",
        "On which form did the request come (its number stands on it)?",
        lambda case: _asks(case, "hold"),
    ),
    Fact(
        "detainer.asks_notice",
        "The form asks for notice of release.",
        "On which form did the request come (its number stands on it)?",
        lambda case: _asks(case, "notice"),
    ),
    Fact(
        "detainer.served",
        "A copy of the request was served on the person.",
        "Was a copy of the request served on the person, and when?",
        _served,
    ),
    Fact(
        "detainer.in_effect",
        "The request has taken effect: it was served on the person, or its form needs no service.",
        "Was a copy of the request served on the person, and when?",
        _in_effect,
    ),
    Fact(
        "detainer.ground_stated",
        "The form states a ground for believing the person removable; "
        "that an investigation has begun is none.",
        "Which ground is ticked on the form?",
        _ground_stated,
    ),
    Fact(
        "detainer.names_this_person",
        "The papers match this person by two identifiers.",
        "Do the papers match this person by two identifiers besides the name?",
        _of_detainer("names_this_person"),
    ),
    Fact(
        "detainer.received",
        "The facility has the request in hand.",
        "When did the facility receive the request?",
        _done("received"),
    ),
    Fact(
        "detainer.hold_ordered",
        "A state judicial official has ordered the hold.",
        "Has a state judicial official ordered the hold, and when?",
        _done("hold_ordered"),
    ),
    Fact(
        "detainer.names_federal_felony_warrant",
        "The issuer names an outstanding federal felony arrest warrant.",
        "Does the issuer name an outstanding federal felony arrest warrant?",
        _of_detainer("names_federal_felony_warrant"),
    ),
    Fact(
        "detainer.names_watch_list_match",
        "The issuer names a terrorist watch-list match.",
        "Does the issuer name a terrorist watch-list match?",
        _of_detainer("names_watch_list_match"),
    ),
    Fact(
        "warrant.administrative",
        "An administrative warrant (I-200, I-203, I-205) came with the request.",
        "Did an administrative warrant (I-200, I-203 or I-205) come with the request?",
        _warrant(_ADMINISTRATIVE),
    ),
    Fact(
        "warrant.judicial",
        "A warrant or order of a judge came with the request.",
        "Did a warrant signed by a judge come with the request?",
        _warrant(_JUDICIAL),
    ),
    Fact(
        "warrant.federal_judge",
        "A warrant or order of a federal judge or magistrate judge came with the request.",
        "Did a warrant signed by a federal judge or magistrate judge come with the request?",
        _warrant(_FEDERAL_JUDGE),
    ),
    Fact(
        "warrant.federal_civil",
        "A federal judge's warrant or order in a civil immigration matter came with the request.",
        "Did a federal judge's order in a civil immigration matter come with the request?",
        _warrant(frozenset({WarrantKind.FEDERAL_JUDGE_CIVIL})),
    ),
    Fact(
        "warrant.state_judge",
        "A warrant or order of a state judge or magistrate came with the request.",
        "Did a warrant signed by a state judge or magistrate come with the request?",
        _warrant(frozenset({WarrantKind.STATE_JUDGE})),
    ),
    Fact(
        "warrant.federal_criminal",
        "A federal judge's warrant for a crime came with the request.",
        "Did a federal judge's criminal warrant (such as form AO 442) come with the request?",
        _warrant(frozenset({WarrantKind.FEDERAL_JUDGE_CRIMINAL})),
    ),
    Fact(
        "person.claims_citizenship",
        "The person says that they are a US citizen.",
        "Does the person say that they are a US citizen?",
        _of_person("claims_citizenship"),
    ),
    Fact(
        "person.citizenship_shown",
        "The person has shown proof of US citizenship.",
        "Has the person shown proof of US citizenship?",
        _proof(frozenset({StatusProof.CITIZENSHIP})),
    ),
    Fact(
        "person.status_shown",
        "The person has shown proof of US citizenship or of lawful immigration status.",
        "Has the person shown proof of US citizenship or of lawful immigration status?",
        _proof(frozenset({StatusProof.CITIZENSHIP, StatusProof.LAWFUL_STATUS})),
    ),
    Fact(
        "person.disputes_identity",
        "The person says that the papers concern somebody else.",
        "Does the person say that the papers concern somebody else?",
        _of_person("disputes_identity"),
    ),
    Fact(
        "person.victim_or_witness",
        "The person is a victim or witness whom the law of the place protects.",
        "Is the person a victim of or witness to a crime, as the law of this place means it?",
        _of_person("victim_or_witness"),
    ),
    Fact(
        "person.under_18",
        "The person is under 18.",
        "Is the person under 18?",
        _of_person("under_18"),
    ),
    Fact(
        "person.registered_offender",
        "The person is on the state registry that the law names.",
        "Is the person on the state registry that the law names?",
        _of_person("registered_offender"),
    ),
    Fact(
        "person.held_to_answer",
        "A magistrate has found probable cause on a charge that the law names.",
        "Has a magistrate found probable cause on a charge that the law names?",
        _of_person("held_to_answer"),
    ),
    Fact(
        "person.interview_consent",
        "The person has agreed in writing to an interview.",
        "Has the person agreed in writing to an interview?",
        _of_person("interview_consent"),
    ),
    Fact(
        "charge.any",
        "The person was booked on a criminal charge or sentence.",
        "On which charge was the person booked?",
        lambda case: None if case.record.bases is None else bool(charges(case)),
    ),
    Fact(
        "charge.felony",
        "A charge or sentence of this booking is a felony.",
        "Is a charge of this booking a felony?",
        _charged_felony,
    ),
    Fact(
        "conviction.any",
        "The person has a conviction of record.",
        "Has the person a conviction of record?",
        _convicted_any,
    ),
    Fact(
        "conviction.felony",
        "The person has a felony conviction of record.",
        "Has the person a felony conviction of record?",
        _convicted_felony,
    ),
    Fact(
        "facility.agreement_287g",
        "The agency has a 287(g) agreement in force.",
        "Has this agency a 287(g) agreement in force that covers the act?",
        lambda case: (
            case.agreement
            if case.record.facility.agreement_287g is None
            else case.record.facility.agreement_287g
        ),
    ),
    Fact(
        "facility.kind",
        "What kind of house holds the person.",
        "What kind of facility is this?",
        lambda case: case.record.facility.kind.value,
        tuple(FacilityKind),
    ),
    Fact(
        "notice.ice_told_of_release",
        "Immigration authorities have been told of the release.",
        "Have immigration authorities been told of the release?",
        ice_told,
    ),
    Fact(
        "place.hold_power",
        "The law of the place gives this agency's officers power to hold on a civil detainer.",
        "For counsel: does the law of this place give its officers power to hold a person "
        "on a civil immigration detainer?",
        lambda case: case.hold_power,
    ),
)

VOCABULARY: Final[dict[str, Fact]] = {fact.name: fact for fact in _FACTS}

OFFENCE_FACTS: Final[dict[str, str]] = {
    "charged": "A charge or sentence of this booking is on the named offence list.",
    "convicted": "A conviction of record is on the named offence list.",
}
"""Facts with a list behind them, written ``charged in LIST`` and ``convicted in LIST``."""
