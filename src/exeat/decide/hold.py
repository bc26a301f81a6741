"""Whether the law lets, or makes, somebody keep a person at one instant: the point function.

Everything else about holds is built on :func:`standing`: the verdict asks it once, the
audit asks it between each two instants at which anything changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from exeat.decide.eligibility import Eligibility
from exeat.facts.case import Case
from exeat.facts.record import Detainer
from exeat.facts.times import NEVER, Truth, bounds, done_by
from exeat.rules.clocks import Clock, HoursRun, deadline
from exeat.rules.model import Modality, RestsOn, Rule
from exeat.rules.place import LawOfPlace, World

__all__ = [
    "NOTHING",
    "Standing",
    "active",
    "and_",
    "clock_start",
    "limit_of",
    "not_",
    "or_",
    "rule_truth",
    "standing",
]


def not_(truth: Truth) -> Truth:
    """Negate in three-valued logic."""
    return None if truth is None else not truth


def and_(*truths: Truth) -> Truth:
    """Return whether all are true, in three-valued logic."""
    if False in truths:
        return False
    return None if None in truths else True


def or_(*truths: Truth) -> Truth:
    """Return whether any is true, in three-valued logic."""
    if True in truths:
        return True
    return None if None in truths else False


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a hold must, may, or both must and must not be, under one reading of the law."""

    must: Truth
    may: Truth
    conflict: Truth


NOTHING: Final = Standing(False, False, False)


def active(detainer: Detainer, case: Case) -> Truth:
    """Say whether a request is on file at the case's instant: received, and not lifted.

    A request that was received after the instant is not on file. Whether one is whose receipt
    the record does not state is not known: it may have come after, and an unknown never makes
    a hold.
    """
    at, zone = case.at, case.zone
    lifted = done_by(detainer.lifted, at, zone)
    if lifted:
        return False
    return and_(done_by(detainer.received, at, zone), not_(lifted))


def clock_start(
    clock: Clock, case: Case, eligible: Eligibility
) -> tuple[datetime | None, datetime | None]:
    """Return the bounds, in UTC, of the instant at which a rule's clock starts."""
    run = clock.hours_run
    if run is HoursRun.FROM_RELEASE_ELIGIBILITY:
        return eligible.earliest, eligible.latest
    if run is HoursRun.FROM_BOOKING:
        return bounds(case.record.booked, case.zone)
    act = case.detainer.received if case.detainer is not None else None
    if act is None or act is NEVER:
        return None, None
    assert not isinstance(act, type(NEVER))
    return bounds(act, case.zone)


def limit_of(law: LawOfPlace, rule: Rule, case: Case, eligible: Eligibility) -> Clock:
    """Return the limit of time of a rule that has one, for a release due when it was due."""
    due = eligible.earliest
    clock = law.limit(rule, due.astimezone(case.zone).date()) if due is not None else None
    clock = clock or rule.clock
    assert clock is not None
    return clock


def _past_end(law: LawOfPlace, rule: Rule, case: Case, eligible: Eligibility) -> Truth:
    """Say whether the rule's limit of time has been reached."""
    key = (id(rule), "past")
    known = case.memo.get(key)
    if known is not None:
        return known[1]
    clock = limit_of(law, rule, case, eligible)
    early, late = clock_start(clock, case, eligible)
    past: Truth = None
    if late is not None and case.at >= (end := _end(law, clock, case, late)):
        past = True
    elif early is not None and case.at < (end if early == late else _end(law, clock, case, early)):
        past = False
    case.memo[key] = (rule, past)
    return past


def _end(law: LawOfPlace, clock: Clock, case: Case, start: datetime) -> datetime:
    return deadline(start, clock, case.zone, law.calendar).astimezone(UTC)


def rule_truth(law: LawOfPlace, rule: Rule, force: Truth, case: Case) -> Truth:
    """Say whether a rule bites, its limit of time apart.

    A rule that a person must judge is never simply true: a command or a ban becomes unknown,
    so that it cannot be overlooked; a permission stays out, because nobody must use it.
    """
    key = id(rule)
    known = case.memo.get(key)
    if known is not None:
        return known[1]
    truth = rule.condition.truth(case, law.in_list)
    if rule.judge and truth is not False:
        truth = False if rule.modality is Modality.MAY else None
    elif force is not True:
        truth = and_(force, truth)
    case.memo[key] = (rule, truth)
    return truth


def _any(
    law: LawOfPlace,
    rules: Iterable[tuple[Rule, Truth]],
    case: Case,
    eligible: Eligibility,
    rests_on: RestsOn,
    *,
    timed: bool = True,
) -> Truth:
    """Say whether any of the rules bites, its limit of time not yet reached."""
    result: Truth = False
    for rule, force in rules:
        if rule.rests_on is not rests_on:
            continue
        truth = rule_truth(law, rule, force, case)
        if timed and truth is not False and rule.clock is not None:
            over = _past_end(law, rule, case, eligible)
            truth = False if over else and_(truth, not_(over))
        if truth:
            return True
        if truth is None:
            result = None
    return result


def _capped(
    law: LawOfPlace, world: World, case: Case, eligible: Eligibility, rests_on: RestsOn
) -> Truth:
    """Say whether any ceiling on the hold has been reached."""
    result: Truth = False
    for rule, force in world.caps:
        if rule.rests_on is not rests_on:
            continue
        truth = rule_truth(law, rule, force, case)
        if truth is not False:
            truth = and_(truth, _past_end(law, rule, case, eligible))
        if truth:
            return True
        if truth is None:
            result = None
    return result


def standing(
    law: LawOfPlace, world: World, case: Case, eligible: Eligibility, *, timed: bool = True
) -> Standing:
    """Return whether a hold on one request stands at the case's instant, after eligibility.

    Args:
        law: The law of the place.
        world: One way of reading what is contested, on the local day of the instant.
        case: The record, the request and the instant (UTC).
        eligible: Release eligibility.
        timed: False: leave every limit of time out, to tell what time alone has ended.
    """
    if case.detainer is None:
        return NOTHING
    must: Truth = False
    may: Truth = False
    conflict: Truth = False
    for ground in RestsOn:
        commanded = _any(law, world.musts, case, eligible, ground, timed=timed)
        banned = _any(law, world.bans, case, eligible, ground)
        if commanded is False and banned:
            continue
        allowed = commanded or or_(
            commanded, _any(law, world.mays, case, eligible, ground, timed=timed)
        )
        if allowed is False:
            continue
        capped = timed and _capped(law, world, case, eligible, ground)
        free = and_(not_(banned), not_(capped))
        must = or_(must, and_(commanded, free))
        may = or_(may, and_(allowed, free))
        conflict = or_(conflict, and_(commanded, banned, not_(capped)))
    on_file = active(case.detainer, case)
    if on_file is True:
        return Standing(must, may, conflict)
    return Standing(and_(on_file, must), and_(on_file, may), and_(on_file, conflict))
