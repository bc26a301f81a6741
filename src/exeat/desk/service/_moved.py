"""What goes along with a person who is moved: all that stands on their record, with its times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from exeat.facts import events as ev
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER

__all__ = ["moved_along"]

_STAYS: Final = (
    ev.Booked,
    ev.Released,
    ev.Transferred,
    ev.TransferAcknowledged,
    ev.NotInCustodyHere,
)
"""What was said of the house, and not of the person: it does not go along."""
_OF_A_REQUEST: Final = (
    ev.DetainerLodged,
    ev.DetainerReceived,
    ev.DetainerServed,
    ev.DetainerAcknowledged,
    ev.HoldOrdered,
    ev.DetainerDecided,
    ev.DetainerLifted,
)


def moved_along(
    said: Mapping[str, Any], standing: Iterable[ev.Plain], former: CustodyRecord
) -> Iterator[ev.Event]:
    """Yield the events of the next facility's record, so that its answer is the former one's.

    Each happened when it happened; the next facility learns of it now. A request that ended
    before the move stays behind, and so does what was told about it alone. A transfer that
    lost a judge's order, a notice or the start of a clock would turn the answer.

    Args:
        said: The envelope of the booking there.
        standing: What stands on the former record, corrections applied.
        former: What it adds up to.
    """
    gone = {paper.id for paper in former.detainers if paper.lifted not in (NEVER, None)}
    for event in standing:
        if isinstance(event, _STAYS) or _about(event) in gone:
            continue
        anew: Callable[..., Any] = replace
        yield anew(
            event,
            id=f"{said['id']}.{event.id}",
            record=said["record"],
            recorded=said["recorded"],
            by=said["by"],
        )


def _about(event: ev.Plain) -> str | None:
    if isinstance(event, ev.NoticeGiven):
        return event.about
    if isinstance(event, _OF_A_REQUEST):
        return event.detainer
    return None
