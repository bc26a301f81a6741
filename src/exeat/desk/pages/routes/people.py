"""The board, a person's page, and the form of each act."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.datastructures import FormData

from exeat.decide import Verdict
from exeat.desk.pages import picks
from exeat.desk.pages.acts import ACTS, BOOK
from exeat.desk.pages.content import made_up, personal, said
from exeat.desk.pages.forms import Choice, Form, Problem, starts
from exeat.desk.pages.present import (
    PersonView,
    is_due,
    shown,
)
from exeat.desk.pages.reading import Filled, read_form
from exeat.desk.pages.rendering import HEADERS, link_of
from exeat.desk.pages.routes._asking import page_at
from exeat.desk.pages.routes._common import done_words, form_page, may, see, shown_name, tried
from exeat.desk.pages.sentences import must_nots_of
from exeat.desk.pages.signing import SIGNING, override_of
from exeat.desk.pages.site import At, PageRoute, SentForm, Site, Stop
from exeat.desk.pages.views import Viewer
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import BoardRow, Left, PersonPage
from exeat.errors import ExeatError
from exeat.facts.record import Person
from exeat.i18n.words import Words
from exeat.office import register
from exeat.office.context import Role
from exeat.office.errors import Refusing
from exeat.office.models import PersonalData

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_FIRST: Final = 200
_SIGNING: Final = Form("signing", (SIGNING,))
_SHOWN: Final = (
    Verdict.OVERDUE,
    Verdict.RELEASE,
    Verdict.RELEASE_UNLESS_INSTRUCTED,
    Verdict.NOTIFY_FIRST,
    Verdict.BRING_FIRST,
    Verdict.SERVE_FIRST,
    Verdict.CALL_COUNSEL,
    Verdict.MAY_HOLD,
    Verdict.MUST_HOLD,
    Verdict.UNKNOWN,
    Verdict.CONFLICT,
)


@router.get("/board")
def board(
    request: Request, site: At, show: str = "", find: str = "", all: str = "", left: str = ""
) -> Response:
    """Show everyone in custody."""
    viewer = site.viewer(request)
    rows = site.asked(lambda: site.desk.board.rows(viewer.ctx))
    found = shown(rows, show, find)
    first = found if all else found[:_FIRST]
    query = {"show": show, "find": find}
    rest = len(found) - len(first)
    more = {"href": link_of("/board", {**query, "all": "1"}), "count": rest}
    gone = None
    if left and find.strip():
        gone = site.asked(lambda: site.desk.board.left(viewer.ctx, find))
    return _board(site, request, viewer, rows, first, more if rest else None, query, gone)


@router.get("/people/new")
def booking(request: Request, site: At) -> Response:
    """Ask for a booking."""
    viewer = may(site, request, "book")
    given = {"booking_number": request.query_params.get("booking_number", "")}
    raw = starts(BOOK, viewer.zone, viewer.ctx.now, given)
    return form_page(site, request, viewer, BOOK, raw, back="/board", action="/people/new")


@router.post("/people/new")
def book(request: Request, site: At, form: SentForm) -> Response:
    """Book a person."""
    viewer = site.checked(request, form)
    seen = [str(one) for one in form.getlist("not_these")]
    near = [Choice(one, one) for one in seen]
    filled = read_form(BOOK, form, viewer.zone, {"near": near})
    problems = filled.problems
    event_id = str(form.get("event_id") or "")
    if not problems:
        try:
            done = _booked(site, viewer, filled, event_id)
            return see(f"/people/{done.record}?done=book")
        except ExeatError as error:
            problems = tuple(Problem.of(fault, BOOK) for fault in error.faults)
            if isinstance(error, Refusing):
                near = _already(site, viewer, personal(filled.values))
                problems = (Problem("not_these", "fault.booked-already", {"n": str(len(near))}),)
    return form_page(
        site, request, viewer, BOOK, filled.raw, back="/board", action="/people/new",
        problems=problems, event_id=event_id, choices={"near": near},
    )  # fmt: skip


@router.get("/people/{record}")
def person(request: Request, site: At, record: str) -> Response:
    """Show a person's page."""
    viewer = site.viewer(request)
    page, when, asked = page_at(site, request, viewer, record)
    t = site.words(request)
    if viewer.ctx.role is Role.REQUESTER:
        return _own_requests(site, request, viewer, page)
    return site.page(
        request,
        viewer,
        "person.html.j2",
        done=done_words(request, t),
        view=PersonView(page, t),
        facts=_facts(page, t),
        agencies={one.agency: _called(site, viewer, one.agency) for one in page.access},
        when=when,
        asked=asked,
    )


def _called(site: Site, viewer: Viewer, code: str) -> str:
    """Return the name of an agency; its code where the directory has none."""
    found = site.agency(viewer.ctx, code)
    return found.name if found is not None else code


@router.get("/people/{record}/version")
def version(request: Request, site: At, record: str) -> Response:
    """Say at which version a record stands, for a page that asks by itself whether it moved on."""
    viewer = site.viewer(request)
    found = site.asked(lambda: site.desk.reading.version(viewer.ctx, record))
    return PlainTextResponse(str(found), headers=HEADERS)


@router.get("/people/{record}/{act}")
def asking(request: Request, site: At, record: str, act: str) -> Response:
    """Ask what an act needs."""
    form = _form(act)
    viewer = may(site, request, act)
    page = site.asked(lambda: site.desk.reading.person(viewer.ctx, record))
    choices = picks.of_person(site, viewer, page, site.words(request))
    given = dict(request.query_params)
    raw = starts(form, picks.zone_of(page), viewer.ctx.now, given, choices)
    return _act_page(site, request, viewer, form, page, raw)


@router.post("/people/{record}/{act}")
def acting(request: Request, site: At, record: str, act: str, sent: SentForm) -> Response:
    """Do an act."""
    form = _form(act)
    viewer = site.checked(request, sent)
    page = site.asked(lambda: site.desk.reading.person(viewer.ctx, record))
    return _acted(site, request, viewer, form, page, sent)


def _already(site: Site, viewer: Viewer, person: PersonalData) -> list[Choice]:
    """Return who in the house may be the person that is booked."""
    found = site.desk.acts.booked_already(viewer.ctx, person)
    return [
        Choice(
            one.record, one.person.shown, f"{one.person.booking_number} · {one.person.born or '–'}"
        )
        for one in found
    ]


def _booked(site: Site, viewer: Viewer, filled: Filled, event_id: str) -> Any:
    values, ground = filled.values, said(BOOK, filled)
    basis = NewBasis(
        id="b-1", kind=ground["kind"], agency=ground["agency"], offence=ground["offence"]
    )
    return site.desk.acts.book(
        viewer.ctx,
        personal(values),
        event_id=event_id,
        occurred=values["occurred"],
        bases=(basis,),
        bases_complete=values["bases_complete"],
        facts=Person(language=values["language"]) if values["language"] else None,
        not_these=values["not_these"],
    )


def _own_requests(site: Site, request: Request, viewer: Viewer, page: PersonPage) -> Response:
    """Show an issuer what became of its own requests on a record, and nothing else of it."""
    mine = [one for one in page.record.detainers if one.issuer == viewer.ctx.agency]
    ids = {one.id for one in mine}
    view = PersonView(page, site.words(request))
    kept = {e.id for e in page.events if getattr(e, "detainer", None) in ids}
    return site.page(
        request,
        viewer,
        "own_requests.html.j2",
        here="requester",
        done=done_words(request, site.words(request)),
        page=page,
        record=page.record,
        detainers=mine,
        events=[line for line in view.events if line.id in kept],
        zone=view.zone,
        withheld={"must_nots": must_nots_of(page.withheld, page.law, site.words(request))},
    )


def _board(
    site: Site,
    request: Request,
    viewer: Viewer,
    rows: list[BoardRow],
    first: list[BoardRow],
    more: dict[str, Any] | None,
    query: dict[str, str],
    gone: list[Left] | None,
) -> Response:
    t = site.words(request)
    return site.page(
        request,
        viewer,
        "board.html.j2",
        clocks=site.desk.office.db.clock,
        here="board",
        done=done_words(request, t),
        rows=first,
        more=more,
        filters=_filters(rows, query["show"], query["find"], t),
        wanted=query["show"],
        query=query["find"],
        again=link_of("/board", query),
        gone=gone,
        look_for_gone=link_of("/board", {**query, "left": "1"}),
    )


def _filters(rows: list[BoardRow], show: str, find: str, t: Words) -> list[dict[str, Any]]:
    """Return the filters that have somebody in them, the most pressing first."""
    counts = {verdict: sum(row.verdict == verdict.value for row in rows) for verdict in _SHOWN}
    listed: list[tuple[str, str, str, int]] = [
        ("", "", t("board.all"), len(rows)),
        ("due", "", t("board.due"), sum(map(is_due, rows))),
    ]
    listed += [(v.value, v.value, t(f"verdict.{v.value}.short"), n) for v, n in counts.items() if n]
    return [
        {
            "href": link_of("/board", {"show": key, "find": find}),
            "on": key == show,
            "verdict": verdict,
            "label": label,
            "count": count,
        }
        for key, verdict, label, count in listed
    ]


def _acted(
    site: Site,
    request: Request,
    viewer: Viewer,
    form: Form,
    page: PersonPage,
    sent: FormData,
) -> Response:
    """Do what a form says, or show it again with what is wrong."""
    t = site.words(request)
    zone = picks.zone_of(page)
    filled = read_form(form, sent, zone, picks.of_person(site, viewer, page, t))
    signing = read_form(_SIGNING, sent, zone, {})
    against = register.ACTS[form.name].signed and sent.get("override") == "yes"
    raw = {**filled.raw, **signing.raw}
    if filled.problems:
        event_id = str(sent.get("event_id") or "")
        if any(event.id == event_id for event in page.events) or _taken_back(form, page, raw):
            # Sent twice: what could be chosen the first time is gone because that was done.
            return see(f"/people/{page.record.id}?done={form.name}&again=1")
        return _act_page(
            site, request, viewer, form, page, raw, problems=filled.problems,
            event_id=event_id,
        )  # fmt: skip

    def call(common: dict[str, Any]) -> Any:
        content = {**made_up(form, common["event_id"]), **said(form, filled)}
        # What is no entry of the record has no id and no version there.
        envelope = common if register.ACTS[form.name].enters is not None else {}
        if against:
            content["override"] = override_of(signing.values)
        return site.desk.do(viewer.ctx, form.name, page.record.id, **envelope, **content)

    done, again = tried(call, form, sent, t)
    if done is not None:
        return see(f"/people/{page.record.id}?done={form.name}{done}")
    return _act_page(site, request, viewer, form, page, raw, **again)


def _taken_back(form: Form, page: PersonPage, raw: dict[str, list[str]]) -> bool:
    """Say whether the log has a form that takes a share back as done: it is no entry to find."""
    agency = "".join(raw.get("agency", ()))
    reads = {one.agency for one in page.access}
    done = {one.about for one in page.read_by if one.what == form.name and not one.outcome.failed}
    return form.name == "unshare" and agency in done - reads


def _act_page(
    site: Site,
    request: Request,
    viewer: Viewer,
    form: Form,
    page: PersonPage,
    raw: dict[str, list[str]],
    **more: Any,
) -> Response:
    record = page.record.id
    view = PersonView(page, site.words(request))
    if register.ACTS[form.name].signed and form.name != "correct" and view.must_nots:
        more = {**more, "view": view, "signing": SIGNING}
    return form_page(
        site,
        request,
        viewer,
        form,
        raw,
        back=f"/people/{record}",
        action=f"/people/{record}/{form.name}",
        who=shown_name(page),
        hidden={"version": str(page.version)},
        choices=picks.of_person(site, viewer, page, site.words(request)),
        zone=picks.zone_of(page),
        **more,
    )


def _facts(page: PersonPage, t: Words) -> list[tuple[str, bool | str]]:
    """Return the protective facts that are known, each with its label's key."""
    found: list[tuple[str, bool | str]] = []
    for one in fields(Person):
        value = getattr(page.record.person, one.name)
        if value is not None:
            shown = t(f"code.StatusProof.{value}") if one.name == "status_proof" else value
            found.append((one.name, shown))
    return found


def _form(act: str) -> Form:
    if act not in ACTS:
        raise Stop(404, "error.gone")
    return ACTS[act]
