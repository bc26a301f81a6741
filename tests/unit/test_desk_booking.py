"""A booking that cannot be is refused, and one of somebody who is in the house is asked back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from tests.scenario.failures.kit import Town, county, person_of
from tests.scene import form_sent, scene

from exeat.office.errors import BadInput, Refusing
from exeat.office.models import PersonalData


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def test_nobody_is_born_tomorrow_nor_booked_the_day_after(town: Town) -> None:
    person = PersonalData(surname="", booking_number="B-1", born=date(2031, 1, 1))
    with pytest.raises(BadInput) as caught:
        town.desk.acts.book(town.ctx(), person, occurred=town.now + timedelta(days=2))
    assert {fault.place for fault in caught.value.faults} == {"surname", "born", "occurred"}
    old = PersonalData(surname="Old", booking_number="B-2", born=date(1890, 1, 1))
    with pytest.raises(BadInput, match="120 years"):
        town.desk.acts.book(town.ctx(), old)
    # A clock that is some minutes ahead is a clock that differs.
    soon = town.now + timedelta(minutes=4)
    town.desk.acts.book(town.ctx(), person_of("Soon", "B-3"), occurred=soon)


def test_a_release_is_not_set_for_before_the_booking(town: Town) -> None:
    record = town.book()
    with pytest.raises(BadInput, match="before the person was booked") as caught:
        town.desk.do(
            town.ctx(), "schedule_release", record, release_at=town.now - timedelta(days=7)
        )
    assert [fault.place for fault in caught.value.faults] == ["release_at"]


@pytest.mark.parametrize(
    "again",
    [
        person_of("Other", "26-0001", born=date(1950, 1, 1)),
        person_of("Other", "X", born=date(1950, 1, 1), fingerprint_id="F-26-0001"),
        person_of("RIVERA", "X", fingerprint_id=""),
    ],
)
def test_who_may_be_in_the_house_already_is_asked_back(town: Town, again: PersonalData) -> None:
    first = town.desk.acts.book(town.ctx(), person_of("Rivera", "26-0001")).record
    with pytest.raises(Refusing, match="booked already") as caught:
        town.desk.acts.book(town.ctx(), again)
    assert [fault.place for fault in caught.value.faults] == [f"record `{first}`"]
    town.desk.acts.book(town.ctx(), again, not_these=[first])
    # Sent twice, it counts once, and asks nothing.
    one = town.desk.acts.book(town.ctx(), person_of("New", "N-1", born=None), event_id="n")
    two = town.desk.acts.book(town.ctx(), person_of("New", "N-1", born=None), event_id="n")
    assert two.repeated and one.record == two.record


def test_the_page_shows_who_it_may_be_and_takes_an_unknown_birth_date() -> None:
    with scene() as town, town.client() as client:
        officer, one = town.signed(client, "booking"), town.who["stays"]
        page = officer.get("/people/new").text
        assert 'name="not_these"' not in page
        said = {**form_sent(page), "surname": "Unknown", "given_names": "John", "born": "",
                "booking_number": one.booking_number, "kind": "charge"}  # fmt: skip
        asked = officer.post("/people/new", data=said)
        assert asked.status_code == 422
        assert one.shown in asked.text and f'value="{town.people["stays"]}"' in asked.text
        done = officer.post("/people/new", data={**said, "not_these": town.people["stays"]})
        assert done.status_code == 303, done.text
