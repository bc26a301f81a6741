"""What follows from an event at once: which tasks it opens, and which it closes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from exeat.facts.codes import JUDGE_SIGNED, BasisEnd, BasisKind, StatusProof, WarrantKind
from exeat.facts.events import (
    BasisEnded,
    Booked,
    Corrected,
    DetainerAcknowledged,
    DetainerDecided,
    DetainerLifted,
    DetainerLodged,
    Disputed,
    Event,
    PaperRead,
    PersonFact,
    Released,
    TransferAcknowledged,
    Transferred,
)
from exeat.facts.record import CustodyRecord, Person
from exeat.facts.times import NEVER
from exeat.i18n.said import Said
from exeat.office.db import Tx
from exeat.office.held import Held
from exeat.office.models import TaskKind
from exeat.office.settings import Settings
from exeat.office.tasks import close_tasks, open_task

__all__ = ["consequences", "disputes_that_follow", "weighed"]

_AS_EXPECTED: Final = frozenset(
    {BasisEnd.TIME_SERVED, BasisEnd.TRANSFERRED, BasisEnd.WITHDRAWN, BasisEnd.UNSTATED}
)
"""Ends of a sentence that no court's paper has to say."""
_OVER_ONCE_GONE: Final = tuple(
    kind
    for kind in TaskKind
    if kind
    not in (
        TaskKind.OVERRIDE,
        TaskKind.AGAINST_LAW,
        TaskKind.CORRECTION,
        TaskKind.TRANSFER,
        TaskKind.TRANSFER_OUT,
        TaskKind.COUNSEL,
    )
)
_COUNTS_AGAIN: Final = (
    BasisEnded,
    DetainerLodged,
    DetainerAcknowledged,
    DetainerDecided,
    DetainerLifted,
    PaperRead,
    PersonFact,
)
"""Kinds of which a corrected entry has the same consequences as one entered so at first."""
_OF_A_REQUEST: Final = (
    TaskKind.ACKNOWLEDGE,
    TaskKind.CLAIM,
    TaskKind.CONTRADICTION,
    TaskKind.WARRANT,
)


def weighed(event: Event, before: Mapping[str, Event]) -> Event:
    """Return what a new event says anew.

    A correction counts as the entry that it corrects, where it changes what that says; one of
    its time or note alone, and a withdrawal, open nothing.

    Args:
        event: What was added.
        before: What stood before it, by id.
    """
    if not isinstance(event, Corrected) or not isinstance(event.instead, _COUNTS_AGAIN):
        return event
    old, new = before.get(event.of), event.instead
    same = old is not None and replace(new, occurred=old.occurred, note=old.note) == old
    return event if same else new


def consequences(
    tx: Tx, settings: Settings, held: Held, events: Sequence[Event], record: CustodyRecord
) -> tuple[str, ...]:
    """Open and close what follows from new events.

    Args:
        tx: Its tasks belong to the facility, whoever sent the events.
        settings: Due times.
        held: The record.
        events: What was added.
        record: The record with them.

    Returns:
        The ids of the tasks that were opened.
    """
    opened: list[str] = []
    with tx.acting_for(held.facility):
        for event in events:
            for one in _opens(event, record):
                because = (one.because,) if one.because is not None else ()
                opened.append(
                    open_task(tx, settings, one.kind, held=held, about=one.about, because=because)
                )
            # What an event opens it may close again: a claim that is proved and withdrawn in one.
            for over in _closes(event, record):
                close_tasks(tx, held, over.kinds, over.outcome, over.about)
    return tuple(opened)


class _Opened(NamedTuple):
    kind: TaskKind
    about: str = ""
    because: Said | None = None


class _Over(NamedTuple):
    kinds: Sequence[TaskKind]
    outcome: Said
    about: str | None = None


def _opens(event: Event, record: CustodyRecord) -> Iterator[_Opened]:
    match event:
        case Booked() if not record.grounds and not record.detainers:
            yield _Opened(TaskKind.NO_BASIS)
        case DetainerLodged():
            yield from _asked_for(event, record)
        case PaperRead():
            yield from _of_papers(event)
        case BasisEnded(basis=id) if _needs_the_court(event, record):
            how = Said(f"code.BasisEnd.{event.ended_by}") if event.ended_by else "–"
            why = Said("task_why.sentence_ended", {"basis": id, "how": how})
            yield _Opened(TaskKind.VERIFY_ORDER, id, why)
        case PersonFact():
            yield from _to_look_into(event.person)
        case Transferred():
            why = Said("task_why.sent_to", {"to": event.to})
            yield _Opened(TaskKind.TRANSFER_OUT, event.id, why)
        case _:
            pass


def _closes(event: Event, record: CustodyRecord) -> Iterator[_Over]:
    match event:
        case DetainerAcknowledged(detainer=id):
            yield _Over([TaskKind.ACKNOWLEDGE], Said("closed.acknowledged"), id)
        case DetainerDecided(detainer=id):
            yield _Over([TaskKind.ACKNOWLEDGE], Said("closed.answered"), id)
        case PaperRead(detainer=id):
            yield _Over([TaskKind.CLAIM], Said("closed.read"), id)
        case DetainerLifted(detainer=id):
            yield _Over(_OF_A_REQUEST, Said("closed.lifted"), id)
            if not any(detainer.open for detainer in record.detainers):
                yield _Over([TaskKind.CITIZENSHIP], Said("closed.no_request"))
        case PersonFact():
            yield from _taken_back(event.person)
        case TransferAcknowledged(transfer=id):
            yield _Over([TaskKind.TRANSFER_OUT], Said("closed.acknowledged"), id)
        case Released():
            yield _Over(_OVER_ONCE_GONE, Said("closed.released"))
        case _:
            pass
    if not isinstance(event, Booked) and record.grounds:
        yield _Over([TaskKind.NO_BASIS], Said("closed.basis_entered"))


def _answered(detainer: str, record: CustodyRecord) -> bool:
    """Say whether a request was acknowledged or answered, so that its issuer waits for nothing."""
    found = [one for one in record.detainers if one.id == detainer]
    return any(one.acknowledged is not NEVER or one.decided is not NEVER for one in found)


def _needs_the_court(event: BasisEnded, record: CustodyRecord) -> bool:
    """Say whether a sentence ended otherwise than by being served."""
    kinds = {basis.id: basis.kind for basis in record.grounds}
    return kinds.get(event.basis) is BasisKind.SENTENCE and event.ended_by not in _AS_EXPECTED


def _asked_for(event: DetainerLodged, record: CustodyRecord) -> Iterator[_Opened]:
    """Yield what a request waits for, and what is due where it meets what the jail knows."""
    if not _answered(event.detainer, record):
        yield _Opened(TaskKind.ACKNOWLEDGE, event.detainer)
    if event.unread and claims_a_warrant(event):
        yield _Opened(TaskKind.CLAIM, event.detainer)
        if event.names_this_person is False:
            yield _Opened(TaskKind.CONTRADICTION, event.detainer)
    else:
        yield from _of_papers(event)
    yield from _to_look_into(record.person)


def _of_papers(event: DetainerLodged | PaperRead) -> Iterator[_Opened]:
    """Yield what is due because of who signed, and whom the papers name."""
    if event.warrants and JUDGE_SIGNED.intersection(event.warrants):
        yield _Opened(TaskKind.WARRANT, event.detainer)
    if event.names_this_person is False:
        yield _Opened(TaskKind.CONTRADICTION, event.detainer)


def claims_a_warrant(event: DetainerLodged) -> bool:
    """Say whether a request says that some warrant came with it."""
    return bool(set(event.warrants or ()) - {WarrantKind.NONE})


def _to_look_into(person: Person) -> Iterator[_Opened]:
    if person.claims_citizenship or person.status_proof is StatusProof.CITIZENSHIP:
        yield _Opened(TaskKind.CITIZENSHIP)
    if person.disputes_identity:
        yield _Opened(TaskKind.IDENTITY)


def _taken_back(person: Person) -> Iterator[_Over]:
    if person.claims_citizenship is False:
        yield _Over([TaskKind.CITIZENSHIP], Said("closed.claim_withdrawn"))
    if person.disputes_identity is False:
        yield _Over([TaskKind.IDENTITY], Said("closed.cleared"))


def disputes_that_follow(
    event: Event, record: CustodyRecord, before: Mapping[str, Event]
) -> list[Disputed]:
    """Return what goes back to each issuer when the jail's own record speaks against a request.

    Each is an event of the record, so that whoever has a stake in it reads it there. What a
    corrected entry said before its correction went back then, and does not go back again.

    Args:
        event: What was added.
        record: The record with it.
        before: What stood before it, by id.
    """
    what = weighed(event, before)
    said = _says_back(what, before)
    if said is None or (what is not event and said == _says_back(before.get(what.id), before)):
        return []
    open_requests = [d.id for d in record.detainers if d.open]
    if isinstance(what, DetainerLodged | PaperRead):
        open_requests = [what.detainer]
    return [
        Disputed(
            id=f"{event.id}.{id}",
            record=event.record,
            occurred=event.occurred,
            recorded=event.recorded,
            by=event.by,
            of=id,
            says=said,
        )
        for id in open_requests
    ]


def _says_back(event: Event | None, before: Mapping[str, Event]) -> str | None:
    """Return the code of what goes back to an issuer; its words stand under ``dispute``.

    The ledger keeps it for ever, so it is in nobody's language.
    """
    if isinstance(event, PersonFact):
        if event.person.status_proof is StatusProof.CITIZENSHIP:
            return "citizenship-shown"
        if event.person.claims_citizenship:
            return "citizenship-claimed"
        if event.person.disputes_identity:
            return "identity-disputed"
    if isinstance(event, DetainerLodged | PaperRead) and event.names_this_person is False:
        return "record-differs"
    if isinstance(event, PaperRead) and _reads_otherwise(event, before):
        return "paper-differs"
    return None


def _reads_otherwise(event: PaperRead, before: Mapping[str, Event]) -> bool:
    """Say whether the papers are not those that their issuer said it sent."""
    lodged = (one for one in before.values() if isinstance(one, DetainerLodged))
    claims = [one for one in lodged if one.detainer == event.detainer and claims_a_warrant(one)]
    read = set(event.warrants) - {WarrantKind.NONE}
    return any(not set(one.warrants or ()) - {WarrantKind.NONE} <= read for one in claims)
