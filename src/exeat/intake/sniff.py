"""Find out how a text is written: its encoding, its delimiter."""

from __future__ import annotations

import codecs
from typing import Final

__all__ = ["DELIMITERS", "FALLBACK", "find_delimiter", "find_encoding"]

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
