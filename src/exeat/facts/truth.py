"""The algebra of truth: three values, of which *not known* is one (Kleene's strong logic).

``None`` is not known. It never turns into true or false by itself, and it decides nothing
that one of the known values decides.
"""

from __future__ import annotations

from collections.abc import Iterable

from exeat.facts.times import Truth

__all__ = ["every", "negate", "some"]


def negate(truth: Truth) -> Truth:
    """Return the contrary; what is not known stays so.

    Examples:
        >>> negate(True), negate(None)
        (False, None)
    """
    return None if truth is None else not truth


def every(truths: Iterable[Truth]) -> Truth:
    """Return whether all are true.

    Examples:
        >>> every([True, None]), every([None, False]), every([])
        (None, False, True)
    """
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def some(truths: Iterable[Truth]) -> Truth:
    """Return whether any is true.

    Examples:
        >>> some([False, None]), some([None, True]), some([])
        (None, True, False)
    """
    result: Truth = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            result = None
    return result
