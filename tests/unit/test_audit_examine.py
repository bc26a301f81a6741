"""What an audit finds in one finished custody, and what it must not take for a refusal."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exeat.audit import Finding, FindingGroup, FindingKind, examine
from exeat.audit.findings import GROUP_OF
from exeat.decide import Certainty, Verdict
from exeat.facts.codes import (
    BasisKind,
    DetainerForm,
    Ground,
    LiftReason,
    NoticeKind,
    ReleaseKind,
    StatusProof,
    WarrantKind,
)
from exeat.facts.openings import Ask, AskKind
from exeat.facts.record import (
    Basis,
    CustodyRecord,
    Detainer,
    Facility,
    Notice,
    Person,
    Release,
    Transfer,
)
from exeat.facts.times import NEVER, Uncertain
from exeat.report.findings import asked_of, say_finding
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

# Bail is posted on a Friday evening in Texas, or elsewhere.
ELIGIBLE = datetime.fromisoformat("2026-04-10T17:30-05:00")
LATER = ELIGIBLE + timedelta(hours=2)
DETAINER = Detainer(
    id="d1",
    form=DetainerForm.I247A,
    issuer="ICE-1",
    issued=ELIGIBLE - timedelta(days=2),
    received=ELIGIBLE - timedelta(days=2),
    served=ELIGIBLE - timedelta(days=1),
    grounds=(Ground.BIOMETRIC,),
    warrants=(WarrantKind.I200,),
    names_this_person=True,
    hold_ordered=ELIGIBLE - timedelta(hours=1),
)
RECORD = CustodyRecord(
    id="r1",
    zone="America/Chicago",
    booked=ELIGIBLE - timedelta(days=4),
    facility=Facility(fips="48001"),
    person=Person(status_proof=StatusProof.NONE),
    bases=(Basis(id="charge", kind=BasisKind.CHARGE, end=ELIGIBLE),),
    detainers=(DETAINER,),
    bases_complete=True,
    convictions=(),
    notices=(
        Notice(id="n1", kind=NoticeKind.RELEASE, to="ice", given=ELIGIBLE - timedelta(days=1)),
        Notice(id="n2", kind=NoticeKind.INFORM, to="person", given=ELIGIBLE),
    ),
)


def left(hours: float, kind: ReleaseKind = ReleaseKind.STREET, **changes: object) -> CustodyRecord:
    """Return the record of somebody who left so many hours after eligibility."""
    release = Release(at=ELIGIBLE + timedelta(hours=hours), kind=kind)
    return replace(RECORD, release=release, **changes)  # type: ignore[arg-type]


def request(**changes: object) -> tuple[Detainer, ...]:
    return (replace(DETAINER, **changes),)  # type: ignore[arg-type]


def found(record: CustodyRecord, place: str = "us-tx") -> list[Finding]:
    return list(examine(record, law_of_place(place, shipped())).findings)


def kinds(record: CustodyRecord, place: str = "us-tx") -> list[FindingKind]:
    return [finding.kind for finding in found(record, place)]


def one(record: CustodyRecord, kind: FindingKind, place: str = "us-tx") -> Finding:
    [finding] = [finding for finding in found(record, place) if finding.kind is kind]
    return finding


# -- kept --------------------------------------------------------------------------------


def test_let_go_in_time_where_no_hold_is_allowed_is_nothing_to_find() -> None:
    assert kinds(left(1), "us-wa") == []


def test_taken_within_the_48_hours_is_nothing_to_find() -> None:
    assert kinds(left(47.9, ReleaseKind.TO_ICE)) == []


def test_kept_after_every_authority_is_told_with_its_hours() -> None:
    finding = one(left(49, ReleaseKind.TO_ICE), FindingKind.HELD_PAST)
    assert (finding.hours, finding.certainty) == (1.0, Certainty.POSSIBLE)
    assert finding.start == ELIGIBLE + timedelta(hours=48)
    assert finding.group is FindingGroup.KEPT
    assert "us-hold-48-as-worded-on-form" in finding.rules


def test_kept_past_the_longest_reading_is_certain_from_there() -> None:
    past = [f for f in found(left(100, ReleaseKind.TO_ICE)) if f.kind is FindingKind.HELD_PAST]
    assert [(f.hours, f.certainty) for f in past] == [
        (48.0, Certainty.POSSIBLE),
        (4.0, Certainty.CERTAIN),
    ]


def test_kept_where_nothing_gave_authority_is_certain() -> None:
    finding = one(left(10, ReleaseKind.TO_ICE), FindingKind.HELD_WITHOUT, "us-wa")
    assert (finding.hours, finding.certainty) == (10.0, Certainty.CERTAIN)
    assert "wa-no-hold" in finding.rules
    assert any(source.startswith("us-wa/") for source in finding.sources)


@pytest.mark.parametrize("complete", [None, False])
def test_from_a_list_of_grounds_that_nobody_calls_complete_nothing_is_certain(
    complete: bool | None,
) -> None:
    record = left(10, ReleaseKind.TO_ICE, bases_complete=complete)
    finding = one(record, FindingKind.HELD_WITHOUT, "us-wa")
    assert finding.certainty is Certainty.POSSIBLE
    assert Ask(AskKind.ALL_GROUNDS) in finding.questions


def test_kept_where_no_ban_and_no_clock_of_law_speaks_rests_on_a_setting_and_is_possible() -> None:
    record = left(10, detainers=())
    finding = one(record, FindingKind.HELD_WITHOUT, "us-wa")
    assert finding.certainty is Certainty.POSSIBLE


def test_six_hours_that_are_for_some_ways_out_are_possible_for_all() -> None:
    # Colorado's act speaks of a recognizance bond and of a bond that is ready: who was acquitted
    # is under no limit that was read, so a person must judge it.
    for detainers in ((), request()):
        assert kinds(left(5.9, detainers=detainers), "us-co") == []
        finding = one(left(6.5, detainers=detainers), FindingKind.HELD_WITHOUT, "us-co")
        assert finding.certainty is Certainty.POSSIBLE


def test_where_law_says_within_how_many_hours_to_let_out_it_is_certain_after_them() -> None:
    places = dict(shipped())
    colorado = places["us-co"]
    plain = [replace(r, judge=False) for r in colorado.rules if r.id == "co-release-6-hours"]
    others = [r for r in colorado.rules if r.id != "co-release-6-hours"]
    places["us-co"] = replace(colorado, rules=(*others, *plain))
    law = law_of_place("us-co", places)
    assert not examine(left(5.9, detainers=()), law).findings
    [finding] = examine(left(7, detainers=()), law).findings
    assert finding.kind is FindingKind.HELD_WITHOUT
    assert finding.certainty is Certainty.CERTAIN


@pytest.mark.parametrize("warrants", [None, (WarrantKind.I200,)])
def test_a_warrant_that_may_have_come_along_leaves_nothing_certain(
    warrants: tuple[WarrantKind, ...] | None,
) -> None:
    record = left(10, ReleaseKind.TO_ICE, detainers=request(warrants=warrants))
    finding = one(record, FindingKind.HELD_WITHOUT, "us-wa")
    assert finding.certainty is (Certainty.POSSIBLE if warrants is None else Certainty.CERTAIN)


def test_the_time_that_letting_somebody_out_takes_is_no_finding() -> None:
    assert FindingKind.HELD_WITHOUT not in kinds(left(3.9), "us-wa")
    assert FindingKind.HELD_WITHOUT in kinds(left(4.1), "us-wa")


def test_where_the_power_to_hold_is_for_counsel_the_finding_is_possible_and_asks() -> None:
    law_before = datetime.fromisoformat("2019-05-13T12:00-07:00")
    record = replace(
        left(0),
        zone="America/Los_Angeles",
        booked=law_before - timedelta(days=2),
        bases=(replace(RECORD.bases[0], end=law_before),),
        detainers=request(received=law_before - timedelta(days=1), served=law_before),
        release=Release(at=law_before + timedelta(hours=30), kind=ReleaseKind.TO_ICE),
    )
    finding = one(record, FindingKind.HELD_WITHOUT, "us-wa")
    assert finding.certainty is Certainty.POSSIBLE
    assert Ask(AskKind.FACT, "place.hold_power") in finding.questions


def test_somebody_with_no_other_ground_may_have_been_housed_for_the_agency() -> None:
    record = left(30, ReleaseKind.TO_ICE, bases=(), booked=ELIGIBLE)
    finding = one(record, FindingKind.HELD_WITHOUT, "us-wa")
    assert finding.certainty is Certainty.POSSIBLE
    assert Ask(AskKind.HOUSED) in finding.questions


def test_kept_on_a_form_that_was_never_served_is_told_and_its_hours_are_told_once() -> None:
    never = left(20, detainers=request(served=NEVER))
    assert one(never, FindingKind.NOT_SERVED).hours == 20.0
    assert hours_kept(never) == 20.0
    assert FindingKind.NOT_SERVED not in kinds(left(20, detainers=request(served=None)))


def test_after_the_hours_of_the_law_it_is_no_longer_the_copy_that_is_missing() -> None:
    never = left(100, detainers=request(served=NEVER))
    assert one(never, FindingKind.NOT_SERVED).hours == 48.0
    assert hours_kept(never) == 100.0


def hours_kept(record: CustodyRecord, place: str = "us-tx") -> float:
    return sum(f.hours or 0 for f in found(record, place) if f.group is FindingGroup.KEPT)


def test_where_no_law_commands_the_hold_a_copy_not_served_is_nothing_of_its_own() -> None:
    never = left(20, detainers=request(served=NEVER))
    assert FindingKind.NOT_SERVED not in kinds(never, "us-wa")


def test_a_gap_between_two_grounds_is_seen() -> None:
    day = timedelta(days=1)
    grounds = tuple(
        Basis(id=id, kind=BasisKind.CHARGE, start=ELIGIBLE + a * day, end=ELIGIBLE + b * day)
        for id, a, b in [("one", -4, 0), ("two", 6, 7)]
    )
    record = left(7 * 24, bases=grounds)
    gap = [f for f in found(record, "us-wa") if f.group is FindingGroup.KEPT]
    assert [(f.start, f.end, f.certainty) for f in gap] == [
        (ELIGIBLE, ELIGIBLE + 6 * day, Certainty.CERTAIN)
    ]
    closed = replace(record, bases=(replace(grounds[0], end=grounds[1].start), grounds[1]))
    assert [f for f in found(closed, "us-wa") if f.group is FindingGroup.KEPT] == []


def test_somebody_still_inside_is_audited_up_to_a_day() -> None:
    law = law_of_place("us-wa", shipped())
    as_of = ELIGIBLE + timedelta(hours=100)
    [kept] = [f for f in examine(RECORD, law, as_of=as_of).findings if f.group is FindingGroup.KEPT]
    assert (kept.start, kept.end, kept.certainty) == (ELIGIBLE, as_of, Certainty.CERTAIN)
    assert kept.inside and "and still" in say_finding(kept, ZoneInfo(RECORD.zone))


# -- let go ------------------------------------------------------------------------------


def test_let_go_while_the_law_commanded_a_hold_is_told_with_the_hours_left() -> None:
    finding = one(left(1), FindingKind.RELEASED_AGAINST)
    assert (finding.certainty, finding.hours) == (Certainty.CERTAIN, 47.0)
    assert finding.rules == ("tx-hold-comply",)


@pytest.mark.parametrize(("minutes", "sure"), [(0, True), (1, True), (-60, False)])
def test_let_go_in_the_minute_in_which_the_last_ground_ended_is_seen(
    minutes: int, sure: bool
) -> None:
    # A ground that is stamped after the door ended with it; possibly, for nobody wrote that down.
    finding = one(left(minutes / 60), FindingKind.RELEASED_AGAINST)
    assert finding.certainty is (Certainty.CERTAIN if sure else Certainty.POSSIBLE)


@pytest.mark.parametrize(
    "kind", [ReleaseKind.TO_ICE, ReleaseKind.TRANSFER, ReleaseKind.DIED, ReleaseKind.ESCAPED]
)
def test_who_was_not_let_go_was_not_released_against_a_hold(kind: ReleaseKind) -> None:
    assert FindingKind.RELEASED_AGAINST not in kinds(left(1, kind))


def test_where_the_record_does_not_say_to_whom_it_is_only_possible() -> None:
    finding = one(left(1, ReleaseKind.UNSTATED), FindingKind.RELEASED_AGAINST)
    assert finding.certainty is Certainty.POSSIBLE


@pytest.mark.parametrize(
    "changes",
    [
        {"received": LATER},
        {"received": NEVER},
        {"lifted": ELIGIBLE - timedelta(hours=1)},
        {"form": DetainerForm.I247G},
    ],
)
def test_what_commanded_nothing_was_not_refused(changes: dict[str, object]) -> None:
    assert FindingKind.RELEASED_AGAINST not in kinds(left(1, detainers=request(**changes)))


# -- not told ----------------------------------------------------------------------------


def test_a_notice_that_is_not_in_the_record_was_missed_once_the_record_keeps_them() -> None:
    missed = [f for f in found(left(48, notices=())) if f.kind is FindingKind.NOTICE_MISSED]
    assert "tx-notify-as-requested" in {rule for finding in missed for rule in finding.rules}
    assert FindingKind.NOTICE_MISSED not in kinds(left(48, notices=None))
    assert FindingKind.INCOMPLETE in kinds(left(48, notices=None))


def test_a_notice_after_it_was_due_was_late_by_so_many_hours() -> None:
    told = Notice(id="n1", kind=NoticeKind.RELEASE, to="ice", given=ELIGIBLE)
    foreseen = left(1, notices=(told,), notices_complete=True, scheduled_release=ELIGIBLE)
    finding = one(foreseen, FindingKind.NOTICE_LATE)
    assert finding.rules == ("tx-notify-as-requested",)
    assert (finding.hours, finding.certainty) == (48.0, Certainty.CERTAIN)
    assert FindingKind.NOTICE_LATE not in kinds(left(1, notices=(told,)))


@pytest.mark.parametrize("complete", [None, True])
def test_a_notice_was_missed_for_certain_only_where_all_that_was_told_is_on_record(
    complete: bool | None,
) -> None:
    record = left(48, notices=(), notices_complete=complete)
    missed = [f for f in found(record) if f.kind is FindingKind.NOTICE_MISSED]
    ours = [f for f in missed if "tx-notify-as-requested" in f.rules]
    sure = Certainty.CERTAIN if complete else Certainty.POSSIBLE
    assert [f.certainty for f in ours] == [sure]
    assert all(bool(f.questions) is not bool(complete) for f in ours)


# -- looks like a refusal and is none ----------------------------------------------------


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (left(1, detainers=request(received=LATER)), FindingKind.ARRIVED_LATE),
        (left(1, detainers=request(addressed_to="48999")), FindingKind.WRONG_FACILITY),
        (left(-9, ReleaseKind.TRANSFER), FindingKind.MOVED),
        (left(1, transfers=(Transfer(at=ELIGIBLE, to="48003"),)), FindingKind.MOVED),
        (left(1, detainers=(DETAINER, replace(DETAINER, id="d2"))), FindingKind.DUPLICATE),
        (
            left(1, detainers=request(lifted=ELIGIBLE, lift_reason=LiftReason.CANCELLED)),
            FindingKind.LIFTED,
        ),
    ],
)
def test_what_looks_like_a_refusal_is_named_for_what_it_is(
    record: CustodyRecord, kind: FindingKind
) -> None:
    assert one(record, kind, "us-wa").group is FindingGroup.NO_REFUSAL


@pytest.mark.parametrize("address", [None, "48001"])
def test_a_request_to_this_facility_or_to_none_is_not_misdirected(address: str | None) -> None:
    record = left(1, detainers=request(addressed_to=address))
    assert FindingKind.WRONG_FACILITY not in kinds(record)


@pytest.mark.parametrize(
    ("detainers", "kind", "sure"),
    [
        (request(addressed_to="48999"), FindingKind.WRONG_FACILITY, Certainty.CERTAIN),
        (request(addressed_to="TX2270000"), FindingKind.WRONG_FACILITY, Certainty.POSSIBLE),
        ((DETAINER, replace(DETAINER, id="d2")), FindingKind.DUPLICATE, Certainty.CERTAIN),
        (
            (replace(DETAINER, issued=None), replace(DETAINER, id="d2", issued=None)),
            FindingKind.DUPLICATE,
            Certainty.POSSIBLE,
        ),
    ],
)
def test_what_a_request_is_is_certain_only_where_the_record_says_so(
    detainers: tuple[Detainer, ...], kind: FindingKind, sure: Certainty
) -> None:
    assert one(left(1, detainers=detainers), kind, "us-wa").certainty is sure


def test_a_request_of_a_day_on_which_the_person_left_may_have_come_after_them() -> None:
    record = left(1, detainers=request(received=ELIGIBLE))
    day = Uncertain(f"{ELIGIBLE:%Y-%m-%d}")
    record = replace(record, release=Release(at=day, kind=ReleaseKind.STREET))
    finding = one(record, FindingKind.ARRIVED_LATE, "us-wa")
    assert finding.certainty is Certainty.POSSIBLE
    assert say_finding(finding, ZoneInfo("UTC")).endswith(", when the person may have left.")


def test_a_request_lifted_after_the_door_was_not_lifted_before_it() -> None:
    lifted = request(lifted=ELIGIBLE + timedelta(hours=9), lift_reason=LiftReason.CANCELLED)
    assert FindingKind.LIFTED not in kinds(left(1, detainers=lifted))


# -- the record --------------------------------------------------------------------------


def test_a_charge_whose_end_nobody_wrote_down_leaves_the_record_incomplete() -> None:
    record = left(30, bases=(replace(RECORD.bases[0], end=None),))
    finding = one(record, FindingKind.INCOMPLETE)
    assert asked_of(finding) == ["When did `charge` end as a ground of custody?"]
    assert FindingKind.HELD_WITHOUT not in kinds(record)


def test_somebody_still_there_is_not_examined_as_gone() -> None:
    found_here = examine(RECORD, law_of_place("us-tx", shipped()))
    assert found_here.door is None
    assert found_here.segments == ()
    assert [f.kind for f in found_here.findings] == [FindingKind.INCOMPLETE]


CONFLICTS = [
    Person(disputes_identity=True),
    Person(claims_citizenship=True),
    Person(status_proof=StatusProof.CITIZENSHIP),
]


@pytest.mark.parametrize("person", CONFLICTS)
def test_a_dispute_over_who_it_is_goes_back_to_the_issuer(person: Person) -> None:
    assert FindingKind.IDENTITY in kinds(left(1, person=person))


def test_papers_that_name_somebody_else_are_a_conflict_of_identity() -> None:
    assert FindingKind.IDENTITY in kinds(left(1, detainers=request(names_this_person=False)))


# -- spans -------------------------------------------------------------------------------


def test_the_spans_are_those_of_the_law() -> None:
    spans = examine(left(100), law_of_place("us-tx", shipped())).segments
    assert [
        (span.verdict, span.certainty, (span.end - span.start).total_seconds() / 3600)
        for span in spans
    ] == [
        (Verdict.MUST_HOLD, Certainty.CERTAIN, 48),
        (None, Certainty.POSSIBLE, 48),
        (None, Certainty.CERTAIN, 4),
    ]


def test_a_release_on_a_day_without_an_hour_is_examined_to_both_its_ends() -> None:
    left_on = Release(at=Uncertain("2026-04-12"), kind=ReleaseKind.TO_ICE)
    examined = examine(replace(RECORD, release=left_on), law_of_place("us-tx", shipped()))
    assert examined.door == datetime.fromisoformat("2026-04-12T00:00-05:00")
    [past] = [f for f in examined.findings if f.kind is FindingKind.HELD_PAST]
    assert (past.start, past.certainty) == (ELIGIBLE + timedelta(hours=48), Certainty.POSSIBLE)
    assert past.end == datetime.fromisoformat("2026-04-13T00:00-05:00")


@pytest.mark.parametrize(
    ("day", "sure"), [("2026-04-10", Certainty.POSSIBLE), ("2026-04-09", Certainty.CERTAIN)]
)
def test_a_request_of_the_day_of_release_arrived_after_it_possibly_at_most(
    day: str, sure: Certainty
) -> None:
    bases = (replace(RECORD.bases[0], end=ELIGIBLE - timedelta(days=2)),)
    record = replace(
        RECORD,
        bases=bases,
        release=Release(at=Uncertain(day), kind=ReleaseKind.STREET),
        detainers=request(received=ELIGIBLE, served=ELIGIBLE),
    )
    assert one(record, FindingKind.ARRIVED_LATE).certainty is sure


def test_every_kind_of_finding_belongs_to_a_group() -> None:
    assert set(GROUP_OF) == set(FindingKind)


# -- nothing certain on what the record, or the law, leaves open --------------------------


def test_a_request_that_comes_late_in_a_stay_makes_only_its_own_time_doubtful() -> None:
    first = replace(DETAINER, warrants=(WarrantKind.NONE,))
    second = replace(
        DETAINER, id="d2", received=ELIGIBLE + timedelta(hours=9), warrants=None, issued=None
    )
    record = left(300, detainers=(first, second), bases_complete=True)
    kept = [f for f in found(record, "us-wa") if f.kind is FindingKind.HELD_WITHOUT]
    after = [f for f in kept if f.start is not None and f.start >= ELIGIBLE + timedelta(hours=9)]
    assert {f.certainty for f in kept if f not in after} == {Certainty.CERTAIN}
    assert {f.certainty for f in after} == {Certainty.POSSIBLE}
    assert all(f.questions for f in after)


@pytest.mark.parametrize("complete", [None, True])
def test_not_brought_is_certain_only_where_all_that_was_done_is_on_record(
    complete: bool | None,
) -> None:
    paper = request(hold_ordered=NEVER)
    record = left(1, detainers=paper, notices=(), notices_complete=complete)
    finding = one(record, FindingKind.NOT_BROUGHT, "us-nc")
    assert (finding.certainty is Certainty.CERTAIN) is bool(complete)


def test_an_examination_that_comes_from_another_process_has_its_windows_and_no_law() -> None:
    case = examine(left(60), law_of_place("us-wa", shipped()))
    sent = pickle.dumps(examine(left(60), law_of_place("us-tx", shipped())))
    came = pickle.loads(sent)
    assert came.line is None and came.windows
    assert came.windows == examine(left(60), law_of_place("us-tx", shipped())).windows
    assert case.windows == () and len(sent) < 100_000
