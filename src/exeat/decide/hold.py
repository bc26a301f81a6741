"""What the law makes of a hold on one request, under one reading, at one instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from exeat.decide.outcome import JOIN, NOTHING, Outcomes, possible
from exeat.facts.case import Case
from exeat.facts.record import Detainer
from exeat.facts.times import FAR_FUTURE, FAR_PAST, Span, Truth, done_by, span
from exeat.facts.truth import every, negate, some
from exeat.rules.clocks import Clock, HoursRun, deadline
from exeat.rules.model import Modality, RestsOn, Rule
from exeat.rules.place import LawOfPlace, World

__all__ = ["active", "clock_start", "ends_of", "outcomes", "past", "rule_truth", "shut"]

Bound = tuple[Rule, Truth]
"""A rule with how surely it is in force."""


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
    early, late = clock_start(clock, case, since)
    first = early if early in (FAR_PAST, FAR_FUTURE) else _end(law, clock, case, early)
    if early == late:
        return first, first
    return first, late if late in (FAR_PAST, FAR_FUTURE) else _end(law, clock, case, late)


def _end(law: LawOfPlace, clock: Clock, case: Case, start: datetime) -> datetime:
    return deadline(start, clock, case.zone, law.calendar).astimezone(UTC)


def past(law: LawOfPlace, rule: Rule, case: Case, since: Span) -> Truth:
    """Say whether the rule's limit of time has been reached at the case's instant."""
    key = (id(rule), "past")
    known = case.memo.get(key)
    if known is not None:
        return known[1]
    early, late = ends_of(law, rule, case, since)
    past: Truth = True if case.at >= late else False if case.at < early else None
    case.memo[key] = (rule, past)
    return past


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
    if (rule.judge or rule.unread) and truth is not False:
        truth = False if rule.modality is Modality.MAY else None
    elif force is not True:
        truth = every((force, truth))
    case.memo[key] = (rule, truth)
    return truth


def _any(
    law: LawOfPlace, rules: Iterable[Bound], case: Case, since: Span, ground: RestsOn, timed: bool
) -> Truth:
    """Say whether any of the rules bites, its limit of time not yet reached."""
    result: Truth = False
    for rule, force in rules:
        if rule.rests_on is not ground:
            continue
        truth = rule_truth(law, rule, force, case)
        if timed and truth is not False and rule.clock is not None:
            truth = every((truth, negate(past(law, rule, case, since))))
        if truth:
            return True
        if truth is None:
            result = None
    return result


def shut(law: LawOfPlace, world: World, case: Case, ground: RestsOn, *, prevails: bool) -> Truth:
    """Say whether a ban shuts out a hold: one that prevails over commands, or any other."""
    bans = (
        rule_truth(law, rule, force, case)
        for rule, force in world.bans
        if rule.prevails is prevails and rule.rests_on is ground
    )
    return some(bans)


def _ended(
    law: LawOfPlace, world: World, case: Case, since: Span, ground: RestsOn, timed: bool
) -> Truth:
    """Say whether a limit on every hold has been reached, or a ban stands over commands."""
    if not timed:
        return shut(law, world, case, ground, prevails=True)
    reached = (
        every((rule_truth(law, rule, force, case), past(law, rule, case, since)))
        for rule, force in world.caps
        if rule.rests_on is ground
    )
    return some((some(reached), shut(law, world, case, ground, prevails=True)))


def outcomes(
    law: LawOfPlace, world: World, case: Case, since: Span, *, timed: bool = True
) -> Outcomes:
    """Return what the law may make of a hold on the case's request, after eligibility.

    Args:
        law: The law of the place.
        world: One way of reading what is contested, on the local day of the instant.
        case: The record, the request and the instant (UTC).
        since: Release eligibility, as a step.
        timed: False: leave every limit of time out, to tell what time alone has ended.
    """
    on_file = case.detainer is not None and active(case.detainer, case)
    if on_file is False:
        return NOTHING
    found = NOTHING
    for ground in RestsOn:
        commanded = _any(law, world.musts, case, since, ground, timed)
        allowed = _any(law, world.mays, case, since, ground, timed)
        if commanded is False and allowed is False:
            continue
        banned = shut(law, world, case, ground, prevails=False)
        ended = _ended(law, world, case, since, ground, timed)
        found = JOIN[found][possible(commanded, allowed, banned, ended)]
    return found if on_file else found | NOTHING
