"""Row 14: Harvey v. City of New York: 35 days on a request for 48 hours. Galarza: from Thursday
night to Monday, and then found to be a citizen.
"""

import pytest
from tests.scenario.failures.kit import Town

from exeat.facts.codes import StatusProof
from exeat.facts.record import Person
from exeat.office.errors import Refusing
from exeat.office.models import TaskKind


def held(town: Town) -> str:
    """Return somebody who may be held in Arizona, from Wednesday noon."""
    ctx = town.ctx(agency="arizona")
    record = town.book(agency="arizona")
    town.lodge(record, agency="arizona")
    town.desk.acts.enter(
        ctx, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE)
    )
    town.bail(record, agency="arizona")
    return record


def alarms(town: Town) -> list[TaskKind]:
    ctx = town.ctx(agency="arizona")
    town.desk.rounds.sweep(ctx)
    clockwork = (TaskKind.HOLD_ENDS, TaskKind.OVERDUE)
    return [task.kind for task in town.desk.reading.tasks(ctx) if task.kind in clockwork]


def test_the_alarm_rings_before_the_hold_ends_and_again_when_it_has(town: Town) -> None:
    record = held(town)
    began = town.now
    (row,) = town.desk.board.rows(town.ctx(agency="arizona"))
    assert row.verdict == "may-hold" and row.until is not None
    assert (row.until - began).total_seconds() == 48 * 3600
    assert alarms(town) == []
    town.later(hours=43)  # Friday, 7:00
    assert alarms(town) == [TaskKind.HOLD_ENDS]
    town.later(hours=6)  # past the 48 hours
    assert alarms(town) == [TaskKind.OVERDUE]
    (row,) = town.desk.board.rows(town.ctx(agency="arizona"))
    assert row.verdict == "overdue" and row.overdue_since is not None
    assert (row.overdue_since - began).total_seconds() == 48 * 3600
    assert row.record == record


def test_an_alarm_that_nobody_minds_goes_to_a_supervisor(town: Town) -> None:
    held(town)
    town.later(hours=43)
    alarms(town)
    town.later(hours=2)
    alarms(town)
    (task,) = [
        t
        for t in town.desk.reading.tasks(town.ctx(agency="arizona"))
        if t.kind is TaskKind.HOLD_ENDS
    ]
    assert task.late and task.owner_role == "supervisor"


def test_nobody_is_moved_on_to_hide_that_their_time_is_over(town: Town) -> None:
    record = held(town)
    town.later(hours=49)
    with pytest.raises(Refusing, match="nobody may keep the person"):
        town.move(town.ctx(agency="arizona"), record, to="texas")
