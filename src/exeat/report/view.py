"""The cases and the law sections of the page, worked out before any markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from exeat.audit import Examination, Finding, FindingGroup, FindingKind
from exeat.facts.case import zone_of
from exeat.facts.times import bounds
from exeat.report.findings import asked_of, say_finding
from exeat.report.story import say_eligible, words_of
from exeat.report.svg import key_of
from exeat.report.timeline import timeline_svg
from exeat.rules.place import LawOfPlace
from exeat.say.law_text import LawOfDay, RuleText, law_of_day
from exeat.say.words import say_date

__all__ = ["CaseView", "LawView", "Laws", "case_views"]


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
        findings: Each with what it says.
        caveat: What speaks against taking a finding for more than the record bears, or "".
        laws: For each day that a finding speaks of: that day, its law, and the rules that the
            page shows in the case itself, with whether a finding cites them.
    """

    key: str
    record_id: str
    findings: tuple[tuple[Finding, str], ...]
    eligible: str
    caveat: str
    svg: str
    words: tuple[str, ...]
    readings: tuple[str, ...]
    questions: tuple[str, ...]
    laws: tuple[tuple[date, LawView, tuple[tuple[RuleText, bool], ...]], ...]
    zone: ZoneInfo


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


def case_views(cases: Sequence[Examination], law: LawOfPlace, laws: Laws) -> Iterator[CaseView]:
    """Yield each case as the page shows it, in the order given."""
    for case in cases:
        zone = zone_of(case.record.zone)
        yield CaseView(
            key=key_of(case.record.id),
            record_id=case.record.id,
            findings=tuple((found, say_finding(found, zone)) for found in case.findings),
            eligible=say_eligible(case),
            caveat=_caveat(case),
            svg=timeline_svg(case, law),
            words=tuple(words_of(case)),
            readings=_readings(case, law),
            questions=tuple(dict.fromkeys(q for f in case.findings for q in asked_of(f))),
            laws=tuple(_laws(case, laws, zone)),
            zone=zone,
        )


def _caveat(case: Examination) -> str:
    """Return what speaks against taking a finding for more than the record bears."""
    kinds = {finding.kind for finding in case.findings}
    kept = any(finding.group is FindingGroup.KEPT for finding in case.findings)
    if kept and FindingKind.MOVED in kinds:
        return (
            "The person was handed to another custodian. There may have been a ground of custody "
            "that these records lack, such as a sentence or that custodian’s own claim: look at "
            "the file before calling this time unlawful."
        )
    return ""


def _readings(case: Examination, law: LawOfPlace) -> tuple[str, ...]:
    """Return each contested point on which the answer differs here, with all its readings."""
    names = {part for f in case.findings for name in f.readings for part in name.split(", ")}
    used = {name.split("/")[0] for name in names}
    return tuple(
        " ".join([c.question, *(f"Reading “{r.id}”: {r.says}" for r in c.readings)])
        for c in law.contests
        if c.id in used
    )


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
    other = case.door or bounds(case.record.booked, zone)[0]
    if not moments and other is not None:
        moments = [other]
    return list(dict.fromkeys(moment.astimezone(zone).date() for moment in sorted(moments)))
