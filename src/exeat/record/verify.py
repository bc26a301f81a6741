"""The verifier of a live database: does everything on record follow from what was signed?

It believes nothing that the database has computed: leaf hashes, tree and root are computed
anew from the entries, contents are opened and compared with their commitments, and every
checkpoint must be signed by a key that the reader got elsewhere and must hold for this very
log. What no verifier can see from a log alone is a tail that was cut off together with its
checkpoints: give it a checkpoint that was kept elsewhere.

It reads as an administrator or as an auditor; an auditor cannot open contents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from struct import Struct
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from exeat.errors import LedgerError
from exeat.record._report import Report
from exeat.record._rows import Connection, values
from exeat.record.canonical import LEAF_FORMAT
from exeat.record.checkpoint import Checkpoint, Verifier, open_checkpoint
from exeat.record.merkle import Frontier, leaf_hash
from exeat.record.queries import query

__all__ = ["verify_database"]

_BLOCK_LEVEL: Final = 8
_BLOCK: Final = 1 << _BLOCK_LEVEL
# COPY in binary form: the number of fields, then each with its length in front.
_ROW: Final = Struct(">h iq i16s ii iq i32s i32s i")
_COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\x00"
_COPY_HEAD_BYTES: Final = 19
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def verify_database(
    conn: Connection,
    verifiers: Sequence[Verifier] = (),
    *,
    known: Iterable[str] = (),
    contents: Iterable[Report] = (),
) -> Report:
    raise NotImplementedError
