"""What holds for every custody that is examined: the door and the audit read one timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.property.decide_cases import HOLDING, LAWS, PLACES, Asked, asked
from tests.strategies import records

from exeat.audit import Examination, Finding, FindingGroup, FindingKind, examine
from exeat.decide import Certainty, Verdict, decide
from exeat.decide.outcome import Outcome
from exeat.decide.timeline import Timeline
from exeat.decide.verdict import Ruling, ruling
from exeat.facts.codes import BasisKind, ReleaseKind
from exeat.facts.record import Basis, CustodyRecord, Release
from exeat.facts.times import FAR_FUTURE, FAR_PAST, Uncertain

quick = settings(suppress_health_check=list(HealthCheck), max_examples=100)
# Where law is certain: some forbid the hold, and others end it.
KEEPING = (*HOLDING, "us-co", "us-il", "us-or", "us-wa")
# Where most of what is drawn is set aside, or examined more than once.
rare = settings(quick, max_examples=40)
TINY = timedelta(microseconds=1)
OPEN = frozenset(
    {
        Verdict.UNKNOWN,
        Verdict.CONFLICT,
        Verdict.CALL_COUNSEL,
        Verdict.RELEASE_UNLESS_INSTRUCTED,
    }
)
GO = frozenset({Verdict.RELEASE, Verdict.NOTIFY_FIRST, Verdict.OVERDUE})


@st.composite
def kept_twice(draw: st.DrawFn) -> Asked:
    """Draw somebody kept long after a charge, in a second custody, and long after that again."""
    ask = draw(asked(KEEPING))
    first = next((basis.end for basis in ask.record.grounds), None)
    assume(isinstance(first, datetime))
    assert isinstance(first, datetime)
    days = st.integers(3, 9).map(lambda count: timedelta(days=count))
    start, second = first + draw(days), timedelta(hours=draw(st.integers(1, 30)))
    again = Basis(id="again", kind=BasisKind.CHARGE, start=start, end=start + second)
    record = replace(
        ask.record, bases=(ask.record.grounds[0], again), bases_complete=True, transfers=()
    )
    return Asked(record, ask.place, start + second + draw(days))


def inside(ask: Asked) -> CustodyRecord:
    """Return the record of an `asked` case of somebody who never left."""
    return replace(ask.record, release=None, transfers=())


def let_go(ask: Asked, at: datetime | None = None) -> CustodyRecord:
    """Return the record with the person let go at its instant, or at another."""
    return replace(inside(ask), release=Release(at=at or ask.at, kind=ReleaseKind.STREET))


def stays(ask: Asked) -> bool:
    """Say whether the person had come before they left, so that there is something to see."""
    come = Timeline(ask.record, ask.law).stay.come
    return come[0] > FAR_PAST and come[1] < ask.at


def at_the_gate(ask: Asked, at: datetime) -> Ruling:
    """Return what the gate said at an instant, of somebody who was still inside."""
    return ruling(Timeline(inside(ask), ask.law), at)


def kept(examined: Examination) -> list[Finding]:
    return [f for f in examined.findings if f.group is FindingGroup.KEPT]


def covering(findings: list[Finding], at: datetime) -> Iterator[Finding]:
    for f in findings:
        if f.start is not None and f.end is not None and f.start <= at < f.end:
            yield f


# -- the spans ----------------------------------------------------------------------------------


@quick
@given(asked())
def test_the_spans_are_in_order_and_never_meet(ask: Asked) -> None:
    found = examine(let_go(ask), ask.law)
    assert found.door == max(ask.at.astimezone(UTC), Timeline(ask.record, ask.law).stay.come[0])
    assert all(span.start < span.end for span in found.segments)
    assert all(one.end <= other.start for one, other in pairwise(found.segments))
    if found.segments:
        assert found.segments[-1].end <= found.door


@quick
@given(asked(), st.integers(0, 999))
def test_at_each_instant_of_a_stay_the_span_says_what_the_gate_said(
    ask: Asked, thousandths: int
) -> None:
    assume(stays(ask))
    come = Timeline(ask.record, ask.law).stay.come[0]
    at = come + (ask.at.astimezone(UTC) - come) * thousandths / 1000
    point = at_the_gate(ask, at).point
    spans = [s for s in examine(let_go(ask), ask.law).segments if s.start <= at < s.end]
    # A ground of custody that may still run is no span: the gate cannot decide there.
    assert bool(spans) is (point.held is False)
    for span in spans:
        assert (span.verdict, span.certainty) == (point.stand, point.certainty)


@quick
@given(asked(), st.integers(0, 60 * 24 * 30))
def test_after_the_door_nobody_is_in_custody(ask: Asked, minutes: int) -> None:
    record = let_go(ask)
    answer = decide(record, ask.law, ask.at + timedelta(minutes=minutes))
    assert answer.verdict is Verdict.NOT_IN_CUSTODY
    assert not answer.duties
    assert answer.until is None


# -- kept ---------------------------------------------------------------------------------------


@quick
@given(asked() | kept_twice(), st.integers(0, 999))
def test_who_was_found_kept_was_at_that_instant_told_to_go_or_open_at_the_gate(
    ask: Asked, thousandths: int
) -> None:
    for finding in kept(examine(let_go(ask), ask.law)):
        assert finding.start is not None and finding.end is not None
        assert finding.hours is not None and finding.hours >= 0
        at = finding.start + (finding.end - finding.start) * thousandths / 1000
        gate = at_the_gate(ask, at)
        if finding.kind is FindingKind.NOT_SERVED:
            assert gate.verdict is Verdict.SERVE_FIRST
            continue
        assert gate.verdict in GO | OPEN
        if finding.certainty is Certainty.CERTAIN:
            assert gate.verdict in GO
            last = at_the_gate(ask, finding.end - TINY)
            assert (last.verdict, last.certainty) == (Verdict.OVERDUE, Certainty.CERTAIN)


@rare
@given(asked(), st.integers(0, 999))
def test_whoever_the_gate_called_overdue_is_found_kept(ask: Asked, thousandths: int) -> None:
    assume(stays(ask))
    come = Timeline(ask.record, ask.law).stay.come[0]
    at = come + (ask.at.astimezone(UTC) - come) * thousandths / 1000
    assume(at_the_gate(ask, at).verdict is Verdict.OVERDUE)
    assert list(covering(kept(examine(let_go(ask), ask.law)), at))


@quick
@given(asked() | kept_twice())
def test_no_hour_is_counted_twice(ask: Asked) -> None:
    for one, other in combinations(kept(examine(let_go(ask), ask.law)), 2):
        assert one.start is not None and one.end is not None
        assert other.start is not None and other.end is not None
        assert one.end <= other.start or other.end <= one.start


def test_somebody_kept_twice_is_drawn_often() -> None:
    """Else the properties above would hold of next to nothing."""
    counted = {"drawn": 0, "kept twice": 0, "certain": 0}

    @settings(quick, derandomize=True, database=None)
    @given(kept_twice())
    def count(ask: Asked) -> None:
        found = kept(examine(let_go(ask), ask.law))
        counted["drawn"] += 1
        counted["kept twice"] += len(found) > 1
        counted["certain"] += any(f.certainty is Certainty.CERTAIN for f in found)

    count()
    assert counted["kept twice"] * 2 > counted["drawn"] > 0
    assert counted["certain"] * 5 > counted["drawn"]


@quick
@given(asked())
def test_who_is_still_inside_is_found_kept_as_if_they_left_on_the_day_of_the_audit(
    ask: Asked,
) -> None:
    assume(stays(ask))
    so_far = kept(examine(inside(ask), ask.law, as_of=ask.at))
    left = kept(examine(let_go(ask), ask.law))
    assert [(f.kind, f.start, f.end, f.certainty) for f in so_far] == [
        (f.kind, f.start, f.end, f.certainty) for f in left
    ]


# -- let go -------------------------------------------------------------------------------------


@quick
@given(asked())
def test_who_was_let_go_against_a_hold_was_held_at_the_gate(ask: Asked) -> None:
    assume(stays(ask))
    gate = at_the_gate(ask, ask.at)
    assume(gate.point.held is False)
    found = {f.kind: f for f in examine(let_go(ask), ask.law).findings}
    commands = any(s >> Outcome.MUST & 1 for s in gate.point.sets)
    against = found.get(FindingKind.RELEASED_AGAINST)
    if gate.verdict in (Verdict.MUST_HOLD, Verdict.CONFLICT, Verdict.SERVE_FIRST):
        assert against is not None
    if gate.verdict in GO | {Verdict.BRING_FIRST}:
        assert against is None or commands
    sure = (gate.verdict, gate.certainty) == (Verdict.MUST_HOLD, Certainty.CERTAIN)
    assert (against is not None and against.certainty is Certainty.CERTAIN) is sure
    assert (FindingKind.NOT_BROUGHT in found) is (gate.verdict is Verdict.BRING_FIRST)


@rare
@given(asked(HOLDING), st.integers(0, 999))
def test_nobody_is_both_kept_and_let_go_against_a_hold(ask: Asked, thousandths: int) -> None:
    """At no instant is it a fault for certain to keep somebody and a fault to let them go."""
    assume(stays(ask))
    examined = examine(let_go(ask), ask.law)
    for finding in examined.findings:
        if finding.certainty is not Certainty.CERTAIN or finding.start is None:
            continue
        if finding.kind is FindingKind.RELEASED_AGAINST:
            # Kept up to any instant before the command ends, they were not kept for too long.
            end = min(finding.end or FAR_FUTURE, finding.start + timedelta(days=9))
            later = finding.start + (end - finding.start) * thousandths / 1000
            found = kept(examine(let_go(ask, later), ask.law))
            assert not list(covering(found, finding.start))
        elif finding.group is FindingGroup.KEPT:
            assert finding.end is not None
            sooner = finding.start + (finding.end - finding.start) * thousandths / 1000
            found = list(examine(let_go(ask, sooner), ask.law).findings)
            broken = [f for f in found if f.group is FindingGroup.LET_GO]
            if finding.kind is FindingKind.NOT_SERVED:
                # The copy was to be served: to keep them without it was wrong, to let them go
                # without it may have been.
                broken = [f for f in broken if f.certainty is Certainty.CERTAIN]
            assert not broken


# -- releases that are not known to the minute --------------------------------------------------


@quick
@given(asked(), st.sampled_from(["%Y-%m-%d", "%Y-%m"]))
def test_an_uncertain_door_makes_no_certain_finding_that_depends_on_it(
    ask: Asked, pattern: str
) -> None:
    left = Uncertain(f"{ask.at.astimezone(Timeline(ask.record, ask.law).zone):{pattern}}")
    record = replace(inside(ask), release=Release(at=left, kind=ReleaseKind.STREET))
    examined = examine(record, ask.law)
    for finding in examined.findings:
        if finding.group is FindingGroup.LET_GO:
            assert finding.certainty is Certainty.POSSIBLE
        if finding.group is FindingGroup.KEPT and finding.certainty is Certainty.CERTAIN:
            assert finding.end is not None and examined.door is not None
            assert finding.end <= examined.door
        if finding.kind is FindingKind.ARRIVED_LATE and finding.certainty is Certainty.CERTAIN:
            paper = next(d for d in record.detainers if d.id == finding.detainer)
            sure = Timeline(record, ask.law).stay.gone[1]
            assert isinstance(paper.received, datetime) and paper.received >= sure


def _nobody_left(record: CustodyRecord) -> bool:
    """Say whether the record names no way out: no release, and no move to another house."""
    return record.release is None and not record.transfers


@quick
@given(records(), st.sampled_from(PLACES))
def test_examine_answers_whatever_the_record(record: CustodyRecord, place: str) -> None:
    found = examine(record, LAWS[place])
    assert (found.door is None) is _nobody_left(record)
    assert found.door is not None or not found.segments
    hours = [f.hours for f in found.findings if f.hours is not None]
    assert all(hour >= 0 for hour in hours)


@quick
@given(asked())
def test_no_request_and_let_go_in_time_is_nothing_to_find(ask: Asked) -> None:
    record = replace(ask.record, detainers=(), transfers=())
    assume(record.bases is not None)
    answer = decide(record, ask.law, ask.at)
    assume(answer.verdict is Verdict.RELEASE)
    in_time = Asked(record, ask.place, ask.at)
    kinds = {f.kind for f in examine(let_go(in_time), ask.law).findings}
    early = [f for f in kept(examine(let_go(in_time), ask.law)) if f.end == answer.at]
    assert not early
    assert kinds <= {FindingKind.HELD_WITHOUT}, "an earlier gap is all there is to find"
