"""Read a charge-level export row by row: every row comes out, as a row or as a reject."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

from exeat.intake.header import FALLBACK, find_encoding, index_of, read_header
from exeat.intake.join import JoinedRows, open_rows
from exeat.intake.kinds import Kind, kind_of, read_head
from exeat.intake.learn import MIDNIGHT, same_id
from exeat.intake.lines import SEPARATOR, Broken, FieldRows
from exeat.intake.model import Mapping
from exeat.intake.rejects import Reject
from exeat.intake.tables import FixedRows, Rows, TableRows, read_table

__all__ = ["Export", "Row", "open_export"]

_READ_BYTES: Final = 1 << 18


class Row(NamedTuple):
    """One row of an export, as small as it can travel.

    Attributes:
        record_id: The booking's id.
        packed: The line number and the mapped values in the order of `Mapping.fields`, with
            `SEPARATOR` between them.
    """

    record_id: str
    packed: str


@dataclass
class Export:
    """An open export whose header has all that the mapping names.

    Attributes:
        mapping: How to read it.
        rows: Its rows, behind the header.
        header: The names of its columns.
    """

    mapping: Mapping
    rows: Rows
    header: tuple[str, ...]

    def __iter__(self) -> Iterator[Row | Reject]:
        """Yield every row, as a row or as a reject, in the order of the file."""
        header = self.header
        places = [[index_of(header, name) for name in ns] for ns in self.mapping.columns.values()]
        columns = dict(zip(self.mapping.columns, places, strict=True))
        id_at, *more_ids = columns["record_id"]
        values = self._values(columns)
        fold = self.mapping.same_ids
        empty = {text.strip().casefold() for text in self.mapping.empty_values}
        for row in self.rows:
            if isinstance(row, Broken):
                yield Reject.cut(row.line, "", "row", row.seen, row.problem, row.remedy)
                continue
            number, fields = row
            record_id = fields[id_at].strip()
            missing = record_id.casefold() in empty
            for place in more_ids:
                part = fields[place].strip()
                missing = missing or part.casefold() in empty
                record_id = f"{record_id}|{part}"
            if missing or len(record_id) > _ID_LENGTH:
                yield _bad_id(number, record_id)
                continue
            if fold:
                record_id = same_id(record_id)
            packed = SEPARATOR.join((str(number), record_id, *values(fields)))
            yield Row(record_id, packed)

    def _values(self, columns: dict[str, list[int]]) -> Callable[[list[str]], tuple[str, ...]]:
        """Return what takes the mapped values out of a row's fields."""
        places = [columns[name] for name in self.mapping.fields[1:]]
        if any(len(place) > 1 for place in places):
            return lambda fields: tuple(
                joined_time([fields[at] for at in place]) for place in places
            )
        first = [place[0] for place in places]
        if len(first) == 1:
            return lambda fields: (fields[first[0]],)
        return itemgetter(*first)


def joined_time(parts: list[str]) -> str:
    """Return a day and its time of day as one text.

    A spreadsheet takes the noughts off `0015` and writes a day with a midnight: both are undone.

    Examples:
        >>> joined_time(["03/14/2026", "15"]), joined_time(["03/14/2026 00:00:00", "0815"])
        ('03/14/2026 0015', '03/14/2026 0815')
        >>> joined_time(["03/14/2026", ""])
        '03/14/2026'
    """
    if len(parts) == 1:
        return parts[0]
    day, clock = parts[0].strip(), parts[1].strip()
    if not day or not clock:
        return day
    if clock.isdigit() and len(clock) < 4:
        clock = clock.zfill(4)
    if clock.startswith(("1899-12-30 ", "1900-01-01 ", "1899-12-31 ")):
        clock = clock[11:]  # a database's time of day on its own first day
    return f"{MIDNIGHT.sub('', day).strip() or day} {clock}"


_ID_LENGTH: Final = 200


def _bad_id(number: int, record_id: str) -> Reject:
    if len(record_id) > _ID_LENGTH:
        problem = f"is longer than the {_ID_LENGTH} characters that an id may have"
    else:
        problem = "is empty: nobody can tell which booking the row is of"
    remedy = "Give the booking's id, or map another column to record_id."
    return Reject.cut(number, record_id, "record_id", record_id, problem, remedy)


@contextmanager
def open_export(path: str | Path, mapping: Mapping) -> Iterator[Export]:
    """Open an export of any kind that is read, and check its header.

    Args:
        path: The file: delimited text, a workbook, JSON, Parquet, Feather, SQLite.
        mapping: How to read it.

    Yields:
        The export, to be iterated over once.

    Raises:
        IntakeError: E310 to E314, E317: it cannot be opened, is empty, is no table, or its header
            lacks columns that the mapping names; all of them at once.
    """
    path = Path(path)
    if mapping.join is not None:
        with ExitStack() as stack:
            other = open_rows(path.with_name(mapping.join.file), stack)
            joined = JoinedRows(open_rows(path, stack), other, mapping.join)
            yield Export(mapping, joined, read_header(path, mapping, joined))
        return
    kind = kind_of(path)
    if kind is not Kind.TEXT:
        table = read_table(path, kind, mapping.table)
        rows = _skipped(table, mapping.skip_lines)
        yield Export(mapping, rows, read_header(path, mapping, rows))
        return
    encoding, errors = find_encoding(read_head(path))
    if mapping.encoding:
        encoding, errors = mapping.encoding, "replace"
        if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
            encoding, errors = "utf-8-sig", FALLBACK
    with path.open(encoding=encoding, errors=errors, newline="", buffering=_READ_BYTES) as file:
        for _ in range(mapping.skip_lines):
            file.readline()
        if mapping.fixed:
            fixed = FixedRows(file, mapping.fixed, at=mapping.skip_lines)
            yield Export(mapping, fixed, read_header(path, mapping, fixed))
        else:
            text = FieldRows(file, mapping.delimiter or ",", at=mapping.skip_lines)
            yield Export(mapping, text, read_header(path, mapping, text))


def _skipped(table: TableRows, count: int) -> TableRows:
    for _ in range(count):
        next(table.rows, None)
        table.at += 1
    return table
