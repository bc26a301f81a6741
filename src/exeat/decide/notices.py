"""What a record shows of an act that a rule asks for: each act by evidence of its own kind."""

from __future__ import annotations

from datetime import datetime

from exeat.facts.case import Case
from exeat.facts.record import Notice
from exeat.facts.times import FAR_PAST, Truth, by, done_by, span
from exeat.facts.truth import every, negate, some
from exeat.rules.model import About, Rule

__all__ = ["evidence", "told"]


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
    notices = case.record.notices
    if notices is None:
        return None
    return some(_answers(rule, case, notice) for notice in notices)


def evidence(rule: Rule, case: Case) -> str:
    """Return what shows that it was done, or ""."""
    for notice in case.record.notices or ():
        if _answers(rule, case, notice):
            return notice.evidence or notice.id
    return ""


def _answers(rule: Rule, case: Case, notice: Notice) -> Truth:
    if notice.kind.value != rule.about.value or (rule.to and notice.to != rule.to):
        return False
    paper = case.detainer
    if notice.about is not None and paper is not None and notice.about != paper.id:
        return False
    given = span(notice.given, case.zone)
    return every((by(given, case.at), negate(_before_its_cause(given[1], case))))


def _before_its_cause(given: datetime, case: Case) -> Truth:
    """Say whether a notice was over before the booking or the request that it answers."""
    causes = [span(case.record.booked, case.zone)]
    if case.detainer is not None and case.detainer.received is not None:
        causes.append(span(case.detainer.received, case.zone))
    return any(given < cause[0] for cause in causes if cause[0] > FAR_PAST)
