"""Rows as the queries return them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from psycopg.rows import class_row, tuple_row

from exeat.record.part import RECORD, Connection

__all__ = ["Connection", "EntryRow", "RecordRow", "call", "rows", "values"]

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record and the key of its person."""

    record: UUID
    name: str | None
    facility: str
    person: UUID
    wrapped_key: bytes | None
    expunged: bool


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry and its payload."""

    seq: int
    version: int
    agency: str
    appended: datetime
    commitment: bytes
    leaf: bytes
    mac: bytes
    nonce: bytes
    sealed: bytes


def rows(conn: Connection, kind: type[_Row], name: str, /, **params: object) -> list[_Row]:
    """Run a named query, and return its rows as objects of one class."""
    with conn.cursor(row_factory=class_row(kind), binary=True) as cursor:
        return cursor.execute(RECORD.query(name), params).fetchall()


def values(conn: Connection, name: str, /, **params: object) -> list[tuple[Any, ...]]:
    """Run a named query, and return its rows as tuples."""
    with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        return cursor.execute(RECORD.query(name), params).fetchall()


def call(conn: Connection, name: str, params: Mapping[str, object]) -> None:
    """Run a named query for what it does."""
    conn.execute(RECORD.query(name), params)
