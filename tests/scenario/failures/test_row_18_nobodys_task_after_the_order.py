"""Row 18: Louisiana: 26.8 % released late in early 2022, 29 days at the median; nobody's task."""

from tests.scenario.failures.kit import Town

from exeat.office.models import TaskKind


def test_from_the_order_on_somebody_owns_the_wait_until_the_person_is_out(town: Town) -> None:
    record = town.book()
    assert town.desk.rounds.sweep(town.ctx()) == ()
    town.bail(record)
    town.desk.rounds.sweep(town.ctx())
    (task,) = town.desk.reading.tasks(town.ctx())
    assert task.kind is TaskKind.RELEASE_DUE and task.record == record
    assert task.owner_role == "booking" and (task.due - town.now).total_seconds() == 3600
    town.desk.rounds.take_task(town.ctx(), task.id)
    assert town.desk.reading.tasks(town.ctx())[0].owner == "officer"
    town.later(minutes=61)
    town.desk.rounds.sweep(town.ctx())
    (task,) = [
        one for one in town.desk.reading.tasks(town.ctx()) if one.kind is TaskKind.RELEASE_DUE
    ]
    assert task.owner_role == "supervisor" and task.owner is None and task.late
    town.later(days=2)
    town.desk.rounds.sweep(town.ctx())
    assert TaskKind.OVERDUE in [one.kind for one in town.desk.reading.tasks(town.ctx())]
    (row,) = town.desk.board.rows(town.ctx())
    assert row.verdict == "overdue"
    town.release(record)
    assert town.desk.reading.tasks(town.ctx()) == []


def test_the_round_opens_a_task_once(town: Town) -> None:
    town.bail(town.book())
    first, second = town.desk.rounds.sweep(town.ctx()), town.desk.rounds.sweep(town.ctx())
    assert first == second and len(town.desk.reading.tasks(town.ctx())) == 1
