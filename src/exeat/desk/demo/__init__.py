"""A week of real traffic on a desk of one's own: real spells and holds, invented people.

The spells are those of one week at the jail of Broward County, Florida (March 2013), and of
bookings with an immigration hold at the jail of Pierce County, Washington (2016 to 2018), from
public records; see ``exeat/sample/README.md``. They are shifted by whole days to end today.
Every name, number and birth date is invented, and so is what the records do not hold: when a
request came in, on which form, and with which warrant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from exeat.auth import Session
from exeat.desk.demo._stays import broward, pierce, today
from exeat.desk.demo._week import Week
from exeat.desk.service import Desk
from exeat.desk.service.setup import first_use, system_context
from exeat.errors import ExeatError
from exeat.office.context import Context

__all__ = ["AGENCIES", "Demo", "Login", "enter", "fill"]

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
        week = Week(desk, now)
        broward(week)
        pierce(week)
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
            today(week)
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
