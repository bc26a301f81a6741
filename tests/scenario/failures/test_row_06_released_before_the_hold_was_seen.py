"""Row 6: Wake, North Carolina: the warrant was there, staff did not see it. Taylor, Texas: three in
two months. "A detainer that just came in as someone was being released."
"""

from threading import Thread

from tests.scenario.failures.kit import Town

from exeat.desk.service.models import RefusalKind, Refused, Released
from exeat.facts.codes import BasisKind


def test_a_warrant_that_comes_in_while_the_person_is_at_the_door(town: Town) -> None:
    record = town.book()
    town.bail(record)
    order = town.order(record)  # what the officer sees
    town.desk.acts.enter(
        town.ctx("records"), "add_basis", record, basis="warrant-7", kind=BasisKind.WARRANT
    )
    found = town.desk.gate.release(town.ctx(), order)
    assert isinstance(found, Refused)
    assert {one.kind for one in found.refusals} == {RefusalKind.MOVED_ON, RefusalKind.IN_CUSTODY}
    assert found.came_in[-1].event == "basis-added"


def test_a_hold_that_waits_while_the_release_is_written_comes_after_it_and_not_within(
    town: Town,
) -> None:
    """The release holds the record: who lodges at the same instant waits, and is then told."""
    record = town.book()
    town.bail(record)
    order = town.order(record)
    found: list[Released | Refused] = []
    threads = [
        Thread(target=lambda: found.append(town.desk.gate.release(town.ctx(), order))),
        Thread(target=lambda: town.lodge(record)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = [event.event for event in town.desk.reading.person(town.ctx(), record).events]
    (result,) = found
    if isinstance(result, Released):
        assert events.index("released") < events.index("detainer-lodged")
    else:
        assert "released" not in events
