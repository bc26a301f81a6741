"""Release eligibility: when the last basis of the jail's own, or of a court, ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER, Truth, Uncertain, bounds

__all__ = ["Eligibility", "eligibility"]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The instant of release eligibility, within bounds, in UTC.

    Attributes:
        earliest: It is not before this; None where even that is not known.
        latest: It is not after this; None where a basis may still run.
        running: Ids of the bases that are known to run on.
        unclear: Ids of the bases whose end the record does not give, or not exactly.
        last: Ids of the bases that end last; empty where there never was one.
    """

    earliest: datetime | None
    latest: datetime | None
    running: tuple[str, ...]
    unclear: tuple[str, ...]
    last: tuple[str, ...]

    def reached(self, at: datetime) -> Truth:
        """Say whether the person was eligible for release at an instant in UTC."""
        if self.running or (self.earliest is not None and at < self.earliest):
            return False
        if self.latest is not None and at >= self.latest:
            return True
        return None


def eligibility(record: CustodyRecord, zone: ZoneInfo) -> Eligibility:
    """Return when the last basis of custody other than immigration requests ends.

    Args:
        record: The custody record; with no basis at all, eligibility is at booking.
        zone: The facility's time zone.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "UTC", "booked": "2026-01-01T00:00Z",'
        ...     '"bases": [{"id": "b", "kind": "charge", "end": "2026-01-02T09:00Z"}]}'
        ... )
        >>> eligibility(record, ZoneInfo("UTC")).earliest.isoformat()
        '2026-01-02T09:00:00+00:00'
    """
    booked_early, booked_late = bounds(record.booked, zone)
    earliest, latest, open_end = booked_early, booked_late, booked_late is None
    running: list[str] = []
    unclear: list[str] = []
    last: list[str] = []
    for basis in record.bases:
        end = basis.end
        if end is NEVER:
            running.append(basis.id)
            continue
        if end is None:
            unclear.append(basis.id)
            open_end = True
            continue
        assert not isinstance(end, type(NEVER))
        early, late = bounds(end, zone)
        if isinstance(end, Uncertain):
            unclear.append(basis.id)
        if late is None:
            open_end = True
        elif latest is None or late >= latest:
            last = [basis.id] if latest is None or late > latest else [*last, basis.id]
            latest = late
        if early is not None and (earliest is None or early > earliest):
            earliest = early
    if running or open_end:
        latest = None
    return Eligibility(earliest, latest, tuple(running), tuple(unclear), tuple(last))
