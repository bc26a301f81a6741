"""Read a mapping file, and refuse what cannot be read: all faults at once, with file and line."""

from __future__ import annotations

import hashlib
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.errors import IntakeError, near_miss
from exeat.intake.mapping_parts import read_file, read_holds, read_meanings, read_times
from exeat.intake.model import (
    FIELDS,
    REQUIRED_FIELDS,
    Mapping,
)
from exeat.intake.toml_reader import TomlReader

__all__ = ["Mapping", "load_mapping", "read_mapping", "shipped_maps"]

FORMAT: Final = 1
_MAX_BYTES: Final = 1 << 20

_TOP: Final = (
    "format", "name", "attribution", "zone", "place", "columns", "file", "times", "hold",
    "agencies", "dispositions", "lift", "release", "classes", "facility",
)  # fmt: skip


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
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        near = near_miss(str(name_or_path), list(shipped))
        raise IntakeError.one(
            "E300",
            str(name_or_path),
            "is neither a mapping that ships nor a file",
            f"Shipped: {', '.join(shipped)}.{near} `exeat map` proposes one for an export.",
        ) from None
    except (OSError, ValueError) as error:
        raise IntakeError.one(
            "E300", path.name, f"cannot be read ({error})", "Give a TOML file in UTF-8."
        ) from None
    if len(text) > _MAX_BYTES:
        help = "Give the mapping (TOML), not the export."
        raise IntakeError.one("E300", path.name, "is larger than a mapping can be", help)
    return read_mapping(text, path.name)


def read_mapping(text: str, name: str = "mapping") -> Mapping:
    r"""Read the text of a mapping.

    Args:
        text: TOML, as `docs/mapping-files.md` describes it.
        name: What to call it in a message.

    Raises:
        IntakeError: With every fault.

    Examples:
        >>> read_mapping('format = 1\nzone = "Mars/Base"\n', "m.toml")
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
    values = _basics(reader, data) | read_file(reader, data) | read_times(reader, data)
    values |= read_meanings(reader, data) | read_holds(reader, data, values["columns"])
    if reader.faults:
        raise IntakeError(reader.faults)
    return Mapping(**values, digest=hashlib.sha256(text.encode()).hexdigest())


def _basics(reader: TomlReader, data: dict[str, Any]) -> dict[str, Any]:
    reader.only(data, "", _TOP)
    if data.get("format") != FORMAT:
        seen = data.get("format", "nothing")
        reader.fault("E303", "", "format", f"`{seen}` is no format known here", "Write format = 1.")
    return {
        "name": reader.take(data, "", "name", str),
        "columns": _columns(reader, reader.take(data, "", "columns", dict)),
        "zone": _zone(reader, data),
        "attribution": reader.take(data, "", "attribution", str, ""),
        "place": reader.take(data, "", "place", str, None),
    }


def _zone(reader: TomlReader, data: dict[str, Any]) -> str:
    zone: str = reader.take(data, "", "zone", str)
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
