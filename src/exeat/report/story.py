"""What happened in one custody, as rows: the source of the drawing and of its words.

Both are made from the same rows, so that the words are a full alternative to the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from exeat.audit import Examination, FindingGroup
from exeat.decide import Certainty, Window
from exeat.facts.case import zone_of
from exeat.facts.record import Basis, Detainer
from exeat.facts.times import NEVER, When, bounds, bounds_of
from exeat.rules.model import Modality
from exeat.say.words import say_hours, say_time

__all__ = ["Row", "RowKind", "rows_of", "say_eligible", "words_of"]

_MOST_BASES: Final = 6

_FINDINGS: Final = {
    FindingGroup.KEPT: "Kept too long",
    FindingGroup.LET_GO: "Let go despite a hold",
}


class RowKind(StrEnum):
    """What a row of the time line shows; the value is its class in the style sheet."""

    BASIS = "basis"
    REQUEST = "request"
    WINDOW = "window"
    KEPT = "kept"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is, how it ended, and from when to when.

    Attributes:
        possible: It is only possible, and drawn hatched.
        open_end: It runs on, or its end is not known.
    """

    kind: RowKind
    label: str
    note: str
    start: datetime | None = None
    end: datetime | None = None
    possible: bool = False
    open_end: bool = False


def rows_of(examined: Examination) -> list[Row]:
    """Return the rows of a custody: bases, requests, lawful windows, and what was too long.

    Examples:
        >>> from exeat.audit import examine
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "UTC", "booked": "2016-03-02T09:00Z",'
        ...     '"bases": [{"id": "b", "kind": "charge", "end": "2016-03-03T09:00Z"}],'
        ...     '"release": {"at": "2016-03-03T10:00Z"}}'
        ... )
        >>> law = law_of_place("us", shipped())
        >>> [(row.label, row.note) for row in rows_of(examine(record, law))]
        [('Charge', 'ended Thu 3 Mar 2016, 09:00')]
    """
    record, zone = examined.record, zone_of(examined.record.zone)
    begin = bounds(record.booked, zone)[0]
    rows = list(_bases(record.grounds, begin, examined.door, zone))
    rows += [_request(d, begin, examined.door, zone) for d in record.detainers]
    if record.detainers:
        # Two levels of law often say the same: one row is enough.
        rows += list(dict.fromkeys(_windows(examined, zone)))
    rows += list(_kept(examined))
    return rows


def _bases(
    bases: Sequence[Basis], begin: datetime | None, door: datetime | None, zone: ZoneInfo
) -> Iterator[Row]:
    """Yield the bases that reached furthest, and the rest together."""
    rows = [_basis(basis, begin, door, zone) for basis in bases]
    rows.sort(key=lambda row: (row.open_end, row.end.timestamp() if row.end else 0.0))
    early, late = rows[:-_MOST_BASES], rows[-_MOST_BASES:]
    if early:
        starts = [row.start for row in early if row.start]
        ends = [row.end for row in early if row.end]
        label = f"{len(early)} other ground{'s' if len(early) > 1 else ''}"
        start = min(starts, default=begin)
        end = max(ends, default=None)
        yield Row(RowKind.BASIS, label, f"to {_short(end, zone)}", start, end)
    yield from late


def _basis(basis: Basis, begin: datetime | None, door: datetime | None, zone: ZoneInfo) -> Row:
    agency = f" · {basis.agency}" if basis.agency else ""
    label = f"{basis.kind.value.replace('-', ' ').capitalize()}{agency}"
    start = bounds_of(basis.start, zone)[0] or begin
    if basis.end is None or basis.end is NEVER:
        note = "still ran" if basis.end is NEVER else "its end is not recorded"
        return Row(RowKind.BASIS, label, note, start, door, open_end=True)
    end = bounds_of(basis.end, zone)[1]
    how = basis.ended_by.value.replace("-", " ") if basis.ended_by else "ended"
    how = "ended" if how in ("other", "unstated") else how
    note = f"{how} {_told(basis.end, zone)}"
    return Row(RowKind.BASIS, label, note, start, end or door, open_end=end is None)


def _request(
    detainer: Detainer, begin: datetime | None, door: datetime | None, zone: ZoneInfo
) -> Row:
    issuer = f" · {detainer.issuer}" if detainer.issuer else ""
    form = detainer.form.value if detainer.form else "form not recorded"
    start = bounds_of(detainer.received, zone)[0] or begin
    if detainer.lifted is None or detainer.lifted is NEVER:
        open_words = "in force" if detainer.lifted is NEVER else "end not recorded"
        return Row(
            RowKind.REQUEST, f"Request{issuer}", f"{form}\n{open_words}", start, door, open_end=True
        )
    end = bounds_of(detainer.lifted, zone)[1]
    return Row(
        RowKind.REQUEST, f"Request{issuer}", f"{form}\nended {_told(detainer.lifted, zone)}", start,
        end or door, open_end=end is None,
    )  # fmt: skip


def _windows(examined: Examination, zone: ZoneInfo) -> Iterator[Row]:
    lifts = {d.id: bounds_of(d.lifted, zone)[0] for d in examined.record.detainers}
    since = examined.eligible.earliest
    if not examined.windows and examined.segments and since is not None:
        yield Row(RowKind.NOTE, "No lawful window", "no rule then allowed a hold", since)
    exact = since == examined.eligible.latest
    for window in examined.windows:
        row = _window(window, lifts.get(window.detainer), exact, zone)
        if row.end is None or row.start is None or row.end > row.start:
            yield row


def _window(window: Window, lifted: datetime | None, exact: bool, zone: ZoneInfo) -> Row:
    """Return one window, cut where the request was lifted before its own end."""
    cut = lifted is not None and (window.end is None or lifted < window.end)
    possible = window.certainty is Certainty.POSSIBLE or not exact
    verb = "commanded" if window.rule.modality is Modality.MUST else "allowed"
    label = f"Hold {verb}{', possibly' if possible else ''}"
    end = lifted if cut else window.end
    note = _note(window, zone, cut)
    return Row(RowKind.WINDOW, label, note, window.start, end, possible, end is None)


def _note(window: Window, zone: ZoneInfo, cut: bool) -> str:
    """Return until when a window runs, on which reading, and whether the request ended first."""
    names = [name.split("/")[-1] for part in window.readings for name in part.split(", ")]
    reading = f"reading: {', '.join(dict.fromkeys(names))}" if names else "on every reading"
    until = f"to {_short(window.end, zone)}" if window.end else "no end of its own"
    return f"{until}\n{reading}" + ("\nand no longer than the request" if cut else "")


def _kept(examined: Examination) -> Iterator[Row]:
    """Yield what was too long, or too early, as the findings have it."""
    for finding in examined.findings:
        words = _FINDINGS.get(finding.group)
        if not words or not finding.start or not finding.end or finding.end <= finding.start:
            continue
        possible = finding.certainty is Certainty.POSSIBLE
        hours = say_hours(finding.hours) if finding.hours is not None else ""
        label = f"{words}{', possibly' if possible else ''}"
        yield Row(RowKind.KEPT, label, hours, finding.start, finding.end, possible)


def words_of(examined: Examination) -> list[str]:
    """Return the time line in words, in the order of its rows, then eligibility and the door."""
    zone = zone_of(examined.record.zone)
    booked, release = examined.record.booked, examined.record.release
    said = [f"Booked {_told(booked, zone, named=True)}."]
    for row in rows_of(examined):
        text = f"{row.label}: {row.note.replace(chr(10), ', ')}"
        if row.kind is RowKind.KEPT:
            text += f", from {say_time(row.start, zone)} to {say_time(row.end, zone)}"
        said.append(f"{text}." if row.note else f"{row.label}.")
    said.append(f"{say_eligible(examined)}.")
    door = _told(release.at, zone, named=True) if release else "not recorded"
    return [*said, f"Left: {door}."]


def say_eligible(examined: Examination) -> str:
    """Return in words since when the person could have gone."""
    zone, eligible = zone_of(examined.record.zone), examined.eligible
    if eligible.running:
        return "Could go: not yet, a ground of custody still ran"
    if eligible.latest is None:
        return f"Could go: not before {say_time(eligible.earliest, zone)}, time not recorded"
    if eligible.earliest != eligible.latest:
        early, late = say_time(eligible.earliest, zone), say_time(eligible.latest, zone)
        return f"Could go: between {early} and {late}"
    return f"Could go: {say_time(eligible.latest, zone)}"


def _told(when: When, zone: ZoneInfo, *, named: bool = False) -> str:
    """Return a time as the record has it: a bare date stays one, and gets no midnight.

    Args:
        when: As recorded.
        zone: The facility's.
        named: With the zone's name, where the column is wide.
    """
    early, late = bounds(when, zone)
    if isinstance(when, datetime) or early is None or late is None:
        return say_time(early, zone) if named else _short(early, zone)
    first, last = early.astimezone(zone), (late - timedelta(microseconds=1)).astimezone(zone)
    day = f"{last:%a} {last.day} {last:%b %Y}"
    if first.date() == last.date():
        return f"on {day}"
    return f"between {first:%a} {first.day} {first:%b %Y} and {day}"


def _short(at: datetime | None, zone: ZoneInfo) -> str:
    """Return a time without its zone, for a narrow column."""
    if at is None:
        return "at a time not known"
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"
