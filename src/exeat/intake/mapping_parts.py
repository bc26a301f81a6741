"""The tables of a mapping file, one function each."""

from __future__ import annotations

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
from exeat.intake.formats import ISO, compile_format
from exeat.intake.model import ANY, TIME_FIELDS, WORD_FIELDS, Agency, Codes, HoldWords
from exeat.intake.times import Ambiguous
from exeat.intake.toml_reader import TomlReader

__all__ = ["read_holds", "read_meanings", "read_times"]

# One instant by which two formats are compared: day and month must not be swapped unseen.
_PROBE: Final = {
    "Y": "2003", "y": "03", "m": "04", "d": "05", "b": "Apr", "B": "April", "H": "06", "I": "06",
    "M": "07", "S": "08", "f": "0", "p": "AM", "z": "+0000", "Z": "UTC", "a": "Sat",
    "A": "Saturday",
}  # fmt: skip


def read_times(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
    """Return how times are written."""
    part = reader.take(data, "", "times", dict, {})
    reader.only(
        part,
        "times",
        ("formats", "ambiguous", "empty_end", "midnight", "shared", "zones", "release"),
    )
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
                'Write one such as "%m/%d/%Y %H:%M", or "iso", "excel", "epoch", "epoch-ms".',
            )
    _refuse_contradictions(reader, good)
    policy = reader.code("times", "ambiguous", part.get("ambiguous", "shortest-hold"), Ambiguous)
    empty_end = reader.take(part, "times", "empty_end", str, "unknown")
    if empty_end not in ("unknown", "runs"):
        reader.fault(
            "E304", "times", "empty_end", f"`{empty_end}` is not in the list", "Use: unknown, runs."
        )
    release = reader.take(part, "times", "release", str, "column")
    if release not in ("column", "last-end", "not-given"):
        reader.fault(
            "E304",
            "times",
            "release",
            f"`{release}` is not in the list",
            "Use: column, last-end, not-given.",
        )
    return {
        "formats": formats,
        "ambiguous": policy or Ambiguous.SHORTEST_HOLD,
        "empty_end": empty_end,
        "midnight": _midnight(reader, part),
        "shared": _one_of(reader, part, "shared", ("auto", "time")) == "auto",
        "zones": _zones(reader, part),
        "release_from": release,
    }


def _midnight(reader: TomlReader, part: dict[str, Any]) -> tuple[str, ...]:
    """Return the fields whose midnights are no times of day: found out, none, or those listed."""
    if isinstance(part.get("midnight", ANY), str):
        return (ANY,) if _one_of(reader, part, "midnight", (ANY, "time")) == ANY else ()
    fields = reader.texts(part, "times", "midnight")
    for name in fields:
        if name not in TIME_FIELDS:
            reader.fault(
                "E304",
                "times",
                "midnight",
                f"`{name}` is no field of times",
                f'Write "auto", "time", or a list of: {", ".join(TIME_FIELDS)}.'
                f"{near_miss(name, TIME_FIELDS)}",
            )
    return fields


def _one_of(reader: TomlReader, part: dict[str, Any], key: str, known: tuple[str, str]) -> str:
    value: str = reader.take(part, "times", key, str, known[0])
    if value not in known:
        reader.fault(
            "E304", "times", key, f"`{value}` is not in the list", f"Use: {', '.join(known)}."
        )
    return value


def _zones(reader: TomlReader, part: dict[str, Any]) -> dict[str, str]:
    zones: dict[str, str] = reader.take(part, "times", "zones", dict, {})
    reader.only(zones, "times.zones", TIME_FIELDS)
    for name, zone in zones.items():
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError, TypeError):
            reader.fault(
                "E305",
                "times.zones",
                name,
                f"`{zone}` is no time zone",
                "Write an IANA name such as America/Los_Angeles, or UTC.",
            )
    return zones


def _refuse_contradictions(reader: TomlReader, formats: list[str]) -> None:
    """Refuse two formats that read one text as two days: no order of the list may decide that."""
    for one, other in combinations(formats, 2):
        sample = one
        for letter, value in _PROBE.items():
            sample = sample.replace(f"%{letter}", value)
        match = compile_format(other).fullmatch(sample)
        if (
            match
            and "d" in match.groupdict()
            and (int(match["d"]) != 5 or (match.groupdict().get("m") or "04") != "04")
        ):
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
    statuses = reader.take(data, "", "status", dict, {})
    reader.only(statuses, "status", ("there", "gone"))
    found["statuses"] = Codes(
        tuple(
            (text, key == "there")
            for key in ("there", "gone")
            for text in reader.texts(statuses, "status", key)
        )
    )
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
    given = part.get("immigration")
    tables = given if isinstance(given, list) else None
    if tables is None:
        tables = [reader.take(part, "hold", "immigration", dict)]
    other = reader.take(part, "hold", "other", dict, {})
    return {
        "immigration": tuple(_hold_words(reader, lines, part, columns) for lines in tables),
        "kinds": Codes(reader.codes(other, "hold.other", BasisKind)),
    }


def _hold_words(
    reader: TomlReader, lines: Any, part: dict[str, Any], columns: dict[str, tuple[str, ...]]
) -> HoldWords:
    """Return one column that tells an immigration hold, with what it then says."""
    if not isinstance(lines, dict):
        reader.fault(
            "E303",
            "hold",
            "immigration",
            f"`{lines}` is no table",
            'Write { column = "charge", any_of = ["ICE HOLD"] }.',
        )
        return HoldWords("charge", ())
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
    return HoldWords(column, reader.texts(lines, "hold.immigration", "any_of"))
