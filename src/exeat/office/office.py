"""What every act of the desk stands on: one transaction, one record held, one throat."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import uuid4

from exeat.errors import ExeatError
from exeat.facts.codes import FacilityKind
from exeat.facts.events import DetainerLodged, Event
from exeat.facts.fold import standing
from exeat.facts.record import CustodyRecord, Facility
from exeat.facts.times import When
from exeat.i18n.said import Said
from exeat.office.alarms import settle
from exeat.office.clock import utcnow
from exeat.office.consequences import consequences, disputes_that_follow, weighed
from exeat.office.context import Context
from exeat.office.db import Database, Tx
from exeat.office.errors import NotNow
from exeat.office.held import Held, log, not_found
from exeat.office.messages import code_of, refused_field
from exeat.office.models import Agency, Done, PersonalData, TaskKind
from exeat.office.outcomes import Outcome
from exeat.office.personal import put_personal
from exeat.office.register import WRITING
from exeat.office.repeated import said_again, stale
from exeat.office.review import ends_unread, reads_a_judge_away, takes_a_hold_away
from exeat.office.settings import Settings
from exeat.office.tasks import open_task
from exeat.record import StaleVersion
from exeat.record.checkpoint import Signer
from exeat.record.vault import PersonKey
from exeat.rules.counties import place_id
from exeat.rules.model import Actor, Jurisdiction
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile_file import profile_of, profile_path

__all__ = ["Given", "Office", "envelope", "log_act"]

T = TypeVar("T")

_RECORD_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What every act on a record takes besides its own fields."""

    event_id: str = ""
    occurred: When | None = None
    expected_version: int | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if not self.event_id:
            object.__setattr__(self, "event_id", uuid4().hex)

    def envelope(self, ctx: Context, record: str) -> dict[str, Any]:
        """Return what every event says, as keywords."""
        return envelope(ctx, record, self.event_id, self.occurred, self.note)


class Office:
    """The parts that the acts share; each act is given one.

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
        self._laws: dict[tuple[str, str], tuple[int, LawOfPlace]] = {}

    def run(
        self,
        ctx: Context,
        act: str,
        work: Callable[[Tx], T],
        about: str | None = None,
    ) -> T:
        """Do an act in one transaction; a refused act leaves a line in the log, and only that."""
        try:
            ctx.need(act)
            return self.db.retrying(ctx, work, writes=act in WRITING, act=act)
        except NotNow:
            raise  # Nothing can be written now, a line of the log neither.
        except ExeatError as error:
            said = Outcome.error(fault.code for fault in error.faults)
            self.db.retrying(ctx, lambda tx: log(tx, act, said, about=_id_of_record(tx, about)))
            raise

    def find(self, tx: Tx, record_id: str) -> Held:
        """Return a record in which this agency has a stake.

        Raises:
            NotFound: There is none, or it has no stake in it; which of the two is not said.
        """
        rows = tx.all("find_record", name=record_id)
        if len(rows) != 1:
            raise not_found(record_id)
        return Held(**rows[0])

    def hold(self, tx: Tx, record_id: str) -> Held:
        """Return a record, and hold it until the transaction ends."""
        held = self.find(tx, record_id)
        row = tx.one("lock_record", record=held.record)
        if row is None or not row["held"]:
            raise not_found(record_id)
        return held

    def key(self, tx: Tx, held: Held) -> PersonKey:
        """Return the key of a record's person.

        Raises:
            NotFound: It is not for this agency.
        """
        if held.wrapped_key is None:
            raise not_found(held.name)
        return tx.master.unwrap(held.person, held.wrapped_key, f"record `{held.name}`")

    def knows(self, code: str) -> bool:
        """Say whether some agency has a code."""
        return code in self._directory

    def agency(self, tx: Tx, code: str, field: str = "agency") -> Agency:
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

    def facility(self, tx: Tx, code: str, field: str = "facility") -> tuple[Agency, Facility]:
        """Return a facility by its code: the agency, and what events say of the house.

        Raises:
            BadInput: No facility has that code.
        """
        agency = self.agency(tx, code, field)
        if agency.kind != "facility":
            raise refused_field(field, code, "is no facility", "Give the code of a facility.")
        said = dict(agency.facility)
        kind = code_of(FacilityKind, said.pop("kind", "jail"))
        return agency, Facility(kind=kind, **said)

    def forget_law(self) -> None:
        """Read the law of each place anew: a profile has changed."""
        self._laws.clear()

    def law(self, tx: Tx, facility: str, kind: FacilityKind) -> LawOfPlace:
        """Return the law of a facility's place, for its kind of house."""
        stamp = self.law_stamp(tx, facility)
        kept = self._laws.get((facility, kind))
        if kept is None or kept[0] != stamp:
            agency, _ = self.facility(tx, facility)
            assert agency.place is not None
            profile = profile_of(place_id(agency.place), self.settings.law)
            law = law_of_place(agency.place, self.library, actor=Actor(kind.value), profile=profile)
            kept = self._laws[(facility, kind)] = (stamp, law)
        return kept[1]

    def law_stamp(self, tx: Tx, facility: str) -> int:
        """Return what is another as soon as a place's profile is, whichever process wrote it."""
        agency, _ = self.facility(tx, facility)
        if agency.place is None or self.settings.law is None:
            return 0
        try:
            return profile_path(place_id(agency.place), self.settings.law).stat().st_mtime_ns
        except OSError:
            return 0

    def commit(
        self,
        tx: Tx,
        held: Held,
        events: Sequence[Event],
        expected: int | None = None,
        *,
        timed: bool = True,
        check: Callable[[CustodyRecord], None] = lambda record: None,
    ) -> Done:
        """Add events to a record that is held, with all that follows from them.

        The one way in which anything is added: tasks that it opens and closes, and disputes that
        go back to issuers, are made here, in the same transaction.

        Args:
            tx: The transaction.
            held: The record, which it holds.
            events: What is added, all or none.
            expected: The version that the client has read; None: any.
            timed: The client said when it happened; otherwise the first sending's time counts.
            check: Refuses the act on the record as it stands before; not asked again where the
                events are on record already.

        Raises:
            DeskError: An id is on record with another content.
            Stale: The record has moved on from the version expected.
        """
        history = tx.ledger.read(held.record)
        again = said_again(history, events, timed=timed)
        if again:
            return Done(held.name, history.version, again, repeated=True)
        if expected is not None and expected != history.version:
            raise stale(history, expected)
        before = history.fold()
        check(before)
        try:
            tx.ledger.append(events, expected_version=history.version, facility=held.facility)
        except StaleVersion as error:
            raise stale(tx.ledger.read(held.record), history.version) from error
        return self._follow(tx, held, events, before)

    def open_record(
        self, tx: Tx, name: str, events: Sequence[Event], person: PersonalData, ref: str | None
    ) -> tuple[Held, Done]:
        """Open a record with its first events and its personal data, and all that follows.

        Args:
            tx: The transaction.
            name: Id of the record.
            events: The first events.
            person: Who the person is.
            ref: What stands for the same person at another booking, if anything does.
        """
        tx.ledger.append(events, person=ref)
        held = self.hold(tx, name)
        put_personal(tx, held, self.key(tx, held), person)
        return held, self._follow(tx, held, events)

    def _follow(
        self, tx: Tx, held: Held, events: Sequence[Event], was: CustodyRecord | None = None
    ) -> Done:
        """Do what follows from new events, on a record that was there before."""
        history = tx.ledger.read(held.record)
        record = history.fold()
        new = {event.id for event in events}
        before = standing(event for event in history.events() if event.id not in new)
        said = [weighed(event, before) for event in events]
        opened = consequences(tx, self.settings, held, said, record)
        if was is not None:
            opened += self._to_review(tx, held, events, before, (was, record))
            # What is opened here waits for no answer yet, and whoever is brought in is booked even
            # where the law of the place cannot be read just now.
            settle(tx, held, record, self.law(tx, held.facility, record.facility.kind))
        back = [one for event in events for one in disputes_that_follow(event, record, before)]
        if back:
            tx.ledger.append(back, expected_version=history.version, facility=held.facility)
        version = history.version + len(back)
        return Done(held.name, version, tuple(event.id for event in events), tasks=opened)

    def _to_review(
        self,
        tx: Tx,
        held: Held,
        events: Sequence[Event],
        before: Mapping[str, Event],
        records: tuple[CustodyRecord, CustodyRecord],
    ) -> tuple[str, ...]:
        was, record = records
        ours = [event for event in events if event.by == held.facility]
        # What an agency sent it can end by itself; a jail that ends it for it has a second look.
        lodged = (event for event in before.values() if isinstance(event, DetainerLodged))
        theirs = {event.detainer for event in lodged if event.by != held.facility}
        law = self.law(tx, held.facility, record.facility.kind)
        away = takes_a_hold_away(ours, was, record, law, tx.ctx.now, theirs=theirs)
        away = away or reads_a_judge_away(ours, before) or ends_unread(ours, before)
        if not away:
            return ()
        kind, about = TaskKind.CORRECTION, events[0].id
        because = (Said(f"task_why.{kind.value}", {"by": tx.ctx.actor_name}),)
        with tx.acting_for(held.facility):
            return (open_task(tx, self.settings, kind, held=held, about=about, because=because),)

    def perform(
        self,
        ctx: Context,
        act: str,
        record: str,
        given: Given,
        events: Callable[[Tx, Held], list[Event]],
    ) -> Done:
        """Do an act that adds events to one record, and write it down.

        Others write through the facility, which keeps the record; `by` says who it was.
        """

        def work(tx: Tx) -> Done:
            held = self.find(tx, record)
            foreign = held.stake != "facility"
            with tx.acting_for(held.facility) if foreign else nullcontext():
                self.hold(tx, record)
                said = events(tx, held)
                timed = given.occurred is not None
                done = self.commit(tx, held, said, given.expected_version, timed=timed)
            log_act(tx, act, held, done)
            return done

        return self.run(ctx, act, work, about=record)


def _id_of_record(tx: Tx, text: str | None) -> str | None:
    """Return the id of a record as it was given; what else stood there may be a person's name."""
    if text is None or _RECORD_ID.fullmatch(text) or tx.all("find_record", name=text):
        return text
    return None


def log_act(tx: Tx, act: str, held: Held, done: Done) -> None:
    """Write down an act that added events, or would have."""
    log(tx, act, "repeated" if done.repeated else "done", held=held, about=done.events[0])


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
