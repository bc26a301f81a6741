"""The verifier's third part: whose a record is, by what nobody can write a second time."""

from __future__ import annotations

from psycopg.rows import dict_row, tuple_row

from exeat.record._rows import Connection
from exeat.record.part import RECORD
from exeat.record.report import Report

__all__ = ["check_standing", "sees_all"]


def sees_all(conn: Connection, schema: str, table: str) -> bool:
    """Say whether this login sees every row of a table that is there."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        params = {"schema": schema, "table": table}
        return cursor.execute(RECORD.query("sees_all"), params).fetchone() is not None


def check_standing(conn: Connection, report: Report) -> None:
    """Compare whose each record is with who entered its first entry, whose person, whose stake.

    The leaf of a record's first entry names the facility that opened it, under the signature.
    """
    with conn.cursor("misplaced", row_factory=dict_row, binary=True) as cursor:
        for row in cursor.execute(RECORD.query("misplaced")):
            said, facility = f"record {row['record']}", row["facility"]
            if row["entered_by"] not in (None, facility):
                words = f"{said} is said to be of `{facility}`, and `{row['entered_by']}` opened it"
                report.add("record", row["seq"], words)
            if row["of_person"] != facility:
                words = f"{said} of `{facility}` is of a person of `{row['of_person']}`"
                report.add("record", row["seq"], words)
            if row["entered_by"] == facility == row["of_person"]:
                words = f"the facilities with a stake in {said} are not `{facility}` alone"
                report.add("stake", row["seq"], words)
