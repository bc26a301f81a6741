"""What a text keeps to where it is entered: its length, and the characters it may hold.

Examples:
    >>> CODE.most, TEXT.most
    (100, 200)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Final, TypeAlias

__all__ = ["CODE", "TEXT", "WORDS", "AtEdge", "Code", "Line", "Text", "Words"]


@dataclass(frozen=True, slots=True)
class AtEdge:
    """A limit for what is entered; what is on record, or comes from elsewhere, is read as it is.

    Not a constraint of pydantic's own: an entry of an older desk, or of another system, that is
    longer must stay readable, since nothing on record can be shortened.

    Attributes:
        most: Characters of a text, or things in a list, at most.
        least: Likewise at least.
        pattern: What the whole text must match.
    """

    most: int
    least: int = 0
    pattern: str | None = None


CODE: Final = AtEdge(most=100, least=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")
TEXT: Final = AtEdge(most=200, pattern=r"^[^\x00-\x1f\x7f]*$")
WORDS: Final = AtEdge(most=4000, least=1, pattern=r"^[^\x00]*$")

Code: TypeAlias = Annotated[str, CODE]
"""An id or a code."""
Text: TypeAlias = Annotated[str, TEXT]
"""A few words on one line; none is a text too."""
Line: TypeAlias = Annotated[str, replace(TEXT, least=1)]
"""A few words on one line."""
Words: TypeAlias = Annotated[str, WORDS]
"""Sentences."""
