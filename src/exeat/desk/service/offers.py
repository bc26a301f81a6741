"""Which acts are offered on a record: those that can be done as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from exeat.decide import Verdict
from exeat.desk.service.models import Access
from exeat.facts.record import CustodyRecord
from exeat.office.register import ACTS

__all__ = ["offered"]

_ON_A_PERSON: Final = (
    *(act.name for act in ACTS.values() if act.section),
    "lodge",
    "clear",
    "release",
)
"""What may be done on a record at all."""
_OF_A_REQUEST: Final = frozenset(act.name for act in ACTS.values() if act.section == "request")
_ONCE_GONE: Final = frozenset(
    {"give_notice", "decide_request", "correct", "dispute", "share", "unshare", "clear"}
)
"""What is still to be told, answered or put right of somebody who is not here any more."""


def offered(
    may: Callable[[str], bool],
    record: CustodyRecord,
    verdict: Verdict,
    access: Iterable[Access] = (),
) -> tuple[str, ...]:
    """Return the acts that can be done, of those that a reader may do.

    A form is not offered whose only list would be empty, nor one of somebody who has left.

    Args:
        may: Says what the reader's role may do.
        record: As it stands.
        verdict: At this instant.
        access: Who else reads it.
    """
    left = {act for act in _ON_A_PERSON if may(act)}
    if not any(one.open for one in record.detainers):
        left -= _OF_A_REQUEST
    if not any(one.open for one in record.grounds):
        left.discard("end_basis")
    if all(one.by_request for one in access):
        left.discard("unshare")
    if verdict is Verdict.NOT_IN_CUSTODY and record.release is not None:
        left &= _ONCE_GONE
    return tuple(act for act in _ON_A_PERSON if act in left)
