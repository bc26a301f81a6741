"""What a record shows of an act that a rule asks for: each act by evidence of its own kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from exeat.facts.case import Case
from exeat.facts.record import Notice
from exeat.facts.times import FAR_PAST, Span, Truth, by, done_by, span
from exeat.facts.truth import some
from exeat.rules.model import About, Rule

__all__ = ["evidence", "given", "told"]


def told(rule: Rule, case: Case) -> Truth:
    """Say whether the record shows by the case's instant that what a rule asks for was done.

    A notice answers the request that it was about, and none before that request, or the
    person, was here: what was told a month before the booking answers nothing.
    """
    paper = case.detainer
    if paper is not None:
        if rule.about is About.SERVE_COPY and done_by(paper.served, case.at, case.zone):
            return True
        if rule.about is About.BRING_BEFORE_OFFICIAL and done_by(
            paper.hold_ordered, case.at, case.zone
        ):
            return True
    if case.record.notices is None:
        return None
    return some(by(step, case.at) for _, step in given(rule, case))


def evidence(rule: Rule, case: Case) -> str:
    """Return what shows that it was done, or ""."""
    for notice, step in given(rule, case):
        if by(step, case.at):
            return notice.evidence or notice.id
    return ""


def given(rule: Rule, case: Case) -> Iterator[tuple[Notice, Span]]:
    """Yield the notices that answer what a rule asks for, each with when it was given, as a step.

    Whenever that was: at the case's instant one may still lie ahead.
    """
    for notice in case.record.notices or ():
        step = span(notice.given, case.zone)
        if _answers(rule, case, notice) and not _before_its_cause(step[1], case):
            yield notice, step


def _answers(rule: Rule, case: Case, notice: Notice) -> bool:
    if notice.kind.value != rule.about.value or (rule.to and notice.to != rule.to):
        return False
    paper = case.detainer
    return notice.about is None or paper is None or notice.about == paper.id


def _before_its_cause(given: datetime, case: Case) -> bool:
    """Say whether a notice was over before the booking or the request that it answers."""
    causes = [span(case.record.booked, case.zone)]
    if case.detainer is not None and case.detainer.received is not None:
        causes.append(span(case.detainer.received, case.zone))
    return any(given < cause[0] for cause in causes if cause[0] > FAR_PAST)
