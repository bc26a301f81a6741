"""What a person reads at the desk says the facility's own time, with its zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
from tests.scenario.failures.kit import Town, county, person_of, shut, told

from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import Refused
from exeat.facts.case import zone_of
from exeat.facts.codes import BasisEnd, BasisKind, StatusProof
from exeat.facts.record import Person
from exeat.i18n.said import sayings_of_text
from exeat.office.context import Role
from exeat.office.models import TaskKind
from exeat.say.reasons import say_reason

INSTANT = re.compile(r"\d{4}-\d\d-\d\d|T\d\d:\d\d|\d\dZ\b|[+-]\d\d:\d\d")


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def because(town: Town, kind: TaskKind, agency: str = "pierce") -> str:
    tasks = town.desk.reading.tasks(town.ctx(agency=agency))
    return next(told(task) for task in tasks if task.kind is kind)


@pytest.mark.parametrize(
    ("agency", "said"),
    [
        ("pierce", "Since Wed 16 Sep 2026, 12:00 PDT."),
        ("arizona", "Since Wed 16 Sep 2026, 12:00 MST."),
        ("franklin-ny", "Since Wed 16 Sep 2026, 15:00 EDT."),
    ],
)
def test_an_alarm_says_since_when_in_the_facilitys_own_time(
    town: Town, agency: str, said: str
) -> None:
    record = town.book(agency=agency)
    town.bail(record, agency)
    town.desk.rounds.sweep(town.ctx(agency=agency))
    assert because(town, TaskKind.RELEASE_DUE, agency).endswith(said)


def test_the_abbreviation_follows_the_clocks_back_in_autumn(town: Town) -> None:
    town.at("2026-11-01T01:30:00-08:00")  # The second half past one of that night.
    record = town.book()
    town.bail(record)
    town.desk.rounds.sweep(town.ctx())
    assert because(town, TaskKind.RELEASE_DUE).endswith("Since Sun 1 Nov 2026, 01:30 PST.")


def test_a_gate_that_stays_shut_and_a_hold_that_ends_say_until_when(town: Town) -> None:
    """In Texas, where a county must keep the person for 48 hours."""
    texas = town.ctx(agency="texas")
    record = town.book(agency="texas")
    town.lodge(record, agency="texas")
    town.desk.acts.enter(
        texas, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE)
    )
    town.bail(record, "texas")
    refused = town.desk.gate.release(texas, town.order_for(texas, record))
    assert isinstance(refused, Refused)
    helps = shut(refused)
    assert "Keep the person until Fri 18 Sep 2026, 14:00 CDT, or have" in helps
    town.later(hours=47)
    town.desk.rounds.sweep(town.ctx(agency="texas"))
    assert because(town, TaskKind.HOLD_ENDS, "texas").endswith("At Fri 18 Sep 2026, 14:00 CDT.")


def test_a_check_closed_at_night_is_told_by_the_day_it_was_there(town: Town) -> None:
    """At 23:30 in Tacoma it is the next day in UTC already."""
    town.at("2026-09-16T23:30:00-07:00")
    first = town.book()
    town.lodge(first)
    town.desk.acts.enter(
        town.ctx(), "set_person_fact", first, person=Person(disputes_identity=True)
    )
    (task,) = [t for t in town.desk.reading.tasks(town.ctx()) if t.kind is TaskKind.IDENTITY]
    town.later(minutes=5)
    town.desk.acts.enter(
        town.ctx(), "set_person_fact", first, person=Person(disputes_identity=False)
    )
    town.later(days=3)
    again = town.desk.acts.book(
        town.ctx(), person_of("Example", "B-2", fingerprint_id="F-B-1"), not_these=[first]
    ).record
    said = told(town.desk.gate.clear(town.ctx(), again).warnings)
    assert task.id
    assert "(16 September 2026)" in said


def test_no_text_that_the_desk_keeps_or_answers_has_a_time_for_machines(town: Town) -> None:
    """One of each: papers, claims, sentences, moves, rosters, alarms, refusals."""
    record = town.book(bases=[NewBasis(id="charge", kind=BasisKind.SENTENCE)])
    town.lodge(record, names_this_person=False)
    town.desk.acts.enter(
        town.ctx(),
        "set_person_fact",
        record,
        person=Person(claims_citizenship=True, disputes_identity=True),
    )
    town.desk.rounds.paper_arrived(town.ctx(), record, paper="p1", sender="court", legible=False)
    town.bail(record, by=BasisEnd.COURT_ORDERED)
    town.desk.rounds.reconcile(town.ctx(), ["B-9"])
    moved = town.book("Mockup", "B-3")
    town.move(town.ctx(), moved, to="texas")
    free = town.book("Specimen", "B-4")
    town.bail(free)
    for hours in (0, 1, 30, 60):
        town.later(hours=hours)
        town.desk.rounds.sweep(town.ctx())
        town.desk.gate.clear(town.ctx(), record)
    found = town.release(record)
    assert isinstance(found, Refused)
    texts = [shut(found)]
    page = town.desk.reading.person(town.ctx(role=Role.SUPERVISOR), record)
    zone = zone_of(page.record.zone)
    steps = page.answer.because
    reasons = [say_reason(step, page.answer, page.law, zone) for step in steps]
    texts += [told(page.warnings), *reasons]
    with psycopg.connect(town.admin) as conn:
        rows = conn.execute("SELECT because, coalesce(outcome, '') FROM exeat_desk.task").fetchall()
    assert len(rows) > 6
    texts += [told(sayings_of_text(text)) for row in rows for text in row]
    assert [text for text in texts if INSTANT.search(text)] == []
