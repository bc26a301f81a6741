"""One timeline: what the law makes of one custody, from instant to instant.

Every fact is a step of time, every clock has an end, every rule has its days; between two
such instants nothing changes, so that one :class:`Point` says what holds until the next. The
verdict is the point asked about. The end of a hold, since when a person is overdue, the
windows and the audit's spans are runs of points and nothing else, so that the door and the
audit cannot disagree.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from exeat.decide.answer import Certainty, Verdict
from exeat.decide.custody import Stay, stay_of
from exeat.decide.hold import active, clock_ends, ends_of
from exeat.decide.outcome import (
    Outcomes,
    Stand,
)
from exeat.decide.program import Program, program_on
from exeat.decide.weighing import reach, weigh
from exeat.facts.bits import BITS
from exeat.facts.case import Case, zone_of
from exeat.facts.fields import retold
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import (
    FAR_FUTURE,
    Span,
    Truth,
    bounds,
    by,
    done_by,
    span,
)
from exeat.rules.clocks import Clock, HoursRun
from exeat.rules.model import Rule
from exeat.rules.place import DayLaw, LawOfPlace

__all__ = ["FIRST", "HELD", "Point", "Run", "Settled", "Timeline", "opened"]

HELD = frozenset({Verdict.MAY_HOLD, Verdict.MUST_HOLD})
"""Verdicts under which the person may be kept on a request."""
FIRST = frozenset({Verdict.SERVE_FIRST, Verdict.BRING_FIRST})
"""Verdicts under which an act of the jail comes before anybody can tell: it is done at once."""
_NEVER = FAR_FUTURE, FAR_FUTURE


@dataclass(frozen=True, slots=True)
class Point:
    """What holds at one instant, and until the next at which anything changes.

    Attributes:
        house: Whether the person is in this facility's custody.
        held: Whether a ground of custody other than a request runs.
        since: Where none, or perhaps none, runs: since when, as a step.
        cases: One for each request that is, or may be, on file.
        sets: Under each reading, what the law may make of a hold, all requests together.
        stand: The sets read as a verdict on the hold; None: nothing lets anybody keep the
            person. ``unknown`` where facts of the case would decide.
        perhaps_must: The hold is allowed, and a command that is not settled may stand too.
        by_time: A limit of time may have had a part in it.
        asks: Facts of the case would decide, or make it certain; see `Timeline.openings`.
    """

    at: datetime
    day: DayLaw
    house: Truth
    held: Truth
    since: Span
    cases: tuple[Case, ...] = ()
    sets: tuple[Outcomes, ...] = ()
    stand: Stand = None
    certainty: Certainty = Certainty.CERTAIN
    perhaps_must: bool = False
    by_time: bool = False
    asks: bool = False

    @property
    def kept_on(self) -> bool:
        """Whether something lets, or may let, anybody keep the person: no release is due."""
        return self.held is not False or self.stand is not None


@dataclass(frozen=True, slots=True)
class Settled:
    """What counsel has settled, or is taken to have settled.

    Attributes:
        power: Whether officers have power to hold; None: as the law of the place says.
        rules: Rules that a person must judge, by identity, with whether each applies.
    """

    power: Truth = None
    rules: Mapping[object, tuple[object, Truth]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A span, half open, over which one point holds."""

    start: datetime
    end: datetime
    point: Point


class Timeline:
    """The points of one custody under the law of one place, each worked out when asked for.

    Args:
        record: What is known of the custody.
        law: The law of the place.
        leaves: Take this as the end of every ground of custody, to see what a release that is
            only scheduled would open.
        settled: What counsel would have settled, to see what that would change.
    """

    def __init__(
        self,
        record: CustodyRecord,
        law: LawOfPlace,
        *,
        leaves: Span | None = None,
        settled: Settled | None = None,
        acts: bool = True,
    ) -> None:
        self.record = record
        self.law = law
        self.zone = zone_of(record.zone)
        stay = stay_of(record, self.zone)
        if leaves is not None:
            ended = tuple(replace(ground, end=leaves) for ground in stay.grounds)
            stay = replace(stay, grounds=ended)
        self.stay: Stay = stay
        self._leaves = leaves
        self.settled = settled
        # Whether acts of the jail that would open a hold are looked for; see `_first`.
        self._acts = acts
        self._points: dict[datetime, Point] = {}
        self._turns: dict[Span, tuple[datetime, ...]] = {}
        self._ends: dict[tuple[int, str, Span], Span] = {}

    def of(self, record: CustodyRecord, *, acts: bool = True) -> Timeline:
        """Return the timeline of another state of the record, all else being the same."""
        return Timeline(
            record,
            self.law,
            leaves=self._leaves,
            settled=self.settled,
            acts=acts and self._acts,
        )

    def settling(self, settled: Settled) -> Timeline:
        """Return the timeline as it would be had counsel settled something."""
        return Timeline(self.record, self.law, leaves=self._leaves, settled=settled)

    # -- one instant -------------------------------------------------------------------------

    def point(self, at: datetime) -> Point:
        """Return what holds at an instant in UTC."""
        known = self._points.get(at)
        if known is None:
            known = self._points[at] = self._point(at)
        return known

    def _point(self, at: datetime) -> Point:
        day = self.law.on(at.astimezone(self.zone).date())
        house, held = self.stay.in_house(at), self.stay.held(at)
        if house is False and not self.stay.before_the_move(at):
            return Point(at, day, house, held, _NEVER)
        cases = self._cases(day, at)
        since = _NEVER if held else self.stay.since(at)
        if held is None or house is None:
            return Point(at, day, house, held, since, cases, (), Verdict.UNKNOWN)
        if held:
            return Point(at, day, house, held, since, cases)
        if not cases:
            return Point(at, day, house, held, since)
        return self._weighed(at, day, house, since, cases)

    def _cases(self, day: DayLaw, at: datetime) -> tuple[Case, ...]:
        made = (self.case(day, at, paper) for paper in self.record.detainers)
        return tuple(
            case for case in made if case.detainer and active(case.detainer, case) is not False
        )

    def case(self, day: DayLaw, at: datetime, paper: Detainer | None) -> Case:
        """Return the view from which facts are read, of one request or of none."""
        if self.settled is None:
            return Case(self.record, paper, at, self.zone, day.hold_power, day.agreement)
        memo: dict[object, tuple[object, Truth]] = dict(self.settled.rules)
        power = day.hold_power if self.settled.power is None else self.settled.power
        return Case(self.record, paper, at, self.zone, power, day.agreement, memo)

    def _weighed(
        self, at: datetime, day: DayLaw, house: Truth, since: Span, cases: tuple[Case, ...]
    ) -> Point:
        """Return a point with what the law makes of the requests on file."""
        program = program_on(self.law, day)
        found = weigh(
            program,
            cases,
            lambda rule, case: self.reached(rule, case, since),
            self._judged(program),
            acts=self._acts,
        )
        return Point(
            at,
            day,
            house,
            False,
            since,
            cases,
            found.sets,
            found.stand,
            found.certainty,
            found.perhaps_must,
            found.by_time,
            found.asks,
        )

    def reach(self, at: datetime) -> set[Stand]:
        """Return the ways in which a hold can still stand at an instant, told at a glance.

        Where custody itself is open, or a ground of custody runs, that is ``unknown`` and
        ``in-custody``.
        """
        house, held = self.stay.in_house(at), self.stay.held(at)
        if held and house:
            return {Verdict.IN_CUSTODY}
        day = self.law.on(at.astimezone(self.zone).date())
        cases = self._cases(day, at)
        if house is not True or held is not False:
            return {Verdict.UNKNOWN}
        if not cases:
            return {None}
        program, since = program_on(self.law, day), self.stay.since(at)
        return reach(
            program,
            cases,
            lambda rule, case: self.reached(rule, case, since),
            self._judged(program),
            cases[0].hold_power,
        )

    def had(self, case: Case, acts: Sequence[str], at: datetime) -> Timeline:
        """Return the timeline as if acts of the jail about a request had been done by now."""
        assert case.detainer is not None
        record = retold(self.record, case.detainer, **dict.fromkeys(acts, at))
        return self.of(record, acts=False)

    def program(self, point: Point) -> Program:
        """Return the program of a point's day."""
        return program_on(self.law, point.day)

    def untimed(self, point: Point) -> tuple[Outcomes, ...]:
        """Return what the law may make of a hold, every limit of time left out.

        It tells what time alone has ended.
        """
        if not point.by_time:
            return point.sets
        program = program_on(self.law, point.day)
        judged = self._judged(program)
        return weigh(program, point.cases, lambda *_: False, judged, acts=False).sets

    def _judged(self, program: Program) -> Sequence[int]:
        if self.settled is None or not program.judged:
            return program.unsettled
        said = self.settled.rules
        return [
            BITS[said[id(rule)][1]] if id(rule) in said else bits
            for rule, bits in zip(program.judged, program.unsettled, strict=True)
        ]

    def reached(self, rule: Rule, case: Case, since: Span) -> Truth:
        """Say whether a limit of time has been reached; its end is worked out once."""
        # Days that are left out only lengthen it: before the bare hours it runs for sure.
        if case.at - since[0] < self.law.least_hours(rule):
            return False
        assert case.detainer is not None
        key = id(rule), case.detainer.id, since
        ends = self._ends.get(key)
        if ends is None:
            ends = self._ends[key] = ends_of(self.law, rule, case, since)
        return by(ends, case.at)

    # -- runs of instants --------------------------------------------------------------------

    def turns(self, begin: datetime, end: datetime) -> list[datetime]:
        """Return the instants, in order, at which anything may change between two in UTC."""
        found = set(self.stay.turns(begin, end))
        for paper in self.record.detainers:
            for act in (paper.received, paper.served, paper.hold_ordered, paper.lifted):
                found.update(span(act, self.zone))
        for notice in self.record.notices or ():
            found.update(span(notice.given, self.zone))
        for at in (begin, *self.stay.turns(begin, end)):
            found.update(self._limits(at))
        found.update(self._anniversaries())
        # A day begins at most 14 hours before, and 12 after, its midnight in UTC.
        days = self.law.turning_days
        first = bisect_left(days, (begin - timedelta(days=1)).date())
        last = bisect_right(days, min(end, FAR_FUTURE - timedelta(days=2)).date() + timedelta(1))
        for day in days[first:last]:
            found.add(datetime.combine(day, time(0), self.zone).astimezone(UTC))
        return sorted(at for at in found if begin < at < end)

    def _anniversaries(self) -> Iterator[datetime]:
        """Yield the midnights at which a conviction may grow too old for a look-back."""
        days = {
            bound.astimezone(self.zone).date() + timedelta(days=more)
            for conviction in self.record.convictions or ()
            if conviction.on is not None and self.law.look_backs
            for bound in bounds(conviction.on, self.zone)
            if bound is not None
            for more in (0, 1)
        }
        for years, day in product(self.law.look_backs, days):
            yield datetime.combine(_years_after(day, years), time(0), self.zone).astimezone(UTC)

    def _limits(self, at: datetime) -> tuple[datetime, ...]:
        """Return the end of every limit of time that runs for somebody whom no ground keeps."""
        if self.stay.held(at) or not self.record.detainers:
            return ()
        since = self.stay.since(at)
        known = self._turns.get(since)
        if known is None:
            known = self._turns[since] = tuple(self._ends_since(at, since))
        return known

    def _ends_since(self, at: datetime, since: Span) -> Iterator[datetime]:
        day = self.law.on(at.astimezone(self.zone).date())
        for clock in self.law.clocks:
            papers = self.record.detainers if _from_receipt(clock) else self.record.detainers[:1]
            for paper in papers:
                yield from clock_ends(self.law, clock, self.case(day, at, paper), since)

    def runs(self, begin: datetime, end: datetime) -> list[Run]:
        """Return the points from one instant to another, in order and without a gap."""
        starts = [begin, *self.turns(begin, end)]
        ends = [*starts[1:], end]
        return [Run(a, b, self.point(a)) for a, b in zip(starts, ends, strict=True) if a < b]

    def horizon(self, at: datetime) -> datetime:
        """Return an instant by which every limit that can end a hold has been reached."""
        last = max((end for end in self._limits(at) if end < FAR_FUTURE), default=at)
        acts = (step for paper in self.record.detainers for step in span(paper.lifted, self.zone))
        return max(last, at, *(act for act in acts if act < FAR_FUTURE)) + timedelta(hours=1)

    def until(self, point: Point, fell: frozenset[Stand]) -> datetime | None:
        """Return the first instant after a point at which the hold stands as one of ``fell``.

        None where nothing ends it: only a judge's order has no end of its own.
        """
        end = self.horizon(point.at)
        for at in self.turns(point.at, end):
            if self.point(at).stand in fell or self.point(at).held:
                return at
        return None


def opened(line: Timeline, point: Point) -> Timeline:
    """Return the timeline as if the jail had done what comes first at a point."""
    for case in point.cases:
        assert case.detainer is not None
        unserved = done_by(case.detainer.served, point.at, line.zone) is False
        acts = ["served"] if unserved else []
        if point.stand is Verdict.BRING_FIRST:
            acts.append("hold_ordered")
        done = line.had(case, acts, point.at)
        if done.point(point.at).stand is not None:
            return done
    return line


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February, and no leap year so many years on
        return date(day.year + years, 3, 1)


def _from_receipt(clock: Clock) -> bool:
    return clock.hours_run not in (
        HoursRun.FROM_RELEASE_ELIGIBILITY,
        HoursRun.FROM_BOOKING,
    )
