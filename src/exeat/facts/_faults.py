"""What pydantic found wrong, as faults: the place, the value seen, what would do."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from exeat.errors import Fault, near_miss

__all__ = ["Shape", "event_place", "field_names", "not_json", "one_line"]

_TIMES: Final = (
    "Write a time such as 2026-03-06T17:30-05:00, a date such as 2017-05, or XXXX-XX-XX."
)
_EXTRA: Final = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_OBJECT: Final = frozenset({"dataclass_type", "model_attributes_type", "dict_type"})
_UNTAGGED: Final = frozenset({"union_tag_invalid", "union_tag_not_found"})
_HELP: Final = {
    "missing": "Add the field.",
    "enum": "Use one of: {expected}.{near}",
    "bool_parsing": "Write true, false or null.",
    "bool_type": "Write true, false or null.",
    "string_type": "Write a text in quotes.",
    "tuple_type": "Write a list in [ ].",
    "object": "Write an object in {{ }}, as `exeat schema {schema}` describes it.",
}


def one_line(value: object, limit: int = 60) -> str:
    r"""Return a value as a message quotes it: on one line, cut where it is long.

    Examples:
        >>> one_line("a\nb"), one_line(["x", None]), one_line("9" * 99, 5)
        ('a\\nb', '["x", null]', '99...')
    """
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def event_place(id: str, field: str | None = None) -> str:
    """Return where a fault is, as messages name it.

    Examples:
        >>> event_place("e1", "of"), event_place("e1")
        ('event `e1`, field `of`', 'event `e1`')
    """
    place = f"event `{one_line(id)}`"
    return place if field is None else f"{place}, field `{field}`"


def not_json(error: ValueError, place: str, help: str) -> Fault:
    """Return the fault of a text that is not JSON at all."""
    return Fault("E100", place, f"is not JSON ({one_line(str(error), 200)})", help)


def field_names(schema: dict[str, Any]) -> frozenset[str]:
    """Return every field name of a JSON Schema and of its parts."""
    names = set(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        names |= set(part.get("properties", {}))
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a text was read as, so that a message can name it.

    Attributes:
        noun: Such as ``a custody record``.
        schema: Its name for ``exeat schema``.
        fields: Every field name in it, for near misses.
        tags: The kinds by which a union is told apart; they are no part of a field's path.
    """

    noun: str
    schema: str
    fields: Collection[str]
    tags: Collection[str] = frozenset()

    def faults_of(self, error: ValidationError, place: str) -> list[Fault]:
        """Return all that is wrong, in the order in which a reader meets it."""
        return [self._fault(details, place) for details in error.errors()]

    def _fault(self, error: ErrorDetails, place: str) -> Fault:
        steps = [str(step) for step in error["loc"] if step not in self.tags]
        kind = error["type"]
        ctx: dict[str, Any] = error.get("ctx") or {}
        if kind == "json_invalid":
            return not_json(ValueError(ctx["error"]), place, f"Give {self._described()}.")
        if kind in _UNTAGGED:
            steps.append("event")
        where = f"{place}, field `{one_line('.'.join(steps), 200)}`" if steps else place
        if kind == "value_error":
            said = one_line(str(error["msg"]).removeprefix("Value error, "), 300)
            return Fault("E101", where, said, _TIMES)
        return Fault("E102", where, self._words(error, ctx), self._help(error, ctx, steps))

    def _words(self, error: ErrorDetails, ctx: dict[str, Any]) -> str:
        kind, shown = error["type"], one_line(error.get("input"))
        if kind == "missing" or kind == "union_tag_not_found":
            return "is missing"
        if kind in _EXTRA:
            return f"is not a field of {self.noun}; seen with `{shown}`"
        if kind == "union_tag_invalid":
            return f"`{one_line(ctx['tag'])}` is no kind of event"
        if kind == "enum":
            return f"`{shown}` is not in the list"
        why = "input should be an object" if kind in _OBJECT else error["msg"].lower()
        return f"`{shown}` will not do here ({why})"

    def _help(self, error: ErrorDetails, ctx: dict[str, Any], steps: list[str]) -> str:
        kind = error["type"]
        if kind in _EXTRA:
            near = near_miss(steps[-1], sorted({*self.fields} - {steps[-1]}))
            return f"Take the field out; exeat keeps no fact that no rule needs.{near}"
        if kind in _UNTAGGED:
            near = near_miss(str(ctx.get("tag", "")), sorted(self.tags))
            return f"Use one of: {', '.join(sorted(self.tags))}.{near}"
        expected = str(ctx.get("expected", ""))
        near = near_miss(str(error.get("input")), expected.replace(" or ", ", ").split(", "))
        help = _HELP.get("object" if kind in _OBJECT else kind, "See `exeat schema {schema}`.")
        return help.format(expected=expected, schema=self.schema, near=near.replace("'", ""))

    def _described(self) -> str:
        return f"{self.noun} in JSON, as `exeat schema {self.schema}` describes it"
