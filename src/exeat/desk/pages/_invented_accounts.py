"""Signing in to the preview: whoever names a role is taken for somebody who has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from exeat.auth import Account, ApiKey, Passkey, Session
from exeat.desk.pages._invented import HOUSE, NOW
from exeat.desk.pages._invented_papers import accounts_of
from exeat.office.context import Context, Role
from exeat.office.errors import NotPermitted, SignInError
from exeat.office.messages import code_of

__all__ = ["InventedAccounts"]


class InventedAccounts:
    """Whoever signs in is taken for the role that they name."""

    def __init__(self) -> None:
        self.signin = self.passkeys = self.keys = self

    def sign_in(self, name: str, password: str, now: datetime) -> Session:
        """Begin a session."""
        return replace(self.session(name, now), whole=False)

    def session(self, token: str, now: datetime) -> Session:
        """Return the session of a role; a name with ``:first`` owes its second factor."""
        role, _, state = token.partition(":")
        if role not in {one.value for one in Role}:
            raise SignInError.one("E613", "session", "has ended", "Sign in again.")
        account: Account = accounts_of(code_of(Role, role))[0]
        return Session(account, "mark", state != "first", now, b"", token)

    def confirm(self, session: Session, code: str, now: datetime) -> Session:
        """Take any code but 000000."""
        if code == "000000":
            raise SignInError.one("E612", "code", "is not right", "Enter the newest code.")
        return replace(session, whole=True, token=session.account.role.value)

    def enrol(self, session: Session, now: datetime) -> str:
        """Give a secret to who is new."""
        if session.account.role is not Role.AUDITOR:
            raise SignInError.one("E614", "code", "is enrolled already", "Use the app.")
        return "otpauth://totp/exeat:new?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=exeat"

    def context(self, session: Session, now: datetime, request_id: str = "") -> Context:
        """Return who acts."""
        account = session.account
        return Context(
            actor=account.id,
            actor_name=account.name,
            agency=account.agency,
            role=account.role,
            now=now,
            request_id=request_id,
        )

    def sign_options(self, session: Session, now: datetime) -> str:
        """Return what a browser needs for a passkey."""
        return '{"challenge": "AAAA", "allowCredentials": [{"id": "AAAA", "type": "public-key"}]}'

    register_options = sign_options

    def of(self, session: Session, now: datetime) -> list[Passkey]:
        """Return one passkey."""
        return [Passkey("AAAA", "key on my ring", NOW - timedelta(days=40))]

    def remove(self, session: Session, id: str, now: datetime) -> None:
        """Refuse, as it is the only one."""
        raise SignInError.one("E614", "passkey", "is your only second factor", "Add another.")

    def sign_out(self, session: Session, now: datetime) -> None:
        """End nothing."""

    def users(self, ctx: Context, agency: str | None = None) -> list[Account]:
        """Return the accounts of an agency."""
        return [one for role in Role for one in accounts_of(role) if one.agency == agency]

    def all(self, ctx: Context) -> list[ApiKey]:
        """Return the keys of systems."""
        begun, ends = NOW - timedelta(days=40), NOW + timedelta(days=325)
        scopes = ("read", "record", "release")
        return [
            ApiKey("4f1c9a7be2d04a11", HOUSE, "Jail management system", "booking", scopes, begun,
                   "dana.supervisor", ends, None, NOW - timedelta(minutes=3))
        ]  # fmt: skip

    def add_account(self, ctx: Context, **said: Any) -> tuple[Account, str]:
        """Return an account and its first password."""
        ctx.need("keep_users")
        account = accounts_of(code_of(Role, said["role"]))[0]
        return replace(account, name=said["name"]), "first-password-invented"

    def __getattr__(self, act: str) -> Any:
        """Return any other act, which does nothing but ask who may."""
        if act.startswith("_"):
            raise AttributeError(act)

        def done(ctx: Any, *_: Any, **__: Any) -> Any:
            if isinstance(ctx, Context) and ctx.role not in (Role.SUPERVISOR, Role.ADMIN):
                raise NotPermitted.one("E601", act, "is not for this role", "Ask another.")
            return "first-password-invented"

        return done
