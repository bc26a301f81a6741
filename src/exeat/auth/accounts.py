"""Accounts: who may sit at the desk, kept by the supervisors and the administrator."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from psycopg.types.json import Jsonb

from exeat.auth._checks import of_account, of_agency, of_password, of_place, refuse
from exeat.auth._rows import Account, Session, account_of, agency_for
from exeat.auth.keys import Keys
from exeat.auth.passkeys import Passkeys
from exeat.auth.signin import SignIn
from exeat.office.context import Context, Role
from exeat.office.db import Database, Tx
from exeat.office.errors import BadInput, NotPermitted
from exeat.office.held import log
from exeat.office.messages import bad_field, refused_field
from exeat.office.settings import Settings
from exeat.office.tally import forget
from exeat.record.vault import agency_person
from exeat.rules.counties import place_id
from exeat.rules.model import Jurisdiction

__all__ = ["Accounts"]


class Accounts:
    """Who is let in, and as whom.

    Args:
        db: The database.
        settings: Limits.
        hasher: As `SignIn` takes it.

    Attributes:
        signin: Passwords, codes and sessions.
        passkeys: Passkeys, as a second factor.
        keys: Keys of other systems.
        library: Law by jurisdiction id, so that a facility's place and codes are checked.
    """

    def __init__(
        self, db: Database, settings: Settings, hasher: PasswordHasher | None = None
    ) -> None:
        self.db = db
        self.settings = settings
        self.signin = SignIn(db, settings, hasher)
        self.passkeys = Passkeys(self.signin)
        self.keys = Keys(db, settings)
        self.library: Mapping[str, Jurisdiction] = {}

    def add_agency(
        self,
        ctx: Context,
        *,
        code: str,
        name: str,
        kind: str,
        place: str | None = None,
        zone: str | None = None,
        facility: dict[str, Any] | None = None,
    ) -> bool:
        """Add an agency; only the host of the installation may.

        Args:
            ctx: The administrator.
            code: By which everybody names it; never given to another.
            name: In words.
            kind: ``facility``, ``requester``, ``counsel`` or ``host``.
            place: Whose law holds at a facility, such as ``us-wa-pierce``, or the FIPS code of
                its county.
            zone: Its IANA time zone.
            facility: Its kind of house and its codes: ``kind``, ``fips``, ``ori``, ``detloc``.

        Returns:
            Whether it is new.

        Raises:
            BadInput: With every field that will not do.
        """
        ctx.need("add_agency")
        house = dict(facility or {})
        refuse(of_agency(code, name, kind, place, zone))
        refuse(of_place(place, zone, house, self.library))
        place = place_id(place) if place else None
        with self.db.transaction(ctx) as tx:
            key = tx.master.new_person(agency_person(code))
            said = {"code": code, "name": name, "kind": kind, "place": place, "zone": zone}
            row = tx.one("put_agency", **said, facility=Jsonb(house), key=key)
            log(tx, "add_agency", concerns=code, about=code)
        return bool(row and row["added"])

    def add_account(
        self,
        ctx: Context,
        *,
        name: str,
        shown: str,
        role: str,
        agency: str | None = None,
        granted: Iterable[str] = (),
    ) -> tuple[Account, str]:
        """Add an account. A supervisor adds those of the own agency, the administrator any.

        The name of one that a supervisor adds ends in ``@`` and the agency's code: so nobody learns
        from a name that is taken whom another agency has.

        A supervisor's account that a colleague made counts as one of two people once the host
        has approved it.

        Returns:
            The account, and its first password, which must be changed at once.

        Raises:
            BadInput: With every field that will not do.
        """
        ctx.need("keep_users")
        agency = agency_for(ctx, agency)
        name = _own_name(ctx, name.strip().lower(), agency)
        password = secrets.token_urlsafe(12)
        hashed = self.signin.hasher.hash(password)
        with self.db.transaction(ctx) as tx:
            kinds = {row["code"]: row["kind"] for row in tx.all("directory")}
            refuse(of_account(name, shown, role, agency, kinds))
            with tx.acting_for(agency):
                row = tx.one(
                    "add_account",
                    id=uuid4(),
                    agency=agency,
                    name=name,
                    shown=shown,
                    role=role,
                    granted=list(granted),
                    hash=hashed,
                    now=ctx.now,
                    by=ctx.actor_name,
                    approved=ctx.now if ctx.role is Role.ADMIN else None,
                )
                if row is None:
                    help = "Choose another; a name is never given twice."
                    raise refused_field("name", name, "is taken", help)
                found = tx.one("account", id=row["id"])
            log(tx, "add_account", concerns=agency, about=name)
        assert found is not None
        return account_of(found), password

    def users(self, ctx: Context, agency: str | None = None) -> list[Account]:
        """Return the accounts of an agency: the own one, or for the administrator any."""
        ctx.need("users")
        with self.db.transaction(ctx) as tx, tx.acting_for(agency_for(ctx, agency)):
            return [account_of(row) for row in tx.all("accounts")]

    def everybody(self, ctx: Context) -> list[Account]:
        """Return every account of every agency, for the host's administrator.

        Raises:
            NotPermitted: Somebody else asks.
        """
        with self.db.transaction(ctx) as tx:
            codes = [row["code"] for row in tx.all("directory")]
        return [one for code in codes for one in self.users(ctx, code)]

    def named(self, ctx: Context, name: str) -> Account:
        """Return the account of a name, whichever agency it is of, for the host's administrator.

        Raises:
            BadInput: Nobody has that name.
            NotPermitted: Somebody else asks.
        """
        every = {one.name: one for one in self.everybody(ctx)}
        found = every.get(name.strip().lower())
        if found is None:
            raise refused_field("name", name, "is no account", "See the list.", sorted(every))
        return found

    def approve(self, ctx: Context, account: str, agency: str | None = None) -> None:
        """Approve a supervisor's account: from now on it counts as one of two people.

        Raises:
            NotPermitted: Somebody else than the host's administrator asks.
            BadInput: It is no supervisor's, or is none.
        """
        if ctx.role is not Role.ADMIN:
            help = "Ask the administrator of the installation."
            raise NotPermitted.one("E601", "approve", "is the host's to do", help)
        self._keep(ctx, account, agency, "approve", "account_approve", now=ctx.now,
                   by=ctx.actor_name)  # fmt: skip

    def unlock(self, ctx: Context, account: str, agency: str | None = None) -> None:
        """Unlock an account after too many wrong passwords or codes."""
        self._keep(ctx, account, agency, "unlock", "account_unlock")

    def disable(self, ctx: Context, account: str, because: str, agency: str | None = None) -> None:
        """Shut an account, and end its sessions. The row stays, so that its name never returns."""
        if not because.strip():
            raise BadInput([bad_field("because", "is missing", "Enter why.")])
        self._keep(ctx, account, agency, "disable", "account_disable", now=ctx.now, because=because)

    def enable(self, ctx: Context, account: str, agency: str | None = None) -> None:
        """Open an account again."""
        self._keep(ctx, account, agency, "enable", "account_enable", now=ctx.now)

    def reset(self, ctx: Context, account: str, agency: str | None = None) -> str:
        """Give an account a new first password, and return it.

        Its code app and its passkeys are taken away, as a key that is lost must open nothing; it is
        unlocked, and no place is known to it any more.
        """
        password = secrets.token_urlsafe(12)
        hashed = self.signin.hasher.hash(password)
        said = {"hash": hashed, "now": ctx.now, "by": ctx.actor_name}
        self._keep(ctx, account, agency, "reset", "account_reset", **said)
        return password

    def change_password(self, session: Session, old: str, new: str, ctx: Context) -> None:
        """Change one's own password; every other session of the account ends.

        Raises:
            BadInput: The new one is too short, too long, the old one or the name.
            SignInError: The old one is wrong.
        """
        row = self.signin.checked(session.account.name, old, ctx.now, ctx.origin)
        refuse(of_password(new, old, session.account.name))
        hashed = self.signin.hasher.hash(new)
        with self.db.transaction(ctx) as tx:
            tx.run("account_password", id=row["id"], hash=hashed, must_change=False)
            # Whoever else came in with the old one is out.
            tx.run("sessions_end_others", account=row["id"], hash=session.token_hash, now=ctx.now)
            log(tx, "change_password")

    def disable_unused(self, ctx: Context) -> list[str]:
        """Shut the accounts of this agency that nobody has used for long; return their names."""
        before = ctx.now - timedelta(days=self.settings.unused_days)
        with self.db.transaction(ctx) as tx:
            names = [row["name"] for row in tx.all("disable_unused", now=ctx.now, before=before)]
            for name in names:
                log(tx, "disable", "unused", about=name)
            tx.run("forget_old_places", before=before)
            forget(tx)
        return names

    def _keep(
        self, ctx: Context, account: str, agency: str | None, act: str, query: str, **params: Any
    ) -> None:
        ctx.need("keep_users")
        agency = agency_for(ctx, agency)
        with self.db.transaction(ctx) as tx:
            with tx.acting_for(agency):
                row = self._account(tx, account)
                if not tx.run(query, id=row["id"], **params) and act == "approve":
                    words, help = "is no supervisor's", "Only a supervisor is approved."
                    raise refused_field("account", row["name"], words, help)
                if act in ("disable", "reset"):
                    tx.run("sessions_end", account=row["id"], now=ctx.now)
                if act == "unlock":
                    tx.run("unlock_places", account=row["id"])
                if act == "reset":
                    tx.run("remove_passkeys", account=row["id"])
                    tx.run("forget_places", account=row["id"])
            # Whoever audits that agency sees it, though it was done elsewhere.
            log(tx, act, concerns=agency, about=row["name"])

    def _account(self, tx: Tx, account: str) -> dict[str, Any]:
        row = None
        try:
            row = tx.one("account", id=UUID(account))
        except ValueError:
            row = tx.one("account_by_name", name=account) if account.isprintable() else None
        if row is None:
            raise refused_field("account", account, "is no account here", "Take it from the list.")
        return row


def _own_name(ctx: Context, name: str, agency: str) -> str:
    """Return the name under which an account is added; the host's administrator sees them all."""
    end = f"@{agency}"
    return name if ctx.role is Role.ADMIN or name.endswith(end) else f"{name}{end}"
