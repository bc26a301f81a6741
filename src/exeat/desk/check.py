"""The verifier of requests: does the desk's table say what the ledger says?

The desk may change its rows, and nobody its entries. So a row that is gone, altered, or put
there by hand shows against the signed receipt, and the signed answer, that the ledger holds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row, tuple_row

from exeat.errors import LedgerError
from exeat.office.check import index_keys
from exeat.office.personal import macs_of, name_macs, personal_from_json
from exeat.record.canonical import commitment
from exeat.record.entries import (
    ANSWER_TAKEN_BACK,
    REQUEST_ANSWERED,
    REQUEST_RECEIVED,
    answer_id,
    open_payload,
)
from exeat.record.part import Connection, Part
from exeat.record.report import Report
from exeat.record.request_text import read_text
from exeat.record.vault import MasterKey, PersonKey

__all__ = ["check_requests"]

_BATCH_ROWS: Final = 2000
_ENTRIES: Final = (REQUEST_RECEIVED, REQUEST_ANSWERED, ANSWER_TAKEN_BACK)

# By the id of the entry: its number, and the signed text.
_Said = dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _Keys:
    """What opens a request: the vault's key, and each agency's own, by its code."""

    master: MasterKey
    index: Mapping[str, PersonKey]


def check_requests(part: Part, conn: Connection, master: MasterKey | None, report: Report) -> None:
    """Compare every receipt and answer in the ledger with the desk's table, and the table with it.

    Only as an administrator of a database with a desk; for any other login this does nothing.

    Args:
        part: Whose queries read the table.
        conn: In one transaction that sees one state throughout.
        master: The vault's key, to compare what was sent with its receipt; None: do not.
        report: Where to put what is found.
    """
    if conn.execute(part.query("sees_requests")).fetchone() is None:
        report.skip("desk", "this login may not see it")
        return
    said = _entries(part, conn, report, reported=master is not None)
    keys = None if master is None else _Keys(master, index_keys(conn, master, report))
    taken_back = _check_taken_back(part, conn, said, report)
    with conn.cursor("requests", row_factory=dict_row, binary=True) as cursor:
        cursor.itersize = _BATCH_ROWS
        for row in cursor.execute(part.query("requests_on_file")):
            number = row["request"].hex
            received, answered = (
                said.pop(f"{number}.received", None),
                said.pop(answer_id(row["request"], taken_back[row["request"]]), None),
            )
            found = _differences(row, received, answered, keys)
            for seq, words in (*found, *_stands(conn, part, row, keys)):
                report.add("request", seq, f"request {number}: {words}")
    for id, (seq, _) in said.items():
        report.add("request", seq, f"request {id.partition('.')[0]}: its row is gone from the desk")


def _check_taken_back(part: Part, conn: Connection, said: _Said, report: Report) -> Counter[UUID]:
    """Compare every answer that was taken back with the ledger; return how many a request has."""
    found: Counter[UUID] = Counter()
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(part.query("taken_back_on_file")):
            request: UUID = row["request"]
            answered = said.pop(answer_id(request, found[request]), None)
            found[request] += 1
            back = said.pop(f"{request.hex}.taken-back.{row['number']}", None)
            for words in _differences_taken_back(row, found[request], answered, back):
                report.add("request", row["leaf"], f"request {request.hex}: {words}")
    return found


def _differences_taken_back(
    row: Mapping[str, Any],
    number: int,
    answered: tuple[int, str] | None,
    back: tuple[int, str] | None,
) -> Iterator[str]:
    if row["number"] != number:
        yield f"an answer that was taken back before number {row['number']} is gone from the desk"
    if back != (row["leaf"], row["note"]):
        yield "its row takes an answer back otherwise than the ledger"
    if answered is None:
        if row["answer_leaf"] is not None:
            yield "its row has an answer, taken back, that the ledger does not hold"
        return
    for _, words in _compared(row, "answer", answered, _said_of_answer(row)):
        yield words


def _entries(part: Part, conn: Connection, report: Report, *, reported: bool) -> _Said:
    """Return the texts about requests that the ledger holds, in whatever record they stand.

    Contents that were opened by the vault key are ``reported`` already where they are damaged.
    """
    found: _Said = {}
    with conn.cursor("payloads_in_clear", row_factory=tuple_row, binary=True) as cursor:
        cursor.itersize = _BATCH_ROWS
        found_rows = cursor.execute(part.query("payloads_in_clear"))
        for seq, record, commits, sealed, of_requests in found_rows:
            opened = open_payload(record, commits, b"", sealed, None)
            if opened is None:
                if of_requests and not reported:
                    report.add("payload", seq, "the content is not what the leaf commits to")
                continue
            said = json.loads(opened[1])
            if said.get("entry") not in _ENTRIES:
                continue
            # The first one counts: a later one with another text cannot take its place.
            if found.setdefault(said["id"], (seq, said["text"])) != (seq, said["text"]):
                report.add("request", seq, f"request {said['id']}: is entered a second time")
    return found


def _differences(
    row: Mapping[str, Any],
    received: tuple[int, str] | None,
    answered: tuple[int, str] | None,
    keys: _Keys | None,
) -> Iterator[tuple[int | None, str]]:
    since = row["entered_since"]
    if received is not None:
        yield from _compared(row, "receipt", received, _said_of_receipt(row))
        yield from _compared_content(row, received, keys)
    elif row["receipt_leaf"] is not None or row["lodged"] >= since:
        yield row["receipt_leaf"], "its row has a receipt that the ledger does not hold"
    if answered is not None:
        yield from _compared(row, "answer", answered, _said_of_answer(row))
    elif row["answer"] is None:
        return
    elif received is not None or row["answer_leaf"] is not None or row["answered"] >= since:
        yield row["answer_leaf"], "its row has an answer that the ledger does not hold"


def _compared(
    row: Mapping[str, Any], what: str, entry: tuple[int, str], in_row: Mapping[str, object]
) -> Iterator[tuple[int, str]]:
    seq, text = entry
    if row[f"{what}_leaf"] != seq:
        yield seq, f"its row names entry {row[f'{what}_leaf']} for its {what}"
    if row["receipt" if what == "receipt" else "answer_note"] != text:
        yield seq, f"its row has another signed {what} than the ledger"
    said = read_text(text)
    for name, value in in_row.items():
        if _read(said.get(name), value) != value:
            yield seq, f"its row says {name} `{value}`, the ledger `{said.get(name)}`"


def _said_of_receipt(row: Mapping[str, Any]) -> dict[str, object]:
    return {"from": row["sender"], "to": row["facility"], "received": row["lodged"]}


def _said_of_answer(row: Mapping[str, Any]) -> dict[str, object]:
    return {"answer": row["answer"], "answered": row["answered"]}


def _read(text: str | None, like: object) -> object:
    """Read a time where a time is compared: the same instant may be written in two zones."""
    if isinstance(like, datetime) and text is not None:
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return text


def _compared_content(
    row: Mapping[str, Any], entry: tuple[int, str], keys: _Keys | None
) -> Iterator[tuple[int, str]]:
    """Compare what was sent with the commitment in its receipt; expunged ones cannot be."""
    if keys is None or row["wrapped_key"] is None:
        return
    seq, text = entry
    said: dict[str, Any] | None = None
    try:
        request: UUID = row["request"]
        key = keys.master.unwrap(request, row["wrapped_key"], f"request {request.hex}")
        data = key.open(row["nonce"], row["sealed"], request.bytes)
        found = {} if data is None else json.loads(data)
        salt = bytes.fromhex(found["salt"])
        if data is not None and commitment(salt, data).hex() == read_text(text)["commitment"]:
            said = found
    except (LedgerError, KeyError, ValueError):
        said = None
    if said is None:
        yield seq, "what its row says was sent is not what the receipt commits to"
    elif row["facility"] in keys.index:
        yield from ((seq, words) for words in _of_index(row, said, keys.index[row["facility"]]))


def _of_index(row: Mapping[str, Any], said: Mapping[str, Any], index: PersonKey) -> Iterator[str]:
    """Compare by what the gate finds a request with whom it is about."""
    person = personal_from_json(said["person"])
    wanted: dict[str, object] = dict(macs_of(index, person))
    old = row["name_macs"] is None and row["lodged"] < row["named_since"]
    if not old:
        wanted["name_macs"] = name_macs(index, person.surname) if row["answer"] is None else None
    for column, mac in wanted.items():
        if row[column] != mac:
            yield f"its index {column} is not that of what was sent"


def _stands(
    conn: Connection, part: Part, row: Mapping[str, Any], keys: _Keys | None
) -> Iterator[tuple[int | None, str]]:
    """See that a matched request stands on the record that its row names, and no other does."""
    matched = row["answer"] == "matched"
    if matched is not (row["record"] is not None):
        yield row["answer_leaf"], "its row names a record where its answer names none, or none"
    if not matched or keys is None or row["person_key"] is None:
        return
    with suppress(LedgerError):  # A person's key that does not open was said already.
        key = keys.master.unwrap(row["person"], row["person_key"], "record")
        mac = key.mac(row["record"], f"{row['request'].hex}.lodged")
        params = {"record": row["record"], "mac": mac}
        if conn.execute(part.query("entered_as"), params).fetchone() is None:
            yield row["answer_leaf"], "its row names a record on which it does not stand"
