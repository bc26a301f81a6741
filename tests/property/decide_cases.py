"""Cases for the properties of decisions: most facts known, near the day on which law changes.

The records of `tests.strategies` are drawn freely, so that most of their answers are release
or unknown. Here a hold is likely, and each fact is now and then replaced by another.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from tests.strategies import codes_of, instants, records

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
from exeat.rules.place import LawOfPlace, law_of_place

__all__ = ["GO", "HELD", "LAWS", "PLACES", "Asked", "asked", "full_records", "moments"]

T = TypeVar("T")

_NINE_HOURS: Final = timedelta(hours=9)

PLACES: Final = tuple(sorted(shipped()))
LAWS: Final = {place: law_of_place(place, shipped()) for place in PLACES}
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


def _mostly(usual: T, *others: T) -> SearchStrategy[T]:
    return st.sampled_from((usual,) * 9 + others)


def _offences() -> SearchStrategy[Offence]:
    return st.builds(
        Offence,
        offence_class=st.sampled_from([*OffenceClass, None]),
        lists=st.dictionaries(st.sampled_from(LISTS), st.booleans(), max_size=3)
        | st.sampled_from([dict.fromkeys(LISTS, True), dict.fromkeys(LISTS, False)]),
    )


@st.composite
def _requests(draw: DrawFn, eligible: datetime, id: str) -> Detainer:
    """Draw a request on whose papers a hold is likely."""

    def act(*hours: int) -> Act:
        times = [eligible + timedelta(hours=hour) for hour in hours]
        return draw(_mostly(draw(st.sampled_from(times)), NEVER, None))

    forms = [DetainerForm.I247A, DetainerForm.I247A, DetainerForm.I247, *DetainerForm]
    warrants = [(WarrantKind.I200,), (WarrantKind.I200,), (), *((kind,) for kind in WarrantKind)]
    return Detainer(
        id=id,
        form=draw(st.sampled_from([*forms, None])),
        received=act(-200, -50, -24, -1, 0, 3),
        served=act(-50, -1, 0, 3),
        grounds=draw(_mostly((Ground.BIOMETRIC,), (), (Ground.INVESTIGATION,), None)),
        warrants=draw(st.sampled_from([*warrants, None])),
        names_this_person=draw(_mostly(True, False, None)),
        hold_ordered=act(-2, 0, 2),
        lifted=draw(
            _mostly(NEVER, eligible - timedelta(hours=9), eligible + timedelta(hours=9), None)
        ),
    )


@st.composite
def full_records(
    draw: DrawFn, eligible: SearchStrategy[datetime] | None = None, zone: str = "America/New_York"
) -> CustodyRecord:
    """Draw records in which most facts are known, with a hold likely after `eligible`."""
    end = draw(instants() if eligible is None else eligible)
    count = draw(_mostly(1, 2, 2, 0))
    requests = tuple(draw(_requests(end, f"d{n}")) for n in range(1, count + 1))
    kinds = [BasisKind.CHARGE, BasisKind.SENTENCE, BasisKind.PAROLE_HOLD]
    bases = tuple(
        Basis(
            id=f"b{number}",
            kind=draw(st.sampled_from(kinds)),
            end=draw(_mostly(end - timedelta(hours=5) * number, NEVER, None)) if number else end,
            offence=draw(st.none() | _offences()),
        )
        for number in range(draw(_mostly(1, 2)))
    )
    told = draw(st.sampled_from([None, (), ("ice",), ("ice", "judge")]))
    convicted = draw(st.none() | st.lists(_offences(), max_size=1))
    return CustodyRecord(
        id="r1",
        zone=zone,
        booked=end - timedelta(days=9),
        facility=Facility(agreement_287g=draw(st.sampled_from([None, True, False]))),
        person=Person(
            status_proof=draw(_mostly(StatusProof.NONE, *StatusProof, None)),
            victim_or_witness=draw(_mostly(False, True, None)),
        ),
        bases=bases,
        detainers=requests,
        convictions=None if convicted is None else tuple(Conviction(offence=o) for o in convicted),
        notices=None
        if told is None
        else tuple(
            Notice(id=f"n-{to}", kind=draw(codes_of(NoticeKind)), to=to, given=end) for to in told
        ),
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
def asked(draw: DrawFn) -> Asked:
    """Draw a case: a full record and an instant after eligibility mostly, or any of them."""
    place = draw(st.sampled_from(PLACES))
    law = LAWS[place]
    if draw(st.integers(0, 9)) == 9:
        return Asked(draw(records()), place, draw(moments()))
    change = draw(st.sampled_from(_change_days(place)))
    ends = st.integers(-60, 9).map(lambda hours: change + timedelta(hours=hours)) | instants()
    end = draw(ends)
    record = draw(full_records(st.just(end), law.zone or "America/New_York"))
    hours = draw(st.integers(0, 60) | st.integers(-30, 260))
    return Asked(record, place, end + timedelta(hours=hours))
