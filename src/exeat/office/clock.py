"""The one clock of the desk."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["utcnow"]


def utcnow() -> datetime:
    """Return the present instant, in UTC.

    Units: microseconds, as the ledger keeps them.
    """
    return datetime.now(UTC)
