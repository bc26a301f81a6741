"""Ask an HTTP server with many clients at once, over connections that stay open.

Two ways to ask: each client as soon as it has its answer (*closed*: how much can be done), or at
fixed instants whatever happens (*open*: what a caller waits at that rate, queues included).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Taken:
    """What came of a run: milliseconds of each answer."""

    ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def line(self) -> str:
        """Return median, 99th centile and rate."""
        self.ms.sort()
        p50, p99 = (self.ms[int(len(self.ms) * share)] for share in (0.5, 0.99))
        rate = len(self.ms) / self.seconds
        return f"p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  {rate:6.0f} answers/s"


class Client:
    """One connection."""

    def __init__(self, port: int, headers: str) -> None:
        self.port, self.headers = port, headers
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> tuple[int, bytes]:
        """Ask for a path; return status and body."""
        if self.writer is None or self.reader is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{self.headers}\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(
            int(line.partition(":")[2])
            for line in head.split("\r\n")
            if line.startswith("content-length")
        )
        return int(head.split(" ", 2)[1]), await self.reader.readexactly(length)


def closed(port: int, headers: str, paths: Sequence[str], clients: int, seconds: float) -> Taken:
    """Let so many clients ask one path after another for so long."""
    return asyncio.run(_closed(port, headers, paths, clients, seconds))


def open_loop(
    port: int, headers: str, paths: Sequence[str], clients: int, rate: int, seconds: float
) -> Taken:
    """Ask at a fixed rate; an answer's time counts from the instant at which it was due."""
    return asyncio.run(_open(port, headers, paths, clients, rate, seconds))


async def _closed(
    port: int, headers: str, paths: Sequence[str], clients: int, seconds: float
) -> Taken:
    taken, began = Taken(), time.perf_counter()

    async def one(seed: int) -> None:
        client, order = Client(port, headers), random.Random(seed)
        while time.perf_counter() - began < seconds:
            await _timed(client, order.choice(paths), time.perf_counter(), taken)

    await asyncio.gather(*(one(seed) for seed in range(clients)))
    taken.seconds = time.perf_counter() - began
    return taken


async def _open(
    port: int, headers: str, paths: Sequence[str], clients: int, rate: int, seconds: float
) -> Taken:
    taken, order = Taken(), random.Random(7)
    free: asyncio.Queue[Client] = asyncio.Queue()
    for _ in range(clients):
        free.put_nowait(Client(port, headers))
    began = time.perf_counter()

    async def one(due: float) -> None:
        client = await free.get()
        await _timed(client, order.choice(paths), due, taken)
        free.put_nowait(client)

    tasks = []
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    taken.seconds = time.perf_counter() - began
    return taken


async def _timed(client: Client, path: str, since: float, taken: Taken) -> None:
    status, _ = await client.get(path)
    taken.ms.append((time.perf_counter() - since) * 1000)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}: there is nothing to measure")
