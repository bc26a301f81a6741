"""Hypothesis strategies that the whole suite shares: times, records and events.

Everything lies within 2016 to 2026, and often near a change of the clocks, a weekend or a
holiday. Nothing is drawn and thrown away: what must come later is drawn as a span that is
added, and an uncertain date is made from the instant that it must contain.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from exeat.facts import codes
from exeat.facts import events as ev
from exeat.facts.codec import inconsistencies
from exeat.facts.record import (
    Basis,
    Conviction,
    Correction,
    CustodyRecord,
    Detainer,
    Facility,
    Notice,
    Offence,
    Person,
    Release,
    Transfer,
)
from exeat.facts.times import NEVER, Act, Uncertain, When

__all__ = [
    "ZONES",
    "acts",
    "bases",
    "detainers",
    "events",
    "instants",
    "people",
    "records",
    "whens",
    "zones",
]

T = TypeVar("T")

# The first EDTF date of a run builds the grammar, which takes longer than any deadline.
# In CI the same examples at every run, so that a red run can be made again; elsewhere new ones.
settings.register_profile("exeat", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("exeat")

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
FIRST = datetime(2016, 1, 4, 17, tzinfo=UTC)
LAST = datetime(2026, 6, 30, tzinfo=UTC)
# Where hours are counted wrongly, if anywhere.
CORNERS = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # clocks go forward in New York
    datetime(2025, 11, 2, 6, tzinfo=UTC),  # and back
    datetime(2019, 3, 10, 10, tzinfo=UTC),  # forward in Los Angeles
    datetime(2017, 4, 2, 4, tzinfo=UTC),  # first day of the I-247A, a Sunday
    datetime(2021, 12, 31, 5, tzinfo=UTC),  # New Year's Day, observed on a Friday
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2025, 11, 27, 17, tzinfo=UTC),  # Thanksgiving
    datetime(2025, 7, 4, 23, tzinfo=UTC),  # a holiday on a Friday, before a weekend
)

zones = st.sampled_from(ZONES)
truths: SearchStrategy[bool | None] = st.sampled_from([None, True, False])
agencies = st.sampled_from([None, "court-1", "ICE-WAS", "51059"])


@cache
def codes_of(kind: type[T]) -> SearchStrategy[T]:
    """Return any member of a code list."""
    return st.sampled_from(list(kind))  # type: ignore[call-overload]


@cache
def maybe(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    """Return what is not known, or something; it shrinks to what is not known."""
    return st.none() | strategy


@cache
def instants() -> SearchStrategy[datetime]:
    """Return instants in UTC, to the minute; they shrink to a Monday noon in New York."""
    span = int((LAST - FIRST) / timedelta(minutes=1))
    return st.one_of(
        st.integers(0, span).map(lambda minutes: FIRST + timedelta(minutes=minutes)),
        st.builds(
            lambda corner, minutes: corner + timedelta(minutes=minutes),
            st.sampled_from(CORNERS),
            st.integers(-72, 72).map(lambda hours: hours * 60) | st.integers(-4320, 4320),
        ),
    )


@cache
def spans() -> SearchStrategy[timedelta]:
    """Return no time, some hours, or up to sixty days."""
    return st.one_of(
        st.integers(0, 96).map(lambda hours: timedelta(hours=hours)),
        st.integers(0, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    )


def after(instant: datetime) -> SearchStrategy[datetime]:
    """Return instants at or after one."""
    return spans().map(lambda span: instant + span)


How: TypeAlias = Callable[[datetime, ZoneInfo], When]


def _vague(pattern: str, days: int = 0, more: str = "") -> How:
    def say(instant: datetime, zone: ZoneInfo) -> When:
        local = instant.astimezone(zone)
        text = f"{local - timedelta(days=days):{pattern}}"
        return Uncertain(text + more.format(local + timedelta(days=days)))

    return say


def _exact(instant: datetime, zone: ZoneInfo) -> When:
    return instant


def _local(instant: datetime, zone: ZoneInfo) -> When:
    """Say the instant with the offset that the place had, as JSON would give it back."""
    return instant.astimezone(timezone(instant.astimezone(zone).utcoffset() or timedelta()))


# How a time is told: exactly, mostly; else as an EDTF date that contains it.
_HOWS: tuple[How, ...] = (
    *(_exact, _local) * 4,
    _vague("%Y-%m-%d"),
    _vague("%Y-%m"),
    _vague("%Y"),
    _vague("%Y-%m-%d", more="~"),
    _vague("%Y-%m-%d", more="/.."),
    _vague("%Y-%m-%d", days=3, more="/{:%Y-%m-%d}"),
    _vague("XXXX-XX-XX"),
)
hows = st.sampled_from(_HOWS)


def whens(
    true: SearchStrategy[datetime] | None = None, zone: str = ZONES[0]
) -> SearchStrategy[When]:
    """Return times as a record has them: exact mostly, or an EDTF date around the true one."""
    place = ZoneInfo(zone)
    exact = instants() if true is None else true
    return st.builds(lambda how, instant: how(instant, place), hows, exact)


def acts(true: SearchStrategy[datetime] | None = None, zone: str = ZONES[0]) -> SearchStrategy[Act]:
    """Return acts: not known, never, exact or uncertain."""
    return st.one_of(st.none(), st.just(NEVER), whens(true, zone))


@cache
def offences() -> SearchStrategy[Offence]:
    """Return offences, some placed in or out of a list."""
    return st.builds(
        Offence,
        statute=st.sampled_from([None, "PC 459", "18.2-57"]),
        description=st.sampled_from([None, "Burglary", "Assault; bodily hurt, «simple»"]),
        offence_class=maybe(codes_of(codes.OffenceClass)),
        lists=st.dictionaries(st.sampled_from(["us-ca-serious", "us-wa-x"]), st.booleans()),
    )


@cache
def people() -> SearchStrategy[Person]:
    """Return the protective facts about a person."""
    return st.builds(
        Person,
        claims_citizenship=truths,
        status_proof=maybe(codes_of(codes.StatusProof)),
        disputes_identity=truths,
        victim_or_witness=truths,
        under_18=truths,
        registered_offender=truths,
        held_to_answer=truths,
        interview_consent=truths,
        language=st.sampled_from([None, "es", "vi"]),
    )


@cache
def facilities() -> SearchStrategy[Facility]:
    """Return facilities."""
    return st.builds(
        Facility,
        kind=codes_of(codes.FacilityKind),
        fips=st.sampled_from([None, "51059", "06037"]),
        fips_vintage=st.sampled_from([None, "2020"]),
        ori=st.sampled_from([None, "VA0290000"]),
        agreement_287g=truths,
    )


@st.composite
def bases(
    draw: DrawFn, *, id: str = "b1", start: datetime | None = None, zone: str = ZONES[0]
) -> Basis:
    """Draw a basis of custody; its end, if any, is never before its start."""
    began = draw(instants()) if start is None else start
    kind = draw(codes_of(codes.BasisKind))
    return Basis(
        id=id,
        kind=kind,
        start=draw(maybe(whens(st.just(began), zone))),
        end=draw(acts(after(began), zone)),
        ended_by=draw(maybe(codes_of(codes.BasisEnd))),
        agency=draw(agencies),
        offence=draw(maybe(offences())),
    )


_PAPER: dict[str, SearchStrategy[Any]] = {
    "form": maybe(codes_of(codes.DetainerForm)),
    "issuer": agencies,
    "grounds": maybe(st.lists(codes_of(codes.Ground), max_size=3, unique=True).map(tuple)),
    "warrants": maybe(st.lists(codes_of(codes.WarrantKind), max_size=2, unique=True).map(tuple)),
    "names_this_person": truths,
    "names_federal_felony_warrant": truths,
    "names_watch_list_match": truths,
    "addressed_to": agencies,
}


@st.composite
def detainers(
    draw: DrawFn, *, id: str = "d1", issued: datetime | None = None, zone: str = ZONES[0]
) -> Detainer:
    """Draw an immigration request with random boxes; no act of it is before its issue."""
    true = draw(instants()) if issued is None else issued
    act = acts(after(true), zone)
    return Detainer(
        id=id,
        issued=draw(maybe(whens(st.just(true), zone))),
        received=draw(act),
        served=draw(act),
        acknowledged=draw(act),
        hold_ordered=draw(act),
        decided=draw(act),
        lifted=draw(st.just(NEVER) | act),
        lift_reason=draw(maybe(codes_of(codes.LiftReason))),
        **draw(st.fixed_dictionaries(_PAPER)),
    )


def _numbered(letter: str, items: list[T]) -> tuple[T, ...]:
    return tuple(
        replace(item, id=f"{letter}{number}")  # type: ignore[type-var]
        for number, item in enumerate(items, 1)
    )


def notices(true: SearchStrategy[datetime], zone: str) -> SearchStrategy[Notice]:
    """Return notices about a first request or about nothing."""
    return st.builds(
        Notice,
        id=st.just("n1"),
        kind=codes_of(codes.NoticeKind),
        to=st.sampled_from(["ice", "person", "judge", "counsel", "victim"]),
        given=acts(true, zone),
        about=st.sampled_from([None, "d1"]),
        evidence=st.sampled_from([None, "fax 12"]),
    )


@cache
def convictions(zone: str = ZONES[0]) -> SearchStrategy[Conviction]:
    """Return convictions of record."""
    return st.builds(Conviction, offence=offences(), on=maybe(whens(zone=zone)))


@st.composite
def records(draw: DrawFn) -> CustodyRecord:
    """Draw a custody record that :func:`exeat.facts.codec.record_from_json` would accept."""
    zone, booked = draw(zones), draw(instants())
    later = after(booked)
    starts = st.just(booked) | later
    basis = starts.flatmap(lambda start: bases(start=start, zone=zone))
    detainer = starts.flatmap(lambda issued: detainers(issued=issued, zone=zone))
    when = whens(later, zone)
    release = st.builds(Release, at=when, kind=codes_of(codes.ReleaseKind), to=agencies)
    transfer = st.builds(
        Transfer,
        at=when,
        to=st.sampled_from(["51013", "06037"]),
        detainers_passed_on=truths,
        acknowledged=acts(later, zone),
    )
    correction = st.builds(
        Correction,
        id=st.just("c1"),
        of=st.sampled_from(["d1", "b1"]),
        by=st.just("desk-1"),
        at=when,
        says=st.just("a wrong box"),
        disputed=st.booleans(),
    )
    record = CustodyRecord(
        id=draw(st.sampled_from(["r1", "2026-00417"])),
        zone=zone,
        booked=draw(whens(st.just(booked), zone)),
        facility=draw(facilities()),
        person=draw(people()),
        bases=_numbered("b", draw(st.lists(basis, max_size=3))),
        detainers=_numbered("d", draw(st.lists(detainer, max_size=2))),
        convictions=draw(maybe(st.lists(convictions(zone), max_size=2).map(tuple))),
        notices=draw(
            maybe(st.lists(notices(later, zone), max_size=2).map(lambda n: _numbered("n", n)))
        ),
        scheduled_release=draw(maybe(when)),
        release=draw(maybe(release)),
        transfers=tuple(draw(st.lists(transfer, max_size=1))),
        corrections=_numbered("c", draw(st.lists(correction, max_size=1))),
    )
    # A request is seldom drawn as lifted before it was received; no file may say so.
    assume(not list(inconsistencies(record, "record")))
    return record


_DETAINER_ACTS = (
    ev.DetainerReceived,
    ev.DetainerServed,
    ev.DetainerAcknowledged,
    ev.HoldOrdered,
    ev.DetainerDecided,
    ev.DetainerLifted,
)
# Nothing on record hangs on one of these, so that it can be withdrawn.
_LOOSE = (ev.BasisEnded, ev.NoticeGiven, ev.ReleaseScheduled, ev.Released, *_DETAINER_ACTS)


class _Teller:
    """Draws events of one record, each with an id of its own, both its times, and a teller."""

    def __init__(self, draw: DrawFn, record: str, zone: str) -> None:
        self.draw, self.record, self.zone = draw, record, ZoneInfo(zone)
        self.told: list[ev.Event] = []

    def when(self, true: datetime) -> When:
        return self.draw(hows)(true, self.zone)

    def later(self, true: datetime) -> datetime:
        return true + self.draw(spans())

    def __call__(
        self, kind_: Callable[..., ev.Event], true: datetime, /, *, exact: bool = False, **says: Any
    ) -> None:
        occurred = true if exact else self.when(true)
        recorded = self.when(self.later(true))
        said = kind_(
            id=f"e{len(self.told) + 1}",
            record=self.record,
            occurred=occurred,
            recorded=recorded,
            by=self.draw(st.sampled_from(["desk-1", "ICE-WAS"])),
            **says,
        )
        self.told.append(said)


def _tell_bases(tell: _Teller, booked: datetime) -> None:
    draw = tell.draw
    for number in range(1, draw(st.integers(0, 3)) + 1):
        began, id = tell.later(booked), f"b{number}"
        kind, offence = draw(codes_of(codes.BasisKind)), draw(maybe(offences()))
        tell(ev.BasisAdded, began, basis=id, kind=kind, agency=draw(agencies), offence=offence)
        if draw(st.booleans()):
            how = draw(maybe(codes_of(codes.BasisEnd)))
            tell(ev.BasisEnded, tell.later(began), basis=id, ended_by=how)


def _tell_detainers(tell: _Teller, booked: datetime) -> None:
    draw = tell.draw
    for number in range(1, draw(st.integers(0, 2)) + 1):
        lodged, id = tell.later(booked), f"d{number}"
        issued = tell.when(lodged) if draw(st.booleans()) else None
        paper = draw(st.fixed_dictionaries(_PAPER))
        tell(ev.DetainerLodged, lodged, detainer=id, issued=issued, **paper)
        received = tell.later(lodged)
        for act in draw(st.lists(st.sampled_from(_DETAINER_ACTS), max_size=6, unique=True)):
            says: dict[str, Any] = {}
            if act is ev.DetainerDecided:
                says["complies"] = draw(truths)
            elif act is ev.DetainerLifted:
                says["reason"] = draw(maybe(codes_of(codes.LiftReason)))
            # It is in hand before it ends.
            true = tell.later(received if act is ev.DetainerLifted else lodged)
            tell(act, received if act is ev.DetainerReceived else true, detainer=id, **says)
        if draw(st.booleans()):
            kind, to = draw(codes_of(codes.NoticeKind)), draw(st.sampled_from(["ice", "person"]))
            tell(ev.NoticeGiven, tell.later(lodged), kind=kind, to=to, about=id)


def _tell_the_rest(tell: _Teller, booked: datetime) -> None:
    draw = tell.draw
    # What changes with time is said at times that differ, so that it is known which came last.
    true = booked
    for _ in range(draw(st.integers(0, 2))):
        true = tell.later(true) + timedelta(minutes=1)
        tell(ev.PersonFact, true, exact=True, person=draw(people()))
    for _ in range(draw(st.integers(0, 2))):
        true = tell.later(true) + timedelta(minutes=1)
        release_at = tell.when(tell.later(booked))
        tell(ev.ReleaseScheduled, true, exact=True, release_at=release_at)
    if draw(st.booleans()):
        found = draw(st.lists(convictions(), max_size=2).map(tuple))
        tell(ev.ConvictionsRecorded, tell.later(booked), convictions=found)
    if draw(st.booleans()):
        tell(ev.Transferred, tell.later(booked), to="51013", detainers_passed_on=draw(truths))
        if draw(st.booleans()):
            tell(ev.TransferAcknowledged, tell.later(booked), transfer=tell.told[-1].id)
    if draw(st.booleans()):
        tell(ev.NotInCustodyHere, tell.later(booked), issuer="ICE-WAS", addressed_to="06037")
    if draw(st.booleans()):
        kind = draw(codes_of(codes.ReleaseKind))
        tell(ev.Released, tell.later(booked), kind=kind, to=draw(agencies))


def _tell_corrections(tell: _Teller, booked: datetime) -> None:
    draw = tell.draw
    plain = [event for event in tell.told if not isinstance(event, ev.Corrected)]
    for wrong in draw(st.lists(st.sampled_from(plain), max_size=2, unique_by=lambda e: e.id)):
        right = replace(wrong, note="as it should read")
        if not isinstance(wrong, ev.PersonFact | ev.ReleaseScheduled):
            # A time of which nothing is known contradicts no other.
            right = replace(right, occurred=Uncertain("XXXX-XX-XX"))
        instead = draw(st.sampled_from([right, None])) if isinstance(wrong, _LOOSE) else right
        tell(ev.Corrected, tell.later(booked), of=wrong.id, says="misread", instead=instead)
    if draw(st.booleans()):
        of = draw(st.sampled_from([event.id for event in tell.told]))
        tell(ev.Disputed, tell.later(booked), of=of, says="it is not so")


@st.composite
def events(draw: DrawFn, *, record: str = "r1") -> list[ev.Event]:
    """Draw all events of one custody record, without a fault and in a random order."""
    zone, booked = draw(zones), draw(instants())
    tell = _Teller(draw, record, zone)
    tell(ev.Booked, booked, zone=zone, facility=draw(facilities()))
    _tell_bases(tell, booked)
    _tell_detainers(tell, booked)
    _tell_the_rest(tell, booked)
    _tell_corrections(tell, booked)
    return draw(st.permutations(tell.told))
