"""Custody as a step function of time: the house, the grounds, and since when none runs.

Each ground runs from its start to its end; custody is their union. Between two grounds, or
before one that only begins later, nobody's ground keeps the person, and release eligibility
is the instant at which it fell to none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.codes import WarrantKind
from exeat.facts.record import CustodyRecord
from exeat.facts.times import FAR_FUTURE, FAR_PAST, Span, Truth, span

__all__ = ["COURT_WARRANTS", "Ground", "Stay", "stay_of"]

COURT_WARRANTS: Final = frozenset({WarrantKind.FEDERAL_JUDGE_CRIMINAL, WarrantKind.STATE_JUDGE})
"""Arrest warrants of a court. One that names the person is a ground of custody by itself;
only a judge's order in a civil immigration matter is left to the law of the place."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of custody as two steps of time.

    Attributes:
        id: Of the basis, or of the request with which a judge's warrant came.
        stands: Whether it is a ground at all: a warrant is if it names this person.
        assumed: The record does not say when it began; it is taken to run from booking.
        warrant: It is a judge's warrant that came with a request, still to be confirmed.
    """

    id: str
    start: Span
    end: Span
    stands: Truth = True
    assumed: bool = False
    warrant: bool = False

    def runs(self, at: datetime) -> Truth:
        """Say whether it runs at an instant in UTC."""
        if self.end[1] <= at or self.start[0] > at or self.stands is False:
            return False
        return True if self.stands and self.start[1] <= at < self.end[0] else None

    @property
    def plain(self) -> bool:
        """Whether it is a ground for sure, from one instant to another."""
        return bool(self.stands) and self.start[0] == self.start[1] < self.end[0] == self.end[1]


@dataclass(frozen=True, slots=True)
class Stay:
    """One person's time in one house.

    Attributes:
        come: When the person came into this house.
        gone: When the person left: released, or moved on.
        grounds: Every ground of custody that the record names.
        silent: The record does not say on which grounds the person is here.
        begun: When custody began, if at another facility, before the person came.
    """

    come: Span
    gone: Span
    grounds: tuple[Ground, ...]
    silent: bool = False
    begun: Span | None = None

    @property
    def plain(self) -> bool:
        """Whether there are grounds, and all that is said of them is exact."""
        return bool(self.grounds) and all(ground.plain for ground in self.grounds)

    def in_house(self, at: datetime) -> Truth:
        """Say whether the person is in the facility's custody at an instant in UTC."""
        if self.come[1] <= at < self.gone[0]:
            return True
        return False if self.come[0] > at or self.gone[1] <= at else None

    def before_the_move(self, at: datetime) -> bool:
        """Say whether the person was then in custody in the house from which they came here.

        What a request allowed there has run out or not as it would have here.
        """
        return self.begun is not None and self.begun[1] <= at < self.come[0]

    def held(self, at: datetime) -> Truth:
        """Say whether any ground of custody runs at an instant in UTC."""
        found: Truth = None if self.silent else False
        for ground in self.grounds:
            runs = ground.runs(at)
            if runs:
                return True
            if runs is None:
                found = None
        return found

    def assumed(self, at: datetime) -> tuple[str, ...]:
        """Return the grounds on which custody rests at an instant only as if from booking."""
        running = [ground for ground in self.grounds if ground.runs(at)]
        if all(ground.assumed for ground in running):
            return tuple(ground.id for ground in running)
        return ()

    def since(self, at: datetime) -> Span:
        """Return since when no ground has run, for an instant at which none, or perhaps none, does.

        Never before custody began; a move to another house starts nothing anew.
        """
        first = self.begun or self.come
        if self.plain and all(ground.end[1] <= at for ground in self.grounds):
            ended = max(ground.end[0] for ground in self.grounds)
            return max(ended, first[0]), max(ended, first[1])
        if self.held(at) is None:
            return max(self._back(at, True), first[0]), FAR_FUTURE
        return max(self._back(at, True), first[0]), max(self._back(at, None), first[1])

    def _back(self, at: datetime, until: Truth) -> datetime:
        """Return the first instant of the run up to ``at`` in which custody was not so sure."""
        found = at
        for point in reversed(self.turns(FAR_PAST, at)):
            held = self.held(point)
            if held or held is until:
                return found
            found = point
        return FAR_PAST

    def turns(self, begin: datetime, end: datetime) -> list[datetime]:
        """Return the instants, in order, at which custody may change between two."""
        ends = {self.begun or self.come, self.come, self.gone}
        for ground in self.grounds:
            ends |= {ground.start, ground.end}
        return sorted({at for step in ends for at in step if begin < at <= end})


def stay_of(record: CustodyRecord, zone: ZoneInfo) -> Stay:
    """Return a record's custody as steps of time.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "UTC", "booked": "2026-01-01T00:00Z",'
        ...     '"bases": [{"id": "b", "kind": "charge", "end": "2026-01-02T09:00Z"}]}'
        ... )
        >>> stay = stay_of(record, ZoneInfo("UTC"))
        >>> later = datetime.fromisoformat("2026-01-05T00:00+00:00")
        >>> stay.held(later), stay.since(later)[0].isoformat()
        (False, '2026-01-02T09:00:00+00:00')
    """
    begun = span(record.booked, zone)
    come = begun if record.taken_over is None else span(record.taken_over, zone)
    gone = (FAR_FUTURE, FAR_FUTURE) if record.release is None else span(record.release.at, zone)
    for move in record.transfers:
        moved = span(move.at, zone)
        gone = (min(gone[0], moved[0]), min(gone[1], moved[1]))
    grounds = [
        Ground(
            basis.id,
            begun if basis.start is None else span(basis.start, zone),
            span(basis.end, zone),
            assumed=basis.start is None,
        )
        for basis in record.grounds
    ]
    grounds += [
        Ground(
            paper.id,
            span(paper.received, zone),
            span(paper.lifted, zone),
            stands=paper.names_this_person,
            warrant=True,
        )
        for paper in record.detainers
        if paper.warrants and COURT_WARRANTS.intersection(paper.warrants)
    ]
    return Stay(come, gone, tuple(grounds), silent=record.bases is None, begun=begun)
