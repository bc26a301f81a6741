"""What every act of the desk stands on: one transaction, one record held, one append."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from exeat.errors import ExeatError, Fault
from exeat.facts.codes import FacilityKind
from exeat.facts.events import Event
from exeat.facts.record import Facility
from exeat.facts.times import When
from exeat.office.clock import utcnow
from exeat.office.context import Context, Role
from exeat.office.db import Database, Tx
from exeat.office.errors import DeskError, Stale
from exeat.office.messages import code_of, refused_field
from exeat.office.models import Agency, Done
from exeat.office.settings import Settings
from exeat.record import NotFound, StaleVersion
from exeat.record.checkpoint import Signer
from exeat.record.entries import History
from exeat.record.vault import PersonKey
from exeat.rules.counties import place_id
from exeat.rules.model import Actor, Jurisdiction
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile_file import profile_of

__all__ = ["Base", "Held", "said_again"]

T = TypeVar("T")

_ID_CHARACTERS: Final = 200
_RECORD_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Held:
    """A record that a transaction holds, or has found.

    Attributes:
        record: Its key.
        name: Its id in events.
        facility: Code of the facility.
        stake: ``facility``, ``issuer`` or ``counsel``: why this agency sees it.
    """

    record: UUID
    name: str
    facility: str
    person: UUID
    wrapped_key: bytes | None
    stake: str


class Base:
    """The parts that the acts share.

    Args:
        db: Connections as the desk's login.
        library: Law by jurisdiction id.
        settings: Due times and the like.
        signer: Signs receipts.
        clock: For the few times that are read after waiting for a lock.
    """

    def __init__(
        self,
        db: Database,
        library: dict[str, Jurisdiction],
        settings: Settings,
        signer: Signer,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self.db = db
        self.library = library
        self.settings = settings
        self.signer = signer
        self.clock = clock
        self._directory: dict[str, Agency] = {}
        self._laws: dict[tuple[str, str], LawOfPlace] = {}

    def _run(
        self,
        ctx: Context,
        act: str,
        work: Callable[[Tx], T],
        about: str | None = None,
    ) -> T:
        """Do an act in one transaction; a refused act leaves a line in the log, and only that."""
        try:
            ctx.need(act)
            return self.db.retrying(ctx, work)
        except ExeatError as error:
            codes = ",".join(sorted({fault.code for fault in error.faults}))
            self.db.retrying(
                ctx, lambda tx: log(tx, act, f"error:{codes}", about=_id_of_record(tx, about))
            )
            raise

    def _find(self, tx: Tx, record_id: str) -> Held:
        """Return a record in which this agency has a stake.

        Raises:
            NotFound: There is none, or it has no stake in it; which of the two is not said.
        """
        rows = tx.all("find_record", name=record_id)
        if len(rows) != 1:
            raise not_found(record_id)
        return Held(**rows[0])

    def _hold(self, tx: Tx, record_id: str) -> Held:
        """Return a record, and hold it until the transaction ends."""
        held = self._find(tx, record_id)
        row = tx.one("lock_record", record=held.record)
        if row is None or not row["held"]:
            raise not_found(record_id)
        return held

    def _key(self, tx: Tx, held: Held) -> PersonKey:
        if held.wrapped_key is None:
            raise not_found(held.name)
        return tx.master.unwrap(held.person, held.wrapped_key, f"record `{held.name}`")

    def _agency(self, tx: Tx, code: str, field: str = "agency") -> Agency:
        """Return an agency by its code, never by its name.

        Raises:
            BadInput: No agency has that code.
        """
        if code not in self._directory:
            self._directory = {row["code"]: Agency(**row) for row in tx.all("directory")}
        if code not in self._directory:
            known = sorted(self._directory)
            raise refused_field(field, code, "is no agency's code", "Give its code.", known)
        return self._directory[code]

    def _facility(self, tx: Tx, code: str, field: str = "facility") -> tuple[Agency, Facility]:
        agency = self._agency(tx, code, field)
        if agency.kind != "facility":
            raise refused_field(field, code, "is no facility", "Give the code of a facility.")
        said = dict(agency.facility)
        kind = code_of(FacilityKind, said.pop("kind", "jail"))
        return agency, Facility(kind=kind, **said)

    def _law(self, tx: Tx, facility: str, kind: FacilityKind) -> LawOfPlace:
        """Return the law of a facility's place, for its kind of house."""
        if (facility, kind) not in self._laws:
            agency, _ = self._facility(tx, facility)
            assert agency.place is not None
            profile = profile_of(place_id(agency.place), self.settings.law)
            self._laws[(facility, kind)] = law_of_place(
                agency.place, self.library, actor=Actor(kind.value), profile=profile
            )
        return self._laws[(facility, kind)]

    def _append(
        self,
        tx: Tx,
        held: Held,
        events: Sequence[Event],
        expected: int | None,
        *,
        timed: bool = True,
    ) -> tuple[Done, History]:
        """Add events to a record that is held.

        Args:
            tx: The transaction.
            held: The record, which it holds.
            events: What is added, all or none.
            expected: The version that the client has read; None: any.
            timed: The client said when it happened; otherwise the first sending's time counts.

        Returns:
            What was done, and the history as it was before.
        """
        history = tx.ledger.read(held.record)
        again = said_again(history, events, timed=timed)
        if again:
            return Done(held.name, history.version, again, repeated=True), history
        if expected is not None and expected != history.version:
            raise stale(history, expected)
        try:
            receipts = tx.ledger.append(
                events, expected_version=history.version, facility=held.facility
            )
        except StaleVersion as error:
            raise stale(tx.ledger.read(held.record), history.version) from error
        version = max(receipt.version for receipt in receipts)
        return Done(held.name, version, tuple(event.id for event in events)), history


def said_again(
    history: History, events: Sequence[Event], *, timed: bool = True
) -> tuple[str, ...] | None:
    """Return the ids if all of these events are on record already, with the same content.

    Raises:
        DeskError: An id is on record with another content.
    """
    known = {event.id: event for event in history.events()}
    if not events or events[0].id not in known:
        return None
    for event in events:
        first = known.get(event.id)
        times: dict[str, Any] = {}
        if first is not None:
            times["recorded"] = first.recorded
            if not timed:
                times["occurred"] = first.occurred
        if first is None or type(first) is not type(event) or replace(event, **times) != first:
            raise DeskError.one(
                "E605",
                f"event `{event.id}`",
                "stands for another content already",
                "Give each event an id of its own; to change one, send a correction.",
            )
    return tuple(event.id for event in events)


def stale(history: History, expected: int) -> Stale:
    """Return the error that says what came in since a version."""
    came_in = tuple(
        event
        for entry in history.entries
        if entry.leaf.version > expected and (event := entry.event()) is not None
    )
    kinds = ", ".join(event.event for event in came_in) or "nothing that can be read"
    return Stale(
        [
            Fault(
                "E603",
                f"record `{history.name}`",
                f"is at version {history.version}, not {expected}; came in since: {kinds}",
                "Read the record again, and decide again.",
            )
        ],
        history.version,
        came_in,
    )


def not_found(record_id: str) -> NotFound:
    """Return the error that says neither whether a record exists nor whose it is."""
    return NotFound.one(
        "E507",
        f"record `{record_id[:_ID_CHARACTERS]}`",
        "is not on record, or this agency has no stake in it",
        "Check the id, and whom you act for.",
    )


def _id_of_record(tx: Tx, text: str | None) -> str | None:
    """Return the id of a record as it was given; what else stood there may be a person's name."""
    if text is None or _RECORD_ID.fullmatch(text) or tx.all("find_record", name=text):
        return text
    return None


def log(
    tx: Tx,
    what: str,
    outcome: str = "done",
    *,
    held: Held | None = None,
    concerns: str | None = None,
    about: str | None = None,
    role: str | None = None,
) -> None:
    """Write down who did or read what.

    Args:
        tx: The transaction; the line stands if it does.
        what: The act, such as ``end_basis``.
        outcome: What came of it, such as ``done`` or ``refused:unknown``.
        held: The record that it is about; its facility sees the line too.
        concerns: Without a record, the agency that must see the line too, such as ``pierce``
            where the host's administrator resets an account of Pierce.
        about: What else it is about: an account's name, an event's id. No person held.
        role: Of whoever acts, where they are at the door and not in yet.
    """
    ctx = tx.ctx
    tx.run(
        "put_log",
        at=ctx.now,
        agency=ctx.agency,
        facility=held.facility if held is not None else concerns,
        actor=ctx.actor_name,
        role=role or ctx.role.value,
        what=what,
        outcome=outcome,
        record=held.record if held is not None else None,
        about=about,
        request_id=ctx.request_id,
    )


def envelope(
    ctx: Context, record: str, event_id: str, occurred: When | None, note: str | None = None
) -> dict[str, Any]:
    """Return what every event says, as keywords."""
    return {
        "id": event_id,
        "record": record,
        "occurred": occurred if occurred is not None else ctx.now,
        "recorded": ctx.now,
        "by": ctx.agency,
        "note": note,
    }


def is_jail(ctx: Context) -> bool:
    """Say whether this is staff, or a system, of a facility."""
    return ctx.role in (Role.BOOKING, Role.SUPERVISOR)
