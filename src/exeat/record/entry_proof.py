"""One entry as text that anybody can check: the leaf, what it commits to, its place in the tree.

An exported bundle holds many of them, the proof of a request one or two. Pure: no database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from exeat.record._hashes import hash_of, line_of
from exeat.record.canonical import SALT_BYTES, Leaf, commitment
from exeat.record.checkpoint import Checkpoint
from exeat.record.entries import Entry
from exeat.record.merkle import leaf_hash, verify_inclusion
from exeat.record.report import Report

__all__ = ["PROOF_FORMAT", "Proofs", "entry_from_json", "entry_to_json", "holds", "proof_text"]

PROOF_FORMAT: Final = "c2sp.org/tlog-proof@v1"


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """Return an entry for JSON: number, salt in hex, and the exact bytes of leaf and content."""
    return {
        "seq": entry.seq,
        "leaf": entry.leaf.data().decode(),
        "salt": None if entry.salt is None else entry.salt.hex(),
        "content": None if entry.content is None else entry.content.decode(),
    }


def entry_from_json(said: Mapping[str, Any]) -> Entry:
    """Read what :func:`entry_to_json` wrote, in the one form that is written.

    Raises:
        ValueError, KeyError, TypeError: It is no entry.
    """
    content = None if said["content"] is None else str(said["content"]).encode()
    salt = None if said["salt"] is None else bytes.fromhex(said["salt"])
    return Entry(int(said["seq"]), _leaf(said["leaf"]), salt, content)


def holds(entry: Entry) -> bool:
    """Say whether salt and content are what the leaf commits to."""
    if entry.salt is None or entry.content is None or len(entry.salt) != SALT_BYTES:
        return False
    return commitment(entry.salt, entry.content) == entry.leaf.commitment


def proof_text(seq: int, proof: Sequence[bytes], note: str) -> str:
    """Return an inclusion proof with its checkpoint, in C2SP tlog-proof form.

    Examples:
        >>> print(proof_text(7, [bytes(32)], "a checkpoint"))
        c2sp.org/tlog-proof@v1
        index 7
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
        <BLANKLINE>
        a checkpoint
    """
    hashes = "".join(f"{line_of(part)}\n" for part in proof)
    return f"{PROOF_FORMAT}\nindex {seq}\n{hashes}\n{note}"


@dataclass(frozen=True, slots=True)
class Proofs:
    """Checks inclusion proofs under one checkpoint.

    Attributes:
        note: The checkpoint's note, with which each proof must end.
        checkpoint: What the note says; None where no key has signed it.
        report: Where to put what is found.
    """

    note: str
    checkpoint: Checkpoint | None
    report: Report

    def check(self, entry: Entry, name: str, text: str) -> None:
        """Put it down where a proof does not show that the entry is in the signed log.

        Args:
            entry: Only its number and its leaf count.
            name: What to call the proof.
            text: As :func:`proof_text` wrote it.
        """
        head, _, note = text.partition("\n\n")
        lines = head.split("\n")
        proof = [hash_of(line) for line in lines[2:]]
        canonical = lines[:2] == [PROOF_FORMAT, f"index {entry.seq}"] and None not in proof
        if not canonical or note != self.note:
            self.report.add("tree", entry.seq, f"{name} is no proof under this checkpoint")
            return
        if self.checkpoint is None:
            return
        size, root = self.checkpoint.size, self.checkpoint.root
        hashes = [part for part in proof if part is not None]
        if not verify_inclusion(entry.seq, size, leaf_hash(entry.leaf.data()), hashes, root):
            self.report.add("leaf", entry.seq, "is not in the log that was signed")


def _leaf(text: str) -> Leaf:
    """Read a leaf's bytes, in the one form that is written."""
    said = json.loads(text)
    leaf = Leaf(
        said["agency"],
        datetime.fromisoformat(said["appended"]),
        bytes.fromhex(said["commitment"]),
        UUID(said["record"]),
        int(said["version"]),
    )
    if leaf.data().decode() != text:
        raise ValueError("another form")
    return leaf
