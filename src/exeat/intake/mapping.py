"""Read a mapping file, and refuse what cannot be read: all faults at once, with file and line."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path
from typing import Any, Final

from exeat.errors import IntakeError, near_miss
from exeat.facts.toml_file import TomlFile, toml_of
from exeat.intake.mapping_parts import (
    is_zone,
    read_file,
    read_holds,
    read_join,
    read_meanings,
    read_split,
    read_times,
)
from exeat.intake.model import (
    FIELDS,
    REQUIRED_FIELDS,
    TIME_FIELDS,
    Mapping,
)
from exeat.intake.names import SCHEDULED, name_words
from exeat.intake.section import Section

__all__ = ["Mapping", "load_mapping", "place_in", "read_mapping", "shipped_maps"]

FORMAT: Final = 1
_MOST_COLUMNS: Final = {"record_id": 9}
_MAX_BYTES: Final = 1 << 20

_TOP: Final = (
    "format", "name", "attribution", "zone", "place", "columns", "file", "times", "hold",
    "agencies", "dispositions", "lift", "release", "classes", "facility", "status", "split",
    "bases_complete", "notices_complete", "join",
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
    return toml_of(text, name, IntakeError, "E300", "See docs/mapping-files.md for an example.")


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
    file = TomlFile(text, name)
    if zone and not data.get("zone"):
        data["zone"] = zone
    top = Section(file, "", data)
    values = _basics(top) | read_file(top) | read_times(top) | read_meanings(top)
    columns: dict[str, tuple[str, ...]] = values["columns"]
    values |= read_holds(top, columns) | read_split(top) | {"join": read_join(top)}
    released = columns.get("released_at")
    if released and released == columns.get("ended_at"):
        # One column for both: the release is the last end of the booking.
        values["release_from"] = "last-end"
    if _is_only_planned(top, columns):
        columns["scheduled_at"] = columns.pop("released_at")
        values["columns"] = {name: columns[name] for name in FIELDS if name in columns}
        values["release_from"] = "not-given"
    _required(top, values)
    if file.faults:
        raise IntakeError(file.faults)
    return Mapping(**values, digest=hashlib.sha256(text.encode()).hexdigest())


def _basics(top: Section) -> dict[str, Any]:
    top.only(_TOP)
    if top.data.get("format") != FORMAT:
        seen = top.data.get("format", "nothing")
        top.fault("E303", "format", f"`{seen}` is no format known here", "Write format = 1.")
    return {
        "name": top.need("name", str),
        "columns": _columns(top.section("columns", FIELDS, needed=True)),
        "zone": _zone(top),
        "attribution": top.take("attribution", str, ""),
        "place": top.take("place", str, None),
        "bases_complete": top.truth("bases_complete"),
        "notices_complete": top.truth("notices_complete"),
    }


def _is_only_planned(top: Section, columns: dict[str, tuple[str, ...]]) -> bool:
    """Say whether the column of releases says by its name when release was planned: it is none.

    A mapping that says `release = "column"` means it.
    """
    times = top.data.get("times")
    said = isinstance(times, dict) and "release" in times
    released = columns.get("released_at", ())
    planned = any(SCHEDULED.search(name_words(name)) for name in released)
    return planned and not said and "scheduled_at" not in columns


def _required(top: Section, values: dict[str, Any]) -> None:
    """Keep a fault for each column that this export must have and its mapping does not name."""
    named = top.data.get("columns")
    if not isinstance(named, dict) or not named:
        return
    columns = Section(top.file, "columns", named)
    needless = set()
    if values["release_from"] != "column":
        needless.add("released_at")
    if "hold" in values["columns"]:
        needless.add("charge")
    more = ' If the export has none, write release = "last-end" or "not-given" under [times].'
    for name in REQUIRED_FIELDS:
        if name not in columns and name not in needless:
            remedy = f"Name it: {FIELDS[name]}{more if name == 'released_at' else ''}"
            columns.fault("E301", name, "is missing", remedy)
    if values["release_from"] == "last-end" and "ended_at" not in columns:
        remedy = 'Name it, or write release = "not-given" under [times].'
        columns.fault("E301", "ended_at", "is missing: no end can stand for the release", remedy)


def _zone(top: Section) -> str:
    zone = top.need("zone", str)
    if zone and not is_zone(zone):
        help = "Write an IANA name such as America/Los_Angeles."
        top.fault("E305", "zone", f"`{zone}` is no time zone", help)
    return zone


def _columns(columns: Section) -> dict[str, tuple[str, ...]]:
    found = {}
    for name in FIELDS:
        if name not in columns:
            continue
        names = tuple(text.strip() for text in columns.texts(name))
        if len(names) > _MOST_COLUMNS.get(name, 2 if name in TIME_FIELDS else 1):
            columns.fault(
                "E303",
                name,
                f"`{', '.join(names)}` is more than one column",
                "Name one column; only record_id can be made of several, and a time of two, its "
                "day and its time of day.",
            )
        if not all(names):
            columns.fault("E303", name, "`` is no column", "Name a column, or leave it out.")
        elif names:
            found[name] = names
    return found
