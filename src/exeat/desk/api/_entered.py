"""What systems send, made from the record's own types: within their limits, and nothing unknown."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import Field, GetCoreSchemaHandler, create_model
from pydantic_core import core_schema

from exeat.desk.api._words import Body, Id, Version, kept
from exeat.desk.service.models import Override
from exeat.facts.events import Happening
from exeat.facts.limits import AtEdge
from exeat.facts.times import Uncertain, When
from exeat.office.asking import ENVELOPE
from exeat.office.register import Act

__all__ = ["ActBody", "Entered", "body_of", "said_in"]

T = TypeVar("T")
_AS_THEY_ARE: Final = (Happening, Uncertain)
"""Types that are read just as the record has them: a whole event, and a time."""


class _AsEntered:
    """Read one of the record's own types within the limits that its parts name."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        made: Callable[[Body], object] = lambda body: source(**_values(body))  # noqa: E731
        schema = handler.generate_schema(_model(source))
        return core_schema.no_info_after_validator_function(made, schema)


Entered: TypeAlias = Annotated[T, _AsEntered()]
"""A type of the record's own as it is sent: ``Entered[Offence]`` is read, and is, an offence."""


def _values(body: Body) -> dict[str, Any]:
    return {name: getattr(body, name) for name in type(body).model_fields}


@lru_cache(maxsize=64)
def _model(kind: type) -> type[Body]:
    """Return the model in which a type is sent."""
    return create_model(
        f"{kind.__name__}In", __base__=Body, __doc__=kind.__doc__, **dict(_parts(kind))
    )


def _parts(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield each part of a type: what may be sent for it, and what counts where nothing is."""
    hints = get_type_hints(kind, include_extras=True)
    for one in fields(kind):
        default: Any = ...
        if one.default is not MISSING:
            default = one.default
        elif one.default_factory is not MISSING:
            default = Field(default_factory=one.default_factory)
        yield one.name, (_at_edge(hints[one.name]), default)


def _at_edge(hint: Any) -> Any:
    """Return a type with its limits as pydantic keeps them."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        core, *said = args
        limits = [kept(one) if isinstance(one, AtEdge) else one for one in said]
        return Annotated[(_at_edge(core), *limits)]
    if origin in (Union, types.UnionType):
        return Union[tuple(_at_edge(one) for one in args)]  # noqa: UP007 - made at run time
    if origin is tuple:
        return tuple[_at_edge(args[0]), ...]  # type: ignore[misc]
    if origin is dict:
        return dict[_at_edge(args[0]), _at_edge(args[1])]  # type: ignore[misc]
    if is_dataclass(hint) and not issubclass(hint, _AS_THEY_ARE):  # type: ignore[arg-type]
        return Annotated[hint, _AsEntered()]
    return hint


class ActBody(Body):
    """What every act says besides its own fields."""

    event_id: Annotated[Id | None, Field(description="Sent twice, it counts once.")] = None
    occurred: Annotated[When | None, Field(description="Left out: now.")] = None
    expected_version: Annotated[
        Version | None, Field(description="Refuse if the record has moved on since.")
    ] = None


class SignedBody(ActBody):
    """The same of an act that the law of a place may forbid."""

    override: Annotated[
        Entered[Override] | None,
        Field(description="Why it is done though the law forbids it, and the second person."),
    ] = None


def body_of(act: Act, *, own_path: bool) -> type[ActBody]:
    """Return what an act is sent as.

    Args:
        act: It enters an event.
        own_path: As its own path takes it, which names the request; else as the path of every
            event does, which takes its kind besides.
    """
    enters = act.enters
    assert enters is not None, act.name
    found = _asked(act, enters)
    if own_path:
        found = {act.called.get(name, name): part for name, part in found.items()}
        if "{detainer}" in act.path:
            del found["detainer"]
        if "note" in act.called:
            # It was taken there, and dropped: what is not kept is refused now, and none is none.
            found["note"] = (None, None)
        title = f"{act.name.title().replace('_', '')}Body"
    else:
        tag = next(one.default for one in fields(enters) if one.name == "event")
        found = {"event": (Literal[tag], ...), **found}
        title = f"{enters.__name__}In"
    base = SignedBody if act.signed else ActBody
    return create_model(title, __base__=base, __doc__=enters.__doc__, **found)


def _asked(act: Act, enters: type) -> dict[str, Any]:
    """Return the parts that whoever sends an act says, each with its type and what counts else."""
    found: dict[str, Any] = {}
    kinds = [enters, *([act.takes] if act.takes is not None else [])]
    for name, (hint, default) in (pair for kind in kinds for pair in _parts(kind)):
        if (name in ENVELOPE and name != "note") or name in act.unasked:
            continue
        if name in act.must:
            hint, default = _said(hint), ...
        elif name in act.fills:
            hint, default = _said(hint), act.fills[name]
        found[name] = (hint, default)
    return found


def _said(hint: Any) -> Any:
    """Return a type without None."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Annotated[(_said(args[0]), *args[1:])]
    if origin is Union:
        rest = tuple(one for one in args if one is not type(None))
        return Union[rest]  # noqa: UP007 - made at run time
    return hint


def said_in(act: Act, body: ActBody, path: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return what a body says, as the desk takes it.

    Args:
        act: Which it was sent for.
        body: What was sent.
        path: What the path says besides, such as the request.
    """
    said: dict[str, object] = _values(body)
    for name, called in act.called.items():
        if called in said:
            said[name] = said.pop(called)
    said.pop("event", None)
    return {**said, "event_id": body.event_id or "", **(path or {})}
