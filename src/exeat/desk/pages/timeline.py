"""The time line of a custody that may still go on, as inline SVG: with now, and what is ahead.

Its words come from the reader's catalogue, its colours from the style sheet. What it draws is
also given as words, for who cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Certainty, DutyState, Verdict
from exeat.facts.record import Basis, CustodyRecord, Detainer
from exeat.facts.times import bounds, bounds_of
from exeat.i18n.words import Words
from exeat.report.axis import Scale, left_out_days, ticks
from exeat.report.svg import element, key_of, text
from exeat.rules.model import Modality
from exeat.rules.place import LawOfPlace

__all__ = ["Bar", "bars_of", "draw"]

_WIDTH: Final = 820.0
_LEFT: Final = 206.0
_RIGHT: Final = 808.0
_ROW: Final = 40.0
_TOP: Final = 40.0
_LONG: Final = timedelta(days=9)
_FAR: Final = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the time line.

    Attributes:
        kind: ``basis``, ``request``, ``window``, ``kept`` or ``due``; its class in the style.
        end: None: it runs on.
        possible: It is only possible; it is drawn with a broken line.
    """

    kind: str
    label: str
    note: str
    start: datetime
    end: datetime | None
    possible: bool = False


def bars_of(record: CustodyRecord, answer: Answer, t: Words, zone: ZoneInfo) -> list[Bar]:
    """Return the rows: grounds of custody, requests, what the law allows, what is due."""
    booked = bounds(record.booked, zone)[0] or answer.at
    found = [_custody(basis, booked, answer, t, zone) for basis in record.grounds]
    found += [_request(detainer, booked, answer, t, zone) for detainer in record.detainers]
    found += dict.fromkeys(_windows(answer, t, zone))
    since = answer.overdue_since
    if answer.verdict is Verdict.OVERDUE and since is not None and since < answer.at:
        note = t.span((answer.at - since).total_seconds())
        found.append(Bar("kept", t("line.kept"), note, since, answer.at))
    return [*found, *_duties(answer, t, zone)]


def _custody(basis: Basis, booked: datetime, answer: Answer, t: Words, zone: ZoneInfo) -> Bar:
    end = bounds_of(basis.end, zone)[1]
    how = t(f"code.BasisEnd.{basis.ended_by.value}") if basis.ended_by else t("line.ended")
    note = f"{how}, {t.short(end, zone, answer.at)}" if end else t("line.runs")
    if basis.end is None:
        note = t("line.end-unknown")
    label = t(f"code.BasisKind.{basis.kind.value}")
    return Bar("basis", label, note, bounds_of(basis.start, zone)[0] or booked, end)


def _request(one: Detainer, booked: datetime, answer: Answer, t: Words, zone: ZoneInfo) -> Bar:
    form = one.form.value if one.form else t("line.form-unknown")
    end = bounds_of(one.lifted, zone)[1]
    note = f"{t('line.ended')}, {t.short(end, zone, answer.at)}" if end else t("line.in-force")
    start = bounds_of(one.received, zone)[0] or booked
    return Bar("request", f"{form} · {one.issuer or '?'}", note, start, end)


def _duties(answer: Answer, t: Words, zone: ZoneInfo) -> Iterator[Bar]:
    for duty in answer.duties:
        if duty.due is not None and duty.state in (DutyState.OWED, DutyState.LATE):
            note = f"{t('line.due')} {t.short(duty.due, zone, answer.at)}"
            start = min(answer.eligible_since or answer.at, duty.due)
            to = t.first(f"to.{duty.to}") or duty.to
            label = t(f"about.{duty.rule.about.value}", to=to)
            yield Bar("due", label, note, start, duty.due)


def _windows(answer: Answer, t: Words, zone: ZoneInfo) -> Iterator[Bar]:
    for window in answer.windows:
        if window.start is None:
            continue
        must = window.rule.modality is Modality.MUST
        label = t("line.hold-must" if must else "line.hold-may")
        ends = t.short(window.end, zone, answer.at)
        note = f"{t('line.to')} {ends}" if window.end else t("line.no-end")
        possible = window.certainty is Certainty.POSSIBLE
        if possible:
            note += f" · {t('line.one-reading')}"
        yield Bar("window", label, note, window.start, window.end, possible)


def draw(
    record: CustodyRecord, law: LawOfPlace, answer: Answer, bars: Sequence[Bar], t: Words
) -> str:
    """Return the time line, or "" where the booking has no known time.

    Args:
        record: The custody record.
        law: The law of the place, whose calendar shades weekends and holidays.
        answer: The answer at the present instant.
        bars: Its rows; see `bars_of`.
        t: The words of the reader's language.
    """
    zone, key = ZoneInfo(record.zone), key_of(record.id)
    scale = _scale(record, answer, bars, zone)
    if scale is None:
        return ""
    bars = [bar for bar in bars if bar.end is None or bar.end > scale.start]
    bottom = _TOP + _ROW * len(bars)
    body = [*_ground(scale, law, zone, bottom)]
    for n, bar in enumerate(bars):
        body += _bar(bar, scale, _TOP + _ROW * n, answer.at)
    body += _marks(record, answer, scale, t, zone, bottom)
    said = ". ".join(f"{bar.label}: {bar.note}" for bar in bars)
    return element(
        "svg",
        element("title", escape(t("line.title")), id=f"t-{key}"),
        element("desc", escape(said), id=f"d-{key}"),
        *body,
        viewBox=f"0 0 {_WIDTH:.0f} {bottom + 28:.0f}",
        role="img",
        aria_labelledby=f"t-{key}",
        aria_describedby=f"d-{key}",
        class_="timeline",
    )


def _scale(
    record: CustodyRecord, answer: Answer, bars: Sequence[Bar], zone: ZoneInfo
) -> Scale | None:
    begin = bounds(record.booked, zone)[0]
    if begin is None:
        return None
    now = answer.at.astimezone(UTC)
    door = bounds(record.release.at, zone)[1] if record.release else None
    last = min(now, door) if door else now
    if last - begin > _LONG:
        since = answer.eligible_since or last
        begin = max(begin, min(since - timedelta(days=1), last - timedelta(days=3)))
    ahead = [bar.end for bar in bars if bar.end and bar.kind in ("window", "due")]
    planned = bounds(record.scheduled_release, zone)[1] if record.scheduled_release else None
    stop = max([last, *ahead, *([planned] if planned else [])])
    stop = min(stop, last + _FAR)
    margin = max((stop - begin) * 0.04, timedelta(hours=2))
    return Scale(begin - margin / 2, stop + margin, _LEFT, _RIGHT)


def _ground(scale: Scale, law: LawOfPlace, zone: ZoneInfo, bottom: float) -> Iterator[str]:
    if scale.per_day >= 6:
        for start, end in left_out_days(scale, zone, law.calendar):
            x, width = scale.x(start), scale.x(end) - scale.x(start)
            yield element("rect", x=x, y=_TOP, width=max(width, 0.0), height=bottom - _TOP,
                          class_="band")  # fmt: skip
    yield element("line", x1=_LEFT, y1=bottom, x2=_RIGHT, y2=bottom, class_="axis")
    for at, label in ticks(scale, zone, 7):
        x = scale.x(at)
        yield element("line", x1=x, y1=_TOP, x2=x, y2=bottom + 5, class_="tick")
        anchor = "start" if x < _LEFT + 26 else "end" if x > _RIGHT - 26 else "middle"
        yield text(label, x, bottom + 19, "tick-label", anchor)


def _bar(bar: Bar, scale: Scale, y: float, now: datetime) -> Iterator[str]:
    yield text(_cut(bar.label, 31), 0, y + 16, "row-label")
    yield text(_cut(bar.note, 38), 0, y + 31, "row-note")
    if bar.start > scale.end:
        return
    end = bar.end or max(now, bar.start)
    left, right = scale.x(bar.start), scale.x(end)
    middle = y + _ROW / 2
    if bar.kind == "due":
        yield element("line", x1=left, y1=middle, x2=right, y2=middle, class_="due-line")
        mark = f"M{right:.1f} {middle - 7:.1f} l7 7 l-7 7 l-7 -7 z"
        yield element("path", d=mark, class_="due-mark")
        return
    possible = " possible" if bar.possible else ""
    yield element("rect", x=left, y=middle - 8, width=max(right - left, 3.0), height=16, rx=2,
                  class_=f"bar {bar.kind}{possible}")  # fmt: skip
    if bar.end is None or bar.end > scale.end:
        tip = f"M{right:.1f} {middle - 8:.1f} l9 8 l-9 8 z"
        yield element("path", d=tip, class_=f"onward {bar.kind}")


def _marks(
    record: CustodyRecord, answer: Answer, scale: Scale, t: Words, zone: ZoneInfo, bottom: float
) -> Iterator[str]:
    """Yield the upright lines: eligible, now, left; labels keep clear of each other."""
    lines: list[tuple[datetime, str, str]] = []
    if answer.eligible_since is not None:
        when = t.short(answer.eligible_since, zone, answer.at)
        lines.append((answer.eligible_since, f"{t('line.eligible')} {when}", "eligible"))
    door = bounds(record.release.at, zone)[0] if record.release else None
    if door is not None:
        lines.append((door, f"{t('line.left')} {t.short(door, zone, answer.at)}", "door"))
    else:
        lines.append((answer.at, f"{t('line.now')} {answer.at.astimezone(zone):%H:%M}", "now"))
    for n, (at, label, kind) in enumerate(lines):
        if not scale.covers(at):
            continue
        x, y = scale.x(at), 13.0 if n == 0 and len(lines) > 1 else 29.0
        yield element("line", x1=x, y1=y + 4, x2=x, y2=bottom, class_=f"flag {kind}")
        room = x + 7.0 * len(label) < _WIDTH
        yield text(label, x - 3 if room else x + 3, y, f"flag-label {kind}",
                   "start" if room else "end")  # fmt: skip


def _cut(words: str, most: int) -> str:
    """Return words that fit before the bars; the story beside the drawing has them whole."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
