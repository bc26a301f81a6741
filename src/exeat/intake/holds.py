"""Find the immigration holds of an unknown export, in whatever column they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from exeat.intake.cells import LISTED, parts_of
from exeat.intake.patterns import hold_patterns, without_people
from exeat.intake.profile import Column, Table, bookings_with
from exeat.intake.roles import OF_HOLD, Guess
from exeat.intake.words import Likeness, immigration_likeness, is_flag_name, is_yes

__all__ = ["Holds", "cell_marks", "find_holds"]

_MOST: Final = 4_000
_NEVER: Final = ("disposition", "release_reason", "record_id")
_LISTS: Final = (("', '", "['"), ('", "', '["'))


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


def find_holds(table: Table, guess: Guess) -> Holds:
    """Return where the holds stand; roles of columns change where their words show it.

    Args:
        table: The rows looked at.
        guess: What the columns seem to be; gets `hold`, and the charge's words where another
            column than that taken has them.
    """
    holds = Holds()
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
    _say(table, guess, holds)
    return holds


def _by_times(table: Table, guess: Guess, holds: Holds) -> None:
    """Take a column with the time of a detainer, filled for some bookings only, for the hold."""
    times = [c for c in table.columns if c.times is not None and OF_HOLD.search(c.words)]
    taken = {
        id(column) for name in ("booked_at", "released_at") for column in guess.fields.get(name, ())
    }
    times = [column for column in times if id(column) not in taken and column.filled < 1]
    if not times:
        return
    ended = next((c for c in times if re.search(r"lift|cancel|end|drop|remov|clos", c.words)), None)
    began = next((column for column in times if column is not ended), times[0])
    guess.fields["hold"] = [began]
    holds.words["hold"] = ["*"]
    if guess.fields.get("ended_at") == [ended] and ended is not None:
        del guess.fields["ended_at"]
    if ended is not None:
        guess.fields["hold_ended_at"] = [ended]
    if began is not ended and re.search(r"rec|rcv|lodg|placed", began.words):
        guess.fields["received_at"] = [began]
    guess.chosen.append(
        f"A booking with something in `{began.name}` has an immigration hold, and one with nothing "
        "in it has none."
    )


def _has_role(guess: Guess, column: Column, names: Sequence[str]) -> bool:
    return any(column in guess.fields.get(name, ()) for name in names)


def _hold_texts(column: Column) -> list[str]:
    texts = dict.fromkeys([*list(column.counts())[:_MOST], *column.later])
    return [text for text in texts if immigration_likeness(text) is Likeness.HOLD]


def _swap_charge(table: Table, guess: Guess) -> None:
    """Take the column of words with the holds for the charge, where that taken holds codes."""
    charge = guess.one("charge")
    if charge is None or _hold_texts(charge):
        return
    for column in table.columns:
        if column is charge or column.times is not None or column.free:
            continue
        if _has_role(guess, column, (*_NEVER, "agency", "status")):
            continue
        texts = set(_hold_texts(column))
        if not texts or column.filled < 0.5 or is_flag_name(column.words):
            continue
        pairs = list(zip(column.values, charge.values, strict=True))
        on = {code for text, code in pairs if text in texts}
        off = {code for text, code in pairs if text not in texts}
        if len(on) <= 3 and not on & off and len(column.counts()) > len(texts):
            guess.fields["charge"] = [column]
            guess.fields.setdefault("statute", [charge])
            for name in ("offence_class", "statute"):
                if guess.fields.get(name) == [column]:
                    guess.fields[name] = [charge]
            guess.chosen.append(
                f"`{column.name}` has the words of the charge, `{charge.name}` its code."
            )
            return


# --- lists in cells --------------------------------------------------------------------


def cell_marks(texts: Sequence[str]) -> tuple[str, ...]:
    """Return what parts the lists in a column's cells; nothing where its cells are no lists.

    Examples:
        >>> cell_marks(["THEFT", "BATTERY | ICE HOLD"]), cell_marks(["THEFT; 2ND", "DUI"])
        (('|',), ())
    """
    found = []
    for mark, opening in _LISTS:
        if any(text.startswith(opening) and text.endswith("]") for text in texts):
            return (mark,)
    for mark in LISTED:
        having = [text for text in texts if mark in text]
        holds = [text for text in having if _mixed(text, mark)]
        if holds or len(having) >= max(3, 0.1 * len(texts)):
            found.append(mark)
    return tuple(found)


def _mixed(text: str, mark: str) -> bool:
    """Say whether a cell has a hold among other charges."""
    likeness = [
        immigration_likeness(part) is Likeness.HOLD for part in parts_of(text, (mark,)) if part
    ]
    return any(likeness) and not all(likeness)


def _find_lists(guess: Guess, holds: Holds, charge: Column) -> None:
    marks = cell_marks(list(charge.counts())[:_MOST])
    if not marks:
        return
    holds.split_at = marks
    counts = [len(parts_of(value, marks)) for value in charge.values]
    together = ["charge"]
    for name in ("ended_at", "started_at", "disposition", "statute", "offence_class", "agency"):
        column = guess.one(name)
        if column is None:
            continue
        others = [len(parts_of(value, marks)) for value in column.values]
        pairs = [(a, b) for a, b in zip(counts, others, strict=True) if a > 1]
        if pairs and sum(a == b for a, b in pairs) >= 0.5 * len(pairs):
            together.append(name)
    holds.split = tuple(together)
    shown = " and ".join(f"`{mark}`" for mark in marks)
    alone = "ended_at" not in together and "ended_at" in guess.fields
    more = (
        f" Each has the one end of its row, `{guess.fields['ended_at'][0].name}`, as the latest "
        "that it can have ended: ask the jail for the end of each charge."
        if alone
        else ""
    )
    guess.grave.append(
        f"Cells of `{charge.name}` hold several charges, parted by {shown}: each is taken for a "
        f"line of its own, in [split].{more}"
    )


def _parts(holds: Holds, value: str) -> list[str]:
    return parts_of(value, holds.split_at) if holds.split_at else [value]


# --- in the charge, and elsewhere ---------------------------------------------------------


def _in_charge(guess: Guess, holds: Holds, charge: Column) -> None:
    split = [_parts(holds, value) for value in charge.values]
    counts = bookings_with(split, guess.one("record_id"))
    for value in charge.later:
        parts = [part for part in _parts(holds, value) if part]
        counts.update(part for part in parts if immigration_likeness(part) is not Likeness.NO)
    likeness = {text: immigration_likeness(text) for text in list(counts)[:_MOST]}
    listed = [text for text, one in likeness.items() if one is Likeness.HOLD]
    if listed:
        _add_words(holds, "charge", hold_patterns(guess, listed, counts, lists=False))
    holds.perhaps = sorted(text for text, one in likeness.items() if one is Likeness.PERHAPS)
    found = set(listed)
    holds.rows = [any(part in found for part in _parts(holds, value)) for value in charge.values]


def _in_column(guess: Guess, holds: Holds, column: Column, charge: Column | None) -> None:
    counts = column.counts()
    every = bookings_with([[text] for text in column.values], guess.one("record_id"))
    every += column.later
    texts = list(counts)[:_MOST]
    if texts and is_flag_name(column.words) and all(is_yes(text) is not None for text in texts):
        yes = sorted({text for text in texts if is_yes(text)})
        _add_hold(guess, holds, column, yes)
        return
    listed = _hold_texts(column)
    if not listed or column.free:
        if column.free and any(immigration_likeness(t) is not Likeness.NO for t in texts):
            guess.doubts.append(
                f"Free text in `{column.name}` speaks of immigration holds: it is not read. If "
                "holds stand nowhere else, ask the jail for them in a column."
            )
        return
    taken = set(listed)
    known = holds.rows or [False] * len(column.values)
    new = [value in taken and not has for value, has in zip(column.values, known, strict=True)]
    if not any(new) and not (column.later and not taken & set(column.values)):
        return
    alone = charge is None or _codes_alone(charge, new)
    name = next((n for n in ("agency", "statute", "offence_class") if guess.one(n) is column), None)
    if alone and name is not None:
        _add_words(holds, name, hold_patterns(guess, listed, every, lists=False))
        holds.rows = [a or b for a, b in zip(known, new, strict=True)]
    else:
        _add_hold(guess, holds, column, hold_patterns(guess, listed, every, lists=True))


def _codes_alone(charge: Column, new: Sequence[bool]) -> bool:
    """Say whether the charge of such rows is on no other row: then the row is the hold."""
    on = {text for text, flag in zip(charge.values, new, strict=True) if flag and text}
    off = {text for text, flag in zip(charge.values, new, strict=True) if not flag and text}
    return not on & off and len(on) <= 3


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


def _say(table: Table, guess: Guess, holds: Holds) -> None:
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
