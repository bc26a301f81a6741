"""Who in the house may be whom a request names, the likeliest first, with what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from exeat.errors import ExeatError
from exeat.office.db import Tx
from exeat.office.models import SHOWN, PersonalData
from exeat.office.names import name_keys
from exeat.office.personal import (
    blind,
    name_macs,
    open_personal,
    plain,
    ref_of,
    same_surname,
)

__all__ = ["COMPARED", "Likeness", "Near", "likeness", "near", "numbered"]

COMPARED: Final = ("surname", "given_names", "born", "booking_number", "fingerprint_id")
"""What of two descriptions of a person is set side by side, in the order in which it is shown."""
_WEIGHT: Final = {"booking_number": 8, "fingerprint_id": 8, "born": 4, "surname": 3}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How one part of two descriptions compares.

    Attributes:
        part: Of :data:`COMPARED`.
        ours: As the facility has it on file.
        theirs: As the paper says.
        how: ``same``; ``close``: another form of one name, day and month swapped, names in the
            other order; ``differs``; ``unsaid``: one of the two says nothing.
    """

    __pydantic_config__ = SHOWN

    part: str
    ours: str
    theirs: str
    how: str


@dataclass(frozen=True, slots=True)
class Near:
    """Somebody in the house who may be whom a request names.

    Attributes:
        record: Id of the record.
        person: As the facility has them on file.
        parts: What agrees and what differs, part by part.
    """

    __pydantic_config__ = SHOWN

    record: str
    person: PersonalData
    parts: tuple[Likeness, ...]

    def same(self, part: str) -> bool:
        """Say whether both say the same of one part."""
        return any(one.part == part and one.how == "same" for one in self.parts)

    @property
    def differs(self) -> tuple[str, ...]:
        """The parts that differ."""
        return tuple(one.part for one in self.parts if one.how == "differs")

    @property
    def agrees(self) -> tuple[str, ...]:
        """The parts that are the same, or another form of the same."""
        return tuple(one.part for one in self.parts if one.how in ("same", "close"))


def near(tx: Tx, facility: str, said: PersonalData) -> tuple[Near, ...]:
    """Look through the house for whom a request may name, the likeliest first.

    By booking number, fingerprint number, birth date (with day and month swapped too), each part
    of the surname in its forms, and with surname and given names in the other order. It finds
    too many rather than too few: a person looks at each.

    Args:
        tx: For the facility.
        facility: Its code.
        said: Whom the request names.
    """
    index = tx.key_of(facility)
    born = [blind(index, "born", day.isoformat()) for day in _days(said.born)]
    rows = tx.all(
        "people_near",
        agency=facility,
        number_mac=blind(index, "number", said.booking_number),
        surname_mac=blind(index, "surname", said.surname),
        born_macs=born,
        name_macs=name_macs(index, said.surname),
        given_macs=name_macs(index, said.given_names),
        ref=ref_of(index, said),
    )
    found = [one for row in rows if (one := _opened(tx, row, said)) is not None]
    return tuple(sorted(found, key=lambda one: (-_likely(one), one.person.shown, one.record)))


def numbered(tx: Tx, facility: str, number: str, said: PersonalData) -> tuple[Near, ...]:
    """Return who in the house has a booking number, set beside whom a request names."""
    # Found by the number alone: a surname of which nothing is left when it is compared.
    found = near(tx, facility, PersonalData(surname="-", booking_number=number))
    return tuple(
        Near(one.record, one.person, likeness(one.person, said))
        for one in found
        if one.same("booking_number")
    )


def likeness(ours: PersonalData, theirs: PersonalData) -> tuple[Likeness, ...]:
    """Set two descriptions of a person side by side.

    Examples:
        >>> ours = PersonalData(surname="Rivera", given_names="Ana", born=date(1990, 3, 2))
        >>> theirs = PersonalData(surname="Rivera Gil", given_names="Eva", born=date(1990, 2, 3))
        >>> [(one.part, one.how) for one in likeness(ours, theirs)][:3]
        [('surname', 'close'), ('given_names', 'differs'), ('born', 'close')]
    """
    turned = _turned(ours, theirs)
    return tuple(_likeness(part, ours, theirs, turned) for part in COMPARED)


def _likeness(part: str, ours: PersonalData, theirs: PersonalData, turned: bool) -> Likeness:
    mine, other = getattr(ours, part), getattr(theirs, part)
    one, two = _text(mine), _text(other)
    if not plain(one) or not plain(two):
        how = "unsaid"
    elif plain(one) == plain(two):
        how = "same"
    elif part in ("surname", "given_names"):
        alike = turned or not name_keys(one).isdisjoint(name_keys(two))
        how = "close" if alike else "differs"
    elif part == "born" and mine in _days(other):
        how = "close"
    else:
        how = "differs"
    return Likeness(part, one, two, how)


def _opened(tx: Tx, row: Mapping[str, Any], said: PersonalData) -> Near | None:
    record: UUID = row["record"]
    try:
        key = tx.master.unwrap(row["person"], row["wrapped_key"], row["name"])
        person = open_personal(key, record, row["nonce"], row["sealed"])
    except (ExeatError, ValueError, KeyError, TypeError):
        person = None
    if person is None:
        # What cannot be read may be anybody: somebody has to look.
        return Near(row["name"], PersonalData(surname="?"), ())
    found = Near(row["name"], person, likeness(person, said))
    # Of those whose names have no index yet, all were read.
    by_number = {"booking_number", "fingerprint_id", "born"}.intersection(found.agrees)
    by_name = same_surname(person, said) or _turned(person, said)
    return found if by_number or by_name else None


def _turned(ours: PersonalData, theirs: PersonalData) -> bool:
    """Say whether surname and given names may stand in the other order."""
    mine, other = name_keys(ours.surname), name_keys(theirs.surname)
    return not (
        mine.isdisjoint(name_keys(theirs.given_names))
        or other.isdisjoint(name_keys(ours.given_names))
    )


def _days(born: date | None) -> tuple[date, ...]:
    """Return a birth date, and the one with day and month swapped where there is such a day."""
    if born is None:
        return ()
    if born.day > 12 or born.day == born.month:
        return (born,)
    return born, date(born.year, born.day, born.month)


def _likely(one: Near) -> int:
    score = 0
    for part in one.parts:
        weight = _WEIGHT.get(part.part, 2)
        score += {"same": 2 * weight, "close": weight, "differs": -weight}.get(part.how, 0)
    return score


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
