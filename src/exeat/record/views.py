"""Views: what the desk reads fast. A pure function of the ledger.

Invariant: dropping every view and replaying the ledger gives the same views, row by row. They
know no clock: nothing in them changes unless an entry is added.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from exeat.errors import RecordError
from exeat.facts.codec import record_to_json
from exeat.facts.events import Event
from exeat.facts.fold import fold
from exeat.facts.record import CustodyRecord
from exeat.facts.times import bounds, show_when
from exeat.record._rows import Connection, EntryRow, RecordRow, call, rows
from exeat.record.entries import open_entry
from exeat.record.vault import MasterKey, PersonKey

__all__ = ["View", "ViewRow", "drop", "put", "rebuild", "state_of", "view_of"]


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One custody record on the board; nothing in it names the person.

    Attributes:
        record: The record's key.
        version: The last entry that it counts.
        readable: The entries add up to a record. What follows is None where they do not.
        open: The person is in custody here: neither released nor moved on.
        release_said: The scheduled release as it was said.
        release_from: The earliest instant that it can be.
        active_detainers: Immigration requests that are not known to have ended.
    """

    record: UUID
    version: int
    readable: bool
    open: bool | None = None
    release_said: str | None = None
    release_from: datetime | None = None
    active_detainers: int | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What is kept of a record: a row of the board, and the state, which is sealed."""

    board: ViewRow
    state: str
    error: RecordError | None = None


def view_of(key: UUID, version: int, events: Sequence[Event]) -> View:
    """Return the view of a record, from its events alone.

    Args:
        key: The record's key.
        version: How many entries the record has with these events.
        events: All of them.
    """
    try:
        record = fold(events)
    except RecordError as error:
        faults = [str(fault) for fault in error.faults]
        return View(ViewRow(key, version, readable=False), json.dumps({"faults": faults}), error)
    return View(_row_of(key, version, record), record_to_json(record))


def _row_of(key: UUID, version: int, record: CustodyRecord) -> ViewRow:
    when = record.scheduled_release
    return ViewRow(
        record=key,
        version=version,
        readable=True,
        open=record.release is None and not record.transfers,
        release_said=None if when is None else show_when(when),
        release_from=None if when is None else bounds(when, ZoneInfo(record.zone))[0],
        active_detainers=sum(one.open for one in record.detainers),
    )


def put(conn: Connection, view: View, key: PersonKey) -> None:
    """Write a view, unless a newer one is there."""
    row = view.board
    nonce, sealed = key.seal(view.state.encode(), _about(row.record))
    said = {name: getattr(row, name) for name in ViewRow.__slots__}
    call(conn, "put_view", {**said, "nonce": nonce, "sealed": sealed})


def drop(conn: Connection, record: UUID | None = None) -> None:
    """Drop the views of one record, or of all that this login may write."""
    call(conn, "drop_view", {"record": record})


def rebuild(conn: Connection, master: MasterKey) -> int:
    """Drop the views of every record that this login may write, and replay the ledger.

    Returns:
        How many records were replayed. Each is replayed in a transaction of its own.
    """
    count = 0
    for row in rows(conn, RecordRow, "all_records"):
        if row.wrapped_key is None:
            continue
        key = master.unwrap(row.person, row.wrapped_key, f"record `{row.name}`")
        with conn.transaction():
            # Dropping waits for whoever writes this view, so it comes before reading.
            drop(conn, row.record)
            entries = rows(conn, EntryRow, "entries", record=row.record, as_of=None)
            opened = (open_entry(entry, row.record, key).event() for entry in entries)
            events = [event for event in opened if event is not None]
            put(conn, view_of(row.record, len(entries), events), key)
        count += 1
    return count


def state_of(key: PersonKey, record: UUID, nonce: bytes, sealed: bytes) -> str | None:
    """Return the kept state of a record as JSON; None where it does not open.

    Args:
        key: Of the record's person.
        record: The record's key.
        nonce: As it is kept.
        sealed: As it is kept.
    """
    state = key.open(nonce, sealed, _about(record))
    return None if state is None else state.decode()


def _about(record: UUID) -> bytes:
    return b"exeat-custody/1" + record.bytes
