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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from exeat.facts.codes import FacilityKind
from exeat.rules._facts import FactModel, kind_of
from exeat.rules._prover import (
    Z3,
    Body,
    CounterExample,
    biting,
    bodies_of,
    differ,
    distinct,
    example_of,
    without,
)
from exeat.rules._standing import (
    answer_of,
    choices_of_worlds,
    clocks_of,
    past_name,
    rule_truth,
    standing,
)
from exeat.rules._witness import moments, record_of, show
from exeat.rules.coverage import Stretch, source_kinds
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


def prove(places: Iterable[Jurisdiction], stretches: Sequence[Stretch]) -> tuple[Proof, ...]:
    """Try every property; see the head of this module.

    Args:
        places: The jurisdictions whose rules must all be able to fire.
        stretches: The days of every place that are to be proved.

    Raises:
        UsageError: z3-solver is not installed.
    """
    logic = Z3()
    bodies = bodies_of(stretches)
    readings = [Body(b.stretch, (world,)) for b in bodies for world in b.worlds]
    return (
        _prove_ends(logic, distinct(readings)),
        _prove_conflicts(logic, bodies),
        _prove_fires(logic, places, readings),
        _prove_monotone(logic, distinct(readings)),
    )


# -- 1. no hold without an end ---------------------------------------------------------------


def _prove_ends(logic: Z3, bodies: Sequence[Body]) -> Proof:
    found, judged = [], set()
    for body in bodies:
        [world] = body.worlds
        over = dict.fromkeys(clocks_of([world]), True)
        stand = standing(body.model(logic, {**_NO_ORDER, **over}), world)
        claim = logic.some([stand.must.sure, stand.may.sure, stand.conflict.sure])
        choices = logic.solve(claim)
        if choices is not None:
            says = "a hold on a detainer alone has no end"
            found.append(example_of(logic, body, says, {**choices, **_NO_ORDER}, late=True))
        judged |= {
            f"`{rule.id}` sets no end; a person must judge it, and alone it never lets anybody hold"
            for rule, _ in (*world.musts, *world.mays)
            if rule.judge and rule.clock is None and rule.rests_on is RestsOn.DETAINER
        }
    says = "On a detainer alone no combination of facts gives a hold without an end."
    return Proof("ends", says, len(bodies), tuple(found), tuple(sorted(judged)))


# -- 2. release and must-hold never stand together but as a conflict -------------------------


def _prove_conflicts(logic: Z3, bodies: Sequence[Body]) -> Proof:
    found = [example for body in bodies for example in _one_file_clashes(logic, body)]
    found += [example for body in distinct(bodies) for example in _unflagged(logic, body)]
    once = {(example.place, example.says): example for example in found}
    says = "No place answers both release and must-hold without a conflict."
    return Proof("conflicts", says, len(bodies), tuple(once.values()))


def _one_file_clashes(logic: Z3, body: Body) -> Iterator[CounterExample]:
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
                    yield example_of(logic, body, says, choices)


def _unflagged(logic: Z3, body: Body) -> Iterator[CounterExample]:
    model = body.model(logic)
    choices = logic.solve(_both_answers(logic, model, body.worlds))
    if choices is not None:
        says = "one rule or reading commands the hold, another forbids it, and no conflict is told"
        yield example_of(logic, body, says, choices)


def _one_file(body: Body, must: Rule, ban: Rule) -> bool:
    if must.place != ban.place or must.rests_on is not ban.rests_on:
        return False
    kinds = source_kinds(body.stretch.law, ban), source_kinds(body.stretch.law, must)
    return not (kinds[0] == {"case"} and "case" not in kinds[1])


def _both_answers(logic: Z3, model: FactModel[Any], worlds: Sequence[World]) -> Any:
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


def _prove_fires(logic: Z3, places: Iterable[Jurisdiction], bodies: Sequence[Body]) -> Proof:
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


def _can_fire(logic: Z3, rule: Rule) -> bool:
    houses = [kind_of(actor) for actor in sorted(rule.binds) if actor is not Actor.OTHER]
    kinds: list[FacilityKind | None] = [*houses] or [None]
    models = [FactModel(logic, None, kind, free_power=True) for kind in kinds]
    return any(logic.solve(model.truth(rule.condition).sure) is not None for model in models)


def _in_effect(logic: Z3, bodies: Sequence[Body]) -> set[int]:
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
            less = standing(model, without(world, rule))
            if logic.solve(differ(logic, whole, less)) is not None:
                found.add(id(rule))
    return found


# -- 4. fewer grounds never lengthen a hold --------------------------------------------------


def _prove_monotone(logic: Z3, bodies: Sequence[Body]) -> Proof:
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


def _ordered(logic: Z3, world: World) -> Iterator[Any]:
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
    logic: Z3, body: Body, ground: str, gone: Mapping[str, bool], claim: Any
) -> CounterExample:
    """Return two records that differ in one ground, at an instant at which a limit stands so."""
    law = body.stretch.law
    says = f"without {ground} a hold stands that does not stand with it"
    clocks = clocks_of(body.worlds)
    for moment, past in moments(body.stretch.first_day, law.zone, clocks, law.calendar):
        fixed = [logic.var(n) if v else logic.negate(logic.var(n)) for n, v in past.items()]
        choices = logic.solve(logic.every([claim, *fixed]))
        if choices is not None:
            fewer = {**choices, **gone}
            after, before = (
                show(record_of(c, moment, law.actor, law.in_list.lists)) for c in (fewer, choices)
            )
            rules = biting(logic, body, fewer)
            at = moment.at.astimezone(moment.zone)
            return CounterExample(law.id, says, rules, at, after, before)
    return CounterExample(law.id, f"{says}, in some order of the limits", ())
