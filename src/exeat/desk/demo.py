"""A week of real traffic on a desk of one's own: real spells and holds, invented people.

The spells are those of one week at the jail of Broward County, Florida (March 2013), and of
bookings with an immigration hold at the jail of Pierce County, Washington (2016 to 2018), from
public records; see ``exeat/sample/README.md``. They are shifted by whole days to end today.
Every name, number and birth date is invented, and so is what the records do not hold: when a
request came in, on which form, and with which warrant.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib.resources import files
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.auth import Session
from exeat.desk.service import Desk
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import ReleaseOrder
from exeat.desk.service.setup import first_use, system_context
from exeat.errors import ExeatError
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
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Offence, Person
from exeat.facts.times import NEVER
from exeat.office.context import Context, Role
from exeat.office.models import PersonalData

__all__ = ["AGENCIES", "Demo", "Login", "enter", "fill"]

_DAYS: Final = 7
_LONGEST: Final = timedelta(days=12)
_PIERCE: Final = 30
_BROWARD: Final = 45
_GIVEN: Final = (
    "Avery", "Blake", "Casey", "Devon", "Ellis", "Finley", "Gray", "Harper", "Indigo", "Jules",
    "Kit", "Lane", "Morgan", "Noel", "Oakley", "Parker", "Quinn", "Reese", "Sage", "Tatum",
)  # fmt: skip
_SURNAMES: Final = (
    "Example", "Sample", "Specimen", "Mockup", "Placeholder", "Testcase", "Fixture", "Fictive",
    "Invented", "Imaginary", "Pretend", "Proforma", "Template", "Notreal", "Pattern", "Prototype",
    "Madeup", "Sketch", "Draft", "Outline", "Figment", "Makebelieve", "Nobody", "Standin",
)  # fmt: skip
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

AGENCIES: Final[tuple[dict[str, Any], ...]] = (
    {"code": "wa-pierce", "name": "Pierce County jail (invented people)", "kind": "facility",
     "place": "us-wa-pierce", "zone": "America/Los_Angeles",
     "facility": {"kind": "jail", "fips": "53053"}},
    {"code": "fl-broward", "name": "Broward County jail (invented people)", "kind": "facility",
     "place": "us-fl", "zone": "America/New_York",
     "facility": {"kind": "jail", "fips": "12011"}},
    {"code": "ice-demo", "name": "Field office (invented)", "kind": "requester"},
    {"code": "defender-demo", "name": "Public defender (invented)", "kind": "counsel"},
)  # fmt: skip
"""The agencies of the demonstration; its law is that of real places, its people are invented."""

_ACCOUNTS: Final = (
    ("officer", "Officer Demo", "booking", "wa-pierce"),
    ("supervisor", "Supervisor Demo", "supervisor", "wa-pierce"),
    ("auditor", "Auditor Demo", "auditor", "wa-pierce"),
    ("broward", "Officer Demo, Florida", "supervisor", "fl-broward"),
    ("agent", "Agent Demo", "requester", "ice-demo"),
    ("counsel", "Counsel Demo", "counsel", "defender-demo"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who can sign in to the demonstration."""

    name: str
    password: str = field(repr=False)
    role: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demonstration holds.

    Attributes:
        acts: How many acts were done.
        refused: How many the service refused, as it should: such as a release past a hold.
    """

    logins: tuple[Login, ...]
    acts: int
    refused: int


@dataclass(order=True, slots=True)
class _Step:
    """One act at one instant; steps are done in the order of time."""

    at: datetime
    order: int
    do: Callable[[datetime], object] = field(compare=False)


class _Week:
    """The week as a list of acts.

    Args:
        desk: Where it happens.
        now: When it ends.
    """

    def __init__(self, desk: Desk, now: datetime) -> None:
        self.desk = desk
        self.now = now.astimezone(UTC)
        self.steps: list[_Step] = []
        self.records: dict[str, str] = {}
        self.people = 0

    def add(self, at: datetime, do: Callable[[datetime], object]) -> None:
        """Add an act, unless it lies in the future."""
        if at <= self.now:
            self.steps.append(_Step(at, len(self.steps), do))

    def ctx(self, agency: str, at: datetime, role: Role = Role.BOOKING) -> Context:
        """Return somebody of an agency at an instant."""
        return Context(actor="demo", actor_name="demo", agency=agency, role=role, now=at)

    def shifted(self, text: str, zone: ZoneInfo, days: int) -> datetime:
        """Return a local time of the file, so many days later, in UTC."""
        local = datetime.fromisoformat(text) + timedelta(days=days)
        return local.replace(tzinfo=zone).astimezone(UTC)

    def person(self) -> PersonalData:
        """Return the next invented person. Now and then two share a surname."""
        number = self.people
        self.people += 1
        return PersonalData(
            surname=_SURNAMES[(number * 7) % len(_SURNAMES)],
            given_names=_GIVEN[(number * 3 + number // 20) % len(_GIVEN)],
            born=date(1962 + (number * 5) % 42, 1 + number % 12, 1 + (number * 11) % 28),
            booking_number=f"{self.now.year}-{number + 101:05d}",
            fingerprint_id=f"DEMO-{number + 1:04d}",
        )

    def let_go(self, agency: str, key: str, person: PersonalData, at: datetime) -> None:
        """Try to let somebody go, as a careful officer does."""
        ctx = self.ctx(agency, at)
        record = self.records[key]
        clearance = self.desk.gate.clear(ctx, record)
        assert person.born is not None
        self.desk.gate.release(
            ctx,
            ReleaseOrder(
                record=record,
                seen_version=clearance.version,
                identifiers={
                    "born": person.born.isoformat(),
                    "booking_number": person.booking_number,
                },
                namesakes_seen=tuple(one.record for one in clearance.namesakes),
                warrants_checked=at - timedelta(minutes=5),
                event_id=f"{key}.out",
            ),
        )

    def stay(
        self,
        agency: str,
        key: str,
        span: tuple[datetime, datetime],
        bases: list[tuple[NewBasis, datetime, BasisEnd]],
        request_at: datetime | None,
    ) -> None:
        """Add one stay: booking, grounds that end, perhaps a request, and the way out."""
        person, (begin, end) = self.person(), span
        facts = Person(status_proof=StatusProof.NONE) if request_at else None

        def book(at: datetime) -> None:
            done = self.desk.acts.book(
                self.ctx(agency, at),
                person,
                event_id=f"{key}.in",
                bases=[basis for basis, _, _ in bases],
                facts=facts,
            )
            self.records[key] = done.record

        self.add(begin, book)
        for basis, over, by in bases:
            self.add(min(over, end - timedelta(minutes=20)), self._end(agency, key, basis.id, by))
        if request_at is not None:
            self.add(request_at, self._request(agency, key, person))
        self.add(end, lambda at: self.let_go(agency, key, person, at))

    def _end(self, agency: str, key: str, basis: str, by: BasisEnd) -> Callable[[datetime], object]:
        return lambda at: self.desk.acts.enter(
            self.ctx(agency, at), "end_basis", self.records[key], basis=basis, ended_by=by
        )

    def _request(self, agency: str, key: str, person: PersonalData) -> Callable[[datetime], object]:
        def send(at: datetime) -> None:
            paper = RequestPaper(
                form=DetainerForm.I247A,
                issued=at - timedelta(hours=1),
                grounds=(Ground.BIOMETRIC,),
                warrants=(WarrantKind.I200,),
                names_this_person=True,
            )
            issuer = self.ctx("ice-demo", at, Role.REQUESTER)
            sent = self.desk.requests.send_request(
                issuer, facility=agency, person=person, paper=paper, request_id=f"{key}.request"
            )
            if sent.record is None:
                return
            ctx = self.ctx(agency, at + timedelta(minutes=40))
            self.desk.acts.enter(ctx, "acknowledge", sent.record, detainer=sent.id)
            self.desk.acts.enter(ctx, "serve", sent.record, detainer=sent.id)

        return send


def fill(desk: Desk, now: datetime) -> Demo:
    """Fill an empty desk with a week that ends now.

    Args:
        desk: Connected; its clock stands at each step of the week while that is done.
        now: The end of the week.

    Returns:
        The logins, and what was done. On a desk that holds the demonstration already, nothing is
        done and the logins are given new passwords.
    """
    first_use(desk)
    root = system_context(now)
    added = [desk.accounts.add_agency(root, **agency) for agency in AGENCIES]
    fresh = added[0]
    acts = refused = 0
    if fresh:
        week = _Week(desk, now)
        _broward(week)
        _pierce(week)
        clock = desk.office.clock
        try:
            for step in sorted(week.steps):
                acts += 1
                # The desk takes a request in at its own time, so the week brings that along.
                desk.office.clock = partial(_at, step.at)
                try:
                    step.do(step.at)
                except ExeatError:
                    refused += 1
            desk.office.clock = partial(_at, now)
            _today(week)
        finally:
            desk.office.clock = clock
    return Demo(tuple(_login(desk, root, *one) for one in _ACCOUNTS), acts, refused)


def _at(at: datetime) -> datetime:
    return at


def enter(desk: Desk, login: Login, now: datetime) -> Session:
    """Let somebody of the demonstration in, past the second factor and the change of password.

    Only for a desk on this machine that holds nobody real: whoever has the link of the session
    has no code app to show, and needs none here.

    Raises:
        SignInError: The password is not that of the login.
    """
    people = desk.accounts
    half = people.signin.sign_in(login.name, login.password, now)
    return people.signin.made_whole(half, now, "demonstration")


def _login(desk: Desk, root: Context, name: str, shown: str, role: str, agency: str) -> Login:
    people = desk.accounts
    if any(one.name == name for one in people.users(root, agency)):
        password = people.reset(root, name, agency)
        _no_change(desk, root, name, password, agency)
        return Login(name, password, role, agency)
    _, password = people.add_account(root, name=name, shown=shown, role=role, agency=agency)
    _no_change(desk, root, name, password, agency)
    return Login(name, password, role, agency)


def _no_change(desk: Desk, root: Context, name: str, password: str, agency: str) -> None:
    """Keep the password that is printed, so that a newcomer may come back with it."""
    hashed = desk.accounts.signin.hasher.hash(password)
    with desk.office.db.transaction(root) as tx, tx.acting_for(agency):
        row = tx.one("account_by_name", name=name)
        assert row is not None
        tx.run("account_password", id=row["id"], hash=hashed, must_change=False)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("exeat.sample") / name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _broward(week: _Week) -> None:
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


def _pierce(week: _Week) -> None:
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
    week: _Week, row: dict[str, str], number: int, zone: ZoneInfo, days: int, out: datetime
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


def _today(week: _Week) -> None:
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
        lambda record: desk.transfers.transfer(ctx, record, to="fl-broward"),
        lambda record: desk.rounds.share(ctx, record, agency="defender-demo"),
        told,
    )
