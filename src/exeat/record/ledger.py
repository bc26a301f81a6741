"""The ledger: append to a custody record, read it, sign the whole.

Every write is one transaction: the entries, the edge of the tree and the views stand or fall
together, and together with whatever the caller does in a transaction of its own around it.

The steps from a call to the disk are listed in ``docs/design/ledger.md``, "Life of a leaf".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any
from uuid import UUID

import psycopg

from exeat.errors import RecordError
from exeat.facts.events import Event
from exeat.record import views
from exeat.record._errors import translated
from exeat.record._rows import Connection, EntryRow, RecordRow, call, rows, values
from exeat.record._writer import Target, Writer, find, key_of, write
from exeat.record.checkpoint import Checkpoint, Signer
from exeat.record.entries import (
    Content,
    History,
    Receipt,
    answer_content,
    event_content,
    expunged_content,
    open_entry,
    seal,
)
from exeat.record.kept import Kept
from exeat.record.proofs import StoredTree
from exeat.record.signing import sign_log
from exeat.record.steps import reached
from exeat.record.vault import MasterKey

__all__ = ["Ledger"]


class Ledger:
    """One connection to the ledger, acting for one agency.

    Args:
        conn: In autocommit; this class opens and ends its own transactions.
        master: The vault's master key.
        keep_views: Keep the views in step with every write. Without, rebuild them afterwards.

    Raises:
        ValueError: The connection is not in autocommit, so that nobody could say when a
            write takes effect.
    """

    def __init__(self, conn: Connection, master: MasterKey, *, keep_views: bool = True) -> None:
        if not conn.autocommit:
            raise ValueError("give the ledger a connection in autocommit")
        self.conn = conn
        self.master = master
        self._writer = Writer(conn, master, keep_views)

    @classmethod
    def connect(cls, conninfo: str, master: MasterKey, *, agency: str | None = None) -> Ledger:
        """Connect as a login, acting for one of its agencies; for its only one by default."""
        conn: Connection = psycopg.connect(conninfo, autocommit=True)
        conn.execute(
            "SELECT set_config('exeat.agency', %s, false), set_config('timezone', 'UTC', false)",
            [agency or ""],
        )
        return cls(conn, master)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.conn.close()

    @property
    def tree(self) -> StoredTree:
        """The tree as it stands; a new one each time, as a rollback may take leaves back."""
        return StoredTree(self.conn)

    def append(
        self,
        events: Iterable[Event],
        *,
        expected_version: int | None = None,
        person: str | None = None,
        facility: str | None = None,
        check: bool = True,
    ) -> tuple[Receipt, ...]:
        """Append events of one record, all or none; those on record already are not doubled.

        Args:
            events: Of one custody record. The first ones open it.
            expected_version: The version that was read before deciding; None: do not ask.
            person: The facility's own id of the person, so that records of one person share
                a key; None: a person of its own for each record. Used when a record opens.
            facility: Code of the facility, for a login that is not the facility's.
            check: Refuse events that do not add up to a record with those on record.

        Returns:
            A receipt for each event, in the order given; the first one's for a repeated event.

        Raises:
            StaleVersion: Somebody else has added to the record since.
            DuplicateDifferent: An id is on record with another content.
            RecordError: The events do not add up, and ``check`` is set.
            NotAllowed: The login may not write to this record.
            Expunged: The record's content was destroyed by order.
        """
        given = tuple(events)
        if not given:
            return ()
        names = sorted({event.record for event in given})
        if len(names) > 1:
            words = f"are of {' and '.join(f'`{name}`' for name in names)}"
            help = "Append the events of one record at a time."
            raise RecordError.one("E107", "events", words, help)
        contents = [event_content(event) for event in given]
        target = Target(names[0], facility, person)
        return self._writer.append(target, contents, expected_version, check=check)

    def append_answer(
        self,
        record: str,
        id: str,
        answer: Mapping[str, Any],
        *,
        expected_version: int | None = None,
        facility: str | None = None,
    ) -> Receipt:
        """Put an answer that was given about a record beside its events.

        Args:
            record: Id of the custody record, which must be open.
            id: Given by the client; never used twice in the record.
            answer: As JSON objects are.
            expected_version: The version that the answer rests on; None: do not ask.
            facility: Code of the facility, for a login that is not the facility's.

        Raises:
            LedgerError: As :meth:`append` does.
        """
        content = answer_content(id, record, answer)
        find(self.conn, record, facility)  # An answer opens no record.
        target = Target(record, facility)
        return self._writer.append(target, [content], expected_version, check=False)[0]

    def append_of_requests(self, contents: Sequence[Content]) -> tuple[Receipt, ...]:
        """Enter receipts of requests to this facility, or answers to them.

        They stand in one record, which is no custody record: it has no id in events, no view,
        and no agency but the facility has a stake in it. It opens with the first of them.

        Args:
            contents: Of :func:`exeat.record.entries.received_content` or ``answered_content``.

        Returns:
            A receipt for each; the first one's where it is on record already.

        Raises:
            DuplicateDifferent: The request is on record with another text.
            NotAllowed: This login is no facility's desk.
        """
        return self._writer.append(Target(None), contents, None, check=False)

    def read(
        self,
        record: str | UUID,
        *,
        facility: str | None = None,
        as_of: datetime | None = None,
        purpose: str = "read",
    ) -> History:
        """Return a record's entries, and write down that this login saw them.

        Args:
            record: Its id in events, or its key, which outlives an expungement.
            facility: Code of the facility; this login's own by default.
            as_of: Only what the ledger had by this instant. For what an agency says that it
                knew, use ``history.fold(known_at=...)``.
            purpose: ``read`` or ``export``, for the list of accesses.

        Raises:
            NotFound: There is none, or this login has no stake in it.
        """
        place = f"record `{record}`"
        with translated(place), self.conn.transaction():
            row = find(self.conn, record, facility)
            call(self.conn, "log_access", {"record": row.record, "what": purpose})
            key = key_of(self.master, row)
            entries = rows(self.conn, EntryRow, "entries", record=row.record, as_of=as_of)
        opened = tuple(open_entry(entry, row.record, key) for entry in entries)
        return History(row.record, row.name, row.facility, row.expunged, opened)

    def noted(self, record: UUID, what: str) -> None:
        """Write down that this login's agency saw a record, which another one read for it.

        Raises:
            NotAllowed: It has no stake in the record.
        """
        with translated(f"record `{record}`"):
            call(self.conn, "log_access", {"record": record, "what": what})

    def share(self, record: str, agency: str, role: str) -> None:
        """Let another agency see a record of this facility.

        Args:
            record: Its id in events.
            agency: Code of the agency, or of counsel.
            role: ``issuer`` or ``counsel``.

        Raises:
            NotAllowed: This login is not the facility's.
        """
        with translated(f"record `{record}`"), self.conn.transaction():
            key = find(self.conn, record, None).record
            params = {"record": key, "agency": agency, "role": role}
            call(self.conn, "grant_stake", params)

    def checkpoint(
        self, signer: Signer, known: Checkpoint | None = None, *, kept: Kept | None = None
    ) -> str:
        """Sign the log as it stands, and return the note; see :func:`sign_log`."""
        return sign_log(self.conn, signer, kept, known=known).note

    def shred(self, record: str) -> tuple[UUID, ...]:
        """Expunge the person of a record: destroy their key, for all their records here.

        Each of their records ends with an entry that says so and names nobody. The leaves
        stay, and every proof holds. Nothing can bring the content back but a backup together
        with the master key of its time: see :func:`exeat.record.rotation.change_key`.

        Returns:
            The keys of the records expunged.

        Raises:
            NotFound: There is no such record.
            NotAllowed: This login is not the facility's.
        """
        with translated(f"record `{record}`"), self.conn.transaction():
            row = find(self.conn, record, None)
            key = key_of(self.master, row)
            assert key is not None  # A record that was expunged has no name to find it by.
            marked: list[UUID] = []
            # From the first entry on every other writer waits, so the second look misses none
            # that was opened meanwhile.
            while found := self._records_of(row.person, but=marked):
                for one in found:
                    call(self.conn, "log_access", {"record": one, "what": "shred"})
                    write(self.conn, one, [seal(expunged_content(), one, key)], None)
                    views.drop(self.conn, one)
                marked += found
            reached("shred-marked")
            call(self.conn, "shred", {"person": row.person})
            reached("shred-written")
        return tuple(marked)

    def _records_of(self, person: UUID, but: Sequence[UUID]) -> list[UUID]:
        found = values(self.conn, "records_of_person", person=person)
        return [one for (one,) in found if one not in but]

    def records(self) -> list[RecordRow]:
        """Return every custody record that this login may see."""
        return rows(self.conn, RecordRow, "all_records")
