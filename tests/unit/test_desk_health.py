"""`/healthz` tells the truth: 200 where the desk may be used, 503 where it may not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from tests.scenario.failures.kit import Town, county

from exeat.desk import health as module
from exeat.desk.app import create_app
from exeat.desk.health import Health
from exeat.record.ledger import Ledger
from exeat.record.schema import add_login


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def asked(town: Town, health: Health | None = None) -> tuple[int, dict[str, Any]]:
    app = create_app(town.desk, sweep=False, health=health or Health(town.desk))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/healthz")
    return answer.status_code, answer.json()


def test_a_desk_that_is_well_says_how_each_part_is(town: Town, tmp_path: Path) -> None:
    pulse = {"rounds": datetime.now(UTC).isoformat(), "unreadable": 0}
    status, said = asked(town, Health(town.desk, tmp_path, pulse))
    assert status == 200 and said["ok"] is True
    assert set(said) == {
        "ok", "database", "log", "signing", "clock", "disk", "rounds", "feeds", "unreadable",
    }  # fmt: skip


def test_a_log_that_takes_no_line_shuts_the_desk(town: Town) -> None:
    with psycopg.connect(town.admin, autocommit=True) as conn:
        [(before,)] = conn.execute("SELECT count(*) FROM exeat_desk.log").fetchall()
        assert asked(town)[0] == 200
        assert conn.execute("SELECT count(*) FROM exeat_desk.log").fetchall() == [(before,)]
        conn.execute("REVOKE EXECUTE ON FUNCTION exeat_desk.put_log FROM exeat_app")
    status, said = asked(town)
    assert status == 503 and said["log"] == {"ok": False, "error": "InsufficientPrivilege"}
    assert said["database"]["ok"]


def test_entries_that_wait_for_a_signature_shut_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    health = Health(town.desk)
    assert health.found()["signing"]["ok"]
    now += 10_000  # Nobody adds anything for hours: there is nothing to sign.
    assert health.found()["signing"]["ok"]
    town.book()
    now += 2
    assert health.found()["signing"]["ok"]
    now += 301
    assert not health.found()["signing"]["ok"] and health().status_code == 503
    with psycopg.connect(town.admin, autocommit=True) as conn:
        add_login(conn, "signs", "host", "desk", signs=True)
    with Ledger.connect(town.conninfo.replace(town.settings.login, "signs"), town.master) as ledger:
        ledger.checkpoint(town.signer)
    now += 2
    assert health.found()["signing"]["ok"]


def test_a_wrong_clock_a_full_disk_and_rounds_that_stopped_shut_it(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()
    status, said = asked(town, Health(town.desk, tmp_path, {"rounds": old, "unreadable": 0}))
    assert (status, said["rounds"]["ok"]) == (503, False)
    clock = town.desk.office.db.clock
    wall = clock.wall
    clock.wall = lambda: wall() + 60
    status, said = asked(town)
    assert status == 503 and said["clock"] == {"ok": False, "seconds_ahead_of_database": 60.0}
    clock.wall = wall
    monkeypatch.setattr(module, "_LEAST_BYTES", 10**18)
    status, said = asked(town, Health(town.desk, tmp_path))
    assert (status, said["disk"]["ok"]) == (503, False)


def test_a_row_that_cannot_be_read_is_counted_and_shuts_nobody_out(town: Town) -> None:
    record = town.book()
    with psycopg.connect(town.admin, autocommit=True) as conn:
        conn.execute("UPDATE exeat_vault.custody SET sealed = 'x'")
    assert record and town.desk.board.rows(town.ctx())
    status, said = asked(town)
    assert status == 200 and said["unreadable"] == {"ok": False, "records": 1}


def test_a_database_that_is_gone_is_said(town: Town) -> None:
    health = Health(town.desk)
    town.desk.office.db.close()
    answer = health()
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
