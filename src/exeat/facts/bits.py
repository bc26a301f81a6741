"""Truths as bits, for programs that run on one case or on columns of them.

Two bits, *may be true* and *is true*, so that and is ``&`` and or is ``|``.

Examples:
    >>> BITS[None] & BITS[True] == OPEN, BITS[None] | BITS[True] == TRUE
    (True, True)
"""

from __future__ import annotations

from typing import Final

from exeat.facts.times import Truth

__all__ = ["BITS", "CONTRARY", "FALSE", "OPEN", "TRUE"]

FALSE: Final = 0
OPEN: Final = 1
TRUE: Final = 3

BITS: Final[dict[Truth, int]] = {False: FALSE, None: OPEN, True: TRUE}
"""A truth as bits."""

CONTRARY: Final = (TRUE, OPEN, OPEN, FALSE)
"""The contrary of each; what is not known stays so."""
