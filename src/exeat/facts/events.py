"""Events: what happened to one person's custody, each immutable and with two times.

``occurred`` is when it happened, as the event says; ``recorded`` is when this system
or that agency learnt of it. :func:`exeat.facts.fold.fold` adds events up to a record.

No event has a field for nationality, race, ethnicity, religion or birthplace.

Examples:
    >>> (served,) = events_from_json(
    ...     '{"event": "detainer-served", "id": "e7", "record": "demo", "detainer": "d1",'
    ...     ' "occurred": "2026-03-06T09:00-05:00", "recorded": "2026-03-06", "by": "desk-1"}'
    ... )
    >>> served.detainer, served.recorded
    ('d1', Uncertain(edtf='2026-03-06'))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from typing import Annotated, Any, Final, TypeAlias, get_args

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from exeat.errors import Fault, RecordError
from exeat.facts import _event_kinds
from exeat.facts._event_kinds import *  # noqa: F403
from exeat.facts._event_kinds import Event
from exeat.facts._faults import Shape, field_names, not_json

__all__ = [
    "EVENT_KINDS",
    "event_schema",
    "event_to_json",
    "events_from_json",
]
# Every kind of event is named where it is made, and nowhere a second time.
__all__ += _event_kinds.__all__

_Tagged: TypeAlias = Annotated[Event, Field(discriminator="event")]

_ADAPTER: Final[TypeAdapter[Event]] = TypeAdapter(_Tagged)

_FORMS: Final = "Give a JSON array of events, or one event a line; see `exeat schema event`."


def _tag(kind: type[Event]) -> str:
    return next(str(field.default) for field in fields(kind) if field.name == "event")


EVENT_KINDS: Final[dict[str, type[Event]]] = {_tag(kind): kind for kind in get_args(Event)}
"""Each kind of event, by the word that stands for it in JSON."""


@lru_cache(maxsize=1)
def _shape() -> Shape:
    names = field_names(_ADAPTER.json_schema())
    return Shape("this kind of event", "event", names, frozenset(EVENT_KINDS))


def events_from_json(text: str | bytes, place: str = "events") -> tuple[Event, ...]:
    """Read events, from a JSON array or from JSON lines; empty lines are passed over.

    Args:
        text: The array, or one event a line.
        place: What to call the text in a message, such as its file name.

    Raises:
        RecordError: With every fault of every event: the line, the field, the value seen,
            what would do.

    Examples:
        >>> events_from_json('[{"id": "e1"}, {"event": "relaesed"}]', "x.json")
        ... # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        exeat.errors.RecordError: x.json, event 1, field `event`: is missing
          help: Use one of: basis-added, ...
        x.json, event 2, field `event`: `relaesed` is no kind of event
          help: Use one of: basis-added, ... Did you mean `released`?
    """
    events: list[Event] = []
    faults: list[Fault] = []
    for where, value in _values(text, place):
        if isinstance(value, Fault):
            faults.append(value)
            continue
        try:
            events.append(_ADAPTER.validate_python(value))
        except ValidationError as error:
            faults += _shape().faults_of(error, where)
    if faults:
        raise RecordError(faults)
    return tuple(events)


def _values(text: str | bytes, place: str) -> Iterator[tuple[str, Any]]:
    """Yield each event not yet read with its place, or the fault of a text that is not JSON."""
    whole = _parsed(text, place)
    if isinstance(whole, list):
        for number, value in enumerate(whole, 1):
            yield f"{place}, event {number}", value
    elif not isinstance(whole, Fault) or text.lstrip()[:1] in ("[", b"["):
        yield place, whole
    else:
        for number, line in enumerate(_lines(text), 1):
            if line.strip():
                where = f"{place}, line {number}"
                yield where, _parsed(line, where)


def _lines(text: str | bytes) -> list[str | bytes]:
    # Not splitlines: a text in JSON may hold U+2028, at which it would split.
    return [*text.split("\n")] if isinstance(text, str) else [*text.split(b"\n")]


def _parsed(text: str | bytes, where: str) -> Any:
    try:
        return from_json(text)
    except ValueError as error:
        return not_json(error, where, _FORMS)


def event_to_json(event: Event) -> str:
    """Write one event as JSON on one line; what is not known is left out."""
    return _ADAPTER.dump_json(event, exclude_none=True).decode()


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema of one event (draft 2020-12)."""
    schema = _ADAPTER.json_schema()
    for part in schema["$defs"].values():
        # Each class knows its own kind, so pydantic would not ask for it.
        if "event" in part.get("properties", {}):
            part["required"] = ["event", *part["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "exeat event",
        **schema,
    }
