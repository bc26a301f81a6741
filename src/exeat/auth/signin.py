"""Signing in: a password, then a code or a passkey; sessions that end; lock-out.

The limits are those of the CJIS Security Policy as `docs/security.md` cites them.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from exeat.auth._rows import Session, account_of, door
from exeat.auth.two import may_be_one
from exeat.office.context import Context
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
        self.hasher = hasher or PasswordHasher()
        # So that a name that nobody has takes as long as one that somebody has.
        self._nobody = self.hasher.hash(secrets.token_hex(16))

    def sign_in(self, name: str, password: str, now: datetime) -> Session:
        """Check a password and begin a session; it is whole only after the second factor.

        Raises:
            SignInError: Not let in. Whether name or password is wrong is not said.
        """
        row = self.checked(name, password, now)
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        hashed = _hash(token)
        with self.db.transaction(door(row["agency"], now, row["name"])) as tx:
            tx.run("add_session", hash=hashed, account=row["id"], csrf=csrf, now=now)
            log(tx, "sign_in", "password", role=row["role"])
        return Session(account_of(row), csrf, False, now, hashed, token)

    def confirm(self, session: Session, code: str, now: datetime) -> Session:
        """Check a code of the person's app; the session is whole from now on.

        Raises:
            SignInError: The code is wrong, was used before, or no app is enrolled.
        """
        self._code(session.account.name, session.account.agency, code, now)
        return self.made_whole(session, now, "code")

    def enrol(self, session: Session, now: datetime) -> str:
        """Give a new secret for a code app, as its address for the app.

        Only for who has none yet: a lost app is replaced by an administrator. Who has a passkey
        signs in with it first, or a stolen password alone could make a second factor of its own.

        Raises:
            SignInError: An app is enrolled already, or a passkey is and was not shown.
        """
        secret = pyotp.random_base32()
        with self.db.transaction(door(session.account.agency, now, session.account.name)) as tx:
            row = tx.one("account_by_name", name=session.account.name)
            assert row is not None
            if row["second_factor"] is not None and row["last_code"] > 0:
                words, help = "is enrolled already", "Use the app, or ask your administrator."
                raise SignInError.one("E614", "code", words, help)
            if not session.whole and tx.all("passkeys", account=row["id"]):
                words, help = "needs your passkey first", "Sign in with it, then set up an app."
                raise SignInError.one("E614", "code", words, help)
            nonce, sealed = tx.key_of(row["agency"]).seal(secret.encode(), row["id"].bytes)
            tx.run("account_second", id=row["id"], sealed=nonce + sealed)
            log(tx, "enrol", "code-app", role=row["role"])
        return pyotp.TOTP(secret).provisioning_uri(name=session.account.name, issuer_name=_ISSUER)

    def session(self, token: str, now: datetime) -> Session:
        """Return the session of a cookie.

        Raises:
            SignInError: There is none, or it ended: idle, too long, signed out, locked, disabled.
        """
        hashed = _hash(token)
        with self.db.transaction(door("", now)) as tx:
            known = tx.enter("enter_by_session", hash=hashed)
            row = tx.one("session", hash=hashed) if known else None
            if row is None or self._over(row, now):
                raise _again()
            if now - row["seen"] > timedelta(seconds=_SEEN_SECONDS):
                tx.run("session_seen", hash=hashed, now=now)
        return Session(
            account_of(row),
            row["csrf"],
            row["whole"],
            row["began"],
            hashed,
            token,
            row["challenge"],
        )

    def context(self, session: Session, now: datetime, request_id: str = "") -> Context:
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
        row = self.checked(name, witness.password, ctx.now)
        self._code(name, row["agency"], witness.code, ctx.now)
        if row["agency"] != ctx.agency or row["role"] != "supervisor":
            help = "Ask a supervisor of this facility to sign."
            raise SignInError.one("E615", "second.name", "is no supervisor here", help)
        with self.db.transaction(door(ctx.agency, ctx.now, ctx.actor_name)) as tx:
            same = may_be_one(tx, self.settings, name, ctx.actor_name)
        if same:
            days = self.settings.second_days
            words = "may be the first person again: one made or reset the account of the other"
            help = f"Ask a supervisor to sign whose account is older than {days} days."
            raise SignInError.one("E615", "second.name", words, help)
        return name

    def checked(self, name: str, password: str, now: datetime) -> dict[str, Any]:
        """Return the account of a name and password, and count a wrong one."""
        name = name.strip().lower()
        with self.db.transaction(door("", now)) as tx:
            agency = (tx.one("agency_of_account", name=name) or {}).get("agency")
        if agency is None:
            self._right(self._nobody, password)
            raise _wrong()
        with self.db.transaction(door(agency, now, name)) as tx:
            row = tx.one("account_by_name", name=name)
            assert row is not None
            problem = self._shut_out(tx, row, now)
            if problem is None and not self._right(row["password_hash"], password):
                problem = self._failed(tx, row, now, "password")
            if problem is None and self.hasher.check_needs_rehash(row["password_hash"]):
                fresh, owed = self.hasher.hash(password), row["must_change"]
                tx.run("account_password", id=row["id"], hash=fresh, must_change=owed)
        if problem is not None:
            raise problem
        return row

    def _code(self, name: str, agency: str, code: str, now: datetime) -> None:
        with self.db.transaction(door(agency, now, name)) as tx:
            row = tx.one("account_by_name", name=name)
            assert row is not None
            problem = self._shut_out(tx, row, now)
            if problem is None and not self._code_right(tx, row, code, now):
                problem = self._failed(tx, row, now, "code")
            if problem is None:
                tx.run("account_used", id=row["id"], now=now)
        if problem is not None:
            raise problem

    def _code_right(self, tx: Tx, row: dict[str, Any], code: str, now: datetime) -> bool:
        sealed = row["second_factor"]
        if sealed is None:
            return False
        secret = tx.key_of(row["agency"]).open(sealed[:12], sealed[12:], row["id"].bytes)
        assert secret is not None
        totp = pyotp.TOTP(secret.decode())
        given = "".join(code.split())
        step = int(now.timestamp()) // _STEP_SECONDS
        for one in (step, step - 1, step + 1):
            if secrets.compare_digest(totp.at(one * _STEP_SECONDS), given):
                # A code counts once, whoever has read it over the shoulder.
                return tx.run("account_code", id=row["id"], step=one) == 1
        return False

    def _failed(self, tx: Tx, row: dict[str, Any], now: datetime, what: str) -> SignInError:
        limit = self.settings.failures
        found = tx.one("account_failed", id=row["id"], limit=limit, now=now)
        locked = found is not None and found["locked"] is not None
        said = f"wrong-{what}" + ("-locked" if locked else "")
        log(tx, "sign_in", said, role=row["role"])
        if locked:
            tx.run("sessions_end", account=row["id"], now=now)
        return _wrong() if what == "password" else _wrong_code()

    def _shut_out(self, tx: Tx, row: dict[str, Any], now: datetime) -> SignInError | None:
        unused = timedelta(days=self.settings.unused_days)
        if row["disabled"] is None and row["last_used"] < now - unused:
            tx.run("account_disable", id=row["id"], now=now, because="unused")
            row = {**row, "disabled": now}
        if row["locked"] is None and row["disabled"] is None:
            return None
        log(tx, "sign_in", "locked" if row["locked"] else "disabled", role=row["role"])
        # Said in the same words as a wrong password: it tells a stranger nothing.
        return _wrong()

    def _over(self, row: dict[str, Any], now: datetime) -> bool:
        idle = timedelta(minutes=self.settings.idle_minutes)
        whole = timedelta(hours=self.settings.session_hours)
        return (
            row["ended"] is not None
            or row["locked"] is not None
            or row["disabled"] is not None
            or now - row["seen"] >= idle
            or now - row["began"] >= whole
        )

    def made_whole(self, session: Session, now: datetime, by: str) -> Session:
        """Make a session whole, once whoever calls has seen the second factor.

        Args:
            session: After the password.
            now: The present instant.
            by: What the second factor was, for the log.
        """
        account = session.account
        with self.db.transaction(door(account.agency, now, account.name)) as tx:
            tx.run("session_whole", hash=session.token_hash)
            log(tx, "sign_in", by, role=account.role.value)
        return Session(
            account, session.csrf, True, session.began, session.token_hash, session.token
        )

    def _right(self, hashed: str, password: str) -> bool:
        try:
            return self.hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


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
