"""What a file is, by its first bytes: a table that can be read, or one to ask the jail for."""

from __future__ import annotations

import codecs
import json
import re
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Final

from exeat.errors import IntakeError

__all__ = ["HEAD_BYTES", "Kind", "kind_of", "read_head"]

HEAD_BYTES: Final = 8192


class Kind(StrEnum):
    """Containers that are read."""

    TEXT = "text"
    WORKBOOK = "workbook"
    JSON = "JSON"
    NDJSON = "JSON lines"
    PARQUET = "Parquet"
    FEATHER = "Feather"
    SQLITE = "SQLite"


_READ: Final = (
    (b"PAR1", Kind.PARQUET),
    (b"ARROW1", Kind.FEATHER),
    (b"SQLite format 3\x00", Kind.SQLITE),
    (b"\xd0\xcf\x11\xe0", Kind.WORKBOOK),
)
_ASK: Final = "Ask the jail for the table as CSV, or as a workbook (xlsx)."
_REFUSED: Final = (
    (b"\x1f\x8b", "a gzip archive", "Unpack it (`gunzip`), and give the file inside."),
    (b"BZh", "a bzip2 archive", "Unpack it (`bunzip2`), and give the file inside."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it (`unxz`), and give the file inside."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it (`unzstd`), and give the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it, and give the file inside."),
    (b"Rar!", "a rar archive", "Unpack it, and give the file inside."),
    (b"%PDF", "a PDF", f"A PDF cannot be read without loss. {_ASK}"),
    (b"{\\rtf", "a text document (RTF)", f"Its lines are no table. {_ASK}"),
    (b"FEA1", "a Feather file of the first version", "Save it as Feather version 2 or as CSV."),
    (b"\x00\x01\x00\x00Standard Jet", "an Access database (mdb)", _ASK),
    (b"\x00\x01\x00\x00Standard ACE", "an Access database (accdb)", _ASK),
    (b"$FL2", "an SPSS file", _ASK),
    (b"<stata_dta>", "a Stata file", _ASK),
    (b"\x89PNG", "a picture", f"A picture of a table cannot be read without loss. {_ASK}"),
    (b"\xff\xd8\xff", "a picture", f"A picture of a table cannot be read without loss. {_ASK}"),
    (b"II*\x00", "a picture", f"A picture of a table cannot be read without loss. {_ASK}"),
    (b"From ", "an e-mail", "Save what is attached to it, and give that file."),
)
_MARKUP: Final = (
    (b"<?xml", "an XML document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
)
_ZIPS: Final = (
    # a name inside, what the file is, what would do
    ("word/", "a text document (DOCX)", f"Its tables are for the eye. {_ASK}"),
    ("ppt/", "a presentation (PPTX)", _ASK),
    ("Index/", "a Numbers or Pages document", "Export it as CSV or as an Excel workbook."),
    ("content.xml", "a document of an office suite that is no spreadsheet", _ASK),
)


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        IntakeError: E310 it cannot be opened, E311 it is empty.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
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
    return head


def kind_of(path: Path) -> Kind:
    """Return what a file is, or refuse one that is no table that can be read, by its name.

    Raises:
        IntakeError: E310 it cannot be opened, E311 it is empty, E312 it is something else.
    """
    head = read_head(path)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    for magic, kind in _READ:
        if head.startswith(magic):
            return kind
    for magic, what, remedy in _REFUSED:
        if head.startswith(magic):
            raise _no_table(path, what, remedy)
    begin = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, what in _MARKUP:
        if begin[:16].lower().startswith(magic):
            remedy = f"A page saved under the name of a table is still a page. {_ASK}"
            raise _no_table(path, what, remedy)
    if begin[:1] in (b"{", b"["):
        return _json_kind(begin)
    return Kind.TEXT


def _zipped(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            mime = archive.read("mimetype")[:80] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, KeyError, NotImplementedError, RuntimeError):
        names, mime = [], b""
    if any(name.startswith("xl/") for name in names) or b"spreadsheet" in mime:
        return Kind.WORKBOOK
    for inside, what, remedy in _ZIPS:
        if any(name.startswith(inside) for name in names):
            raise _no_table(path, what, remedy)
    raise _no_table(path, "a zip archive", "Unpack it, and give the file inside.")


def _no_table(path: Path, what: str, remedy: str) -> IntakeError:
    return IntakeError.one("E312", path.name, f"is {what}, not a table", remedy)


def _json_kind(begin: bytes) -> Kind:
    """Tell a JSON document from one on every line, and both from a CSV that begins with a mark."""
    if begin[:1] == b"[":
        return Kind.JSON if re.match(rb"\[\s*[\[{\]]", begin) else Kind.TEXT
    line, _, rest = begin.partition(b"\n")
    try:
        json.loads(line)
    except ValueError:
        return Kind.JSON if re.match(rb'\{\s*["}]', begin) else Kind.TEXT
    return Kind.NDJSON if rest.lstrip()[:1] == b"{" else Kind.JSON
