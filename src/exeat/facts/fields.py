"""The fields of a record on which facts turn: what each says, and every way to fill it in.

A fact is written over fields (`exeat.facts.expressions`). So what is known of a field here is
known of every fact that rests on it: how it is read, and which record there would be if it
said this or that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from exeat.facts.case import Case
from exeat.facts.codes import BasisKind, Described, NoticeKind, OffenceClass
from exeat.facts.record import Basis, Conviction, CustodyRecord, Detainer, Notice, Offence
from exeat.facts.times import FAR_PAST, NEVER, Act, Truth, done_by, span

__all__ = [
    "Charges",
    "Coded",
    "Convictions",
    "Done",
    "Field",
    "Listed",
    "Notices",
    "Way",
    "YesNo",
    "retold",
]

_YES_NO: Final = (("yes", True), ("no", False))
_SECOND: Final = timedelta(seconds=1)
_CRIMINAL: Final = (BasisKind.CHARGE, BasisKind.SENTENCE)


@dataclass(frozen=True, slots=True)
class Way:
    """One value that an open field can have.

    Attributes:
        says: The value: a code, ``yes`` or ``no``, or an instant.
        record: The record with it filled in.
    """

    says: str | datetime
    record: CustodyRecord


def retold(record: CustodyRecord, paper: Detainer, **told: Any) -> CustodyRecord:
    """Return a record with one request told otherwise."""
    papers = tuple(replace(one, **told) if one is paper else one for one in record.detainers)
    return replace(record, detainers=papers)


class Field:
    """A field of a record.

    Args:
        name: Whose it is and what it is called there, such as ``detainer.served``.
        asks: The fact by whose question it is asked; "": by that of the fact that waits.
    """

    def __init__(self, name: str, asks: str = "") -> None:
        self.name = name
        self.asks = asks
        self.whose, _, self.attribute = name.partition(".")
        self.of_request = self.whose == "detainer"

    def raw(self, case: Case) -> Any:
        """Return what stands in it; None also where there is no request to have it."""
        owner = case.detainer if self.of_request else getattr(case.record, self.whose)
        return None if owner is None else getattr(owner, self.attribute)

    def told(self, case: Case, value: object) -> CustodyRecord:
        """Return the record of a case with something else in it."""
        told: dict[str, Any] = {self.attribute: value}
        if self.of_request:
            assert case.detainer is not None
            return retold(case.record, case.detainer, **told)
        owner: dict[str, Any] = {self.whose: replace(getattr(case.record, self.whose), **told)}
        return replace(case.record, **owner)

    def is_open(self, case: Case) -> bool:
        """Say whether the record leaves it open; without a request, no field of one is."""
        return self.raw(case) is None and not (self.of_request and case.detainer is None)

    def values(self, case: Case) -> Iterable[tuple[str, object]]:
        """Return each value that it can have where it is open, by its name."""
        return _YES_NO

    def ways(self, case: Case, list_id: str = "") -> tuple[Way, ...]:
        """Return every way to fill it in; ``list_id`` is the list that asks after an offence."""
        return tuple(Way(says, self.told(case, value)) for says, value in self.values(case))


class YesNo(Field):
    """A field that says yes or no."""

    def truth(self, case: Case) -> Truth:
        """Return what it says."""
        value: Truth = self.raw(case)
        return value


class Done(Field):
    """An act: done at some time or never, or nobody says."""

    def truth(self, case: Case) -> Truth:
        """Say whether it was done by the case's instant."""
        return done_by(self.raw(case), case.at, case.zone)

    def is_open(self, case: Case) -> bool:
        """Say whether it may or may not have been done by the case's instant."""
        return case.detainer is not None and self.truth(case) is None

    def values(self, case: Case) -> Iterator[tuple[str, object]]:
        """Yield a time by the case's instant, and one after it, as far as the record allows."""
        act: Act = self.raw(case)
        early, late = span(act, case.zone)
        if early <= case.at:
            yield "yes", case.at if early == FAR_PAST else early
        if late > case.at:
            yield "no", NEVER if act is None else min(late, case.at + _SECOND)


class Coded(Field):
    """A field with one code of a list."""

    def __init__(self, name: str, codes: type[Described], asks: str = "") -> None:
        super().__init__(name, asks)
        self.codes = tuple(codes)

    def values(self, case: Case) -> Iterable[tuple[str, object]]:
        """Return every code."""
        return ((code.value, code) for code in self.codes)


class Listed(Field):
    """A field with any number of codes; ``tried`` are those with which it is filled in."""

    def __init__(self, name: str, *tried: Described) -> None:
        super().__init__(name)
        self.tried = tried

    def values(self, case: Case) -> Iterable[tuple[str, object]]:
        """Return each of the codes that are tried, alone."""
        return ((code.value, (code,)) for code in self.tried)


class _Many(Field):
    """What stands in many places of a record: some of it may be open wherever a fact is."""

    def is_open(self, case: Case) -> bool:
        """Say so whatever the record says."""
        return True


class Notices(_Many):
    """What immigration authorities were told of the release."""

    def told(self, case: Case, value: object) -> CustodyRecord:
        """Return the record with one notice of it, or with none."""
        notice = Notice(id="told", kind=NoticeKind.RELEASE, to="ice", given=case.at)
        return replace(case.record, notices=(notice,) if value else ())


class Charges(_Many):
    """The offences charged or sentenced in this booking."""

    def ways(self, case: Case, list_id: str = "") -> tuple[Way, ...]:
        """Return the record with each charge put on the list, or off it."""
        grounds = case.record.grounds
        return tuple(
            Way(says, replace(case.record, bases=tuple(_charged(b, list_id, on) for b in grounds)))
            for says, on in _YES_NO
        )


def _charged(basis: Basis, list_id: str, on: bool) -> Basis:
    if basis.kind not in _CRIMINAL:
        return basis
    return replace(basis, offence=_placed(basis.offence or Offence(), list_id, on))


class Convictions(_Many):
    """The offences of which the person was convicted."""

    def ways(self, case: Case, list_id: str = "") -> tuple[Way, ...]:
        """Return the record with convictions on the list, and without."""
        known = case.record.convictions
        if known is not None:
            return tuple(
                Way(says, self._put(case, [_dated(one, case, list_id, on) for one in known]))
                for says, on in _YES_NO
            )
        # Class and day with it: what a look-back or a class turns on is open with the rest.
        lists = {list_id: True} if list_id else {}
        felony = Offence(offence_class=OffenceClass.FELONY, lists=lists)
        recent = Conviction(offence=felony, on=case.at - timedelta(days=1))
        return Way("yes", self._put(case, [recent])), Way("no", self._put(case, []))

    def _put(self, case: Case, convictions: Iterable[Conviction]) -> CustodyRecord:
        return replace(case.record, convictions=tuple(convictions))


def _dated(one: Conviction, case: Case, list_id: str, on: bool) -> Conviction:
    day = case.at - timedelta(days=1 if on else 365 * 99)
    return replace(one, offence=_placed(one.offence, list_id, on), on=one.on or day)


def _placed(offence: Offence, list_id: str, on: bool) -> Offence:
    """Return an offence put on a list or off it; without a list, made a felony or not."""
    of_class = offence.offence_class
    of_class = of_class or (OffenceClass.FELONY if on else OffenceClass.MISDEMEANOR)
    # Where a person has placed it already, it stays.
    lists = {list_id: on, **offence.lists} if list_id else offence.lists
    return replace(offence, offence_class=of_class, lists=lists)
