"""What the law said of a hold, instant by instant, from eligibility to the door.

Between two instants at which anything changes (an act, the end of a limit, a rule's first or
last day) the answer is the same, so asking once at the start of each span is enough.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from exeat.decide import Certainty, Verdict
from exeat.decide.eligibility import Eligibility
from exeat.decide.hold import clock_start
from exeat.decide.verdict import Weighed, weigh
from exeat.decide.windows import windows_of
from exeat.facts.case import Case, zone_of
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import Act, Never, bounds
from exeat.rules.clocks import HoursRun, deadline
from exeat.rules.place import LawOfPlace

__all__ = ["Segment", "segments"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A span, half open, in which the answer about the hold is the same.

    Attributes:
        verdict: As of `exeat.decide`; None: eligible, and nothing lets anybody keep the person.
        ran_out: The time has run out on some reading of the law, whatever else is unknown.
    """

    start: datetime
    end: datetime
    verdict: Verdict | None
    certainty: Certainty
    ran_out: bool = False


def segments(
    record: CustodyRecord, law: LawOfPlace, eligible: Eligibility, door: datetime
) -> list[Segment]:
    """Return the spans from the earliest eligibility to the door, in order.

    Args:
        record: A finished custody.
        law: The law of the place.
        eligible: Its release eligibility, with a known earliest bound.
        door: When the person left, in UTC.
    """
    begin = eligible.earliest
    if begin is None or begin >= door:
        return []
    points = {p for p in _changes(record, law, eligible, begin, door) if begin < p < door}
    ordered = sorted({begin, *points})
    found: list[Segment] = []
    for start, end in zip(ordered, [*ordered[1:], door], strict=True):
        weighed = weigh(record, law, start)
        span = Segment(
            start, end, weighed.verdict, weighed.certainty, _ran_out(record, law, weighed)
        )
        last = found[-1] if found else None
        if last and replace(last, start=start, end=end) == span:
            found[-1] = replace(last, end=end)
        else:
            found.append(span)
    return found


def _ran_out(record: CustodyRecord, law: LawOfPlace, weighed: Weighed) -> bool:
    """Say whether on some reading the time to hold had run out, whatever else is unknown."""
    if weighed.verdict is not Verdict.UNKNOWN:
        return False
    windows = windows_of(law, weighed.day.worlds, weighed.cases, weighed.eligible, record)
    return any(window.end is not None and window.end <= weighed.at for window in windows)


def _changes(
    record: CustodyRecord,
    law: LawOfPlace,
    eligible: Eligibility,
    begin: datetime,
    door: datetime,
) -> Iterator[datetime]:
    zone = zone_of(record.zone)
    if eligible.latest is not None:
        yield eligible.latest
    for detainer in record.detainers:
        for act in _acts(detainer):
            if act is not None and not isinstance(act, Never):
                yield from (bound for bound in bounds(act, zone) if bound is not None)
        yield from _limits(record, law, eligible, detainer, begin)
    # A day begins at most 14 hours before, and 12 after, its midnight in UTC.
    days = law.turning_days
    first = bisect_left(days, (begin - timedelta(days=1)).date())
    last = bisect_right(days, (door + timedelta(days=1)).date())
    for day in days[first:last]:
        yield datetime.combine(day, time(0), zone).astimezone(UTC)


def _acts(detainer: Detainer) -> tuple[Act, ...]:
    return (detainer.received, detainer.served, detainer.hold_ordered, detainer.lifted)


def _limits(
    record: CustodyRecord,
    law: LawOfPlace,
    eligible: Eligibility,
    detainer: Detainer,
    begin: datetime,
) -> Iterator[datetime]:
    """Yield the end of every limit of time that any rule sets on this request."""
    zone = zone_of(record.zone)
    case = Case(record, detainer, begin, zone)
    for rule in law.rules:
        clock = rule.clock
        if clock is None or clock.hours_run is HoursRun.BEFORE_RELEASE:
            continue
        for start in clock_start(clock, case, eligible):
            if start is not None:
                yield deadline(start, clock, zone, law.calendar).astimezone(UTC)
