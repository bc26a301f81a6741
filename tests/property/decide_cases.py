"""Cases for the properties of decisions: most facts known, near the day on which law changes.

The records of `tests.strategies` are drawn freely, so that most of their answers are release
or unknown. Here a hold is likely, and each fact is now and then replaced by another.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from tests.strategies import instants, records
from tests.unit.invented_law import Law, rule

from exeat.decide import Verdict
from exeat.facts.codes import (
    BasisKind,
    DetainerForm,
    Ground,
    NoticeKind,
    OffenceClass,
    StatusProof,
    WarrantKind,
)
from exeat.facts.record import (
    Basis,
    Conviction,
    CustodyRecord,
    Detainer,
    Facility,
    Notice,
    Offence,
    Person,
)
from exeat.facts.times import NEVER, Act
from exeat.rules.library import shipped
from exeat.rules.model import About, Modality, Trigger
from exeat.rules.place import LawOfPlace, law_of_place

__all__ = [
    "GO",
    "HELD",
    "HOLDING",
    "LAWS",
    "PLACES",
    "TELLING",
    "Asked",
    "asked",
    "full_records",
    "moments",
]

PLACES: Final = tuple(sorted(shipped()))
# A notice before release and no hold: shipped law orders the one only beside the other.
_TELLING: Final = """
[[rule]]
id = "tell"
about = "notify"
modality = "must"
actor = "jail"
binds = ["jail"]
trigger = "release"
when = "Invented."
if = ["detainer.asks_hold", "not person.status_shown"]
first_day = "2000-01-01"
to = "ice"
source = ["code"]
confidence = "high"
"""
TELLING: Final = "us-xx-here"
LAWS: Final = {
    **{place: law_of_place(place, shipped()) for place in PLACES},
    TELLING: Law({"us-xx": _TELLING + rule("must-not")}).place(),
}
# Where law allows or commands a hold, or a notice before release; elsewhere it is a plain no.
LIVELY: Final = tuple(
    place
    for place in PLACES
    if any(
        not rule.judge
        and (
            (rule.about is About.HOLD and rule.modality is not Modality.MUST_NOT)
            or (rule.trigger is Trigger.RELEASE and rule.modality is Modality.MUST)
        )
        for rule in shipped()[place].rules
    )
)
# Where much of that law is certain today, each in its own way.
HOLDING: Final = (
    "us-fl", "us-ga", "us-in", "us-la", "us-ma", "us-nc", "us-nj", "us-ok", "us-tx", "us-va",
    "us-va-fairfax",
)  # fmt: skip
RECENT: Final = datetime(2026, 4, 6, 17, tzinfo=UTC)
LISTS: Final = tuple(sorted({name for place in shipped().values() for name in place.lists}))
HELD: Final = frozenset({Verdict.MAY_HOLD, Verdict.MUST_HOLD})
GO: Final = frozenset({Verdict.RELEASE, Verdict.NOTIFY_FIRST, Verdict.OVERDUE})


class Asked(NamedTuple):
    """What `decide` is asked."""

    record: CustodyRecord
    place: str
    at: datetime

    @property
    def law(self) -> LawOfPlace:
        """Return the law of the place; by name above, so that a failing case can be read."""
        return LAWS[self.place]


def moments() -> SearchStrategy[datetime]:
    """Return aware instants from 1997 to 2027, in UTC or in a place's zone."""
    return st.datetimes(
        datetime.fromisoformat("1997-01-01"),
        datetime.fromisoformat("2027-12-31"),
        timezones=st.sampled_from([UTC, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Guam")]),
    )


def _offences() -> SearchStrategy[Offence]:
    every = [dict.fromkeys(LISTS, True), dict.fromkeys(LISTS, False)]
    return st.builds(
        Offence,
        offence_class=st.sampled_from([*OffenceClass, None]),
        lists=st.sampled_from(every) | st.dictionaries(st.sampled_from(LISTS), st.booleans()),
    )


def _acts(eligible: datetime, *hours: int) -> SearchStrategy[Act]:
    done = [eligible + timedelta(hours=hour) for hour in hours]
    return st.sampled_from([*done, NEVER, NEVER, None])


def _spoilt(eligible: datetime) -> dict[str, SearchStrategy[Any]]:
    """Return for each field of a request what may stand there in place of the sufficient one."""
    return {
        "form": st.sampled_from([*DetainerForm, None]),
        "received": _acts(eligible, -200, -50, -1, 0, 3),
        "served": _acts(eligible, -50, -1, 0, 3),
        "grounds": st.sampled_from([(), (Ground.INVESTIGATION,), (Ground.FINAL_ORDER,), None]),
        "warrants": st.sampled_from([(), *((kind,) for kind in WarrantKind), None]),
        "names_this_person": st.sampled_from([False, None]),
        "hold_ordered": _acts(eligible, -2, 2),
        "lifted": _acts(eligible, -9, 9),
    }


# What jails and officials leave undone, and what comes with a request now and then.
_OFTEN: Final[tuple[dict[str, Any], ...]] = (
    *({},) * 2,
    {"served": NEVER},
    {"hold_ordered": NEVER},
    {"warrants": (WarrantKind.FEDERAL_JUDGE_CIVIL,)},
    {"warrants": (WarrantKind.FEDERAL_JUDGE_CRIMINAL,)},
)


@st.composite
def _requests(draw: DrawFn, eligible: datetime, id: str) -> Detainer:
    """Draw a request on sufficient papers mostly, of which up to two are spoilt."""
    request = Detainer(
        id=id,
        form=draw(st.sampled_from([DetainerForm.I247A, DetainerForm.I247])),
        received=eligible - timedelta(hours=24),
        served=eligible - timedelta(hours=1),
        grounds=(Ground.BIOMETRIC,),
        warrants=(WarrantKind.I200,),
        names_this_person=True,
        hold_ordered=eligible,
        lifted=NEVER,
    )
    spoilt = _spoilt(eligible)
    often = draw(st.sampled_from(_OFTEN))
    how_many = draw(st.sampled_from([0, 0, 0, 1, 1, 2]))
    fields = draw(
        st.lists(st.sampled_from(sorted(spoilt)), min_size=how_many, max_size=how_many, unique=True)
    )
    changes: dict[str, Any] = {field: draw(spoilt[field]) for field in fields}
    return replace(request, **(often | changes))


@st.composite
def _bases(draw: DrawFn, booked: datetime, end: datetime) -> tuple[Basis, ...]:
    offence = draw(_offences())
    begun = draw(st.sampled_from([booked, booked, booked, None]))
    first = Basis(id="b1", kind=BasisKind.CHARGE, start=begun, end=end, offence=offence)
    if draw(st.integers(0, 3)):
        return (first,)
    kind = draw(st.sampled_from([BasisKind.SENTENCE, BasisKind.PAROLE_HOLD]))
    # One that begins only later leaves a gap before it.
    start = draw(st.sampled_from([booked, end - timedelta(hours=9), end + timedelta(hours=3)]))
    last = draw(_acts(max(start, end), 0, 5))
    return first, Basis(id="b2", kind=kind, start=start, end=last, offence=draw(_offences()))


@st.composite
def full_records(
    draw: DrawFn, eligible: SearchStrategy[datetime] | None = None, zone: str = "America/New_York"
) -> CustodyRecord:
    """Draw records in which most facts are known, with a hold likely after `eligible`."""
    end = draw(instants() if eligible is None else eligible)
    count = draw(st.sampled_from([1, 1, 2, 0]))
    told = draw(st.sampled_from([None, (), ("ice",), ("ice", "judge")]))
    proof = draw(st.sampled_from([StatusProof.NONE] * 4 + [*StatusProof, None]))
    kinds = st.sampled_from([NoticeKind.RELEASE, NoticeKind.RECORD])
    booked, complete = end - timedelta(days=9), st.sampled_from([True, True, None])
    return CustodyRecord(
        id="r1",
        zone=zone,
        booked=booked,
        facility=Facility(agreement_287g=draw(st.sampled_from([None, True, False]))),
        person=Person(status_proof=proof, victim_or_witness=draw(st.sampled_from([False, None]))),
        bases=draw(_bases(booked, end)),
        bases_complete=draw(complete),
        detainers=tuple(draw(_requests(end, f"d{number + 1}")) for number in range(count)),
        convictions=draw(
            st.sampled_from([(), None]) | _offences().map(lambda o: (Conviction(offence=o),))
        ),
        notices=None
        if told is None
        else tuple(Notice(id=f"n-{to}", kind=draw(kinds), to=to, given=end) for to in told),
        notices_complete=draw(complete),
    )


@cache
def _change_days(place: str) -> tuple[datetime, ...]:
    """Return the first instants of the days on which rules of a place begin or have ended."""
    law = LAWS[place]
    zone = ZoneInfo(law.zone or "America/New_York")
    days = {rule.first_day.latest for rule in law.rules}
    days |= {rule.last_day.latest + timedelta(days=1) for rule in law.rules if rule.last_day}
    return tuple(
        datetime.combine(day, time(0), zone).astimezone(UTC)
        for day in sorted(days)
        if 1998 <= day.year <= 2026
    )


@st.composite
def asked(draw: DrawFn, places: tuple[str, ...] = ()) -> Asked:
    """Draw a case: a full record and an instant after eligibility mostly, or any of them."""
    if draw(st.integers(0, 9)) == 9:
        return Asked(draw(records()), draw(st.sampled_from(PLACES)), draw(moments()))
    among = (places,) if places else (PLACES, LIVELY, HOLDING)
    place = draw(st.one_of(*map(st.sampled_from, among)))
    law = LAWS[place]
    change = draw(st.sampled_from(_change_days(place)))
    near = st.integers(-60, 9).map(lambda hours: change + timedelta(hours=hours))
    recent = st.integers(0, 60 * 24 * 200).map(lambda minutes: RECENT + timedelta(minutes=minutes))
    end = draw(near | recent | recent | instants())
    record = draw(full_records(st.just(end), law.zone or "America/New_York"))
    hours = draw(st.integers(0, 4) | st.integers(0, 60) | st.integers(-30, 260))
    return Asked(record, place, end + timedelta(hours=hours))
