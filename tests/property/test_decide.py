"""What holds for every record, in every place, on every day."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from tests.property.decide_cases import (
    GO,
    HELD,
    HOLDING,
    LAWS,
    PLACES,
    TELLING,
    Asked,
    asked,
    full_records,
    moments,
)
from tests.strategies import records

from exeat.decide import Answer, Certainty, Reason, Verdict, decide, verdict
from exeat.facts.case import zone_of
from exeat.facts.codes import FacilityKind
from exeat.facts.record import CustodyRecord
from exeat.rules.library import shipped
from exeat.rules.model import Actor
from exeat.rules.place import law_of_place
from exeat.say.questions import say_ask
from exeat.say.reasons import say_reason

slow_to_draw = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=100)
# `until` says until when a hold would run.
WOULD_BE_HELD = frozenset(
    {
        Verdict.RELEASE_UNLESS_INSTRUCTED,
        Verdict.CALL_COUNSEL,
        Verdict.SERVE_FIRST,
        Verdict.BRING_FIRST,
    }
)
# A ground to hold can be taken away, time can pass, a fact can be lost: none may lead here.
MAY_BE_KEPT = HELD | WOULD_BE_HELD | {Verdict.UNKNOWN, Verdict.CONFLICT}


def gist(answer: Answer) -> dict[str, Any]:
    """Return what a reader acts on, in no order."""
    return {
        "verdict": answer.verdict,
        "certainty": answer.certainty,
        "until": answer.until,
        "overdue": answer.overdue_since,
        "decided": {rule.id for rule in answer.decided_by},
        "unevaluated": {u.rule.id for u in answer.unevaluated},
        "questions": {(q.fact, q.detainer, q.rules) for q in answer.questions},
        "duties": {(d.rule.id, d.detainer, d.due, d.state, d.certainty) for d in answer.duties},
        "options": {(o.rule.id, o.detainer, o.certainty) for o in answer.options},
        "conflicts": {(c.kind, c.asks, frozenset(r.id for r in c.rules)) for c in answer.conflicts},
        "windows": {(w.rule.id, w.detainer, w.start, w.end, w.certainty) for w in answer.windows},
    }


# -- the two forms of one answer ----------------------------------------------------------------


@slow_to_draw
@given(asked())
def test_the_verdict_alone_is_the_verdict_of_the_full_answer(ask: Asked) -> None:
    answer = decide(ask.record, ask.law, ask.at)
    assert verdict(ask.record, ask.law, ask.at) == (answer.verdict, answer.certainty)


@slow_to_draw
@given(records(), st.sampled_from(PLACES), st.sampled_from(list(Actor)), moments())
def test_decide_answers_whatever_the_record(
    record: CustodyRecord, place: str, actor: Actor, at: datetime
) -> None:
    law = law_of_place(place, shipped(), actor=actor)
    answer = decide(record, law, at)
    assert answer.because
    steps = {step.code for step in answer.because}
    assert not (answer.verdict is Verdict.IN_CUSTODY and Reason.ELIGIBLE in steps)
    assert all(say_reason(step, answer, law, zone_of(record.zone)) for step in answer.because)
    assert (answer.overdue_since is not None) is (answer.verdict is Verdict.OVERDUE)
    assert answer.until is None or answer.verdict in HELD | WOULD_BE_HELD
    assert not (answer.until is not None and answer.until <= at), "a hold that is over stands"
    if answer.verdict is Verdict.UNKNOWN:
        assert answer.questions
    assert len({(say_ask(q.asks), q.detainer) for q in answer.questions}) == len(answer.questions)


@given(st.sampled_from(PLACES), full_records())
def test_an_instant_without_a_zone_is_refused(place: str, record: CustodyRecord) -> None:
    for ask in (decide, verdict):
        with pytest.raises(ValueError, match="time zone"):
            ask(record, LAWS[place], datetime(2026, 4, 10, 18))  # noqa: DTZ001


# -- order --------------------------------------------------------------------------------------


@slow_to_draw
@given(asked(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_typed_never_matters(ask: Asked, dice: random.Random) -> None:
    record, law, at = ask.record, ask.law, ask.at

    def mixed(items: Any) -> Any:
        return None if items is None else tuple(dice.sample(items, len(items)))

    shuffled = replace(
        record,
        bases=mixed(record.bases),
        detainers=mixed(record.detainers),
        notices=mixed(record.notices),
        convictions=mixed(record.convictions),
    )
    assert gist(decide(shuffled, law, at)) == gist(decide(record, law, at))


@slow_to_draw
@given(asked(), st.randoms(use_true_random=False))
def test_the_order_of_rules_in_a_file_never_matters(ask: Asked, dice: random.Random) -> None:
    record, law, at = ask.record, ask.law, ask.at
    places = {
        place.id: replace(
            place,
            rules=tuple(dice.sample(place.rules, len(place.rules))),
            contests=tuple(dice.sample(place.contests, len(place.contests))),
            suspensions=tuple(dice.sample(place.suspensions, len(place.suspensions))),
            sources=dict(dice.sample(list(place.sources.items()), len(place.sources))),
        )
        for place in dice.sample(law.chain, len(law.chain))
    }
    assert gist(decide(record, law_of_place(law.id, places), at)) == gist(decide(record, law, at))


# -- taking a ground to hold away ---------------------------------------------------------------


def check_no_longer(before: Answer, after: Answer) -> None:
    """Check that what is left allows no hold that did not stand, and none that ends later.

    Where time had run out on one reading only, the answer before was possible and not certain.
    With fewer grounds it may then be `unknown` whether there ever was a power to hold; that is
    less, and no hold either.
    """
    if before.verdict in GO:
        barred = MAY_BE_KEPT
        if before.certainty is Certainty.POSSIBLE:
            barred = MAY_BE_KEPT - {Verdict.UNKNOWN}
        assert after.verdict not in barred, (before.verdict, after.verdict)
    if before.verdict is after.verdict and before.verdict in HELD and before.until is not None:
        assert after.until is not None and after.until <= before.until


@slow_to_draw
@given(asked(), st.data())
def test_taking_a_request_away_never_lengthens_a_hold(ask: Asked, data: st.DataObject) -> None:
    record, law, at = ask.record, ask.law, ask.at
    assume(record.detainers)
    gone = data.draw(st.sampled_from(record.detainers))
    left = replace(record, detainers=tuple(d for d in record.detainers if d is not gone))
    check_no_longer(decide(record, law, at), decide(left, law, at))


@slow_to_draw
@given(asked(), st.data())
def test_taking_a_warrant_away_never_lengthens_a_hold(ask: Asked, data: st.DataObject) -> None:
    record, law, at = ask.record, ask.law, ask.at
    held = [d for d in record.detainers if d.warrants]
    assume(held)
    gone = data.draw(st.sampled_from(held))
    bare = replace(gone, warrants=())
    left = replace(record, detainers=tuple(bare if d is gone else d for d in record.detainers))
    check_no_longer(decide(record, law, at), decide(left, law, at))


@slow_to_draw
@given(asked(), st.data())
def test_lifting_a_request_never_lengthens_a_hold(ask: Asked, data: st.DataObject) -> None:
    record, law, at = ask.record, ask.law, ask.at
    assume(record.detainers)
    gone = data.draw(st.sampled_from(record.detainers))
    lifted = replace(gone, lifted=at)
    left = replace(record, detainers=tuple(lifted if d is gone else d for d in record.detainers))
    check_no_longer(decide(record, law, at), decide(left, law, at))


# -- time ---------------------------------------------------------------------------------------

# No rule of the shipped law begins or ends from here on, and every act below is over.
QUIET = datetime(2027, 1, 4, 17, tzinfo=UTC)
DONE = QUIET + timedelta(hours=9)


def test_no_shipped_rule_about_a_hold_changes_after_the_quiet_day() -> None:
    for place in shipped().values():
        for rule in (rule for rule in place.rules if rule.trigger.value != "standing"):
            assert rule.first_day.latest < QUIET.date(), rule.id
            assert rule.last_day is None or rule.last_day.latest < QUIET.date(), rule.id


@slow_to_draw
@given(
    full_records(st.just(QUIET)),
    st.sampled_from(PLACES),
    st.integers(0, 200),
    st.integers(1, 24 * 60 * 10),
)
def test_time_moving_on_never_revives_a_hold_that_is_over(
    record: CustodyRecord, place: str, hours: int, minutes: int
) -> None:
    law, first = LAWS[place], DONE + timedelta(hours=hours)
    before, _ = verdict(record, law, first)
    assume(before in GO)
    after, _ = verdict(record, law, first + timedelta(minutes=minutes))
    assert after in GO


@settings(slow_to_draw, suppress_health_check=list(HealthCheck))
@given(full_records(st.just(QUIET)), st.sampled_from(HOLDING), st.integers(0, 60 * 36))
def test_a_hold_stands_up_to_its_end_and_not_at_it(
    record: CustodyRecord, place: str, minutes: int
) -> None:
    law, at = LAWS[place], DONE + timedelta(minutes=minutes)
    answer = decide(record, law, at)
    assume(answer.until is not None)
    assert answer.until is not None
    said = (answer.verdict, answer.certainty)
    assert verdict(record, law, answer.until - timedelta(microseconds=1)) == said
    assert verdict(record, law, answer.until) != said


# -- what is not known --------------------------------------------------------------------------


def forget(record: CustodyRecord, what: str) -> CustodyRecord:
    """Return the record without one fact; see LOSSES."""
    person = {"status_proof"}
    if what in person:
        return replace(record, person=replace(record.person, **{what: None}))
    if what in ("convictions", "notices"):
        return replace(record, **{what: None})
    if what in ("end", "offence"):
        return replace(record, bases=tuple(replace(b, **{what: None}) for b in record.bases))
    if what == "agreement_287g":
        return replace(record, facility=replace(record.facility, agreement_287g=None))
    return replace(record, detainers=tuple(replace(d, **{what: None}) for d in record.detainers))


LOSSES = (
    "status_proof", "convictions", "notices", "end", "offence", "agreement_287g", "form", "served",
    "grounds", "warrants", "names_this_person", "hold_ordered", "lifted", "received",
)  # fmt: skip


@slow_to_draw
@given(asked(), st.sampled_from(LOSSES))
def test_a_fact_that_is_lost_never_turns_a_release_into_a_hold(ask: Asked, what: str) -> None:
    record, law, at = ask.record, ask.law, ask.at
    before, _ = verdict(record, law, at)
    assume(before in GO)
    after, _ = verdict(forget(record, what), law, at)
    assert after not in HELD


# -- the strategies themselves ------------------------------------------------------------------


def test_the_drawn_cases_reach_every_verdict() -> None:
    seen: set[Verdict] = set()

    def look(ask: Asked) -> None:
        seen.add(verdict(ask.record, ask.law, ask.at)[0])

    # Each where some verdict is at home.
    homes: dict[tuple[str, ...], int] = {
        (): 300, ("us-nc",): 600, ("us-ok",): 600, ("us-al", "us-va"): 300, (TELLING,): 300,
    }  # fmt: skip
    for places, many in homes.items():
        fixed = settings(
            max_examples=many, derandomize=True, phases=[Phase.generate], database=None
        )
        fixed(given(asked(places))(look))()
    assert seen == set(Verdict)


def test_every_kind_of_house_has_rules_of_its_own() -> None:
    assert {kind.value for kind in FacilityKind} <= {actor.value for actor in Actor}
