"""What must be looked at before a person is moved to the next facility."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from exeat.desk.service._meant import of_identifiers
from exeat.errors import Fault
from exeat.facts.case import zone_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import bounds
from exeat.office.db import Tx
from exeat.office.errors import BadInput
from exeat.office.held import Held
from exeat.office.messages import bad_field
from exeat.office.models import PersonalData
from exeat.office.personal import namesakes
from exeat.office.register import Moving

__all__ = ["must_be_ready"]

_CLOCKS_DIFFER = timedelta(minutes=2)


def must_be_ready(
    tx: Tx,
    held: Held,
    person: PersonalData | None,
    said: Moving,
    papers: tuple[CustodyRecord, tuple[str, ...]],
    oldest: timedelta,
) -> None:
    """Refuse a move at whose door not everything was looked at.

    Args:
        tx: It holds the record.
        held: The record.
        person: Who it is about.
        said: What was checked.
        papers: The record, and the requests that wait here and may be about the person.
        oldest: How old a query for warrants may be.

    Raises:
        BadInput: With everything that was not checked.
    """
    zone = zone_of(papers[0].zone)
    faults = [
        *_who(tx, held, person, said),
        *_papers(*papers, said),
        *_warrants(tx, said, oldest, zone),
    ]
    if faults:
        raise BadInput(faults)


def _who(tx: Tx, held: Held, person: PersonalData | None, said: Moving) -> Iterator[Fault]:
    named = {
        "born": said.born.isoformat() if said.born else "",
        "booking_number": said.booking_number,
        "fingerprint_id": said.fingerprint_id,
        "photo": "match" if said.photo else "",
    }
    yield from of_identifiers(person, named)
    others = namesakes(tx, held, person)
    unseen = [one for one in others if one.record not in said.namesakes_seen]
    if unseen:
        words = f"leaves out {len(unseen)} in the house with a name like this"
        yield bad_field("namesakes_seen", words, "Look at each, and say that it is another person.")


def _papers(record: CustodyRecord, waits: tuple[str, ...], said: Moving) -> Iterator[Fault]:
    left = [one.id for one in record.detainers if one.open and one.id not in said.papers]
    if left:
        names = ", ".join(f"`{one}`" for one in left)
        words = f"leaves out the papers of {names}"
        yield bad_field("papers", words, "Put them with the person, and say so of each.")
    for id in waits:
        words = f"request `{id}` waits here and may be about this person"
        yield bad_field("papers", words, "Say first whom it is about: it would travel with them.")


def _warrants(tx: Tx, said: Moving, oldest: timedelta, zone: ZoneInfo) -> Iterator[Fault]:
    at = bounds(said.warrants_checked, zone)[0] if said.warrants_checked else None
    if at is None or not tx.ctx.now - oldest <= at <= tx.ctx.now + _CLOCKS_DIFFER:
        minutes = int(oldest.total_seconds() // 60)
        words = f"is not within the last {minutes} minutes"
        yield bad_field("warrants_checked", words, "Query warrants, and enter when.")
