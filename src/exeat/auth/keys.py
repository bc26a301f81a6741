"""Keys of other systems: shown once, kept as a hash, scoped, and made anew before they end."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from exeat.auth._checks import key_fits, of_key, refuse
from exeat.auth._rows import ApiKey, agency_for, door, key_of
from exeat.office.context import NOWHERE, Context, Origin, Role, Scope
from exeat.office.db import Database, Tx
from exeat.office.errors import BadInput, SignInError
from exeat.office.held import log
from exeat.office.messages import bad_field, code_of
from exeat.office.settings import Settings

__all__ = ["Keys"]

_PREFIX: Final = "exeat"
_OVERLAP: Final = timedelta(hours=24)
_ID: Final = re.compile(r"[0-9a-f]{16}")
_SEEN: Final = timedelta(minutes=1)


class Keys:
    """Keys of other systems, kept by supervisors and the administrator.

    Args:
        db: The database.
        settings: How long a key lives.
    """

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings

    def add(
        self, ctx: Context, *, label: str, role: str, scopes: Iterable[str], agency: str = ""
    ) -> tuple[ApiKey, str]:
        """Make a key for a system of an agency: the own one, or for the administrator any.

        Args:
            ctx: Who keeps the keys.
            label: Which system it is for.
            role: What it is there; a role that the kind of agency has.
            scopes: What it may do.
            agency: For whom it acts; left out: the own one.

        Returns:
            What is kept about it, and the key itself, which nobody can show again.

        Raises:
            BadInput: With every field that will not do.
            NotPermitted: The agency is another one, and this is not the administrator.
        """
        ctx.need("keep_keys")
        agency = agency_for(ctx, agency)
        wanted = tuple(dict.fromkeys(scopes))
        with self.db.transaction(ctx) as tx:
            return self._added(tx, agency, label, role, wanted)

    def rotate(self, ctx: Context, id: str, agency: str = "") -> tuple[ApiKey, str]:
        """Make a key anew. The old one works for another day, so that no message is lost."""
        ctx.need("keep_keys")
        agency = agency_for(ctx, agency)
        with self.db.transaction(ctx) as tx:
            with tx.acting_for(agency):
                row = self._key_row(tx, id)
            found = self._added(tx, agency, row["label"], row["role"], tuple(row["scopes"]))
            with tx.acting_for(agency):
                tx.run("key_expires", id=id, at=ctx.now + _OVERLAP)
        return found

    def revoke(self, ctx: Context, id: str, agency: str = "") -> None:
        """End a key at once."""
        ctx.need("keep_keys")
        agency = agency_for(ctx, agency)
        with self.db.transaction(ctx) as tx:
            with tx.acting_for(agency):
                self._key_row(tx, id)
                tx.run("key_revoke", id=id, now=ctx.now)
            log(tx, "revoke_key", concerns=agency, about=id)

    def all(self, ctx: Context, agency: str = "") -> list[ApiKey]:
        """Return the keys of an agency's systems, without their secrets."""
        ctx.need("keys")
        with self.db.transaction(ctx) as tx, tx.acting_for(agency_for(ctx, agency)):
            return [key_of(row) for row in tx.all("keys")]

    def system(
        self, key: str, now: datetime, request_id: str = "", origin: Origin = NOWHERE
    ) -> Context:
        """Return who a system is, by its key.

        Raises:
            SignInError: The key is none of ours, ended, or was revoked.
        """
        prefix, _, rest = key.strip().partition("_")
        id, _, secret = rest.partition("_")
        row = self._system_row(id, now) if prefix == _PREFIX else None
        hashed = hashlib.sha256(secret.encode(errors="replace")).digest()
        if row is None or not secrets.compare_digest(row["secret_hash"], hashed):
            raise _unknown_key()
        return self._context(row, now, request_id, origin)

    def client(
        self, id: str, now: datetime, request_id: str = "", origin: Origin = NOWHERE
    ) -> Context:
        """Return who a system is whose certificate the proxy has checked.

        Args:
            id: The public part of the key that stands for the certificate's subject.
            now: The present instant.
            request_id: Joins lines of logs.
            origin: Where it calls from.

        Raises:
            SignInError: No key has that public part, or it ended.
        """
        row = self._system_row(id, now)
        if row is None:
            raise _unknown_key()
        return self._context(row, now, request_id, origin)

    def _system_row(self, id: str, now: datetime) -> dict[str, Any] | None:
        if not _ID.fullmatch(id):
            return None
        with self.db.transaction(door("", now)) as tx:
            row = tx.one("key", id=id) if tx.enter("enter_by_key", id=id) else None
            if row is not None and (row["last_used"] is None or now - row["last_used"] > _SEEN):
                tx.run("key_used", id=id, now=now)
        return row

    def _context(
        self, row: dict[str, Any], now: datetime, request_id: str, origin: Origin
    ) -> Context:
        fits = key_fits(row["role"], row["kind"])
        if not fits or row["revoked"] is not None or row["expires"] <= now:
            raise _unknown_key()
        return Context(
            actor=row["id"],
            actor_name=f"key:{row['id']}",
            agency=row["agency"],
            role=code_of(Role, row["role"]),
            now=now,
            request_id=request_id,
            scopes=frozenset(code_of(Scope, scope) for scope in row["scopes"]),
            origin=origin,
        )

    def _added(
        self, tx: Tx, agency: str, label: str, role: str, scopes: tuple[str, ...]
    ) -> tuple[ApiKey, str]:
        kinds = {row["code"]: row["kind"] for row in tx.all("directory")}
        refuse(of_key(label, role, scopes, agency, kinds))
        id, secret, ctx = secrets.token_hex(8), secrets.token_urlsafe(32), tx.ctx
        with tx.acting_for(agency):
            tx.run(
                "add_key",
                id=id,
                agency=agency,
                label=label,
                role=role,
                scopes=list(scopes),
                hash=hashlib.sha256(secret.encode()).digest(),
                now=ctx.now,
                by=ctx.actor_name,
                expires=ctx.now + timedelta(days=self.settings.key_days),
            )
            made = key_of(self._key_row(tx, id))
        log(tx, "add_key", concerns=agency, about=id)
        return made, f"{_PREFIX}_{id}_{secret}"

    def _key_row(self, tx: Tx, id: str) -> dict[str, Any]:
        row = tx.one("key", id=id) if _ID.fullmatch(id) else None
        if row is None:
            raise BadInput([bad_field("key", "is none of this agency", "Take it from the list.")])
        return row


def _unknown_key() -> SignInError:
    help = "Send a key of this desk that is in force: Authorization: Bearer exeat_..."
    return SignInError.one("E616", "key", "does not let this system in", help)
