"""The tables of codes of a proposed mapping: which texts may be copied, and what each may mean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from exeat.intake.guesses import CLASSES, ENDS, LIFTS, RELEASES, GuessTable, guess, guess_there
from exeat.intake.holds import Holds
from exeat.intake.profile import Column, bookings_with
from exeat.intake.roles import Guess
from exeat.intake.words import is_yes

__all__ = ["code_tables", "listed", "quoted", "to_copy"]

_MAX_LISTED: Final = 150
_SMALL: Final = 50
_YES_OR_NO: Final = ("Y", "YES", "N", "NO")
_PHONE: Final = re.compile(r"\d{3}[-. ]?\d{4}\b")


def quoted(text: str) -> str:
    """Return a text as TOML has it in quotes.

    Examples:
        >>> quoted("ICE HOLD")
        '"ICE HOLD"'
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def listed(texts: Iterable[str]) -> str:
    """Return texts as a list of TOML.

    Examples:
        >>> listed(["a", "b"])
        '["a", "b"]'
    """
    return f"[{', '.join(map(quoted, texts))}]"


def to_copy(column: Column | None, columns: Guess) -> list[str]:
    """Return the texts of a column that may stand in the file: none that could name a person.

    Of a large export those of one booking only are left out: a name stands in one, a code in many.

    Args:
        column: The column.
        columns: What the columns seem to be.
    """
    if column is None or column.free:
        return []
    counts = bookings_with([[text] for text in column.values], columns.one("record_id"))
    few = len(column.values) < _SMALL
    good = [
        text
        for text, number in counts.items()
        if (few or number > 1) and not _PHONE.search(text) and len(text) <= 80
    ]
    return sorted(good)


def code_tables(columns: Guess, holds: Holds) -> Iterable[str]:
    """Yield the tables of codes, and put into the guess what a person must confirm of them.

    Args:
        columns: What the columns seem to be.
        holds: Where the holds stand.
    """
    if agency := columns.one("agency"):
        codes = to_copy(agency, columns)[:_MAX_LISTED]
        yield "\n".join(
            [
                "[agencies]   # UNSURE: whose each code is; a kind for one that lodges holds",
                *(f"{quoted(code)} = {quoted(code)}" for code in codes),
                "",
            ]
        )
        columns.doubts.append(f"What the {len(codes)} agency codes stand for: see [agencies].")
    yield from _endings(columns, holds)
    if offence_class := columns.one("offence_class"):
        texts = to_copy(offence_class, columns)
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
    ends, reasons = to_copy(disposition, columns), to_copy(reason, columns)
    if disposition is not None:
        pairs = set(zip(disposition.values, holds.rows, strict=True))
        on_charges = [text for text in ends if (text, False) in pairs]
        on_holds = [text for text in ends if (text, True) in pairs]
        yield _table("dispositions", "how a charge or hold ended", on_charges, ENDS, doubts)
        yield _table("lift", "why an immigration hold ended", on_holds, LIFTS, doubts)
    if ends or reasons:
        known = [text for text in sorted({*ends, *reasons}) if guess(text, RELEASES)]
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
    flag = "in custody" in status.words or status.words == "active"
    meant = {text: _is_there(text, flag=flag) for text in to_copy(status, columns)}
    there = [text for text, sense in meant.items() if sense is True]
    gone = [text for text, sense in meant.items() if sense is False]
    if there or gone:
        yield "\n".join(
            [
                "[status]   # UNSURE: whether the person is still there",
                f"there = {listed(there)}",
                f"gone = {listed(gone)}",
                "",
            ]
        )
    else:
        columns.fields.pop("status")


def _is_there(text: str, *, flag: bool) -> bool | None:
    """Return what a status says; a yes or no only counts where the column's name asks for it."""
    said = guess_there(text)
    return is_yes(text) if said is None and flag and text.upper() in _YES_OR_NO else said


def _table(name: str, words: str, texts: list[str], guesses: GuessTable, unsure: list[str]) -> str:
    lines = [f"[{name}]   # UNSURE: {words}"]
    unknown = []
    for text in texts[:_MAX_LISTED]:
        code = guess(text, guesses)
        if code is None:
            unknown.append(text)
            lines.append(f'# {quoted(text)} = ""   # UNSURE: meaning not guessed')
        else:
            lines.append(f"{quoted(text)} = {quoted(code)}")
    if unknown:
        shown = ", ".join(f"`{text}`" for text in unknown[:20])
        more = f" and {len(unknown) - 20} more" if len(unknown) > 20 else ""
        unsure.append(f"What these mean under [{name}]: {shown}{more}.")
    return "\n".join([*lines, ""])
