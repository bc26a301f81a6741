"""A transfer is a door: who leaves is identified, warrants are queried, and every paper travels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.scenario.failures.kit import BORN, Town, county, person_of
from tests.scene import form_sent, scene

from exeat.i18n.words import words
from exeat.office.errors import BadInput
from exeat.office.register import Moving


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def faults(town: Town, record: str, said: Moving) -> set[str]:
    with pytest.raises(BadInput) as caught:
        town.desk.transfers.transfer(town.ctx(), record, to="texas", said=said)
    return {fault.place for fault in caught.value.faults}


def test_an_untouched_move_is_refused_with_everything_that_is_missing(town: Town) -> None:
    record = town.book()
    town.book("Example", "B-2")
    town.lodge(record)
    assert faults(town, record, Moving()) == {
        "identifiers", "namesakes_seen", "papers", "warrants_checked",
    }  # fmt: skip
    assert town.desk.transfers.handovers(town.ctx()) == []


def test_each_part_is_looked_at(town: Town) -> None:
    record = town.book()
    town.lodge(record)
    right = Moving(born=BORN, booking_number="B-1", papers=("d1",), warrants_checked=town.now)
    assert faults(town, record, replace(right, born=BORN + timedelta(days=1))) == {"born"}
    assert faults(town, record, replace(right, papers=())) == {"papers"}
    old = town.now - timedelta(hours=2)
    assert faults(town, record, replace(right, warrants_checked=old)) == {"warrants_checked"}
    # A request that waits would not travel.
    sent = town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "", born=None),
        paper=town.paper(),
    )  # fmt: skip
    assert faults(town, record, right) == {"papers"}
    town.not_here(sent.id)
    town.desk.transfers.transfer(town.ctx(), record, to="texas", said=right)
    (coming,) = town.desk.transfers.handovers(town.ctx(agency="texas"))
    assert coming.receiver == "texas"


def test_the_form_chooses_nothing_by_itself_and_the_page_says_on_the_way() -> None:
    with scene() as town, town.client() as client:
        officer, path = town.signed(client, "booking"), town.path("/people/{stays}")
        page = officer.get(f"{path}/transfer").text
        assert "selected" not in page.split('id="f-to"')[1].split("</select>")[0]
        # Nobody has the name, and nothing is asked of nobody.
        assert 'id="f-namesakes_seen"' not in page
        assert officer.post(f"{path}/transfer", data=form_sent(page)).status_code == 422
        one = town.who["stays"]
        said = {**form_sent(page), "to": "ga", "born": str(one.born),
                "booking_number": one.booking_number,
                "warrants_checked": "2026-03-06T18:12"}  # fmt: skip
        done = officer.post(f"{path}/transfer", data=said)
        assert done.status_code == 303, done.text
        assert words("en")("person.on_the_way", to="ga") in officer.get(path).text
