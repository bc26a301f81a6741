"""What the page shows, worked out before any markup: sentences, tables, cases, law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from exeat.audit import Examination, Finding, FindingGroup, FindingKind
from exeat.audit.findings import GROUP_OF
from exeat.audit.summary import Summary
from exeat.decide import Certainty
from exeat.facts.case import zone_of
from exeat.facts.times import bounds
from exeat.report.chart import HoursHistogram
from exeat.report.law_text import LawOfDay, RuleText, law_of_day, reading_text
from exeat.report.story import say_eligible, words_of
from exeat.report.svg import key_of
from exeat.report.timeline import timeline_svg
from exeat.report.words import say_date
from exeat.rules.place import LawOfPlace

__all__ = [
    "GROUP_WORDS",
    "CaseView",
    "Laws",
    "LawView",
    "ReportInfo",
    "TotalRow",
    "case_views",
    "count",
    "in_short",
    "period",
    "total_rows",
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


@dataclass(frozen=True, slots=True)
class LawView:
    """The law of one span of days, shown once and linked from each case."""

    key: str
    heading: str
    law: LawOfDay


@dataclass(frozen=True, slots=True)
class CaseView:
    """One booking in detail.

    Attributes:
        laws: For each day that a finding speaks of: that day, its law, and the rules that the
            page shows in the case itself, with whether a finding cites them.
    """

    key: str
    record_id: str
    findings: tuple[Finding, ...]
    eligible: str
    svg: str
    words: tuple[str, ...]
    readings: tuple[str, ...]
    questions: tuple[str, ...]
    laws: tuple[tuple[date, LawView, tuple[tuple[RuleText, bool], ...]], ...]
    zone: ZoneInfo


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
        return "a period that the data does not give"
    first = summary.first_booked.astimezone(zone).date()
    last = summary.last_released.astimezone(zone).date()
    return f"{say_date(first)} to {say_date(last)}"


def in_short(summary: Summary, info: ReportInfo) -> list[str]:
    """Return the summary in plain sentences, both directions alike."""
    said = [_read(summary, info), _kept(summary)]
    said.append(
        _either(
            summary, FindingKind.RELEASED_AGAINST, "a person was let go against a binding hold"
        )
    )
    told = [
        _either(summary, FindingKind.NOTICE_MISSED, "a binding notice is missing"),
        _either(summary, FindingKind.NOTICE_LATE, "a binding notice came late"),
    ]
    said.extend(told)
    alike = sum(
        number for (kind, _), number in summary.records.items()
        if GROUP_OF[FindingKind(kind)] is FindingGroup.NO_REFUSAL
    )  # fmt: skip
    if alike:
        said.append(
            f"{count(alike, 'time')} something looks like a refused request and is none, such as "
            "a request that its issuer withdrew. These are not failures and are counted apart."
        )
    return said


def _read(summary: Summary, info: ReportInfo) -> str:
    rejected = "every row could be read"
    if summary.rows_rejected:
        where = f" and are listed in {info.rejects_file}" if info.rejects_file else ""
        rejected = f"{summary.rows_rejected:,} could not be read{where}"
    again = f"; {count(summary.rows_duplicate, 'repeated row')} left out" if summary.rows_duplicate else ""
    return (
        f"{count(summary.rows_read, 'row')} of {info.source_file} read: {rejected}{again}. "
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
    maybe, _ = _sum(summary, FindingKind.HELD_PAST, Certainty.POSSIBLE)
    perhaps, _ = _sum(summary, FindingKind.HELD_WITHOUT, Certainty.POSSIBLE)
    tail = (
        f"It is possible in {count(maybe, 'booking')} past the end of an authority, and in "
        f"{count(perhaps, 'booking')} for want of one; a booking can be in both."
        if maybe or perhaps
        else ""
    )
    return f"{head.strip()} {tail}".strip()


def _certainly(bookings: int, hours: float, how: str) -> str:
    if not bookings:
        return ""
    return f"In {count(bookings, 'booking')} a person was kept {how}, {count(hours, 'hour')} in all. "


def _either(summary: Summary, kind: FindingKind, what: str) -> str:
    sure, _ = _sum(summary, kind, Certainty.CERTAIN)
    maybe, _ = _sum(summary, kind, Certainty.POSSIBLE)
    if not sure and not maybe:
        return f"In no booking does the data show that {what}."
    return f"In {count(sure, 'booking')} it is certain, in {count(maybe, 'booking')} possible, that {what}."


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


class Laws:
    """The law sections of one page: each span of days once."""

    def __init__(self, law: LawOfPlace, place_name: str) -> None:
        self._law = law
        self._name = place_name
        self._days: dict[date, LawView] = {}
        self.views: dict[tuple[date | None, date | None], LawView] = {}

    def on(self, day: date) -> LawView:
        """Return the section of the law of a day."""
        known = self._days.get(day)
        if known is None:
            found = law_of_day(self._law, day)
            span = (found.first, found.last)
            if span not in self.views:
                key = f"law-{len(self.views) + 1}"
                self.views[span] = LawView(key, self._heading(found), found)
            known = self._days[day] = self.views[span]
        return known

    def _heading(self, law: LawOfDay) -> str:
        since = f"from {say_date(law.first)}" if law.first else "from the first day known"
        until = f"to {say_date(law.last)}" if law.last else "on"
        return f"Law in force in {self._name}, {since} {until}"


def case_views(
    cases: Sequence[Examination], law: LawOfPlace, laws: Laws
) -> Iterator[CaseView]:
    """Yield each case as the page shows it, in the order given."""
    for case in cases:
        zone = zone_of(case.record.zone)
        yield CaseView(
            key=key_of(case.record.id),
            record_id=case.record.id,
            findings=case.findings,
            eligible=say_eligible(case),
            svg=timeline_svg(case, law),
            words=tuple(words_of(case, law)),
            readings=_readings(case, law),
            questions=tuple(dict.fromkeys(q for f in case.findings for q in f.questions)),
            laws=tuple(_laws(case, laws, zone)),
            zone=zone,
        )


def _readings(case: Examination, law: LawOfPlace) -> tuple[str, ...]:
    names = {part for f in case.findings for name in f.readings for part in name.split(", ")}
    return tuple(reading_text(law, name) for name in sorted(names))


def _laws(
    case: Examination, laws: Laws, zone: ZoneInfo
) -> Iterator[tuple[date, LawView, tuple[tuple[RuleText, bool], ...]]]:
    cited = {rule for f in case.findings for rule in f.rules}
    seen: set[str] = set()
    for day in _days(case, zone):
        view = laws.on(day)
        if view.key in seen:
            continue
        seen.add(view.key)
        holds = [rule for place in view.law.places for rule in place.holds]
        others = [r for place in view.law.places for r in place.others if r.id in cited]
        yield day, view, tuple((rule, rule.id in cited) for rule in (*holds, *others))


def _days(case: Examination, zone: ZoneInfo) -> list[date]:
    """Return the local days that the findings speak of; else the last day of the custody."""
    moments = [f.start for f in case.findings if f.start is not None]
    if not moments:
        moments = [case.door or bounds(case.record.booked, zone)[0]]
    return list(dict.fromkeys(m.astimezone(zone).date() for m in sorted(m for m in moments if m)))
