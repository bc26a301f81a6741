"""Which task each verdict waits in, so that the list of tasks and the answer never disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from exeat.decide import Verdict, decide
from exeat.facts.record import CustodyRecord
from exeat.office.db import Tx
from exeat.office.held import Held
from exeat.office.models import TaskKind
from exeat.office.tasks import answer_now, close_tasks, open_tasks
from exeat.rules.place import LawOfPlace

__all__ = ["ALARM_OF", "settle"]

ALARM_OF: Final[Mapping[Verdict, TaskKind]] = {
    Verdict.OVERDUE: TaskKind.OVERDUE,
    Verdict.RELEASE: TaskKind.RELEASE_DUE,
    Verdict.NOTIFY_FIRST: TaskKind.RELEASE_DUE,
    Verdict.RELEASE_UNLESS_INSTRUCTED: TaskKind.RELEASE_DUE,
    Verdict.BRING_FIRST: TaskKind.ACT_FIRST,
    Verdict.SERVE_FIRST: TaskKind.ACT_FIRST,
    Verdict.UNKNOWN: TaskKind.ANSWER,
    Verdict.CONFLICT: TaskKind.ANSWER,
}
"""What is due while a verdict stands; nothing is under any other."""
_OF_THE_VERDICT: Final = frozenset(ALARM_OF.values())
"""Tasks that are over as soon as the verdict is another."""


def settle(tx: Tx, held: Held, record: CustodyRecord, law: LawOfPlace) -> None:
    """Close what waited for an answer that is another now: at once, and not with the next round.

    Args:
        tx: The transaction of what changed the answer.
        held: The record.
        record: As it stands with it.
        law: Of the facility's place.
    """
    with tx.acting_for(held.facility):
        standing = _OF_THE_VERDICT.intersection(open_tasks(tx, held))
        if not standing:
            return
        verdict = decide(record, law, tx.ctx.now).verdict
        over = [kind for kind in TaskKind if kind in standing and kind is not ALARM_OF.get(verdict)]
        if over:
            close_tasks(tx, held, over, answer_now(verdict.value))
