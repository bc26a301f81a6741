"""The law pages within the desk: made once a day from the library in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import escape

from exeat.desk.pages.rendering import HEADERS
from exeat.desk.pages.site import At, PageRoute, Stop
from exeat.report.lawpages.site import build_site
from exeat.rules.model import Jurisdiction

__all__ = ["LawPages", "router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


class LawPages:
    """The pages of one day, made at the first look and kept in memory.

    Args:
        library: Law by jurisdiction id.
    """

    def __init__(self, library: Mapping[str, Jurisdiction]) -> None:
        self._library = library
        self._lock = Lock()
        self._made: tuple[date, dict[str, bytes]] | None = None

    def of(self, today: date) -> dict[str, bytes]:
        """Return the files of a day by name."""
        with self._lock:
            if self._made is None or self._made[0] != today:
                with TemporaryDirectory() as folder:
                    build_site(Path(folder), self._library, today=today)
                    files = {one.name: one.read_bytes() for one in Path(folder).iterdir()}
                self._made = (today, files)
            return self._made[1]


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
