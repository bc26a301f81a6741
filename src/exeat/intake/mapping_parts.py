"""The tables of a mapping file, one function each."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any, Final
from zoneinfo import ZoneInfo

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
from exeat.facts.toml_file import is_of
from exeat.intake.formats import ISO, compile_format
from exeat.intake.model import (
    ANY,
    DEFAULT_EMPTY,
    FIELDS,
    TIME_FIELDS,
    WORD_FIELDS,
    Agency,
    Codes,
    HoldWords,
    Join,
)
from exeat.intake.section import Section
from exeat.intake.times import Ambiguous

__all__ = [
    "is_zone",
    "read_file",
    "read_holds",
    "read_join",
    "read_meanings",
    "read_split",
    "read_times",
]

_ENCODINGS: Final = re.compile(r"utf-(8|16|32)(-sig|-le|-be)?|cp\d+|iso8859-\d+|ascii|mac-roman")
# One instant by which two formats are compared: day and month must not be swapped unseen.
_PROBE: Final = {
    "Y": "2003", "y": "03", "m": "04", "d": "05", "b": "Apr", "B": "April", "H": "06", "I": "06",
    "M": "07", "S": "08", "f": "0", "p": "AM", "z": "+0000", "Z": "UTC", "a": "Sat",
    "A": "Saturday",
}  # fmt: skip


# --- how the file is laid out ----------------------------------------------------------


def read_file(top: Section) -> dict[str, Any]:
    """Return how the file is laid out."""
    part = top.section(
        "file",
        (
            "delimiter", "encoding", "skip_lines", "empty_values", "header", "fixed", "table",
            "made_on", "same_ids",
        ),
    )  # fmt: skip
    delimiter = part.take("delimiter", str, None)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0\x1f'):
        help = 'One letter: "," or "\\t".'
        part.fault("E303", "delimiter", f"`{delimiter}` is no delimiter", help)
    encoding = part.take("encoding", str, None)
    if encoding is not None and not _is_text_encoding(encoding):
        help = "Write utf-8 or cp1252, or leave it out."
        part.fault("E315", "encoding", f"`{encoding}` is no encoding known here", help)
    skip = part.take("skip_lines", int, 0)
    if skip < 0:
        part.fault("E303", "skip_lines", f"`{skip}` is below zero", "Write 0 or more.")
    empty = part.texts("empty_values", DEFAULT_EMPTY)
    return {
        "header": part.texts("header"),
        "fixed": _fixed(part.section("fixed")),
        "table": part.take("table", str, None),
        "until": _made_on(part),
        "same_ids": bool(part.truth("same_ids")),
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


def _fixed(columns: Section) -> tuple[tuple[str, int, int], ...]:
    """Return the columns of a file of fixed width: name, first and last place from 1."""
    found = []
    for name, places in columns.data.items():
        if isinstance(places, list) and _are_places(places):
            found.append((name, *places))
        else:
            columns.fault(
                "E303",
                name,
                f"`{places}` is no first and last place",
                "Write the first and the last place of the column, counted from 1: [1, 10].",
            )
    return tuple(found)


def _are_places(places: Sequence[Any]) -> bool:
    numbers = len(places) == 2 and all(is_of(place, int) for place in places)
    return numbers and 1 <= places[0] <= places[1]


def _made_on(part: Section) -> date:
    """Return the last day on which a time of the file can lie; left out: today.

    A day more, because the jail's own calendar may be ahead of that of UTC.
    """
    value = part.data.get("made_on")
    if value is None:
        return datetime.now(UTC).date() + timedelta(days=1)
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    part.fault("E303", "made_on", f"`{value}` is no day", "Write a day such as 2026-03-31.")
    return datetime.now(UTC).date()


def read_split(top: Section) -> dict[str, Any]:
    """Return what parts the lists in cells, and which fields hold lists."""
    part = top.section("split", ("at", "fields"))
    at = part.texts("at")
    fields = part.texts("fields", ("charge",) if at else ())
    if not all(at):
        part.fault("E303", "at", "`` parts nothing", 'Write what parts the list, such as "; ".')
    for name in fields:
        if name not in FIELDS or name in ("record_id", "booked_at", "released_at"):
            help = "Name fields of a charge, such as charge, ended_at, disposition."
            part.fault("E304", "fields", f"`{name}` is no field that can be a list", help)
    return {"split_at": at, "split": fields}


def read_join(top: Section) -> Join | None:
    """Return the file that goes with the export, and the key of both."""
    part = top.section("join", ("file", "key", "other_key"))
    if not part.data:
        return None
    file, key = part.need("file", str), part.need("key", str)
    if "/" in file or "\\" in file or file.startswith("."):
        help = "Put it beside the export, and write its name only."
        part.fault("E303", "file", f"`{file}` is no plain name of a file", help)
    return Join(file, key, part.take("other_key", str, key))


# --- times -----------------------------------------------------------------------------


def read_times(top: Section) -> dict[str, Any]:
    """Return how times are written."""
    part = top.section(
        "times", ("formats", "ambiguous", "empty_end", "midnight", "shared", "zones", "release")
    )
    formats = part.texts("formats", (ISO,)) or (ISO,)
    good = [name for name in formats if _is_format(part, name)]
    _refuse_contradictions(part, good)
    return {
        "formats": formats,
        "ambiguous": part.code("ambiguous", Ambiguous, Ambiguous.SHORTEST_HOLD),
        "empty_end": part.one_of("empty_end", "unknown", "runs"),
        "release_from": part.one_of("release", "column", "last-end", "not-given"),
        "midnight": _midnight(part),
        "shared": part.one_of("shared", ANY, "time") == ANY,
        "zones": _zones(part.section("zones", TIME_FIELDS)),
    }


def _is_format(part: Section, name: str) -> bool:
    try:
        compile_format(name)
    except ValueError as error:
        help = 'Write one such as "%m/%d/%Y %H:%M", or "iso", "excel", "epoch", "epoch-ms".'
        part.fault("E306", "formats", f"`{name}` is no time format: {error}", help)
        return False
    return True


def _midnight(part: Section) -> tuple[str, ...]:
    """Return the fields whose midnights are no times of day: found out, none, or those listed."""
    if isinstance(part.data.get("midnight", ANY), str):
        return (ANY,) if part.one_of("midnight", ANY, "time") == ANY else ()
    fields = part.texts("midnight")
    for name in fields:
        if name not in TIME_FIELDS:
            known = f'Write "auto", "time", or a list of: {", ".join(TIME_FIELDS)}.'
            help = f"{known}{near_miss(name, TIME_FIELDS)}"
            part.fault("E304", "midnight", f"`{name}` is no field of times", help)
    return fields


def is_zone(name: object) -> bool:
    """Say whether a text is the name of a time zone.

    Examples:
        >>> is_zone("America/Chicago"), is_zone("Mars/Base")
        (True, False)
    """
    try:
        return isinstance(name, str) and bool(ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return False


def _zones(zones: Section) -> dict[str, object]:
    for name, zone in zones.data.items():
        if not is_zone(zone):
            help = "Write an IANA name such as America/Los_Angeles, or UTC."
            zones.fault("E305", name, f"`{zone}` is no time zone", help)
    return zones.data


def _refuse_contradictions(part: Section, formats: list[str]) -> None:
    """Refuse two formats that read one text as two days: no order of the list may decide that."""
    for one, other in combinations(formats, 2):
        sample = one
        for letter, value in _PROBE.items():
            sample = sample.replace(f"%{letter}", value)
        if _reads_another_day(other, sample):
            part.fault(
                "E306",
                "formats",
                f"`{one}` and `{other}` read `{sample}` as two different days",
                "Keep the one that the jail writes.",
            )


def _reads_another_day(name: str, sample: str) -> bool:
    match = compile_format(name).fullmatch(sample)
    found = match.groupdict() if match else {}
    return "d" in found and (int(found["d"]) != 5 or (found.get("m") or "04") != "04")


# --- what it says ----------------------------------------------------------------------


def read_meanings(top: Section) -> dict[str, Any]:
    """Return what texts and codes mean, and which jail it is."""
    found: dict[str, Any] = {
        "dispositions": top.section("dispositions").codes(BasisEnd),
        "lifts": top.section("lift").codes(LiftReason),
        "releases": top.section("release").codes(ReleaseKind),
        "classes": top.section("classes").codes(OffenceClass),
        "agencies": _agencies(top.section("agencies")),
    }
    part = top.section("facility", ("kind", "fips", "fips_vintage", "ori", "detloc"))
    found["facility"] = Facility(
        kind=part.code("kind", FacilityKind, FacilityKind.JAIL),
        fips=part.take("fips", str, None),
        fips_vintage=part.take("fips_vintage", str, None),
        ori=part.take("ori", str, None),
        detloc=part.take("detloc", str, None),
    )
    status = top.section("status", ("there", "gone"))
    there = [(text, True) for text in status.texts("there")]
    found["statuses"] = Codes((*there, *((text, False) for text in status.texts("gone"))))
    return found


def _agencies(part: Section) -> dict[str, Agency]:
    agencies = {}
    for code, value in part.data.items():
        if isinstance(value, str):
            agencies[code.casefold()] = Agency(value)
        elif isinstance(value, dict):
            own = part.section(code, ("name", "kind"))
            kind = own.code("kind", BasisKind, None)
            agencies[code.casefold()] = Agency(own.need("name", str), kind)
        else:
            part.fault("E303", code, f"`{value}` is no name", "Write a name in quotes.")
    return agencies


def read_holds(top: Section, columns: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return which lines are holds, and whose."""
    part = top.section("hold", ("immigration", "other"))
    tables = list(part.tables("immigration"))
    other = part.section("other")
    known = [name for name in columns if name in WORD_FIELDS] if columns else WORD_FIELDS
    return {
        "immigration": tuple(_hold_words(part, table, known) for table in tables),
        "kinds": other.codes(BasisKind),
    }


def _hold_words(part: Section, table: object, known: Sequence[str]) -> HoldWords:
    """Return one column that tells an immigration hold, with what it then says."""
    if not isinstance(table, dict):
        help = 'Write { column = "charge", any_of = ["ICE HOLD"] }.'
        part.fault("E303", "immigration", f"`{table}` is no table", help)
        return HoldWords("charge", ())
    lines = Section(part.file, "hold.immigration", table)
    lines.only(("column", "any_of"))
    column = lines.take("column", str, "charge")
    if column not in known:
        help = f"Name the key on the left side there: {', '.join(known)}.{near_miss(column, known)}"
        lines.fault("E307", "column", f"`{column}` is not a column of words under [columns]", help)
    if "any_of" not in lines and "immigration" in part:
        help = "List what the column says on an immigration hold; [] if the export has none."
        lines.fault("E301", "any_of", "is missing", help)
    return HoldWords(column, lines.texts("any_of"))
