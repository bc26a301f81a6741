"""Named steps of a write, at which a test may kill the process. Nothing listens otherwise."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["STEPS", "on_step", "reached"]

STEPS = (
    "append-began",
    "append-found",
    "append-written",
    "append-viewed",
    "append-committed",
    "checkpoint-signed",
    "checkpoint-kept",
    "checkpoint-written",
    "shred-marked",
    "shred-written",
    "rotate-part-written",
    "rotate-key-added",
    "rotate-batch-wrapped",
    "rotate-all-wrapped",
    "rotate-old-dropped",
)
"""Every step, in order."""

_listener: Callable[[str], None] | None = None


def on_step(listener: Callable[[str], None] | None) -> None:
    """Call this from now on at every step; for crash tests."""
    global _listener
    _listener = listener


def reached(step: str) -> None:
    """Say that a step was reached."""
    if _listener is not None:
        _listener(step)
