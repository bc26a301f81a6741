"""Proofs with Z3 over the closed vocabulary: what no combination of facts can bring about.

Four properties are proved, each for every place, kind of house, stretch of days and reading,
and for every complete record (`exeat.rules._facts` says what that is):

1. **No hold without an end.** On a detainer alone, with no judge's warrant and no judicial
   official's order, nothing lets or makes anybody keep the person once every limit is reached.
2. **Release and must-hold never stand together** but as a conflict: no reading and no file
   commands a hold that another forbids without the answer saying so.
3. **Every rule can fire**, on some facts and some day.
4. **Fewer grounds never lengthen a hold**: take one ground away, and no release or conflict
   turns into a hold, at any instant.

A proof that fails hands over its counter-example as a record that `exeat clear` takes.
z3-solver is an extra (``pip install exeat[proofs]``) and is imported only here, when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from exeat.errors import UsageError
from exeat.rules._facts import FactModel, kind_of
from exeat.rules._logic import Pair
from exeat.rules._standing import (
    answer_of,
    choices_of_worlds,
    clocks_of,
    past_name,
    rule_truth,
    standing,
)
from exeat.rules._witness import moments, record_of, show
from exeat.rules.coverage import Stretch, source_kinds, world_key
from exeat.rules.model import About, Actor, Jurisdiction, RestsOn, Rule, Trigger
from exeat.rules.place import World

__all__ = ["GROUNDS", "CounterExample", "Proof", "prove"]

GROUNDS: Final[Mapping[str, Mapping[str, bool]]] = {
    # What is taken away, as the choices that are then set; see `_facts` for the forms.
    "detainer.present": {"detainer.present": False},
    "warrant.administrative": {"warrant.administrative": False},
    "warrant.federal_criminal": {"warrant.federal_criminal": False},
    "a federal judge's civil warrant": {"warrant.federal_civil": False},
    "a state judge's warrant": {"warrant.state": False},
    "detainer.hold_ordered": {"detainer.hold_ordered": False},
    "detainer.ground_stated": {"detainer.ground_stated": False},
    "detainer.served": {"detainer.served": False},
    # Form I-247N (code 2): a request of the same day that asks for notice and no hold.
    "detainer.asks_hold": {"form.0": False, "form.1": True, "form.2": False},
}
"""The grounds of a hold: what is asked, by whom it is ordered, and what it rests on."""

_NO_ORDER: Final = {
    # "On a detainer alone": no judge's warrant, and no order of a judicial official.
    "warrant.federal_criminal": False,
    "warrant.federal_civil": False,
    "warrant.state": False,
    "detainer.hold_ordered": False,
}


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
        notes: What holds only because a person must judge, or has no effect.
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


class _Z3:
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
        if name not in self.names:
            self.names[name] = self.z3.Bool(name)
        return self.names[name]

    def const(self, value: bool) -> Any:
        return self._true if value else self._false

    def every(self, parts: Sequence[Any]) -> Any:
        if any(part is self._false for part in parts):
            return self._false
        left = [part for part in parts if part is not self._true]
        if len(left) < 2:
            return left[0] if left else self._true
        return self.z3.And(*left)

    def some(self, parts: Sequence[Any]) -> Any:
        if any(part is self._true for part in parts):
            return self._true
        left = [part for part in parts if part is not self._false]
        if len(left) < 2:
            return left[0] if left else self._false
        return self.z3.Or(*left)

    def negate(self, part: Any) -> Any:
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
class _Body:
    """One body of law about the hold, with a stretch in which it is in force."""

    stretch: Stretch
    worlds: tuple[World, ...]

    def model(self, logic: _Z3, fixed: Mapping[str, bool] | None = None) -> FactModel[Any]:
        day = self.stretch.day_law
        kind = kind_of(self.stretch.law.actor)
        return FactModel(logic, day.hold_power, kind, fixed=fixed)


def prove(places: Iterable[Jurisdiction], stretches: Sequence[Stretch]) -> tuple[Proof, ...]:
    """Try every property; see the head of this module.

    Args:
        places: The jurisdictions whose rules must all be able to fire.
        stretches: The days of every place that are to be proved.

    Raises:
        UsageError: z3-solver is not installed.
    """
    logic = _Z3()
    bodies = _bodies(stretches)
    readings = [_Body(b.stretch, (world,)) for b in bodies for world in b.worlds]
    return (
        _prove_ends(logic, _distinct(readings)),
        _prove_conflicts(logic, bodies),
        _prove_fires(logic, places, readings),
        _prove_monotone(logic, _distinct(readings)),
    )


def _bodies(stretches: Sequence[Stretch]) -> list[_Body]:
    """Return each body of law once, that of the latest days first."""
    found: dict[object, _Body] = {}
    for stretch in sorted(stretches, key=lambda s: s.first_day, reverse=True):
        day, actor = stretch.day_law, stretch.law.actor
        key = tuple(world_key(world, day.hold_power, actor) for world in day.worlds)
        found.setdefault(key, _Body(stretch, day.worlds))
    return list(found.values())


def _distinct(bodies: Iterable[_Body]) -> list[_Body]:
    """Return bodies of law that differ in what they say, whichever rule says it."""
    return list({_content(body): body for body in bodies}.values())


def _content(body: _Body) -> object:
    groups = [
        frozenset((r.condition, r.rests_on, r.clock, r.judge, force) for r, force in rules)
        for world in body.worlds
        for rules in (world.musts, world.mays, world.bans, world.caps)
    ]
    pairs = [pair for world in body.worlds for pair in (*world.musts, *world.mays, *world.bans)]
    by_house = any(a.fact == "facility.kind" for rule, _ in pairs for a in rule.condition.atoms())
    actor = body.stretch.law.actor if by_house else None
    return tuple(groups), body.stretch.day_law.hold_power, actor


# -- 1. no hold without an end ---------------------------------------------------------------


def _prove_ends(logic: _Z3, bodies: Sequence[_Body]) -> Proof:
    found, judged = [], set()
    for body in bodies:
        [world] = body.worlds
        over = dict.fromkeys(clocks_of([world]), True)
        stand = standing(body.model(logic, {**_NO_ORDER, **over}), world)
        claim = logic.some([stand.must.sure, stand.may.sure, stand.conflict.sure])
        choices = logic.solve(claim)
        if choices is not None:
            says = "a hold on a detainer alone has no end"
            found.append(_example(logic, body, says, {**choices, **_NO_ORDER}, late=True))
        judged |= {
            f"`{rule.id}` sets no end; a person must judge it, and alone it never lets anybody hold"
            for rule, _ in (*world.musts, *world.mays)
            if rule.judge and rule.clock is None and rule.rests_on is RestsOn.DETAINER
        }
    says = "On a detainer alone no combination of facts gives a hold without an end."
    return Proof("ends", says, len(bodies), tuple(found), tuple(sorted(judged)))


def _example(
    logic: _Z3, body: _Body, says: str, choices: Mapping[str, bool], *, late: bool = False
) -> CounterExample:
    """Return choices as a record: at once after eligibility, or once every limit is reached."""
    law = body.stretch.law
    spans = list(moments(body.stretch.first_day, law.zone, clocks_of(body.worlds), law.calendar))
    moment, past = spans[-1] if late else spans[0]
    record = record_of(choices, moment, law.actor, law.in_list.lists)
    rules = _biting(logic, body, {**choices, **past})
    return CounterExample(law.id, says, rules, moment.at.astimezone(moment.zone), show(record))


def _biting(logic: _Z3, body: _Body, choices: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the rules about the hold that are true under a full set of choices."""
    model = body.model(logic, choices)
    bite = {
        rule.id
        for world in body.worlds
        for rule, force in (*world.musts, *world.mays, *world.bans, *world.caps)
        if logic.solve(rule_truth(model, rule, force).sure) is not None
    }
    return tuple(sorted(bite))


# -- 2. release and must-hold never stand together but as a conflict -------------------------


def _prove_conflicts(logic: _Z3, bodies: Sequence[_Body]) -> Proof:
    found = [example for body in bodies for example in _one_file_clashes(logic, body)]
    found += [example for body in _distinct(bodies) for example in _unflagged(logic, body)]
    once = {(example.place, example.says): example for example in found}
    says = "No place answers both release and must-hold without a conflict."
    return Proof("conflicts", says, len(bodies), tuple(once.values()))


def _one_file_clashes(logic: _Z3, body: _Body) -> Iterator[CounterExample]:
    model = body.model(logic)
    for world in body.worlds:
        for must, must_force in world.musts:
            for ban, ban_force in world.bans:
                if not _one_file(body, must, ban):
                    continue
                both = [
                    rule_truth(model, must, must_force).sure,
                    rule_truth(model, ban, ban_force).sure,
                    model.present,
                ]
                choices = logic.solve(logic.every(both))
                if choices is not None:
                    says = f"`{must.id}` commands a hold that `{ban.id}` of the same file forbids"
                    yield _example(logic, body, says, choices)


def _unflagged(logic: _Z3, body: _Body) -> Iterator[CounterExample]:
    model = body.model(logic)
    choices = logic.solve(_both_answers(logic, model, body.worlds))
    if choices is not None:
        says = "one rule or reading commands the hold, another forbids it, and no conflict is told"
        yield _example(logic, body, says, choices)


def _one_file(body: _Body, must: Rule, ban: Rule) -> bool:
    if must.place != ban.place or must.rests_on is not ban.rests_on:
        return False
    kinds = source_kinds(body.stretch.law, ban), source_kinds(body.stretch.law, must)
    return not (kinds[0] == {"case"} and "case" not in kinds[1])


def _both_answers(logic: _Z3, model: FactModel[Any], worlds: Sequence[World]) -> Any:
    """Return the claim that a hold is commanded and barred at once, and the answer hides it."""
    answer = answer_of(model, worlds)
    stands = [standing(model, world) for world in worlds]
    commanded = logic.some([stand.must.sure for stand in stands])
    let_go = logic.some([logic.negate(stand.may.maybe) for stand in stands])
    contradicted = logic.some([stand.conflict.sure for stand in stands])
    hidden = logic.some([logic.every([commanded, let_go]), contradicted])
    # At once after eligibility: a hold that one reading has ended is the shorter limit.
    fresh = [logic.negate(model.choice(name)) for name in clocks_of(worlds)]
    return logic.every([*fresh, hidden, logic.negate(answer.conflict)])


# -- 3. every rule can fire ------------------------------------------------------------------


def _prove_fires(logic: _Z3, places: Iterable[Jurisdiction], bodies: Sequence[_Body]) -> Proof:
    found, idle, count = [], [], 0
    effect = _in_effect(logic, bodies)
    for place in places:
        for rule in place.rules:
            count += 1
            where = f"{place.file}:{rule.line}: rule `{rule.id}`"
            if not _can_fire(logic, rule):
                says = f"{where} can never fire: no facts meet `{rule.condition}`"
                found.append(CounterExample(place.id, says, (rule.id,)))
            elif _about_hold(rule) and not rule.judge and id(rule) not in effect:
                idle.append(f"{where} changes no answer: other rules say the same or stand over it")
    says = "Every rule can fire."
    return Proof("fires", says, count, tuple(found), tuple(idle))


def _about_hold(rule: Rule) -> bool:
    return (
        rule.about is About.HOLD
        and rule.trigger is Trigger.ELIGIBLE
        and Actor.OTHER not in rule.binds
    )


def _can_fire(logic: _Z3, rule: Rule) -> bool:
    kinds = [kind_of(actor) for actor in sorted(rule.binds) if actor is not Actor.OTHER]
    models = [FactModel(logic, None, kind, free_power=True) for kind in kinds or [None]]
    return any(logic.solve(model.truth(rule.condition).sure) is not None for model in models)


def _in_effect(logic: _Z3, bodies: Sequence[_Body]) -> set[int]:
    """Return the rules that change how a hold stands, somewhere and on some facts."""
    found: set[int] = set()
    for body in bodies:
        [world] = body.worlds
        pairs = (*world.musts, *world.mays, *world.bans, *world.caps)
        open_ones = [rule for rule, _ in pairs if id(rule) not in found and not rule.judge]
        if not open_ones:
            continue
        model = body.model(logic)
        whole = standing(model, world)
        for rule in open_ones:
            without = standing(model, _without(world, rule))
            if logic.solve(_differ(logic, whole, without)) is not None:
                found.add(id(rule))
    return found


def _without(world: World, rule: Rule) -> World:
    def left(rules: tuple[tuple[Rule, bool | None], ...]) -> tuple[tuple[Rule, bool | None], ...]:
        return tuple(pair for pair in rules if pair[0] is not rule)

    return World(
        world.readings, left(world.musts), left(world.mays), left(world.bans), left(world.caps)
    )


def _differ(logic: _Z3, one: Any, other: Any) -> Any:
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


# -- 4. fewer grounds never lengthen a hold --------------------------------------------------


def _prove_monotone(logic: _Z3, bodies: Sequence[_Body]) -> Proof:
    found = []
    for body in bodies:
        [world] = body.worlds
        named = set(choices_of_worlds([world]))
        more = standing(body.model(logic), world)
        for ground, gone in GROUNDS.items():
            if not named & gone.keys():
                continue
            less = standing(body.model(logic, gone), world)
            free = logic.every([logic.negate(more.may.maybe), logic.negate(more.must.maybe)])
            claim = logic.every([less.may.sure, free])
            choices = logic.solve(logic.every([claim, *_ordered(logic, world)]))
            if choices is not None:
                found.append(_longer(logic, body, ground, gone, claim))
    says = "Fewer grounds never lengthen a hold."
    return Proof("monotone", says, len(bodies) * len(GROUNDS), tuple(found))


def _ordered(logic: _Z3, world: World) -> Iterator[Any]:
    """Yield that a limit that is never longer than another is never reached after it."""
    clocks = clocks_of([world]).values()
    for one in clocks:
        for other in clocks:
            if one is other or one.hours_run is not other.hours_run:
                continue
            if one.hours is not None and other.hours is not None:
                shorter = one.hours <= other.hours and one.excludes <= other.excludes
                if shorter:
                    late = logic.negate(logic.var(past_name(other)))
                    yield logic.some([late, logic.var(past_name(one))])


def _longer(
    logic: _Z3, body: _Body, ground: str, gone: Mapping[str, bool], claim: Any
) -> CounterExample:
    """Return two records that differ in one ground, at an instant at which a limit stands so."""
    law = body.stretch.law
    says = f"without {ground} a hold stands that does not stand with it"
    spans: Callable[[], Iterator[Any]] = lambda: moments(  # noqa: E731
        body.stretch.first_day, law.zone, clocks_of(body.worlds), law.calendar
    )
    for moment, past in spans():
        fixed = [logic.var(n) if v else logic.negate(logic.var(n)) for n, v in past.items()]
        choices = logic.solve(logic.every([claim, *fixed]))
        if choices is not None:
            fewer = {**choices, **gone}
            after, before = (
                show(record_of(c, moment, law.actor, law.in_list.lists)) for c in (fewer, choices)
            )
            rules = _biting(logic, body, fewer)
            at = moment.at.astimezone(moment.zone)
            return CounterExample(law.id, says, rules, at, after, before)
    return CounterExample(law.id, f"{says}, in some order of the limits", ())
