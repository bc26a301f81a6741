"""Named steps of a release, at which a test may kill the process, or the database.

``EXEAT_CRASH_AT`` names a step, ``EXEAT_CRASH_PID`` the process; its own by default. Both are
read once, when the desk starts; without them a step costs one comparison.
"""

from __future__ import annotations

import os
import signal
from typing import Final

from exeat.record.steps import on_step

__all__ = ["STEPS", "arm", "reached"]

STEPS: Final = (
    "release-locked",
    "release-decided",
    "release-answered",
    "release-written",
    "release-logged",
    "release-committed",
)
"""Every step of a release, in order; the ledger has steps of its own within two of them."""

_crash_at: str | None = None
_victim: int = 0


def arm() -> None:
    """Read where to crash from the environment; for crash tests."""
    global _crash_at, _victim
    _crash_at = os.environ.get("EXEAT_CRASH_AT")
    if _crash_at is not None:
        _victim = int(os.environ.get("EXEAT_CRASH_PID", os.getpid()))
        on_step(reached)


def reached(step: str) -> None:
    """Say that a step was reached."""
    if _crash_at is not None and step == _crash_at:
        os.kill(_victim, signal.SIGKILL)
