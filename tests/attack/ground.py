"""The ground of an attack: a whole desk with two jails, issuers, counsel, people and keys.

Whoever attacks has what such a person would have: an API key or a browser of their own, the name
of a record, a second account; never the service behind the routes, where a route will do.
"""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

import psycopg
from fastapi.testclient import TestClient
from httpx2 import Response

from exeat.auth import COOKIE, Session
from exeat.desk.app import create_app
from exeat.desk.pages.app import pages_of
from exeat.desk.part import PARTS
from exeat.facts.codes import StatusProof, WarrantKind
from exeat.facts.record import Person
from exeat.office.context import Role
from exeat.record.verify import verify_database
from tests.scenario.failures.kit import BORN, Town, county, person_of

__all__ = ["API", "Ground", "ground"]

API: Final = "/api/v1"
_SCOPES: Final = ("read", "record", "requests", "release", "audit")
_IDLE: Final = timedelta(minutes=20)
_PEOPLE: Final = (
    ("flo", "booking", "pierce"),
    ("sam", "supervisor", "pierce"),
    ("kim", "supervisor", "pierce"),
    ("lee", "supervisor", "pierce"),
    ("ana", "booking", "arizona"),
    ("ari", "supervisor", "arizona"),
    ("agent", "requester", "ice-sea"),
    ("counsel", "counsel", "defender"),
)


@dataclass
class Ground:
    """The desk, who is there, and what it has answered.

    Attributes:
        broke: Answers since the last step began that say that the desk failed.
        kept: By facility, records of people who were let go by nobody.
    """

    town: Town
    client: TestClient
    routes: list[Any]
    broke: list[str] = field(default_factory=list)
    kept: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _keys: dict[tuple[str, str, tuple[str, ...]], str] = field(default_factory=dict)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _count: int = 0

    def begin(self, chance: Random) -> None:
        """Let some time pass, as between two tries."""
        self.broke.clear()
        self.town.later(minutes=chance.randint(1, 15))

    # --- what an attacker has ---------------------------------------------------------------

    def key(
        self, agency: str = "pierce", role: str = "booking", scopes: tuple[str, ...] = _SCOPES
    ) -> dict[str, str]:
        """Return the header of a system's key."""
        known = (agency, role, scopes)
        if known not in self._keys:
            ctx = self.town.ctx("root", agency, Role.ADMIN)
            said: dict[str, Any] = {"label": "attack", "role": role, "scopes": scopes}
            _, self._keys[known] = self.town.desk.accounts.keys.add(ctx, **said)
        return {"Authorization": f"Bearer {self._keys[known]}"}

    def session(self, name: str) -> Session:
        """Return somebody's session; they sign in again where it would have ended."""
        held = self._sessions.get(name)
        if held is None or self.town.now - held.began > _IDLE:
            held = self._sessions[name] = self.signed_in(name)
        return held

    def half(self, name: str) -> Session:
        """Return a session of somebody of whom only the password is known."""
        signin = self.town.desk.accounts.signin
        return signin.sign_in(name, self.town.passwords[name], self.town.now)

    def signed_in(self, name: str) -> Session:
        """Return a new session of somebody; a code counts once, so time passes first."""
        self.town.later(minutes=1)
        signin = self.town.desk.accounts.signin
        return signin.confirm(self.half(name), self.town.code(name), self.town.now)

    def account(self, role: str = "booking", agency: str = "pierce") -> str:
        """Make an account for one step, and return its name."""
        name = f"a{self.number('')}"
        self.town.account(name, role, agency)
        self._settle(name)
        return name

    def _settle(self, name: str) -> None:
        """Choose a password of one's own, which is owed after the first."""
        session = self.signed_in(name)
        accounts, now = self.town.desk.accounts, self.town.now
        chosen = f"Own words of {name}, {self.number('')}"
        ctx = accounts.signin.context(session, now)
        accounts.change_password(session, self.town.passwords[name], chosen, ctx)
        self.town.passwords[name] = chosen

    # --- what an attacker sends --------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> Response:
        """Send a request to the API, or anywhere; what breaks is remembered."""
        if body is not None:
            more["content"] = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers = {"Content-Type": "application/json", **(headers or {})}
        return self._heard(self.client.request(method, path, headers=headers, **more))

    def browse(
        self,
        method: str,
        path: str,
        session: Session | str | None,
        form: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Send a page's request, with the cookie of a session, or with any."""
        token = session.token if isinstance(session, Session) else session
        cookie = {"Cookie": f"{COOKIE}={token}"} if token else {}
        self.client.cookies.clear()
        said = self.client.request(method, path, headers={**cookie, **(headers or {})}, data=form)
        self.client.cookies.clear()
        return self._heard(said)

    def _heard(self, answer: Response) -> Response:
        waits = answer.status_code == 503 and "retry-after" in answer.headers
        if answer.status_code >= 500 and not waits:
            self.broke.append(f"{answer.request.method} {answer.request.url.path}"
                              f" -> {answer.status_code}")  # fmt: skip
        return answer

    # --- who is in the house ------------------------------------------------------------------

    def number(self, of: str = "N-") -> str:
        """Return a booking number that nobody has."""
        self._count += 1
        return f"{of}{self._count}"

    def letters(self) -> str:
        """Return letters that stand in no other name."""
        self._count += 1
        return _letters(self._count)

    def book(self, surname: str = "", *, agency: str = "pierce", **more: Any) -> tuple[str, str]:
        """Book somebody on a charge; return the record and the booking number."""
        number = more.pop("number", None) or self.number()
        surname = surname or f"Person{_letters(self._count)}"
        return self.town.book(surname, number, agency=agency, **more), number

    def free(self, surname: str = "", *, agency: str = "pierce", **more: Any) -> tuple[str, str]:
        """Book somebody whose charge then ended."""
        record, number = self.book(surname, agency=agency, **more)
        self.town.bail(record, agency=agency)
        return record, number

    def on_hold(self, chance: Random, agency: str = "arizona") -> tuple[str, str]:
        """Book somebody whom a request may hold, on paper or sent; the charge ended."""
        record, number = self.book(agency=agency)
        town, ctx = self.town, self.town.ctx(agency=agency)
        if chance.random() < 0.5:
            town.lodge(record, f"d{number}", agency=agency)
        else:
            person = town.desk.reading.person(ctx, record).personal
            assert person is not None
            town.desk.requests.send_request(
                town.ice, facility=agency, person=person, paper=town.paper()
            )
            [detainer] = town.desk.reading.person(ctx, record).record.detainers
            town.desk.acts.enter(ctx, "serve", record, detainer=detainer.id)
            if chance.random() < 0.7:  # the jail read what the issuer had ticked
                read = {"warrants": (WarrantKind.I200,), "names_this_person": True}
                town.desk.acts.enter(ctx, "read_paper", record, detainer=detainer.id, **read)
        known = Person(status_proof=StatusProof.NONE)
        town.desk.acts.enter(ctx, "set_person_fact", record, person=known)
        town.bail(record, agency=agency)
        return record, number

    def ask_for(self, surname: str, *, agency: str = "pierce", **more: Any) -> str:
        """Send a request that stands on no record; return its id."""
        said = {"born": None, "fingerprint_id": "", **more}
        person = person_of(surname, "", **said)
        sent = self.town.desk.requests.send_request(
            self.town.ice, facility=agency, person=person, paper=self.town.paper()
        )
        return sent.id

    def order(self, record: str, number: str, agency: str = "pierce", **more: Any) -> Any:
        """Return the body of a careful officer's release."""
        seen = self.town.desk.gate.clear(self.town.ctx(agency=agency), record).version
        return {
            "seen_version": seen,
            "identifiers": {"born": BORN.isoformat(), "booking_number": number},
            "warrants_checked": self.town.now.isoformat(),
            **more,
        }

    def release(
        self,
        record: str,
        number: str,
        agency: str = "pierce",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> Response:
        """Ask the gate to let somebody go."""
        body = self.order(record, number, agency, **more)
        return self.send(
            "POST", f"{API}/records/{record}/release", body, headers or self.key(agency)
        )

    def events(self, record: str, agency: str = "pierce") -> list[dict[str, Any]]:
        """Return the events of a record, as the API shows them."""
        said = self.send("GET", f"{API}/records/{record}", headers=self.key(agency)).json()
        return list(said["events"])

    def keeps(self, agency: str, record: str) -> None:
        """Say that nobody let this person go."""
        self.kept[agency].add(record)

    # --- the database, and the whole ----------------------------------------------------------

    @contextmanager
    def everyday(self, agency: str = "pierce") -> Iterator[psycopg.Connection[Any]]:
        """Connect as the desk's everyday login, acting for an agency; nothing of it is kept."""
        with psycopg.connect(self.town.conninfo) as conn:
            conn.execute("SELECT set_config('exeat.agency', %s, false)", [agency])
            try:
                yield conn
            finally:
                conn.rollback()

    def verified(self) -> int:
        """Return the verifier's exit code over the whole ledger, contents opened."""
        town = self.town
        with psycopg.connect(town.admin, autocommit=True) as conn:
            report = verify_database(
                conn, [town.signer.verifier()], parts=PARTS, master=town.master
            )
        return 1 if report.damages else 0


def _letters(count: int) -> str:
    """Return a number in letters, as names have no digits.

    Examples:
        >>> _letters(1), _letters(27)
        ('b', 'bb')
    """
    text = ""
    while count or not text:
        count, rest = divmod(count, 26)
        text = chr(97 + rest) + text
    return text


@contextmanager
def ground(**settings: Any) -> Iterator[Ground]:
    """Yield a desk to attack."""
    with county(secure_cookies=False, **settings) as town:
        for name, role, agency in _PEOPLE:
            town.account(name, role, agency)
        app = create_app(town.desk, sweep=False, pages=pages_of(town.desk))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with TestClient(
                app, base_url="https://desk.example", follow_redirects=False,
                raise_server_exceptions=False,
            ) as client:  # fmt: skip
                made = Ground(town, client, list(app.routes))
                for name, _, _ in _PEOPLE:
                    made._settle(name)
                town.later(days=31)  # Who made whose account is long ago.
                yield made
