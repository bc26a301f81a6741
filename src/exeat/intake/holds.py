"""Find the immigration holds of an unknown export, in whatever column they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from exeat.intake.cells import LISTED, parts_of
from exeat.intake.patterns import hold_patterns, without_people
from exeat.intake.profile import Column, Table, bookings_with
from exeat.intake.roles import OF_HOLD, Guess
from exeat.intake.words import (
    Likeness,
    immigration_likeness,
    is_flag_name,
    is_hold,
    is_yes,
    may_be_hold,
)

__all__ = ["Holds", "cell_marks", "find_holds"]

_MOST: Final = 4_000
_NEVER: Final = ("disposition", "release_reason", "record_id")
_LISTS: Final = (("', '", "['"), ('", "', '["'))
_ENDED: Final = re.compile(r"lift|cancel|end|drop|remov|clos")
_RECEIVED: Final = re.compile(r"rec|rcv|lodg|placed")
_OF_BOOKING: Final = ("booked_at", "released_at")
_OF_LINE: Final = ("agency", "statute", "offence_class")
"""Fields of a line in which the hold may stand instead of in the charge."""
_WITH_CHARGE: Final = (
    "ended_at",
    "started_at",
    "disposition",
    "statute",
    "offence_class",
    "agency",
)
"""Fields whose cells may be lists beside one of charges."""


@dataclass
class Holds:
    """Where the immigration holds stand.

    Attributes:
        words: For each field that tells them, what it then says.
        split_at: What parts the charges of one cell.
        split: The fields whose cells are lists.
        rows: For each row looked at, whether it is an immigration line.
        perhaps: Texts of charges that may be one, and were not taken.
    """

    words: dict[str, list[str]] = field(default_factory=dict)
    split_at: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    rows: list[bool] = field(default_factory=list)
    perhaps: list[str] = field(default_factory=list)

    def parts(self, cell: str) -> list[str]:
        """Return the charges of a cell."""
        return parts_of(cell, self.split_at) if self.split_at else [cell]


def find_holds(table: Table, guess: Guess) -> Holds:
    """Return where the holds stand; roles of columns change where their words show it.

    Args:
        table: The rows looked at.
        guess: What the columns seem to be; gets `hold`, and the charge's words where another
            column than that taken has them.
    """
    holds = Holds(rows=[False] * len(table.layout.rows))
    _swap_charge(table, guess)
    charge = guess.one("charge")
    if charge is not None:
        _find_lists(guess, holds, charge)
        _in_charge(guess, holds, charge)
    for column in table.columns:
        if column is not charge and column.times is None and not _has_role(guess, column, _NEVER):
            _in_column(guess, holds, column, charge)
    if not holds.words:
        _by_times(table, guess, holds)
    _say(guess, holds)
    return holds


def _has_role(guess: Guess, column: Column, names: Sequence[str]) -> bool:
    return any(column in guess.fields.get(name, ()) for name in names)


def _hold_texts(column: Column) -> list[str]:
    """Return the texts of a column that are holds, those below the rows looked at too."""
    texts = dict.fromkeys([*list(column.counts())[:_MOST], *column.later])
    return [text for text in texts if is_hold(text)]


# --- the charge ------------------------------------------------------------------------


def _swap_charge(table: Table, guess: Guess) -> None:
    """Take the column of words with the holds for the charge, where that taken holds codes."""
    charge = guess.one("charge")
    if charge is None or _hold_texts(charge):
        return
    column = next((column for column in table.columns if _is_words(guess, column, charge)), None)
    if column is None:
        return
    guess.fields["charge"] = [column]
    guess.fields.setdefault("statute", [charge])
    for name in ("offence_class", "statute"):
        if guess.fields.get(name) == [column]:
            guess.fields[name] = [charge]
    guess.chosen.append(f"`{column.name}` has the words of the charge, `{charge.name}` its code.")


def _is_words(guess: Guess, column: Column, charge: Column) -> bool:
    """Say whether a column has the words of which the charge's column has the codes."""
    if column is charge or column.times is not None or column.free or column.filled < 0.5:
        return False
    if _has_role(guess, column, (*_NEVER, "agency", "status")) or is_flag_name(column.words):
        return False
    texts = set(_hold_texts(column))
    on_hold = [text in texts for text in column.values]
    return bool(texts) and len(column.counts()) > len(texts) and _codes_alone(charge, on_hold)


def _codes_alone(charge: Column, on_hold: Sequence[bool]) -> bool:
    """Say whether the charge of a hold's rows is on no other row: then the row is the hold."""
    pairs = list(zip(charge.values, on_hold, strict=True))
    on = {text for text, hold in pairs if hold}
    off = {text for text, hold in pairs if not hold}
    return not on & off - {""} and len(on - {""}) <= 3


def _in_charge(guess: Guess, holds: Holds, charge: Column) -> None:
    split = [holds.parts(value) for value in charge.values]
    counts = bookings_with(split, guess.one("record_id"))
    for value in charge.later:
        counts.update(part for part in holds.parts(value) if may_be_hold(part))
    texts = list(counts)[:_MOST]
    listed = list(filter(is_hold, texts))
    _add_words(holds, "charge", hold_patterns(guess, listed, counts, lists=False))
    holds.perhaps = sorted(x for x in texts if immigration_likeness(x) is Likeness.PERHAPS)
    holds.rows = [not set(listed).isdisjoint(parts) for parts in split]


# --- lists in cells --------------------------------------------------------------------


def cell_marks(texts: Sequence[str]) -> tuple[str, ...]:
    """Return what parts the lists in a column's cells; nothing where its cells are no lists.

    Examples:
        >>> cell_marks(["THEFT", "BATTERY | ICE HOLD"]), cell_marks(["THEFT; 2ND", "DUI"])
        (('|',), ())
    """
    for mark, opening in _LISTS:
        if any(text.startswith(opening) and text.endswith("]") for text in texts):
            return (mark,)
    return tuple(mark for mark in LISTED if _parts_lists(texts, mark))


def _parts_lists(texts: Sequence[str], mark: str) -> bool:
    having = [text for text in texts if mark in text]
    return len(having) >= max(3, 0.1 * len(texts)) or any(_mixed(text, mark) for text in having)


def _mixed(text: str, mark: str) -> bool:
    """Say whether a cell has a hold among other charges."""
    holds = [is_hold(part) for part in parts_of(text, (mark,)) if part]
    return any(holds) and not all(holds)


def _find_lists(guess: Guess, holds: Holds, charge: Column) -> None:
    marks = cell_marks(list(charge.counts())[:_MOST])
    if not marks:
        return
    holds.split_at = marks
    counts = [len(holds.parts(value)) for value in charge.values]
    holds.split = (
        "charge",
        *(name for name in _WITH_CHARGE if _goes_along(holds, guess.one(name), counts)),
    )
    shown = " and ".join(f"`{mark}`" for mark in marks)
    more = ""
    if "ended_at" in guess.fields and "ended_at" not in holds.split:
        more = (
            f" Each has the one end of its row, `{guess.fields['ended_at'][0].name}`, as the "
            "latest that it can have ended: ask the jail for the end of each charge."
        )
    guess.grave.append(
        f"Cells of `{charge.name}` hold several charges, parted by {shown}: each is taken for a "
        f"line of its own, in [split].{more}"
    )


def _goes_along(holds: Holds, column: Column | None, counts: Sequence[int]) -> bool:
    """Say whether a column's cells are lists as long as those of the charges."""
    if column is None:
        return False
    pairs = zip(counts, column.values, strict=True)
    alike = [count == len(holds.parts(value)) for count, value in pairs if count > 1]
    return bool(alike) and sum(alike) >= 0.5 * len(alike)


# --- in other columns ---------------------------------------------------------------------


def _in_column(guess: Guess, holds: Holds, column: Column, charge: Column | None) -> None:
    texts = list(column.counts())[:_MOST]
    if texts and is_flag_name(column.words) and all(is_yes(text) is not None for text in texts):
        _add_hold(guess, holds, column, sorted(filter(is_yes, texts)))
        return
    listed = _hold_texts(column)
    if column.free:
        _say_free(guess, column, texts)
    elif listed:
        taken = set(listed)
        pairs = zip(column.values, holds.rows, strict=True)
        new = [value in taken and not known for value, known in pairs]
        below = column.later and not taken & set(column.values)
        if any(new) or below:
            _take(guess, holds, column, listed, new, charge)


def _say_free(guess: Guess, column: Column, texts: Sequence[str]) -> None:
    if any(map(may_be_hold, texts)):
        guess.doubts.append(
            f"Free text in `{column.name}` speaks of immigration holds: it is not read. If "
            "holds stand nowhere else, ask the jail for them in a column."
        )


def _take(
    guess: Guess, holds: Holds, column: Column, listed: list[str], new: list[bool],
    charge: Column | None,
) -> None:  # fmt: skip
    """Take a column's words for holds: of the row where that is the hold, else of the booking."""
    counts: Counter[str] = bookings_with([[x] for x in column.values], guess.one("record_id"))
    counts += column.later
    name = next((name for name in _OF_LINE if guess.one(name) is column), None)
    if name is not None and (charge is None or _codes_alone(charge, new)):
        _add_words(holds, name, hold_patterns(guess, listed, counts, lists=False))
        holds.rows = [a or b for a, b in zip(holds.rows, new, strict=True)]
    else:
        _add_hold(guess, holds, column, hold_patterns(guess, listed, counts, lists=True))


def _add_words(holds: Holds, name: str, texts: list[str]) -> None:
    if texts:
        holds.words[name] = texts


def _add_hold(guess: Guess, holds: Holds, column: Column, texts: list[str]) -> None:
    if not texts or "hold" in guess.fields:
        return
    guess.fields["hold"] = [column]
    holds.words["hold"] = texts
    guess.chosen.append(
        f"`{column.name}` names the holds of a booking: it makes one immigration hold of it, and "
        "leaves the charges as they are."
    )


def _by_times(table: Table, guess: Guess, holds: Holds) -> None:
    """Take a column with the time of a detainer, filled for some bookings only, for the hold."""
    times = [column for column in table.columns if _is_of_detainer(guess, column)]
    if not times:
        return
    ended = next((column for column in times if _ENDED.search(column.words)), None)
    began = next((column for column in times if column is not ended), times[0])
    guess.fields["hold"] = [began]
    holds.words["hold"] = ["*"]
    if ended is not None:
        guess.fields["hold_ended_at"] = [ended]
        if guess.one("ended_at") is ended:
            del guess.fields["ended_at"]
    if began is not ended and _RECEIVED.search(began.words):
        guess.fields["received_at"] = [began]
    guess.chosen.append(
        f"A booking with something in `{began.name}` has an immigration hold, and one with nothing "
        "in it has none."
    )


def _is_of_detainer(guess: Guess, column: Column) -> bool:
    named = column.times is not None and OF_HOLD.search(column.words) is not None
    return named and column.filled < 1 and not _has_role(guess, column, _OF_BOOKING)


# --- what to say of it ----------------------------------------------------------------------


def _say(guess: Guess, holds: Holds) -> None:
    for name, texts in holds.words.items():
        shown = ", ".join(f"`{text}`" for text in texts[:20])
        more = f" and {len(texts) - 20} more" if len(texts) > 20 else ""
        guess.doubts.append(
            f"These look like immigration holds in `{guess.fields[name][0].name}`: "
            f"{shown}{more}. Confirm [hold] immigration."
        )
    if not holds.words:
        guess.grave.append(
            "No line looks like an immigration hold, in any column: if the jail has a word for "
            "it, write it under [hold] immigration any_of."
        )
    if holds.perhaps:
        texts = list(dict.fromkeys(filter(None, map(without_people, holds.perhaps))))
        shown = ", ".join(f"`{text}`" for text in texts[:20]) or "(nothing of it is copied)"
        guess.doubts.append(
            f"These may be immigration holds, and were not taken for one: {shown}. Ask the jail."
        )
