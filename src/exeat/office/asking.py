"""What an act asks, read off the type that it fills: each part once, by its own name and limits.

Forms, the command line and the pages of documents show these; nothing here knows a page.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, TypedDict, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from exeat.facts.codes import Described
from exeat.facts.limits import AtEdge
from exeat.facts.record import Offence
from exeat.facts.times import Uncertain

__all__ = ["ENVELOPE", "Field", "How", "Part", "asked_of", "field_of", "parts_of"]

ENVELOPE: Final = frozenset({"event", "id", "record", "occurred", "recorded", "by", "note"})
"""What every event says besides its content; an act never asks for its kind, id, record or source.
"""

_CODE: Final = 100
_ONE_LINE: Final = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks.

    Attributes:
        name: Its words stand in the catalogue under ``field.<name>``.
        kind: ``text``, ``long``, ``password``, ``time``, ``about`` (a day or an uncertain time),
            ``date``, ``code``, ``codes``, ``truth`` (yes, no, not known), ``yes-no``, ``tick``,
            ``pick``, ``picks``; ``rows`` of a type of the record's own, an ``entry`` of a record.
        codes: For ``code`` and ``codes``: the code list.
        source: For ``pick``: which things of the record can be chosen.
        start: ``now``: a time starts with the present one.
        mono: It is an id or a code, and is shown in a face for such.
        quiet: It is not marked as optional: it is one of several that together are asked for.
        part: What it says of the event that the form enters, where that has another name, such as
            ``offence.description``.
        about: What it means, in English, as the record's own types say it.
        limit: What a text keeps to.
    """

    name: str
    kind: str = "text"
    required: bool = False
    codes: type[Described] | None = None
    source: str = ""
    start: str = ""
    words: str = ""
    autocomplete: str = "off"
    width: str = ""
    mono: bool = False
    quiet: bool = False
    part: str = ""
    about: str = ""
    limit: AtEdge | None = None

    @property
    def key(self) -> str:
        """Return the name under which its words stand."""
        return self.words or self.name

    @property
    def at(self) -> str:
        """Return which part of an event it says, by dots."""
        return self.part or self.name


class How(TypedDict, total=False):
    """How a field is asked otherwise than its type says."""

    name: str
    kind: str
    required: bool
    source: str
    start: str
    words: str
    width: str
    mono: bool
    quiet: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a type: what it is made of, and what is said of it.

    Attributes:
        core: Its type, without None and without what is said of it.
        optional: It may be None.
        needed: It has no default.
        about: What it means, in words.
        limit: What it keeps to where it is entered.
    """

    name: str
    core: Any
    optional: bool
    needed: bool
    about: str
    limit: AtEdge | None


@lru_cache(maxsize=64)
def parts_of(kind: type) -> tuple[Part, ...]:
    """Return the parts of a dataclass, its envelope included.

    Examples:
        >>> from exeat.facts.events import DetainerLifted
        >>> [(one.name, one.optional) for one in parts_of(DetainerLifted)][-2:]
        [('detainer', False), ('reason', True)]
    """
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        _part(one.name, hints[one.name], one.default is MISSING is one.default_factory)
        for one in fields(kind)
    )


def _part(name: str, hint: Any, needed: bool) -> Part:
    optional, said = False, []
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            said += more
        elif type(None) in get_args(hint) and get_origin(hint) in (Union, types.UnionType):
            optional = True
            rest = tuple(one for one in get_args(hint) if one is not type(None))
            hint = rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007 - made at run time
        else:
            break
    about = next((one.description for one in said if isinstance(one, FieldInfo)), None)
    limit = next((one for one in said if isinstance(one, AtEdge)), None)
    return Part(name, hint, optional, needed, about or "", limit)


_ORDER: Final[Mapping[type, tuple[str, ...]]] = {
    # What the jail wrote comes first; the lists of a law are placed elsewhere.
    Offence: ("description", "statute", "offence_class"),
}
_HOW: Final[Mapping[str, How]] = {
    "detainer": How(kind="pick", source="detainers"),
    "basis": How(kind="pick", source="bases"),
    "agency": How(mono=True, width="short", words="court"),
    "issued": How(kind="about", width="short"),
    "addressed_to": How(mono=True, width="short"),
    "language": How(width="short"),
    "occurred": How(start="now"),
    "offence.description": How(name="offence"),
    "offence.statute": How(mono=True, width="short"),
    "on": How(kind="about", words="convicted_on", width="short"),
}
"""How a part is asked in whichever act it stands."""


def asked_of(
    kind: type, hows: Mapping[str, How] | None = None, within: str = ""
) -> Iterator[Field]:
    """Yield the fields that ask for the content of a type, in its order.

    Args:
        kind: An event, or one of the record's own types.
        hows: How its parts are asked otherwise than their types say, by part.
        within: The part of the event that it is, such as ``person.``.

    Examples:
        >>> from exeat.facts.events import DetainerDecided
        >>> [(one.name, one.kind, one.required) for one in asked_of(DetainerDecided)]
        [('detainer', 'pick', True), ('complies', 'truth', False)]
    """
    parts = {one.name: one for one in parts_of(kind)}
    for name in _ORDER.get(kind, [name for name in parts if name not in ENVELOPE]):
        yield from field_of(parts[name], hows or {}, within)


def field_of(part: Part, hows: Mapping[str, How], within: str = "") -> Iterator[Field]:
    """Yield the field of one part; those of what it is made of, where it is a type of its own."""
    at = f"{within}{part.name}"
    if is_dataclass(part.core) and isinstance(part.core, type):
        yield from asked_of(part.core, hows, f"{at}.")
        return
    needed = part.needed and part.core is not bool
    made = replace(_plain(part), required=needed, about=part.about, limit=part.limit)
    made = replace(made, **_how(at, hows))
    if made.kind in ("pick", "picks"):
        made = replace(made, mono=False, width="")
    yield replace(made, part=at if at != made.name else "")


def _how(at: str, hows: Mapping[str, How]) -> How:
    """Return how a part is asked: as the act says, else as the longest of its names says."""
    # A row of many is asked as any other: its number is no name.
    steps = [step for step in at.split(".") if not step.isdigit()]
    names = [".".join(steps[n:]) for n in range(len(steps))]
    said = next((_HOW[name] for name in names if name in _HOW), How())
    return {**said, **hows.get(names[0], How())}


def _plain(part: Part) -> Field:
    """Return how a part is asked by its type alone."""
    return _of_parts(part) or _of_codes(part) or _of_one_value(part)


def _of_parts(part: Part) -> Field | None:
    """Return how what has parts of its own is asked: in rows, or as another entry."""
    if is_dataclass(_inner(part)):
        return Field(part.name, "rows")
    if any(is_dataclass(one) and one is not Uncertain for one in get_args(part.core)):
        return Field(part.name, "entry")
    return None


def _of_codes(part: Part) -> Field | None:
    core, inner = part.core, _inner(part)
    if isinstance(inner, type) and issubclass(inner, Described):
        return Field(part.name, "codes", codes=inner)
    if isinstance(core, type) and issubclass(core, Described):
        return Field(part.name, "code", codes=core)
    return None


def _inner(part: Part) -> object:
    """Return of what a tuple is; None for anything else."""
    return get_args(part.core)[0] if get_origin(part.core) is tuple else None


def _of_one_value(part: Part) -> Field:
    core = part.core
    if core is bool:
        return Field(part.name, "truth" if part.optional else "yes-no")
    if core is date:
        return Field(part.name, "date", width="short")
    if core is datetime or Uncertain in get_args(core):
        return Field(part.name, "time")
    most = part.limit.most if part.limit else _ONE_LINE
    if most > _ONE_LINE:
        return Field(part.name, "long")
    code = most == _CODE
    return Field(part.name, mono=code, width="short" if code else "")
