"""The pages as one set of routes, put into an application beside the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from exeat.desk.pages.lawpages import LawPages
from exeat.desk.pages.rendering import HEADERS, STATIC
from exeat.desk.pages.routes import (
    accounts,
    answering,
    corrections,
    gate,
    law,
    logbook,
    oversight,
    people,
    profiles,
    requests,
    sign_in,
)
from exeat.desk.pages.site import At, PageRoute, Site
from exeat.desk.pages.views import Verified
from exeat.desk.service import Desk
from exeat.office.clock import utcnow
from exeat.office.context import Context

__all__ = ["add_pages", "pages_of"]

_CHANGES: Final = "/api/v1/changes"
_home = APIRouter(include_in_schema=False, route_class=PageRoute)

# The routes of the gate and of corrections come before those of the other acts, which have the
# same shape.
_ROUTERS = (
    _home,
    sign_in,
    gate,
    corrections,
    people,
    requests,
    answering,
    oversight,
    logbook,
    accounts,
    profiles,
    law,
)


class _Static(StaticFiles):
    """Files whose address changes with their content, so that a browser asks for each once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def add_pages(
    app: FastAPI,
    desk: Desk,
    *,
    clock: Callable[[], datetime] = utcnow,
    secure: bool = True,
    changes: str = "",
    verify: Callable[[Context], Verified] | None = None,
    invented: bool = False,
    still: bool = False,
) -> Site:
    """Add the pages to an application.

    Args:
        app: The application.
        desk: The services, with their accounts and library.
        clock: The one clock.
        secure: Send cookies over TLS only.
        changes: Address of the stream of changes; "": the pages are not live.
        verify: Checks the ledger, for the auditor's page.
        invented: The people are invented, and each page says so.
        still: Clocks do not run.

    Returns:
        What the routes share.
    """
    pages = LawPages(desk.office.library)
    site = Site(desk, clock, secure, invented, still, changes, verify, pages)
    app.state.pages = site
    app.mount("/static", _Static(directory=STATIC), name="static")
    for router in _ROUTERS:
        app.include_router(router if isinstance(router, APIRouter) else router.router)
    return site


def pages_of(
    desk: Desk, verify: Callable[[Context], Verified] | None = None
) -> Callable[[FastAPI], None]:
    """Return what puts the pages of a desk under its application; see `create_app`.

    Args:
        desk: Connected.
        verify: As `exeat.desk.pages.verifying.checker` gives it; None: not from here.
    """

    def put(app: FastAPI) -> None:
        secure = desk.office.settings.secure_cookies
        add_pages(
            app, desk, clock=desk.office.clock, secure=secure, changes=_CHANGES, verify=verify
        )

    return put


@_home.get("/")
def home(request: Request, site: At) -> Response:
    """Send everybody to the first page of their role."""
    may = site.viewer(request).ctx.may
    first = (
        ("board", "/board"),
        ("clients", "/clients"),
        ("send_request", "/requests"),
        ("audit_log", "/counts"),
    )
    path = next((path for act, path in first if may(act)), "/law/")
    return RedirectResponse(path, 303, headers=HEADERS)


@_home.get("/keys")
def keys(request: Request, site: At) -> Response:
    """Show the keys."""
    return site.page(request, site.viewer(request), "keys.html.j2")
