"""The prover behind `exeat.rules.proofs`: Z3 as a logic, bodies of law, counter-examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exeat.errors import UsageError
from exeat.rules._facts import FactModel, kind_of
from exeat.rules._logic import Pair
from exeat.rules._standing import Encoded, clocks_of, rule_truth
from exeat.rules._witness import moments, record_of, show
from exeat.rules.coverage import Stretch, world_key
from exeat.rules.model import Rule
from exeat.rules.place import World

__all__ = [
    "Z3",
    "Body",
    "CounterExample",
    "biting",
    "bodies_of",
    "differ",
    "distinct",
    "example_of",
    "without",
]


@dataclass(frozen=True, slots=True)
class CounterExample:
    """Facts on which a property does not hold.

    Attributes:
        place: Where, and ``at``: when to ask `exeat clear`.
        says: What goes wrong.
        rules: The ids of the rules that bring it about, as far as they can be told.
        record: The facts, as a record in JSON; for a rule that can never fire, "".
        before: For a ground that was taken away, the record with that ground.
    """

    place: str
    says: str
    rules: tuple[str, ...] = ()
    at: datetime | None = None
    record: str = ""
    before: str = ""


class Z3:
    """The prover as a logic of `exeat.rules._logic`."""

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
        self.z3: Any = z3
        self.names: dict[str, Any] = {}
        self._true, self._false = z3.BoolVal(True), z3.BoolVal(False)

    def var(self, name: str) -> Any:
        """Return the variable of a name."""
        if name not in self.names:
            self.names[name] = self.z3.Bool(name)
        return self.names[name]

    def const(self, value: bool) -> Any:
        """Return true or false."""
        return self._true if value else self._false

    def every(self, parts: Sequence[Any]) -> Any:
        """Return whether all are true; constants fold at once."""
        if any(part is self._false for part in parts):
            return self._false
        left = [part for part in parts if part is not self._true]
        if len(left) < 2:
            return left[0] if left else self._true
        return self.z3.And(*left)

    def some(self, parts: Sequence[Any]) -> Any:
        """Return whether any is true; constants fold at once."""
        if any(part is self._true for part in parts):
            return self._true
        left = [part for part in parts if part is not self._false]
        if len(left) < 2:
            return left[0] if left else self._false
        return self.z3.Or(*left)

    def negate(self, part: Any) -> Any:
        """Return the contrary."""
        if part is self._true or part is self._false:
            return self._false if part is self._true else self._true
        return self.z3.Not(part)

    def solve(self, claim: Any) -> dict[str, bool] | None:
        """Return choices under which a claim is true, or None where there are none."""
        if claim is self._false:
            return None
        solver = self.z3.SimpleSolver()
        solver.add(claim)
        result = solver.check()
        if result == self.z3.unsat:
            return None
        # The claims are finite and propositional: Z3 decides every one of them.
        assert result == self.z3.sat, result
        model = solver.model()
        return {name: self.z3.is_true(model[term]) for name, term in self.names.items()}


@dataclass(frozen=True, slots=True)
class Body:
    """One body of law about the hold, with a stretch in which it is in force."""

    stretch: Stretch
    worlds: tuple[World, ...]

    def model(self, logic: Z3, fixed: Mapping[str, bool] | None = None) -> FactModel[Any]:
        """Return the vocabulary as it stands there, with some choices fixed."""
        day = self.stretch.day_law
        kind = kind_of(self.stretch.law.actor)
        return FactModel(logic, day.hold_power, kind, fixed=fixed)


def bodies_of(stretches: Sequence[Stretch]) -> list[Body]:
    """Return each body of law once, that of the latest days first."""
    found: dict[object, Body] = {}
    for stretch in sorted(stretches, key=lambda s: s.first_day, reverse=True):
        day, actor = stretch.day_law, stretch.law.actor
        key = tuple(world_key(world, day.hold_power, actor) for world in day.worlds)
        found.setdefault(key, Body(stretch, day.worlds))
    return list(found.values())


def distinct(bodies: Iterable[Body]) -> list[Body]:
    """Return bodies of law that differ in what they say, whichever rule says it."""
    return list({_content(body): body for body in bodies}.values())


def _content(body: Body) -> object:
    groups = [
        frozenset((r.condition, r.rests_on, r.clock, r.judge, force) for r, force in rules)
        for world in body.worlds
        for rules in (world.musts, world.mays, world.bans, world.caps)
    ]
    pairs = [pair for world in body.worlds for pair in (*world.musts, *world.mays, *world.bans)]
    by_house = any(a.fact == "facility.kind" for rule, _ in pairs for a in rule.condition.atoms())
    actor = body.stretch.law.actor if by_house else None
    return tuple(groups), body.stretch.day_law.hold_power, actor


def example_of(
    logic: Z3, body: Body, says: str, choices: Mapping[str, bool], *, late: bool = False
) -> CounterExample:
    """Return choices as a record: just eligible, or once every limit is reached."""
    law = body.stretch.law
    spans = list(moments(body.stretch.first_day, law.zone, clocks_of(body.worlds), law.calendar))
    moment, past = spans[-1] if late else spans[0]
    record = record_of(choices, moment, law.actor, law.in_list.lists)
    rules = biting(logic, body, {**choices, **past})
    return CounterExample(law.id, says, rules, moment.at.astimezone(moment.zone), show(record))


def biting(logic: Z3, body: Body, choices: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the rules about the hold that are true under a full set of choices."""
    model = body.model(logic, choices)
    bite = {
        rule.id
        for world in body.worlds
        for rule, force in (*world.musts, *world.mays, *world.bans, *world.caps)
        if logic.solve(rule_truth(model, rule, force).sure) is not None
    }
    return tuple(sorted(bite))


def without(world: World, rule: Rule) -> World:
    """Return a reading of the law as if it did not have one rule."""

    def left(rules: tuple[tuple[Rule, bool | None], ...]) -> tuple[tuple[Rule, bool | None], ...]:
        return tuple(pair for pair in rules if pair[0] is not rule)

    return World(
        world.readings, left(world.musts), left(world.mays), left(world.bans), left(world.caps)
    )


def differ(logic: Z3, one: Encoded[Any], other: Encoded[Any]) -> Any:
    """Return the claim that a hold stands differently."""
    pairs: list[tuple[Pair[Any], Pair[Any]]] = [
        (getattr(one, name), getattr(other, name)) for name in ("must", "may", "conflict")
    ]
    parts = [(getattr(a, end), getattr(b, end)) for a, b in pairs for end in ("sure", "maybe")]
    return logic.some(
        [
            logic.some([logic.every([a, logic.negate(b)]), logic.every([b, logic.negate(a)])])
            for a, b in parts
        ]
    )
