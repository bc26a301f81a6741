"""Every error in one shape, and the status that each kind has."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from exeat.desk.service.models import Refusal
from exeat.errors import ExeatError, Fault, LawError, RecordError
from exeat.facts.events import Event, event_to_json
from exeat.i18n.said import Said
from exeat.i18n.words import words
from exeat.office.errors import (
    RETRY_SECONDS,
    BadInput,
    NotNow,
    NotPermitted,
    Refusing,
    SignInError,
    Stale,
    TooMany,
)
from exeat.office.messages import one_line
from exeat.record import ClockWrong, DuplicateDifferent, Expunged, NotAllowed, NotFound

__all__ = [
    "ERRORS",
    "PUBLIC_ERRORS",
    "ErrorOut",
    "SaidOut",
    "Unauthenticated",
    "broken",
    "error_body",
    "events_out",
    "http_error",
    "install_errors",
    "refusal_faults",
    "refusals_out",
    "said_out",
    "unavailable",
]

_STATUS: Final[tuple[tuple[type[ExeatError], int], ...]] = (
    (NotNow, 503),
    (ClockWrong, 503),
    (NotPermitted, 403),
    (SignInError, 403),
    (NotAllowed, 403),
    (NotFound, 404),
    (Stale, 409),
    (Refusing, 409),
    (DuplicateDifferent, 409),
    (Expunged, 409),
    (TooMany, 429),
    (BadInput, 422),
    (RecordError, 422),
    (LawError, 422),
)
_OTHER_CONTENT: Final = "E605"
SHUT_CODE: Final = "E604"
"""Of a release that the gate refuses."""
_log = logging.getLogger("exeat.desk")


class Unauthenticated(Exception):
    """A system did not say who it is, or is not known."""

    def __init__(self, error: SignInError) -> None:
        super().__init__(str(error))
        self.error = error


class FaultOut(BaseModel):
    """One thing that is wrong: where, what was seen, and what would do."""

    code: str
    place: str
    message: str
    help: str


class SaidOut(BaseModel):
    """A sentence as a code and its values, for a program or another language."""

    code: str
    values: dict[str, Any] = {}


class RefusalOut(BaseModel):
    """Why the gate stays shut, and what would open it, as codes and values."""

    kind: str
    place: str
    about: str = Field("", description="Id of the request, or task, that keeps it shut.")
    said: tuple[SaidOut, ...]
    help: tuple[SaidOut, ...]


class ErrorPart(BaseModel):
    """What went wrong, with every fault at once."""

    code: str = Field(description="Of the first fault.")
    faults: list[FaultOut]
    version: int | None = Field(None, description="The version at which the record stands now.")
    came_in: list[dict[str, Any]] | None = Field(None, description="Events added since.")
    refusals: list[str] | None = Field(None, description="Why the gate stays shut, as codes.")
    refused: list[RefusalOut] | None = Field(None, description="The same, with their values.")
    answer: dict[str, Any] | None = Field(None, description="The answer at that instant.")


class ErrorOut(BaseModel):
    """The one shape of an error."""

    error: ErrorPart


_SAYS: Final = {
    401: "The key, or the session, does not let this caller in.",
    403: "This role or key may not do that.",
    404: "There is no such thing for this agency.",
    409: "The record has moved on, or the act would do wrong now.",
    413: "The body is larger than a request can be.",
    422: "A field is missing, or cannot be what it says.",
    429: "Too much of it in a short time; `Retry-After` says after how many seconds.",
    503: "The desk cannot do it just now; nothing was written. Try again after `Retry-After`.",
}


def _responses(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": ErrorOut, "description": _SAYS[code]} for code in codes}


ERRORS: Final = _responses(401, 403, 404, 409, 413, 422, 429, 503)

PUBLIC_ERRORS: Final = _responses(404, 409, 422, 503)
"""Of a route that needs no login."""


def events_out(events: tuple[Event, ...]) -> list[dict[str, Any]]:
    """Return events as JSON."""
    return [json.loads(event_to_json(event)) for event in events]


def error_body(error: ExeatError | tuple[Fault, ...], **more: Any) -> dict[str, Any]:
    """Return an error in the one shape."""
    faults = error.faults if isinstance(error, ExeatError) else error
    said = [
        {"code": f.code, "place": f.place, "message": f.message, "help": f.help} for f in faults
    ]
    return {"error": {"code": faults[0].code if faults else "E699", "faults": said, **more}}


def said_out(said: Iterable[Said]) -> tuple[SaidOut, ...]:
    """Return sentences as codes and values."""
    return tuple(SaidOut.model_validate(one.to_json()) for one in said)


def refusal_out(one: Refusal) -> RefusalOut:
    """Return one reason why the gate stays shut, as codes and values."""
    said, help = said_out(one.said), said_out(one.help)
    return RefusalOut(kind=one.kind.value, place=one.place, about=one.about, said=said, help=help)


def refusals_out(refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    """Return why the gate stays shut, as codes and values."""
    return [refusal_out(one).model_dump() for one in refusals]


def refusal_faults(refusals: Iterable[Refusal], zone: ZoneInfo) -> tuple[Fault, ...]:
    """Return why the gate stays shut as faults, in English and in the facility's time."""
    t = words("en")
    return tuple(
        Fault(SHUT_CODE, one.place, t.tell(one.said, zone), t.tell(one.help, zone))
        for one in refusals
    )


def _status_of(error: ExeatError) -> int:
    if any(fault.code == _OTHER_CONTENT for fault in error.faults):
        return 409
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ExeatError)
    status = _status_of(error)
    if status == 500:
        _log.error("an error without a status: %s", error.faults[0].code if error.faults else "")
    more: dict[str, Any] = {}
    if isinstance(error, Stale):
        more = {"version": error.version, "came_in": events_out(error.came_in)}
    headers = {"Retry-After": RETRY_SECONDS} if status == 503 else None
    if isinstance(error, TooMany):
        headers = {"Retry-After": str(error.seconds)}
    return JSONResponse(error_body(error, **more), status, headers)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = []
    for one in error.errors():
        place = ".".join(str(part) for part in one["loc"] if part != "body") or "body"
        seen = one.get("input")
        shown = f"`{one_line(str(seen))}` " if isinstance(seen, str | int | float) else ""
        faults.append(Fault("E602", one_line(place), f"{shown}{one['msg']}", "See the OpenAPI."))
    return JSONResponse(error_body(tuple(faults)), 422)


def _nobody(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Unauthenticated)
    return JSONResponse(error_body(error.error), 401, {"WWW-Authenticate": "Bearer"})


def http_error(error: HTTPException) -> JSONResponse:
    """Return what the framework itself refuses, in the one shape."""
    help = "See /api/v1/openapi.json for what there is."
    fault = Fault("E698", "request", str(error.detail), help)
    return JSONResponse(error_body((fault,)), error.status_code, headers=error.headers)


def broken() -> JSONResponse:
    """Return what a fault of the desk itself says: that it is one, and nothing of its inside."""
    fault = Fault("E699", "desk", "has failed", "Try again; if it stays so, tell its keeper.")
    return JSONResponse(error_body((fault,)), 500)


def unavailable() -> JSONResponse:
    """Return what is said where the database cannot do it just now: come again in a moment."""
    words = "cannot do that just now; nothing was written"
    fault = Fault("E691", "desk", words, "Try again in a few seconds.")
    return JSONResponse(error_body((fault,)), 503, {"Retry-After": RETRY_SECONDS})


def install_errors(app: FastAPI) -> None:
    """Let every error of the desk come out in the one shape."""
    app.add_exception_handler(ExeatError, _refused)
    app.add_exception_handler(Unauthenticated, _nobody)
    app.add_exception_handler(RequestValidationError, _invalid)
