"""What the API answers with, where it is not what the desk itself returns."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Any

from pydantic import BaseModel, Field

from exeat.desk.api._errors import RefusalOut, SaidOut, events_out, refusal_out, said_out
from exeat.desk.service.forbidden import bans_said
from exeat.desk.service.models import (
    Access,
    BoardRow,
    Clearance,
    LogLine,
    PersonPage,
    RefusalKind,
    Released,
)
from exeat.facts.case import zone_of
from exeat.facts.codec import record_to_json
from exeat.facts.times import When
from exeat.i18n.said import Sayings
from exeat.i18n.words import words
from exeat.office.models import Namesake, PersonalData, Task, TaskKind
from exeat.say.answers import answer_to_json

__all__ = [
    "BoardOut",
    "ClearanceOut",
    "LogOut",
    "PersonOut",
    "ReleasedOut",
    "TaskOut",
    "board_out",
    "clearance_out",
    "log_out",
    "person_out",
    "released_out",
    "task_out",
]


class TaskOut(BaseModel):
    """Something that waits for somebody, with an owner and a due time."""

    id: str
    kind: TaskKind
    record: str | None
    about: str
    because: str
    because_codes: tuple[SaidOut, ...]
    opened: datetime
    due: datetime
    owner_role: str
    owner: str | None
    late: bool
    closed: datetime | None
    closed_by: str | None
    outcome: str | None
    outcome_codes: tuple[SaidOut, ...]


class BoardOut(BaseModel):
    """One person on the board."""

    record: str
    name: str
    booking_number: str
    booked: When | None
    verdict: str
    certainty: str
    until: datetime | None
    overdue_since: datetime | None
    next_deadline: datetime | None
    eligible_since: datetime | None
    scheduled_release: When | None
    tasks: int
    requests: int
    version: int
    warnings: tuple[str, ...]
    warning_codes: tuple[SaidOut, ...]
    shut: tuple[RefusalKind, ...] = Field(
        description="What keeps the gate shut besides the answer, as far as an open task says it."
    )
    unexplained: bool = Field(description="Nothing on record says why the person is here.")


class LogOut(BaseModel):
    """One line of who did or read what."""

    number: int
    at: datetime
    agency: str = Field(description="Of whoever did it.")
    facility: str | None = Field(description="Whose record it concerned, if one did.")
    actor: str
    role: str
    what: str
    outcome: str = Field(description="A code, with what goes with it on one line.")
    codes: tuple[str, ...] = Field(description="Why it was refused, or what the errors were.")
    counts: dict[str, int]
    record: str | None
    about: str | None
    address: str | None = Field(description="Source address; none of the installation itself.")
    request: str = Field(description="Joins the lines of one request.")


class ClearanceOut(BaseModel):
    """The answer, and the version that it rests on."""

    record: str
    version: int
    verdict: str
    answer: dict[str, Any]
    warnings: tuple[str, ...]
    warning_codes: tuple[SaidOut, ...]
    namesakes: tuple[Namesake, ...]
    tasks: tuple[str, ...]
    shut: tuple[RefusalOut, ...] = Field(description="All that keeps the gate shut now.")


class PersonOut(BaseModel):
    """All that is on record about one custody, as far as this caller may see it."""

    record: dict[str, Any]
    version: int
    personal: PersonalData | None
    answer: dict[str, Any] | None = Field(description="None: it is withheld from this caller.")
    events: list[dict[str, Any]]
    answers: tuple[dict[str, Any], ...]
    tasks: tuple[TaskOut, ...]
    read_by: tuple[LogOut, ...]
    namesakes: tuple[Namesake, ...]
    acts: tuple[str, ...]
    warnings: tuple[str, ...]
    warning_codes: tuple[SaidOut, ...]
    shut: tuple[RefusalOut, ...] = Field(description="All that keeps the gate shut now.")
    withheld: tuple[str, ...] = Field(
        description="What the law forbids, or may, so that this caller is shown no answer."
    )
    withheld_codes: tuple[SaidOut, ...]
    access: tuple[Access, ...] = Field(
        description="Who else reads the record; told to its own facility."
    )


class ReleasedOut(BaseModel):
    """The person was released: the event, and the answer that was given with it."""

    record: str
    version: int
    event: str
    answer: dict[str, Any]
    overridden: tuple[RefusalKind, ...]
    tasks: tuple[str, ...]
    repeated: bool
    warnings: tuple[str, ...]
    warning_codes: tuple[SaidOut, ...]


def _said(said: Sayings, zone: tzinfo) -> tuple[str, ...]:
    return tuple(words("en").say(one, zone) for one in said)


def task_out(task: Task) -> TaskOut:
    """Return a task."""
    t, kept = words("en"), {name: getattr(task, name, None) for name in TaskOut.model_fields}
    more = {
        "because": t.tell(task.because, task.zone),
        "because_codes": said_out(task.because),
        "outcome": t.tell(task.outcome, task.zone) or None,
        "outcome_codes": said_out(task.outcome),
    }
    return TaskOut(**{**kept, **more})


def board_out(row: BoardRow) -> BoardOut:
    """Return a row of the board."""
    kept = {name: getattr(row, name, None) for name in BoardOut.model_fields}
    more = {"warnings": _said(row.warnings, UTC), "warning_codes": said_out(row.warnings)}
    return BoardOut(**{**kept, **more})


def released_out(found: Released) -> ReleasedOut:
    """Return a release."""
    kept = {name: getattr(found, name, None) for name in ReleasedOut.model_fields}
    warnings = _said(found.warnings, found.zone)
    return ReleasedOut(**{**kept, "warnings": warnings, "warning_codes": said_out(found.warnings)})


def log_out(line: LogLine) -> LogOut:
    """Return a line of the log."""
    said = line.outcome
    more = {"outcome": str(said), "codes": said.codes, "counts": dict(said.counts)}
    return LogOut(**{**asdict(line), **more})


def clearance_out(found: Clearance) -> ClearanceOut:
    """Return a clearance."""
    zone = zone_of(found.record.zone)
    return ClearanceOut(
        record=found.record.id,
        version=found.version,
        verdict=found.answer.verdict.value,
        answer=answer_to_json(found.answer, found.law, zone),
        warnings=_said(found.warnings, zone),
        warning_codes=said_out(found.warnings),
        namesakes=found.namesakes,
        tasks=found.tasks,
        shut=tuple(map(refusal_out, found.shut)),
    )


def person_out(page: PersonPage) -> PersonOut:
    """Return one person's page."""
    zone = zone_of(page.record.zone)
    withheld = bans_said(page.withheld)
    return PersonOut(
        record=json.loads(record_to_json(page.record)),
        version=page.version,
        personal=page.personal,
        answer=None if page.withheld else answer_to_json(page.answer, page.law, zone),
        events=events_out(page.events),
        answers=page.answers,
        tasks=tuple(map(task_out, page.tasks)),
        read_by=tuple(map(log_out, page.read_by)),
        namesakes=page.namesakes,
        access=page.access,
        acts=page.acts,
        warnings=_said(page.warnings, zone),
        warning_codes=said_out(page.warnings),
        shut=tuple(map(refusal_out, page.shut)),
        withheld=_said(withheld, zone),
        withheld_codes=said_out(withheld),
    )
