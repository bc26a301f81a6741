"""Transfers: the holds move with the person, and the next facility says that it has both."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from exeat.decide import Verdict, decide
from exeat.desk.service._moved import moved_along
from exeat.desk.service._moving import must_be_ready
from exeat.desk.service._waiting import waiting_for
from exeat.desk.service.models import Handover
from exeat.errors import ExeatError, LedgerError
from exeat.facts import events as ev
from exeat.facts.codec import record_from_json, record_to_json
from exeat.facts.codes import LiftReason, ReleaseKind
from exeat.facts.fold import standing
from exeat.facts.record import CustodyRecord, Detainer
from exeat.i18n.said import Said
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.errors import Refusing
from exeat.office.held import Held, log
from exeat.office.messages import refused_field
from exeat.office.models import Done, PersonalData, TaskKind
from exeat.office.office import Given, Office, envelope, log_act
from exeat.office.personal import (
    personal_from_json,
    personal_to_json,
    read_personal,
)
from exeat.office.register import Moving
from exeat.office.tasks import close_about, open_task
from exeat.record.entries import History

__all__ = ["Transfers"]

_NOBODY_MAY_KEEP = frozenset(
    {
        Verdict.RELEASE,
        Verdict.RELEASE_UNLESS_INSTRUCTED,
        Verdict.OVERDUE,
        Verdict.NOT_IN_CUSTODY,
    }
)


class Transfers:
    """Handing a person over to the next facility, and taking one over.

    Args:
        office: What it stands on.
    """

    def __init__(self, office: Office) -> None:
        self.office = office

    def transfer(
        self, ctx: Context, record: str, *, to: str, said: Moving | None = None, **common: Any
    ) -> Done:
        """Send a person to another facility of this system, with every hold and every ground.

        It is a door, as a release is: who leaves, warrants and every paper are looked at first.

        Args:
            ctx: Who sends them.
            record: Id of the record.
            to: Code of the next facility.
            said: What was checked; or each part of it by its own name.
            **common: What every act on a record takes.

        Raises:
            BadInput: With everything that was not checked.
            Refusing: Nobody may keep the person any longer, so they are let go and not moved.
        """
        names = {one.name for one in fields(Moving)}
        parts = {name: common.pop(name) for name in names & common.keys()}
        moving = said or Moving(**{name: value for name, value in parts.items() if value})
        given = Given(**common)
        oldest = self.office.settings.minutes("warrant_check_minutes")

        def work(tx: Tx) -> Done:
            self.office.facility(tx, to, "to")
            tx.run("lock_desk", agency=tx.agency, alone=False)
            held = self.office.hold(tx, record)
            event = ev.Transferred(
                **given.envelope(ctx, held.name), to=to, detainers_passed_on=True
            )
            before = tx.ledger.read(held.record).fold()
            done = self.office.commit(
                tx,
                held,
                [event],
                given.expected_version,
                timed=given.occurred is not None,
                check=lambda facts: self._checked(tx, held, facts, moving, oldest),
            )
            if not done.repeated:
                self._send(tx, held, before, to, given.event_id)
            log_act(tx, "transfer", held, done)
            return done

        return self.office.run(ctx, "transfer", work, about=record)

    def acknowledge_transfer(
        self, ctx: Context, handover: str, *, booking_number: str, event_id: str = ""
    ) -> Done:
        """Take a person over: book them here with every hold that came along.

        The former facility's record then says that this one has the person, and its requests
        end there as moved.
        """
        event_id = event_id or uuid4().hex

        def work(tx: Tx) -> Done:
            row = self._on_the_way(tx, handover)
            _, person = self._opened(tx, row)
            person = replace(person, booking_number=booking_number)
            # Not as it was when they left: what came in on the way moves along too.
            with tx.acting_for(row["sender"]):
                former = self._former(tx, row["record"])
                history = tx.ledger.read(former.record)
                facts = history.fold()
            if facts.release is not None:
                words = "was let go by the facility that sent them"
                raise Refusing.one("E604", f"handover `{handover}`", words, "Ask that facility.")
            done, held = self._take_over(tx, ctx, facts, history, person, event_id)
            with tx.acting_for(row["sender"]):
                self._hand_over(tx, ctx, former, history, event_id)
            tx.run("end_handover", handover=row["handover"], at=ctx.now, next_record=held.record)
            close_about(tx, TaskKind.TRANSFER, row["handover"].hex, Said("closed.taken_over"))
            log(tx, "acknowledge_transfer", held=held, about=row["handover"].hex)
            return done

        return self.office.run(ctx, "acknowledge_transfer", work)

    def handovers(self, ctx: Context) -> list[Handover]:
        """Return who is on the way from here, or to here."""

        def work(tx: Tx) -> list[Handover]:
            found = []
            for row in tx.all("handovers"):
                holds: tuple[str, ...] = ()
                person = None
                with suppress(ExeatError, ValueError, KeyError, TypeError):
                    # One that does not open stands in the list by its number.
                    facts, person = self._opened(tx, row)
                    holds = tuple(str(d.form or "request") for d in _open_requests(facts))
                found.append(
                    Handover(
                        row["handover"].hex, row["sender"], row["receiver"], person, holds,
                        row["began"], row["acknowledged"],
                    )
                )  # fmt: skip
            log(tx, "handovers")
            return found

        return self.office.run(ctx, "handovers", work)

    def _checked(
        self, tx: Tx, held: Held, facts: CustodyRecord, said: Moving, oldest: timedelta
    ) -> None:
        """Refuse a move at whose door not everything was looked at."""
        self._may_be_moved(tx, held, facts)
        person = read_personal(tx, held, self.office.key(tx, held))
        waits = waiting_for(tx, held.facility, person).named
        must_be_ready(tx, held, person, said, (facts, waits), oldest)

    def _may_be_moved(self, tx: Tx, held: Held, facts: CustodyRecord) -> None:
        law = self.office.law(tx, held.facility, facts.facility.kind)
        answer = decide(facts, law, tx.ctx.now)
        if answer.verdict in _NOBODY_MAY_KEEP:
            words = f"nobody may keep the person: {answer.verdict.description}"
            raise Refusing.one("E604", f"record `{held.name}`", words, "Let the person go.")

    def _send(self, tx: Tx, held: Held, facts: CustodyRecord, to: str, event: str) -> None:
        person = read_personal(tx, held, self.office.key(tx, held))
        if person is None:
            help = "Enter the person's data first."
            raise refused_field("record", held.name, "has no personal data to send", help)
        handover = uuid4()
        wrapped = tx.master.new_person(handover)
        key = tx.master.unwrap(handover, wrapped, "handover")
        said = {
            "facts": json.loads(record_to_json(facts)),
            "person": personal_to_json(person),
            "event": event,
        }
        nonce, sealed = key.seal(json.dumps(said).encode(), handover.bytes)
        tx.run(
            "add_handover",
            handover=handover,
            sender=tx.agency,
            receiver=to,
            record=held.record,
            began=tx.ctx.now,
            wrapped_key=wrapped,
            nonce=nonce,
            sealed=sealed,
        )
        with tx.acting_for(to):
            open_task(tx, self.office.settings, TaskKind.TRANSFER, about=handover.hex)

    def _on_the_way(self, tx: Tx, handover: str) -> dict[str, Any]:
        row = None
        with suppress(ValueError):
            row = tx.one("handover", handover=UUID(handover))
        if row is None or row["receiver"] != tx.agency:
            help = "Take it from the list of people on the way."
            raise refused_field("handover", handover, "is not on the way here", help)
        if row["acknowledged"] is not None:
            words = "was taken over already"
            raise Refusing.one("E604", f"handover `{handover}`", words, "Open the person's record.")
        return row

    def _opened(self, tx: Tx, row: dict[str, Any]) -> tuple[CustodyRecord, PersonalData]:
        key = tx.master.unwrap(row["handover"], row["wrapped_key"], "handover")
        data = key.open(row["nonce"], row["sealed"], row["handover"].bytes)
        if data is None:
            place = f"transfer `{row['handover'].hex}`"
            raise LedgerError.one("E533", place, "cannot be read", "Restore it from a backup.")
        said = json.loads(data)
        return record_from_json(json.dumps(said["facts"])), personal_from_json(said["person"])

    def _take_over(
        self,
        tx: Tx,
        ctx: Context,
        facts: CustodyRecord,
        history: History,
        person: PersonalData,
        event_id: str,
    ) -> tuple[Done, Held]:
        agency, facility = self.office.facility(tx, ctx.agency)
        assert agency.zone is not None
        name = uuid4().hex
        said = envelope(ctx, name, event_id, None)
        booked = ev.Booked(
            **said,
            zone=agency.zone,
            facility=facility,
            custody_since=facts.booked,
            bases_complete=facts.bases_complete,
        )
        events: list[ev.Event] = [booked]
        events += moved_along(said, standing(history.events()).values())
        events += _disputed(said, history, {event.id for event in events}, facts)
        held, done = self.office.open_record(tx, name, events, person, None)
        for issuer in {d.issuer for d in _open_requests(facts) if d.issuer}:
            if self.office.knows(issuer):
                tx.ledger.share(name, issuer, "issuer")
        return done, held

    def _former(self, tx: Tx, record: UUID) -> Held:
        """Return the record at the facility that sent the person, and hold it."""
        row = tx.one("record_by_key", record=record)
        assert row is not None
        held = Held(**row)
        return self.office.hold(tx, held.name)

    def _hand_over(self, tx: Tx, ctx: Context, held: Held, history: History, event_id: str) -> None:
        """Write on the former facility's record that the next one has the person."""
        moved = [event for event in history.events() if isinstance(event, ev.Transferred)]
        said = envelope(ctx, held.name, f"{event_id}.acknowledged", None)
        events: list[ev.Event] = [ev.TransferAcknowledged(**said, transfer=moved[-1].id)]
        for detainer in _open_requests(history.fold()):
            events.append(
                ev.DetainerLifted(
                    **{**said, "id": f"{event_id}.moved.{detainer.id}"},
                    detainer=detainer.id,
                    reason=LiftReason.MOVED,
                )
            )
        events.append(
            ev.Released(
                **{**said, "id": f"{event_id}.left"}, kind=ReleaseKind.TRANSFER, to=ctx.agency
            )
        )
        self.office.commit(tx, held, events)


def _open_requests(facts: CustodyRecord) -> list[Detainer]:
    return [detainer for detainer in facts.detainers if detainer.open]


def _disputed(
    said: dict[str, Any], history: History, there: set[str], facts: CustodyRecord
) -> list[ev.Event]:
    """Return the disputes of what goes along: whoever disputed it still does."""
    things = {basis.id for basis in facts.grounds} | {d.id for d in facts.detainers}
    events = history.events()
    ids = {event.id for event in events}
    found: list[ev.Event] = []
    for event in events:
        if not isinstance(event, ev.Disputed) or event.id.removesuffix(f".{event.of}") in (
            ids - {event.id}
        ):
            continue  # what follows from an entry by itself follows from it there once more
        moved = f"{said['id']}.{event.of}"
        of = moved if moved in there else event.of if event.of in things else None
        if of is not None:
            anew = {**said, "id": f"{said['id']}.{event.id}", "occurred": event.occurred}
            found.append(ev.Disputed(**anew, of=of, says=event.says))
    return found
