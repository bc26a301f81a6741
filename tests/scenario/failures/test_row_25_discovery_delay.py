"""Row 25: Kaddour-Cherif was let go on 29 October 2025; the police were told on 4 November."""

from tests.scenario.failures.kit import Town, person_of

from exeat.office.models import TaskKind


def test_the_daily_comparison_finds_who_is_gone_and_who_is_there_without_ground(
    town: Town,
) -> None:
    town.book("Example", "B-1")
    gone = town.book("Gone", "B-2")
    bare = town.desk.acts.book(town.ctx(), person_of("Bare", "B-3")).record
    found = town.desk.rounds.reconcile(town.ctx(), ["B-1", "b 3", "B-9", "B-1", " "])
    assert found.record_only == (gone,)
    assert found.roster_only == ("B-9",)
    assert found.without_basis == (bare,)
    assert found.agree == 2
    tasks = {(task.kind, task.record) for task in town.desk.reading.tasks(town.ctx())}
    assert {(TaskKind.ROSTER, gone), (TaskKind.ROSTER, None), (TaskKind.NO_BASIS, bare)} <= tasks
    # The next day it is one task still, and it is late.
    town.later(days=1)
    town.desk.rounds.reconcile(town.ctx(), ["B-1", "B-3"])
    mine = [task for task in town.desk.reading.tasks(town.ctx()) if task.record == gone]
    assert len(mine) == 1 and mine[0].late


def test_where_they_agree_it_says_nothing(town: Town) -> None:
    town.book("Example", "B-1")
    found = town.desk.rounds.reconcile(town.ctx(), ["B-1"])
    assert (found.record_only, found.roster_only, found.without_basis, found.tasks) == (
        (),
        (),
        (),
        (),
    )
