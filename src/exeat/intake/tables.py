"""Rows of what is no delimited text: workbooks, JSON, Parquet, Feather, SQLite, fixed width."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, Final, Protocol

from exeat.errors import IntakeError, near_miss
from exeat.intake.kinds import Kind
from exeat.intake.lines import SEPARATOR, Broken, Parsed

__all__ = ["FixedRows", "Rows", "TableRows", "read_table"]

_BREAKS: Final = dict.fromkeys(map(ord, "\r\n\0" + SEPARATOR), " ")


class Rows(Protocol):
    """The rows of a file: fields, or `Broken`; the first is the header."""

    width: int
    blank_lines: int

    def __iter__(self) -> Iterator[Parsed]:
        """Yield every row with the number of its line."""
        ...


@dataclass
class TableRows:
    """Rows that a library has read; a row's number is its place below the top, from 1.

    Attributes:
        rows: The header, then the rows, each as values of any kind.
    """

    rows: Iterator[Sequence[object]]
    width: int = 0
    blank_lines: int = 0
    at: int = 0

    def __iter__(self) -> Iterator[Parsed]:
        for row in self.rows:
            self.at += 1
            fields = [text_of(value) for value in row]
            if not any(fields):
                self.blank_lines += 1
                continue
            self.width = self.width or len(fields)
            fields += [""] * (self.width - len(fields))
            yield self.at, fields[: self.width]


@dataclass
class FixedRows:
    """Rows of a file of fixed width.

    Attributes:
        file: Text.
        columns: Each column's name with its first and last place, from 1.
        named: Their names have been yielded, as a header.
    """

    file: IO[str]
    columns: tuple[tuple[str, int, int], ...]
    width: int = 0
    blank_lines: int = 0
    at: int = 0
    named: bool = False

    def __iter__(self) -> Iterator[Parsed]:
        if not self.named:
            self.named = True
            yield self.at, [name for name, _, _ in self.columns]
        for line in self.file:
            self.at += 1
            text = line.rstrip("\r\n").translate(_BREAKS)
            if not text.strip():
                self.blank_lines += 1
                continue
            if "\t" in text:
                yield Broken(
                    self.at,
                    text[:80],
                    "has a tab in it, so that its columns have no fixed place",
                    "Export it with blanks, or as CSV.",
                )
                continue
            yield self.at, [text[first - 1 : last].strip() for _, first, last in self.columns]


def text_of(value: object) -> str:
    """Return a value as the text that a row has.

    Examples:
        >>> text_of(202603000001.0), text_of(None), text_of(datetime(2026, 3, 2, 8, 10))
        ('202603000001', '', '2026-03-02 08:10:00')
    """
    return _TEXTS.get(type(value), str)(value)


def _number(value: float) -> str:
    # A program's number for an id is that id: 1001.0 is 1001.
    return str(int(value)) if value.is_integer() else repr(value)


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda value: "",
    str: lambda value: value if value.isprintable() else value.translate(_BREAKS),
    bool: lambda value: "true" if value else "false",
    float: _number,
    datetime: lambda value: value.isoformat(" "),
    date: date.isoformat,
    time: time.isoformat,
    list: lambda value: "; ".join(map(text_of, value)),
    tuple: lambda value: "; ".join(map(text_of, value)),
    dict: lambda value: json.dumps(value, default=str),
    bytes: lambda value: value.decode("utf-8", "replace").translate(_BREAKS),
}
"""How a value of each type is written; of any other as it writes itself."""


def read_table(path: Path, kind: Kind, table: str | None) -> TableRows:
    """Return the rows of a file that is no delimited text.

    Args:
        path: The file.
        kind: What it is.
        table: Its sheet, table, or list; None: the only one, or the one with most rows.

    Raises:
        IntakeError: E312 it cannot be read; E317 it has no such table.
    """
    read: dict[Kind, Callable[[Path, str | None], Iterator[Sequence[object]]]] = {
        Kind.WORKBOOK: _workbook,
        Kind.PARQUET: _frame,
        Kind.FEATHER: _frame,
        Kind.SQLITE: _database,
        Kind.JSON: _json,
        Kind.NDJSON: _json_lines,
    }
    try:
        return TableRows(read[kind](path, table))
    except IntakeError:
        raise
    except Exception as error:  # a library's own errors are many, and none is for a reader
        raise IntakeError.one(
            "E312",
            path.name,
            f"looks like {kind.value} and cannot be read as such",
            "Open it with the program that made it, and save it as CSV.",
        ) from error


def _pick(path: Path, what: str, names: Sequence[str], table: str | None) -> str | None:
    if table is None:
        return None
    if table in names:
        return table
    raise IntakeError.one(
        "E317",
        path.name,
        f"has no {what} `{table}`",
        f"It has: {', '.join(names)}.{near_miss(table, list(names))} Mend [file] table.",
    )


def _workbook(path: Path, table: str | None) -> Iterator[Sequence[object]]:
    # Imported here: only who reads a workbook waits for it.
    import fastexcel

    book = fastexcel.read_excel(path)
    name = _pick(path, "sheet", book.sheet_names, table)
    frames = [
        book.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
        for sheet in ([name] if name else book.sheet_names)
    ]
    frame = max(frames, key=lambda frame: frame.height * (frame.width > 1))
    return iter(frame.iter_rows())


def _frame(path: Path, table: str | None) -> Iterator[Sequence[object]]:
    import polars

    with path.open("rb") as file:
        parquet = file.read(4) == b"PAR1"
    frame = polars.read_parquet(path) if parquet else polars.read_ipc(path)

    def rows() -> Iterator[Sequence[object]]:
        yield frame.columns
        yield from frame.iter_rows()

    return rows()


def _database(path: Path, table: str | None) -> Iterator[Sequence[object]]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        names = [
            row[0]
            for row in database.execute(
                "select name from sqlite_master where type in ('table', 'view')"
                " and name not like 'sqlite_%' order by name"
            )
        ]
        if not names:
            raise IntakeError.one("E317", path.name, "has no table", "Give the database itself.")

        def quoted(name: str) -> str:
            return '"' + name.replace('"', '""') + '"'

        def size(name: str) -> int:
            sql = f"select count(*) from {quoted(name)}"  # noqa: S608 - a name of its own schema
            return int(database.execute(sql).fetchone()[0])

        chosen = _pick(path, "table", names, table) or max(names, key=size)
    return _table_rows(path, f"select * from {quoted(chosen)}")  # noqa: S608 - as above


def _table_rows(path: Path, sql: str) -> Iterator[Sequence[object]]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(sql)
        yield [column[0] for column in rows.description]
        yield from rows


def _json(path: Path, table: str | None) -> Iterator[Sequence[object]]:
    document = json.loads(path.read_bytes().decode("utf-8-sig"))
    if isinstance(document, dict):
        lists = {key: value for key, value in document.items() if _is_records(value)}
        if not lists:
            raise IntakeError.one(
                "E312",
                path.name,
                "is JSON without a list of records",
                "Look into it: it may be the message of an error. Ask for the records themselves.",
            )
        name = _pick(path, "list", list(lists), table)
        document = lists[name] if name else max(lists.values(), key=len)
    return _of_records(document)


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _json_lines(path: Path, table: str | None) -> Iterator[Sequence[object]]:
    text = path.read_bytes().decode("utf-8-sig")
    return _of_records([json.loads(line) for line in text.splitlines() if line.strip()])


def _of_records(records: list[Any]) -> Iterator[Sequence[object]]:
    """Yield records as rows: a list of records inside one gives a row each."""
    if records and isinstance(records[0], list):
        yield from records
        return
    flat = [row for record in records for row in _flat(record)]
    names = list(dict.fromkeys(name for row in flat for name in row))
    yield names
    for row in flat:
        yield [row.get(name) for name in names]


def _flat(record: object) -> Iterator[dict[str, object]]:
    if not isinstance(record, dict):
        yield {"value": record}
        return
    plain: dict[str, object] = {}
    lists: dict[str, list[Any]] = {}
    for name, value in record.items():
        if _is_records(value):
            lists[name] = value
        elif isinstance(value, dict):
            plain |= {f"{name}.{key}": inner for key, inner in value.items()}
        else:
            plain[name] = value
    if not lists:
        yield plain
        return
    # A list of charges and one of holds are all lines of this one.
    for name, records in lists.items():
        for inner in records:
            for row in _flat(inner):
                yield plain | {
                    (f"{name}.{key}" if key in plain else key): value for key, value in row.items()
                }
