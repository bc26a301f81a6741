"""The verifier's second part: contents are opened, record by record, and the views replayed.

A view decides what the desk does: who is on the board, who is swept, what the gate asks. So a view
that does not follow from the entries is damage as much as an entry that was changed.

It holds one record at a time, whatever the size of the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row, tuple_row

from exeat.errors import ExeatError, LedgerError
from exeat.facts.codec import record_from_json
from exeat.facts.events import Event
from exeat.record._rows import Connection
from exeat.record.entries import RECORD_EXPUNGED, event_of, open_payload
from exeat.record.part import RECORD
from exeat.record.report import Report
from exeat.record.vault import MasterKey, PersonKey
from exeat.record.views import ViewRow, state_of, view_of

__all__ = ["Contents", "key_in"]

_BATCH_ROWS: Final = 2000

_Entry = tuple[UUID, int, int, bytes, bytes, bytes | None, bytes | None]


def key_in(
    master: MasterKey, bound_to: UUID, wrapped: bytes | None, place: str, report: Report
) -> PersonKey | None:
    """Unwrap a key; None where there is none, and damage where it does not open."""
    if wrapped is None:
        return None
    try:
        return master.unwrap(bound_to, wrapped, place)
    except LedgerError as error:
        report.add("payload", None, str(error.faults[0]).partition("\n")[0])
        return None


@dataclass(slots=True)
class _Found:
    """What the entries of one record say."""

    entries: int = 0
    last_seq: int | None = None
    events: list[Event] = field(default_factory=list)
    gone: int | None = None
    expunged: bool = False
    whole: bool = True
    misnamed: bool = False


class Contents:
    """One pass over all contents.

    Args:
        conn: In one transaction that sees one state throughout.
        master: The vault's master key.
        report: Where to put what is found.
    """

    def __init__(self, conn: Connection, master: MasterKey, report: Report) -> None:
        self._conn = conn
        self._master = master
        self._report = report

    def run(self) -> None:
        """Open every content, and compare each record's views with a replay of its entries."""
        entries = self._entries()
        waiting = next(entries, None)
        for row in self._records():
            # Both come in the order of the records' keys.
            while waiting is not None and waiting[0] < row["record"]:
                self._homeless(*waiting)
                waiting = next(entries, None)
            if waiting is not None and waiting[0] == row["record"]:
                self._record(row, waiting[1])
                waiting = next(entries, None)
            else:
                self._record(row, iter(()))
        while waiting is not None:
            self._homeless(*waiting)
            waiting = next(entries, None)

    def _entries(self) -> Iterator[tuple[UUID, Iterator[_Entry]]]:
        with self._conn.cursor("contents", row_factory=tuple_row, binary=True) as cursor:
            cursor.itersize = _BATCH_ROWS
            rows: Iterator[_Entry] = iter(cursor.execute(RECORD.query("contents")))
            yield from groupby(rows, key=lambda row: row[0])

    def _records(self) -> Iterator[Mapping[str, Any]]:
        with self._conn.cursor("records_kept", row_factory=dict_row, binary=True) as cursor:
            cursor.itersize = _BATCH_ROWS
            yield from cursor.execute(RECORD.query("records_kept"))

    def _homeless(self, record: UUID, entries: Iterator[_Entry]) -> None:
        for _, seq, *_ in entries:
            words = f"is of record {record}, which is gone"
            self._report.add("record", seq, words)

    def _record(self, row: Mapping[str, Any], entries: Iterator[_Entry]) -> None:
        place = f"person {row['person']}"
        key = key_in(self._master, row["person"], row["wrapped_key"], place, self._report)
        found = _Found()
        for _, seq, version, commits, mac, nonce, sealed in entries:
            found.whole &= version == found.entries + 1
            found.entries, found.last_seq = version, seq
            self._one(row, key, found, (seq, commits, mac, nonce, sealed))
        if found.gone is not None and not found.expunged:
            words = f"the content of record {row['record']} is gone, and no entry says why"
            self._report.add("expunged", found.gone, words)
        if found.misnamed:
            words = f"record {row['record']} has another id than its entries say"
            self._report.add("record", None, words)
        if row["kind"] == "custody":
            self._views(row, key, found)

    def _one(
        self,
        row: Mapping[str, Any],
        key: PersonKey | None,
        found: _Found,
        entry: tuple[int, bytes, bytes, bytes | None, bytes | None],
    ) -> None:
        seq, commits, mac, nonce, sealed = entry
        if nonce is None or sealed is None:
            found.whole = False
            self._report.add("payload", seq, "has no content in the vault")
            return
        if nonce and row["expunged"]:
            self._report.expunged += 1
            found.gone = seq if found.gone is None else found.gone
            return
        opened = open_payload(row["record"], commits, nonce, sealed, key)
        if opened is None:
            found.whole = False
            self._report.add("payload", seq, "the content is not what the leaf commits to")
            return
        self._report.opened += 1
        said: dict[str, Any] = json.loads(opened[1])
        if not nonce and said.get("entry") == RECORD_EXPUNGED:
            found.expunged = True
        elif key is not None and key.mac(row["record"], said["id"]) != mac:
            self._report.add("payload", seq, "is filed under another id than its content has")
        if row["kind"] == "custody":
            self._keep(row, found, said, opened[1], seq)

    def _keep(
        self, row: Mapping[str, Any], found: _Found, said: dict[str, Any], data: bytes, seq: int
    ) -> None:
        if "record" in said and said["record"] != row["name"]:
            found.misnamed = True
        try:
            event = event_of(data, f"entry {seq}")
        except ExeatError as error:
            found.whole = False
            words = f"cannot be read ({error.faults[0].message})"
            self._report.add("payload", seq, words)
            return
        if event is not None:
            found.events.append(event)

    def _views(self, row: Mapping[str, Any], key: PersonKey | None, found: _Found) -> None:
        for words in _differences(row, key, found):
            self._report.add("view", found.last_seq, f"record {row['record']}: {words}")


def _differences(row: Mapping[str, Any], key: PersonKey | None, found: _Found) -> Iterator[str]:
    on_board, kept = row["version"] is not None, row["nonce"] is not None
    if row["expunged"]:
        if on_board or kept:
            yield "was expunged, and still has a view"
        return
    if not found.entries:
        yield "has no entry"
        return
    if not found.whole or key is None:
        return  # Said already, and nothing can be replayed.
    if not on_board:
        yield "is not on the board, where its entries put it"
    if not kept:
        yield "has no view of what its entries add up to"
    view = view_of(row["record"], found.entries, found.events)
    if on_board:
        yield from _of_board(row, view.board)
    if kept:
        yield from _of_state(row, key, view.state, readable=view.board.readable)


def _of_board(row: Mapping[str, Any], replayed: ViewRow) -> Iterator[str]:
    for name in ViewRow.__slots__:
        if row[name] != getattr(replayed, name):
            words = f"its board row says {name} `{row[name]}`, a replay of its entries"
            yield f"{words} `{getattr(replayed, name)}`"
    if row["board_agency"] != row["agency"]:
        yield f"stands on the board of `{row['board_agency']}`, and is of `{row['agency']}`"


def _of_state(
    row: Mapping[str, Any], key: PersonKey, replayed: str, *, readable: bool
) -> Iterator[str]:
    if row["custody_version"] != row["version"]:
        yield "its view and its board row count other entries"
    state = state_of(key, row["record"], row["nonce"], row["sealed"])
    if state is None:
        yield "its view does not open: it was changed, or is another record's"
    elif readable and not _same(state, replayed):
        yield "its view is not what its entries add up to"


def _same(state: str, replayed: str) -> bool:
    """Compare two states; as records, since an older version may have written the same shorter."""
    if state == replayed:
        return True
    try:
        return record_from_json(state) == record_from_json(replayed)
    except ExeatError:
        return False
