"""What issuers say of their papers, and nobody here has read: no verdict turns on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from exeat.decide import Answer, decide
from exeat.facts.events import DetainerLodged, Event, PaperRead
from exeat.facts.fold import standing
from exeat.facts.record import CustodyRecord
from exeat.office.consequences import claims_a_warrant
from exeat.rules.place import LawOfPlace

__all__ = ["unread_claims", "waiting_papers"]


def unread_claims(events: Iterable[Event]) -> dict[str, DetainerLodged]:
    """Return the requests that say that a warrant came with them, which nobody here has read.

    Returns:
        Each as it was lodged, by its id on the record.
    """
    stands = standing(events).values()
    read = {event.detainer for event in stands if isinstance(event, PaperRead)}
    return {
        event.detainer: event
        for event in stands
        if isinstance(event, DetainerLodged)
        and event.unread
        and event.detainer not in read
        and claims_a_warrant(event)
    }


def waiting_papers(
    record: CustodyRecord,
    claims: Mapping[str, DetainerLodged],
    law: LawOfPlace,
    at: datetime,
    answer: Answer,
) -> tuple[str, ...]:
    """Return the requests whose unread papers would turn the verdict, if they are what is said.

    Where they would not, nobody is kept for a paper: it is read all the same, in its time.
    """
    found = []
    for paper in record.detainers:
        if paper.id not in claims or not paper.open:
            continue
        said = replace(paper, warrants=claims[paper.id].warrants)
        others = tuple(said if one.id == paper.id else one for one in record.detainers)
        if decide(replace(record, detainers=others), law, at).verdict is not answer.verdict:
            found.append(paper.id)
    return tuple(found)
