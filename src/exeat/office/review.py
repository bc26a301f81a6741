"""Which entries a second person looks at: those by which a jail takes a hold away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Final

from exeat.decide import Verdict
from exeat.decide.timeline import Timeline
from exeat.decide.verdict import ruling
from exeat.facts.codes import JUDGE_SIGNED, WarrantKind
from exeat.facts.events import Corrected, DetainerLifted, DetainerLodged, Event, PaperRead
from exeat.facts.record import CustodyRecord
from exeat.rules.place import LawOfPlace

__all__ = ["ends_unread", "reads_a_judge_away", "takes_a_hold_away"]

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
    if _of_judges(before) - _of_judges(after):
        return True
    then, now = _at_the_door(before, law, at), _at_the_door(after, law, at)
    if then is Verdict.UNKNOWN:
        # To fill in what was missing is what a question asks for; to take the request away is not.
        withdrawn = any(getattr(event, "instead", None) is None for event in undoing)
        return withdrawn and bool(before.detainers) and now not in {*_HOLDS, Verdict.UNKNOWN}
    return then in _HOLDS and now not in _HOLDS


def reads_a_judge_away(events: Sequence[Event], before: Mapping[str, Event]) -> bool:
    """Say whether the papers were read as no judge's, where their issuer says that a judge signed.

    Args:
        events: What was added.
        before: What stood before it, by id.
    """
    lodged = [one for one in before.values() if isinstance(one, DetainerLodged) and one.unread]
    claimed = {one.detainer for one in lodged if JUDGE_SIGNED.intersection(one.warrants or ())}
    return any(
        isinstance(event, PaperRead)
        and event.detainer in claimed
        and not JUDGE_SIGNED.intersection(event.warrants)
        for event in events
    )


def ends_unread(events: Sequence[Event], before: Mapping[str, Event]) -> bool:
    """Say whether a jail ends a request of another agency whose papers nobody has read.

    Nobody can tell then whether a hold goes with it.

    Args:
        events: What the jail added.
        before: What stood before it, by id.
    """
    stands = before.values()
    read = {one.detainer for one in stands if isinstance(one, PaperRead)}
    unread = {
        one.detainer
        for one in stands
        if isinstance(one, DetainerLodged)
        and one.unread
        and set(one.warrants or ()) - {WarrantKind.NONE}
    }
    return any(
        isinstance(event, DetainerLifted) and event.detainer in unread - read for event in events
    )


def _of_judges(record: CustodyRecord) -> set[str]:
    """Return the open requests with which a judge's warrant for this person came.

    It is a ground of custody by itself, so that the door is not what it is asked of.
    """
    return {
        one.id
        for one in record.detainers
        if one.open
        and one.names_this_person is not False
        and JUDGE_SIGNED.intersection(one.warrants or ())
    }


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
