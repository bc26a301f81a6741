"""Measure the record and the desk on a large ledger.

    python bench/ledger.py grow FOLDER [RECORDS]   # 1,311,000 records: 10 million entries, 21 GB
    python bench/ledger.py all FOLDER              # all that follow
    python bench/ledger.py clear FOLDER            # clearance at the API, 1 and 50 clients
    python bench/ledger.py board FOLDER            # the board of 2,000 people, page and API
    python bench/ledger.py append FOLDER           # durable appends beside a plain INSERT
    python bench/ledger.py verify FOLDER           # `exeat verify` beside bare SHA-256

Figures go to docs/benchmarks.md by hand, with the command and the machine beside them.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import psycopg

from exeat.auth import COOKIE
from exeat.cli.serve import free_port
from exeat.desk.demo import enter, fill
from exeat.desk.house import House, open_house
from exeat.desk.service.setup import system_context
from exeat.facts.codes import NoticeKind
from exeat.facts.events import NoticeGiven
from exeat.office.clock import utcnow
from exeat.office.context import Role
from exeat.office.settings import Settings
from exeat.record import Ledger
from exeat.record._rows import values
from exeat.record.canonical import Leaf
from grow import FACILITY, grow
from load import closed, open_loop
from run import machine

RECORDS = 1_311_000
IN_CUSTODY = 2_000
EXEAT = str(Path(sys.executable).with_name("exeat"))
SECONDS = 20.0


@contextmanager
def served(folder: Path, workers: int = 1) -> Iterator[int]:
    """Run `exeat serve` on a folder as a process of its own; yield its port."""
    port = free_port()
    command = [EXEAT, "serve", "--data", str(folder), "--port", str(port)]
    command += ["--workers", str(workers)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 120
        while True:
            try:
                closed(port, "", ["/healthz"], 1, 0.01)
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def keys_of(house: House) -> tuple[str, str]:
    """Return what a system, and what a supervisor's browser, sends to be known."""
    now, accounts = utcnow(), house.desk.accounts
    admin = system_context(now, FACILITY, Role.ADMIN)
    _, key = accounts.keys.add(admin, label="bench", role="booking", scopes=("read", "release"))
    logins = {login.name: login for login in fill(house.desk, now).logins}
    session = enter(house.desk, logins["supervisor"], now)
    return f"Authorization: Bearer {key}\r\n", f"Cookie: {COOKIE}={session.token}\r\n"


def size_of(house: House) -> str:
    """Return how large the ledger is, and the machine."""
    with psycopg.connect(house.admin) as conn:
        ((entries, records, inside),) = conn.execute(
            "SELECT (SELECT size FROM exeat.head), (SELECT count(*) FROM exeat_vault.record),"
            " (SELECT count(*) FROM exeat.board WHERE open AND agency = %s)",
            [FACILITY],
        ).fetchall()
    size = f"{records:,} records, {entries:,} entries, {inside:,} people in custody at one facility"
    return f"{size} ({machine()})"


def inside(house: House) -> list[str]:
    """Return the ids of those in custody at the facility."""
    with psycopg.connect(house.admin) as conn:
        found = conn.execute(
            "SELECT name FROM exeat.board JOIN exeat_vault.record USING (record)"
            " WHERE open AND board.agency = %s ORDER BY record",
            [FACILITY],
        )
        return [name for (name,) in found]


def bench_grow(folder: Path, records: int) -> None:
    """Grow a ledger in a fresh folder, and print how long it took."""
    with open_house(folder, Settings()) as house:
        began = time.perf_counter()
        entries = grow(house, folder, records, IN_CUSTODY)
        print(f"grow: {entries:,} entries in {time.perf_counter() - began:.0f} s ({machine()})")


def bench_clear(folder: Path) -> None:
    """Print how long a clearance takes at the API: one client, fifty, and at a fixed rate."""
    with open_house(folder, Settings()) as house:
        print(f"clear: {size_of(house)}")
        key, _ = keys_of(house)
        paths = [f"/api/v1/records/{name}/clearance" for name in inside(house)]
    with served(folder) as port:
        closed(port, key, paths, 4, 3)  # Warm.
        for clients in (1, 50):
            taken = closed(port, key, paths, clients, SECONDS)
            print(f"  {clients:2} clients, as fast as they can   {taken.line()}")
        for rate in (50, 100):
            taken = open_loop(port, key, paths, 50, rate, SECONDS)
            print(f"  50 clients, {rate:3} requests a second  {taken.line()}")


def bench_board(folder: Path) -> None:
    """Print how long the board takes: the first time, and when nothing or little has changed."""
    with open_house(folder, Settings()) as house:
        print(f"board: {size_of(house)}")
        key, cookie = keys_of(house)
    with served(folder) as port:
        first = closed(port, cookie, ["/board"], 1, 0.0001)
        print(f"  {'page, first after the start':34} {first.ms[0]:6.0f} ms")
        closed(port, cookie, ["/board"], 1, SECONDS / 4)  # The desk's own first round is over.
        for name, header, path in (
            ("page, 200 rows", cookie, "/board"),
            ("page, all rows", cookie, "/board?all=1"),
            ("API, all rows", key, "/api/v1/board"),
        ):
            print(f"  {name:34} {closed(port, header, [path], 1, SECONDS / 2).line()}")


def bench_append(folder: Path) -> None:
    """Print durable appends a second beside a plain INSERT of the same bytes."""
    with open_house(folder, Settings()) as house:
        print(f"append: {size_of(house)}")
        names = random.Random(3).sample(inside(house), 1000)
        with psycopg.connect(house.admin, autocommit=True) as conn:
            conn.execute("DROP TABLE IF EXISTS bench_plain")
            conn.execute("CREATE TABLE bench_plain (seq bigserial PRIMARY KEY, said bytea)")
        for clients in (1, 8):
            plain = _rate(clients, lambda: _Plain(house))
            print(f"  {clients} at once, plain INSERT, one row a commit   {plain:6.0f} /s")
            for name, many, bare in (
                ("unchecked, without views   ", 1, True),
                ("checked, with views        ", 1, False),
                ("the same, ten events a commit", 10, False),
            ):
                ours = many * _rate(clients, lambda m=many, b=bare: _Appends(house, names, m, b))
                print(f"  {clients} at once, {name:31} {ours:9.0f} /s, {plain / ours:4.1f} times")
        # What was added without views is viewed again, or the record no longer verifies.
        last = _Appends(house, names, 1, bare=False)
        for last.names in ([name] for name in names):
            last.one()
        with psycopg.connect(house.admin, autocommit=True) as conn:
            conn.execute("DROP TABLE bench_plain")


class _Plain:
    """Puts the bytes of one event into a table without anything, durably."""

    def __init__(self, house: House) -> None:
        self.conn = psycopg.connect(house.admin, autocommit=True)
        self.said = bytes(random.Random(5).randbytes(330))

    def one(self) -> None:
        self.conn.execute("INSERT INTO bench_plain (said) VALUES (%s)", [self.said])


class _Appends:
    """Appends events to one record or another, as a facility's own system would.

    Args:
        house: Open.
        names: Ids of records.
        many: How many events a commit.
        bare: Neither check what is added against the record, nor keep its view.
    """

    def __init__(self, house: House, names: Sequence[str], many: int, bare: bool) -> None:
        self.ledger = Ledger.connect(house.desk.office.db.conninfo, house.master, agency=FACILITY)
        if bare:
            self.ledger = Ledger(self.ledger.conn, house.master, keep_views=False)
        self.order = random.Random(uuid4().int)
        self.names, self.many, self.bare = names, many, bare

    def one(self) -> None:
        now, name = utcnow(), self.order.choice(self.names)
        events = [
            NoticeGiven(
                id=uuid4().hex,
                record=name,
                occurred=now,
                recorded=now,
                by=FACILITY,
                kind=NoticeKind.INFORM,
                to="person",
                evidence="in writing",
            )
            for _ in range(self.many)
        ]
        self.ledger.append(events, check=not self.bare)


def _rate(clients: int, make: Callable[[], Any]) -> float:
    """Return how often a second so many workers at once do their work."""
    workers = [make() for _ in range(clients)]
    counts, seconds = [0] * clients, SECONDS / 4
    until = time.perf_counter() + seconds

    def run(number: int) -> None:
        while time.perf_counter() < until:
            workers[number].one()
            counts[number] += 1

    threads = [Thread(target=run, args=[number]) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def bench_verify(folder: Path) -> None:
    """Print how fast a whole log verifies, beside hashing its leaves and nothing else."""
    with open_house(folder, Settings()) as house:
        print(f"verify: {size_of(house)}")
        with psycopg.connect(house.admin, autocommit=True) as conn:
            ((entries, _),) = values(conn, "head")
            bare = _bare(conn)
        for words in (["--no-contents"], []):
            command = [EXEAT, "verify", "--data", str(folder), *words]
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            taken = time.perf_counter() - began
            name = " ".join(["exeat verify", *words])
            rate = f"{entries / taken:9,.0f} entries/s"
            print(f"  {name:24} {taken:6.1f} s  {rate}, {bare / (entries / taken):.1f} times bare")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"  bare SHA-256, the same leaves  {bare:9,.0f}/s; largest process {peak:.2f} GiB")


def _bare(conn: psycopg.Connection[tuple[object, ...]]) -> float:
    """Return how many leaves a second are hashed, their bytes ready in memory."""
    found = conn.execute(
        "SELECT agency, appended, commitment, record, version FROM exeat.entry"
        " WHERE seq < 500000 ORDER BY seq"
    ).fetchall()
    leaves = [b"\0" + Leaf(*row).data() for row in found]  # type: ignore[arg-type]
    began = time.perf_counter()
    for leaf in leaves:
        sha256(leaf).digest()
    return len(leaves) / (time.perf_counter() - began)


def main(words: Sequence[str]) -> None:
    """Run what is named."""
    if len(words) < 2:
        raise SystemExit(__doc__)
    folder = Path(words[1])
    if words[0] == "grow":
        bench_grow(folder, int(words[2]) if len(words) > 2 else RECORDS)
        return
    benches = {
        "clear": bench_clear, "board": bench_board, "append": bench_append, "verify": bench_verify,
    }  # fmt: skip
    for bench in benches.values() if words[0] == "all" else (benches[words[0]],):
        bench(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
