"""The verifier of a live database: does everything on record follow from what was signed?

It believes nothing that the database has computed: leaf hashes, tree and root are computed
anew from the entries, contents are opened and compared with their commitments, and every
checkpoint must be signed by a key that the reader got elsewhere and must hold for this very
log. What no verifier can see from a log alone is a tail that was cut off together with its
checkpoints: give it a checkpoint that was kept elsewhere.

What the parts above the record keep of their own is held against the ledger too.

It reads as an administrator or as an auditor, who cannot open contents and sees no requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psycopg

from exeat.errors import LedgerError
from exeat.record._changes import check_changes
from exeat.record._contents import Contents
from exeat.record._lines import check_lines
from exeat.record._made import check_made
from exeat.record._rows import Connection, values
from exeat.record._scan import Scan
from exeat.record._standing import check_standing, sees_all
from exeat.record.checkpoint import Checkpoint, Verifier, open_checkpoint, unsigned_checkpoint
from exeat.record.consistency import known_checkpoints
from exeat.record.part import RECORD, Part
from exeat.record.report import Report
from exeat.record.vault import MasterKey

__all__ = ["checkpoint_of", "verify_database"]


def verify_database(
    conn: Connection,
    verifiers: Sequence[Verifier] = (),
    *,
    parts: Sequence[Part],
    master: MasterKey | None = None,
    known: Iterable[str] = (),
    kept: Sequence[str] = (),
) -> Report:
    """Verify a whole ledger in its database.

    Args:
        conn: As an administrator or an auditor, in autocommit and in no transaction.
        verifiers: Keys of this log, got from somewhere else than the log.
        parts: What stands on the record; each compares its own tables with the ledger.
        master: The vault's key, to open contents; None: verify the leaves only.
        known: Notes of checkpoints that the reader has kept elsewhere.
        kept: Notes that the desk keeps beside its key, in the order of signing; all of them must
            be on record, and the log must begin with the last.

    Returns:
        What was found. ``exit_code`` is 0 only where nothing is damaged and a signature by
        one of the keys holds.

    Raises:
        LedgerError: The login may not read the ledger, or a known checkpoint cannot be read.
    """
    report = Report()
    others = known_checkpoints([*known, *kept[-1:]], verifiers)
    if not others:
        report.skip("known", "none was given")
    try:
        with conn.transaction():
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            conn.execute(RECORD.query("plainly"))
            signed = _signed(conn, verifiers, others, kept, report)
            Scan(conn, signed, report).run()
            if master is None:
                report.unopened = report.size
                report.skip("contents", "the vault key was not given")
            else:
                Contents(conn, master, report).run()
            if sees_all(conn, "exeat_vault", "record"):
                check_standing(conn, report)
            else:
                report.skip("desk", "this login may not see it")
            check_made(conn, parts, report)
            check_lines(conn, parts, signed, report)
            check_changes(conn, parts, report)
            for part in parts:
                if part.check is not None:
                    part.check(part, conn, master, report)
    except psycopg.errors.InsufficientPrivilege as error:
        words = f"cannot be read by this login ({error.diag.message_primary})"
        help = "Verify as an administrator, or as an auditor without the vault key."
        raise LedgerError.one("E503", "ledger", words, help) from error
    if report.damages_of("checkpoint", "truncated"):
        report.trusted = False
    return report


def checkpoint_of(
    note: str, verifiers: Sequence[Verifier], place: str, report: Report
) -> Checkpoint | None:
    """Return what a note says if one of the keys signed it; put it down as damage if not.

    Without any key its text is returned as it stands, and trusted by nobody.
    """
    try:
        if not verifiers:
            return unsigned_checkpoint(note, place)
        checkpoint = open_checkpoint(note, verifiers, place)
    except LedgerError as error:
        report.add("checkpoint", None, str(error.faults[0]).partition("\n")[0])
        return None
    report.checkpoints += 1
    report.signed_size = max(report.signed_size, checkpoint.size)
    report.trusted = True
    return checkpoint


def _signed(
    conn: Connection,
    verifiers: Sequence[Verifier],
    others: Sequence[Checkpoint],
    kept: Sequence[str],
    report: Report,
) -> list[Checkpoint]:
    """Return every checkpoint whose root the log must have at its size."""
    found: list[Checkpoint] = []
    notes: set[str] = set()
    last = 0
    for number, (size, root, note) in enumerate(values(conn, "checkpoints"), 1):
        place = f"checkpoint {number}"
        notes.add(note)
        checkpoint = checkpoint_of(note, verifiers, place, report)
        if checkpoint is None:
            continue
        if (checkpoint.size, checkpoint.root) != (size, root):
            report.add("checkpoint", None, f"{place}: its row says another size or root")
        if checkpoint.size < last:
            report.add("checkpoint", None, f"{place}: is of fewer entries than the one before")
        last = max(last, checkpoint.size)
        found.append(checkpoint)
    _all_on_record(kept, notes, report)
    for other in others:
        report.compared += 1
        if verifiers:
            report.checkpoints += 1
            report.signed_size = max(report.signed_size, other.size)
            report.trusted = True
    return [*found, *others]


def _all_on_record(kept: Sequence[str], notes: set[str], report: Report) -> None:
    """Find checkpoints that were signed and are gone from the database.

    The last one alone may not be there yet: it is kept first, so that a desk which dies in between
    has kept too much and not too little.
    """
    due = kept if not notes else kept[:-1]
    gone = [note for note in due if note not in notes]
    if gone:
        words = f"{len(gone)} that the desk has kept are not on record, the first of"
        report.add("checkpoint", None, f"{words} {unsigned_checkpoint(gone[0]).size} entries")
