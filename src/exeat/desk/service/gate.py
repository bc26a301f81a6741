"""The gate: may this person go? And letting them go, in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import uuid4

from exeat.auth.accounts import Accounts
from exeat.decide import Answer, Verdict, decide
from exeat.desk.service._counsel import FOR_COUNSEL, counsel_says, counsel_within
from exeat.desk.service._refusals import Door, refusals_of, warnings_of
from exeat.desk.service._waiting import Waiting, waiting_for
from exeat.desk.service.models import (
    OVERRIDABLE,
    Clearance,
    Refusal,
    RefusalKind,
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
from exeat.office.messages import code_of, refused_field
from exeat.office.models import TaskKind
from exeat.office.office import Office, envelope, said_again
from exeat.office.outcomes import Outcome
from exeat.office.personal import namesakes, read_personal
from exeat.office.steps import reached
from exeat.office.tasks import answer_now, cleared_before, close_tasks, open_task
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
        accounts: Who people are; for the second person of an override.
    """

    def __init__(self, office: Office, accounts: Accounts) -> None:
        self.office = office
        self.accounts = accounts

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
            kinds = [row["kind"] for row in tx.all("open_kinds", record=held.record)]
            opened: tuple[str, ...] = ()
            ours = held.stake == "facility"
            waits = waiting_for(tx, held.facility, person) if ours else Waiting()
            if at is None and known_at is None and ours:
                opened = self._await(tx, held, answer, law, kinds)
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
        second = self._second(ctx, order)

        def work(tx: Tx) -> Released | Refused:
            return self._release(tx, order, second)

        found = self.office.run(ctx, "release", work, about=order.record)
        reached("release-committed")
        return found

    def _second(self, ctx: Context, order: ReleaseOrder) -> str | None:
        if order.override is None:
            return None
        if not order.override.words.strip():
            raise refused_field(
                "words", "", "say nothing", "Enter why you release against the gate."
            )
        return self.accounts.signin.second_person(ctx, order.override.second)

    def _release(self, tx: Tx, order: ReleaseOrder, second: str | None) -> Released | Refused:
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
        if second is not None:
            passed = tuple(one for one in refusals if one.kind in OVERRIDABLE)
            refusals = tuple(one for one in refusals if one.kind not in OVERRIDABLE)
        if refusals:
            return self._shut(tx, held, door, law, refusals)
        return self._let_go(tx, held, door, law, event, passed, second)

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
        rows = tx.all("open_kinds", record=held.record)
        return Door(
            now=tx.ctx.now,
            order=order,
            history=history,
            answer=answer,
            law=law,
            person=person,
            namesakes=namesakes(tx, held, person),
            waiting=waiting_for(tx, held.facility, person),
            open_tasks=frozenset(code_of(TaskKind, row["kind"]) for row in rows),
            warrant_check=self.office.settings.minutes("warrant_check_minutes"),
        )

    def _shut(
        self, tx: Tx, held: Held, door: Door, law: LawOfPlace, refusals: tuple[Refusal, ...]
    ) -> Refused:
        kinds_open = [kind.value for kind in door.open_tasks]
        opened = self._await(tx, held, door.answer, law, kinds_open)
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
        second: str | None,
    ) -> Released:
        version = door.history.version
        zone = zone_of(door.history.fold().zone)
        given = sealed_answer(door.answer, law, zone)
        given["gate"] = door.said(passed, tx.ctx.actor_name, second)
        tx.ledger.append_answer(
            held.name, f"{event.id}.answer", given, expected_version=version, facility=held.facility
        )
        reached("release-answered")
        done = self.office.commit(tx, held, [event], version + 1, timed=False)
        reached("release-written")
        opened = done.tasks
        said: Sayings = door.waiting.warnings
        if door.answer.verdict in FOR_COUNSEL:
            said += tuple(counsel_says(door.answer, law))
            opened += self._await(tx, held, door.answer, law, ())
        kinds = tuple(one.kind for one in passed)
        if passed and second is not None:
            opened += self._override(tx, held, door, done.version, kinds, second)
        log(tx, "release", "override" if passed else "done", held=held, about=event.id)
        reached("release-logged")
        return Released(
            held.name, done.version, event.id, given, zone, kinds, opened, warnings=said
        )

    def _override(
        self,
        tx: Tx,
        held: Held,
        door: Door,
        version: int,
        kinds: tuple[RefusalKind, ...],
        second: str,
    ) -> tuple[str, ...]:
        assert door.order.override is not None
        override = uuid4()
        tx.run(
            "add_override",
            override=override,
            agency=tx.agency,
            record=held.record,
            version=version,
            at=tx.ctx.now,
            reason=door.order.override.reason.value,
            refusals=[kind.value for kind in kinds],
            first=tx.ctx.actor_name,
            second=second,
        )
        task = TaskKind.OVERRIDE
        return (open_task(tx, self.office.settings, task, held=held, about=override.hex),)

    def _await(
        self,
        tx: Tx,
        held: Held,
        answer: Answer,
        law: LawOfPlace,
        open_kinds: Collection[str],
    ) -> tuple[str, ...]:
        """Open the task of an answer that waits for somebody, and close what waits no more."""
        wanted = _WAITS.get(answer.verdict)
        over = [kind for kind in set(_WAITS.values()) - {wanted} if kind.value in open_kinds]
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
