"""What a form says as the content of an event, and an event's content as a form shows it.

A field names its part of the event by dots, such as ``offence.description``; one table of fields
serves for entering a thing and for correcting it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from exeat.desk.pages.acts import NONE_FOUND
from exeat.desk.pages.forms import UNKNOWN, Field, Form, Problem, Wrong
from exeat.desk.pages.reading import Filled
from exeat.facts.events import Plain
from exeat.facts.record import Conviction, Offence, Person
from exeat.facts.times import Uncertain
from exeat.office.models import PersonalData

__all__ = ["of_event", "put", "raw_of", "said"]

T = TypeVar("T")

_EMPTY: Final[Mapping[str, Any]] = {"offence": Offence(), "person": Person(), "convictions": ()}


def said(form: Form, filled: Filled, now: Plain | None = None) -> dict[str, Any]:
    """Return what a form says, by the parts of its event: to enter it, and to correct it alike.

    Args:
        form: What was asked.
        filled: What was sent.
        now: The entry as it stands, where one is corrected; what no field asks stays.

    Raises:
        Wrong: The fields do not go together.
    """
    asked = [one for one in form.fields if one.name in filled.values and _is_part(one, now)]
    parts = {one.at: _value(one, now, filled.values[one.name]) for one in asked}
    found = _grouped(now, parts)
    convictions = found.get("convictions", getattr(now, "convictions", None))
    none_found = bool(filled.raw.get(NONE_FOUND.name))
    if convictions is not None and bool(convictions) == none_found:
        raise Wrong(Problem(NONE_FOUND.name, "fault.none-chosen"))
    if found.get("person") == Person():
        raise Wrong(Problem("", "fault.no-fact"))
    return found


def _is_part(one: Field, now: Plain | None) -> bool:
    """Say whether a field asks for a part of the event, and not for what is said beside it."""
    return one != NONE_FOUND and (now is None or hasattr(now, one.at.partition(".")[0]))


def _value(one: Field, now: Plain | None, value: Any) -> Any:
    """Return a value as events have it: no box ticked means not known."""
    if one.kind == "codes":
        return value or None
    if one.at.endswith(".lists"):
        return {name: name in value for name in of_event(now, one.at) or {}}
    return value


def _grouped(now: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    parts: dict[str, dict[str, Any]] = {}
    for at, value in said.items():
        head, _, rest = at.partition(".")
        parts.setdefault(head, {})[rest] = value
    return {head: _made(head, getattr(now, head, None), more) for head, more in parts.items()}


def made_up(form: Form, event_id: str) -> dict[str, str]:
    """Return the id of a new thing that an act enters: the same again where the form is sent again.

    Examples:
        >>> from exeat.desk.pages.acts import INTAKE
        >>> made_up(INTAKE, "0f3a59c201"), made_up(Form("serve", ()), "0f3a59c201")
        ({'detainer': 'd-0f3a59c2'}, {})
    """
    return {form.names: f"{form.names[0]}-{event_id[:8]}"} if form.names else {}


def personal(values: Mapping[str, Any]) -> PersonalData:
    """Return who somebody is, as a form says it."""
    named = {one.name: values.get(one.name) for one in fields(PersonalData)}
    return PersonalData(**{name: value for name, value in named.items() if value is not None})


def put(thing: T, said: Mapping[str, Any]) -> T:
    """Return a thing with some of its parts put anew; the others stay.

    Raises:
        Wrong: A conviction has a date and says not of what.

    Examples:
        >>> put(Conviction(offence=Offence(statute="PC 459")), {"offence.description": "burglary"})
        ... # doctest: +ELLIPSIS
        Conviction(offence=Offence(statute='PC 459', description='burglary', ...), on=None)
    """
    return replace(thing, **_grouped(thing, said))  # type: ignore[type-var]


def _made(part: str, now: Any, said: Mapping[str, Any]) -> Any:
    if "" in said:
        return said[""]
    now = _EMPTY[part] if now is None else now
    if part == "convictions":
        return _listed(now, said)
    made = put(now, said)
    return None if made == Offence() else made


def _listed(now: tuple[Conviction, ...], said: Mapping[str, Any]) -> tuple[Conviction, ...]:
    """Return the convictions; one of which nothing is left is none."""
    rows = dict(enumerate(now))
    parts: dict[int, dict[str, Any]] = {}
    for at, value in said.items():
        number, _, rest = at.partition(".")
        parts.setdefault(int(number), {})[rest] = value
    for row, more in parts.items():
        rows[row] = put(rows.get(row, Conviction(offence=Offence())), more)
    bare = [n for n, one in rows.items() if one.offence in (None, Offence())]
    dated = [n for n in bare if rows[n].on is not None]
    if dated:
        raise Wrong(*(Problem(f"offence_{n + 1}", "fault.offence_missing") for n in dated))
    return tuple(one for n, one in sorted(rows.items()) if n not in bare)


def of_event(event: Any, at: str) -> Any:
    """Return what an event says at a part of it, or None.

    Examples:
        >>> of_event(Conviction(offence=Offence(statute="PC 459")), "offence.statute")
        'PC 459'
    """
    found = event
    for step in at.split("."):
        if isinstance(found, tuple):
            found = found[int(step)] if int(step) < len(found) else None
        else:
            found = getattr(found, step, None)
    return found


def raw_of(one: Field, value: Any, zone: ZoneInfo) -> dict[str, list[str]]:
    """Return a value as a browser would send it, by name.

    An hour that came twice that night says which of the two it is.

    Examples:
        >>> zone = ZoneInfo("America/New_York")
        >>> raw_of(Field("a", "time"), datetime(2026, 11, 1, 6, 30, tzinfo=UTC), zone)
        {'a': ['2026-11-01T01:30'], 'a-fold': ['1']}
        >>> raw_of(Field("a", "truth"), None, zone), raw_of(Field("a"), None, zone)
        ({'a': ['not-known']}, {'a': []})
    """
    if isinstance(value, datetime):
        return _time(one, value.astimezone(zone))
    match value:
        case None:
            texts = [UNKNOWN] if one.kind == "truth" else []
        case bool():
            texts = ["yes" if value else "no"]
        case Uncertain():
            texts = [value.edtf]
        case dict():
            texts = [name for name, on in value.items() if on]
        case () if one.codes is not None:
            texts = ["none"]
        case tuple():
            texts = [str(item.value) for item in value]
        case _:
            texts = [str(getattr(value, "value", value))]
    return {one.name: texts}


def _time(one: Field, local: datetime) -> dict[str, list[str]]:
    between = " " if one.kind == "about" else "T"
    raw = {one.name: [f"{local:%Y-%m-%d}{between}{local:%H:%M}"]}
    if local.replace(fold=0).astimezone(UTC) != local.replace(fold=1).astimezone(UTC):
        raw[f"{one.name}-fold"] = [str(local.fold)]
    return raw
