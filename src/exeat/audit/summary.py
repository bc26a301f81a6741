"""What an audit counted: totals that add up, and findings by kind and certainty."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from exeat.audit.examine import Examination
from exeat.audit.findings import Finding, FindingGroup, FindingKind
from exeat.audit.reach import hold_reach
from exeat.decide import Certainty
from exeat.facts.case import zone_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import bounds

__all__ = ["Summary"]


def _no_hours() -> dict[tuple[str, str], float]:
    return defaultdict(float)


@dataclass(slots=True)
class Summary:
    """Counters of one audit; two of them add up, so that parts can be counted apart.

    Attributes:
        rows_used: Rows that a booking rests on; a repeated row is counted under
            `rows_duplicate`, so that read = used + duplicate + rejected.
        unmapped: For each field and text that the mapping does not list, how many lines have it.
        with_notices: Bookings whose record says what was told, or that nothing was.
        moved: Bookings with a certain finding of being kept whose person was handed on: there
            may be a ground of custody that the records lack.
        doubts: What a reader should know of the whole file, in sentences.
        hold_ended_last: Bookings whose immigration hold ended after every other basis.
        hours: Running hours by finding kind and certainty, of findings that have any.
        quality: Notes on the data, by code, each counted once a booking.
        release_years: Bookings by the year in which the person left, for the method section.
    """

    rows_read: int = 0
    rows_used: int = 0
    rows_rejected: int = 0
    rows_duplicate: int = 0
    bookings: int = 0
    with_hold: int = 0
    only_hold: int = 0
    hold_ended_last: int = 0
    hold_ended_last_over_48_running_hours: int = 0
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    hours: dict[tuple[str, str], float] = field(default_factory=_no_hours)
    records: Counter[tuple[str, str]] = field(default_factory=Counter)
    quality: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    doubts: tuple[str, ...] = ()
    with_notices: int = 0
    moved: int = 0
    first_booked: datetime | None = None
    last_released: datetime | None = None

    def add(self, examined: Examination, quality: tuple[str, ...] = ()) -> None:
        """Count one booking."""
        record = examined.record
        self.bookings += 1
        self.quality.update(set(quality))
        if record.detainers:
            self._add_hold(record)
        self._add_findings(examined.findings)
        if record.notices is not None or record.notices_complete:
            self.with_notices += 1
        booked = bounds(record.booked, zone_of(record.zone))[0]
        left = record.release.at if record.release is not None else None
        self._extend(booked, bounds(left, zone_of(record.zone))[0] if left else None)

    def _add_hold(self, record: CustodyRecord) -> None:
        """Count one booking with an immigration hold."""
        self.with_hold += 1
        reach = hold_reach(record)
        if record.bases == ():
            self.only_hold += 1
        elif reach is not None and reach > 0:
            self.hold_ended_last += 1
            self.hold_ended_last_over_48_running_hours += reach > 48

    def _add_findings(self, findings: Sequence[Finding]) -> None:
        """Count what was found of one booking."""
        for kind, certainty in {(f.kind.value, f.certainty.value) for f in findings}:
            self.records[kind, certainty] += 1
        for finding in findings:
            key = (finding.kind.value, finding.certainty.value)
            self.findings[key] += 1
            if finding.hours is not None:
                self.hours[key] += finding.hours
        surely = {f.group for f in findings if f.certainty is Certainty.CERTAIN}
        moved = any(finding.kind is FindingKind.MOVED for finding in findings)
        self.moved += moved and FindingGroup.KEPT in surely

    def _extend(self, booked: datetime | None, door: datetime | None) -> None:
        if booked is not None:
            self.first_booked = min(self.first_booked or booked, booked)
        if door is not None:
            self.last_released = max(self.last_released or door, door)

    def __iadd__(self, other: Summary) -> Summary:
        for name in ("rows_read", "rows_used", "with_notices", "moved", "rows_rejected",
                     "rows_duplicate", "bookings", "with_hold",
                     "only_hold", "hold_ended_last",
                     "hold_ended_last_over_48_running_hours"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for key, hours in other.hours.items():
            self.hours[key] += hours
        for name in ("findings", "records", "quality", "unmapped"):
            getattr(self, name).update(getattr(other, name))
        self._extend(other.first_booked, None)
        self._extend(None, other.last_released)
        return self

    def not_listed(self) -> list[tuple[str, str, int]]:
        """Return the words that the mapping does not list: field, text, lines.

        Holds first, then the most frequent. Of other fields a text on one line only is left out:
        it may be a sentence that names somebody.
        """
        ranked = sorted(
            self.unmapped.items(), key=lambda item: (item[0][0] != "hold", -item[1], item[0])
        )
        return [
            (field, text, lines) for (field, text), lines in ranked if field == "hold" or lines > 1
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``summary.json``."""
        kinds: dict[str, dict[str, dict[str, float]]] = {}
        for kind in FindingKind:
            for certainty in Certainty:
                key = (kind.value, certainty.value)
                if self.findings[key]:
                    kinds.setdefault(kind.value, {})[certainty.value] = {
                        "findings": self.findings[key],
                        "bookings": self.records[key],
                        "hours": round(self.hours[key], 2),
                    }
        return {
            "rows_read": self.rows_read,
            "rows_used": self.rows_used,
            "rows_rejected": self.rows_rejected,
            "rows_duplicate": self.rows_duplicate,
            "bookings": self.bookings,
            "bookings_with_immigration_hold": self.with_hold,
            "bookings_with_only_immigration_hold": self.only_hold,
            "bookings_where_immigration_hold_ended_last": self.hold_ended_last,
            "bookings_where_immigration_hold_ended_last_by_over_48_running_hours": (
                self.hold_ended_last_over_48_running_hours
            ),
            "first_booked": self.first_booked.isoformat() if self.first_booked else None,
            "last_released": self.last_released.isoformat() if self.last_released else None,
            "findings": kinds,
            "data_quality": dict(sorted(self.quality.items())),
            "not_in_the_mapping": [
                {"field": field, "text": text, "lines": lines}
                for field, text, lines in self.not_listed()
            ],
            "not_in_the_mapping_and_on_one_line": len(self.unmapped) - len(self.not_listed()),
            "doubts_of_the_file": list(self.doubts),
            "can_show_missed_notices": bool(self.with_notices),
        }
