"""Notices in the audit: nobody is accused of what could not have been done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exeat.audit import Finding, FindingKind, examine
from exeat.decide import Certainty
from exeat.facts.codes import (
    BasisKind,
    DetainerForm,
    Ground,
    NoticeKind,
    ReleaseKind,
    StatusProof,
    WarrantKind,
)
from exeat.facts.record import Basis, CustodyRecord, Detainer, Notice, Person, Release
from exeat.facts.times import NEVER, Uncertain
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

FREE = datetime(2026, 10, 8, 17, 30, tzinfo=UTC)
TEXAS = law_of_place("us-tx", shipped())
TOLD = Notice(id="n1", kind=NoticeKind.RELEASE, to="ice", given=FREE - timedelta(minutes=30))


def record(received: datetime, **more: object) -> CustodyRecord:
    """Return somebody released on bail in Texas, of whom ICE had asked to be told."""
    base = CustodyRecord(
        id="demo",
        zone="America/Chicago",
        booked=FREE - timedelta(days=6),
        person=Person(status_proof=StatusProof.NONE),
        bases=(Basis(id="c1", kind=BasisKind.CHARGE, end=FREE),),
        detainers=(
            Detainer(
                id="d1",
                form=DetainerForm.I247A,
                received=received,
                served=received,
                grounds=(Ground.BIOMETRIC,),
                warrants=(WarrantKind.I200,),
                names_this_person=True,
            ),
        ),
        notices=(TOLD,),
        release=Release(at=FREE + timedelta(hours=1), kind=ReleaseKind.TO_AGENCY),
    )
    return replace(base, **more)


def found(case: CustodyRecord, kind: FindingKind) -> list[Finding]:
    return [finding for finding in examine(case, TEXAS).findings if finding.kind is kind]


def test_what_was_asked_an_hour_before_is_not_late_for_lack_of_two_days() -> None:
    case = record(FREE - timedelta(hours=1))
    assert found(case, FindingKind.NOTICE_LATE) == []
    assert [f for f in found(case, FindingKind.NOTICE_MISSED) if f.to == "ice"] == []


def test_two_days_before_a_bail_that_nobody_foresaw_nobody_was_late() -> None:
    assert found(record(FREE - timedelta(days=4)), FindingKind.NOTICE_LATE) == []


def test_before_a_scheduled_release_it_is_late_for_certain() -> None:
    case = record(FREE - timedelta(days=4), scheduled_release=FREE, notices_complete=True)
    [late] = found(case, FindingKind.NOTICE_LATE)
    assert late.certainty is Certainty.CERTAIN
    assert late.hours == 47.5


@pytest.mark.parametrize("complete", [None, False, True])
def test_late_is_certain_only_where_no_earlier_notice_can_be_missing(complete: bool | None) -> None:
    case = record(FREE - timedelta(days=4), scheduled_release=FREE, notices_complete=complete)
    [late] = found(case, FindingKind.NOTICE_LATE)
    assert (late.certainty is Certainty.CERTAIN) is bool(complete)
    assert bool(late.questions) is not bool(complete)


def test_a_notice_from_before_the_booking_hides_no_late_one() -> None:
    old = replace(TOLD, id="n0", given=FREE - timedelta(days=30))
    case = record(FREE - timedelta(days=4), scheduled_release=FREE, notices=(old, TOLD))
    [late] = found(case, FindingKind.NOTICE_LATE)
    assert late.end == TOLD.given


def test_a_notice_of_an_unknown_time_may_have_been_in_time() -> None:
    some_time = replace(TOLD, id="n0", given=Uncertain("XXXX-XX-XX"))
    case = record(
        FREE - timedelta(days=4),
        scheduled_release=FREE,
        notices=(some_time, TOLD),
        notices_complete=True,
    )
    assert found(case, FindingKind.NOTICE_LATE) == []


CAROLINA = law_of_place("us-nc", shipped())


def carolina(told: timedelta | None) -> list[tuple[str, FindingKind]]:
    """Return the findings on notices to ICE where two hours after eligibility are allowed."""
    given = () if told is None else (replace(TOLD, given=FREE + told),)
    case = record(FREE - timedelta(days=4), notices=given, notices_complete=True)
    ordered = replace(case.detainers[0], hold_ordered=FREE)
    left = Release(at=FREE + timedelta(minutes=30), kind=ReleaseKind.TO_AGENCY)
    case = replace(case, detainers=(ordered,), release=left, zone="America/New_York")
    kinds = (FindingKind.NOTICE_MISSED, FindingKind.NOTICE_LATE)
    return [
        (rule, finding.kind)
        for finding in examine(case, CAROLINA).findings
        for rule in finding.rules
        if finding.kind in kinds and finding.to == "ice"
    ]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (timedelta(minutes=50), None),
        (timedelta(hours=3), FindingKind.NOTICE_LATE),
        (None, FindingKind.NOTICE_MISSED),
    ],
)
def test_what_its_hour_let_wait_until_after_the_door_may_be_done_then(
    told: timedelta | None, kind: FindingKind | None
) -> None:
    of_rule = [one for rule, one in carolina(told) if rule == "nc-notify-two-hours"]
    assert of_rule == ([] if kind is None else [kind])


def test_one_omission_is_one_finding_however_many_rules_asked_for_it() -> None:
    case = record(FREE - timedelta(days=4), notices=())
    missed = found(case, FindingKind.NOTICE_MISSED)
    assert sorted(finding.to for finding in missed) == ["ice", "person"]
    [person] = [finding for finding in missed if finding.to == "person"]
    assert {"tx-inform-person", "us-due-process-tell-person"} <= set(person.rules)


def virginia(hours: float) -> CustodyRecord:
    """Return somebody let go in Virginia, where it is contested whether anybody could hold."""
    case = record(FREE - timedelta(days=4), notices=(), zone="America/New_York")
    left = Release(at=FREE + timedelta(hours=hours), kind=ReleaseKind.STREET)
    return replace(case, release=left)


@pytest.mark.parametrize(("hours", "held"), [(1, False), (30, True)])
def test_who_is_not_held_need_not_be_told_why_they_are(hours: float, held: bool) -> None:
    law = law_of_place("us-va", shipped())
    missed = [
        f for f in examine(virginia(hours), law).findings if f.kind is FindingKind.NOTICE_MISSED
    ]
    assert any("us-due-process-tell-person" in f.rules for f in missed) is held


def unserved(hours: float) -> CustodyRecord:
    """Return somebody who left so many hours after eligibility, on a form that nobody served."""
    case = record(FREE - timedelta(days=4))
    bare = replace(case.detainers[0], served=NEVER)
    left = Release(at=FREE + timedelta(hours=hours), kind=ReleaseKind.STREET)
    return replace(case, detainers=(bare,), release=left)


def test_who_was_let_out_in_time_was_not_kept_on_a_form_that_nobody_served() -> None:
    assert found(unserved(1), FindingKind.NOT_SERVED) == []


def test_who_stayed_longer_was() -> None:
    [kept] = found(unserved(30), FindingKind.NOT_SERVED)
    assert kept.hours == 30
