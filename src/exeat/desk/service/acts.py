"""Acts on one record: a booking, and every act that is one event of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5
from zoneinfo import ZoneInfo

from exeat.desk.service._booking import cannot_be, leaves_too_early, must_be_another, same_person
from exeat.desk.service._near import Near
from exeat.desk.service.forbidden import AgainstLaw, Signed
from exeat.desk.service.models import Override
from exeat.facts import events as ev
from exeat.facts.codes import BasisKind
from exeat.facts.limits import Code, Text
from exeat.facts.record import CustodyRecord, Offence, Person
from exeat.facts.times import When
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.errors import BadInput, Refusing
from exeat.office.held import Held, log
from exeat.office.messages import at_odds, bad_field, one_line, refused_field
from exeat.office.models import Done, PersonalData
from exeat.office.office import Given, Office, envelope, log_act
from exeat.office.outcomes import Outcome
from exeat.office.personal import check_personal, read_personal, ref_of
from exeat.office.register import ACTS
from exeat.office.repeated import another

__all__ = ["Acts", "NewBasis"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBasis:
    """A ground of custody as it is entered at booking."""

    id: Code
    kind: BasisKind
    start: When | None = None
    agency: Text | None = None
    offence: Offence | None = None


class Acts:
    """What happens to a person in custody.

    Both methods take ``event_id``, which the client gives and never uses again (sent twice,
    it counts once), ``occurred`` (left out: now) and ``expected_version`` (left out: any).

    Args:
        office: What it stands on.
        against: What is done though the law forbids it.
    """

    def __init__(self, office: Office, against: AgainstLaw) -> None:
        self.office = office
        self.against = against

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
        not_these: Collection[str] = (),
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
            not_these: Records of those in the house who may be this person, and are not.

        Raises:
            BadInput: The personal data name nobody, or cannot be.
            Refusing: The person may be in the house already.
        """
        event_id = event_id or uuid4().hex

        def work(tx: Tx) -> Done:
            # Two bookings of one person at once: the second sees the first.
            tx.run("lock_desk", agency=ctx.agency, alone=True)
            agency, facility = self.office.facility(tx, ctx.agency)
            index = tx.key_of(ctx.agency)
            # Unguessable, and the same again when a client sends its booking again.
            name = index.mac(uuid5(NAMESPACE_OID, "exeat record"), event_id)[:16].hex()
            said = envelope(ctx, name, event_id, occurred, note)
            assert agency.zone is not None
            faults = cannot_be(person, occurred, ctx.now, ZoneInfo(agency.zone))
            check_personal(person, faults)
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
                # No event names the person, so equal events may be of two people.
                key = self.office.key(tx, held) if held.wrapped_key else None
                booked = read_personal(tx, held, key) if key else None
                if booked is not None and booked != person:
                    raise another(f"event `{event_id}`")
                done = self.office.commit(tx, held, events, timed=occurred is not None)
            else:
                must_be_another(same_person(tx, ctx.agency, person), not_these)
                ref = ref_of(index, person)
                held, done = self.office.open_record(tx, name, events, person, ref)
            log_act(tx, "book", held, done)
            return done

        return self.office.run(ctx, "book", work)

    def booked_already(self, ctx: Context, person: PersonalData) -> tuple[Near, ...]:
        """Return who in the house may be this person, before they are booked once more."""

        def work(tx: Tx) -> tuple[Near, ...]:
            found = same_person(tx, ctx.agency, person)
            log(tx, "near", Outcome.counted(person=len(found)))
            return found

        return self.office.run(ctx, "near", work)

    def enter(
        self,
        ctx: Context,
        act: str,
        record: str,
        /,
        *,
        event_id: str = "",
        occurred: When | None = None,
        expected_version: int | None = None,
        note: str | None = None,
        override: Override | None = None,
        **said: object,
    ) -> Done:
        """Do an act that is one event of a record.

        Args:
            ctx: Who acts.
            act: Its name in the register.
            record: Id of the record.
            event_id: See the class.
            occurred: See the class.
            expected_version: See the class.
            note: Anything else.
            override: Why it is done though the law forbids it, and the second person.
            **said: What the event says, its envelope apart.

        Raises:
            BadInput: Something is left open that whoever does this has to say; or an agency that
                asked would act on a request that is not its own.
            Refusing: The law of the place forbids it, and nobody signed besides.
            SignInError: The second person was not let in.
        """
        one = ACTS[act]
        signed = self.against.signed(ctx, act, override)
        note = signed.note if signed is not None and note is None else note
        given = Given(
            event_id=event_id, occurred=occurred, expected_version=expected_version, note=note
        )
        content = {**one.fills, **said}
        enters: Callable[..., ev.Event] | None = one.enters
        assert enters is not None, act

        def events(tx: Tx, held: Held) -> list[ev.Event]:
            missing = [part for part in one.must if {**content, "note": note}.get(part) is None]
            faults = [bad_field(part, "is missing", "Say it.") for part in missing]
            event = enters(**given.envelope(ctx, held.name), **content) if not faults else None
            faults += at_odds(getattr(event, "instead", None) or event)
            if isinstance(event, ev.ReleaseScheduled):
                facts = tx.ledger.read(held.record).fold()
                faults += leaves_too_early(event, facts, ZoneInfo(facts.zone))
            if faults or event is None:
                raise BadInput(faults)
            # As far as it may act at all: whether another's request is there is not said.
            if held.stake == "issuer" and "detainer" in content:
                _own_request(tx.ledger.read(held.record).fold(), content["detainer"], ctx.agency)
            if one.enters is ev.Corrected:
                _own_entry(tx.ledger.read(held.record).events(), content.get("of"), held.facility)
                _of_identity(tx.ledger.read(held.record).events(), content)
            self._lawful(tx, held, [event], signed, f"act `{one.name}`")
            return [event]

        return self.office.perform(ctx, one.name, record, given, events)

    def _lawful(
        self, tx: Tx, held: Held, events: list[ev.Event], signed: Signed | None, place: str
    ) -> None:
        """Refuse what the law forbids, unless two people sign; then put that on record."""
        bans = self.against.of_events(tx, held, events)
        self.against.need(bans, signed, place)
        if bans and signed is not None:
            version = tx.ledger.read(held.record).version + len(events)
            self.against.entered(tx, held, version, signed, bans=bans)


def _own_request(record: CustodyRecord, detainer: object, agency: str) -> None:
    """Refuse an act of an issuer on what it did not lodge; whether it is there is not said."""
    own = sorted(one.id for one in record.detainers if one.issuer == agency)
    if detainer not in own:
        words, help = f"is no request of `{agency}`", "Name one of your own."
        raise refused_field("detainer", str(detainer), words, help, own)


def _own_entry(events: Sequence[ev.Event], of: object, facility: str) -> None:
    """Refuse to correct what another agency lodged: its word is not the facility's to change."""
    for event in events:
        if event.id == of and event.by != facility:
            words = f"was entered by `{event.by}`"
            help = "Answer it, or dispute it; only whoever lodged it can take it back."
            raise Refusing.one("E604", f"event `{one_line(event.id)}`", words, help)


def _of_identity(events: Sequence[ev.Event], content: Mapping[str, object]) -> None:
    """Refuse to unsay that who the person is was corrected: what is on file would stay so."""
    instead = content.get("instead")
    for event in events:
        if not isinstance(event, ev.IdentityCorrected) or event.id != content.get("of"):
            continue
        if not isinstance(instead, ev.IdentityCorrected) or instead.parts != event.parts:
            words = "says that who the person is was corrected, which is on file"
            help = "Correct the identity once more, to what is right."
            raise Refusing.one("E604", f"event `{one_line(event.id)}`", words, help)


def _basis(said: dict[str, Any], basis: NewBasis) -> ev.BasisAdded:
    start = basis.start if basis.start is not None else said["occurred"]
    return ev.BasisAdded(
        **{**said, "id": f"{said['id']}.{basis.id}", "occurred": start, "note": None},
        basis=basis.id,
        kind=basis.kind,
        agency=basis.agency,
        offence=basis.offence,
    )
