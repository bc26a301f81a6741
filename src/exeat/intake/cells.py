"""Several charges in one cell, or lists in parallel cells: one row becomes several lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from exeat.intake.lines import SEPARATOR
from exeat.intake.model import TIME_FIELDS, WORD_FIELDS, Codes, Mapping
from exeat.intake.words import Likeness, immigration_likeness

__all__ = ["LISTED", "Cells", "Split", "parts_of"]

LISTED: Final = ("|", ";")
"""What parts the charges of one cell when a mapping says nothing of it."""


@dataclass(frozen=True, slots=True)
class Split:
    """One of several lines that a row's cells make.

    Attributes:
        times: Its texts of time.
        words: Its packed words.
        immigration: Whether it is an immigration hold; None: its words say.
        end_shared: Its end is one that the row gives for several of them.
        note: What is odd about it, a code of `NOTES`, or "".
    """

    times: tuple[str, ...]
    words: str
    immigration: bool | None
    end_shared: bool
    note: str


def parts_of(text: str, at: Sequence[str]) -> list[str]:
    """Return the parts of a cell that is a list; marks of a list around them are left out.

    Examples:
        >>> parts_of("A | IMMIGRATION HOLD", ("|", ";"))
        ['A', 'IMMIGRATION HOLD']
        >>> parts_of("['A', 'B']", (",",))
        ['A', 'B']
    """
    stripped = text.strip()
    if stripped[:1] + stripped[-1:] in ("[]", "{}", "()"):
        stripped = stripped[1:-1]
    pieces = re.split("|".join(re.escape(mark) for mark in at), stripped)
    if len(pieces) > 1:
        return [piece.strip().strip("'\"").strip() for piece in pieces]
    return [stripped.strip("'\"") if stripped != text.strip() else stripped]


class Cells:
    """Splits the cells of rows by one mapping.

    Args:
        mapping: Says what parts a list; where it does not, a cell that was taken for an
            immigration hold as a whole and has other charges in it is split all the same.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._at = mapping.split_at
        self._times = [name for name in TIME_FIELDS if name in mapping.columns]
        self._words = [name for name in WORD_FIELDS if name in mapping.columns]
        self._split = set(mapping.split)
        words = [words.any_of for words in mapping.immigration if words.field == "charge"]
        listed = Codes(tuple((text, True) for texts in words for text in texts))
        self._is_hold = listed.finder()
        self._charge_at = self._words.index("charge") if "charge" in self._words else None

    def split(self, times: Sequence[str], words: str) -> list[Split] | None:
        """Return the lines that a row makes, None for one."""
        if self._at:
            return self._by_mapping(times, words.split(SEPARATOR))
        if self._charge_at is not None and any(mark in words for mark in LISTED):
            return self._by_itself(times, words.split(SEPARATOR), self._charge_at)
        return None

    def _by_mapping(self, times: Sequence[str], words: list[str]) -> list[Split] | None:
        plain = dict(zip((*self._times, *self._words), (*times, *words), strict=True))
        lists = {name: parts_of(plain[name], self._at) for name in plain if name in self._split}
        count = max(map(len, lists.values()), default=1)
        if count < 2 and all(parts[0] == plain[name].strip() for name, parts in lists.items()):
            return None
        uneven = any(len(parts) not in (1, count) for parts in lists.values())
        note = "lists-of-unequal-length" if uneven else "cell-with-several-charges"
        spread = {name: self._spread(name, parts, count) for name, parts in lists.items()}
        columns = [spread.get(name, [text] * count) for name, text in plain.items()]
        rows = zip(*columns, strict=True) if columns else ()
        return [
            Split(
                row[: len(times)],
                SEPARATOR.join(row[len(times) :]),
                None,
                count > 1 and len(lists.get("ended_at", "1")) == 1,
                note if count > 1 else "",
            )
            for row in rows
        ]

    def _spread(self, name: str, parts: list[str], count: int) -> list[str]:
        """Return what each of the charges has of a list."""
        if len(parts) in (1, count):
            return parts * (count // len(parts))
        # Which of fewer parts belongs to which charge nobody can tell: of words what is there,
        # of times nothing.
        return [""] * count if name in self._times else parts + [""] * (count - len(parts))

    def _by_itself(self, times: Sequence[str], words: list[str], at: int) -> list[Split] | None:
        """Part a cell that the mapping takes for a hold alone and that has charges in it."""
        cell = words[at]
        if not self._is_hold(cell):
            return None
        parts = [part for part in parts_of(cell, LISTED) if part]
        holds = [
            bool(self._is_hold(part)) or immigration_likeness(part) is Likeness.HOLD
            for part in parts
        ]
        if len(parts) < 2 or all(holds) or not any(holds):
            return None
        return [
            Split(
                tuple(times),
                SEPARATOR.join((*words[:at], part, *words[at + 1 :])),
                hold,
                True,
                "cell-with-several-charges",
            )
            for part, hold in zip(parts, holds, strict=True)
        ]
