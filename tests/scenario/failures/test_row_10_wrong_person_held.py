"""Row 10: Los Angeles County: more than 1,480 people in five years held as somebody else; one man
twice on one warrant, twenty years apart.
"""

from tests.scenario.failures.kit import Town, told

from exeat.facts.record import Person
from exeat.office.models import TaskKind


def test_it_is_not_me_opens_a_check_with_a_due_time(town: Town) -> None:
    record = town.book()
    done = town.desk.acts.enter(
        town.ctx(), "set_person_fact", record, person=Person(disputes_identity=True)
    )
    (task,) = [
        task for task in town.desk.reading.tasks(town.ctx()) if task.kind is TaskKind.IDENTITY
    ]
    assert task.id in done.tasks and task.due > town.now and task.owner_role == "booking"
    warned = town.desk.gate.clear(town.ctx(), record).warnings
    assert "not them" in told(warned)
    town.later(hours=2)
    town.desk.rounds.sweep(town.ctx())
    (late,) = [
        task for task in town.desk.reading.tasks(town.ctx()) if task.kind is TaskKind.IDENTITY
    ]
    assert late.late and late.owner_role == "supervisor"


def test_a_clearance_stays_on_file_for_the_next_time(town: Town) -> None:
    first = town.book()
    town.desk.acts.enter(
        town.ctx(), "set_person_fact", first, person=Person(disputes_identity=True)
    )
    town.later(minutes=20)
    town.desk.acts.enter(
        town.ctx(), "set_person_fact", first, person=Person(disputes_identity=False)
    )
    town.bail(first)
    town.release(first)
    town.later(days=365)
    # The same fingerprints, another booking number.
    again = town.book("Example", "B-77", fingerprint_id="F-B-1")
    assert any(
        "checked and cleared" in told((one,))
        for one in town.desk.gate.clear(town.ctx(), again).warnings
    )
    stranger = town.book("Else", "B-78")
    assert town.desk.gate.clear(town.ctx(), stranger).warnings == ()
