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

Found = tuple[Stand, Certainty]


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
        one = self.program.run(sheet.marks, limits, self.judged)
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
            if self.program.commands and self._mark(sheet, "detainer.served") == FALSE:
                now = ON_SERVICE.get(self._if_done(sheet, "detainer.served"))
                if now is not None:
                    return (now, Certainty.CERTAIN), False
            if self.program.bringing and self._mark(sheet, "detainer.hold_ordered") != TRUE:
                owed, shown = self._to_bring(sheet)
                if owed is not False and self._if_done(sheet, "detainer.hold_ordered") is not None:
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

    def _if_done(self, sheet: _Sheet, name: str) -> Stand:
        """Return how the hold would stand if an act of the jail had been done by now."""
        self._read_limits()
        self._read_lists()
        place = self.program.places[name]
        before, sheet.marks[place] = sheet.marks[place], TRUE
        stand, _ = self.stands(self.sets())
        sheet.marks[place] = before
        return stand

    # -- what is open -------------------------------------------------------------------------

    def opened(self) -> list[tuple[list[tuple[list[int], int]], tuple[int, ...]]]:
        """Return what the case leaves open: where its bits stand, and the values it can have."""
        found: list[tuple[list[tuple[list[int], int]], tuple[int, ...]]] = []
        for index, mark in enumerate(self.program.marks):
            if not mark.of_case:
                continue
            homes = [s.marks for s in self.sheets if mark.is_open(s.marks[index])]
            if homes and mark.shared:
                found.append(([(home, index) for home in homes], mark.values))
            else:
                found += [([(home, index)], mark.values) for home in homes]
        for sheet in self.sheets:
            for index, bits in enumerate(sheet.limits):
                if bits == OPEN and self.by_time:
                    found.append(([(sheet.limits, index)], (FALSE, TRUE)))
        return found

    def explore(self, found: set[Found]) -> bool:
        """Fill in what is open, each way, until two ways do not agree; say whether all do."""
        self.spent += 1
        if self.spent > _MOST:
            return False
        sets = self.sets()
        doubtful = next((s for s in self.sheets if s.on_file == OPEN), None)
        opened = self.opened() if is_open(sets) or doubtful is not None else []
        if not opened and doubtful is None:
            return self._leaf(sets, found)
        if doubtful is not None:
            for bits in (TRUE, FALSE):
                doubtful.on_file = bits
                if not self.explore(found):
                    doubtful.on_file = OPEN
                    return False
            doubtful.on_file = OPEN
            return True
        homes, values = opened[0]
        before = [home[index] for home, index in homes]
        for value in values:
            for home, index in homes:
                home[index] = value
            agree = self.explore(found)
            if not agree:
                break
        for (home, index), bits in zip(homes, before, strict=True):
            home[index] = bits
        return agree

    def _leaf(self, sets: Sequence[Outcomes], found: set[Found]) -> bool:
        stand, certainty = self.stands(sets)
        if stand is None and certainty is Certainty.CERTAIN and self.acts:
            first, open_ = self.first()
            if open_:
                first = Verdict.UNKNOWN, Certainty.CERTAIN
            if first is not None:
                stand, certainty = first
        found.add((stand, certainty))
        return self.whole or agreed(found)[0] is not Verdict.UNKNOWN


def is_open(sets: Sequence[Outcomes]) -> bool:
    """Say whether more than one outcome is possible under any reading."""
    for one in sets:  # noqa: SIM110 (a third of the time of `any`, in the innermost place)
        if one & (one - 1):
            return True
    return False


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
    if stands == {None, Verdict.RELEASE_UNLESS_INSTRUCTED}:
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
    if is_open(sets) and (doubtful or scale.opened()):
        return _explored(scale, sets)
    stand, certainty = scale.stands(sets)
    if stand is None and certainty is Certainty.CERTAIN and acts:
        first, open_ = scale.first()
        if open_:
            return Weighed(
                sets, Verdict.UNKNOWN, Certainty.CERTAIN, by_time=scale.by_time, asks=True
            )
        if first is not None:
            stand, certainty = first
    must = stand is Verdict.MAY_HOLD and any(one >> Outcome.MUST & 1 for one in sets)
    return Weighed(sets, stand, certainty, must, scale.by_time)


def reach(
    program: Program,
    cases: Sequence[Case],
    reached: Callable[[Rule, Case], Truth],
    judged: Sequence[int],
) -> set[Stand]:
    """Return every way in which a hold can still stand, whatever is open filled in."""
    scale = _Scale(program, cases, reached, judged, acts=True)
    scale.look()
    scale.whole = True
    found: set[Found] = set()
    scale.explore(found)
    return {stand for stand, _ in found}


def _explored(scale: _Scale, sets: tuple[Outcomes, ...]) -> Weighed:
    found: set[Found] = set()
    if not scale.explore(found):
        return Weighed(sets, Verdict.UNKNOWN, Certainty.CERTAIN, by_time=scale.by_time, asks=True)
    stand, certainty = agreed(found)
    must = stand is Verdict.MAY_HOLD and any(one >> Outcome.MUST & 1 for one in sets)
    return Weighed(
        sets, stand, certainty, must, scale.by_time, asks=certainty is not Certainty.CERTAIN
    )
