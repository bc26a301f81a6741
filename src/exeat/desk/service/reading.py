"""What pages read: one person, the tasks, the log, the counts. Every reading is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from exeat.decide import Option, decide
from exeat.desk.service._claims import unread_claims, waiting_papers
from exeat.desk.service._logbook import (
    EVERY_LINE,
    Matching,
    lines_of,
    matching_of,
    pages_of_log,
)
from exeat.desk.service._refusals import Inside, shut_of, warnings_of
from exeat.desk.service._waiting import Waiting, waiting_for
from exeat.desk.service.board import Board, next_change
from exeat.desk.service.forbidden import before_leaving, unseen
from exeat.desk.service.models import Counts, LogFilter, LogLine, PersonPage
from exeat.desk.service.offers import offered
from exeat.desk.service.shares import accesses
from exeat.facts.case import zone_of
from exeat.facts.events import DetainerLodged
from exeat.facts.record import CustodyRecord, Person
from exeat.office.context import Context, Role
from exeat.office.db import Tx
from exeat.office.held import Held, log
from exeat.office.models import Agency, Task
from exeat.office.office import Office
from exeat.office.outcomes import Outcome
from exeat.office.personal import namesakes, read_personal
from exeat.office.tasks import cleared_before, open_tasks, task_of
from exeat.record.entries import History

__all__ = ["Reading", "Times"]

Times = tuple[datetime | None, datetime | None]
"""The instant asked about, and that of which the knowledge counts; None: now, and all."""

_READERS_SHOWN = 50


class Reading:
    """Queries of the desk.

    Args:
        office: What it stands on.
        board: Everyone in custody.
    """

    def __init__(self, office: Office, board: Board) -> None:
        self.office = office
        self.board = board

    def person(
        self,
        ctx: Context,
        record: str,
        at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> PersonPage:
        """Return all that one page about a person shows, as far as this role may see it.

        The answer is for ``at``, else for now, on all that is on record, else on what was
        recorded by ``known_at``. The events and tasks are as they stand.

        A requester sees its own requests and their answers, and no personal data; counsel sees
        the whole record of a client.
        """
        return self.person_when(ctx, record, lambda _: (at, known_at))

    def person_when(
        self, ctx: Context, record: str, when_asked: Callable[[ZoneInfo], Times]
    ) -> PersonPage:
        """Return what `person` does, for times that are read in the facility's own zone.

        Args:
            ctx: Who asks.
            record: Id of the record.
            when_asked: Given that zone, returns ``at`` and ``known_at``.
        """

        def work(tx: Tx) -> PersonPage:
            held = self.office.find(tx, record)
            history = _history(tx, held)
            facts = history.fold()
            at, known_at = when_asked(zone_of(facts.zone))
            if known_at is not None:
                facts = history.fold(known_at=known_at)
            law = self.office.law(tx, held.facility, facts.facility.kind)
            now = at is None and known_at is None
            when = at if at is not None else ctx.now
            answer = decide(facts, law, when, known_at=known_at)
            mine = held.stake == "facility"
            person = (
                read_personal(tx, held, self.office.key(tx, held))
                if held.stake != "issuer"
                else None
            )
            others = namesakes(tx, held, person)
            waits = waiting_for(tx, held.facility, person) if mine else Waiting()
            rows = tx.all("tasks_of", record=held.record) if mine else []
            standing = open_tasks(tx, held) if mine else {}
            claims = unread_claims(history.events())
            papers = waiting_papers(facts, claims, law, when, answer) if mine else ()
            access = accesses(tx, held, history) if mine else ()
            inside = Inside(answer, law, waits, standing, papers)
            log(tx, "person", held=held)
            page = PersonPage(
                record=facts,
                version=history.version,
                personal=person,
                answer=answer,
                law=law,
                events=history.events(),
                answers=history.answers(),
                tasks=tuple(task_of(row, ctx.now, zone_of(facts.zone)) for row in rows),
                read_by=_readers(tx, held) if mine else (),
                namesakes=others,
                claims={id: lodged.warrants or () for id, lodged in claims.items()},
                acts=offered(ctx.may, facts, answer.verdict, access),
                warnings=(
                    *warnings_of(answer, standing, others),
                    *waits.warnings,
                    *cleared_before(tx, held, zone_of(facts.zone)),
                ),
                shut=shut_of(inside) if mine and now else (),
                turns=next_change(facts, law, answer, when) if now else None,
                access=access,
            )
            if held.stake != "issuer":
                return page
            leaving = before_leaving(facts, when)
            withheld = unseen(
                answer if leaving == when else decide(facts, law, leaving, known_at=known_at)
            )
            return _as_issuer(page, ctx.agency, withheld)

        return self.office.run(ctx, "person", work, about=record)

    def version(self, ctx: Context, record: str) -> int:
        """Return at which version a record stands; a page asks it by itself, and shows nothing.

        It is nothing about the person, so no reading of them is written down.

        Raises:
            NotFound: There is no such record for this agency.
        """
        ctx.need("person")
        with self.office.db.transaction(ctx) as tx:
            held = self.office.find(tx, record)
            return int((tx.one("version", record=held.record) or {"version": 0})["version"])

    def clients(self, ctx: Context) -> list[tuple[str, str, bool]]:
        """Return the records that counsel may read: id, facility, and whether custody goes on."""

        def work(tx: Tx) -> list[tuple[str, str, bool]]:
            rows = tx.all("clients")
            log(tx, "clients", Outcome.counted(person=len(rows)))
            return [(row["name"], row["facility"], bool(row["open"])) for row in rows]

        return self.office.run(ctx, "clients", work)

    def tasks(self, ctx: Context) -> list[Task]:
        """Return what is open here, the most urgent first."""

        def work(tx: Tx) -> list[Task]:
            zone = zone_of(self.office.agency(tx, tx.agency).zone or "UTC")
            return [task_of(row, ctx.now, zone) for row in tx.all("tasks")]

        return self.office.run(ctx, "tasks", work)

    def audit_log(
        self,
        ctx: Context,
        record: str | None = None,
        before: int | None = None,
        limit: int = 200,
        *,
        only: LogFilter | None = None,
    ) -> list[LogLine]:
        """Return who did or read what, the newest first.

        Args:
            ctx: Who asks.
            record: Only about this record.
            before: Only lines with a smaller number, for the next page.
            limit: At most so many lines.
            only: Which lines, where more than a record is asked for.
        """
        said = only or LogFilter(record=record)

        def work(tx: Tx) -> list[LogLine]:
            lines = lines_of(tx, matching_of(tx, self.office, said), before, limit)
            log(tx, "audit_log", Outcome.counted(line=len(lines)))
            return lines

        return self.office.run(ctx, "audit_log", work)

    def whole_log(
        self, ctx: Context, only: LogFilter, before: int | None = None
    ) -> Iterator[list[LogLine]]:
        """Yield the whole log as far as it is asked for, the newest first, a part at a time.

        That it was taken stands in the log before the first part is given.

        Raises:
            NotPermitted: It is not for this role; before anything is given.
            NotFound: There is no such record for this agency.
        """

        def first(tx: Tx) -> Matching:
            wanted = matching_of(tx, self.office, only)
            # Its own line would be the newest of all: what is given ends before it.
            row = tx.one("last_line")
            end = (row["number"] or 0) + 1 if row is not None else 1
            wanted["before"] = end if before is None else min(before, end)
            log(tx, "log_taken")
            return wanted

        return pages_of_log(lambda work: self.office.run(ctx, "audit_log", work), first)

    def counts(self, ctx: Context) -> Counts:
        """Return how many of what this agency has; nothing in it is about one person."""

        def work(tx: Tx) -> Counts:
            records = tx.one("count_records", agency=tx.agency) or {}
            tasks = tx.all("count_tasks", at=ctx.now)
            overrides = tx.one("count_overrides") or {}
            verdicts: dict[str, int] = {}
            for one in self.board.shown(tx) if ctx.role is not Role.ADMIN else ():
                verdicts[one.row.verdict] = verdicts.get(one.row.verdict, 0) + 1
            log(tx, "counts")
            return Counts(
                records=records.get("records", 0),
                in_custody=records.get("in_custody", 0),
                released=records.get("records", 0) - records.get("in_custody", 0),
                requests={row["answer"]: row["n"] for row in tx.all("count_requests")},
                tasks_open={row["kind"]: row["n"] for row in tasks},
                tasks_late=sum(row["late"] for row in tasks),
                overrides=overrides.get("n", 0),
                against_law=overrides.get("against_law", 0),
                refusals=_refusals(tx.all("count_refusals", agency=tx.agency)),
                verdicts=verdicts,
            )

        return self.office.run(ctx, "counts", work)

    def agencies(self, ctx: Context) -> list[Agency]:
        """Return every agency, by code: to whom a request can be sent."""

        def work(tx: Tx) -> list[Agency]:
            return [Agency(**row) for row in tx.all("directory")]

        return self.office.run(ctx, "agencies", work)

    def visible(self, ctx: Context, keys: list[str]) -> list[str]:
        """Return the ids of those records, given by key, in which this agency has a stake."""
        with self.office.db.transaction(ctx) as tx:
            rows = tx.all("names_of", records=[UUID(key) for key in keys])
        return sorted(row["name"] for row in rows if row["name"])


def _readers(tx: Tx, held: Held) -> tuple[LogLine, ...]:
    """Return who read or did something on a record lately."""
    wanted = {**EVERY_LINE, "records": [held.record]}
    return tuple(lines_of(tx, wanted, None, _READERS_SHOWN))


def _history(tx: Tx, held: Held) -> History:
    """Return a record's entries.

    The database shows an issuer none of them, so the facility's desk reads for it. The list of
    accesses has both.
    """
    if held.stake != "issuer":
        return tx.ledger.read(held.record)
    tx.ledger.noted(held.record, "read")
    with tx.acting_for(held.facility):
        return tx.ledger.read(held.record)


def _refusals(rows: list[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        for kind in Outcome.of_text(row["outcome"]).codes:
            found[kind] = found.get(kind, 0) + row["n"]
    return found


def _own_requests(page: PersonPage, agency: str) -> set[str]:
    # As they were lodged, and not as they stand: what was corrected away was still theirs.
    lodged = (e for e in page.events if isinstance(e, DetainerLodged) and e.issuer == agency)
    standing = {d.id for d in page.record.detainers if d.issuer == agency}
    return standing | {event.detainer for event in lodged}


def _record_of(record: CustodyRecord, own: set[str], touched: set[str]) -> CustodyRecord:
    """Return what of a record is about an issuer's own requests, and what touches them."""
    notices = record.notices
    return replace(
        record,
        bases=(),
        person=Person(),
        convictions=None,
        # A claim of citizenship, or that it is somebody else, goes back to who must answer it.
        corrections=tuple(c for c in record.corrections if c.disputed or c.of in touched),
        detainers=tuple(d for d in record.detainers if d.id in own),
        notices=None if notices is None else tuple(n for n in notices if n.about in own),
    )


def _as_issuer(page: PersonPage, agency: str, withheld: tuple[Option, ...]) -> PersonPage:
    """Return what an agency that lodged a request may see: its own request and its answer.

    Not why else the person is held, nor what they are charged with, nor others' requests; the
    verdict and its times stay, because they are what was asked for. Where the law forbids that
    they are told, this page is no way round it, and says so.
    """
    own = _own_requests(page, agency)
    entries = {e.id for e in page.events if getattr(e, "detainer", None) in own}
    touched = own | entries
    record = _record_of(page.record, own, touched)
    answer = replace(
        page.answer,
        because=(),
        duties=(),
        options=(),
        bans=(),
        checks=(),
        questions=(),
        for_counsel=(),
        unevaluated=(),
        to_judge=(),
    )
    events = tuple(e for e in page.events if e.id in entries or getattr(e, "of", None) in touched)
    claims = {id: said for id, said in page.claims.items() if id in own}
    if withheld:
        record = replace(record, release=None, scheduled_release=None)
    return replace(
        page, record=record, answer=answer, events=events, answers=(), namesakes=(), warnings=(),
        claims=claims, turns=None if withheld else page.turns, withheld=withheld,
    )  # fmt: skip
