"""A small county to try the desk in: a private server, agencies, people, a clock of its own.

Everybody in it is invented.
"""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pyotp
from argon2 import PasswordHasher
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from exeat.auth.accounts import Accounts
from exeat.desk.api._errors import refusal_faults
from exeat.desk.expunge import Console
from exeat.desk.logins import expunging_login
from exeat.desk.service import Desk
from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import IncomingRequest, Refused, Released, ReleaseOrder
from exeat.desk.service.setup import first_shown, first_use, open_desk, prepare, system_context
from exeat.facts.codes import BasisEnd, BasisKind, DetainerForm, Ground, WarrantKind
from exeat.facts.papers import RequestPaper
from exeat.i18n.said import Sayings
from exeat.i18n.words import words
from exeat.office.context import Context, Role
from exeat.office.db import Database
from exeat.office.models import Done, PersonalData, Task, Witness
from exeat.office.register import Moving
from exeat.office.settings import Settings
from exeat.record.checkpoint import Signer
from exeat.record.server import PrivateServer
from exeat.record.vault import MasterKey

__all__ = ["BORN", "NOON", "Town", "county", "database", "date_of", "opened", "person_of", "server"]

# A Wednesday without a holiday near it, in the zone of the house.
NOON = datetime.fromisoformat("2026-09-16T12:00:00-07:00")
BORN = date(1990, 1, 31)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

_numbers = itertools.count(1)


@cache
def server() -> PrivateServer:
    """Return this process's own database server; it stops when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="exq"))
    folder.chmod(0o755)
    running = PrivateServer(folder / "pg")
    running.start()
    # Processes are killed here, but no test cuts the power: what is written need not be flushed.
    with psycopg.connect(running.conninfo(), autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET fsync = off")
        conn.execute("ALTER SYSTEM SET full_page_writes = off")
        conn.execute("SELECT pg_reload_conf()")

    def end() -> None:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return running


def database(like: str = "template1") -> str:
    """Return how to connect, as an administrator, to a new database: empty, or a copy.

    Args:
        like: Name of the database to copy; nobody may be connected to it.
    """
    name = f"t{next(_numbers)}"
    admin = server().conninfo()
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
    return make_conninfo("", **{**conninfo_to_dict(admin), "dbname": name})


def cheap_accounts(db: Database, settings: Settings) -> Accounts:
    return Accounts(db, settings, CHEAP)


def told(said: Sayings | Task) -> str:
    """Return in English what is said; of a task why it is open, in the facility's time."""
    if isinstance(said, Task):
        return words("en").tell(said.because, said.zone)
    return words("en").tell(said)


def shut(found: Refused) -> str:
    """Return in English why the gate stays shut, and what would open it."""
    faults = refusal_faults(found.refusals, found.zone)
    return " ".join(f"{one.message} {one.help}" for one in faults)


def date_of(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)


def person_of(surname: str, number: str, **more: Any) -> PersonalData:
    """Return somebody invented."""
    said = {"given_names": "Avery", "born": BORN, "fingerprint_id": f"F-{number}", **more}
    return PersonalData(surname=surname, booking_number=number, **said)


@dataclass
class Town:
    """A desk with its agencies and its people, at a time that a test sets."""

    desk: Desk
    admin: str
    conninfo: str
    master: MasterKey
    signer: Signer
    settings: Settings
    now: datetime = NOON
    passwords: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def shred(self, record: str, agency: str = "pierce") -> None:
        """Expunge the person of a record, whether or not the command would refuse."""
        login = expunging_login(self.admin, agency)
        with Console.at(login, self.master, agency) as here, here.db.transaction(here.ctx) as tx:
            tx.ledger.shred(record)

    def at(self, text: str) -> None:
        """Set the clock: a time with an offset."""
        self.now = datetime.fromisoformat(text)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def ctx(
        self, name: str = "officer", agency: str = "pierce", role: Role = Role.BOOKING
    ) -> Context:
        """Return somebody of an agency, now."""
        return Context(actor=name, actor_name=name, agency=agency, role=role, now=self.now)

    @property
    def ice(self) -> Context:
        """The office that lodges requests."""
        return self.ctx("agent", "ice-sea", Role.REQUESTER)

    def book(
        self, surname: str = "Example", number: str = "B-1", *, agency: str = "pierce", **more: Any
    ) -> str:
        """Book somebody on a charge, and return the record's id."""
        bases = more.pop("bases", [NewBasis(id="charge", kind=BasisKind.CHARGE)])
        person = person_of(surname, number, **more)
        ctx = self.ctx(agency=agency)
        others = [one.record for one in self.desk.acts.booked_already(ctx, person)]
        return self.desk.acts.book(ctx, person, bases=bases, not_these=others).record

    def bail(self, record: str, agency: str = "pierce", by: BasisEnd = BasisEnd.BAIL) -> None:
        """Let the charge end."""
        self.desk.acts.enter(
            self.ctx(agency=agency), "end_basis", record, basis="charge", ended_by=by
        )

    def paper(self, **more: Any) -> RequestPaper:
        """Return a request as its form reads."""
        said = {
            "form": DetainerForm.I247A,
            "issued": self.now,
            "grounds": (Ground.BIOMETRIC,),
            "warrants": (WarrantKind.I200,),
            "names_this_person": True,
            **more,
        }
        return RequestPaper(**said)

    def lodge(
        self, record: str, detainer: str = "d1", *, agency: str = "pierce", **more: Any
    ) -> None:
        """Enter a request that came on paper, and serve it on the person."""
        ctx = self.ctx(agency=agency)
        self.desk.requests.lodge(
            ctx, record, detainer=detainer, issuer="ice-sea", paper=self.paper(**more)
        )
        self.desk.acts.enter(ctx, "serve", record, detainer=detainer)

    def not_here(self, request: str, ctx: Context | None = None) -> IncomingRequest:
        """Answer that somebody is not here, after a look at everybody who is near."""
        ctx = ctx or self.ctx()
        near = self.desk.requests.near(ctx, request)
        seen = [one.record for one in near]
        return self.desk.requests.not_in_custody_here(ctx, request, seen)

    def match(
        self, request: str, record: str, ctx: Context | None = None, *, detainer: str = ""
    ) -> Done:
        """Say whom a request is about, with two identifiers and every difference seen."""
        ctx = ctx or self.ctx()
        (one,) = self.desk.requests.compared(ctx, request, record=record)
        said = {"born": str(one.person.born or ""), "booking_number": one.person.booking_number}
        return self.desk.requests.match_request(
            ctx, request, record, detainer=detainer, identifiers=said, differs_seen=one.differs
        )

    def move(self, ctx: Context, record: str, *, to: str, **common: Any) -> Done:
        """Send somebody on, as a careful officer does."""
        page = self.desk.reading.person(ctx, record)
        assert page.personal is not None
        said = Moving(
            booking_number=page.personal.booking_number,
            born=page.personal.born,
            photo=True,
            namesakes_seen=tuple(one.record for one in page.namesakes),
            papers=tuple(one.id for one in page.record.detainers if one.open),
            warrants_checked=ctx.now,
        )
        return self.desk.transfers.transfer(ctx, record, to=to, said=said, **common)

    def order_for(
        self, ctx: Context, record: str, number: str = "B-1", **more: Any
    ) -> ReleaseOrder:
        """Return what a careful officer of any facility says at the door."""
        if "seen_version" not in more:
            more["seen_version"] = self.desk.gate.clear(ctx, record).version
        said: dict[str, Any] = {
            "identifiers": {"born": BORN.isoformat(), "booking_number": number},
            "warrants_checked": self.now,
            **more,
        }
        return ReleaseOrder(record=record, **said)

    def order(self, record: str, number: str = "B-1", **more: Any) -> ReleaseOrder:
        """Return what a careful officer of the jail says at the door."""
        return self.order_for(self.ctx(), record, number, **more)

    def release(self, record: str, number: str = "B-1", **more: Any) -> Released | Refused:
        """Try to let somebody go, as a careful officer does."""
        return self.desk.gate.release(self.ctx(), self.order(record, number, **more))

    def account(self, name: str, role: str, agency: str = "pierce") -> None:
        """Add somebody who can sign in, with a password and a code app."""
        root = system_context(self.now)
        people = self.desk.accounts
        _, first = people.add_account(root, name=name, shown=name, role=role, agency=agency)
        session = people.signin.sign_in(name, first, self.now)
        uri = people.signin.enrol(session, self.now)
        totp = pyotp.parse_uri(uri)
        assert isinstance(totp, pyotp.TOTP)
        self.passwords[name], self.secrets[name] = first, totp.secret

    def code(self, name: str) -> str:
        """Return what somebody's app shows now."""
        return pyotp.TOTP(self.secrets[name]).at(self.now)

    def witness(self, name: str) -> Witness:
        """Return a second person who signs."""
        return Witness(name=name, password=self.passwords[name], code=self.code(name))


AGENCIES: tuple[dict[str, Any], ...] = (
    {"code": "pierce", "name": "Invented jail of Pierce", "kind": "facility",
     "place": "us-wa-pierce", "zone": "America/Los_Angeles",
     "facility": {"kind": "jail", "fips": "53053"}},
    {"code": "arizona", "name": "Invented jail in Arizona", "kind": "facility",
     "place": "us-az", "zone": "America/Phoenix", "facility": {"kind": "jail", "fips": "04013"}},
    {"code": "texas", "name": "Invented jail in Texas", "kind": "facility",
     "place": "us-tx", "zone": "America/Chicago", "facility": {"kind": "jail", "fips": "48001"}},
    {"code": "franklin-ny", "name": "Invented jail of Franklin", "kind": "facility",
     "place": "us-ny", "zone": "America/New_York", "facility": {"kind": "jail", "fips": "36033"}},
    {"code": "franklin-pa", "name": "Invented jail of Franklin", "kind": "facility",
     "place": "us-pa", "zone": "America/New_York", "facility": {"kind": "jail", "fips": "42055"}},
    {"code": "ice-sea", "name": "Invented field office", "kind": "requester"},
    {"code": "other-issuer", "name": "Another invented office", "kind": "requester"},
    {"code": "defender", "name": "Invented public defender", "kind": "counsel"},
)  # fmt: skip


@contextmanager
def opened(admin: str, master: MasterKey, signer: Signer, settings: Settings) -> Iterator[Town]:
    """Yield the desk over a database."""
    conninfo = prepare(admin, settings)
    town: Town
    desk = open_desk(
        conninfo,
        master,
        settings,
        signer,
        clock=lambda: town.now.astimezone(UTC),
        accounts=cheap_accounts,
    )
    town = Town(desk, admin, conninfo, master, signer, settings)
    try:
        yield town
    finally:
        desk.office.db.close()


@contextmanager
def county(*, master: MasterKey | None = None, **settings: Any) -> Iterator[Town]:
    """Yield a town of its own, with an empty ledger."""
    said = Settings(**{"pool_size": 4, **settings})
    keys = master or MasterKey.generate(), Signer.generate("desk.example")
    with opened(database(), *keys, said) as town:
        first_use(town.desk)
        first_shown(town.desk)
        for agency in AGENCIES:
            town.desk.accounts.add_agency(system_context(town.now), **agency)
        yield town
