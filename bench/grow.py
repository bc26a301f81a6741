"""Grow a ledger to a size: the demonstration's week, repeated under new names and keys.

Every copy has its own record, person, key, salts, seals and leaves, made by the functions that the
desk itself uses; only their transport is another: COPY, past the checks of foreign keys, as asking
for each would take a day. `exeat verify` afterwards says whether what was grown is a sound ledger.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from exeat.desk.demo import fill
from exeat.desk.house import House, master_of
from exeat.office.db import agency_person
from exeat.office.models import PersonalData
from exeat.office.personal import blind, open_personal, personal_to_json
from exeat.record import Ledger
from exeat.record._rows import EntryRow, RecordRow, rows, values
from exeat.record._writer import key_of
from exeat.record.canonical import Leaf, canonical
from exeat.record.entries import Content, open_entry, seal
from exeat.record.merkle import node_hash
from exeat.record.vault import MasterKey, PersonKey

FACILITY = "wa-pierce"
SURNAMES = 1500
_CHUNK = 2000
_STEP = timedelta(microseconds=10)  # So that the last is not after the clock.

_COLUMNS = {
    "exeat_vault.person": ("person uuid", "agency text", "wrapped_key bytea"),
    "exeat_vault.record": ("record uuid", "agency text", "name text", "person uuid"),
    "exeat.stake": ("record uuid", "agency text", "role text"),
    "exeat_vault.personal": (
        "record uuid", "agency text", "nonce bytea", "sealed bytea",
        "surname_mac bytea", "number_mac bytea", "born_mac bytea", "here bool",
    ),
    "exeat_vault.custody": ("record uuid", "version int4", "nonce bytea", "sealed bytea"),
    "exeat.board": (
        "record uuid", "version int4", "readable bool", "open bool", "release_said text",
        "release_from timestamptz", "active_detainers int4", "agency text",
    ),
    "exeat.entry": (
        "seq int8", "record uuid", "version int4", "agency text", "appended timestamptz",
        "commitment bytea", "leaf bytea", "mac bytea",
    ),
    "exeat_vault.payload": ("seq int8", "record uuid", "nonce bytea", "sealed bytea"),
    "exeat.node": ("level int2", "index int8", "hash bytea"),
}  # fmt: skip

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One record of the demonstration, in clear, to be repeated."""

    name: str
    facility: str
    contents: tuple[tuple[str, str, bytes], ...]  # id, agency, what was said
    state: bytes
    board: tuple[Any, ...]
    stakes: tuple[tuple[str, str], ...]
    personal: PersonalData

    @property
    def open(self) -> bool:
        """Say whether the person is in custody."""
        return bool(self.board[2])


@dataclass(frozen=True, slots=True)
class Copier:
    """Makes copies of patterns; it goes to other processes."""

    folder: Path
    index: dict[str, bytes]  # The agencies' own keys, in clear.
    patterns: tuple[Pattern, ...]

    def copies(self, wanted: Sequence[tuple[int, int]]) -> tuple[Rows, list[list[tuple[Any, ...]]]]:
        """Return rows for the tables, and sealed entries by record, for (pattern, number) pairs."""
        master = master_of(self.folder)
        index = {code: PersonKey(key) for code, key in self.index.items()}
        tables: Rows = {name: [] for name in _COLUMNS}
        entries = [
            self._copy(master, index, tables, self.patterns[which], number)
            for which, number in wanted
        ]
        return tables, entries

    def _copy(
        self,
        master: MasterKey,
        index: dict[str, PersonKey],
        tables: Rows,
        one: Pattern,
        number: int,
    ) -> list[tuple[Any, ...]]:
        record, person = uuid4(), uuid4()
        name, facility = f"{number:032x}", one.facility
        wrapped = master.new_person(person)
        key = master.unwrap(person, wrapped, name)
        tables["exeat_vault.person"].append((person, facility, wrapped))
        tables["exeat_vault.record"].append((record, facility, name, person))
        tables["exeat.stake"] += [(record, agency, role) for agency, role in one.stakes]
        state = one.state.replace(one.name.encode(), name.encode())
        sealed = key.seal(state, b"exeat-custody/1" + record.bytes)
        tables["exeat_vault.custody"].append((record, one.board[0], *sealed))
        tables["exeat.board"].append((record, *one.board))
        personal = _personal(key, index[facility], record, one.personal, number)
        tables["exeat_vault.personal"].append((record, facility, *personal, one.open))
        found = []
        for id, agency, said in one.contents:
            content = Content(id, said.replace(one.name.encode(), name.encode()))
            entry = seal(content, record, key)
            found.append((record, agency, entry.commitment, entry.mac, entry.nonce, entry.sealed))
        return found


def _personal(
    key: PersonKey, index: PersonKey, record: UUID, person: PersonalData, number: int
) -> tuple[Any, ...]:
    rng = random.Random(number)
    booked = replace(
        person,
        surname=f"Example{rng.randrange(SURNAMES)}",
        booking_number=f"B-{number}",
        fingerprint_id=f"F-{number}",
    )
    data = canonical(personal_to_json(booked), "personal")
    nonce, sealed = key.seal(data, b"exeat-personal/1" + record.bytes)
    born = booked.born.isoformat() if booked.born else ""
    said = (("surname", booked.surname), ("number", booked.booking_number), ("born", born))
    return nonce, sealed, *(blind(index, name, text) for name, text in said)


class Edge:
    """The right edge of the tree, as `exeat.append` keeps it."""

    def __init__(self, size: int, frontier: list[bytes], appended: datetime) -> None:
        self.size, self.frontier, self.appended = size, frontier, appended

    def rows(self, record: list[tuple[Any, ...]], tables: Rows) -> None:
        """Number the entries of one record, hash their leaves, and add all to the tables."""
        for version, (key, agency, commits, mac, nonce, sealed) in enumerate(record, 1):
            self.appended += _STEP
            data = Leaf(agency, self.appended, commits, key, version).data()
            leaf = sha256(b"\0" + data).digest()
            tables["exeat.entry"].append(
                (self.size, key, version, agency, self.appended, commits, leaf, mac)
            )
            tables["exeat_vault.payload"].append((self.size, key, nonce, sealed))
            self._push(leaf, tables["exeat.node"])

    def _push(self, hash: bytes, nodes: list[tuple[Any, ...]]) -> None:
        level = 0
        while self.size >> level & 1:
            hash = node_hash(self.frontier.pop(), hash)
            level += 1
            if level % 8 == 0:
                nodes.append((level, self.size >> level, hash))
        self.frontier.append(hash)
        self.size += 1


def grow(house: House, folder: Path, records: int, in_custody: int) -> int:
    """Grow the ledger of a fresh house to so many records; return how many entries it has then.

    Args:
        house: Open. It is filled with the demonstration's week first.
        folder: Its data folder, for the vault key.
        records: How many custody records there shall be.
        in_custody: How many people shall be in custody at one facility.
    """
    fill(house.desk, house.desk.office.clock())
    with psycopg.connect(house.admin, autocommit=True) as conn:
        known = rows(conn, RecordRow, "all_records")
        patterns = tuple(_pattern(conn, house.master, row) for row in known)
        plan = list(_plan(patterns, records, in_custody))
        copier = Copier(folder, _index(conn, house.master), patterns)
        # Foreign keys are triggers; what is copied is whole in itself.
        conn.execute("SET session_replication_role = replica")
        # Each change says who made it, or the record would not verify.
        conn.execute("SELECT set_config('exeat.actor', 'bench', false)")
        _write(conn, copier, plan)
        conn.execute("SET session_replication_role = origin")
        conn.execute("VACUUM ANALYZE")
        ((size,),) = conn.execute("SELECT size FROM exeat.head").fetchall()
    with Ledger.connect(house.signing, house.master) as ledger:
        ledger.checkpoint(house.signer)
    return int(size)


def _write(conn: Any, copier: Copier, plan: list[tuple[int, int]]) -> None:
    ((size, frontier),) = values(conn, "head")
    now = datetime.now(UTC)
    edge = Edge(size, list(frontier), now)
    chunks = [plan[at : at + _CHUNK] for at in range(0, len(plan), _CHUNK)]
    with get_context("spawn").Pool(2) as pool:
        for tables, entries in pool.imap(copier.copies, chunks):
            for record in entries:
                edge.rows(record, tables)
            # Every chunk leaves a sound ledger behind.
            with conn.transaction():
                for table, found in tables.items():
                    _copy(conn, table, found)
                conn.execute(
                    "UPDATE exeat.head SET size = %s, frontier = %s, appended = %s",
                    [edge.size, edge.frontier, edge.appended],
                )


def _copy(conn: Any, table: str, found: list[tuple[Any, ...]]) -> None:
    names, types = zip(*(column.split() for column in _COLUMNS[table]), strict=True)
    with conn.cursor() as cursor:
        said = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT binary)"
        with cursor.copy(said.encode()) as copy:
            copy.set_types(types)
            for row in found:
                copy.write_row(row)


def _plan(patterns: Sequence[Pattern], records: int, in_custody: int) -> Iterator[tuple[int, int]]:
    """Yield (pattern, number): so many of one house in custody, all others gone."""
    here = [n for n, one in enumerate(patterns) if one.open and one.facility == FACILITY]
    gone = [n for n, one in enumerate(patterns) if not one.open]
    order, total = random.Random(1), max(0, records - len(patterns))
    inside = set(order.sample(range(total), min(max(0, in_custody - len(here)), total)))
    for number in range(total):
        yield order.choice(here if number in inside else gone), number


def _pattern(conn: Any, master: MasterKey, row: RecordRow) -> Pattern:
    key = key_of(master, row)
    assert key is not None and row.name is not None
    raw = rows(conn, EntryRow, "entries", record=row.record, as_of=None)
    entries = [open_entry(entry, row.record, key) for entry in raw]
    contents = []
    for entry in entries:
        said = entry.said()
        assert said is not None and entry.content is not None
        contents.append((str(said["id"]), entry.leaf.agency, entry.content))
    board, custody, personal = (
        conn.execute(f"SELECT * FROM {table} WHERE record = %s", [row.record]).fetchone()
        for table in ("exeat.board", "exeat_vault.custody", "exeat_vault.personal")
    )
    state = key.open(custody[2], custody[3], b"exeat-custody/1" + row.record.bytes)
    person = open_personal(key, row.record, personal[2], personal[3])
    stakes = conn.execute(
        "SELECT agency, role FROM exeat.stake WHERE record = %s", [row.record]
    ).fetchall()
    assert state is not None and person is not None
    return Pattern(
        row.name, row.facility, tuple(contents), state, tuple(board[1:]), tuple(stakes), person
    )


def _index(conn: Any, master: MasterKey) -> dict[str, bytes]:
    found = conn.execute("SELECT code, wrapped_key FROM exeat_desk.agency").fetchall()
    return {
        code: master.unwrap_bytes(agency_person(code), wrapped, code) for code, wrapped in found
    }
