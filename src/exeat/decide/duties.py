"""What else binding rules ask in this person's case: notices, copies, entries, explanations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from exeat.decide.answer import Certainty, Duty, DutyState, Option, Verdict
from exeat.decide.eligibility import eligibility
from exeat.decide.hold import and_, clock_start, or_
from exeat.decide.verdict import HELD, told
from exeat.facts.case import Case, zone_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import Truth, bounds, done_by
from exeat.rules.clocks import HoursRun, deadline, due_before
from exeat.rules.model import About, Modality, Rule, Trigger
from exeat.rules.place import DayLaw, LawOfPlace

__all__ = ["duties_of"]


def duties_of(
    record: CustodyRecord,
    law: LawOfPlace,
    day: DayLaw,
    cases: Sequence[Case],
    at: datetime,
    verdict: Verdict,
) -> tuple[tuple[Duty, ...], tuple[Option, ...]]:
    """Return the duties of this case, and what else is allowed or forbidden."""
    duties: list[Duty] = []
    options: list[Option] = []
    if verdict is Verdict.NOT_IN_CUSTODY:
        return (), ()
    bare = Case(record, None, at, zone_of(record.zone), day.hold_power)
    for rule, force in sorted(day.others, key=lambda pair: (pair[0].level, pair[0].id)):
        for case in cases or [bare]:
            bites = and_(
                force, rule.condition.truth(case, law.in_list), _arisen(rule, case, verdict)
            )
            if bites is False:
                continue
            sure = Certainty.CERTAIN if bites and not rule.judge else Certainty.POSSIBLE
            detainer = case.detainer.id if case.detainer else ""
            if rule.modality is Modality.MUST:
                duties.append(_duty(record, law, rule, case, sure))
            else:
                options.append(Option(rule, sure, detainer))
    return tuple(duties), tuple(_narrowed(options))


def _narrowed(options: Sequence[Option]) -> list[Option]:
    """Leave out what one rule allows and another of the place surely forbids."""
    shut = {
        (option.rule.about, option.detainer)
        for option in options
        if option.rule.modality is Modality.MUST_NOT and option.certainty is Certainty.CERTAIN
    }
    return [
        option
        for option in options
        if option.rule.modality is Modality.MUST_NOT
        or (option.rule.about, option.detainer) not in shut
    ]


def _arisen(rule: Rule, case: Case, verdict: Verdict) -> Truth:
    """Say whether the moment at which a rule bites has come."""
    if rule.trigger is Trigger.RECEIPT:
        if case.detainer is None:
            return False
        return or_(done_by(case.detainer.received, case.at, case.zone), None)
    if rule.trigger is Trigger.HOLD:
        if case.detainer is None:
            return False
        if verdict in (Verdict.UNKNOWN, Verdict.CONFLICT):
            return None
        return verdict in HELD
    if rule.trigger is Trigger.NOTICE_GIVEN:
        return _ice_told(case)
    return True


def _ice_told(case: Case) -> Truth:
    notices = case.record.notices
    if notices is None:
        return None
    told_ice = [n for n in notices if n.kind.value == About.NOTIFY.value and n.to == "ice"]
    return or_(*(done_by(notice.given, case.at, case.zone) for notice in told_ice))


def _duty(
    record: CustodyRecord, law: LawOfPlace, rule: Rule, case: Case, certainty: Certainty
) -> Duty:
    due = _due(record, law, rule, case)
    done = told(record, rule, case.at)
    if rule.about is About.SERVE_COPY and case.detainer is not None:
        done = or_(done is True, done_by(case.detainer.served, case.at, case.zone))
    if done:
        state = DutyState.DONE
    elif done is None:
        state = DutyState.UNKNOWN
    else:
        state = DutyState.LATE if due is not None and case.at > due else DutyState.OWED
    return Duty(
        rule=rule,
        to=rule.to,
        due=due,
        state=state,
        certainty=certainty,
        detainer=case.detainer.id if case.detainer else "",
        evidence=_evidence(record, rule),
    )


def _due(record: CustodyRecord, law: LawOfPlace, rule: Rule, case: Case) -> datetime | None:
    """Return by when, or None where the rule sets no time or its start is not known."""
    clock = rule.clock
    if clock is None:
        return None
    eligible = eligibility(record, case.zone)
    if clock.hours_run is HoursRun.BEFORE_RELEASE:
        leaves = eligible.earliest if not eligible.running else None
        if record.scheduled_release is not None:
            leaves = bounds(record.scheduled_release, case.zone)[0]
        if leaves is None:
            return None
        due = due_before(leaves, clock, case.zone, law.calendar).astimezone(UTC)
        # Nobody can tell in time what was asked too late: then it is due at once, at no hour.
        return due if _could_be_known(rule, case, due) else None
    start = clock_start(clock, case, eligible)[0]
    if start is None or (clock.hours_run is HoursRun.FROM_RELEASE_ELIGIBILITY and eligible.running):
        return None
    return deadline(start, clock, case.zone, law.calendar).astimezone(UTC)


def _could_be_known(rule: Rule, case: Case, due: datetime) -> bool:
    """Say whether a duty that rests on a request could be known by when it is due."""
    asked = any(atom.fact.startswith("detainer.") for atom in rule.condition.atoms())
    if not asked or case.detainer is None:
        return True
    return done_by(case.detainer.received, due, case.zone) is True


def _evidence(record: CustodyRecord, rule: Rule) -> str:
    for notice in record.notices or ():
        if notice.kind.value == rule.about.value and notice.to == rule.to:
            return notice.evidence or notice.id
    return ""
