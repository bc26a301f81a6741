"""What the law makes of a hold: the chain of outcomes, and sets of them.

On one request, under one reading, at one instant, a hold is one of four things, in a chain:
nothing allows it, it may be, binding rules contradict each other, it must be. What is not
known leaves several possible; such a set is a number whose bits are outcomes, so that it can
stand in a column. Everything here is worked out once from :func:`outcome`, the one place that
says how a command, a permission, a ban and an end add up: the table that decides a record,
and the claims that the proofs are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import IntEnum
from itertools import product
from typing import Final, TypeAlias

from exeat.decide.answer import Certainty, Verdict
from exeat.facts.times import Truth

__all__ = [
    "JOIN",
    "NOTHING",
    "ON_SERVICE",
    "STANDS",
    "Outcome",
    "Outcomes",
    "Stand",
    "merged",
    "outcome",
    "possible",
]


class Outcome(IntEnum):
    """What the law makes of a hold; the greater prevails where several requests are on file."""

    NONE = 0
    MAY = 1
    CONFLICT = 2
    MUST = 3


Outcomes: TypeAlias = int
"""A set of outcomes: bit ``1 << outcome`` is set for each that is possible."""

Stand: TypeAlias = Verdict | None
"""A set read as a verdict on the hold; None: nothing lets anybody keep the person."""

NOTHING: Final[Outcomes] = 1 << Outcome.NONE


def outcome(commanded: bool, allowed: bool, banned: bool, ended: bool) -> Outcome:
    """Return what a command, a permission, a ban and an end come to, all of them known.

    Args:
        commanded: A rule commands the hold, its own time not run out.
        allowed: A rule allows it, its own time not run out.
        banned: A rule of any level forbids it.
        ended: A limit on every hold has been reached, or a ban stands over every command.

    Examples:
        >>> outcome(True, False, True, False), outcome(False, True, True, False)
        (<Outcome.CONFLICT: 2>, <Outcome.NONE: 0>)
    """
    if ended:
        return Outcome.NONE
    if commanded:
        return Outcome.CONFLICT if banned else Outcome.MUST
    return Outcome.MAY if allowed and not banned else Outcome.NONE


_BOTH: Final = (False, True)


def _values(truth: Truth) -> tuple[bool, ...]:
    return _BOTH if truth is None else (truth,)


def _set_of(truths: tuple[Truth, ...]) -> Outcomes:
    found = 0
    for commanded, allowed, banned, ended in product(*map(_values, truths)):
        found |= 1 << outcome(commanded, allowed, banned, ended)
    return found


_SETS: Final[dict[tuple[Truth, ...], Outcomes]] = {
    truths: _set_of(truths) for truths in product((False, None, True), repeat=4)
}


def possible(commanded: Truth, allowed: Truth, banned: Truth, ended: Truth) -> Outcomes:
    """Return every outcome that is possible where some of it is not known.

    Examples:
        >>> possible(None, False, False, False) == (1 << Outcome.NONE) | (1 << Outcome.MUST)
        True
    """
    return _SETS[commanded, allowed, banned, ended]


def _members(outcomes: Outcomes) -> list[Outcome]:
    return [one for one in Outcome if outcomes >> one & 1]


def _joined(one: Outcomes, other: Outcomes) -> Outcomes:
    found = 0
    for a, b in product(_members(one), _members(other)):
        found |= 1 << max(a, b)
    return found


JOIN: Final = tuple(tuple(_joined(one, other) for other in range(16)) for one in range(16))
"""Two requests, or the two things that a hold can rest on, as one: the greater prevails."""


def _stand(outcomes: Outcomes) -> Stand:
    """Read a set whose open points lie in the law alone, every fact of the case being known."""
    found = set(_members(outcomes))
    if found <= {Outcome.NONE}:
        return None
    if len(found) == 1:
        [only] = found
        return {
            Outcome.MAY: Verdict.MAY_HOLD,
            Outcome.CONFLICT: Verdict.CONFLICT,
            Outcome.MUST: Verdict.MUST_HOLD,
        }[only]
    if found == {Outcome.NONE, Outcome.MAY}:
        return Verdict.RELEASE_UNLESS_INSTRUCTED
    if found == {Outcome.MAY, Outcome.MUST}:
        return Verdict.MAY_HOLD  # certainly may, perhaps must: nobody errs who keeps the person
    if found == {Outcome.CONFLICT, Outcome.MUST}:
        return Verdict.CONFLICT
    return Verdict.CALL_COUNSEL  # a command is reported, and nothing settles it


STANDS: Final[tuple[Stand, ...]] = tuple(_stand(outcomes) for outcomes in range(16))
"""Each set of outcomes as a verdict on the hold."""


ON_SERVICE: Final[Mapping[Stand, Stand]] = {
    Verdict.MUST_HOLD: Verdict.SERVE_FIRST,
    Verdict.CONFLICT: Verdict.SERVE_FIRST,
    Verdict.CALL_COUNSEL: Verdict.CALL_COUNSEL,
}
"""Where nothing stands for want of service, by how the hold would stand once served: how it
stands now. What would only be allowed waits for nobody."""


def merged(stands: Collection[Stand], ran_out: Callable[[], bool]) -> tuple[Stand, Certainty]:
    """Return what all readings of the law together say of the hold.

    Where one reading lets the person be kept and on another the time has run out, the
    shorter is the safe bound: no hold stands, possibly. Where they differ in anything
    else, such as whether there is any power to hold, counsel must decide.

    Args:
        stands: How the hold stands, under one reading or another.
        ran_out: Says, where it stands not at all under some, whether under each of these it
            would stand but for the time.

    Examples:
        >>> merged({None, Verdict.MAY_HOLD}, lambda: True)[0] is None
        True
        >>> merged({None, Verdict.MUST_HOLD}, lambda: True)[0].value
        'conflict'
    """
    different = set(stands)
    if len(different) == 1:
        [only] = different
        return only, Certainty.CERTAIN
    if not different & {Verdict.CONFLICT, Verdict.MUST_HOLD}:
        if None in different and ran_out():
            return None, Certainty.POSSIBLE
        for stand in (Verdict.CALL_COUNSEL, Verdict.RELEASE_UNLESS_INSTRUCTED):
            if stand in different:
                return stand, Certainty.POSSIBLE
    return Verdict.CONFLICT, Certainty.POSSIBLE
