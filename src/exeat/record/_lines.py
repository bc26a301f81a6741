"""The lists of what was done, read and changed: chained, and signed with each checkpoint.

Such a list is no part of the tree: a line is written with every reading, and would have to wait for
the head. So the lines are chained afterwards, a few at a time, and the checkpoint says in a line of
its own how far each list went, and to what::

    exeat-lines/1 exeat.access 1234 3q2+7w...

The chain begins with SHA-256 of ``exeat-lines/1``, a blank and the list's name, and goes on with
SHA-256 of the chain so far and the next line, as the JSON of its row, in the order of numbers.
Words that an expungement takes away are left out, and stand there as a salted hash. Whoever removes
or changes a line that was signed breaks the chain; one that no checkpoint covers yet can still be
removed unseen.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from psycopg import sql
from psycopg.rows import tuple_row

from exeat.record._rows import Connection, call, values
from exeat.record._standing import sees_all
from exeat.record.checkpoint import Checkpoint
from exeat.record.part import RECORD, Part
from exeat.record.report import Report

__all__ = ["check_lines", "extensions", "seal_lines"]

_FORMAT: Final = "exeat-lines/1"
_EVERY: Final = timedelta(minutes=15)
_BATCH_ROWS: Final = 2000

_LINES: Final = """
    SELECT number, convert_to((jsonb_strip_nulls(to_jsonb(t)) - {beside}::text[])::text, 'UTF8')
    FROM {table} t WHERE number <= {last} ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class _Signed:
    """How far a list went, as a checkpoint says."""

    last: int
    chain: bytes


def seal_lines(conn: Connection) -> None:
    """Chain what came since; a list in which somebody writes for long waits for the next time.

    Args:
        conn: A login that may sign, in no transaction: the lists are locked one after another.
    """
    for place, _ in values(conn, "chained"):
        with conn.transaction():
            call(conn, "seal_lines", {"place": place, "every": _EVERY})


def extensions(conn: Connection) -> tuple[str, ...]:
    """Return the lines of a checkpoint that say how far each list went."""
    return tuple(
        f"{_FORMAT} {place} {last} {base64.b64encode(chain).decode()}"
        for place, last, chain in values(conn, "seals")
    )


def check_lines(
    conn: Connection, parts: Sequence[Part], checkpoints: Sequence[Checkpoint], report: Report
) -> None:
    """Compare every list with what the checkpoints say of it.

    Args:
        conn: In one transaction that sees one state throughout.
        parts: What stands on the record, with the lists that it chains.
        checkpoints: Those that hold for this log.
        report: Where to put what is found.
    """
    signed = _signed(checkpoints, report)
    lists = {place: beside for part in (RECORD, *parts) for place, beside in part.chained.items()}
    for place, beside in lists.items():
        schema, table = place.split(".")
        if not sees_all(conn, schema, table):
            report.skip("logs", "this login may not see all of them")
        elif place in signed:
            _compare(conn, place, beside, signed[place], report)
        elif next(_lines(conn, place, beside, 1 << 62), None) is not None:
            report.skip("logs", f"no signature covers {place} yet")


def _signed(checkpoints: Sequence[Checkpoint], report: Report) -> Mapping[str, list[_Signed]]:
    found: dict[str, dict[int, bytes]] = {}
    for checkpoint in checkpoints:
        for line in checkpoint.extensions:
            if line.partition(" ")[0] != _FORMAT:
                continue
            try:
                _, place, last, chain = line.split(" ")
                said = found.setdefault(place, {})
                known = said.setdefault(int(last), base64.b64decode(chain, validate=True))
                if known != base64.b64decode(chain):
                    report.add("log", None, f"two checkpoints say another chain of {place}")
            except (ValueError, binascii.Error):
                report.add("log", None, f"a checkpoint of {checkpoint.size} entries says `{line}`")
    return {
        place: [_Signed(last, chain) for last, chain in sorted(said.items())]
        for place, said in found.items()
    }


def _compare(
    conn: Connection,
    place: str,
    beside: Sequence[str],
    signed: Sequence[_Signed],
    report: Report,
) -> None:
    chain = sha256(f"{_FORMAT} {place}".encode()).digest()
    lines = _lines(conn, place, beside, signed[-1].last)
    line = next(lines, None)
    first = 1
    for one in signed:
        while line is not None and line[0] <= one.last:
            chain = sha256(chain + line[1]).digest()
            line = next(lines, None)
        if chain != one.chain:
            words = f"{place}: lines {first} to {one.last} are not those that were signed"
            report.add("log", None, words)
            chain = one.chain  # What comes after it is compared by itself.
        first = one.last + 1


def _lines(
    conn: Connection, place: str, beside: Sequence[str], last: int
) -> Iterator[tuple[int, bytes]]:
    text = sql.SQL(_LINES).format(
        beside=sql.Literal(list(beside)),
        table=sql.Identifier(*place.split(".")),
        last=sql.Literal(last),
    )
    with conn.cursor("lines", row_factory=tuple_row, binary=True) as cursor:
        cursor.itersize = _BATCH_ROWS
        yield from cursor.execute(text)
