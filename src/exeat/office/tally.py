"""How much was tried of late: limits that hold over every process of a desk.

Counted in PostgreSQL, in a table that need not outlive a crash; what is counted stands there as a
hash, so that neither an address nor a name is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from exeat.errors import Fault
from exeat.i18n.said import Said
from exeat.office.db import Tx
from exeat.office.errors import TooMany

__all__ = ["Limit", "forget", "spend", "tallied", "too_many"]

_KEPT_SECONDS: Final = 2 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of something may be tried.

    Attributes:
        what: Which thing, and whose: ``("address", "192.0.2.7")``.
        most: How often within a stretch.
        seconds: How long a stretch is. Stretches follow each other, so that across the seam of
            two of them twice as much may pass.
    """

    what: tuple[str, ...]
    most: int
    seconds: int


def tallied(tx: Tx, what: tuple[str, ...], seconds: int) -> int:
    """Count one more, and return how many there are in this stretch of so many seconds."""
    hashed = hashlib.sha256("\0".join((*what, str(seconds))).encode()).digest()
    row = tx.one("tally", what=hashed, since=_since(tx.ctx.now, seconds))
    assert row is not None
    return int(row["n"])


def spend(tx: Tx, limits: Iterable[Limit]) -> int:
    """Count one more under each limit, and return how many seconds to wait; 0: none is passed.

    Call it in a transaction of its own, and refuse after it: what is rolled back would not count,
    and what is held open would keep everybody else waiting.
    """
    wait = 0
    # Always in one order, so that no two who count wait for each other.
    for limit in sorted(limits, key=lambda one: (one.what, one.seconds)):
        if tallied(tx, limit.what, limit.seconds) > limit.most:
            wait = max(wait, _left(tx.ctx.now, limit.seconds))
    return wait


def too_many(place: str, seconds: int) -> TooMany:
    """Return the error that says after how long it can be tried again."""
    help = f"Try again in {seconds} seconds."
    said = Said("fault.many", {"n": seconds})
    return TooMany([Fault("E619", place, "came too often in a short time", help, said)], seconds)


def forget(tx: Tx) -> None:
    """Forget what no limit asks for any more."""
    tx.run("forget_tallies", before=tx.ctx.now - timedelta(seconds=_KEPT_SECONDS))


def _since(now: datetime, seconds: int) -> datetime:
    at = int(now.timestamp())
    return datetime.fromtimestamp(at - at % seconds, now.tzinfo)


def _left(now: datetime, seconds: int) -> int:
    return seconds - int(now.timestamp()) % seconds
