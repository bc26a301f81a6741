"""How long people were kept after they could have gone: a chart, and the same as a table.

Up to sixty bookings are drawn one by one, on an axis whose steps grow, because six hours and
sixty days must both be legible; more are drawn as counts by length.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from exeat.audit import Examination, Finding, FindingGroup
from exeat.decide import Certainty
from exeat.report.svg import element, hatch, key_of, text
from exeat.say.words import say_hours

__all__ = ["BINS", "HoursHistogram", "KeptBooking", "hours_svg", "kept_bookings"]

BINS: Final[tuple[tuple[float, str], ...]] = (
    (12.0, "up to 12 hours"),
    (24.0, "12 to 24 hours"),
    (48.0, "24 to 48 hours"),
    (96.0, "2 to 4 days"),
    (168.0, "4 to 7 days"),
    (672.0, "1 to 4 weeks"),
    (math.inf, "more than 4 weeks"),
)
"""Upper ends, in running hours, and what they are called."""

_EACH: Final = 60
_WIDTH: Final = 760.0
_LEFT: Final = 150.0
_RIGHT: Final = 636.0
_STEP: Final = 19.0
_TOP: Final = 34.0
_TICKS: Final = (
    (1, "1 h"), (4, "4 h"), (12, "12 h"), (24, "1 day"), (48, "48 h"), (96, "4 days"),
    (240, "10 days"), (720, "30 days"), (2400, "100 days"), (8760, "1 year"),
)  # fmt: skip


@dataclass(slots=True)
class HoursHistogram:
    """Bookings by how long they were kept without authority, certainly or possibly.

    A booking counts once, with the sum of its hours, and as certain where any of them is.

    Examples:
        >>> histogram = HoursHistogram()
        >>> histogram.add([])
        >>> histogram.rows()[0]
        ('up to 12 hours', 0, 0)
    """

    counts: Counter[tuple[int, str]] = field(default_factory=Counter)

    def add(self, findings: Iterable[Finding]) -> None:
        """Count the findings of one booking."""
        kept = [f for f in findings if f.group is FindingGroup.KEPT and f.hours is not None]
        if not kept:
            return
        hours = _union_hours(kept)
        sure = any(f.certainty is Certainty.CERTAIN for f in kept)
        certainty = Certainty.CERTAIN if sure else Certainty.POSSIBLE
        number = next(n for n, (end, _) in enumerate(BINS) if hours <= end)
        self.counts[number, certainty.value] += 1

    def rows(self) -> list[tuple[str, int, int]]:
        """Return each length with its bookings: certain, and only possible."""
        return [
            (name, self.counts[n, "certain"], self.counts[n, "possible"])
            for n, (_, name) in enumerate(BINS)
        ]

    @property
    def total(self) -> int:
        """Return how many bookings were counted."""
        return sum(self.counts.values())


def _union_hours(findings: Sequence[Finding]) -> float:
    """Return the hours that findings cover together, no hour twice."""
    spans = sorted((f.start, f.end) for f in findings if f.start and f.end)
    total, reached = 0.0, None
    for start, end in spans:
        begin = start if reached is None else max(start, reached)
        if end > begin:
            total += (end - begin).total_seconds() / 3600
        reached = end if reached is None else max(reached, end)
    return total


@dataclass(frozen=True, slots=True)
class KeptBooking:
    """One booking of the chart.

    Attributes:
        spans: From and until, in running hours after eligibility, and whether only possible.
        hours: From eligibility to the end of the last span.
    """

    record_id: str
    spans: tuple[tuple[float, float, bool], ...]
    hours: float


def kept_bookings(cases: Iterable[Examination]) -> list[KeptBooking]:
    """Return the bookings in which somebody was, or may have been, kept too long; longest first."""
    found = []
    for case in cases:
        since = case.eligible.latest
        spans = sorted(
            (
                max((f.start - since).total_seconds() / 3600, 0.0),
                (f.end - since).total_seconds() / 3600,
                f.certainty is Certainty.POSSIBLE,
            )
            for f in case.findings
            if f.group is FindingGroup.KEPT and f.start and f.end and since is not None
        )
        if spans:
            found.append(KeptBooking(case.record.id, tuple(spans), max(s[1] for s in spans)))
    return sorted(found, key=lambda one: (-one.hours, one.record_id))


def hours_svg(bookings: Sequence[KeptBooking], histogram: HoursHistogram) -> str:
    """Return the chart: each booking where there are few, else counts by length.

    Args:
        bookings: Those shown in detail.
        histogram: All of them, also those that the page does not show.
    """
    if not histogram.total:
        return ""
    if len(bookings) == histogram.total <= _EACH:
        height = _TOP + _STEP * len(bookings) + 44
        said = f"{len(bookings)} bookings, longest first; the table below has the counts."
        return _svg("".join(_each(bookings)), height, said)
    rows = histogram.rows()
    said = "; ".join(f"{name}: {sure} certain, {maybe} possible" for name, sure, maybe in rows)
    return _svg("".join(_counts(histogram)), 30 * len(BINS) + 12, said)


def _svg(body: str, height: float, said: str) -> str:
    return element(
        "svg",
        element("title", "Hours kept after the person could have gone", id="t--hours"),
        element("desc", escape(said), id="d--hours"),
        element("defs", hatch("-hours")),
        body,
        viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}",
        role="img" if "<a " not in body else "group",
        aria_labelledby="t--hours",
        aria_describedby="d--hours",
        class_="timeline hours-chart",
    )


def _x(hours: float, most: float) -> float:
    """Return where a number of hours lies; the axis is logarithmic from one hour on."""
    share = math.log(max(hours, 1.0)) / math.log(max(most, 96.0))
    return _LEFT + share * (_RIGHT - _LEFT)


def _each(bookings: Sequence[KeptBooking]) -> Iterator[str]:
    most = max(one.hours for one in bookings) * 1.05
    bottom = _TOP + _STEP * len(bookings) + 6
    for hours, label in _TICKS:
        if hours > max(most, 96.0):
            break
        x = _x(hours, most)
        kind = "limit" if hours == 48 else "tick"
        yield element("line", x1=x, y1=_TOP - 8, x2=x, y2=bottom, class_=kind)
        yield text(label, x, bottom + 16, f"tick-label{' strong' if hours == 48 else ''}", "middle")
    yield text("48 running hours", _x(48, most), _TOP - 14, "flag-label", "middle")
    words = "Hours after the person could have gone (the steps grow)"
    yield text(words, _LEFT, bottom + 34, "row-note")
    for n, one in enumerate(bookings):
        yield _booking(one, most, _TOP + _STEP * n + _STEP / 2)


def _booking(one: KeptBooking, most: float, y: float) -> str:
    parts = [text(one.record_id[:18], 0, y + 4, "row-note mono")]
    for start, end, possible in one.spans:
        left, right = _x(start, most), _x(end, most)
        bar = element(
            "rect", x=left, y=y - 5, width=max(right - left, 2.0), height=10,
            class_=f"bar kept{' possible' if possible else ''}",
            style="fill:url(#hatch--hours)" if possible else None,
        )  # fmt: skip
        parts.append(bar)
    parts.append(text(_brief(one.hours), _x(one.hours, most) + 6, y + 4, "row-note"))
    return element("a", *parts, href=f"#case-{key_of(one.record_id)}", class_="chart-link")


def _brief(hours: float) -> str:
    return say_hours(hours).replace(" hours", " h").replace(" hour", " h")


def _counts(histogram: HoursHistogram) -> Iterator[str]:
    rows = histogram.rows()
    most = max(sure + maybe for _, sure, maybe in rows)
    unit = (_RIGHT - _LEFT) / most
    for n, (name, sure, maybe) in enumerate(rows):
        y = 30.0 * n + 8
        yield text(name, 0, y + 14, "row-label")
        if sure:
            yield element("rect", x=_LEFT, y=y, width=sure * unit, height=20, class_="bar kept")
        if maybe:
            yield element(
                "rect", x=_LEFT + sure * unit, y=y, width=maybe * unit, height=20,
                class_="bar kept possible", style="fill:url(#hatch--hours)",
            )  # fmt: skip
        yield text(f"{sure} + {maybe}", _LEFT + (sure + maybe) * unit + 6, y + 14, "row-note")
