"""What the law asked at the door: a hold that was broken, a notice or a hearing that was owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from exeat.audit.findings import Finding, FindingCode, FindingKind, hours_between, sources_of
from exeat.audit.stay import Stretch
from exeat.decide import Certainty, Duty, DutyState, Verdict, Window, decide
from exeat.decide.duties import duties_of
from exeat.decide.notices import given
from exeat.decide.outcome import Outcome
from exeat.decide.timeline import HELD, Point, Timeline
from exeat.decide.verdict import Ruling, cases_at, hides_a_warrant, ruling
from exeat.facts.case import Case
from exeat.facts.codes import ReleaseKind
from exeat.facts.openings import Ask, AskKind
from exeat.facts.record import CustodyRecord
from exeat.facts.times import FAR_PAST, Span
from exeat.rules.model import About, Modality, Rule, Trigger

__all__ = ["at_the_door"]

_LET_GO = frozenset({ReleaseKind.STREET, ReleaseKind.UNSTATED})
_TELLS = frozenset({About.NOTIFY, About.INFORM_PERSON, About.TELL_COURT})
_ALL_TOLD = Ask(AskKind.ALL_NOTICES)
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
    surely = surely and found.certainty is Certainty.CERTAIN
    if found.verdict is Verdict.BRING_FIRST:
        # That nobody was brought shows only where all that was done is on record.
        told_all = line.record.notices_complete is True
        kind, code = FindingKind.NOT_BROUGHT, FindingCode.NOT_BROUGHT
        finding = _against(line, point, kind, code, surely and told_all)
        asks = finding.questions if told_all else (*finding.questions, _ALL_TOLD)
        yield replace(finding, questions=asks)
    elif _commanded(point) or point.stand is Verdict.SERVE_FIRST:
        sure = surely and point.stand is Verdict.MUST_HOLD
        sure = sure and not any(hides_a_warrant(case) for case in point.cases)
        yield _against(line, point, FindingKind.RELEASED_AGAINST, FindingCode.AGAINST, sure)


def _commanded(point: Point) -> bool:
    """Say whether the law commanded a hold at a point, under any reading of it."""
    return point.stand in _COMMANDS or any(one >> Outcome.MUST & 1 for one in point.sets)


def _against(
    line: Timeline, point: Point, kind: FindingKind, code: FindingCode, certain: bool
) -> Finding:
    answer = decide(line.record, line.law, point.at)
    commands = [
        window
        for window in answer.windows
        if window.rule.modality is Modality.MUST and (window.end is None or window.end > point.at)
    ]
    end = _longest(commands)
    rules = tuple(window.rule for window in commands) or answer.decided_by
    return Finding(
        record_id=line.record.id,
        kind=kind,
        start=point.at,
        end=end,
        hours=hours_between(point.at, end) if end else None,
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        code=code,
        rules=tuple(sorted({rule.id for rule in rules})),
        sources=sources_of(rules),
        detainer=", ".join(sorted({c.detainer.id for c in point.cases if c.detainer})),
        questions=tuple(dict.fromkeys(question.asks for question in answer.questions)),
    )


def _longest(commands: Sequence[Window]) -> datetime | None:
    """Return the end of the longest command; None where one, as on a warrant, sets no end."""
    ends = [window.end for window in commands if window.end is not None]
    return max(ends, default=None) if len(ends) == len(commands) else None


# -- notices ------------------------------------------------------------------------------------


def _notices(line: Timeline, found: Ruling) -> Iterator[Finding]:
    if not any(_tells(rule) for rule, _ in found.point.day.others):
        return
    duties, _, _ = duties_of(line, found, None)
    if not _held_back(line, found.point):
        duties = tuple(duty for duty in duties if duty.rule.trigger is not Trigger.HOLD)
    cases = {
        case.detainer.id if case.detainer else "": case for case in cases_at(line, found.point)
    }
    broken: dict[tuple[FindingKind, str, str], list[_Broken]] = {}
    for duty in duties:
        one = _broken(duty, cases[duty.detainer]) if _tells(duty.rule) else None
        if one is not None:
            broken.setdefault((one.kind, duty.rule.about.value, duty.to), []).append(one)
    for some in broken.values():
        yield _notice(line, some, found.point.at)


@dataclass(frozen=True, slots=True)
class _Broken:
    """One duty to tell that was not met, or of which the record does not say.

    Attributes:
        given: When the notice was given after all, at the earliest; None if it was not.
    """

    kind: FindingKind
    duty: Duty
    given: datetime | None = None


def _held_back(line: Timeline, point: Point) -> bool:
    """Say whether the person was kept on a request, and not only for as long as leaving takes.

    Where it is open whether anybody might keep them, who left at once was not kept.
    """
    return point.stand in HELD or point.at - point.since[0] >= line.law.processing


def _broken(duty: Duty, case: Case) -> _Broken | None:
    """Say what is to be found of one duty to tell, if anything.

    It was to be met by its hour or, where it has none, before the door. What its hour let
    wait until after the door may have been done then.
    """
    if duty.state is DutyState.EXCUSED:
        return None
    if case.record.notices is None:
        sure = duty.certainty is Certainty.CERTAIN
        return _Broken(FindingKind.INCOMPLETE, duty) if sure else None
    limit = duty.due or case.at
    first = min((step[0] for _, step in given(duty.rule, case)), default=None)
    if first is None:
        return _Broken(FindingKind.NOTICE_MISSED, duty)
    return _Broken(FindingKind.NOTICE_LATE, duty, first) if first > limit else None


def _tells(rule: Rule) -> bool:
    """Say whether a rule makes the facility tell somebody, and a machine can say when."""
    return rule.about in _TELLS and rule.modality is Modality.MUST and not rule.judge


_NOTICES = {
    FindingKind.NOTICE_MISSED: FindingCode.NOTICE_MISSED,
    FindingKind.NOTICE_LATE: FindingCode.NOTICE_LATE,
    FindingKind.INCOMPLETE: FindingCode.NOTICE_NOT_KEPT,
}


def _notice(line: Timeline, broken: Sequence[_Broken], door: datetime) -> Finding:
    """Return one finding for one omission, however many rules asked for the same notice."""
    kind, duties = broken[0].kind, [one.duty for one in broken]
    due = min((duty.due for duty in duties if duty.due is not None), default=None)
    until = broken[0].given
    if kind is FindingKind.NOTICE_MISSED and (due is None or due < door):
        until = door
    rules = tuple(duty.rule for duty in duties)
    sure = _how_sure(line.record, kind, duties)
    asks = sure is not Certainty.CERTAIN and kind is not FindingKind.INCOMPLETE
    return Finding(
        record_id=line.record.id,
        kind=kind,
        start=due,
        end=until,
        hours=hours_between(due, until) if due and until and until > due else None,
        certainty=sure,
        code=_NOTICES[kind],
        rules=tuple(sorted({rule.id for rule in rules})),
        sources=sources_of(rules),
        questions=(_ALL_TOLD,) if asks else (),
        to=duties[0].to,
        trigger=min(rule.trigger for rule in rules),
    )


def _how_sure(record: CustodyRecord, kind: FindingKind, duties: Sequence[Duty]) -> Certainty:
    """Return how surely a notice was missed or late.

    That nothing was told, or nothing sooner, is certain only where somebody says that the list
    of what was told is complete.
    """
    if kind is FindingKind.INCOMPLETE:
        return Certainty.CERTAIN
    sure = any(duty.certainty is Certainty.CERTAIN for duty in duties)
    return Certainty.CERTAIN if sure and record.notices_complete is True else Certainty.POSSIBLE
