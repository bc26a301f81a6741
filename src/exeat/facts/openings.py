"""What a record leaves open, and every way in which it could be filled in.

A fact that is not known is not guessed: the decision is taken again with each value that it
can have, and where all of them agree there was nothing to ask. The same ways of filling in
tell which answer to a question changes what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from exeat.facts.case import Case, zone_of
from exeat.facts.codes import (
    BasisKind,
    DetainerForm,
    Ground,
    NoticeKind,
    OffenceClass,
    StatusProof,
    WarrantKind,
)
from exeat.facts.record import Basis, Conviction, CustodyRecord, Detainer, Notice, Offence
from exeat.facts.times import FAR_FUTURE, FAR_PAST, NEVER, Act, Never, done_by, span

__all__ = ["Opening", "Way", "opening_of", "replace_basis", "time_opening"]


@dataclass(frozen=True, slots=True)
class Way:
    """One value that an open fact can have.

    Attributes:
        says: The value, as a code or ``yes`` and ``no``.
        record: The record with it filled in.
    """

    says: str
    record: CustodyRecord


@dataclass(frozen=True, slots=True)
class Opening:
    """A field that a record leaves open.

    Attributes:
        field: Its name, such as ``detainer.form`` or ``charged in LIST``.
        fact: The fact of the vocabulary by whose question it is asked.
        detainer: The request that it is about; "" where it is about the person or the house.
        ways: The values that it can have.
    """

    field: str
    fact: str
    detainer: str
    ways: tuple[Way, ...]


_YES_NO: Final = (("yes", True), ("no", False))
_SECOND: Final = timedelta(seconds=1)

# Which field of a request, a person or a house each fact is read from.
_DETAINER_FIELDS: Final = {
    "detainer.names_this_person": "names_this_person",
    "detainer.names_federal_felony_warrant": "names_federal_felony_warrant",
    "detainer.names_watch_list_match": "names_watch_list_match",
}
_ACTS: Final = {
    "detainer.served": "served",
    "detainer.in_effect": "served",
    "detainer.hold_ordered": "hold_ordered",
    "detainer.received": "received",
    "detainer.present": "lifted",
}
_FORM_FACTS: Final = frozenset({"detainer.form", "detainer.asks_hold", "detainer.asks_notice"})
_PROOF_FACTS: Final = frozenset({"person.citizenship_shown", "person.status_shown"})
# A judge's criminal warrant is a ground of custody; `decide.verdict.hides_a_warrant` asks after it.
_WARRANTS: Final = (WarrantKind.NONE, WarrantKind.I200, WarrantKind.FEDERAL_JUDGE_CIVIL)


def opening_of(case: Case, fact: str, list_id: str = "") -> Opening | None:
    """Return what a fact that is not known on a case waits for.

    Args:
        case: The record, the request and the instant.
        fact: A fact of the vocabulary, or ``charged`` and ``convicted``.
        list_id: For these, the offence list.

    Returns:
        None where no field of the record settles it, as where the law itself is open.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "UTC", "booked": "2026-01-01T00:00Z",'
        ...     '"detainers": [{"id": "d", "form": "I-247A"}]}'
        ... )
        >>> noon = datetime.fromisoformat("2026-01-05T12:00+00:00")
        >>> case = Case(record, record.detainers[0], noon, zone_of("UTC"))
        >>> [way.says for way in opening_of(case, "detainer.served").ways]
        ['yes', 'no']
    """
    if fact.startswith(("detainer.", "warrant.")):
        return None if case.detainer is None else _of_detainer(case, case.detainer, fact)
    ways = tuple(_ways(case, fact, list_id))
    if not ways:
        return None
    name = f"{fact} in {list_id}" if list_id else _field_name(fact)
    return Opening(name, fact, "", ways)


def _field_name(fact: str) -> str:
    return "person.status_proof" if fact in _PROOF_FACTS else fact


def _of_detainer(case: Case, paper: Detainer, fact: str) -> Opening | None:
    put = partial(_with_detainer, case.record, paper)
    if fact in _FORM_FACTS or (fact == "detainer.in_effect" and paper.form is None):
        if paper.form is not None:
            return None
        ways = tuple(Way(form.value, put(form=form)) for form in DetainerForm)
        return Opening("detainer.form", "detainer.form", paper.id, ways)
    if fact in _ACTS:
        field = _ACTS[fact]
        act = getattr(paper, field)
        if done_by(act, case.at, case.zone) is not None:
            return None
        return Opening(
            f"detainer.{field}",
            "detainer.served" if field == "served" else fact,
            paper.id,
            tuple(Way(says, put(**{field: when})) for says, when in _whens(act, case)),
        )
    if fact.startswith("warrant.") and paper.warrants is None:
        kinds = tuple(Way(kind.value, put(warrants=(kind,))) for kind in _WARRANTS)
        return Opening("detainer.warrants", fact, paper.id, kinds)
    if fact == "detainer.ground_stated" and paper.grounds is None:
        boxes = (Ground.BIOMETRIC, Ground.NONE)
        return Opening(
            "detainer.grounds",
            fact,
            paper.id,
            tuple(Way(box.value, put(grounds=(box,))) for box in boxes),
        )
    field = _DETAINER_FIELDS.get(fact, "")
    if not field or getattr(paper, field) is not None:
        return None
    return Opening(
        fact, fact, paper.id, tuple(Way(says, put(**{field: value})) for says, value in _YES_NO)
    )


def _whens(act: Act, case: Case) -> Iterator[tuple[str, Act]]:
    """Yield an act done by the case's instant, and one not done by then."""
    early, late = span(act, case.zone)
    if early <= case.at:
        yield "yes", case.at if early == FAR_PAST else early
    if late > case.at:
        yield "no", NEVER if act is None else min(late, case.at + _SECOND)


def time_opening(record: CustodyRecord, field: str, at: datetime) -> Opening | None:
    """Return an uncertain time of the record as one of its two ends.

    Args:
        record: The record.
        field: ``booked``, ``bases.ID.end`` or ``detainers.ID.received``.
        at: The instant asked about, in UTC.
    """
    zone = zone_of(record.zone)
    what, _, rest = field.partition(".")
    id = rest.rpartition(".")[0]

    def put(when: Act) -> CustodyRecord:
        if what == "booked":
            return replace(record, booked=when)  # type: ignore[arg-type]  # never NEVER or None
        if what == "bases":
            return replace_basis(record, id, end=when)
        return _with_detainer(record, _named(record.detainers, id), received=when)

    act: Act = record.booked
    if what != "booked":
        things = record.grounds if what == "bases" else record.detainers
        act = getattr(_named(things, id), rest.rpartition(".")[2])
    early, late = span(act, zone)
    ends = [end for end in (early, late) if end not in (FAR_PAST, FAR_FUTURE)]
    if early == late or isinstance(act, Never) or len(ends) < 2 or early > at:
        return None
    return Opening(field, field, "", tuple(Way(end.isoformat(), put(end)) for end in ends))


def _named(things: tuple[Any, ...], id: str) -> Any:
    return next(thing for thing in things if thing.id == id)


def _with_detainer(record: CustodyRecord, paper: Detainer, **told: Any) -> CustodyRecord:
    papers = tuple(replace(one, **told) if one is paper else one for one in record.detainers)
    return replace(record, detainers=papers)


def replace_basis(record: CustodyRecord, id: str, **told: Any) -> CustodyRecord:
    """Return a record with one ground of custody told otherwise."""
    bases = tuple(replace(one, **told) if one.id == id else one for one in record.grounds)
    return replace(record, bases=bases)


def _ways(case: Case, fact: str, list_id: str) -> Iterator[Way]:
    """Yield the ways to fill in a fact about the person, the charges or the house."""
    record = case.record
    if fact in _PROOF_FACTS:
        for proof in StatusProof:
            yield Way(
                proof.value, replace(record, person=replace(record.person, status_proof=proof))
            )
    elif fact.startswith("person."):
        field = fact.removeprefix("person.")
        for says, value in _YES_NO:
            told: dict[str, Any] = {field: value}
            yield Way(says, replace(record, person=replace(record.person, **told)))
    elif fact == "facility.agreement_287g":
        for says, value in _YES_NO:
            house = replace(record.facility, agreement_287g=value)
            yield Way(says, replace(record, facility=house))
    elif fact == "notice.ice_told_of_release":
        notice = Notice(id="told", kind=NoticeKind.RELEASE, to="ice", given=case.at)
        yield Way("yes", replace(record, notices=(notice,)))
        yield Way("no", replace(record, notices=()))
    elif fact.startswith(("charge", "conviction", "convicted")):
        yield from _offence_ways(case, fact, list_id)


_Change = Callable[[Offence], Offence]


def _offence_ways(case: Case, fact: str, list_id: str) -> Iterator[Way]:
    record = case.record
    known = record.convictions if fact.startswith("convict") else record.grounds
    if fact.startswith("convict") and known is None:
        # Class and day with it: what a look-back or a class turns on is open with the rest.
        day = case.at - timedelta(days=1)
        felony = Offence(
            offence_class=OffenceClass.FELONY, lists={list_id: True} if list_id else {}
        )
        yield Way("yes", replace(record, convictions=(Conviction(offence=felony, on=day),)))
        yield Way("no", replace(record, convictions=()))
        return
    for says, value in _YES_NO:
        change = partial(_placed, list_id, value)
        if fact.startswith("convict"):
            day = case.at - timedelta(days=1 if value else 365 * 99)
            found = tuple(
                replace(one, offence=change(one.offence), on=one.on or day)
                for one in record.convictions or ()
            )
            yield Way(says, replace(record, convictions=found))
        else:
            bases = tuple(_charged(basis, change) for basis in record.grounds)
            yield Way(says, replace(record, bases=bases))


def _charged(basis: Basis, change: _Change) -> Basis:
    if basis.kind not in (BasisKind.CHARGE, BasisKind.SENTENCE):
        return basis
    return replace(basis, offence=change(basis.offence or Offence()))


def _placed(list_id: str, value: bool, offence: Offence) -> Offence:
    """Return an offence put on a list or off it; without a list, made a felony or not."""
    of_class = offence.offence_class
    if not list_id or of_class is None:
        of_class = of_class or (OffenceClass.FELONY if value else OffenceClass.MISDEMEANOR)
    if not list_id:
        return replace(offence, offence_class=of_class)
    placed = {list_id: value, **offence.lists}
    return replace(offence, offence_class=of_class, lists=placed)
