"""Typed reading of a TOML table that names every fault, with the line where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final, TypeVar

from exeat.errors import Fault, near_miss

__all__ = ["TomlReader"]

_MISSING: Final = object()
_TYPES: Final = {str: "a text in quotes", int: "a whole number", dict: "a table", list: "a list"}

E = TypeVar("E", bound=StrEnum)


class TomlReader:
    r"""Takes values out of a document and keeps the faults that it meets.

    Args:
        name: The file's name, for messages.
        text: The document, to find lines in.

    Examples:
        >>> reader = TomlReader("m.toml", "[times]\nambiguous = 3\n")
        >>> reader.take({"ambiguous": 3}, "times", "ambiguous", str, "later")
        'later'
        >>> print(reader.faults[0])
        m.toml:2, key `times.ambiguous`: `3` is not a text in quotes
          help: Write a text in quotes.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self._lines = text.splitlines()

    def fault(self, code: str, table: str, key: str, message: str, help: str) -> None:
        """Keep one fault about a key of a table ("" for the top of the document)."""
        line = self._line(table, key)
        where = f"{self.name}:{line}" if line else self.name
        path = ".".join(part for part in (table, key) if part)
        self.faults.append(Fault(code, f"{where}, key `{path}`" if path else where, message, help))

    def take(
        self, data: dict[str, Any], table: str, key: str, kind: type, default: Any = _MISSING
    ) -> Any:
        """Return a value of one type, or the default with a fault when it is of another.

        A key without a default must be there; an empty text counts as not there.
        """
        value = data.get(key, _MISSING)
        if value is _MISSING or (value == "" and default is _MISSING):
            if default is _MISSING:
                self.fault("E301", table, key, "is missing", f"Add it: {_TYPES[kind]}.")
                return kind()
            return default
        if not isinstance(value, kind) or isinstance(value, bool):
            self.fault(
                "E303", table, key, f"`{value}` is not {_TYPES[kind]}", f"Write {_TYPES[kind]}."
            )
            return kind() if default is _MISSING else default
        return value

    def truth(self, data: dict[str, Any], table: str, key: str) -> bool | None:
        """Return a true or false, or None where the key is not there."""
        value = data.get(key)
        if value is not None and not isinstance(value, bool):
            self.fault(
                "E303", table, key, f"`{value}` is not true or false", "Write true or false."
            )
            return None
        return value

    def texts(
        self, data: dict[str, Any], table: str, key: str, default: Iterable[str] = ()
    ) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        value = data.get(key, _MISSING)
        if value is _MISSING:
            return tuple(default)
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self.fault(
                "E303", table, key, f"`{value}` is no list of texts", 'Write it as ["one", "two"].'
            )
            return tuple(default)
        return tuple(items)

    def code(self, table: str, key: str, value: object, codes: type[E]) -> E | None:
        """Return the code that a text stands for, or None with a fault."""
        known = [str(code.value) for code in codes]
        if isinstance(value, str) and value in known:
            return codes(value)
        near = near_miss(str(value), known)
        self.fault(
            "E304", table, key, f"`{value}` is not in the list", f"Use: {', '.join(known)}.{near}"
        )
        return None

    def codes(self, data: dict[str, Any], table: str, codes: type[E]) -> tuple[tuple[str, E], ...]:
        """Return a table whose values are all codes of one list."""
        pairs = ((text, self.code(table, text, value, codes)) for text, value in data.items())
        return tuple((text, code) for text, code in pairs if code is not None)

    def only(self, data: dict[str, Any], table: str, known: Iterable[str]) -> None:
        """Keep a fault for every key that nothing reads."""
        names = list(known)
        for key in data:
            if key not in names:
                self.fault(
                    "E302",
                    table,
                    key,
                    "is not a key of a mapping",
                    f"Use: {', '.join(names)}.{near_miss(key, names)}",
                )

    def _line(self, table: str, key: str) -> int:
        """Return the line of a key, of its table, or 0."""
        current, found = "", 0
        wanted = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        inline = re.compile(rf"""\s*["']?{re.escape(table.rpartition(".")[2])}["']?\s*=""")
        for number, line in enumerate(self._lines, start=1):
            if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
                current = header[1]
                found = number if current == table else found
            elif current == table and wanted.match(line):
                return number
            elif table and current == table.rpartition(".")[0] and inline.match(line):
                found = found or number
        return found
