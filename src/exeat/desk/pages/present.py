"""From what the services return to what a page shows; the answer itself is never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, DutyState, Verdict
from exeat.desk.pages.card import Asked, Card, asked_of, card_of
from exeat.desk.pages.correcting import ENVELOPE
from exeat.desk.pages.sentences import DutyView, Line, duties_of, lines_of
from exeat.desk.pages.timeline import Bar, bars_of, draw
from exeat.desk.pages.views import EventLine
from exeat.desk.service.models import BoardRow, PersonPage
from exeat.desk.service.urgency import SINCE, DeadlineKind
from exeat.facts.codes import Described
from exeat.facts.events import Corrected, Disputed, Event
from exeat.facts.record import Conviction, Facility, Offence
from exeat.facts.times import Uncertain, When, bounds, show_when
from exeat.i18n.words import Words
from exeat.office.models import Task
from exeat.rules.place import LawOfPlace
from exeat.say.answers import rules_named
from exeat.say.law_text import RuleText, rule_text

__all__ = [
    "PersonView",
    "deadline_of",
    "event_line",
    "instant_of",
    "is_due",
    "laws_of",
    "shown",
]

_OPEN: Final = (DutyState.OWED, DutyState.LATE)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_UNSAID: Final = ENVELOPE | {"occurred", "note", "instead"}
_UNSETTLED: Final = (Verdict.UNKNOWN, Verdict.CONFLICT, Verdict.CALL_COUNSEL)


def instant_of(when: When | None, zone: ZoneInfo) -> datetime | None:
    """Return the earliest instant that a time can be, or None where that is open."""
    return None if when is None else bounds(when, zone)[0]


def deadline_of(
    answer: Answer, scheduled: datetime | None, tasks: Iterable[Task] = ()
) -> tuple[datetime | None, DeadlineKind | None]:
    """Return the next instant that matters for a person, and what it is.

    Args:
        answer: The answer at the present instant.
        scheduled: The time set for the release, if one is.
        tasks: Open questions about the person.
    """
    verdict = answer.verdict
    if verdict is Verdict.OVERDUE:
        return answer.overdue_since or answer.eligible_since, DeadlineKind.OVERDUE
    if verdict in (Verdict.MAY_HOLD, Verdict.MUST_HOLD):
        return answer.until, DeadlineKind.HOLD_ENDS if answer.until else None
    task = _first_task(tasks)
    if verdict in _UNSETTLED and task is not None:
        return task, DeadlineKind.TASK
    notice = _first_notice(answer)
    if verdict is Verdict.NOTIFY_FIRST and notice is not None:
        return notice, DeadlineKind.NOTICE
    if verdict is Verdict.IN_CUSTODY:
        return scheduled, DeadlineKind.SCHEDULED if scheduled else None
    # What nobody waits for: how long the person could have been gone already.
    if verdict is Verdict.NOT_IN_CUSTODY or answer.eligible_since is None:
        return None, None
    return answer.eligible_since, SINCE.get(verdict, DeadlineKind.GO)


def _first_task(tasks: Iterable[Task]) -> datetime | None:
    return min((task.due for task in tasks if task.closed is None), default=None)


def _first_notice(answer: Answer) -> datetime | None:
    return min((d.due for d in answer.duties if d.due and d.state in _OPEN), default=None)


def shown(rows: Sequence[BoardRow], wanted: str, query: str) -> list[BoardRow]:
    """Return the rows of a verdict, of all pending, or all, that hold the query.

    Args:
        rows: The board.
        wanted: A verdict, ``due`` for whatever needs somebody, or "".
        query: Part of a name or of a booking number.
    """
    needle = query.casefold().strip()
    return [
        row
        for row in rows
        if (wanted in ("", row.verdict) or (wanted == "due" and is_due(row)))
        and (needle in row.name.casefold() or needle in row.booking_number.casefold())
    ]


def is_due(row: BoardRow) -> bool:
    """Say whether a person's release is pending, or a question about them is open."""
    quiet = (Verdict.IN_CUSTODY.value, Verdict.NOT_IN_CUSTODY.value)
    return row.verdict not in quiet or bool(row.tasks) or row.scheduled_release is not None


def laws_of(answer: Answer, law: LawOfPlace) -> tuple[tuple[RuleText, ...], tuple[RuleText, ...]]:
    """Return the rules that the verdict rests on, and those of the duties, in words."""
    named = {step.rule.id for step in answer.because if step.rule}
    named |= {rule.id for rule in answer.decided_by}
    points = (*answer.conflicts, *answer.contested)
    named |= {rule.id for conflict in points for rule in conflict.rules}
    if answer.verdict is Verdict.UNKNOWN:
        named |= {one.rule.id for one in answer.unevaluated}
    duties = {one.rule.id for one in answer.duties}
    duties |= {one.rule.id for one in (*answer.bans, *answer.options)}
    rules = rules_named(answer)
    return (
        tuple(rule_text(law, rule) for rule in rules if rule.id in named),
        tuple(rule_text(law, rule) for rule in rules if rule.id in duties - named),
    )


def event_line(event: Event, zone: ZoneInfo, t: Words, corrected: str = "") -> EventLine:
    """Return one entry of the record for the history of a person's page."""
    detail = []
    for one in fields(event):
        value = getattr(event, one.name)
        if one.name not in _UNSAID and value is not None and value != ():
            said = _plain(value, t, zone)
            if isinstance(event, Disputed) and one.name == "says":
                # What the desk itself says back to an issuer is a code.
                said = t.first(f"dispute.{said}") or said
            detail.append((t(f"detail.{one.name}"), said))
    occurred = event.occurred if isinstance(event.occurred, datetime) else None
    return EventLine(
        id=event.id,
        kind=event.event,
        occurred=occurred,
        about="" if occurred else show_when(event.occurred) or "",
        recorded=instant_of(event.recorded, zone),
        by=event.by,
        detail=tuple(detail),
        note=event.note or "",
        corrected=corrected,
    )


def _plain(value: Any, t: Words, zone: ZoneInfo) -> str:
    """Return a value of an event in the reader's words."""
    match value:
        case bool():
            return t("site.yes" if value else "site.no")
        case Described():
            return t.first(f"code.{type(value).__name__}.{value.value}") or value.value
        case str() | int():
            return str(value)
        case datetime():
            return t.time(value, zone)
        case Uncertain():
            return value.edtf
        case Facility():
            return value.fips or value.ori or value.detloc or value.kind.value
    return _several(value, t, zone)


def _several(value: Any, t: Words, zone: ZoneInfo) -> str:
    """Return several values in a row."""
    if isinstance(value, tuple):
        return ", ".join(_plain(item, t, zone) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(item, t, zone)}" for name, item in value.items())
    return _parts(value, t, zone)


def _parts(value: Any, t: Words, zone: ZoneInfo) -> str:
    """Return what is said in each part of a value that has parts, each under its name."""
    parts = [(one.name, getattr(value, one.name)) for one in fields(value)]
    said = [(name, item) for name, item in parts if item not in (None, (), {}) and name != "event"]
    if isinstance(value, Offence | Conviction):
        return ", ".join(_plain(item, t, zone) for _, item in said)
    return ", ".join(
        f"{t.first(f'field.{name}.label', f'detail.{name}') or name}: {_plain(item, t, zone)}"
        for name, item in said
    )


def _events(page: PersonPage, zone: ZoneInfo, t: Words) -> tuple[EventLine, ...]:
    """Return the entries, the latest first."""
    corrected = {event.of: event.id for event in page.events if isinstance(event, Corrected)}
    read: dict[str, Event | None] = {}
    lines = []
    for event in page.events:
        line = event_line(event, zone, t, corrected.get(event.id, ""))
        if isinstance(event, Corrected):
            line = replace(line, detail=_correction(event, read, zone, t))
            read[event.of] = event.instead
        else:
            read[event.id] = event
        lines.append(line)
    first = datetime.min.replace(tzinfo=UTC)
    return tuple(
        sorted(lines, key=lambda one: (one.recorded or first, one.occurred or first))[::-1]
    )


def _correction(
    event: Corrected, read: Mapping[str, Event | None], zone: ZoneInfo, t: Words
) -> tuple[tuple[str, str], ...]:
    """Return what a correction changes: each part as it read before, and as it reads now."""
    old, new = read.get(event.of), event.instead
    kind = new or old
    said = [(t("detail.of"), t(f"event.{kind.event}") if kind else event.of)]
    said.append((t("detail.says"), event.says))
    if new is None:
        return (*said, (t("detail.instead"), t("correct.nothing")))
    for one in fields(new):
        before, after = getattr(old, one.name, None), getattr(new, one.name)
        if one.name not in ENVELOPE and before != after:
            words = [_said(value, t, zone) for value in (before, after)]
            said.append((t(f"detail.{one.name}"), " → ".join(words)))
    return tuple(said)


def _said(value: Any, t: Words, zone: ZoneInfo) -> str:
    if value is None:
        return t("site.not_known")
    return _plain(value, t, zone) or t("site.none")


class PersonView:
    """What a person's page shows, in the reader's language: what the services say, and words.

    A page makes only what it shows: the release form draws no time line and reads no history.

    Args:
        page: As the services give it.
        t: The reader's words.
    """

    def __init__(self, page: PersonPage, t: Words) -> None:
        self.page, self._t = page, t
        self.zone = ZoneInfo(page.record.zone)
        self.place_name = page.law.chain[-1].name
        planned = instant_of(page.record.scheduled_release, self.zone)
        self.deadline, self.deadline_kind = deadline_of(page.answer, planned, page.tasks)

    @property
    def laws(self) -> tuple[RuleText, ...]:
        """Return the rules that the verdict rests on, in words, with their citations."""
        return self._laws[0]

    @property
    def duty_laws(self) -> tuple[RuleText, ...]:
        """Return the rules of duties, bans and permissions besides, without those of `laws`."""
        return self._laws[1]

    @cached_property
    def _laws(self) -> tuple[tuple[RuleText, ...], tuple[RuleText, ...]]:
        return laws_of(self.page.answer, self.page.law)

    @cached_property
    def card(self) -> Card:
        """Return the first lines."""
        return card_of(self.page.answer, self.page.law, self._t, self.zone)

    @cached_property
    def questions(self) -> tuple[Asked, ...]:
        """Return what would decide, for whoever finds out."""
        return asked_of(self.page.answer.questions, self._t, self.zone)

    @cached_property
    def for_counsel(self) -> tuple[Asked, ...]:
        """Return what only counsel can answer."""
        return asked_of(self.page.answer.for_counsel, self._t, self.zone)

    @cached_property
    def duties(self) -> tuple[DutyView, ...]:
        """Return what the facility must do, or did."""
        return duties_of(self.page.answer, self._t)

    @cached_property
    def bans(self) -> tuple[Line, ...]:
        """Return what is forbidden."""
        return lines_of(self.page.answer.bans, self._t)

    @cached_property
    def mays(self) -> tuple[Line, ...]:
        """Return what is allowed."""
        return lines_of(self.page.answer.options, self._t)

    @cached_property
    def events(self) -> tuple[EventLine, ...]:
        """Return the entries, the latest first."""
        return _events(self.page, self.zone, self._t)

    @cached_property
    def _bars(self) -> list[Bar]:
        return bars_of(self.page.record, self.page.answer, self._t, self.zone)

    @cached_property
    def drawing(self) -> str:
        """Return the time line as SVG."""
        page = self.page
        return draw(page.record, page.law, page.answer, self._bars, self._t)

    @property
    def story(self) -> tuple[tuple[str, str], ...]:
        """Return the time line in words: each row's label and note."""
        return tuple((bar.label, bar.note) for bar in self._bars)
