"""Argon2id, a few at once: each takes some 50 ms of a processor and 64 MiB of memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from exeat.office.tally import too_many

__all__ = ["Hashing"]

_WAITING: Final = 4
_AGAIN_SECONDS: Final = 5


class Hashing:
    """Hashes passwords, so many at once and so many who wait for their turn.

    Who comes beyond that is turned away at once: who waits takes a thread from everybody else.

    Args:
        hasher: Argon2id.
        at_once: How many run at one time in this process.
    """

    def __init__(self, hasher: PasswordHasher, at_once: int) -> None:
        self._hasher = hasher
        self._room = BoundedSemaphore(at_once * _WAITING)
        self._running = BoundedSemaphore(at_once)

    def hash(self, password: str) -> str:
        """Return the hash of a password.

        Raises:
            TooMany: Too many are under way.
        """
        with self._turn():
            return self._hasher.hash(password)

    def right(self, hashed: str, password: str) -> bool:
        """Say whether a hash is that of a password.

        Raises:
            TooMany: Too many are under way.
        """
        with self._turn():
            try:
                return self._hasher.verify(hashed, password)
            except (VerificationError, InvalidHashError, UnicodeEncodeError):
                return False

    def stale(self, hashed: str) -> bool:
        """Say whether a hash was made with weaker parameters than those of today."""
        return self._hasher.check_needs_rehash(hashed)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(blocking=False):
            raise too_many("password", _AGAIN_SECONDS)
        try:
            with self._running:
                yield
        finally:
            self._room.release()
