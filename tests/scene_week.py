"""What leads up to the hour of the scene: agencies, accounts, people, papers, a day at the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pyotp

from exeat.auth import Session
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import Override, OverrideReason, ReleaseOrder
from exeat.desk.service.setup import HOST, system_context
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
from exeat.office.context import Context, Role
from exeat.office.errors import SignInError
from exeat.office.models import PersonalData
from tests.scenario.failures.kit import Town

__all__ = ["HOUSE", "ICE", "NOW", "Played", "Week", "paper"]

NOW = datetime.fromisoformat("2026-03-06T23:12:20+00:00")
"""Friday, 18:12 in New York: the hour at which weekends begin to matter."""

ICE = "xx-ice-office"
HOUSE = "fl"
EAST, CENTRAL, WEST = "America/New_York", "America/Chicago", "America/Los_Angeles"
HOUSES = {
    "fl": ("us-fl", EAST),
    "az": ("us-az", "America/Phoenix"),
    "wa": ("us-wa-pierce", WEST),
    "va": ("us-va-prince-william", EAST),
    "la": ("us-la-orleans", CENTRAL),
    "tx": ("us-tx", CENTRAL),
    "nc": ("us-nc", EAST),
    "oh": ("us-oh", EAST),
    "al": ("us-al", CENTRAL),
    "ga": ("us-ga", EAST),
}
"""The jails by the code of each: whose law holds, and the time zone."""
NAMES = {"fl": "Example County Jail", "ga": "Sample County Jail"}

NAMED = {
    "may_hold": "Avery Specimen",
    "must_hold": "Blake Sample",
    "overdue": "Casey Template",
    "late": "Zion Marked",
    "go": "Devon Mockup",
    "notice": "Ellis Placeholder",
    "conflict": "Finley Dummy",
    "unknown": "Gray Testcase",
    "stays": "Harper Fixture",
    "door": "Morgan Example",
    "serve": "Abel Figment",
    "bring": "Bram Notional",
    "unless": "Cleo Supposed",
    "counsel": "Dara Assumed",
    "warrant": "Enid Warranted",
    "citizen": "Quinn Stand-In",
    "traveller": "Rowan Traveller",
    "left": "Ira Gone",
    "sent": "Lane Pretend",
}
"""The people by what their page is looked at for."""
OTHERS = (
    "Avery Example", "Indigo Fictive", "Jules Invented", "Kit Imaginary",
    "Noel Proforma", "Oakley Pattern", "Parker Notreal", "Reese Prototype", "Sage Blank",
    "Tatum Madeup", "Uma Drawn", "Vesper Paper", "Wren Sketch", "Xen Draft", "Yael Outline",
)  # fmt: skip
CHARGES = ("burglary", "assault", "failure to appear", "possession", "fraud", "driving")

ACCOUNTS = (
    ("booking", "Sam Officer", "booking", HOUSE),
    ("supervisor", "Dana Supervisor", "supervisor", HOUSE),
    ("auditor", "Ari Auditor", "auditor", HOUSE),
    ("requester", "Robin Requester", "requester", ICE),
    ("counsel", "Cleo Counsel", "counsel", "xx-defender"),
    ("admin", "Addison Admin", "admin", HOST),
    *((f"booking.{code}", "Sam Officer", "booking", code) for code in HOUSES if code != HOUSE),
)
"""Who signs in: the name is the role's, so that a test says at once who looks."""


@dataclass
class Played:
    """What a scene holds, by the words that a test uses.

    Attributes:
        people: Id of each record by what the person is there for.
        who: Who each of them is.
        sessions: By sign-in name; with ``:first`` after it, one that owes its second factor.
        requests: Ids of the requests: ``waits``, ``stands``, ``gone``.
        handover: Id of the person on the way here.
    """

    people: dict[str, str] = field(default_factory=dict)
    who: dict[str, PersonalData] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    handover: str = ""


class Week:
    """What led up to the hour, as steps that are done in the order of time."""

    def __init__(self, town: Town) -> None:
        self.made = Played()
        self.town = town
        self.desk = town.desk
        self.steps: list[tuple[datetime, int, Callable[[], object]]] = []

    def ago(self, hours: float, do: Callable[[], object]) -> None:
        """Add a step, so many hours before now."""
        self.steps.append((NOW - timedelta(hours=hours), len(self.steps), do))

    def played(self) -> Played:
        """Do every step, and return what is there then."""
        self.town.now = NOW - timedelta(hours=4000)
        self._agencies()
        self._accounts()
        self._people()
        self._papers()
        self._at_the_desk()
        for at, _, do in sorted(self.steps, key=lambda step: step[:2]):
            self.town.now = at
            do()
        self.town.now = NOW
        return self.made

    def ctx(
        self, house: str = HOUSE, name: str = "sam.officer", role: Role = Role.BOOKING
    ) -> Context:
        """Return somebody of an agency at the time of the step."""
        return Context(actor=name, actor_name=name, agency=house, role=role, now=self.town.now)

    # --- agencies and accounts ---------------------------------------------------------------

    def _agencies(self) -> None:
        add, root = self.desk.accounts.add_agency, system_context(self.town.now)
        add(root, code=HOST, name="Host of this installation", kind="host")
        for code, (place, zone) in HOUSES.items():
            name = NAMES.get(code, f"Example jail {code.upper()}")
            house = {"kind": "jail"}
            add(root, code=code, name=name, kind="facility", place=place, zone=zone, facility=house)
        add(root, code=ICE, name="Example field office", kind="requester")
        add(root, code="xx-defender", name="Example public defender", kind="counsel")

    def _accounts(self) -> None:
        # Long before the others, who would count as unused by now as well.
        self._account("ida.idle", "Ida Idle", "booking", HOUSE, new=True)
        self.town.now = NOW - timedelta(hours=1000)
        for name, shown, role, agency in ACCOUNTS:
            self._account(name, shown, role, agency)
            self.ago(0.4, lambda name=name: self._enter(name))
        self.ago(1.2, lambda: self._second("supervisor"))
        for name, shown in (("lee.locked", "Lee Locked"), ("nell.new", "Nell New")):
            self._account(name, shown, "booking", HOUSE, new=True)
        self.ago(2300, lambda: self._enter("ida.idle"))
        self.ago(2, lambda: self._lock("lee.locked"))
        self.ago(0.3, lambda: self._half("nell.new"))
        self.ago(90, lambda: self.desk.accounts.disable_unused(self.ctx(role=Role.SUPERVISOR)))
        self.ago(0.35, lambda: self._half("booking"))
        self.ago(960, self._system)

    def _account(self, name: str, shown: str, role: str, agency: str, new: bool = False) -> None:
        people, root = self.desk.accounts, system_context(self.town.now)
        _, word = people.add_account(root, name=name, shown=shown, role=role, agency=agency)
        self.town.passwords[name] = word
        if new:
            return
        with self.desk.office.db.transaction(root) as tx, tx.acting_for(agency):
            row = tx.one("account_by_name", name=name)
            assert row is not None
            hashed = people.signin.hasher.hash(word)
            tx.run("account_password", id=row["id"], hash=hashed, must_change=False)
            if name == "booking":
                tx.run("add_passkey", id=b"ring", account=row["id"], public_key=b"-", sign_count=0,
                       label="key on my ring", now=NOW - timedelta(days=40))  # fmt: skip

    def _second(self, name: str) -> None:
        """Give somebody a code app, which a second signature needs."""
        half = self.desk.accounts.signin.sign_in(name, self.town.passwords[name], self.town.now)
        totp = pyotp.parse_uri(self.desk.accounts.signin.enrol(half, self.town.now))
        assert isinstance(totp, pyotp.TOTP)
        self.town.secrets[name] = totp.secret

    def _half(self, name: str) -> Session:
        """Let somebody come as far as their second factor."""
        word, now = self.town.passwords[name], self.town.now
        found = self.desk.accounts.signin.sign_in(name, word, now)
        self.made.sessions[f"{name}:first"] = found
        return found

    def _enter(self, name: str) -> None:
        half = self.desk.accounts.signin.sign_in(name, self.town.passwords[name], self.town.now)
        whole = self.desk.accounts.signin.made_whole(half, self.town.now, "code")
        self.made.sessions[name] = whole

    def _lock(self, name: str) -> None:
        for _ in range(self.desk.office.settings.failures):
            try:
                self.desk.accounts.signin.sign_in(name, "not the password", self.town.now)
            except SignInError:
                continue

    def _system(self) -> None:
        ctx = self.ctx(name="dana.supervisor", role=Role.SUPERVISOR)
        scopes = ["read", "record", "release"]
        self.desk.accounts.keys.add(
            ctx, label="Jail management system", role="booking", scopes=scopes
        )

    # --- people ------------------------------------------------------------------------------

    def _book(
        self, key: str, house: str, hours: float, charge: str, ended: float | None = None,
        grade: OffenceClass = OffenceClass.MISDEMEANOR,
    ) -> None:  # fmt: skip
        number = len(self.made.who)
        given, surname = NAMED.get(key, key).split(" ", 1)
        who = PersonalData(
            surname=surname,
            given_names=given,
            born=date(1970 + number * 7 % 33, 1 + number * 5 % 12, 1 + number * 11 % 28),
            booking_number=f"2026-{417 + 13 * number:05}",
            fingerprint_id=f"FP{8800321 + 77 * number}",
        )
        self.made.who[key] = who
        offence = Offence(description=charge, offence_class=grade)
        ground = NewBasis(id="b-1", kind=BasisKind.CHARGE, agency="xx-court", offence=offence)

        def book() -> None:
            done = self.desk.acts.book(
                self.ctx(house), who, event_id=_entry(key, "booked"), bases=[ground]
            )
            self.made.people[key] = done.record

        self.ago(hours, book)
        if ended is not None:
            self.act(key, house, ended, "end_basis", basis="b-1", ended_by=BasisEnd.BAIL)

    def act(self, key: str, house: str, hours: float, act: str, **said: Any) -> None:
        """Add an act on somebody's record; its entry is named by both."""
        said = {"event_id": _entry(key, act), **said}
        self.ago(
            hours,
            lambda: self.desk.do(self.ctx(house), act, self.made.people[key], **said),
        )

    def _found(self, key: str, house: str) -> None:
        """Add what a look-up found: no conviction, and no proof of status."""
        facts = Person(status_proof=StatusProof.NONE)
        self.act(key, house, 30, "set_person_fact", person=facts)
        self.act(key, house, 29.9, "record_convictions", convictions=())

    def _request(
        self, key: str, house: str, hours: float, served: float | None = None, **said: Any
    ) -> None:
        def lodge() -> None:
            self.desk.requests.lodge(
                self.ctx(house), self.made.people[key], detainer="d-1", issuer=ICE,
                paper=paper(**said), event_id=_entry(key, "request"),
            )  # fmt: skip

        self.ago(hours, lodge)
        if served is not None:
            self.act(key, house, served, "serve", detainer="d-1")
            self.act(key, house, served - 0.1, "acknowledge", detainer="d-1")

    def _people(self) -> None:
        felony = OffenceClass.FELONY
        judge = (WarrantKind.FEDERAL_JUDGE_CRIMINAL,)
        # Key, house, booked, charge, its end, request, service; all in hours before now.
        for key, house, hours, charge, ended, asked, served, more in (
            # May be held: a warrant of an immigration officer, where the law allows it.
            ("may_hold", "az", 90, "shoplifting", 5.5, 70, 66, {}),
            # Must be held, where a state commands it.
            ("must_hold", HOUSE, 88, "driving", 2.1, 40, 38, {}),
            # Overdue: the last authority ended a while ago.
            ("overdue", "wa", 240, "trespass", 26, 90, 88, {}),
            # The same where the board is looked at.
            ("late", HOUSE, 240, "trespass", 53, 90, 88, {}),
            # Notice first.
            ("notice", "va", 75, "theft", 1.2, 50, None, {"grade": felony}),
            # Conflict: the law of the state against an order on this jail.
            ("conflict", "la", 120, "no licence", 3, 60, 58, {}),
            # Cannot decide: nobody knows which warrant came with the request.
            ("unknown", HOUSE, 66, "theft", 0.8, 30, 29, {"warrants": None}),
            # Must go now: posted bail twenty minutes ago.
            ("go", HOUSE, 31, "disorderly conduct", 0.35, None, None, {}),
            # Goes at the door: a request comes in while the officer looks.
            ("door", HOUSE, 52, "trespass", 0.6, None, None, {}),
            # Serve first: the law commands the hold, and no copy was served.
            ("serve", "tx", 44, "theft", 0.5, 20, None, {}),
            # Before an official first, who decides on the hold.
            ("bring", "nc", 61, "assault", 0.4, 22, 21, {}),
            # Nothing shows that this office may hold.
            ("unless", "oh", 47, "trespass", 0.7, 19, 18, {}),
            # A command is reported whose text nobody has read.
            ("counsel", "al", 39, "driving", 0.9, 17, 16, {}),
            # A judge's warrant came with the request.
            ("warrant", "wa", 58, "theft", 1.1, 26, 25, {"warrants": judge}),
        ):
            grade = more.pop("grade", OffenceClass.MISDEMEANOR)
            self._book(key, house, hours, charge, ended, grade)
            self._found(key, house)
            if asked is not None:
                self._request(key, house, asked, served, **more)
        # In custody, the release set for tomorrow.
        self._book("stays", HOUSE, 140, "probation violation")
        leaves = NOW + timedelta(hours=13.8)
        self.act("stays", HOUSE, 4, "schedule_release", release_at=leaves)
        # Says that they are a citizen, while a request stands.
        self._book("citizen", HOUSE, 27, "driving")
        self._request("citizen", HOUSE, 20, 19)
        claim = Person(claims_citizenship=True)
        for key, house in (("citizen", HOUSE), ("conflict", "la")):
            said = {"person": claim, "event_id": _entry(key, "claim")}
            self.act(key, house, 2.5, "set_person_fact", **said)
        told = {"kind": NoticeKind.INFORM, "to": "person", "evidence": "sheet 12"}
        self.act("notice", "va", 49, "give_notice", **told)
        for n, name in enumerate(OTHERS):
            self._book(name, HOUSE, 20 + 37 * n % 400, CHARGES[n % len(CHARGES)])
            if n % 4 == 3:
                self._request(name, HOUSE, 19, 17)

    # --- papers and the desk's own day ---------------------------------------------------------

    def _papers(self) -> None:
        def send(key: str, who: PersonalData) -> None:
            ctx = self.ctx(ICE, "robin.requester", Role.REQUESTER)
            sent = self.desk.requests.send_request(
                ctx, facility=HOUSE, person=who, paper=paper(), request_id=key
            )
            self.made.requests[key] = sent.id

        def not_here() -> None:
            self.desk.requests.not_in_custody_here(self.ctx(), self.made.requests["gone"])

        like = PersonalData(surname="Sample", given_names="Blair", born=date(1991, 7, 30))
        stranger = PersonalData(surname="Nobody", given_names="Sidney", born=date(1988, 2, 9))
        self.ago(92, lambda: send("gone", stranger))
        self.ago(91.6, not_here)
        # Matched at once, by the booking number and the birth date.
        self._book("sent", HOUSE, 33, "fraud")
        self.ago(12, lambda: send("stands", self.made.who["sent"]))
        self.ago(0.2, lambda: send("waits", like))
        self._book("traveller", "ga", 200, "theft")
        self._request("traveller", "ga", 100, 99)
        self.ago(1.1, self._travel)
        for key, house in (("overdue", "wa"), ("notice", "va"), ("must_hold", HOUSE)):
            self.ago(1, lambda k=key, h=house: self._share(k, h))

    def _travel(self) -> None:
        self.town.move(self.ctx("ga"), self.made.people["traveller"], to=HOUSE)
        [one] = self.desk.transfers.handovers(self.ctx())
        self.made.handover = one.id

    def _share(self, key: str, house: str) -> None:
        record = self.made.people[key]
        self.desk.shares.share(self.ctx(house), record, agency="xx-defender")

    def _at_the_desk(self) -> None:
        """Add what fills the log: a release that was refused, a paper, a roster, the rounds."""
        self.ago(0.6, lambda: self._at_the_door("unknown"))
        self._book("left", HOUSE, 70, "trespass")
        self.ago(1, lambda: self._at_the_door("left", against=True))
        self.ago(0.55, lambda: self.desk.board.rows(self.ctx()))
        self.ago(0.5, lambda: self.desk.reading.person(self.ctx(), self.made.people["must_hold"]))
        self.ago(
            8,
            lambda: self.desk.rounds.reconcile(
                self.ctx(name="dana.supervisor", role=Role.SUPERVISOR), self._roster()
            ),
        )
        self.ago(1.5, lambda: self.desk.rounds.paper_arrived(
            self.ctx(), self.made.people["Indigo Fictive"], paper="26-0417", sender="court",
            legible=False))  # fmt: skip
        for house in HOUSES:
            for hours in (1.4, 0.1):
                self.ago(hours, lambda house=house: self.desk.rounds.sweep(
                    self.ctx(house, "installation", Role.SUPERVISOR)))  # fmt: skip

    def _roster(self) -> list[str]:
        rows = self.desk.board.rows(self.ctx(name="dana.supervisor", role=Role.SUPERVISOR))
        return [row.booking_number for row in rows][1:]

    def _at_the_door(self, key: str, against: bool = False) -> None:
        """Let an officer try a release; against the answer with a second person."""
        record, who, town = self.made.people[key], self.made.who[key], self.town
        assert who.born is not None
        said = {"born": who.born.isoformat(), "booking_number": who.booking_number}
        self.desk.gate.release(
            self.ctx(),
            ReleaseOrder(
                record=record,
                seen_version=self.desk.gate.clear(self.ctx(), record).version,
                identifiers=said,
                warrants_checked=town.now,
                override=self._order() if against else None,
            ),
        )

    def _order(self) -> Override:
        words = "Order 26-0417 of the county court, read to us by telephone at noon."
        second = self.town.witness("supervisor")
        return Override(reason=OverrideReason.COURT_ORDER, words=words, second=second)


def _entry(key: str, what: str) -> str:
    return f"{key.replace(' ', '-').lower()}.{what}"


def paper(**said: Any) -> RequestPaper:
    """Return a request as its form reads."""
    return RequestPaper(
        **{
            "form": DetainerForm.I247A,
            "grounds": (Ground.BIOMETRIC,),
            "warrants": (WarrantKind.I200,),
            "names_this_person": True,
            **said,
        }
    )
