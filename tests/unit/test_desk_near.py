""" "Not in custody here" is said only after the house was looked through, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.scenario.failures.kit import Town, county
from tests.unit.test_desk_gate import kinds

from exeat.desk.service.models import IncomingRequest, RefusalKind, Released
from exeat.office.context import Role
from exeat.office.errors import BadInput, Refusing
from exeat.office.models import PersonalData, TaskKind
from exeat.record.request_text import read_text


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def send(town: Town, surname: str, number: str = "", **more: Any) -> IncomingRequest:
    person = PersonalData(surname=surname, booking_number=number, **more)
    return town.desk.requests.send_request(
        town.ice, facility="pierce", person=person, paper=town.paper()
    )


NEAR = [
    {"surname": "Other", "number": "26-0001"},
    {"surname": "Other", "born": date(1990, 3, 2)},
    {"surname": "Other", "born": date(1990, 2, 3)},
    {"surname": "RIVERA"},
    {"surname": "Gil-Rivera"},
    {"surname": "Marta", "given_names": "Rivera"},
    {"surname": "Other", "fingerprint_id": "F-26-0001"},
]


@pytest.mark.parametrize("said", NEAR)
def test_nobody_is_not_here_while_somebody_near_was_not_looked_at(
    town: Town, said: dict[str, Any]
) -> None:
    other = town.book("Unlike", "X-9", given_names="Noel", born=date(1971, 7, 7))
    record = town.book("Rivera", "26-0001", given_names="Marta", born=date(1990, 3, 2))
    # Another one of this number, so that no request stands at once.
    town.book("Someone", "26-0001", given_names="Noel", born=date(1950, 1, 1))
    sent = send(town, **said)
    assert sent.answer is None
    near = town.desk.requests.near(town.ctx(), sent.id)
    assert record in [one.record for one in near] and other not in [one.record for one in near]
    with pytest.raises(Refusing) as caught:
        town.desk.requests.not_in_custody_here(town.ctx(), sent.id)
    named = [fault.place for fault in caught.value.faults]
    assert named == [f"record `{one.record}`" for one in near]
    done = town.desk.requests.not_in_custody_here(town.ctx(), sent.id, [one.record for one in near])
    assert done.answer == "not-in-custody-here"
    lines = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR), record)
    assert [one.about for one in lines if one.what == "not_this_person"] == [sent.id]


def test_somebody_whose_name_has_no_index_yet_is_found_too(town: Town) -> None:
    record = town.book("Zapata Lopez", "Z-1", born=date(1980, 5, 20))
    town.book("Unlike", "X-9", born=date(1971, 7, 7))
    with town.desk.office.db.transaction(town.ctx()) as tx:
        tx.conn.execute("UPDATE exeat_vault.personal SET name_macs = NULL, given_macs = NULL")
    sent = send(town, "López")
    assert [one.record for one in town.desk.requests.near(town.ctx(), sent.id)] == [record]
    other = town.book("Lopez", "Z-2", born=date(1981, 5, 20))
    found = town.desk.gate.clear(town.ctx(), other).namesakes
    assert [one.record for one in found] == [record]


def test_the_likeliest_stands_first_with_what_differs(town: Town) -> None:
    namesake = town.book("Rivera", "26-0002", given_names="Eva", born=date(1975, 1, 9))
    meant = town.book("Rivera", "26-0001", given_names="Marta", born=date(1990, 3, 2))
    sent = send(town, "Rivera", given_names="Marta", born=date(1990, 2, 3))
    first, second = town.desk.requests.near(town.ctx(), sent.id)
    assert (first.record, second.record) == (meant, namesake)
    assert [(one.part, one.how) for one in first.parts] == [
        ("surname", "same"), ("given_names", "same"), ("born", "close"),
        ("booking_number", "unsaid"), ("fingerprint_id", "unsaid"),
    ]  # fmt: skip
    assert second.differs == ("given_names", "born")


@pytest.mark.parametrize(("asked", "booked"), [("Mueller", "Müller"), ("Zapata", "Zapata Lopez")])
def test_a_request_stands_at_once_under_another_form_of_the_name(
    town: Town, asked: str, booked: str
) -> None:
    record = town.book(booked, "M-1", born=date(1980, 1, 2))
    sent = send(town, asked, "M-1", born=date(1980, 1, 2))
    assert (sent.answer, sent.record) == ("matched", record)


def test_who_shares_a_form_of_the_name_is_a_namesake(town: Town) -> None:
    one = town.book("Müller", "M-1")
    two = town.book("Mueller-Vega", "M-2")
    town.book("Unlike", "M-3")
    found = town.desk.gate.clear(town.ctx(), one).namesakes
    assert [other.record for other in found] == [two]


def test_a_request_is_entered_by_two_identifiers_and_with_every_difference_seen(
    town: Town,
) -> None:
    record = town.book("Lee", "L-1", given_names="Ann", born=date(2000, 6, 6))
    sent = send(town, "Lee", given_names="Ann", born=date(1975, 12, 31))
    match = town.desk.requests.match_request
    right = {"born": "2000-06-06", "booking_number": "L-1"}
    for said in ({}, {"born": "2000-06-06"}, {**right, "born": "1975-12-31"}):
        with pytest.raises(BadInput) as caught:
            match(town.ctx(), sent.id, record, identifiers=said, differs_seen=["born"])
        assert len(caught.value.faults) == 1
    with pytest.raises(BadInput, match="born differs") as caught:
        match(town.ctx(), sent.id, record, identifiers=right)
    assert [fault.place for fault in caught.value.faults] == ["differs_seen"]
    match(town.ctx(), sent.id, record, identifiers=right, differs_seen=["born"])
    kinds_open = [one.kind for one in town.desk.reading.tasks(town.ctx())]
    assert TaskKind.CONTRADICTION in kinds_open


def test_an_answer_given_in_error_is_taken_back_and_its_issuer_sees_it(town: Town) -> None:
    record = town.book("Rivera", "26-0001", born=date(1990, 3, 2))
    town.bail(record)
    sent = send(town, "Rivera", born=date(1990, 3, 3))
    said = {"born": "1990-03-02", "booking_number": "26-0001"}
    town.not_here(sent.id)
    for words in ("", "  "):
        with pytest.raises(BadInput):
            town.desk.requests.take_back_answer(town.ctx(), sent.id, words)
    back = town.desk.requests.take_back_answer(town.ctx(), sent.id, "She was booked as Rivera.")
    assert back.answer is None
    (first,) = town.desk.requests.request(town.ice, sent.id).taken_back
    assert (first.answer, first.why) == ("not-in-custody-here", "She was booked as Rivera.")
    assert read_text(first.note)["answer"] == "taken-back" and first.leaf is not None
    assert TaskKind.MATCH in [one.kind for one in town.desk.reading.tasks(town.ctx())]
    # The gate knows it again.
    shut = town.release(record, identifiers=said)
    assert kinds(shut) == {RefusalKind.REQUEST_WAITING}
    with pytest.raises(Refusing, match="no answer to take back"):
        town.desk.requests.take_back_answer(town.ctx(), sent.id, "again")
    town.not_here(sent.id)
    assert isinstance(town.release(record, identifiers=said), Released)


def test_no_page_hides_a_request_that_waits(town: Town) -> None:
    """The oldest one waits, and all that came after it were answered."""
    waits = send(town, "Oldest")
    for number in range(4):
        town.later(minutes=1)
        town.not_here(send(town, f"Answered{number}").id)
    page = town.desk.requests.requests_page(town.ctx(), limit=2)
    assert page.requests[0].id == waits.id
    assert (page.total, page.waiting) == (5, 1)
    seen = [one.id for one in page.requests]
    # Answered between two pages, it skips nobody.
    town.not_here(waits.id)
    while page.after:
        page = town.desk.requests.requests_page(town.ctx(), page.after, 2)
        seen += [one.id for one in page.requests]
    assert len(set(seen)) == 5
    assert town.desk.requests.request(town.ctx(), waits.id).id == waits.id
    for wrong in ("x", "open~now~1", "maybe~2026-09-16T12:00:00+00:00~" + "0" * 32):
        with pytest.raises(BadInput, match="no place in the list"):
            town.desk.requests.requests_page(town.ctx(), wrong)


def test_a_request_is_for_its_two_sides(town: Town) -> None:
    sent = send(town, "Nobody")
    for other in (town.ctx(agency="texas"), town.ctx("x", "other-issuer", town.ice.role)):
        with pytest.raises(BadInput, match="no request here"):
            town.desk.requests.request(other, sent.id)
