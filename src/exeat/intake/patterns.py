"""The patterns by which a proposed mapping knows immigration holds, and no word more of a text.

A text that may name a person is not copied whole: only the words of the hold are, in forms that
match them as words of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from exeat.intake.cells import parts_of
from exeat.intake.model import Codes
from exeat.intake.roles import Guess
from exeat.intake.words import is_hold, may_be_hold

__all__ = ["containing", "hold_patterns", "hold_words", "without_people"]

_IN_LISTS: Final = ("|", ";", ",")
_KNOWN: Final = re.compile(
    r"ICE|HOLD|HLD|HOLDS|HOLDING|DETAINER|DETAINERS|DETAIN|DET|DHS|ERO|CBP|USCIS|USICE|USBP|"
    r"BICE|INS|IMM|IMMIG|IMMIGRAT|IMMIGRATION|NATURALIZATION|CUSTOMS|ENFORCEMENT|ENF|BORDER|"
    r"PATROL|PROTECTION|HOMELAND|SECURITY|ALIEN|DEPORT|DEPORTATION|REMOVAL|ORDER|"
    r"UNDOCUMENTED|WARRANT|ADMIN|ADMINISTRATIVE|ATTACHED|FORM|FOR|AND|THE|FROM|WITH|FEDERAL|"
    r"FED|AGENCY|AUTHORITIES|AUTHORITY|SERVICE|SERVICES|REQUEST|NOTIFY|NOTIFICATION|NOTICE|"
    r"ACTION|PLACED|ONLY|OF|TO|BY|IN|ON|NO|OTHER|COUNTY|STATE|TEMPORARY|CIVIL|FINAL|ACTIVE|LIFTED|CANCELLED|"
    r"NON|BONDABLE|BOND|US|HOLDICE|ICEHOLD|DTNR"
)
"""Words of a hold; a text with any other may name somebody, and is not copied whole."""


def hold_patterns(
    guess: Guess, texts: Sequence[str], counts: Counter[str], *, lists: bool
) -> list[str]:
    """Return what to list for some texts: themselves, or patterns for the hold's words in them.

    Args:
        guess: Gets a grave doubt where a text cannot be listed.
        texts: Texts that name an immigration hold.
        counts: All texts that were read there, with how many bookings have each.
        lists: The texts may be lists, the hold one of several in them.
    """
    found = dict.fromkeys(
        pattern for text in texts for pattern in _patterns_of(text, texts, counts, lists=lists)
    )
    good = [pattern for pattern in found if not _takes_others(pattern, counts)]
    takes = Codes(tuple((pattern, True) for pattern in good)).finder()
    left = sum(not takes(text) for text in texts)
    _say_dropped(guess, [pattern for pattern in found if pattern not in good], left)
    return sorted(good)


def _patterns_of(
    text: str, texts: Sequence[str], counts: Counter[str], *, lists: bool
) -> Iterator[str]:
    parts = parts_of(text, _IN_LISTS) if lists else [text]
    for part in list(filter(is_hold, parts)) or [text]:
        whole = "*" not in part and not _names_somebody(part, texts, counts)
        words = part if whole else hold_words(part)
        yield from [text] if whole and part == text else containing(words, text)
        if words and len(parts) > 1:
            # The next list may have something behind it where this one has nothing.
            marks = [mark for mark in _IN_LISTS if mark in text]
            yield from (f"{at}{words}{mark}*" for at in ("", "* ") for mark in marks)


def _names_somebody(text: str, texts: Sequence[str], counts: Counter[str]) -> bool:
    """Say whether a text may name a person, by its words or for standing once among many."""
    words = re.findall(r"[^\W\d_]{2,}", text.upper())
    strange = any(not _KNOWN.fullmatch(word) for word in words)
    personal = strange or re.search(r"\d{6,}|\w, \w|\bA#?\d{3}", text)
    return bool(personal) or (len(texts) > 40 and counts[text] == 1)


def hold_words(text: str, *, perhaps: bool = False) -> str:
    """Return the words of the hold in a text, and none that could name a person; "" for none.

    Args:
        text: What the jail wrote.
        perhaps: Words that are a hold perhaps will do.

    Examples:
        >>> hold_words("BOOKED, ICE/DHS HOLD - TESTPERSON"), hold_words("POLICE HOLD")
        ('ICE/DHS HOLD', '')
    """
    runs: list[list[re.Match[str]]] = [[]]
    for word in re.finditer(r"[^\W\d_]+", text):
        if _KNOWN.fullmatch(word[0].upper()):
            runs[-1].append(word)
        else:
            runs.append([])
    spans = [text[run[0].start() : run[-1].end()] for run in runs if run]
    return max(filter(may_be_hold if perhaps else is_hold, spans), key=len, default="")


def without_people(text: str) -> str:
    """Return a text as it may be shown to somebody who asks what it means; "" for not at all.

    Examples:
        >>> without_people("DETAINER HOLD"), without_people("SPOKE TO ICE TESTPERSON")
        ('DETAINER HOLD', '... TO ICE ...')
    """
    if not _names_somebody(text, (), Counter()):
        return text
    words = hold_words(text, perhaps=True)
    return f"... {words} ..." if words else ""


def containing(words: str, text: str) -> list[str]:
    """Return patterns for some words standing alone, beside a blank, or as they stand in a text.

    A `*` takes any letters: `*ICE HOLD*` would be in `POLICE HOLD` too.

    Examples:
        >>> containing("ICE HOLD", "DHS/ICE HOLD (A)")
        ['ICE HOLD', 'ICE HOLD *', '* ICE HOLD', '* ICE HOLD *', '*/ICE HOLD *']
        >>> containing("ICE", "POLICE"), containing("", "POLICE")
        ([], [])
    """
    place = re.search(rf"(?<![^\W_]){re.escape(words)}(?![^\W_])", text) if words else None
    if place is None:
        return []
    pairs = [("", ""), ("", " *"), ("* ", ""), ("* ", " *")]
    before, after = text[: place.start()][-1:], text[place.end() :][:1]
    if "*" not in before + after:  # beside a star of the jail's own no letter is a border
        pairs.append((f"*{before}" if before else "", f"{after}*" if after else ""))
    return list(dict.fromkeys(f"{left}{words}{right}" for left, right in pairs))


def _takes_others(pattern: str, counts: Counter[str]) -> bool:
    """Say whether a pattern takes a text that was read and that is no immigration hold."""
    if "*" not in pattern:
        return False
    takes = Codes(((pattern, True),)).finder()
    return any(takes(text) and not _has_hold(text) for text in counts)


def _has_hold(text: str) -> bool:
    """Say whether a text is a hold, or a list with one in it."""
    parts = parts_of(text, _IN_LISTS) if may_be_hold(text) else []
    return any(map(is_hold, (text, *parts)))


def _say_dropped(guess: Guess, patterns: Sequence[str], left: int) -> None:
    if patterns:
        shown = ", ".join(f"`{pattern}`" for pattern in patterns[:20])
        guess.grave.append(
            f"These would take other texts for immigration holds and are left out: {shown}."
        )
    if left:
        guess.grave.append(
            f"{left:,} texts look like immigration holds and are not listed, as they may name "
            "people: write patterns for them under [hold] immigration any_of by hand."
        )
