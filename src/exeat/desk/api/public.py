"""Routes that need no login: the newest checkpoint, and that the log only ever grows.

Both are text, in the very form that `exeat verify` reads, so that whoever keeps one has a file.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response

from exeat.desk.api._callers import TheDesk
from exeat.desk.api._errors import PUBLIC_ERRORS

__all__ = ["router"]

router = APIRouter(tags=["log"], responses=PUBLIC_ERRORS)

_TEXT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Its lines."}
}
# A checkpoint is a minute old at most; a proof between two sizes stays as it is.
_A_MOMENT: Final = {"Cache-Control": "public, max-age=30"}
_A_DAY: Final = {"Cache-Control": "public, max-age=86400"}


@router.get("/checkpoint", response_class=Response, responses=_TEXT)
def checkpoint(desk: TheDesk) -> PlainTextResponse:
    """Return the newest signed checkpoint, to be kept elsewhere; it needs no login."""
    return PlainTextResponse(desk.log.checkpoint(), headers=_A_MOMENT)


@router.get("/consistency", response_class=Response, responses=_TEXT)
def consistency(
    desk: TheDesk,
    old: Annotated[int, Query(alias="from", ge=0, le=2**62, description="Entries of the earlier.")],
    new: Annotated[
        int | None, Query(alias="to", ge=0, le=2**62, description="Of the later; or the newest.")
    ] = None,
) -> PlainTextResponse:
    """Return the proof that the log begins with an earlier checkpoint; it needs no login."""
    found = desk.log.consistency(old, new)
    return PlainTextResponse(found.text(), headers=_A_MOMENT if new is None else _A_DAY)
