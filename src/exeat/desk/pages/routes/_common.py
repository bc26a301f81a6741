"""What the routes of several pages do alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from exeat.desk.pages.forms import Choice, Form, Problem, Wrong
from exeat.desk.pages.rendering import HEADERS
from exeat.desk.pages.signing import beside, signed_by
from exeat.desk.pages.site import Site, Stop
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import PersonPage
from exeat.errors import ExeatError
from exeat.i18n.words import Words
from exeat.office.errors import Stale

__all__ = ["done_words", "form_page", "may", "see", "shown_name", "tried"]


def form_page(
    site: Site,
    request: Request,
    viewer: Viewer,
    form: Form,
    raw: dict[str, list[str]],
    *,
    back: str,
    action: str,
    who: str = "",
    problems: tuple[Problem, ...] = (),
    news: tuple[str, ...] = (),
    hidden: dict[str, str] | None = None,
    choices: dict[str, list[Choice]] | None = None,
    event_id: str = "",
    template: str = "act.html.j2",
    **more: Any,
) -> Response:
    """Return the page of a form; with problems, under the status that says so."""
    return site.page(
        request,
        viewer,
        template,
        status=422 if problems else 200,
        form=form,
        raw=raw,
        problems=problems,
        news=news,
        picks=choices or {},
        hidden={"event_id": event_id or uuid4().hex, **(hidden or {})},
        back=back,
        action=action,
        who=who,
        **{"about": (), **more},
    )


def see(path: str) -> Response:
    """Send the browser on after a form was taken."""
    return RedirectResponse(path, 303, headers=HEADERS)


def tried(
    call: Callable[[dict[str, Any]], Any], form: Form, sent: FormData, t: Words
) -> tuple[str | None, dict[str, Any]]:
    """Do what a form on a record says.

    Args:
        call: Does it; takes ``event_id`` and ``expected_version``, as the form has them.
        form: For whose fields faults are named.
        sent: What came.
        t: The reader's words.

    Returns:
        What to add to the address of the page that follows, or None and what the form must show:
        its problems, what came in meanwhile, and the same ``event_id``.
    """
    event_id, version = str(sent.get("event_id") or ""), str(sent.get("version") or "")
    common: dict[str, Any] = {"event_id": event_id}
    if version.isdecimal():
        common["expected_version"] = int(version)
    news: tuple[str, ...] = ()
    try:
        done = call(common)
        return "&again=1" if getattr(done, "repeated", False) else "", {}
    except Wrong as wrong:
        problems = wrong.problems
    except Stale as stale:
        problems = (Problem("", "fault.stale"),)
        news = tuple(t(f"event.{event.event}") for event in stale.came_in)
    except ExeatError as error:
        problems = tuple(
            beside(fault) if signed_by(fault) else Problem.of(fault, form) for fault in error.faults
        )
    return None, {"problems": problems, "news": news, "event_id": event_id}


def shown_name(page: PersonPage) -> str:
    """Return how a page names its person to whoever may see it."""
    return page.personal.shown if page.personal is not None else page.record.id


def done_words(request: Request, t: Words) -> str:
    """Return what was done just now, as the address says; only acts of ours are named."""
    act = request.query_params.get("done", "")
    if not t.has(f"act.{act}.title"):
        return ""
    if request.query_params.get("again"):
        return t("done.again")
    return t("done.saved", act=t(f"act.{act}.title"))


def may(site: Site, request: Request, act: str) -> Viewer:
    """Return who is signed in, if their role may do an act.

    Raises:
        Stop: It may not.
    """
    viewer = site.viewer(request)
    if not viewer.ctx.may(act):
        raise Stop(403, "error.denied")
    return viewer
