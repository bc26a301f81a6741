"""The proof of a request: its receipt and its answer, as the ledger holds them, for its sender.

The sender has no stake in the record that holds them, and needs none: the proof is text, and
is checked offline with the log's key. As JSON::

    format      exeat-request-proof/1
    request     its number
    key         the log's verifier key, for convenience; trust one got elsewhere
    checkpoint  the last signed note of size and root of the log; null before the first
    receipt     one entry, or null where it came in before receipts were entered:
                text     the signed receipt
                seq      number of the leaf
                leaf     the bytes of the leaf: agency, appended, commitment, record, version
                salt     in hex; SHA-256 of salt and content is the commitment
                content  the bytes of the content, which holds the text
                proof    C2SP tlog-proof under the checkpoint; null until one covers the entry
    answer      likewise; null while there is none
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from exeat.errors import LedgerError
from exeat.record._rows import EntryRow, values
from exeat.record.checkpoint import Checkpoint, Verifier, open_note
from exeat.record.consistency import Consistency, compare_with_known, known_checkpoints
from exeat.record.entries import (
    Entry,
    answer_id,
    answered_content,
    open_entry,
    received_content,
)
from exeat.record.entry_proof import Proofs, entry_from_json, entry_to_json, holds, proof_text
from exeat.record.ledger import Ledger
from exeat.record.proofs import last_checkpoint
from exeat.record.report import Report
from exeat.record.request_text import ANSWER_FORMAT, RECEIPT_FORMAT, read_text
from exeat.record.verify import checkpoint_of

__all__ = ["ProvedText", "RequestProof", "check_request_proof", "prove_request", "verify_request"]

REQUEST_PROOF_FORMAT: Final = "exeat-request-proof/1"
_MAX_BYTES: Final = 1_000_000
_HELP: Final = "Give the file as `/api/v1/requests/{request}/proof` answered."


@dataclass(frozen=True, slots=True)
class ProvedText:
    """A signed text and its entry; see the module."""

    text: str
    seq: int
    leaf: str
    salt: str
    content: str
    proof: str | None


@dataclass(frozen=True, slots=True)
class RequestProof:
    """What proves a request; see the module."""

    format: str
    request: str
    key: str
    checkpoint: str | None
    receipt: ProvedText | None
    answer: ProvedText | None


def prove_request(
    ledger: Ledger,
    request: UUID,
    leaves: tuple[int | None, int | None],
    key: Verifier,
    taken_back: int = 0,
) -> RequestProof:
    """Return the proof of a request.

    Args:
        ledger: Acting for the facility that got it.
        request: Its number.
        leaves: The entries of its receipt and of its answer; None for one that has none.
        key: The log's key.
        taken_back: How many earlier answers were taken back.

    Raises:
        LedgerError: The entry that is named is not there, or is of something else.
    """
    last = last_checkpoint(ledger.conn, key)
    last = last_checkpoint(ledger.conn, key)
    ids = f"{request.hex}.received", answer_id(request, taken_back)
    receipt, answer = (
        None if seq is None else _proved(ledger, seq, id, last)
        for seq, id in zip(leaves, ids, strict=True)
    )
    note = None if last is None else last[1]
    return RequestProof(REQUEST_PROOF_FORMAT, request.hex, key.encode(), note, receipt, answer)


def _proved(ledger: Ledger, seq: int, id: str, last: tuple[Checkpoint, str] | None) -> ProvedText:
    entry = _entry(ledger, seq)
    said = (None if entry is None else entry.said()) or {}
    if entry is None or said.get("id") != id:
        words = f"is not `{id}`, as the row of the request says"
        raise LedgerError.one("E510", f"entry {seq}", words, "Run `exeat verify`.")
    proof = None
    if last is not None and seq < last[0].size:
        proof = proof_text(seq, ledger.tree.inclusion(seq, last[0].size), last[1])
    return ProvedText(text=said["text"], proof=proof, **entry_to_json(entry))


def _entry(ledger: Ledger, seq: int) -> Entry | None:
    """Return an entry that stands in clear; no other opens without a key."""
    found = values(ledger.conn, "entry_at", seq=seq)
    if not found:
        return None
    record, *row = found[0]
    return open_entry(EntryRow(*row), record, None)


def verify_request(
    path: Path,
    verifiers: Sequence[Verifier] = (),
    *,
    known: Iterable[str] = (),
    proofs: Sequence[Consistency] = (),
) -> Report:
    """Verify the proof of a request in a file; see :func:`check_request_proof`.

    Raises:
        LedgerError: The file holds no such proof.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise LedgerError.one("E542", str(path), "is too large for a proof", _HELP)
        said = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        words = f"cannot be read as the proof of a request ({error})"
        raise LedgerError.one("E542", str(path), words, _HELP) from error
    return check_request_proof(said, verifiers, known=known, proofs=proofs, place=str(path))


def check_request_proof(
    said: Mapping[str, Any],
    verifiers: Sequence[Verifier] = (),
    *,
    known: Iterable[str] = (),
    proofs: Sequence[Consistency] = (),
    place: str = "proof",
) -> Report:
    """Check the proof of a request, with nothing but itself and the log's key.

    Args:
        said: The proof as JSON reads it.
        verifiers: Keys of the log, got from somewhere else than the proof. Without, it is only
            compared with itself, by the key that it names.
        known: Notes of checkpoints kept elsewhere. The proof must be of their history.
        proofs: Proofs of consistency that the reader got from the log, where sizes differ.
        place: What to call it in a message.

    Returns:
        What was found. ``exit_code`` is 0 only where receipt, and answer if there is one, are
        under a checkpoint that one of the keys has signed.

    Raises:
        LedgerError: It is no such proof at all, or a known checkpoint cannot be read.
    """
    parts = _parts(said, place)
    report = Report()
    keys = list(verifiers) or [Verifier.decode(str(said["key"]), f"{place}, `key`")]
    note, checkpoint = said["checkpoint"], None
    if note is not None:
        checkpoint = checkpoint_of(str(note), keys, "checkpoint", report)
    compare_with_known(checkpoint, known_checkpoints(known, keys), proofs, report)
    inclusion = Proofs(str(note), checkpoint, report)
    for what, part in parts.items():
        _Part(what, UUID(hex=str(said["request"])), keys, inclusion).check(part)
    report.size = len(parts)
    # A checkpoint that covers none of it vouches for nothing here.
    report.trusted = report.trusted and bool(verifiers) and not report.unproved and bool(parts)
    return report


def _parts(said: Mapping[str, Any], place: str) -> dict[str, Mapping[str, Any]]:
    """Return receipt and answer, as far as they are there."""
    try:
        UUID(hex=str(said["request"]))
        whole = said["format"] == REQUEST_PROOF_FORMAT and {"key", "checkpoint"} <= set(said)
        found = {what: said[what] for what in ("receipt", "answer") if said[what] is not None}
    except (ValueError, KeyError, TypeError):
        whole, found = False, {}
    if not whole or not all(isinstance(part, Mapping) for part in found.values()):
        raise LedgerError.one("E542", place, "is no proof of a request", _HELP)
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """Checks one entry of a proof."""

    what: str
    request: UUID
    keys: Sequence[Verifier]
    proofs: Proofs

    def check(self, said: Mapping[str, Any]) -> None:
        report = self.proofs.report
        try:
            entry = entry_from_json(said)
            text, proof = str(said["text"]), said["proof"]
        except (ValueError, KeyError, TypeError):
            report.add("leaf", None, f"the {self.what} is no entry")
            return
        if not holds(entry) or entry.content not in self._contents(entry, text):
            report.add("payload", entry.seq, "the content is not what the leaf commits to")
        else:
            report.opened += 1
        self._signed(entry.seq, text)
        if proof is None:
            report.unproved += 1
        else:
            self.proofs.check(entry, f"the proof of the {self.what}", str(proof))

    def _contents(self, entry: Entry, text: str) -> tuple[bytes, ...]:
        """Return the content that an entry of this text has."""
        if self.what == "receipt":
            return (received_content(self.request, text).data,)
        # An answer that followed one which was taken back has its number in its id.
        id = str((entry.said() or {}).get("id"))
        number = id.removeprefix(f"{answer_id(self.request)}.")
        after = int(number) if number.isdecimal() and number.isascii() else 0
        return (answered_content(self.request, text, after).data,)

    def _signed(self, seq: int, text: str) -> None:
        """Put it down where the desk did not sign the text, or where it is of something else."""
        report, said = self.proofs.report, read_text(text)
        try:
            open_note(text, self.keys, self.what)
        except LedgerError as error:
            report.add("payload", seq, f"{self.what}: {error.faults[0].message}")
        wanted = RECEIPT_FORMAT if self.what == "receipt" else ANSWER_FORMAT
        if (said["format"], said.get("request")) != (wanted, self.request.hex):
            report.add("payload", seq, f"its text is no {self.what} of request {self.request.hex}")
