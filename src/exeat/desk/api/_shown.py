"""What the API answers with, where it is not what the desk itself returns."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from exeat.desk.api._errors import events_out
from exeat.desk.service.models import Clearance, LogLine, PersonPage
from exeat.facts.case import zone_of
from exeat.facts.codec import record_to_json
from exeat.office.models import Namesake, PersonalData, Task
from exeat.say.answers import answer_to_json

__all__ = ["ClearanceOut", "PersonOut", "SubscriptionOut", "clearance_out", "person_out"]


class ClearanceOut(BaseModel):
    """The answer, and the version that it rests on."""

    record: str
    version: int
    verdict: str
    answer: dict[str, Any]
    warnings: tuple[str, ...]
    namesakes: tuple[Namesake, ...]
    tasks: tuple[str, ...]


class PersonOut(BaseModel):
    """All that is on record about one custody, as far as this caller may see it."""

    record: dict[str, Any]
    version: int
    personal: PersonalData | None
    answer: dict[str, Any]
    events: list[dict[str, Any]]
    answers: tuple[dict[str, Any], ...]
    tasks: tuple[Task, ...]
    read_by: tuple[LogLine, ...]
    namesakes: tuple[Namesake, ...]
    acts: tuple[str, ...]
    warnings: tuple[str, ...]


class SubscriptionOut(BaseModel):
    """A subscription."""

    subscription: str


def clearance_out(found: Clearance) -> ClearanceOut:
    """Return a clearance."""
    zone = zone_of(found.record.zone)
    return ClearanceOut(
        record=found.record.id,
        version=found.version,
        verdict=found.answer.verdict.value,
        answer=answer_to_json(found.answer, found.law, zone),
        warnings=found.warnings,
        namesakes=found.namesakes,
        tasks=found.tasks,
    )


def person_out(page: PersonPage) -> PersonOut:
    """Return one person's page."""
    zone = zone_of(page.record.zone)
    return PersonOut(
        record=json.loads(record_to_json(page.record)),
        version=page.version,
        personal=page.personal,
        answer=answer_to_json(page.answer, page.law, zone),
        events=events_out(page.events),
        answers=page.answers,
        tasks=page.tasks,
        read_by=page.read_by,
        namesakes=page.namesakes,
        acts=page.acts,
        warnings=page.warnings,
    )
