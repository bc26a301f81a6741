"""Routes of one custody record: what happens to a person, and the gate."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from exeat.desk.api import _bodies as b
from exeat.desk.api._callers import Caller, TheDesk
from exeat.desk.api._errors import ERRORS, error_body, events_out
from exeat.desk.api._shown import (
    ClearanceOut,
    DoneOut,
    PersonOut,
    ReleasedOut,
    SubscriptionOut,
    clearance_out,
    done_out,
    person_out,
    released_out,
)
from exeat.desk.api._words import At, Id, KnownAt, RecordId
from exeat.desk.service.models import Refused, ReleaseOrder
from exeat.say.answers import answer_to_json

__all__ = ["router"]

router = APIRouter(prefix="/records", tags=["records"], responses=ERRORS)


@router.post("", status_code=201)
def book(desk: TheDesk, ctx: Caller, body: b.BookIn) -> DoneOut:
    """Book a person: open a record with the grounds of custody and protective facts."""
    done = desk.acts.book(
        ctx,
        body.person.fact(),
        event_id=body.event_id or "",
        occurred=body.occurred,
        bases=[basis.fact() for basis in body.bases],
        bases_complete=body.bases_complete,
        facts=body.facts.fact() if body.facts else None,
        note=body.note,
    )
    return done_out(done)


@router.get("/{record}")
def person(
    desk: TheDesk, ctx: Caller, record: RecordId, at: At = None, known_at: KnownAt = None
) -> PersonOut:
    """Return a record with its events, the answer, and who has read it."""
    return person_out(desk.reading.person(ctx, record, at, known_at))


@router.post("/{record}/bases")
def add_basis(desk: TheDesk, ctx: Caller, record: RecordId, body: b.AddBasis) -> DoneOut:
    """Enter a ground of custody."""
    offence = body.offence.fact() if body.offence else None
    said: dict[str, Any] = {"basis": body.basis, "kind": body.kind, "agency": body.agency}
    return done_out(desk.acts.add_basis(ctx, record, offence=offence, **said, **body.common()))


@router.post("/{record}/bases/end")
def end_basis(desk: TheDesk, ctx: Caller, record: RecordId, body: b.EndBasis) -> DoneOut:
    """Enter that a ground of custody ended."""
    said: dict[str, Any] = {"basis": body.basis, "ended_by": body.ended_by}
    return done_out(desk.acts.end_basis(ctx, record, **said, **body.common()))


@router.post("/{record}/requests")
def lodge(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Lodge) -> DoneOut:
    """Enter a request that came on paper."""
    said: dict[str, Any] = {"detainer": body.detainer, "issuer": body.issuer}
    said |= {"paper": body.paper.fact(), "received": body.received}
    return done_out(desk.requests.lodge(ctx, record, **said, **body.common()))


@router.post("/{record}/requests/{detainer}/receive")
def receive(
    desk: TheDesk, ctx: Caller, record: RecordId, detainer: Id, body: b.OfRequest
) -> DoneOut:
    """Enter that the facility had a request in hand."""
    return done_out(desk.acts.receive(ctx, record, detainer=detainer, **body.common()))


@router.post("/{record}/requests/{detainer}/serve")
def serve(desk: TheDesk, ctx: Caller, record: RecordId, detainer: Id, body: b.OfRequest) -> DoneOut:
    """Enter that a copy was served on the person."""
    return done_out(desk.acts.serve(ctx, record, detainer=detainer, **body.common()))


@router.post("/{record}/requests/{detainer}/acknowledge")
def acknowledge(
    desk: TheDesk, ctx: Caller, record: RecordId, detainer: Id, body: b.OfRequest
) -> DoneOut:
    """Enter that the issuer was told that its request is here."""
    return done_out(desk.acts.acknowledge(ctx, record, detainer=detainer, **body.common()))


@router.post("/{record}/requests/{detainer}/hold-ordered")
def hold_ordered(
    desk: TheDesk, ctx: Caller, record: RecordId, detainer: Id, body: b.OfRequest
) -> DoneOut:
    """Enter that a state judicial official ordered the hold."""
    return done_out(desk.acts.hold_ordered(ctx, record, detainer=detainer, **body.common()))


@router.post("/{record}/requests/{detainer}/decide")
def decide_request(
    desk: TheDesk, ctx: Caller, record: RecordId, detainer: Id, body: b.DecideRequest
) -> DoneOut:
    """Answer a request: whether the facility complies, and why."""
    said: dict[str, Any] = {"detainer": detainer, "complies": body.complies, "why": body.why}
    common = {name: value for name, value in body.common().items() if name != "note"}
    return done_out(desk.acts.decide_request(ctx, record, **said, **common))


@router.post("/{record}/requests/{detainer}/lift")
def lift(desk: TheDesk, ctx: Caller, record: RecordId, detainer: Id, body: b.Lift) -> DoneOut:
    """Enter that a request ended; its issuer may do so as well."""
    said: dict[str, Any] = {"detainer": detainer, "reason": body.reason}
    return done_out(desk.acts.lift(ctx, record, **said, **body.common()))


@router.post("/{record}/schedule")
def schedule_release(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Schedule) -> DoneOut:
    """Set when the person is to leave."""
    said: dict[str, Any] = {"release_at": body.release_at}
    return done_out(desk.acts.schedule_release(ctx, record, **said, **body.common()))


@router.post("/{record}/notices")
def give_notice(desk: TheDesk, ctx: Caller, record: RecordId, body: b.GiveNotice) -> DoneOut:
    """Enter that somebody was told something."""
    said: dict[str, Any] = {"kind": body.kind, "to": body.to, "about": body.about}
    return done_out(
        desk.acts.give_notice(ctx, record, evidence=body.evidence, **said, **body.common())
    )


@router.post("/{record}/facts")
def set_person_fact(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Facts) -> DoneOut:
    """Enter protective facts."""
    said: dict[str, Any] = {"facts": body.facts.fact()}
    return done_out(desk.acts.set_person_fact(ctx, record, **said, **body.common()))


@router.post("/{record}/convictions")
def record_convictions(
    desk: TheDesk, ctx: Caller, record: RecordId, body: b.Convictions
) -> DoneOut:
    """Enter the convictions of record that were looked up; none is an answer too."""
    said: dict[str, Any] = {"convictions": tuple(one.fact() for one in body.convictions)}
    return done_out(desk.acts.record_convictions(ctx, record, **said, **body.common()))


@router.post("/{record}/papers")
def paper_arrived(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Paper) -> DoneOut:
    """Enter that a court's paper came in; until it is read, it is a task."""
    return done_out(
        desk.rounds.paper_arrived(
            ctx, record, paper=body.paper, sender=body.sender, legible=body.legible
        )
    )


@router.post("/{record}/transfer")
def transfer(desk: TheDesk, ctx: Caller, record: RecordId, body: b.TransferIn) -> DoneOut:
    """Send the person to another facility, with every hold."""
    return done_out(desk.transfers.transfer(ctx, record, to=body.to, **body.common()))


@router.post("/{record}/corrections")
def correct(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Correct) -> DoneOut:
    """Correct an event; it stays on record."""
    said: dict[str, Any] = {"of": body.of, "says": body.says, "instead": body.instead}
    return done_out(desk.acts.correct(ctx, record, **said, **body.common()))


@router.post("/{record}/disputes")
def dispute(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Dispute) -> DoneOut:
    """Say that something on record is wrong."""
    said: dict[str, Any] = {"of": body.of, "says": body.says}
    return done_out(desk.acts.dispute(ctx, record, **said, **body.common()))


@router.post("/{record}/share", status_code=204)
def share(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Share) -> None:
    """Let counsel, or an agency that asked, read the record."""
    desk.rounds.share(ctx, record, agency=body.agency)


@router.post("/{record}/subscriptions", status_code=201)
def subscribe(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Subscribe) -> SubscriptionOut:
    """Ask to be told of kinds of event."""
    found = desk.rounds.subscribe(ctx, record, kinds=body.kinds, channel=body.channel)
    return SubscriptionOut(subscription=found)


@router.get("/{record}/clearance")
def clear(
    desk: TheDesk, ctx: Caller, record: RecordId, at: At = None, known_at: KnownAt = None
) -> ClearanceOut:
    """Answer whether the person may go: on all that is on record, or on what was known then."""
    return clearance_out(desk.gate.clear(ctx, record, at, known_at))


@router.post("/{record}/release")
def release(desk: TheDesk, ctx: Caller, record: RecordId, body: b.ReleaseIn) -> ReleasedOut:
    """Let the person go, or say why not (409): hold, read, decide, and only then write."""
    order = ReleaseOrder(
        record=record,
        seen_version=body.seen_version,
        identifiers={name: value for name, value in body.identifiers.model_dump().items() if value},
        kind=body.kind,
        to=body.to,
        namesakes_seen=tuple(body.namesakes_seen),
        warrants_checked=body.warrants_checked,
        override=body.override.fact() if body.override else None,
        event_id=body.event_id or "",
    )
    found = desk.gate.release(ctx, order)
    if isinstance(found, Refused):
        return JSONResponse(_refused(found), 409)  # type: ignore[return-value]
    return released_out(found)


def _refused(found: Refused) -> dict[str, Any]:
    return error_body(
        tuple(one.fault for one in found.refusals),
        version=found.version,
        came_in=events_out(found.came_in),
        refusals=[one.kind.value for one in found.refusals],
        answer=answer_to_json(found.answer, found.law, found.zone),
    )
