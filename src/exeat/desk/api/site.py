"""Putting the API under an application."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse

from exeat._version import __version__
from exeat.desk.api import desk, public, records
from exeat.desk.api._errors import install_errors

__all__ = ["OPENAPI", "PREFIX", "install", "openapi"]

PREFIX: Final = "/api/v1"
OPENAPI: Final = f"{PREFIX}/openapi.json"


def _router() -> APIRouter:
    router = APIRouter(prefix=PREFIX)
    router.include_router(records.router)
    router.include_router(desk.router)
    router.include_router(public.router)
    return router


def install(app: FastAPI) -> None:
    """Put the API under an application that has ``state.desk`` and ``state.changes``."""
    app.include_router(_router(), include_in_schema=False)
    install_errors(app)
    app.add_api_route(OPENAPI, lambda: JSONResponse(openapi()), include_in_schema=False)


@lru_cache(maxsize=1)
def openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 of the API, without the pages.

    Examples:
        >>> sorted(openapi()["paths"])[0]
        '/api/v1/agencies'
    """
    alone = FastAPI(
        title="exeat",
        version=__version__,
        summary="The desk's API: what happens to people in custody, and the gate.",
        description=(
            "Every error has one shape. An act with an `event_id` counts once, however often it is"
            " sent. An act with an `expected_version` is refused where the record has moved on."
        ),
    )
    alone.include_router(_router())
    return alone.openapi()
