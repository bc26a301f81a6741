"""Answering a request that waits: whom it is about, or that nobody here is; and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from exeat.desk.pages.forms import Choice, Form, Problem
from exeat.desk.pages.more_acts import MATCH, NOT_HERE, TAKE_BACK
from exeat.desk.pages.reading import Filled, read_form
from exeat.desk.pages.routes._common import form_page, may, see
from exeat.desk.pages.site import At, PageRoute, SentForm, Site, Stop
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import IncomingRequest, Near
from exeat.errors import ExeatError
from exeat.i18n.words import Words
from exeat.office.personal import IDENTIFIERS

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class _Asked:
    """A request that waits, for the page on which it is answered."""

    site: Site
    request: Request
    viewer: Viewer
    wanted: IncomingRequest

    @property
    def words(self) -> Words:
        return self.site.words(self.request)

    def near(self) -> tuple[Near, ...]:
        return self.site.asked(
            lambda: self.site.desk.requests.near(self.viewer.ctx, self.wanted.id)
        )

    def page(
        self,
        form: Form,
        template: str,
        filled: Filled,
        problems: tuple[Problem, ...],
        **more: Any,
    ) -> Response:
        return form_page(
            self.site,
            self.request,
            self.viewer,
            form,
            filled.raw,
            back="/requests",
            action=self.request.url.path,
            problems=problems,
            here="requests",
            template=template,
            wanted=self.wanted,
            **more,
        )


@router.get("/requests/{id}/match")
def matching(request: Request, site: At, id: str) -> Response:
    """Show who in the house may be meant; and of the one who is chosen, both side by side."""
    asked = _asked(site, request, may(site, request, "match_request"), id)
    chosen = request.query_params.get("record", "")
    if chosen:
        return _compare(asked, chosen, Filled({}, {}, ()), ())
    return _candidates(asked)


@router.post("/requests/{id}/match")
def match(request: Request, site: At, id: str, sent: SentForm) -> Response:
    """Say whom a request is about."""
    asked = _asked(site, request, site.checked(request, sent), id)
    record = str(sent.get("record") or "")
    if not record:
        return _candidates(asked)
    one = _chosen(asked, record)
    filled = read_form(MATCH, sent, asked.viewer.zone, {"differs": _differing(one, asked.words)})
    problems = filled.problems
    if not problems:
        try:
            site.desk.requests.match_request(
                asked.viewer.ctx,
                id,
                record,
                identifiers=_identifiers(filled),
                differs_seen=filled.values["differs_seen"],
            )
            return see(f"/people/{record}?done=match_request")
        except ExeatError as error:
            problems = tuple(Problem.of(fault, MATCH) for fault in error.faults)
    return _compare(asked, record, filled, problems)


@router.get("/requests/{id}/not-here")
def not_here_asked(request: Request, site: At, id: str) -> Response:
    """Show who is near, each to be looked at."""
    asked = _asked(site, request, may(site, request, "not_in_custody_here"), id)
    return _not_here(asked, Filled({}, {}, ()), ())


@router.post("/requests/{id}/not-here")
def not_here(request: Request, site: At, id: str, sent: SentForm) -> Response:
    """Answer that the person is not in custody here."""
    viewer = site.checked(request, sent)
    asked = _asked(site, request, viewer, id)
    near = asked.near()
    filled = read_form(NOT_HERE, sent, viewer.zone, {"near": _near_choices(near)})
    problems = filled.problems
    if not problems:
        seen = filled.values["not_these"]
        if any(one.record not in seen for one in near):
            n = sum(one.record not in seen for one in near)
            problems = (Problem("not_these", "fault.somebody-near", {"n": str(n)}),)
        else:
            try:
                site.desk.requests.not_in_custody_here(viewer.ctx, id, seen)
                return see("/requests?done=answer_not_here")
            except ExeatError as error:
                problems = tuple(Problem.of(fault, NOT_HERE) for fault in error.faults)
    return _not_here(asked, filled, problems)


@router.get("/requests/{id}/take-back")
def take_back_asked(request: Request, site: At, id: str) -> Response:
    """Ask why an answer was wrong."""
    viewer = may(site, request, "take_back_answer")
    asked = _Asked(site, request, viewer, _one(site, viewer, id))
    return asked.page(TAKE_BACK, "taking_back.html.j2", Filled({}, {}, ()), ())


@router.post("/requests/{id}/take-back")
def take_back(request: Request, site: At, id: str, sent: SentForm) -> Response:
    """Take an answer back."""
    viewer = site.checked(request, sent)
    asked = _Asked(site, request, viewer, _one(site, viewer, id))
    filled = read_form(TAKE_BACK, sent, viewer.zone, {})
    problems = filled.problems
    if not problems:
        try:
            site.desk.requests.take_back_answer(viewer.ctx, id, filled.values["why"])
            return see(f"/requests?done=take_back_answer#q-{id}")
        except ExeatError as error:
            problems = tuple(Problem.of(fault, TAKE_BACK) for fault in error.faults)
    return asked.page(TAKE_BACK, "taking_back.html.j2", filled, problems)


def _one(site: Site, viewer: Viewer, id: str) -> IncomingRequest:
    try:
        return site.asked(lambda: site.desk.requests.request(viewer.ctx, id))
    except ExeatError as error:
        raise Stop(404, "error.gone") from error


def _asked(site: Site, request: Request, viewer: Viewer, id: str) -> _Asked:
    """Return a request that waits.

    Raises:
        Stop: There is none, or it was answered.
    """
    wanted = _one(site, viewer, id)
    if wanted.answer is not None or wanted.person is None:
        raise Stop(409, "error.answered")
    return _Asked(site, request, viewer, wanted)


def _candidates(asked: _Asked) -> Response:
    near = asked.near()
    number = asked.request.query_params.get("number", "").strip()
    found = None
    if number:
        found = asked.site.desk.requests.compared(asked.viewer.ctx, asked.wanted.id, number=number)
    return asked.site.page(
        asked.request,
        asked.viewer,
        "candidates.html.j2",
        here="requests",
        wanted=asked.wanted,
        near=near,
        number=number,
        found=found,
    )


def _chosen(asked: _Asked, record: str) -> Near:
    desk, ctx = asked.site.desk, asked.viewer.ctx
    found = asked.site.asked(lambda: desk.requests.compared(ctx, asked.wanted.id, record=record))
    if not found:
        raise Stop(404, "error.gone")
    return found[0]


def _compare(asked: _Asked, record: str, filled: Filled, problems: tuple[Problem, ...]) -> Response:
    one = _chosen(asked, record)
    return asked.page(
        MATCH,
        "compare.html.j2",
        filled,
        problems,
        one=one,
        hidden={"record": record},
        choices={"differs": _differing(one, asked.words)},
    )


def _not_here(asked: _Asked, filled: Filled, problems: tuple[Problem, ...]) -> Response:
    near = asked.near()
    return asked.page(
        NOT_HERE,
        "not_here.html.j2",
        filled,
        problems,
        near=near,
        choices={"near": _near_choices(near)},
    )


def _near_choices(near: tuple[Near, ...]) -> list[Choice]:
    return [Choice(one.record, one.person.shown, one.person.booking_number) for one in near]


def _differing(one: Near, t: Words) -> list[Choice]:
    """Return the parts in which the request says otherwise, each to be seen."""
    return [
        Choice(
            part.part,
            t(f"field.{part.part}.label"),
            t("near.differs_so", theirs=part.theirs, ours=part.ours),
        )
        for part in one.parts
        if part.how == "differs"
    ]


def _identifiers(filled: Filled) -> dict[str, str]:
    """Return two identifiers, as the service compares them."""
    said = {name: filled.values.get(name) for name in IDENTIFIERS}
    said["photo"] = "match" if said["photo"] else ""
    return {name: str(value) for name, value in said.items() if value}
