"""Two files with one key, read as one table: bookings in one, their charges or holds in another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from exeat.errors import IntakeError, near_miss
from exeat.intake.header import SEP_LINE, find_delimiter, find_encoding, header_of
from exeat.intake.kinds import Kind, kind_of, read_head
from exeat.intake.lines import Broken, FieldRows, Parsed
from exeat.intake.model import DEFAULT_EMPTY, Join, normal
from exeat.intake.tables import Rows, read_table

__all__ = ["JoinedRows", "find_key", "open_rows"]

_EMPTY: Final = frozenset(text.casefold() for text in DEFAULT_EMPTY)


def open_rows(path: Path, stack: ExitStack) -> Rows:
    """Open any file that is read, its header in its first line.

    Args:
        path: The file.
        stack: Closes it.

    Raises:
        IntakeError: E310 to E312: it cannot be opened, is empty, is no table.
    """
    kind = kind_of(path)
    if kind is not Kind.TEXT:
        return read_table(path, kind, None)
    encoding, errors = find_encoding(read_head(path))
    file = stack.enter_context(path.open(encoding=encoding, errors=errors, newline=""))
    rows = FieldRows(file, ",")
    first = rows.peek()
    if told := SEP_LINE.fullmatch(first.strip()):
        rows.drop()
        rows.delimiter = told[1]
    else:
        rows.delimiter = find_delimiter(first, set())
    return rows


@dataclass
class JoinedRows:
    """The rows of a file, each with what another file has under its key.

    A row that has several there comes once for each of them; one that has none comes with empty
    fields. Rows of the other file without a key, or with one that the first does not have, are
    not read: their number is `left_over` once all rows are out. Its broken rows come out first.

    Attributes:
        rows: Of the first file, its header first.
        other: Of the other file, its header first.
        join: How they go together.
        lost: So many rows of the other file may be of any booking: broken, or without a key.
    """

    rows: Rows
    other: Rows
    join: Join
    width: int = 0
    blank_lines: int = 0
    left_over: int = 0
    lost: int = 0
    _joined: Iterator[Parsed] | None = None

    def __iter__(self) -> Iterator[Parsed]:
        # Whoever takes the header first goes on where it left off.
        self._joined = self._joined or self._join()
        return self._joined

    def _join(self) -> Iterator[Parsed]:
        source, others = iter(self.rows), iter(self.other)
        header = next((header_of(row) for row in source), ())
        other_header = next((header_of(row) for row in others), ())
        at = _place(header, self.join.key, "the export")
        other_at = _place(other_header, self.join.other_key, self.join.file)
        added = [*other_header[:other_at], *other_header[other_at + 1 :]]
        yield 1, _both(header, added)
        index: dict[str, list[list[str]]] = {}
        yield from self._index(others, other_at, index)
        keyless = index.pop("", [])
        self.lost += len(keyless)
        used: set[str] = set()
        for row in source:
            if isinstance(row, Broken):
                yield row
                continue
            key = _key(row[1][at])
            used.add(key)
            for fields in index.get(key) or [[""] * len(added)]:
                yield row[0], [*row[1], *fields]
        self.blank_lines = self.rows.blank_lines
        unused = (rows for key, rows in index.items() if key not in used)
        self.left_over = len(keyless) + sum(map(len, unused))

    def _index(
        self, others: Iterator[Parsed], at: int, index: dict[str, list[list[str]]]
    ) -> Iterator[Broken]:
        """Put the rows of the other file under their keys, and yield those that are broken."""
        for row in others:
            if isinstance(row, Broken):
                self.lost += 1
                yield replace(row, problem=f"(a row of `{self.join.file}`) {row.problem}")
            else:
                fields = row[1]
                index.setdefault(_key(fields[at]), []).append([*fields[:at], *fields[at + 1 :]])


def _both(header: Sequence[str], added: Sequence[str]) -> list[str]:
    """Return the names of both files' columns; of a name that both have, each with its number."""
    known = {normal(name) for name in header}
    names = [f"{name} (2)" if normal(name) in known else name for name in added]
    return [*(f"{name} (1)" if name in added else name for name in header), *names]


def _key(text: str) -> str:
    """Return a key as it is compared; "" for one that stands for none, which goes with nothing."""
    key = text.strip()
    return "" if key.casefold() in _EMPTY else key


def _place(header: Sequence[str], name: str, where: str) -> int:
    known = [normal(column) for column in header]
    if normal(name) not in known:
        near = near_miss(name, list(header))
        raise IntakeError.one(
            "E313",
            f"{where}, header",
            f"has no column `{name}` to join by",
            f"The header has: {', '.join(header)}.{near} Mend [join].",
        )
    return known.index(normal(name))


def find_key(
    header: Sequence[str], rows: Sequence[Sequence[str]], other: Sequence[str],
    other_rows: Sequence[Sequence[str]],
) -> tuple[str, str] | None:  # fmt: skip
    """Return the columns of two files by which they go together, None for none.

    A name that both have, else the two whose texts are alike most.

    Args:
        header: Names of the first file.
        rows: Its first rows.
        other: Names of the other.
        other_rows: Its first rows.
    """
    best: tuple[float, str, str] = (0.0, "", "")
    ours = _keys(header, rows)
    theirs = _keys(other, other_rows)
    for name, values in ours.items():
        for second, others in theirs.items():
            # A key names one row in one of the two at least.
            if len(values) < len(rows) and len(others) < len(other_rows):
                continue
            share = len(values & others) / min(len(values), len(others))
            wide = min(len(values), len(others)) / max(len(rows), 1)
            merit = share + 0.5 * (normal(name) == normal(second)) + 0.1 * wide
            if share > 0.5 and merit > best[0]:
                best = (merit, name, second)
    return best[1:] if best[0] else None


def _keys(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, set[str]]:
    """Return the texts of each column that may be a key: it has some, and none with a blank."""
    columns = {name: {_key(row[at]) for row in rows} - {""} for at, name in enumerate(header)}
    return {
        name: texts
        for name, texts in columns.items()
        if texts and not any(" " in text for text in texts)
    }
