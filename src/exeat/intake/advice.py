"""What a proposal says and asks besides its mapping: what kind of file it is, what decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from exeat.intake.holds import Holds
from exeat.intake.names import name_merit, name_words
from exeat.intake.profile import Column, Table
from exeat.intake.roles import Guess
from exeat.intake.survey import Layout

__all__ = ["Question", "kind_in_words", "other_things", "questions", "twice_named"]

_ZONES: Final = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)


_TIMES_ASKED: Final = (
    ("booked_at", "Which column says when the person was booked?"),
    ("released_at", "Which column says when the person left the jail?"),
    ("ended_at", "Which column says when each charge or hold ended?"),
)


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


_FEDERAL: Final = (
    "detainer prepare date",
    "detainer lift reason",
    "detainer facility code",
    "apprehension date",
    "detention facility code",
    "book in date time",
)


def other_things(layout: Layout, columns: Guess) -> Iterable[str]:
    """Say what a file is that is no list of one jail's bookings."""
    names = {name_words(name) for name in layout.header}
    if len(names & set(_FEDERAL)) > 1 or {"detainer prepare date", "detainer type"} <= names:
        yield (
            "This is the federal agency's own list, not a jail's: it has no ground of custody and "
            "no release, so that it cannot show how long anybody was kept. Ask the jail for its "
            "bookings."
        )
    elif _daily(columns, columns.one("record_id")):
        yield (
            "This looks like a roster of every day: the same lines come again and again. Repeated "
            "rows count once; the last roster on which somebody stands is not when they left."
        )


def twice_named(table: Table, columns: Guess) -> Iterable[str]:
    """Say what the mapping calls columns whose name the header has more than once."""
    found = [column for own in columns.fields.values() for column in own]
    used = {column.name for column in (*found, *(x.clock for x in found if x.clock))}
    twice = [name[:-4] for name in table.layout.header if name.endswith(" (2)")]
    named = [name for name in twice if {f"{name} (1)", f"{name} (2)"} & used]
    if named:
        names = ", ".join(f"`{name}`" for name in named)
        yield (
            f"The header has {names} more than once: the mapping calls the first "
            f"`{named[0]} (1)` and the second `{named[0]} (2)`. Check which is which."
        )


def questions(table: Table, columns: Guess, zone: str) -> Iterable[Question]:
    """Yield the few questions that decide: the zone, and each column of times not surely known."""
    if not zone:
        yield Question("zone", "In which time zone is the jail?", _ZONES, (), ())
    times = [column for column in table.columns if column.times is not None]
    for key, asks in _TIMES_ASKED:
        found = columns.one(key)
        if times and (found is None or name_merit(key, found.words) <= 0):
            yield _which(key, asks, times, times)
    if "record_id" not in columns.fields:
        others = [column for column in table.columns if column.times is None and not column.free]
        yield _which("record_id", "Which column has the booking's number?", others, others[:8])


def _which(key: str, asks: str, choices: Sequence[Column], shown: Sequence[Column]) -> Question:
    return Question(key, asks, tuple(column.name for column in choices), *_rows(shown))


def _rows(columns: Sequence[Column]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the names of some columns, and three rows of theirs."""
    rows = list(zip(*(column.values for column in columns), strict=True))[:3]
    return tuple(column.name for column in columns), tuple(rows)


def kind_in_words(layout: Layout, columns: Guess, holds: Holds) -> str:
    """Return what kind of file it is, in a sentence."""
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
