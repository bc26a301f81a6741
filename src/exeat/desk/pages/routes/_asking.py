"""A person's page for another time: what was so then, or what was known then."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request

from exeat.desk.pages import picks
from exeat.desk.pages.acts import WHEN_ASKED
from exeat.desk.pages.forms import Field, Problem
from exeat.desk.pages.reading import read_form
from exeat.desk.pages.site import Site
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import PersonPage
from exeat.errors import RecordError

__all__ = ["When", "page_at"]


@dataclass(frozen=True, slots=True)
class When:
    """The little form that asks for another time, as it was filled in."""

    raw: dict[str, list[str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return what it asks."""
        return WHEN_ASKED.fields


def page_at(
    site: Site, request: Request, viewer: Viewer, record: str
) -> tuple[PersonPage, When, str]:
    """Return a person's page, the form, and in words what it answers if that is not now."""
    page = site.asked(lambda: site.desk.person(viewer.ctx, record))
    zone, t = picks.zone_of(page), site.words(request)
    filled = read_form(WHEN_ASKED, request.query_params, zone, {})
    when = When(filled.raw, tuple(filled.problems))
    at, known = filled.values.get("at"), filled.values.get("known_at")
    if when.problems or (at is None and known is None):
        return page, when, ""
    try:
        page = site.asked(lambda: site.desk.person(viewer.ctx, record, at, known))
    except RecordError as error:
        wrong = tuple(Problem.of(fault, WHEN_ASKED) for fault in error.faults)
        return page, When(filled.raw, wrong), ""
    said = {"time": t.time(page.answer.at, zone), "known": t.time(known, zone)}
    return page, when, t("person.asked_at" if known is None else "person.asked_known", **said)
