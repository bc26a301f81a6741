"""Whether a charge is on a list of offences: yes, no, or not known.

Jails write charges their own way. A statute that a complete list names is on
it; one that a complete list does not name is off it; whatever cannot be placed
stays unknown, and the answer then says in which list to look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from exeat.facts.case import Case
from exeat.facts.record import Offence
from exeat.facts.times import Truth
from exeat.facts.truth import some
from exeat.facts.vocabulary import charges, convictions
from exeat.rules.model import OffenceList

__all__ = ["Matcher", "on_list"]


@lru_cache(maxsize=8192)
def _plain(statute: str) -> str:
    return re.sub(r"[^a-z0-9.()-]", "", statute.lower())


def on_list(offence: Offence, offences: OffenceList) -> Truth:
    """Say whether one offence is on a list.

    Args:
        offence: As the jail wrote it. A person may have placed it (``offence.lists``).
        offences: The list, by citation.

    Examples:
        >>> felonies = OffenceList("xx", "any felony", (), (), ("felony",), True, ("s",))
        >>> from exeat.facts.codes import OffenceClass
        >>> on_list(Offence(offence_class=OffenceClass.FELONY), felonies)
        True
        >>> on_list(Offence(offence_class=OffenceClass.MISDEMEANOR), felonies)
        False
        >>> on_list(Offence(description="ASSAULT"), felonies) is None
        True
    """
    placed = offence.lists.get(offences.id)
    if placed is not None:
        return placed
    if offence.offence_class is not None and offence.offence_class in offences.classes:
        return True
    statute = _plain(offence.statute) if offence.statute else ""
    if statute and statute in {_plain(entry) for entry in offences.statutes}:
        return True
    words = (offence.description or "").lower()
    if words and any(re.search(entry, words) for entry in offences.words):
        return True
    return False if offences.complete and _placeable(offence, offences) else None


def _placeable(offence: Offence, offences: OffenceList) -> bool:
    """Say whether the offence is described in every way in which the list has entries."""
    by_class = not offences.classes or offence.offence_class is not None
    by_statute = not (offences.statutes or offences.words) or bool(offence.statute)
    return by_class and by_statute


class Matcher:
    """Answer ``charged in LIST`` and ``convicted in LIST`` for a set of lists."""

    def __init__(self, lists: Mapping[str, OffenceList]) -> None:
        self.lists = lists

    def __call__(self, case: Case, what: str, list_id: str) -> Truth:
        """Say whether any charge (or conviction) of the case is on the list."""
        offences = self.lists[list_id]
        found = charges(case) if what == "charged" else convictions(case)
        return None if found is None else some(on_list(item, offences) for item in found)
