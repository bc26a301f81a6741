"""What a record leaves open, filled in each way, only until two ways do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exeat.decide.answer import Certainty, Verdict
from exeat.decide.outcome import Outcomes
from exeat.decide.scale import Found, Scale, is_open
from exeat.facts.bits import FALSE, OPEN, TRUE

__all__ = ["Filling", "Free", "agreed", "opened"]

_MOST = 256
"""How often open marks are filled in before it is said that the record cannot decide."""
_ENOUGH = 48
"""How often they are to learn what an answer to a question would still leave open."""


class Free:
    """Something that a record leaves open: where its bits stand, and what they can be."""

    __slots__ = ("homes", "values")

    def __init__(self, homes: list[tuple[list[int], int]], values: tuple[int, ...]) -> None:
        self.homes = homes
        self.values = values

    def bits(self) -> list[int]:
        """Return what stands in each place."""
        return [home[index] for home, index in self.homes]

    def put(self, value: int) -> None:
        """Write one value into every place."""
        for home, index in self.homes:
            home[index] = value

    def back(self, bits: Sequence[int]) -> None:
        """Write back what stood there."""
        for (home, index), value in zip(self.homes, bits, strict=True):
            home[index] = value


def opened(scale: Scale) -> list[Free]:
    """Return what the cases leave open: where its bits stand, and the values it can have."""
    found: list[Free] = []
    for index, mark in enumerate(scale.program.marks):
        if not mark.of_case:
            continue
        homes = [s.marks for s in scale.sheets if mark.is_open(s.marks[index])]
        if homes and mark.shared:
            found.append(Free([(home, index) for home in homes], mark.values))
        else:
            found += [Free([(home, index)], mark.values) for home in homes]
    for sheet in scale.sheets:
        for index, bits in enumerate(sheet.limits):
            if bits == OPEN and scale.by_time:
                found.append(Free([(sheet.limits, index)], (FALSE, TRUE)))
    return found


class Filling:
    """A search through the ways in which the open marks of a scale can be filled in.

    Args:
        scale: The requests; it is left as it was.
        acts: Whether acts of the jail that would open a hold are looked for.
        whole: Go on where two ways do not agree, to learn all that they come to.
        mild: No command, and no act that would open one, can stand whatever is filled in.

    Attributes:
        found: What the ways tried so far come to.
        told: It was told before all ways agreed: counsel is asked anyhow.
    """

    def __init__(
        self, scale: Scale, *, acts: bool = True, whole: bool = False, mild: bool = False
    ) -> None:
        self.scale = scale
        self.acts = acts
        self.whole = whole
        self.mild = mild
        self.told = False
        self.found: set[Found] = set()
        self._spent = 0

    def explore(self, free: Sequence[Free]) -> bool:
        """Fill in what is open, each way, until two ways do not agree; say whether all do."""
        self._spent += 1
        if self._spent > _MOST:
            return False
        doubtful = next((s for s in self.scale.sheets if s.on_file == OPEN), None)
        if doubtful is not None:
            agree = True
            for bits in (TRUE, FALSE):
                doubtful.on_file = bits
                agree = agree and self.explore(free)
            doubtful.on_file = OPEN
            return agree
        sets = self.scale.sets()
        matters = self._next(free, sets)
        if matters is None:
            return self._leaf(sets)
        before = matters.bits()
        rest = [one for one in free if one is not matters]
        agree = True
        for value in matters.values:
            matters.put(value)
            agree = agree and self.explore(rest)
        matters.back(before)
        return agree

    def _next(self, free: Sequence[Free], sets: tuple[Outcomes, ...]) -> Free | None:
        """Return what to fill in next; None where nothing that is open can still decide.

        First what decides by itself. Where nothing does, two things may still do so together: of
        two requests, neither of which is known to name this person, neither name alone shuts the
        hold out. So then anything on which a rule still hangs.
        """
        if not is_open(sets):
            return None
        alone = next((one for one in free if self._moves(one, sets)), None)
        return alone or next(self._hung_on(free), None)

    def _hung_on(self, free: Sequence[Free]) -> Iterator[Free]:
        sheets = [sheet for sheet in self.scale.sheets if sheet.on_file == TRUE]
        places = {id(sheet.marks): self.scale.waits_for(sheet) for sheet in sheets}
        limits = {id(sheet.limits) for sheet in sheets}
        for one in free:
            if any(id(h) in limits or i in places.get(id(h), ()) for h, i in one.homes):
                yield one

    def _moves(self, free: Free, sets: tuple[Outcomes, ...]) -> bool:
        """Say whether any value of what is open moves the sets by itself."""
        before = free.bits()
        moved = False
        for value in free.values:
            free.put(value)
            if self.scale.sets() != sets:
                moved = True
                break
        free.back(before)
        return moved

    def _leaf(self, sets: Sequence[Outcomes]) -> bool:
        stand, certainty = self.scale.stands(sets)
        if stand is None and certainty is Certainty.CERTAIN and self.acts:
            first, open_ = self.scale.first()
            if open_:
                first = Verdict.UNKNOWN, Certainty.CERTAIN
            if first is not None:
                stand, certainty = first
        self.found.add((stand, certainty))
        if self.whole:
            return self._spent < _ENOUGH
        return agreed(self.found)[0] is not Verdict.UNKNOWN and not self._settled()

    def _settled(self) -> bool:
        """Say whether it is told already: no command can stand, and counsel is asked anyhow."""
        stands = {stand for stand, _ in self.found}
        self.told = len(stands) > 1 and Verdict.RELEASE_UNLESS_INSTRUCTED in stands and self.mild
        return self.told


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
