"""What goes along with a person who is moved: all that stands on their record, with its times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from exeat.facts import events as ev

__all__ = ["moved_along"]

_STAYS: Final = (
    ev.Booked,
    ev.Released,
    ev.Transferred,
    ev.TransferAcknowledged,
    ev.NotInCustodyHere,
)
"""What was said of the house, and not of the person: it does not go along."""


def moved_along(said: Mapping[str, Any], standing: Iterable[ev.Plain]) -> Iterator[ev.Event]:
    """Yield the events of the next facility's record, so that its answer is the former one's.

    Each happened when it happened; the next facility learns of it now. A transfer that lost a
    judge's order, a notice, an ended ground or the start of a clock would turn the answer.

    Args:
        said: The envelope of the booking there.
        standing: What stands on the former record, corrections applied.
    """
    anew: Callable[..., ev.Event] = replace
    for event in standing:
        if not isinstance(event, _STAYS):
            yield anew(
                event,
                id=f"{said['id']}.{event.id}",
                record=said["record"],
                recorded=said["recorded"],
                by=said["by"],
            )
