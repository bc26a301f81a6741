"""Acts on one record: each is one event, or a few that stand or fall together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from exeat.facts import events as ev
from exeat.facts.codes import BasisEnd, BasisKind, LiftReason, NoticeKind
from exeat.facts.record import Conviction, CustodyRecord, Offence, Person
from exeat.facts.times import When
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.held import Held
from exeat.office.messages import refused_field
from exeat.office.models import Done, PersonalData
from exeat.office.office import Given, Office, envelope, log_act
from exeat.office.personal import check_personal, plain

__all__ = ["Acts", "NewBasis"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBasis:
    """A ground of custody as it is entered at booking."""

    id: str
    kind: BasisKind
    start: When | None = None
    agency: str | None = None
    offence: Offence | None = None


class Acts:
    """What happens to a person in custody, one method each.

    Every method takes ``event_id``, which the client gives and never uses again (sent twice,
    it counts once), ``occurred`` (left out: now) and ``expected_version`` (left out: any).

    Args:
        office: What it stands on.
    """

    def __init__(self, office: Office) -> None:
        self.office = office

    def book(
        self,
        ctx: Context,
        person: PersonalData,
        *,
        event_id: str = "",
        occurred: When | None = None,
        bases: Sequence[NewBasis] = (),
        bases_complete: bool | None = None,
        facts: Person | None = None,
        note: str | None = None,
    ) -> Done:
        """Book a person: open a record, with its grounds of custody and protective facts.

        Args:
            ctx: Who books.
            person: Who the person is.
            event_id: See the class.
            occurred: See the class.
            bases: The grounds of custody.
            bases_complete: Every ground is, or will be, entered here; without one there is none.
            facts: Protective facts.
            note: Anything else.

        Raises:
            BadInput: The personal data name nobody.
        """
        event_id = event_id or uuid4().hex

        def work(tx: Tx) -> Done:
            check_personal(person)
            agency, facility = self.office.facility(tx, ctx.agency)
            index = tx.key_of(ctx.agency)
            # Unguessable, and the same again when a client sends its booking again.
            name = index.mac(uuid5(NAMESPACE_OID, "exeat record"), event_id)[:16].hex()
            said = envelope(ctx, name, event_id, occurred, note)
            assert agency.zone is not None
            events: list[ev.Event] = [
                ev.Booked(
                    **said, zone=agency.zone, facility=facility, bases_complete=bases_complete
                )
            ]
            events += [_basis(said, basis) for basis in bases]
            if facts is not None:
                events.append(ev.PersonFact(**{**said, "id": f"{event_id}.facts"}, person=facts))
            if tx.all("find_record", name=name):
                held = self.office.hold(tx, name)
                done = self.office.commit(tx, held, events, timed=occurred is not None)
            else:
                ref = index.mac(uuid5(NAMESPACE_OID, "exeat ref"), plain(person.fingerprint_id))
                known = ref.hex() if person.fingerprint_id else None
                held, done = self.office.open_record(tx, name, events, person, known)
            log_act(tx, "book", held, done)
            return done

        return self.office.run(ctx, "book", work)

    def add_basis(
        self,
        ctx: Context,
        record: str,
        *,
        basis: str,
        kind: BasisKind,
        agency: str | None = None,
        offence: Offence | None = None,
        **common: Any,
    ) -> Done:
        """Enter a ground of custody."""
        return self._one(
            ctx, "add_basis", record, ev.BasisAdded, common,
            basis=basis, kind=kind, agency=agency, offence=offence,
        )  # fmt: skip

    def end_basis(
        self, ctx: Context, record: str, *, basis: str, ended_by: BasisEnd | None, **common: Any
    ) -> Done:
        """Enter that a ground of custody ended; a sentence cut short is checked with the court."""
        return self._one(
            ctx, "end_basis", record, ev.BasisEnded, common, basis=basis, ended_by=ended_by
        )

    def receive(self, ctx: Context, record: str, *, detainer: str, **common: Any) -> Done:
        """Enter that the facility had a request in hand."""
        return self._one(ctx, "receive", record, ev.DetainerReceived, common, detainer=detainer)

    def serve(self, ctx: Context, record: str, *, detainer: str, **common: Any) -> Done:
        """Enter that a copy of a request was served on the person."""
        return self._one(ctx, "serve", record, ev.DetainerServed, common, detainer=detainer)

    def acknowledge(self, ctx: Context, record: str, *, detainer: str, **common: Any) -> Done:
        """Enter that the issuer was told that its request is here."""
        return self._one(
            ctx, "acknowledge", record, ev.DetainerAcknowledged, common, detainer=detainer
        )

    def hold_ordered(self, ctx: Context, record: str, *, detainer: str, **common: Any) -> Done:
        """Enter that a state judicial official ordered the hold."""
        return self._one(ctx, "hold_ordered", record, ev.HoldOrdered, common, detainer=detainer)

    def decide_request(
        self, ctx: Context, record: str, *, detainer: str, complies: bool, why: str, **common: Any
    ) -> Done:
        """Answer a request: whether the facility complies, and why."""
        common = {**common, "note": why}
        return self._one(
            ctx, "decide_request", record, ev.DetainerDecided, common,
            detainer=detainer, complies=complies,
        )  # fmt: skip

    def lift(
        self, ctx: Context, record: str, *, detainer: str, reason: LiftReason, **common: Any
    ) -> Done:
        """Enter that a request ended. Its issuer may do so as well, and no other one.

        Raises:
            BadInput: An agency that asked would end a request that is not its own.
        """
        given = Given(**common)

        def events(tx: Tx, held: Held) -> list[ev.Event]:
            if held.stake == "issuer":
                _own_request(tx.ledger.read(held.record).fold(), detainer, ctx.agency)
            said = given.envelope(ctx, held.name)
            return [ev.DetainerLifted(**said, detainer=detainer, reason=reason)]

        return self.office.perform(ctx, "lift", record, given, events)

    def schedule_release(
        self, ctx: Context, record: str, *, release_at: When, **common: Any
    ) -> Done:
        """Set when the person is to leave."""
        return self._one(
            ctx, "schedule_release", record, ev.ReleaseScheduled, common, release_at=release_at
        )

    def give_notice(
        self,
        ctx: Context,
        record: str,
        *,
        kind: NoticeKind,
        to: str,
        about: str | None = None,
        evidence: str | None = None,
        **common: Any,
    ) -> Done:
        """Enter that somebody was told something, with the evidence."""
        return self._one(
            ctx, "give_notice", record, ev.NoticeGiven, common,
            kind=kind, to=to, about=about, evidence=evidence,
        )  # fmt: skip

    def set_person_fact(self, ctx: Context, record: str, *, facts: Person, **common: Any) -> Done:
        """Enter protective facts. A claim of citizenship, or "not me", goes back to issuers."""
        return self._one(ctx, "set_person_fact", record, ev.PersonFact, common, person=facts)

    def record_convictions(
        self, ctx: Context, record: str, *, convictions: tuple[Conviction, ...], **common: Any
    ) -> Done:
        """Enter the convictions of record that were looked up; none is an answer too."""
        return self._one(
            ctx, "record_convictions", record, ev.ConvictionsRecorded, common,
            convictions=convictions,
        )  # fmt: skip

    def correct(
        self, ctx: Context, record: str, *, of: str, says: str, instead: ev.Plain | None,
        **common: Any,
    ) -> Done:  # fmt: skip
        """Correct an event: it stays on record, and what stands instead is said."""
        return self._one(
            ctx, "correct", record, ev.Corrected, common, of=of, says=says, instead=instead
        )

    def dispute(self, ctx: Context, record: str, *, of: str, says: str, **common: Any) -> Done:
        """Say that something on record is wrong."""
        return self._one(ctx, "dispute", record, ev.Disputed, common, of=of, says=says)

    def _one(
        self,
        ctx: Context,
        act: str,
        record: str,
        kind: Callable[..., ev.Event],
        common: dict[str, Any],
        /,
        **said: Any,
    ) -> Done:
        """Do an act that is one event."""
        given = Given(**common)

        def events(tx: Tx, held: Held) -> list[ev.Event]:
            start = given.envelope(ctx, held.name)
            return [kind(**start, **said)]

        return self.office.perform(ctx, act, record, given, events)


def _own_request(record: CustodyRecord, detainer: str, agency: str) -> None:
    """Refuse an act of an issuer on what it did not lodge; whether it is there is not said."""
    own = sorted(one.id for one in record.detainers if one.issuer == agency)
    if detainer not in own:
        words, help = f"is no request of `{agency}`", "Name one of your own."
        raise refused_field("detainer", detainer, words, help, own)


def _basis(said: dict[str, Any], basis: NewBasis) -> ev.BasisAdded:
    start = basis.start if basis.start is not None else said["occurred"]
    return ev.BasisAdded(
        **{**said, "id": f"{said['id']}.{basis.id}", "occurred": start, "note": None},
        basis=basis.id,
        kind=basis.kind,
        agency=basis.agency,
        offence=basis.offence,
    )
