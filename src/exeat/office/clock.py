"""The one clock of the desk, and how far the database's is from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from exeat.office.errors import NotNow

__all__ = ["ClockCheck", "utcnow"]


def utcnow() -> datetime:
    """Return the present instant, in UTC.

    Units: microseconds, as the ledger keeps them.
    """
    return datetime.now(UTC)


class ClockCheck:
    """Compares this machine's clock with the database's, at every transaction.

    What a desk with a wrong clock writes would be wrong for good: an entry cannot be taken back,
    and a code app that agrees with it agrees with nobody else.

    Args:
        limit_seconds: How far apart they may be.
        wall: This machine's clock, in seconds since 1970; a test sets its own.

    Examples:
        >>> clock = ClockCheck(10, wall=lambda: 7200.0)
        >>> clock.saw(7195.0)
        >>> clock.apart, clock.right
        (5.0, True)
        >>> clock.saw(0.0)
        >>> clock.right
        False
    """

    def __init__(self, limit_seconds: float, wall: Callable[[], float] = time.time) -> None:
        self.limit_seconds = limit_seconds
        self.wall = wall
        self.apart = 0.0

    def saw(self, database_seconds: float) -> None:
        """Take note of what the database's clock says now."""
        self.apart = self.wall() - database_seconds

    @property
    def right(self) -> bool:
        """Whether the two are near enough."""
        return abs(self.apart) <= self.limit_seconds

    def need(self) -> None:
        """Refuse to go on while they are not.

        Raises:
            NotNow: They are too far apart.
        """
        if not self.right:
            where = "ahead of" if self.apart > 0 else "behind"
            words = f"is {abs(self.apart):.0f} seconds {where} the database's; nothing is written"
            help = "Set the clock of this machine, or the database's; the desk goes on by itself."
            raise NotNow.one("E692", "clock of the desk", words, help)
