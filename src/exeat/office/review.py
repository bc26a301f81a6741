"""Which corrections a second person looks at: those that take a hold away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from exeat.decide import Verdict
from exeat.decide.timeline import Timeline
from exeat.decide.verdict import ruling
from exeat.facts.events import Corrected, Event
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
) -> bool:
    """Say whether a correction among new events leaves no hold where one stood.

    Asked as of the door: while a charge still runs, what a release would open counts, or
    whoever corrects the request first and takes the bail afterwards would pass.
    """
    corrections = [event for event in events if isinstance(event, Corrected)]
    if not corrections:
        return False
    then, now = _at_the_door(before, law, at), _at_the_door(after, law, at)
    if then is Verdict.UNKNOWN:
        # To fill in what was missing is what a question asks for; to take the request away is not.
        withdrawn = any(event.instead is None for event in corrections)
        return withdrawn and bool(before.detainers) and now not in {*_HOLDS, Verdict.UNKNOWN}
    return then in _HOLDS and now not in _HOLDS


def _at_the_door(record: CustodyRecord, law: LawOfPlace, at: datetime) -> Verdict:
    found = ruling(Timeline(record, law), at).verdict
    if found is not Verdict.IN_CUSTODY:
        return found
    now = at.astimezone(UTC)
    return ruling(Timeline(record, law, leaves=(now, now)), at).verdict
