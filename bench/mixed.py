"""Mixed load on a desk that runs, while its database is restarted and its workers are killed.

    python bench/mixed.py             # ten minutes, two restarts, a worker killed each minute
    python bench/mixed.py 40 1 1      # seconds, restarts, kills

Officers book, end grounds and let people go, an issuer sends requests, screens read boards and
hold live streams, and somebody sends rubbish. At the end: was anything lost that the desk had
acknowledged, was there any failure but "come again" (503 with Retry-After), how long did an answer
take, and did the processes grow?
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from exeat.cli.serve import free_port
from exeat.desk.demo import AGENCIES
from exeat.desk.house import open_house
from exeat.desk.service.setup import system_context
from exeat.office.context import Role
from exeat.office.settings import Settings
from exeat.record.ledger import Ledger

JAIL, ISSUER = "wa-pierce", "ice-demo"
WORKERS = 2
BORN = "1990-01-31"
RECOVERY_SECONDS = 10.0
"""After a restart of the database, in which answers are not counted among the times."""
EXEAT = str(Path(sys.executable).with_name("exeat"))


@dataclass
class Run:
    """What the clients share, and what came of it."""

    port: int
    keys: dict[str, str]
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    taken: dict[str, set[str]] = field(default_factory=dict)
    here: list[tuple[str, str]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    ms: list[tuple[float, float]] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    streamed: int = 0
    kills: int = 0
    memory: list[float] = field(default_factory=list)

    def outside(self) -> list[float]:
        """Return the milliseconds of every answer outside the restarts, in order."""
        quiet = (
            ms
            for at, ms in self.ms
            if not any(0 <= at - one < RECOVERY_SECONDS for one in self.restarts)
        )
        return sorted(quiet)

    def lines(self) -> Iterator[str]:
        """Yield what there is to say."""
        ms = self.outside()
        yield f"answers   {sum(self.statuses.values())}: " + ", ".join(
            f"{count} x {status}" for status, count in sorted(self.statuses.items())
        )
        if ms:
            p50, p99 = ms[len(ms) // 2], ms[int(len(ms) * 0.99)]
            where = f"outside {len(self.restarts)} restarts"
            yield f"times     p50 {p50:.0f} ms, p99 {p99:.0f} ms, {where}"
        taken = sum(map(len, self.taken.values()))
        yield f"kept      {taken} events acknowledged, {self.streamed} streamed"
        yield f"workers   {self.kills} killed"
        weighed = " ".join(f"{one:.0f}" for one in self.memory)
        yield f"memory    MiB, at even times: {weighed}"
        yield f"bad       {len(self.bad)}" + "".join(f"\n          {one}" for one in self.bad[:10])


class Client:
    """One connection that asks again where it was cut off."""

    def __init__(self, run: Run, key: str) -> None:
        self.run, self.key = run, key
        self.conn: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask until there is an answer that is none of a moment; return status and JSON."""
        said = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        while not self.run.over.is_set():
            began = time.monotonic()
            try:
                if self.conn is None:
                    self.conn = http.client.HTTPConnection("127.0.0.1", self.run.port, timeout=30)
                self.conn.request(method, f"/api/v1{path}", said, headers)
                answer = self.conn.getresponse()
                text, status = answer.read(), answer.status
            except (OSError, http.client.HTTPException):
                # The worker was killed; whatever it had begun is asked again under the same id.
                if self.conn is not None:
                    self.conn.close()
                self.conn = None
                time.sleep(0.1)
                continue
            self._note(began, status, answer.getheader("Retry-After"), f"{method} {path}")
            if status != 503:
                return status, json.loads(text or b"null")
            time.sleep(1.0)
        return 0, None

    def _note(self, began: float, status: int, again: str | None, what: str) -> None:
        with self.run.lock:
            self.run.statuses[status] += 1
            self.run.ms.append((began, (time.monotonic() - began) * 1000))
            if status >= 500 and (status != 503 or again is None):
                self.run.bad.append(f"{status} to {what}")

    def took(self, record: str, event: str) -> None:
        """Remember what the desk has acknowledged."""
        with self.run.lock:
            self.run.taken.setdefault(record, set()).add(event)


def officer(run: Run, rng: random.Random) -> None:
    """Book somebody, end the ground, look at the answer, let them go."""
    client = Client(run, run.keys["officer"])
    while not run.over.is_set():
        number, event = f"B-{uuid4().hex[:8]}", uuid4().hex
        person = {
            "surname": f"Invented{rng.randrange(500)}",
            "born": BORN,
            "booking_number": number,
        }
        bases = [{"id": "charge", "kind": "charge"}]
        said = {"event_id": event, "person": person, "bases": bases}
        status, done = client.ask("POST", "/records", said)
        if status not in (200, 201):
            continue
        record = done["record"]
        client.took(record, event)
        with run.lock:
            run.here.append((record, number))
        time.sleep(rng.random() * 0.4)
        if rng.random() < 0.7:
            event = uuid4().hex
            said = {"event_id": event, "basis": "charge", "ended_by": "bail"}
            if client.ask("POST", f"/records/{record}/bases/end", said)[0] == 200:
                client.took(record, event)
            release(client, record, number)
        time.sleep(rng.random() * 0.4)


def release(client: Client, record: str, number: str) -> None:
    """Let somebody go, if the gate does."""
    status, seen = client.ask("GET", f"/records/{record}/clearance")
    if status != 200:
        return
    event = uuid4().hex
    said = {
        "event_id": event,
        "seen_version": seen["version"],
        "identifiers": {"born": BORN, "booking_number": number},
        "warrants_checked": datetime.now(UTC).isoformat(),
    }
    if client.ask("POST", f"/records/{record}/release", said)[0] == 200:
        client.took(record, event)
        with client.run.lock, suppress(ValueError):
            client.run.here.remove((record, number))


def issuer(run: Run, rng: random.Random) -> None:
    """Send requests, some about people who are here."""
    client = Client(run, run.keys["issuer"])
    while not run.over.is_set():
        with run.lock:
            number = rng.choice(run.here)[1] if run.here and rng.random() < 0.3 else ""
        person = {"surname": f"Asked{rng.randrange(500)}", "born": BORN, "booking_number": number}
        said = {"request_id": uuid4().hex, "facility": JAIL, "person": person, "paper": {}}
        client.ask("POST", "/requests", said)
        time.sleep(1 + rng.random() * 2)


def screen(run: Run, rng: random.Random) -> None:
    """Read what screens read."""
    client = Client(run, run.keys["officer"])
    while not run.over.is_set():
        client.ask("GET", rng.choice(("/board", "/tasks", "/requests")))
        with run.lock:
            record = rng.choice(run.here)[0] if run.here else None
        if record is not None:
            client.ask("GET", f"/records/{record}/clearance")
        time.sleep(0.2 + rng.random() * 0.4)


def stream(run: Run, rng: random.Random) -> None:
    """Hold a live stream, and take it up again where it was cut."""
    headers = {"Authorization": f"Bearer {run.keys['officer']}"}
    while not run.over.is_set():
        conn = http.client.HTTPConnection("127.0.0.1", run.port, timeout=30)
        with suppress(OSError, http.client.HTTPException, ValueError):
            conn.request("GET", "/api/v1/changes", headers=headers)
            answer = conn.getresponse()
            while not run.over.is_set() and (line := answer.readline()):
                with run.lock:
                    run.streamed += line.startswith(b"event:")
        conn.close()
        time.sleep(0.2 + rng.random())


def rubbish(run: Run, rng: random.Random) -> None:
    """Send what no client should; whatever it gets, nobody else notices."""
    head = b"POST /api/v1/records HTTP/1.1\r\nHost: x\r\n"
    said: tuple[Callable[[], bytes], ...] = (
        lambda: rng.randbytes(2000),
        lambda: head + b"Content-Length: 50\r\n\r\n{",
        lambda: (
            head
            + b"Transfer-Encoding: chunked\r\n\r\n"
            + (b"ffff\r\n" + b"x" * 65535 + b"\r\n") * 20
        ),
        lambda: head + b"Content-Length: 99999999\r\n\r\n",
        lambda: b"GET /board?find=" + b"%00" * 500 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        lambda: head,
    )
    while not run.over.is_set():
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", run.port), timeout=1) as conn,
        ):
            conn.sendall(rng.choice(said)())
            answer = conn.recv(4096)
            if answer.startswith(b"HTTP/1.1 5") and b"retry-after" not in answer.lower():
                with run.lock:
                    run.bad.append(f"rubbish: {answer[:60]!r}")
        time.sleep(rng.random())


CLIENTS = (officer, officer, officer, issuer, screen, screen, screen, stream, stream, rubbish)


def tree(pid: int) -> list[psutil.Process]:
    """Return the desk's own processes: the keeper and its workers."""
    keeper = psutil.Process(pid)
    return [keeper, *(one for one in keeper.children() if "exeat.desk.worker" in one.cmdline())]


def disturb(run: Run, desk: subprocess.Popen[str], folder: Path, plan: Plan) -> None:
    """Restart the database and kill workers as planned, and weigh the processes meanwhile."""
    began = time.monotonic()
    rng = random.Random(11)
    restarts = [plan.seconds * (n + 1) / (plan.restarts + 1) for n in range(plan.restarts)]
    kills = [plan.seconds * (n + 0.6) / plan.kills for n in range(plan.kills)]
    weighed = [plan.seconds * n / 20 for n in range(2, 21)]
    while time.monotonic() - began < plan.seconds:
        now = time.monotonic() - began
        if restarts and now >= restarts[0]:
            restarts.pop(0)
            run.restarts.append(time.monotonic())
            os.kill(int((folder / "pg" / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
        if kills and now >= kills[0]:
            kills.pop(0)
            rng.choice(tree(desk.pid)[1:]).kill()
            run.kills += 1
        if weighed and now >= weighed[0]:
            weighed.pop(0)
            with suppress(psutil.NoSuchProcess):
                run.memory.append(sum(one.memory_info().rss for one in tree(desk.pid)) / 2**20)
        time.sleep(0.2)


@dataclass(frozen=True)
class Plan:
    """How long, and how it is disturbed."""

    seconds: float = 600.0
    restarts: int = 2
    kills: int = 10


def prepared(folder: Path) -> dict[str, str]:
    """Make a desk with a jail and an issuer; return the key of each one's system."""
    with open_house(folder, Settings()) as house:
        now, accounts = datetime.now(UTC), house.desk.accounts
        keys = {}
        for agency, name, role in ((JAIL, "officer", "booking"), (ISSUER, "issuer", "requester")):
            said = next(one for one in AGENCIES if one["code"] == agency)
            accounts.add_agency(system_context(now), **said)
            admin = system_context(now, agency, Role.ADMIN)
            scopes = ("read", "record", "requests", "release")
            _, keys[name] = accounts.keys.add(admin, label="bench", role=role, scopes=scopes)
        return keys


@contextmanager
def served(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run a desk as a process of its own."""
    command = [
        EXEAT,
        "serve",
        "--data",
        str(folder),
        "--port",
        str(port),
        "--workers",
        str(WORKERS),
    ]
    with (folder / "out.txt").open("w", encoding="utf-8") as out:
        desk = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "EXEAT_ISSUER_REQUESTS": "100000"},
        )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while True:
            with suppress(OSError, http.client.HTTPException):
                conn = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                conn.request("GET", "/healthz")
                if conn.getresponse().status == 200:
                    break
            said = (folder / "out.txt").read_text(encoding="utf-8")
            assert desk.poll() is None and time.monotonic() < until, said
            time.sleep(0.2)
        yield desk
    finally:
        desk.terminate()
        desk.wait(60)


def mixed(folder: Path, plan: Plan) -> Run:
    """Run it, and return what came of it, with all that was lost among the bad."""
    keys, port = prepared(folder), free_port()
    run = Run(port, keys)
    with served(folder, port) as desk:
        threads = [
            threading.Thread(target=one, args=[run, random.Random(number)], daemon=True)
            for number, one in enumerate(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        disturb(run, desk, folder, plan)
        run.over.set()
        for thread in threads:
            thread.join(40)
    if "Traceback" in (folder / "out.txt").read_text(encoding="utf-8"):
        run.bad.append("a trace in the desk's log")
    run.bad += lost(folder, run)
    return run


def lost(folder: Path, run: Run) -> Iterator[str]:
    """Yield what the desk acknowledged and the ledger does not hold, and what does not verify."""
    with open_house(folder, Settings()) as house:
        login = house.desk.office.db.conninfo
        with Ledger.connect(login, house.master, agency=JAIL) as ledger:
            for record, events in run.taken.items():
                held = {event.id for event in ledger.read(record).events()}
                for event in events - held:
                    yield f"lost: event {event} of record {record}"
    done = subprocess.run([EXEAT, "verify", "--data", str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        yield f"verify said {done.returncode}: {done.stdout[:500]}"


def main() -> int:
    """Run as the command says, and print what came of it."""
    given = [float(word) for word in sys.argv[1:]]
    plan = Plan(given[0], int(given[1]), int(given[2])) if given else Plan()
    with tempfile.TemporaryDirectory(prefix="exm") as name:
        folder = Path(name)
        folder.chmod(0o755)
        load = os.getloadavg()
        run = mixed(folder, plan)
    after, cores = os.getloadavg()[0], os.cpu_count()
    print(f"mixed     {plan.seconds:.0f} s, {WORKERS} workers, {cores} cores")
    print(f"load      of the machine: {load[0]:.1f} before, {after:.1f} after")
    for line in run.lines():
        print(line)
    return 1 if run.bad else 0


if __name__ == "__main__":
    sys.exit(main())
