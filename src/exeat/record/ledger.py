"""The ledger: append to a custody record, read it, sign the whole.

Every write is one transaction: the entries, the edge of the tree and the views stand or fall
together, and together with whatever the caller does in a transaction of its own around it.

The steps from a call to the disk are listed in ``docs/design/ledger.md``, "Life of a leaf".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from exeat.errors import ExeatError
from exeat.facts.events import Event
from exeat.facts.fold import fold
from exeat.record import views
from exeat.record._errors import DuplicateDifferent, Expunged, NotFound, translated
from exeat.record._rows import Connection, EntryRow, RecordRow, call, rows, values
from exeat.record._steps import reached
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
from exeat.record.proofs import StoredTree, sign_checkpoint
from exeat.record.vault import MasterKey, PersonKey

__all__ = ["Ledger"]

_ATTEMPTS: Final = 3


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
        self.tree = StoredTree(conn)
        self._keep_views = keep_views

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
        names = {event.record for event in given}
        if len(names) > 1:
            fold(given)  # It names the records that were mixed.
        if not given:
            return ()
        contents = [event_content(event) for event in given]
        _refuse_torn(contents)
        fresh = given if check else ()
        where = (names.pop(), facility, person)
        return self._append(contents, where, expected_version, fresh)

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
        self._found(record, facility)
        return self._append([content], (record, facility, None), expected_version, ())[0]

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
            row = self._found(record, facility)
            call(self.conn, "log_access", {"record": row.record, "what": purpose})
            key = self._key(row)
            entries = rows(self.conn, EntryRow, "entries", record=row.record, as_of=as_of)
        opened = tuple(open_entry(entry, row.record, key) for entry in entries)
        return History(row.record, row.name, row.facility, row.expunged, opened)

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
            key = self._found(record, None).record
            params = {"record": key, "agency": agency, "role": role}
            call(self.conn, "grant_stake", params)

    def checkpoint(self, signer: Signer, known: Checkpoint | None = None) -> str:
        """Sign the log as it stands; see :func:`exeat.record.proofs.sign_checkpoint`."""
        return sign_checkpoint(self.conn, signer, known)

    def shred(self, record: str) -> tuple[UUID, ...]:
        """Expunge the person of a record: destroy their key, for all their records here.

        Each of their records ends with an entry that says so and names nobody. The leaves
        stay, and every proof holds. Nothing can bring the content back but a backup together
        with the master key of its time: see :func:`exeat.record.vault.rotate`.

        Returns:
            The keys of the records expunged.

        Raises:
            NotFound: There is no such record.
            NotAllowed: This login is not the facility's.
        """
        with translated(f"record `{record}`"), self.conn.transaction():
            row = self._found(record, None)
            key = self._key(row)
            assert key is not None  # A record that was expunged has no name to find it by.
            found = values(self.conn, "records_of_person", person=row.person)
            for (one,) in found:
                call(self.conn, "log_access", {"record": one, "what": "shred"})
                self._write(one, [seal(expunged_content(), one, key, open=True)], None)
                views.drop(self.conn, one)
            reached("shred-marked")
            call(self.conn, "shred", {"person": row.person})
            reached("shred-written")
        return tuple(one for (one,) in found)

    def records(self) -> list[RecordRow]:
        """Return every record that this login may see."""
        return rows(self.conn, RecordRow, "all_records")

    def _append(
        self,
        contents: Sequence[Content],
        where: tuple[str, str | None, str | None],
        expected: int | None,
        fresh: Sequence[Event],
    ) -> tuple[Receipt, ...]:
        reached("append-began")
        for attempt in range(_ATTEMPTS):
            try:
                with translated(f"record `{where[0]}`"), self.conn.transaction():
                    receipts = self._once(contents, where, expected, fresh)
                break
            except psycopg.errors.UniqueViolation:
                # Another connection opened the record, or wrote the same ids, meanwhile.
                if attempt == _ATTEMPTS - 1:
                    raise
        reached("append-committed")
        return receipts

    def _once(
        self,
        contents: Sequence[Content],
        where: tuple[str, str | None, str | None],
        expected: int | None,
        fresh: Sequence[Event],
    ) -> tuple[Receipt, ...]:
        row = self._found_or_opened(*where)
        key = self._key(row)
        if key is None:
            words, help = "was expunged", "Open a new record; nothing can be added to this one."
            raise Expunged.one("E504", f"record `{where[0]}`", words, help)
        held = self._held(contents, row.record, key)
        new = {content.id: content for content in contents if content.id not in held}
        reached("append-found")
        if new:
            sealed = [seal(content, row.record, key) for content in new.values()]
            written = self._write(row.record, sealed, expected)
            for content, one, said in zip(new.values(), sealed, written, strict=True):
                seq, version, appended, agency = said
                held[content.id] = Receipt(
                    content.id, seq, row.record, version, appended, agency, one.commitment
                )
            reached("append-written")
            if fresh or self._keep_views:
                self._settle(row, key, check=bool(fresh))
            reached("append-viewed")
        return tuple(held[content.id] for content in contents)

    def _settle(self, row: RecordRow, key: PersonKey, *, check: bool) -> None:
        """Check that all that is now on record adds up, and bring the views into step."""
        entries = rows(self.conn, EntryRow, "entries", record=row.record, as_of=None)
        opened = tuple(open_entry(entry, row.record, key) for entry in entries)
        history = History(row.record, row.name, row.facility, row.expunged, opened)
        view = views.view_of(history)
        if check and view.error is not None:
            raise view.error
        if self._keep_views:
            views.put(self.conn, view, key)

    def _held(
        self, contents: Sequence[Content], record: UUID, key: PersonKey
    ) -> dict[str, Receipt]:
        """Return receipts of those contents that are on record already."""
        by_mac = {key.mac(record, content.id): content for content in contents}
        held = {}
        for row in rows(self.conn, EntryRow, "entries_by_mac", record=record, macs=[*by_mac]):
            content = by_mac[row.mac]
            if open_entry(row, record, key).content != content.data:
                raise _torn(content.id)
            held[content.id] = Receipt(
                content.id, row.seq, record, row.version, row.appended, row.agency, row.commitment
            )
        return held

    def _write(
        self, record: UUID, sealed: Sequence[Any], expected: int | None
    ) -> list[tuple[Any, ...]]:
        return values(
            self.conn,
            "append",
            record=record,
            expected=expected,
            macs=[one.mac for one in sealed],
            commitments=[one.commitment for one in sealed],
            nonces=[one.nonce for one in sealed],
            sealed=[one.sealed for one in sealed],
        )

    def _found_or_opened(self, name: str, facility: str | None, person: str | None) -> RecordRow:
        found = rows(self.conn, RecordRow, "find_record", name=name, facility=facility)
        if not found and facility is None:
            key = uuid4()
            params = {
                "name": name,
                "record": uuid4(),
                "ref": person,
                "person": key,
                "wrapped_key": self.master.new_person(key),
            }
            call(self.conn, "open_record", params)
        return found[0] if found else self._found(name, facility)

    def _found(self, record: str | UUID, facility: str | None) -> RecordRow:
        if isinstance(record, UUID):
            found = rows(self.conn, RecordRow, "get_record", record=record)
        else:
            found = rows(self.conn, RecordRow, "find_record", name=record, facility=facility)
        if not found:
            words = "is not on record, or this login has no stake in it"
            help = "Check the id and the facility's code, and the login."
            raise NotFound.one("E507", f"record `{record}`", words, help)
        return found[0]

    def _key(self, row: RecordRow) -> PersonKey | None:
        if row.wrapped_key is None:
            return None
        return self.master.unwrap(row.person, row.wrapped_key, f"record `{row.name}`")


def _refuse_torn(contents: Sequence[Content]) -> None:
    seen: dict[str, bytes] = {}
    for content in contents:
        if seen.setdefault(content.id, content.data) != content.data:
            raise _torn(content.id)


def _torn(id: str) -> ExeatError:
    return DuplicateDifferent.one(
        "E506",
        f"event `{id}`",
        f"the id `{id}` stands for another content already",
        "Give each event an id of its own; to change one, send an event `corrected`.",
    )
