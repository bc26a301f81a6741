"""What the API answers with."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from exeat.desk.api._errors import events_out
from exeat.desk.service.models import (
    BoardRow,
    Clearance,
    Handover,
    IncomingRequest,
    LogLine,
    PersonPage,
    Released,
)
from exeat.facts.case import zone_of
from exeat.facts.codec import record_to_json
from exeat.facts.times import show_when
from exeat.office.models import Done, Task
from exeat.say.answers import answer_to_json

__all__ = [
    "BoardOut", "ClearanceOut", "CountsOut", "DoneOut", "HandoverOut", "LogOut", "PersonOut",
    "ReconciliationOut", "ReleasedOut", "RequestOut", "SubscriptionOut", "TaskOut", "board_out",
    "clearance_out", "done_out", "handover_out", "log_out", "person_out", "released_out",
    "request_out", "task_out",
]  # fmt: skip


class DoneOut(BaseModel):
    """What an act did."""

    record: str
    version: int
    events: list[str]
    repeated: bool = Field(description="It was on record already, with the same content.")
    tasks: list[str]


class NamesakeOut(BaseModel):
    """Somebody else in the house with the same surname."""

    record: str
    name: str
    booking_number: str


class ClearanceOut(BaseModel):
    """The answer, and the version that it rests on."""

    record: str
    version: int
    verdict: str
    answer: dict[str, Any]
    warnings: list[str]
    namesakes: list[NamesakeOut]
    tasks: list[str]


class ReleasedOut(BaseModel):
    """The person was released."""

    record: str
    version: int
    event: str
    answer: dict[str, Any]
    overridden: list[str]
    tasks: list[str]
    repeated: bool


class TaskOut(BaseModel):
    """Something that waits for somebody."""

    id: str
    kind: str
    record: str | None
    about: str
    because: str
    opened: datetime
    due: datetime
    owner_role: str
    owner: str | None
    late: bool
    closed: datetime | None
    closed_by: str | None
    outcome: str | None


class BoardOut(BaseModel):
    """One person on the board."""

    record: str
    name: str
    booking_number: str
    booked: str | None
    verdict: str
    certainty: str
    until: datetime | None
    overdue_since: datetime | None
    next_deadline: datetime | None
    eligible_since: datetime | None
    scheduled_release: str | None
    tasks: int
    requests: int
    version: int
    warnings: list[str]


class LogOut(BaseModel):
    """Who did or read what."""

    number: int
    at: datetime
    agency: str
    actor: str
    role: str
    what: str
    outcome: str
    record: str | None
    about: str | None


class PersonalOut(BaseModel):
    """Who the person is."""

    surname: str
    given_names: str
    born: str | None
    booking_number: str
    fingerprint_id: str
    photo: str


class PersonOut(BaseModel):
    """All that is on record about one custody, as far as this caller may see it."""

    record: dict[str, Any]
    version: int
    personal: PersonalOut | None
    answer: dict[str, Any]
    events: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    tasks: list[TaskOut]
    read_by: list[LogOut]
    namesakes: list[NamesakeOut]
    acts: list[str]
    warnings: list[str]


class RequestOut(BaseModel):
    """A request as it came in, with its signed receipt and its answer."""

    id: str
    sender: str
    facility: str
    person: PersonalOut | None
    paper: dict[str, Any] | None
    lodged: datetime
    receipt: str
    answered: datetime | None
    answer: str | None
    record: str | None
    receipt_leaf: int | None = Field(description="Number of the ledger's entry that holds it.")
    answer_leaf: int | None


class HandoverOut(BaseModel):
    """A person on the way, with every hold."""

    id: str
    sender: str
    receiver: str
    person: PersonalOut | None
    holds: list[str]
    began: datetime
    acknowledged: datetime | None


class ReconciliationOut(BaseModel):
    """What the comparison of roster and record found."""

    roster_only: list[str]
    record_only: list[str]
    without_basis: list[str]
    agree: int
    tasks: list[str]


class CountsOut(BaseModel):
    """How many of what."""

    records: int
    in_custody: int
    released: int
    requests: dict[str, int]
    tasks_open: dict[str, int]
    tasks_late: int
    overrides: int
    refusals: dict[str, int]
    verdicts: dict[str, int]


class SubscriptionOut(BaseModel):
    """A subscription."""

    subscription: str


class AgencyOut(BaseModel):
    """An agency as every other may know it."""

    code: str
    name: str
    kind: str
    place: str | None
    zone: str | None
    facility: dict[str, Any]


def done_out(done: Done) -> DoneOut:
    """Return what an act did."""
    return DoneOut(
        record=done.record,
        version=done.version,
        events=list(done.events),
        repeated=done.repeated,
        tasks=list(done.tasks),
    )


def _personal(person: Any) -> PersonalOut | None:
    if person is None:
        return None
    born = person.born.isoformat() if person.born else None
    return PersonalOut(**{**asdict(person), "born": born})


def clearance_out(found: Clearance) -> ClearanceOut:
    """Return a clearance."""
    zone = zone_of(found.record.zone)
    return ClearanceOut(
        record=found.record.id,
        version=found.version,
        verdict=found.answer.verdict.value,
        answer=answer_to_json(found.answer, found.law, zone),
        warnings=list(found.warnings),
        namesakes=[NamesakeOut(**asdict(one)) for one in found.namesakes],
        tasks=list(found.tasks),
    )


def released_out(found: Released) -> ReleasedOut:
    """Return a release."""
    return ReleasedOut(
        record=found.record,
        version=found.version,
        event=found.event,
        answer=found.answer,
        overridden=[kind.value for kind in found.overridden],
        tasks=list(found.tasks),
        repeated=found.repeated,
    )


def task_out(task: Task) -> TaskOut:
    """Return a task."""
    return TaskOut(**{**asdict(task), "kind": task.kind.value})


def board_out(row: BoardRow) -> BoardOut:
    """Return a row of the board."""
    said = {name: getattr(row, name) for name in BoardOut.model_fields}
    booked, scheduled = show_when(row.booked), show_when(row.scheduled_release)
    more = {"booked": booked, "scheduled_release": scheduled, "warnings": list(row.warnings)}
    return BoardOut(**{**said, **more})


def log_out(line: LogLine) -> LogOut:
    """Return a line of the log."""
    return LogOut(**asdict(line))


def person_out(page: PersonPage) -> PersonOut:
    """Return one person's page."""
    zone = zone_of(page.record.zone)
    return PersonOut(
        record=json.loads(record_to_json(page.record)),
        version=page.version,
        personal=_personal(page.personal),
        answer=answer_to_json(page.answer, page.law, zone),
        events=events_out(page.events),
        answers=list(page.answers),
        tasks=[task_out(task) for task in page.tasks],
        read_by=[log_out(line) for line in page.read_by],
        namesakes=[NamesakeOut(**asdict(one)) for one in page.namesakes],
        acts=list(page.acts),
        warnings=list(page.warnings),
    )


def request_out(one: IncomingRequest) -> RequestOut:
    """Return a request."""
    paper = None
    if one.paper is not None:
        paper = {**asdict(one.paper), "issued": show_when(one.paper.issued)}
    said = {name: getattr(one, name) for name in RequestOut.model_fields}
    return RequestOut(**{**said, "person": _personal(one.person), "paper": paper})


def handover_out(one: Handover) -> HandoverOut:
    """Return a handover."""
    said = {name: getattr(one, name) for name in HandoverOut.model_fields}
    return HandoverOut(**{**said, "person": _personal(one.person), "holds": list(one.holds)})
