"""The log: who read and did what, as a page and as a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from exeat.desk.pages.forms import Problem
from exeat.desk.pages.logged import acts_in_words
from exeat.desk.pages.rendering import HEADERS, link_of
from exeat.desk.pages.routes._common import may
from exeat.desk.pages.site import At, PageRoute, Stop
from exeat.desk.service.models import LogFilter, LogLine

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_LINES: Final = 200
_RECORD: Final = re.compile(r"[0-9a-f]{32}")
_COLUMNS: Final = (
    "number", "at", "agency", "facility", "actor", "role", "what", "outcome", "record", "about",
    "address", "request",
)  # fmt: skip
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a reader of the log asks for, as it stands in the address.

    Attributes:
        only: The same for the service.
        problems: What of it makes no sense; such a part lets every line through.
    """

    given: dict[str, str]
    only: LogFilter
    problems: tuple[Problem, ...]
    before: int | None


def _asked(request: Request, zone: ZoneInfo) -> _Asked:
    """Read the address: days are whole days of the reader's own zone, the last one included."""
    names = ("record", "actor", "what", "since", "until")
    given = {name: request.query_params.get(name, "").strip()[:_LONGEST] for name in names}
    days: dict[str, datetime | None] = {}
    problems = []
    for name, more in (("since", 0), ("until", 1)):
        days[name] = None
        if given[name]:
            try:
                day = date.fromisoformat(given[name]) + timedelta(days=more)
                days[name] = datetime.combine(day, time(), zone)
            except (ValueError, OverflowError):
                problems.append(Problem(name, "fault.no-date", {"seen": given[name][:40]}))
    is_id = _RECORD.fullmatch(given["record"]) is not None
    only = LogFilter(
        record=given["record"] if is_id else None,
        number=None if is_id else given["record"] or None,
        actor=given["actor"] or None,
        what=given["what"] or None,
        **days,
    )
    before = request.query_params.get("before", "")
    past = int(before) if before.isdecimal() and len(before) < 19 else None
    return _Asked(given, only, tuple(problems), past)


@router.get("/log")
def log(request: Request, site: At) -> Response:
    """Show who read and did what."""
    viewer = may(site, request, "audit_log")
    asked, t = _asked(request, viewer.zone), site.words(request)
    lines: list[LogLine] = []
    if not asked.problems:
        lines = site.asked(
            lambda: site.desk.reading.audit_log(
                viewer.ctx, before=asked.before, limit=_LINES, only=asked.only
            )
        )
    last = {**asked.given, "before": str(lines[-1].number)} if lines else {}
    return site.page(
        request, viewer, "log.html.j2", here="log", lines=lines, asked=asked.given,
        problems=asked.problems, acts=acts_in_words(t), status=422 if asked.problems else 200,
        older=link_of("/log", last) if len(lines) == _LINES else "",
        file=link_of("/log.csv", asked.given),
    )  # fmt: skip


@router.get("/log.csv")
def log_csv(request: Request, site: At) -> Response:
    """Return as a file every line that the address asks for, however many there are."""
    viewer = may(site, request, "audit_log")
    asked = _asked(request, viewer.zone)
    if asked.problems:
        raise Stop(422, asked.problems[0].key, **asked.problems[0].values)
    parts = site.asked(lambda: site.desk.reading.whole_log(viewer.ctx, asked.only, asked.before))
    named = "log" + "".join(
        f"-{asked.given[name]}" for name in ("since", "until") if asked.given[name]
    )
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{named}.csv"'}
    return StreamingResponse(_sheet(parts), media_type="text/csv; charset=utf-8", headers=headers)


def _sheet(parts: Iterable[list[LogLine]]) -> Iterator[str]:
    """Yield a table as text, a part at a time."""
    yield _rows([_COLUMNS])
    for lines in parts:
        yield _rows(map(_row, lines))


def _row(line: LogLine) -> tuple[object, ...]:
    return (
        line.number, line.at.isoformat(), line.agency, line.facility or "", line.actor, line.role,
        line.what, str(line.outcome), line.record or "", line.about or "", line.address or "",
        line.request,
    )  # fmt: skip


def _rows(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([_cell(one) for one in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula."""
    risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if risky else value
