"""Rows of delimited text, one at a time, whatever is in the file.

Nothing here holds more than one record in memory, and no record may be longer than
`MAX_RECORD`: a line of 200 MB is passed over in pieces. A row that is broken costs itself and
no other: after a quotation mark that never closes, reading goes on with the very next line.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final, TypeAlias

__all__ = ["MAX_RECORD", "Broken", "FieldRows", "Parsed"]

MAX_RECORD: Final = 1 << 17
"""So many characters a record may have, and a field of the csv module; a row has some hundred."""

SEPARATOR: Final = "\x1f"
"""ASCII unit separator, between the packed values of a row; no text of a row may hold it."""

_ENDS: Final = "\r\n"
_NOTHING: Final = "\ufeff\0 \t\r\n,;|"
# What a field that spans lines may bring with it, and no value may hold.
_BREAKS: Final = re.compile(r"\r\n?|[\n\0\x1f]")


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that is no row: its first line, what was seen, what is wrong and what would do."""

    line: int
    seen: str
    problem: str
    remedy: str


Parsed: TypeAlias = "tuple[int, list[str]] | Broken"


@dataclass
class FieldRows:
    r"""Iterates over the rows of a file as fields, or as `Broken`; blank lines are counted.

    Attributes:
        file: Text, opened with `newline=""`.
        delimiter: One letter.
        width: How many fields a row must have; 0: as many as the first row. Empty fields beyond
            the last are no fault.
        least: A row with so many fields or more is filled up with empty ones, as programs leave
            out what is empty at the end; 0: it is not.
        blank_lines: Lines passed over that hold no value at all.
        at: The line last read, counted from 1.

    Examples:
        >>> import io
        >>> rows = FieldRows(io.StringIO('a,b\n1,"two\nlines"\n\n3\n'), ",")
        >>> [row if isinstance(row, tuple) else row.problem for row in rows]
        [(1, ['a', 'b']), (2, ['1', 'two lines']), 'has 1 field where the header has 2']
        >>> rows.blank_lines
        1
    """

    file: IO[str]
    delimiter: str
    width: int = 0
    blank_lines: int = 0
    at: int = 0
    least: int = 0
    _back: deque[str] = field(default_factory=deque)

    def __iter__(self) -> Iterator[Parsed]:
        delimiter, back, read = self.delimiter, self._back, self.file.readline
        while line := back.popleft() if back else read(MAX_RECORD):
            self.at += 1
            number = self.at
            if '"' in line or "\0" in line or SEPARATOR in line or len(line) >= MAX_RECORD:
                yield from self._odd(number, line)
                continue
            fields = line.rstrip(_ENDS).split(delimiter)
            if len(fields) == self.width:
                yield number, fields
            else:
                yield from self._checked(number, fields, line)

    def peek(self) -> str:
        """Return the first line that holds anything, without taking it; "" at the end."""
        while line := self.file.readline(MAX_RECORD):
            if line.strip(_NOTHING):
                self._back.appendleft(line)
                return line
            self.at += 1
        return ""

    def drop(self) -> None:
        """Pass over the line that `peek` showed."""
        self._back.popleft()
        self.at += 1

    def _odd(self, number: int, line: str) -> Iterator[Parsed]:
        """Yield what a line makes that is not plain; it may take the next lines with it."""
        if len(line) >= MAX_RECORD and not line.endswith(("\r", "\n")):
            self._pass_over()
            yield Broken(
                number,
                line[:80],
                f"is a line of more than {MAX_RECORD:,} characters",
                "Look at the file there: a line end is missing, or something else got in.",
            )
        elif "\0" in line:
            yield Broken(
                number,
                line[:80].replace("\0", "\\0"),
                "has a NUL byte in it",
                "The export is damaged there: export it again.",
            )
        else:
            yield from self._quoted(number, line.replace(SEPARATOR, " "))

    def _pass_over(self) -> None:
        while (piece := self.file.readline(MAX_RECORD)) and not piece.endswith(("\r", "\n")):
            pass

    def _quoted(self, number: int, line: str) -> Iterator[Parsed]:
        taken = [line]
        fields = self._split(taken)
        if fields is None:
            taken = self._take_more(line)
            fields = self._split(taken) if len(taken) > 1 else self._split_escaped(line)
            if fields is not None and self.width and len(fields) != self.width:
                fields = None
        if fields is not None:
            yield from self._checked(number, fields, line)
            return
        # Give all but the first line back: a stray mark must not swallow what follows it.
        self._back.extendleft(reversed(taken[1:]))
        self.at -= len(taken) - 1
        yield Broken(
            number,
            line[:80].rstrip(_ENDS),
            "has a quotation mark that opens and does not close, or closes in mid-field",
            'Write a mark inside a field twice: "" for ", and put the field in marks.',
        )

    def _take_more(self, line: str) -> list[str]:
        """Return the line and those after it up to the one that evens out the marks."""
        taken, size, odd = [line], len(line), line.count('"') % 2
        while odd and size < MAX_RECORD:
            more = self._back.popleft() if self._back else self.file.readline(MAX_RECORD)
            if not more:
                break
            self.at += 1
            taken.append(more)
            size += len(more)
            odd = (odd + more.count('"')) % 2
        return taken

    def _split(self, taken: list[str]) -> list[str] | None:
        """Return the fields of one record, or None when the lines are not exactly one."""
        alone = taken[0] if len(taken) == 1 else None
        if alone is not None and (plain := self._all_quoted(alone)):
            return plain
        source = csv.reader(
            [alone] if alone is not None else io.StringIO("".join(taken), newline=""),
            delimiter=self.delimiter,
            skipinitialspace=True,
            strict=True,
        )
        try:
            rows = list(source)
        except csv.Error:
            return None
        if len(rows) != 1:
            return None
        return rows[0] if alone is not None else [_BREAKS.sub(" ", value) for value in rows[0]]

    def _split_escaped(self, line: str) -> list[str] | None:
        """Return the fields of a line whose inner marks have a backslash before them."""
        if '\\"' not in line:
            return None
        source = csv.reader(
            [line], delimiter=self.delimiter, doublequote=False, escapechar="\\", strict=True
        )
        try:
            rows = list(source)
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 and len(rows[0]) == self.width else None

    def _all_quoted(self, line: str) -> list[str] | None:
        """Return the fields of a line in which every field stands in marks and holds none."""
        text = line.rstrip(_ENDS)
        if self.width and text.count('"') == 2 * self.width and text[0] == text[-1] == '"':
            fields = text[1:-1].split(f'"{self.delimiter}"')
            return fields if len(fields) == self.width else None
        return None

    def _checked(self, number: int, fields: list[str], line: str) -> Iterator[Parsed]:
        if not any(value.strip() for value in fields):
            self.blank_lines += 1
            return
        self.width = self.width or len(fields)
        if len(fields) == self.width:
            yield number, fields
            return
        if len(fields) > self.width and not any(x.strip() for x in fields[self.width :]):
            yield number, fields[: self.width]
            return
        if self.least and self.least <= len(fields) < self.width:
            yield number, fields + [""] * (self.width - len(fields))
            return
        count, noun = len(fields), "field" if len(fields) == 1 else "fields"
        yield Broken(
            number,
            line[:80].rstrip(_ENDS),
            f"has {count} {noun} where the header has {self.width}",
            "Put a field that holds the delimiter in quotation marks, or look for a line break "
            "inside a field.",
        )
