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
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any

from exeat.decide.answer import Certainty, Verdict
from exeat.decide.custody import Stay, stay_of
from exeat.decide.hold import active, ends_of, outcomes, rule_truth
from exeat.decide.notices import told
from exeat.decide.outcome import JOIN, NOTHING, STANDS, Outcome, Outcomes, Stand
from exeat.facts.case import Case, zone_of
from exeat.facts.codes import FORMS
from exeat.facts.openings import Opening, opening_of, time_opening
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import FAR_FUTURE, NEVER, Span, Truth, Uncertain, done_by, span
from exeat.facts.truth import every, negate, some
from exeat.rules.clocks import HoursRun
from exeat.rules.conditions import Atom
from exeat.rules.model import About, Modality, Rule
from exeat.rules.place import DayLaw, LawOfPlace, World

__all__ = ["FIRST", "HELD", "Point", "Run", "Settled", "Timeline", "rules_of"]

HELD = frozenset({Verdict.MAY_HOLD, Verdict.MUST_HOLD})
"""Verdicts under which the person may be kept on a request."""
FIRST = frozenset({Verdict.SERVE_FIRST, Verdict.BRING_FIRST})
"""Verdicts under which an act of the jail comes before anybody can tell: it is done at once."""
_DEEP = 12
"""How many open facts are filled in, one after the other, before it is said that none decides."""


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
        openings: The facts that would decide, or make it certain.
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
    openings: tuple[Opening, ...] = ()

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
        depth: int = 0,
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
        self._depth = depth
        # Whether acts of the jail that would open a hold are looked for; see `_first`.
        self._acts = acts
        self._points: dict[datetime, Point] = {}

    def of(self, record: CustodyRecord, *, depth: int = 0, acts: bool = True) -> Timeline:
        """Return the timeline of another state of the record, all else being the same."""
        return Timeline(
            record,
            self.law,
            leaves=self._leaves,
            settled=self.settled,
            depth=depth or self._depth,
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
        if house is False:
            return Point(at, day, house, held, (FAR_FUTURE, FAR_FUTURE))
        cases = self._cases(day, at)
        if held:
            return Point(at, day, house, held, (FAR_FUTURE, FAR_FUTURE), cases)
        since = self.stay.since(at)
        if held is None or house is None:
            return Point(at, day, house, held, since, cases, (), Verdict.UNKNOWN)
        if not cases:
            return Point(at, day, house, held, since)
        return self._weighed(Point(at, day, house, held, since, cases))

    def _cases(self, day: DayLaw, at: datetime) -> tuple[Case, ...]:
        made = (self.case(day, at, paper) for paper in self.record.detainers)
        return tuple(
            case for case in made if case.detainer and active(case.detainer, case) is not False
        )

    def case(self, day: DayLaw, at: datetime, paper: Detainer | None) -> Case:
        """Return the view from which facts are read, of one request or of none."""
        if self.settled is None:
            return Case(self.record, paper, at, self.zone, day.hold_power)
        memo: dict[object, tuple[object, Truth]] = dict(self.settled.rules)
        power = day.hold_power if self.settled.power is None else self.settled.power
        return Case(self.record, paper, at, self.zone, power, memo)

    def _weighed(self, point: Point) -> Point:
        """Return a point with what the law makes of the requests on file."""
        worlds = point.day.worlds
        sets = tuple(self.joined(world, point) for world in worlds)
        stands = [STANDS[outcomes] for outcomes in sets]
        stand, certainty = self._merged(stands, point)
        point = replace(
            point,
            sets=sets,
            stand=stand,
            certainty=certainty,
            perhaps_must=stand is Verdict.MAY_HOLD and any(s >> Outcome.MUST & 1 for s in sets),
        )
        if any(one & (one - 1) for one in sets):
            return self._split(point)
        if stand is None and certainty is Certainty.CERTAIN and self._acts:
            return self._first(point)
        return point

    # -- what the jail itself must do before anybody can tell ----------------------------------

    def _first(self, point: Point) -> Point:
        """Return a point at which nothing stands yet, but would once the jail has done its part.

        A copy not served, or a person not brought before the official, is the jail's own
        omission: it is cured at once, and is no release for want of paper in the jailer's hand.
        """
        for case in point.cases:
            if self._unserved(case) and any(world.musts for world in point.day.worlds):
                served = self._if_done(case, "served", point.at)
                if served in (Verdict.MUST_HOLD, Verdict.CONFLICT):
                    return replace(point, stand=Verdict.SERVE_FIRST)
                if served is Verdict.CALL_COUNSEL:
                    return replace(point, stand=served)
            owed = self._to_bring(point.day, case)
            if owed is not False and self._if_done(case, "hold_ordered", point.at) is not None:
                if owed:
                    return replace(point, stand=Verdict.BRING_FIRST)
                return self._split(point)
        return point

    @staticmethod
    def _unserved(case: Case) -> bool:
        paper = case.detainer
        if paper is None or (paper.form is not None and FORMS[paper.form].needs_service is False):
            return False
        return done_by(paper.served, case.at, case.zone) is False

    def _to_bring(self, day: DayLaw, case: Case) -> Truth:
        """Say whether the person must be brought before an official who has not yet spoken."""
        assert case.detainer is not None
        if done_by(case.detainer.hold_ordered, case.at, case.zone):
            return False
        return some(
            every((rule_truth(self.law, rule, force, case), negate(told(rule, case))))
            for rule, force in day.others
            if rule.about is About.BRING_BEFORE_OFFICIAL and rule.modality is Modality.MUST
        )

    def _if_done(self, case: Case, act: str, at: datetime) -> Stand:
        """Return how the hold would stand if an act of the jail had been done by now."""
        assert case.detainer is not None
        told_of: dict[str, Any] = {act: at}
        paper = replace(case.detainer, **told_of)
        papers = tuple(paper if one is case.detainer else one for one in self.record.detainers)
        record = replace(self.record, detainers=papers)
        return self.of(record, acts=False).point(at).stand

    def joined(self, world: World, point: Point, *, timed: bool = True) -> Outcomes:
        """Return what the law may make of a hold under one reading, all requests together."""
        found = NOTHING
        for case in point.cases:
            found = JOIN[found][outcomes(self.law, world, case, point.since, timed=timed)]
        return found

    def _merged(self, stands: Sequence[Stand], point: Point) -> tuple[Stand, Certainty]:
        """Return what all readings of the law together say of the hold.

        Where one reading lets the person be kept and on another the time has run out, the
        shorter is the safe bound: no hold stands, possibly. Where they differ in anything
        else, such as whether there is any power to hold, counsel must decide.
        """
        different = set(stands)
        if len(different) == 1:
            return stands[0], Certainty.CERTAIN
        if not different & {Verdict.CONFLICT, Verdict.MUST_HOLD}:
            silent = [w for w, s in zip(point.day.worlds, stands, strict=True) if s is None]
            if silent and all(self._ran_out(world, point) for world in silent):
                return None, Certainty.POSSIBLE
            if Verdict.CALL_COUNSEL in different:
                return Verdict.CALL_COUNSEL, Certainty.POSSIBLE
            if Verdict.RELEASE_UNLESS_INSTRUCTED in different:
                return Verdict.RELEASE_UNLESS_INSTRUCTED, Certainty.POSSIBLE
        return Verdict.CONFLICT, Certainty.POSSIBLE

    def _ran_out(self, world: World, point: Point) -> bool:
        """Say whether a hold stands, or may stand, under a reading but for the time."""
        return self.joined(world, point, timed=False) != NOTHING

    # -- what is not known -------------------------------------------------------------------

    def _split(self, point: Point) -> Point:
        """Fill in what the case leaves open, each way: where all agree, nothing was open.

        What is open in the law itself (the power to hold, a rule for counsel) has no field of
        the record, and is left as it stands.
        """
        openings = self.openings(point)
        if not openings:
            return point
        found: set[tuple[Stand, Certainty]] = set()
        seen: list[Opening] = [*openings]
        if self._depth >= _DEEP:
            return replace(point, stand=Verdict.UNKNOWN, openings=openings)
        for way in openings[0].ways:
            deeper = self.of(way.record, depth=self._depth + 1)
            filled = deeper.point(point.at)
            stand = filled.stand if filled.held is False else Verdict.IN_CUSTODY
            found.add((stand, filled.certainty))
            seen += [one for one in filled.openings if one.field not in {s.field for s in seen}]
        stand, certainty = self._agreed(found)
        asked = (
            () if certainty is Certainty.CERTAIN and stand is not Verdict.UNKNOWN else tuple(seen)
        )
        must = point.perhaps_must and stand is Verdict.MAY_HOLD
        return replace(point, stand=stand, certainty=certainty, openings=asked, perhaps_must=must)

    @staticmethod
    def _agreed(found: set[tuple[Stand, Certainty]]) -> tuple[Stand, Certainty]:
        stands = {stand for stand, _ in found}
        if len(stands) == 1:
            [stand] = stands
            return stand, min((sure for _, sure in found), key=lambda c: c is Certainty.CERTAIN)
        if stands == {None, Verdict.RELEASE_UNLESS_INSTRUCTED}:
            return Verdict.RELEASE_UNLESS_INSTRUCTED, Certainty.POSSIBLE
        return Verdict.UNKNOWN, Certainty.CERTAIN

    def openings(self, point: Point) -> tuple[Opening, ...]:
        """Return the fields of the record that keep the hold from being decided."""
        found: dict[tuple[str, str], Opening] = {}
        for case, atom in self._unknown_atoms(point):
            opening = opening_of(case, atom.fact, atom.list_id)
            if opening is not None:
                found.setdefault((opening.field, opening.detainer), opening)
        for opening in self._unknown_times(point):
            found.setdefault((opening.field, opening.detainer), opening)
        return tuple(found.values())

    def _unknown_atoms(self, point: Point) -> Iterator[tuple[Case, Atom]]:
        for case in point.cases:
            assert case.detainer is not None
            if active(case.detainer, case) is None:
                lifted = case.detainer.lifted is not NEVER
                yield case, Atom("detainer.present" if lifted else "detainer.received")
                yield case, Atom("detainer.received")
            brought = [
                (r, f) for r, f in point.day.others if r.about is About.BRING_BEFORE_OFFICIAL
            ]
            for rules in (*map(rules_of, point.day.worlds), brought):
                for rule, force in rules:
                    if rule_truth(self.law, rule, force, case) is None:
                        for atom in rule.condition.unknowns(case, self.law.in_list):
                            yield case, atom

    def _unknown_times(self, point: Point) -> Iterator[Opening]:
        """Yield the uncertain times from which a clock starts."""
        fields = []
        if point.since[0] != point.since[1]:
            fields += [f"bases.{basis.id}.end" for basis in self.record.grounds]
        if isinstance(self.record.booked, Uncertain):
            fields.append("booked")
        for paper in self.record.detainers:
            if isinstance(paper.received, Uncertain):
                fields.append(f"detainers.{paper.id}.received")
        for name in fields:
            opening = time_opening(self.record, name, point.at)
            if opening is not None:
                yield opening

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
        # A day begins at most 14 hours before, and 12 after, its midnight in UTC.
        days = self.law.turning_days
        first = bisect_left(days, (begin - timedelta(days=1)).date())
        last = bisect_right(days, min(end, FAR_FUTURE - timedelta(days=2)).date() + timedelta(1))
        for day in days[first:last]:
            found.add(datetime.combine(day, time(0), self.zone).astimezone(UTC))
        return sorted(at for at in found if begin < at < end)

    def _limits(self, at: datetime) -> Iterator[datetime]:
        """Yield the end of every limit of time that runs for somebody whom no ground keeps."""
        if self.stay.held(at) or not self.record.detainers:
            return
        since = self.stay.since(at)
        day = self.law.on(at.astimezone(self.zone).date())
        for rule in self._timed:
            papers = self.record.detainers if _from_receipt(rule) else self.record.detainers[:1]
            for paper in papers:
                case = self.case(day, at, paper)
                yield from ends_of(self.law, rule, case, since)

    @cached_property
    def _timed(self) -> tuple[Rule, ...]:
        return tuple(
            rule
            for rule in self.law.rules
            if rule.clock is not None
            and rule.about is About.HOLD
            and rule.clock.hours_run is not HoursRun.BEFORE_RELEASE
        )

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


def _from_receipt(rule: Rule) -> bool:
    return rule.clock is not None and rule.clock.hours_run not in (
        HoursRun.FROM_RELEASE_ELIGIBILITY,
        HoursRun.FROM_BOOKING,
    )


def rules_of(world: World) -> Iterator[tuple[Rule, Truth]]:
    """Yield every rule about the hold under one reading, with how surely it is in force."""
    yield from world.musts
    yield from world.mays
    yield from world.bans
    yield from world.caps
