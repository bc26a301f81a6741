"""Tasks: everything that waits has an owner and a due time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from exeat.i18n.said import Said, Sayings, sayings_of_text, sayings_to_text
from exeat.office.context import Role
from exeat.office.db import Tx
from exeat.office.held import Held
from exeat.office.messages import code_of
from exeat.office.models import Task, TaskKind
from exeat.office.settings import Settings

__all__ = [
    "answer_now",
    "cleared_before",
    "close_about",
    "close_tasks",
    "open_task",
    "open_tasks",
    "task_of",
]

_SETTING: Final[dict[TaskKind, tuple[str, int]]] = {
    TaskKind.PAPER: ("paper_minutes", 1),
    TaskKind.CLAIM: ("paper_minutes", 1),
    TaskKind.VERIFY_ORDER: ("paper_minutes", 1),
    TaskKind.MATCH: ("receipt_minutes", 1),
    TaskKind.ACKNOWLEDGE: ("receipt_minutes", 1),
    TaskKind.OVERRIDE: ("review_hours", 60),
    TaskKind.AGAINST_LAW: ("review_hours", 60),
}
_OWNERS: Final = {
    TaskKind.OVERRIDE: Role.SUPERVISOR,
    TaskKind.AGAINST_LAW: Role.SUPERVISOR,
    TaskKind.CORRECTION: Role.SUPERVISOR,
    TaskKind.OVERDUE: Role.SUPERVISOR,
    TaskKind.UNREADABLE: Role.SUPERVISOR,
    TaskKind.COUNSEL: Role.SUPERVISOR,
    TaskKind.SIGNING: Role.ADMIN,
}


def due_of(kind: TaskKind, now: datetime, settings: Settings) -> datetime:
    """Return by when a task of a kind is to be done."""
    name, factor = _SETTING.get(kind, ("task_minutes", 1))
    return now + timedelta(minutes=int(getattr(settings, name)) * factor)


def open_task(
    tx: Tx,
    settings: Settings,
    kind: TaskKind,
    *,
    held: Held | None = None,
    about: str = "",
    because: Sayings = (),
    due: datetime | None = None,
) -> str:
    """Open a task for the agency that this transaction acts for, or return the open one's id."""
    params = {
        "agency": tx.agency,
        "record": held.record if held is not None else None,
        "about": about,
        "kind": kind.value,
    }
    now = tx.ctx.now
    row = tx.one(
        "open_task",
        task=uuid4(),
        because=sayings_to_text(because or (Said(f"task_why.{kind.value}"),)),
        opened=now,
        due=due if due is not None else due_of(kind, now, settings),
        owner_role=_OWNERS.get(kind, Role.BOOKING).value,
        **params,
    )
    found = row or tx.one("open_task_id", **params)
    assert found is not None
    return _hex(found["task"])


def open_tasks(tx: Tx, held: Held) -> Mapping[TaskKind, Sequence[str]]:
    """Return what is open about a record: of each kind the ids of its tasks."""
    found: dict[TaskKind, list[str]] = {}
    for row in tx.all("open_kinds", record=held.record):
        found.setdefault(code_of(TaskKind, row["kind"]), []).append(_hex(row["task"]))
    return found


def close_tasks(
    tx: Tx, held: Held, kinds: Sequence[TaskKind], outcome: Said, about: str | None = None
) -> None:
    """Close what is open about a record, because what it waited for has happened."""
    tx.run(
        "close_tasks",
        record=held.record,
        kinds=[kind.value for kind in kinds],
        about=about,
        at=tx.ctx.now,
        by=tx.ctx.actor_name,
        outcome=sayings_to_text((outcome,)),
    )


def close_about(tx: Tx, kind: TaskKind, about: str, outcome: Said) -> None:
    """Close the open task of a kind about one thing that has no record, such as a request."""
    tx.run(
        "close_tasks_about",
        agency=tx.agency,
        kind=kind.value,
        about=about,
        at=tx.ctx.now,
        by=tx.ctx.actor_name,
        outcome=sayings_to_text((outcome,)),
    )


def answer_now(verdict: str) -> Said:
    """Return that a task is over because the answer is another."""
    return Said("closed.answer_now", {"verdict": Said(f"verdict.{verdict}.short")})


def cleared_before(tx: Tx, held: Held, zone: ZoneInfo) -> Sayings:
    """Return a warning for each earlier booking at which the person was found not to be the one.

    Args:
        tx: Reads the tasks of the person's earlier bookings.
        held: The record.
        zone: Of the facility, whose day is said.
    """
    return tuple(
        Said("warning.cleared_before", {"day": row["closed"].astimezone(zone).date()})
        for row in tx.all("cleared_before", record=held.record)
    )


def task_of(row: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> Task:
    """Return a task as pages show it."""
    closed = row["closed"]
    return Task(
        id=_hex(row["task"]),
        kind=code_of(TaskKind, row["kind"]),
        record=row.get("record_name"),
        about=row["about"],
        because=sayings_of_text(row["because"]),
        opened=row["opened"],
        due=row["due"],
        owner_role=row["owner_role"],
        owner=row["owner"],
        late=closed is None and row["due"] < now,
        zone=zone,
        closed=closed,
        closed_by=row["closed_by"],
        outcome=sayings_of_text(row["outcome"] or ""),
    )


def _hex(id: UUID) -> str:
    return id.hex
