"""The time line of one custody as inline SVG; its colours come from the page's style sheet.

A stay of more than ten days is drawn twice: whole, and from shortly before the person could
have gone, because a window of two days is too narrow to see in a stay of a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from exeat.audit import Examination
from exeat.facts.case import zone_of
from exeat.facts.times import bounds
from exeat.report.axis import Scale, left_out_days, ticks
from exeat.report.story import Row, RowKind, rows_of, say_eligible, words_of
from exeat.report.svg import element, hatch, key_of, text
from exeat.rules.place import LawOfPlace
from exeat.say.words import say_hours, say_time

__all__ = ["timeline_svg"]

_WIDTH: Final = 760.0
_LEFT: Final = 212.0
_RIGHT: Final = 744.0
_BAR: Final = 14.0
_CHARACTER: Final = 7.2  # of a flag's label, on the wide side
_FLAGS: Final = 38.0
_LONG_STAY: Final = timedelta(days=10)
_BEFORE: Final = timedelta(hours=18)
_AFTER: Final = timedelta(hours=48)


def timeline_svg(examination: Examination, law: LawOfPlace) -> str:
    """Return the time line of one custody.

    Args:
        examination: A custody examined under that law.
        law: The law of its place.

    Returns:
        An ``<svg>`` with a title and a description; "" where booking or the end is not known.
    """
    record, zone = examination.record, zone_of(examination.record.zone)
    begin = bounds(record.booked, zone)[0]
    rows = rows_of(examination)
    end = _end(examination, rows)
    if begin is None or end is None or end <= begin:
        return ""
    key = key_of(record.id)
    whole = Scale(begin, end + (end - begin) * 0.02, _LEFT, _RIGHT)
    near = _near(examination, rows, begin, end)
    title = "The whole stay" if near else ""
    body, bottom = _panel(examination, law, rows, whole, 0.0, title, key)
    if near is not None:
        # The grounds of custody are in the first part already; here the end of it matters.
        shown = [row for row in rows if row.end is None or row.end > near.start]
        more, bottom = _panel(
            examination, law, shown, near, bottom + 18, "Close up: when the person could go", key
        )
        body += more
    return _svg(examination, law, key, body, bottom)


def _svg(examination: Examination, law: LawOfPlace, key: str, body: str, height: float) -> str:
    name = f"Time line of booking {examination.record.id}"
    said = " ".join(words_of(examination))
    return element(
        "svg",
        element("title", escape(name), id=f"t-{key}"),
        element("desc", escape(said), id=f"d-{key}"),
        element("defs", hatch(key)),
        body,
        viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}",
        role="img",
        aria_labelledby=f"t-{key}",
        aria_describedby=f"d-{key}",
        class_="timeline",
    )


def _end(examination: Examination, rows: Sequence[Row]) -> datetime | None:
    """Return the door, or the end of what the findings say of the time after it."""
    ends = [row.end for row in rows if row.end is not None]
    if examination.door is not None:
        ends = [row.end for row in rows if row.kind is RowKind.KEPT and row.end is not None]
        return max([examination.door, *ends])
    return max(ends, default=None)


def _near(
    examination: Examination, rows: Sequence[Row], begin: datetime, end: datetime
) -> Scale | None:
    """Return the scale of the close-up, or None where the whole stay is short enough."""
    since = examination.eligible.earliest
    if since is None or end - begin <= _LONG_STAY or since >= end:
        return None
    windows = [row.end for row in rows if row.kind is RowKind.WINDOW and row.end is not None]
    last = max([*windows, examination.eligible.latest or since])
    stop = last + _AFTER
    if stop > end - _AFTER / 2:
        stop = end + timedelta(hours=6)
    start = max(begin - timedelta(hours=6), since - _BEFORE)
    if stop - start > (end - begin) * 0.7:
        return None
    return Scale(start, stop, _LEFT, _RIGHT)


def _panel(
    examination: Examination,
    law: LawOfPlace,
    rows: Sequence[Row],
    scale: Scale,
    top: float,
    title: str,
    key: str,
) -> tuple[str, float]:
    """Return one part of the drawing and where it ends."""
    zone = zone_of(examination.record.zone)
    parts: list[str] = []
    if title:
        parts.append(text(title, 0, top + 14, "part"))
        top += 22
    first = top + _FLAGS
    heights = [21.0 + 13.0 * (row.note.count("\n") + 1) for row in rows]
    bottom = first + sum(heights)
    if scale.per_day >= 4:
        parts.extend(_bands(scale, law, zone, first, bottom))
    parts.extend(_axis(scale, zone, first, bottom))
    y = first
    for row, height in zip(rows, heights, strict=True):
        parts.extend(_row(row, scale, y, height, key))
        y += height
    parts.extend(_flags(examination, scale, zone, top, bottom))
    return "".join(parts), bottom + 24


def _bands(
    scale: Scale, law: LawOfPlace, zone: ZoneInfo, top: float, bottom: float
) -> Iterator[str]:
    for start, end in left_out_days(scale, zone, law.calendar):
        x = scale.x(start)
        yield element(
            "rect", x=x, y=top, width=max(scale.x(end) - x, 0.0), height=bottom - top, class_="band"
        )


def _axis(scale: Scale, zone: ZoneInfo, top: float, bottom: float) -> Iterator[str]:
    yield element("line", x1=_LEFT, y1=bottom, x2=_RIGHT, y2=bottom, class_="axis")
    for at, label in ticks(scale, zone):
        x = scale.x(at)
        yield element("line", x1=x, y1=top, x2=x, y2=bottom + 4, class_="tick")
        anchor = "start" if x < _LEFT + 24 else "end" if x > _RIGHT - 24 else "middle"
        yield text(label, x, bottom + 17, "tick-label", anchor)


def _row(row: Row, scale: Scale, y: float, height: float, key: str) -> Iterator[str]:
    yield text(row.label, 0, y + 14, "row-label")
    for n, line in enumerate(row.note.split("\n")):
        yield text(line, 0, y + 28 + 13 * n, "row-note")
    if row.start is None or row.kind is RowKind.NOTE or row.start > scale.end:
        return
    end = row.end if row.end is not None else scale.end
    left, right = scale.x(row.start), scale.x(end)
    middle = y + 16
    fill = f"url(#hatch-{key})" if row.possible else None
    yield element(
        "rect", x=left, y=middle - _BAR / 2, width=max(right - left, 2.0), height=_BAR, rx=1,
        class_=f"bar {row.kind.value}{' possible' if row.possible else ''}", style=_style(fill),
    )  # fmt: skip
    if row.open_end or end > scale.end:
        arrow = f"M{right:.1f} {middle - 7:.1f} l9 7 l-9 7 z"
        yield element("path", d=arrow, class_=f"onward {row.kind.value}")


def _style(fill: str | None) -> str | None:
    return f"fill:{fill}" if fill else None


def _flags(
    examination: Examination, scale: Scale, zone: ZoneInfo, top: float, bottom: float
) -> Iterator[str]:
    """Yield the lines of eligibility and of the door, each with its label."""
    eligible = examination.eligible
    since = None if eligible.running else eligible.earliest
    if since is not None and scale.covers(since):
        latest = eligible.latest
        if latest is not None and latest != since:
            x = scale.x(since)
            yield element(
                "rect", x=x, y=top + 18, width=scale.x(latest) - x, height=bottom - top - 18,
                class_="maybe-eligible",
            )  # fmt: skip
        yield from _flag(say_eligible(examination), scale.x(since), top + 13, bottom, "eligible")
    door = examination.door
    if door is None:
        return
    if scale.covers(door):
        label = f"Left: {say_time(door, zone)}"
        yield from _flag(label, scale.x(door), top + 30, bottom, "door")
    elif door > scale.end:
        later = say_hours((door - scale.end).total_seconds() / 3600)
        label = f"Left {later} after this part: {say_time(door, zone)} →"
        yield text(label, _RIGHT, top + 30, "flag-label", "end")


def _flag(label: str, x: float, y: float, bottom: float, kind: str) -> Iterator[str]:
    yield element("line", x1=x, y1=y + 4, x2=x, y2=bottom, class_=f"flag {kind}")
    mark = f"M{x - 4:.1f} {y + 4:.1f} h8 l-4 6 z"
    yield element("path", d=mark, class_=f"flag-head {kind}")
    wide = _CHARACTER * len(label)
    if x + wide > _WIDTH and x > wide:
        yield text(label, x + 4, y, "flag-label", "end")
    else:
        yield text(label, max(min(x - 4, _WIDTH - wide), 0), y, "flag-label", "start")
