"""How a hold stands on every record at once: the decision's own functions, read over choices.

`exeat.decide.hold.weighed` says how the rules add up, whatever they are weighed in; here they
are weighed in terms of a logic, so that one run of it covers every record. What follows from
the outcomes is worked out from the decision's own tables: `outcome`, ``JOIN``, ``STANDS``,
`merged` and ``ON_SERVICE``. `tests/conformance/test_law_agreement.py` holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, combinations, product
from typing import Final, TypeAlias, TypeVar

from exeat.decide.answer import Verdict
from exeat.decide.hold import weighed
from exeat.decide.outcome import JOIN, ON_SERVICE, STANDS, Outcome, Stand, merged, outcome
from exeat.facts.codes import FacilityKind
from exeat.facts.times import Truth
from exeat.prove.choices import FactModel, choices_of
from exeat.prove.logic import Logic, Pair
from exeat.rules.clocks import Clock
from exeat.rules.conditions import Atom
from exeat.rules.model import About, Modality, RestsOn, Rule
from exeat.rules.world import Bound, DayLaw, World

__all__ = [
    "Sets",
    "Stands",
    "Weigher",
    "answers",
    "choices_of_law",
    "clocks_of",
    "lapsed",
    "on_request",
    "past_name",
    "to_bring",
    "without",
]

B = TypeVar("B")

Sets: TypeAlias = tuple[B, ...]
"""For each outcome of the chain, whether it is possible."""

Stands: TypeAlias = Mapping[Stand, B]
"""For each way in which a hold can stand, whether it does; of a full answer just one is true."""

_ALL: Final[tuple[Stand, ...]] = tuple(dict.fromkeys(STANDS))
_ACTS: Final = (
    "detainer.present",
    "detainer.served",
    "detainer.in_effect",
    "detainer.hold_ordered",
)


def past_name(clock: Clock) -> str:
    """Return the choice that says that a limit has been reached."""
    excluded = ",".join(sorted(clock.excludes))
    limit = "end-of-day" if clock.until_end_of_day else f"{clock.hours}h"
    return f"past {limit} {clock.hours_run.value} -{excluded}"


def clocks_of(worlds: Iterable[World]) -> dict[str, Clock]:
    """Return the limits of the rules about the hold, by the name of their choice."""
    rules = (rule for world in worlds for rule, _ in world.rules)
    return {past_name(rule.clock): rule.clock for rule in rules if rule.clock is not None}


def to_bring(day: DayLaw) -> tuple[Bound, ...]:
    """Return the rules of a day by which the person is brought before an official."""
    return tuple(
        (rule, force)
        for rule, force in day.others
        if rule.about is About.BRING_BEFORE_OFFICIAL and rule.modality is Modality.MUST
    )


def choices_of_law(day: DayLaw) -> list[str]:
    """Return every choice on which the answer of a day rests, limits of time apart."""
    rules = [rule for world in day.worlds for rule, _ in world.rules]
    brought = [rule for rule, _ in to_bring(day)]
    atoms = [atom for rule in (*rules, *brought) for atom in rule.condition.atoms()]
    commanded = brought or any(world.musts for world in day.worlds)
    atoms += [Atom(fact) for fact in (_ACTS if commanded else _ACTS[:1])]
    return list(dict.fromkeys(choice for atom in atoms for choice in choices_of(atom)))


class Weigher(FactModel[B]):
    """Every record that there can be, to weigh the rules in; see `exeat.decide.hold.Weigh`.

    Args:
        logic: Truth tables or a prover's terms.
        hold_power: What the law of the place says.
        kind: The kind of house.
        fixed: Choices that are set.
        instructed: Take all that a person must judge as counsel would who lets the office hold.
    """

    def __init__(
        self,
        logic: Logic[B],
        hold_power: Truth,
        kind: FacilityKind | None,
        *,
        fixed: Mapping[str, bool] | None = None,
        instructed: bool = False,
    ) -> None:
        super().__init__(logic, hold_power, kind, fixed=fixed)
        self.instructed = instructed

    def bites(self, rule: Rule, force: Truth) -> Pair[B]:
        """Say whether a rule bites, as `exeat.decide.hold.rule_truth` does."""
        truth = self.truth(rule.condition)
        if not rule.judge and not rule.unread:
            return truth if force is True else self.every([self.const(force), truth])
        if self.instructed:
            banned = rule.modality is Modality.MUST_NOT
            return self.const(False) if banned else self.known(truth.maybe)
        if rule.modality is Modality.MAY:
            return self.const(False)
        return Pair(self.logic.const(False), truth.maybe)

    def past(self, rule: Rule) -> Pair[B]:
        """Say whether the limit of time of a rule has been reached."""
        assert rule.clock is not None
        return self.known(self.choice(past_name(rule.clock)))

    def possible(self, *parts: Pair[B]) -> Sets[B]:
        """Return which outcomes are possible: `outcome`, run over each way the parts can be."""
        ways: dict[Outcome, list[B]] = {one: [] for one in Outcome}
        for values in product((False, True), repeat=4):
            can = [
                part.maybe if value else self.logic.negate(part.sure)
                for part, value in zip(parts, values, strict=True)
            ]
            ways[outcome(*values)].append(self.logic.every(can))
        return tuple(self.logic.some(ways[one]) for one in Outcome)

    def join(self, one: Sets[B], other: Sets[B]) -> Sets[B]:
        """Return two things that a hold can rest on as one."""
        ways: dict[int, list[B]] = {1 << each: [] for each in Outcome}
        for a, b in product(Outcome, Outcome):
            ways[JOIN[1 << a][1 << b]].append(self.logic.every([one[a], other[b]]))
        return tuple(self.logic.some(ways[1 << each]) for each in Outcome)

    def outcomes(self, world: World, *, timed: bool = True) -> Sets[B]:
        """Return what the law may make of a hold, under one reading."""
        logic, present = self.logic, self.present
        nothing = tuple(logic.const(one is Outcome.NONE) for one in Outcome)
        none, *others = weighed(self, world, nothing, timed=timed)
        if logic.never(logic.negate(present)):
            return none, *others
        return (
            logic.some([none, logic.negate(present)]),
            *(logic.every([one, present]) for one in others),
        )

    def stands(self, sets: Sets[B]) -> dict[Stand, B]:
        """Return the outcomes of one reading as a verdict on the hold."""
        logic = self.logic
        ways: dict[Stand, list[B]] = {stand: [] for stand in _ALL}
        for number in range(1, 16):
            exact = [
                one if number >> bit & 1 else logic.negate(one) for bit, one in enumerate(sets)
            ]
            ways[STANDS[number]].append(logic.every(exact))
        return {stand: logic.some(parts) for stand, parts in ways.items()}

    def done(self, act: str) -> Weigher[B]:
        """Return the same as if an act had been done by now."""
        fixed = {**self.fixed, act: True}
        return Weigher(
            self.logic, self.hold_power, self.kind, fixed=fixed, instructed=self.instructed
        )


def lapsed(weigher: Weigher[B], world: World) -> B:
    """Return whether a hold would stand, or may, under a reading but for the time."""
    return weigher.logic.some(weigher.outcomes(world, timed=False)[1:])


def answers(weigher: Weigher[B], day: DayLaw) -> dict[Stand, B]:
    """Return how a hold stands under the law of a day: all readings, and the jail's own acts.

    A court's arrest warrant that names the person keeps them on a ground of its own: that is
    `Verdict.IN_CUSTODY` here.
    """
    logic, kept = weigher.logic, weigher.kept
    found = _merged(weigher, day.worlds)
    settled = logic.every([weigher.stands(weigher.outcomes(world))[None] for world in day.worlds])
    left = logic.every([settled, weigher.present])
    for stand, when in _to_be_done(weigher, day):
        now = logic.every([left, when])
        left = logic.every([left, logic.negate(when)])
        found[stand] = logic.some([found.get(stand, logic.const(False)), now])
        found[None] = logic.every([found[None], logic.negate(now)])
    free = logic.negate(kept)
    return {stand: logic.every([part, free]) for stand, part in found.items()} | {
        Verdict.IN_CUSTODY: kept
    }


def _merged(weigher: Weigher[B], worlds: Sequence[World]) -> dict[Stand, B]:
    """Return all readings together, as `exeat.decide.outcome.merged` has it."""
    logic = weigher.logic
    each = [weigher.stands(weigher.outcomes(world)) for world in worlds]
    if len(each) == 1:
        return each[0]
    has = {stand: logic.some([one[stand] for one in each]) for stand in _ALL}
    pairs = zip(each, worlds, strict=True)
    out = logic.every([logic.some([logic.negate(a[None]), lapsed(weigher, w)]) for a, w in pairs])
    ways: dict[Stand, list[B]] = {stand: [] for stand in _ALL}
    # What no reading comes to is left out: there are as many ways as sets of stands.
    able = [stand for stand in _ALL if not logic.never(has[stand])]
    for chosen in _subsets(able):
        exact = [has[s] if s in chosen else logic.negate(has[s]) for s in able]
        for ran_out, when in ((True, out), (False, logic.negate(out))):
            stand, _ = merged(chosen, partial(bool, ran_out))
            ways[stand].append(logic.every([*exact, when]))
    return {stand: logic.some(parts) for stand, parts in ways.items()}


def _subsets(stands: Sequence[Stand]) -> Iterator[tuple[Stand, ...]]:
    return chain.from_iterable(combinations(stands, n + 1) for n in range(len(stands)))


def _to_be_done(weigher: Weigher[B], day: DayLaw) -> Iterable[tuple[Stand, B]]:
    """Yield how a hold stands for want of an act of the jail, as `decide.timeline` looks for it."""
    logic, brought = weigher.logic, to_bring(day)
    commanded = any(world.musts for world in day.worlds)
    if not commanded and not brought:
        return
    unserved = logic.negate(weigher.truth(Atom("detainer.in_effect")).sure)
    if commanded:
        for stand, part in _merged(weigher.done("detainer.served"), day.worlds).items():
            if stand in ON_SERVICE:
                yield ON_SERVICE[stand], logic.every([unserved, part])
    if brought:
        owed = weigher.some(weigher.bites(rule, force) for rule, force in brought).sure
        waits = logic.negate(weigher.choice("detainer.hold_ordered"))
        ordered = weigher.done("detainer.hold_ordered")
        nothing = [
            logic.every([still, _merged(then, day.worlds)[None]])
            for still, then in (
                (unserved, ordered.done("detainer.served")),
                (logic.negate(unserved), ordered),
            )
        ]
        yield Verdict.BRING_FIRST, logic.every([owed, waits, logic.negate(logic.some(nothing))])


def without(world: World, rule: Rule) -> World:
    """Return a reading of the law as if it did not have one rule."""
    return world.changed(lambda rules: (pair for pair in rules if pair[0] is not rule))


def on_request(world: World) -> World:
    """Return a reading of the law as far as a hold rests on the request."""
    return world.changed(
        lambda rules: (pair for pair in rules if pair[0].rests_on is RestsOn.DETAINER)
    )
