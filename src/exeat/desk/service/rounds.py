"""What the desk does of its own accord: it looks at everyone, raises alarms, compares rosters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from exeat.auth.two import may_be_one, unapproved
from exeat.decide import Verdict
from exeat.desk.service.board import Board, Shown
from exeat.desk.service.models import Reconciliation
from exeat.facts import events as ev
from exeat.i18n.said import Said, Sayings, Value, own, sayings_of_text, sayings_to_text
from exeat.office.alarms import ALARM_OF
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.errors import BadInput, Refusing
from exeat.office.held import Held, log
from exeat.office.messages import bad_field, code_of, refused_field
from exeat.office.models import Done, PaperRead, TaskKind
from exeat.office.office import Office
from exeat.office.outcomes import Outcome
from exeat.office.personal import blind
from exeat.office.tasks import answer_now, close_tasks, open_task

__all__ = ["Rounds"]

_HELD = frozenset({Verdict.MAY_HOLD.value, Verdict.MUST_HOLD.value})
"""Of the others, `until` says when a hold would end that nobody has opened."""
_OF_THE_CLOCK = (
    TaskKind.OVERDUE,
    TaskKind.RELEASE_DUE,
    TaskKind.ANSWER,
    TaskKind.ACT_FIRST,
    TaskKind.COUNSEL,
    TaskKind.HOLD_ENDS,
    TaskKind.UNREADABLE,
)


_SIGNED = frozenset({TaskKind.OVERRIDE.value, TaskKind.AGAINST_LAW.value})
"""What two people signed for; a third looks at it."""


class Rounds:
    """Tasks: opened by the clock and by papers, taken and closed by people.

    Args:
        office: What it stands on.
        board: Whom it looks at.
    """

    def __init__(self, office: Office, board: Board) -> None:
        self.office = office
        self.board = board

    def sweep(self, ctx: Context) -> tuple[str, ...]:
        """Look at everyone in custody, open what is due, close what is over, raise what is late.

        A round that changes nothing leaves no line in the log: there is one a minute.

        Returns:
            The ids of the tasks that are open because of the clock.
        """

        def work(tx: Tx) -> tuple[str, ...]:
            standing = {(r["record"], r["kind"]): r["task"].hex for r in tx.all("open_tasks")}
            opened, closed = [], 0
            for shown in self.board.shown(tx):
                wanted = dict(self._wanted(ctx, shown))
                over = [kind for kind in _OF_THE_CLOCK if kind not in wanted]
                if shown.unreadable:
                    over = []  # What was due is due still: nobody can say that it is over.
                if any((shown.key, kind.value) in standing for kind in over):
                    close_tasks(tx, _of_board(tx, shown), over, answer_now(shown.row.verdict))
                    closed += 1
                for kind, because in wanted.items():
                    task = standing.get((shown.key, kind.value))
                    opened.append(task or self._raise(tx, shown, kind, because))
            raised = tx.all("raise_tasks", at=ctx.now)
            if closed or raised or set(opened) - set(standing.values()):
                log(tx, "sweep", Outcome.counted(open=len(opened), raised=len(raised)))
            return tuple(opened)

        return self.office.run(ctx, "sweep", work)

    def _raise(self, tx: Tx, shown: Shown, kind: TaskKind, because: Sayings) -> str:
        """Open a task about a row, due when it would be if somebody's look had opened it."""
        within = shown.within if kind is TaskKind.COUNSEL else None
        due = tx.ctx.now + within if within is not None else None
        held = _of_board(tx, shown)
        return open_task(tx, self.office.settings, kind, held=held, because=because, due=due)

    def _wanted(self, ctx: Context, shown: Shown) -> Iterator[tuple[TaskKind, Sayings]]:
        """Yield what is due on a row, and why."""
        row = shown.row
        if shown.unreadable:
            yield TaskKind.UNREADABLE, _because(TaskKind.UNREADABLE, "since", None)
            return
        kind = ALARM_OF.get(code_of(Verdict, row.verdict))
        if row.unexplained:
            # Not that they are kept too long: a paper was not entered, or there is none.
            kind = TaskKind.NO_BASIS
        if shown.counsel:
            yield TaskKind.COUNSEL, shown.counsel
        if kind is not None:
            since = row.overdue_since or row.eligible_since
            yield kind, _because(kind, "since", since)
        alarm = timedelta(hours=self.office.settings.alarm_hours)
        ends = row.until if row.verdict in _HELD else None
        if ends is not None and ctx.now < ends <= ctx.now + alarm:
            yield TaskKind.HOLD_ENDS, _because(TaskKind.HOLD_ENDS, "at", ends)

    def close_task(
        self, ctx: Context, task: str, outcome: str, read: PaperRead | None = None
    ) -> None:
        """Close a task, and say what came of it.

        Args:
            ctx: Who closes it.
            task: Its id.
            outcome: What came of it, in words.
            read: Of a court's paper, what was read in it.

        Raises:
            BadInput: There is no such task, nothing is said, or not what a paper reads.
            Refusing: It is closed already, or it is a supervisor's.
        """

        def work(tx: Tx) -> None:
            row = self._task(tx, task)
            if not outcome.strip():
                raise BadInput([bad_field("outcome", "is missing", "Enter what came of it.")])
            if row["owner_role"] == "supervisor" and ctx.role.value != "supervisor":
                help = "Ask a supervisor."
                raise Refusing.one("E604", f"task `{task}`", "is for a supervisor", help)
            self._by_another(tx, row, task)
            said = outcome if row["closed"] is not None else _outcome(row, outcome, read)
            params = {"at": ctx.now, "by": ctx.actor_name, "outcome": said}
            if not tx.run("close_task", task=row["task"], **params):
                help = "Reload the list of tasks."
                raise Refusing.one("E604", f"task `{task}`", "is closed already", help)
            log(tx, "close_task", about=row["task"].hex)

        self.office.run(ctx, "close_task", work)

    def _by_another(self, tx: Tx, row: dict[str, Any], task: str) -> None:
        """Refuse that who did something looks at it, or a key: the task waits for another."""
        first = _not_by(tx, row)
        if first and tx.ctx.scopes is not None:
            words, help = "waits for a person, and this is a key", "Sign in, and close it there."
            raise Refusing.one("E604", f"task `{task}`", words, help)
        me, settings = tx.ctx.actor_name, self.office.settings
        if any(may_be_one(tx, settings, me, by) for by in first):
            words, help = "is about an act of your own", "Ask another supervisor."
            raise Refusing.one("E604", f"task `{task}`", words, help)
        if first and unapproved(tx, me):
            words = "waits for a supervisor whom the host has approved"
            help = "Ask the administrator of the installation, or another supervisor."
            raise Refusing.one("E604", f"task `{task}`", words, help)

    def take_task(self, ctx: Context, task: str) -> None:
        """Say that one does a task oneself."""

        def work(tx: Tx) -> None:
            row = self._task(tx, task)
            tx.run("take_task", task=row["task"], owner=ctx.actor_name)
            log(tx, "take_task", about=row["task"].hex)

        self.office.run(ctx, "close_task", work)

    def _task(self, tx: Tx, task: str) -> dict[str, Any]:
        row = None
        with suppress(ValueError):
            row = tx.one("task", task=UUID(task))
        if row is None:
            raise refused_field("task", task, "is no task here", "Take it from the list of tasks.")
        return row

    def paper_arrived(
        self, ctx: Context, record: str, *, paper: str, sender: str, legible: bool = True
    ) -> Done:
        """Enter that a court's paper about a person came in. Until it is read, it is a task.

        Args:
            ctx: Who had it in hand.
            record: Id of the record.
            paper: The number on it, or any id that tells it from others.
            sender: Code of the court.
            legible: It can be read; if not, the court is to be called.
        """

        def work(tx: Tx) -> Done:
            if not paper.strip():
                raise BadInput([bad_field("paper", "is missing", "Enter the number on the paper.")])
            held = self.office.hold(tx, record)
            what = "task_why.read_it" if legible else "task_why.cannot_read"
            because = (Said("task_why.paper_of", {"sender": sender}), Said(what))
            kind = TaskKind.PAPER
            task = open_task(
                tx, self.office.settings, kind, held=held, about=paper, because=because
            )
            log(tx, "paper_arrived", held=held, about=paper)
            version = tx.one("version", record=held.record) or {"version": 0}
            return Done(held.name, version["version"], (), tasks=(task,))

        return self.office.run(ctx, "paper_arrived", work, about=record)

    def reconcile(self, ctx: Context, roster: Iterable[str]) -> Reconciliation:
        """Compare the roster, by booking number, with who is on record as in custody, and why.

        Whoever is in only one of them, and whoever is in custody without a ground, is a task.
        """
        numbers = tuple(dict.fromkeys(number.strip() for number in roster if number.strip()))

        def work(tx: Tx) -> Reconciliation:
            index = tx.key_of(tx.agency)
            by_mac = {blind(index, "number", number): number for number in numbers}
            on_record, tasks, bare = {}, [], []
            for shown in self.board.shown(tx):
                held = _of_board(tx, shown)
                own = blind(index, "number", shown.row.booking_number)
                on_record[own or shown.key.bytes] = held
                if shown.bare:
                    bare.append(held.name)
                    tasks.append(open_task(tx, self.office.settings, TaskKind.NO_BASIS, held=held))
            missing = [held for mac, held in on_record.items() if mac not in by_mac]
            extra = [number for mac, number in by_mac.items() if mac not in on_record]
            for held in missing:
                tasks.append(self._mismatch(tx, held, "", Said("task_why.not_on_roster")))
            for number in extra:
                mac = (blind(index, "number", number) or b"").hex()[:16]
                tasks.append(self._mismatch(tx, None, mac, Said("task_why.not_on_record")))
            counts = Outcome.counted(missing=len(missing), extra=len(extra), bare=len(bare))
            log(tx, "reconcile", counts)
            return Reconciliation(
                roster_only=tuple(extra),
                record_only=tuple(held.name for held in missing),
                without_basis=tuple(bare),
                agree=len(on_record) - len(missing),
                tasks=tuple(tasks),
            )

        return self.office.run(ctx, "reconcile", work)

    def _mismatch(self, tx: Tx, held: Held | None, about: str, why: Said) -> str:
        return open_task(
            tx, self.office.settings, TaskKind.ROSTER, held=held, about=about, because=(why,)
        )

    def subscribe(self, ctx: Context, record: str, *, kinds: Iterable[str], channel: str) -> str:
        """Ask to be told of kinds of event of a record.

        Args:
            ctx: Who asks.
            record: Id of the record.
            kinds: Kinds of event, such as ``released``.
            channel: Where to: such as ``webhook:https://...`` or ``mail:...``.

        Returns:
            The id of the subscription.
        """
        wanted = sorted(set(kinds))

        def work(tx: Tx) -> str:
            ctx.need("person")  # Whoever is told of a record reads it.
            unknown = [kind for kind in wanted if kind not in ev.EVENT_KINDS]
            if unknown or not wanted:
                seen = unknown[0] if unknown else ""
                known = sorted(ev.EVENT_KINDS)
                raise refused_field("kinds", seen, "is no kind of event", "Use one.", known)
            if not channel.strip():
                raise BadInput([bad_field("channel", "is missing", "Enter where to tell you.")])
            held = self.office.find(tx, record)
            row = tx.one(
                "add_subscription",
                subscription=uuid4(),
                agency=tx.agency,
                record=held.record,
                kinds=wanted,
                channel=channel,
                began=ctx.now,
            )
            log(tx, "subscribe", held=held)
            assert row is not None
            return str(row["subscription"].hex)

        return self.office.run(ctx, "subscribe", work, about=record)


def _not_by(tx: Tx, row: dict[str, Any]) -> set[str]:
    """Return who may not close a task: whoever's own act it is to look at."""
    if row["kind"] == TaskKind.CORRECTION.value:
        return {str(one.values["by"]) for one in sayings_of_text(row["because"])}
    if row["kind"] in _SIGNED:
        return {by for one in tx.all("signers", override=row["about"]) for by in one.values()}
    return set()


def _outcome(row: dict[str, Any], outcome: str, read: PaperRead | None) -> str:
    """Return what came of a task; of a court's paper, what it is, as it opens the gate."""
    if row["kind"] != TaskKind.PAPER.value:
        return outcome
    if read is None:
        help = (
            "Enter what kind of paper it is, who signed it, of which court, and whom it is about."
        )
        raise BadInput([bad_field("read", "is missing", help)])
    texts = {"signed_by": read.signed_by, "court": read.court}
    if not all(text.strip() for text in texts.values()):
        raise BadInput(
            bad_field(name, "is missing", "Enter it as the paper has it.")
            for name, text in texts.items()
            if not text.strip()
        )
    values: dict[str, Value] = {**texts, "kind": Said(f"code.PaperKind.{read.kind.value}")}
    about = Said("closed.paper_matches" if read.matches else "closed.paper_differs")
    return sayings_to_text((Said("closed.paper_read", values), about, own(outcome)))


def _because(kind: TaskKind, when: str, at: datetime | None) -> Sayings:
    said = Said(f"task_why.{kind.value}")
    return (said,) if at is None else (said, Said(f"task_why.{when}", {"time": at}))


def _of_board(tx: Tx, shown: Shown) -> Held:
    """Return a record of this facility as far as tasks need it: whose it is, and its key."""
    return Held(shown.key, shown.row.record, tx.agency, shown.key, None, "facility")
