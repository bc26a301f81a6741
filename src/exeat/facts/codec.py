"""Records and events to and from JSON, with every fault named at once.

Examples:
    >>> record = record_from_json('{"id": "demo", "zone": "UTC", "booked": "2026-01-01T00:00Z"}')
    >>> record_from_json(record_to_json(record)) == record
    True
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from exeat.errors import Fault, RecordError, near_miss
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER, Act, Uncertain, bounds

__all__ = ["record_from_json", "record_schema", "record_to_json"]

_ADAPTER: Final = TypeAdapter(CustodyRecord)

_HELP: Final = {
    "missing": "Add the field.",
    "enum": "Use one of: {expected}.",
    "extra_forbidden": "Take the field out; exeat keeps no fact that no rule needs.{near}",
    "json_invalid": "Give a JSON object, as `exeat schema record` describes it.",
    "bool_parsing": "Write true, false or null.",
    "string_type": "Write a text in quotes.",
    "tuple_type": "Write a list in [ ].",
}


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
        exeat.errors.RecordError: x.json, field `booked`: `soon` is neither a time with an offset nor an EDTF date
          help: Write a time such as 2026-03-06T17:30-05:00, a date such as 2017-05, or XXXX-XX-XX.
    """
    try:
        record = _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise RecordError(_faults(error.errors(), place)) from None
    faults = list(_inconsistencies(record, place))
    if faults:
        raise RecordError(faults)
    return record


def record_to_json(record: CustodyRecord, *, indent: int | None = None) -> str:
    """Write one custody record as JSON; what is not known is left out."""
    return _ADAPTER.dump_json(record, indent=indent, exclude_none=True).decode()


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema of one custody record (draft 2020-12)."""
    schema = _ADAPTER.json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "exeat custody record",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _faults(errors: Sequence[ErrorDetails], place: str) -> list[Fault]:
    return [_fault(error, place) for error in errors]


def _fault(error: ErrorDetails, place: str) -> Fault:
    field = ".".join(str(step) for step in error["loc"])
    where = f"{place}, field `{field}`" if field else place
    kind, seen = error["type"], error.get("input")
    if kind == "json_invalid":
        detail = str(error["ctx"]["error"])
        return Fault("E100", where, f"is not JSON ({detail})", _HELP[kind])
    if kind == "value_error":
        return Fault(
            "E101",
            where,
            str(error["msg"]).removeprefix("Value error, "),
            "Write a time such as 2026-03-06T17:30-05:00, a date such as 2017-05, or XXXX-XX-XX.",
        )
    shown = json.dumps(seen, default=str) if not isinstance(seen, str) else seen
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    words = {
        "missing": "is missing",
        "extra_forbidden": "is not a field of a custody record",
        "enum": f"`{shown}` is not in the list",
    }.get(kind, f"`{shown}` will not do here ({error['msg'].lower()})")
    near = near_miss(str(error["loc"][-1]), sorted(_field_names())) if field else ""
    ctx = error.get("ctx") or {}
    help = _HELP.get(kind, "See `exeat schema record`.")
    return Fault("E102", where, words, help.format(expected=ctx.get("expected", ""), near=near))


def _field_names() -> set[str]:
    schema = _ADAPTER.json_schema()
    names = set(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        names |= set(part.get("properties", {}))
    return names


def _inconsistencies(record: CustodyRecord, place: str) -> Iterable[Fault]:
    """Say what no record can be: an unknown zone, twice the same id, an end before its start."""
    try:
        zone = ZoneInfo(record.zone)
    except (KeyError, ValueError, OSError):
        yield Fault(
            "E103",
            f"{place}, field `zone`",
            f"`{record.zone}` is no time zone",
            "Write an IANA name such as America/Los_Angeles.",
        )
        return
    seen: set[str] = set()
    for item in (*record.bases, *record.detainers, *(record.notices or ())):
        if item.id in seen:
            yield Fault(
                "E104",
                f"{place}, id `{item.id}`",
                f"`{item.id}` stands for two things",
                "Give each basis, detainer and notice an id of its own.",
            )
        seen.add(item.id)
    if record.release and _surely_before(record.release.at, record.booked, zone):
        yield _order_fault(place, "release.at", record.release.at, "booked")
    for basis in record.bases:
        if basis.start is not None and _surely_before(basis.end, basis.start, zone):
            yield _order_fault(place, f"bases.{basis.id}.end", basis.end, "start")
    for detainer in record.detainers:
        if detainer.issued is not None and _surely_before(detainer.lifted, detainer.issued, zone):
            yield _order_fault(place, f"detainers.{detainer.id}.lifted", detainer.lifted, "issued")


def _order_fault(place: str, field: str, seen: Act, other: str) -> Fault:
    from exeat.facts.times import show_when

    return Fault(
        "E105",
        f"{place}, field `{field}`",
        f"`{show_when(seen)}` is before `{other}`",
        f"Correct one of the two; if the order is not known, write XXXX-XX-XX for `{field}`.",
    )


def _surely_before(act: Act, other: Act, zone: ZoneInfo) -> bool:
    if act is None or other is None or act is NEVER or other is NEVER:
        return False
    assert not isinstance(act, type(NEVER)) and not isinstance(other, type(NEVER))
    late, early = bounds(act, zone)[1], bounds(other, zone)[0]
    if isinstance(act, Uncertain) and late is None:
        return False
    return late is not None and early is not None and late < early
