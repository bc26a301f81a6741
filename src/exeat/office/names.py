"""Surnames as a gate compares them: whoever may be the same person must be found by the name.

It finds too many rather than too few. What it finds is looked at by a person; what it misses, by
nobody.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["mixed_scripts", "name_keys", "searched"]

_FOLDED: Final = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "a", "œ": "o", "þ": "th", "ı": "i", "ħ": "h"}
)
"""Letters that Unicode does not take apart into a plain one and a mark."""
_UMLAUTS: Final = re.compile(r"([aou])e|aa")
_SUFFIXES: Final = frozenset({"jr", "sr", "junior", "senior", "ii", "iii", "iv", "2nd", "3rd"})
_PARTICLES: Final = frozenset(
    {
        *("al", "bin", "da", "das", "de", "del", "den", "der", "di", "do", "dos", "du", "e", "el"),
        *("ibn", "la", "las", "le", "los", "mac", "mc", "san", "st", "van", "von", "y", "zu"),
    }
)
"""Words of a surname that thousands share: alone they tell nobody from anybody."""
_APART: Final = re.compile(r"[\s\-\u2010-\u2015_./,]+")
_LOOK_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
"""Scripts whose letters are taken for one another's."""


def name_keys(surname: str) -> frozenset[str]:
    """Return what a surname is found by: the whole of it, and each of its parts.

    Two names that share a key may be one person's: umlauts written out or left out, letters with
    a stroke, a suffix, one half of a double name.

    Examples:
        >>> sorted(name_keys("Zapata López"))
        ['lopez', 'zapata', 'zapatalopez']
        >>> name_keys("Müller") == name_keys("Mueller") == name_keys("MULLER")
        True
        >>> sorted(name_keys("Smithe, Jr.")), sorted(name_keys("De La Cruz"))
        (['smithe'], ['cruz', 'delacruz'])
    """
    words = [_fold(word) for word in _APART.split(surname)]
    words = [word for word in words if word and word not in _SUFFIXES]
    parts = {word for word in words if len(word) > 1 and word not in _PARTICLES}
    whole = "".join(words)
    return frozenset(parts | {whole} if whole else parts)


def searched(query: str, name: str, number: str) -> bool:
    """Say whether each word that somebody typed is part of a name, or of a booking number.

    In any order and any spelling, with marks left out or put in.

    Examples:
        >>> searched("sean", "Seán, Mary", ""), searched("obrien", "O'Brien-Smith, Al", "")
        (True, True)
        >>> searched("Marta Rivera", "Rivera, Marta", ""), searched("26 00417", "", "26-00417")
        (True, True)
        >>> searched("rivera zoe", "Rivera, Marta", "26-1")
        False
    """
    whole, digits = _fold(name), _fold(number)
    # A number is also typed with another mark, or none, between its parts.
    if digits and _fold(query) in digits:
        return True
    words = [_fold(word) for word in query.split()]
    return all(word in whole or word in digits for word in words)


def mixed_scripts(name: str) -> bool:
    """Say whether a name mixes scripts whose letters look alike, as a forged or mistyped one does.

    Examples:
        >>> mixed_scripts("Smithson"), mixed_scripts("Sm\N{CYRILLIC SMALL LETTER I}thson")
        (False, True)
    """
    letters = (c for c in unicodedata.normalize("NFKC", name) if c.isalpha())
    scripts = {unicodedata.name(c, "").partition(" ")[0] for c in letters}
    return len(scripts & _LOOK_ALIKE) > 1


def _fold(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word).casefold().translate(_FOLDED)
    letters = "".join(c for c in apart if c.isalnum())
    # ü is written u, or ue: both become u, and so does the ue of a name that never had an umlaut.
    return _UMLAUTS.sub(lambda found: found[1] or "a", letters)
