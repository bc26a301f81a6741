"""What happens in that week: stays of two public records, and what waits today."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from importlib.resources import files
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from exeat.desk.demo._week import Week
from exeat.desk.service import Desk
from exeat.desk.service.acts import NewBasis
from exeat.facts.codes import (
    BasisEnd,
    BasisKind,
    DetainerForm,
    NoticeKind,
    OffenceClass,
    WarrantKind,
)
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Offence, Person
from exeat.facts.times import NEVER
from exeat.office.context import Context, Role
from exeat.office.models import PersonalData
from exeat.office.register import Moving

__all__ = ["broward", "pierce", "today"]

_DAYS: Final = 7
_LONGEST: Final = timedelta(days=12)
_PIERCE: Final = 30
_BROWARD: Final = 45
_HOLD: Final = "HOLD IMMIGRAT"
_ENDS: Final = {
    "Bail Bond": BasisEnd.BAIL,
    "PR": BasisEnd.RECOGNIZANCE,
    "Dismissed": BasisEnd.DISMISSED,
    "NCF": BasisEnd.DISMISSED,
    "Not Guilty": BasisEnd.ACQUITTED,
    "Time Served": BasisEnd.TIME_SERVED,
    "Court Order": BasisEnd.COURT_ORDERED,
    "Suspended": BasisEnd.SENTENCE_SUSPENDED,
}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("exeat.sample") / name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def broward(week: Week) -> None:
    """Add the week of Broward County: arrests, most of them out within a day or two."""
    zone = ZoneInfo("America/New_York")
    rows = list(_rows("broward-week.csv"))
    first = datetime.fromisoformat(rows[0]["jail_in"]).date()
    days = (week.now.astimezone(zone).date() - first).days - (_DAYS - 1)
    step = max(1, len(rows) // _BROWARD)
    for number, row in enumerate(rows[::step]):
        begin, end = (week.shifted(row[name], zone, days) for name in ("jail_in", "jail_out"))
        grade = OffenceClass.FELONY if row["charge_degree"] == "F" else OffenceClass.MISDEMEANOR
        offence = Offence(description=row["charge"], offence_class=grade)
        basis = NewBasis(id="charge", kind=BasisKind.CHARGE, agency="court", offence=offence)
        request = begin + timedelta(hours=5) if number % 6 == 2 else None
        ends = [(basis, end - timedelta(hours=1), BasisEnd.BAIL)]
        week.stay("fl-broward", f"b{number}", (begin, end), ends, request)


def pierce(week: Week) -> None:
    """Add bookings of Pierce County with an immigration hold, spread over the week."""
    zone = ZoneInfo("America/Los_Angeles")
    taken = 0
    for _, group in groupby(_rows("pierce-immigration-holds.csv"), lambda row: row["booking_id"]):
        rows = list(group)
        booked = datetime.fromisoformat(rows[0]["booked_at"])
        out = rows[0]["released_at"]
        if not out or datetime.fromisoformat(out) - booked > _LONGEST or taken == _PIERCE:
            continue
        today = week.now.astimezone(zone).date()
        days = (today - booked.date()).days - (_DAYS - 1) + taken % _DAYS
        span = (week.shifted(rows[0]["booked_at"], zone, days), week.shifted(out, zone, days))
        bases = [
            _ground(week, row, n, zone, days, span[1])
            for n, row in enumerate(rows)
            if row["charge"] != _HOLD
        ]
        week.stay("wa-pierce", f"p{taken}", span, bases, span[0] + timedelta(hours=3))
        taken += 1


def _ground(
    week: Week, row: dict[str, str], number: int, zone: ZoneInfo, days: int, out: datetime
) -> tuple[NewBasis, datetime, BasisEnd]:
    said = row["charge_disposition"]
    by = next((end for word, end in _ENDS.items() if said.startswith(word)), BasisEnd.OTHER)
    over = week.shifted(row["charge_ended_at"], zone, days) if row["charge_ended_at"] else out
    offence = Offence(description=row["charge"])
    agency = row["charge_agency"].lower() or None
    basis = NewBasis(
        id=f"charge-{number + 1}", kind=BasisKind.CHARGE, agency=agency, offence=offence
    )
    return basis, over, by


def today(week: Week) -> None:
    """Add what waits on the desk right now, so that each of its pages has something to do."""
    desk, now, house = week.desk, week.now, "wa-pierce"
    ctx = week.ctx(house, now)
    inside = sorted(week.desk.board.rows(ctx), key=lambda row: row.booking_number)
    waiting = [row.record for row in inside if row.verdict == "in-custody"]
    for record, act in zip(waiting, _scenes(desk, ctx), strict=False):
        act(record)
    someone = PersonalData(surname="Example", given_names="Robin", born=date(1988, 4, 2))
    paper = RequestPaper(form=DetainerForm.I247A, issued=now, warrants=(WarrantKind.I200,))
    issuer = week.ctx("ice-demo", now, Role.REQUESTER)
    desk.requests.send_request(
        issuer, facility=house, person=someone, paper=paper, request_id="demo.waiting"
    )
    florida = week.ctx("fl-broward", now)
    charged = [row for row in desk.board.rows(florida) if row.verdict == "in-custody"]
    for row in [row for row in charged if row.requests][:3]:
        desk.acts.enter(florida, "end_basis", row.record, basis="charge", ended_by=BasisEnd.BAIL)
    for agency in (house, "fl-broward"):
        desk.rounds.sweep(week.ctx(agency, now, Role.SUPERVISOR))


def _scenes(desk: Desk, ctx: Context) -> tuple[Callable[[str], object], ...]:
    """Return one thing to happen today to each of the next people in custody."""

    def free(record: str) -> None:
        facts = desk.reading.person(ctx, record).record
        for basis in (basis for basis in facts.grounds if basis.end is NEVER):
            desk.acts.enter(ctx, "end_basis", record, basis=basis.id, ended_by=BasisEnd.BAIL)

    def told(record: str) -> None:
        desk.acts.enter(
            ctx, "give_notice", record, kind=NoticeKind.INFORM, to="person", evidence="in writing"
        )

    def moved(record: str) -> None:
        page = desk.reading.person(ctx, record)
        assert page.personal is not None
        said = Moving(
            booking_number=page.personal.booking_number,
            photo=True,
            namesakes_seen=tuple(one.record for one in page.namesakes),
            papers=tuple(one.id for one in page.record.detainers if one.open),
            warrants_checked=ctx.now,
        )
        desk.transfers.transfer(ctx, record, to="fl-broward", said=said)

    return (
        free,
        lambda record: desk.rounds.paper_arrived(
            ctx, record, paper="26-0417", sender="court", legible=False
        ),
        lambda record: desk.acts.enter(
            ctx, "set_person_fact", record, person=Person(claims_citizenship=True)
        ),
        lambda record: desk.acts.enter(
            ctx, "set_person_fact", record, person=Person(disputes_identity=True)
        ),
        lambda record: desk.acts.enter(
            ctx, "schedule_release", record, release_at=ctx.now + timedelta(hours=3)
        ),
        moved,
        lambda record: desk.shares.share(ctx, record, agency="defender-demo"),
        told,
    )
