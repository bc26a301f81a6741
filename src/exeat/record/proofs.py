"""The tree as the database holds it: proofs from it, and signed checkpoints over it."""

from __future__ import annotations

from exeat.errors import LedgerError
from exeat.record import merkle
from exeat.record._errors import translated
from exeat.record._rows import Connection, call, values
from exeat.record.checkpoint import Checkpoint, Signer
from exeat.record.steps import reached

__all__ = ["StoredTree", "last_checkpoint", "sign_checkpoint"]

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


def last_checkpoint(conn: Connection) -> tuple[Checkpoint, str] | None:
    """Return the checkpoint that was signed last, and its note; None before the first."""
    found = values(conn, "last_checkpoint")
    if not found:
        return None
    note = str(found[0][2])
    return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n"), note


def sign_checkpoint(conn: Connection, signer: Signer, known: Checkpoint | None = None) -> str:
    """Sign the log as it stands, put the checkpoint on record, and return its note.

    Args:
        conn: A login that may sign.
        signer: The log's key, under the log's name.
        known: A checkpoint that the signer keeps elsewhere; the log must begin with it too.

    Raises:
        LedgerError: The log does not begin with what was signed before: signing it would
            vouch for two histories.
        NotAllowed: This login may not sign.
    """
    with translated("checkpoint"), conn.transaction():
        tree = StoredTree(conn)
        size, root = tree.head()
        last = last_checkpoint(conn)
        earlier = [one for one in (last and last[0], known) if one is not None]
        for one in earlier:
            _refuse_split(tree, one, Checkpoint(signer.name, size, root))
        if last is not None and (last[0].size, last[0].origin) == (size, signer.name):
            return last[1]
        note = signer.sign(Checkpoint(signer.name, size, root))
        reached("checkpoint-signed")
        call(conn, "add_checkpoint", {"size": size, "root": root, "note": note})
        reached("checkpoint-written")
        return note


def _refuse_split(tree: StoredTree, old: Checkpoint, new: Checkpoint) -> None:
    held = old.size <= new.size and merkle.verify_consistency(
        old.size, new.size, old.root, new.root, tree.consistency(old.size, new.size)
    )
    if not held:
        words = f"does not begin with the {old.size} leaves that were signed before"
        help = "Run `exeat verify`. Signing would vouch for two histories."
        raise LedgerError.one("E510", "ledger", words, help)
