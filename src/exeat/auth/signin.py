"""Signing in: a password, then a code or a passkey; sessions that end; lock-out.

The limits are those of the CJIS Security Policy as `docs/security.md` cites them.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pyotp
from argon2 import PasswordHasher

from exeat.auth._door import Door
from exeat.auth._hashing import Hashing
from exeat.auth._rows import Session, account_of, door
from exeat.auth.two import may_be_one, unapproved
from exeat.office.context import NOWHERE, Context, Origin
from exeat.office.db import Database, Tx
from exeat.office.errors import SignInError
from exeat.office.held import log
from exeat.office.models import Witness
from exeat.office.settings import Settings

__all__ = ["SignIn"]

_STEP_SECONDS: Final = 30
_SEEN_SECONDS: Final = 15
_ISSUER: Final = "exeat"


class SignIn:
    """Passwords, codes and sessions.

    Args:
        db: The database.
        settings: Limits.
        hasher: Argon2id, with the library's parameters unless a test makes it cheaper.
    """

    def __init__(
        self, db: Database, settings: Settings, hasher: PasswordHasher | None = None
    ) -> None:
        self.db = db
        self.settings = settings
        self.door = Door(db, settings)
        self.hasher = Hashing(hasher or PasswordHasher(), settings.password_checks)
        # So that a name that nobody has takes as long as one that somebody has.
        self._nobody = self.hasher.hash(secrets.token_hex(16))

    def sign_in(self, name: str, password: str, now: datetime, origin: Origin = NOWHERE) -> Session:
        """Check a password and begin a session; it is whole only after the second factor.

        Args:
            name: Of the account.
            password: As it was typed.
            now: The present instant.
            origin: Where they sit.

        Raises:
            SignInError: Not let in. Whether name or password is wrong is not said.
            TooMany: It was tried too often in a short time.
        """
        row = self.checked(name, password, now, origin)
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        hashed = _hash(token)
        with self.db.transaction(door(row["agency"], now, row["name"], origin)) as tx:
            tx.run("add_session", hash=hashed, account=row["id"], csrf=csrf, now=now)
            log(tx, "sign_in", "password", role=row["role"])
        return Session(account_of(row), csrf, False, now, hashed, token)

    def confirm(
        self, session: Session, code: str, now: datetime, origin: Origin = NOWHERE
    ) -> Session:
        """Check a code of the person's app; the session is whole from now on.

        Returns:
            The session under another token: what the browser held before opens nothing any more.

        Raises:
            SignInError: The code is wrong, was used before, or no app is enrolled.
        """
        self._code(session.account.name, session.account.agency, code, now, origin)
        return self.made_whole(session, now, "code", origin)

    def prove(
        self, session: Session, password: str, code: str, now: datetime, origin: Origin = NOWHERE
    ) -> None:
        """Check password and code again within a session: a new authenticator asks for the old.

        Raises:
            SignInError: One of them is wrong.
            TooMany: It was tried too often in a short time.
        """
        account = session.account
        self.checked(account.name, password, now, origin)
        self._code(account.name, account.agency, code, now, origin)
        with self.db.transaction(door(account.agency, now, account.name, origin)) as tx:
            tx.run("session_proved", hash=session.token_hash, now=now)
            log(tx, "prove", role=account.role.value)

    def proved(self, session: Session, now: datetime) -> bool:
        """Say whether the second factor was given so lately that another may be added."""
        within = self.settings.minutes("proof_minutes")
        return session.whole and session.proved is not None and now - session.proved < within

    def need_proof(self, session: Session, now: datetime) -> None:
        """Refuse to change what lets somebody in, unless they have just shown what they have.

        Raises:
            SignInError: It was too long ago, or never.
        """
        if not self.proved(session, now):
            words, help = "was not given just now", "Enter your password and a code again first."
            raise SignInError.one("E612", "second factor", words, help)

    def enrol(self, session: Session, now: datetime) -> str:
        """Give the secret for a code app, as its address for the app.

        It is one and the same until a code of it has come back, however often the page is read.
        Only for who has no app yet: a lost one is replaced by an administrator. Who has a passkey
        signs in with it first, or a stolen password alone could make a second factor of its own.

        Raises:
            SignInError: An app is enrolled already, or a passkey is and was not shown.
        """
        if session.whole:
            self.need_proof(session, now)
        with self.db.transaction(door(session.account.agency, now, session.account.name)) as tx:
            row = tx.one("account_by_name", name=session.account.name)
            assert row is not None
            if row["second_factor"] is not None and row["last_code"] > 0:
                words, help = "is enrolled already", "Use the app, or ask your administrator."
                raise SignInError.one("E614", "code", words, help)
            if not session.whole and tx.all("passkeys", account=row["id"]):
                words, help = "needs your passkey first", "Sign in with it, then set up an app."
                raise SignInError.one("E614", "code", words, help)
            secret = _secret(tx, row)
            if secret is None:
                secret = pyotp.random_base32()
                nonce, sealed = tx.key_of(row["agency"]).seal(secret.encode(), row["id"].bytes)
                tx.run("account_second", id=row["id"], sealed=nonce + sealed)
                log(tx, "enrol", "code-app", role=row["role"])
        return pyotp.TOTP(secret).provisioning_uri(name=session.account.name, issuer_name=_ISSUER)

    def session(self, token: str, now: datetime, *, used: bool = True) -> Session:
        """Return the session of a cookie.

        Args:
            token: What the cookie holds.
            now: The present instant.
            used: Somebody does something with it. False where a page asks by itself: nobody need
                sit there, so that it keeps no session from ending.

        Raises:
            SignInError: There is none, or it ended: idle, too long, signed out, disabled.
        """
        hashed = _hash(token)
        with self.db.transaction(door("", now)) as tx:
            known = tx.enter("enter_by_session", hash=hashed)
            row = tx.one("session", hash=hashed) if known else None
            if row is None or self._over(row, now):
                raise _again()
            if used and now - row["seen"] > timedelta(seconds=_SEEN_SECONDS):
                tx.run("session_seen", hash=hashed, now=now)
        return Session(
            account_of(row),
            row["csrf"],
            row["whole"],
            row["began"],
            hashed,
            token,
            row["challenge"],
            row["proved"],
        )

    def context(
        self, session: Session, now: datetime, request_id: str = "", origin: Origin = NOWHERE
    ) -> Context:
        """Return who acts, once the session is whole.

        Raises:
            SignInError: The second factor, or a new password, is still owed.
        """
        if not session.whole:
            help = "Enter the code of your app, or use your passkey."
            raise SignInError.one("E612", "code", "is missing", help)
        account = session.account
        return Context(
            actor=account.id,
            actor_name=account.name,
            agency=account.agency,
            role=account.role,
            now=now,
            request_id=request_id,
            granted=frozenset(account.granted),
            origin=origin,
        )

    def sign_out(self, session: Session, now: datetime) -> None:
        """End a session."""
        with self.db.transaction(door(session.account.agency, now, session.account.name)) as tx:
            tx.run("session_end", hash=session.token_hash, now=now)
            log(tx, "sign_out", role=session.account.role.value)

    def second_person(self, ctx: Context, witness: Witness) -> str:
        """Check the second person of an override: another one, a supervisor of this agency.

        Two accounts are two people only where nobody can be sitting at both: a key is whoever
        has it, and whoever made or reset an account has known a password of it.

        Raises:
            SignInError: They are not.
        """
        if ctx.scopes is not None:
            words = "is not for a system: two people sign, each with an account of their own"
            raise SignInError.one("E615", "override", words, "Sign in, and release there.")
        name = witness.name.strip().lower()
        if name == ctx.actor_name:
            help = "Ask another supervisor to sign."
            raise SignInError.one("E615", "second.name", "is the first person again", help)
        row = self.checked(name, witness.password, ctx.now, ctx.origin)
        self._code(name, row["agency"], witness.code, ctx.now, ctx.origin)
        if row["agency"] != ctx.agency or row["role"] != "supervisor":
            help = "Ask a supervisor of this facility to sign."
            raise SignInError.one("E615", "second.name", "is no supervisor here", help)
        with self.db.transaction(door(ctx.agency, ctx.now, ctx.actor_name)) as tx:
            tx.run("account_used", id=row["id"], now=ctx.now)
            waits = unapproved(tx, name)
            same = may_be_one(tx, self.settings, name, ctx.actor_name)
        if same:
            days = self.settings.second_days
            words = "may be the first person again: one made or reset the account of the other"
            help = f"Ask a supervisor to sign whose account is older than {days} days."
            raise SignInError.one("E615", "second.name", words, help)
        if waits:
            words = "is not approved by the host yet: a colleague made the account"
            help = "Ask the administrator of the installation, or another supervisor to sign."
            raise SignInError.one("E615", "second.name", words, help)
        return name

    def checked(
        self, name: str, password: str, now: datetime, origin: Origin = NOWHERE
    ) -> dict[str, Any]:
        """Return the account of a name and password, and count a wrong one.

        One password is hashed whether the account is there, locked, disabled or open, and outside
        any transaction: the time that it takes tells a stranger nothing and holds nobody up.
        """
        name = name.strip().lower()
        found = self.door.came(name, now, origin)
        hashed = found["password_hash"] if found is not None else self._nobody
        right = self.hasher.right(hashed, password)
        if found is None:
            self.door.stranger(now, origin)
            raise _wrong()
        with self.db.transaction(door(found["agency"], now, name, origin)) as tx:
            row = self.door.held(tx, name, origin)
            shut = self.door.shut(tx, row)
            right = right and row["password_hash"] == hashed
            if not shut and not right:
                self.door.failed(tx, row, "password")
        if shut or not right:
            # The same words for all of it.
            raise _wrong()
        if self.hasher.stale(hashed):
            self._renew(row, password, now)
        return row

    def _renew(self, row: dict[str, Any], password: str, now: datetime) -> None:
        fresh, owed = self.hasher.hash(password), row["must_change"]
        with self.db.transaction(door(row["agency"], now, row["name"])) as tx:
            tx.run("account_password", id=row["id"], hash=fresh, must_change=owed)

    def _code(self, name: str, agency: str, code: str, now: datetime, origin: Origin) -> None:
        with self.db.transaction(door(agency, now, name, origin)) as tx:
            self.db.clock.need()  # By a wrong clock every right code is a wrong one.
            row = self.door.held(tx, name, origin)
            shut = self.door.shut(tx, row)
            right = not shut and self._code_right(tx, row, code, now)
            if not shut and not right:
                self.door.failed(tx, row, "code")
        if shut or not right:
            raise _wrong_code()

    def _code_right(self, tx: Tx, row: dict[str, Any], code: str, now: datetime) -> bool:
        secret = _secret(tx, row)
        if secret is None:
            return False
        totp = pyotp.TOTP(secret)
        given = "".join(code.split())
        step = int(now.timestamp()) // _STEP_SECONDS
        for one in (step, step - 1, step + 1):
            if secrets.compare_digest(
                totp.at(one * _STEP_SECONDS).encode(), given.encode(errors="replace")
            ):
                # A code counts once, whoever has read it over the shoulder.
                return tx.run("account_code", id=row["id"], step=one) == 1
        return False

    def _over(self, row: dict[str, Any], now: datetime) -> bool:
        idle = timedelta(minutes=self.settings.idle_minutes)
        whole = timedelta(hours=self.settings.session_hours)
        return (
            row["ended"] is not None
            or row["disabled"] is not None
            or now - row["seen"] >= idle
            or now - row["began"] >= whole
        )

    def made_whole(
        self, session: Session, now: datetime, by: str, origin: Origin = NOWHERE
    ) -> Session:
        """Make a session whole, once whoever calls has seen the second factor.

        Args:
            session: After the password.
            now: The present instant.
            by: What the second factor was, for the log.
            origin: Where they sit.

        Returns:
            The session under another token.

        Raises:
            SignInError: The session ended meanwhile, or is whole already.
        """
        account = session.account
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        fresh, old = _hash(token), session.token_hash
        with self.db.transaction(door(account.agency, now, account.name, origin)) as tx:
            if not tx.run("session_whole", hash=old, fresh=fresh, csrf=csrf, now=now):
                raise _again()
            self.door.let_in(tx, self.door.held(tx, account.name, origin))
            log(tx, "sign_in", by, role=account.role.value)
        return replace(
            session,
            csrf=csrf,
            whole=True,
            token_hash=fresh,
            token=token,
            challenge=None,
            proved=now,
        )


def _secret(tx: Tx, row: dict[str, Any]) -> str | None:
    """Return the secret of an account's code app; None: it has none."""
    sealed = row["second_factor"]
    if sealed is None:
        return None
    secret = tx.key_of(row["agency"]).open(sealed[:12], sealed[12:], row["id"].bytes)
    assert secret is not None
    return secret.decode()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _again() -> SignInError:
    return SignInError.one("E613", "session", "has ended", "Sign in again.")


def _wrong() -> SignInError:
    help = "Check both. After five wrong attempts an administrator must unlock the account."
    return SignInError.one("E611", "name and password", "do not let you in", help)


def _wrong_code() -> SignInError:
    help = "Enter the newest code of your app; each counts once."
    return SignInError.one("E612", "code", "is not right", help)
