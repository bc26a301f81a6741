"""What is not known: a certain answer survives every way of filling it in, a question does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from tests.property.decide_cases import Asked, asked
from tests.property.filling import filled

from exeat.decide import Certainty, Question, Verdict, decide, verdict
from exeat.facts.codec import inconsistencies
from exeat.facts.codes import DetainerForm, Ground, StatusProof, WarrantKind
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER

slow_to_draw = settings(suppress_health_check=list(HealthCheck), max_examples=100)


def sound(record: CustodyRecord) -> bool:
    """Say whether a record would be let in: nothing is over before it began."""
    return not list(inconsistencies(record, "record"))


@slow_to_draw
@given(asked())
def test_no_certain_verdict_changes_when_a_missing_fact_is_filled_in(ask: Asked) -> None:
    found, sure = verdict(ask.record, ask.law, ask.at)
    assume(sure is Certainty.CERTAIN and found is not Verdict.UNKNOWN and sound(ask.record))
    for record in filled(ask.record, ask.at, tuple(ask.law.in_list.lists)):
        if sound(record):
            assert verdict(record, ask.law, ask.at)[0] is found, record


# -- questions ----------------------------------------------------------------------------------


def _put(record: CustodyRecord, id: str, **told: Any) -> CustodyRecord:
    papers = tuple(replace(d, **told) if d.id == id else d for d in record.detainers)
    return replace(record, detainers=papers)


def answered(ask: Asked, question: Question, says: str) -> CustodyRecord | None:
    """Return the record with a question answered; None where this test cannot tell how."""
    record, id, fact = ask.record, question.detainer, question.fact
    if fact == "detainer.form":
        return _put(record, id, form=DetainerForm(says))
    if fact == "warrant.federal_criminal":
        return _put(record, id, warrants=(WarrantKind(says),), names_this_person=True)
    if fact.startswith("warrant."):
        return _put(record, id, warrants=(WarrantKind(says),))
    if fact == "detainer.ground_stated":
        return _put(record, id, grounds=(Ground(says),))
    if fact == "detainer.names_this_person":
        return _put(record, id, names_this_person=says == "yes")
    if fact in ("person.citizenship_shown", "person.status_shown"):
        return replace(record, person=replace(record.person, status_proof=StatusProof(says)))
    [paper] = [d for d in record.detainers if d.id == id] or [None]
    field = fact.removeprefix("detainer.")
    if paper is not None and field in ("served", "hold_ordered") and getattr(paper, field) is None:
        return _put(record, id, **{field: ask.at if says == "yes" else NEVER})
    return None


@slow_to_draw
@given(asked())
def test_each_question_changes_the_answer_and_says_how(ask: Asked) -> None:
    answer = decide(ask.record, ask.law, ask.at)
    assume(answer.questions and answer.verdict is not Verdict.IN_CUSTODY)
    for question in answer.questions:
        verdicts = [change.verdicts for change in question.changes]
        # Where no answer decides by itself, the one question is where to begin.
        least = 1 if len(answer.questions) == 1 else 2
        assert len(verdicts) == len(set(verdicts)) >= least, question
        said = [says for change in question.changes for says in change.answers]
        assert len(said) == len(set(said)), question
        for change in question.changes:
            for says in change.answers:
                record = answered(ask, question, says)
                if record is not None:
                    found, _ = verdict(record, ask.law, ask.at)
                    assert found in {*change.verdicts, Verdict.UNKNOWN}, (question, says)
