"""Requests: intake, those that came in, what the sending agency sees, and people on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from exeat.desk.pages import picks
from exeat.desk.pages.acts import INTAKE
from exeat.desk.pages.content import made_up, personal, said
from exeat.desk.pages.forms import Form, Problem, starts
from exeat.desk.pages.more_acts import SEND_REQUEST, TAKE_OVER
from exeat.desk.pages.reading import Filled, read_form
from exeat.desk.pages.routes._common import done_words, form_page, may, see
from exeat.desk.pages.site import At, PageRoute, SentForm, Site, Stop
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import Handover, IncomingRequest
from exeat.errors import ExeatError
from exeat.facts.papers import paper_of
from exeat.i18n.words import Words
from exeat.office.models import PersonalData
from exeat.office.personal import plain

_NO_PROBLEMS: tuple[Problem, ...] = ()
_PAGE = 25
_IDENTIFY = ("booking_number", "born", "fingerprint_id")

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/requests")
def requests(request: Request, site: At) -> Response:
    """Show the requests, and who is on the way."""
    return _list(site, request)


@router.get("/requests/new")
def intake(request: Request, site: At) -> Response:
    """Ask what a paper says."""
    viewer = may(site, request, "lodge")
    raw = starts(INTAKE, viewer.zone, viewer.ctx.now, dict(request.query_params))
    return _page(site, request, viewer, INTAKE, raw, "/requests/new")


@router.post("/requests/new")
def lodge(request: Request, site: At, sent: SentForm) -> Response:
    """Enter a request that came on paper."""
    viewer = site.checked(request, sent)
    filled = read_form(INTAKE, sent, viewer.zone, {})
    event_id = str(sent.get("event_id") or "") or uuid4().hex
    problems = filled.problems or _one_identifier(filled)
    if not problems:
        number = filled.values["booking_number"]
        record = _record_of(site, viewer, number)
        if record is None:
            seen = {"seen": number[:40]}
            problems = (Problem("booking_number", "fault.nobody-here", seen),)
        else:
            try:
                _lodged(site, viewer, record, filled, event_id)
                return see(f"/people/{record}?done=lodge")
            except ExeatError as error:
                problems = tuple(Problem.of(fault, INTAKE) for fault in error.faults)
    return _page(
        site, request, viewer, INTAKE, filled.raw, "/requests/new", problems, event_id=event_id
    )


@router.get("/requests/send")
def sending(request: Request, site: At) -> Response:
    """Ask what is requested."""
    viewer = may(site, request, "send_request")
    raw = starts(SEND_REQUEST, viewer.zone, viewer.ctx.now, {})
    choices = {"facilities": picks.agencies(site, viewer, "facility")}
    return _page(site, request, viewer, SEND_REQUEST, raw, "/requests/send", choices=choices)


@router.post("/requests/send")
def send(request: Request, site: At, sent: SentForm) -> Response:
    """Send a request."""
    viewer = site.checked(request, sent)
    choices = {"facilities": picks.agencies(site, viewer, "facility")}
    filled = read_form(SEND_REQUEST, sent, viewer.zone, choices)
    event_id = str(sent.get("event_id") or "") or uuid4().hex
    problems = filled.problems
    if not problems:
        try:
            paper, _ = paper_of(said(SEND_REQUEST, filled))
            found = site.desk.requests.send_request(
                viewer.ctx, facility=filled.values["facility"], person=personal(filled.values),
                paper=paper, request_id=event_id,
            )  # fmt: skip
            return see(f"/requests?done=send_request#q-{found.id}")
        except ExeatError as error:
            problems = tuple(Problem.of(fault, SEND_REQUEST) for fault in error.faults)
    return _page(
        site, request, viewer, SEND_REQUEST, filled.raw, "/requests/send", problems,
        choices=choices, event_id=event_id,
    )  # fmt: skip


@router.post("/requests/{id}/withdraw")
def withdraw(request: Request, site: At, id: str, sent: SentForm) -> Response:
    """Withdraw a request."""
    viewer = site.checked(request, sent)
    site.asked(lambda: site.desk.requests.withdraw_request(viewer.ctx, id))
    return see("/requests?done=withdraw_request")


@router.get("/handovers/{id}")
def taking(request: Request, site: At, id: str) -> Response:
    """Ask for the booking number of a person on the way."""
    return _take_over(site, request, may(site, request, "acknowledge_transfer"), id, None)


@router.post("/handovers/{id}")
def take(request: Request, site: At, id: str, sent: SentForm) -> Response:
    """Take a person over."""
    return _take_over(site, request, site.checked(request, sent), id, sent)


def _list(site: Site, request: Request) -> Response:
    viewer = site.viewer(request)
    ctx, t = viewer.ctx, site.words(request)
    after = request.query_params.get("after", "")
    found = site.asked(
        lambda: site.desk.requests.requests_page(ctx, after, _PAGE, look=ctx.may("near"))
    )
    handovers = (
        site.asked(lambda: site.desk.transfers.handovers(ctx)) if ctx.may("handovers") else None
    )
    agencies = site.desk.reading.agencies(ctx)
    zones = {one.code: ZoneInfo(one.zone) for one in agencies if one.zone}
    return site.page(
        request,
        viewer,
        "requests.html.j2",
        here="requester" if ctx.may("send_request") else "requests",
        done=done_words(request, t),
        page=found,
        first=not after,
        handovers=handovers,
        signing=site.desk.log.signing(),
        agency_names={one.code: one.name for one in agencies},
        # Times are the jail's, whoever reads them: as they stand on its record.
        zone_at=lambda code: zones.get(code, viewer.zone),
        steps=lambda one: _steps(one, t),
    )


def _steps(one: IncomingRequest, t: Words) -> list[tuple[str, datetime | None]]:
    answered = t("requests.answered")
    receipt = one.lodged if one.receipt else None
    return [
        (t("requests.lodged"), one.lodged),
        (t("requests.receipt"), receipt),
        (answered, one.answered),
    ]


def _take_over(
    site: Site, request: Request, viewer: Viewer, id: str, sent: FormData | None
) -> Response:
    """Ask for the booking number here of a person who is on the way, and book them."""
    coming = _find(site.asked(lambda: site.desk.transfers.handovers(viewer.ctx)), id)
    t = site.words(request)
    filled, problems = Filled({}, {}, ()), _NO_PROBLEMS
    if sent is not None:
        filled = read_form(TAKE_OVER, sent, viewer.zone, {})
        problems = filled.problems
        if not problems:
            try:
                number, event = filled.values["booking_number"], str(sent.get("event_id") or "")
                done = site.desk.transfers.acknowledge_transfer(
                    viewer.ctx, id, booking_number=number, event_id=event
                )
                return see(f"/people/{done.record}?done=acknowledge_transfer")
            except ExeatError as error:
                problems = tuple(Problem.of(fault, TAKE_OVER) for fault in error.faults)
    about = (
        (t("field.surname.label"), coming.person.shown if coming.person else "–"),
        (t("field.born.label"), _day(coming.person)),
        (t("requests.sender"), coming.sender),
        (t("requests.holds"), ", ".join(coming.holds) or t("site.none")),
    )
    return _page(
        site, request, viewer, TAKE_OVER, filled.raw, f"/handovers/{id}", problems, about=about
    )


def _page(
    site: Site,
    request: Request,
    viewer: Viewer,
    form: Form,
    raw: dict[str, list[str]],
    action: str,
    problems: tuple[Problem, ...] = (),
    **more: Any,
) -> Response:
    return form_page(
        site, request, viewer, form, raw, back="/requests", action=action, problems=problems,
        here="requester" if viewer.ctx.may("send_request") else "requests", **more,
    )  # fmt: skip


def _find(found: list[Handover], id: str) -> Handover:
    wanted = next((one for one in found if one.id == id), None)
    if wanted is None:
        raise Stop(404, "error.gone")
    return wanted


def _lodged(site: Site, viewer: Viewer, record: str, filled: Filled, event_id: str) -> None:
    content = {**made_up(INTAKE, event_id), **said(INTAKE, filled)}
    named = {name: str(content.pop(name) or "") for name in _IDENTIFY}
    site.desk.do(
        viewer.ctx, "lodge", record, event_id=event_id, occurred=content["received"],
        identifiers=named, **content,
    )  # fmt: skip


def _one_identifier(filled: Filled) -> tuple[Problem, ...]:
    """Return that a booking number alone does not say who is meant."""
    if any(filled.values[name] for name in _IDENTIFY[1:]):
        return ()
    return (Problem("born", "fault.two-on-paper"),)


def _record_of(site: Site, viewer: Viewer, number: str) -> str | None:
    """Return the record in the house with a booking number; None where there is not just one.

    Numbers are compared as the gate compares them, by letters and digits alone.
    """
    wanted = plain(number)
    rows = site.desk.board.rows(viewer.ctx)
    found = [row.record for row in rows if wanted and plain(row.booking_number) == wanted]
    return found[0] if len(found) == 1 else None


def _day(person: PersonalData | None) -> str:
    return person.born.isoformat() if person is not None and person.born else "–"
