"""Whether a charge is on a list of offences: yes, no, or not known.

Jails write charges their own way. A statute that a complete list names is on
it; one that a complete list does not name is off it; whatever cannot be placed
stays unknown, and the answer then says in which list to look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

from exeat.facts.case import Case
from exeat.facts.record import Conviction, Offence
from exeat.facts.times import Truth, bounds
from exeat.facts.truth import every, some
from exeat.facts.vocabulary import charges
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
        >>> grave = OffenceList("xx", "x", (), (), (), False, ("s",), only_classes=("felony",))
        >>> on_list(Offence(offence_class=OffenceClass.MISDEMEANOR), grave)
        False
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
    if _ruled_out(offence, offences):
        return False
    return False if offences.complete and _placeable(offence, offences) else None


def _ruled_out(offence: Offence, offences: OffenceList) -> bool:
    known = offence.offence_class
    if known is not None and offences.only_classes and known not in offences.only_classes:
        return True
    statute = (offence.statute or "").lower()
    return any(re.search(entry, statute) for entry in offences.off_statutes)


def _placeable(offence: Offence, offences: OffenceList) -> bool:
    """Say whether the offence is described in every way in which the list has entries."""
    by_class = not offences.classes or offence.offence_class is not None
    by_statute = not (offences.statutes or offences.words) or bool(offence.statute)
    return by_class and by_statute


class Matcher:
    """Answer ``charged in LIST`` and ``convicted in LIST`` for a set of lists."""

    def __init__(self, lists: Mapping[str, OffenceList]) -> None:
        self.lists = lists

    def __call__(
        self, case: Case, what: str, list_id: str, of_class: str = "", within_years: int = 0
    ) -> Truth:
        """Say whether any charge (or conviction) of the case is on the list.

        Args:
            case: The record and the instant asked about.
            what: ``charged`` or ``convicted``.
            list_id: The list.
            of_class: Only offences of this class count; "" for any.
            within_years: Only convictions of so many years before the instant count, the
                day that many years ago with them; 0 for any. One whose date is not known
                is neither in nor out.
        """
        offences = self.lists[list_id]
        if what == "charged":
            return some(
                every((_is_of(item, of_class), on_list(item, offences))) for item in charges(case)
            )
        found = case.record.convictions
        if found is None:
            return None
        return some(
            every(
                (
                    _is_of(item.offence, of_class),
                    on_list(item.offence, offences),
                    _within(item, within_years, case),
                )
            )
            for item in found
        )


def _is_of(offence: Offence, of_class: str) -> Truth:
    if not of_class:
        return True
    known = offence.offence_class
    return None if known is None else known.value == of_class


def _within(conviction: Conviction, years: int, case: Case) -> Truth:
    if not years:
        return True
    if conviction.on is None:
        return None
    first = _years_before(case.at.astimezone(case.zone).date(), years)
    begin = datetime(first.year, first.month, first.day, tzinfo=case.zone).astimezone(UTC)
    early, late = bounds(conviction.on, case.zone)
    if early is not None and early >= begin:
        return True
    # Of a day, the last bound is the midnight that ends it.
    return False if late is not None and late <= begin else None


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February, and no leap year so many years ago
        return day.replace(year=day.year - years, day=28)
