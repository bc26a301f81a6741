"""Every fact of the vocabulary a second time, as plainly as can be: a check of the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from exeat.facts.case import Case
from exeat.facts.record import Detainer
from exeat.facts.times import Truth, done_by

__all__ = ["NAIVE"]

Read = Callable[[Case], "Truth | str"]

HOLD = {"I-247": True, "I-247D": True, "I-247X": True, "I-247A": True, "other": None}
NOTICE = {"I-247X": None, "other": None}
NEEDS_SERVICE = {"I-247D": None, "I-247X": None, "I-247A": True, "other": None}
GROUNDS = {
    "final-order", "pending-proceedings", "biometric-match", "statements", "returned-to-custody",
}  # fmt: skip


def of_request(read: Callable[[Detainer, Case], Any]) -> Read:
    return lambda case: False if case.detainer is None else read(case.detainer, case)


def on_form(says: dict[str, Truth], otherwise: Truth) -> Read:
    return of_request(lambda paper, _: paper.form and says.get(paper.form, otherwise))


def act(name: str) -> Read:
    return of_request(lambda paper, case: done_by(getattr(paper, name), case.at, case.zone))


def flag(name: str) -> Read:
    return of_request(lambda paper, _: getattr(paper, name))


def warrant(*kinds: str) -> Read:
    return of_request(
        lambda paper, _: None if paper.warrants is None else bool({*kinds} & {*paper.warrants})
    )


def person(name: str) -> Read:
    return lambda case: getattr(case.record.person, name)


def proof(*shown: str) -> Read:
    def read(case: Case) -> Truth:
        found = case.record.person.status_proof
        return None if found is None else found in shown

    return read


def in_effect(case: Case) -> Truth:
    if case.detainer is None:
        return False
    needs = NEEDS_SERVICE.get(case.detainer.form or "other", False)
    served = done_by(case.detainer.served, case.at, case.zone)
    if served or needs is False:
        return True
    return served if needs else None


def any_of(truths: Iterable[Truth]) -> Truth:
    found = set(truths)
    return True if True in found else None if None in found else False


def felony(offences: Iterable[Any]) -> Truth:
    classes = [None if one is None else one.offence_class for one in offences]
    return any_of(None if one is None else one == "felony" for one in classes)


def charged(case: Case) -> list[Any]:
    return [b.offence for b in case.record.bases or () if b.kind in ("charge", "sentence")]


def agreement(case: Case) -> Truth:
    said = case.record.facility.agreement_287g
    return case.agreement if said is None else said


def told(case: Case) -> Truth:
    if case.record.notices is None:
        return None
    given = [n.given for n in case.record.notices if (n.kind, n.to) == ("notify", "ice")]
    return any_of(done_by(when, case.at, case.zone) for when in given)


JUDGES = ("federal-judge-criminal", "federal-judge-civil", "state-judge")

NAIVE: dict[str, Read] = {
    "detainer.present": lambda case: case.detainer is not None,
    "detainer.form": lambda case: "" if case.detainer is None else case.detainer.form,
    "detainer.asks_hold": on_form(HOLD, False),
    "detainer.asks_notice": on_form(NOTICE, True),
    "detainer.served": act("served"),
    "detainer.in_effect": in_effect,
    "detainer.ground_stated": of_request(
        lambda paper, _: None if paper.grounds is None else bool(GROUNDS & {*paper.grounds})
    ),
    "detainer.names_this_person": flag("names_this_person"),
    "detainer.received": act("received"),
    "detainer.hold_ordered": act("hold_ordered"),
    "detainer.names_federal_felony_warrant": flag("names_federal_felony_warrant"),
    "detainer.names_watch_list_match": flag("names_watch_list_match"),
    "warrant.administrative": warrant("I-200", "I-203", "I-205"),
    "warrant.judicial": warrant(*JUDGES),
    "warrant.federal_judge": warrant(*JUDGES[:2]),
    "warrant.federal_civil": warrant("federal-judge-civil"),
    "warrant.state_judge": warrant("state-judge"),
    "warrant.federal_criminal": warrant("federal-judge-criminal"),
    "person.claims_citizenship": person("claims_citizenship"),
    "person.citizenship_shown": proof("citizenship"),
    "person.status_shown": proof("citizenship", "lawful-status"),
    "person.disputes_identity": person("disputes_identity"),
    "person.victim_or_witness": person("victim_or_witness"),
    "person.under_18": person("under_18"),
    "person.registered_offender": person("registered_offender"),
    "person.held_to_answer": person("held_to_answer"),
    "person.interview_consent": person("interview_consent"),
    "charge.any": lambda case: None if case.record.bases is None else bool(charged(case)),
    "charge.felony": lambda case: None if case.record.bases is None else felony(charged(case)),
    "conviction.any": lambda case: (
        None if case.record.convictions is None else bool(case.record.convictions)
    ),
    "conviction.felony": lambda case: (
        None
        if case.record.convictions is None
        else felony(one.offence for one in case.record.convictions)
    ),
    "facility.agreement_287g": agreement,
    "facility.kind": lambda case: case.record.facility.kind,
    "notice.ice_told_of_release": told,
    "place.hold_power": lambda case: case.hold_power,
}
