"""Custody is the union of its grounds, and requests join: how either is told changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.property.decide_cases import HELD, HOLDING, Asked, asked

from exeat.audit import examine
from exeat.decide import Certainty, Verdict, decide, verdict
from exeat.facts.codes import ReleaseKind
from exeat.facts.record import Basis, CustodyRecord, Detainer, Release
from exeat.facts.times import NEVER

slow_to_draw = settings(suppress_health_check=list(HealthCheck), max_examples=100)
rare = settings(slow_to_draw, max_examples=40)


def told(ask: Asked, record: CustodyRecord) -> tuple[Any, ...]:
    """Return what the door says of a record, and what the audit says once the person has left."""
    answer = decide(record, ask.law, ask.at)
    left = replace(record, release=Release(at=ask.at, kind=ReleaseKind.STREET))
    found = {(f.kind, f.start, f.end, f.certainty) for f in examine(left, ask.law).findings}
    return answer.verdict, answer.certainty, answer.until, answer.overdue_since, found


@slow_to_draw
@given(asked(), st.data())
def test_splitting_a_ground_in_two_that_adjoin_changes_nothing(
    ask: Asked, data: st.DataObject
) -> None:
    whole = [
        basis
        for basis in ask.record.grounds
        if isinstance(basis.start, datetime)
        and (basis.end is NEVER or (isinstance(basis.end, datetime) and basis.start < basis.end))
    ]
    assume(whole)
    basis = data.draw(st.sampled_from(whole))
    assert isinstance(basis.start, datetime)
    end = basis.end if isinstance(basis.end, datetime) else basis.start + timedelta(days=20)
    cut = basis.start + (end - basis.start) * data.draw(st.integers(1, 99)) / 100
    halves = replace(basis, id="first", end=cut), replace(basis, id="second", start=cut)
    bases = tuple(one for old in ask.record.grounds for one in (halves if old is basis else (old,)))
    assert told(ask, replace(ask.record, bases=bases)) == told(ask, ask.record)


@slow_to_draw
@given(asked(), st.integers(1, 60 * 24 * 9))
def test_a_gap_between_grounds_is_seen(ask: Asked, minutes: int) -> None:
    at, gap = ask.at, timedelta(minutes=minutes)
    grounds = (
        tuple(
            Basis(id=id, kind=ask.record.grounds[0].kind, start=start, end=end)
            for id, start, end in [
                ("before", at - timedelta(days=99), at - gap),
                ("after", at + timedelta(minutes=1), NEVER),
            ]
        )
        if ask.record.grounds
        else ()
    )
    assume(grounds)
    record = replace(
        ask.record, booked=at - timedelta(days=99), bases=grounds, detainers=(), transfers=(),
        release=None, scheduled_release=None,
    )  # fmt: skip
    found, _ = verdict(record, ask.law, at)
    assert found in {Verdict.RELEASE, Verdict.NOTIFY_FIRST, Verdict.OVERDUE}
    assert verdict(record, ask.law, at - gap)[0] is found or gap >= timedelta(hours=4)
    for inside in (at - gap - timedelta(minutes=1), at + timedelta(minutes=1)):
        assert verdict(record, ask.law, inside) == (Verdict.IN_CUSTODY, Certainty.CERTAIN)
    if found is Verdict.OVERDUE:
        assert decide(record, ask.law, at).overdue_since == at - gap


@slow_to_draw
@given(asked(), st.randoms(use_true_random=False))
def test_the_order_of_requests_never_matters(ask: Asked, dice: Any) -> None:
    papers = ask.record.detainers
    mixed = replace(ask.record, detainers=tuple(dice.sample(papers, len(papers))))
    turned = replace(ask.record, detainers=papers[::-1])
    said = told(ask, ask.record)
    assert (told(ask, mixed), told(ask, turned)) == (said, said)


def _defective(clean: Detainer, how: str, at: datetime) -> Detainer:
    told: dict[str, Any] = {
        "names somebody else": {"names_this_person": False},
        "never came": {"received": NEVER, "served": NEVER},
        "came later": {"received": at + timedelta(hours=1), "served": NEVER},
        "is lifted": {"lifted": at - timedelta(hours=1)},
        "shows nothing": {"grounds": (), "warrants": (), "served": NEVER},
        "is on a form that nobody knows": {"form": None},
        "may name somebody else": {"names_this_person": None},
    }[how]
    return replace(clean, id="bad", **told)


DEFECTS = (
    "names somebody else",
    "never came",
    "came later",
    "is lifted",
    "shows nothing",
    "is on a form that nobody knows",
    "may name somebody else",
)


@rare
@given(asked(HOLDING), st.sampled_from(DEFECTS))
def test_a_defective_request_beside_a_clean_one_changes_nothing(ask: Asked, how: str) -> None:
    assume(ask.record.detainers)
    clean = ask.record.detainers[0]
    alone = replace(ask.record, detainers=(clean,))
    before = decide(alone, ask.law, ask.at)
    assume(before.verdict in HELD and before.certainty is Certainty.CERTAIN)
    after = decide(
        replace(alone, detainers=(clean, _defective(clean, how, ask.at))), ask.law, ask.at
    )
    assert (after.verdict, after.certainty) == (before.verdict, before.certainty)
    if how != "came later":
        assert after.until == before.until
