"""The requests on file at one instant, weighed under one program.

No further is looked than is needed to tell. What is left unread counts as not known, so that
a set of one outcome stands whatever it is: limits of time and offence lists are worked out
only where they still decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from exeat.decide.answer import Certainty, Verdict
from exeat.decide.hold import active
from exeat.decide.notices import told
from exeat.decide.outcome import JOIN, NOTHING, ON_SERVICE, STANDS, Outcomes, Stand, merged
from exeat.decide.program import ACTS, Program
from exeat.facts.bits import BITS, FALSE, OPEN, TRUE
from exeat.facts.case import Case
from exeat.facts.times import Truth
from exeat.facts.truth import some
from exeat.rules.model import Rule

__all__ = ["Found", "Reached", "Scale", "is_open"]

Found: TypeAlias = tuple[Stand, Certainty]
"""How a hold stands, and how surely."""
Reached: TypeAlias = Callable[[Rule, Case], Truth]
"""Says whether a limit of time has been reached for a request."""

_SERVED, _ORDERED = ACTS


class Sheet:
    """One request as bits: its marks, and the limits of time that are reached."""

    __slots__ = ("case", "limits", "marks", "on_file")

    def __init__(self, program: Program, case: Case) -> None:
        assert case.detainer is not None
        self.case = case
        self.on_file = BITS[active(case.detainer, case)]
        self.marks = [OPEN if mark.dear else mark.read(case) for mark in program.marks]
        self.limits = [OPEN] * len(program.limits)


class Scale:
    """Weighs the requests of one instant under one program.

    Args:
        program: That of the day.
        cases: The requests on file.
        reached: Says whether a limit of time has been reached for a request.
        judged: The bits of the rules for a person.

    Attributes:
        by_time: Limits of time have been worked out, so that they may have a part in it.
    """

    def __init__(
        self,
        program: Program,
        cases: Sequence[Case],
        reached: Reached,
        judged: Sequence[int],
    ) -> None:
        self.program = program
        self.reached = reached
        self.judged = judged
        self.sheets = [Sheet(program, case) for case in cases]
        self.by_time = False
        self.listed = False

    def sets(self) -> tuple[Outcomes, ...]:
        """Return the sets of all requests together."""
        return self._joined([sheet.limits for sheet in self.sheets])

    def untimed(self) -> tuple[Outcomes, ...]:
        """Return the same with every limit of time left out."""
        return self._joined([[FALSE] * len(self.program.limits)] * len(self.sheets))

    def _joined(self, limits: Sequence[Sequence[int]]) -> tuple[Outcomes, ...]:
        found: tuple[Outcomes, ...] = ()
        for sheet, reached in zip(self.sheets, limits, strict=True):
            one = self._of(sheet, reached)
            found = tuple(JOIN[a][b] for a, b in zip(found, one, strict=True)) if found else one
        return found

    def _of(self, sheet: Sheet, limits: Sequence[int]) -> tuple[Outcomes, ...]:
        one = self.program.weigh(sheet.marks, limits, self.judged)
        if sheet.on_file == TRUE:
            return one
        if sheet.on_file == FALSE:
            return (NOTHING,) * len(one)
        return tuple(outcomes | NOTHING for outcomes in one)

    def waits_for(self, sheet: Sheet) -> set[int]:
        """Return the places of the marks on which a rule hangs whose condition is still open."""
        open_ = self.program.waiting(sheet.marks, self.judged)
        pairs = zip(open_, self.program.reads, strict=True)
        return {place for bits, places in pairs if bits == OPEN for place in places}

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

    def _to_bring(self, sheet: Sheet) -> tuple[Truth, bool]:
        done = some(told(rule, sheet.case) for rule, _ in self.program.bringing)
        bits = FALSE if done else self.program.brings(sheet.marks)
        return {FALSE: False, OPEN: None, TRUE: True}[bits], done is False

    def _mark(self, sheet: Sheet, name: str) -> int:
        return sheet.marks[self.program.places[name]]

    def _if_done(self, sheet: Sheet, acts: Sequence[str]) -> Stand:
        """Return how the hold would stand if acts of the jail had been done by now."""
        self._read_limits()
        self._read_lists()
        before = list(sheet.marks)
        for name in acts:
            sheet.marks[self.program.places[name]] = TRUE
        stand, _ = self.stands(self.sets())
        sheet.marks[:] = before
        return stand


def is_open(sets: Sequence[Outcomes]) -> bool:
    """Say whether more than one outcome is possible under any reading."""
    for one in sets:  # noqa: SIM110 (a third of the time of `any`, in the innermost place)
        if one & (one - 1):
            return True
    return False
