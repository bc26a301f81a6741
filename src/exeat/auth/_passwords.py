"""Which passwords are guessed first: common ones, the own name, one key after the other.

The list of common ones is Django's, made by Royce Williams from what was leaked elsewhere; its
licence lies beside it. It is read the first time that somebody chooses a password.
"""

from __future__ import annotations

import gzip
import itertools
import re
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["weakness"]

_HERE: Final = __package__ or ""
_OURS: Final = frozenset({"exeat", "jail", "sheriff", "desk"})
_ROWS: Final = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
_NEXT: Final = frozenset(
    pair
    for row in _ROWS
    for one, other in itertools.pairwise(row)
    for pair in (one + other, other + one)
)
"""Characters that follow each other on a keyboard, in the alphabet or in counting, both ways."""
_AS_LETTERS: Final = str.maketrans("013457@$!", "oieastasi")
_ENDS: Final = re.compile(r"^[^a-z]+|[^a-z]+$")
_FEWEST: Final = 5
_MOST_IN_A_ROW: Final = 0.7
_OF_ITS_OWN: Final = 8


def weakness(password: str, name: str) -> str:
    """Return why a password is guessed first, as a code; "": it is not.

    Args:
        password: The new one.
        name: Of the account.

    Examples:
        >>> weakness("password1234", "sam"), weakness("P@ssw0rd!!!!", "sam")
        ('common', 'common')
        >>> weakness("sam.officer12345678", "sam.officer")
        'name'
        >>> weakness("aaaaaaaaaaaa", "sam"), weakness("123456789012", "sam")
        ('row', 'row')
        >>> weakness("a calm lake at noon", "sam")
        ''
    """
    plain = password.casefold()
    if _in_a_row(plain) or _again_and_again(plain):
        return "row"
    bare = {_ENDS.sub("", one) for one in (plain, plain.translate(_AS_LETTERS))}
    if plain in _common() or any(one in _common() or one in _OURS for one in bare):
        return "common"
    return "name" if _of_name(plain, name.casefold()) else ""


def _in_a_row(plain: str) -> bool:
    """Say whether most of it is one key again, or the next one."""
    pairs = [one + other for one, other in itertools.pairwise(plain)]
    easy = sum(pair in _NEXT or pair[0] == pair[1] for pair in pairs)
    return len(set(plain)) < _FEWEST or easy >= _MOST_IN_A_ROW * max(len(pairs), 1)


def _again_and_again(plain: str) -> bool:
    """Say whether it is one piece, more than once."""
    return plain in (plain + plain)[1:-1]


def _of_name(plain: str, name: str) -> bool:
    """Say whether little is left of it without the parts of the account's name."""
    parts = [part for part in re.split(r"[^a-z]+", name) if part]
    rest, found = plain, False
    for part in sorted({name, *parts}, key=len, reverse=True):
        if len(part) > 2 and part in rest:
            rest, found = rest.replace(part, ""), True
    return found and len(re.sub(r"[^a-z]", "", rest)) < _OF_ITS_OWN


@cache
def _common() -> frozenset[str]:
    packed = files(_HERE).joinpath("common", "common-passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split())
