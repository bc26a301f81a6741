"""How the desk listens: an HTTP server that waits for nobody for ever and says little of itself."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["KindAlone", "config", "say_kinds_alone"]

_HEAD_SECONDS: Final = 15.0
_LEAVING_SECONDS: Final = 3


class Patient(H11Protocol):
    """A connection whose next request has to be sent whole, as far as its head, within a time."""

    head_seconds: float = _HEAD_SECONDS
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a first request."""
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came in; whoever is in the middle of a head is waited for, and no longer."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._cancel()
        elif self._late is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._late = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _cancel(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class KindAlone(logging.Filter):
    """Lets a log tell what kind of error there was, and nothing of its words.

    The words of an error, and the values in its trace, may hold what somebody sent.

    Examples:
        >>> record = logging.makeLogRecord(
        ...     {"msg": "it failed", "exc_info": (ValueError, None, None)}
        ... )
        >>> KindAlone().filter(record), record.getMessage(), record.exc_info
        (True, 'it failed (ValueError)', None)
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Take out of a line what it must not hold."""
        if record.exc_info and record.exc_info[0] is not None:
            record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
            record.exc_info, record.exc_text, record.stack_info = None, None, None
        return True


def say_kinds_alone() -> None:
    """Send every log of this process to standard error, without the words of errors."""
    handler = logging.StreamHandler()
    handler.addFilter(KindAlone())
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def config(app: FastAPI, *, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """Return how an application is served.

    Args:
        app: The desk's.
        host: Address to listen on, where the server makes its own socket.
        port: Port to listen on.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Patient,
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LEAVING_SECONDS,
    )
