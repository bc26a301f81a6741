"""From what the services return to what a page shows; the answer itself is never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Because, Certainty, DutyState, Verdict
from exeat.desk.pages.card import Asked, Card, asked_of, card_of, names_of
from exeat.desk.pages.history import history_of, instant_of
from exeat.desk.pages.sentences import (
    DutyView,
    Line,
    MustNot,
    duties_of,
    lines_of,
    must_nots_of,
)
from exeat.desk.pages.shutting import Shutting, shutting_of
from exeat.desk.pages.timeline import Bar, bars_of, draw
from exeat.desk.pages.views import EventLine
from exeat.desk.service.models import BoardRow, PersonPage
from exeat.desk.service.shut import unexplained
from exeat.desk.service.urgency import SINCE, DeadlineKind, overdue
from exeat.facts.events import DetainerDecided, Event, NoticeGiven
from exeat.facts.fold import standing
from exeat.facts.record import Detainer
from exeat.i18n.said import Said
from exeat.i18n.words import Words
from exeat.office.models import Task
from exeat.office.names import searched
from exeat.rules.place import LawOfPlace
from exeat.say.answers import rules_named
from exeat.say.law_text import RuleText, rule_text

__all__ = [
    "GO",
    "PersonView",
    "deadline_of",
    "is_due",
    "laws_of",
    "look_of",
    "shown",
    "still_owed",
]

GO: Final = (Verdict.RELEASE, Verdict.OVERDUE, Verdict.RELEASE_UNLESS_INSTRUCTED)
"""Verdicts under which the person is to be let go now."""
_OPEN: Final = (DutyState.OWED, DutyState.LATE)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_UNSETTLED: Final = (Verdict.UNKNOWN, Verdict.CONFLICT, Verdict.CALL_COUNSEL)


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
        return answer.overdue_since or answer.eligible_since, overdue(answer.certainty.value)
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


def look_of(row: BoardRow) -> str:
    """Return the class that colours a row of the board, as the person's page has it."""
    shut = bool(row.shut) and row.verdict in {verdict.value for verdict in GO}
    return _look(row.verdict, row.certainty, shut=shut, bare=row.unexplained)


def _look(verdict: str, certainty: str, *, shut: bool, bare: bool) -> str:
    late = verdict == Verdict.OVERDUE.value
    if bare:
        return Verdict.UNKNOWN.value
    if late and certainty == Certainty.POSSIBLE.value:
        return "perhaps"
    return "shut" if shut and not late else verdict


def still_owed(then: PersonView, events: Iterable[Event]) -> tuple[DutyView, ...]:
    """Return what was owed when the person left, and that nobody has entered since."""
    told = {(e.kind.value, e.to) for e in events if isinstance(e, NoticeGiven)}
    kinds = {kind for kind, _ in told}
    return tuple(
        one
        for one in then.owed
        if (one.about, one.to) not in told and (one.to or one.about not in kinds)
    )


def _first_task(tasks: Iterable[Task]) -> datetime | None:
    return min((task.due for task in tasks if task.closed is None), default=None)


def _first_notice(answer: Answer) -> datetime | None:
    return min((d.due for d in answer.duties if d.due and d.state in _OPEN), default=None)


def shown(rows: Sequence[BoardRow], wanted: str, query: str) -> list[BoardRow]:
    """Return the rows of a verdict, of all pending, or all, that hold the query.

    Args:
        rows: The board.
        wanted: A verdict, ``due`` for whatever needs somebody, or "".
        query: Parts of a name or of a booking number, in any order and spelling.
    """
    return [
        row
        for row in rows
        if (wanted in ("", row.verdict) or (wanted == "due" and is_due(row)))
        and searched(query, row.name, row.booking_number)
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
        if self.unexplained:
            self.deadline_kind = DeadlineKind.UNEXPLAINED

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
        page = self.page
        return card_of(page.answer, page.law, self._t, self.zone, unexplained=self.unexplained)

    @property
    def unexplained(self) -> bool:
        """Whether nothing on record says why the person is here."""
        return unexplained(self.page.record, self.page.answer.verdict)

    @property
    def headline(self) -> str:
        """Return the verdict in the largest words of the page."""
        answer = self.page.answer
        names = names_of(answer, unexplained=self.unexplained)
        keys = [f"verdict.{name}.head" for name in names]
        if answer.until:
            keys.insert(-1, f"verdict.{answer.verdict.value}.head_until")
        key = next(filter(self._t.has, keys))
        return self._t.say(Said(key, {"until": answer.until} if answer.until else {}), self.zone)

    @property
    def shut_besides(self) -> bool:
        """Whether the answer would let the person go, and something else keeps the gate shut."""
        return bool(self.shut) and not any(one.of_the_answer for one in self.shut)

    @property
    def go(self) -> bool:
        """Whether the person is to go now, and nothing stands before the door."""
        return self.page.answer.verdict in GO and not self.shut and not self.unexplained

    @property
    def look(self) -> str:
        """Return the class that colours the verdict; no colour says more than the words do."""
        answer = self.page.answer
        sure = answer.certainty.value
        return _look(answer.verdict.value, sure, shut=self.shut_besides, bare=self.unexplained)

    @cached_property
    def because(self) -> tuple[Because, ...]:
        """Return the reasons, that which decides first."""
        steps = self.page.answer.because
        return tuple(sorted(steps, key=lambda step: not self._decides(step)))

    @property
    def decided(self) -> bool:
        """Whether a rule decides, and stands first among the reasons."""
        return any(map(self._decides, self.page.answer.because))

    def _decides(self, step: Because) -> bool:
        named = {rule.id for rule in self.page.answer.decided_by}
        return step.rule is not None and step.rule.id in named

    @cached_property
    def owed(self) -> tuple[DutyView, ...]:
        """Return what is owed in this case and not done yet."""
        return tuple(one for one in self.duties if one.state in _OPEN)

    @cached_property
    def requests(self) -> tuple[tuple[Detainer, bool | None], ...]:
        """Return each request with whether the facility said that it complies."""
        said = {
            event.detainer: event.complies
            for event in standing(self.page.events).values()
            if isinstance(event, DetainerDecided)
        }
        return tuple((one, said.get(one.id)) for one in self.page.record.detainers)

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

    @property
    def turns_in(self) -> int:
        """Return in how many seconds the answer may turn, rounded up; 0: it is of another time."""
        page = self.page
        if page.turns is None:
            return 0
        return max(ceil((page.turns - page.answer.at).total_seconds()), 0) + 1

    @cached_property
    def must_nots(self) -> tuple[MustNot, ...]:
        """Return what must not be done, with its citations."""
        return must_nots_of(self.page.answer.bans, self.page.law, self._t)

    @property
    def forbidden(self) -> bool:
        """Whether the law surely forbids something in this case."""
        return any(one.certain for one in self.must_nots)

    @cached_property
    def shut(self) -> tuple[Shutting, ...]:
        """Return all that keeps the gate shut, each with the way to what would open it."""
        return shutting_of(self.page)

    @cached_property
    def mays(self) -> tuple[Line, ...]:
        """Return what is allowed."""
        return lines_of(self.page.answer.options, self._t)

    @cached_property
    def events(self) -> tuple[EventLine, ...]:
        """Return the entries, the latest first."""
        return history_of(self.page, self.zone, self._t)

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
