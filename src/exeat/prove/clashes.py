"""Proof that a command and a ban never stand together without the answer saying so.

The answers come from the decision's own tables; what a command and a ban are is read here from
the rules themselves, so that a slip in a table shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from exeat.decide.answer import Verdict
from exeat.prove.coverage import source_kinds
from exeat.prove.logic import Pair
from exeat.prove.prover import Body, CounterExample, example_of
from exeat.prove.solver import Z3
from exeat.prove.standing import Weigher, answers, clocks_of
from exeat.rules.model import Rule
from exeat.rules.world import Footing

__all__ = ["of_one_file", "unflagged"]


def unflagged(logic: Z3, body: Body) -> Iterator[CounterExample]:
    """Yield facts on which the law both commands a hold and lets the person go, and no more."""
    weigher = body.weigher(logic)
    answer = answers(weigher, body.day)
    free = logic.negate(answer[Verdict.IN_CUSTODY])
    # At once after eligibility: a hold that one reading has ended is the shorter limit.
    fresh = [logic.negate(weigher.choice(name)) for name in clocks_of(body.worlds)]
    told = logic.some([answer[Verdict.CONFLICT], answer[Verdict.CALL_COUNSEL]])
    both = logic.some([_opposed(weigher, body), _meet(weigher, body)])
    choices = logic.solve(logic.every([*fresh, free, both, logic.negate(told)]))
    if choices is not None:
        says = "one rule or reading commands the hold, another forbids it, and no conflict is told"
        yield example_of(logic, body, says, choices)
    choices = logic.solve(logic.every([free, _over(weigher, body), logic.negate(answer[None])]))
    if choices is not None:
        says = "a ban stands over every command, and yet a hold is not excluded"
        yield example_of(logic, body, says, choices)


def of_one_file(logic: Z3, body: Body) -> Iterator[CounterExample]:
    """Yield facts on which one and the same file commands a hold and forbids it."""
    weigher = body.weigher(logic)
    on_file = logic.every([weigher.present, logic.negate(weigher.kept)])
    for on in (on for world in body.worlds for on in world.footings):
        free = weigher.negate(_stayed(weigher, on)).sure
        for must, ban in product(on.musts, on.bans):
            if not _same_file(body, must[0], ban[0]):
                continue
            both = [weigher.bites(*must).sure, weigher.bites(*ban).sure]
            choices = logic.solve(logic.every([*both, free, on_file]))
            if choices is not None:
                says = f"`{must[0].id}` commands a hold that `{ban[0].id}` of the same file forbids"
                yield example_of(logic, body, says, choices)


def _same_file(body: Body, must: Rule, ban: Rule) -> bool:
    if must.place != ban.place:
        return False
    kinds = source_kinds(body.stretch.law, ban), source_kinds(body.stretch.law, must)
    return not (kinds[0] == {"case"} and "case" not in kinds[1])


def _opposed(weigher: Weigher[Any], body: Body) -> Any:
    """Return the claim that one reading commands the hold, and another lets nobody hold."""
    each = [weigher.stands(weigher.outcomes(world)) for world in body.worlds]
    commanded = weigher.logic.some([one[Verdict.MUST_HOLD] for one in each])
    return weigher.logic.every([commanded, weigher.logic.some([one[None] for one in each])])


def _meet(weigher: Weigher[Any], body: Body) -> Any:
    """Return the claim that a command and a ban bite, and no ban stands over the command."""
    found = []
    for world in body.worlds:
        for on in world.footings:
            commanded = weigher.some(weigher.bites(*must) for must in on.musts).sure
            banned = weigher.some(weigher.bites(*ban) for ban in on.bans).sure
            free = weigher.negate(_stayed(weigher, on)).sure
            found.append(weigher.logic.every([commanded, banned, free]))
    return weigher.logic.every([weigher.present, weigher.logic.some(found)])


def _over(weigher: Weigher[Any], body: Body) -> Any:
    """Return the claim that, whatever a hold could rest on, a ban stands over its command."""
    over = [_stayed(weigher, on).sure for world in body.worlds for on in world.footings]
    return weigher.logic.every([weigher.present, *over, weigher.logic.some(over)])


def _stayed(weigher: Weigher[Any], on: Footing) -> Pair[Any]:
    """Say whether a ban stands over every command."""
    return weigher.some(weigher.bites(*stay) for stay in on.stays)
