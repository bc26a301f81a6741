"""Under which verdict, and over which open task, the door stays shut: here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from exeat.decide import Answer, Certainty, DutyState, Verdict
from exeat.desk.service._gate_models import RefusalKind
from exeat.facts.codes import ReleaseKind
from exeat.facts.record import CustodyRecord
from exeat.office.models import TaskKind
from exeat.rules.model import About

__all__ = [
    "HELD_FOR_ISSUER",
    "SHUT",
    "TASKS_SHUT",
    "owed_to",
    "remedies",
    "shut_by",
    "unexplained",
]

SHUT: Final[Mapping[Verdict, RefusalKind]] = {
    Verdict.NOT_IN_CUSTODY: RefusalKind.NOT_HERE,
    Verdict.IN_CUSTODY: RefusalKind.IN_CUSTODY,
    Verdict.MUST_HOLD: RefusalKind.MUST_HOLD,
    Verdict.NOTIFY_FIRST: RefusalKind.NOTICE_OWED,
    Verdict.BRING_FIRST: RefusalKind.BRING_FIRST,
    Verdict.SERVE_FIRST: RefusalKind.SERVE_FIRST,
    Verdict.CONFLICT: RefusalKind.CONFLICT,
    Verdict.CALL_COUNSEL: RefusalKind.CALL_COUNSEL,
    Verdict.UNKNOWN: RefusalKind.UNKNOWN,
}
"""Every other verdict opens it: may-hold, because nobody must; release-unless-instructed, with a
task for counsel that stays open."""
TASKS_SHUT: Final[Mapping[TaskKind, RefusalKind]] = {
    TaskKind.PAPER: RefusalKind.PAPER_UNREAD,
    TaskKind.VERIFY_ORDER: RefusalKind.ORDER_UNVERIFIED,
    TaskKind.CORRECTION: RefusalKind.CORRECTION_UNREVIEWED,
}
"""The open tasks about a person that keep the door shut, whatever the verdict.

Whatever else must be seen to before anybody leaves is one line here: the gate, the clearance, the
person's page, the release form and the board all read it.
"""
HELD_FOR_ISSUER: Final = frozenset({ReleaseKind.TO_ICE})
"""Ways out to whoever the law commands the hold for."""
_GOES: Final = frozenset({Verdict.RELEASE, Verdict.OVERDUE})
_TELLS: Final = frozenset({About.NOTIFY, About.TELL_COURT})
_OPEN: Final = (DutyState.OWED, DutyState.LATE)


def shut_by(verdict: Verdict, kind: ReleaseKind = ReleaseKind.STREET) -> RefusalKind | None:
    """Return why the door is shut under a verdict, if it is.

    Examples:
        >>> shut_by(Verdict.MUST_HOLD), shut_by(Verdict.MUST_HOLD, ReleaseKind.TO_ICE)
        (<RefusalKind.MUST_HOLD: 'must-hold'>, None)
    """
    if verdict is Verdict.MUST_HOLD and kind in HELD_FOR_ISSUER:
        return None
    return SHUT.get(verdict)


def unexplained(record: CustodyRecord, verdict: Verdict) -> bool:
    """Say whether nothing on record says why the person is here, so that "must go" rests on that.

    Most often a paper was not entered yet. The gate is as open as the answer says: nobody is kept
    for want of a paper; but whoever is at the door is told to look for it first.
    """
    asked = any(paper.open for paper in record.detainers)
    return verdict in _GOES and not record.grounds and not asked


def owed_to(answer: Answer) -> tuple[str, ...]:
    """Return who must be told before the person leaves."""
    owed = {
        duty.to
        for duty in answer.duties
        if duty.rule.about in _TELLS and duty.state in _OPEN and duty.certainty is Certainty.CERTAIN
    }
    return tuple(sorted(owed))


def remedies(answer: Answer) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the acts that would open the door, each with what its form is to start with."""
    about = {About.BRING_BEFORE_OFFICIAL, About.SERVE_COPY}
    papers = [d.detainer for d in answer.duties if d.rule.about in about and d.state in _OPEN]
    paper = {"detainer": next(filter(None, papers), "")}
    match answer.verdict:
        case Verdict.SERVE_FIRST:
            yield "serve", paper
        case Verdict.BRING_FIRST:
            brought = About.BRING_BEFORE_OFFICIAL.value
            yield "give_notice", {"kind": brought, "to": "judge", "about": paper["detainer"]}
            yield "hold_ordered", paper
        case Verdict.NOTIFY_FIRST:
            for to in owed_to(answer) or ("",):
                yield "give_notice", {"kind": About.NOTIFY.value, "to": to}
        case _:
            pass
