"""The verifier of personal data: is everybody in the house still found by name and number?

Personal data are in no entry, so that they can be corrected and destroyed. What a verifier can say
of them is that they are there, that they are this person's, and that the indexes by which the gate
asks for a namesake, a number or a birth date are those of the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from psycopg.rows import dict_row, tuple_row

from exeat.errors import LedgerError
from exeat.office.personal import macs_of, name_macs, open_personal
from exeat.record.part import Connection, Part
from exeat.record.report import Report
from exeat.record.vault import MasterKey, PersonKey, agency_person

__all__ = ["check_personal_rows", "index_keys"]

_BATCH_ROWS: Final = 2000


def index_keys(conn: Connection, master: MasterKey, report: Report) -> dict[str, PersonKey]:
    """Return each agency's own key, by its code; one that does not open is damage."""
    found = {}
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(b"SELECT code::text, wrapped_key FROM exeat_desk.agency").fetchall()
    for code, wrapped in rows:
        try:
            found[code] = master.unwrap(agency_person(code), wrapped, f"agency `{code}`")
        except LedgerError as error:
            report.add("personal", None, str(error.faults[0]).partition("\n")[0])
    return found


def check_personal_rows(
    part: Part, conn: Connection, master: MasterKey | None, report: Report
) -> None:
    """Compare the personal data of every record with their index, and see that none is gone.

    Args:
        part: Whose queries read the table.
        conn: In one transaction that sees one state throughout.
        master: The vault's key, to open what is sealed; None: only whether it is there.
        report: Where to put what is found.
    """
    if conn.execute(part.query("sees_personal")).fetchone() is None:
        report.skip("desk", "this login may not see it")
        return
    for number in _misquoted(part, conn):
        words = f"exeat_desk.log: line {number} is about something else than it was"
        report.add("log", None, words)
    keys = {} if master is None else index_keys(conn, master, report)
    with conn.cursor("personal_kept", row_factory=dict_row, binary=True) as cursor:
        cursor.itersize = _BATCH_ROWS
        for row in cursor.execute(part.query("personal_kept")):
            for words in _differences(row, master, keys):
                report.add("personal", row["seq"], f"record {row['record']}: {words}")


def _differences(
    row: Mapping[str, Any], master: MasterKey | None, keys: Mapping[str, PersonKey]
) -> Iterator[str]:
    there = row["nonce"] is not None
    if row["expunged"]:
        if there:
            yield "was expunged, and still has personal data"
        return
    if not there:
        if row["of_desk"]:
            yield "has no personal data, so that nobody finds the person by name or number"
        return
    if row["of"] != row["agency"]:
        yield f"its personal data are said to be of `{row['of']}`, the record of `{row['agency']}`"
    if row["here"] is not row["in_house"]:
        yield "its index says otherwise than the board whether the person is here"
    if master is not None and row["wrapped_key"] is not None:
        yield from _of_content(row, master, keys.get(row["agency"]))


def _of_content(
    row: Mapping[str, Any], master: MasterKey, index: PersonKey | None
) -> Iterator[str]:
    try:
        key = master.unwrap(row["person"], row["wrapped_key"], "record")
    except LedgerError:
        return  # Said already, of the person.
    try:
        person = open_personal(key, row["record"], row["nonce"], row["sealed"])
    except (KeyError, TypeError, ValueError):
        person = None
    if person is None:
        yield "its personal data do not open: they were changed, or are another person's"
    elif index is not None:
        wanted: dict[str, object] = dict(macs_of(index, person))
        if row["name_macs"] is not None:  # Without, the row is opened each time.
            wanted["name_macs"] = name_macs(index, person.surname)
            wanted["given_macs"] = name_macs(index, person.given_names)
        for column, mac in wanted.items():
            if row[column] != mac:
                yield f"its index {column} is not that of its personal data"


def _misquoted(part: Part, conn: Connection) -> list[int]:
    """Return the lines of the log whose words are not those of the salted hash that is chained."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        return [number for (number,) in cursor.execute(part.query("misquoted"))]
