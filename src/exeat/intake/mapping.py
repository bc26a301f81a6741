"""Read a mapping file, and refuse what cannot be read: all faults at once, with file and line."""

from __future__ import annotations

import codecs
import hashlib
import re
import tomllib
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.errors import IntakeError, near_miss
from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    FacilityKind,
    LiftReason,
    OffenceClass,
    ReleaseKind,
)
from exeat.facts.record import Facility
from exeat.intake.model import (
    DEFAULT_EMPTY,
    FIELDS,
    REQUIRED_FIELDS,
    WORD_FIELDS,
    Agency,
    Codes,
    Mapping,
)
from exeat.intake.times import ISO, Ambiguous, compile_format
from exeat.intake.toml_reader import TomlReader

__all__ = ["Mapping", "load_mapping", "read_mapping", "shipped_maps"]

FORMAT: Final = 1
_MAX_BYTES: Final = 1 << 20
_ENCODINGS: Final = re.compile(r"utf-(8|16|32)(-sig|-le|-be)?|cp\d+|iso8859-\d+|ascii|mac-roman")

_TOP: Final = (
    "format", "name", "attribution", "zone", "place", "columns", "file", "times", "hold",
    "agencies", "dispositions", "lift", "release", "classes", "facility",
)  # fmt: skip
# One instant by which two formats are compared: day and month must not be swapped unseen.
_PROBE: Final = {
    "Y": "2003", "y": "03", "m": "04", "d": "05", "b": "Apr", "B": "April", "H": "06", "I": "06",
    "M": "07", "S": "08", "f": "0", "p": "AM", "z": "+0000",
}  # fmt: skip


def shipped_maps() -> dict[str, Path]:
    """Return the mappings that this package ships, by name.

    Examples:
        >>> "pierce" in shipped_maps()
        True
    """
    folder = Path(str(resources.files("exeat.intake"))) / "maps"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_mapping(name_or_path: str | Path) -> Mapping:
    """Read a mapping: one that ships, by its name, or a file of your own.

    Args:
        name_or_path: Such as `pierce`, or `my-map.toml`. A bare name is looked for among the
            mappings that ship, and a path in the folder that it names.

    Raises:
        IntakeError: With every fault: file and line, the value seen, what would do.

    Examples:
        >>> load_mapping("pierce").zone
        'America/Los_Angeles'
    """
    shipped = shipped_maps()
    path = shipped.get(str(name_or_path)) or Path(name_or_path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise IntakeError.one(
                "E300",
                path.name,
                "is larger than a mapping can be",
                "Give the mapping (TOML), not the export.",
            )
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise IntakeError.one(
            "E300",
            str(name_or_path),
            "is neither a mapping that ships nor a file",
            f"Shipped: {', '.join(shipped)}.{near_miss(str(name_or_path), list(shipped))} "
            "`exeat map FILE` proposes one for an export.",
        ) from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise IntakeError.one(
            "E300", path.name, f"cannot be read ({error})", "Give a TOML file in UTF-8."
        ) from None
    return read_mapping(text, path.name)


def read_mapping(text: str, name: str = "mapping") -> Mapping:
    """Read the text of a mapping.

    Args:
        text: TOML, as `docs/mapping-files.md` describes it.
        name: What to call it in a message.

    Raises:
        IntakeError: With every fault.

    Examples:
        >>> read_mapping('format = 1\\nzone = "Mars/Base"\\n', "m.toml")
        Traceback (most recent call last):
        ...
        exeat.errors.IntakeError: m.toml, key `name`: is missing
          help: Add it: a text in quotes.
        m.toml, key `columns`: is missing
          help: Add it: a table.
        m.toml:2, key `zone`: `Mars/Base` is no time zone
          help: Write an IANA name such as America/Los_Angeles.
        m.toml, key `hold.immigration`: is missing
          help: Add it: a table.
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise IntakeError.one(
            "E300", name, f"is not TOML ({error})", "See docs/mapping-files.md for an example."
        ) from None
    reader = TomlReader(name, text)
    reader.only(data, "", _TOP)
    if data.get("format", FORMAT) != FORMAT or "format" not in data:
        seen = data.get("format", "nothing")
        reader.fault("E303", "", "format", f"`{seen}` is no format known here", "Write format = 1.")
    basics = {
        "name": reader.take(data, "", "name", str),
        "columns": _columns(reader, reader.take(data, "", "columns", dict)),
        "zone": _zone(reader, data),
        "attribution": reader.take(data, "", "attribution", str, ""),
        "place": reader.take(data, "", "place", str, None),
        "digest": hashlib.sha256(text.encode()).hexdigest(),
    }
    rest = _file(reader, data) | _times(reader, data) | _meanings(reader, data)
    rest |= _holds(reader, data, basics["columns"])
    if reader.faults:
        raise IntakeError(reader.faults)
    return Mapping(**basics, **rest)


def _zone(reader: TomlReader, data: dict[str, Any]) -> str:
    zone = reader.take(data, "", "zone", str)
    try:
        if zone:
            ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        reader.fault(
            "E305",
            "",
            "zone",
            f"`{zone}` is no time zone",
            "Write an IANA name such as America/Los_Angeles.",
        )
    return zone


def _columns(reader: TomlReader, data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    reader.only(data, "columns", FIELDS)
    columns: dict[str, tuple[str, ...]] = {}
    for name in FIELDS:
        if name not in data:
            if name in REQUIRED_FIELDS and data:
                reader.fault("E301", "columns", name, "is missing", f"Name it: {FIELDS[name]}")
            continue
        found = tuple(text.strip() for text in reader.texts(data, "columns", name))
        if name != "record_id" and len(found) > 1:
            reader.fault(
                "E303",
                "columns",
                name,
                f"`{', '.join(found)}` is more than one column",
                "Name one column; only record_id can be made of several.",
            )
        if not all(found):
            reader.fault(
                "E303", "columns", name, "`` is no column", "Name a column, or leave it out."
            )
        elif found:
            columns[name] = found
    return columns


def _file(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
    part = reader.take(data, "", "file", dict, {})
    reader.only(part, "file", ("delimiter", "encoding", "skip_lines", "empty_values"))
    delimiter = reader.take(part, "file", "delimiter", str, None)
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


def _times(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
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


def _meanings(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
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
    codes = {
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


def _holds(
    reader: TomlReader, data: dict[str, Any], columns: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
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
