"""The *because* of an answer: its steps as codes and values, each with the rule it rests on.

`exeat.say.reasons` puts them in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from exeat.decide.answer import (
    Answer,
    Because,
    Certainty,
    DutyState,
    Reason,
    Verdict,
    Window,
)
from exeat.decide.custody import Ground
from exeat.decide.program import TELLS
from exeat.decide.timeline import Timeline
from exeat.decide.verdict import Ruling
from exeat.facts.record import Basis
from exeat.facts.times import FAR_FUTURE, span
from exeat.rules.model import Modality, Rule

__all__ = ["Bites", "reasons_of"]

Bites = Sequence[tuple[Rule, bool | None]]
"""Rules about the hold, each with whether it bites; None where a fact that would say is missing."""


def reasons_of(
    line: Timeline, found: Ruling, answer: Answer, weighed: Bites
) -> tuple[Because, ...]:
    """Return the reasons in the order in which a reader needs them.

    Args:
        line: The record under the law of its place.
        found: The verdict.
        answer: All else that is answered; only its reasons are wanting.
        weighed: The rules about the hold that were weighed.
    """
    if found.verdict is Verdict.NOT_IN_CUSTODY:
        return (_not_here(line, found.point.at),)
    steps = list(_custody(line, found))
    if found.verdict is Verdict.IN_CUSTODY:
        return tuple(steps)
    steps += _requests(line, found.point.at)
    steps += _law(answer, weighed)
    steps += _first(answer)
    if found.overdue is not None:
        steps.append(Because(Reason.OVERDUE, at=found.overdue.since))
    differs = answer.contested and len(found.point.sets) > 1
    if found.certainty is Certainty.POSSIBLE and differs:
        steps.append(Because(Reason.SOURCES_DISAGREE))
    return tuple(steps)


def _not_here(line: Timeline, at: datetime) -> Because:
    record, zone = line.record, line.zone
    if record.release is not None:
        left = span(record.release.at, zone)[1]
        if left <= at:
            return Because(Reason.LEFT, at=left)
    for move in record.transfers:
        moved = span(move.at, zone)[1]
        if moved <= at:
            return Because(Reason.MOVED, at=moved, to=move.to)
    return Because(Reason.NOT_YET_HERE, at=span(record.booked, zone)[0])


def _custody(line: Timeline, found: Ruling) -> Iterator[Because]:
    point, grounds = found.point, line.stay.grounds
    bases = {basis.id: basis for basis in line.record.grounds}
    if line.stay.silent:
        yield Because(Reason.GROUNDS_NOT_SAID)
    for ground in grounds:
        yield from _runs(ground, bases, point.at)
    if point.held is not False or point.house is not True:
        return
    since = point.since[1]
    if not grounds:
        yield Because(Reason.NO_GROUND)
    ended = [bases[g.id] for g in grounds if g.end[1] == since and g.id in bases]
    yield Because(Reason.ELIGIBLE, at=since, grounds=tuple(ended))
    for ground in grounds:
        if ground.start[0] > point.at:
            yield Because(Reason.GROUND_LATER, at=ground.start[0], grounds=_of(ground, bases))


def _runs(ground: Ground, bases: Mapping[str, Basis], at: datetime) -> Iterator[Because]:
    """Yield that a ground runs, or that it is open whether it does."""
    runs = ground.runs(at)
    if runs is False:
        return
    if ground.warrant:
        yield Because(Reason.WARRANT_KEEPS if runs else Reason.WARRANT_OPEN)
    elif runs:
        end = ground.end[0] if ground.end[0] < FAR_FUTURE else None
        yield Because(Reason.GROUND_RUNS, at=end, grounds=_of(ground, bases))
    else:
        yield Because(Reason.GROUND_END_OPEN, grounds=_of(ground, bases))


def _of(ground: Ground, bases: Mapping[str, Basis]) -> tuple[Basis, ...]:
    return (bases[ground.id],) if ground.id in bases else ()


def _requests(line: Timeline, at: datetime) -> Iterator[Because]:
    if not line.record.detainers:
        yield Because(Reason.NO_REQUEST)
    for paper in line.record.detainers:
        received = paper.received if isinstance(paper.received, datetime) else None
        if isinstance(paper.lifted, datetime) and paper.lifted <= at:
            yield Because(Reason.REQUEST_ENDED, at=paper.lifted, request=paper)
        elif received is not None and received > at:
            yield Because(Reason.REQUEST_LATER, at=received, request=paper)
        else:
            yield Because(Reason.REQUEST, at=received, request=paper)


def _law(answer: Answer, weighed: Bites) -> Iterator[Because]:
    lets = list(_windows(answer))
    yield from lets
    bites = [rule for rule, truth in weighed if truth]
    if answer.verdict is Verdict.CONFLICT:
        # A command that a ban meets opens no window; the reader must see both sides.
        shown = {step.rule.id for step in lets if step.rule}
        commands = [rule for rule in bites if rule.modality is Modality.MUST]
        yield from (Because(Reason.COMMANDED, one) for one in commands if one.id not in shown)
    yield from (Because(Reason.BANNED, rule) for rule in bites if rule.bans)
    if answer.verdict in (Verdict.RELEASE, Verdict.NOTIFY_FIRST) and not answer.windows:
        yield Because(Reason.NOTHING_LETS)


def _windows(answer: Answer) -> Iterator[Because]:
    """Yield what each rule lets or makes somebody do, with all its ends together."""
    told: dict[tuple[str, Certainty], list[Window]] = {}
    for window in answer.windows:
        # Beside a release, what only may allow a hold would confuse: counsel's questions have it.
        if window.certainty is Certainty.CERTAIN or answer.verdict is not Verdict.RELEASE:
            told.setdefault((window.rule.id, window.certainty), []).append(window)
    for some in told.values():
        yield Because(Reason.WINDOW, some[0].rule, windows=tuple(some))


_WAITS = {
    Verdict.SERVE_FIRST: Reason.SERVE_FIRST,
    Verdict.BRING_FIRST: Reason.BRING_FIRST,
    Verdict.CALL_COUNSEL: Reason.CALL_COUNSEL,
}


def _first(answer: Answer) -> Iterator[Because]:
    """Yield what comes first, with until when a hold would run after it."""
    if answer.verdict is Verdict.NOTIFY_FIRST:
        yield from _owed(answer)
    elif answer.verdict in _WAITS:
        yield Because(_WAITS[answer.verdict], at=answer.until)
    elif answer.verdict is Verdict.RELEASE_UNLESS_INSTRUCTED:
        yield Because(Reason.NOTHING_SHOWN)
        if answer.until is not None:
            yield Because(Reason.IF_INSTRUCTED, at=answer.until)
    elif answer.perhaps_must:
        yield Because(Reason.PERHAPS_MUST)


def _owed(answer: Answer) -> Iterator[Because]:
    for duty in answer.duties:
        owed = duty.state in (DutyState.OWED, DutyState.LATE)
        if owed and duty.certainty is Certainty.CERTAIN and duty.rule.about in TELLS:
            yield Because(Reason.NOTICE_OWED, duty.rule, to=duty.to)
