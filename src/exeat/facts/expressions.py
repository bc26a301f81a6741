"""What a fact is written in: signs of a record, tables over its codes, and *any of* these.

A sign is one thing that a record says or leaves open, whatever else it says. So any signs and
codes together make a record that there can be, and an expression over them serves everybody
who asks about a fact: it is read from a case here, written as bits in `exeat.decide.program`,
as claims for a prover in `exeat.prove.choices`, and turned round by filling in the field on
which a sign stands (`exeat.facts.openings`, `exeat.prove.witness`).

Examples:
    >>> from exeat.facts.codes import FORMS, DetainerForm
    >>> form = Coded("detainer.form", DetainerForm)
    >>> asks = table(form, lambda code: FORMS[code].asks_hold)
    >>> asks.says["I-247A"], asks.says["I-247G"], asks.says["other"]
    (True, False, None)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from exeat.facts.case import Case
from exeat.facts.codes import Described
from exeat.facts.fields import Coded, Done, Field, Listed, YesNo
from exeat.facts.times import Truth
from exeat.facts.truth import some

__all__ = [
    "AnyOf",
    "Expression",
    "Sign",
    "Table",
    "among",
    "any_of",
    "done",
    "leaves",
    "one_of",
    "said",
    "table",
]


@dataclass(frozen=True, eq=False, slots=True)
class Sign:
    """What a record says yes or no to, or leaves open.

    Attributes:
        name: Mostly that of the fact that is no more than this.
        field: Where it stands; None for what lies in the law and in no record.
        read: Reads it from a case.
        codes: For one of a field with many codes: those that make it true.
        within: The sign without which this one cannot be, as a felony charge is a charge.
    """

    name: str
    field: Field | None
    read: Callable[[Case], Truth]
    codes: tuple[Described, ...] = ()
    within: str = ""

    @property
    def of_request(self) -> bool:
        """Whether it is one of the request that is weighed: without one it is false."""
        return self.field is not None and self.field.of_request

    def truth(self, case: Case) -> Truth:
        """Return what the record says."""
        return False if case.detainer is None and self.of_request else self.read(case)


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """What a table says of the code in a field: true, false, or nothing that is known."""

    field: Coded
    says: Mapping[str, Truth]

    @property
    def of_request(self) -> bool:
        """Whether the code is one of the request that is weighed."""
        return self.field.of_request

    def truth(self, case: Case) -> Truth:
        """Return what the table says of the record's code."""
        if case.detainer is None and self.of_request:
            return False
        code = self.field.raw(case)
        return None if code is None else self.says[code]


@dataclass(frozen=True, eq=False, slots=True)
class AnyOf:
    """True where any part is."""

    parts: tuple[Sign | Table, ...]

    @property
    def of_request(self) -> bool:
        """Whether all parts are of the request that is weighed."""
        return all(part.of_request for part in self.parts)

    def truth(self, case: Case) -> Truth:
        """Return whether any is true."""
        return some(part.truth(case) for part in self.parts)


Expression: TypeAlias = Sign | Table | AnyOf


def leaves(expression: Expression) -> tuple[Sign | Table, ...]:
    """Return the signs and tables of an expression, in its order."""
    return expression.parts if isinstance(expression, AnyOf) else (expression,)


def any_of(*parts: Sign | Table) -> AnyOf:
    """Any of these is true."""
    return AnyOf(parts)


def said(name: str) -> Sign:
    """The record says yes in a field of its own."""
    field = YesNo(name)
    return Sign(name, field, field.truth)


def done(name: str, asks: str = "") -> Sign:
    """An act was done by the instant asked about."""
    field = Done(name, asks)
    return Sign(name, field, field.truth)


def among(name: str, field: Listed, *codes: Described) -> Sign:
    """Any of some codes is in a list; the first of them stands for all."""

    def read(case: Case) -> Truth:
        found = field.raw(case)
        return None if found is None else any(code in codes for code in found)

    return Sign(name, field, read, codes)


def one_of(field: Coded, *codes: str) -> Table:
    """The code is one of some."""
    return table(field, lambda code: code in codes)


def table(field: Coded, says: Callable[[Any], Truth]) -> Table:
    """A table says so of the code."""
    return Table(field, {code.value: says(code) for code in field.codes})
