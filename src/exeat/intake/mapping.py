"""Read a mapping file, and refuse what cannot be read: all faults at once, with file and line."""

from __future__ import annotations

import hashlib
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.errors import IntakeError, near_miss
from exeat.intake.mapping_layout import read_file, read_split
from exeat.intake.mapping_parts import read_holds, read_meanings, read_times
from exeat.intake.model import (
    FIELDS,
    REQUIRED_FIELDS,
    TIME_FIELDS,
    Mapping,
)
from exeat.intake.names import SCHEDULED, name_words
from exeat.intake.toml_reader import TomlReader

__all__ = ["Mapping", "load_mapping", "place_in", "read_mapping", "shipped_maps"]

FORMAT: Final = 1
_MOST_COLUMNS: Final = {"record_id": 9}
_MAX_BYTES: Final = 1 << 20

_TOP: Final = (
    "format", "name", "attribution", "zone", "place", "columns", "file", "times", "hold",
    "agencies", "dispositions", "lift", "release", "classes", "facility", "status", "split",
    "bases_complete", "notices_complete",
)  # fmt: skip


def shipped_maps() -> dict[str, Path]:
    """Return the mappings that this package ships, by name.

    Examples:
        >>> "pierce" in shipped_maps()
        True
    """
    folder = Path(str(resources.files("exeat.intake"))) / "maps"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_mapping(name_or_path: str | Path, *, zone: str | None = None) -> Mapping:
    """Read a mapping: one that ships, by its name, or a file of your own.

    Args:
        name_or_path: Such as `pierce`, or `my-map.toml`. A bare name is looked for among the
            mappings that ship, and a path in the folder that it names.
        zone: The time zone for a mapping that names none, such as that of the place.

    Raises:
        IntakeError: With every fault: file and line, the value seen, what would do.

    Examples:
        >>> load_mapping("pierce").zone
        'America/Los_Angeles'
    """
    text, name = _text_of(name_or_path)
    return read_mapping(text, name, zone=zone)


def place_in(name_or_path: str | Path) -> str | None:
    """Return the place that a mapping names, None for none; its other faults are not looked at.

    Raises:
        IntakeError: E300: it cannot be read, or is not TOML.

    Examples:
        >>> place_in("pierce")
        'us-wa-pierce'
    """
    place = _toml(*_text_of(name_or_path)).get("place")
    return place if isinstance(place, str) and place else None


def _text_of(name_or_path: str | Path) -> tuple[str, str]:
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
    return text, path.name


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise IntakeError.one(
            "E300", name, f"is not TOML ({error})", "See docs/mapping-files.md for an example."
        ) from None


def read_mapping(text: str, name: str = "mapping", *, zone: str | None = None) -> Mapping:
    r"""Read the text of a mapping.

    Args:
        text: TOML, as `docs/mapping-files.md` describes it.
        name: What to call it in a message.
        zone: The time zone for a mapping that names none.

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
    data = _toml(text, name)
    reader = TomlReader(name, text)
    if zone and not data.get("zone"):
        data["zone"] = zone
    values = _basics(reader, data) | read_file(reader, data) | read_times(reader, data)
    values |= read_meanings(reader, data) | read_holds(reader, data, values["columns"])
    values |= read_split(reader, data)
    released = values["columns"].get("released_at")
    if released and released == values["columns"].get("ended_at"):
        # One column for both: the release is the last end of the booking.
        values["release_from"] = "last-end"
    _no_plan_for_release(data, values)
    _required(reader, data, values)
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
        "bases_complete": reader.truth(data, "", "bases_complete"),
        "notices_complete": reader.truth(data, "", "notices_complete"),
    }


def _no_plan_for_release(data: dict[str, Any], values: dict[str, Any]) -> None:
    """Take a column that by its name says when release was planned for that, and for no release.

    A mapping that says `release = "column"` means it.
    """
    columns, times = values["columns"], data.get("times")
    released = columns.get("released_at")
    said = isinstance(times, dict) and "release" in times
    if not released or said or "scheduled_at" in columns:
        return
    if any(SCHEDULED.search(name_words(name)) for name in released):
        columns["scheduled_at"] = columns.pop("released_at")
        values["columns"] = {name: columns[name] for name in FIELDS if name in columns}
        values["release_from"] = "not-given"


def _required(reader: TomlReader, data: dict[str, Any], values: dict[str, Any]) -> None:
    """Keep a fault for each column that this export must have and its mapping does not name."""
    columns = values["columns"]
    if not isinstance(data.get("columns"), dict) or not data["columns"]:
        return
    needless = set()
    if values["release_from"] != "column":
        needless.add("released_at")
    if "hold" in columns:
        needless.add("charge")
    for name in REQUIRED_FIELDS:
        if name not in data["columns"] and name not in needless:
            more = (
                ' If the export has none, write release = "last-end" or "not-given" under [times].'
                if name == "released_at"
                else ""
            )
            reader.fault("E301", "columns", name, "is missing", f"Name it: {FIELDS[name]}{more}")


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
            continue
        found = tuple(text.strip() for text in reader.texts(data, "columns", name))
        if len(found) > _MOST_COLUMNS.get(name, 2 if name in TIME_FIELDS else 1):
            reader.fault(
                "E303",
                "columns",
                name,
                f"`{', '.join(found)}` is more than one column",
                "Name one column; only record_id can be made of several, and a time of two, its "
                "day and its time of day.",
            )
        if not all(found):
            reader.fault(
                "E303", "columns", name, "`` is no column", "Name a column, or leave it out."
            )
        elif found:
            columns[name] = found
    return columns
