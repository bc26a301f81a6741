"""The door: how often somebody may try, from where, and when it stays shut.

A place is known to an account that has signed in from it: a browser by its mark, or else a network
by its address. What goes wrong at a known place is counted there; all else is counted together.
So a stranger who tries passwords shuts the door to strangers, and to nobody at work.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any, Final

from exeat.auth._rows import door
from exeat.office.context import Origin
from exeat.office.db import Database, Tx
from exeat.office.held import log
from exeat.office.settings import Settings
from exeat.office.tally import Limit, spend, tallied, too_many

__all__ = ["Door"]

_MINUTE: Final = 60
_QUARTER: Final = 15 * 60
_NAME: Final = re.compile(r"[a-z0-9@.:_-]{1,200}")
_STRANGERS: Final = 20
"""So many lines a quarter of an hour say that a name was tried which nobody has."""
_HOST: Final = "host"


class Door:
    """Who is turned away before any password is looked at, and who after it.

    Args:
        db: The database.
        settings: Limits.
    """

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings

    def came(self, name: str, now: datetime, origin: Origin) -> dict[str, Any] | None:
        """Count that somebody came with a name; return the account if there is one.

        Raises:
            TooMany: They came too often, or everybody did.
        """
        with self.db.transaction(door("", now, origin=origin)) as tx:
            row = self._named(tx, name, origin)
        with self.db.transaction(door("", now, origin=origin)) as tx:
            # One after the other, always in this order: who has used up what their address may
            # uses up nothing that everybody shares, and leaves no line for each name they make up.
            waits = (spend(tx, (limit,)) for limit in self._limits(row, name, origin))
            wait = next(filter(None, waits), 0)
        if wait:
            raise too_many("sign-in", wait)
        return row

    def held(self, tx: Tx, name: str, origin: Origin) -> dict[str, Any]:
        """Return an account, held until the transaction ends, and the place if it is known."""
        since = tx.ctx.now - timedelta(days=self.settings.unused_days)
        marks = [mark for _, mark in _marks(origin)]
        row = tx.one("account_at_door", name=name, marks=marks, since=since)
        assert row is not None
        return row

    def shut(self, tx: Tx, row: dict[str, Any]) -> bool:
        """Say whether an account is shut to whoever comes from there; unused ones shut now."""
        unused = timedelta(days=self.settings.unused_days)
        if row["disabled"] is None and row["last_used"] < tx.ctx.now - unused:
            tx.run("account_disable", id=row["id"], now=tx.ctx.now, because="unused")
            row = {**row, "disabled": tx.ctx.now}
        locked = row["locked"] if row["mark"] is None else row["place_locked"]
        if locked is None and row["disabled"] is None:
            return False
        self._say(tx, row, "locked" if locked else "disabled")
        return True

    def failed(self, tx: Tx, row: dict[str, Any], what: str) -> None:
        """Count a wrong password or code, and shut the place at the limit."""
        since = tx.ctx.now - self.settings.minutes("failure_minutes")
        said = {"id": row["id"], "limit": self.settings.failures, "now": tx.ctx.now, "since": since}
        if row["mark"] is None:
            found = tx.one("account_failed", **said)
        else:
            found = tx.one("place_failed", **said, mark=row["mark"])
        locked = found is not None and found["locked"] is not None
        log(tx, "sign_in", f"wrong-{what}" + ("-locked" if locked else ""), role=row["role"])
        if locked and row["place_kind"] == "device":
            # Whoever guesses sits at the browser of somebody who works here.
            tx.run("sessions_end", account=row["id"], now=tx.ctx.now)

    def let_in(self, tx: Tx, row: dict[str, Any]) -> None:
        """Remember that somebody came in whole, and the place as one that is known."""
        tx.run("account_used", id=row["id"], now=tx.ctx.now)
        if row["mark"] is None:
            tx.run("account_forgiven", id=row["id"])
        for kind, mark in _marks(tx.ctx.origin):
            tx.run("put_place", account=row["id"], mark=mark, kind=kind, now=tx.ctx.now)

    def stranger(self, now: datetime, origin: Origin) -> None:
        """Write down that a name was tried which nobody has; never which, it may be a password."""
        with self.db.transaction(door(_HOST, now, origin=origin)) as tx:
            if tallied(tx, ("stranger",), _QUARTER) <= _STRANGERS:
                log(tx, "sign_in", "unknown-name")

    def _named(self, tx: Tx, name: str, origin: Origin) -> dict[str, Any] | None:
        if not _NAME.fullmatch(name):
            return None
        agency = (tx.one("agency_of_account", name=name) or {}).get("agency")
        if agency is None:
            return None
        with tx.acting_for(agency):
            return self.held(tx, name, origin)

    def _limits(self, row: dict[str, Any] | None, name: str, origin: Origin) -> Iterator[Limit]:
        most = self.settings
        if row is not None and row["mark"] is not None:
            who = row["id"].hex, row["mark"].hex()
            yield Limit(("place", *who), most.tries_account, _MINUTE)
            return
        if origin.address:
            yield Limit(("address", _network(origin.address)), most.tries_address, _MINUTE)
        yield Limit(("everybody",), most.tries_all, _MINUTE)
        yield Limit(("account", name), most.tries_account, _MINUTE)

    def _say(self, tx: Tx, row: dict[str, Any], outcome: str) -> None:
        """Write a line that a shut account was tried, once a while: nobody can delete lines."""
        if tallied(tx, (outcome, row["id"].hex, str(row["mark"])), _QUARTER) == 1:
            log(tx, "sign_in", outcome, role=row["role"])


def _marks(origin: Origin) -> list[tuple[str, bytes]]:
    return [
        (kind, hashlib.sha256(f"{kind} {text}".encode()).digest())
        for kind, text in (("device", origin.device), ("address", _network(origin.address)))
        if text
    ]


def _network(address: str) -> str:
    """Return what of an address is one place: who has an IPv6 network has all addresses of it.

    Examples:
        >>> _network("192.0.2.7"), _network("::ffff:192.0.2.7"), _network("2001:db8:0:1::abcd")
        ('192.0.2.7', '192.0.2.7', '2001:db8:0:1::/64')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False))
