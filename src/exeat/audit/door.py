"""What the law asked at the door: a hold that was broken, a notice or a hearing that was owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from exeat.audit.findings import Finding, FindingKind, hours_between, sources_of
from exeat.audit.stay import Stretch
from exeat.decide import Certainty, Duty, DutyState, Verdict, decide
from exeat.decide.duties import duties_of
from exeat.decide.outcome import Outcome
from exeat.decide.timeline import HELD, Point, Timeline
from exeat.decide.verdict import Ruling, hides_a_warrant, ruling
from exeat.facts.case import zone_of
from exeat.facts.codes import ReleaseKind
from exeat.facts.record import CustodyRecord
from exeat.facts.times import FAR_PAST, Never, Span, bounds
from exeat.facts.words import say_time
from exeat.rules.clocks import HoursRun
from exeat.rules.model import About, Modality, Rule, Trigger

__all__ = ["at_the_door"]

_LET_GO = frozenset({ReleaseKind.STREET, ReleaseKind.UNSTATED})
_TELLS = frozenset({About.NOTIFY, About.INFORM_PERSON, About.TELL_COURT})
_TO = {"ice": "ICE", "person": "the person", "judge": "the judge"}
_COMMANDS = frozenset({Verdict.MUST_HOLD, Verdict.CONFLICT})


def at_the_door(stretch: Stretch, door: Span) -> Iterator[Finding]:
    """Yield what was broken when the person left.

    The question is asked at the door, as of somebody still inside. Where a ground of custody
    is stamped with a later end than the door, as most exports have it, the door was its end.
    """
    record = stretch.line.record
    release = stretch.kind
    if release is None or door[0] <= FAR_PAST:
        return
    line = stretch.line
    surely = door[0] == door[1] and record.bases is not None
    if line.stay.held(door[0]) is not False:
        line = Timeline(record, line.law, leaves=(door[0], door[0]))
        surely = False
    found = ruling(line, door[0])
    if release in _LET_GO:
        yield from _released_against(line, found, surely and release is ReleaseKind.STREET)
    if record.detainers and release in _LET_GO | {ReleaseKind.TO_AGENCY}:
        yield from _notices(line, found)


def _released_against(line: Timeline, found: Ruling, surely: bool) -> Iterator[Finding]:
    point = found.point
    if found.verdict is Verdict.BRING_FIRST:
        # That nobody was brought shows only where all that was done is on record.
        certain = surely and found.certainty is Certainty.CERTAIN
        certain = certain and line.record.notices_complete is True
        yield _against(
            line, point, FindingKind.NOT_BROUGHT, certain,
            "Let go without having been brought before the judicial official who decides.",
        )  # fmt: skip
        return
    commanded = point.stand in _COMMANDS or any(s >> Outcome.MUST & 1 for s in point.sets)
    if not commanded and point.stand is not Verdict.SERVE_FIRST:
        return
    certain = surely and point.stand is Verdict.MUST_HOLD and found.certainty is Certainty.CERTAIN
    certain = certain and not any(hides_a_warrant(case) for case in point.cases)
    says = (
        "Let go while the law of the place commanded a hold."
        if certain
        else "Let go while the law of the place commanded, or may have commanded, a hold."
    )
    yield _against(line, point, FindingKind.RELEASED_AGAINST, certain, says)


def _against(line: Timeline, point: Point, kind: FindingKind, certain: bool, says: str) -> Finding:
    answer = decide(line.record, line.law, point.at)
    commands = [w for w in answer.windows if w.rule.modality is Modality.MUST]
    commands = [w for w in commands if w.end is None or w.end > point.at]
    # The longest command; one on a judge's warrant sets no end of its own.
    ends = [w.end for w in commands]
    end = max((e for e in ends if e is not None), default=None) if None not in ends else None
    rules = tuple(w.rule for w in commands) or answer.decided_by
    return Finding(
        record_id=line.record.id,
        kind=kind,
        start=point.at,
        end=end,
        hours=hours_between(point.at, end) if end else None,
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        says=says,
        rules=tuple(sorted({rule.id for rule in rules})),
        sources=sources_of(rules),
        detainer=", ".join(sorted({c.detainer.id for c in point.cases if c.detainer})),
        questions=tuple(dict.fromkeys(question.asks for question in answer.questions)),
    )


# -- notices ------------------------------------------------------------------------------------


def _notices(line: Timeline, found: Ruling) -> Iterator[Finding]:
    if not any(_tells(rule) for rule, _ in found.point.day.others):
        return
    duties, _, _ = duties_of(line, found, None)
    if not _held_back(line, found.point):
        duties = tuple(duty for duty in duties if duty.rule.trigger is not Trigger.HOLD)
    broken: dict[tuple[FindingKind, str, str], list[Duty]] = {}
    for duty in duties:
        kind = _broken(line.record, duty) if _tells(duty.rule) else None
        if kind is not None:
            broken.setdefault((kind, duty.rule.about.value, duty.to), []).append(duty)
    for (kind, _, _), some in broken.items():
        yield _notice(line, kind, some, found.point.at)


def _held_back(line: Timeline, point: Point) -> bool:
    """Say whether the person was kept on a request, and not only for as long as leaving takes.

    Where it is open whether anybody might keep them, who left at once was not kept.
    """
    return point.stand in HELD or point.at - point.since[0] >= line.law.processing


def _broken(record: CustodyRecord, duty: Duty) -> FindingKind | None:
    """Say what is to be found of one duty to tell, if anything."""
    if duty.state is DutyState.DONE:
        late = _late(record, duty.rule, duty.due) is not None
        return FindingKind.NOTICE_LATE if late else None
    if duty.state is DutyState.EXCUSED:
        return None
    if duty.state is DutyState.UNKNOWN:
        return FindingKind.INCOMPLETE if duty.certainty is Certainty.CERTAIN else None
    return FindingKind.NOTICE_MISSED


def _tells(rule: Rule) -> bool:
    """Say whether a rule makes the facility tell somebody, and a machine can say when."""
    judged = rule.judge or rule.unread
    return rule.about in _TELLS and rule.modality is Modality.MUST and not judged


def _late(record: CustodyRecord, rule: Rule, due: datetime | None) -> datetime | None:
    """Return when a notice was given, if that was surely after it was due."""
    if due is None:
        return None
    given = [
        bounds(notice.given, zone_of(record.zone))[0]
        for notice in record.notices or ()
        if notice.kind.value == rule.about.value
        and notice.to == rule.to
        and notice.given is not None
        and not isinstance(notice.given, Never)
    ]
    times = [time for time in given if time is not None]
    return min(times) if times and min(times) > due else None


def _notice(line: Timeline, kind: FindingKind, duties: Sequence[Duty], door: datetime) -> Finding:
    """Return one finding for one omission, however many rules asked for the same notice."""
    dues = [duty.due for duty in duties if duty.due is not None]
    due = min(dues) if dues else None
    until = _late(line.record, duties[0].rule, due) if kind is FindingKind.NOTICE_LATE else door
    until = None if kind is FindingKind.INCOMPLETE else until
    by = f" by {say_time(due, line.zone)}" if due else _moment(duties)
    to = _TO.get(duties[0].to, duties[0].to)
    says = {
        FindingKind.NOTICE_LATE: f"Notice to {to} was due{by} and given later.",
        FindingKind.NOTICE_MISSED: f"Notice to {to} was due{by}; the record shows none.",
    }.get(kind, f"Notice to {to} was due{by}; this record does not keep notices.")
    rules = tuple(duty.rule for duty in duties)
    sure = _how_sure(line.record, kind, duties)
    questions = () if sure is Certainty.CERTAIN else ("Are these all the notices that were given?",)
    return Finding(
        record_id=line.record.id,
        kind=kind,
        start=due,
        end=until,
        hours=hours_between(due, until) if due and until and until > due else None,
        certainty=sure,
        says=says,
        rules=tuple(sorted(rule.id for rule in rules)),
        sources=sources_of(rules),
        questions=questions if kind is FindingKind.NOTICE_MISSED else (),
    )


def _moment(duties: Sequence[Duty]) -> str:
    triggers = {duty.rule.trigger.value for duty in duties}
    return {"receipt": " on receipt of the request", "booking": " at booking"}.get(
        min(triggers), " before release"
    )


def _how_sure(record: CustodyRecord, kind: FindingKind, duties: Sequence[Duty]) -> Certainty:
    """Return how surely a notice was missed or late.

    Hours before a release that nobody had scheduled, such as one on bail, could not be counted
    at the time: forms ask for them "if possible". And that nothing was told is certain only
    where somebody says that the list of what was told is complete.
    """
    if kind is FindingKind.INCOMPLETE:
        return Certainty.CERTAIN
    unforeseen = record.scheduled_release is None and all(
        duty.rule.clock is not None and duty.rule.clock.hours_run is HoursRun.BEFORE_RELEASE
        for duty in duties
    )
    if kind is FindingKind.NOTICE_LATE and unforeseen:
        return Certainty.POSSIBLE
    if kind is FindingKind.NOTICE_MISSED and record.notices_complete is not True:
        return Certainty.POSSIBLE
    sure = any(duty.certainty is Certainty.CERTAIN for duty in duties)
    return Certainty.CERTAIN if sure else Certainty.POSSIBLE
