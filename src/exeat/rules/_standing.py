"""How a hold stands, written over choices: the encoding of `exeat.decide.hold` and `.verdict`.

`decide` weighs one record; the proofs need every record at once. This is the same logic line
for line, and `tests/conformance/test_law_agreement.py` holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from exeat.facts.times import Truth
from exeat.rules._facts import FactModel, choices_of
from exeat.rules._logic import Pair
from exeat.rules.clocks import Clock
from exeat.rules.model import Modality, RestsOn, Rule
from exeat.rules.place import World

__all__ = [
    "Encoded",
    "SymbolicAnswer",
    "answer_of",
    "choices_of_worlds",
    "clocks_of",
    "past_name",
    "rule_truth",
    "standing",
]

B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Encoded(Generic[B]):
    """Whether a hold must, may, or both must and must not be, under one reading."""

    must: Pair[B]
    may: Pair[B]
    conflict: Pair[B]


@dataclass(frozen=True, slots=True)
class SymbolicAnswer(Generic[B]):
    """The verdict on the hold, all readings together; exactly one is true."""

    none: B
    may: B
    must: B
    conflict: B
    unknown: B


def past_name(clock: Clock) -> str:
    """Return the choice that says that a limit has been reached."""
    excluded = ",".join(sorted(clock.excludes))
    limit = "end-of-day" if clock.until_end_of_day else f"{clock.hours}h"
    return f"past {limit} {clock.hours_run.value} -{excluded}"


def clocks_of(worlds: Iterable[World]) -> dict[str, Clock]:
    """Return the limits of the rules about the hold, by the name of their choice."""
    found = {}
    for world in worlds:
        for rule, _ in (*world.musts, *world.mays, *world.bans, *world.caps):
            if rule.clock is not None:
                found[past_name(rule.clock)] = rule.clock
    return found


def choices_of_worlds(worlds: Iterable[World]) -> list[str]:
    """Return every choice on which the answer rests, limits of time apart."""
    names = {"detainer.present": None}
    for world in worlds:
        for rule, _ in (*world.musts, *world.mays, *world.bans, *world.caps):
            for atom in rule.condition.atoms():
                names.update(dict.fromkeys(choices_of(atom)))
    return list(names)


def rule_truth(model: FactModel[B], rule: Rule, force: Truth) -> Pair[B]:
    """Encode `decide.hold.rule_truth`."""
    three, truth = model.three, model.truth(rule.condition)
    if rule.judge:
        if rule.modality is Modality.MAY:
            return three.const(False)
        return Pair(model.logic.const(False), truth.maybe)
    return truth if force is True else three.every([three.const(force), truth])


def _any(
    model: FactModel[B],
    rules: Sequence[tuple[Rule, Truth]],
    rests_on: RestsOn,
    *,
    past: bool = False,
) -> Pair[B]:
    """Encode `decide.hold._any`."""
    three = model.three
    parts = []
    for rule, force in rules:
        if rule.rests_on is not rests_on:
            continue
        truth = rule_truth(model, rule, force)
        if rule.clock is not None:
            over = three.known(model.choice(past_name(rule.clock)))
            truth = three.every([truth, over if past else three.negate(over)])
        parts.append(truth)
    return three.some(parts)


def standing(model: FactModel[B], world: World) -> Encoded[B]:
    """Encode `decide.hold.standing` for a request that is on file."""
    three = model.three
    must, may, conflict = [], [], []
    for ground in (RestsOn.DETAINER, RestsOn.WARRANT):
        commanded = _any(model, world.musts, ground)
        allowed = three.some([commanded, _any(model, world.mays, ground)])
        banned = _any(model, world.bans, ground)
        not_capped = three.negate(_any(model, world.caps, ground, past=True))
        free = three.every([three.negate(banned), not_capped])
        must.append(three.every([commanded, free]))
        may.append(three.every([allowed, free]))
        conflict.append(three.every([commanded, banned, not_capped]))
    on_file = three.known(model.present)
    return Encoded(
        three.every([on_file, three.some(must)]),
        three.every([on_file, three.some(may)]),
        three.every([on_file, three.some(conflict)]),
    )


def _of_world(model: FactModel[B], stand: Encoded[B]) -> SymbolicAnswer[B]:
    """Encode `decide.verdict.of_world`."""
    logic = model.logic
    no = logic.negate
    conflict = stand.conflict.sure
    must = logic.every([no(conflict), stand.must.sure])
    may = logic.every([stand.may.sure, no(stand.must.maybe), no(stand.conflict.maybe)])
    none = logic.every([no(stand.may.maybe), no(stand.must.maybe), no(stand.conflict.maybe)])
    unknown = no(logic.some([conflict, must, may, none]))
    return SymbolicAnswer(none, may, must, conflict, unknown)


def answer_of(model: FactModel[B], worlds: Sequence[World]) -> SymbolicAnswer[B]:
    """Encode `decide.verdict.merge` over all readings of the law.

    Where the readings differ, the answer is none only where each silent reading would let
    the person be kept but for the time.
    """
    logic, no = model.logic, model.logic.negate
    each = [_of_world(model, standing(model, world)) for world in worlds]
    if len(each) == 1:
        return each[0]
    same = _same(model, each)
    one_answer = logic.some([same.none, same.may, same.must, same.conflict, same.unknown])
    strong = logic.some([part for one in each for part in (one.must, one.conflict)])
    weak = logic.every([no(one_answer), no(strong)])
    silent = logic.some([one.none for one in each])
    ran_out = logic.every(
        [
            logic.some([no(one.none), timeless(model, world).may.sure])
            for one, world in zip(each, worlds, strict=True)
        ]
    )
    expired = logic.every([weak, silent, ran_out])
    unsure = logic.some([no(silent), *(one.unknown for one in each)])
    unclear = logic.every([weak, no(expired), unsure])
    return SymbolicAnswer(
        none=logic.some([same.none, expired]),
        may=same.may,
        must=same.must,
        conflict=logic.some(
            [same.conflict, logic.every([no(one_answer), no(expired), no(unclear)])]
        ),
        unknown=logic.some([same.unknown, unclear]),
    )


def _same(model: FactModel[B], each: Sequence[SymbolicAnswer[B]]) -> SymbolicAnswer[B]:
    """Return what every reading answers alike."""
    names = ("none", "may", "must", "conflict", "unknown")
    return SymbolicAnswer(
        *(model.logic.every([getattr(one, name) for one in each]) for name in names)
    )


def timeless(model: FactModel[B], world: World) -> Encoded[B]:
    """Encode `decide.verdict.lapsed`: how a hold would stand but for the time."""
    fixed = dict.fromkeys(clocks_of([world]), False)
    still = FactModel(
        model.logic,
        model.hold_power,
        model.kind,
        free_power=model.free_power,
        fixed={**model.fixed, **fixed},
    )
    bare = World(world.readings, world.musts, world.mays, world.bans, ())
    return standing(still, bare)
