"""The summary of one audit in plain sentences and as a table, both directions alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from exeat.audit import FindingGroup, FindingKind
from exeat.audit.findings import GROUP_OF
from exeat.audit.summary import Summary
from exeat.decide import Certainty
from exeat.report.chart import HoursHistogram
from exeat.say.words import say_date

__all__ = [
    "GROUP_WORDS",
    "ReportInfo",
    "TotalRow",
    "about_the_file",
    "count",
    "in_short",
    "period",
    "total_rows",
    "warnings_of",
]

GROUP_WORDS: Mapping[FindingGroup, str] = {
    FindingGroup.KEPT: "Kept too long",
    FindingGroup.LET_GO: "Let go against a binding hold",
    FindingGroup.NOT_TOLD: "Not told, or told late",
    FindingGroup.NO_REFUSAL: "Looks like a refusal and is none",
    FindingGroup.RECORD: "The record is too thin, or contradicts the request",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInfo:
    """What the page says of its own making.

    Attributes:
        title: A neutral title.
        source_file: Name of the file that was read.
        attribution: Whose data it is, as its owner asks to be named; may be empty.
        mapping: Name of the mapping by which the file was read.
        made_at: When the page was made; given, so that the same input makes the same page.
        findings_total: All findings of the audit, and
        findings_shown: those that the page shows.
        command: The command line, as a reader could repeat it.
        quality: What each data-quality code means, as a sentence.
        processing_hours: How long letting a person out may take; a setting, not law.
        rejects_file: Name of the file of rows that could not be read, or None.
        histogram: Hours over all bookings; left out: over the cases shown.
    """

    title: str
    source_file: str
    attribution: str
    mapping: str
    place_id: str
    place_name: str
    version: str
    made_at: datetime
    findings_total: int
    findings_shown: int
    command: str
    quality: Mapping[str, str] = field(default_factory=dict)
    processing_hours: float = 4.0
    rejects_file: str | None = None
    histogram: HoursHistogram | None = None


@dataclass(frozen=True, slots=True)
class TotalRow:
    """One line of the table of what was found; ``bookings`` 0: none found."""

    kind: str
    means: str
    certainty: str
    bookings: int
    findings: int
    hours: float


def count(number: float, noun: str, plural: str = "") -> str:
    """Return a number with its noun.

    Examples:
        >>> count(1, "booking"), count(1204, "booking"), count(2, "custody", "custodies")
        ('1 booking', '1,204 bookings', '2 custodies')
    """
    shown = f"{round(number):,}"
    return f"{shown} {noun if shown == '1' else plural or noun + 's'}"


def period(summary: Summary, zone: ZoneInfo) -> str:
    """Return the span of the data in words."""
    if summary.first_booked is None or summary.last_released is None:
        return "a period that the data does not give: no booking has both times"
    first = summary.first_booked.astimezone(zone).date()
    last = summary.last_released.astimezone(zone).date()
    return f"{say_date(first)} to {say_date(last)}"


def warnings_of(summary: Summary) -> list[str]:
    """Return what a reader must know before any finding, in sentences."""
    said = about_the_file(summary)
    if summary.bookings and not summary.with_notices:
        said.append("This file cannot show missed notices: it does not say what was told.")
    return said


def about_the_file(summary: Summary) -> list[str]:
    """Return what is doubtful of the file as a whole, in sentences."""
    said = list(summary.doubts)
    holds = [(text, n) for (field, text), n in summary.unmapped.items() if field == "hold"]
    if holds:
        ranked = sorted(holds, key=lambda pair: (-pair[1], pair[0]))
        shown = ", ".join(f"`{text}` ({lines:,})" for text, lines in ranked[:10])
        more = f" and {len(ranked) - 10} more" if len(ranked) > 10 else ""
        said.append(
            "These look like immigration holds and are not in the mapping, so that they "
            f"counted as charges (lines): {shown}{more}. List them under [hold] immigration."
        )
    return said


def in_short(summary: Summary, info: ReportInfo) -> list[str]:
    """Return the summary in plain sentences, both directions alike."""
    if summary.rows_rejected == summary.rows_read > 0:
        return [_read(summary, info), "So nothing is said of anybody."]
    said = [_read(summary, info), *about_the_file(summary), _kept(summary)]
    said.append(
        _either(summary, FindingKind.RELEASED_AGAINST, "a person was let go against a binding hold")
    )
    said.append(_notices(summary))
    alike = sum(
        summary.records[kind.value, certainty.value]
        for kind in FindingKind
        for certainty in Certainty
        if GROUP_OF[kind] is FindingGroup.NO_REFUSAL
    )
    if alike:
        said.append(
            f"{count(alike, 'time')} something looks like a refused request and is none, such as "
            "a request that its issuer withdrew. These are not failures and are counted apart."
        )
    return said


def _read(summary: Summary, info: ReportInfo) -> str:
    parts = [f"{summary.rows_used:,} used"]
    if summary.rows_duplicate:
        parts.append(f"{summary.rows_duplicate:,} left out as repeated")
    if summary.rows_rejected:
        where = f" (listed in {info.rejects_file})" if info.rejects_file else ""
        parts.append(f"{summary.rows_rejected:,} could not be read{where}")
    return (
        f"{count(summary.rows_read, 'row')} of {info.source_file} read: {', '.join(parts)}. "
        f"They make {count(summary.bookings, 'booking')}."
    )


def _kept(summary: Summary) -> str:
    sure, sure_hours = _sum(summary, FindingKind.HELD_PAST, Certainty.CERTAIN)
    without, without_hours = _sum(summary, FindingKind.HELD_WITHOUT, Certainty.CERTAIN)
    if not sure and not without:
        head = "In no booking is it certain that a person was kept without authority."
    else:
        head = _certainly(sure, sure_hours, "past every authority to hold")
        head += _certainly(without, without_hours, "when nothing gave authority to hold")
        if summary.moved:
            head += (
                f"In {count(summary.moved, 'of these bookings', 'of these bookings')} the person "
                "was handed to another custodian, and there may have been a ground of custody "
                "that the records lack. "
            )
    maybe, _ = _sum(summary, FindingKind.HELD_PAST, Certainty.POSSIBLE)
    perhaps, _ = _sum(summary, FindingKind.HELD_WITHOUT, Certainty.POSSIBLE)
    possible = []
    if maybe:
        possible.append(
            f"in {count(maybe, 'booking')} it is possible that a person was kept past an authority "
            "that had run out"
        )
    if perhaps:
        possible.append(
            f"in {count(perhaps, 'booking')} it is possible that nothing gave authority from the "
            "start"
        )
    tail = "; ".join(possible)
    if tail:
        several = "; one booking can be in several of these numbers" if len(possible) > 1 else ""
        tail = f"{tail[0].upper()}{tail[1:]}{several}."
    return f"{head.strip()} {tail}".strip()


def _certainly(bookings: int, hours: float, how: str) -> str:
    if not bookings:
        return ""
    where = f"As the records stand, a person was kept {how} in {count(bookings, 'booking')}"
    return f"{where}: {count(hours, 'hour')} in all. "


def _either(summary: Summary, kind: FindingKind, what: str) -> str:
    sure, _ = _sum(summary, kind, Certainty.CERTAIN)
    maybe, _ = _sum(summary, kind, Certainty.POSSIBLE)
    if not sure and not maybe:
        return f"In no booking does the data show that {what}."
    certain, possible = count(sure, "booking"), count(maybe, "booking")
    return f"In {certain} it is certain, in {possible} possible, that {what}."


def _notices(summary: Summary) -> str:
    kinds = (FindingKind.NOTICE_MISSED, FindingKind.NOTICE_LATE)
    if not any(summary.findings[kind.value, c.value] for kind in kinds for c in Certainty):
        if not summary.with_notices:
            return "This file cannot show missed notices: it does not say what was told to whom."
        return "In no booking does the data show that a binding notice is missing or came late."
    missed = _either(summary, FindingKind.NOTICE_MISSED, "a binding notice is missing")
    return f"{missed} {_either(summary, FindingKind.NOTICE_LATE, 'a binding notice came late')}"


def _sum(summary: Summary, kind: FindingKind, certainty: Certainty) -> tuple[int, float]:
    key = (kind.value, certainty.value)
    return summary.records[key], summary.hours[key]


def total_rows(summary: Summary) -> Iterator[tuple[str, list[TotalRow]]]:
    """Yield each group of findings with its lines; a group with none is empty."""
    for group, words in GROUP_WORDS.items():
        rows = []
        for kind in (k for k in FindingKind if GROUP_OF[k] is group):
            for certainty in Certainty:
                key = (kind.value, certainty.value)
                if summary.findings[key]:
                    rows.append(
                        TotalRow(
                            kind.value.replace("-", " "), kind.description, certainty.value,
                            summary.records[key], summary.findings[key], summary.hours[key],
                        )
                    )  # fmt: skip
        yield words, rows
