"""Read a charge-level export row by row: every row comes out, as a row or as a reject."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

from exeat.errors import Fault, IntakeError, near_miss
from exeat.intake.lines import SEPARATOR, Broken, FieldRows
from exeat.intake.model import Mapping, normal
from exeat.intake.rejects import SEEN_LENGTH, Reject
from exeat.intake.sniff import DELIMITERS, FALLBACK, check_is_text, find_delimiter, find_encoding

__all__ = ["Export", "Row", "open_export", "read_rows"]

_READ_BYTES: Final = 1 << 18
_SHOWN_COLUMNS: Final = 40


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
    rows: FieldRows
    header: tuple[str, ...]

    def __iter__(self) -> Iterator[Row | Reject]:
        """Yield every row, as a row or as a reject, in the order of the file."""
        at = {normal(name): index for index, name in enumerate(self.header)}
        places = [[at[normal(name)] for name in names] for names in self.mapping.columns.values()]
        columns = dict(zip(self.mapping.columns, places, strict=True))
        id_at, *more_ids = columns["record_id"]
        values = itemgetter(*(columns[name][0] for name in self.mapping.fields[1:]))
        empty = {text.strip().casefold() for text in self.mapping.empty_values}
        for row in self.rows:
            if isinstance(row, Broken):
                yield Reject(row.line, "", "row", row.seen[:SEEN_LENGTH], row.problem, row.remedy)
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
            packed = SEPARATOR.join((str(number), record_id, *values(fields)))
            yield Row(record_id, packed)


_ID_LENGTH: Final = 200


def _bad_id(number: int, record_id: str) -> Reject:
    if len(record_id) > _ID_LENGTH:
        problem = f"is longer than the {_ID_LENGTH} characters that an id may have"
    else:
        problem = "is empty: nobody can tell which booking the row is of"
    return Reject(
        number,
        record_id[:SEEN_LENGTH],
        "record_id",
        record_id[:SEEN_LENGTH],
        problem,
        "Give the booking's id, or map another column to record_id.",
    )


@contextmanager
def open_export(path: str | Path, mapping: Mapping) -> Iterator[Export]:
    """Open an export, find its encoding and delimiter, and check its header.

    Args:
        path: The CSV file.
        mapping: How to read it.

    Yields:
        The export, to be iterated over once.

    Raises:
        IntakeError: E310 to E314: it cannot be opened, is empty, is no CSV, or its header lacks
            columns that the mapping names; all of them at once.
    """
    path = Path(path)
    head = check_is_text(path)
    encoding, errors = find_encoding(head)
    if mapping.encoding:
        encoding, errors = mapping.encoding, "replace"
        if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
            encoding, errors = "utf-8-sig", FALLBACK
    with path.open(encoding=encoding, errors=errors, newline="", buffering=_READ_BYTES) as file:
        for _ in range(mapping.skip_lines):
            file.readline()
        rows = FieldRows(file, mapping.delimiter or ",", at=mapping.skip_lines)
        yield _read_header(path, mapping, rows)


def read_rows(path: str | Path, mapping: Mapping) -> Iterator[Row | Reject]:
    """Yield every row of an export, as a row or as a reject, in the order of the file.

    Blank lines are no rows. Times are not read yet: `build_booking` does that.

    Args:
        path: The CSV file.
        mapping: How to read it.

    Raises:
        IntakeError: As `open_export`.
    """
    with open_export(path, mapping) as export:
        yield from export


def _read_header(path: Path, mapping: Mapping, rows: FieldRows) -> Export:
    wanted = {normal(name) for names in mapping.columns.values() for name in names}
    first = rows.peek()
    if not mapping.delimiter:
        rows.delimiter = find_delimiter(first, wanted)
    header: tuple[str, ...] = ()
    for row in rows:
        header = tuple(value.strip() for value in row[1]) if isinstance(row, tuple) else (row.seen,)
        break
    if not header:
        raise IntakeError.one(
            "E311", path.name, "has no header and no row", "Export it again, with a header."
        )
    rows.width = len(header)
    faults = list(_header_faults(path.name, mapping, header, first, rows.delimiter))
    if faults:
        raise IntakeError(faults)
    return Export(mapping, rows, header)


def _header_faults(
    name: str, mapping: Mapping, header: tuple[str, ...], first: str, delimiter: str
) -> Iterator[Fault]:
    known = [normal(column) for column in header]
    for field, columns in mapping.columns.items():
        for column in columns:
            count = known.count(normal(column))
            if count == 0:
                yield Fault(
                    "E313",
                    f"{name}, header",
                    f"has no column `{column}` for `{field}`",
                    _missing_help(column, header, first, delimiter, mapping),
                )
            elif count > 1:
                yield Fault(
                    "E314",
                    f"{name}, header",
                    f"has {count} columns `{column}`: nobody can tell which is `{field}`",
                    "Rename them in the export.",
                )


def _missing_help(
    column: str, header: tuple[str, ...], first: str, delimiter: str, mapping: Mapping
) -> str:
    wanted = {normal(name) for names in mapping.columns.values() for name in names}
    better = find_delimiter(first, wanted)
    if better != delimiter and len(first.split(better)) > len(header):
        return (
            f"It splits well at `{better}` ({DELIMITERS[better]}): "
            f"write delimiter = {better!r} under [file], or leave the key out."
        )
    shown = ", ".join(value[:40] or "(no name)" for value in header[:_SHOWN_COLUMNS])
    more = f" and {len(header) - _SHOWN_COLUMNS} more" if len(header) > _SHOWN_COLUMNS else ""
    near = near_miss(column, [value for value in header if len(value) <= 100])
    return (
        f"The header has: {shown}{more}.{near} Mend [columns], "
        "or let `exeat map FILE` propose a mapping."
    )
