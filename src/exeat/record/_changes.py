"""The verifier's fifth part: is each row that is kept what its last change on record made it?

What stands beside the entries follows from none of them. But each change leaves a line with a
digest of the row, and the lines are chained and signed (:mod:`exeat.record._lines`). So a row that
was changed, added or removed past the guards shows, and so does a change that was no act.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from psycopg import sql
from psycopg.rows import tuple_row

from exeat.record._rows import Connection
from exeat.record._standing import sees_all
from exeat.record.part import RECORD, Noted, Part
from exeat.record.report import Report

__all__ = ["check_changes"]

_BATCH_ROWS: Final = 2000


def check_changes(conn: Connection, parts: Sequence[Part], report: Report) -> None:
    """Compare every row that is noted with its last line, and name lines of nobody's act.

    Args:
        conn: In one transaction that sees one state throughout.
        parts: What stands on the record, with the tables that it has noted.
        report: Where to put what is found.
    """
    if not sees_all(conn, "exeat", "change"):
        report.skip("rows", "this login may not see the list of changes")
        return
    for one in (one for part in (RECORD, *parts) for one in part.noted):
        _compare(conn, one, report)
    with conn.cursor("by_hand", row_factory=tuple_row) as cursor:
        for number, login, place, key in cursor.execute(RECORD.query("by_hand")):
            words = f"{place} {key}: was changed by the login {login}, and by no act of the desk"
            report.add("row", None, f"{words} (line {number})")


def _compare(conn: Connection, one: Noted, report: Report) -> None:
    schema, table = one.place.split(".")
    if not sees_all(conn, schema, table):
        report.skip("rows", "this login may not see them")
        return
    text = sql.SQL(RECORD.query("noted").decode()).format(
        keys=sql.Literal(one.keys.split()),
        columns=sql.Literal(one.columns.split()),
        table=sql.Identifier(schema, table),
        place=sql.Literal(one.place),
    )
    with conn.cursor("noted", row_factory=tuple_row) as cursor:
        cursor.itersize = _BATCH_ROWS
        for key, gone, never in cursor.execute(text):
            words = (
                "is gone, and no change on record took it away"
                if gone
                else (
                    "stands there, and no change on record put it there"
                    if never
                    else "is not what its last change on record made it"
                )
            )
            report.add("row", None, f"{one.place} {key}: {words}")
