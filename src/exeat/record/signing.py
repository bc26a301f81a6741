"""Signing: one checkpoint over the log as it stands, after all that was signed before.

The steps, in one transaction that keeps every other signer of this database waiting:

1. Read what was signed before: on record, by its signature alone, and in the file beside the key.
2. Prove that the log begins with each of them. If it does not, sign nothing: a signature would
   vouch for two histories. (``LedgerError`` E510)
3. Sign, and keep the note in the file. (``checkpoint-signed``, ``checkpoint-kept``)
4. Put it on record. (``checkpoint-written``)

A desk that dies between 3 and 4 has kept a true checkpoint that is not on record yet; the next
signature puts it there. The other way about, the file would know less than the database, which
somebody else may write anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import psycopg

from exeat.errors import LedgerError
from exeat.record import merkle
from exeat.record._errors import translated
from exeat.record._lines import extensions, seal_lines
from exeat.record._rows import Connection, call
from exeat.record.checkpoint import Checkpoint, Signer, Verifier
from exeat.record.kept import Kept, KeptCheckpoint
from exeat.record.proofs import OnRecord, StoredTree, last_checkpoint, on_record
from exeat.record.steps import reached

__all__ = ["Signed", "begin_anew", "newest_signed", "sign_log"]

_WAIT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Signed:
    """What came of signing.

    Attributes:
        checkpoint: What is signed now.
        note: Its signed note.
        bad: Numbers of rows on record, after the last good one, that this log's key has not signed.
        gone: Checkpoints that were kept are no longer on record.
    """

    checkpoint: Checkpoint
    note: str
    bad: tuple[int, ...] = ()
    gone: bool = False


def sign_log(
    conn: Connection,
    signer: Signer,
    kept: Kept | None = None,
    *,
    known: Checkpoint | None = None,
    at: datetime | None = None,
) -> Signed:
    """Sign the log as it stands, keep the checkpoint, and put it on record.

    Args:
        conn: A login that may sign.
        signer: The log's key, under the log's name.
        kept: The file beside the key. Without one, whoever has the database can rewrite history.
        known: A checkpoint that was kept elsewhere; the log must begin with it too.
        at: When it is signed, to be kept with it; now by default.

    Raises:
        LedgerError: The log does not begin with what was signed before (E510), or nobody can tell,
            as the file is gone (E515). Nothing is signed then.
        NotAllowed: This login may not sign.
    """
    with translated("checkpoint"):
        seal_lines(conn)
    with translated("checkpoint"), conn.transaction():
        _alone(conn)
        # Before the head: the log may grow in between, and never shrinks.
        before = on_record(conn, signer.verifier())
        latest = [] if kept is None else kept.latest(2)
        tree = StoredTree(conn)
        size, root = tree.head()
        new = Checkpoint(signer.name, size, root, extensions(conn))
        if kept is not None and not latest:
            _may_begin(kept, before, size)
        _refuse_splits(tree, new, before, latest[:1], () if known is None else (known,))
        note = _same(new, before, latest[:1]) or signer.sign(new)
        reached("checkpoint-signed")
        if kept is not None and (not latest or latest[0].note != note):
            kept.add(note, at or datetime.now(UTC))
        if latest and note != latest[0].note:
            _catch_up(conn, before, latest[0])
        if before.last is None or before.last[1] != note:
            call(conn, "add_checkpoint", {"size": size, "root": root, "note": note})
        reached("checkpoint-written")
        return Signed(new, note, before.bad, _are_gone(before, latest))


def begin_anew(
    conn: Connection, signer: Signer, kept: Kept, *, known: Iterable[Checkpoint] = ()
) -> Signed:
    """Begin the file of kept checkpoints anew, and sign the log as it stands now.

    For a file that was lost, the first start after an upgrade, and a log that was restored to an
    earlier state. What the former file said is set aside, not deleted. Whoever has a checkpoint of
    it that the log does not begin with will be told so by the verifier, and rightly.

    Args:
        conn: As for :func:`sign_log`.
        signer: The log's key.
        kept: The file.
        known: Checkpoints that were kept elsewhere; if the log does not begin with each, nothing
            is done.

    Raises:
        LedgerError: The log does not begin with ``known``, or with what its database has signed.
    """
    with translated("checkpoint"), conn.transaction():
        _alone(conn)
        before = on_record(conn, signer.verifier())
        tree = StoredTree(conn)
        new = Checkpoint(signer.name, *tree.head())
        _refuse_splits(tree, new, before, [], tuple(known))
        kept.set_aside(datetime.now(UTC))
        kept.begin()
        if before.last is not None:
            kept.add(before.last[1], datetime.now(UTC))
        return sign_log(conn, signer, kept)


def newest_signed(
    conn: Connection, key: Verifier, kept: Kept | None
) -> tuple[Checkpoint, str] | None:
    """Return the newest checkpoint with its note: the larger of what was kept and is on record.

    What the database no longer has, or never should have had, is no matter: what was signed was
    kept.
    """
    newest = None if kept is None else kept.newest()
    found = [last_checkpoint(conn, key), None if newest is None else newest.pair]
    return max((one for one in found if one), key=lambda one: one[0].size, default=None)


def _alone(conn: Connection) -> None:
    """Keep every other signer of this log waiting until the transaction ends."""
    try:
        call(conn, "wait_to_sign", {"seconds": str(_WAIT_SECONDS)})
        call(conn, "lock_signing", {})
    except psycopg.errors.LockNotAvailable as error:
        words = f"somebody has kept others from signing for {_WAIT_SECONDS} seconds"
        help = "Try again. If it stays so, see who holds the lock: `SELECT * FROM pg_locks`."
        raise LedgerError.one("E509", "checkpoint", words, help) from error


def _may_begin(kept: Kept, before: OnRecord, size: int) -> None:
    """Refuse to begin where something was signed and nobody can tell what."""
    if before.last is None and (kept.begun() or size == 0):
        if not kept.begun():
            kept.begin()
        return
    words = f"holds no checkpoint that this log's key has signed, and the log has {size} entries"
    help = (
        "Bring the file back beside the key. If it is lost, or this is the first start after an "
        "upgrade: verify the record, with a checkpoint that was kept elsewhere if there is one, "
        "then run `exeat checkpoint --begin-anew`."
    )
    raise LedgerError.one("E515", str(kept.path), words, help)


def _catch_up(conn: Connection, before: OnRecord, newest: KeptCheckpoint) -> None:
    """Put on record what a desk kept and died before it could, where the log has gone on since."""
    one = newest.checkpoint
    if before.last is None or (before.last[1] != newest.note and before.last[0].size <= one.size):
        call(conn, "add_checkpoint", {"size": one.size, "root": one.root, "note": newest.note})


def _same(new: Checkpoint, before: OnRecord, latest: list[KeptCheckpoint]) -> str | None:
    """Return the note of this very state, if one was signed."""
    notes = [one.pair for one in latest]
    if before.last is not None:
        notes.append(before.last)
    return next(
        (note for one, note in notes if (one.size, one.extensions) == (new.size, new.extensions)),
        None,
    )


def _refuse_splits(
    tree: StoredTree,
    new: Checkpoint,
    before: OnRecord,
    latest: list[KeptCheckpoint],
    known: Iterable[Checkpoint],
) -> None:
    """Refuse where the log does not begin with one of those that were signed."""
    earlier = [(one.checkpoint, "in the file beside the key") for one in latest]
    if before.last is not None:
        earlier.append((before.last[0], "on record"))
    earlier += [(one, "kept elsewhere") for one in known]
    for old, where in earlier:
        held = old.size <= new.size and merkle.verify_consistency(
            old.size, new.size, old.root, new.root, tree.consistency(old.size, new.size)
        )
        if not held or old.origin != new.origin:
            words = f"does not begin with the {old.size} leaves that were signed before ({where})"
            help = "Run `exeat verify`. Signing would vouch for two histories."
            raise LedgerError.one("E510", f"ledger of {new.size} entries", words, help)


def _are_gone(before: OnRecord, latest: list[KeptCheckpoint]) -> bool:
    """Say whether checkpoints were taken out of the database.

    The newest alone may be missing: it is kept before it is put on record.
    """
    if not latest:
        return False
    return before.last is None or before.last[0].size < latest[-1].checkpoint.size
