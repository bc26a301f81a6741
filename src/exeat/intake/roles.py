"""Guess what the columns of an unknown export mean, by their names and by what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from exeat.intake.profile import Column, Table, not_after

__all__ = ["IMMIGRATION", "guess_columns"]

IMMIGRATION: Final = re.compile(
    r"IMMIG|\bICE\b|\bINS\b.*\b(HOLD|HLD|DET)|USCIS|\bI-?247|DETAINER|\b287\(?G", re.IGNORECASE
)
"""What an immigration hold may be called."""

_HINTS: Final = {
    "record_id": (
        r"book(ing)? ?(id|no|num|number|nbr)\b|\b(inmate|person|offender|case) ?(id|no)\b|\bid$"
    ),
    "booked_at": r"book|jail in\b|intake|admi(t|ssion)|commit|\bdate in\b|\bin (date|time)|confine",
    "released_at": r"releas|jail out\b|discharg|\bdate out\b|\bout (date|time)|\bexit|depart",
    "ended_at": (
        r"(charge|hold|count|detainer).*(end|clos|releas|disp)|disp.*(date|time|at\b)|\bended"
    ),
    "charge": (
        r"charge( desc(ription)?| name| text)?$|offen[sc]e( desc(ription)?)?$|hold desc|descr"
    ),
    "disposition": r"dispo|outcome|(release|end) (reason|type)",
    "agency": r"agency|court\b|\bori\b|jurisdiction",
    "statute": r"statute|section|\bcode\b|\brcw\b",
    "offence_class": r"categ|class|degree|level|severity|grade",
}
_MAX_CODES: Final = 400


def guess_columns(table: Table) -> dict[str, tuple[str, ...]]:
    """Return the fields of a mapping with the columns that they seem to be.

    Args:
        table: The rows looked at; gets a sentence for each guess that a person must confirm.
    """
    times = [column for column in table.columns if column.times is not None]
    words = [column for column in table.columns if column.times is None and column.filled]
    found = _guess_times(table, times)
    found |= _guess_words(table, words, found)
    _guess_id(table, words, found)
    order = ("record_id", "booked_at", "released_at", "ended_at", *_HINTS)
    return {
        name: tuple(column.name for column in found[name])
        for name in dict.fromkeys(order)
        if name in found
    }


def _hint(field: str, column: Column) -> bool:
    return re.search(_HINTS[field], column.words) is not None


def _best(columns: list[Column], merit: Callable[[Column], float]) -> Column | None:
    ranked = sorted(columns, key=merit, reverse=True)
    return ranked[0] if ranked and merit(ranked[0]) > 0 else None


def _guess_times(table: Table, times: list[Column]) -> dict[str, list[Column]]:
    """Tell booking, release and end apart: by name, and booking comes before all others."""
    booked = _best(times, lambda column: _merit_booked(column, times))
    if booked is None:
        table.unsure.append("No column holds times of booking: name it under [columns] booked_at.")
        return {}
    found = {"booked_at": [booked]}
    _doubt(table, "booked_at", booked, "when the person was booked")
    rest = [column for column in times if column is not booked and not_after(booked, column) > 0.5]
    released = _best(rest, lambda column: _merit_released(column, booked))
    if released is None:
        table.unsure.append(
            "No column holds times of release: name it under [columns] released_at."
        )
        return found
    found["released_at"] = [released]
    _doubt(table, "released_at", released, "when the person left the jail")
    rest = [column for column in rest if column is not released]
    ended = _best(rest, lambda column: 2 * _hint("ended_at", column) + column.filled - 0.5)
    if ended is None:
        table.unsure.append(
            "No column says when each charge or hold ended, so that nobody can tell how long "
            "a hold outlasted the charges: name one under [columns] ended_at if there is one."
        )
        return found
    _doubt(table, "ended_at", ended, "when the charge or hold ended")
    return found | {"ended_at": [ended]}


def _merit_booked(column: Column, times: list[Column]) -> float:
    others = [other for other in times if other is not column]
    first = sum(not_after(column, other) for other in others) / max(1, len(others))
    return 2 * _hint("booked_at", column) + column.filled + first


def _merit_released(column: Column, booked: Column) -> float:
    named = 2 * _hint("released_at", column) - 2 * _hint("ended_at", column)
    return named + column.filled + not_after(booked, column)


def _doubt(table: Table, field: str, column: Column, words: str) -> None:
    if not _hint(field, column):
        table.unsure.append(f"Column `{column.name}` may not be {words}.")


def _guess_words(
    table: Table, words: list[Column], found: dict[str, list[Column]]
) -> dict[str, list[Column]]:
    guessed: dict[str, list[Column]] = {}
    left = list(words)
    for field in ("disposition", "agency", "offence_class", "statute", "charge"):
        hinted = [column for column in left if _hint(field, column)]
        if field in ("disposition", "agency", "offence_class"):
            hinted = [column for column in hinted if len(column.counts()) <= _MAX_CODES]
        best = _best(hinted, lambda column: column.filled + 0.001 * len(column.counts()))
        if best is not None:
            guessed[field] = [best]
            left.remove(best)
    if "charge" not in guessed:
        held = _best(left, lambda column: sum(bool(IMMIGRATION.search(v)) for v in column.counts()))
        if held is not None:
            guessed["charge"] = [held]
        name = f"column `{held.name}` is taken" if held else "name it under [columns] charge"
        table.unsure.append(f"No column is called a charge or offence: {name}.")
    return guessed


def _guess_id(table: Table, words: list[Column], found: dict[str, list[Column]]) -> None:
    """Find the booking's id: one text of it goes with one time of booking."""
    taken = [column for columns in found.values() for column in columns]
    free = [column for column in words if column not in taken]
    best = _best(
        [column for column in free if _hint("record_id", column)],
        lambda column: (
            column.filled
            + 2 * ("book" in column.words)
            + len(column.counts()) / max(1, len(column.values))
        ),
    )
    if best is None:
        table.unsure.append(
            "No column is called a booking's id: name it under [columns] record_id."
        )
        return
    found["record_id"] = [best]
    booked = found.get("booked_at")
    if not booked:
        return
    pairs = {(one, other) for one, other in zip(best.values, booked[0].values, strict=True) if one}
    if len(pairs) > len(best.counts()):
        found["record_id"] = [best, booked[0]]
        table.unsure.append(
            f"Column `{best.name}` goes with several times of booking: it is taken for a "
            f"person's id, and with `{booked[0].name}` makes the booking's, in record_id."
        )
    elif max(best.counts().values(), default=0) == 1:
        table.unsure.append(
            f"No text of column `{best.name}` stands on two rows: the export seems to have one "
            "row a booking, and then not every charge may be in it."
        )
