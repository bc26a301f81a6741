"""A part of the house, with what it keeps in the database: migrations, queries, keys, a check.

The record knows its own tables and no others. Whoever opens a database says which parts stand on
the record there (:data:`exeat.desk.part.PARTS`), and each brings its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg import sql

from exeat.record.report import Report
from exeat.record.vault import MasterKey

__all__ = [
    "RECORD",
    "Check",
    "Connection",
    "Migration",
    "Noted",
    "Part",
    "Query",
    "Wrapped",
    "queries_of",
]

Connection: TypeAlias = psycopg.Connection[Any]

_MIGRATION: Final = re.compile(r"(\d{4})_([a-z_]+)\.sql")
_QUERY: Final = re.compile(r"^-- ([a-z_]+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema.

    Attributes:
        number: Where it stands in the order of all parts. The record's begin at 1; those of the
            parts above it at a round hundred, so that the record can grow by steps of its own.
        name: What it brings.
        text: The SQL.
    """

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> bytes:
        """The hash by which an edited migration is found out."""
        return hashlib.sha256(self.text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Query:
    """A named query.

    Attributes:
        said: What it does, in a sentence.
        sql: The statement.
    """

    said: str
    sql: bytes


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A table with a column ``wrapped_key``.

    Attributes:
        schema: Of the table.
        table: Its name.
        id: The column that tells its rows apart.
        bound_to: What a row's key is bound to, from that column.
    """

    schema: str
    table: str
    id: str
    bound_to: Callable[[Any], UUID] = lambda id: id

    @property
    def name(self) -> sql.Composable:
        """The table's full name, for a statement."""
        return sql.Identifier(self.schema, self.table)


@dataclass(frozen=True, slots=True)
class Noted:
    """A table each change of which leaves a line; see migration 10.

    Attributes:
        place: Its full name.
        keys: The columns that tell its rows apart.
        columns: Those that count.
    """

    place: str
    keys: str
    columns: str


@dataclass(frozen=True)
class Part:
    """One part of the house.

    Attributes:
        sql: Its folder of SQL: ``queries.sql``, and the folder ``migrations``.
        wrapped: Its tables of wrapped keys; a change of the vault key goes through them.
        check: Compares its tables with the ledger, when the ledger is verified.
        noted: Its tables of which each change leaves a line.
        chained: Its lists of lines that are chained, without the columns named.
    """

    sql: Traversable
    wrapped: tuple[Wrapped, ...] = ()
    check: Check | None = None
    noted: tuple[Noted, ...] = ()
    chained: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def migrations(self) -> tuple[Migration, ...]:
        """Its migrations, in order.

        A new one names tables of this part, and of parts below it. Some of the first ones hold
        tables of two parts; an applied migration never changes, so they stay as they are, with
        the part that has most of it.

        Examples:
            >>> [step.name for step in RECORD.migrations][:2]
            ['roles', 'people']
        """
        found = []
        for file in (self.sql / "migrations").iterdir():
            named = _MIGRATION.fullmatch(file.name)
            if named:
                found.append(Migration(int(named[1]), named[2], file.read_text(encoding="utf-8")))
        return tuple(sorted(found, key=lambda step: step.number))

    @cached_property
    def queries(self) -> dict[str, Query]:
        """Its queries by name, each with the line that says what it does."""
        text = (self.sql / "queries.sql").read_text(encoding="utf-8")
        heads = list(_QUERY.finditer(text))
        ends = [*(head.start() for head in heads[1:]), len(text)]
        return {
            head[1]: Query(head[2], text[head.end() : end].strip().encode())
            for head, end in zip(heads, ends, strict=True)
        }

    def query(self, name: str) -> bytes:
        """Return the SQL of a named query."""
        return self.queries[name].sql


Check: TypeAlias = Callable[[Part, Connection, MasterKey | None, Report], None]


def queries_of(parts: Iterable[Part]) -> dict[str, Query]:
    """Return the queries of some parts together.

    Raises:
        ValueError: Two parts have a query of one name.
    """
    found: dict[str, Query] = {}
    for part in parts:
        twice = found.keys() & part.queries.keys()
        if twice:
            raise ValueError(f"queries of two parts have one name: {', '.join(sorted(twice))}")
        found |= part.queries
    return found


RECORD: Final = Part(
    files(__package__) / "sql",
    (Wrapped("exeat_vault", "person", "person"),),
    noted=(Noted("exeat.stake", "record agency", "record agency role"),),
    chained={"exeat.access": (), "exeat.change": ()},
)
"""The record itself, on which all others stand."""
