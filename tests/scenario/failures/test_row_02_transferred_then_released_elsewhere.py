"""Row 2: people were moved from Williamson and Bastrop, Texas, and let go at the next jail, which
knew of no request; a sending jail in Mississippi passed on no status, and the man was bailed out.
"""

from tests.scenario.failures.kit import Town

from exeat.desk.service.models import Refused
from exeat.office.models import TaskKind


def test_the_hold_moves_with_the_person_and_the_next_jail_says_so(town: Town) -> None:
    record = town.book(agency="texas")
    town.lodge(record, agency="texas")
    sender, receiver = town.ctx(agency="texas"), town.ctx(agency="arizona")
    town.move(sender, record, to="arizona")
    waits = [task.kind for task in town.desk.reading.tasks(receiver)]
    assert waits == [TaskKind.TRANSFER]
    assert TaskKind.TRANSFER_OUT in [task.kind for task in town.desk.reading.tasks(sender)]

    (on_the_way,) = town.desk.transfers.handovers(receiver)
    assert on_the_way.holds == ("I-247A",) and on_the_way.person is not None
    done = town.desk.transfers.acknowledge_transfer(receiver, on_the_way.id, booking_number="B-1")

    there = town.desk.reading.person(receiver, done.record).record
    assert [d.id for d in there.detainers] == ["d1"] and [b.id for b in there.bases] == ["charge"]
    assert there.detainers[0].served is not None
    here = town.desk.reading.person(sender, record).record
    assert here.detainers[0].lift_reason == "moved" and here.release is not None
    assert here.release.kind == "transfer" and here.transfers[0].acknowledged == town.now
    assert town.desk.board.rows(sender) == []
    # Its issuer reads it where the person now is.
    assert town.desk.reading.person(town.ice, done.record).record.detainers[0].issuer == "ice-sea"


def test_a_hold_that_comes_in_on_the_way_moves_along_too(town: Town) -> None:
    record = town.book(agency="texas")
    sender, receiver = town.ctx(agency="texas"), town.ctx(agency="arizona")
    town.move(sender, record, to="arizona")
    town.later(minutes=10)
    town.lodge(record, agency="texas")
    (on_the_way,) = town.desk.transfers.handovers(town.ctx(agency="arizona"))
    done = town.desk.transfers.acknowledge_transfer(
        town.ctx(agency="arizona"), on_the_way.id, booking_number="B-1"
    )
    assert [d.id for d in town.desk.reading.person(receiver, done.record).record.detainers] == [
        "d1"
    ]


def test_the_next_jail_knows_what_the_first_one_knew_at_its_own_gate(town: Town) -> None:
    record = town.book(agency="texas")
    town.move(town.ctx(agency="texas"), record, to="arizona")
    receiver = town.ctx(agency="arizona")
    (on_the_way,) = town.desk.transfers.handovers(receiver)
    done = town.desk.transfers.acknowledge_transfer(receiver, on_the_way.id, booking_number="B-1")
    found = town.desk.gate.release(receiver, town.order_for(receiver, done.record))
    assert isinstance(found, Refused)
    assert [one.kind.value for one in found.refusals] == ["in-custody"]
