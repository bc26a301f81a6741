"""Proofs that nobody is held: without an end, as a citizen, on a request that was not served."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from exeat.decide.timeline import HELD
from exeat.facts.codes import DetainerForm, StatusProof
from exeat.facts.vocabulary import FORM, PROOF
from exeat.prove.choices import WARRANT_CODES, choices_for
from exeat.prove.prover import Body, CounterExample, Proof, example_of
from exeat.prove.solver import Z3
from exeat.prove.standing import clocks_of, on_request
from exeat.rules.model import About, Modality, RestsOn, Rule
from exeat.rules.world import World

__all__ = ["prove_citizen", "prove_ends", "prove_unserved"]

_NO_JUDGE: Final = {name: False for name in WARRANT_CODES if name != "warrant.administrative"}
"""No judge's warrant came with the request."""
_NO_ORDER: Final = {**_NO_JUDGE, "detainer.hold_ordered": False}
_CITIZEN: Final = choices_for(PROOF, StatusProof.CITIZENSHIP)
_UNSERVED: Final = {
    **choices_for(FORM, DetainerForm.I247A),
    "detainer.served": False,
}

Claim = tuple[tuple[Any, ...], Mapping[str, bool], str]
"""What must not be, the plainest case first; the choices that are set; and what to add."""


def prove_ends(logic: Z3, bodies: Sequence[Body]) -> Proof:
    """Prove that on a detainer alone nothing comes of a hold once every limit is reached."""
    wrong = "a hold on a detainer alone has no end"
    found = []
    for body in bodies:
        over = dict.fromkeys(clocks_of(body.worlds), True)
        found += [
            (body, e) for e in _first(logic, body, wrong, _held(logic, body, over), late=True)
        ]
    says = "On a detainer alone no combination of facts gives a hold without an end."
    return _proof("ends", says, bodies, found, _is_ceiling)


def prove_citizen(logic: Z3, bodies: Sequence[Body]) -> Proof:
    """Prove that nothing comes of a request about a person who has shown citizenship."""
    wrong = "a person who has shown proof of citizenship may be held on a request"
    found = []
    for body in bodies:
        claims = _held(logic, body, _CITIZEN)
        found += [(body, example) for example in _first(logic, body, wrong, claims)]
    says = "A proven citizen is never held on a request."
    return _proof("citizen", says, bodies, found, lambda rule: rule.prevails)


def prove_unserved(logic: Z3, bodies: Sequence[Body]) -> Proof:
    """Prove that a request on form I-247A neither lets nor makes anybody hold before service."""
    wrong = "a request on form I-247A that was not served lets somebody hold"
    found = []
    for body in bodies:
        claims: list[Claim] = []
        for world, given in _alone(body, _UNSERVED):
            weigher = body.weigher(logic, given)
            stands = weigher.stands(weigher.outcomes(world))
            claims.append(((logic.some([stands[held] for held in HELD]),), given, ""))
        found += [(body, example) for example in _first(logic, body, wrong, claims)]
    says = "A request on form I-247A of which no copy was served holds nobody."
    return _proof("unserved", says, bodies, found, lambda _: False)


def _held(logic: Z3, body: Body, fixed: Mapping[str, bool]) -> Iterator[Claim]:
    """Yield the claims that anything may come of a hold, also if counsel were to instruct it."""
    for instructed in (False, True):
        would = ", if counsel instructs that it may be" if instructed else ""
        for world, given in _alone(body, fixed):
            sets = body.weigher(logic, given, instructed=instructed).outcomes(world)
            may_be = logic.some(sets[1:])
            yield (logic.every([may_be, logic.negate(sets[0])]), may_be), given, would


def _alone(body: Body, fixed: Mapping[str, bool]) -> Iterator[tuple[World, dict[str, bool]]]:
    """Yield the law as far as a hold rests on the request, with what no judge has given.

    An official's order belongs to the request, but where a hold rests on it as on a warrant.
    """
    [world] = body.worlds
    yield on_request(world), {**fixed, **_NO_JUDGE}
    if any(rule.rests_on is RestsOn.WARRANT for rule, _ in world.rules):
        yield world, {**fixed, **_NO_ORDER}


def _first(
    logic: Z3, body: Body, wrong: str, claims: Iterable[Claim], *, late: bool = False
) -> Iterator[CounterExample]:
    """Yield the first claim that can be, as a record."""
    tried = list(claims)
    if logic.solve(logic.some([ways[-1] for ways, _, _ in tried])) is None:
        return
    for ways, given, would in tried:
        for claim in ways:
            choices = logic.solve(claim)
            if choices is not None:
                yield example_of(logic, body, wrong + would, {**choices, **given}, late=late)
                return


def _is_ceiling(rule: Rule) -> bool:
    return rule.modality is Modality.MUST_NOT and rule.clock is not None


def _proof(
    name: str,
    says: str,
    bodies: Sequence[Body],
    found: Sequence[tuple[Body, CounterExample]],
    bounds: Callable[[Rule], bool],
) -> Proof:
    """Return what was found; of days before the law had its first bound, as a note alone.

    What bound anybody then no sheet says, and nobody is told that all was well.
    """
    early: dict[date, list[str]] = {}
    late = []
    for body, example in found:
        first = [
            rule.first_day.latest
            for rule in body.stretch.law.rules
            if rule.about is About.HOLD and bounds(rule)
        ]
        if first and body.stretch.last_day < min(first):
            early.setdefault(min(first), []).append(example.place)
        else:
            late.append(example)
    notes = [
        f"not before {day}, when the first rule to that end begins: {', '.join(dict.fromkeys(at))}"
        for day, at in sorted(early.items())
    ]
    return Proof(name, says, len(bodies), tuple(late), tuple(notes))
