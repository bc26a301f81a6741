"""Guess what a jail's words mean: ends, lifts, ways to leave, kinds of hold, classes of offence.

No guess is made past a word that turns the sense round, such as `NOT` or `REVOKED`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from exeat.intake.words import NEGATED

__all__ = ["CLASSES", "ENDS", "KINDS", "LIFTS", "RELEASES", "GuessTable", "guess", "guess_there"]

GuessTable: TypeAlias = Sequence[tuple[str, str]]

KINDS: Final[GuessTable] = (
    (r"MARSHAL|\bUSMS?\b|\bFBI\b|\bDEA\b|\bATF\b|AT&F|FEDERAL", "federal-criminal"),
    (r"PAROLE|PROB(AT|\b)|COMM(UNITY)? CUST", "parole-hold"),
    (r"FUGITIVE|EXTRADIT", "fugitive"),
    (r"MAT(ERIAL)? WITNESS", "court-order"),
    (r"\bHO?LD\b", "other-agency"),
)
_HANDED_TO_ICE: Final = (
    r"^(TO )?(ICE|IMMIGRATION|IMMIG)$|(RELEAS\w*|TRANSF\w*|TURNED OVER|PICK(ED)? ?UP|TO|CUSTODY"
    r" OF|HANDED)\b.*\b(ICE|IMMIG\w*|DHS|ERO)\b"
)
"""It ends a request, and it is a way out of the door: one and the same words."""
ENDS: Final[GuessTable] = (
    (r"NOT GUILTY|ACQUIT", "acquitted"),
    (r"NO PROB", "no-probable-cause"),
    (
        r"DISMISS|NOLLE|\bNCF\b|NO CHARGE|WITHOUT CHARGE|NOT FILED|NO (TRUE )?BILL|NOT CHARGED",
        "dismissed",
    ),
    (r"\bBAIL\b|\bBOND", "bail"),
    (r"RECOG|^(PR|OR|ROR)$", "recognizance"),
    (r"TIME SERVED|SENTENCE (SERVED|COMPLETE)|SERVED SENTENCE", "time-served"),
    (r"SUSPEND|DEFERRED (SENT|ADJ|DISP)", "sentence-suspended"),
    (r"COURT ORDER|ORDER(ED)? RELEAS|QUASH", "court-ordered"),
    (r"CANCEL|WITHDR|LIFTED", "withdrawn"),
    (r"IMMIG|\bICE\b|TRANSFER|CHAIN|EXTRADIT|MARSHA|TURNED OVER|\bFBI\b|\bDEA\b", "transferred"),
)
LIFTS: Final[GuessTable] = (
    (r"CANCEL|WITHDR|LIFTED", "cancelled"),
    (r"DECLIN", "declined"),
    (_HANDED_TO_ICE, "taken-into-custody"),
    (r"TRANSFER|CHAIN|EXTRADIT|MARSHA|TURNED OVER|\bFBI\b|\bDEA\b", "moved"),
)
RELEASES: Final[GuessTable] = (
    (_HANDED_TO_ICE, "to-ice"),
    (
        r"TRANSF\w* (TO|OUT)|CHAIN|EXTRADIT|MARSHA|TURNED OVER|\bFBI\b|\bDEA\b",
        "to-other-agency",
    ),
    (r"DECEASED|DIED|DEATH", "died"),
    (r"ESCAPE", "escaped"),
    (r"\bBAIL\b|\bBOND|RECOG|^(PR|OR|ROR)$", "street"),
)
CLASSES: Final[GuessTable] = (
    (r"MISDEM|^\(?M[\dABC]?\)?$", "misdemeanor"),
    (r"FELON|^\(?F[\dABCS]?\)?$", "felony"),
    (r"INFRACT|VIOLAT", "infraction"),
)
_IDIOMS: Final = re.compile(
    r"NOT GUILTY|NO PROB\w*( CAUSE)?|NO CHARGES?( FILED)?|CHARGES? NOT FILED|WITHOUT CHARGES?|"
    r"NO (TRUE )?BILL(ED)?|NOT CHARGED|NOT FILED",
    re.IGNORECASE,
)
"""Words with a negation in them whose meaning is plain."""
_GONE: Final = re.compile(
    r"RELEASED|NOT IN CUSTODY|OUT OF CUSTODY|\bOUT\b|INACTIVE|DISCHARGED|GONE|CLOSED|TRANSFERRED",
    re.IGNORECASE,
)
_THERE: Final = re.compile(
    r"IN CUSTODY|\bACTIVE\b|IN JAIL|CONFINED|INCARCERATED|^IN$|HOUSED|BOOKED|STILL", re.IGNORECASE
)


def guess(text: str, table: GuessTable) -> str | None:
    """Return the code that a text seems to mean, None where nobody should guess.

    Args:
        text: The jail's words.
        table: Patterns with the code of each, the first that fits stands.

    Examples:
        >>> guess("RELEASED TO ICE", RELEASES), guess("NOT RELEASED TO ICE", RELEASES)
        ('to-ice', None)
        >>> guess("Bail Bond", ENDS), guess("BOND REVOKED", ENDS), guess("NOT GUILTY", ENDS)
        ('bail', None, 'acquitted')
    """
    plain = _IDIOMS.sub(" ", text)
    declined = re.search(r"DECLIN", plain, re.IGNORECASE)
    if declined and table is LIFTS and not NEGATED.search(re.sub(r"(?i)DECLIN\w*", "", plain)):
        return "declined"
    if NEGATED.search(plain):
        return None
    for pattern, code in table:
        if re.search(pattern, text, re.IGNORECASE):
            return code
    return None


def guess_there(text: str) -> bool | None:
    """Return whether a status says that the person is still there; None: it says neither.

    Examples:
        >>> guess_there("IN CUSTODY"), guess_there("Released"), guess_there("NOT IN CUSTODY")
        (True, False, False)
    """
    if _GONE.search(text):
        return False
    return True if _THERE.search(text) else None
