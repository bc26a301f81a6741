"""How a text is written: its encoding, its delimiter, its header, and what that lacks."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from exeat.errors import Fault, IntakeError, near_miss
from exeat.intake.lines import Broken, FieldRows, Parsed
from exeat.intake.model import Mapping, normal
from exeat.intake.tables import Rows

__all__ = [
    "DELIMITERS",
    "FALLBACK",
    "SEP_LINE",
    "find_delimiter",
    "find_encoding",
    "header_of",
    "index_of",
    "read_header",
]

_SHOWN_COLUMNS: Final = 40

DELIMITERS: Final = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
    "^": "caret",
    "~": "tilde",
}
"""The delimiters that are tried, with their names."""

FALLBACK: Final = "exeat.windows-1252"
"""The error handler that reads each byte that is no UTF-8 as Windows-1252."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


SEP_LINE: Final = re.compile(r"\ufeff?sep=(.)", re.IGNORECASE)
"""The line by which a spreadsheet is told the delimiter."""


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error(FALLBACK, _as_windows_1252)


def find_encoding(head: bytes) -> tuple[str, str]:
    r"""Return the encoding of a file and the error handler to read it with.

    UTF-16 and UTF-32 are known by their marks. Everything else is read as UTF-8, and a byte
    that is no UTF-8 as Windows-1252, so that a file of either kind, or of both, reads right.

    Args:
        head: The first bytes of the file.

    Examples:
        >>> encoding, errors = find_encoding(b"name\nPE\xd1A")
        >>> b"PE\xd1A".decode(encoding, errors)
        'PEÑA'
    """
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, FALLBACK if encoding == "utf-8-sig" else "replace"
    if len(head) >= 8 and head[1:8:2] == b"\0\0\0\0" and b"\0" not in head[0:8:2]:
        return "utf-16-le", "replace"
    if len(head) >= 8 and head[0:8:2] == b"\0\0\0\0" and b"\0" not in head[1:8:2]:
        return "utf-16-be", "replace"
    return "utf-8", FALLBACK


def find_delimiter(header: str, wanted: set[str]) -> str:
    """Return the delimiter that splits a header best.

    Args:
        header: The header line.
        wanted: Column names, in small letters, that ought to be among its fields; may be empty.

    Examples:
        >>> find_delimiter("id;booked, at;released", {"id", "released"})
        ';'
        >>> find_delimiter("alone", set())
        ','
    """

    def merit(delimiter: str) -> tuple[int, int]:
        fields = {field.strip().strip('"').strip().casefold() for field in header.split(delimiter)}
        return len(fields & wanted), header.count(delimiter)

    return max(DELIMITERS, key=merit)


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
