"""The log can be reviewed: by person, act, day and record, and as a whole, however long it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.conformance.test_api_contract import key
from tests.scenario.failures.kit import Town, county

from exeat.auth import COOKIE
from exeat.desk.app import create_app
from exeat.desk.pages.app import pages_of
from exeat.desk.service import _logbook
from exeat.desk.service.models import LogFilter
from exeat.office.context import Role
from exeat.office.errors import NotPermitted


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county(secure_cookies=False) as one:
        one.account("sam", "supervisor")
        one.account("ari", "auditor")
        yield one


@pytest.fixture(scope="module")
def client(town: Town) -> Iterator[TestClient]:
    app = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as one:
        yield one


def as_(town: Town, client: TestClient, name: str) -> TestClient:
    signin = town.desk.accounts.signin
    town.later(minutes=1)
    session = signin.sign_in(name, town.passwords[name], town.now)
    session = signin.confirm(session, town.code(name), town.now)
    if session.account.must_change:
        new = f"Quite other words of {name}"
        town.desk.accounts.change_password(
            session, town.passwords[name], new, signin.context(session, town.now)
        )
        town.passwords[name] = new
        return as_(town, client, name)
    client.cookies.clear()
    client.cookies.set(COOKIE, session.token)
    return client


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_file_of_the_log_has_every_line_with_what_it_was_about(
    town: Town, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_logbook, "_AT_ONCE", 7)
    record = town.book("Whole", "W-1")
    for _ in range(40):
        town.desk.reading.tasks(town.ctx())
        town.desk.board.rows(town.ctx())
    town.desk.reading.person(town.ctx(), record)
    found = rows(as_(town, client, "sam").get("/log.csv").text)
    seen = [int(row["number"]) for row in found]
    assert len(seen) > 40 and seen == sorted(set(seen), reverse=True)
    with town.desk.office.db.transaction(town.ctx()) as tx:
        have = tx.conn.execute(
            "SELECT count(*) FROM exeat_desk.log WHERE number <= %s", [seen[0]]
        ).fetchone()
    assert have == (len(seen),), "every line of this agency up to the first one"
    read = next(row for row in found if row["what"] == "person")
    assert (read["facility"], read["record"]) == ("pierce", record)
    assert all(row["request"] for row in found)
    account = next(row for row in found if row["what"] == "add_account")
    assert account["about"]


def test_that_a_file_was_taken_stands_in_the_log_and_not_in_the_file(
    town: Town, client: TestClient
) -> None:
    found = rows(as_(town, client, "ari").get("/log.csv").text)
    assert found[0]["what"] != "log_taken"
    newest = town.desk.reading.audit_log(town.ctx("ari", role=Role.AUDITOR), limit=3)
    assert [(one.what, one.actor) for one in newest if one.what == "log_taken"] == [
        ("log_taken", "ari")
    ]
    page = as_(town, client, "ari").get("/log").text
    assert "Took the log as a file" in page


def test_the_next_page_of_a_file_begins_where_it_is_told_to(town: Town, client: TestClient) -> None:
    whole = rows(as_(town, client, "sam").get("/log.csv").text)
    middle = whole[len(whole) // 2]["number"]
    rest = rows(client.get(f"/log.csv?before={middle}").text)
    assert rest == [row for row in whole if int(row["number"]) < int(middle)]


@pytest.fixture(scope="module")
def week(town: Town) -> dict[str, Any]:
    """Let things happen on three days."""
    town.later(days=3)
    said: dict[str, Any] = {"record": town.book("Week", "K-7")}
    first = town.now
    town.desk.gate.clear(town.ctx("flo"), said["record"])
    town.later(days=1)
    town.desk.gate.clear(town.ctx("gus"), said["record"])
    town.later(days=1)
    town.desk.board.rows(town.ctx("gus"))
    said["days"] = [(first + timedelta(days=n)).date() for n in range(3)]
    return said


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("actor=flo", {("flo", "clear")}),
        ("actor=gus", {("gus", "clear"), ("gus", "board")}),
        ("actor=gus&what=board", {("gus", "board")}),
        ("what=clear&since={1}", {("gus", "clear")}),
        ("what=clear&until={0}&record={record}", {("flo", "clear")}),
        ("what=clear&record=K-7", {("flo", "clear"), ("gus", "clear")}),
        ("record=K-8", set()),
        ("actor=nobody", set()),
    ],
)
def test_lines_are_found_by_who_what_when_and_whom(
    town: Town, client: TestClient, week: dict[str, Any], query: str, wanted: set[tuple[str, str]]
) -> None:
    asked = query.format(*week["days"], record=week["record"])
    found = rows(as_(town, client, "sam").get(f"/log.csv?{asked}").text)
    assert {(row["actor"], row["what"]) for row in found} == wanted
    page = client.get(f"/log?{asked}")
    assert page.status_code == 200
    assert page.text.count('class="at num"') == len(found)


def test_a_day_is_the_facilitys_own_and_whole(
    town: Town, client: TestClient, week: dict[str, Any]
) -> None:
    """A minute before midnight belongs to the day that the wall shows, not to that of UTC."""
    town.at("2026-11-20T23:59:00-08:00")
    town.desk.board.rows(town.ctx("eve"))
    for day, there in ((date(2026, 11, 19), 0), (date(2026, 11, 20), 1), (date(2026, 11, 21), 0)):
        path = f"/log.csv?actor=eve&since={day}&until={day}"
        assert len(rows(as_(town, client, "sam").get(path).text)) == there, day


@pytest.mark.parametrize("bad", ["2026-02-30", "soon", "9999-12-31T", "0000-01-01"])
def test_a_day_that_is_none_is_said_and_not_left_out(
    town: Town, client: TestClient, bad: str
) -> None:
    page = as_(town, client, "sam").get(f"/log?since={bad}")
    assert page.status_code == 422 and f"`{bad}` is no date" in page.text.replace(
        "<code>", "`"
    ).replace("</code>", "`")
    assert client.get(f"/log.csv?until={bad}").status_code == 422


def test_an_auditor_cannot_try_out_booking_numbers(
    town: Town, client: TestClient, week: dict[str, Any]
) -> None:
    assert rows(as_(town, client, "ari").get("/log.csv?record=K-7").text) == []
    assert rows(client.get(f"/log.csv?record={week['record']}").text)


def test_the_log_is_refused_before_anything_of_it_is_given(town: Town, client: TestClient) -> None:
    with pytest.raises(NotPermitted):
        town.desk.reading.whole_log(town.ctx(), LogFilter())
    town.account("flo", "booking")
    assert as_(town, client, "flo").get("/log.csv").status_code == 403


def test_the_api_filters_too(town: Town, client: TestClient, week: dict[str, Any]) -> None:
    headers = key(town, role="auditor")
    client.cookies.clear()
    since, until = (f"{day}T00:00:00-08:00" for day in week["days"][1:3])
    said = {"actor": "gus", "since": since, "until": until}
    found = client.get("/api/v1/log", params=said, headers=headers).json()
    assert {(one["actor"], one["what"]) for one in found} == {("gus", "clear")}
    assert found[0]["facility"] == "pierce" and found[0]["request"]
    assert client.get("/api/v1/log?since=soon", headers=headers).status_code == 422
