"""The verifier's fast part: every entry once, in order, hashed anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import Struct
from typing import Final, TypeAlias
from uuid import UUID

from exeat.record._rows import Connection, values
from exeat.record.canonical import LEAF_FORMAT
from exeat.record.checkpoint import Checkpoint
from exeat.record.merkle import EMPTY_ROOT, Frontier, Tree, node_hash
from exeat.record.part import RECORD
from exeat.record.report import Report

__all__ = ["Scan"]

_LEVEL: Final = 8
_BLOCK: Final = 1 << _LEVEL

# COPY in binary form: the number of fields, then each with its length in front.
_ROW: Final = Struct(">h iq i16s ii iq i32s i32s i")
_HEAD: Final = b"PGCOPY\n\xff\r\n\x00"
_HEAD_BYTES: Final = 19
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROS: Final = 1_000_000

_Row: TypeAlias = tuple[int, bytes, int, int, bytes, bytes, bytes]


class Scan:
    """One pass over the entries of a database.

    Args:
        conn: In one transaction that sees one state throughout.
        checkpoints: Those whose roots the log must have at their sizes.
        report: Where to put what is found.
    """

    def __init__(self, conn: Connection, checkpoints: Sequence[Checkpoint], report: Report) -> None:
        self._conn = conn
        self._report = report
        self._due = sorted(checkpoints, key=lambda one: one.size)
        self._versions: dict[bytes, int] = {}
        self._last = -(2**63)
        self._whole = Frontier()  # Its leaves are the blocks: complete subtrees of 256 leaves.
        self._above: list[Tree] = [Tree()]
        self._stored = {(level, index): hash for level, index, hash in values(conn, "stored_nodes")}

    def run(self) -> None:
        """Scan, and complete the report: size, root, damages."""
        block: list[bytes] = []
        expected = 0
        whole = True
        for seq, leaf in self._leaves():
            if seq != expected:
                whole = False
                words = f"is gone, and all up to {seq - 1}" if seq > expected + 1 else "is gone"
                self._report.add("missing", expected, words)
            expected = seq + 1
            if not whole:
                continue  # A tree over what is left would say nothing.
            block.append(leaf)
            if len(block) == _BLOCK:
                self._roots(block)
                self._push(block)
                block = []
        self._report.size = expected
        if whole:
            self._roots(block, last=True)
            self._finish(block, expected)

    def _leaves(self) -> Iterator[tuple[int, bytes]]:
        """Yield each entry's number and the hash that it should have."""
        versions, add, last = self._versions, self._report.add, self._last
        second, stamp = -1, ""
        for seq, record, version, appended, commits, stored, agency in _rows(self._conn):
            if appended // _MICROS != second:
                second = appended // _MICROS
                stamp = (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
            leaf = sha256(
                f'\0{{"agency":"{agency.decode()}",'
                f'"appended":"{stamp}.{appended % _MICROS:06d}Z",'
                f'"commitment":"{commits.hex()}","format":"{LEAF_FORMAT}",'
                f'"record":"{record.hex()}","version":{version}}}'.encode()
            ).digest()
            if leaf != stored:
                add("leaf", seq, "is not what its leaf's hash covers")
            if version != versions.get(record, 0) + 1:
                found = f"has version {version} after {versions.get(record, 0)}"
                add("version", seq, f"record {UUID(bytes=record)} {found}")
            versions[record] = version
            if appended < last:
                add("time", seq, "claims to be older than the entry before it")
            last = appended
            yield seq, leaf

    def _push(self, block: list[bytes]) -> None:
        """Add a block of 256 leaves, and compare what the database has stored of it."""
        for _ in range(_LEVEL):
            pairs = iter(block)
            block = [sha256(b"\1" + one + next(pairs)).digest() for one in pairs]
        index = self._whole.push(block[0])
        self._compare(_LEVEL, index, block[0])
        # Further stored levels, 65536 leaves and up, are whole trees over the one below.
        for height, tree in enumerate(self._above, 2):
            tree.push(block[0])
            if len(tree) < _BLOCK:
                break
            hash = tree.root()
            self._compare(_LEVEL * height, index >> _LEVEL * (height - 1), hash)
            self._above[height - 2] = Tree()
            if height - 1 == len(self._above):
                self._above.append(Tree())
            block = [hash]

    def _compare(self, level: int, index: int, hash: bytes) -> None:
        stored = self._stored.pop((level, index), None)
        if stored is None:
            words = f"the hash over leaves {index << level} and on is not stored"
            self._report.add("tree", None, f"level {level}: {words}")
        elif stored != hash:
            leaves = f"leaves {index << level} to {((index + 1) << level) - 1}"
            words = f"the hash stored over {leaves} does not follow from them"
            self._report.add("tree", None, f"level {level}: {words}")

    def _roots(self, block: list[bytes], *, last: bool = False) -> None:
        """Compare the checkpoints that end in this block."""
        start = self._whole.size << _LEVEL
        while self._due and self._due[0].size <= start + len(block):
            due = self._due.pop(0)
            if self._root(block[: due.size - start]) != due.root:
                words = f"of {due.size} entries has another root than this log had at that size"
                self._report.add("checkpoint", None, f"the checkpoint {words}")
        if last:
            for due in self._due:
                words = f"a checkpoint speaks of {due.size} entries, the log has"
                self._report.add("truncated", None, f"{words} {start + len(block)}")

    def _root(self, block: list[bytes]) -> bytes:
        parts = [*self._whole.hashes]
        if block:
            parts.append(Tree(block).root())
        if not parts:
            return EMPTY_ROOT
        root = parts.pop()
        while parts:
            root = node_hash(parts.pop(), root)
        return root

    def _finish(self, block: list[bytes], size: int) -> None:
        root = self._root(block)
        self._report.root = root.hex()
        ((head_size, frontier),) = values(self._conn, "head")
        if head_size != size:
            words = f"the head says {head_size} entries, the log has {size}"
            self._report.add("truncated" if head_size > size else "tree", None, words)
        elif Frontier(head_size, frontier).root() != root:
            self._report.add("tree", None, "the head's root does not follow from the entries")
        for level, index in self._stored:
            words = f"a hash is stored at index {index} for which there are no leaves"
            self._report.add("tree", None, f"level {level}: {words}")


def _rows(conn: Connection) -> Iterator[_Row]:
    unpack, fixed = _ROW.unpack_from, _ROW.size
    with conn.cursor() as cursor, cursor.copy(RECORD.query("copy_entries")) as copy:
        for chunk in copy:
            data = bytes(chunk)
            if data.startswith(_HEAD):
                data = data[_HEAD_BYTES:]
            if len(data) < fixed:
                continue  # The head or the tail of the stream, alone.
            found = unpack(data)
            yield found[2], found[4], found[6], found[8], found[10], found[12], data[fixed:]
