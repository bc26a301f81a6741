"""Z3 as a logic: terms are made once each, and only what is asked about is handed to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from exeat.errors import UsageError

__all__ = ["Z3"]

_TRUE: Final = 0
_FALSE: Final = 1


class Z3:
    """The prover as a logic of `exeat.prove.logic`.

    A term is a number; its contrary differs in the last bit, and the same conjunction is the
    same number whoever makes it. Most bodies of law share most of their terms, and making them
    in Z3 costs more than finding that a claim cannot be.

    Examples:
        >>> logic = Z3()
        >>> a, b = logic.var("a"), logic.var("b")
        >>> logic.never(logic.every([a, b, logic.negate(a)]))
        True
        >>> logic.solve(logic.every([a, logic.negate(b)]))
        {'a': True, 'b': False}
    """

    def __init__(self) -> None:
        try:
            import z3
        except ImportError:
            raise UsageError.one(
                "E430",
                "exeat law check",
                "`z3-solver` is not installed, so nothing can be proved",
                "Install `exeat[proofs]`, or check without proofs.",
            ) from None
        self._z3: Any = z3
        self._vars: dict[str, int] = {}
        self._known: dict[frozenset[int], int] = {}
        self._parts: list[frozenset[int]] = [frozenset()]
        self._made: dict[int, Any] = {_TRUE: z3.BoolVal(True), _FALSE: z3.BoolVal(False)}

    def var(self, name: str) -> int:
        """Return the variable of a name."""
        if name not in self._vars:
            term = self._vars[name] = self._new(frozenset())
            self._made[term] = self._z3.Bool(name)
        return self._vars[name]

    def _new(self, parts: frozenset[int]) -> int:
        self._parts.append(parts)
        return (len(self._parts) - 1) << 1

    def const(self, value: bool) -> int:
        """Return true or false."""
        return _TRUE if value else _FALSE

    def every(self, parts: Iterable[int]) -> int:
        """Return whether all are true; what is plain at once is told at once."""
        left = frozenset(parts) - {_TRUE}
        if _FALSE in left or any(part ^ 1 in left for part in left):
            return _FALSE
        if len(left) < 2:
            return next(iter(left), _TRUE)
        known = self._known.get(left)
        if known is None:
            known = self._known[left] = self._new(left)
        return known

    def some(self, parts: Iterable[int]) -> int:
        """Return whether any is true."""
        return self.every([part ^ 1 for part in parts]) ^ 1

    def negate(self, part: int) -> int:
        """Return the contrary."""
        return part ^ 1

    def never(self, part: int) -> bool:
        """Say whether a term is plainly false."""
        return part == _FALSE

    def solve(self, claim: int) -> dict[str, bool] | None:
        """Return choices under which a claim is true, or None where there are none."""
        if claim == _FALSE:
            return None
        solver = self._z3.SimpleSolver()
        solver.add(self._term(claim))
        result = solver.check()
        if result == self._z3.unsat:
            return None
        # The claims are finite and propositional: Z3 decides every one of them.
        assert result == self._z3.sat, result
        model = solver.model()
        return {
            name: self._z3.is_true(model[self._made[term]]) for name, term in self._vars.items()
        }

    def _term(self, number: int) -> Any:
        """Return a term as Z3 has it."""
        found = self._made.get(number)
        if found is None:
            if number & 1:
                found = self._z3.Not(self._term(number ^ 1))
            else:
                parts = sorted(self._parts[number >> 1])
                found = self._z3.And(*[self._term(part) for part in parts])
            self._made[number] = found
        return found
