"""Read scenario tables: Markdown that a jail lieutenant can read and check.

A file has one or more tables. Each begins with ``## a heading``, then the common record as a
list of ``- key: value``, then rows. A row changes one fact of the common record, or nothing.

| column | holds |
|---|---|
| what happened, and why | a sentence that holds the reason |
| the one changed fact | ``key: value``, or ``nothing`` |
| verdict | one word; ``, possibly`` after it where it stands on one reading only |
| until | a time, or when a hold would end that is not open yet; ``no end``; ``since``; or ``-`` |
| by rule | rules that decided, or that wait where it is unknown; ``not`` before one that must not |
| asks | optional: exactly what is asked, ``counsel:`` before what only counsel settles; or ``-`` |
| duty | optional: ``rule: owed``, ``rule: done``, ``rule: late``, with ``by`` and a time |

Anything unknown is an error, and all errors of a file are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.scenario.facts import check_key

from exeat.errors import near_miss

COLUMNS: Final = ("what happened, and why", "the one changed fact", "verdict", "until", "by rule")
MORE: Final = ("asks", "duty")


class TableError(Exception):
    """A scenario file cannot be read; the message has every fault, with file and line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, the case in words, and the answer that it expects."""

    place: str
    name: str
    change: str
    told: dict[str, str]
    cells: dict[str, str]


@dataclass(slots=True)
class _Table:
    told: dict[str, str]
    columns: tuple[str, ...] = ()


def read_tables(path: Path) -> list[Row]:
    """Return the rows of every table of a file.

    Raises:
        TableError: With every fault found.
    """
    faults: list[str] = []
    rows = list(_rows(path, faults))
    names = [row.name for row in rows]
    faults += [
        f"{row.place}: `{row.name}` stands twice"
        for i, row in enumerate(rows)
        if row.name in names[:i]
    ]
    if not rows and not faults:
        faults.append(f"{path.name}: has no row")
    if faults:
        raise TableError("\n".join(faults))
    return rows


def _rows(path: Path, faults: list[str]) -> Iterator[Row]:
    table = _Table({})
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path.name}:{number}"
        try:
            if line.startswith("#"):
                table = _Table({})
            elif line.startswith("- "):
                _tell(table, line[2:])
            elif line.startswith("|"):
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                if not table.columns:
                    table.columns = _columns(cells)
                elif not set(line) <= set("|-: "):
                    yield _row(where, table, cells)
        except ValueError as error:
            faults.append(f"{where}: {error}")


def _tell(table: _Table, text: str) -> None:
    key, value = _pair(text)
    if key in table.told:
        raise ValueError(f"`{key}` is told twice")
    if table.columns:
        raise ValueError(f"`{key}` stands below the table that it belongs to")
    table.told[key] = value


def _pair(text: str) -> tuple[str, str]:
    key, colon, value = text.partition(": ")
    if not colon:
        raise ValueError(f"`{text}` is no `key: value`")
    check_key(key.strip())
    return key.strip(), value.strip()


def _columns(cells: list[str]) -> tuple[str, ...]:
    if tuple(cells[: len(COLUMNS)]) != COLUMNS:
        raise ValueError(f"the columns must begin with: {' | '.join(COLUMNS)}")
    for name in cells[len(COLUMNS) :]:
        if name not in MORE:
            raise ValueError(f"unknown column `{name}`.{near_miss(name, MORE)}")
    return tuple(cells)


def _row(where: str, table: _Table, cells: list[str]) -> Row:
    if len(cells) != len(table.columns):
        raise ValueError(f"the row has {len(cells)} cells, and the table {len(table.columns)}")
    said = dict(zip(table.columns, cells, strict=True))
    name, change = said[COLUMNS[0]], said[COLUMNS[1]]
    told = dict(table.told)
    if change != "nothing":
        key, value = _pair(change)
        if told.get(key) == value:
            raise ValueError(f"`{change}` changes nothing")
        told[key] = value
    return Row(where, name, change, told, said)
