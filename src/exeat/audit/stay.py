"""One finished stay as its timeline has it: who was kept, on what, from when to when.

The door and the audit read the same timeline: here it is read to its end, as if the person
were still inside, and cut where they left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from exeat.decide import Certainty, Verdict
from exeat.decide.timeline import Run, Timeline
from exeat.facts.codes import ReleaseKind
from exeat.facts.record import CustodyRecord
from exeat.facts.times import FAR_FUTURE, FAR_PAST, Span, Truth
from exeat.rules.place import LawOfPlace

__all__ = ["Eligible", "Segment", "Stretch", "eligible_of", "inside", "segments_of"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A span, half open, in which no ground of custody runs and the answer is the same.

    Attributes:
        verdict: How a hold stands, as of `exeat.decide`; None: nothing lets anybody keep the
            person.
        sure: The person was surely still inside, and surely on no ground of custody.
        requests: The requests that are, or may be, on file: what one leaves open bears on its
            own time alone.
    """

    start: datetime
    end: datetime
    verdict: Verdict | None
    certainty: Certainty
    sure: bool = True
    requests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Eligible:
    """Release eligibility, within bounds, in UTC: the end of the last ground of custody.

    Attributes:
        earliest: None where even that is not known.
        latest: None where a ground may still run.
        running: A ground still ran when the person left, or is on record without an end.
    """

    earliest: datetime | None
    latest: datetime | None
    running: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """The examined time: from booking to the door, or to the day up to which is audited.

    Attributes:
        line: The custody as if the person had never left.
        door: When the person left, as a step; None while they are inside.
        end: Up to when is looked.
        kind: How the person left; None while inside, and where they were only moved on.
    """

    line: Timeline
    door: Span | None
    end: datetime
    kind: ReleaseKind | None = None


def _left(line: Timeline) -> Span | None:
    """Return when the person left, or None where the record has no release and no move."""
    gone = line.stay.gone
    return None if gone[0] >= FAR_FUTURE else (max(gone[0], line.stay.come[0]), gone[1])


def inside(record: CustodyRecord, law: LawOfPlace, as_of: datetime | None) -> Stretch | None:
    """Return what is examined of a record, or None where it has no end to look up to."""
    whole = Timeline(record, law)
    door = _left(whole)
    if door is None and as_of is None:
        return None
    stayed = Timeline(replace(record, release=None, transfers=()), law)
    if door is None:
        assert as_of is not None
        return Stretch(stayed, None, as_of)
    end = door[1] if door[1] < FAR_FUTURE else door[0]
    kind = record.release.kind if record.release is not None else None
    return Stretch(stayed, door, end, kind)


def segments_of(stretch: Stretch) -> list[Segment]:
    """Return the spans of a stay in which no ground of custody runs, in order."""
    begin = stretch.line.stay.come[0]
    if begin <= FAR_PAST or begin >= stretch.end:
        return []
    found: list[Segment] = []
    for run in _cut(stretch, begin):
        point = run.point
        if point.held is not False:
            continue
        sure = stretch.door is None or run.end <= stretch.door[0]
        sure = sure and point.house is True
        requests = tuple(case.detainer.id for case in point.cases if case.detainer)
        segment = Segment(run.start, run.end, point.stand, point.certainty, sure, requests)
        last = found[-1] if found else None
        if (
            last
            and last.end == run.start
            and replace(last, start=run.start, end=run.end) == segment
        ):
            found[-1] = replace(last, end=run.end)
        else:
            found.append(segment)
    return found


def _cut(stretch: Stretch, begin: datetime) -> Iterator[Run]:
    door = stretch.door[0] if stretch.door is not None else stretch.end
    if begin < door:
        yield from stretch.line.runs(begin, min(door, stretch.end))
    if door < stretch.end:
        yield from stretch.line.runs(max(door, begin), stretch.end)


def eligible_of(stretch: Stretch | None, line: Timeline) -> Eligible:
    """Return since when the person could have gone, at the end of the stay."""
    at = stretch.end if stretch is not None else FAR_FUTURE
    stay = stretch.line.stay if stretch is not None else line.stay
    held: Truth = stay.held(at)
    if held:
        return Eligible(None, None, True)
    early, late = stay.since(at)
    return Eligible(early if early > FAR_PAST else None, late if late < FAR_FUTURE else None, False)
