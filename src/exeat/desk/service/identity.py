"""Who the person is, put right where it was wrong on file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.desk.service._booking import cannot_be, same_person
from exeat.desk.service._waiting import waiting_for
from exeat.facts import events as ev
from exeat.facts.codes import IdentityPart
from exeat.i18n.said import Said
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.errors import Refusing
from exeat.office.held import Held, not_found
from exeat.office.messages import bad_field
from exeat.office.models import Done, PersonalData, TaskKind
from exeat.office.office import Given, Office, log_act
from exeat.office.personal import (
    check_personal,
    former_personal,
    namesakes,
    put_personal,
    read_personal,
)
from exeat.office.register import Identity
from exeat.office.repeated import another
from exeat.office.tasks import open_task

__all__ = ["Identities"]

_PARTS: Final = {
    IdentityPart.SURNAME: "surname",
    IdentityPart.GIVEN_NAMES: "given_names",
    IdentityPart.AGE: "born",
    IdentityPart.BOOKING_NUMBER: "booking_number",
}


class Identities:
    """Corrections of the name, the birth date and the booking number on file.

    Args:
        office: What it stands on.
    """

    def __init__(self, office: Office) -> None:
        self.office = office

    def correct(
        self,
        ctx: Context,
        record: str,
        *,
        mistake: str = "",
        surname: str = "",
        given_names: str = "",
        born: Any = None,
        booking_number: str = "",
        **common: Any,
    ) -> Done:
        """Correct who the person is; the entry says what was wrong, and no name.

        What stood there before is sealed with the personal data. Where somebody else may be
        meant, before or after it, the gate stays shut until a second person has looked.

        Args:
            ctx: Who corrects it.
            record: Id of the record.
            mistake: What is wrong, and why.
            surname: As it should read; what is left open stays as it is.
            given_names: Likewise.
            born: Likewise, a date.
            booking_number: Likewise.
            **common: What every act on a record takes.

        Raises:
            BadInput: Nothing would change, the data cannot be, or it is not said why.
        """
        given = Given(**common)
        asked = Identity(
            surname=surname, given_names=given_names, born=born, booking_number=booking_number
        )
        wanted = {name: value for name in _PARTS.values() if (value := getattr(asked, name))}

        def work(tx: Tx) -> Done:
            # No request comes in, and nobody is let go, between the old name and the new one.
            tx.run("lock_desk", agency=ctx.agency, alone=True)
            held = self.office.hold(tx, record)
            if held.stake != "facility":
                raise not_found(record)
            before = read_personal(tx, held, self.office.key(tx, held))
            if before is None:
                words = "has no personal data that can be read"
                raise Refusing.one("E604", f"record `{held.name}`", words, "Tell the keeper.")
            after = replace(before, **wanted)
            parts = self._known(tx, held, given.event_id, before, after)
            again = parts is not None
            if parts is None:
                parts = self._changed(tx, ctx, before, after, mistake)
            event = ev.IdentityCorrected(
                **given.envelope(ctx, held.name), parts=parts, mistake=mistake
            )
            done = self.office.commit(
                tx, held, [event], given.expected_version, timed=given.occurred is not None
            )
            if not again:
                done = self._put(tx, held, done, before, after)
            log_act(tx, "correct_identity", held, done)
            return done

        return self.office.run(ctx, "correct_identity", work, about=record)

    def _known(
        self, tx: Tx, held: Held, event_id: str, before: PersonalData, after: PersonalData
    ) -> tuple[IdentityPart, ...] | None:
        """Return what an entry that is sent again corrected, or None where it is a new one."""
        for event in tx.ledger.read(held.record).events():
            if event.id == event_id and isinstance(event, ev.IdentityCorrected):
                if before != after:
                    raise another(f"event `{event_id}`")
                return event.parts
        return None

    def _changed(
        self, tx: Tx, ctx: Context, before: PersonalData, after: PersonalData, mistake: str
    ) -> tuple[IdentityPart, ...]:
        """Return what is corrected.

        Raises:
            BadInput: With everything that will not do.
        """
        agency, _ = self.office.facility(tx, ctx.agency)
        assert agency.zone is not None
        faults = list(cannot_be(after, None, ctx.now, ZoneInfo(agency.zone)))
        if not mistake.strip():
            faults.append(bad_field("mistake", "is missing", "Say what is wrong, and why."))
        if before == after:
            words = "says nothing else than what is on file"
            faults.append(bad_field("identity", words, "Enter what is wrong as it should read."))
        check_personal(after, faults)
        return tuple(
            part for part, name in _PARTS.items() if getattr(before, name) != getattr(after, name)
        )

    def _put(
        self, tx: Tx, held: Held, done: Done, before: PersonalData, after: PersonalData
    ) -> Done:
        """Put the new data and their index in place, and open the second look if one is due."""
        key = self.office.key(tx, held)
        event_id = done.events[0]
        former = {**former_personal(tx, held, key), event_id: before}
        put_personal(tx, held, key, after, former)
        if not _somebody_else(tx, held, (before, after)):
            return done
        because = (Said("task_why.identity-corrected", {"by": tx.ctx.actor_name}),)
        task = open_task(
            tx,
            self.office.settings,
            TaskKind.CORRECTION,
            held=held,
            about=event_id,
            because=because,
        )
        return replace(done, tasks=(*done.tasks, task))


def _somebody_else(tx: Tx, held: Held, both: Sequence[PersonalData]) -> bool:
    """Say whether a request that waits, or somebody in the house, may be who either name means."""
    for person in both:
        waiting = waiting_for(tx, held.facility, person)
        near = (one for one in same_person(tx, held.facility, person) if one.record != held.name)
        if waiting.named or waiting.born or namesakes(tx, held, person) or any(near):
            return True
    return False
