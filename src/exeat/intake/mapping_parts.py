"""The tables of a mapping file, one function each."""

from __future__ import annotations

import codecs
import re
from itertools import combinations
from typing import Any, Final

from exeat.errors import near_miss
from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    FacilityKind,
    LiftReason,
    OffenceClass,
    ReleaseKind,
)
from exeat.facts.record import Facility
from exeat.intake.formats import ISO, compile_format
from exeat.intake.model import DEFAULT_EMPTY, WORD_FIELDS, Agency, Codes
from exeat.intake.times import Ambiguous
from exeat.intake.toml_reader import TomlReader

__all__ = ["read_file", "read_holds", "read_meanings", "read_times"]

_ENCODINGS: Final = re.compile(r"utf-(8|16|32)(-sig|-le|-be)?|cp\d+|iso8859-\d+|ascii|mac-roman")
# One instant by which two formats are compared: day and month must not be swapped unseen.
_PROBE: Final = {
    "Y": "2003", "y": "03", "m": "04", "d": "05", "b": "Apr", "B": "April", "H": "06", "I": "06",
    "M": "07", "S": "08", "f": "0", "p": "AM", "z": "+0000",
}  # fmt: skip


def read_file(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
    """Return how the file is laid out."""
    part = reader.take(data, "", "file", dict, {})
    reader.only(part, "file", ("delimiter", "encoding", "skip_lines", "empty_values"))
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


def read_times(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
    """Return how times are written."""
    part = reader.take(data, "", "times", dict, {})
    reader.only(part, "times", ("formats", "ambiguous", "empty_end"))
    formats = reader.texts(part, "times", "formats", (ISO,)) or (ISO,)
    good = []
    for name in formats:
        try:
            compile_format(name)
            good.append(name)
        except ValueError as error:
            reader.fault(
                "E306",
                "times",
                "formats",
                f"`{name}` is no time format: {error}",
                'Write one such as "%m/%d/%Y %H:%M", or "iso".',
            )
    _refuse_contradictions(reader, good)
    policy = reader.code("times", "ambiguous", part.get("ambiguous", "shortest-hold"), Ambiguous)
    empty_end = reader.take(part, "times", "empty_end", str, "unknown")
    if empty_end not in ("unknown", "runs"):
        reader.fault(
            "E304", "times", "empty_end", f"`{empty_end}` is not in the list", "Use: unknown, runs."
        )
    return {
        "formats": formats,
        "ambiguous": policy or Ambiguous.SHORTEST_HOLD,
        "empty_end": empty_end,
    }


def _refuse_contradictions(reader: TomlReader, formats: list[str]) -> None:
    """Refuse two formats that read one text as two days: no order of the list may decide that."""
    for one, other in combinations(formats, 2):
        sample = one
        for letter, value in _PROBE.items():
            sample = sample.replace(f"%{letter}", value)
        match = compile_format(other).fullmatch(sample)
        if match and (int(match["d"]) != 5 or (match.groupdict().get("m") or "04") != "04"):
            reader.fault(
                "E306",
                "times",
                "formats",
                f"`{one}` and `{other}` read `{sample}` as two different days",
                "Keep the one that the jail writes.",
            )


def read_meanings(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
    """Return what texts and codes mean, and which jail it is."""
    tables = {
        "dispositions": ("dispositions", BasisEnd),
        "lift": ("lifts", LiftReason),
        "release": ("releases", ReleaseKind),
        "classes": ("classes", OffenceClass),
    }
    found: dict[str, Any] = {
        name: Codes(reader.codes(reader.take(data, "", key, dict, {}), key, codes))
        for key, (name, codes) in tables.items()
    }
    found["agencies"] = _agencies(reader, reader.take(data, "", "agencies", dict, {}))
    part = reader.take(data, "", "facility", dict, {})
    reader.only(part, "facility", ("kind", "fips", "fips_vintage", "ori", "detloc"))
    kind = reader.code("facility", "kind", part.get("kind", "jail"), FacilityKind)
    codes: dict[str, Any] = {
        key: reader.take(part, "facility", key, str, None)
        for key in ("fips", "fips_vintage", "ori", "detloc")
    }
    found["facility"] = Facility(kind=kind or FacilityKind.JAIL, **codes)
    return found


def _agencies(reader: TomlReader, data: dict[str, Any]) -> dict[str, Agency]:
    agencies = {}
    for code, value in data.items():
        if isinstance(value, str):
            agencies[code.casefold()] = Agency(value)
        elif isinstance(value, dict):
            table = f"agencies.{code}"
            reader.only(value, table, ("name", "kind"))
            kind = reader.code(table, "kind", value["kind"], BasisKind) if "kind" in value else None
            agencies[code.casefold()] = Agency(reader.take(value, table, "name", str), kind)
        else:
            reader.fault(
                "E303", "agencies", code, f"`{value}` is no name", "Write a name in quotes."
            )
    return agencies


def read_holds(
    reader: TomlReader, data: dict[str, Any], columns: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Return which lines are holds, and whose."""
    part = reader.take(data, "", "hold", dict, {})
    reader.only(part, "hold", ("immigration", "other"))
    lines = reader.take(part, "hold", "immigration", dict)
    reader.only(lines, "hold.immigration", ("column", "any_of"))
    column = reader.take(lines, "hold.immigration", "column", str, "charge")
    known = [name for name in columns if name in WORD_FIELDS]
    if columns and column not in known:
        reader.fault(
            "E307",
            "hold.immigration",
            "column",
            f"`{column}` is not a column of words under [columns]",
            f"Name the key on the left side there: {', '.join(known)}.{near_miss(column, known)}",
        )
    if "any_of" not in lines and "immigration" in part:
        reader.fault(
            "E301",
            "hold.immigration",
            "any_of",
            "is missing",
            "List what the column says on an immigration hold; [] if the export has none.",
        )
    other = reader.take(part, "hold", "other", dict, {})
    return {
        "immigration_field": column,
        "immigration": reader.texts(lines, "hold.immigration", "any_of"),
        "kinds": Codes(reader.codes(other, "hold.other", BasisKind)),
    }
