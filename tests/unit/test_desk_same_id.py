"""An id that a client sends twice stands for one thing; nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.scenario.failures.kit import Town, county, person_of

from exeat.office.errors import DeskError

PERSON = person_of("Example", "B-1")
OTHERS = [
    {"surname": "Sample"},
    {"given_names": "Blake"},
    {"born": date(1990, 1, 30)},
    {"booking_number": "B-2"},
    {"fingerprint_id": "F-2"},
]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def test_a_booking_sent_again_is_the_first_one_and_of_the_same_person_alone(town: Town) -> None:
    first = town.desk.acts.book(town.ctx(), PERSON, event_id="in-1")
    town.later(minutes=1)
    again = town.desk.acts.book(town.ctx(), PERSON, event_id="in-1")
    assert again.repeated and again.record == first.record
    for other in OTHERS:
        said: dict[str, Any] = other
        with pytest.raises(DeskError) as caught:
            town.desk.acts.book(town.ctx(), replace(PERSON, **said), event_id="in-1")
        assert caught.value.faults[0].code == "E605"
    assert town.desk.reading.counts(town.ctx()).records == 1


def test_a_request_sent_again_is_the_first_one_and_the_same_in_all(town: Town) -> None:
    paper = town.paper()
    said: dict[str, Any] = {"facility": "pierce", "person": PERSON, "paper": paper}
    first = town.desk.requests.send_request(town.ice, **said, request_id="q-1")
    town.later(minutes=1)
    assert town.desk.requests.send_request(town.ice, **said, request_id="q-1").id == first.id
    changes: list[dict[str, Any]] = [
        *({"person": replace(PERSON, **other)} for other in OTHERS),
        {"facility": "texas"},
        {"paper": replace(paper, warrants=None)},
    ]
    for change in changes:
        with pytest.raises(DeskError) as caught:
            town.desk.requests.send_request(town.ice, **{**said, **change}, request_id="q-1")
        assert caught.value.faults[0].code == "E605"
    assert len(town.desk.requests.requests(town.ice)) == 1
