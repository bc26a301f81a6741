"""The links of the demonstration: each lets somebody in, and a hold stops a release."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from exeat.cli.demodesk import _let_in
from exeat.cli.serve import application, settings_for
from exeat.desk.demo import fill
from exeat.desk.house import open_house
from exeat.office.clock import utcnow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = Path(tmp_path_factory.mktemp("demo"))
    for above in (folder, *folder.parents[:2]):
        above.chmod(0o755)
    with open_house(folder, settings_for("127.0.0.1", 1, None)) as house:
        demo = fill(house.desk, utcnow())
        app = application(house)
        _let_in(app, house, demo, "secret")
        with TestClient(app, base_url="http://127.0.0.1:1") as client:
            yield client


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("officer", "Board"),
        ("supervisor", "Board"),
        ("broward", "Board"),
        ("auditor", "Counts and proofs"),
        ("agent", "Your requests"),
        ("counsel", "Your clients"),
    ],
)
def test_each_login_has_a_link_to_its_own_first_page(
    desk: TestClient, name: str, page: str
) -> None:
    found = desk.get(f"/demo/secret/{name}")
    assert found.status_code == 200
    assert f"<h1>{page}" in found.text


def test_another_name_or_secret_lets_nobody_in(desk: TestClient) -> None:
    desk.cookies.clear()
    assert desk.get("/demo/secret/nobody").status_code == 404
    assert desk.get("/demo/guessed/officer").status_code == 404
    assert "Sign in" in desk.get("/board").text


def test_a_hold_stops_a_release_in_florida(desk: TestClient) -> None:
    board = desk.get("/demo/secret/broward").text
    rows = board.split("<tr")
    held = [row for row in rows if "Must be held" in row]
    record = next(filter(None, (re.search(r"/people/([0-9a-f]{32})", row) for row in held)))
    page = desk.get(f"/people/{record[1]}/release").text
    hidden = dict(re.findall(r'name="(csrf|version|event_id)" value="([^"]*)"', page))
    said = {**hidden, "kind": "street", "born": "1970-01-01", "booking_number": "none"}
    refused = desk.post(f"/people/{record[1]}/release", data=said)
    assert refused.status_code == 409
    words = " ".join(re.sub(r"<[^>]+>", " ", refused.text).split())
    assert "The law commands the hold The law of Florida commands a hold until" in words
    assert "Must be held until" in desk.get(f"/people/{record[1]}").text
