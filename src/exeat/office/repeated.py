"""What a client sends again, or on what it no longer knows: the same, another, or too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from exeat.errors import Fault
from exeat.facts.events import Event
from exeat.office.errors import DeskError, Stale
from exeat.record.entries import History

__all__ = ["another", "said_again", "stale"]


def said_again(
    history: History, events: Sequence[Event], *, timed: bool = True
) -> tuple[str, ...] | None:
    """Return the ids if all of these events are on record already, with the same content.

    Raises:
        DeskError: An id is on record with another content.
    """
    known = {event.id: event for event in history.events()}
    if not events or events[0].id not in known:
        return None
    for event in events:
        first = known.get(event.id)
        times: dict[str, Any] = {}
        if first is not None:
            times["recorded"] = first.recorded
            if not timed:
                times["occurred"] = first.occurred
        if first is None or type(first) is not type(event) or replace(event, **times) != first:
            raise another(f"event `{event.id}`")
    return tuple(event.id for event in events)


def another(place: str) -> DeskError:
    """Return the error that an id which a client sends anew stood for something else at first."""
    words = "stands for another content already"
    help = "Give each event an id of its own; to change one, send a correction."
    return DeskError.one("E605", place, words, help)


def stale(history: History, expected: int) -> Stale:
    """Return the error that says what came in since a version."""
    came_in = tuple(
        event
        for entry in history.entries
        if entry.leaf.version > expected and (event := entry.event()) is not None
    )
    kinds = ", ".join(event.event for event in came_in) or "nothing that can be read"
    return Stale(
        [
            Fault(
                "E603",
                f"record `{history.name}`",
                f"is at version {history.version}, not {expected}; came in since: {kinds}",
                "Read the record again, and decide again.",
            )
        ],
        history.version,
        came_in,
    )
