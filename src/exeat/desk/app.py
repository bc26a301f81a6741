"""The desk as one ASGI application: the API, the pages, and what runs by the clock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from exeat.desk.api import http_error, install
from exeat.desk.api.site import PREFIX
from exeat.desk.guard import Guard
from exeat.desk.health import Health
from exeat.desk.service import Desk
from exeat.desk.service.live import Changes
from exeat.desk.service.setup import system_context
from exeat.office.context import Role
from exeat.office.steps import arm

__all__ = ["create_app", "sweep_all"]

_SWEEP_SECONDS: Final = 60.0
_log = logging.getLogger("exeat.desk")


def create_app(
    desk: Desk,
    *,
    sweep: bool = True,
    pages: Callable[[FastAPI], None] | None = None,
    health: Health | None = None,
) -> FastAPI:
    """Return the application of a desk.

    Args:
        desk: Connected.
        sweep: Look at everyone in custody once a minute, as a running desk does.
        pages: Puts the pages under the application.
        health: Says how the desk is; by default what the desk itself can know.
    """
    arm()

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        await app.state.changes.start()
        clockwork = asyncio.create_task(_by_the_clock(desk)) if sweep else None
        try:
            yield
        finally:
            if clockwork is not None:
                clockwork.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await clockwork
            await app.state.changes.stop()

    app = FastAPI(title="exeat", openapi_url=None, docs_url=None, redoc_url=None, lifespan=life)
    app.state.desk = desk
    app.state.changes = Changes(desk)
    install(app)
    _errors(app)
    health = health or Health(desk)
    health.feeds = lambda: app.state.changes.listens
    app.add_api_route("/healthz", health.__call__, include_in_schema=False)
    app.add_middleware(Guard, https=desk.office.settings.origin.startswith("https://"))
    if pages is not None:
        pages(app)
    return app


def _errors(app: FastAPI) -> None:
    from fastapi.exception_handlers import http_exception_handler

    async def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if request.url.path.startswith(PREFIX):
            return http_error(error)
        return await http_exception_handler(request, error)

    app.add_exception_handler(HTTPException, framework)


def sweep_all(desk: Desk) -> int:
    """Look at everyone in custody everywhere; return how many tasks of the clock are open."""
    now = desk.office.clock()
    root = system_context(now)
    count = 0
    for agency in desk.reading.agencies(root):
        if agency.kind == "facility":
            count += len(desk.rounds.sweep(system_context(now, agency.code, Role.SUPERVISOR)))
            desk.accounts.disable_unused(system_context(now, agency.code))
    return count


async def _by_the_clock(desk: Desk) -> None:
    while True:
        try:
            await asyncio.to_thread(sweep_all, desk)
        except Exception as error:
            _log.error("the round failed, and is tried again: %s", type(error).__name__)
        await asyncio.sleep(_SWEEP_SECONDS)
