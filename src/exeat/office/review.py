"""Which entries a second person looks at: those by which a jail takes a hold away."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import UTC, datetime
from typing import Final

from exeat.decide import Verdict
from exeat.decide.timeline import Timeline
from exeat.decide.verdict import ruling
from exeat.facts.events import Corrected, DetainerLifted, Event
from exeat.facts.record import CustodyRecord
from exeat.rules.place import LawOfPlace

__all__ = ["takes_a_hold_away"]

_HOLDS: Final = frozenset(
    {
        Verdict.MUST_HOLD,
        Verdict.MAY_HOLD,
        Verdict.SERVE_FIRST,
        Verdict.BRING_FIRST,
        Verdict.CALL_COUNSEL,
        Verdict.CONFLICT,
    }
)


def takes_a_hold_away(
    events: Sequence[Event],
    before: CustodyRecord,
    after: CustodyRecord,
    law: LawOfPlace,
    at: datetime,
    *,
    theirs: Set[str],
) -> bool:
    """Say whether an entry that undoes another leaves no hold where one stood.

    That is a correction, or the end of a request that its own sender could have ended. Asked as
    of the door: while a charge still runs, what a release would open counts, or whoever undoes
    the request first and takes the bail afterwards would pass.

    Args:
        events: What was added.
        before: The record without it.
        after: The record with it.
        law: That of the place.
        at: Now.
        theirs: The ids of the requests that another agency entered itself.
    """
    undoing = [event for event in events if _undoes(event, theirs)]
    if not undoing or after.release is not None:
        return False
    then, now = _at_the_door(before, law, at), _at_the_door(after, law, at)
    if then is Verdict.UNKNOWN:
        # To fill in what was missing is what a question asks for; to take the request away is not.
        withdrawn = any(getattr(event, "instead", None) is None for event in undoing)
        return withdrawn and bool(before.detainers) and now not in {*_HOLDS, Verdict.UNKNOWN}
    return then in _HOLDS and now not in _HOLDS


def _undoes(event: Event, theirs: Set[str]) -> bool:
    if isinstance(event, DetainerLifted):
        return event.detainer in theirs
    return isinstance(event, Corrected)


def _at_the_door(record: CustodyRecord, law: LawOfPlace, at: datetime) -> Verdict:
    found = ruling(Timeline(record, law), at).verdict
    if found is not Verdict.IN_CUSTODY:
        return found
    now = at.astimezone(UTC)
    return ruling(Timeline(record, law, leaves=(now, now)), at).verdict
