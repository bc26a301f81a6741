"""The gate: may this person go? And letting them go, in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import uuid4

from exeat.decide import Answer, Verdict, decide
from exeat.desk.service._claims import unread_claims, waiting_papers
from exeat.desk.service._counsel import FOR_COUNSEL, counsel_says, counsel_within
from exeat.desk.service._refusals import Door, Inside, refusals_of, shut_of, warnings_of
from exeat.desk.service._waiting import Waiting, waiting_for
from exeat.desk.service.forbidden import AgainstLaw, Signed, by_the_door
from exeat.desk.service.models import (
    OVERRIDABLE,
    Clearance,
    Refusal,
    Refused,
    Released,
    ReleaseOrder,
)
from exeat.facts import events as ev
from exeat.facts.case import zone_of
from exeat.facts.codes import ReleaseKind
from exeat.facts.times import aware
from exeat.i18n.said import Sayings
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.held import Held, log
from exeat.office.messages import refused_field
from exeat.office.models import TaskKind
from exeat.office.office import Office, envelope
from exeat.office.outcomes import Outcome
from exeat.office.personal import namesakes, read_personal
from exeat.office.repeated import said_again
from exeat.office.steps import reached
from exeat.office.tasks import answer_now, cleared_before, close_tasks, open_task, open_tasks
from exeat.record.entries import History
from exeat.rules.place import LawOfPlace
from exeat.say.questions import ask_said, conflict_said
from exeat.say.sealed import sealed_answer

__all__ = ["Gate"]

_WAITS: Final = {
    Verdict.UNKNOWN: TaskKind.ANSWER,
    Verdict.CONFLICT: TaskKind.ANSWER,
    **dict.fromkeys(FOR_COUNSEL, TaskKind.COUNSEL),
}
"""Which task is open while nobody, or only counsel, can say whether the person may be kept."""


class Gate:
    """Clearance and release.

    Args:
        office: What it stands on.
        against: Who signs besides, where two people pass over what keeps it shut.
    """

    def __init__(self, office: Office, against: AgainstLaw) -> None:
        self.office = office
        self.against = against

    def clear(
        self,
        ctx: Context,
        record: str,
        at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> Clearance:
        """Answer whether a person may go.

        Args:
            ctx: Who asks.
            record: Id of the record.
            at: The instant asked about; left out: now.
            known_at: Count only what was recorded by then; left out: all that is on record.

        Returns:
            The answer with the version that it rests on. Nothing is stored but who asked, and,
            where nobody can say, a task for somebody to find out.

        Raises:
            NotFound: There is no such record for this agency.
            RecordError: The booking was not on record by ``known_at``.
        """
        when = ctx.now if at is None else aware(at, "at")

        def work(tx: Tx) -> Clearance:
            held = self.office.find(tx, record)
            history = tx.ledger.read(held.record)
            facts = history.fold(known_at=known_at)
            law = self.office.law(tx, held.facility, facts.facility.kind)
            answer, zone = decide(facts, law, when, known_at=known_at), zone_of(facts.zone)
            person = read_personal(tx, held, self.office.key(tx, held))
            others = namesakes(tx, held, person)
            opened: tuple[str, ...] = ()
            ours = held.stake == "facility"
            waits = waiting_for(tx, held.facility, person) if ours else Waiting()
            kinds = open_tasks(tx, held)
            if at is None and known_at is None and ours:
                opened = self._await(tx, held, answer, law, kinds)
                kinds = open_tasks(tx, held)
            papers = waiting_papers(facts, unread_claims(history.events()), law, when, answer)
            shut = shut_of(Inside(answer, law, waits, kinds, papers)) if ours else ()
            earlier = cleared_before(tx, held, zone)
            log(tx, "clear", answer.verdict.value, held=held)
            return Clearance(
                answer,
                law,
                facts,
                history.version,
                (*warnings_of(answer, kinds, others), *waits.warnings, *earlier),
                others,
                opened,
                shut,
            )

        return self.office.run(ctx, "clear", work, about=record)

    def release(self, ctx: Context, order: ReleaseOrder) -> Released | Refused:
        """Let a person go, or say why not. One transaction: hold, read, decide, then write.

        Args:
            ctx: The officer at the door.
            order: What the officer says.

        Raises:
            NotFound: There is no such record for this agency.
            BadInput: The order makes no sense, whoever it is about.
            SignInError: The second person of an override was not let in.
        """
        if order.kind is ReleaseKind.TRANSFER:
            raise refused_field("kind", "transfer", "is no release", "Use the form for transfers.")
        ctx.need("release")
        # Before any record is held: checking a password takes its time.
        signed = self.against.signed(ctx, "release", order.override)

        def work(tx: Tx) -> Released | Refused:
            return self._release(tx, order, signed)

        found = self.office.run(ctx, "release", work, about=order.record)
        reached("release-committed")
        return found

    def _release(self, tx: Tx, order: ReleaseOrder, signed: Signed | None) -> Released | Refused:
        event_id = order.event_id or uuid4().hex
        tx.run("lock_desk", agency=tx.agency, alone=False)
        held = self.office.hold(tx, order.record)
        reached("release-locked")
        history = tx.ledger.read(held.record)
        event, facts = self._event(tx.ctx, held, order, event_id), history.fold()
        if said_again(history, [event], timed=False):
            log(tx, "release", "repeated", held=held, about=event_id)
            given = history.answers()[-1] if history.answers() else {}
            zone = zone_of(facts.zone)
            return Released(held.name, history.version, event_id, given, zone, repeated=True)
        law = self.office.law(tx, held.facility, facts.facility.kind)
        answer = decide(facts, law, tx.ctx.now)
        reached("release-decided")
        door = self._door(tx, held, history, order, answer, law)
        refusals = refusals_of(door)
        passed: tuple[Refusal, ...] = ()
        if signed is not None:
            passed = tuple(one for one in refusals if one.kind in OVERRIDABLE)
            refusals = tuple(one for one in refusals if one.kind not in OVERRIDABLE)
        if refusals:
            return self._shut(tx, held, door, law, refusals)
        return self._let_go(tx, held, door, law, event, passed, signed)

    def _event(self, ctx: Context, held: Held, order: ReleaseOrder, event_id: str) -> ev.Released:
        note = None
        if order.override is not None:
            note = f"{order.override.reason.value}: {order.override.words}"
        return ev.Released(
            **envelope(ctx, held.name, event_id, None, note), kind=order.kind, to=order.to
        )

    def _door(
        self,
        tx: Tx,
        held: Held,
        history: History,
        order: ReleaseOrder,
        answer: Answer,
        law: LawOfPlace,
    ) -> Door:
        person = read_personal(tx, held, self.office.key(tx, held))
        issuers = self.against.issuers(tx)
        waits = waiting_for(tx, held.facility, person)
        now, claims = tx.ctx.now, unread_claims(history.events())
        papers = waiting_papers(history.fold(), claims, law, now, answer)
        return Door(
            now=now,
            order=order,
            history=history,
            inside=Inside(answer, law, waits, open_tasks(tx, held), papers),
            person=person,
            namesakes=namesakes(tx, held, person),
            to_them=by_the_door(order.kind, order.to, history.fold(), issuers),
            warrant_check=self.office.settings.minutes("warrant_check_minutes"),
        )

    def _shut(
        self, tx: Tx, held: Held, door: Door, law: LawOfPlace, refusals: tuple[Refusal, ...]
    ) -> Refused:
        opened = self._await(tx, held, door.answer, law, door.inside.open_tasks)
        log(tx, "release", Outcome.refused(one.kind.value for one in refusals), held=held)
        return Refused(
            held.name,
            door.history.version,
            refusals,
            door.answer,
            law,
            zone_of(door.history.fold().zone),
            door.came_in(),
            door.namesakes,
            opened,
        )

    def _let_go(
        self,
        tx: Tx,
        held: Held,
        door: Door,
        law: LawOfPlace,
        event: ev.Released,
        passed: tuple[Refusal, ...],
        signed: Signed | None,
    ) -> Released:
        version = door.history.version
        zone = zone_of(door.history.fold().zone)
        given = sealed_answer(door.answer, law, zone)
        given["gate"] = door.said(passed, tx.ctx.actor_name, signed.second if signed else None)
        tx.ledger.append_answer(
            held.name, f"{event.id}.answer", given, expected_version=version, facility=held.facility
        )
        reached("release-answered")
        done = self.office.commit(tx, held, [event], version + 1, timed=False)
        reached("release-written")
        opened = done.tasks
        said: Sayings = door.inside.waiting.warnings
        if door.answer.verdict in FOR_COUNSEL:
            said += tuple(counsel_says(door.answer, law))
            opened += self._await(tx, held, door.answer, law, ())
        kinds = tuple(dict.fromkeys(one.kind for one in passed))
        if passed and signed is not None:
            bans = door.forbids
            opened += self.against.entered(tx, held, done.version, signed, kinds, bans)
        log(tx, "release", "override" if passed else "done", held=held, about=event.id)
        reached("release-logged")
        return Released(
            held.name, done.version, event.id, given, zone, kinds, opened, warnings=said
        )

    def _await(
        self,
        tx: Tx,
        held: Held,
        answer: Answer,
        law: LawOfPlace,
        standing: Collection[TaskKind],
    ) -> tuple[str, ...]:
        """Open the task of an answer that waits for somebody, and close what waits no more."""
        wanted = _WAITS.get(answer.verdict)
        over = [kind for kind in set(_WAITS.values()) - {wanted} if kind in standing]
        if over:
            close_tasks(tx, held, over, answer_now(answer.verdict.value))
        if wanted is None:
            return ()
        due = None
        if wanted is TaskKind.COUNSEL:
            because = counsel_says(answer, law)
            within = counsel_within(answer, law)
            due = tx.ctx.now + within if within is not None else None
        else:
            asks = (ask_said(question.asks) for question in answer.questions)
            because = (*asks, *map(conflict_said, answer.conflicts))
        return (open_task(tx, self.office.settings, wanted, held=held, because=because, due=due),)
