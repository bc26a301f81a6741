"""The verifier behind the auditor's page: the whole ledger, at the click of a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

import psycopg

from exeat.desk.pages.views import Verified
from exeat.desk.part import PARTS
from exeat.office.context import Context
from exeat.record.checkpoint import Verifier
from exeat.record.kept import Kept
from exeat.record.verify import verify_database

__all__ = ["checker"]

_SHOWN = 20
_STATES = {0: "sound", 1: "damaged", 2: "damaged", 3: "unsigned", 4: "unsigned"}


def checker(
    conninfo: str, verifiers: Sequence[Verifier], kept: Kept | None = None
) -> Callable[[Context], Verified]:
    """Return what verifies a ledger, without opening a content, and says what it passed over.

    No auditor sees contents, and a large ledger takes minutes to open; the command does it all.

    Args:
        conninfo: How to connect as an administrator or an auditor of the database.
        verifiers: Keys of this log.
        kept: The file of kept checkpoints, with which the log is compared.

    Returns:
        A call that takes who asks. One runs at a time: a second one waits.
    """
    lock = Lock()

    def check(ctx: Context) -> Verified:
        with lock, psycopg.connect(conninfo, autocommit=True) as conn:
            notes = [] if kept is None else kept.notes()
            report = verify_database(conn, verifiers, parts=PARTS, kept=notes)
        state = _STATES[report.exit_code]
        return Verified(
            state="part" if state == "sound" and report.unlooked else state,
            entries=report.size,
            signed=report.signed_size,
            root=report.root,
            checked=ctx.now,
            faults=tuple(str(damage) for damage in report.damages[:_SHOWN]),
            unlooked=tuple(report.unlooked),
        )

    return check
