"""Routes of one custody record: what happens to a person, and the gate.

The acts that are events have one route, which takes each kind without its envelope, and a path
of their own besides; both are made from the register.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Union

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from exeat.desk.api import _bodies as b
from exeat.desk.api._callers import Caller, TheDesk
from exeat.desk.api._entered import ActBody, Entered, body_of, said_in
from exeat.desk.api._errors import ERRORS, error_body, events_out, refusal_faults, refusals_out
from exeat.desk.api._shown import (
    ClearanceOut,
    PersonOut,
    ReleasedOut,
    clearance_out,
    person_out,
    released_out,
)
from exeat.desk.api._words import At, Id, KnownAt, RecordId
from exeat.desk.service import Desk
from exeat.desk.service.models import Refused, ReleaseOrder
from exeat.office.context import Context
from exeat.office.models import Done
from exeat.office.register import ACTS, Act, PaperArrived, Unsharing
from exeat.say.answers import answer_to_json

__all__ = ["router"]

router = APIRouter(prefix="/records", tags=["records"], responses=ERRORS)


@router.post("", status_code=201)
def book(desk: TheDesk, ctx: Caller, body: b.BookIn) -> Done:
    """Book a person: open a record with the grounds of custody and protective facts."""
    done = desk.acts.book(
        ctx,
        body.person,
        event_id=body.event_id or "",
        occurred=body.occurred,
        bases=body.bases,
        bases_complete=body.bases_complete,
        facts=body.facts,
        note=body.note,
        not_these=body.not_these,
    )
    return done


@router.get("/{record}")
def person(
    desk: TheDesk, ctx: Caller, record: RecordId, at: At = None, known_at: KnownAt = None
) -> PersonOut:
    """Return a record with its events, the answer, and who has read it."""
    return person_out(desk.reading.person(ctx, record, at, known_at))


def _did(desk: Desk, ctx: Context, record: str, act: Act, said: dict[str, object]) -> Done:
    done = desk.do(ctx, act.name, record, **said)
    assert isinstance(done, Done), act.name
    return done


_EVENTS: Final = {
    body_of(act, own_path=False): act for act in ACTS.values() if act.enters is not None
}
"""The acts that are events, by the body in which each is sent."""
_EVENT: Final[Any] = Annotated[
    Union[tuple(_EVENTS)],  # noqa: UP007 - made at run time
    Field(discriminator="event"),
]


def _enter(desk: TheDesk, ctx: Caller, record: RecordId, body: ActBody) -> Done:
    """Enter an event of a record: any of its kinds, without its envelope."""
    act = _EVENTS[type(body)]
    return _did(desk, ctx, record, act, said_in(act, body))


_enter.__annotations__["body"] = _EVENT
router.add_api_route("/{record}/events", _enter, methods=["POST"], name="enter")


@router.post("/{record}/requests")
def lodge(desk: TheDesk, ctx: Caller, record: RecordId, body: b.Lodge) -> Done:
    """Enter a request that came on paper."""
    said = said_in(ACTS["lodge"], body)
    return _did(desk, ctx, record, ACTS["lodge"], said)


def _own_path(act: Act) -> Callable[..., Done]:
    """Return what an act's own path does."""
    if "{detainer}" in act.path:

        def of_request(
            desk: TheDesk, ctx: Caller, record: RecordId, detainer: Id, body: ActBody
        ) -> Done:
            return _did(desk, ctx, record, act, said_in(act, body, {"detainer": detainer}))

        return of_request

    def of_record(desk: TheDesk, ctx: Caller, record: RecordId, body: ActBody) -> Done:
        return _did(desk, ctx, record, act, said_in(act, body))

    return of_record


for _act in ACTS.values():
    if _act.path:
        _route = _own_path(_act)
        _route.__annotations__["body"] = body_of(_act, own_path=True)
        router.add_api_route(
            f"/{{record}}/{_act.path}",
            _route,
            methods=["POST"],
            name=_act.name,
            description=_act.says,
        )


@router.post("/{record}/papers")
def paper_arrived(
    desk: TheDesk, ctx: Caller, record: RecordId, body: Entered[PaperArrived]
) -> Done:
    """Enter that a court's paper came in; until it is read, it is a task."""
    said: dict[str, Any] = {"sender": body.sender, "legible": body.legible}
    return desk.rounds.paper_arrived(ctx, record, paper=body.paper, **said)


@router.post("/{record}/share", status_code=204)
def share(desk: TheDesk, ctx: Caller, record: RecordId, body: b.ShareIn) -> None:
    """Let counsel, or an agency that asked, read the record."""
    desk.shares.share(ctx, record, agency=body.agency, override=body.override)


@router.post("/{record}/unshare", status_code=204)
def unshare(desk: TheDesk, ctx: Caller, record: RecordId, body: Entered[Unsharing]) -> None:
    """Take back that counsel, or an agency, may read the record, from now on."""
    desk.shares.unshare(ctx, record, agency=body.agency, why=body.why)


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
        identifiers=body.identifiers.said,
        kind=body.kind,
        to=body.to,
        namesakes_seen=tuple(body.namesakes_seen),
        warrants_checked=body.warrants_checked,
        override=body.override,
        event_id=body.event_id or "",
    )
    found = desk.gate.release(ctx, order)
    if isinstance(found, Refused):
        return JSONResponse(_refused(found), 409)  # type: ignore[return-value]
    return released_out(found)


def _refused(found: Refused) -> dict[str, Any]:
    return error_body(
        refusal_faults(found.refusals, found.zone),
        version=found.version,
        came_in=events_out(found.came_in),
        refusals=[one.kind.value for one in found.refusals],
        refused=refusals_out(found.refusals),
        answer=answer_to_json(found.answer, found.law, found.zone),
    )
