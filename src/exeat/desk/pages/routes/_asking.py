"""A person's page for another time: what was so then, or what was known then."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from fastapi import Request

from exeat.desk.pages import picks
from exeat.desk.pages.acts import WHEN_ASKED
from exeat.desk.pages.forms import Field, Problem
from exeat.desk.pages.reading import Filled, read_form
from exeat.desk.pages.site import Site
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import PersonPage
from exeat.desk.service.reading import Times
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

    def read(zone: ZoneInfo) -> Filled:
        return read_form(WHEN_ASKED, request.query_params, zone, {})

    # One reading, one line in the log: the form's times are read once the record's zone is known.
    try:
        page = site.asked(
            lambda: site.desk.reading.person_when(
                viewer.ctx, record, lambda zone: _times(read(zone))
            )
        )
    except RecordError as error:
        page = site.asked(lambda: site.desk.reading.person(viewer.ctx, record))
        wrong = tuple(Problem.of(fault, WHEN_ASKED) for fault in error.faults)
        return page, When(read(picks.zone_of(page)).raw, wrong), ""
    zone, t = picks.zone_of(page), site.words(request)
    filled = read(zone)
    when = When(filled.raw, tuple(filled.problems))
    at, known = _times(filled)
    if at is None and known is None:
        return page, when, ""
    said = {"time": t.time(page.answer.at, zone), "known": t.time(known, zone)}
    return page, when, t("person.asked_at" if known is None else "person.asked_known", **said)


def _times(filled: Filled) -> Times:
    """Return the times that are asked about; none where the form is at fault."""
    if filled.problems:
        return None, None
    return filled.values.get("at"), filled.values.get("known_at")
