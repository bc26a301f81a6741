"""What binding rules ask besides, each act by its own word: notices, copies, entries, hearings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from exeat.decide.answer import Certainty, Duty, DutyState, Option, Verdict
from exeat.decide.hold import clock_start, rule_truth
from exeat.decide.notices import evidence, told
from exeat.decide.program import TELLS
from exeat.decide.timeline import HELD, Point, Timeline
from exeat.decide.verdict import Ruling, cases_at, excused
from exeat.facts.case import Case
from exeat.facts.times import FAR_FUTURE, FAR_PAST, Truth, by, done_by, span
from exeat.facts.truth import every, some
from exeat.facts.vocabulary import ice_told
from exeat.rules.clocks import HoursRun, deadline, due_before
from exeat.rules.model import About, Modality, Rule, Trigger

__all__ = ["due_of", "duties_of"]

# Whether a hold is on is open while one of these is the answer.
_OPEN = frozenset(
    {
        Verdict.UNKNOWN,
        Verdict.CONFLICT,
        Verdict.CALL_COUNSEL,
        Verdict.RELEASE_UNLESS_INSTRUCTED,
        Verdict.BRING_FIRST,
        Verdict.SERVE_FIRST,
    }
)


def duties_of(
    line: Timeline, ruling: Ruling, until: datetime | None
) -> tuple[tuple[Duty, ...], tuple[Option, ...], tuple[Option, ...]]:
    """Return the duties of this case, what else is allowed, and what is forbidden.

    Args:
        line: The record under the law of its place.
        ruling: The verdict at the instant asked about.
        until: The end of the hold, if one stands: a release that nobody scheduled is then.
    """
    point = ruling.point
    if ruling.verdict is Verdict.NOT_IN_CUSTODY:
        return (), (), ()
    duties: list[Duty] = []
    mays: list[Option] = []
    bans: list[Option] = []
    for rule, force in sorted(point.day.others, key=lambda pair: (pair[0].level, pair[0].id)):
        for case in cases_at(line, point):
            bites = every((_bites(line, rule, force, case), _arisen(rule, case, ruling.verdict)))
            if bites is False:
                continue
            sure = Certainty.CERTAIN if bites else Certainty.POSSIBLE
            about = case.detainer.id if case.detainer else ""
            if rule.modality is Modality.MUST:
                duties.append(_duty(line, point, rule, case, sure, until))
            else:
                heap = mays if rule.modality is Modality.MAY else bans
                heap.append(Option(rule, sure, about))
    return tuple(duties), tuple(_narrowed(mays, bans)), tuple(bans)


def _bites(line: Timeline, rule: Rule, force: Truth, case: Case) -> Truth:
    # A permission for a person to judge stays out of a hold; here it is shown, as possible.
    if rule.modality is Modality.MAY and rule.judge:
        return every((None, rule.condition.truth(case, line.law.in_list)))
    return rule_truth(line.law, rule, force, case)


def _narrowed(mays: Sequence[Option], bans: Sequence[Option]) -> list[Option]:
    """Take out what a rule allows and another of the place surely forbids.

    While a ban of the same act is open, the permission is possible at most.
    """
    found = []
    for option in mays:
        against = [ban for ban in bans if _meets(ban, option)]
        if any(ban.certainty is Certainty.CERTAIN for ban in against):
            continue
        sure = Certainty.POSSIBLE if against else option.certainty
        found.append(Option(option.rule, sure, option.detainer))
    return found


def _meets(ban: Option, option: Option) -> bool:
    """Say whether a ban is about the act that is allowed: the same act, moment and addressee."""
    one, other = ban.rule, option.rule
    return (
        ban.detainer == option.detainer
        and one.about is other.about
        and (not one.to or not other.to or one.to == other.to)
    )


def _arisen(rule: Rule, case: Case, verdict: Verdict) -> Truth:
    """Say whether the moment at which a rule bites has come."""
    if rule.trigger is Trigger.RECEIPT:
        if case.detainer is None:
            return False
        return some((done_by(case.detainer.received, case.at, case.zone), None))
    if rule.trigger is Trigger.HOLD:
        if case.detainer is None:
            return False
        if verdict is Verdict.SERVE_FIRST and rule.about is About.SERVE_COPY:
            return True
        return None if verdict in _OPEN else verdict in HELD
    if rule.trigger is Trigger.NOTICE_GIVEN:
        return ice_told(case)
    return True


def _duty(
    line: Timeline,
    point: Point,
    rule: Rule,
    case: Case,
    certainty: Certainty,
    until: datetime | None,
) -> Duty:
    due = due_of(line, point, rule, case, until)
    return Duty(
        rule=rule,
        to=rule.to,
        due=due,
        state=_state(line, point, rule, case, due),
        certainty=certainty,
        detainer=case.detainer.id if case.detainer else "",
        evidence=evidence(rule, case),
    )


def _state(line: Timeline, point: Point, rule: Rule, case: Case, due: datetime | None) -> DutyState:
    done = told(rule, case)
    if done:
        return DutyState.DONE
    if rule.about in TELLS and excused(line.law, point, case):
        return DutyState.EXCUSED
    if rule.about is About.RELEASE:
        return DutyState.LATE if due is not None and case.at > due else DutyState.OWED
    if done is None:
        return DutyState.UNKNOWN
    return DutyState.LATE if due is not None and case.at > due else DutyState.OWED


def due_of(
    line: Timeline, point: Point, rule: Rule, case: Case, until: datetime | None
) -> datetime | None:
    """Return by when, in UTC; None where the rule sets no time or its start is not known.

    Hours before a release count back from the one that is scheduled or, for a person who is
    held, from the end of the hold. Nobody can count back from a release that nobody foresaw.
    """
    clock = rule.clock
    if clock is None:
        return None
    if clock.hours_run is HoursRun.BEFORE_RELEASE:
        leaves = until
        if line.record.scheduled_release is not None:
            leaves = span(line.record.scheduled_release, line.zone)[0]
        if leaves is None or leaves in (FAR_PAST, FAR_FUTURE):
            return None
        due = due_before(leaves, clock, line.zone, line.law.calendar).astimezone(UTC)
        # Nobody can tell in time what was asked too late: then it is due at once, at no hour.
        return due if _could_be_known(rule, case, due) else None
    start = clock_start(clock, case, point.since)[0]
    if start in (FAR_PAST, FAR_FUTURE):
        return None
    return deadline(start, clock, line.zone, line.law.calendar).astimezone(UTC)


def _could_be_known(rule: Rule, case: Case, due: datetime) -> bool:
    """Say whether a duty that rests on a request could be known by when it is due."""
    asked = any(atom.fact.startswith("detainer.") for atom in rule.condition.atoms())
    if not asked or case.detainer is None:
        return True
    return by(span(case.detainer.received, case.zone), due) is True
