"""Live changes: what the database says has moved, told to whoever may see it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from typing import Final

import psycopg

from exeat.desk.service import Desk
from exeat.office.context import Context

__all__ = ["Changes"]

_CHANNEL: Final = "exeat_changes"
_QUIET_SECONDS: Final = 20.0
_RETRY_SECONDS: Final = 2.0
_BACKLOG: Final = 1000
_KEY: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _always() -> bool:
    return True


class Changes:
    """One listener for the whole process, and a queue for each reader.

    Args:
        desk: Says which of the records that moved a reader may see.

    Attributes:
        listens: The line to the database is open.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._queues: set[asyncio.Queue[str]] = set()
        self._task: asyncio.Task[None] | None = None
        self.listens = False

    async def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def stream(self, ctx: Context, still: Callable[[], bool] = _always) -> AsyncIterator[str]:
        """Yield server-sent events: ids of records that moved, and a beat while nothing does.

        Args:
            ctx: Who reads.
            still: Says whether their session, or key, is in force; asked before anything is told
                and with each beat. Where it is not, the stream says that it ended, and ends.
        """
        queue: asyncio.Queue[str] = asyncio.Queue(_BACKLOG)
        self._queues.add(queue)
        try:
            yield ": open\n\n"
            while True:
                keys = await self._next(queue)
                if not await asyncio.to_thread(still):
                    yield "event: ended\ndata:\n\n"
                    return
                if not keys:
                    yield ": quiet\n\n"
                    continue
                names = await asyncio.to_thread(self.desk.reading.visible, ctx, keys)
                for name in names:
                    yield f"event: record\ndata: {name}\n\n"
        finally:
            self._queues.discard(queue)

    async def _next(self, queue: asyncio.Queue[str]) -> list[str]:
        """Return all the keys that wait, or none after a while without any."""
        try:
            first = await asyncio.wait_for(queue.get(), _QUIET_SECONDS)
        except TimeoutError:
            return []
        keys = {first}
        while not queue.empty():
            keys.add(queue.get_nowait())
        return sorted(keys)

    async def _listen(self) -> None:
        while True:
            try:
                conn = await psycopg.AsyncConnection.connect(
                    self.desk.office.db.conninfo, autocommit=True
                )
                async with conn:
                    await conn.execute(f"LISTEN {_CHANNEL}".encode())
                    self.listens = True
                    async for note in conn.notifies():
                        self._tell(note.payload)
            except psycopg.Error:
                # The database went away; pages fall back on being reloaded meanwhile.
                self.listens = False
                await asyncio.sleep(_RETRY_SECONDS)

    def _tell(self, key: str) -> None:
        # Any login of the database may send here, so what is no key of a record is nothing.
        if not _KEY.fullmatch(key):
            return
        for queue in self._queues:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(key)
