"""What a place's law forbids in a person's case, and the acts by which it would be done.

Such an act is not made impossible: what was done must be told truly. It takes a reason and a
second person, is on record as an act against the law, and waits for a supervisor's review.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from exeat.auth.accounts import Accounts
from exeat.decide import Answer, Certainty, Option, Verdict, decide
from exeat.desk.service._gate_models import Override, RefusalKind
from exeat.errors import Fault
from exeat.facts import events as ev
from exeat.facts.codes import NoticeKind, ReleaseKind
from exeat.facts.fold import standing
from exeat.facts.record import CustodyRecord
from exeat.i18n.said import Said, Sayings
from exeat.office.context import Context, Role
from exeat.office.db import Tx
from exeat.office.errors import Refusing
from exeat.office.held import Held, log
from exeat.office.messages import refused_field
from exeat.office.models import TaskKind
from exeat.office.office import Office
from exeat.office.tasks import open_task
from exeat.record.entries import History
from exeat.rules.model import About

__all__ = [
    "AgainstLaw",
    "Signed",
    "bans_said",
    "before_leaving",
    "by_the_door",
    "handing_over",
    "immigration",
    "sharing",
    "telling",
    "unseen",
]

ICE: Final = "ice"
"""The code under which notices name immigration authorities, whichever office it is."""
_TO_THEM: Final = frozenset({NoticeKind.RELEASE, NoticeKind.ANSWER, NoticeKind.REPORT})
"""Notices that a ban forbids only where they go to immigration authorities."""
_KEEPS: Final = frozenset({Verdict.MUST_HOLD, Verdict.MAY_HOLD})
_LAWS: Final = frozenset({RefusalKind.NO_HANDOVER, RefusalKind.FORBIDDEN})
_SHARES: Final = frozenset({About.NOTIFY, About.ANSWER_INFORMATION})


@dataclass(frozen=True, slots=True)
class Signed:
    """Why an act that the law forbids was done all the same, with the second person's name."""

    override: Override
    second: str

    @property
    def note(self) -> str:
        """What the entry itself says."""
        return f"{self.override.reason.value}: {self.override.words}"


def immigration(to: str | None, record: CustodyRecord, issuers: Collection[str] = ()) -> bool:
    """Say whether a code names immigration authorities: as such, or as an office that asks.

    Args:
        to: Of whoever is told, or takes the person.
        record: Its requests name the offices that lodged them.
        issuers: Codes of the agencies that lodge requests.
    """
    return to is not None and (
        to == ICE or to in issuers or to in {one.issuer for one in record.detainers}
    )


def _sure(answer: Answer, abouts: Collection[About]) -> tuple[Option, ...]:
    return tuple(
        one
        for one in answer.bans
        if one.rule.about in abouts and one.certainty is Certainty.CERTAIN
    )


def handing_over(answer: Answer) -> tuple[Option, ...]:
    """Return what forbids that the person is handed to immigration officers.

    Nobody can hand a person over without telling of the release, so a ban on telling counts too;
    but not where the law itself has the person kept for them, or speaks of the handover.
    """
    bans = _sure(answer, {About.HAND_OVER})
    says = [(one.rule.about, one.certainty) for one in answer.options]
    says += [(one.rule.about, one.certainty) for one in answer.duties]
    spoken = (About.HAND_OVER, Certainty.CERTAIN) in says
    if bans or spoken or answer.verdict in _KEEPS:
        return bans
    return _sure(answer, {About.NOTIFY})


def telling(answer: Answer, kind: NoticeKind, *, them: bool) -> tuple[Option, ...]:
    """Return what forbids a notice.

    Args:
        answer: For the person.
        kind: What is told.
        them: To immigration authorities.
    """
    if kind in _TO_THEM and not them:
        return ()
    return tuple(one for one in _sure(answer, set(About)) if one.rule.about.value == kind.value)


def sharing(answer: Answer) -> tuple[Option, ...]:
    """Return what forbids that an immigration office reads the record: it says when they leave."""
    return _sure(answer, _SHARES)


def unseen(answer: Answer) -> tuple[Option, ...]:
    """Return why an issuer is not shown whether and when the person leaves.

    Nobody signs for what a page shows by itself. So a ban that only may apply is enough here,
    unless the law lets the release be told, or commands it.
    """
    says = [(one.rule.about, one.certainty) for one in answer.options]
    says += [(one.rule.about, one.certainty) for one in answer.duties]
    if (About.NOTIFY, Certainty.CERTAIN) in says:
        return sharing(answer)
    return tuple(one for one in answer.bans if one.rule.about in _SHARES)


def before_leaving(record: CustodyRecord, now: datetime) -> datetime:
    """Return the instant whose law counts for telling of a release that was: just before it."""
    left = record.release.at if record.release is not None else None
    return left - timedelta(microseconds=1) if isinstance(left, datetime) and left <= now else now


def bans_said(bans: Iterable[Option]) -> Sayings:
    """Return what bans say, each sentence once."""
    said: dict[tuple[str, str], Said] = {}
    for one in bans:
        to = Said(f"to.{one.rule.to or 'anybody'}")
        key = (one.rule.about.value, one.rule.to)
        said.setdefault(key, Said(f"say.{one.rule.about.value}.must-not", {"to": to}))
    return tuple(said.values())


_SECOND: Final = Role.SUPERVISOR.value


class AgainstLaw:
    """Acts that the law of a place forbids.

    Args:
        office: What it stands on.
        accounts: Who people are; for the second person.
    """

    def __init__(self, office: Office, accounts: Accounts) -> None:
        self.office = office
        self.accounts = accounts

    def signed(self, ctx: Context, act: str, override: Override | None) -> Signed | None:
        """Check the second person, before any record is held: a password takes its time.

        Raises:
            NotPermitted: Who asks may not do the act at all.
            BadInput: No reason is given in words.
            SignInError: The second person was not let in.
        """
        if override is None:
            return None
        ctx.need(act)
        if not override.words.strip():
            help = "Enter why you do it all the same."
            raise refused_field("words", "", "say nothing", help)
        return Signed(override, self.accounts.signin.second_person(ctx, override.second))

    def issuers(self, tx: Tx) -> frozenset[str]:
        """Return the codes of the agencies that lodge requests."""
        rows = tx.all("directory")
        return frozenset(row["code"] for row in rows if row["kind"] == "requester")

    def answer(self, tx: Tx, held: Held, history: History) -> tuple[CustodyRecord, Answer]:
        """Return the record, and the answer whose bans count for what is told now."""
        facts = history.fold()
        law = self.office.law(tx, held.facility, facts.facility.kind)
        return facts, decide(facts, law, before_leaving(facts, tx.ctx.now))

    def of_events(self, tx: Tx, held: Held, events: Iterable[ev.Event]) -> tuple[Option, ...]:
        """Return what forbids the acts that events tell, corrections among them."""
        history = tx.ledger.read(held.record)
        known, stands = {event.id for event in history.events()}, standing(history.events())
        new = [event for event in events if event.id not in known]
        told = [notice for event in new for notice in _told(event, stands)]
        if not told:
            return ()
        facts, answer = self.answer(tx, held, history)
        issuers = self.issuers(tx)
        bans: dict[str, Option] = {}
        for notice in told:
            them = immigration(notice.to, facts, issuers)
            bans |= {one.rule.id: one for one in telling(answer, notice.kind, them=them)}
        return tuple(bans.values())

    def need(self, bans: Collection[Option], signed: Signed | None, place: str) -> None:
        """Refuse a forbidden act that nobody has signed for with a second person.

        Raises:
            Refusing: The law forbids it, and one person alone would do it.
        """
        if bans and signed is None:
            said = Said("fault.forbidden", {"bans": bans_said(bans)})
            words = f"is forbidden here by {', '.join(sorted({one.rule.id for one in bans}))}"
            help = "Do not do it. Was it done, enter it with a reason and a second person."
            raise Refusing([Fault("E606", place, words, help, said=said)])

    def entered(
        self,
        tx: Tx,
        held: Held,
        version: int,
        signed: Signed,
        kinds: Iterable[RefusalKind] = (RefusalKind.FORBIDDEN,),
        bans: Iterable[Option] = (),
    ) -> tuple[str, ...]:
        """Put on record that two people did it, and open its review.

        Args:
            tx: The transaction of the act.
            held: The record.
            version: At which the record stands with it.
            signed: Who, and why.
            kinds: What was passed over.
            bans: What forbids it, if anything does.
        """
        override, first = uuid4(), tx.ctx.actor_name
        tx.run(
            "add_override",
            override=override,
            agency=tx.agency,
            record=held.record,
            version=version,
            at=tx.ctx.now,
            reason=signed.override.reason.value,
            refusals=[kind.value for kind in kinds],
            first=first,
            second=signed.second,
        )
        # Both have a line of their own: whoever looks for one of the two finds what they signed.
        log(tx, "countersign", held=held, about=override.hex, role=_SECOND, by=signed.second)
        return tuple(self._reviews(tx, held, override, signed, tuple(kinds), tuple(bans)))

    def _reviews(
        self,
        tx: Tx,
        held: Held,
        override: UUID,
        signed: Signed,
        kinds: tuple[RefusalKind, ...],
        bans: tuple[Option, ...],
    ) -> Iterator[str]:
        settings, about = self.office.settings, override.hex
        if set(kinds) - _LAWS:
            yield open_task(tx, settings, TaskKind.OVERRIDE, held=held, about=about)
        if bans:
            kind = TaskKind.AGAINST_LAW
            who = {"by": tx.ctx.actor_name, "second": signed.second}
            why = (Said(f"task_why.{kind.value}", who), *bans_said(bans))
            yield open_task(tx, settings, kind, held=held, about=about, because=why)


def _told(event: ev.Event, stands: Mapping[str, ev.Event]) -> Iterator[ev.NoticeGiven]:
    """Yield the notice that an event tells of anew."""
    told = event.instead if isinstance(event, ev.Corrected) else event
    if not isinstance(told, ev.NoticeGiven):
        return
    was = stands.get(event.of) if isinstance(event, ev.Corrected) else None
    if isinstance(was, ev.NoticeGiven) and (was.kind, was.to) == (told.kind, told.to):
        return
    yield told


def by_the_door(
    kind: ReleaseKind, to: str | None, record: CustodyRecord, issuers: Collection[str]
) -> bool:
    """Say whether somebody who leaves so is handed to immigration officers.

    Whatever the way out is called: who takes the person says it too.
    """
    return kind is ReleaseKind.TO_ICE or immigration(to, record, issuers)
