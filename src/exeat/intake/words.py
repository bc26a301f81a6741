"""Tell by its words whether a text names an immigration hold: surely, perhaps, or not at all.

What a jail calls such a hold nobody can list beforehand; what looks like one and is none can hurt
more than a miss. So there are two answers: `HOLD` for a text that is proposed, `PERHAPS` for one
that is only told. Nothing here decides an audit: a mapping lists the words, and a person confirms
them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

__all__ = [
    "NEGATED",
    "Likeness",
    "immigration_likeness",
    "is_flag_name",
    "is_hold",
    "is_yes",
    "may_be_hold",
]


class Likeness(StrEnum):
    """How surely a text names an immigration hold."""

    HOLD = "hold"
    PERHAPS = "perhaps"
    NO = "no"


_AGENCY: Final = re.compile(
    r"\b(B?ICE|DHS|BICE|ERO|USCIS|USICE|USBP|CBP|HOMELAND SEC\w*|BORDER PATROL|"
    r"CUSTOMS( AND BORDER)?( ENF\w*| PROT\w*)?|IMMIG\w*|IMM|ALIEN|DEPORT\w*|UNDOCUMENTED|"
    r"I ?247[ADGNX]?|I ?200|I ?205|287 ?\(?G\)?|INS|REMOVAL( ORDER)?)\b"
)
_STRONG: Final = re.compile(
    r"\b(ICE|BICE|USICE|IMMIG|IMMIGRATION|HOMELAND SECURITY|DEPORTATION|DHS|287 ?\(?G\)?|"
    r"I ?247[ADGNX]?|IMMIGRATION (AND )?CUSTOMS( ENFORCEMENT)?|US ICE|DHS ICE|ICE DHS)\b"
)
_HOLD: Final = re.compile(
    r"\b(HO?LDS?|HOLDING|DETAINERS?|DETAIN|DET|DTNR|DETNR|HLD|I ?247[ADGNX]?)\b"
)
_WARRANT: Final = re.compile(r"\b(ADMIN\w* WARRANT|WARRANT|WRNT|REQUEST|FORM|CUSTODY|FEDERAL|US)\b")
_OFFENCE: Final = re.compile(
    r"\b(POSS\w*|METH\w*|CRYSTAL|DRUGS?|NARC\w*|DELIV\w*|SELL|SALE|TRANSPORT\w*|SMUGGL\w*|"
    r"HARBOR\w*|CONCEAL\w*|FALSE|FRAUD\w*|FORG\w*|COUNTERFEIT|DOCUMENTS?|RE ?ENTRY|REENTER\w*|"
    r"ILLEGAL(LY)? (RE ?)?ENTRY|ASSAULT|THEFT|FIREARM|WEAPON|DRIV\w*|LICENSE|INSURANCE|NO INS|"
    r"CREAM|BLACK ICE|HOCKEY|SKATING|IMPERSONAT\w*|ENCOURAG\w*|MARRIAGE|EMPLOY\w*)\b"
)
_SURE_OFFENCE: Final = re.compile(r"\b(POSS\w*|METH\w*|TRANSPORT\w*|SMUGGL\w*|FALSE|DOCUMENTS?)\b")
_DENIED: Final = re.compile(r"\b(NO|NOT|NEVER|WITHOUT|FORMER)\b")
_VAGUE: Final = re.compile(
    r"((FED(ERAL)?|US|FOREIGN NATIONAL|CITIZENSHIP) )?(DETAINERS?|DETAINER HOLD|HOLD DETAINER)|"
    r"(FOREIGN NATIONAL|CITIZENSHIP|NON ?CITIZEN) HO?LD"
)
_OTHER_HOLD: Final = re.compile(
    r"\b(PAROLE|PROB(ATION)?|JUV\w*|IAD|INTERSTATE|OTHER STATE|MARSHAL\w*|USMS|MILITARY|ARMY|"
    r"NAVY|EXTRADIT\w*|FUGITIVE|DOC|BOND(SMAN)?|MENTAL|MEDICAL)\b"
)
_GLUED: Final = re.compile(
    r"\b(?:(ICE|DHS|INS|ERO|IMM|IMMIG)(HO?LD|DETAINER|DET)|(HO?LD|DETAINER)(ICE|DHS|INS|ERO|IMM))\b"
)

NEGATED: Final = re.compile(
    r"\b(NO|NOT|NON|NEVER|DIDN'?T|DID NOT|WITHOUT|REVOK\w*|FORFEIT\w*|TIME LIMIT|EXPIR\w*|"
    r"DENIED|DENY|REFUS\w*|REMAND\w*|RESCIND\w*|VACAT\w*|PENDING|INELIGIB\w*|UNABLE|FAIL\w*|"
    r"BETWEEN FACILIT\w*|INTERNAL|IN HOUSE|RECALL\w*|REINSTAT\w*|ERROR|VOID\w*|DECLIN\w*)\b",
    re.IGNORECASE,
)
"""Words that turn the sense of a text round, or may: no meaning is guessed past one."""


@lru_cache(maxsize=1 << 14)
def immigration_likeness(text: str) -> Likeness:
    """Return how surely a text names an immigration hold.

    Examples:
        >>> [immigration_likeness(text).value for text in ("DHS HOLD", "I.C.E. HOLD", "HOLD_ICE")]
        ['hold', 'hold', 'hold']
        >>> (
        ...     immigration_likeness("POSS METH (ICE) UNDER 2G"),
        ...     immigration_likeness("JUVENILE DETAINER"),
        ... )
        (<Likeness.NO: 'no'>, <Likeness.NO: 'no'>)
        >>> immigration_likeness("DETAINER"), immigration_likeness("RELEASED TO ICE")
        (<Likeness.PERHAPS: 'perhaps'>, <Likeness.PERHAPS: 'perhaps'>)
    """
    words = _plain(text)
    if not words or len(words) > 200:
        return Likeness.NO
    if _GLUED.search(words):
        return Likeness.HOLD
    agency = _AGENCY.search(words)
    if agency is None:
        return _perhaps(_VAGUE.fullmatch(words))
    return _beside_agency(words, agency)


def is_hold(text: str) -> bool:
    """Say whether a text surely names an immigration hold.

    Examples:
        >>> is_hold("ICE HOLD"), is_hold("DETAINER")
        (True, False)
    """
    return immigration_likeness(text) is Likeness.HOLD


def may_be_hold(text: str) -> bool:
    """Say whether a text names an immigration hold, or perhaps one.

    Examples:
        >>> may_be_hold("DETAINER"), may_be_hold("THEFT")
        (True, False)
    """
    return immigration_likeness(text) is not Likeness.NO


def _perhaps(told: object) -> Likeness:
    return Likeness.PERHAPS if told else Likeness.NO


def _beside_agency(words: str, agency: re.Match[str]) -> Likeness:
    """Return how surely a text is a hold that has a word for the agency in it."""
    hold, strong = _HOLD.search(words), _STRONG.search(words)
    if _DENIED.search(words):
        return _perhaps(hold)
    if _OFFENCE.search(words):
        return _perhaps(hold and not _SURE_OFFENCE.search(words))
    if _OTHER_HOLD.search(words) and not strong:
        return Likeness.NO
    if hold or _STRONG.fullmatch(words):
        # A removal is an act of its own too: only beside `hold` is it the agency's.
        certain = not agency[0].startswith("REMOVAL") or "HOLD" in words
        return Likeness.HOLD if certain else Likeness.PERHAPS
    paper = _WARRANT.search(words) and ("WARRANT" in words or "FORM" in words)
    return Likeness.HOLD if strong and paper else _perhaps(strong)


def _plain(text: str) -> str:
    """Return a text in capitals, its words apart: `I.C.E._Hold` is `ICE HOLD`."""
    upper = re.sub(r"\b([A-Z])\.(?=[A-Z]\b)", r"\1", text.upper())
    upper = re.sub(r"\bI\s*-?\s*C\s*-?\s*E\b", "ICE", upper)
    return " ".join(re.sub(r"[^A-Z0-9()]+", " ", upper).split())


_YES: Final = frozenset({"y", "yes", "true", "t", "1", "x", "on", "active", "si"})
_NO: Final = frozenset({"n", "no", "false", "f", "0", "", "off", "none", "inactive"})


def is_flag_name(words: str) -> bool:
    """Say whether a column's name makes a yes in it an immigration hold.

    Args:
        words: The name as words in small letters.

    Examples:
        >>> is_flag_name("ice hold"), is_flag_name("detainer flag"), is_flag_name("warrant")
        (True, True, False)
    """
    return is_hold(words) or bool(
        re.search(
            r"\b(ice|immigration|dhs|detainer)\b.*\b(flag|ind(icator)?|yn|y n|status|hold)?$", words
        )
    )


def is_yes(text: str) -> bool | None:
    """Return what a yes-or-no text says; None for one that is neither.

    Examples:
        >>> is_yes("Y"), is_yes("No"), is_yes("ICE")
        (True, False, None)
    """
    word = text.strip().casefold()
    return True if word in _YES else False if word in _NO else None
