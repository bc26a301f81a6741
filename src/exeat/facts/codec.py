"""Records to and from JSON, with every fault named at once.

Examples:
    >>> record = record_from_json('{"id": "demo", "zone": "UTC", "booked": "2026-01-01T00:00Z"}')
    >>> record_from_json(record_to_json(record)) == record
    True
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from exeat.errors import Fault, RecordError
from exeat.facts._faults import Shape, field_names, one_line
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER, Act, Uncertain, bounds, show_when
from exeat.i18n.said import Said

__all__ = ["inconsistencies", "record_from_json", "record_schema", "record_to_json"]

_ADAPTER: Final = TypeAdapter(CustodyRecord)


@lru_cache(maxsize=1)
def _shape() -> Shape:
    return Shape("a custody record", "record", field_names(_ADAPTER.json_schema()))


def record_from_json(text: str | bytes, place: str = "record") -> CustodyRecord:
    """Read one custody record.

    Args:
        text: A JSON object.
        place: What to call the text in a message, such as its file name.

    Raises:
        RecordError: With every fault: the field, the value seen, what would do.

    Examples:
        >>> record_from_json('{"id": "x", "zone": "UTC", "booked": "soon"}', "x.json")
        Traceback (most recent call last):
        ...
        exeat.errors.RecordError: x.json, field `booked`: `soon` is neither a time with
        an offset nor an EDTF date
          help: Write a time such as 2026-03-06T17:30-05:00, a date such as 2017-05, or XXXX-XX-XX.
    """
    try:
        record = _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise RecordError(_shape().faults_of(error, place)) from None
    faults = list(inconsistencies(record, place))
    if faults:
        raise RecordError(faults)
    return record


def record_to_json(record: CustodyRecord, *, indent: int | None = None) -> str:
    """Write one custody record as JSON; what reading would fill in again is left out.

    Examples:
        >>> from exeat.facts.times import Uncertain
        >>> record_to_json(CustodyRecord(id="demo", zone="UTC", booked=Uncertain("2026")))
        '{"id":"demo","zone":"UTC","booked":"2026"}'
    """
    # Not exclude_none: `lifted` is `never` where it is left out, so that its null must stay.
    return _ADAPTER.dump_json(record, indent=indent, exclude_defaults=True).decode()


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema of one custody record (draft 2020-12)."""
    schema = _ADAPTER.json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "exeat custody record",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def inconsistencies(record: CustodyRecord, place: str) -> Iterable[Fault]:
    """Say what no record can be: an unknown zone, twice the same id, an end before its start."""
    yield from _repeated_ids(record, place)
    try:
        zone = ZoneInfo(record.zone)
    except (KeyError, ValueError, OSError):
        yield Fault(
            "E103",
            f"{place}, field `zone`",
            f"`{one_line(record.zone)}` is no time zone",
            "Write an IANA name such as America/Los_Angeles.",
        )
        return
    yield from _out_of_order(record, place, zone)


def _repeated_ids(record: CustodyRecord, place: str) -> Iterable[Fault]:
    ids = [basis.id for basis in record.grounds]
    ids += [detainer.id for detainer in record.detainers]
    ids += [notice.id for notice in record.notices or ()]
    for id, times in Counter(ids).items():
        if times == 1:
            continue
        yield Fault(
            "E104",
            f"{place}, id `{one_line(id)}`",
            f"`{one_line(id)}` stands for two things",
            "Give each basis, detainer and notice an id of its own.",
        )


def _out_of_order(record: CustodyRecord, place: str, zone: ZoneInfo) -> Iterable[Fault]:
    if record.release and _surely_before(record.release.at, record.booked, zone):
        yield _order_fault(place, "release.at", record.release.at, "booked")
    if _surely_before(record.taken_over, record.booked, zone):
        yield _order_fault(place, "taken_over", record.taken_over, "booked")
    for basis in record.grounds:
        if _surely_before(basis.end, basis.start, zone):
            yield _order_fault(place, f"bases.{basis.id}.end", basis.end, "start")
    for detainer in record.detainers:
        if _surely_before(detainer.lifted, detainer.issued, zone):
            yield _order_fault(place, f"detainers.{detainer.id}.lifted", detainer.lifted, "issued")
        if _surely_before(detainer.lifted, detainer.received, zone):
            field = f"detainers.{detainer.id}.lifted"
            yield _order_fault(place, field, detainer.lifted, "received")


def _order_fault(place: str, field: str, seen: Act, other: str) -> Fault:
    field = one_line(field, 200)
    when = seen if isinstance(seen, datetime) else show_when(seen) or ""
    return Fault(
        "E105",
        f"{place}, field `{field}`",
        f"`{show_when(seen)}` is before `{other}`",
        f"Correct one of the two; if the order is not known, write XXXX-XX-XX for `{field}`.",
        Said("fault.order", {"seen": when, "other": other, "field": field}),
    )


def _surely_before(act: Act, other: Act, zone: ZoneInfo) -> bool:
    if act is None or other is None or act is NEVER or other is NEVER:
        return False
    late, early = bounds(act, zone)[1], bounds(other, zone)[0]
    if late is None or early is None:
        return False
    # A day ends with the first instant that is no longer of it.
    return late < early or (late == early and isinstance(act, Uncertain))
