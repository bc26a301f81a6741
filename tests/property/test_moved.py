"""A person who is moved under the same law gets the answer that they would have had at home."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.strategies import events

from exeat.decide import Answer, decide
from exeat.desk.service._moved import moved_along
from exeat.facts import events as ev
from exeat.facts.events import Event
from exeat.facts.fold import fold, standing
from exeat.facts.record import CustodyRecord
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

LIBRARY = shipped()
_OF_THE_HOUSE = (ev.Released, ev.Transferred, ev.TransferAcknowledged)
PLACES = ("us-wa-pierce", "us-tx", "us-az", "us-nc", "us-oh", "us-va-fairfax", "us-al")


def there(told: list[Event], at: datetime) -> CustodyRecord:
    """Return the record at the next jail, which took the person over at an instant."""
    former = fold(told)
    said = {"id": "m", "record": "next", "occurred": at, "recorded": at, "by": "next-jail"}
    booked = ev.Booked(
        **said,
        zone=former.zone,
        facility=former.facility,
        custody_since=former.booked,
        bases_complete=former.bases_complete,
    )
    return fold([booked, *moved_along(said, standing(told).values())])


def said_of(answer: Answer) -> tuple[object, ...]:
    return (
        answer.verdict, answer.certainty, answer.eligible_since, answer.eligible_latest,
        answer.until, answer.overdue_since, answer.perhaps_must,
        [(d.rule.id, d.detainer, d.due, d.state, d.certainty) for d in answer.duties],
        # Two requests that came at one instant have no order of their own.
        sorted((o.rule.id, str(o.detainer), o.certainty) for o in (*answer.options, *answer.bans)),
        # Each house's own page begins a window no earlier than the person came there.
        [(w.rule.id, w.detainer, w.end, w.certainty) for w in answer.windows],
        [(q.fact, q.changes) for q in answer.questions],
    )  # fmt: skip


@given(events(), st.integers(0, 45 * 24 * 60), st.integers(0, 72), st.sampled_from(PLACES))
def test_the_answer_at_the_next_jail_is_the_answer_had_the_person_stayed(
    told: list[Event], minutes: int, hours: int, place: str
) -> None:
    ids = {event.id for event in told if isinstance(event, _OF_THE_HOUSE)}
    stayed = list(told)
    while dropped := [e for e in stayed if e.id in ids or getattr(e, "of", "") in ids]:
        ids |= {event.id for event in dropped}  # and what was said of them in turn
        stayed = [e for e in stayed if e.id not in ids]
    law, former = law_of_place(place, LIBRARY), fold(stayed)
    booked = former.booked
    assume(isinstance(booked, datetime))
    assert isinstance(booked, datetime)
    moved = booked + timedelta(minutes=minutes)
    at = moved + timedelta(hours=hours)
    before, after = decide(former, law, at), decide(there(stayed, moved), law, at)
    assert said_of(after) == said_of(before)
