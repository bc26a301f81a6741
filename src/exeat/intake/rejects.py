"""Rows that could not be read: where, what was seen, what is wrong and what would do."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

__all__ = ["COLUMNS", "SEEN_LENGTH", "Reject", "RejectFile"]

COLUMNS: Final = ("line", "record_id", "field", "seen", "problem", "remedy")
"""The columns of `rejects.csv`."""

SEEN_LENGTH: Final = 80
"""So many characters of a field are shown."""

# A spreadsheet runs a cell that begins so as a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not used.

    Attributes:
        line: The line of the file on which the row begins, counted from 1.
        record_id: The booking's id, or "" where the row did not get so far.
        field: What could not be read, as the mapping names it; `row` for the whole of it.
        seen: The text that was there, cut to 80 characters.
        problem: What is wrong.
        remedy: What would do.

    Examples:
        >>> str(Reject(7, "a1", "booked_at", "soon", "is no time", "Correct it."))
        'line 7, field `booked_at`: `soon` is no time'
    """

    line: int
    record_id: str
    field: str
    seen: str
    problem: str
    remedy: str

    @classmethod
    def cut(
        cls, line: int, record_id: str, field: str, seen: str, problem: str, remedy: str
    ) -> Self:
        """Return a reject that shows no more of its texts than a table has room for."""
        return cls(line, record_id[:SEEN_LENGTH], field, seen[:SEEN_LENGTH], problem, remedy)

    def __str__(self) -> str:
        return f"line {self.line}, field `{self.field}`: `{self.seen}` {self.problem}"


class RejectFile:
    """Writes rejects one by one, so that a million of them need no memory.

    Args:
        path: The file to write; it is made even if no row is rejected.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with RejectFile(Path(folder, "rejects.csv")) as rejects:
        ...         rejects.add(Reject(7, "a1", "booked_at", "soon", "is no time", "Correct it."))
        ...     print(rejects.count)
        1
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Open the file and write its header."""
        self._file = self.path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def add(self, reject: Reject) -> None:
        """Write one reject."""
        row = (reject.record_id, reject.field, reject.seen, reject.problem, reject.remedy)
        self._writer.writerow((reject.line, *(_harmless(text) for text in row)))
        self.count += 1


def _harmless(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, cut and on one line."""
    shown = " ".join(text[: SEEN_LENGTH * 4].split()) if "\n" in text or "\r" in text else text
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
