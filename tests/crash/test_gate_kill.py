"""The server, or the database, is killed at every step of a release: it is done, or not begun."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from tests.pg import verify_database
from tests.scenario.failures import kit
from tests.scenario.failures.kit import Town, county

from exeat.office.clock import utcnow
from exeat.office.context import Role
from exeat.office.steps import STEPS
from exeat.record import MasterKey, PrivateServer

# Where the ledger itself may die within the release; see exeat.record.steps.
WITHIN = ("append-found", "append-written", "append-viewed")
DONE = {"release-committed"}
SECONDS_TO_START = 40.0

PROGRAM = """
import sys
import uvicorn
from exeat.desk.app import create_app
from exeat.desk.service.setup import open_desk
from exeat.office.settings import Settings
from exeat.record import MasterKey, Signer
conninfo, port, signer = sys.argv[1:]
master, settings = MasterKey.from_environment(), Settings(pool_size=2)
desk = open_desk(conninfo, master, settings, Signer.decode(signer))
uvicorn.run(create_app(desk, sweep=False), host="127.0.0.1", port=int(port), log_level="critical")
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class SetKey:
    """A master key that the server's own process can be given."""

    raw = os.urandom(32)


@contextmanager
def serving(town: Town, **environ: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start the desk as a process of its own, and yield its address."""
    port = free_port()
    said = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(["src", "."]),
        "EXEAT_VAULT_KEY": base64.b64encode(SetKey.raw).decode(),
        **environ,
    }
    command = [sys.executable, "-c", PROGRAM, town.conninfo, str(port), town.signer.encode()]
    with subprocess.Popen(command, env=said) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            until = time.monotonic() + SECONDS_TO_START
            while time.monotonic() < until and process.poll() is None:
                try:
                    urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield address, process
        finally:
            process.kill()


def ask(address: str, bearer: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the API; what it refuses is an answer too."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/api/v1{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))


def order(version: int) -> dict[str, Any]:
    return {
        "event_id": "out-1",
        "seen_version": version,
        "identifiers": {"born": kit.BORN.isoformat(), "booking_number": "B-1"},
        "warrants_checked": utcnow().isoformat(),
    }


def ready(town: Town) -> tuple[str, int, str]:
    """Book somebody who is free to go; return record, version and a key."""
    town.now = utcnow()
    record = town.book()
    town.bail(record)
    ctx = town.ctx("sam", role=Role.SUPERVISOR)
    _, bearer = town.desk.accounts.keys.add(
        ctx, label="door", role="booking", scopes=["read", "release"]
    )
    return record, town.desk.gate.clear(town.ctx(), record).version, bearer


def state(town: Town, record: str) -> tuple[list[str], int, bool]:
    """Return what is on record, how many answers, and whether the board shows the person."""
    page = town.desk.reading.person(town.ctx(), record)
    shown = [row.record for row in town.desk.board.rows(town.ctx())]
    with psycopg.connect(town.admin) as conn:
        done = conn.execute(
            "SELECT count(*) FROM exeat_desk.log WHERE what = 'release' AND outcome = 'done'"
        ).fetchone()
    assert done is not None
    released = [event.event for event in page.events].count("released")
    assert len(page.answers) == released == done[0] and (record in shown) is not bool(released)
    return [event.event for event in page.events], len(page.answers), record in shown


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(MasterKey, "generate", classmethod(lambda cls: cls(SetKey.raw)))
    with county() as one:
        yield one


@pytest.mark.slow
@pytest.mark.parametrize("step", [*STEPS, *WITHIN])
def test_the_server_is_killed_at_a_step_of_a_release(town: Town, step: str) -> None:
    record, version, bearer = ready(town)
    before = state(town, record)
    with serving(town, EXEAT_CRASH_AT=step) as (address, process):
        with pytest.raises(OSError):
            ask(address, bearer, f"/records/{record}/release", order(version))
        assert process.wait(10) == -signal.SIGKILL
    after = state(town, record)
    assert (after[0][-1] == "released") is (step in DONE)
    if step not in DONE:
        assert after == before
    with psycopg.connect(town.admin, autocommit=True) as conn:
        assert verify_database(conn, master=town.master).count == 0
    # The same call again, to the desk that was started anew, gives what the first would have.
    with serving(town) as (address, _):
        answer = ask(address, bearer, f"/records/{record}/release", order(version))
        assert answer["version"] == version + 2 and answer["repeated"] is (step in DONE)
    assert state(town, record)[0].count("released") == 1


@pytest.mark.slow
def test_a_step_that_is_not_reached_kills_nothing(town: Town) -> None:
    record, version, bearer = ready(town)
    with serving(town, EXEAT_CRASH_AT="no-such-step") as (address, process):
        answer = ask(address, bearer, f"/records/{record}/release", order(version))
        assert answer["answer"]["verdict"] == "release"
        assert process.poll() is None


@pytest.mark.slow
@pytest.mark.parametrize("step", ["release-locked", "release-written", "release-logged"])
def test_the_database_is_killed_at_a_step_of_a_release(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(MasterKey, "generate", classmethod(lambda cls: cls(SetKey.raw)))
    with own_server() as server:
        monkeypatch.setattr(kit, "server", lambda: server)
        with county() as town:
            record, version, bearer = ready(town)
            before = state(town, record)
            town.desk.office.db.close()
            environ = {"EXEAT_CRASH_AT": step, "EXEAT_CRASH_PID": str(server.pid())}
            with serving(town, **environ) as (address, process):
                answer = ask(address, bearer, f"/records/{record}/release", order(version))
                # A connection that outlives the server by a moment may still have committed.
                answered = "error" not in answer
                # To be tried again, and nothing of its inside.
                assert answered or answer["error"]["code"] == "E691"
                assert process.poll() is None
            started_again(server)
            old, people = town.desk.office.db, town.desk.accounts
            db = type(old)(town.conninfo, town.master, town.settings, old.queries)
            for part in (town.desk.office, people, people.signin, people.passkeys, people.keys):
                part.db = db
            db.open()
            # What was answered holds; what was not left no trace.
            assert (state(town, record) == before) is not answered
            with psycopg.connect(town.admin, autocommit=True) as conn:
                assert verify_database(conn, master=town.master).count == 0
            with serving(town) as (address, _):
                answer = ask(address, bearer, f"/records/{record}/release", order(version))
                assert answer["version"] == version + 2 and answer["repeated"] is answered
            assert state(town, record)[0].count("released") == 1


@contextmanager
def own_server() -> Iterator[PrivateServer]:
    """Yield a server that may be killed."""
    folder = Path(tempfile.mkdtemp(prefix="exk"))
    folder.chmod(0o755)
    server = PrivateServer(folder / "pg")
    server.start()
    try:
        yield server
    finally:
        # A server that was killed once may be gone before the stop has seen it go.
        with suppress(psutil.Error):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def started_again(server: PrivateServer) -> None:
    """Start the database over what the killed one left."""
    deadline = time.monotonic() + 30
    while True:
        try:
            assert server._server is not None
            server._server.ensure_postgres_running()
            psycopg.connect(server.conninfo()).close()
            return
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
