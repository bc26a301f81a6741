"""Keys: one for each person, wrapped by a master key; destroying it expunges the person.

::

    master key    32 bytes, in a file or the environment, never in the database
      wraps       AES-256-GCM
    person key    32 random bytes for each person, wrapped in the database
      derives     HKDF-Expand (RFC 5869)
    seal, mac     AES-256-GCM over salt and content; HMAC-SHA-256 over ids that clients give

A backup still holds the wrapped keys of those who were expunged after it was made. To make
expungement reach backups, change the master key (:mod:`exeat.record.rotation`) and destroy the
old one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exeat.errors import LedgerError
from exeat.record.keyfile import FORMS, KEY_BYTES, decoded, read_keys

__all__ = ["ID_BYTES", "VAULT_KEY", "VAULT_KEY_FILE", "MasterKey", "PersonKey", "agency_person"]

VAULT_KEY: Final = "EXEAT_VAULT_KEY"
VAULT_KEY_FILE: Final = "EXEAT_VAULT_KEY_FILE"

ID_BYTES: Final = 8
"""How many bytes of a wrapped key, its first, say under which master key it is."""

_NONCE_BYTES: Final = 12
_AGENCIES: Final = UUID("6f9d6f0e-55d1-4a53-9c1b-0c6f3a8f5a10")


def agency_person(code: str) -> UUID:
    """Return the id under which an agency's own key is wrapped, as a person's is."""
    return uuid5(_AGENCIES, code)


class PersonKey:
    """One person's key, as long as it exists.

    Args:
        key: 32 random bytes.
    """

    __slots__ = ("_mac_key", "_seal")

    def __init__(self, key: bytes) -> None:
        self._seal = AESGCM(hmac.digest(key, b"exeat seal\x01", hashlib.sha256))
        self._mac_key = hmac.digest(key, b"exeat mac\x01", hashlib.sha256)

    def seal(self, data: bytes, about: bytes) -> tuple[bytes, bytes]:
        """Return a nonce, and the data sealed so that it opens only for the same ``about``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce, self._seal.encrypt(nonce, data, about)

    def open(self, nonce: bytes, sealed: bytes, about: bytes) -> bytes | None:
        """Return what was sealed, or None if it was changed or sealed by another key."""
        try:
            return self._seal.decrypt(nonce, sealed, about)
        except (InvalidTag, ValueError):
            return None

    def mac(self, record: UUID, id: str) -> bytes:
        """Return what stands for an id that a client gave, and tells nothing without the key."""
        # A lone surrogate cannot come from JSON that was read, but must not crash either.
        return hmac.digest(
            self._mac_key, record.bytes + id.encode(errors="surrogatepass"), hashlib.sha256
        )


class MasterKey:
    """The key that wraps every person's key.

    Args:
        key: 32 bytes; what is wrapped from now on is under this one.
        old: Earlier master keys, which may still be needed to unwrap.

    Raises:
        LedgerError: A key is not 32 bytes long.

    Examples:
        >>> master = MasterKey(bytes(32))
        >>> master.unwrap(UUID(int=1), master.wrap(UUID(int=1), b"k" * 32), "x") is not None
        True
    """

    def __init__(self, key: bytes, old: Sequence[bytes] = ()) -> None:
        if any(len(one) != KEY_BYTES for one in (key, *old)):
            raise LedgerError.one("E531", "vault key", "is not 32 bytes long", FORMS)
        self._keys = {_key_id(one): AESGCM(one) for one in (key, *old)}
        self.key_id = _key_id(key)
        self._logins = hmac.digest(key, b"exeat database logins", hashlib.sha256)

    @classmethod
    def generate(cls) -> MasterKey:
        """Return a new key that is kept nowhere; for tests and trials."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> MasterKey:
        """Read the key from ``EXEAT_VAULT_KEY``, or from the file ``EXEAT_VAULT_KEY_FILE`` names.

        One key a line, in base64; the first is the present one, further ones are old.

        Raises:
            LedgerError: Neither is set, the file may be read by others, or it holds no key.
        """
        text, path = environ.get(VAULT_KEY), environ.get(VAULT_KEY_FILE)
        if not text and path:
            return cls.of(read_keys(Path(path)))
        if not text or not text.split():
            help = f"Set {VAULT_KEY_FILE} to a file that holds the vault key."
            raise LedgerError.one("E531", VAULT_KEY, "is not set", help)
        return cls.of(decoded(text, VAULT_KEY))

    @classmethod
    def of(cls, keys: Sequence[bytes]) -> MasterKey:
        """Return the keys of a file as one: the first is the present one, further ones are old."""
        return cls(keys[0], keys[1:])

    def wrap(self, person: UUID, key: bytes) -> bytes:
        """Return a person's key, wrapped so that it unwraps for that person only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._keys[self.key_id].encrypt(nonce, key, _about(person))
        return self.key_id + nonce + sealed

    def unwrap_bytes(self, person: UUID, wrapped: bytes, place: str) -> bytes:
        """Return a person's key as bytes.

        Raises:
            LedgerError: It is under another master key, or was changed.
        """
        id, nonce = wrapped[:ID_BYTES], wrapped[ID_BYTES : ID_BYTES + _NONCE_BYTES]
        key = self._keys.get(id)
        if key is None:
            raise self.foreign(id, place)
        try:
            return key.decrypt(nonce, wrapped[ID_BYTES + _NONCE_BYTES :], _about(person))
        except (InvalidTag, ValueError) as error:
            words = "has a person's key that was changed"
            raise LedgerError.one("E533", place, words, "Restore it from a backup.") from error

    def opens(self, id: bytes) -> bool:
        """Say whether what is wrapped under the master key of an id can be unwrapped."""
        return id in self._keys

    @staticmethod
    def foreign(id: bytes, place: str) -> LedgerError:
        """Return the error that names a master key which was not given."""
        words = f"is under the master key `{id.hex()}`, which was not given"
        help = f"Add that key as a further line of the file that {VAULT_KEY_FILE} names."
        return LedgerError.one("E532", place, words, help)

    def unwrap(self, person: UUID, wrapped: bytes, place: str) -> PersonKey:
        """Return a person's key, to seal and open with.

        Raises:
            LedgerError: It is under another master key, or was changed.
        """
        return PersonKey(self.unwrap_bytes(person, wrapped, place))

    def password(self, login: str) -> str:
        """Return the password of a login of the database, which follows from the key alone."""
        return hmac.digest(self._logins, login.encode(), hashlib.sha256).hex()

    def new_person(self, person: UUID) -> bytes:
        """Return a fresh key for a person, wrapped."""
        return self.wrap(person, secrets.token_bytes(KEY_BYTES))


def _about(person: UUID) -> bytes:
    return b"exeat-person/1" + person.bytes


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"exeat master key id" + key).digest()[:ID_BYTES]
