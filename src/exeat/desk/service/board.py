"""The board: everyone in custody, with the verdict and the next instant at which it may change."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from exeat.decide import Answer, DutyState, Verdict, decide
from exeat.desk.service._counsel import FOR_COUNSEL, counsel_says, counsel_within
from exeat.desk.service._left import who_left
from exeat.desk.service.models import BoardRow, Left
from exeat.desk.service.shut import TASKS_SHUT, unexplained
from exeat.desk.service.urgency import urgency
from exeat.errors import ExeatError, LedgerError, RecordError
from exeat.facts.case import zone_of
from exeat.facts.codec import record_from_json
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER, When, bounds
from exeat.i18n.said import Said, Sayings
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.held import log
from exeat.office.models import PersonalData
from exeat.office.office import Office
from exeat.office.outcomes import Outcome
from exeat.office.personal import open_personal
from exeat.record.views import state_of
from exeat.rules.place import LawOfPlace

__all__ = ["Board", "Shown", "next_change"]

_LOOK_AGAIN = timedelta(minutes=1)
"""A row that was mended moves no version, so it is looked at again."""
_log = logging.getLogger("exeat.desk")


@dataclass(frozen=True, slots=True)
class Shown:
    """A row that stands until an instant, or until its record moves on.

    Attributes:
        key: The record's key.
        until: When something in it may change, if nobody adds to the record.
        bare: Nothing on record says why the person is in custody.
        counsel: What only counsel can settle about the person, if there is anything.
        stamp: Of the law of the place, as it was when the row was made.
        unreadable: What is kept of the person does not open.
        within: How long counsel has to answer, where the place's profile says so.
    """

    key: UUID
    row: BoardRow
    until: datetime
    bare: bool = False
    counsel: Sayings = ()
    within: timedelta | None = None
    unreadable: bool = False
    stamp: int = 0

    def holds(self, version: int, stamp: int, now: datetime) -> bool:
        """Say whether the row still stands: for this version, under this law, at this instant."""
        return self.row.version == version and self.stamp == stamp and now < self.until


class Board:
    """Everyone in custody, at a glance.

    Args:
        office: What it stands on.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self._kept: dict[UUID, Shown] = {}
        self._lock = Lock()

    def rows(self, ctx: Context) -> list[BoardRow]:
        """Return everyone in custody here, the most urgent first.

        Rows are kept between calls for as long as nothing can have changed in them: the record's
        version is the same, and no deadline, no midnight and no end of a hold has passed.
        """

        def work(tx: Tx) -> list[BoardRow]:
            shown = self.shown(tx)
            log(tx, "board", Outcome.counted(person=len(shown)))
            return [one.row for one in shown]

        return sorted(self.office.run(ctx, "board", work), key=urgency)

    def left(self, ctx: Context, query: str) -> list[Left]:
        """Return who has left and may be meant: by number, by surname, or by birth date."""

        def work(tx: Tx) -> list[Left]:
            found = who_left(tx, tx.agency, query)
            log(tx, "left", Outcome.counted(person=len(found)))
            return found

        return self.office.run(ctx, "left", work)

    @property
    def unreadable(self) -> int:
        """How many rows could not be read when they were last looked at."""
        with self._lock:
            return sum(one.unreadable for one in self._kept.values())

    def forget(self) -> None:
        """Make every row anew: the law of a place has changed."""
        with self._lock:
            self._kept.clear()

    def shown(self, tx: Tx) -> list[Shown]:
        """Return the row of everyone in custody here, with what pages do not show."""
        now, rows = tx.ctx.now, tx.all("board", agency=tx.agency)
        stamp = self.office.law_stamp(tx, tx.agency) if rows else 0
        tasks: dict[UUID, list[str]] = {}
        for row in tx.all("open_tasks"):
            tasks.setdefault(row["record"], []).append(row["kind"])
        kept, fresh = {}, []
        for row in rows:
            one = self._kept.get(row["record"])
            if one is not None and one.holds(row["version"], stamp, now):
                kept[row["record"]] = one
            else:
                fresh.append(row)
        if fresh:
            kept |= self._built(tx, fresh, stamp)
        return [_counted(kept[row["record"]], tasks.get(row["record"], ())) for row in rows]

    def _built(self, tx: Tx, rows: list[dict[str, Any]], stamp: int) -> dict[UUID, Shown]:
        keys = [row["record"] for row in rows]
        sealed = {one["record"]: one for one in tx.all("board_sealed", records=keys)}
        made = (self._row(tx, row, sealed.get(row["record"])) for row in rows)
        found = {one.key: replace(one, stamp=stamp) for one in made}
        with self._lock:
            # Whoever has left the board, or was expunged, is out of this memory within a day.
            for key in [key for key, one in self._kept.items() if one.until <= tx.ctx.now]:
                del self._kept[key]
            self._kept.update(found)
        return found

    def _row(self, tx: Tx, row: dict[str, Any], sealed: dict[str, Any] | None) -> Shown:
        record, now = row["record"], tx.ctx.now
        try:
            person, state = _opened(tx, row, sealed)
        except (ExeatError, ValueError, TypeError, KeyError) as error:
            # One row that does not open costs that row: everybody else's alarm still goes off.
            _log.error("record %s cannot be read: %s", row["name"], type(error).__name__)
            return _unreadable(row, now)
        blank = _blank(row, person)
        try:
            facts = record_from_json(state, f"record `{row['name']}`")
        except RecordError:
            broken = replace(blank, warnings=(Said("warning.broken"),))
            return Shown(record, broken, now + timedelta(days=1))
        law = self.office.law(tx, tx.agency, facts.facility.kind)
        answer = decide(facts, law, now)
        row_now, until = _filled(blank, facts, answer, now), next_change(facts, law, answer, now)
        asks = counsel_says(answer, law) if answer.verdict in FOR_COUNSEL else ()
        within = counsel_within(answer, law)
        return Shown(record, row_now, until, _is_bare(facts), asks, within)


def _opened(
    tx: Tx, row: dict[str, Any], sealed: dict[str, Any] | None
) -> tuple[PersonalData | None, str]:
    """Return the name and the state of a row of the board.

    Raises:
        LedgerError: Its key, its name or its state is gone, or was changed.
    """
    place = f"record `{row['name']}`"
    if sealed is None or sealed["wrapped_key"] is None:
        raise _gone(place)
    record = row["record"]
    key = tx.master.unwrap(sealed["person"], sealed["wrapped_key"], place)
    person = open_personal(key, record, sealed["personal_nonce"], sealed["personal"])
    state = state_of(key, record, sealed["nonce"], sealed["sealed"])
    if state is None or (person is None and sealed["personal"] is not None):
        raise _gone(place)
    return person, state


def _gone(place: str) -> LedgerError:
    return LedgerError.one("E533", place, "cannot be read", "Restore it from a backup.")


def _unreadable(row: dict[str, Any], now: datetime) -> Shown:
    """Return what stands for a row that does not open: its id, and that somebody has to mend it."""
    said = replace(_blank(row, None), warnings=(Said("warning.unreadable"),))
    return Shown(row["record"], said, now + _LOOK_AGAIN, unreadable=True)


def _blank(row: dict[str, Any], person: PersonalData | None) -> BoardRow:
    return BoardRow(
        record=row["name"],
        name=person.shown if person is not None else "",
        booking_number=person.booking_number if person is not None else "",
        booked=None,
        verdict=Verdict.UNKNOWN.value,
        certainty="certain",
        until=None,
        overdue_since=None,
        next_deadline=None,
        eligible_since=None,
        scheduled_release=None,
        tasks=0,
        requests=0,
        version=row["version"],
    )


def _filled(row: BoardRow, facts: CustodyRecord, answer: Answer, now: datetime) -> BoardRow:
    deadlines = [d.due for d in answer.duties if d.due and d.state is DutyState.OWED]
    deadlines += [answer.until] if answer.until else []
    return replace(
        row,
        booked=facts.booked,
        verdict=answer.verdict.value,
        certainty=answer.certainty.value,
        until=answer.until,
        overdue_since=answer.overdue_since,
        next_deadline=min((d for d in deadlines if d > now), default=None),
        eligible_since=answer.eligible_since,
        scheduled_release=facts.scheduled_release,
        requests=sum(paper.open for paper in facts.detainers),
        unexplained=unexplained(facts, answer.verdict),
    )


def _counted(shown: Shown, tasks: Sequence[str]) -> Shown:
    """Return a row with what is open about the person now: it moves without the record."""
    shut = tuple(why for kind, why in TASKS_SHUT.items() if kind.value in tasks)
    if shown.row.tasks == len(tasks) and shown.row.shut == shut:
        return shown
    return replace(shown, row=replace(shown.row, tasks=len(tasks), shut=shut))


def _is_bare(facts: CustodyRecord) -> bool:
    grounds = any(basis.open for basis in facts.grounds)
    return not grounds and not any(paper.open for paper in facts.detainers)


def next_change(facts: CustodyRecord, law: LawOfPlace, answer: Answer, now: datetime) -> datetime:
    """Return the first instant after ``now`` at which the answer may be another.

    Midnight at the facility, where the law of the day and every count of days turn; any end of
    a window, deadline or time that the record names; and the end of what letting go may take.

    Units: an instant in UTC.
    """
    zone = zone_of(facts.zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    points = [datetime.combine(tomorrow, time(0), zone).astimezone(UTC)]
    points += _turns(answer)
    points += [end for when in _times(facts) for end in bounds(when, zone) if end is not None]
    starts = [*points, *filter(None, (answer.eligible_since, answer.eligible_latest))]
    points += [start + law.processing for start in starts]
    points += filter(None, (answer.until, answer.eligible_since))
    return min(point for point in points if point > now)


def _turns(answer: Answer) -> Iterable[datetime]:
    """Return the ends of windows and the deadlines that an answer names."""
    ends = [end for window in answer.windows for end in (window.start, window.end)]
    return filter(None, [*ends, *(duty.due for duty in answer.duties)])


def _times(facts: CustodyRecord) -> Iterable[When]:
    acts = [facts.booked, facts.scheduled_release, *(b.end for b in facts.grounds)]
    for d in facts.detainers:
        acts += [d.received, d.served, d.hold_ordered, d.lifted]
    acts += [notice.given for notice in facts.notices or ()]
    return [act for act in acts if act is not None and act is not NEVER]
