"""Proofs with Z3 over the closed vocabulary: what no combination of facts can bring about.

Six properties are proved, each for every place, kind of house, stretch of days and reading,
and for every complete record (`exeat.prove.choices` says what that is):

1. **No hold without an end.** On a detainer alone, with no judge's warrant, nothing lets or
   makes anybody keep the person once every limit is reached: not on an official's order, not
   once a copy is served, and not if counsel were to instruct that the office may hold.
2. **Release and must-hold never stand together** but as a conflict, unless a ban stands over
   the command; then nothing is allowed. See `exeat.prove.clashes`.
3. **Every rule can fire**, on some facts and some day.
4. **Fewer grounds never lengthen a hold**: take one ground away, and no release or conflict
   turns into a hold, at any instant.
5. **A proven citizen is never held on a request**, whatever anybody commands or instructs.
6. **A request that was not served holds nobody** where its form, I-247A, asks for service.

A proof that fails hands over its counter-example as a record that `exeat clear` takes.
z3-solver is an extra (``pip install exeat[proofs]``) and is imported only here, when asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from exeat.decide.outcome import Outcome
from exeat.facts.codes import DetainerForm, FacilityKind
from exeat.facts.vocabulary import FORM
from exeat.prove.choices import FactModel, choices_for, kind_of
from exeat.prove.clashes import of_one_file, unflagged
from exeat.prove.coverage import Stretch
from exeat.prove.holds import prove_citizen, prove_ends, prove_unserved
from exeat.prove.prover import (
    Body,
    CounterExample,
    Proof,
    biting,
    bodies_of,
    differ,
    distinct,
    readings_of,
)
from exeat.prove.solver import Z3
from exeat.prove.standing import choices_of_law, clocks_of, past_name, without
from exeat.prove.witness import moments, record_of, show
from exeat.rules.model import About, Actor, Jurisdiction, Rule, Trigger
from exeat.rules.world import World

__all__ = ["GROUNDS", "CounterExample", "Proof", "prove"]

GROUNDS: Final[Mapping[str, Mapping[str, bool]]] = {
    # What is taken away, as the choices that are then set; see `choices` for the forms. A
    # court's arrest warrant is a ground of custody of its own, and none of the request.
    "detainer.present": {"detainer.present": False},
    "warrant.administrative": {"warrant.administrative": False},
    "a federal judge's civil warrant": {"warrant.federal_civil": False},
    "detainer.hold_ordered": {"detainer.hold_ordered": False},
    "detainer.ground_stated": {"detainer.ground_stated": False},
    "detainer.served": {"detainer.served": False},
    # A request of the same day that asks for notice and no hold.
    "detainer.asks_hold": choices_for(FORM, DetainerForm.I247N),
}
"""The grounds of a hold: what is asked, by whom it is ordered, and what it rests on."""


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
    readings = readings_of(bodies)
    apart = distinct(readings)
    return (
        prove_ends(logic, apart),
        _prove_conflicts(logic, bodies),
        _prove_fires(logic, places, readings),
        _prove_monotone(logic, apart),
        prove_citizen(logic, apart),
        prove_unserved(logic, apart),
    )


# -- 2. release and must-hold never stand together but as a conflict -------------------------


def _prove_conflicts(logic: Z3, bodies: Sequence[Body]) -> Proof:
    found = [example for body in bodies for example in of_one_file(logic, body)]
    found += [example for body in distinct(bodies) for example in unflagged(logic, body)]
    once = {(example.place, example.says): example for example in found}
    says = "No place answers both release and must-hold without a conflict."
    return Proof("conflicts", says, len(bodies), tuple(once.values()))


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
    """Return the rules that change what comes of a hold, somewhere and on some facts."""
    found: set[int] = set()
    for body in bodies:
        [world] = body.worlds
        open_ones = [r for r, _ in world.rules if id(r) not in found and not r.judge]
        if not open_ones:
            continue
        weigher = body.weigher(logic)
        whole = weigher.outcomes(world)
        for rule in open_ones:
            less = weigher.outcomes(without(world, rule))
            if logic.solve(differ(logic, whole, less)) is not None:
                found.add(id(rule))
    return found


# -- 4. fewer grounds never lengthen a hold --------------------------------------------------


def _prove_monotone(logic: Z3, bodies: Sequence[Body]) -> Proof:
    found = []
    for body in bodies:
        [world] = body.worlds
        named = set(choices_of_law(body.day))
        more = body.weigher(logic).outcomes(world)
        kept = body.weigher(logic).kept
        ordered = list(_ordered(logic, world))
        free = [logic.negate(part) for part in (more[Outcome.MAY], more[Outcome.MUST], kept)]
        for ground, gone in GROUNDS.items():
            if not named & gone.keys():
                continue
            less = body.weigher(logic, gone).outcomes(world)
            held = [logic.negate(less[one]) for one in (Outcome.NONE, Outcome.CONFLICT)]
            claim = logic.every([*held, *free])
            if logic.solve(logic.every([claim, *ordered])) is not None:
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
    for moment, past in moments(law, body.stretch.first_day, body.worlds):
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
