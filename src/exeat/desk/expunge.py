"""Expunge a person on a court's order: at the console, by whoever keeps the record.

All records of the person at the facility go, with everything that the desk keeps beside them;
what goes is in ``exeat.record.ledger.Ledger.shred`` and the trigger ``exeat_desk.expunge``.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from exeat.desk.part import PARTS
from exeat.errors import Fault
from exeat.office.clock import utcnow
from exeat.office.context import Context, Role
from exeat.office.db import Database, Tx
from exeat.office.errors import Refusing
from exeat.office.held import Held, not_found
from exeat.office.settings import Settings
from exeat.record import Expunged
from exeat.record.part import queries_of
from exeat.record.vault import MasterKey

__all__ = ["Affected", "Console"]

_ROLE: Final = "console"


@dataclass(frozen=True, slots=True)
class Affected:
    """What an expungement destroys, in ids and numbers: it names nobody.

    Attributes:
        records: Each record of the person at the facility: its id, its key, its entries.
        requests: Requests that stand on these records.
        handovers: Transfers of the person, from here or to here.
        tasks: Whose words go.
        unmatched: Requests that were never put on a record, and name the same booking number, or
            surname and birth date. They stay, as nobody has said that they are about the person.
    """

    records: tuple[tuple[str, UUID, int], ...]
    requests: int
    handovers: int
    tasks: int
    unmatched: int

    @property
    def entries(self) -> int:
        """How many entries become unreadable."""
        return sum(entries for _, _, entries in self.records)


class Console:
    """Somebody at the console, acting for one facility.

    Args:
        db: Connections as the desk's login.
        facility: Code of the facility.
    """

    def __init__(self, db: Database, facility: str) -> None:
        self.db = db
        self.facility = facility

    @property
    def ctx(self) -> Context:
        """Who is at the console, now."""
        who = system_user()
        return Context(
            actor=who, actor_name=who, agency=self.facility, role=Role.SUPERVISOR, now=utcnow()
        )

    @classmethod
    @contextmanager
    def at(cls, conninfo: str, master: MasterKey, facility: str) -> Iterator[Console]:
        """Connect for one facility.

        Args:
            conninfo: As the desk's login.
            master: The vault's master key.
            facility: Code of the facility.
        """
        settings = Settings.from_environment().model_copy(update={"pool_size": 1})
        db = Database(conninfo, master, settings, queries_of(PARTS))
        db.open()
        try:
            yield cls(db, facility)
        finally:
            db.close()

    def affected(self, record: str) -> Affected:
        """Return what an expungement of a record's person would destroy.

        Raises:
            NotFound: There is no such record, or it is another facility's.
            Expunged: It was expunged already.
            Refusing: The person is in custody, or is on the way to another facility.
        """
        return self.db.retrying(self.ctx, lambda tx: _affected(tx, _found(tx, record)))

    def expunge(self, record: str, order: str) -> Affected:
        """Expunge the person of a record, and write down on whose order; all or nothing.

        Args:
            record: Id of any of the person's records here.
            order: The reference of the court's order, naming nobody.

        Raises:
            NotFound: As :meth:`affected`, and so are the others.
        """

        def work(tx: Tx) -> Affected:
            held = _found(tx, record)
            for row in tx.all("records_of_person", person=held.person):
                tx.one("lock_record", record=row["record"])
            gone = _affected(tx, held)
            keys = [key for _, key, _ in gone.records]
            if set(tx.ledger.shred(held.name)) != set(keys):
                words = "is of a person who was booked again just now"
                raise _refused(held.name, words)
            for key in keys:
                _log(tx, key, order)
            return gone

        return self.db.retrying(self.ctx, work, act="expunge")


def system_user() -> str:
    """Return who is at the console, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return _ROLE


def _found(tx: Tx, record: str) -> Held:
    for row in tx.all("find_record", name=record):
        if row["facility"] == tx.agency:
            return Held(**row)
    try:
        gone = tx.one("record_by_key", record=UUID(record))
    except ValueError:
        gone = None
    if gone is not None and gone["wrapped_key"] is None and gone["facility"] == tx.agency:
        words, help = "was expunged already", "Nothing is left to destroy."
        raise Expunged.one("E504", f"record `{record}`", words, help)
    raise not_found(record)


def _affected(tx: Tx, held: Held) -> Affected:
    rows = tx.all("records_of_person", person=held.person)
    keys = [row["record"] for row in rows]
    beside = tx.one("kept_beside", records=keys, agency=tx.agency)
    assert beside is not None
    _refuse_in_custody(rows, on_the_way=beside.pop("on_the_way"), record=held.name)
    return Affected(tuple((row["name"], row["record"], row["entries"]) for row in rows), **beside)


def _refuse_in_custody(rows: Sequence[dict[str, Any]], *, on_the_way: int, record: str) -> None:
    """Refuse while the person is held, or may be; say it of every record at once."""
    faults: list[Fault] = []
    for row in rows:
        if row["open"]:
            words = "is open: the person is in custody"
            faults += _refused(row["name"], words).faults
        elif row["open"] is None:
            words = "does not add up, so that nobody can say whether the person is in custody"
            faults += _refused(row["name"], words).faults
    if on_the_way:
        words = "is of a person on the way to another facility, which has not taken them over"
        faults += _refused(record, words).faults
    if faults:
        raise Refusing(faults)


def _refused(record: str, words: str) -> Refusing:
    help = "Correct the record, or let custody end first; then run this again."
    return Refusing.one("E604", f"record `{record}`", words, help)


def _log(tx: Tx, key: UUID, order: str) -> None:
    tx.run(
        "put_log",
        at=tx.ctx.now,
        agency=tx.agency,
        facility=tx.agency,
        actor=tx.ctx.actor_name,
        role=_ROLE,
        what="expunge",
        outcome="done",
        record=key,
        about=order,
        request_id=tx.ctx.request_id,
        address=None,
    )
