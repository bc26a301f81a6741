"""Every county of the United States as a place, by its FIPS code and never by its name.

A county answers by the file of its own where one ships (``us-va-fairfax``), else by that of its
state. Names are no key: more than 400 of them are shared.

Source: ``law/counties.csv``, made by ``tools/make_counties.py``, which says where from.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from exeat.errors import LawError, near_miss

__all__ = ["SPLIT_ZONES", "County", "counties", "county_of", "named", "place_id"]

_SPLIT: Final = "ak az fl id in ks ky mi nd ne nv or sd tn tx"
SPLIT_ZONES: Final = frozenset(f"us-{state}" for state in _SPLIT.split())
"""States that lie in two time zones, or of which a part keeps another time.

Source: 49 CFR 71 and, for Arizona, the Navajo Nation's own summer time.
"""

_CODE: Final = re.compile(r"(?:us-(?P<state>[a-z]{2})-)?(?P<fips>\d{5})")
_KINDS: Final = re.compile(
    r" (county|parish|borough|census area|municipality|city and borough|city|planning region)$"
)


@dataclass(frozen=True, slots=True)
class County:
    """A county, parish, borough, independent city or planning region.

    Attributes:
        fips: Its five digits.
        state: Two letters.
        since: The year since which the code is in use, where that is not long ago, or "".
        until: The year in which the code went out of use, or "".
        law: The id of the shipped file that is its law, or "" where that is its state's.

    Examples:
        >>> counties()["39049"].id, counties()["51059"].id
        ('us-oh-39049', 'us-va-fairfax')
    """

    fips: str
    state: str
    name: str
    since: str
    until: str
    law: str

    @property
    def id(self) -> str:
        """Return the one id of the place: that of its file, else its state's with the code."""
        return self.law or f"{self.parent}-{self.fips}"

    @property
    def parent(self) -> str:
        """Return the id of its state."""
        return f"us-{self.state.lower()}"

    @property
    def vintage(self) -> str:
        """Say since or until when the code is in use, or "".

        Examples:
            >>> counties()["09003"].vintage, counties()["09110"].vintage
            ('a code until 2022', 'a code since 2022')
        """
        if self.until:
            return f"a code until {self.until}"
        return f"a code since {self.since}" if self.since else ""


@lru_cache(maxsize=1)
def counties() -> dict[str, County]:
    """Return every county by its code, codes of earlier years among them.

    Examples:
        >>> sum(not county.until for county in counties().values())
        3144
    """
    text = (resources.files("exeat.law") / "counties.csv").read_text("utf-8")
    return {row["fips"]: County(**row) for row in csv.DictReader(text.splitlines())}


def county_of(text: str) -> County | None:
    """Return the county that a code means; None where the text is no code of a county.

    Args:
        text: ``39049``, or ``us-oh-39049``.

    Raises:
        LawError: It has the form of a code and no county has it, or one of another state.

    Examples:
        >>> county_of("us-oh-39049").name
        'Franklin County'
        >>> county_of("us-oh") is None
        True
        >>> county_of("us-pa-39049")
        Traceback (most recent call last):
        ...
        exeat.errors.LawError: place: `us-pa-39049` names 39049, which is Franklin County, OH
          help: Give `us-oh-39049`.
    """
    match = _CODE.fullmatch(text)
    if match is None:
        return None
    county = counties().get(match["fips"])
    if county is None:
        near = near_miss(match["fips"], sorted(counties()))
        raise LawError.one(
            "E225", "place", f"no county of a state has the code `{text}`", f"Check it.{near}"
        )
    if match["state"] and f"us-{match['state']}" != county.parent:
        raise LawError.one(
            "E225",
            "place",
            f"`{text}` names {county.fips}, which is {county.name}, {county.state}",
            f"Give `{county.id}`.",
        )
    return county


def place_id(text: str) -> str:
    """Return the one id of a place that is named by a code; any other text as it is.

    Args:
        text: ``39049``, ``us-oh-39049``, or the id of a file of law.

    Raises:
        LawError: It has the form of a county's code and is none.

    Examples:
        >>> place_id("39049"), place_id("us-va-51059"), place_id("us-az")
        ('us-oh-39049', 'us-va-fairfax', 'us-az')
    """
    county = county_of(text)
    return text if county is None else county.id


def named(text: str) -> list[County]:
    """Return the counties of today that have a name, with or without its state behind it.

    Examples:
        >>> [county.fips for county in named("Fairfax County")]
        ['51059']
        >>> [county.fips for county in named("franklin, oh")]
        ['39049']
        >>> len(named("Washington County"))
        30
    """
    wanted, _, state = text.lower().partition(",")
    wanted, state = wanted.strip(), state.strip()
    found = [county for county in counties().values() if not county.until]
    if state:
        found = [county for county in found if county.state.lower() == state]
    full = [county for county in found if county.name.lower() == wanted]
    return full or [county for county in found if _KINDS.sub("", county.name.lower()) == wanted]
