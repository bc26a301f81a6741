"""What the law makes of the requests on file at one instant, every reading together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exeat.decide.answer import Certainty, Verdict
from exeat.decide.filling import Filling, Free, agreed, opened
from exeat.decide.outcome import Outcome, Outcomes, Stand
from exeat.decide.program import Program
from exeat.decide.scale import Reached, Scale, is_open
from exeat.facts.bits import OPEN
from exeat.facts.case import Case
from exeat.facts.times import Truth

__all__ = ["Weighed", "reach", "weigh"]


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a hold stands at one instant.

    Attributes:
        sets: Under each reading, what the law may make of it.
        stand: The sets read as a verdict; ``unknown`` where facts of the case would decide.
        perhaps_must: It is allowed, and a command that is not settled may stand too.
        by_time: A limit of time may have had a part in it.
        asks: Facts of the case would decide, or make it certain.
    """

    sets: tuple[Outcomes, ...]
    stand: Stand
    certainty: Certainty
    perhaps_must: bool = False
    by_time: bool = False
    asks: bool = False


def weigh(
    program: Program,
    cases: Sequence[Case],
    reached: Reached,
    judged: Sequence[int],
    *,
    acts: bool = True,
) -> Weighed:
    """Return how a hold stands on the requests on file, after eligibility.

    Args:
        program: That of the day.
        cases: The requests that are, or may be, on file.
        reached: Says whether a limit of time has been reached for a request.
        judged: The bits of the rules for a person; see `Program.unsettled`.
        acts: Whether acts of the jail that would open a hold are looked for.
    """
    scale = Scale(program, cases, reached, judged)
    sets = scale.look()
    doubtful = any(sheet.on_file == OPEN for sheet in scale.sheets)
    free = opened(scale) if is_open(sets) else []
    if is_open(sets) and (doubtful or free):
        return _explored(scale, sets, free, acts)
    stand, certainty = scale.stands(sets)
    if stand is None and certainty is Certainty.CERTAIN and acts:
        first, open_ = scale.first()
        if open_:
            # Whether a hearing comes first waits for a fact, or for what no field of a record
            # says, such as what a paper of another kind asks: then it is for counsel.
            asks = bool(opened(scale))
            waits = Verdict.UNKNOWN if asks else Verdict.CALL_COUNSEL
            return Weighed(sets, waits, Certainty.CERTAIN, by_time=scale.by_time, asks=asks)
        if first is not None:
            stand, certainty = first
    must = stand is Verdict.MAY_HOLD and any(one >> Outcome.MUST & 1 for one in sets)
    return Weighed(sets, stand, certainty, must, scale.by_time)


def reach(
    program: Program,
    cases: Sequence[Case],
    reached: Reached,
    judged: Sequence[int],
    power: Truth,
) -> set[Stand]:
    """Return the ways in which a hold can still stand; a few more where they are very many.

    Args:
        program: That of the day.
        cases: The requests that are, or may be, on file.
        reached: Says whether a limit of time has been reached for a request.
        judged: The bits of the rules for a person.
        power: Whether the law of the place is known to give power to hold.
    """
    scale = Scale(program, cases, reached, judged)
    sets = scale.look()
    doubtful = any(sheet.on_file == OPEN for sheet in scale.sheets)
    if not is_open(sets) or not (doubtful or opened(scale)):
        return {weigh(program, cases, reached, judged).stand}
    filling = Filling(scale, whole=True)
    agree = filling.explore(opened(scale))
    tried = {stand for stand, _ in filling.found}
    if agree:
        return tried
    together = 0
    for one in sets:
        together |= one
    may = Verdict.MAY_HOLD if power else Verdict.RELEASE_UNLESS_INSTRUCTED
    named: dict[Outcome, Stand] = {
        Outcome.NONE: None,
        Outcome.MAY: may,
        Outcome.CONFLICT: Verdict.CONFLICT,
        Outcome.MUST: Verdict.MUST_HOLD,
    }
    glance = {stand for one, stand in named.items() if together >> one & 1}
    return glance | tried


def _explored(
    scale: Scale, sets: tuple[Outcomes, ...], free: Sequence[Free], acts: bool
) -> Weighed:
    program = scale.program
    weak = all(one >> Outcome.CONFLICT == 0 for one in sets)
    mild = weak and not program.commands and not program.bringing
    filling = Filling(scale, acts=acts, mild=mild)
    if not filling.explore(free) and not filling.told:
        return Weighed(sets, Verdict.UNKNOWN, Certainty.CERTAIN, by_time=scale.by_time, asks=True)
    stand, certainty = agreed(filling.found)
    must = stand is Verdict.MAY_HOLD and any(one >> Outcome.MUST & 1 for one in sets)
    return Weighed(
        sets, stand, certainty, must, scale.by_time, asks=certainty is not Certainty.CERTAIN
    )
