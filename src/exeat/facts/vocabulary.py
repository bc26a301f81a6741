"""The closed vocabulary: every fact that a rule of law can name, and no other.

Each fact says what it means, which question to ask where the record is silent, and what it is
in terms of the record: an expression, from which it is read, encoded and turned round. There
is no fact of nationality, race, ethnicity, religion or birthplace; a test reads this list and
says so.

Examples:
    >>> VOCABULARY["detainer.served"].question
    'Was a copy of the request served on the person, and when?'
"""

from __future__ import annotations

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
from exeat.facts.expressions import (
    Expression,
    Sign,
    among,
    any_of,
    done,
    leaves,
    one_of,
    said,
    table,
)
from exeat.facts.fields import Charges, Coded, Convictions, Done, Field, Listed, Notices, YesNo
from exeat.facts.record import Offence
from exeat.facts.times import Truth, done_by
from exeat.facts.truth import negate, some

__all__ = [
    "FIELDS",
    "FORM",
    "KIND",
    "OFFENCE_FACTS",
    "OFFENCE_FIELDS",
    "POWER",
    "PRESENT",
    "PROOF",
    "SIGNS",
    "VOCABULARY",
    "WARRANTS",
    "Fact",
    "charges",
    "ice_told",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that a rule can name.

    Attributes:
        name: As a law file writes it.
        means: What it says when it is true (or which code it holds).
        question: What to ask where the record does not say.
        says: What it is in terms of the record; a field with codes for a fact that is a code.
    """

    name: str
    means: str
    question: str
    says: Expression | Coded

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes that it can hold, for a fact that is a code."""
        return self.says.codes if isinstance(self.says, Coded) else ()

    def read(self, case: Case) -> Truth | str:
        """Read it from a case: true, false, a code, or None where it is not known."""
        if not isinstance(self.says, Coded):
            return self.says.truth(case)
        if case.detainer is None and self.says.of_request:
            return ""  # no request, so it came on none of the forms
        code: str | None = self.says.raw(case)
        return code

    def holds(self, codes: tuple[str, ...]) -> Expression:
        """Return what it is for the fact to be true, or to hold one of some codes."""
        return one_of(self.says, *codes) if isinstance(self.says, Coded) else self.says


# -- what a record says ------------------------------------------------------------------------

FORM: Final = Coded("detainer.form", DetainerForm, asks="detainer.form")
PROOF: Final = Coded("person.status_proof", StatusProof)
KIND: Final = Coded("facility.kind", FacilityKind)
# A judge's criminal warrant is a ground of custody; `decide.verdict.hides_a_warrant` asks after it.
WARRANTS: Final = Listed(
    "detainer.warrants", WarrantKind.NONE, WarrantKind.I200, WarrantKind.FEDERAL_JUDGE_CIVIL
)
_GROUNDS: Final = Listed("detainer.grounds", Ground.BIOMETRIC, Ground.NONE)
_CHARGES: Final = Charges("")
_CONVICTIONS: Final = Convictions("")
_AGREEMENT: Final = YesNo("facility.agreement_287g")

OFFENCE_FIELDS: Final[dict[str, Field]] = {"charged": _CHARGES, "convicted": _CONVICTIONS}
"""Where the facts with a list behind them stand."""


def charges(case: Case) -> list[Offence]:
    """Return the offences charged or sentenced in this booking."""
    kinds = (BasisKind.CHARGE, BasisKind.SENTENCE)
    return [b.offence or Offence() for b in case.record.grounds if b.kind in kinds]


def _charged(case: Case) -> Truth:
    return None if case.record.bases is None else bool(charges(case))


def _charged_felony(case: Case) -> Truth:
    return None if case.record.bases is None else some(map(_is_felony, charges(case)))


def _convicted(case: Case) -> Truth:
    found = case.record.convictions
    return None if found is None else bool(found)


def _convicted_felony(case: Case) -> Truth:
    found = case.record.convictions
    return None if found is None else some(_is_felony(one.offence) for one in found)


def _is_felony(offence: Offence) -> Truth:
    known = offence.offence_class
    return None if known is None else known is OffenceClass.FELONY


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


def _agreed(case: Case) -> Truth:
    said = _AGREEMENT.truth(case)
    return case.agreement if said is None else said


# A request is on file until it is lifted: that is what to ask, where it is not known.
PRESENT: Final = Sign(
    "detainer.present", Done("detainer.lifted"), lambda case: case.detainer is not None
)
POWER: Final = Sign("place.hold_power", None, lambda case: case.hold_power)
_SERVED: Final = done("detainer.served", asks="detainer.served")
_ADMINISTRATIVE: Final = among(
    "warrant.administrative", WARRANTS, WarrantKind.I200, WarrantKind.I203, WarrantKind.I205
)
_FEDERAL_CRIMINAL: Final = among(
    "warrant.federal_criminal", WARRANTS, WarrantKind.FEDERAL_JUDGE_CRIMINAL
)
_FEDERAL_CIVIL: Final = among("warrant.federal_civil", WARRANTS, WarrantKind.FEDERAL_JUDGE_CIVIL)
_STATE_JUDGE: Final = among("warrant.state_judge", WARRANTS, WarrantKind.STATE_JUDGE)


# -- the facts ---------------------------------------------------------------------------------

_FACTS: Final = (
    Fact(
        "detainer.present",
        "An immigration request about the person is on file and not lifted.",
        "Is there an immigration request on file for this person?",
        PRESENT,
    ),
    Fact(
        "detainer.form",
        "The form of the request.",
        "On which form did the request come (its number stands on it)?",
        FORM,
    ),
    Fact(
        "detainer.asks_hold",
        "The form asks that the person be kept past release.",
        "On which form did the request come (its number stands on it)?",
        table(FORM, lambda form: FORMS[form].asks_hold),
    ),
    Fact(
        "detainer.asks_notice",
        "The form asks for notice of release.",
        "On which form did the request come (its number stands on it)?",
        table(FORM, lambda form: FORMS[form].asks_notice),
    ),
    Fact(
        "detainer.served",
        "A copy of the request was served on the person.",
        "Was a copy of the request served on the person, and when?",
        _SERVED,
    ),
    Fact(
        "detainer.in_effect",
        "The request has taken effect: it was served on the person, or its form needs no service.",
        "Was a copy of the request served on the person, and when?",
        any_of(table(FORM, lambda form: negate(FORMS[form].needs_service)), _SERVED),
    ),
    Fact(
        "detainer.ground_stated",
        "The form states a ground for believing the person removable; "
        "that an investigation has begun is none.",
        "Which ground is ticked on the form?",
        among(
            "detainer.ground_stated",
            _GROUNDS,
            Ground.BIOMETRIC,
            Ground.FINAL_ORDER,
            Ground.PENDING,
            Ground.STATEMENTS,
            Ground.LENT,
        ),
    ),
    Fact(
        "detainer.names_this_person",
        "The papers match this person by two identifiers.",
        "Do the papers match this person by two identifiers besides the name?",
        said("detainer.names_this_person"),
    ),
    Fact(
        "detainer.received",
        "The facility has the request in hand.",
        "When did the facility receive the request?",
        done("detainer.received"),
    ),
    Fact(
        "detainer.hold_ordered",
        "A state judicial official has ordered the hold.",
        "Has a state judicial official ordered the hold, and when?",
        done("detainer.hold_ordered"),
    ),
    Fact(
        "detainer.names_federal_felony_warrant",
        "The issuer names an outstanding federal felony arrest warrant.",
        "Does the issuer name an outstanding federal felony arrest warrant?",
        said("detainer.names_federal_felony_warrant"),
    ),
    Fact(
        "detainer.names_watch_list_match",
        "The issuer names a terrorist watch-list match.",
        "Does the issuer name a terrorist watch-list match?",
        said("detainer.names_watch_list_match"),
    ),
    Fact(
        "warrant.administrative",
        "An administrative warrant (I-200, I-203, I-205) came with the request.",
        "Did an administrative warrant (I-200, I-203 or I-205) come with the request?",
        _ADMINISTRATIVE,
    ),
    Fact(
        "warrant.judicial",
        "A warrant or order of a judge came with the request.",
        "Did a warrant signed by a judge come with the request?",
        any_of(_FEDERAL_CRIMINAL, _FEDERAL_CIVIL, _STATE_JUDGE),
    ),
    Fact(
        "warrant.federal_judge",
        "A warrant or order of a federal judge or magistrate judge came with the request.",
        "Did a warrant signed by a federal judge or magistrate judge come with the request?",
        any_of(_FEDERAL_CRIMINAL, _FEDERAL_CIVIL),
    ),
    Fact(
        "warrant.federal_civil",
        "A federal judge's warrant or order in a civil immigration matter came with the request.",
        "Did a federal judge's order in a civil immigration matter come with the request?",
        _FEDERAL_CIVIL,
    ),
    Fact(
        "warrant.state_judge",
        "A warrant or order of a state judge or magistrate came with the request.",
        "Did a warrant signed by a state judge or magistrate come with the request?",
        _STATE_JUDGE,
    ),
    Fact(
        "warrant.federal_criminal",
        "A federal judge's warrant for a crime came with the request.",
        "Did a federal judge's criminal warrant (such as form AO 442) come with the request?",
        _FEDERAL_CRIMINAL,
    ),
    Fact(
        "person.claims_citizenship",
        "The person says that they are a US citizen.",
        "Does the person say that they are a US citizen?",
        said("person.claims_citizenship"),
    ),
    Fact(
        "person.citizenship_shown",
        "The person has shown proof of US citizenship.",
        "Has the person shown proof of US citizenship?",
        one_of(PROOF, StatusProof.CITIZENSHIP),
    ),
    Fact(
        "person.status_shown",
        "The person has shown proof of US citizenship or of lawful immigration status.",
        "Has the person shown proof of US citizenship or of lawful immigration status?",
        one_of(PROOF, StatusProof.CITIZENSHIP, StatusProof.LAWFUL_STATUS),
    ),
    Fact(
        "person.disputes_identity",
        "The person says that the papers concern somebody else.",
        "Does the person say that the papers concern somebody else?",
        said("person.disputes_identity"),
    ),
    Fact(
        "person.victim_or_witness",
        "The person is a victim or witness whom the law of the place protects.",
        "Is the person a victim of or witness to a crime, as the law of this place means it?",
        said("person.victim_or_witness"),
    ),
    Fact(
        "person.under_18",
        "The person is under 18.",
        "Is the person under 18?",
        said("person.under_18"),
    ),
    Fact(
        "person.registered_offender",
        "The person is on the state registry that the law names.",
        "Is the person on the state registry that the law names?",
        said("person.registered_offender"),
    ),
    Fact(
        "person.held_to_answer",
        "A magistrate has found probable cause on a charge that the law names.",
        "Has a magistrate found probable cause on a charge that the law names?",
        said("person.held_to_answer"),
    ),
    Fact(
        "person.interview_consent",
        "The person has agreed in writing to an interview.",
        "Has the person agreed in writing to an interview?",
        said("person.interview_consent"),
    ),
    Fact(
        "charge.any",
        "The person was booked on a criminal charge or sentence.",
        "On which charge was the person booked?",
        Sign("charge.any", _CHARGES, _charged),
    ),
    Fact(
        "charge.felony",
        "A charge or sentence of this booking is a felony.",
        "Is a charge of this booking a felony?",
        Sign("charge.felony", _CHARGES, _charged_felony, within="charge.any"),
    ),
    Fact(
        "conviction.any",
        "The person has a conviction of record.",
        "Has the person a conviction of record?",
        Sign("conviction.any", _CONVICTIONS, _convicted),
    ),
    Fact(
        "conviction.felony",
        "The person has a felony conviction of record.",
        "Has the person a felony conviction of record?",
        Sign("conviction.felony", _CONVICTIONS, _convicted_felony, within="conviction.any"),
    ),
    Fact(
        "facility.agreement_287g",
        "The agency has a 287(g) agreement in force.",
        "Has this agency a 287(g) agreement in force that covers the act?",
        Sign("facility.agreement_287g", _AGREEMENT, _agreed),
    ),
    Fact(
        "facility.kind",
        "What kind of house holds the person.",
        "What kind of facility is this?",
        KIND,
    ),
    Fact(
        "notice.ice_told_of_release",
        "Immigration authorities have been told of the release.",
        "Have immigration authorities been told of the release?",
        Sign("notice.ice_told_of_release", Notices("notice.ice_told_of_release"), ice_told),
    ),
    Fact(
        "place.hold_power",
        "The law of the place gives this agency's officers power to hold on a civil detainer.",
        "For counsel: does the law of this place give its officers power to hold a person "
        "on a civil immigration detainer?",
        POWER,
    ),
)

VOCABULARY: Final[dict[str, Fact]] = {fact.name: fact for fact in _FACTS}

_LEAVES: Final = [leaf for fact in _FACTS for leaf in leaves(fact.holds(()))]
SIGNS: Final[dict[str, Sign]] = {leaf.name: leaf for leaf in _LEAVES if isinstance(leaf, Sign)}
"""Every sign on which a fact rests, by name."""
FIELDS: Final[tuple[Field, ...]] = tuple(
    dict.fromkeys(leaf.field for leaf in _LEAVES if leaf.field is not None)
)
"""Every field of a record on which a fact turns."""

OFFENCE_FACTS: Final[dict[str, str]] = {
    "charged": "A charge or sentence of this booking is on the named offence list.",
    "convicted": "A conviction of record is on the named offence list.",
}
"""Facts with a list behind them, written ``charged in LIST`` and ``convicted in LIST``."""
