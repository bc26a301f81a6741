"""The code lists of a custody record, described value by value.

A value's description is the second half of its definition, so that no value
can stand without one. ``exeat schema codes`` prints them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

__all__ = [
    "CODE_LISTS",
    "FORMS",
    "JUDGE_SIGNED",
    "BasisEnd",
    "BasisKind",
    "DetainerForm",
    "FacilityKind",
    "FormFacts",
    "Ground",
    "IdentityPart",
    "LiftReason",
    "NoticeKind",
    "OffenceClass",
    "ReleaseKind",
    "StatusProof",
    "WarrantKind",
]


class Described(StrEnum):
    """A code list: each member is written as ``NAME = "code", "what it means"``.

    Examples:
        >>> BasisKind.CHARGE.description
        'A criminal charge on which a court has not yet ended custody.'
    """

    description: str

    def __new__(cls, code: str, description: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.description = description
        return member


class BasisKind(Described):
    """Why a person is in custody, immigration detainers apart."""

    CHARGE = "charge", "A criminal charge on which a court has not yet ended custody."
    SENTENCE = "sentence", "A sentence that is being served."
    WARRANT = "warrant", "A criminal or bench warrant of a court of this state."
    COURT_ORDER = "court-order", "Another order of a court that keeps the person in custody."
    PAROLE_HOLD = "parole-hold", "A hold of a parole, probation or corrections department."
    FUGITIVE = "fugitive", "Another state's criminal process (fugitive or extradition)."
    FEDERAL_CRIMINAL = "federal-criminal", "Federal criminal custody, such as for the US Marshals."
    IMMIGRATION_HOUSING = (
        "immigration-housing",
        "The person is housed for ICE as a federal detainee under an agreement, not on a detainer.",
    )
    OTHER_AGENCY = "other-agency", "A hold of another agency whose ground the record does not name."


class BasisEnd(Described):
    """How a basis of custody ended."""

    BAIL = "bail", "Bail or bond was posted."
    RECOGNIZANCE = "recognizance", "Release on own recognizance or personal promise."
    DISMISSED = "dismissed", "The charge was dismissed or not filed."
    ACQUITTED = "acquitted", "A verdict of not guilty."
    TIME_SERVED = "time-served", "The sentence was served, credit included."
    SENTENCE_SUSPENDED = "sentence-suspended", "The sentence was suspended or deferred."
    COURT_ORDERED = "court-ordered", "A court ordered release or quashed the process."
    TRANSFERRED = "transferred", "The person was handed to another custodian on this basis."
    WITHDRAWN = "withdrawn", "The agency that asked for the hold withdrew it."
    NO_PROBABLE_CAUSE = "no-probable-cause", "A judge found no probable cause."
    OTHER = "other", "Another end; see the note."
    UNSTATED = "unstated", "It ended and the record does not say how."


class DetainerForm(Described):
    """The form on which an immigration request came."""

    I247 = "I-247", "Immigration Detainer - Notice of Action, editions before 2015."
    I247D = "I-247D", "Request for voluntary action (2015 to 2 April 2017): hold and notice."
    I247N = "I-247N", "Request for voluntary notification (2015 to 2 April 2017): notice only."
    I247X = "I-247X", "Request for voluntary transfer (2015 to 2 April 2017): hold and notice."
    I247A = (
        "I-247A",
        "Immigration Detainer - Notice of Action (from 2 April 2017): hold and notice.",
    )
    I247G = (
        "I-247G",
        "Request for advance notification of release (from 4 March 2025): notice only.",
    )
    OTHER = "other", "A paper of another kind, or an oral, electronic or database request."


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What a form asks, as ``us.toml`` states it.

    Attributes:
        asks_hold: It asks that the person be kept past release (None: not known).
        asks_notice: It asks for notice of release.
        needs_service: It takes effect only when a copy is served on the person.
        issued: When it was issued, as its source in ``us.toml`` has it; a request on a
            withdrawn form that was issued in time stays active (`us-old-forms-stay-active`).
        must_state: What must be on it, or came with it, for a hold to rest on it.
        source: The sources in ``us.toml``.
    """

    asks_hold: bool | None
    asks_notice: bool | None
    needs_service: bool | None
    issued: str = ""
    must_state: str = ""
    source: tuple[str, ...] = ()


_GROUND = "a ground for believing the person removable; that an investigation has begun is none"

FORMS: Final[dict[DetainerForm, FormFacts]] = {
    # Older editions: some boxes only said that an investigation had begun.
    DetainerForm.I247: FormFacts(
        True, True, False, "at least since 1952, to 2015", _GROUND, ("form-i-247",)
    ),
    # "As recalled, it took effect only if a copy was served": not confirmed, so not known.
    DetainerForm.I247D: FormFacts(
        True,
        True,
        None,
        "2015 to 2 April 2017",
        f"an enforcement priority (section A), and {_GROUND} (section B)",
        ("form-i-247d", "ice-guidance-i-247a"),
    ),
    DetainerForm.I247N: FormFacts(
        False, True, False, "2015 to 2 April 2017", "no hold can rest on it", ("form-i-247n",)
    ),
    DetainerForm.I247X: FormFacts(
        True, None, None, "2015 to 2 April 2017", _GROUND, ("form-i-247x",)
    ),
    # ICE's own tables know an edition of May 2025; what it changed, no sheet says.
    DetainerForm.I247A: FormFacts(
        True,
        True,
        True,
        "since 2 April 2017",
        f"{_GROUND} (section 1), and by ICE's policy a signed I-200 or I-205 with it",
        ("form-i-247a", "ice-guidance-i-247a", "ice-policy-10074.2"),
    ),
    DetainerForm.I247G: FormFacts(
        False, True, False, "since 4 March 2025", "no hold can rest on it", ("form-i-247g",)
    ),
    DetainerForm.OTHER: FormFacts(None, None, None),
}


class Ground(Described):
    """The box ticked on the form as the ground for believing the person removable."""

    FINAL_ORDER = "final-order", "A final order of removal against the person."
    PENDING = "pending-proceedings", "Removal proceedings are pending."
    BIOMETRIC = "biometric-match", "Biometric match and database check."
    STATEMENTS = "statements", "Statements of the person or other reliable evidence."
    LENT = "returned-to-custody", "DHS had handed the person over for a proceeding (section 2)."
    INVESTIGATION = "investigation-begun", "Only that an investigation has begun (older editions)."
    NONE = "none", "No ground is ticked."


class WarrantKind(Described):
    """A warrant, by who signed it."""

    I200 = "I-200", "Administrative warrant of arrest, signed by an immigration officer."
    I203 = "I-203", "Order to detain or release, signed by an immigration officer."
    I205 = "I-205", "Administrative warrant of removal, signed by an immigration official."
    FEDERAL_JUDGE_CRIMINAL = (
        "federal-judge-criminal",
        "Warrant of a federal judge or magistrate judge for a crime, such as form AO 442.",
    )
    FEDERAL_JUDGE_CIVIL = (
        "federal-judge-civil",
        "Warrant or order of a federal judge or magistrate judge in a civil immigration matter.",
    )
    STATE_JUDGE = "state-judge", "Warrant or order of a judge or magistrate of a state court."
    NONE = "none", "No warrant came with the request."


JUDGE_SIGNED: Final = frozenset(
    {
        WarrantKind.FEDERAL_JUDGE_CRIMINAL,
        WarrantKind.FEDERAL_JUDGE_CIVIL,
        WarrantKind.STATE_JUDGE,
    }
)
"""Warrants that a judge or magistrate signed: a paper of a court, and no request."""


class IdentityPart(Described):
    """What of who a person is was wrong on file."""

    SURNAME = "surname", "The surname."
    GIVEN_NAMES = "given-names", "The given names."
    AGE = "age", "The day from which the age is counted."
    BOOKING_NUMBER = "booking-number", "The facility's own number."


class LiftReason(Described):
    """Why a detainer ended."""

    TAKEN = "taken-into-custody", "The issuing agency took the person into its custody."
    CANCELLED = "cancelled", "The issuing agency cancelled or withdrew it."
    DECLINED = "declined", "The issuing agency recorded that the jail declined it."
    EXPIRED = "expired", "Its time ran out."
    CITIZEN = "citizen", "The person was found to be a US citizen or not removable."
    GONE = "no-longer-in-custody", "The person was no longer in custody there."
    MOVED = "moved", "The person was moved to another custodian and the request with them."
    REPLACED = "replaced", "A later request took its place."
    UNSTATED = "unstated", "It ended and the record does not say why."


class ReleaseKind(Described):
    """How a person left the facility."""

    STREET = "street", "Let go, on whatever terms."
    TO_ICE = "to-ice", "Handed to immigration officers."
    TO_AGENCY = "to-other-agency", "Handed to another agency."
    TRANSFER = "transfer", "Moved to another facility; custody goes on."
    DIED = "died", "Died in custody."
    ESCAPED = "escaped", "Escaped."
    UNSTATED = "unstated", "Left; the record does not say to whom."


class NoticeKind(Described):
    """What was told to somebody."""

    RELEASE = "notify", "That the person will be, or was, released."
    SERVE_COPY = "serve-copy", "A copy of the request, given to the person."
    INFORM = "inform-person", "An explanation to the person, such as why release is withheld."
    BRING = "bring-before-official", "The person was taken before a judicial official."
    TELL_COURT = "tell-court", "That a request is on file, told to the judge or court."
    ENTER_IN_FILE = "enter-in-file", "An entry in the file that a law asks for."
    ANSWER = "answer-information", "Information that was asked for, other than of the release."
    PASS_ON = "pass-on-request", "The request, passed on with a person who was moved."
    RECORD = "record", "An entry in a record, not said in which; as older records have it."
    REPORT = "report", "A report that a law asks for."
    STATUS_QUERY = "status-query", "A query of status that a law asks for: no notice of anything."


class StatusProof(Described):
    """Proof that the person has shown; the only facts about status that exist here."""

    CITIZENSHIP = "citizenship", "Proof of United States citizenship."
    LAWFUL_STATUS = "lawful-status", "Proof of lawful immigration status."
    NONE = "none", "No such proof was shown."


class FacilityKind(Described):
    """What kind of house holds the person."""

    JAIL = "jail", "A county or city jail, or a regional jail."
    PRISON = "state-prison", "A prison of a state department of corrections."
    LOCKUP = "lock-up", "A police lock-up."
    COURT = "court", "A court's own holding cells."


class OffenceClass(Described):
    """The class of an offence, as broadly as laws on detainers use it."""

    FELONY = "felony", "A felony, of any degree."
    MISDEMEANOR = "misdemeanor", "A misdemeanor, gross misdemeanor included."
    INFRACTION = "infraction", "A civil infraction or violation."


CODE_LISTS: Final[tuple[type[Described], ...]] = (
    BasisKind,
    BasisEnd,
    DetainerForm,
    Ground,
    WarrantKind,
    IdentityPart,
    LiftReason,
    ReleaseKind,
    NoticeKind,
    StatusProof,
    FacilityKind,
    OffenceClass,
)
