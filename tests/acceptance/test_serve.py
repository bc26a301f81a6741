"""`exeat serve` as a process: what it starts, what it survives, and what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from exeat.cli.serve import free_port
from exeat.desk.house import master_of, signer_of
from exeat.desk.logins import upgrade
from exeat.desk.part import PARTS
from exeat.desk.service import Desk
from exeat.desk.service.setup import open_desk, system_context
from exeat.errors import LedgerError
from exeat.office.settings import Settings
from exeat.record import schema
from exeat.record.part import Migration
from exeat.record.schema import pending
from exeat.record.server import PrivateServer
from tests.acceptance.readme import ROOT, exeat
from tests.scenario.failures.kit import AGENCIES, county

SHORT = 60.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket, which the server's own user may pass."""
    found = Path(tempfile.mkdtemp(prefix="exs"))
    found.chmod(0o755)
    yield found
    shutil.rmtree(found, ignore_errors=True)


class Served:
    """A desk that runs as a process of its own."""

    def __init__(self, process: subprocess.Popen[str], port: int, out: Path) -> None:
        self.process, self.port, self.out = process, port, out

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def workers(self) -> list[int]:
        said = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", "exeat.desk.worker"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return [int(pid) for pid in said.stdout.split()]

    @property
    def said(self) -> str:
        return self.out.read_text(encoding="utf-8")


def eventually(what: Callable[[], Any], seconds: float = SHORT) -> Any:
    """Return what comes of a call once it is something."""
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, what
        time.sleep(0.1)
    return found


@contextmanager
def served(folder: Path, *words: str, **environ: str) -> Iterator[Served]:
    """Start a desk, and wait until it answers; end it as a system does."""
    port, out = free_port(), folder / "out.txt"
    command = [str(Path(sys.executable).with_name("exeat")), "serve", "--data", str(folder / "d")]
    with out.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [*command, "--port", str(port), *words], stdout=file, stderr=subprocess.STDOUT,
            text=True, cwd=ROOT, env={**os.environ, **environ},
        )  # fmt: skip
    desk = Served(process, port, out)
    try:
        eventually(lambda: desk.get("/healthz")[0] == 200 or process.poll() is not None)
        assert process.poll() is None, desk.said
        yield desk
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()


def alive(pid: int) -> bool:
    import psutil

    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def database_pid(folder: Path) -> int:
    return int((folder / "d" / "pg" / "postmaster.pid").read_text().split()[0])


@contextmanager
def beside(folder: Path) -> Iterator[Desk]:
    """Yield the services on the database of a desk that runs."""
    data, settings = folder / "d", Settings()
    conninfo = make_conninfo(host=str(data / "pg"), user=settings.login, dbname="exeat")
    desk = open_desk(conninfo, master_of(data), settings, signer_of(data))
    try:
        yield desk
    finally:
        desk.office.db.close()


def auditor(desk: Desk) -> dict[str, str]:
    """Return the cookie and the mark of an auditor's session."""
    now = datetime.now(UTC)
    root = system_context(now)
    people = desk.accounts
    people.add_agency(root, **AGENCIES[0])
    code = AGENCIES[0]["code"]
    _, password = people.add_account(root, name="aud", shown="Aud", role="auditor", agency=code)
    half = people.signin.sign_in("aud", password, now)
    session = people.signin.made_whole(half, now, "test")
    with desk.office.db.transaction(root) as tx, tx.acting_for(code):
        tx.conn.execute("UPDATE exeat_desk.account SET must_change = false WHERE name = 'aud'")
    return {"token": session.token, "csrf": session.csrf}


def test_it_outlives_its_workers_and_its_database_and_leaves_nothing_behind(folder: Path) -> None:
    with served(folder, "--workers", "2") as desk:
        first = eventually(lambda: len(desk.workers()) == 2 and desk.workers())
        for pid in first:
            environ = Path(f"/proc/{pid}/environ")
            if environ.exists():
                assert b"EXEAT_DATABASE_URL" not in environ.read_bytes()
        os.kill(first[0], signal.SIGKILL)
        again = eventually(lambda: set(desk.workers()) - set(first))
        assert eventually(lambda: desk.get("/sign-in")[0] == 200)
        dead = database_pid(folder)
        os.kill(dead, signal.SIGKILL)
        eventually(lambda: desk.get("/healthz")[0] == 200 and database_pid(folder) != dead)
        eventually(lambda: "was started again" in desk.said)
        said = json.loads(desk.get("/healthz")[1])
        assert said["ok"] and said["rounds"]["age_seconds"] is not None
        database, workers = database_pid(folder), desk.workers()
        assert again <= set(workers)
    assert desk.process.returncode == 0, desk.said
    assert not [pid for pid in (database, *workers) if alive(pid)]
    assert "Traceback" not in desk.said


def test_a_keeper_that_is_killed_takes_its_workers_along(folder: Path) -> None:
    with served(folder) as desk:
        workers, database = eventually(desk.workers), database_pid(folder)
        desk.process.kill()
        eventually(lambda: not any(alive(pid) for pid in workers))
    with served(folder) as desk:
        assert database_pid(folder) == database, "the server that stayed behind is taken over"
    assert not alive(database)


def test_the_auditor_s_button_works_and_the_web_knows_no_administrator(folder: Path) -> None:
    with served(folder, "--workers", "2") as desk, beside(folder) as services:
        session = auditor(services)
        body = f"csrf={session['csrf']}".encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{desk.port}/counts/verify", data=body,
            headers={"Cookie": f"exeat_session={session['token']}"},
        )  # fmt: skip
        with urllib.request.urlopen(asked, timeout=60) as answer:
            text = answer.read().decode()
        assert "0 entries" in text, text
        for pid in desk.workers():
            said = subprocess.run(
                ["ps", "-o", "args=", "-p", str(pid)],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            assert "postgres" not in said


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Yield the address of a county's own cluster, which lets nobody in without a password."""
    (folder / "c").mkdir(mode=0o755)
    with PrivateServer(folder / "c" / "pg") as server:
        with psycopg.connect(server.conninfo(database="postgres"), autocommit=True) as conn:
            conn.execute("CREATE DATABASE county")
            conn.execute("ALTER ROLE postgres PASSWORD 'superpw'")
        rules = server.folder / "pg_hba.conf"
        kept = rules.read_text()
        rules.write_text("local all all scram-sha-256\n")
        os.kill(server.pid(), signal.SIGHUP)
        url = f"postgresql://postgres:superpw@/county?host={server.folder}"

        def refused() -> bool:
            try:
                psycopg.connect(url.replace("superpw", "x")).close()
            except psycopg.OperationalError:
                return True
            return False

        eventually(refused)
        yield url
        rules.write_text(kept)


def test_a_cluster_with_passwords_works_at_the_first_start_and_at_the_next(folder: Path) -> None:
    with cluster(folder) as url:
        for number, more in enumerate(({}, {"EXEAT_DESK_PASSWORD": "deskpw"}, {})):
            with served(folder, EXEAT_DATABASE_URL=url, **more) as desk:
                said = json.loads(desk.get("/healthz")[1])
                assert said["ok"] and said["signing"]["ok"]
                assert ("First login: admin  password:" in desk.said) == (number == 0)
                assert "superpw" not in desk.said
            assert desk.process.returncode == 0, desk.said
        with psycopg.connect(url) as conn:
            logins = conn.execute(
                "SELECT rolname, rolpassword LIKE 'SCRAM-SHA-256$%%' FROM pg_authid"
                " WHERE rolname LIKE 'exeat%%' AND rolcanlogin ORDER BY 1"
            ).fetchall()
        assert logins == [("exeat_desk", True), ("exeat_signing", True)]


@pytest.mark.parametrize(
    "url",
    ["postgresql://postgres:wrongpw@/county?host={}", "postgresql://postgres:wrongpw@127.0.0.1:1/x",
     "postgresql://postgres:wrongpw@{}:x/y"],
)  # fmt: skip
def test_a_cluster_that_lets_nobody_in_is_named_without_a_trace_or_a_password(
    folder: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster(folder) as right:
        monkeypatch.setenv("EXEAT_DATABASE_URL", url.format(right.partition("host=")[2]))
        done = exeat("serve", "--data", str(folder / "d"), "--port", str(free_port()))
    assert done.returncode == 2
    assert "[E522]" in done.stderr and "EXEAT_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr and "wrongpw" not in done.stdout + done.stderr


def test_a_login_that_may_do_too_little_is_told_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster(folder) as right:
        with psycopg.connect(right, autocommit=True) as conn:
            conn.execute("CREATE ROLE clerk LOGIN PASSWORD 'clerkpw'")
        monkeypatch.setenv("EXEAT_DATABASE_URL", right.replace("postgres:superpw", "clerk:clerkpw"))
        done = exeat("serve", "--data", str(folder / "d"), "--port", str(free_port()))
    assert done.returncode == 2 and "lets this login do too little" in done.stderr
    assert "rights of an administrator" in done.stderr


def test_a_database_is_not_upgraded_under_a_desk_that_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = schema.migrations(PARTS)
    new = Migration(9000, "later", "CREATE TABLE exeat.later (id int)")
    with county() as town, psycopg.connect(town.admin, autocommit=True) as conn:
        upgrade(conn, town.settings)  # Nothing is to be applied, so nobody is in the way.
        monkeypatch.setattr(schema, "migrations", lambda _: (*steps, new))
        for login in (town.settings.login, "another"):
            settings = town.settings.model_copy(update={"login": login})
            with pytest.raises(LedgerError, match="a desk of an older version") as error:
                upgrade(conn, settings)
            assert error.value.faults[0].code == "E527"
            assert pending(conn, PARTS) == [new]
        town.book()  # The desk that runs goes on.
        town.desk.office.db.close()
        upgrade(conn, town.settings)
        assert pending(conn, PARTS) == []
