"""The marks: what a record can say, or leave open, one free of the other, as bits.

The facts that rules name depend on one another: the form says what is asked and whether it
must be served, one proof shows two things, a federal judge's warrant is a judge's. The signs
and codes in which they are written (`exeat.facts.expressions`) do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exeat.facts.bits import BITS, FALSE, TRUE
from exeat.facts.case import Case
from exeat.facts.expressions import Sign, Table
from exeat.facts.fields import Coded
from exeat.rules.conditions import Atom, InList

__all__ = ["Mark", "Read", "mark_of", "mark_of_list", "masks"]

Read = Callable[[Case], int]


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that a record says or leaves open.

    Attributes:
        read: Reads its bits from a case.
        values: What it can be, one after the other, where it is open.
        shared: It is the same for every request about the person.
        of_case: The case can say it; the power to hold is a matter of the law.
        dear: Looking it up takes long: it is an offence list.
    """

    name: str
    read: Read
    values: tuple[int, ...]
    shared: bool
    of_case: bool = True
    dear: bool = False

    def is_open(self, bits: int) -> bool:
        """Say whether the bits leave more than one value."""
        return bits not in self.values


def mark_of(leaf: Sign | Table) -> Mark:
    """Return the mark in which a sign, or the field of a table, is carried."""
    if isinstance(leaf, Table):
        return _of_codes(leaf.field)
    read = leaf.truth
    shared = not leaf.of_request
    of_case = leaf.field is not None
    return Mark(leaf.name, lambda case: BITS[read(case)], (FALSE, TRUE), shared, of_case)


def mark_of_list(atom: Atom, in_list: InList) -> Mark:
    """Return the mark of a condition that looks into an offence list."""
    return Mark(
        str(atom), lambda case: BITS[atom.truth(case, in_list)], (FALSE, TRUE), True, dear=True
    )


def _of_codes(field: Coded) -> Mark:
    bits = {code: 1 << index for index, code in enumerate(field.codes)}
    # Without a request there is no form: a bit that no table says anything of.
    none, every = 1 << len(bits), sum(bits.values())

    def read(case: Case) -> int:
        if case.detainer is None and field.of_request:
            return none
        code = field.raw(case)
        return every if code is None else bits[code]

    return Mark(field.name, read, tuple(bits.values()), not field.of_request)


def masks(table: Table) -> tuple[int, int]:
    """Return the codes of which a table says yes, and those of which it does not say."""
    said = [table.says[code] for code in table.field.codes]
    yes = sum(1 << index for index, truth in enumerate(said) if truth)
    return yes, sum(1 << index for index, truth in enumerate(said) if truth is None)
