"""The tree as the database holds it: proofs from it, and the checkpoints on record over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from exeat.errors import LedgerError
from exeat.record import merkle
from exeat.record._rows import Connection, values
from exeat.record.checkpoint import Checkpoint, Verifier, open_checkpoint

__all__ = ["OnRecord", "StoredTree", "last_checkpoint", "on_record"]

_PAST_EVERY_ROW: Final = 2**31
_BATCH: Final = 20
_MOST_BAD: Final = 1000
_STRIDE = 8  # Levels between stored subtrees, as exeat.append stores them.


class StoredTree:
    """Answers for complete subtrees out of the database, reading at most 128 rows for each.

    Args:
        conn: Any login of the application or an auditor; leaf hashes are for all.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._known: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree.

        Raises:
            LedgerError: The database does not hold all that is under it.
        """
        found = self._known.get((level, index))
        if found is None:
            run = level % _STRIDE
            base = level - run
            hashes = self._stored(base, index << run, (index + 1) << run)
            found = self._known[level, index] = merkle.root_of(merkle.Tree(hashes).node, 1 << run)
        return found

    def head(self) -> tuple[int, bytes]:
        """Return size and root of the log at this moment."""
        ((size, frontier),) = values(self._conn, "head")
        return size, merkle.Frontier(size, frontier).root()

    def root(self, size: int) -> bytes:
        """Return the root of the first leaves."""
        return merkle.root_of(self.node, size)

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """Return the proof that a leaf stands in the tree of that size."""
        return merkle.inclusion_proof(self.node, seq, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that one tree begins with another."""
        return merkle.consistency_proof(self.node, old, new)

    def _stored(self, level: int, first: int, after: int) -> list[bytes]:
        if level == 0:
            found = values(self._conn, "leaves", first=first, after=after)
        else:
            found = values(self._conn, "nodes", level=level, first=first, after=after)
        if len(found) != after - first:
            words = f"lacks hashes of the tree at level {level} from {first}"
            raise LedgerError.one("E510", "ledger", words, "Run `exeat verify`.")
        return [hash for (hash,) in found]


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What the database holds of signed checkpoints.

    Attributes:
        last: The last one that this log's key has signed, and its note; None before the first.
        bad: Numbers of later rows that it has not signed: somebody else has put them there.
    """

    last: tuple[Checkpoint, str] | None
    bad: tuple[int, ...]


def on_record(conn: Connection, key: Verifier) -> OnRecord:
    """Return what the database holds of signed checkpoints, from the last row back.

    A row is text that somebody has put into a table. It counts by its signature alone.
    """
    bad: list[int] = []
    before = _PAST_EVERY_ROW
    while len(bad) < _MOST_BAD:
        found = values(conn, "latest_checkpoints", before=before, most=_BATCH)
        for number, note in found:
            try:
                return OnRecord((open_checkpoint(note, [key]), note), tuple(bad))
            except LedgerError:
                bad.append(number)
        if len(found) < _BATCH:
            break
        before = found[-1][0]
    return OnRecord(None, tuple(bad))


def last_checkpoint(conn: Connection, key: Verifier) -> tuple[Checkpoint, str] | None:
    """Return the last checkpoint that the log's key has signed, and its note; None before it."""
    return on_record(conn, key).last
