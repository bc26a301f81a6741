"""Checkpoints: signed notes that say how long the log is and what its root is.

A checkpoint in C2SP tlog-checkpoint form, signed with Ed25519, looks like this::

    us-va-fairfax.example/exeat
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — us-va-fairfax.example/exeat Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URY...

Reading takes the canonical form only: a number or a base64 text that does not print back
the same is refused, so that no two texts stand for one checkpoint.

Source: C2SP tlog-checkpoint and signed-note; RFC 8032 (Ed25519).

Examples:
    >>> signer = Signer.generate("example.org/log")
    >>> note = signer.sign(Checkpoint("example.org/log", 3, bytes(32)))
    >>> open_checkpoint(note, [signer.verifier()]).size
    3
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from exeat.errors import LedgerError

__all__ = [
    "Checkpoint",
    "Signer",
    "Verifier",
    "open_checkpoint",
    "open_note",
    "unsigned_checkpoint",
]

_ED25519: Final = b"\x01"
_DASH: Final = "\N{EM DASH} "
_HASH_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_MAX_NOTE_BYTES: Final = 1_000_000
_MAX_SIGNATURES: Final = 100
_NAME: Final = re.compile(r"[^\s+\x00-\x1f]+")
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long a log is, and its root.

    Attributes:
        origin: The log's own name, such as ``us-va-fairfax.example/exeat``; no space, no ``+``.
        size: Number of leaves.
        root: Root of their Merkle tree, 32 bytes.
        extensions: Further lines. We write none; other logs may.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the text that is signed, with its last newline."""
        lines = (self.origin, str(self.size), _base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str, place: str = "checkpoint") -> Checkpoint:
        r"""Read the signed text; only what :meth:`text` writes.

        Raises:
            LedgerError: It is not in canonical form.

        Examples:
            >>> Checkpoint.parse("example.org/log\n007\nAAAA\n")
            Traceback (most recent call last):
            ...
            exeat.errors.LedgerError: checkpoint, line 2: `007` is no size of a log
              help: Write the number of leaves in digits, with no zero in front.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            words = "has not the three lines of a checkpoint: origin, size, root"
            raise LedgerError.one("E511", place, words, "Give the file as the log wrote it.")
        origin, size, root, *more = lines
        if not _DECIMAL.fullmatch(size):
            raise LedgerError.one(
                "E511",
                f"{place}, line 2",
                f"`{size}` is no size of a log",
                "Write the number of leaves in digits, with no zero in front.",
            )
        hash = _unbase64(root, f"{place}, line 3")
        if len(hash) != _HASH_BYTES:
            words = f"`{root}` is no SHA-256 hash"
            raise LedgerError.one("E511", f"{place}, line 3", words, "Give the line as signed.")
        return cls(origin, int(size), hash, tuple(more))


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under its name, with which signatures are checked.

    Attributes:
        name: Whose key it is; for a log, its origin.
        public: The Ed25519 public key, 32 bytes.
    """

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart: ``SHA-256(name, 0x0A, 0x01, key)[:4]``."""
        whole = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(whole).digest()[:_KEY_ID_BYTES]

    def encode(self) -> str:
        """Return the key as one word: name, key id in hex, type and key in base64, with ``+``."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"

    @classmethod
    def decode(cls, text: str, place: str = "verifier key") -> Verifier:
        """Read what :meth:`encode` writes.

        Raises:
            LedgerError: It is no Ed25519 verifier key, or its parts do not fit together.
        """
        name, key_id, key = _key_parts(text, place)
        verifier = cls(name, key)
        _fits(verifier, key_id, place)
        return verifier

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Say whether the signature over the text is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under its name. Never printed by ``repr``.

    Attributes:
        name: Whose key it is; for a log, its origin.
        secret: The Ed25519 private key, 32 bytes.
    """

    name: str
    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> Signer:
        """Return a new key.

        Raises:
            LedgerError: The name is empty, or has a space or a ``+``.
        """
        _named(name, "name of the log")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def decode(cls, text: str, place: str = "signing key") -> Signer:
        """Read what :meth:`encode` writes.

        Raises:
            LedgerError: It is no Ed25519 signing key. The message does not repeat it.
        """
        if not text.startswith("PRIVATE+KEY+"):
            words = "does not start with `PRIVATE+KEY+`"
            raise LedgerError.one("E512", place, words, "Give the file that held the new key.")
        name, key_id, key = _key_parts(text.removeprefix("PRIVATE+KEY+"), place)
        signer = cls(name, key)
        _fits(signer.verifier(), key_id, place)
        return signer

    def encode(self) -> str:
        """Return the private key as one word. Keep it in a file that only its owner reads."""
        key = _base64(_ED25519 + self.secret)
        return f"PRIVATE+KEY+{self.name}+{self.verifier().key_id.hex()}+{key}"

    def verifier(self) -> Verifier:
        """Return the public key, to be given to everybody."""
        key = Ed25519PrivateKey.from_private_bytes(self.secret)
        return Verifier(self.name, key.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the signed note of a checkpoint."""
        return self.sign_text(checkpoint.text())

    def sign_text(self, text: str) -> str:
        """Return the signed note of any text that ends in a newline."""
        signature = Ed25519PrivateKey.from_private_bytes(self.secret).sign(text.encode())
        return f"{text}\n{_DASH}{self.name} {_base64(self.verifier().key_id + signature)}\n"


def open_checkpoint(
    note: str, verifiers: Iterable[Verifier], place: str = "checkpoint"
) -> Checkpoint:
    """Return the checkpoint of a note that one of the keys has signed.

    Raises:
        LedgerError: The note is not canonical, or no signature by a known key holds.
    """
    return Checkpoint.parse(open_note(note, verifiers, place), place)


def unsigned_checkpoint(note: str, place: str = "checkpoint") -> Checkpoint:
    """Return what a note says, whoever signed it: for a reader without a key, who trusts it not.

    Raises:
        LedgerError: The note is not canonical.
    """
    return Checkpoint.parse(_split(note, place)[0], place)


def open_note(note: str, verifiers: Iterable[Verifier], place: str = "note") -> str:
    """Return the text of a note that one of the keys has signed.

    Signatures by unknown keys are passed over, as the specification demands; one under the
    name and id of a known key that does not hold refuses the whole note.

    Raises:
        LedgerError: The note is not canonical, or no signature by a known key holds.
    """
    text, signatures = _split(note, place)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    held = False
    for name, key_id, signature in signatures:
        verifier = known.get((name, key_id))
        if verifier is None:
            continue
        if not verifier.verify(text.encode(), signature):
            words = f"the signature by `{name}` does not hold"
            raise LedgerError.one("E513", place, words, "Treat it as forged or damaged.")
        held = True
    if not held:
        names = ", ".join(f"`{name}`" for name, _, _ in signatures)
        words = f"no signature is by a key that was given (signed by {names})"
        raise LedgerError.one("E513", place, words, "Give the verifier key of this log.")
    return text


def _split(note: str, place: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text of a note, and each signature as name, key id and bytes."""
    body, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    wild = any(char < " " and char != "\n" for char in note)
    if not gap or wild or lines.pop() or not lines or len(note) > _MAX_NOTE_BYTES:
        raise _no_note(place)
    if len(lines) > _MAX_SIGNATURES:
        raise LedgerError.one("E511", place, f"has {len(lines)} signatures", "Give a smaller one.")
    return body + "\n", [_signature(line, place) for line in lines]


def _signature(line: str, place: str) -> tuple[str, bytes, bytes]:
    name, space, signed = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _NAME.fullmatch(name):
        raise _no_note(place)
    raw = _unbase64(signed, place)
    if len(raw) <= _KEY_ID_BYTES:
        raise _no_note(place)
    return name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:]


def _no_note(place: str) -> LedgerError:
    help = "Give the file as the log wrote it: text, an empty line, lines with signatures."
    return LedgerError.one("E511", place, "is no signed note", help)


def _key_parts(text: str, place: str) -> tuple[str, str, bytes]:
    help = "Give the whole line as it was first printed: name, key id and key, joined by `+`."
    name, _, rest = text.strip().partition("+")
    key_id, _, key = rest.partition("+")
    if not name or not key_id or not key:
        raise LedgerError.one("E512", place, "is no key", help)
    _named(name, place)
    try:
        raw = _unbase64(key, place)
    except LedgerError:
        raw = b""  # Said below, without the text: it may be a private key.
    if raw[:1] != _ED25519 or len(raw) != 1 + _HASH_BYTES:
        raise LedgerError.one("E512", place, "is no Ed25519 key", help)
    return name, key_id, raw[1:]


def _fits(verifier: Verifier, key_id: str, place: str) -> None:
    if verifier.key_id.hex() != key_id:
        words = f"the key id `{key_id}` is not that of this name and key"
        raise LedgerError.one("E512", place, words, "Copy the whole line again.")


def _named(name: str, place: str) -> None:
    if not _NAME.fullmatch(name):
        words = f"`{name}` cannot name a key"
        raise LedgerError.one("E512", place, words, "Use a name without spaces and without `+`.")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str, place: str) -> bytes:
    """Read base64 that prints back the same, and no other."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or _base64(data) != text:
        words = f"`{text[:80]}` is not canonical base64"
        raise LedgerError.one("E511", place, words, "Give the line as it was written.")
    return data
