"""Three-valued logic over any two-valued one: plain truth tables here, Z3 in `prover`.

A three-valued value is a pair: surely true, and possibly true. So one encoding of the rules
serves the enumeration over all facts (`Bits`) and the prover alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from exeat.facts.times import Truth

__all__ = ["Bits", "Logic", "Pair", "Rows", "ThreeValued"]

B = TypeVar("B")


class Logic(Protocol[B]):
    """A two-valued logic: variables by name, and what combines them."""

    def var(self, name: str) -> B:
        """Return the variable of a name."""

    def const(self, value: bool) -> B:
        """Return true or false."""

    def every(self, parts: Sequence[B]) -> B:
        """Return whether all are true."""

    def some(self, parts: Sequence[B]) -> B:
        """Return whether any is true."""

    def negate(self, part: B) -> B:
        """Return the contrary."""

    def never(self, part: B) -> bool:
        """Say whether something is plainly false, without searching for it."""


class Rows:
    """Some combinations of choices as one integer: bit `i` is the value on the i-th of them.

    Args:
        rows: In each the choices that are made; one that is left out is not.

    Examples:
        >>> rows = Rows([{"a": True}, {"a": True, "b": True}])
        >>> rows.every([rows.var("a"), rows.negate(rows.var("b"))])
        1
    """

    def __init__(self, rows: Sequence[Mapping[str, bool]]) -> None:
        self.full = (1 << len(rows)) - 1
        self._rows = rows
        self._vars: dict[str, int] = {}

    def var(self, name: str) -> int:
        """Return on which rows a choice is made."""
        if name not in self._vars:
            self._vars[name] = sum(bool(row.get(name)) << i for i, row in enumerate(self._rows))
        return self._vars[name]

    def const(self, value: bool) -> int:
        """Return the table of true or of false."""
        return self.full if value else 0

    def every(self, parts: Iterable[int]) -> int:
        """Return the table of a conjunction."""
        table = self.full
        for part in parts:
            table &= part
        return table

    def some(self, parts: Iterable[int]) -> int:
        """Return the table of a disjunction."""
        table = 0
        for part in parts:
            table |= part
        return table

    def negate(self, part: int) -> int:
        """Return the table of the contrary."""
        return self.full & ~part

    def never(self, part: int) -> bool:
        """Say whether a table is true nowhere."""
        return not part


class Bits(Rows):
    """Every combination of some choices.

    Examples:
        >>> bits = Bits(["a", "b"])
        >>> both = bits.every([bits.var("a"), bits.var("b")])
        >>> bits.assignment(both)
        {'a': True, 'b': True}
        >>> bits.some([both, bits.negate(both)]) == bits.full
        True
    """

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(())
        self.names = tuple(dict.fromkeys(names))
        self.size = 1 << len(self.names)
        self.full = (1 << self.size) - 1
        self._vars = {name: self._column(i) for i, name in enumerate(self.names)}

    def _column(self, index: int) -> int:
        # Doubled and doubled again: there are too many rows to be listed.
        half = 1 << index
        table = ((1 << half) - 1) << half
        width = 2 * half
        while width < self.size:
            table |= table << width
            width *= 2
        return table

    def var(self, name: str) -> int:
        """Return the table of a choice."""
        return self._vars[name]

    def assignment(self, table: int) -> dict[str, bool]:
        """Return the first assignment under which a table is true; it must not be empty."""
        index = (table & -table).bit_length() - 1
        return {name: bool(index >> i & 1) for i, name in enumerate(self.names)}


@dataclass(frozen=True, slots=True)
class Pair(Generic[B]):
    """A three-valued value: whether it is surely true, and whether it may be."""

    sure: B
    maybe: B


class ThreeValued(Generic[B]):
    """Strong Kleene logic on pairs, as `exeat.rules.conditions` and `exeat.decide` have it.

    Examples:
        >>> three = ThreeValued(Bits([]))
        >>> three.every([three.const(None), three.const(False)]) == three.const(False)
        True
        >>> three.some([three.const(None), three.const(False)]) == three.const(None)
        True
    """

    def __init__(self, logic: Logic[B]) -> None:
        self.logic = logic

    def const(self, truth: Truth) -> Pair[B]:
        """Return a value that does not depend on any fact."""
        return Pair(self.logic.const(truth is True), self.logic.const(truth is not False))

    def known(self, value: B) -> Pair[B]:
        """Return a value that is never unknown."""
        return Pair(value, value)

    def every(self, truths: Iterable[Pair[B]], /) -> Pair[B]:
        """Return whether all are true."""
        parts = list(truths)
        return Pair(
            self.logic.every([part.sure for part in parts]),
            self.logic.every([part.maybe for part in parts]),
        )

    def some(self, truths: Iterable[Pair[B]], /) -> Pair[B]:
        """Return whether any is true."""
        parts = list(truths)
        return Pair(
            self.logic.some([part.sure for part in parts]),
            self.logic.some([part.maybe for part in parts]),
        )

    def negate(self, part: Pair[B], /) -> Pair[B]:
        """Return the contrary; unknown stays unknown."""
        return Pair(self.logic.negate(part.maybe), self.logic.negate(part.sure))
