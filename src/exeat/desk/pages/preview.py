"""Every page with invented people, without a database: to look at, and for tests.

Run ``uvicorn --factory exeat.desk.pages.preview:create_preview`` and sign in as ``booking``,
``supervisor``, ``requester``, ``counsel``, ``auditor`` or ``admin``, with any password and code.
The answers are real ones of :func:`exeat.decide.decide`; the clock stands still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from exeat.decide import Answer, DutyState, Verdict, decide
from exeat.desk.pages._invented import HOUSE, NOW, Invented, everyone, late_request
from exeat.desk.pages._invented_accounts import InventedAccounts
from exeat.desk.pages._invented_papers import (
    AGENCIES,
    COUNTS,
    VERIFIED,
    handovers,
    log_lines,
    requests_of,
    tasks_of,
)
from exeat.desk.pages.app import add_pages
from exeat.desk.service.models import (
    NAMESAKES,
    BoardRow,
    Counts,
    LogLine,
    PersonPage,
    Refusal,
    RefusalKind,
    Refused,
    Released,
    ReleaseOrder,
)
from exeat.desk.service.reading import _ON_A_PERSON, Times
from exeat.desk.service.shut import shut_by
from exeat.desk.service.urgency import urgency
from exeat.errors import LedgerError, RecordError
from exeat.facts import events as ev
from exeat.facts.case import zone_of
from exeat.facts.fold import fold
from exeat.facts.papers import paper_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER
from exeat.i18n.said import Said
from exeat.office.context import MAY, Context, Role
from exeat.office.models import Done, Namesake
from exeat.rules.library import shipped
from exeat.rules.place import LawOfPlace, law_of_place

__all__ = ["LATE", "InventedDesk", "create_preview"]

LATE: Final = 8
"""Which of the invented people a request comes in about, in the moment of their release."""
_EVENTS: Final = {
    "add_basis": ev.BasisAdded,
    "end_basis": ev.BasisEnded,
    "receive": ev.DetainerReceived,
    "serve": ev.DetainerServed,
    "acknowledge": ev.DetainerAcknowledged,
    "hold_ordered": ev.HoldOrdered,
    "decide_request": ev.DetainerDecided,
    "lift": ev.DetainerLifted,
    "schedule_release": ev.ReleaseScheduled,
    "give_notice": ev.NoticeGiven,
    "correct": ev.Corrected,
    "dispute": ev.Disputed,
}


class InventedDesk:
    """What the pages ask of the services, answered from memory."""

    def __init__(self) -> None:
        self.library = shipped()
        self.people = {one.key: one for one in everyone()}
        self.accounts = InventedAccounts()
        self._came_late: set[str] = set()

    # --- reading ----------------------------------------------------------------------------

    def board(self, ctx: Context) -> list[BoardRow]:
        """Return everyone in custody."""
        ctx.need("board")
        rows = [self._row(one) for one in self.people.values()]
        here = [row for row in rows if row.verdict != Verdict.NOT_IN_CUSTODY]
        return sorted(here, key=urgency)

    def person(
        self,
        ctx: Context,
        record: str,
        at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> PersonPage:
        """Return one person's page."""
        return self.person_when(ctx, record, lambda _: (at, known_at))

    def person_when(
        self, ctx: Context, record: str, when_asked: Callable[[ZoneInfo], Times]
    ) -> PersonPage:
        """Return one person's page for times that are read in the facility's zone."""
        ctx.need("person")
        one = self._find(record)
        at, known_at = when_asked(zone_of(self._weighed(one)[0].zone))
        facts, law, answer = self._weighed(one, at, known_at)
        others = self._namesakes(one)
        tasks = tuple(task for task in tasks_of(self.people) if task.record == record)
        jail = ctx.role in (Role.BOOKING, Role.SUPERVISOR)
        return PersonPage(
            record=facts,
            version=len(one.events),
            personal=one.who if ctx.role is not Role.REQUESTER else None,
            answer=answer,
            law=law,
            events=tuple(one.events),
            answers=(),
            tasks=tasks if jail else (),
            read_by=tuple(self._lines(record)) if jail else (),
            namesakes=others,
            acts=tuple(act for act in _ON_A_PERSON if ctx.may(act)),
            warnings=(Said(NAMESAKES, {"n": len(others)}),) if others else (),
        )

    def tasks(self, ctx: Context) -> list[Any]:
        """Return what is open."""
        return tasks_of(self.people)

    def requests(self, ctx: Context) -> list[Any]:
        """Return the requests."""
        return requests_of(self.people)

    def handovers(self, ctx: Context) -> list[Any]:
        """Return who is on the way."""
        return handovers()

    def clients(self, ctx: Context) -> list[tuple[str, str, bool]]:
        """Return counsel's clients."""
        ctx.need("clients")
        return [(key, HOUSE, True) for key in list(self.people)[2:6]]

    def agencies(self, ctx: Context) -> list[Any]:
        """Return the directory."""
        return list(AGENCIES)

    def audit_log(self, ctx: Context, record: str | None = None, **_: Any) -> list[Any]:
        """Return who did what."""
        ctx.need("audit_log")
        return self._lines(record) if record else log_lines(next(iter(self.people)))

    def counts(self, ctx: Context) -> Counts:
        """Return how many of what."""
        found: dict[str, int] = {}
        for row in (self._row(one) for one in self.people.values()):
            found[row.verdict] = found.get(row.verdict, 0) + 1
        return replace(COUNTS, verdicts=found, in_custody=len(self.people))

    # --- acting -----------------------------------------------------------------------------

    def release(self, ctx: Context, order: ReleaseOrder) -> Released | Refused:
        """Let a person go, or say why not."""
        one = self._find(order.record)
        come_in: tuple[ev.Event, ...] = ()
        if list(self.people).index(one.key) == LATE and one.key not in self._came_late:
            self._came_late.add(one.key)
            come_in = (late_request(one),)
        facts, law, answer = self._weighed(one)
        kinds = [RefusalKind.MOVED_ON] if len(one.events) != order.seen_version else []
        shut = shut_by(answer.verdict, order.kind)
        if shut is not None and order.override is None:
            kinds.append(shut)
        unseen = {n.record for n in self._namesakes(one)} - set(order.namesakes_seen)
        kinds += [RefusalKind.NAMESAKE] if unseen else []
        if kinds:
            refusals = tuple(_refusal(kind) for kind in kinds)
            version = len(one.events)
            return Refused(
                order.record, version, refusals, answer, law, zone_of(facts.zone), come_in
            )
        one.add(ev.Released, 0, kind=order.kind, to=order.to)
        return Released(order.record, len(one.events), one.events[-1].id, {}, zone_of(facts.zone))

    def book(self, ctx: Context, person: Any, *, bases: Any = (), **_: Any) -> Done:
        """Book a person."""
        ctx.need("book")
        one = Invented(uuid4().hex[:12], person, "us-fl")
        one.add(ev.Booked, 0, zone="America/New_York")
        for basis in bases:
            one.add(ev.BasisAdded, 0, basis=basis.id, kind=basis.kind, agency=basis.agency)
        self.people[one.key] = one
        return Done(one.key, len(one.events), ())

    def lodge(
        self, ctx: Context, record: str, *, detainer: str, issuer: str, paper: Any, **_: Any
    ) -> Done:
        """Enter a request."""
        ctx.need("lodge")
        one = self._find(record)
        one.add(
            ev.DetainerLodged, 0, detainer=detainer, issuer=issuer, form=paper.form,
            grounds=paper.grounds, warrants=paper.warrants,
            names_this_person=paper.names_this_person,
        )  # fmt: skip
        return Done(record, len(one.events), ())

    def enter(self, ctx: Context, act: str, record: str, /, **said: Any) -> Any:
        """Enter an event."""
        return getattr(self, act)(ctx, record, **said)

    def __getattr__(self, act: str) -> Any:
        """Return any other act: it adds its event, or does nothing but succeed."""
        if act not in MAY:
            raise AttributeError(act)

        def done(ctx: Context, record: str = "", **said: Any) -> Any:
            ctx.need(act)
            for name in ("event_id", "expected_version"):
                said.pop(name, None)
            if act in _EVENTS and record:
                one = self._find(record)
                one.add(_EVENTS[act], 0, **said)
                try:
                    fold(one.events)
                except RecordError:
                    one.events.pop()
                    raise
            return Done(record, 0, ())

        return done

    # --- within -----------------------------------------------------------------------------

    def _lines(self, record: str) -> list[LogLine]:
        return [line for line in log_lines(record) if line.record == record]

    def _find(self, record: str) -> Invented:
        if record not in self.people:
            raise LedgerError.one("E507", "record", "is not on record", "Check the id.")
        return self.people[record]

    def _weighed(
        self, one: Invented, at: datetime | None = None, known_at: datetime | None = None
    ) -> tuple[CustodyRecord, LawOfPlace, Answer]:
        facts = fold(one.events, known_at=known_at)
        law = law_of_place(one.place, self.library)
        return facts, law, decide(facts, law, at or NOW, known_at=known_at)

    def _namesakes(self, one: Invented) -> tuple[Namesake, ...]:
        return tuple(
            Namesake(other.key, other.who.shown, other.who.booking_number)
            for other in self.people.values()
            if other is not one and other.who.surname == one.who.surname
        )

    def _row(self, one: Invented) -> BoardRow:
        facts, _, answer = self._weighed(one)
        owed = [d.due for d in answer.duties if d.due and d.state is DutyState.OWED]
        return BoardRow(
            record=one.key,
            name=one.who.shown,
            booking_number=one.who.booking_number,
            booked=facts.booked,
            verdict=answer.verdict.value,
            certainty=answer.certainty.value,
            until=answer.until,
            overdue_since=answer.overdue_since,
            next_deadline=min((due for due in owed if due > NOW), default=None),
            eligible_since=answer.eligible_since,
            scheduled_release=facts.scheduled_release,
            tasks=sum(task.record == one.key for task in tasks_of(self.people)),
            requests=sum(d.lifted in (NEVER, None) for d in facts.detainers),
            version=len(one.events),
            warnings=(Said(NAMESAKES, {"n": 1}),) if self._namesakes(one) else (),
        )


def _refusal(kind: RefusalKind) -> Refusal:
    said, help = Said(f"shut.{kind.value}"), Said(f"opens.{kind.value}")
    return Refusal(kind, "record", (said,), (help,))


class _Parts:
    """The invented desk, with its one object in the place of every part."""

    def __init__(self, desk: InventedDesk) -> None:
        self.board = SimpleNamespace(rows=desk.board)
        self.office = desk
        self.accounts = desk.accounts
        self.acts = self.gate = self.profiles = self.reading = desk
        self.requests = self.rounds = self.transfers = desk

    def do(self, ctx: Context, act: str, record: str, /, **said: Any) -> Any:
        if act == "lodge":
            paper, rest = paper_of(said)
            said = {**rest, "paper": paper}
        return getattr(self.acts, act)(ctx, record, **said)


def create_preview() -> FastAPI:
    """Return an application that shows every page with invented people."""
    app = FastAPI(openapi_url=None)
    desk = InventedDesk()
    add_pages(
        app, _Parts(desk), clock=lambda: NOW, secure=False, invented=True, still=True,
        verify=lambda _: VERIFIED,
    )  # fmt: skip
    app.state.desk = desk
    return app
