"""Row 26: Smith: the court's clerk recorded a suspended sentence, and the man was let go."""

import pytest
from tests.scenario.failures.kit import Town, told

from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import RefusalKind, Refused, Released
from exeat.facts.codes import BasisEnd, BasisKind
from exeat.office.models import TaskKind

SENTENCE = [NewBasis(id="charge", kind=BasisKind.SENTENCE)]


@pytest.mark.parametrize(
    "by", [BasisEnd.SENTENCE_SUSPENDED, BasisEnd.COURT_ORDERED, BasisEnd.DISMISSED]
)
def test_a_paper_that_turns_a_sentence_into_a_release_is_confirmed_with_the_court(
    town: Town, by: BasisEnd
) -> None:
    record = town.book(bases=SENTENCE)
    town.bail(record, by=by)
    (task,) = [
        task for task in town.desk.reading.tasks(town.ctx()) if task.kind is TaskKind.VERIFY_ORDER
    ]
    assert "Ask the court" in told(task)
    found = town.release(record)
    assert isinstance(found, Refused)
    assert [one.kind for one in found.refusals] == [RefusalKind.ORDER_UNVERIFIED]
    town.desk.rounds.close_task(town.ctx(), task.id, "Clerk of court-1, by telephone: confirmed.")
    assert isinstance(town.release(record), Released)
    closed = [
        task for task in town.desk.reading.person(town.ctx(), record).tasks if task.id == task.id
    ]
    assert any("confirmed" in told(one.outcome) for one in closed)


def test_a_sentence_that_was_served_needs_no_call(town: Town) -> None:
    record = town.book(bases=SENTENCE)
    town.bail(record, by=BasisEnd.TIME_SERVED)
    assert isinstance(town.release(record), Released)
