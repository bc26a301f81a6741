"""What holds for every finished custody that is examined."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.property.decide_cases import HELD, LAWS, PLACES, Asked, asked
from tests.strategies import records

from exeat.audit import examine
from exeat.decide import Certainty, Verdict, decide, verdict
from exeat.decide.verdict import weigh
from exeat.facts.codes import ReleaseKind
from exeat.facts.record import CustodyRecord, Release

quick = settings(suppress_health_check=list(HealthCheck), max_examples=100)
OPEN = {Verdict.UNKNOWN, Verdict.CONFLICT}


def let_go(ask: Asked) -> CustodyRecord:
    """Return the record of an `asked` case with the person let go at its instant."""
    record, at = ask.record, ask.at
    return replace(record, release=Release(at=at, kind=ReleaseKind.STREET))


@quick
@given(asked())
def test_the_spans_cover_the_time_from_eligibility_to_the_door(ask: Asked) -> None:
    found = examine(let_go(ask), ask.law)
    begin, door = found.eligible.earliest, found.door
    assert door == ask.at.astimezone(UTC)  # a time that the clocks skipped equals no other
    if begin is None or begin >= door or not ask.record.detainers:
        return
    assert found.segments[0].start == begin
    assert found.segments[-1].end == door
    assert all(span.start < span.end for span in found.segments)
    assert all(one.end == other.start for one, other in pairwise(found.segments))


@quick
@given(asked(), st.integers(0, 999))
def test_within_a_span_the_answer_is_everywhere_the_same(ask: Asked, thousandths: int) -> None:
    record = let_go(ask)
    found = examine(record, ask.law)
    for span in found.segments:
        at = span.start + (span.end - span.start) * thousandths / 1000
        weighed = weigh(record, ask.law, at)
        assert (weighed.verdict, weighed.certainty) == (span.verdict, span.certainty)


@quick
@given(asked(), st.integers(0, 60 * 24 * 30))
def test_after_the_door_nobody_is_in_custody(ask: Asked, minutes: int) -> None:
    record = let_go(ask)
    answer = decide(record, ask.law, ask.at + timedelta(minutes=minutes))
    assert answer.verdict is Verdict.NOT_IN_CUSTODY
    assert not answer.duties
    assert answer.until is None


@quick
@given(asked())
def test_a_certain_finding_of_a_wrongful_hold_rests_on_a_certain_answer(ask: Asked) -> None:
    record = let_go(ask)
    for finding in examine(record, ask.law).findings:
        if finding.group.value != "kept" or finding.kind.value == "detainer-not-served":
            continue
        assert finding.start is not None and finding.end is not None
        assert finding.hours is not None and finding.hours >= 0
        found, _ = verdict(record, ask.law, finding.start)
        assert found not in HELD
        if finding.certainty is Certainty.CERTAIN:
            assert found not in OPEN


@quick
@given(asked())
def test_nobody_is_both_kept_and_let_go_against_a_hold(ask: Asked) -> None:
    groups = {
        finding.group.value
        for finding in examine(let_go(ask), ask.law).findings
        if finding.certainty is Certainty.CERTAIN and finding.end == finding.start
    }
    assert not {"kept", "let-go"} <= groups


@quick
@given(records(), st.sampled_from(PLACES))
def test_examine_answers_whatever_the_record(record: CustodyRecord, place: str) -> None:
    found = examine(record, LAWS[place])
    assert (found.door is None) is (not found.segments and _no_door(record))


def _no_door(record: CustodyRecord) -> bool:
    from exeat.facts.case import zone_of
    from exeat.facts.times import bounds

    return record.release is None or bounds(record.release.at, zone_of(record.zone))[0] is None


@quick
@given(asked())
def test_no_request_and_let_go_in_time_is_nothing_to_find(ask: Asked) -> None:
    record = replace(ask.record, detainers=())
    at: datetime = ask.at
    answer = decide(record, ask.law, at)
    assume(answer.verdict is Verdict.RELEASE)
    assert examine(let_go(Asked(record, ask.place, at)), ask.law).findings == ()
