"""What a custody record's events add up to.

Nothing overwrites an act: a second event that tells it differently is refused, and only
a ``corrected`` event changes it, which stays on record. What changes with time (a scheduled
release, a protective fact, the convictions looked up) is as it *happened* last, whenever it was
recorded; proof of status once shown is undone by a correction only. Acts that the desk records
(a copy served, a basis ended) are *never* until their event comes.

Examples:
    >>> from exeat.facts.events import events_from_json
    >>> said = events_from_json(
    ...     '{"event": "booked", "id": "e1", "record": "demo", "zone": "America/New_York",'
    ...     ' "occurred": "2026-03-06T09:00-05:00", "recorded": "2026-03-06", "by": "desk"}'
    ... )
    >>> fold(said).bases, fold(said).notices, fold(said).convictions
    (None, (), None)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from exeat.errors import Fault, RecordError, near_miss
from exeat.facts._faults import event_place, one_line
from exeat.facts._folding import Folding
from exeat.facts._turning import corrections_at_odds
from exeat.facts.codec import inconsistencies
from exeat.facts.events import BasisAdded, Booked, Corrected, DetainerLodged, Disputed, Event, Plain
from exeat.facts.record import CustodyRecord
from exeat.facts.times import Span, aware, done_by, span
from exeat.i18n.said import Said

__all__ = ["fold", "standing"]

_Known: TypeAlias = Callable[[Event], bool]


def fold(events: Iterable[Event], *, known_at: datetime | None = None) -> CustodyRecord:
    """Return the custody record that the events add up to.

    The order in which events are given never matters, nor does an event given twice.

    Args:
        events: Events of one custody record.
        known_at: Count only what was surely recorded by this instant, to say who knew what
            when. The whole list must still be free of faults; what was recorded by then
            about a thing that was not, such as the end of a basis, is passed over.

    Raises:
        RecordError: With every fault: an id with two contents, two records mixed, something
            said of a basis or request that no event names, no booking, an end before its start,
            a lift before its receipt, two events that say one thing otherwise at one time.
        ValueError: ``known_at`` has no time zone.
    """
    given = _unique(events)
    _one_record(given)
    zone = _zone(given)
    ordered = sorted(given, key=lambda event: _order(event, zone))
    whole = Folding(_standing(ordered, lambda _: True), _amendments(ordered), zone)
    corrections = [event for event in ordered if isinstance(event, Corrected)]
    faults = [*_bad_corrections(ordered), *corrections_at_odds(corrections, zone)]
    faults += [*_bad_disputes(ordered), *whole.faults]
    record = whole.record()
    if record is None:
        faults.append(_not_booked("has no event `booked`"))
    else:
        faults += inconsistencies(record, f"record `{one_line(record.id)}`")
    if faults or record is None:
        raise RecordError(faults)
    return record if known_at is None else _as_known(ordered, zone, aware(known_at, "known_at"))


def standing(events: Iterable[Event]) -> dict[str, Plain]:
    """Return each event as it reads after its corrections, by id; one withdrawn is left out.

    Args:
        events: Events of one custody record; corrections and disputes among them are no key.

    Raises:
        RecordError: An id stands for two contents.
    """
    given = _unique(events)
    zone = _zone(given)
    ordered = sorted(given, key=lambda event: _order(event, zone))
    return {event.id: event for event in _standing(ordered, lambda _: True)}


def _as_known(ordered: Sequence[Event], zone: ZoneInfo, at: datetime) -> CustodyRecord:
    instant = at.astimezone(UTC)

    def known(event: Event) -> bool:
        return done_by(event.recorded, instant, zone) is True

    amendments = [event for event in _amendments(ordered) if known(event)]
    record = Folding(_standing(ordered, known), amendments, zone).record()
    if record is None:
        fault = _not_booked(f"had no event `booked` surely recorded by {at.isoformat()}")
        raise RecordError([replace(fault, said=Said("fault.not_booked_by", {"time": at}))])
    return record


def _not_booked(words: str) -> Fault:
    return Fault("E109", "events", f"the record {words}", "Add the event `booked`, with its zone.")


def _unique(events: Iterable[Event]) -> list[Event]:
    """Return each event once; refuse an id that stands for two contents."""
    seen: dict[str, Event] = {}
    torn: set[str] = set()
    for event in events:
        if seen.setdefault(event.id, event) != event:
            torn.add(event.id)
    if torn:
        raise RecordError(
            Fault(
                "E106",
                event_place(id),
                f"the id `{one_line(id)}` stands for events that differ",
                "Give each event an id of its own; to change one, send an event `corrected`.",
            )
            for id in sorted(torn)
        )
    return list(seen.values())


def _one_record(events: Sequence[Event]) -> None:
    inner = [e.instead for e in events if isinstance(e, Corrected) and e.instead is not None]
    ids = sorted({event.record for event in (*events, *inner)})
    if len(ids) > 1:
        names = " and ".join(f"`{one_line(id)}`" for id in ids)
        raise RecordError(
            [Fault("E107", "events", f"are of {names}", "Fold the events of one record at a time.")]
        )


def _zone(events: Sequence[Event]) -> ZoneInfo:
    """Return the zone in which bare dates are put in order; a wrong one is refused later."""
    booked = min((e for e in events if isinstance(e, Booked)), key=lambda e: e.id, default=None)
    try:
        return ZoneInfo("UTC" if booked is None else booked.zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _order(event: Event, zone: ZoneInfo) -> tuple[Span, Span, str]:
    return span(event.recorded, zone), span(event.occurred, zone), event.id


def _amendments(ordered: Sequence[Event]) -> list[Corrected | Disputed]:
    return [event for event in ordered if isinstance(event, Corrected | Disputed)]


def _standing(ordered: Sequence[Event], known: _Known) -> Iterator[Plain]:
    """Yield what stands: each event, or what its last known correction says instead."""
    last = {e.of: e for e in ordered if isinstance(e, Corrected) and known(e)}
    for event in ordered:
        if isinstance(event, Corrected | Disputed):
            continue
        correction = last.get(event.id)
        if correction is None and known(event):
            yield event
        elif correction is not None and correction.instead is not None:
            yield correction.instead


def _bad_corrections(ordered: Sequence[Event]) -> Iterator[Fault]:
    by_id = {event.id: event for event in ordered}
    for event in ordered:
        if not isinstance(event, Corrected):
            continue
        target, instead = by_id.get(event.of), event.instead
        of = one_line(event.of)
        if target is None:
            near = near_miss(event.of, sorted(by_id))
            words = f"no event has the id `{of}`"
            yield Fault("E108", event_place(event.id, "of"), words, f"Name an event.{near}")
        elif isinstance(target, Corrected | Disputed):
            words = f"`{of}` is itself of the kind `{target.event}`"
            help = "Correct the event that it is about, once more."
            yield Fault("E111", event_place(event.id, "of"), words, help)
        elif instead is not None and (instead.id, instead.event) != (target.id, target.event):
            words = f"`{one_line(instead.id)}`, `{instead.event}`, is put for another event"
            help = f"Keep its id `{of}` and its kind `{target.event}`, or withdraw it with null."
            yield Fault("E111", event_place(event.id, "instead"), words, help)


def _bad_disputes(ordered: Sequence[Event]) -> Iterator[Fault]:
    """Say which disputes are about nothing that was ever on record."""
    named: set[str] = set()
    for event in ordered:
        named |= {event.id, event.record}
        said = event.instead if isinstance(event, Corrected) else event
        if isinstance(said, BasisAdded):
            named.add(said.basis)
        elif isinstance(said, DetainerLodged):
            named.add(said.detainer)
    for event in ordered:
        if isinstance(event, Disputed) and event.of not in named:
            near = near_miss(event.of, sorted(named))
            words = f"nothing on record has the id `{one_line(event.of)}`"
            help = f"Name an event, a basis, a request or the record.{near}"
            yield Fault("E108", event_place(event.id, "of"), words, help)
