"""What stands before every request: how large, how slow, and what is never said."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from tests.conformance.test_api_contract import key
from tests.scenario.failures.kit import Town, county

from exeat.auth import COOKIE, Session
from exeat.cli.serve import settings_for
from exeat.desk.app import create_app
from exeat.desk.guard import Guard
from exeat.desk.listening import KindAlone, Patient, config
from exeat.desk.pages.app import pages_of
from exeat.desk.service.live import Changes
from exeat.errors import UsageError

SENT = "Avery Example 1990-01-31"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county() as one:
        yield one


async def taken(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads a whole body, and answers how long it was."""
    count, more = 0, True
    while more:
        message = await receive()
        count += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(count).encode()})


async def answered(
    guard: Guard, parts: AsyncIterator[bytes], *headers: tuple[bytes, bytes]
) -> tuple[int, bytes, int]:
    """Send parts of a body; return status and body of the answer, and how much was taken in."""
    said: list[Message] = []
    count, over = 0, False

    async def receive() -> Message:
        nonlocal count, over
        async for part in parts:
            count += len(part)
            return {"type": "http.request", "body": part, "more_body": True}
        if over:
            return {"type": "http.disconnect"}
        over = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/x", "headers": list(headers)}
    await guard(scope, receive, send)
    body = b"".join(one.get("body", b"") for one in said)
    return said[0]["status"], body, count


CHUNKED = (b"transfer-encoding", b"chunked")


async def many(count: int, size: int = 100) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


async def slow() -> AsyncIterator[bytes]:
    yield b"x"
    await asyncio.sleep(60)


def test_a_body_of_no_announced_length_is_counted_as_it_arrives() -> None:
    guard = Guard(taken, largest_bytes=1000)
    assert asyncio.run(answered(guard, many(10), CHUNKED)) == (200, b"1000", 1000)
    status, body, count = asyncio.run(answered(guard, many(10_000), CHUNKED))
    assert status == 413 and count == 1100 and b"is larger than 1000 bytes" in body


def test_bodies_that_arrive_at_one_time_are_bounded_together() -> None:
    guard = Guard(taken, largest_bytes=1000, arriving_bytes=2000)

    async def together() -> list[tuple[int, bytes, int]]:
        async def part(wait: asyncio.Event) -> AsyncIterator[bytes]:
            yield b"x" * 900
            await wait.wait()

        gone = asyncio.Event()
        first = [asyncio.create_task(answered(guard, part(gone), CHUNKED)) for _ in range(2)]
        await asyncio.sleep(0)
        last = await answered(guard, part(gone), CHUNKED)
        gone.set()
        return [last, *[await one for one in first], await answered(guard, many(9), CHUNKED)]

    assert [one[0] for one in asyncio.run(together())] == [503, 200, 200, 200]


def test_slow_large_bodies_of_others_keep_no_small_form_out() -> None:
    guard = Guard(taken, largest_bytes=1000, arriving_bytes=1800)

    async def full() -> list[int]:
        async def part(wait: asyncio.Event) -> AsyncIterator[bytes]:
            yield b"x" * 920
            await wait.wait()

        gone = asyncio.Event()
        slow = [asyncio.create_task(answered(guard, part(gone), CHUNKED)) for _ in range(2)]
        await asyncio.sleep(0)
        form, large = [await answered(guard, many(n, 10), CHUNKED) for n in (2, 3)]
        gone.set()
        return [form[0], large[0], *[(await one)[0] for one in slow]]

    assert asyncio.run(full()) == [200, 503, 200, 200]


def test_a_body_that_does_not_come_to_an_end_is_not_waited_for() -> None:
    guard = Guard(taken, body_seconds=0.05)
    status, _, _ = asyncio.run(answered(guard, slow(), (b"content-length", b"20")))
    assert status == 408


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    server = uvicorn.Server(config(app))
    sock = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def said_to(port: int, data: bytes) -> bytes:
    """Send something, and return all that comes until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as conn:
        conn.sendall(data)
        found = b""
        while part := conn.recv(65536):
            found += part
        return found


def test_half_a_head_is_not_waited_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Patient, "head_seconds", 0.3)
    with served(create_app(town.desk, sweep=False)) as port:
        for half in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as conn:
                conn.sendall(half)
                assert conn.recv(1) == b"", "closed by the desk, within the time of this socket"
        # A second request on a connection has its own time.
        whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=20) as conn:
            conn.sendall(whole + b"\r\n")
            assert conn.recv(65536).startswith(b"HTTP/1.1 200")
            conn.sendall(whole)
            while conn.recv(65536):
                pass


@pytest.mark.parametrize("path", ["/api/v1/records", "/sign-in"])
def test_a_chunked_body_is_refused_by_the_running_desk_and_not_kept(town: Town, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    with served(create_app(town.desk, sweep=False)) as port:
        found = said_to(port, head + (b"c350\r\n" + b"x" * 50_000 + b"\r\n") * 20 + b"1\r\nx\r\n")
    assert found.startswith(b"HTTP/1.1 413"), found[:200]
    assert b"server:" not in found.lower().split(b"\r\n\r\n")[0]


def test_a_failure_leaves_its_kind_in_the_log_and_no_trace(
    town: Town, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError(SENT)

    headers = key(town)
    monkeypatch.setattr(town.desk.reading, "tasks", fails)
    with served(create_app(town.desk, sweep=False)) as port:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n"
        found = said_to(port, head.encode())
    assert found.startswith(b"HTTP/1.1 500")
    said = "".join(capfd.readouterr())
    assert "Traceback" not in said and SENT not in said


def test_a_log_line_of_another_part_loses_the_words_of_an_error() -> None:
    try:
        raise ValueError(SENT)
    except ValueError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "f", 1, "failed", (), sys.exc_info()
        )
    assert KindAlone().filter(record)
    said = logging.Formatter().format(record)
    assert said == "failed (ValueError)"


@pytest.mark.parametrize("path", ["/api/v1/tasks", "/tasks"])
@pytest.mark.parametrize("error", [psycopg.errors.LockNotAvailable, psycopg.errors.AdminShutdown])
def test_a_database_that_cannot_just_now_is_worth_another_try(
    town: Town, monkeypatch: pytest.MonkeyPatch, path: str, error: type[psycopg.Error]
) -> None:
    from exeat.desk.pages.app import pages_of
    from exeat.desk.pages.site import Site

    def fails(*_: Any, **__: Any) -> None:
        raise error(SENT)

    headers = key(town)
    monkeypatch.setattr(town.desk.reading, "tasks", fails)
    monkeypatch.setattr(Site, "session", fails)
    app = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
    with TestClient(app, raise_server_exceptions=False) as client:
        found = client.get(path, headers=headers)
    assert found.status_code == 503 and found.headers["retry-after"] == "2"
    assert SENT not in found.text


def test_browsers_are_told_to_come_over_tls_alone(town: Town) -> None:
    def headers(https: bool) -> list[str]:
        app = FastAPI()

        @app.get("/")
        def home(request: Request) -> str:
            return ""

        app.add_middleware(Guard, https=https)
        with TestClient(app) as client:
            return list(client.get("/").headers)

    assert "strict-transport-security" in headers(True)
    assert "strict-transport-security" not in headers(False)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("0.0.0.0", ""),
        ("0.0.0.0", "http://0.0.0.0:8111"),
        ("0.0.0.0", "http://127.0.0.1:8111"),
        ("127.0.0.1", "http://desk.county.example"),
        ("::", "http://localhost"),
    ],
)
def test_a_network_is_never_served_without_tls(
    host: str, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXEAT_ORIGIN", origin)
    with pytest.raises(UsageError) as error:
        settings_for(host, 8111, None)
    assert error.value.faults[0].code == "E407"


@pytest.mark.parametrize(
    ("host", "origin"),
    [("0.0.0.0", "https://desk.example"), ("127.0.0.1", "http://localhost:8000"), ("::1", "")],
)
def test_this_machine_and_a_proxy_with_tls_are_served(
    host: str, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXEAT_ORIGIN", origin)
    assert settings_for(host, 8111, None).origin


def test_what_any_login_of_the_database_says_ends_no_stream(town: Town) -> None:
    async def heard() -> list[str]:
        changes = Changes(town.desk)
        await changes.start()
        stream = changes.stream(town.ctx())
        try:
            said = [await anext(stream)]
            following = asyncio.create_task(anext(stream))
            await asyncio.sleep(0.5)
            with psycopg.connect(town.conninfo, autocommit=True) as conn:
                conn.execute("NOTIFY exeat_changes, 'x'")
                conn.execute("NOTIFY exeat_changes")
            await asyncio.to_thread(town.book, "Other", "N-1")
            said.append(await asyncio.wait_for(following, 10))
            return said
        finally:
            await changes.stop()

    assert asyncio.run(heard())[1].startswith("event: record\ndata: ")


def test_no_facility_is_locked_by_another(town: Town) -> None:
    lock = "SELECT exeat_desk.lock_desk(%s, true)"
    with psycopg.connect(town.conninfo) as conn:
        conn.execute("SELECT set_config('exeat.agency', 'arizona', true)")
        conn.execute(lock, ["arizona"])
        with pytest.raises(psycopg.errors.DatabaseError) as error:
            conn.execute(lock, ["pierce"])
    assert error.value.sqlstate == "EX002"


@pytest.mark.parametrize("path", ["/people/%00", "/log?record=%00", "/api/v1/records/a%00b"])
def test_an_address_that_is_no_text_is_refused_before_anybody_reads_it(
    town: Town, path: str
) -> None:
    """It went as far as the database, which takes no NUL, and came back as a failure."""
    app = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        assert client.get(path, headers=key(town)).status_code == 400


@pytest.mark.parametrize("version", ["²", "³²", "①"])
def test_a_version_in_digits_that_are_no_number_is_no_failure(town: Town, version: str) -> None:
    name = f"v{ord(version[0])}"
    town.account(name, "booking")
    signin = town.desk.accounts.signin

    def signed_in() -> Session:
        town.later(minutes=5)
        half = signin.sign_in(name, town.passwords[name], town.now)
        return signin.confirm(half, town.code(name), town.now)

    first, new = signed_in(), "Quite other words 7"
    town.desk.accounts.change_password(
        first, town.passwords[name], new, signin.context(first, town.now)
    )
    town.passwords[name] = new
    session = signed_in()
    record = town.book("Digits", f"D-{ord(version[0])}")
    app = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
    form = {
        "csrf": session.csrf, "version": version, "basis": "charge", "ended_by": "bail",
        "born": "1990-01-31", "booking_number": "x", "kind": "street",
        "warrants_checked": "2026-09-16T12:00",
    }  # fmt: skip
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        client.cookies.set(COOKIE, session.token)
        for act in ("end_basis", "release"):
            said = client.post(f"/people/{record}/{act}", data=form)
            assert said.status_code in (200, 303, 409, 422), act
            assert not said.headers.get("location", "").startswith("/sign-in")
