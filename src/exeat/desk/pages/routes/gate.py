"""The gate's pages: the release form, why it was refused, and that it was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from exeat.decide import Verdict
from exeat.desk.pages import picks
from exeat.desk.pages.acts import RELEASE
from exeat.desk.pages.forms import Problem, Wrong, starts
from exeat.desk.pages.history import event_line, instant_of, signed_by
from exeat.desk.pages.present import PersonView, still_owed
from exeat.desk.pages.reading import read_form
from exeat.desk.pages.routes._common import may, see, shown_name
from exeat.desk.pages.signing import beside, missing, override_of
from exeat.desk.pages.site import At, PageRoute, SentForm, Site
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import (
    PersonPage,
    Refusal,
    RefusalKind,
    Refused,
    ReleaseOrder,
)
from exeat.errors import ExeatError
from exeat.facts.codes import ReleaseKind
from exeat.facts.events import Released

__all__ = ["order_of", "router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_AT_THE_FORM: Final = {
    RefusalKind.IDENTIFIERS: "born",
    RefusalKind.NAMESAKE: "namesakes",
    RefusalKind.WARRANTS_UNCHECKED: "warrants_checked",
}
"""What the officer mends in the form itself."""


@router.get("/people/{record}/release")
def asking(request: Request, site: At, record: str) -> Response:
    """Ask who stands before the officer, and how they leave."""
    viewer = may(site, request, "release")
    page = site.asked(lambda: site.desk.reading.person(viewer.ctx, record))
    raw = starts(RELEASE, picks.zone_of(page), viewer.ctx.now, {"kind": ReleaseKind.STREET})
    return _form(site, request, viewer, page, raw)


@router.post("/people/{record}/release")
def releasing(request: Request, site: At, record: str, sent: SentForm) -> Response:
    """Let the person go, or say why not."""
    viewer = site.checked(request, sent)
    page = site.asked(lambda: site.desk.reading.person(viewer.ctx, record))
    choices = picks.of_person(site, viewer, page, site.words(request))
    filled = read_form(RELEASE, sent, picks.zone_of(page), choices)
    event_id, version = str(sent.get("event_id") or ""), str(sent.get("version") or "")
    problems = list(filled.problems)
    if not problems:
        try:
            against = sent.get("override") == "yes"
            seen = int(version) if version.isdecimal() else 0
            order = order_of(record, filled.values, seen, event_id, against=against)
            found = site.asked(lambda: site.desk.gate.release(viewer.ctx, order))
            if not isinstance(found, Refused):
                return see(f"/people/{record}/released")
            problems = _at_the_form(found.refusals)
            if not problems:
                return _refused(site, request, viewer, page, found)
        except Wrong as wrong:
            problems = list(wrong.problems)
        except ExeatError as error:
            problems = [beside(fault) for fault in error.faults]
    return _form(site, request, viewer, page, filled.raw, tuple(problems), event_id)


@router.get("/people/{record}/released")
def released(request: Request, site: At, record: str) -> Response:
    """Say that the person left, and what is due now."""
    viewer = may(site, request, "release")
    page = site.asked(lambda: site.desk.reading.person(viewer.ctx, record))
    if page.record.release is None:
        return see(f"/people/{record}")
    zone, t = picks.zone_of(page), site.words(request)
    given = page.answers[-1] if page.answers else {}
    # Of the record, and not of the address: a page says nothing that anybody can write into a link.
    left = [event.id for event in page.events if isinstance(event, Released)]
    passed = given.get("gate", {}).get("override", {}).get("refusals", [])
    gone = instant_of(page.record.release.at, zone)
    before = page if gone is None else _just_before(site, viewer, record, gone)
    then = PersonView(before, t)
    return site.page(
        request,
        viewer,
        "released.html.j2",
        view=PersonView(page, t),
        before=then,
        owed=still_owed(then, page.events),
        tasks=[task for task in page.tasks if task.closed is None],
        against_law=RefusalKind.NO_HANDOVER.value in passed,
        name=shown_name(page),
        at=gone,
        event=left[-1],
        overridden=passed,
        signed=signed_by(given.get("gate", {}), t),
        unless=given.get("verdict") == Verdict.RELEASE_UNLESS_INSTRUCTED,
    )


def _just_before(site: Site, viewer: Viewer, record: str, gone: datetime) -> PersonPage:
    """Return the page as it was at the last moment in custody: what was owed stands there."""
    at = gone - timedelta(microseconds=1)
    return site.asked(lambda: site.desk.reading.person(viewer.ctx, record, at))


def _form(
    site: Site,
    request: Request,
    viewer: Viewer,
    page: PersonPage,
    raw: dict[str, list[str]],
    problems: tuple[Problem, ...] = (),
    event_id: str = "",
) -> Response:
    t = site.words(request)
    return site.page(
        request,
        viewer,
        "release.html.j2",
        status=422 if problems else 200,
        view=PersonView(page, t),
        form=RELEASE,
        raw=raw,
        problems=problems,
        picks=picks.of_person(site, viewer, page, t),
        # A new try is a new act; only the same one sent twice counts once.
        event_id=event_id if event_id and not problems else uuid4().hex,
        must_hold=page.answer.verdict is Verdict.MUST_HOLD,
    )


def _refused(
    site: Site, request: Request, viewer: Viewer, page: PersonPage, found: Refused
) -> Response:
    """Show why not, what came in, and the answer as it stands now."""
    t = site.words(request)
    fresh = site.asked(lambda: site.desk.reading.person(viewer.ctx, page.record.id))
    zone = picks.zone_of(fresh)
    shown: dict[str, Any] = {
        "view": PersonView(fresh, t),
        "refusals": found.refusals,
        "came_in": [event_line(event, zone, t) for event in found.came_in],
        "name": shown_name(page),
        "record": page.record.id,
    }
    return site.page(request, viewer, "refused.html.j2", status=409, **shown)


def _at_the_form(refusals: tuple[Refusal, ...]) -> list[Problem]:
    """Return what is to be mended in the form, if that is all that keeps the gate shut."""
    if any(one.kind not in _AT_THE_FORM for one in refusals):
        return []
    return [Problem(_AT_THE_FORM[one.kind], more=(*one.said, *one.help)) for one in refusals]


def order_of(
    record: str, values: Mapping[str, Any], version: int, event_id: str, *, against: bool
) -> ReleaseOrder:
    """Return what the officer at the door says.

    Raises:
        Wrong: Less than two identifiers, or a part of an override is missing.
    """
    named = {
        "born": values["born"].isoformat() if values["born"] else "",
        "booking_number": values["booking_number"] or "",
        "fingerprint_id": values["fingerprint_id"] or "",
        "photo": "match" if values["photo"] else "",
    }
    given = {key: text for key, text in named.items() if text}
    problems = [] if len(given) > 1 else [Problem("born", "fault.two-identifiers")]
    problems += list(missing(values)) if against else []
    if problems:
        raise Wrong(*problems)
    return ReleaseOrder(
        record=record,
        seen_version=version,
        identifiers=given,
        kind=values["kind"],
        to=values["to"],
        namesakes_seen=values["namesakes"],
        warrants_checked=values["warrants_checked"],
        override=override_of(values) if against else None,
        event_id=event_id,
    )
