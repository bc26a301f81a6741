"""Invented people for the preview: events of a week that never was, in places that exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from exeat.facts import events as ev
from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    DetainerForm,
    Ground,
    NoticeKind,
    OffenceClass,
    StatusProof,
    WarrantKind,
)
from exeat.facts.record import Facility, Offence, Person
from exeat.office.models import PersonalData

__all__ = ["HOUSE", "NOW", "Invented", "everyone"]

NOW: Final = datetime.fromisoformat("2026-03-06T23:12:20+00:00")
"""Friday, 18:12 in New York: the hour at which weekends begin to matter."""
HOUSE: Final = "xx-example-jail"

_NAMES: Final = (
    "Avery Example", "Blake Sample", "Casey Specimen", "Devon Mockup", "Ellis Placeholder",
    "Finley Dummy", "Gray Testcase", "Harper Fixture", "Indigo Fictive", "Jules Invented",
    "Kit Imaginary", "Lane Pretend", "Morgan Example", "Noel Proforma", "Oakley Template",
    "Parker Notreal", "Quinn Stand-In", "Reese Pattern", "Sage Prototype", "Tatum Blank",
    "Uma Madeup", "Vesper Drawn", "Wren Paper", "Xen Sketch", "Yael Draft", "Zion Outline",
    "Abel Figment", "Bram Notional", "Cleo Supposed", "Dara Assumed", "Enid Warranted",
)  # fmt: skip


@dataclass
class Invented:
    """One invented person in custody: who, under which law, and what happened."""

    key: str
    who: PersonalData
    place: str
    events: list[ev.Event] = field(default_factory=list)

    def add(self, event: Any, hours: float, /, **said: Any) -> Invented:
        """Add an event, so many hours before now."""
        at = NOW - timedelta(hours=hours)
        envelope = {
            "id": f"{self.key}-{len(self.events) + 1}",
            "record": self.key,
            "occurred": at,
            "recorded": at + timedelta(minutes=2),
            "by": HOUSE,
        }
        self.events.append(event(**{**envelope, **said}))
        return self


def _person(n: int, place: str, zone: str, hours: float) -> Invented:
    given, surname = _NAMES[n % len(_NAMES)].split()
    who = PersonalData(
        surname=surname,
        given_names=given,
        born=date(1970 + n * 7 % 33, 1 + n * 5 % 12, 1 + n * 11 % 28),
        booking_number=f"2026-{417 + 13 * n:05}",
        fingerprint_id=f"FP{8800321 + 77 * n}",
    )
    one = Invented(f"{0x9F3A61C07B52 + n * 0x1D7:012x}", who, place)
    return one.add(ev.Booked, hours, zone=zone, facility=Facility(fips="99999"))


def _charge(
    one: Invented,
    hours: float,
    words: str,
    ended: float | None = None,
    grade: OffenceClass = OffenceClass.MISDEMEANOR,
) -> Invented:
    offence = Offence(description=words, offence_class=grade)
    one.add(
        ev.BasisAdded, hours, basis="b-1", kind=BasisKind.CHARGE, agency="xx-court",
        offence=offence,
    )  # fmt: skip
    if ended is not None:
        one.add(ev.BasisEnded, ended, basis="b-1", ended_by=BasisEnd.BAIL)
    return one


def _request(one: Invented, hours: float, served: float | None = None, **said: Any) -> Invented:
    paper = {
        "form": DetainerForm.I247A,
        "issuer": "xx-ice-office",
        "grounds": (Ground.BIOMETRIC,),
        "warrants": (WarrantKind.I200,),
        "names_this_person": True,
        **said,
    }
    one.add(ev.DetainerLodged, hours, detainer="d-1", by="xx-ice-office", **paper)
    one.add(ev.DetainerReceived, hours - 0.2, detainer="d-1")
    if served is not None:
        one.add(ev.DetainerServed, served, detainer="d-1")
        one.add(ev.DetainerAcknowledged, served - 0.1, detainer="d-1")
    return one


def _plain(one: Invented, **person: Any) -> Invented:
    """Add what a look-up found: no conviction, and no proof of status unless said."""
    facts = Person(**{"status_proof": StatusProof.NONE, **person})
    one.add(ev.PersonFact, 60, person=facts)
    return one.add(ev.ConvictionsRecorded, 59, convictions=())


def everyone() -> list[Invented]:
    """Return everyone in the invented house, each verdict at least once."""
    east, south, west = "America/New_York", "America/New_York", "America/Phoenix"
    found = [
        # May be held: a warrant of an immigration officer, where the law allows it.
        _request(_plain(_charge(_person(0, "us-az", west, 90), 90, "shoplifting", 5.5)), 70, 66),
        # Must be held, where a state commands it.
        _request(_plain(_charge(_person(1, "us-fl", south, 88), 88, "driving", 2.1)), 40, 38),
        # Overdue: the last authority ended an hour and a half ago.
        _request(_plain(_charge(_person(2, "us-wa-pierce", "America/Los_Angeles", 240), 240,
                                "trespass", 26)), 90, 88),
        # Must go now: posted bail twenty minutes ago.
        _plain(_charge(_person(3, "us-fl", south, 31), 31, "disorderly conduct", 0.35)),
        # Notice first.
        _request(_plain(_charge(_person(4, "us-va-prince-william", east, 75), 75, "theft", 1.2,
                                OffenceClass.FELONY)), 50),
        # Conflict: the law of the state against an order on this jail; and a claim of citizenship.
        _request(_plain(_charge(_person(5, "us-la-orleans", "America/Chicago", 120), 120,
                                "no licence", 3)), 60, 58),
        # Cannot decide: nobody knows which warrant came with the request.
        _request(_plain(_charge(_person(6, "us-fl", south, 66), 66, "theft", 0.8)), 30, 29,
                 warrants=None),
        # In custody, the release set for tomorrow.
        _charge(_person(7, "us-fl", south, 140), 140, "probation violation").add(
            ev.ReleaseScheduled, 4, release_at=NOW + timedelta(hours=13.8)),
        # Goes at the door: a request comes in while the officer looks.
        _plain(_charge(_person(12, "us-fl", south, 52), 52, "trespass", 0.6)),
        # Serve first: the law commands the hold, and no copy was served.
        _request(_plain(_charge(_person(26, "us-tx", "America/Chicago", 44), 44, "theft", 0.5)),
                 20),
        # Before an official first, who decides on the hold.
        _request(_plain(_charge(_person(27, "us-nc", south, 61), 61, "assault", 0.4)), 22, 21),
        # Nothing shows that this office may hold.
        _request(_plain(_charge(_person(28, "us-oh", south, 47), 47, "trespass", 0.7)), 19, 18),
        # A command is reported whose text nobody has read.
        _request(_plain(_charge(_person(29, "us-al", "America/Chicago", 39), 39, "driving", 0.9)),
                 17, 16),
        # A judge's warrant came with the request.
        _request(_plain(_charge(_person(30, "us-wa-pierce", "America/Los_Angeles", 58), 58, "theft",
                                1.1)), 26, 25, warrants=(WarrantKind.FEDERAL_JUDGE_CRIMINAL,)),
    ]  # fmt: skip
    found[5].add(ev.PersonFact, 2.5, person=Person(claims_citizenship=True))
    found[4].add(ev.NoticeGiven, 49, kind=NoticeKind.INFORM, to="person", evidence="sheet 12")
    return [*found, *_in_custody(east)]


def _in_custody(zone: str) -> Iterator[Invented]:
    words = ("burglary", "assault", "failure to appear", "possession", "fraud", "driving")
    for n in (8, 9, 10, 11, *range(13, 26)):
        one = _person(n, "us-fl", zone, 20 + 37 * n % 400)
        _charge(one, 20 + 37 * n % 400, words[n % len(words)])
        if n % 4 == 0:
            _request(one, 12 + n, 10 + n)
        yield one


def late_request(one: Invented) -> ev.Event:
    """Return the request that comes in while an officer looks at the screen."""
    one.add(
        ev.DetainerLodged, 0.01, detainer="d-9", form=DetainerForm.I247A, by="xx-ice-office",
        issuer="xx-ice-office", grounds=(Ground.FINAL_ORDER,), warrants=(WarrantKind.I205,),
        names_this_person=True,
    )  # fmt: skip
    lodged = one.events[-1]
    one.add(ev.DetainerReceived, 0.005, detainer="d-9", recorded=NOW)
    return lodged
