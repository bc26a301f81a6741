"""Every way to fill in one thing that a record leaves open, told without asking exeat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from exeat.facts.case import zone_of
from exeat.facts.codes import (
    DetainerForm,
    Ground,
    NoticeKind,
    OffenceClass,
    StatusProof,
    WarrantKind,
)
from exeat.facts.record import Conviction, CustodyRecord, Detainer, Notice, Offence
from exeat.facts.times import FAR_FUTURE, FAR_PAST, NEVER, Act, Uncertain, span

__all__ = ["filled", "instants_of"]

_YES_NO = (True, False)
_PERSON = (
    "victim_or_witness",
    "under_18",
    "registered_offender",
    "held_to_answer",
    "interview_consent",
)
_FLAGS = ("names_this_person", "names_federal_felony_warrant", "names_watch_list_match")
_ACTS = ("received", "served", "hold_ordered", "lifted")


def instants_of(act: Act, at: datetime, zone: str) -> list[Act]:
    """Return instants that an act which is not known exactly can turn out to be."""
    if not (act is None or isinstance(act, Uncertain)):
        return []
    early, late = span(act, zone_of(zone))
    tiny = timedelta(seconds=1)
    found: list[Act] = [
        when
        for when in (early, at - timedelta(hours=30), at, at + tiny, late - tiny)
        if early <= when < late and when > FAR_PAST and when < FAR_FUTURE - timedelta(days=9)
    ]
    return [*found, NEVER] if act is None else found


def filled(record: CustodyRecord, at: datetime, lists: tuple[str, ...]) -> Iterator[CustodyRecord]:
    """Yield the record with one thing filled in, for each thing and each way.

    Args:
        record: What is known.
        at: The instant asked about: times are filled in before it, at it and after it.
        lists: The offence lists of the place.
    """
    yield from _of_the_person(record)
    yield from _of_the_grounds(record, at, lists)
    yield from _of_the_house(record, at, lists)
    for paper in record.detainers:
        for told in _of_a_request(paper, record, at):
            papers = tuple(told if one is paper else one for one in record.detainers)
            yield replace(record, detainers=papers)


def _of_the_person(record: CustodyRecord) -> Iterator[CustodyRecord]:
    person = record.person
    if person.status_proof is None:
        for proof in StatusProof:
            yield replace(record, person=replace(person, status_proof=proof))
    for field in _PERSON:
        if getattr(person, field) is None:
            for value in _YES_NO:
                told: dict[str, Any] = {field: value}
                yield replace(record, person=replace(person, **told))


def _of_the_house(
    record: CustodyRecord, at: datetime, lists: tuple[str, ...]
) -> Iterator[CustodyRecord]:
    if record.facility.agreement_287g is None:
        for value in _YES_NO:
            yield replace(record, facility=replace(record.facility, agreement_287g=value))
    if record.notices is None:
        yield replace(record, notices=())
        told = Notice(id="told", kind=NoticeKind.RELEASE, to="ice", given=at)
        yield replace(record, notices=(told,))
    if record.convictions is None:
        yield replace(record, convictions=())
        for offence in _offences(Offence(), lists):
            on = at - timedelta(days=9)
            yield replace(record, convictions=(Conviction(offence=offence, on=on),))
    for when in instants_of(record.booked, at, record.zone):
        yield replace(record, booked=when)  # type: ignore[arg-type]  # an instant


def _of_the_grounds(
    record: CustodyRecord, at: datetime, lists: tuple[str, ...]
) -> Iterator[CustodyRecord]:
    for basis in record.grounds:
        changes: list[dict[str, Any]] = [
            {"end": end} for end in instants_of(basis.end, at, record.zone)
        ]
        if basis.start is None:
            # It ran for an instant at least: what ended began before.
            ends = span(basis.end, zone_of(record.zone))[0]
            starts = [start for start in (at, at + timedelta(days=9)) if start < ends]
            changes += [{"start": start} for start in (record.booked, *starts)]
        elif isinstance(basis.start, Uncertain):
            changes += [{"start": s} for s in instants_of(basis.start, at, record.zone)]
        changes += [{"offence": o} for o in _offences(basis.offence or Offence(), lists)]
        for change in changes:
            told = replace(basis, **change)
            bases = tuple(told if one is basis else one for one in record.grounds)
            yield replace(record, bases=bases)


def _offences(offence: Offence, lists: tuple[str, ...]) -> Iterator[Offence]:
    if offence.offence_class is None:
        for of_class in OffenceClass:
            yield replace(offence, offence_class=of_class)
    for name in lists:
        if name not in offence.lists:
            for value in _YES_NO:
                yield replace(offence, lists={**offence.lists, name: value})


def _of_a_request(paper: Detainer, record: CustodyRecord, at: datetime) -> Iterator[Detainer]:
    if paper.form is None:
        for form in DetainerForm:
            yield replace(paper, form=form)
    if paper.warrants is None:
        for kind in WarrantKind:
            yield replace(paper, warrants=(kind,))
    if paper.grounds is None:
        for box in Ground:
            yield replace(paper, grounds=(box,))
    changes: list[dict[str, Any]] = [
        {field: value} for field in _FLAGS if getattr(paper, field) is None for value in _YES_NO
    ]
    for field in _ACTS:
        changes += [{field: w} for w in instants_of(getattr(paper, field), at, record.zone)]
    for change in changes:
        yield replace(paper, **change)
