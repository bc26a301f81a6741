"""Find out what a file is before it is read: no CSV at all, its encoding, its delimiter."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from exeat.errors import Fault, IntakeError

__all__ = ["DELIMITERS", "FALLBACK", "check_is_text", "find_delimiter", "find_encoding"]

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
"""The delimiters that are tried, with their names."""

FALLBACK: Final = "exeat.windows-1252"
"""The error handler that reads each byte that is no UTF-8 as Windows-1252."""

_HEAD_BYTES: Final = 8192
_BINARY: Final = (
    (b"\x1f\x8b", "a gzip archive", "Unpack it (`gunzip`), and give the CSV file inside."),
    (b"BZh", "a bzip2 archive", "Unpack it (`bunzip2`), and give the CSV file inside."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it (`unxz`), and give the CSV file inside."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it (`unzstd`), and give the CSV file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it, and give the CSV file inside."),
    (b"Rar!", "a rar archive", "Unpack it, and give the CSV file inside."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls)", "Open it and save the sheet as CSV."),
    (b"%PDF", "a PDF", "Ask for the table as CSV: a PDF cannot be read without loss."),
    (b"SQLite format 3\x00", "an SQLite database", "Export the table as CSV."),
    (b"PAR1", "a Parquet file", "Export the table as CSV."),
)
_MARKUP: Final = (
    (b"<?xml", "an XML document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error(FALLBACK, _as_windows_1252)


def check_is_text(path: Path) -> bytes:
    """Refuse a file that is no CSV, and say what it is.

    Args:
        path: The file; read from its beginning only.

    Returns:
        The first bytes of the file.

    Raises:
        IntakeError: E310 it cannot be opened, E311 it is empty, E312 it is something else.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise IntakeError.one(
            "E310", path.name, f"cannot be opened ({reason})", "Check the path and who may read it."
        ) from None
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise IntakeError.one(
            "E311",
            path.name,
            "is empty: no header and no row",
            "Export it again; if the agency had nothing to report, keep its letter that says so.",
        )
    if fault := _not_csv(path.name, head):
        raise IntakeError([fault])
    return head


def _not_csv(name: str, head: bytes) -> Fault | None:
    if head.startswith(b"PK\x03\x04"):
        if b"xl/" in head or b"[Content_Types].xml" in head:
            return Fault(
                "E312",
                name,
                "is an Excel workbook, not a CSV",
                "Open it and save the sheet as CSV.",
            )
        return Fault(
            "E312", name, "is a zip archive, not a CSV", "Unpack it, and give the CSV file inside."
        )
    for magic, what, remedy in _BINARY:
        if head.startswith(magic):
            return Fault("E312", name, f"is {what}, not a CSV", remedy)
    begin = head.removeprefix(codecs.BOM_UTF8).lstrip()[:16].lower()
    for magic, what in _MARKUP:
        if begin.startswith(magic):
            remedy = "Export it as CSV; a page saved under the name of a table is still a page."
            return Fault("E312", name, f"is {what}, not a CSV", remedy)
    return None


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
