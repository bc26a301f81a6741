"""What stands before every request: how large, how slow, and what is never said.

A body is counted as it arrives, however its length was announced, and is handed on only when it
is whole; so nothing behind this can be made to keep more of it. What fails behind it is answered
and written down by its kind alone, as the words of an error may hold what was sent.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import psycopg
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exeat.desk.api import broken, http_error, unavailable
from exeat.desk.api.site import PREFIX

__all__ = ["Guard"]

_LARGEST_BYTES: Final = 1_000_000
_BODY_SECONDS: Final = 30.0
_ARRIVING_BYTES: Final = 64_000_000
_SMALL_PART: Final = 50
_ALWAYS: Final = ((b"x-content-type-options", b"nosniff"),)
_OF_API: Final = ((b"cache-control", b"no-store"),)
_OF_HTTPS: Final = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)
_log = logging.getLogger("exeat.desk")


class _Refused(Exception):
    """A body that is not taken in, and what is answered."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class Guard:
    """A layer around the application.

    Args:
        app: What it guards.
        https: The desk is reached over TLS, and browsers are told to come in no other way.
        largest_bytes: Of a body.
        body_seconds: How long a body may take to arrive.
        arriving_bytes: Of all bodies that are arriving at one time, so that many slow ones
            together are bounded too. The first fiftieth of what each may hold is not counted: the
            form that lets somebody go is smaller, and no slow large ones of others keep it out.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        https: bool = False,
        largest_bytes: int = _LARGEST_BYTES,
        body_seconds: float = _BODY_SECONDS,
        arriving_bytes: int = _ARRIVING_BYTES,
    ) -> None:
        self.app = app
        self.https = https
        self.largest_bytes = largest_bytes
        self.body_seconds = body_seconds
        self.arriving_bytes = arriving_bytes
        self._small_bytes = largest_bytes // _SMALL_PART
        self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = False
        more = self._headers(str(scope["path"]))

        async def sent(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                known = {name for name, _ in message["headers"]}
                added = [pair for pair in more if pair[0] not in known]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        try:
            await self.app(scope, await self._taken(scope, receive), sent)
        except _Refused as refused:
            await refused.answer(scope, receive, sent)
        except Exception as error:
            answer = _failed(scope, error)
            # An answer that has begun cannot become another; the server cuts it off.
            if not began:
                await answer(scope, receive, sent)

    def _headers(self, path: str) -> tuple[tuple[bytes, bytes], ...]:
        of_api = _OF_API if path.startswith(PREFIX) else ()
        return (*_ALWAYS, *of_api, *(_OF_HTTPS if self.https else ()))

    async def _taken(self, scope: Scope, receive: Receive) -> Receive:
        """Return where the application reads the body from, once the whole of it is here.

        Raises:
            _Refused: It is too large, too slow, or one too many; or its address is no text.
        """
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            # No id, word or number holds it, and no database takes it.
            raise _Refused(http_error(HTTPException(400, "holds a letter that no text has")))
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self.largest_bytes:
            raise self._too_large()
        if length == b"0" and b"transfer-encoding" not in headers:
            return receive
        try:
            async with asyncio.timeout(self.body_seconds):
                body = await self._arrived(receive)
        except TimeoutError:
            detail = f"did not arrive within {self.body_seconds:g} seconds"
            raise _Refused(_closing(http_error(HTTPException(408, detail)))) from None
        given = False

        async def replayed() -> Message:
            nonlocal given
            if given or body is None:
                return await receive() if body is not None else {"type": "http.disconnect"}
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        return replayed

    async def _arrived(self, receive: Receive) -> bytes | None:
        """Return a body when it is whole; None: the client went away."""
        body, large = bytearray(), 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                body += message.get("body", b"")
                more = max(0, len(body) - self._small_bytes) - large
                large, self._arriving = large + more, self._arriving + more
                if len(body) > self.largest_bytes:
                    raise self._too_large()
                if more and self._arriving > self.arriving_bytes:
                    raise _Refused(_closing(unavailable()))
                if not message.get("more_body", False):
                    return bytes(body)
        finally:
            self._arriving -= large

    def _too_large(self) -> _Refused:
        detail = f"is larger than {self.largest_bytes} bytes"
        return _Refused(_closing(http_error(HTTPException(413, detail))))


def _closing(answer: Response) -> Response:
    """Let an answer end the connection: what is still on its way is not read."""
    answer.headers["Connection"] = "close"
    return answer


def _failed(scope: Scope, error: Exception) -> Response:
    _log.error("%s %s failed: %s", scope["method"], scope["path"], type(error).__name__)
    return unavailable() if isinstance(error, psycopg.OperationalError) else broken()
