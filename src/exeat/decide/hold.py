"""What the law makes of a hold on one request, under one reading, at one instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from exeat.facts.case import Case
from exeat.facts.record import Detainer
from exeat.facts.times import FAR_FUTURE, FAR_PAST, Span, Truth, done_by, span
from exeat.facts.truth import every, negate, some
from exeat.rules.clocks import Clock, HoursRun, deadline
from exeat.rules.model import Modality, RestsOn, Rule
from exeat.rules.place import LawOfPlace
from exeat.rules.world import Bound, World

__all__ = [
    "Weigh",
    "active",
    "clock_ends",
    "clock_start",
    "ends_of",
    "rule_truth",
    "shut",
    "weighed",
]

T = TypeVar("T")
S = TypeVar("S")


def active(detainer: Detainer, case: Case) -> Truth:
    """Say whether a request is on file at the case's instant: received, and not lifted.

    Whether one is whose receipt the record does not state is not known: it may have come
    after, and an unknown never makes a hold.
    """
    lifted = done_by(detainer.lifted, case.at, case.zone)
    return (
        False if lifted else every((done_by(detainer.received, case.at, case.zone), negate(lifted)))
    )


def clock_start(clock: Clock, case: Case, since: Span) -> Span:
    """Return when a rule's clock starts, as a step; ``since`` is that of release eligibility."""
    run = clock.hours_run
    if run is HoursRun.FROM_RELEASE_ELIGIBILITY:
        return since
    if run is HoursRun.FROM_BOOKING:
        return span(case.record.booked, case.zone)
    return span(case.detainer.received if case.detainer is not None else None, case.zone)


def ends_of(law: LawOfPlace, rule: Rule, case: Case, since: Span) -> Span:
    """Return when the rule's limit of time is reached, as a step.

    The hours are those of the version of the rule that was in force when release was due: a
    new text does not start the hours of an old one again.
    """
    clock = rule.clock
    assert clock is not None, f"`{rule.id}` sets no limit"
    if since[0] > FAR_PAST:
        clock = law.limit(rule, since[0].astimezone(case.zone).date()) or clock
    return clock_ends(law, clock, case, since)


def clock_ends(law: LawOfPlace, clock: Clock, case: Case, since: Span) -> Span:
    """Return when a limit of time is reached, as a step."""
    early, late = clock_start(clock, case, since)
    first = early if early in (FAR_PAST, FAR_FUTURE) else _end(law, clock, case, early)
    if early == late:
        return first, first
    return first, late if late in (FAR_PAST, FAR_FUTURE) else _end(law, clock, case, late)


def _end(law: LawOfPlace, clock: Clock, case: Case, start: datetime) -> datetime:
    return deadline(start, clock, case.zone, law.calendar).astimezone(UTC)


def rule_truth(law: LawOfPlace, rule: Rule, force: Truth, case: Case) -> Truth:
    """Say whether a rule bites, its limit of time apart.

    A rule that a person must judge, or whose text nobody read, is never simply true: a command
    or a ban becomes unknown, so that it cannot be overlooked; a permission stays out, because
    nobody must use it.
    """
    key = id(rule)
    known = case.memo.get(key)
    if known is not None:
        return known[1]
    truth = rule.condition.truth(case, law.in_list)
    if rule.judge and truth is not False:
        truth = False if rule.modality is Modality.MAY else None
    elif force is not True:
        truth = every((force, truth))
    case.memo[key] = (rule, truth)
    return truth


def shut(law: LawOfPlace, world: World, case: Case, ground: RestsOn, *, prevails: bool) -> Truth:
    """Say whether a ban shuts out a hold: one that prevails over commands, or any other.

    An office's own policy is among the others: where nothing commands a hold, it keeps nobody.
    """
    bans = (
        rule_truth(law, rule, force, case)
        for rule, force in world.bans
        if rule.prevails is prevails and rule.rests_on is ground
    )
    return some(bans)


# -- how the rules add up, on one case or on all that there can be ------------------------------


class Weigh(Protocol[T, S]):
    """What the rules are weighed in: the facts of one case here, a prover's terms in `prove`.

    ``T`` stands for a truth, ``S`` for a set of outcomes.
    """

    def bites(self, rule: Rule, force: Truth) -> T:
        """Say whether a rule bites, its limit of time apart."""

    def past(self, rule: Rule) -> T:
        """Say whether the limit of time of a rule has been reached."""

    def every(self, truths: Iterable[T]) -> T:
        """Say whether all are true."""

    def some(self, truths: Iterable[T]) -> T:
        """Say whether any is true."""

    def negate(self, truth: T) -> T:
        """Return the contrary."""

    def possible(self, commanded: T, allowed: T, banned: T, ended: T) -> S:
        """Return the outcomes that are possible."""

    def join(self, one: S, other: S) -> S:
        """Return two things that a hold can rest on as one."""


def weighed(weigh: Weigh[T, S], world: World, found: S, *, timed: bool = True) -> S:
    """Return what the rules of one reading make of a hold on one request that is on file.

    Args:
        weigh: What they are weighed in.
        world: The reading.
        found: The set in which there is nothing that allows a hold.
        timed: False: leave every limit of time out.
    """
    for on in world.footings:
        commanded = weigh.some(_running(weigh, on.musts, timed))
        allowed = weigh.some(_running(weigh, on.mays, timed))
        if commanded is False and allowed is False:
            continue
        unused = weigh.some(_shutting(weigh, on.unused, timed))
        allowed = weigh.every((allowed, weigh.negate(unused)))
        banned = weigh.some(_shutting(weigh, on.bans, timed))
        ended = weigh.some(_shutting(weigh, (*on.caps, *on.stays), timed))
        found = weigh.join(found, weigh.possible(commanded, allowed, banned, ended))
    return found


def _running(weigh: Weigh[T, S], rules: Iterable[Bound], timed: bool) -> Iterator[T]:
    """Yield whether each rule bites, its own limit of time not yet reached."""
    for rule, force in rules:
        truth = weigh.bites(rule, force)
        if timed and rule.clock is not None and truth is not False:
            truth = weigh.every((truth, weigh.negate(weigh.past(rule))))
        yield truth


def _shutting(weigh: Weigh[T, S], bans: Iterable[Bound], timed: bool) -> Iterator[T]:
    """Yield whether each ban bites; one that is a limit of time does so once it is reached."""
    for rule, force in bans:
        if rule.clock is None:
            yield weigh.bites(rule, force)
        elif timed:
            truth = weigh.bites(rule, force)
            yield truth if truth is False else weigh.every((truth, weigh.past(rule)))
