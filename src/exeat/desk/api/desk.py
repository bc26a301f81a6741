"""Routes of the desk as a whole: board, requests, handovers, tasks, log, counts, live changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from exeat.desk.api import _bodies as b
from exeat.desk.api._callers import Caller, StillIn, TheDesk
from exeat.desk.api._errors import ERRORS
from exeat.desk.api._proofs import RequestProofOut, request_proof_out
from exeat.desk.api._shown import BoardOut, LogOut, TaskOut, board_out, log_out, task_out
from exeat.desk.api._words import Count, Id, Instant, Text
from exeat.desk.service.models import (
    Counts,
    Handover,
    IncomingRequest,
    LogFilter,
    Near,
    Reconciliation,
)
from exeat.office.models import Agency, Done

__all__ = ["router"]

router = APIRouter(tags=["desk"], responses=ERRORS)

_Number = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="As the desk gave it.")]
_After = Annotated[
    str, Query(max_length=120, description="Where the page begins, as `Link` before said.")
]
_Limit = Annotated[int, Query(ge=1, le=100)]
_Before = Annotated[int | None, Query(ge=0, le=2**62)]


@router.get("/board")
def board(desk: TheDesk, ctx: Caller) -> list[BoardOut]:
    """Return everyone in custody here, the most urgent first."""
    return [board_out(row) for row in desk.board.rows(ctx)]


@router.get("/requests")
def requests(
    response: Response, desk: TheDesk, ctx: Caller, after: _After = "", limit: _Limit = 100
) -> list[IncomingRequest]:
    """Return requests that this agency sent, or got: those that wait first, the newest first.

    Where more follow, the header `Link` says where the next page is.
    """
    found = desk.requests.requests_page(ctx, after, limit)
    if found.after:
        query = urlencode({"after": found.after, "limit": limit})
        response.headers["Link"] = f'</api/v1/requests?{query}>; rel="next"'
    return list(found.requests)


@router.get("/requests/{request}")
def request(desk: TheDesk, ctx: Caller, request: _Number) -> IncomingRequest:
    """Return one request that this agency sent, or got."""
    return desk.requests.request(ctx, request)


@router.get("/requests/{request}/near")
def near(desk: TheDesk, ctx: Caller, request: _Number) -> list[Near]:
    """Look through the house now for whom a request may be about, the likeliest first."""
    return list(desk.requests.near(ctx, request))


@router.post("/requests", status_code=201)
def send_request(desk: TheDesk, ctx: Caller, body: b.SendRequest) -> IncomingRequest:
    """Send a request to a facility; what comes back is its signed receipt."""
    found = desk.requests.send_request(
        ctx,
        facility=body.facility,
        person=body.person,
        paper=body.paper,
        request_id=body.request_id or "",
    )
    return found


@router.get("/requests/{request}/proof")
def request_proof(desk: TheDesk, ctx: Caller, request: _Number) -> RequestProofOut:
    """Return what proves a request's receipt and answer; for its sender and its facility only."""
    return request_proof_out(desk.requests.request_proof(ctx, request))


@router.post("/requests/{request}/match")
def match_request(desk: TheDesk, ctx: Caller, request: _Number, body: b.Match) -> Done:
    """Say whom a request is about; it then stands on that person's record."""
    return desk.requests.match_request(
        ctx,
        request,
        body.record,
        detainer=body.detainer or "",
        identifiers=body.identifiers.said,
        differs_seen=body.differs_seen,
    )


@router.post("/requests/{request}/not-in-custody-here")
def not_in_custody_here(
    desk: TheDesk, ctx: Caller, request: _Number, body: b.NotHere | None = None
) -> IncomingRequest:
    """Answer that the person is not in custody here; it is no refusal.

    The house is looked through now. Where anybody is near who is not among `not_these`, the
    answer is refused (409), with each of them.
    """
    not_these = body.not_these if body is not None else ()
    return desk.requests.not_in_custody_here(ctx, request, not_these)


@router.post("/requests/{request}/take-back")
def take_back_answer(
    desk: TheDesk, ctx: Caller, request: _Number, body: b.TakeBack
) -> IncomingRequest:
    """Take back the answer that a person is not here, given in error: the request waits again."""
    return desk.requests.take_back_answer(ctx, request, body.why)


@router.post("/requests/{request}/withdraw")
def withdraw_request(desk: TheDesk, ctx: Caller, request: _Number) -> IncomingRequest:
    """Withdraw a request that nobody has matched yet."""
    return desk.requests.withdraw_request(ctx, request)


@router.get("/handovers")
def handovers(desk: TheDesk, ctx: Caller) -> list[Handover]:
    """Return who is on the way from here, or to here."""
    return desk.transfers.handovers(ctx)


@router.post("/handovers/{handover}/acknowledge")
def acknowledge_transfer(desk: TheDesk, ctx: Caller, handover: _Number, body: b.TakeOver) -> Done:
    """Take a person over, with every hold that came along."""
    number = body.booking_number
    return desk.transfers.acknowledge_transfer(
        ctx, handover, booking_number=number, event_id=body.event_id or ""
    )


@router.get("/tasks")
def tasks(desk: TheDesk, ctx: Caller) -> list[TaskOut]:
    """Return what is open here, the most urgent first."""
    return [task_out(task) for task in desk.reading.tasks(ctx)]


@router.post("/tasks/{task}/take", status_code=204)
def take_task(desk: TheDesk, ctx: Caller, task: _Number) -> None:
    """Say that one does a task oneself."""
    desk.rounds.take_task(ctx, task)


@router.post("/tasks/{task}/close", status_code=204)
def close_task(desk: TheDesk, ctx: Caller, task: _Number, body: b.CloseTask) -> None:
    """Close a task, and say what came of it."""
    desk.rounds.close_task(ctx, task, body.outcome, body.read)


@router.post("/sweep")
def sweep(desk: TheDesk, ctx: Caller) -> list[str]:
    """Look at everyone in custody, and open what is due; return the tasks of the clock."""
    return list(desk.rounds.sweep(ctx))


@router.post("/reconcile")
def reconcile(desk: TheDesk, ctx: Caller, body: b.Roster) -> Reconciliation:
    """Compare the roster with who is on record as in custody, and why."""
    return desk.rounds.reconcile(ctx, body.booking_numbers)


@router.get("/log")
def audit_log(
    desk: TheDesk,
    ctx: Caller,
    record: Annotated[Id | None, Query()] = None,
    before: _Before = None,
    limit: Count = 200,
    actor: Annotated[Text | None, Query(description="Name of an account, or of a key.")] = None,
    what: Annotated[Id | None, Query(description="Code of an act or a reading.")] = None,
    since: Annotated[Instant | None, Query(description="From this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant.")] = None,
) -> list[LogOut]:
    """Return who did or read what, the newest first."""
    only = LogFilter(record=record, actor=actor, what=what, since=since, until=until)
    lines = desk.reading.audit_log(ctx, before=before, limit=limit, only=only)
    return [log_out(line) for line in lines]


@router.get("/counts")
def counts(desk: TheDesk, ctx: Caller) -> Counts:
    """Return how many of what; nothing in it is about one person."""
    return desk.reading.counts(ctx)


@router.get("/agencies")
def agencies(desk: TheDesk, ctx: Caller) -> list[Agency]:
    """Return every agency, by code."""
    return desk.reading.agencies(ctx)


@router.get(
    "/changes",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Ids of records."}},
)
def changes(request: Request, ctx: Caller, still: StillIn) -> StreamingResponse:
    """Stream the ids of records that move, as server-sent events; nothing else is in them.

    With the session, or the key, the stream ends: its last event is `ended`.
    """
    stream: AsyncIterator[str] = request.app.state.changes.stream(ctx, still)
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )
