"""The view of a record from which facts are read: one record, one request, one instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import Truth

__all__ = ["Case", "zone_of"]

zone_of = lru_cache(maxsize=64)(ZoneInfo)
"""Return the time zone of a name, built once."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a fact is read from.

    Attributes:
        record: The custody record.
        detainer: The request that is weighed, or None where the question is asked without one.
        at: The instant at which the question is asked.
        zone: The facility's time zone.
        hold_power: Whether the law of the place is known to give this agency's officers
            power to hold on a civil detainer; it comes from the law and not from the record.
        agreement: Whether the profile of the place says that a 287(g) agreement covers the
            hold; it counts where the record does not say.
    """

    record: CustodyRecord
    detainer: Detainer | None
    at: datetime
    zone: ZoneInfo
    hold_power: Truth = None
    agreement: Truth = None
    memo: dict[object, tuple[object, Truth]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What was already worked out about this case, by the identity of what it was worked out
    from; that is kept beside it, so that no other object can come to have the same identity."""
