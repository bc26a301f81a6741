"""Examine one finished custody: what should have happened, and what did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from exeat.audit.door import at_the_door
from exeat.audit.findings import Finding, FindingCode, FindingKind, hours_between, sources_of
from exeat.audit.requests import request_findings
from exeat.audit.stay import Eligible, Segment, Stretch, eligible_of, inside, segments_of
from exeat.decide import Certainty, Verdict, Window
from exeat.decide.decide import gist
from exeat.decide.timeline import HELD, Timeline
from exeat.decide.verdict import hides_a_warrant, overdue
from exeat.decide.windows import windows_of
from exeat.facts.openings import Ask, AskKind
from exeat.facts.record import CustodyRecord
from exeat.facts.times import FAR_FUTURE, NEVER, aware, span
from exeat.rules.place import LawOfPlace

__all__ = ["Examination", "examine"]

_HOUSED = Ask(AskKind.HOUSED)
_COMPLETE = Ask(AskKind.ALL_GROUNDS)
_WARRANTS = Ask(AskKind.FACT, "warrant.federal_criminal")
_LAWFUL = HELD | {Verdict.SERVE_FIRST, Verdict.BRING_FIRST}
_TINY = timedelta(microseconds=1)


@dataclass(frozen=True)
class Examination:
    """One custody examined.

    Attributes:
        eligible: Since when the person could have gone, at the end of the stay.
        door: When the person left, the earliest bound in UTC; None while in custody.
        segments: How a hold stood, wherever no ground of custody ran.
        line: The timeline that was examined; None in another process than that which did it.
    """

    record: CustodyRecord
    eligible: Eligible
    door: datetime | None
    segments: tuple[Segment, ...]
    findings: tuple[Finding, ...]
    line: Timeline | None = field(default=None, repr=False, compare=False)

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """Each window of authority of the stay, in every stretch without a ground, once.

        Read from the timeline when asked for: only what is shown needs them.
        """
        if self.line is None:
            return ()
        found: dict[tuple[object, ...], Window] = {}
        for segment in self.segments:
            for w in windows_of(self.line, segment.start):
                found.setdefault((w.rule.id, w.detainer, w.start, w.end, w.readings), w)
        return tuple(sorted(found.values(), key=_by_end))

    def __getstate__(self) -> dict[str, object]:
        # A timeline holds the law of its place, which each process has read for itself.
        return {**vars(self), "windows": self.windows, "line": None}


def examine(
    record: CustodyRecord, law: LawOfPlace, *, as_of: datetime | None = None
) -> Examination:
    """Examine one custody under the law of its place and days.

    Args:
        record: A finished custody, or one that still runs.
        law: The law of the place.
        as_of: Up to when somebody who is still inside is audited; None: only who has left.

    Raises:
        ValueError: ``as_of`` has no time zone.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "UTC", "booked": "2016-03-02T09:00Z",'
        ...     '"bases": [{"id": "b", "kind": "charge", "end": "2016-03-03T09:00Z"}],'
        ...     '"release": {"at": "2016-03-03T10:00Z"}}'
        ... )
        >>> examine(record, law_of_place("us", shipped())).findings
        ()
    """
    up_to = aware(as_of, "as_of").astimezone(UTC) if as_of is not None else None
    stretch = inside(record, law, up_to)
    line = stretch.line if stretch is not None else Timeline(record, law)
    eligible = eligible_of(stretch, line)
    door = stretch.door if stretch is not None else None
    findings: list[Finding] = []
    segments: list[Segment] = []
    missing = _missing(record, line, stretch)
    if missing:
        findings.append(_incomplete(record, missing))
    if stretch is not None:
        segments = segments_of(stretch)
        findings.extend(_kept(stretch, segments))
        if door is not None:
            findings.extend(at_the_door(stretch, door))
    findings.extend(request_findings(record, door))
    return Examination(
        record, eligible, door[0] if door else None, tuple(segments), tuple(findings), line
    )


def _by_end(window: Window) -> tuple[str, str, float]:
    end = window.end.timestamp() if window.end else float("inf")
    return window.detainer, window.rule.id, end


def _missing(record: CustodyRecord, line: Timeline, stretch: Stretch | None) -> list[Ask]:
    """Return what the record would have to say before anything can be told of the stay."""
    missing = []
    if record.bases is None:
        missing.append(Ask(AskKind.WHICH_GROUNDS))
    for basis in record.grounds:
        begin, end = span(basis.start, line.zone)[0], span(basis.end, line.zone)[1]
        later = stretch is not None and begin >= stretch.end
        if end >= FAR_FUTURE and basis.end is not NEVER and not later:
            missing.append(Ask(AskKind.GROUND_ENDED, basis.id))
    if stretch is None or (stretch.door is not None and stretch.door[1] >= FAR_FUTURE):
        missing.append(Ask(AskKind.LEFT))
    return missing


def _incomplete(record: CustodyRecord, missing: Sequence[Ask]) -> Finding:
    return Finding(
        record.id,
        FindingKind.INCOMPLETE,
        None,
        None,
        None,
        Certainty.CERTAIN,
        FindingCode.TIMES_MISSING,
        questions=tuple(missing),
    )


def _kept(stretch: Stretch, segments: Sequence[Segment]) -> Iterator[Finding]:
    """Yield what the person was kept for without authority, or possibly without."""
    authority = False
    for index, segment in enumerate(segments):
        if index and segments[index - 1].end != segment.start:
            authority = False  # a ground of custody ran in between
        if segment.verdict is None:
            yield from _without(stretch, segment, authority)
        elif segment.verdict is Verdict.SERVE_FIRST:
            yield from _unserved(stretch, segment)
        elif segment.verdict not in _LAWFUL:
            yield from _open(stretch, segment, authority)
        authority = authority or segment.verdict is not None


def _without(stretch: Stretch, segment: Segment, authority: bool) -> Iterator[Finding]:
    line = stretch.line
    last = line.point(segment.start)
    late = overdue(line, replace(last, at=segment.end - _TINY))
    if late is None:
        return
    start = max(late.since, segment.start)
    requested = bool(line.record.detainers)
    ran_out = authority or segment.certainty is Certainty.POSSIBLE
    kind = FindingKind.HELD_PAST if ran_out and requested else FindingKind.HELD_WITHOUT
    certain = late.certain and segment.sure and segment.certainty is Certainty.CERTAIN
    yield _finding(stretch, segment, kind, start, certain, _code_of(segment, kind))


def _code_of(segment: Segment, kind: FindingKind) -> FindingCode:
    if segment.certainty is Certainty.POSSIBLE:
        return FindingCode.KEPT_PAST_ONE_READING
    return FindingCode.KEPT_PAST if kind is FindingKind.HELD_PAST else FindingCode.KEPT_WITHOUT


_OPEN = {
    Verdict.UNKNOWN: FindingCode.KEPT_NOT_SHOWN,
    Verdict.CONFLICT: FindingCode.KEPT_DISPUTED,
    Verdict.CALL_COUNSEL: FindingCode.KEPT_REPORTED,
}


def _open(stretch: Stretch, segment: Segment, authority: bool) -> Iterator[Finding]:
    """Yield a span in which it is open whether there was authority to hold."""
    line = stretch.line
    point = line.point(segment.start)
    if segment.end - point.since[0] < line.law.processing:
        return
    ran_out = authority and bool(line.record.detainers)
    kind = FindingKind.HELD_PAST if ran_out else FindingKind.HELD_WITHOUT
    code = _OPEN.get(segment.verdict or Verdict.UNKNOWN, FindingCode.KEPT_NO_POWER)
    yield _finding(stretch, segment, kind, segment.start, False, code)


def _unserved(stretch: Stretch, segment: Segment) -> Iterator[Finding]:
    """Yield a span for which the law commanded a hold on a form that nobody had served."""
    if segment.end - segment.start < stretch.line.law.processing:
        return
    kind, code = FindingKind.NOT_SERVED, FindingCode.KEPT_UNSERVED
    yield _finding(stretch, segment, kind, segment.start, segment.sure, code)


def _finding(
    stretch: Stretch,
    segment: Segment,
    kind: FindingKind,
    start: datetime,
    certain: bool,
    code: FindingCode,
) -> Finding:
    said = gist(stretch.line, start)
    doubts = _doubts(stretch, start)
    return Finding(
        record_id=stretch.line.record.id,
        kind=kind,
        start=start,
        end=segment.end,
        hours=hours_between(start, segment.end),
        certainty=Certainty.CERTAIN if certain and not doubts else Certainty.POSSIBLE,
        code=code,
        rules=tuple(rule.id for rule in said.rules),
        sources=sources_of(said.rules),
        detainer=", ".join(said.detainers),
        readings=said.readings,
        questions=tuple(dict.fromkeys((*doubts, *said.asks))),
        inside=stretch.door is None,
    )


def _doubts(stretch: Stretch, at: datetime) -> tuple[Ask, ...]:
    """Return what the record leaves open that may have given authority all the same."""
    record = stretch.line.record
    found = []
    if not record.grounds:
        # Somebody with no other basis at all may have been housed for ICE as a federal
        # detainee, which is no detainer; the record cannot show which.
        found.append(_HOUSED)
    if record.bases_complete is not True:
        found.append(_COMPLETE)
    if any(hides_a_warrant(case) for case in stretch.line.point(at).cases):
        found.append(_WARRANTS)
    return tuple(found)
