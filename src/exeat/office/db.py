"""Transactions of the desk: one for each act, for one agency, at one instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from exeat.office.clock import ClockCheck
from exeat.office.context import Context
from exeat.office.errors import NotNow
from exeat.office.settings import Settings
from exeat.record.ledger import Ledger
from exeat.record.part import Query
from exeat.record.rotation import share_key
from exeat.record.schema import BOUNDS_OF_SESSION
from exeat.record.vault import MasterKey, PersonKey, agency_person

__all__ = ["Database", "Pool", "Tx"]

Pool = ConnectionPool[psycopg.Connection[Any]]

_ATTEMPTS: Final = 4
_AGAIN_SECONDS: Final = 4.0

T = TypeVar("T")


class Tx:
    """One open transaction; it sees what its agency may see.

    Args:
        conn: Within a transaction.
        master: The vault's master key.
        ctx: Who acts.
        queries: Every named query that it may run.
    """

    def __init__(
        self,
        conn: psycopg.Connection[Any],
        master: MasterKey,
        ctx: Context,
        queries: Mapping[str, Query],
    ) -> None:
        self.conn = conn
        self._queries = queries
        self.master = master
        self.ctx = ctx
        self.ledger = Ledger(conn, master)
        self.agency = ctx.agency
        self._keys: dict[str, PersonKey] = {}

    def all(self, name: str, /, **params: object) -> list[dict[str, Any]]:
        """Run a named query, and return its rows."""
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(self._queries[name].sql, params).fetchall()

    def one(self, name: str, /, **params: object) -> dict[str, Any] | None:
        """Run a named query, and return its first row if there is one."""
        rows = self.all(name, **params)
        return rows[0] if rows else None

    def run(self, name: str, /, **params: object) -> int:
        """Run a named query for what it does; return how many rows it touched."""
        return self.conn.execute(self._queries[name].sql, params).rowcount

    def enter(self, name: str, /, **params: object) -> bool:
        """Act from here on for the agency that a named query finds; false where it finds none."""
        row = self.one(name, **params)
        if row is None:
            return False
        self.agency = row["agency"]
        return True

    def key_of(self, agency: str) -> PersonKey:
        """Return an agency's own key."""
        if agency not in self._keys:
            row = self.one("agency_key", code=agency)
            assert row is not None and row["wrapped_key"] is not None
            person = agency_person(agency)
            self._keys[agency] = self.master.unwrap(person, row["wrapped_key"], agency)
        return self._keys[agency]

    @contextmanager
    def acting_for(self, agency: str) -> Iterator[None]:
        """Act for another agency for a while: the desk carries what one hands to another."""
        before = self.agency
        _act_for(self.conn, agency)
        self.agency = agency
        try:
            yield
        finally:
            if not self.conn.broken and self.conn.info.transaction_status == _INTRANS:
                _act_for(self.conn, before)
            self.agency = before


_INTRANS: Final = psycopg.pq.TransactionStatus.INTRANS


def _act_for(conn: psycopg.Connection[Any], agency: str) -> None:
    conn.execute("SELECT set_config('exeat.agency', %s, true)", [agency])


class Database:
    """The connections of one desk.

    Args:
        conninfo: How to connect as the desk's login.
        master: The vault's master key.
        settings: How many connections.
        queries: The named queries of the parts that use it.
    """

    def __init__(
        self,
        conninfo: str,
        master: MasterKey,
        settings: Settings,
        queries: Mapping[str, Query],
    ) -> None:
        self.master = master
        self.queries = queries
        self.conninfo = conninfo
        self._wait_seconds = settings.wait_seconds
        self.clock = ClockCheck(settings.clock_seconds)
        self.pool: Pool = ConnectionPool(
            conninfo,
            kwargs={"autocommit": True},
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            configure=_configure,
            # After a restart of the database the old connections are dead: each is tried first.
            check=ConnectionPool.check_connection,
            timeout=settings.wait_seconds,
            reconnect_timeout=_AGAIN_SECONDS,
            open=False,
        )
        # Whoever writes may have to wait for the head of the ledger. Those who wait never hold
        # every connection, so that readers go on while somebody else sits on the head.
        self._turns = BoundedSemaphore(max(1, settings.pool_size * 2 // 3))

    def open(self) -> None:
        """Connect."""
        self.pool.open(wait=True, timeout=15)

    def close(self) -> None:
        """Disconnect."""
        self.pool.close()

    @contextmanager
    def transaction(self, ctx: Context, act: str = "") -> Iterator[Tx]:
        """Yield one transaction for the agency of ``ctx``.

        Whatever is changed in it leaves a line that says who did it, by which act, and under which
        request of the log; the database asks for the first.
        """
        with self.pool.connection() as conn, conn.transaction():
            row = conn.execute(
                "SELECT set_config('exeat.agency', %s, true), set_config('exeat.role', %s, true),"
                " set_config('exeat.actor', %s, true), extract(epoch FROM clock_timestamp()),"
                " set_config('exeat.act', %s, true), set_config('exeat.request', %s, true)",
                [ctx.agency, ctx.role.value, ctx.actor, act, ctx.request_id],
            ).fetchone()
            assert row is not None
            self.clock.saw(float(row[3]))
            yield Tx(conn, self.master, ctx, self.queries)

    def retrying(
        self, ctx: Context, work: Callable[[Tx], T], *, writes: bool = False, act: str = ""
    ) -> T:
        """Run a whole transaction; run it again where two of them stood in each other's way.

        Args:
            ctx: Who acts.
            work: What is done in it.
            writes: It adds to the ledger, or may.
            act: Its name, as the log has it.

        Raises:
            NotNow: It writes, and nothing can be written just now.
        """
        with self._turn() if writes else nullcontext():
            for attempt in range(_ATTEMPTS):
                try:
                    with self.transaction(ctx, act) as tx:
                        if writes:
                            self.clock.need()
                        return work(tx)
                except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                    if attempt == _ATTEMPTS - 1:
                        raise
        raise AssertionError("unreachable")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._wait_seconds):
            words = "has too many waiting who write; nothing was written"
            raise NotNow.one("E691", "desk", words, "Try again in a few seconds.")
        try:
            yield
        finally:
            self._turns.release()


def _configure(conn: psycopg.Connection[Any]) -> None:
    # The role has these bounds too; what a session may set for itself, the desk sets here.
    conn.execute(f"SELECT set_config('timezone', 'UTC', false), {BOUNDS_OF_SESSION}".encode())
    # As long as any connection of a desk lives, nobody changes the key that it has in memory;
    # one that is made after a restart of the database says so anew.
    share_key(conn)
