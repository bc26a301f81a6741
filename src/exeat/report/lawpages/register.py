"""The register: which law is covered, on what basis, when it was last checked, what is open.

Examples:
    >>> from datetime import date
    >>> from exeat.rules.library import shipped
    >>> rows = register(shipped(), date(2026, 11, 26))
    >>> rows[0].id, rows[0].age_days, rows[0].adopted
    ('us', 1, '')
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from exeat.facts.times import Truth
from exeat.rules.model import Jurisdiction, JurisdictionKind

__all__ = ["MAX_AGE_DAYS", "RegisterRow", "overdue", "register"]

MAX_AGE_DAYS: Final = 365
"""How old a check may be. A setting of the project, not law.

Units: calendar days.
"""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One jurisdiction of the register.

    Attributes:
        age_days: Since somebody last checked the sources; negative for a day yet to come.
        read: Sources that were read, and
        recalled: sources from memory, not confirmed.
        high: Rules by how sure the research is of them, with `medium` and `low`.
        contested: Ids of the points on which the sources disagree.
        to_judge: Ids of the rules that are too vague for a machine.
        unread: Ids of the rules, among these, whose text nobody has read.
        hold_power: Whether the law gives officers power to hold on a civil detainer; None
            where the file does not say.
        adopted: Who adopted it and when, or "" for research that nobody adopted.

    Units: ``age_days`` are calendar days.
    """

    id: str
    name: str
    kind: str
    checked: date
    age_days: int
    read: int
    recalled: int
    high: int
    medium: int
    low: int
    contested: tuple[str, ...]
    to_judge: tuple[str, ...]
    unread: tuple[str, ...]
    hold_power: Truth
    adopted: str

    @property
    def sources(self) -> int:
        """Return the number of sources."""
        return self.read + self.recalled

    @property
    def rules(self) -> int:
        """Return the number of rules, each version of one counted."""
        return self.high + self.medium + self.low

    @property
    def overdue(self) -> bool:
        """Say whether the last check is older than the project allows, or lies ahead."""
        return not 0 <= self.age_days <= MAX_AGE_DAYS


def register(library: Mapping[str, Jurisdiction], today: date) -> list[RegisterRow]:
    """Return a row for each jurisdiction: the country, then the states, each with its places.

    Args:
        library: Jurisdictions by id.
        today: The day from which ages are counted.

    Units: ages in calendar days.
    """
    return [_row(place, today) for place in in_order(library)]


def in_order(library: Mapping[str, Jurisdiction]) -> list[Jurisdiction]:
    """Return the jurisdictions: the country, then the states by name, each with its places."""

    def key(place: Jurisdiction) -> tuple[bool, str, bool, str]:
        state = place
        while state.kind not in (JurisdictionKind.COUNTRY, JurisdictionKind.STATE):
            above = library.get(state.parent or "")
            if above is None:
                break
            state = above
        lower = place.id != state.id
        return state.kind is not JurisdictionKind.COUNTRY, state.name, lower, place.name

    return sorted(library.values(), key=key)


def overdue(rows: list[RegisterRow]) -> list[RegisterRow]:
    """Return the rows whose check is older than the project allows.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> overdue(register({"us": shipped()["us"]}, date(2027, 11, 26)))[0].id
        'us'
    """
    return [row for row in rows if row.overdue]


def _row(place: Jurisdiction, today: date) -> RegisterRow:
    basis = Counter(source.basis for source in place.sources.values())
    sure = Counter(rule.confidence for rule in place.rules)
    adopted = place.adoption
    return RegisterRow(
        id=place.id,
        name=place.name,
        kind=place.kind.value,
        checked=place.checked,
        age_days=(today - place.checked).days,
        read=basis["read"],
        recalled=basis["recalled"],
        high=sure["high"],
        medium=sure["medium"],
        low=sure["low"],
        contested=tuple(contest.id for contest in place.contests),
        to_judge=tuple(sorted({rule.id for rule in place.rules if rule.judge})),
        unread=tuple(sorted({rule.id for rule in place.rules if rule.unread})),
        hold_power=place.hold_power,
        adopted=f"{adopted.by}, {adopted.on}" if adopted else "",
    )
