"""Find the line of a table or key in a TOML file; the TOML reader does not keep them."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["Lines"]

_HEADER: Final = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY: Final = re.compile(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=")


class Lines:
    r"""The lines at which tables and keys begin, counted from 1.

    Examples:
        >>> lines = Lines('format = 1\n[[rule]]\nid = "a"\n[[rule]]\nid = "b"')
        >>> lines.table("rule", 1), lines.key(4, "id"), lines.key(4, "nowhere")
        (4, 5, 4)
    """

    def __init__(self, text: str) -> None:
        self._tables: dict[str, list[int]] = {}
        self._keys: dict[int, dict[str, int]] = {0: {}}
        current = 0
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                current = number
                self._tables.setdefault(header[1], []).append(number)
                self._keys[current] = {}
            elif key := _KEY.match(line):
                self._keys[current].setdefault(key[1], number)

    def table(self, name: str, index: int) -> int:
        """Return the line of the index-th table of that name, or 1."""
        found = self._tables.get(name, [])
        return found[index] if index < len(found) else 1

    def key(self, table_line: int, name: str) -> int:
        """Return the line of a key within the table that begins at a line, or that line."""
        return self._keys.get(table_line, {}).get(name, table_line or 1)
