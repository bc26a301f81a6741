"""Row 17: Louisville: 23 orders a day need a call to the court. Cook County: 1,200 people and
10,000 papers a day; a killer was free for three days.
"""

import pytest
from tests.scenario.failures.kit import Town, told

from exeat.desk.service.models import RefusalKind, Refused, Released
from exeat.facts.codes import BasisEnd
from exeat.office.errors import BadInput
from exeat.office.models import PaperKind, PaperRead, TaskKind


def test_an_unread_order_is_a_task_with_an_age_and_keeps_the_gate_shut(town: Town) -> None:
    record = town.book()
    town.bail(record)
    town.desk.rounds.paper_arrived(
        town.ctx(), record, paper="26-417", sender="court-1", legible=False
    )
    (task,) = [task for task in town.desk.reading.tasks(town.ctx()) if task.kind is TaskKind.PAPER]
    assert "call the court" in told(task) and task.about == "26-417"
    found = town.release(record)
    assert isinstance(found, Refused)
    assert [one.kind for one in found.refusals] == [RefusalKind.PAPER_UNREAD]
    town.later(hours=2)
    (task,) = [task for task in town.desk.reading.tasks(town.ctx()) if task.kind is TaskKind.PAPER]
    assert task.late and (town.now - task.opened).total_seconds() == 7200
    with pytest.raises(BadInput, match="what kind of paper"):
        town.desk.rounds.close_task(town.ctx(), task.id, "x")
    assert isinstance(town.release(record), Refused)
    read = PaperRead(
        kind=PaperKind.UNREADABLE, signed_by="the clerk", court="court-1", matches=True
    )
    town.desk.rounds.close_task(town.ctx(), task.id, "Court called: it orders release.", read)
    assert isinstance(town.release(record), Released)


def test_an_order_that_keeps_the_person_is_read_before_they_are_let_go(town: Town) -> None:
    record = town.book()
    town.bail(record, by=BasisEnd.DISMISSED)
    town.desk.rounds.paper_arrived(town.ctx(), record, paper="26-418", sender="court-1")
    assert isinstance(town.release(record), Refused)
