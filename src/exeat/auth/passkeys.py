"""Passkeys (WebAuthn) as the second factor."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from exeat.auth._rows import Passkey, Session, door
from exeat.auth.signin import SignIn
from exeat.office.context import NOWHERE, Origin
from exeat.office.errors import BadInput, SignInError
from exeat.office.held import log
from exeat.office.messages import bad_field

__all__ = ["Passkeys"]


class Passkeys:
    """Passkeys: a second factor that no false page can ask for.

    Args:
        signin: Whose sessions they make whole.
    """

    def __init__(self, signin: SignIn) -> None:
        self.signin = signin
        self.db = signin.db
        self.settings = signin.settings

    def register_options(self, session: Session, now: datetime) -> str:
        """Return what the browser needs to make a passkey, as JSON."""
        account, have = session.account, self._may_add(session, now)
        options = generate_registration_options(
            rp_id=self._host(),
            rp_name="exeat",
            user_id=bytes.fromhex(account.id),
            user_name=account.name,
            user_display_name=account.shown,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=row["id"]) for row in have],
        )
        self._challenge(session, options.challenge, now)
        return options_to_json(options)

    def register(self, session: Session, answer: str, label: str, now: datetime) -> None:
        """Keep the passkey that the browser made.

        Raises:
            SignInError: It does not answer what was asked, or the second factor that there is was
                not given just now.
        """
        self._may_add(session, now)
        challenge = self._asked(session)
        try:
            made = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host(),
                expected_origin=self.settings.origin,
            )
        except (WebAuthnException, ValueError, KeyError) as error:
            raise _refused() from error
        with self.db.transaction(door(session.account.agency, now, session.account.name)) as tx:
            row = tx.one("account_by_name", name=session.account.name)
            assert row is not None
            tx.run(
                "add_passkey",
                id=made.credential_id,
                account=row["id"],
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                label=label if label and label.isprintable() else "passkey",
                now=now,
            )
            tx.run("session_challenge", hash=session.token_hash, challenge=None)
            log(tx, "enrol", "passkey", role=row["role"])

    def sign_options(self, session: Session, now: datetime) -> str:
        """Return what the browser needs to sign in with a passkey, as JSON."""
        options = generate_authentication_options(
            rp_id=self._host(),
            allow_credentials=[
                PublicKeyCredentialDescriptor(id=row["id"]) for row in self._keys(session, now)
            ],
        )
        self._challenge(session, options.challenge, now)
        return options_to_json(options)

    def confirm(
        self, session: Session, answer: str, now: datetime, origin: Origin = NOWHERE
    ) -> Session:
        """Check what a passkey signed; the session is whole from now on.

        Raises:
            SignInError: It does not answer what was asked.
        """
        challenge = self._asked(session)
        keys = {row["id"]: row for row in self._keys(session, now)}
        try:
            id = base64url_to_bytes(json.loads(answer)["id"])
            known = keys[id]
            signed = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host(),
                expected_origin=self.settings.origin,
                credential_public_key=known["public_key"],
                credential_current_sign_count=known["sign_count"],
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _refused() from error
        with self.db.transaction(door(session.account.agency, now, session.account.name)) as tx:
            tx.run("passkey_used", id=id, sign_count=signed.new_sign_count)
        return self.signin.made_whole(session, now, "passkey", origin)

    def of(self, session: Session, now: datetime) -> list[Passkey]:
        """Return the passkeys of one's own account, the first one first."""
        found = sorted(self._keys(session, now), key=lambda row: row["created"])
        return [Passkey(bytes_to_base64url(r["id"]), r["label"], r["created"]) for r in found]

    def remove(self, session: Session, id: str, now: datetime) -> None:
        """Take a passkey away, such as one that was lost.

        Raises:
            SignInError: The session is not whole, or the second factor was not given just now; or
                it is the last one of an account without a code app, which a password alone could
                then give a new second factor.
            BadInput: The account has no such passkey.
        """
        have = self.of(session, now)
        if id not in {one.id for one in have}:
            raise BadInput([bad_field("passkey", "is none of yours", "Take one from the list.")])
        if not session.whole or (len(have) == 1 and not session.account.enrolled):
            help = "Add another passkey first, or have your administrator reset the account."
            raise SignInError.one("E614", "passkey", "is your only second factor", help)
        self.signin.need_proof(session, now)
        with self.db.transaction(door(session.account.agency, now, session.account.name)) as tx:
            row = tx.one("account_by_name", name=session.account.name)
            assert row is not None
            tx.run("remove_passkey", account=row["id"], id=base64url_to_bytes(id))
            log(tx, "remove_passkey", about=row["name"], role=row["role"])

    def _may_add(self, session: Session, now: datetime) -> list[dict[str, Any]]:
        """Return the passkeys that are there, if this session may add another one."""
        have = self._keys(session, now)
        if session.whole:
            self.signin.need_proof(session, now)
        elif session.account.enrolled or have:
            # Otherwise a stolen password alone could add a second factor of its own.
            help = "Enter the code of your app first."
            raise SignInError.one("E612", "code", "is missing", help)
        return have

    def _keys(self, session: Session, now: datetime) -> list[dict[str, Any]]:
        with self.db.transaction(door(session.account.agency, now)) as tx:
            row = tx.one("account_by_name", name=session.account.name)
            assert row is not None
            return tx.all("passkeys", account=row["id"])

    def _challenge(self, session: Session, challenge: bytes, now: datetime) -> None:
        with self.db.transaction(door(session.account.agency, now)) as tx:
            tx.run("session_challenge", hash=session.token_hash, challenge=challenge)

    def _asked(self, session: Session) -> bytes:
        if session.challenge is None:
            raise _refused()
        return session.challenge

    def _host(self) -> str:
        return urlsplit(self.settings.origin).hostname or "localhost"


def _refused() -> SignInError:
    return SignInError.one("E612", "passkey", "is not right", "Try again, or enter a code.")
