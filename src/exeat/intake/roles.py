"""Guess what the columns of an unknown export mean, by their names and by what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from exeat.intake.learn import CUT_ID
from exeat.intake.names import SCHEDULED, is_person_id, name_merit
from exeat.intake.profile import Column, Table, not_after
from exeat.intake.words import is_hold

__all__ = ["OF_HOLD", "Guess", "guess_columns"]

_MAX_CODES: Final = 400
OF_HOLD: Final = re.compile(r"\b(ice|immigration|dhs|detainer|i 247\w?)\b")
"""A column's name that speaks of an immigration hold."""


@dataclass
class Guess:
    """What the columns seem to be.

    Attributes:
        fields: For each field of a mapping its columns.
        release_from: Where the release stands, as [times] release has it.
        grave: What decides the audit and nobody can tell, the gravest first.
        doubts: What else a person should confirm.
        chosen: Guesses that decide who went where, told though nothing speaks against them.
    """

    fields: dict[str, list[Column]] = field(default_factory=dict)
    release_from: str = "column"
    grave: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)

    def one(self, name: str) -> Column | None:
        """The column of a field, or its first."""
        found = self.fields.get(name)
        return found[0] if found else None


def guess_columns(table: Table) -> Guess:
    """Return the fields of a mapping with the columns that they seem to be.

    Args:
        table: The rows looked at.
    """
    guess = Guess()
    clocks = [column.clock for column in table.columns if column.clock is not None]
    times = [column for column in table.columns if column.times is not None]
    words = [
        column
        for column in table.columns
        if column.times is None and column.filled and column not in clocks
    ]
    _guess_times(guess, times)
    _guess_words(guess, words)
    _guess_id(guess, words)
    return guess


def _named(field: str) -> Callable[[Column], float]:
    """Return what says how well a column's name fits a field."""
    return lambda column: name_merit(field, column.words)


def _fits(field: str, column: Column) -> bool:
    return name_merit(field, column.words) > 0


def _best(columns: Iterable[Column], merit: Callable[[Column], float]) -> Column | None:
    ranked = sorted(columns, key=merit, reverse=True)
    return ranked[0] if ranked and merit(ranked[0]) > 0 else None


# --- times -----------------------------------------------------------------------------


def _guess_times(guess: Guess, times: list[Column]) -> None:
    """Tell booking, release and end apart: by name, and booking comes before all others."""
    booked = _best(times, lambda column: _merit_booked(column, times))
    if booked is None:
        guess.grave.append("No column holds times of booking: name it under [columns] booked_at.")
        return
    guess.fields["booked_at"] = [booked]
    if not _fits("booked_at", booked):
        guess.doubts.append(f"Column `{booked.name}` may not be when the person was booked.")
    rest = [column for column in times if column is not booked]
    planned = [column for column in rest if SCHEDULED.search(column.words)]
    rest = [column for column in rest if column not in planned]
    for name in ("received_at", "served_at", "started_at"):
        named = _best(rest, _named(name))
        if named is not None and name_merit(name, named.words) >= 2.5:
            guess.fields[name] = [named]
            rest.remove(named)
    _guess_release(guess, rest, booked, planned)


def _merit_booked(column: Column, times: list[Column]) -> float:
    if SCHEDULED.search(column.words):
        return 0.0
    others = [other for other in times if other is not column]
    first = sum(not_after(column, other) for other in others) / max(1, len(others))
    clock = 0.2 * any(isinstance(time, datetime) for time in column.times or ())
    return name_merit("booked_at", column.words) + column.filled + first + clock


def _guess_release(guess: Guess, rest: list[Column], booked: Column, planned: list[Column]) -> None:
    late = [column for column in rest if _is_later(column, booked)]
    named = _best(late, _named("released_at"))
    ended = _best([column for column in rest if column is not named], _merit_ended)
    spare = [column for column in late if column not in (named, ended)]
    released = named or (None if planned else _nameless_release(guess, spare))
    if named is not None:
        guess.chosen.append(f"`{named.name}` is when the person left the jail.")
    if released is not None:
        guess.fields["released_at"] = [released]
        ended = ended or _nameless_end(guess, spare, released)
    if ended is not None:
        guess.fields["ended_at"] = [ended]
    _say_release(guess, released, ended, planned)


def _is_later(column: Column, booked: Column) -> bool:
    """Say whether a column's times come after booking; of one that is all but empty it may be."""
    return column.filled < 0.05 or not_after(booked, column) > 0.5


def _nameless_release(guess: Guess, spare: Iterable[Column]) -> Column | None:
    """Return the column that may be the releases, though its name does not say so."""
    released = _best(filter(_is_nameless, spare), lambda column: column.filled)
    if released is not None:
        guess.doubts.append(f"Column `{released.name}` may not be when the person left the jail.")
    return released


def _is_nameless(column: Column) -> bool:
    """Say whether a column's name speaks neither for nor against a release."""
    names = ("ended_at", "booked_at", "released_at")
    return all(name_merit(name, column.words) == 0 for name in names) and not _is_of_charge(column)


def _nameless_end(guess: Guess, spare: Iterable[Column], released: Column) -> Column | None:
    """Return the column that may be the ends of charges, though its name does not say so."""
    left = [column for column in spare if column is not released and not _is_of_charge(column)]
    good = [column for column in left if name_merit("booked_at", column.words) == 0]
    ended = _best(good, lambda column: column.filled - 0.2)
    if ended is not None:
        guess.doubts.append(f"Column `{ended.name}` may not be when the charge or hold ended.")
    return ended


def _merit_ended(column: Column) -> float:
    """Return how well a column fits the end of a charge; that of a detainer alone fits less."""
    merit = name_merit("ended_at", column.words)
    if merit <= 0:
        return 0.0
    return merit + 0.2 * column.filled - (0.5 if OF_HOLD.search(column.words) else 0.0)


def _is_of_charge(column: Column) -> bool:
    words = column.words
    return any(x in words for x in ("offen", "arrest", "court", "sentence", "hearing", "charge"))


def _say_release(
    guess: Guess, released: Column | None, ended: Column | None, planned: list[Column]
) -> None:
    if planned:
        guess.fields["scheduled_at"] = [planned[0]]
        names = ", ".join(f"`{column.name}`" for column in planned)
        (guess.doubts if released else guess.grave).append(
            f"{names} is when release is planned, not when the person left: no release is taken "
            "from it."
        )
    if released is None:
        # When a detainer was lifted is no release: the person may have stayed for a charge.
        ends = ended is not None and not planned and not OF_HOLD.search(ended.words)
        guess.release_from = "last-end" if ends else "not-given"
        if ended is not None and ends:
            guess.grave.append(
                "No column holds times of release: the last "
                f"`{ended.name}` of a booking is taken for it, in [times] release. If the jail can "
                "give the release, ask for it."
            )
        else:
            guess.grave.append(
                "No column holds times of release: nobody can tell how long a person was kept. "
                "Name one under [columns] released_at, or ask the jail for it."
            )
    if ended is None:
        guess.grave.append(
            "No column says when each charge or hold ended, so that nobody can tell how long "
            "a hold outlasted the charges: name one under [columns] ended_at if there is one."
        )


# --- words -----------------------------------------------------------------------------


def _guess_words(guess: Guess, words: list[Column]) -> None:
    free = [column for column in words if column.free and _fits_any(column)]
    if free:
        names = ", ".join(f"`{column.name}`" for column in free)
        guess.doubts.append(
            f"{names} is free text, which may name people: nothing of it is copied or read."
        )
    left = [column for column in words if not column.free]
    _guess_charge(guess, left)
    for name in (
        "disposition", "release_reason", "agency", "offence_class", "statute", "status",
    ):  # fmt: skip
        if name in guess.fields:
            continue
        few = [column for column in left if len(column.counts()) <= _MAX_CODES]
        best = _best(left if name == "statute" else few, _named(name))
        if best is not None:
            guess.fields[name] = [best]
            left.remove(best)


def _guess_charge(guess: Guess, left: list[Column]) -> None:
    charge = _best(left, _merit_charge)
    if charge is None:
        guess.doubts.append(
            "No column is called a charge or offence: name it under [columns] charge."
        )
        return
    guess.fields["charge"] = [charge]
    left.remove(charge)
    if not _fits("charge", charge):
        guess.doubts.append(f"Column `{charge.name}` may not be the words of the charge.")
    _code_for_statute(guess, left)


def _fits_any(column: Column) -> bool:
    names = ("charge", "disposition", "release_reason", "agency")
    noted = "comment" in column.words or "note" in column.words
    return noted or any(_fits(name, column) for name in names)


def _merit_charge(column: Column) -> float:
    """Return how well a column fits the words of a charge: by name, by letters, by holds."""
    counts = column.counts()
    merit = name_merit("charge", column.words)
    holds = any(map(is_hold, list(counts)[:400]))
    if merit <= 0:
        return 0.3 if holds and len(counts) > 1 else 0.0
    if sum(any(map(str.isalpha, text)) for text in counts) < 0.5 * len(counts):
        merit -= 3
    if len(counts) < 2 and len(column.values) > 2:
        merit -= 1
    return merit + 0.5 * holds


def _code_for_statute(guess: Guess, left: list[Column]) -> None:
    """Take a column called charge that holds codes for the section, beside the charge's words."""
    counted = ("id", "no", "num", "number", "seq", "count")
    for column in left:
        codes = all(any(map(str.isdigit, text)) for text in list(column.counts())[:50])
        if codes and _fits("charge", column) and column.words.split()[-1] not in counted:
            guess.fields["statute"] = [column]
            left.remove(column)
            return


# --- the id ----------------------------------------------------------------------------


def _guess_id(guess: Guess, words: list[Column]) -> None:
    """Find the booking's id: one text of it goes with one time of booking."""
    taken = [column for columns in guess.fields.values() for column in columns]
    free = [column for column in words if column not in taken and not column.free]
    best = _best(free, lambda column: _merit_id(column, guess))
    if best is None:
        guess.grave.insert(
            0, "No column is called a booking's id: name it under [columns] record_id."
        )
        return
    guess.fields["record_id"] = [best]
    if not _fits("record_id", best):
        guess.grave.insert(0, f"Column `{best.name}` may not be the booking's id.")
    cut = next(filter(CUT_ID.fullmatch, best.counts()), None)
    if cut is not None:
        guess.grave.insert(
            0,
            f"Ids in `{best.name}` look cut by a spreadsheet, such as `{cut}`: bookings may have "
            "run together. Ask for the file as it was before a spreadsheet opened it.",
        )
    if booked := guess.one("booked_at"):
        _beside_booking(guess, best, booked)


def _beside_booking(guess: Guess, best: Column, booked: Column) -> None:
    """Say what it means how often an id stands, and with how many times of booking."""
    pairs = {(one, other) for one, other in zip(best.values, booked.values, strict=True) if one}
    counts = best.counts()
    more = len(pairs) - len(counts)
    if more > 0 and is_person_id(best.words):
        guess.fields["record_id"] = [best, booked]
        guess.doubts.append(
            f"Column `{best.name}` goes with several times of booking: it is taken for a "
            f"person's id, and with `{booked.name}` makes the booking's, in record_id."
        )
    elif more > 0:
        guess.doubts.append(
            f"Column `{best.name}` goes with several times of `{booked.name}` on "
            f"{more:,} rows: a later one is taken for when that line was entered, "
            "and stays that do not overlap for bookings of their own."
        )
    elif max(counts.values(), default=0) == 1:
        guess.doubts.append(
            f"No text of column `{best.name}` stands on two rows: the export seems to have one "
            "row a booking, and then not every charge may be in it."
        )


def _merit_id(column: Column, guess: Guess) -> float:
    merit = name_merit("record_id", column.words)
    if column.filled < 0.8:
        merit -= 2
    distinct = len(column.counts()) / max(1, len(column.values))
    if merit > 0:
        return merit + 0.3 * distinct
    booked = guess.one("booked_at")
    if merit < 0 or booked is None or distinct < 0.05:
        return 0.0
    return 0.2 if _are_ids(column, booked) else 0.0


def _are_ids(column: Column, booked: Column) -> bool:
    """Say whether a column without a telling name holds codes that go with one booking each."""
    counts = column.counts()
    codes = all(any(map(str.isdigit, x)) and " " not in x for x in list(counts)[:200])
    pairs = set(zip(column.values, booked.values, strict=True))
    return codes and len(pairs) <= len(counts) * 1.05
