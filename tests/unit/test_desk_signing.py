"""Signing goes on, or the desk says loudly that it does not; and anybody may keep a checkpoint."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

pytest.importorskip("fastapi")
from fastapi.testclient import TestClient
from tests.scenario.failures.kit import Town, county

from exeat.auth import COOKIE
from exeat.desk.app import create_app
from exeat.desk.house import House, make_keys, signer_of, signing_login
from exeat.desk.pages.app import pages_of
from exeat.desk.service.public_log import PublicLog, attempt_file
from exeat.desk.service.setup import HOST, system_context
from exeat.desk.signing import sign_once, signing
from exeat.errors import LedgerError
from exeat.office.context import Context, Role
from exeat.office.models import Task, TaskKind
from exeat.record import Checkpoint, open_checkpoint
from exeat.record.consistency import Consistency
from exeat.record.kept import Kept


@pytest.fixture(scope="module")
def one_town() -> Iterator[Town]:
    with county() as town:
        yield town


@pytest.fixture
def town(one_town: Town) -> Iterator[Town]:
    """The town, with the tasks of the host closed and no checkpoint on record."""
    with psycopg.connect(one_town.admin, autocommit=True) as conn:
        conn.execute("ALTER TABLE exeat.checkpoint DISABLE TRIGGER USER")
        conn.execute("DELETE FROM exeat.checkpoint")
        conn.execute("DELETE FROM exeat_desk.task WHERE agency = %s", [HOST])
    yield one_town


@pytest.fixture
def house(town: Town, tmp_path: Path) -> House:
    """The desk with a folder of its own for what it keeps."""
    kept = Kept(tmp_path / "log.checkpoints", town.signer.verifier())
    kept.begin()
    town.desk.log = PublicLog(town.desk.office, kept)
    login = signing_login(town.admin)
    return House(town.desk, town.admin, login, town.master, town.signer, kept, None)


@contextmanager
def client(town: Town) -> Iterator[TestClient]:
    app = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
    with TestClient(app, base_url="https://desk.example", follow_redirects=False) as one:
        yield one


def health(town: Town) -> dict[str, Any]:
    with client(town) as one:
        answer = one.get("/healthz")
        found = dict(answer.json()["signing"])
        assert answer.status_code == (200 if found["ok"] else 503)
        return found


def host(town: Town) -> Context:
    return system_context(town.now, HOST, Role.ADMIN)


def tasks(town: Town) -> list[Task]:
    return [one for one in town.desk.reading.tasks(host(town)) if one.closed is None]


def ahead(town: Town, house: House, entries: int = 1000) -> None:
    """Something was signed that the log does not have: it was cut off, or written anew."""
    other = Checkpoint(town.signer.name, entries, bytes(32))
    house.kept.add(town.signer.sign(other), town.now)


def mended(house: House) -> None:
    """What was kept is brought back as it was."""
    notes = house.kept.latest(9)
    house.kept.set_aside(notes[0].signed)
    house.kept.begin()
    for one in reversed(notes[1:]):
        house.kept.add(one.note, one.signed)


def garbage(town: Town) -> int:
    insert = (
        "INSERT INTO exeat.checkpoint (size, root, note) VALUES (0, %s, 'garbage') RETURNING number"
    )
    with psycopg.connect(town.admin, autocommit=True) as conn:
        row = conn.execute(insert, [bytes(32)]).fetchone()
    assert row is not None
    return int(row[0])


def test_health_says_what_is_signed_and_what_is_not(town: Town, house: House) -> None:
    assert health(town)["state"] == "stopped"  # nobody has tried yet
    town.book(number="S-1")
    sign_once(house)
    found = health(town)
    assert (found["state"], found["well"], found["unsigned_entries"]) == ("signed", True, 0)
    assert found["age_seconds"] == 0
    town.book(number="S-2")
    town.later(minutes=2)
    found = health(town)
    assert found["unsigned_entries"] > 0 and found["age_seconds"] == 120
    town.later(minutes=4)
    assert (health(town)["state"], health(town)["well"]) == ("stopped", False)
    sign_once(house)
    assert health(town)["well"]
    assert tasks(town) == []


def test_a_log_that_does_not_fit_is_not_signed_and_everybody_is_told(
    town: Town, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    town.book(number="S-3")
    sign_once(house)
    size = house.desk.log.signing().size
    ahead(town, house)
    for _ in range(2):  # as often as it is tried
        caplog.clear()
        with caplog.at_level(logging.ERROR, "exeat.desk"):
            sign_once(house)
        assert "NOTHING IS SIGNED" in caplog.text and "1000 leaves" in caplog.text
    found = health(town)
    assert (found["state"], found["fault"], found["well"]) == ("refused", "E510", False)
    assert found["ok"]  # it is told at once, and counts when it stays so
    town.later(minutes=6)
    sign_once(house)
    assert not health(town)["ok"]
    (task,) = tasks(town)
    assert (task.kind, task.owner_role) == (TaskKind.SIGNING, "admin")
    # It is mended, and goes on: the task is over by itself.
    mended(house)
    sign_once(house)
    assert (health(town)["state"], health(town)["signed_entries"]) == ("signed", size)
    assert tasks(town) == []


def test_a_desk_starts_where_nothing_can_be_signed(town: Town, house: House) -> None:
    house.kept.path.unlink()
    town.book(number="S-4")
    with signing(house):
        found = health(town)
    assert (found["state"], found["fault"]) == ("refused", "E515")


def test_a_database_that_is_away_for_a_moment_is_no_task(town: Town, house: House) -> None:
    away = House(
        house.desk, house.admin, house.signing.replace("dbname=", "dbname=no"), house.master,
        house.signer, house.kept, None,
    )  # fmt: skip
    sign_once(away)
    assert health(town)["state"] == "refused" and tasks(town) == []
    town.later(minutes=6)
    sign_once(away)
    assert [one.kind for one in tasks(town)] == [TaskKind.SIGNING]


def test_a_garbage_row_is_named_and_signing_goes_on(
    town: Town, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    town.book(number="S-5")
    sign_once(house)
    row = garbage(town)
    town.book(number="S-6")
    with caplog.at_level(logging.ERROR, "exeat.desk"):
        sign_once(house)
    assert str(row) in caplog.text
    found = health(town)
    assert (found["state"], found["unsigned_entries"]) == ("signed", 0)
    assert (found["bad_rows"], found["well"]) == ([row], False)
    (task,) = tasks(town)
    town.desk.rounds.close_task(host(town), task.id, "It was a trial.")
    town.book(number="S-7")
    sign_once(house)
    assert tasks(town) == []  # told once
    assert health(town)["bad_rows"] == [row]  # and named for good


def test_an_emptied_table_is_told(town: Town, house: House) -> None:
    for number in ("S-8", "S-9"):
        town.book(number=number)
        sign_once(house)
    with psycopg.connect(town.admin, autocommit=True) as conn:
        conn.execute("DELETE FROM exeat.checkpoint")
    sign_once(house)
    assert health(town)["rows_gone"] is True
    assert [one.about for one in tasks(town)] == ["checkpoint"]


@pytest.mark.parametrize(
    ("name", "role", "agency", "path"),
    [
        ("root1", "admin", HOST, "/counts"),
        ("look1", "auditor", "pierce", "/counts"),
        ("officer1", "booking", "pierce", "/requests"),
        ("agent1", "requester", "ice-sea", "/requests"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_red_line_stands_where_proofs_are_shown(
    town: Town, house: House, name: str, role: str, agency: str, path: str, lang: str
) -> None:
    said = {"en": "Nothing is signed", "es": "No se firma nada"}[lang]
    name = f"{name}{lang}"
    town.account(name, role, agency)
    sign_once(house)
    with client(town) as one:
        signed_in(town, one, name)
        one.headers["accept-language"] = lang
        assert said not in one.get(path).text
        ahead(town, house)
        sign_once(house)
        text = one.get(path).text
    assert said in text and 'class="note bad" role="alert"' in text


def signed_in(town: Town, browser: TestClient, name: str) -> None:
    people = town.desk.accounts.signin
    town.later(minutes=1)
    session = people.sign_in(name, town.passwords[name], town.now)
    session = people.confirm(session, town.code(name), town.now)
    ctx, new = people.context(session, town.now), "correct horse battery staple"
    town.desk.accounts.change_password(session, town.passwords[name], new, ctx)
    browser.cookies.set(COOKIE, session.token)


def test_the_host_finds_the_task_on_its_page(town: Town, house: House) -> None:
    town.account("root2", "admin", HOST)
    ahead(town, house)
    sign_once(house)
    with client(town) as one:
        signed_in(town, one, "root2")
        text = one.get("/tasks").text
        assert "The ledger is not signed as it should be" in text and "E510" in text
        assert one.get(f"/tasks/{tasks(town)[0].id}").status_code == 200


# --- what needs no login ---------------------------------------------------------------------


@pytest.fixture
def asked(town: Town, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr("exeat.desk.service.public_log._FRESH_SECONDS", -1.0)
    with client(town) as one:
        yield one


def test_anybody_may_keep_a_checkpoint_and_see_that_the_log_goes_on(
    town: Town, house: House, asked: TestClient
) -> None:
    key = town.signer.verifier()
    assert asked.get("/api/v1/checkpoint").status_code == 404
    town.book(number="P-1")
    sign_once(house)
    first = asked.get("/api/v1/checkpoint")
    assert first.headers["content-type"].startswith("text/plain")
    assert first.headers["cache-control"] == "public, max-age=30"
    old = open_checkpoint(first.text, [key])
    town.book(number="P-2")
    sign_once(house)
    new = open_checkpoint(asked.get("/api/v1/checkpoint").text, [key])
    assert new.size > old.size
    ask = {"from": str(old.size)}
    proof = asked.get("/api/v1/consistency", params=ask)
    assert Consistency.parse(proof.text).holds(old, new)
    fixed = asked.get("/api/v1/consistency", params={**ask, "to": str(new.size)})
    assert fixed.text == proof.text and "max-age=86400" in fixed.headers["cache-control"]


@pytest.mark.parametrize(
    "ask",
    [{"from": "5", "to": "4"}, {"from": "1", "to": "100000"}, {"from": "100000"}, {"from": "-1"},
     {"from": "x"}, {}],
)  # fmt: skip
def test_what_was_not_signed_is_not_proved(
    town: Town, house: House, asked: TestClient, ask: dict[str, str]
) -> None:
    town.book(number="P-3")
    sign_once(house)
    answer = asked.get("/api/v1/consistency", params=ask)
    assert answer.status_code == 422
    assert answer.json()["error"]["faults"][0]["help"]


def test_a_log_that_lost_what_was_signed_proves_nothing(
    town: Town, house: House, asked: TestClient
) -> None:
    town.book(number="P-5")
    sign_once(house)
    ahead(town, house)
    answer = asked.get("/api/v1/consistency", params={"from": "3"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "E510")
    assert open_checkpoint(
        asked.get("/api/v1/checkpoint").text, [town.signer.verifier()]
    ).size == 1000  # what was signed stays to be seen  # fmt: skip


def test_what_the_database_lost_is_still_shown_to_everybody(
    town: Town, house: House, asked: TestClient
) -> None:
    town.book(number="P-4")
    sign_once(house)
    note = asked.get("/api/v1/checkpoint").text
    with psycopg.connect(town.admin, autocommit=True) as conn:
        conn.execute("DELETE FROM exeat.checkpoint")
    garbage(town)
    assert asked.get("/api/v1/checkpoint").text == note


# --- the keys --------------------------------------------------------------------------------


def test_each_log_has_a_name_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXEAT_LOG_NAME", raising=False)
    names = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        make_keys(folder)
        names.append(signer_of(folder).name)
        make_keys(folder)
        assert signer_of(folder).name == names[-1]  # made once
        kept = folder / "keys" / "log.checkpoints"
        assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (b"", 0o600)
    assert len(set(names)) == 2
    monkeypatch.setenv("EXEAT_LOG_NAME", "jail.example/log")
    (tmp_path / "c").mkdir()
    make_keys(tmp_path / "c")
    assert signer_of(tmp_path / "c").name == "jail.example/log"


def test_a_lost_log_key_is_not_made_in_silence(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"log\.key") as refused:
        signer_of(tmp_path)
    assert "--begin-anew" in refused.value.faults[0].help
    assert attempt_file(Kept(tmp_path / "x", None)).name == "log.signing"  # type: ignore[arg-type]
