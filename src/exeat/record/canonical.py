"""What a leaf commits to: the canonical bytes of an entry, their seal, and the leaf's own bytes.

::

    content     what was said, as canonical JSON (RFC 8785)
    salt        32 random bytes for this entry alone
    commitment  SHA-256(salt || content)
    leaf        canonical JSON of the commitment and of what must not be moved with it:
                who entered it, when, in which record, at which place in that record

The salt and the content lie in the vault, sealed under the person's key. Once that key is
destroyed, the leaf can still be computed and proved, and says nothing of the content: nobody
can try out contents against a commitment whose salt is gone.

Examples:
    >>> content = canonical({"b": 1.0, "a": "é"}, "x")
    >>> content.decode()
    '{"a":"é","b":1}'
    >>> commitment(bytes(32), content).hex()[:16]
    'ef4a8908d0cc7d25'
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import rfc8785

from exeat.errors import LedgerError

__all__ = ["LEAF_FORMAT", "SALT_BYTES", "Leaf", "canonical", "commitment", "new_salt", "utc_micros"]

SALT_BYTES: Final = 32
LEAF_FORMAT: Final = "exeat-leaf/1"


def canonical(value: Mapping[str, Any], place: str) -> bytes:
    """Return the canonical JSON of an object (RFC 8785), in UTF-8.

    Args:
        value: What JSON can say, and no whole number beyond 2**53 - 1.
        place: What to call it in a message.

    Raises:
        LedgerError: Something in it has no canonical form.
    """
    try:
        return rfc8785.dumps(dict(value))
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise LedgerError.one(
            "E501",
            place,
            f"has no canonical JSON ({error})",
            "Use texts, whole numbers up to 2**53 - 1, finite numbers, lists and objects.",
        ) from error


def new_salt() -> bytes:
    """Return a fresh salt, from the system's source of randomness."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, content: bytes) -> bytes:
    """Return ``SHA-256(salt || content)``.

    The salt has a fixed length, so that no two pairs run together to the same bytes.

    Raises:
        ValueError: The salt is not 32 bytes long.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, this one {len(salt)}")
    return hashlib.sha256(salt + content).digest()


def utc_micros(at: datetime) -> str:
    """Return an instant as leaves write it: UTC, six digits of a second, ``Z``.

    Examples:
        >>> utc_micros(datetime.fromisoformat("2026-03-06T17:30:00-05:00"))
        '2026-03-06T22:30:00.000000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a leaf's hash covers. Nothing in it names a person.

    Attributes:
        agency: Code of the agency whose login entered it.
        appended: When the ledger took it, by the database's clock, never going back.
        commitment: Of the content; see :func:`commitment`.
        record: Random key of the custody record, no booking number.
        version: Place of the entry within its record, from 1, without a gap.
    """

    agency: str
    appended: datetime
    commitment: bytes
    record: UUID
    version: int

    def data(self) -> bytes:
        """Return the leaf's bytes, which are canonical JSON.

        Codes of agencies hold nothing that JSON escapes, which the database enforces too.

        Examples:
            >>> at = datetime.fromisoformat("2026-03-06T22:30Z")
            >>> leaf = Leaf("us-va", at, bytes(32), UUID(int=5), 1)
            >>> leaf.data().decode()[:66]
            '{"agency":"us-va","appended":"2026-03-06T22:30:00.000000Z","commit'
        """
        return (
            f'{{"agency":"{self.agency}","appended":"{utc_micros(self.appended)}",'
            f'"commitment":"{self.commitment.hex()}","format":"{LEAF_FORMAT}",'
            f'"record":"{self.record.hex}","version":{self.version}}}'
        ).encode()
