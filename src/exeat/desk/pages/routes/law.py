"""The law pages within the desk."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import escape

from exeat.desk.pages.rendering import HEADERS
from exeat.desk.pages.site import At, PageRoute, Stop

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


@router.get("/law/{name:path}")
def law(request: Request, site: At, name: str) -> Response:
    """Show a law page, with a way back to the desk at its head."""
    viewer = site.viewer(request)
    today = viewer.ctx.now.astimezone(viewer.zone).date()
    assert site.law is not None
    content = site.law.of(today).get(name or "index.html")
    kind = _KINDS.get(Path(name or "index.html").suffix, "")
    if content is None or not kind:
        raise Stop(404, "error.gone")
    if kind == "text/html":
        words = escape(site.words(request)("law.back"))
        back = f'<span class="links"><a href="/">← {words}</a> '.encode()
        content = content.replace(b'<span class="links">', back, 1)
    return Response(content, media_type=kind, headers=HEADERS)
