"""What the law makes of the requests on file at one instant, every reading together.

No further is looked than is needed to tell. What is left unread counts as not known, so that
a set of one outcome stands whatever it is: limits of time and offence lists are worked out
only where they still decide, and what a record leaves open is filled in, each way, only until
two ways do not agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from exeat.decide.answer import Certainty, Verdict
from exeat.decide.hold import active
from exeat.decide.notices import told
from exeat.decide.outcome import (
    JOIN,
    NOTHING,
    ON_SERVICE,
    STANDS,
    Outcome,
    Outcomes,
    Stand,
    merged,
)
from exeat.decide.program import Program
from exeat.facts.bits import BITS, FALSE, OPEN, TRUE
from exeat.facts.case import Case
from exeat.facts.times import Truth
from exeat.facts.truth import some
from exeat.rules.model import Rule

__all__ = ["Weighed", "reach", "weigh"]

_MOST = 256
"""How often open marks are filled in before it is said that the record cannot decide."""
_ENOUGH = 48
"""How often they are to learn what an answer to a question would still leave open."""

Found = tuple[Stand, Certainty]

_SERVED = "detainer.served"
_ORDERED = "detainer.hold_ordered"


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


class _Sheet:
    """One request as bits: its marks, and the limits of time that are reached."""

    __slots__ = ("case", "limits", "marks", "on_file")

    def __init__(self, program: Program, case: Case) -> None:
        assert case.detainer is not None
        self.case = case
        self.on_file = BITS[active(case.detainer, case)]
        self.marks = [OPEN if mark.dear else mark.read(case) for mark in program.marks]
        self.limits = [OPEN] * len(program.limits)


class _Free:
    """Something that a record leaves open: where its bits stand, and what they can be."""

    __slots__ = ("homes", "values")

    def __init__(self, homes: list[tuple[list[int], int]], values: tuple[int, ...]) -> None:
        self.homes = homes
        self.values = values

    def bits(self) -> list[int]:
        return [home[index] for home, index in self.homes]

    def put(self, value: int) -> None:
        for home, index in self.homes:
            home[index] = value

    def back(self, bits: Sequence[int]) -> None:
        for (home, index), value in zip(self.homes, bits, strict=True):
            home[index] = value


class _Scale:
    """Weighs the requests of one instant under one program.

    Args:
        program: That of the day.
        cases: The requests on file.
        reached: Says whether a limit of time has been reached for a request.
        judged: The bits of the rules for a person.
        acts: Whether acts of the jail that would open a hold are looked for.
    """

    def __init__(
        self,
        program: Program,
        cases: Sequence[Case],
        reached: Callable[[Rule, Case], Truth],
        judged: Sequence[int],
        acts: bool,
    ) -> None:
        self.program = program
        self.reached = reached
        self.judged = judged
        self.acts = acts
        self.sheets = [_Sheet(program, case) for case in cases]
        self.by_time = False
        self.listed = False
        self.spent = 0
        # Whether to go on where two ways do not agree, to learn all that they come to.
        self.whole = False
        # Whether no command, and no act that would open one, can stand whatever is filled in.
        self.mild = False
        self.told = False

    def sets(self) -> tuple[Outcomes, ...]:
        """Return the sets of all requests together."""
        found: tuple[Outcomes, ...] = ()
        for sheet in self.sheets:
            one = self._of(sheet, sheet.limits)
            found = tuple(JOIN[a][b] for a, b in zip(found, one, strict=True)) if found else one
        return found

    def untimed(self) -> tuple[Outcomes, ...]:
        """Return the same with every limit of time left out."""
        found: tuple[Outcomes, ...] = ()
        none = (FALSE,) * len(self.program.limits)
        for sheet in self.sheets:
            one = self._of(sheet, none)
            found = tuple(JOIN[a][b] for a, b in zip(found, one, strict=True)) if found else one
        return found

    def _of(self, sheet: _Sheet, limits: Sequence[int]) -> tuple[Outcomes, ...]:
        one = self.program.weigh(sheet.marks, limits, self.judged)
        if sheet.on_file == TRUE:
            return one
        if sheet.on_file == FALSE:
            return (NOTHING,) * len(one)
        return tuple(outcomes | NOTHING for outcomes in one)

    def look(self) -> tuple[Outcomes, ...]:
        """Return the sets, having read as much as is needed to close them, if anything does."""
        sets = self.sets()
        if is_open(sets):
            self._read_limits()
            sets = self.sets()
        if is_open(sets) and self._read_lists():
            sets = self.sets()
        return sets

    def _read_limits(self) -> None:
        if self.program.limits and not self.by_time:
            self.by_time = True
            for sheet in self.sheets:
                sheet.limits = [BITS[self.reached(r, sheet.case)] for r in self.program.limits]

    def _read_lists(self) -> bool:
        """Look up the offence lists, once; say whether there are any."""
        dear = [] if self.listed else [i for i, m in enumerate(self.program.marks) if m.dear]
        self.listed = True
        for sheet in self.sheets:
            for index in dear:
                sheet.marks[index] = self.program.marks[index].read(sheet.case)
        return bool(dear)

    # -- one state of all that is open --------------------------------------------------------

    def stands(self, sets: Sequence[Outcomes]) -> Found:
        """Read sets whose open points lie in the law as a verdict."""
        stands = [STANDS[outcomes] for outcomes in sets]
        first = stands[0]
        if all(other is first for other in stands):
            return first, Certainty.CERTAIN
        return merged(stands, lambda: self._ran_out(stands))

    def _ran_out(self, stands: Sequence[Stand]) -> bool:
        """Say whether, where nothing stands, a hold stands, or may, but for the time."""
        return all(
            one != NOTHING
            for one, stand in zip(self.untimed(), stands, strict=True)
            if stand is None
        )

    def first(self) -> tuple[Found | None, bool]:
        """Return what comes first where nothing stands, because the jail has not done its part.

        A copy not served, or a person not brought before the official, is the jail's own
        omission: it is cured at once, and is no release for want of paper in the jailer's hand.

        Returns:
            That, if anything; and whether marks that are open would say.
        """
        open_ = False
        for sheet in self.sheets:
            unserved = self._mark(sheet, _SERVED) == FALSE
            if self.program.commands and unserved:
                now = ON_SERVICE.get(self._if_done(sheet, [_SERVED]))
                if now is not None:
                    return (now, Certainty.CERTAIN), False
            if self.program.bringing and self._mark(sheet, _ORDERED) != TRUE:
                owed, shown = self._to_bring(sheet)
                acts = [_ORDERED, _SERVED] if unserved else [_ORDERED]
                if owed is not False and self._if_done(sheet, acts) is not None:
                    sure = Certainty.CERTAIN if shown else Certainty.POSSIBLE
                    if owed:
                        return (Verdict.BRING_FIRST, sure), False
                    open_ = True
        return None, open_

    def _to_bring(self, sheet: _Sheet) -> tuple[Truth, bool]:
        done = some(told(rule, sheet.case) for rule, _ in self.program.bringing)
        bits = FALSE if done else self.program.brings(sheet.marks)
        return {FALSE: False, OPEN: None, TRUE: True}[bits], done is False

    def _mark(self, sheet: _Sheet, name: str) -> int:
        return sheet.marks[self.program.places[name]]

    def _if_done(self, sheet: _Sheet, acts: Sequence[str]) -> Stand:
        """Return how the hold would stand if acts of the jail had been done by now."""
        self._read_limits()
        self._read_lists()
        before = list(sheet.marks)
        for name in acts:
            sheet.marks[self.program.places[name]] = TRUE
        stand, _ = self.stands(self.sets())
        sheet.marks[:] = before
        return stand

    # -- what is open -------------------------------------------------------------------------

    def opened(self) -> list[_Free]:
        """Return what the case leaves open: where its bits stand, and the values it can have."""
        found: list[_Free] = []
        for index, mark in enumerate(self.program.marks):
            if not mark.of_case:
                continue
            homes = [s.marks for s in self.sheets if mark.is_open(s.marks[index])]
            if homes and mark.shared:
                found.append(_Free([(home, index) for home in homes], mark.values))
            else:
                found += [_Free([(home, index)], mark.values) for home in homes]
        for sheet in self.sheets:
            for index, bits in enumerate(sheet.limits):
                if bits == OPEN and self.by_time:
                    found.append(_Free([(sheet.limits, index)], (FALSE, TRUE)))
        return found

    def explore(self, found: set[Found], free: Sequence[_Free]) -> bool:
        """Fill in what is open, each way, until two ways do not agree; say whether all do."""
        self.spent += 1
        if self.spent > _MOST:
            return False
        doubtful = next((s for s in self.sheets if s.on_file == OPEN), None)
        if doubtful is not None:
            agree = True
            for bits in (TRUE, FALSE):
                doubtful.on_file = bits
                agree = agree and self.explore(found, free)
            doubtful.on_file = OPEN
            return agree
        sets = self.sets()
        matters = next((one for one in free if self._matters(one, sets)), None)
        if matters is None:
            return self._leaf(sets, found)
        before = matters.bits()
        rest = [one for one in free if one is not matters]
        agree = True
        for value in matters.values:
            matters.put(value)
            agree = agree and self.explore(found, rest)
        matters.back(before)
        return agree

    def _matters(self, free: _Free, sets: tuple[Outcomes, ...]) -> bool:
        """Say whether any value of what is open moves the sets by itself.

        Rules are built of *and* and *or*: while a fact can still decide, there is one that does
        so alone, and after it the next.
        """
        if not is_open(sets):
            return False
        before = free.bits()
        moved = False
        for value in free.values:
            free.put(value)
            if self.sets() != sets:
                moved = True
                break
        free.back(before)
        return moved

    def _leaf(self, sets: Sequence[Outcomes], found: set[Found]) -> bool:
        stand, certainty = self.stands(sets)
        if stand is None and certainty is Certainty.CERTAIN and self.acts:
            first, open_ = self.first()
            if open_:
                first = Verdict.UNKNOWN, Certainty.CERTAIN
            if first is not None:
                stand, certainty = first
        found.add((stand, certainty))
        if self.whole:
            return self.spent < _ENOUGH
        return agreed(found)[0] is not Verdict.UNKNOWN and not self._settled(found)

    def _settled(self, found: set[Found]) -> bool:
        """Say whether it is told already: no command can stand, and counsel is asked anyhow."""
        stands = {stand for stand, _ in found}
        self.told = len(stands) > 1 and Verdict.RELEASE_UNLESS_INSTRUCTED in stands and self.mild
        return self.told


def is_open(sets: Sequence[Outcomes]) -> bool:
    """Say whether more than one outcome is possible under any reading."""
    for one in sets:  # noqa: SIM110 (a third of the time of `any`, in the innermost place)
        if one & (one - 1):
            return True
    return False


_MILD = frozenset({None, Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.MAY_HOLD})
"""Where it is one of these, the person may go, and counsel can say that they may be kept."""


def agreed(found: set[Found]) -> Found:
    """Return what all ways of filling in come to, or that facts of the case decide.

    Examples:
        >>> agreed({(None, Certainty.CERTAIN), (Verdict.MUST_HOLD, Certainty.CERTAIN)})[0].value
        'unknown'
    """
    stands = {stand for stand, _ in found}
    if len(stands) == 1:
        [stand] = stands
        sure = all(certainty is Certainty.CERTAIN for _, certainty in found)
        return stand, Certainty.CERTAIN if sure else Certainty.POSSIBLE
    if Verdict.RELEASE_UNLESS_INSTRUCTED in stands and stands <= _MILD:
        return Verdict.RELEASE_UNLESS_INSTRUCTED, Certainty.POSSIBLE
    return Verdict.UNKNOWN, Certainty.CERTAIN


def weigh(
    program: Program,
    cases: Sequence[Case],
    reached: Callable[[Rule, Case], Truth],
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
    scale = _Scale(program, cases, reached, judged, acts)
    sets = scale.look()
    doubtful = any(sheet.on_file == OPEN for sheet in scale.sheets)
    free = scale.opened() if is_open(sets) else []
    if is_open(sets) and (doubtful or free):
        return _explored(scale, sets, free)
    stand, certainty = scale.stands(sets)
    if stand is None and certainty is Certainty.CERTAIN and acts:
        first, open_ = scale.first()
        if open_:
            # Whether a hearing comes first waits for a fact, or for what no field of a record
            # says, such as what a paper of another kind asks: then it is for counsel.
            asks = bool(scale.opened())
            waits = Verdict.UNKNOWN if asks else Verdict.CALL_COUNSEL
            return Weighed(sets, waits, Certainty.CERTAIN, by_time=scale.by_time, asks=asks)
        if first is not None:
            stand, certainty = first
    must = stand is Verdict.MAY_HOLD and any(one >> Outcome.MUST & 1 for one in sets)
    return Weighed(sets, stand, certainty, must, scale.by_time)


def reach(
    program: Program,
    cases: Sequence[Case],
    reached: Callable[[Rule, Case], Truth],
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
    scale = _Scale(program, cases, reached, judged, acts=True)
    sets = scale.look()
    doubtful = any(sheet.on_file == OPEN for sheet in scale.sheets)
    if not is_open(sets) or not (doubtful or scale.opened()):
        return {weigh(program, cases, reached, judged).stand}
    scale.whole = True
    found: set[Found] = set()
    if scale.explore(found, scale.opened()):
        return {stand for stand, _ in found}
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
    return glance | {stand for stand, _ in found}


def _explored(scale: _Scale, sets: tuple[Outcomes, ...], free: Sequence[_Free]) -> Weighed:
    found: set[Found] = set()
    program = scale.program
    weak = all(one >> Outcome.CONFLICT == 0 for one in sets)
    scale.mild = weak and not program.commands and not program.bringing
    if not scale.explore(found, free) and not scale.told:
        return Weighed(sets, Verdict.UNKNOWN, Certainty.CERTAIN, by_time=scale.by_time, asks=True)
    stand, certainty = agreed(found)
    must = stand is Verdict.MAY_HOLD and any(one >> Outcome.MUST & 1 for one in sets)
    return Weighed(
        sets, stand, certainty, must, scale.by_time, asks=certainty is not Certainty.CERTAIN
    )
