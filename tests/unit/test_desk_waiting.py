"""A waiting request is found under the name that the jail wrote, however the paper spells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from tests.scenario.failures.kit import Town, county, person_of
from tests.unit.test_desk_gate import kinds

from exeat.desk.service.models import RefusalKind, Released
from exeat.office.errors import BadInput
from exeat.office.names import name_keys

MIXED = "Sm\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}thson"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def send(town: Town, surname: str, born: date | None) -> str:
    """Send a request about somebody of whom no number is known."""
    person = person_of(surname, "", born=born, fingerprint_id="")
    sent = town.desk.requests.send_request(
        town.ice, facility="pierce", person=person, paper=town.paper()
    )
    return sent.id


PAIRS = [
    ("Müller", "Mueller"),
    ("Smithe", "Smithe Jr"),
    ("Zapata Lopez", "Zapata"),
    ("Łukasz", "Lukasz"),
    ("Ørsted", "Orsted"),
    ("Straße", "STRASSE"),
    ("De La Cruz", "Delacruz"),
    ("Garc\u00eda-Vega", "Vega"),
]


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("pair", PAIRS)
def test_another_spelling_of_the_name_shuts_the_door(
    town: Town, pair: tuple[str, str], turned: bool, indexed: bool
) -> None:
    """One that came before names had an index is opened and compared."""
    asked, booked = reversed(pair) if turned else pair
    number = f"{booked}-{turned}-{indexed}"
    record = town.book(booked, number, born=date(1971, 2, 3))
    town.bail(record)
    request = send(town, asked, None)
    if not indexed:
        with psycopg.connect(town.admin, autocommit=True) as conn:
            conn.execute("UPDATE exeat_desk.request SET name_macs = NULL")
    said = {"born": "1971-02-03", "booking_number": number}
    seen = tuple(one.record for one in town.desk.gate.clear(town.ctx(), record).namesakes)
    shut = town.release(record, number, identifiers=said, namesakes_seen=seen)
    assert kinds(shut) == {RefusalKind.REQUEST_WAITING}
    town.not_here(request)
    found = town.release(record, number, identifiers=said, namesakes_seen=seen)
    assert isinstance(found, Released), kinds(found)


def test_a_name_in_two_scripts_is_refused_where_it_is_entered(town: Town) -> None:
    for field in ("surname", "given_names"):
        with pytest.raises(BadInput, match="two scripts") as caught:
            town.book(**{"surname": "Smithson", field: MIXED})
        assert [fault.place for fault in caught.value.faults] == [field]
    with pytest.raises(BadInput, match="two scripts"):
        send(town, MIXED, None)


def test_a_birth_date_alone_warns_and_shuts_nothing(town: Town) -> None:
    born = date(1968, 5, 6)
    record = town.book("Alone", "D-1", born=born)
    town.bail(record)
    request = send(town, "Otherwise", born)
    codes = [one.code for one in town.desk.gate.clear(town.ctx(), record).warnings]
    assert codes == ["warning.request_born"]
    page = town.desk.reading.person(town.ctx(), record)
    assert [one.code for one in page.warnings] == codes
    said = {"born": "1968-05-06", "booking_number": "D-1"}
    found = town.release(record, "D-1", identifiers=said)
    assert isinstance(found, Released), kinds(found)
    assert [one.code for one in found.warnings] == codes
    town.not_here(request)


@pytest.mark.parametrize(
    ("one", "other"), [("De La Cruz", "De La Vega"), ("Smith Jr", "Jones Jr"), ("Van Dam", "Van")]
)
def test_what_thousands_share_is_no_part_of_a_name(one: str, other: str) -> None:
    assert name_keys(one).isdisjoint(name_keys(other))
