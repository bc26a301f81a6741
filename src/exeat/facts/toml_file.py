"""A TOML file as a person wrote it: where each thing stands, and all that is wrong with it.

The reader of TOML keeps no lines, and stops at nothing that a program would not take. Whoever
wrote the file wants both: every fault at once, each with its line.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from exeat.errors import ExeatError, Fault

__all__ = ["TYPES", "TomlFile", "is_of", "toml_of"]

_HEADER: Final = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")
_KEY: Final = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s="'#\[\]{}]+))\s*=""")

TYPES: Final[dict[type, str]] = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false",
    dict: "a table",
    list: "a list",
}
"""What a value is called that a key takes."""


def is_of(value: object, kind: type) -> bool:
    """Say whether a value is of a type; true and false are no numbers.

    Examples:
        >>> is_of(3, int), is_of(True, int), is_of(True, bool)
        (True, False, True)
    """
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def toml_of(text: str, name: str, error: type[ExeatError], code: str, help: str) -> dict[str, Any]:
    """Return what a document says, or refuse one that is no TOML.

    Args:
        text: The document.
        name: What stands for it in messages.
        error: The kind of error that the caller raises.
        code: Of the tree of errors.
        help: What would do.

    Raises:
        ExeatError: Of that kind: it is not TOML, or is nested too deeply to be read.

    Examples:
        >>> from exeat.errors import LawError
        >>> toml_of("a = ", "a.toml", LawError, "E201", "Mend the line that the message names.")
        Traceback (most recent call last):
        ...
        exeat.errors.LawError: a.toml: is not TOML (Invalid value (at end of document))
          help: Mend the line that the message names.
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as found:
        raise error.one(code, name, f"is not TOML ({found})", help) from None


class TomlFile:
    r"""The lines of a file at which tables and keys begin, and the faults met so far.

    Args:
        text: The document.
        name: The file's name, for messages.

    Examples:
        >>> file = TomlFile('format = 1\n[[rule]]\nid = "a"\n[[rule]]\nid = "b"', "a.toml")
        >>> file.table("rule", 1), file.key(4, "id"), file.key(4, "nowhere"), file.table("x")
        (4, 5, 4, 0)
        >>> file.add("E210", file.find("rule", "id"), "is odd", "Mend it.", key="rule.id")
        >>> print(file.faults[0])
        a.toml:3, key `rule.id`: is odd
          help: Mend it.
    """

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.faults: list[Fault] = []
        self._tables: dict[str, list[int]] = {"": [0]}
        self._keys: dict[int, dict[str, int]] = {0: {}}
        current = 0
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                current = number
                self._tables.setdefault(header[1], []).append(number)
                self._keys[current] = {}
            elif key := _KEY.match(line):
                name = next(part for part in key.groups() if part is not None)
                self._keys[current].setdefault(name, number)

    def table(self, name: str, index: int = 0) -> int:
        """Return the line of the index-th table of that name, 0 for none."""
        found = self._tables.get(name, [])
        return found[index] if index < len(found) else 0

    def key(self, table_line: int, name: str) -> int:
        """Return the line of a key within the table that begins at a line, or that line."""
        return self._keys.get(table_line, {}).get(name, table_line)

    def find(self, table: str, key: str) -> int:
        """Return the line of a key of a table, of the table, or 0; a table may be an inline one."""
        lines = self._tables.get(table, [])
        for line in lines:
            if key in self._keys[line]:
                return self._keys[line][key]
        if lines:
            return lines[-1]
        around, _, name = table.rpartition(".")
        return next((self._keys[x][name] for x in self._tables[around] if name in self._keys[x]), 0)

    def add(self, code: str, line: int, message: str, help: str, *, key: str = "") -> None:
        """Keep one fault.

        Args:
            code: Of the tree of errors.
            line: Where it is; 0: nobody can tell.
            message: What is wrong.
            help: What would do.
            key: The key at fault, with its table before it.
        """
        where = f"{self.name}:{line}" if line else self.name
        self.faults.append(Fault(code, f"{where}, key `{key}`" if key else where, message, help))
