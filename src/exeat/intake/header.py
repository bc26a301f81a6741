"""The header of an export: its names, its delimiter, and what it lacks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from exeat.errors import Fault, IntakeError, near_miss
from exeat.intake.lines import Broken, FieldRows, Parsed
from exeat.intake.model import Mapping, normal
from exeat.intake.sniff import DELIMITERS, find_delimiter
from exeat.intake.tables import Rows

__all__ = ["SEP_LINE", "header_of", "index_of", "read_header"]

_SHOWN_COLUMNS: Final = 40


def read_header(path: Path, mapping: Mapping, rows: Rows) -> tuple[str, ...]:
    """Return the names of the columns, and set the rows to their width.

    Raises:
        IntakeError: E311 there is none; E313, E314 it lacks columns that the mapping names.
    """
    first = _set_delimiter(mapping, rows) if isinstance(rows, FieldRows) else ""
    header: tuple[str, ...] = mapping.header
    if not header:
        for row in rows:
            header = header_of(row)
            break
    if not header:
        raise IntakeError.one(
            "E311", path.name, "has no header and no row", "Export it again, with a header."
        )
    rows.width = len(header)
    faults = list(_header_faults(path.name, mapping, header, first, _delimiter(rows)))
    if faults:
        raise IntakeError(faults)
    if isinstance(rows, FieldRows):
        rows.least = 1 + max(index_of(header, name) for name in mapping.names)
    return header


def _delimiter(rows: Rows) -> str:
    return rows.delimiter if isinstance(rows, FieldRows) else ","


def _set_delimiter(mapping: Mapping, rows: FieldRows) -> str:
    """Find the delimiter of a text, and return its first line; `sep=;` above the header counts."""
    first = rows.peek()
    if found := SEP_LINE.fullmatch(first.strip()):
        rows.drop()
        rows.delimiter = mapping.delimiter or found[1]
        return rows.peek()
    if not mapping.delimiter:
        rows.delimiter = find_delimiter(first, {normal(name) for name in mapping.names})
    return first


SEP_LINE: Final = re.compile(r"\ufeff?sep=(.)", re.IGNORECASE)
"""The line by which a spreadsheet is told the delimiter."""


def header_of(row: Parsed) -> tuple[str, ...]:
    """Return the names of the columns: of two alike, the first with ` (1)` and so on.

    Examples:
        >>> header_of((1, ["Booking No", "Date", "Date"]))
        ('Booking No', 'Date (1)', 'Date (2)')
    """
    if isinstance(row, Broken):
        return (row.seen,)
    names = [" ".join(value.replace("\ufeff", "").split()) for value in row[1]]
    if names and names[0].startswith("ï»¿"):
        names[0] = names[0][3:]  # a byte order mark that was read as Windows-1252 and saved so
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        twice = name and names.count(name) > 1
        found.append(f"{name} ({seen[name]})" if twice else name)
    return tuple(found)


def index_of(header: Sequence[str], name: str) -> int:
    """Return which column a name means; letter case counts only where it decides."""
    clean = " ".join(name.split())
    if clean in header:
        return header.index(clean)
    return [normal(column) for column in header].index(normal(name))


def _header_faults(
    name: str, mapping: Mapping, header: tuple[str, ...], first: str, delimiter: str
) -> Iterator[Fault]:
    known = [normal(column) for column in header]
    for field, columns in mapping.columns.items():
        for column in columns:
            count = 1 if " ".join(column.split()) in header else known.count(normal(column))
            twice = known.count(f"{normal(column)} (2)")
            if count == 0 and twice:
                number = sum(re.sub(r" \(\d+\)$", "", text) == normal(column) for text in known)
                yield Fault(
                    "E314",
                    f"{name}, header",
                    f"has {number} columns `{column}`: nobody can tell which is `{field}`",
                    f"Write `{column} (1)` for the first of them, `{column} (2)` for the second.",
                )
            elif count == 0:
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
                    f"has {count} columns `{column}` but for letter case: nobody can tell which "
                    f"is `{field}`",
                    "Write the name in the letters of the column that is meant.",
                )


def _missing_help(
    column: str, header: tuple[str, ...], first: str, delimiter: str, mapping: Mapping
) -> str:
    wanted = {normal(name) for name in mapping.names}
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
