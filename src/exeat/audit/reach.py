"""How far an immigration hold reached past every other basis, as the export states the ends.

A plain count that needs no law, so that anybody can check it against the file.
"""

from __future__ import annotations

from exeat.facts.case import zone_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import Act, Never, bounds

__all__ = ["hold_reach"]


def hold_reach(record: CustodyRecord) -> float | None:
    """Return the running hours from the last other end to the last hold's end.

    Returns:
        Hours, negative where another basis ended later; None where an end is not known or
        there is no other basis.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "UTC", "booked": "2016-03-02T09:00Z",'
        ...     '"bases": [{"id": "b", "kind": "charge", "end": "2016-03-03T09:00Z"}],'
        ...     '"detainers": [{"id": "d", "lifted": "2016-03-04T09:00Z"}]}'
        ... )
        >>> hold_reach(record)
        24.0
    """
    holds = [_latest(detainer.lifted, record) for detainer in record.detainers]
    others = [_latest(basis.end, record) for basis in record.grounds]
    if not holds or not others or None in holds or None in others:
        return None
    last_hold = max(end for end in holds if end is not None)
    last_other = max(end for end in others if end is not None)
    return (last_hold - last_other) / 3600


def _latest(act: Act, record: CustodyRecord) -> float | None:
    if act is None or isinstance(act, Never):
        return None
    late = bounds(act, zone_of(record.zone))[1]
    return None if late is None else late.timestamp()
