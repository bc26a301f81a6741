"""The verdict alone: the shortest way to an answer, for the gate and for the audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from exeat.decide.answer import Certainty, Verdict
from exeat.decide.hold import ends_of, rule_truth, shut
from exeat.decide.notices import told
from exeat.decide.outcome import JOIN, NOTHING, Outcomes
from exeat.decide.timeline import FIRST, Point, Timeline
from exeat.facts.case import Case
from exeat.facts.openings import Opening, opening_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import FAR_FUTURE, Truth, aware
from exeat.rules.model import RestsOn, Rule
from exeat.rules.place import LawOfPlace

__all__ = [
    "Overdue",
    "Ruling",
    "cases_at",
    "excused",
    "hides_a_warrant",
    "overdue",
    "ruling",
    "verdict",
]

_TINY = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Overdue:
    """Since when a person is kept past every authority, and how surely.

    Attributes:
        since: The end of the last authority, or release eligibility where there was none.
        certain: It rests on a limit that law sets or on a ban, and not on the house setting
            of how long letting a person out may take.
    """

    since: datetime
    certain: bool


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict at one instant, with what it was worked out from."""

    verdict: Verdict
    certainty: Certainty
    point: Point
    overdue: Overdue | None = None
    openings: tuple[Opening, ...] = ()


def verdict(record: CustodyRecord, law: LawOfPlace, at: datetime) -> tuple[Verdict, Certainty]:
    """Return the verdict at an instant, without reasons; `decide` gives the same with them.

    Raises:
        ValueError: ``at`` has no time zone.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "America/New_York",'
        ...     '"booked": "2026-03-02T09:00-05:00", "bases": [{"id": "b", "kind": "charge",'
        ...     '"end": "2026-03-06T17:30-05:00", "ended_by": "bail"}]}'
        ... )
        >>> law = law_of_place("us", shipped())
        >>> verdict(record, law, datetime.fromisoformat("2026-03-06T18:00-05:00"))[0].value
        'release'
    """
    found = ruling(Timeline(record, law), at)
    return found.verdict, found.certainty


def ruling(line: Timeline, at: datetime) -> Ruling:
    """Return the verdict at an instant of a timeline.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    point = line.point(aware(at, "at").astimezone(UTC))
    if point.house is False:
        return Ruling(Verdict.NOT_IN_CUSTODY, Certainty.CERTAIN, point)
    if point.held and point.house:
        return Ruling(Verdict.IN_CUSTODY, _sure(not line.stay.assumed(point.at)), point)
    sure = point.certainty is Certainty.CERTAIN and _whole(line, point)
    if point.stand is not None:
        sure = sure or point.stand is Verdict.UNKNOWN
        return Ruling(point.stand, _sure(sure), point)
    late = overdue(line, point)
    if late is not None:
        certain = sure and late.certain
        return Ruling(Verdict.OVERDUE, _sure(certain), point, late)
    owed = _owed_first(line, point)
    if owed.openings:
        return Ruling(Verdict.UNKNOWN, Certainty.CERTAIN, point, openings=owed.openings)
    found = Verdict.NOTIFY_FIRST if owed.owed else Verdict.RELEASE
    return Ruling(found, _sure(sure and owed.shown), point)


def _sure(certain: bool) -> Certainty:
    return Certainty.CERTAIN if certain else Certainty.POSSIBLE


def _whole(line: Timeline, point: Point) -> bool:
    """Say whether nothing that the record leaves out could be a ground of custody."""
    if line.record.bases_complete is False:
        return False
    return not any(hides_a_warrant(case) for case in point.cases)


def hides_a_warrant(case: Case) -> bool:
    """Say whether a judge's warrant may have come with a request without the record saying so."""
    paper = case.detainer
    return paper is not None and paper.warrants is None and paper.names_this_person is not False


# -- kept past every authority ------------------------------------------------------------------


def overdue(line: Timeline, point: Point) -> Overdue | None:
    """Return since when a person whom nothing lets anybody keep is overdue, if they are.

    At once where time has ended what a request allowed. Else letting a person out takes a
    while: as long as the law of the place says, or, where it says nothing, as long as the
    setting ``processing`` says, which is no law and makes nothing certain.
    """
    begin = point.since[1]
    if begin >= FAR_FUTURE:
        return None
    but_for_time = _but_for_time(line, point)
    if (
        but_for_time == NOTHING
        and _fresh(line, point, begin)
        and not line.program(point).letting_out
    ):
        return None  # whatever stood before, nobody is late yet
    kept = _kept_before(line, point)
    base = _since(line, kept, begin)
    if but_for_time and not but_for_time & NOTHING:
        return Overdue(base, True)  # time alone has ended what the law would make of it
    if kept.by_law and but_for_time != NOTHING:
        return Overdue(base, False)
    late_before = kept.begin is not None and kept.begin - begin >= line.law.processing
    if late_before and _fresh(line, point, base):
        return Overdue(base, False)  # a request on file for a moment starts nothing anew
    return _slow(line, point, base)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last stretch before a point over which the person was, or may have been, kept lawfully.

    Attributes:
        end: Since when nothing lets anybody keep the person.
        begin: None where there was no such stretch since eligibility.
        surely: Something let somebody keep the person, on every reading of the law.
        by_law: More stood than an act that the jail itself owed.
    """

    end: datetime
    begin: datetime | None = None
    surely: bool = False
    by_law: bool = False


def _kept_before(line: Timeline, point: Point) -> _Kept:
    kept = _Kept(point.at)
    if not point.cases and not line.record.detainers:
        return kept
    sure = point.certainty is Certainty.CERTAIN
    # Backwards: over the turns at which nothing lets anybody keep the person, then over those at
    # which something does. Seen from where nothing does for sure, what only may counts too.
    for at in reversed([point.since[1], *line.turns(point.since[1], point.at)]):
        earlier = line.point(at)
        if earlier.kept_on or (sure and earlier.certainty is Certainty.POSSIBLE):
            surely = kept.surely or earlier.kept_on
            by_law = kept.by_law or earlier.stand not in FIRST
            kept = _Kept(kept.end, at, surely, by_law)
        elif kept.begin is None:
            kept = _Kept(at)
        else:
            break
    return kept


def _since(line: Timeline, kept: _Kept, begin: datetime) -> datetime:
    """Return since when the time counts in which nothing lets anybody keep the person."""
    if kept.begin is None:
        return begin
    if not kept.surely and kept.begin > begin:
        # What came for somebody who was overdue already, and lets nobody keep them on every
        # reading, leaves them overdue.
        before = overdue(line, line.point(kept.begin - _TINY))
        return kept.end if before is None else before.since
    return kept.end


def _but_for_time(line: Timeline, point: Point) -> Outcomes:
    """Return what the law may make of the requests on file if no limit of time were reached.

    Under the reading that gives most: where one reading has run out, all the others have.
    """
    found = NOTHING
    for one in line.untimed(point):
        found = JOIN[found][one]
    return found


def _slow(line: Timeline, point: Point, base: datetime) -> Overdue | None:
    """Return whether letting the person out has taken too long."""
    limits = list(_release_limits(line, point))
    if limits:
        if point.at < max(end for end, _ in limits) or (
            base > point.since[1] and _fresh(line, point, base)
        ):
            return None
        return Overdue(base, any(truth is True for _, truth in limits))
    if _fresh(line, point, base):
        return None
    return Overdue(base, _forbidden(line, point))


def _fresh(line: Timeline, point: Point, base: datetime) -> bool:
    return point.at - base < line.law.processing


def _release_limits(line: Timeline, point: Point) -> Iterator[tuple[datetime, Truth]]:
    """Yield within which time the law of the place lets a person out, and whether it bites."""
    for rule, force in line.program(point).letting_out:
        for case in cases_at(line, point):
            truth = rule_truth(line.law, rule, force, case)
            end = ends_of(line.law, rule, case, point.since)[1]
            if truth is not False and end < FAR_FUTURE:
                yield end, truth


def _forbidden(line: Timeline, point: Point) -> bool:
    """Say whether law forbids to keep the person on the request that is on file."""
    return any(
        shut(line.law, world, case, RestsOn.DETAINER, prevails=prevails) is True
        for world in point.day.worlds
        for case in point.cases
        for prevails in (True, False)
    )


# -- owed before the door -----------------------------------------------------------------------


def cases_at(line: Timeline, point: Point) -> tuple[Case, ...]:
    """Return the cases of a point, or the one without a request where none is on file."""
    return point.cases or (line.case(point.day, point.at, None),)


@dataclass(frozen=True, slots=True)
class _Owed:
    """Whether a binding notice is still owed before the person leaves.

    Attributes:
        shown: The record says for certain what was told; one that keeps no notices does not.
        openings: The facts of the case that would say whether it is owed at all.
    """

    owed: bool
    shown: bool = True
    openings: tuple[Opening, ...] = ()


def _owed_first(line: Timeline, point: Point) -> _Owed:
    openings: dict[str, Opening] = {}
    unshown = untold = False
    for rule, force in line.program(point).telling:
        for case in cases_at(line, point):
            truth = rule_truth(line.law, rule, force, case)
            done = told(rule, case)
            if truth is False or done or excused(line.law, point, case):
                continue
            if truth and done is False:
                return _Owed(True)
            waits = {} if truth else dict(_waits_for(line.law, rule, case))
            openings |= waits
            unshown = unshown or bool(truth)
            # Open in the law alone, such as a first day that is not known: no fact would tell.
            untold = untold or not (truth or waits)
    # What waits for a fact stops the line and asks, even beside what is only not shown.
    return _Owed(unshown, not (unshown or untold), tuple(openings.values()))


def _waits_for(law: LawOfPlace, rule: Rule, case: Case) -> Iterator[tuple[str, Opening]]:
    for atom in rule.condition.unknowns(case, law.in_list):
        opening = opening_of(case, atom.fact, atom.list_id)
        if opening is not None:
            yield opening.field, opening


def excused(law: LawOfPlace, point: Point, case: Case) -> bool:
    """Say whether a federal ban stands over what a lower law commands on this request."""
    return case.detainer is not None and any(
        shut(law, world, case, ground, prevails=True) is True
        for world in point.day.worlds
        for ground in RestsOn
    )
