"""What proofs are made of: bodies of law, and the counter-examples of those that fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from exeat.prove.choices import kind_of
from exeat.prove.coverage import Stretch, world_key
from exeat.prove.solver import Z3
from exeat.prove.standing import Sets, Weigher, to_bring
from exeat.prove.witness import moments, record_of, show
from exeat.rules.world import Bound, DayLaw, World

__all__ = [
    "Body",
    "CounterExample",
    "Proof",
    "biting",
    "bodies_of",
    "differ",
    "distinct",
    "example_of",
    "readings_of",
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


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one property.

    Attributes:
        weighed: How many different bodies of law, or rules, it was proved for.
        counter_examples: Empty where it holds.
        notes: What is odd and breaks nothing, such as a rule that has no effect.
    """

    name: str
    says: str
    weighed: int
    counter_examples: tuple[CounterExample, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the property holds everywhere."""
        return not self.counter_examples


@dataclass(frozen=True, slots=True)
class Body:
    """One body of law about the hold, with a stretch in which it is in force."""

    stretch: Stretch
    worlds: tuple[World, ...]

    @property
    def day(self) -> DayLaw:
        """Return the law of a day of the stretch, these readings alone."""
        return replace(self.stretch.day_law, worlds=self.worlds)

    def weigher(
        self, logic: Z3, fixed: Mapping[str, bool] | None = None, *, instructed: bool = False
    ) -> Weigher[Any]:
        """Return every record there, with some choices fixed.

        Args:
            logic: The prover.
            fixed: Choices that are set.
            instructed: As if counsel had instructed that the office may, or must, hold.
        """
        power = True if instructed else self.stretch.day_law.hold_power
        kind = kind_of(self.stretch.law.actor)
        return Weigher(logic, power, kind, fixed=fixed, instructed=instructed)


def bodies_of(stretches: Sequence[Stretch]) -> list[Body]:
    """Return each body of law once, that of the latest days first."""
    found: dict[object, Body] = {}
    for stretch in sorted(stretches, key=lambda s: s.first_day, reverse=True):
        day, actor = stretch.day_law, stretch.law.actor
        key = tuple(world_key(world, day.hold_power, actor) for world in day.worlds)
        acts = tuple((id(rule), force) for rule, force in to_bring(day))
        found.setdefault((key, acts), Body(stretch, day.worlds))
    return list(found.values())


def readings_of(bodies: Iterable[Body]) -> list[Body]:
    """Return each reading of each body of law, as a body of its own."""
    return [Body(body.stretch, (world,)) for body in bodies for world in body.worlds]


def distinct(bodies: Iterable[Body]) -> list[Body]:
    """Return bodies of law that differ in what they say, whichever rule says it."""
    return list({_content(body): body for body in bodies}.values())


def _content(body: Body) -> object:
    day = body.stretch.day_law
    groups = [frozenset(_says(world.rules)) for world in body.worlds]
    rules = [rule for world in body.worlds for rule, _ in world.rules]
    by_house = any(a.fact == "facility.kind" for rule in rules for a in rule.condition.atoms())
    actor = body.stretch.law.actor if by_house else None
    return tuple(groups), frozenset(_says(to_bring(day))), day.hold_power, actor


def _says(rules: Iterable[Bound]) -> Iterator[object]:
    for r, force in rules:
        judged = r.judge or r.unread
        yield r.modality, r.condition, r.rests_on, r.clock, judged, r.prevails, r.policy, force


def example_of(
    logic: Z3, body: Body, says: str, choices: Mapping[str, bool], *, late: bool = False
) -> CounterExample:
    """Return choices as a record: just eligible, or once every limit is reached."""
    law = body.stretch.law
    spans = list(moments(law, body.stretch.first_day, body.worlds))
    moment, past = spans[-1] if late else spans[0]
    record = record_of(choices, moment, law.actor, law.in_list.lists)
    rules = biting(logic, body, {**choices, **past})
    return CounterExample(law.id, says, rules, moment.at.astimezone(moment.zone), show(record))


def biting(logic: Z3, body: Body, choices: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the rules about the hold that bite, or may, under a full set of choices."""
    weigher = body.weigher(logic, choices)
    bite = {
        rule.id
        for world in body.worlds
        for rule, force in world.rules
        if logic.solve(weigher.bites(rule, force).maybe) is not None
    }
    return tuple(sorted(bite))


def differ(logic: Z3, one: Sets[Any], other: Sets[Any]) -> Any:
    """Return the claim that the law makes something else of a hold."""
    ways = []
    for a, b in zip(one, other, strict=True):
        if a is not b:
            ways += [logic.every([a, logic.negate(b)]), logic.every([b, logic.negate(a)])]
    return logic.some(ways)
