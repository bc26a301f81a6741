"""Correcting an entry of a record: choose it, see what stands, change what is wrong, say why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from exeat.desk.pages import correcting, picks
from exeat.desk.pages.acts import ACTS
from exeat.desk.pages.correcting import Entry
from exeat.desk.pages.forms import Choice, Form
from exeat.desk.pages.reading import read_form
from exeat.desk.pages.routes._common import form_page, may, see, shown_name, tried
from exeat.desk.pages.site import At, PageRoute, SentForm, Site, Stop
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import PersonPage
from exeat.facts.times import show_when

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_CHOOSE: Final = ACTS["correct"]


@dataclass(frozen=True, slots=True)
class _Opened:
    """An entry with the form in which it is corrected."""

    viewer: Viewer
    page: PersonPage
    entry: Entry
    form: Form
    choices: dict[str, list[Choice]]


@router.post("/people/{record}/correct")
def choosing(request: Request, site: At, record: str, sent: SentForm) -> Response:
    """Go on to the entry that was chosen."""
    viewer = site.checked(request, sent)
    page = site.asked(lambda: site.desk.reading.person(viewer.ctx, record))
    choices = picks.of_person(site, viewer, page, site.words(request))
    filled = read_form(_CHOOSE, sent, picks.zone_of(page), choices)
    if not filled.problems:
        return see(f"/people/{record}/correct/entry?of={quote(filled.values['of'], safe='')}")
    return form_page(
        site, request, viewer, _CHOOSE, filled.raw, problems=filled.problems, choices=choices,
        back=f"/people/{record}", action=f"/people/{record}/correct", who=shown_name(page),
        zone=picks.zone_of(page),
    )  # fmt: skip


@router.get("/people/{record}/correct/entry")
def asking(request: Request, site: At, record: str, of: str = "") -> Response:
    """Show an entry as it stands, to be corrected."""
    opened = _opened(site, request, may(site, request, "correct"), record, of)
    raw = correcting.starts_of(opened.form, opened.entry.event, picks.zone_of(opened.page))
    return _page(site, request, opened, raw)


@router.post("/people/{record}/correct/entry")
def correct(request: Request, site: At, record: str, sent: SentForm) -> Response:
    """Enter a correction."""
    viewer = site.checked(request, sent)
    opened = _opened(site, request, viewer, record, str(sent.get("of") or ""))
    form, entry, zone = opened.form, opened.entry, picks.zone_of(opened.page)
    filled = correcting.read(form, entry, sent, zone, opened.choices)
    if filled.problems:
        event_id = str(sent.get("event_id") or "")
        return _page(site, request, opened, filled.raw, problems=filled.problems, event_id=event_id)

    def call(common: dict[str, Any]) -> Any:
        return site.desk.acts.enter(
            viewer.ctx, "correct", record, of=entry.first.id, says=filled.values["says"],
            instead=correcting.instead(form, entry, filled), **common,
        )  # fmt: skip

    done, again = tried(call, form, sent, site.words(request))
    if done is not None:
        return see(f"/people/{record}?done=correct{done}")
    return _page(site, request, opened, filled.raw, **again)


def _opened(site: Site, request: Request, viewer: Viewer, record: str, of: str) -> _Opened:
    """Return the entry to be corrected.

    Raises:
        Stop: The record has no such entry.
    """
    page = site.asked(lambda: site.desk.reading.person(viewer.ctx, record))
    entry = correcting.entry_of(page.events, of)
    if entry is None:
        raise Stop(404, "error.gone")
    form = correcting.form_of(entry.event)
    every = picks.of_person(site, viewer, page, site.words(request))
    return _Opened(viewer, page, entry, form, correcting.choices_of(form, entry.event, every))


def _page(
    site: Site, request: Request, opened: _Opened, raw: dict[str, list[str]], **more: Any
) -> Response:
    page, entry, record = opened.page, opened.entry, opened.page.record.id
    return form_page(
        site,
        request,
        opened.viewer,
        opened.form,
        raw,
        back=f"/people/{record}",
        action=f"/people/{record}/correct/entry",
        who=shown_name(page),
        hidden={"version": str(page.version), "of": entry.first.id},
        choices=opened.choices,
        about=_about(site, request, opened),
        zone=picks.zone_of(page),
        **more,
    )


def _about(site: Site, request: Request, opened: _Opened) -> list[tuple[str, str]]:
    """Return what the form says of the entry before it asks."""
    t, entry, zone = site.words(request), opened.entry, picks.zone_of(opened.page)
    said = [(t("field.of.label"), t(f"event.{entry.first.event}"))]
    at = entry.first.recorded
    learnt = show_when(at) if hasattr(at, "edtf") else t.time(at, zone)
    said += [(t("person.recorded"), f"{learnt}, {entry.first.by}")]
    if type(entry.event) in correcting.TIME_ONLY:
        said.append((t("correct.only"), t(f"time_only.{entry.first.event}")))
    if entry.withdrawn:
        said.append((t("correct.before"), t("correct.withdrawn")))
    elif entry.corrected:
        said.append((t("correct.before"), t("correct.again")))
    return said
