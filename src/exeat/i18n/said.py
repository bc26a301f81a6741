"""What is said, as a code and its values: the form in which it is kept, sent and compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeAlias

__all__ = ["OWN", "Json", "Said", "Sayings", "Value", "own", "sayings_of_text", "sayings_to_text"]

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

Value: TypeAlias = "str | int | date | datetime | Said | tuple[Value, ...]"
"""What a text can have put in.

A ``str`` is shown as it stands, so it is a name, an identifier or somebody's own words, never a
sentence of ours. An ``int`` is a count, and the only whole number that is one: the number of a
page or of an entry is a ``str``. An instant is aware. A tuple is a list.
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, or part of one, before it is put in words.

    Attributes:
        code: The name of its text in the catalogue.
        values: What the text puts in, by name; where there is an ``n``, it chooses the plural.

    Examples:
        >>> from datetime import UTC, datetime
        >>> said = Said("card.by", {"time": datetime(2026, 3, 6, 22, 30, tzinfo=UTC)})
        >>> said.to_json()
        {'code': 'card.by', 'values': {'time': {'at': '2026-03-06T22:30:00+00:00'}}}
        >>> Said.of_json(said.to_json()) == said
        True
    """

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.values))))

    def to_json(self) -> dict[str, Json]:
        """Return it for a column, an answer of the API or the ledger."""
        if not self.values:
            return {"code": self.code}
        return {"code": self.code, "values": {k: _out(v) for k, v in self.values.items()}}

    @classmethod
    def of_json(cls, kept: Mapping[str, Json]) -> Said:
        """Return what `to_json` wrote.

        Raises:
            ValueError: It is not of that form.
        """
        code, values = kept.get("code"), kept.get("values", {})
        if not isinstance(code, str) or not isinstance(values, dict):
            raise ValueError("not a code with its values")
        return cls(code, {name: _in(value) for name, value in values.items()})


Sayings: TypeAlias = tuple[Said, ...]
"""Sentences, one after the other."""


OWN: Final = "said.words"


def own(words: str) -> Said:
    """Return somebody's own words, to be shown as they stand."""
    return Said(OWN, {"words": words})


def sayings_to_text(said: Iterable[Said]) -> str:
    """Return sentences for a column of text."""
    return json.dumps([one.to_json() for one in said], ensure_ascii=False)


def sayings_of_text(text: str) -> Sayings:
    """Return what a column of text holds; what is no list of codes is somebody's own words.

    Examples:
        >>> said = (Said("said.words", {"words": "Rang the court."}),)
        >>> sayings_of_text(sayings_to_text(said)) == said == sayings_of_text("Rang the court.")
        True
        >>> sayings_of_text("")
        ()
    """
    if not text.startswith('[{"code": '):
        return (own(text),) if text else ()
    return tuple(map(Said.of_json, json.loads(text)))


def _out(value: Value) -> Json:
    # Instants and days are marked, since a text that looks like one is somebody's own words.
    if isinstance(value, Said):
        return value.to_json()
    if isinstance(value, tuple):
        return [_out(one) for one in value]
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _in(kept: Json) -> Value:
    match kept:
        case str() | int():
            return kept
        case list():
            return tuple(_in(one) for one in kept)
        case {"at": str(text)}:
            return datetime.fromisoformat(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
        case dict():
            return Said.of_json(kept)
        case _:
            raise ValueError("no value that a text could put in")
