"""Propose a mapping for an export that nobody has mapped yet, and say what is unsure about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exeat.intake.guesses import (
    CLASSES,
    ENDS,
    KINDS,
    LIFTS,
    RELEASES,
    GuessTable,
    guess,
    guess_there,
)
from exeat.intake.holds import Holds, find_holds
from exeat.intake.model import DEFAULT_EMPTY, FIELDS, REQUIRED_FIELDS
from exeat.intake.names import name_merit
from exeat.intake.profile import Column, Table, look_at
from exeat.intake.roles import Guess, guess_columns
from exeat.intake.survey import Layout

__all__ = ["Proposal", "Question", "propose"]

_MAX_LISTED: Final = 150
_SMALL: Final = 50
_ZONES: Final = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
_PHONE: Final = re.compile(r"\d{3}[-. ]?\d{4}\b")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that decides, to be asked where somebody can answer.

    Attributes:
        key: The key of the mapping that the answer goes to.
        asks: The question.
        choices: Answers to pick from; empty: a text.
        columns: Columns of the example.
        rows: Three rows of the file, these columns only.
    """

    key: str
    asks: str
    choices: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


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


def propose(path: str | Path, *, zone: str = "", place: str = "") -> Proposal:
    """Draft a mapping for an export, from its header and its first 5,000 rows.

    Columns that describe the person are left alone, whatever they hold, and free text is not
    copied.

    Args:
        path: The file.
        zone: The jail's time zone, if known.
        place: The place whose law applies, if known.

    Raises:
        IntakeError: The file is no table.
    """
    path = Path(path)
    table = look_at(path)
    columns = guess_columns(table)
    holds = find_holds(table, columns)
    codes = list(_codes(columns, holds))
    _say_times(table, columns)
    grave = [*table.layout.doubts, *_twice(table, columns), *columns.grave]
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
        _kind(table.layout, columns, holds),
        len(grave),
        tuple(_questions(table, columns, zone)),
    )


def _twice(table: Table, columns: Guess) -> Iterable[str]:
    """Say what the mapping calls columns whose name the header has more than once."""
    header = table.layout.header
    used = {column.name for found in columns.fields.values() for column in found}
    used |= {x.clock.name for found in columns.fields.values() for x in found if x.clock}
    twice = [name[:-4] for name in header if name.endswith(" (2)")]
    named = [name for name in twice if {f"{name} (1)", f"{name} (2)"} & used]
    if named:
        names = ", ".join(f"`{name}`" for name in named)
        yield (
            f"The header has {names} more than once: the mapping calls the first "
            f"`{named[0]} (1)` and the second `{named[0]} (2)`. Check which is which."
        )


def _questions(table: Table, columns: Guess, zone: str) -> Iterable[Question]:
    """Yield the few questions that decide: the zone, and each column of times not surely known."""
    if not zone:
        yield Question("zone", "In which time zone is the jail?", _ZONES, (), ())
    times = [column for column in table.columns if column.times is not None]
    for key, asks in (
        ("booked_at", "Which column says when the person was booked?"),
        ("released_at", "Which column says when the person left the jail?"),
        ("ended_at", "Which column says when each charge or hold ended?"),
    ):
        found = columns.fields.get(key)
        named = found and name_merit(key, found[0].words) > 0
        if not named and times:
            yield Question(key, asks, tuple(c.name for c in times), *_rows(times))
    if "record_id" not in columns.fields:
        others = [column for column in table.columns if column.times is None and not column.free]
        yield Question(
            "record_id",
            "Which column has the booking's number?",
            tuple(column.name for column in others),
            *_rows(others[:8]),
        )


def _rows(columns: Sequence[Column]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the names of some columns, and three rows of theirs."""
    rows = list(zip(*(column.values for column in columns), strict=True))[:3]
    return tuple(column.name for column in columns), tuple(rows)


def _quoted(text: str) -> str:
    """Return a text as TOML has it in quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


# --- the parts of the file -----------------------------------------------------------------


def _top(path: Path, unsure: Sequence[str], zone: str, place: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "my-jail"
    given = f"zone = {_quoted(zone)}"
    return "\n".join(
        [
            "# Proposed by `exeat map`. Confirm every line marked UNSURE; docs/mapping-files.md",
            "# has all keys. The columns that are not named here are not read. To confirm:",
            *(f"# - {_one_line(sentence)}" for sentence in unsure),
            "format = 1",
            f"name = {_quoted(stem)}",
            'attribution = ""   # where the export comes from',
            given
            if zone
            else f"{given}          # UNSURE: the jail's time zone, such as America/Los_Angeles",
            f"place = {_quoted(place)}"
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
    if layout.kind == "text" and not layout.fixed:
        lines.append(f"delimiter = {_quoted(layout.delimiter)}")
    if layout.skip_lines:
        lines.append(f"skip_lines = {layout.skip_lines}   # UNSURE: lines above the header")
    if not layout.named:
        lines.append(f"header = {_listed(layout.header)}   # UNSURE: names of the columns")
    empty = {
        text
        for name, found in columns.fields.items()
        for column in found
        for text in column.empty
        if name != "booked_at"
    }
    if empty:
        lines.append(f"empty_values = {_listed([*DEFAULT_EMPTY, *sorted(empty)])}   # UNSURE")
    lines.append('# made_on = "2026-03-31"   # the day of the export: no time can be later')
    if layout.fixed:
        lines += ["", "[file.fixed]   # UNSURE: the first and last place of each column"]
        lines += [f"{_quoted(name)} = [{first}, {last}]" for name, first, last in layout.fixed]
    return "\n".join([*lines, ""])


def _columns(columns: Guess) -> str:
    lines = ["[columns]"]
    for name in FIELDS:
        found = columns.fields.get(name, [])
        if found:
            names = [column.name for column in found]
            if name.endswith("_at") and found[0].clock is not None:
                names.append(found[0].clock.name)
            lines.append(f"{name} = {_quoted(names[0]) if len(names) == 1 else _listed(names)}")
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
    lines = ["[times]", f"formats = {_listed(table.formats)}"]
    if columns.release_from != "column":
        lines.append(f"release = {_quoted(columns.release_from)}   # UNSURE")
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
                f"at = {_listed(holds.split_at)}",
                f"fields = {_listed(holds.split)}",
                "",
            ]
        )


def _holds(columns: Guess, holds: Holds) -> list[str]:
    tables = [
        f"{{ column = {_quoted(name)}, any_of = {_listed(texts)} }}"
        for name, texts in holds.words.items()
    ]
    if not tables:
        name = "charge" if "charge" in columns.fields else "hold"
        tables = [f"{{ column = {_quoted(name)}, any_of = [] }}"]
    value = tables[0] if len(tables) == 1 else f"[{', '.join(tables)}]"
    lines = [
        "[hold]",
        f"immigration = {value}   # UNSURE",
        "",
        "[hold.other]   # UNSURE: lines that are no charge; everything else is one",
    ]
    charge = columns.one("charge")
    found = []
    if charge is not None:
        listed = {text.casefold() for text in holds.words.get("charge", ())}
        for text in _to_copy(charge):
            code = guess(text, KINDS)
            if code and text.casefold() not in listed and text not in holds.perhaps:
                found.append(f"{_quoted(text)} = {_quoted(code)}")
    if found:
        columns.doubts.append(
            f"{len(found)} texts look like holds of other agencies: see [hold.other]."
        )
    return ["\n".join([*lines, *found, ""])]


# --- tables of codes ------------------------------------------------------------------------


def _to_copy(column: Column | None) -> list[str]:
    """Return the texts of a column that may stand in the file: none that could name a person.

    Of a large export those that stand once only are left out: a name stands once, a code often.
    """
    if column is None or column.free:
        return []
    counts = column.counts()
    few = len(column.values) < _SMALL
    good = [
        text
        for text, number in counts.items()
        if (few or number > 1) and not _PHONE.search(text) and len(text) <= 80
    ]
    return sorted(good)


def _codes(columns: Guess, holds: Holds) -> Iterable[str]:
    if agency := columns.one("agency"):
        codes = _to_copy(agency)[:_MAX_LISTED]
        yield "\n".join(
            [
                "[agencies]   # UNSURE: whose each code is; a kind for one that lodges holds",
                *(f"{_quoted(code)} = {_quoted(code)}" for code in codes),
                "",
            ]
        )
        columns.doubts.append(f"What the {len(codes)} agency codes stand for: see [agencies].")
    yield from _endings(columns, holds)
    if offence_class := columns.one("offence_class"):
        texts = _to_copy(offence_class)
        yield _table("classes", "classes of offences", texts, CLASSES, columns.doubts)
    if status := columns.one("status"):
        yield from _statuses(status, columns)


def _endings(columns: Guess, holds: Holds) -> Iterable[str]:
    doubts = columns.doubts
    disposition, reason = columns.one("disposition"), columns.one("release_reason")
    for column in (disposition, reason):
        if column is not None and column.free:
            doubts.append(
                f"`{column.name}` is free text, which may name people: nothing of it is copied, "
                "and nothing rests on it."
            )
    if disposition is not None:
        good = set(_to_copy(disposition))
        flags = holds.rows or [False] * len(disposition.values)
        pairs = list(zip(disposition.values, flags, strict=True))
        on_charges = sorted({text for text, hold in pairs if text in good and not hold})
        on_holds = sorted({text for text, hold in pairs if text in good and hold})
        yield _table("dispositions", "how a charge or hold ended", on_charges, ENDS, doubts)
        yield _table("lift", "why an immigration hold ended", on_holds, LIFTS, doubts)
    both = sorted({*_to_copy(disposition), *_to_copy(reason)})
    if both:
        known = [text for text in both if guess(text, RELEASES)]
        _say_releases(known, columns)
        yield _table("release", "how the person left", known, RELEASES, doubts)


def _say_releases(texts: list[str], columns: Guess) -> None:
    """Show the guesses that decide who went where."""
    for code, words in (
        ("to-ice", "went to ICE"),
        ("to-other-agency", "went to another agency"),
        ("street", "walked free"),
    ):
        found = [text for text in texts if guess(text, RELEASES) == code]
        if found:
            shown = ", ".join(f"`{text}`" for text in found[:20])
            columns.chosen.append(f"Taken to mean that the person {words}: {shown}.")


def _statuses(status: Column, columns: Guess) -> Iterable[str]:
    texts = _to_copy(status)
    flags = "in custody" in status.words or status.words == "active"
    there = [x for x in texts if guess_there(x) is True or (flags and x.upper() in ("Y", "YES"))]
    gone = [x for x in texts if guess_there(x) is False or (flags and x.upper() in ("N", "NO"))]
    if there or gone:
        yield "\n".join(
            [
                "[status]   # UNSURE: whether the person is still there",
                f"there = {_listed(there)}",
                f"gone = {_listed(gone)}",
                "",
            ]
        )
    else:
        columns.fields.pop("status")


def _table(name: str, words: str, texts: list[str], guesses: GuessTable, unsure: list[str]) -> str:
    lines = [f"[{name}]   # UNSURE: {words}"]
    unknown = []
    for text in texts[:_MAX_LISTED]:
        code = guess(text, guesses)
        if code is None:
            unknown.append(text)
            lines.append(f'# {_quoted(text)} = ""   # UNSURE: meaning not guessed')
        else:
            lines.append(f"{_quoted(text)} = {_quoted(code)}")
    if unknown:
        shown = ", ".join(f"`{text}`" for text in unknown[:20])
        more = f" and {len(unknown) - 20} more" if len(unknown) > 20 else ""
        unsure.append(f"What these mean under [{name}]: {shown}{more}.")
    return "\n".join([*lines, ""])


# --- what kind of file it is ------------------------------------------------------------------


def _kind(layout: Layout, columns: Guess, holds: Holds) -> str:
    if layout.two_kinds:
        return "A printed report: a booking, and below it its charges."
    container = "" if layout.kind == "text" else f" ({layout.kind.value})"
    id_column = columns.one("record_id")
    rows = "a charge or hold"
    if holds.split_at:
        rows = "a booking, its charges in one cell"
    elif id_column is not None and max(id_column.counts().values(), default=0) == 1:
        rows = "a booking"
    elif _daily(columns, id_column):
        rows = "a person a day"
    return f"One row {rows}{container}: {len(layout.header)} columns."


def _daily(columns: Guess, id_column: Column | None) -> bool:
    """Say whether the same lines come again and again: a roster of every day."""
    charge = columns.one("charge")
    if id_column is None or charge is None:
        return False
    pairs = list(zip(id_column.values, charge.values, strict=True))
    return len(pairs) >= 10 and len(set(pairs)) < 0.5 * len(pairs)
