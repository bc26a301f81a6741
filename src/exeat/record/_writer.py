"""How an append becomes entries: found or opened, compared, sealed, written, viewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from exeat.errors import ExeatError
from exeat.record import views
from exeat.record._errors import (
    DuplicateDifferent,
    Expunged,
    NotFound,
    StaleVersion,
    translated,
)
from exeat.record._rows import Connection, EntryRow, RecordRow, call, rows, values
from exeat.record.entries import Content, Receipt, Sealed, event_of, open_entry, seal
from exeat.record.steps import reached
from exeat.record.vault import MasterKey, PersonKey

__all__ = ["Target", "Writer", "find", "key_of", "write"]

# Each try that fails means that another writer of the same record succeeded.
_ATTEMPTS: Final = 20


@dataclass(frozen=True, slots=True)
class Target:
    """The record to append to.

    Attributes:
        name: Its id in events; None: that of the requests to this login's own facility.
        facility: Code of the facility; None: this login's own.
        person: The facility's own id of the person, for when the record opens.
    """

    name: str | None
    facility: str | None = None
    person: str | None = None

    @property
    def place(self) -> str:
        """What to call it in a message."""
        return "record of requests" if self.name is None else f"record `{self.name}`"


@dataclass(frozen=True, slots=True)
class Writer:
    """Appends to records over one connection.

    Attributes:
        conn: In autocommit, or in a transaction of the caller.
        master: The vault's master key.
        keep_views: Write the view of the record too.
    """

    conn: Connection
    master: MasterKey
    keep_views: bool

    def append(
        self,
        target: Target,
        contents: Sequence[Content],
        expected: int | None,
        *,
        check: bool,
    ) -> tuple[Receipt, ...]:
        """Append contents to a record, all or none; see :meth:`exeat.record.Ledger.append`."""
        reached("append-began")
        _refuse_torn(contents)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with translated(target.place), self.conn.transaction():
                    receipts = self._once(target, contents, expected, check=check)
                break
            except (psycopg.errors.UniqueViolation, StaleVersion):
                # Somebody opened the record, or added to it, between our reading and writing.
                # Where the caller said what to expect, that is for the caller to know.
                if attempt == _ATTEMPTS or expected is not None:
                    raise
        reached("append-committed")
        return receipts

    def _once(
        self,
        target: Target,
        contents: Sequence[Content],
        expected: int | None,
        *,
        check: bool,
    ) -> tuple[Receipt, ...]:
        row = self._found_or_opened(target)
        key = key_of(self.master, row)
        if key is None:
            words, help = "was expunged", "Open a new record; nothing can be added to this one."
            raise Expunged.one("E504", target.place, words, help)
        held = self._held(contents, row.record, key)
        # By id: an event that is given twice in one call is one entry.
        new = {content.id: content for content in contents if content.id not in held}
        reached("append-found")
        if new:
            # The requests to a facility are no custody, so there is nothing to view.
            keep = self.keep_views and target.name is not None
            held |= self._written(
                row.record, key, [*new.values()], expected, check=check, keep=keep
            )
        return tuple(held[content.id] for content in contents)

    def _written(
        self,
        record: UUID,
        key: PersonKey,
        new: Sequence[Content],
        expected: int | None,
        *,
        check: bool,
        keep: bool,
    ) -> dict[str, Receipt]:
        """Write contents that are not on record yet, and their view where it is kept."""
        view = None
        if check or keep:
            # Before writing: from then on every other writer waits for this transaction.
            view = self._view(record, key, new)
            if check and view.error is not None:
                raise view.error
            expected = view.board.version - len(new) if expected is None else expected
        sealed = [seal(content, record, key) for content in new]
        written = write(self.conn, record, sealed, expected)
        reached("append-written")
        if view is not None and keep:
            views.put(self.conn, view, key)
        reached("append-viewed")
        return {
            content.id: _receipt(content.id, record, one.commitment, said)
            for content, one, said in zip(new, sealed, written, strict=True)
        }

    def _view(self, record: UUID, key: PersonKey, new: Sequence[Content]) -> views.View:
        entries = rows(self.conn, EntryRow, "entries", record=record, as_of=None)
        events = [open_entry(entry, record, key).event() for entry in entries]
        # Read from their contents, so that a replay reads the very same.
        events += [event_of(content.data, f"event `{content.id}`") for content in new]
        said = [event for event in events if event is not None]
        return views.view_of(record, len(entries) + len(new), said)

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
            said = (row.seq, row.version, row.appended, row.agency)
            held[content.id] = _receipt(content.id, record, row.commitment, said)
        return held

    def _found_or_opened(self, target: Target) -> RecordRow:
        name, facility = target.name, target.facility
        if name is None:
            return self._requests()
        found = rows(self.conn, RecordRow, "find_record", name=name, facility=facility)
        if not found and facility is None:
            key = uuid4()
            params = {
                "name": name,
                "record": uuid4(),
                "ref": target.person,
                "person": key,
                "wrapped_key": self.master.new_person(key),
            }
            call(self.conn, "open_record", params)
        return found[0] if found else find(self.conn, name, facility)

    def _requests(self) -> RecordRow:
        """Return the record of the requests to this facility; open it for the first one."""
        found = rows(self.conn, RecordRow, "find_requests")
        if not found:
            person = uuid4()
            wrapped = self.master.new_person(person)
            params = {"record": uuid4(), "person": person, "wrapped_key": wrapped}
            call(self.conn, "open_requests", params)
            found = rows(self.conn, RecordRow, "find_requests")
        return found[0]


def write(
    conn: Connection, record: UUID, sealed: Sequence[Sealed], expected: int | None
) -> list[tuple[Any, ...]]:
    """Write sealed entries; return seq, version, time and agency of each."""
    return values(
        conn,
        "append",
        record=record,
        expected=expected,
        macs=[one.mac for one in sealed],
        commitments=[one.commitment for one in sealed],
        nonces=[one.nonce for one in sealed],
        sealed=[one.sealed for one in sealed],
    )


def find(conn: Connection, record: str | UUID, facility: str | None) -> RecordRow:
    """Return a record by its id in events, or by its key.

    Raises:
        NotFound: There is none, or this login has no stake in it.
    """
    if isinstance(record, UUID):
        found = rows(conn, RecordRow, "get_record", record=record)
    else:
        found = rows(conn, RecordRow, "find_record", name=record, facility=facility)
    if not found:
        words = "is not on record, or this login has no stake in it"
        help = "Check the id and the facility's code, and the login."
        raise NotFound.one("E507", f"record `{record}`", words, help)
    return found[0]


def key_of(master: MasterKey, row: RecordRow) -> PersonKey | None:
    """Return the key of a record's person; None once it was destroyed."""
    if row.wrapped_key is None:
        return None
    return master.unwrap(row.person, row.wrapped_key, f"record `{row.name}`")


def _receipt(id: str, record: UUID, commits: bytes, said: tuple[Any, ...]) -> Receipt:
    seq, version, appended, agency = said
    return Receipt(id, seq, record, version, appended, agency, commits)


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
