"""The tables of a mapping file that say how the file is laid out."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from exeat.intake.model import DEFAULT_EMPTY, FIELDS
from exeat.intake.toml_reader import TomlReader

__all__ = ["read_file", "read_split"]

_ENCODINGS: Final = re.compile(r"utf-(8|16|32)(-sig|-le|-be)?|cp\d+|iso8859-\d+|ascii|mac-roman")


def read_file(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
    """Return how the file is laid out."""
    part = reader.take(data, "", "file", dict, {})
    reader.only(
        part,
        "file",
        (
            "delimiter", "encoding", "skip_lines", "empty_values", "header", "fixed", "table",
            "made_on", "same_ids",
        ),
    )  # fmt: skip
    delimiter: str | None = reader.take(part, "file", "delimiter", str, None)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0\x1f'):
        reader.fault(
            "E303",
            "file",
            "delimiter",
            f"`{delimiter}` is no delimiter",
            'One letter: "," or "\\t".',
        )
    encoding = reader.take(part, "file", "encoding", str, None)
    if encoding is not None and not _is_text_encoding(encoding):
        reader.fault(
            "E315",
            "file",
            "encoding",
            f"`{encoding}` is no encoding known here",
            "Write utf-8 or cp1252, or leave it out.",
        )
    skip = reader.take(part, "file", "skip_lines", int, 0)
    if skip < 0:
        reader.fault("E303", "file", "skip_lines", f"`{skip}` is below zero", "Write 0 or more.")
    empty = reader.texts(part, "file", "empty_values", DEFAULT_EMPTY)
    return {
        "header": reader.texts(part, "file", "header"),
        "fixed": _fixed(reader, part),
        "table": reader.take(part, "file", "table", str, None),
        "until": _made_on(reader, part),
        "same_ids": bool(reader.truth(part, "file", "same_ids")),
        "delimiter": delimiter,
        "encoding": encoding,
        "skip_lines": skip,
        "empty_values": tuple(dict.fromkeys(("", *empty))),
    }


def _is_text_encoding(name: str) -> bool:
    try:
        return bool(_ENCODINGS.fullmatch(codecs.lookup(name).name))
    except (LookupError, ValueError):
        return False


def _fixed(reader: TomlReader, part: dict[str, Any]) -> tuple[tuple[str, int, int], ...]:
    """Return the columns of a file of fixed width: name, first and last place from 1."""
    columns: dict[str, Any] = reader.take(part, "file", "fixed", dict, {})
    found = []
    for name, places in columns.items():
        good = isinstance(places, list) and len(places) == 2
        good = good and all(isinstance(place, int) for place in places)
        if not good or not 1 <= places[0] <= places[1]:
            reader.fault(
                "E303",
                "file.fixed",
                name,
                f"`{places}` is no first and last place",
                "Write the first and the last place of the column, counted from 1: [1, 10].",
            )
            continue
        found.append((name, places[0], places[1]))
    return tuple(found)


def _made_on(reader: TomlReader, part: dict[str, Any]) -> date:
    """Return the last day on which a time of the file can lie; left out: today.

    A day more, because the jail's own calendar may be ahead of that of UTC.
    """
    value = part.get("made_on")
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if value is None:
        return datetime.now(UTC).date() + timedelta(days=1)
    if isinstance(value, datetime) or not isinstance(value, date):
        reader.fault(
            "E303", "file", "made_on", f"`{value}` is no day", "Write a day such as 2026-03-31."
        )
        return datetime.now(UTC).date()
    return value


def read_split(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
    """Return what parts the lists in cells, and which fields hold lists."""
    part = reader.take(data, "", "split", dict, {})
    reader.only(part, "split", ("at", "fields"))
    at = reader.texts(part, "split", "at")
    fields = reader.texts(part, "split", "fields", ("charge",) if at else ())
    if not all(at):
        reader.fault(
            "E303", "split", "at", "`` parts nothing", 'Write what parts the list, such as "; ".'
        )
    for name in fields:
        if name not in FIELDS or name in ("record_id", "booked_at", "released_at"):
            reader.fault(
                "E304",
                "split",
                "fields",
                f"`{name}` is no field that can be a list",
                "Name fields of a charge, such as charge, ended_at, disposition.",
            )
    return {"split_at": at, "split": fields}
