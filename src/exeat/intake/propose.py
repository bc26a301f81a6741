"""Propose a mapping for an export that nobody has mapped yet, and say what is unsure about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from exeat.intake.advice import (
    Question,
    kind_in_words,
    other_things,
    questions,
    twice_named,
)
from exeat.intake.coded import code_tables, listed, quoted, to_copy
from exeat.intake.guesses import KINDS, guess
from exeat.intake.holds import Holds, find_holds
from exeat.intake.model import DEFAULT_EMPTY, FIELDS, REQUIRED_FIELDS, Join
from exeat.intake.profile import Table, look_at
from exeat.intake.roles import Guess, guess_columns
from exeat.intake.words import is_hold

__all__ = ["Proposal", "Question", "propose"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A drafted mapping.

    Attributes:
        toml: Its text; each line to be confirmed says `UNSURE`. It loads once the zone is in, or
            with that of a place.
        unsure: What a person must confirm, in whole sentences, the gravest first.
        kind: What kind of file it is, in a sentence.
        grave: How many of `unsure` decide the audit.
        questions: What to ask on a terminal.
    """

    toml: str
    unsure: tuple[str, ...]
    kind: str
    grave: int
    questions: tuple[Question, ...] = ()


def propose(
    path: str | Path, other: str | Path | None = None, *, zone: str = "", place: str = ""
) -> Proposal:
    """Draft a mapping for an export, from its header and its first 5,000 rows.

    Columns that describe the person are left alone, whatever they hold, and free text is not
    copied.

    Args:
        path: The file.
        other: Another that goes with it by a key, such as that of the charges.
        zone: The jail's time zone, if known.
        place: The place whose law applies, if known.

    Raises:
        IntakeError: The file is no table.
    """
    path = Path(path)
    table = look_at(path, Path(other) if other else None)
    columns = guess_columns(table)
    holds = find_holds(table, columns)
    codes = list(code_tables(columns, holds))
    _say_times(table, columns)
    grave = [
        *other_things(table.layout, columns),
        *table.layout.doubts,
        *twice_named(table, columns),
        *columns.grave,
    ]
    unsure = [*grave, *columns.chosen, *table.unsure, *columns.doubts]
    if table.layout.two_kinds:
        unsure = grave = table.layout.doubts[:1]
    if not zone and not table.layout.two_kinds:
        unsure.append(
            "No file can say its time zone: write the jail's own under zone; left empty, that of "
            "the place is taken."
        )
    parts = [
        _top(path, unsure, zone, place),
        _file(table, columns),
        _columns(columns),
        _times(table, columns),
        *_split(holds),
        *_holds(columns, holds),
        *codes,
    ]
    return Proposal(
        "\n".join(parts),
        tuple(unsure),
        kind_in_words(table.layout, columns, holds),
        len(grave),
        tuple(questions(table, columns, zone)),
    )


# --- the parts of the file -----------------------------------------------------------------


def _top(path: Path, unsure: Sequence[str], zone: str, place: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "my-jail"
    given = f"zone = {quoted(zone)}"
    return "\n".join(
        [
            "# Proposed by `exeat map`. Confirm every line marked UNSURE; docs/mapping-files.md",
            "# has all keys. The columns that are not named here are not read. To confirm:",
            *(f"# - {_one_line(sentence)}" for sentence in unsure),
            "format = 1",
            f"name = {quoted(stem)}",
            'attribution = ""   # where the export comes from',
            given
            if zone
            else f"{given}          # UNSURE: the jail's time zone, such as America/Los_Angeles",
            f"place = {quoted(place)}"
            if place
            else '# place = "us-xx-county"   # the place whose law applies',
            "# bases_complete = true   # only if the export lists every ground of custody",
            "",
        ]
    )


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _file(table: Table, columns: Guess) -> str:
    layout = table.layout
    lines = ["[file]"]
    if layout.kind == "text" and not layout.fixed and layout.join is None:
        lines.append(f"delimiter = {quoted(layout.delimiter)}")
    if layout.skip_lines:
        lines.append(f"skip_lines = {layout.skip_lines}   # UNSURE: lines above the header")
    if not layout.named:
        lines.append(f"header = {listed(layout.header)}   # UNSURE: names of the columns")
    if empty := _empty(columns):
        lines.append(f"empty_values = {listed([*DEFAULT_EMPTY, *empty])}   # UNSURE")
    lines.append('# made_on = "2026-03-31"   # the day of the export: no time can be later')
    if layout.fixed:
        lines += ["", "[file.fixed]   # UNSURE: the first and last place of each column"]
        lines += [f"{quoted(name)} = [{first}, {last}]" for name, first, last in layout.fixed]
    if layout.join is not None:
        lines += _join(layout.join)
    return "\n".join([*lines, ""])


def _empty(columns: Guess) -> list[str]:
    """Return what stands for no time, but in the column of bookings: that has none to leave out."""
    found = [one for name, own in columns.fields.items() if name != "booked_at" for one in own]
    return sorted({text for column in found for text in column.empty})


def _join(join: Join) -> list[str]:
    lines = [
        "",
        "[join]   # UNSURE: the file that goes with it, beside it, and the column of both",
        f"file = {quoted(join.file)}",
        f"key = {quoted(join.key)}",
    ]
    if join.other_key != join.key:
        lines.append(f"other_key = {quoted(join.other_key)}")
    return lines


def _columns(columns: Guess) -> str:
    lines = ["[columns]"]
    for name in FIELDS:
        found = columns.fields.get(name, [])
        if found:
            names = [column.name for column in found]
            if name.endswith("_at") and found[0].clock is not None:
                names.append(found[0].clock.name)
            lines.append(f"{name} = {quoted(names[0]) if len(names) == 1 else listed(names)}")
        elif name in REQUIRED_FIELDS and not _needless(name, columns):
            lines.append(f'{name} = ""   # UNSURE: not found. {FIELDS[name]}')
        else:
            lines.append(f'# {name} = ""   # {FIELDS[name]}')
    return "\n".join([*lines, ""])


def _needless(name: str, columns: Guess) -> bool:
    if name == "released_at":
        return columns.release_from != "column"
    return name == "charge" and "hold" in columns.fields


def _times(table: Table, columns: Guess) -> str:
    lines = ["[times]", f"formats = {listed(table.formats)}"]
    if columns.release_from != "column":
        lines.append(f"release = {quoted(columns.release_from)}   # UNSURE")
    zones = []
    for name, found in columns.fields.items():
        if name.endswith("_at") and re.search(r"\b(utc|gmt|zulu)\b", found[0].words):
            zones.append(f'{name} = "UTC"')
    if zones:
        lines.append(f"zones = {{ {', '.join(zones)} }}   # by the column's name")
    return "\n".join([*lines, ""])


def _say_times(table: Table, columns: Guess) -> None:
    """Say which columns of times hold dates only, and what stands for no time in them."""
    for name, found in columns.fields.items():
        column = found[0]
        if not name.endswith("_at") or column.times is None:
            continue
        if column.midnights >= 0.1 and len(column.values) > 1:
            columns.doubts.append(
                f"{column.midnights:.0%} of the times of `{column.name}` are midnight: they are "
                "taken for dates without a time of day. If people did come and go at midnight, "
                'write midnight = "time" under [times].'
            )
        if column.empty and name != "booked_at":
            shown = ", ".join(f"`{text[:40]}`" for text in column.empty)
            columns.doubts.append(
                f"{shown} in `{column.name}` is taken for no time, in [file] empty_values."
            )


def _split(holds: Holds) -> Iterable[str]:
    if holds.split_at:
        yield "\n".join(
            [
                "[split]   # UNSURE: cells that hold several charges",
                f"at = {listed(holds.split_at)}",
                f"fields = {listed(holds.split)}",
                "",
            ]
        )


def _holds(columns: Guess, holds: Holds) -> list[str]:
    tables = [
        f"{{ column = {quoted(name)}, any_of = {listed(texts)} }}"
        for name, texts in holds.words.items()
    ]
    if not tables:
        name = "charge" if "charge" in columns.fields else "hold"
        tables = [f"{{ column = {quoted(name)}, any_of = [] }}"]
    value = tables[0] if len(tables) == 1 else f"[{', '.join(tables)}]"
    lines = [
        "[hold]",
        f"immigration = {value}   # UNSURE",
        "",
        "[hold.other]   # UNSURE: lines that are no charge; everything else is one",
    ]
    found = list(_other_holds(columns, holds))
    if found:
        columns.doubts.append(
            f"{len(found)} texts look like holds of other agencies: see [hold.other]."
        )
    return ["\n".join([*lines, *found, ""])]


def _other_holds(columns: Guess, holds: Holds) -> Iterable[str]:
    """Yield what the charges say that are holds of others, with whose each seems to be."""
    known = {text.casefold() for text in holds.words.get("charge", ())}
    copied = to_copy(columns.one("charge"), columns)
    for text in sorted({part for cell in copied for part in holds.parts(cell)}):
        code = guess(text, KINDS)
        immigration = is_hold(text) or text.casefold() in known or text in holds.perhaps
        if code and not immigration:
            yield f"{quoted(text)} = {quoted(code)}"
