"""What is found where something turns inside a stay, a rule or a limit; and on the minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.unit.invented_law import CONTEST, ELIGIBLE, RECORD, Law, rule

from exeat.audit import Finding, FindingGroup, FindingKind, examine
from exeat.decide import Certainty, Verdict, decide, verdict
from exeat.decide.timeline import HELD
from exeat.facts.codes import (
    BasisKind,
    Ground,
    LiftReason,
    NoticeKind,
    OffenceClass,
    ReleaseKind,
    StatusProof,
)
from exeat.facts.record import (
    Basis,
    Conviction,
    CustodyRecord,
    Detainer,
    Notice,
    Offence,
    Person,
    Release,
)
from exeat.facts.times import NEVER, Uncertain
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

# Eligible at noon on Friday, 10 April: midnight is 12 hours later.
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WHOLE = replace(
    RECORD,
    bases_complete=True,
    notices_complete=True,
    notices=(),
    detainers=(replace(RECORD.detainers[0], served=ELIGIBLE - 9 * HOUR, names_this_person=True),),
)


def left(hours: float, kind: ReleaseKind = ReleaseKind.STREET, **told: object) -> CustodyRecord:
    release = Release(at=ELIGIBLE + hours * HOUR, kind=kind)
    return replace(WHOLE, release=release, **told)  # type: ignore[arg-type]


def found(files: dict[str, str], record: CustodyRecord) -> list[Finding]:
    return list(examine(record, Law(files).place()).findings)


def kept(files: dict[str, str], record: CustodyRecord) -> list[tuple[float, float, Certainty]]:
    """Return what was found kept: from, and to, in hours after eligibility, and how surely."""
    return [
        ((f.start - ELIGIBLE) / HOUR, (f.end - ELIGIBLE) / HOUR, f.certainty)
        for f in found(files, record)
        if f.group is FindingGroup.KEPT and f.start and f.end
    ]


SURE, MAYBE = Certainty.CERTAIN, Certainty.POSSIBLE
LAST_DAY = 'last_day = "2026-04-10"\n'

# -- the law turns inside a stay ---------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # A permission that ends with Friday; with a ban beside it from Saturday on.
        ({"us": rule("may", hours=99, more=LAST_DAY)}, [(12, 40, MAYBE)]),
        (
            {
                "us": rule("may", hours=99),
                "us-xx": rule("must-not", first_day="2026-04-11"),
            },
            [(12, 40, SURE)],
        ),
        # One that begins with Saturday: what was a wrong until then is none any more.
        (
            {
                "us": rule("may", hours=99, first_day="2026-04-11"),
                "us-xx": rule("must-not", more=LAST_DAY),
            },
            [(0, 12, SURE)],
        ),
        # Nobody knows whether it was in force on that day.
        (
            {"us": rule("may", hours=99, more='last_day = "2026-04"\n')},
            [(0, 40, MAYBE)],
        ),
    ],
)
def test_a_rule_that_turns_inside_a_stay_splits_what_is_found(
    files: dict[str, str], expected: list[tuple[float, float, Certainty]]
) -> None:
    assert kept(files, left(40)) == expected


SUSPENDED = """
[[suspend]]
rule = "must-not"
first_day = "2026-04-11"
last_day = "2026-04-11"
source = ["code"]
"""


def test_an_order_of_a_court_inside_a_stay_splits_what_is_found() -> None:
    files = {
        "us-xx": rule("must-not") + rule("may", hours=99),
        "us-xx-here": SUSPENDED,
    }
    assert kept(files, left(60)) == [(0, 12, SURE), (36, 60, SURE)]


LISTED = """
[[offences]]
id = "xx-list"
citation = "the invented list"
classes = []
statutes = ["PC 459"]
words = []
complete = true
source = ["code"]
"""


@pytest.mark.parametrize("on", ["2021-04-10", "2021-04-10T15:00:00+00:00"])
def test_a_conviction_that_grows_too_old_inside_a_stay_splits_what_is_found(on: str) -> None:
    """Five years from 10 April 2021 count through 10 April 2026: midnight is hour twelve."""
    when = datetime.fromisoformat(on) if "T" in on else Uncertain(on)
    offence = Offence(statute="PC 459", offence_class=OffenceClass.FELONY)
    may = rule("may", hours=99, condition='"convicted in xx-list within 5 years"')
    record = left(40, convictions=(Conviction(offence=offence, on=when),))
    [(start, end, _)] = kept({"us": LISTED + may}, record)
    assert (start, end) == (12, 40)


def test_the_power_to_hold_that_comes_inside_a_stay_splits_what_is_found() -> None:
    since = 'hold_power = true\nhold_power_source = ["code"]\nhold_power_first_day = "2026-04-11"\n'
    files = {"us": rule("may", hours=99, condition='"place.hold_power"')}
    place = Law(files, {"us-xx": since}).place()
    hours = [f.hours for f in examine(left(40), place).findings if f.group is FindingGroup.KEPT]
    assert hours == [12]


def turning(place: str, day: date) -> CustodyRecord:
    """Return somebody eligible 20 hours before a local midnight, taken 20 hours after it."""
    zone = ZoneInfo(law_of_place(place, shipped()).zone or "America/New_York")
    midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
    eligible = midnight - 20 * HOUR
    paper = replace(WHOLE.detainers[0], received=eligible - HOUR, served=eligible - HOUR)
    return replace(
        WHOLE,
        zone=zone.key,
        booked=eligible - 99 * HOUR,
        person=Person(status_proof=StatusProof.NONE),
        bases=(replace(WHOLE.bases[0], end=eligible),),
        detainers=(replace(paper, grounds=(Ground.BIOMETRIC,)),),
        release=Release(at=midnight + 20 * HOUR, kind=ReleaseKind.TO_ICE),
    )


def turns_of_a_hold() -> Iterator[tuple[str, date, CustodyRecord, datetime]]:
    """Yield each midnight at which a place's law of holds turns, with somebody held across it."""
    for place in sorted(shipped()):
        law = law_of_place(place, shipped())
        for day in (day for day in law.turning_days if 2015 <= day.year <= 2026):
            record = turning(place, day)
            assert isinstance(record.release, Release) and isinstance(record.release.at, datetime)
            midnight = record.release.at - 20 * HOUR
            inside = replace(record, release=None)
            before, after = (verdict(inside, law, at) for at in (midnight - MINUTE, midnight))
            if {before[0], after[0]} & HELD and before != after:
                yield place, day, record, midnight


def test_where_the_law_turns_inside_a_stay_the_spans_of_the_audit_turn_with_it() -> None:
    turns = list(turns_of_a_hold())
    for place, day, record, midnight in turns:
        spans = examine(record, law_of_place(place, shipped())).segments
        borders = {span.start for span in spans} | {span.end for span in spans}
        assert midnight in borders, (place, day)
    # Most days of the law change no hold of this person; thirteen did when this was written.
    assert len({place for place, *_ in turns}) >= 10


def test_an_hour_before_the_law_turned_and_one_after_are_not_told_as_one() -> None:
    """Arizona, 5 July 2018: nobody might hold until then; the hours of the day are apart."""
    law, record = law_of_place("us-az", shipped()), turning("us-az", date(2018, 7, 5))
    spans = examine(record, law).segments
    assert [(span.end - span.start) / HOUR for span in spans] == [20, 20]
    assert spans[0].verdict is not spans[1].verdict


@pytest.mark.parametrize("place", ["us-fl", "us-tx", "us-va"])
def test_a_ground_that_begins_while_hours_run_stands_between_two_windows(place: str) -> None:
    law, later = law_of_place(place, shipped()), ELIGIBLE + 3 * HOUR
    again = Basis(id="again", kind=BasisKind.CHARGE, start=later, end=later + 5 * HOUR)
    record = replace(WHOLE, bases=(*WHOLE.grounds, again))
    answer = decide(record, law, ELIGIBLE + HOUR)
    assert answer.windows
    assert all(window.end is not None and window.end <= later for window in answer.windows)


# -- two readings, two limits ------------------------------------------------------------


def test_where_one_reading_has_run_out_the_hours_between_the_two_are_possible() -> None:
    shorter = CONTEST + rule("must-not", hours=24, more='reading = "point/yes"\n')
    files = {"us": rule("may", hours=48), "us-xx": shorter}
    assert kept(files, left(50)) == [(24, 48, MAYBE), (48, 50, SURE)]


# -- on the minute -----------------------------------------------------------------------


def against(files: dict[str, str], record: CustodyRecord) -> list[Finding]:
    return [f for f in found(files, record) if f.kind is FindingKind.RELEASED_AGAINST]


@pytest.mark.parametrize(("hours", "broken"), [(0, True), (47.99, True), (48, False)])
def test_a_command_is_broken_up_to_its_end_and_not_at_it(hours: float, broken: bool) -> None:
    assert bool(against({"us-xx": rule("must", hours=48)}, left(hours))) is broken


def test_of_two_commands_the_longer_says_how_many_hours_were_left() -> None:
    files = {"us-xx": rule("must", "short", hours=20) + rule("must", "long", hours=30)}
    [finding] = against(files, left(10))
    assert (finding.hours, finding.end) == (20, ELIGIBLE + 30 * HOUR)
    assert finding.rules == ("long", "short")
    [later] = against(files, left(20))
    assert (later.hours, later.rules) == (10, ("long",))


def test_a_command_without_an_end_of_its_own_leaves_the_hours_open() -> None:
    endless = rule("must", "endless", more='rests_on = "warrant"\n')
    files = {"us-xx": rule("must", "short", hours=20) + endless}
    [finding] = against(files, left(10))
    assert (finding.hours, finding.end) == (None, None)


def requested(**told: object) -> tuple[Detainer, ...]:
    return (replace(WHOLE.detainers[0], **told),)  # type: ignore[arg-type]


@pytest.mark.parametrize(("late", "arrived"), [(-MINUTE, False), (0 * HOUR, False), (MINUTE, True)])
def test_a_request_of_the_minute_of_release_had_not_come_too_late(
    late: timedelta, arrived: bool
) -> None:
    came = ELIGIBLE + HOUR + late
    kinds = [f.kind for f in found({}, left(1, detainers=requested(received=came, served=NEVER)))]
    assert (FindingKind.ARRIVED_LATE in kinds) is arrived


@pytest.mark.parametrize(("late", "lifted"), [(-MINUTE, True), (0 * HOUR, True), (MINUTE, False)])
def test_a_request_lifted_in_the_minute_of_release_was_lifted_before_it(
    late: timedelta, lifted: bool
) -> None:
    over = ELIGIBLE + HOUR + late
    papers = requested(lifted=over, lift_reason=LiftReason.CANCELLED)
    kinds = [f.kind for f in found({}, left(1, detainers=papers))]
    assert (FindingKind.LIFTED in kinds) is lifted


TELL = """
[[rule]]
id = "tell"
about = "notify"
modality = "must"
actor = "jail"
binds = ["jail"]
trigger = "release"
when = "Invented."
if = ["detainer.present"]
first_day = "2000-01-01"
hours = 2
hours_run = "from-release-eligibility"
excludes = []
to = "ice"
source = ["code"]
confidence = "high"
"""


@pytest.mark.parametrize(("hours", "late"), [(1.9, False), (2, False), (2.1, True)])
def test_a_notice_on_the_minute_is_in_time(hours: float, late: bool) -> None:
    given = Notice(id="n", kind=NoticeKind.RELEASE, to="ice", given=ELIGIBLE + hours * HOUR)
    kinds = [f.kind for f in found({"us-xx": TELL}, left(3, notices=(given,)))]
    assert (FindingKind.NOTICE_LATE in kinds) is late
    assert FindingKind.NOTICE_MISSED not in kinds


@pytest.mark.parametrize(("hours", "kept_for"), [(3.9, []), (4, []), (4.1, [4.1])])
def test_after_four_hours_to_the_minute_somebody_is_kept(
    hours: float, kept_for: list[float]
) -> None:
    files = {"us-xx": rule("must-not")}
    assert [round(end - start, 1) for start, end, _ in kept(files, left(hours))] == kept_for


def test_the_hours_of_a_finding_end_with_the_door() -> None:
    assert kept({"us-xx": rule("must-not")}, left(30))[-1][1] == 30
    assert verdict(WHOLE, Law({"us-xx": rule("must-not")}).place(), ELIGIBLE + 30 * HOUR) == (
        Verdict.OVERDUE,
        SURE,
    )
