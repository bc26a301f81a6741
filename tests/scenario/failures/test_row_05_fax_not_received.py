"""Row 5: Khan, New York City, November 2019. The police "did not receive" the request; the federal
agency showed the sheet of its fax; he was let go, and later charged with a killing.
"""

from typing import Any

import psycopg
from tests.pg import guards_off, verify_database
from tests.scenario.failures.kit import BORN, Town, person_of

from exeat.desk.service.models import IncomingRequest, RefusalKind, Refused, Released
from exeat.office.models import TaskKind


def send(town: Town, **more: Any) -> IncomingRequest:
    said = {"facility": "pierce", "person": person_of("Khan", "K-1"), "paper": town.paper(), **more}
    return town.desk.requests.send_request(town.ice, **said)


def test_a_request_is_made_when_its_receipt_is_signed_and_both_sides_hold_it(town: Town) -> None:
    record = town.book("Khan", "K-1")
    sent = send(town, request_id="fax-1")
    (ours,), (theirs,) = (
        town.desk.requests.requests(town.ctx()),
        town.desk.requests.requests(town.ice),
    )
    assert ours.receipt == theirs.receipt
    text, _, signature = ours.receipt.rpartition("\n\n")
    assert text.startswith("exeat-receipt/1\nrequest ") and "from ice-sea\nto pierce" in text
    # Signed by the desk: the same text under the same key gives the same signature.
    assert town.signer.sign_text(text + "\n").endswith(signature)
    # It stands on the person's record, because number, birth date and name agree.
    page = town.desk.reading.person(town.ctx(), record)
    assert page.record.detainers[0].received == town.now
    assert page.record.detainers[0].issuer == "ice-sea"
    again = send(town, request_id="fax-1")
    assert again == sent and len(town.desk.requests.requests(town.ice)) == 1


def test_nobody_is_let_go_past_a_request_that_was_received(town: Town) -> None:
    record = town.book("Khan", "K-1")
    town.bail(record)
    seen = town.desk.gate.clear(town.ctx(), record).version
    send(town)
    found = town.release(record, "K-1", seen_version=seen)
    assert isinstance(found, Refused)
    assert found.refusals[0].kind is RefusalKind.MOVED_ON
    assert "detainer-received" in [event.event for event in found.came_in]


def test_a_request_that_names_no_number_waits_for_a_person_and_stops_the_gate(town: Town) -> None:
    record = town.book("Khan", "K-1")
    town.bail(record)
    send(town, person=person_of("KHAN", "", born=BORN))
    (task,) = [task for task in town.desk.reading.tasks(town.ctx()) if task.kind is TaskKind.MATCH]
    assert (task.due - town.now).total_seconds() == 3600
    found = town.release(record, "K-1")
    assert isinstance(found, Refused)
    assert [one.kind for one in found.refusals] == [RefusalKind.REQUEST_WAITING]


def test_that_a_request_was_received_cannot_be_denied_by_removing_it(town: Town) -> None:
    sent = send(town)
    assert sent.receipt_leaf == 0
    with psycopg.connect(town.admin, autocommit=True) as conn:
        assert verify_database(conn).damages == []
        with guards_off(conn):
            conn.execute("DELETE FROM exeat_desk.request")
        report = verify_database(conn)
        (damage,) = report.damages_of("request")
    assert {one.kind for one in report.damages} == {"request", "row"}
    assert (damage.kind, damage.seq) == ("request", 0) and sent.id in damage.message


def test_without_a_receipt_there_was_no_request(town: Town) -> None:
    record = town.book("Khan", "K-1")
    town.bail(record)
    assert town.desk.requests.requests(town.ice) == []
    assert isinstance(town.release(record, "K-1"), Released)
