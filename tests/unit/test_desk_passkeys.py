"""Passkeys: one made by a key in software, as a browser would pass it on."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from tests.scenario.failures.kit import Town, county

from exeat.auth import Session
from exeat.auth._rows import door
from exeat.desk.service.setup import system_context
from exeat.office.errors import BadInput, SignInError

ORIGIN = "http://localhost:8000"


class Key:
    """A security key in software."""

    def __init__(self, origin: str = ORIGIN, host: str = "localhost") -> None:
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count = b"software-key-001", 0
        self.origin, self.host = origin, host

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _data(self, attested: bytes = b"") -> bytes:
        flags = 0x45 if attested else 0x05  # present, verified, and with a key in it
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big") + attested

    def made(self, options: str) -> str:
        """Answer a registration."""
        challenge = json.loads(options)["challenge"]
        point = self.secret.public_key().public_numbers()
        public = {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        said = {"fmt": "none", "attStmt": {}, "authData": self._data(attested)}
        return self._answer(
            clientDataJSON=b64(self._client("webauthn.create", challenge)),
            attestationObject=b64(cbor2.dumps(said)),
        )

    def signed(self, options: str) -> str:
        """Answer a sign-in."""
        self.count += 1
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        data = self._data()
        text = data + hashlib.sha256(client).digest()
        return self._answer(
            clientDataJSON=b64(client),
            authenticatorData=b64(data),
            signature=b64(self.secret.sign(text, ec.ECDSA(hashes.SHA256()))),
        )

    def _answer(self, **response: str) -> str:
        said: dict[str, Any] = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key"}
        return json.dumps({**said, "response": response})


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture
def town() -> Iterator[Town]:
    with county(origin=ORIGIN) as one:
        one.account("sam", "supervisor")
        one.later(minutes=5)
        yield one


def half(town: Town) -> Session:
    session = town.desk.accounts.signin.sign_in("sam", town.passwords["sam"], town.now)
    return town.desk.accounts.signin.session(session.token, town.now)


def again(town: Town, session: Session) -> Session:
    return town.desk.accounts.signin.session(session.token, town.now)


def registered(town: Town, key: Key) -> None:
    people = town.desk.accounts
    session = people.signin.confirm(half(town), town.code("sam"), town.now)
    made = key.made(people.passkeys.register_options(session, town.now))
    people.passkeys.register(again(town, session), made, "key on my ring", town.now)


def replace_app(town: Town, sealed: bytes | None) -> Session:
    """Sign in, and take the code app away behind the desk's back."""
    town.later(minutes=1)  # A code counts once.
    session = town.desk.accounts.signin.confirm(half(town), town.code("sam"), town.now)
    with town.desk.office.db.transaction(door("pierce", town.now)) as tx:
        row = tx.one("account_by_name", name="sam")
        assert row is not None
        tx.run("account_second", id=row["id"], sealed=sealed)
    return again(town, session)


def test_a_passkey_stands_for_the_code(town: Town) -> None:
    key, people = Key(), town.desk.accounts
    registered(town, key)
    session = half(town)
    answer = key.signed(people.passkeys.sign_options(session, town.now))
    whole = people.passkeys.confirm(again(town, session), answer, town.now)
    assert whole.whole and again(town, whole).whole


def test_signing_in_with_a_passkey_is_use_and_forgets_typing_errors(town: Town) -> None:
    key, people, root = Key(), town.desk.accounts, system_context(town.now, "pierce")
    registered(town, key)
    for _ in range(7):
        town.later(days=15)
        with pytest.raises(SignInError):
            people.signin.sign_in("sam", "a typing error", town.now)
        session = half(town)
        answer = key.signed(people.passkeys.sign_options(session, town.now))
        people.passkeys.confirm(again(town, session), answer, town.now)
    assert people.disable_unused(replace(root, now=town.now)) == []
    (sam,) = people.users(root)
    assert (sam.last_used, sam.locked) == (town.now, None)


def test_a_passkey_is_added_or_taken_away_by_whoever_has_just_shown_the_old_factor(
    town: Town,
) -> None:
    people, key = town.desk.accounts, Key()
    registered(town, key)
    town.later(minutes=1)
    session = people.signin.confirm(half(town), town.code("sam"), town.now)
    (one,) = people.passkeys.of(session, town.now)
    town.later(minutes=11)
    with pytest.raises(SignInError, match="was not given just now"):
        people.passkeys.register_options(session, town.now)
    with pytest.raises(SignInError, match="was not given just now"):
        people.passkeys.register(session, "{}", "", town.now)
    with pytest.raises(SignInError, match="was not given just now"):
        people.passkeys.remove(again(town, session), one.id, town.now)
    with pytest.raises(SignInError):
        people.signin.prove(session, town.passwords["sam"], "000000", town.now)
    with pytest.raises(SignInError):
        people.signin.prove(session, "wrong", town.code("sam"), town.now)
    people.signin.prove(session, town.passwords["sam"], town.code("sam"), town.now)
    people.passkeys.remove(again(town, session), one.id, town.now)
    assert "challenge" in people.passkeys.register_options(again(town, session), town.now)


def test_a_code_app_beside_a_passkey_asks_for_the_passkey_first(town: Town) -> None:
    registered(town, Key())
    session = replace_app(town, None)
    town.later(minutes=11)
    with pytest.raises(SignInError, match="was not given just now"):
        town.desk.accounts.signin.enrol(session, town.now)
    town.later(minutes=-2)
    assert town.desk.accounts.signin.enrol(session, town.now).startswith("otpauth://")


def test_a_challenge_to_sign_in_makes_no_second_factor(town: Town) -> None:
    people = town.desk.accounts
    registered(town, Key())
    session = half(town)
    other = Key()
    made = other.made(people.passkeys.sign_options(session, town.now))
    with pytest.raises(SignInError, match="is missing"):
        people.passkeys.register(again(town, session), made, "mine now", town.now)


def test_a_passkey_that_was_removed_opens_nothing(town: Town) -> None:
    key, people = Key(), town.desk.accounts
    registered(town, key)
    session = half(town)
    answer = key.signed(people.passkeys.sign_options(session, town.now))
    (one,) = people.passkeys.of(session, town.now)
    with pytest.raises(SignInError, match="only second factor"):  # on a password alone
        people.passkeys.remove(again(town, session), one.id, town.now)
    whole = people.passkeys.confirm(again(town, session), answer, town.now)
    with pytest.raises(BadInput, match="none of yours"):
        people.passkeys.remove(whole, "AAAA", town.now)
    people.passkeys.remove(whole, one.id, town.now)
    assert people.passkeys.of(whole, town.now) == []
    other = half(town)
    answer = key.signed(people.passkeys.sign_options(other, town.now))
    with pytest.raises(SignInError):
        people.passkeys.confirm(again(town, other), answer, town.now)


def test_the_last_passkey_stays_where_there_is_no_code_app(town: Town) -> None:
    registered(town, Key())
    session = replace_app(town, None)
    (one,) = town.desk.accounts.passkeys.of(session, town.now)
    with pytest.raises(SignInError, match="only second factor"):
        town.desk.accounts.passkeys.remove(session, one.id, town.now)


def test_a_reset_takes_passkeys_away_so_that_the_owner_may_begin_anew(town: Town) -> None:
    registered(town, Key())
    town.passwords["sam"] = town.desk.accounts.reset(system_context(town.now), "sam", "pierce")
    session = half(town)
    assert town.desk.accounts.passkeys.of(session, town.now) == []
    assert town.desk.accounts.signin.enrol(session, town.now).startswith("otpauth://")


def test_an_answer_to_another_challenge_does_not(town: Town) -> None:
    key, people = Key(), town.desk.accounts
    registered(town, key)
    session = half(town)
    old = key.signed(people.passkeys.sign_options(session, town.now))
    people.passkeys.sign_options(session, town.now)
    with pytest.raises(SignInError):
        people.passkeys.confirm(again(town, session), old, town.now)


def test_a_page_of_another_site_gets_nothing_that_counts_here(town: Town) -> None:
    people, key = town.desk.accounts, Key()
    registered(town, key)
    key.origin = "https://desk.example.invalid"
    session = half(town)
    answer = key.signed(people.passkeys.sign_options(session, town.now))
    with pytest.raises(SignInError):
        people.passkeys.confirm(again(town, session), answer, town.now)


def test_another_key_does_not(town: Town) -> None:
    people, key = town.desk.accounts, Key()
    registered(town, key)
    session = half(town)
    answer = Key().signed(people.passkeys.sign_options(session, town.now))
    with pytest.raises(SignInError):
        people.passkeys.confirm(again(town, session), answer, town.now)


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"id": "x"}', "null", '{"id": 7}'])
def test_nonsense_is_refused_in_words(town: Town, answer: str) -> None:
    people = town.desk.accounts
    registered(town, Key())
    session = half(town)
    people.passkeys.sign_options(session, town.now)
    with pytest.raises(SignInError):
        people.passkeys.confirm(again(town, session), answer, town.now)
