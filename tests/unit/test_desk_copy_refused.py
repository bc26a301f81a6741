"""The person refuses to sign for the copy: it is on record, and changes no answer by itself."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from tests.conformance.test_api_contract import key
from tests.scenario.failures.kit import Town, county

from exeat.desk.app import create_app
from exeat.desk.pages.history import event_line
from exeat.desk.pages.logged import logged
from exeat.facts.events import CopyRefused
from exeat.i18n.words import words
from exeat.office.errors import NotPermitted
from exeat.office.register import SECTIONS


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def test_refusing_to_sign_is_on_record_and_changes_no_answer(town: Town) -> None:
    """What no sheet of law says, exeat does not know: not service, and not its absence either."""
    ctx, record = town.ctx(), town.book(number="R-1")
    town.lodge(record)
    before = town.desk.gate.clear(ctx, record)
    said = {"detainer": "d1", "witness": "badge-17", "language": "es"}
    done = town.desk.do(ctx, "copy_refused", record, **said)
    after = town.desk.gate.clear(ctx, record)
    assert after.answer == before.answer and after.record == before.record
    page = town.desk.reading.person(ctx, record)
    assert page.version == before.version + 1 and "copy_refused" in page.acts
    [event] = [one for one in page.events if isinstance(one, CopyRefused)]
    assert done.events == (event.id,)  # type: ignore[union-attr]
    line = event_line(event, ZoneInfo(page.record.zone), words("es"))
    assert dict(line.detail) == {"solicitud": "d1", "lo vio": "badge-17", "leída en": "es"}
    [told] = [one for one in page.read_by if one.what == "copy_refused"]
    shown = logged(told, words("en")).what
    assert shown == "Entered: the person refused to sign for the copy"


def test_it_stands_among_the_acts_on_a_request_and_is_no_act_of_its_issuer(town: Town) -> None:
    assert "copy_refused" in dict(SECTIONS)["request"]
    sent = town.book(number="R-2")
    town.lodge(sent)
    with pytest.raises(NotPermitted):
        town.desk.do(town.ice, "copy_refused", sent, detainer="d1", witness="badge-17")


def test_a_system_enters_it_by_the_one_route_and_needs_no_name(town: Town) -> None:
    record = town.book(number="R-3")
    town.lodge(record)
    path = f"/api/v1/records/{record}/events"
    event = {"event": "copy-refused", "detainer": "d1", "witness": "badge-17"}
    with TestClient(create_app(town.desk, sweep=False)) as client:
        headers = key(town)
        assert client.post(path, json=event, headers=headers).status_code == 200
        name = {**event, "witness": "Avery Example"}
        assert client.post(path, json=name, headers=headers).status_code == 422, "no code"
        other = {**event, "detainer": "d9"}
        assert client.post(path, json=other, headers=headers).status_code == 422, "no such request"
