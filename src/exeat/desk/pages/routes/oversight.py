"""Tasks, the roster, counsel's clients, counts and proofs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from exeat.decide import Verdict
from exeat.desk.pages.forms import Form, Problem
from exeat.desk.pages.history import instant_of
from exeat.desk.pages.more_acts import CLOSE_PAPER, CLOSE_TASK, ROSTER
from exeat.desk.pages.present import deadline_of
from exeat.desk.pages.reading import Filled, read_form
from exeat.desk.pages.rendering import HEADERS
from exeat.desk.pages.routes._common import done_words, form_page, may, see
from exeat.desk.pages.site import At, PageRoute, SentForm, Site, Stop
from exeat.desk.pages.views import Verified, Viewer
from exeat.desk.service.models import Counts
from exeat.desk.service.urgency import DeadlineKind
from exeat.errors import ExeatError
from exeat.i18n.words import Words
from exeat.office.models import PaperRead, TaskKind

_NO_PROBLEMS: tuple[Problem, ...] = ()

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/tasks")
def tasks(request: Request, site: At) -> Response:
    """Show what is open."""
    viewer = may(site, request, "tasks")
    found = [one for one in site.desk.reading.tasks(viewer.ctx) if one.closed is None]
    rows = site.desk.board.rows(viewer.ctx) if viewer.ctx.may("board") else ()
    names = {row.record: row.name for row in rows}
    return site.page(
        request,
        viewer,
        "tasks.html.j2",
        here="tasks",
        done=done_words(request, site.words(request)),
        tasks=sorted(found, key=lambda one: one.due),
        names=names,
    )


@router.get("/tasks/{id}")
def closing(request: Request, site: At, id: str) -> Response:
    """Ask what came of a task."""
    return _close(site, request, may(site, request, "close_task"), id, None)


@router.post("/tasks/{id}")
def close(request: Request, site: At, id: str, sent: SentForm) -> Response:
    """Close a task."""
    return _close(site, request, site.checked(request, sent), id, sent)


@router.get("/roster")
def roster(request: Request, site: At) -> Response:
    """Ask for the roster."""
    viewer = may(site, request, "reconcile")
    return form_page(
        site, request, viewer, ROSTER, {}, back="/tasks", action="/roster", here="tasks"
    )


@router.post("/roster")
def compare(request: Request, site: At, sent: SentForm) -> Response:
    """Compare the roster with the record."""
    viewer = site.checked(request, sent)
    filled = read_form(ROSTER, sent, viewer.zone, {})
    if filled.problems:
        return form_page(
            site, request, viewer, ROSTER, filled.raw, back="/tasks", action="/roster",
            problems=filled.problems, here="tasks",
        )  # fmt: skip
    lines = filled.values["roster"].splitlines()
    found = site.asked(lambda: site.desk.rounds.reconcile(viewer.ctx, lines))
    return site.page(request, viewer, "roster.html.j2", here="tasks", found=found)


@router.get("/clients")
def clients(request: Request, site: At) -> Response:
    """Show counsel's clients."""
    viewer = may(site, request, "clients")
    return site.page(
        request, viewer, "clients.html.j2", here="counsel", clients=_clients(site, viewer)
    )


@router.get("/counts")
def counts(request: Request, site: At) -> Response:
    """Show how many of what."""
    return _counts(site, request, may(site, request, "audit_log"), None)


@router.post("/counts/verify")
def verify(request: Request, site: At, sent: SentForm) -> Response:
    """Check the ledger, and show what was found."""
    viewer = site.checked(request, sent)
    if site.verify is None or not viewer.ctx.may("audit_log"):
        raise Stop(403, "error.denied")
    return _counts(site, request, viewer, site.verify(viewer.ctx))


@router.get("/counts.json")
def counts_json(request: Request, site: At) -> Response:
    """Return the counts as a file."""
    viewer = may(site, request, "audit_log")
    text = json.dumps(asdict(site.desk.reading.counts(viewer.ctx)), indent=2)
    return _file(text, "application/json", "counts.json")


def _file(text: str, kind: str, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


def _read(form: Form, values: Mapping[str, Any]) -> PaperRead | None:
    """Return what was read in a court's paper, where the form asks for it."""
    if form is not CLOSE_PAPER:
        return None
    return PaperRead(
        kind=values["paper_kind"],
        signed_by=values["signed_by"],
        court=values["court_of"],
        matches=values["matches"],
    )


def _close(
    site: Site, request: Request, viewer: Viewer, id: str, sent: FormData | None
) -> Response:
    found = next((t for t in site.desk.reading.tasks(viewer.ctx) if t.id == id), None)
    if found is None:
        raise Stop(404, "error.gone")
    t = site.words(request)
    filled, problems = Filled({}, {}, ()), _NO_PROBLEMS
    form = CLOSE_PAPER if found.kind is TaskKind.PAPER else CLOSE_TASK
    if sent is not None:
        filled = read_form(form, sent, viewer.zone, {})
        problems = filled.problems
        if not problems:
            try:
                said, read = filled.values, _read(form, filled.values)
                site.desk.rounds.close_task(viewer.ctx, id, said["outcome"], read)
                return see("/tasks?done=close_task")
            except ExeatError as error:
                problems = tuple(Problem.of(fault, form) for fault in error.faults)
    due = t.time(found.due, viewer.zone)
    why = t.tell(found.because, found.zone)
    about = ((t(f"tasks.kind.{found.kind.value}"), why), (t("task.due"), due))
    return form_page(
        site, request, viewer, form, filled.raw, back="/tasks", action=f"/tasks/{id}",
        problems=problems, about=about, here="tasks",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Client:
    """A line of counsel's list."""

    record: str
    facility: str
    name: str
    booking_number: str
    verdict: str
    certainty: str
    at: datetime | None
    kind: DeadlineKind | None
    zone: ZoneInfo


def _clients(site: Site, viewer: Viewer) -> list[_Client]:
    found = []
    for record, facility, _ in site.desk.reading.clients(viewer.ctx):
        page = site.desk.reading.person(viewer.ctx, record)
        zone = ZoneInfo(page.record.zone)
        planned = instant_of(page.record.scheduled_release, zone)
        at, kind = deadline_of(page.answer, planned, page.tasks)
        found.append(
            _Client(
                record=record,
                facility=facility,
                name=page.personal.shown if page.personal else "",
                booking_number=page.personal.booking_number if page.personal else "",
                verdict=page.answer.verdict.value,
                certainty=page.answer.certainty.value,
                at=at,
                kind=kind,
                zone=zone,
            )
        )
    return found


def _counts(site: Site, request: Request, viewer: Viewer, verified: Verified | None) -> Response:
    found = site.asked(lambda: site.desk.reading.counts(viewer.ctx))
    t = site.words(request)
    numbers = [
        ("in_custody", found.in_custody),
        ("records", found.records),
        ("released", found.released),
        ("overrides", found.overrides),
        ("against_law", found.against_law),
        ("tasks_late", found.tasks_late),
    ]
    return site.page(
        request,
        viewer,
        "counts.html.j2",
        here="auditor",
        numbers=numbers,
        tables=_tables(found, t),
        verified=verified,
        signing=site.desk.log.signing(),
        can_verify=site.verify is not None,
    )


def _tables(found: Counts, t: Words) -> list[tuple[str, list[tuple[str, int, str]]]]:
    verdicts = [
        (t(f"verdict.{v.value}.short"), found.verdicts[v.value], f"v-{v.value}")
        for v in Verdict
        if found.verdicts.get(v.value)
    ]
    kinds = [kind for kind in TaskKind if found.tasks_open.get(kind.value)]
    tasks = [(t(f"tasks.kind.{k.value}"), found.tasks_open[k.value], "") for k in kinds]
    refusals = [
        (t.first(f"refused.kind.{name}") or name, n, "") for name, n in found.refusals.items()
    ]
    answers = [(t.first(f"answer.{name}") or name, n, "") for name, n in found.requests.items()]
    return [
        ("verdicts", verdicts),
        ("requests", answers),
        ("refusals", refusals),
        ("tasks_open", tasks),
    ]
