"""What holds for every list of events: order and repetition never matter, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import events

from exeat.errors import RecordError
from exeat.facts.codec import record_from_json, record_to_json
from exeat.facts.events import (
    BasisAdded,
    Booked,
    Corrected,
    DetainerLodged,
    Disputed,
    Event,
    NotInCustodyHere,
    event_to_json,
    events_from_json,
)
from exeat.facts.fold import fold
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER, bounds

UTC_ZONE = ZoneInfo("UTC")
LATE = datetime(2100, 1, 1, tzinfo=UTC)


@given(events(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(told: list[Event], random: Random) -> None:
    again = told + [event for event in told if random.random() < 0.5]
    random.shuffle(again)
    assert fold(again) == fold(told)


@given(events(), st.randoms(use_true_random=False))
def test_under_which_id_something_was_said_decides_nothing(
    told: list[Event], random: Random
) -> None:
    ids = sorted(event.id for event in told)
    swapped = dict(zip(ids, random.sample(ids, len(ids)), strict=True))
    record, other = fold(told), fold(_renamed(event, swapped) for event in told)
    assert _without_ids(other) == _without_ids(record)


def _renamed(event: Event, ids: dict[str, str]) -> Event:
    """Return an event under another id, as are those that it names."""
    said: dict[str, Any] = {"id": ids[event.id]}
    for field in ("of", "transfer"):
        if hasattr(event, field):
            said[field] = ids.get(getattr(event, field), getattr(event, field))
    if isinstance(event, Corrected) and event.instead is not None:
        said["instead"] = _renamed(event.instead, ids)
    return replace(event, **said)


def _without_ids(record: CustodyRecord) -> CustodyRecord:
    return replace(
        record,
        bases=tuple(sorted(record.grounds, key=lambda basis: basis.id)),
        detainers=tuple(sorted(record.detainers, key=lambda detainer: detainer.id)),
        notices=tuple(sorted((replace(n, id="") for n in record.notices or ()), key=repr)),
        transfers=tuple(sorted(record.transfers, key=repr)),
        corrections=tuple(sorted((replace(c, id="", of="") for c in record.corrections), key=repr)),
    )


@given(events())
def test_every_event_reads_back_from_an_array_and_from_lines(told: list[Event]) -> None:
    lines = [event_to_json(event) for event in told]
    assert events_from_json("\n".join(lines)) == tuple(told)
    assert events_from_json(f"[{','.join(lines)}]".encode()) == tuple(told)


@given(events())
def test_what_events_add_up_to_is_a_record_that_reads_back(told: list[Event]) -> None:
    record = fold(told)
    assert record_from_json(record_to_json(record)) == record


@given(events())
def test_every_basis_and_request_is_there_and_none_besides(told: list[Event]) -> None:
    record = fold(told)
    added = {event.basis for event in told if isinstance(event, BasisAdded)}
    lodged = {event.detainer for event in told if isinstance(event, DetainerLodged)}
    assert {basis.id for basis in record.grounds} == added
    assert {detainer.id for detainer in record.detainers} == lodged


@given(events())
def test_corrections_and_disputes_all_stay_on_record(told: list[Event]) -> None:
    kept = (Corrected, Disputed, NotInCustodyHere)
    assert sorted(c.id for c in fold(told).corrections) == sorted(
        event.id for event in told if isinstance(event, kept)
    )


@given(events())
def test_the_desk_always_knows_whether_its_own_acts_happened(told: list[Event]) -> None:
    record = fold(told)
    assert record.notices is not None
    assert all(basis.end is not None for basis in record.grounds)
    for d in record.detainers:
        assert None not in (d.received, d.served, d.acknowledged, d.hold_ordered, d.decided)
        assert d.lifted is not None


def _exactly_recorded(told: Sequence[Event]) -> list[tuple[datetime, Event]]:
    """Return the events with an exact time of record each, so that a test can compare it."""
    exact = []
    for event in told:
        at = bounds(event.recorded, UTC_ZONE)[0] or LATE - timedelta(days=1)
        exact.append((at, replace(event, recorded=at)))
    return exact


@given(events())
def test_long_after_all_was_recorded_all_is_known(told: list[Event]) -> None:
    exact = [event for _, event in _exactly_recorded(told)]
    assert fold(exact, known_at=LATE) == fold(exact)


@given(events(), st.integers(0, 40))
def test_what_was_known_is_what_the_events_recorded_by_then_add_up_to(
    told: list[Event], which: int
) -> None:
    exact = _exactly_recorded(told)
    at = exact[which % len(exact)][0]
    try:
        expected = fold(event for recorded, event in exact if recorded <= at)
    except RecordError:
        # No booking yet, or something said of a thing that was recorded only later.
        return
    assert fold([event for _, event in exact], known_at=at) == expected


@given(events(), st.integers(0, 40), st.integers(0, 100_000))
def test_time_moving_on_never_makes_a_basis_a_request_or_its_end_unknown_again(
    told: list[Event], which: int, minutes: int
) -> None:
    plain = [event for event in told if not isinstance(event, Corrected | Disputed)]
    exact = _exactly_recorded(plain)
    all_of_them = [event for _, event in exact]
    booked = next(at for at, event in exact if isinstance(event, Booked))
    at = max(booked, exact[which % len(exact)][0])
    before = fold(all_of_them, known_at=at)
    now = fold(all_of_them, known_at=at + timedelta(minutes=minutes))
    ended = {basis.id: basis.end for basis in now.grounds}
    for basis in before.grounds:
        assert basis.end is NEVER or ended[basis.id] == basis.end
    assert {d.id for d in before.detainers} <= {d.id for d in now.detainers}
