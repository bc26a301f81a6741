"""Custody as steps of time: grounds, gaps between them, the house, and since when none ran."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exeat.decide import Certainty, CheckKind, Verdict, decide, verdict
from exeat.decide.custody import COURT_WARRANTS, Stay, stay_of
from exeat.facts.case import zone_of
from exeat.facts.codes import BasisKind, WarrantKind
from exeat.facts.record import Basis, CustodyRecord, Detainer, Release, Transfer
from exeat.facts.times import FAR_FUTURE, FAR_PAST, NEVER, Act, Truth, Uncertain, When
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

COME = datetime(2026, 4, 6, 12, tzinfo=UTC)
RECORD = CustodyRecord(id="r1", zone="UTC", booked=COME)


def day(number: float) -> datetime:
    """Return the instant so many days after booking."""
    return COME + timedelta(days=number)


def held_from(id: str, start: When | None, end: Act) -> Basis:
    return Basis(id=id, kind=BasisKind.CHARGE, start=start, end=end)


def stay(*bases: Basis, **told: Any) -> Stay:
    return stay_of(replace(RECORD, bases=bases, **told), zone_of("UTC"))


TWO = (held_from("a", day(0), day(1)), held_from("b", day(3), day(4)))

# -- held --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, True), (0.99, True), (1, False), (2, False), (3, True), (3.99, True), (4, False)],
)
def test_custody_is_the_union_of_its_grounds_each_half_open(number: float, expected: Truth) -> None:
    assert stay(*TWO).held(day(number)) is expected


@pytest.mark.parametrize(("number", "expected"), [(0.4, True), (0.6, None), (1.6, False)])
def test_a_ground_that_ended_on_a_day_without_an_hour_may_run_until_its_midnight(
    number: float, expected: Truth
) -> None:
    assert stay(held_from("a", day(0), Uncertain("2026-04-07"))).held(day(number)) is expected


@pytest.mark.parametrize(("number", "expected"), [(0.4, False), (0.6, None), (1.6, True)])
def test_a_start_that_is_not_known_makes_that_stretch_unknown(
    number: float, expected: Truth
) -> None:
    assert stay(held_from("a", Uncertain("2026-04-07"), NEVER)).held(day(number)) is expected


def test_one_ground_that_surely_runs_covers_another_that_may() -> None:
    assert stay(*TWO, held_from("c", day(0), None)).held(day(0.5)) is True
    assert stay(*TWO, held_from("c", day(0), None)).held(day(2)) is None


def test_no_grounds_are_none_and_grounds_not_told_are_not_known() -> None:
    assert stay().held(day(1)) is False
    assert stay_of(RECORD, zone_of("UTC")).held(day(1)) is None


def test_a_ground_without_a_start_runs_from_booking_and_says_that_it_is_taken_to() -> None:
    taken = stay(held_from("a", None, day(2)))
    assert taken.held(day(0)) is True
    assert taken.assumed(day(1)) == ("a",)
    assert stay(held_from("a", None, day(2)), *TWO).assumed(day(0.5)) == ()
    assert stay(*TWO).assumed(day(0.5)) == ()


def test_custody_on_a_start_that_is_only_taken_is_possible_and_asks_for_it() -> None:
    law = law_of_place("us-wa", shipped())
    record = replace(RECORD, bases=(held_from("a", None, day(2)),))
    answer = decide(record, law, day(1))
    assert (answer.verdict, answer.certainty) == (Verdict.IN_CUSTODY, Certainty.POSSIBLE)
    [question] = answer.questions
    assert question.fact == "bases.a.start"
    assert [change.verdicts for change in question.changes] == [
        (Verdict.IN_CUSTODY,),
        (Verdict.OVERDUE,),
    ]


# -- since -------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "since"), [(1, 1), (2, 1), (4, 4), (99, 4)])
def test_release_is_due_since_the_end_of_the_last_ground_before(number: float, since: int) -> None:
    assert stay(*TWO).since(day(number)) == (day(since), day(since))


def test_without_any_ground_it_is_due_since_booking() -> None:
    assert stay().since(day(3)) == (day(0), day(0))


def test_before_a_ground_that_begins_only_later_it_is_due_since_booking() -> None:
    late = stay(held_from("b", day(3), day(4)))
    assert late.since(day(2)) == (day(0), day(0))
    assert late.since(day(5)) == (day(4), day(4))


def test_since_an_uncertain_end_has_two_bounds() -> None:
    unsure = stay(held_from("a", day(0), Uncertain("2026-04-07")))
    bounds = datetime(2026, 4, 7, tzinfo=UTC), datetime(2026, 4, 8, tzinfo=UTC)
    assert unsure.since(day(5)) == bounds
    # While it may still run, nobody can say that it has ended by any time.
    assert unsure.since(day(1)) == (bounds[0], FAR_FUTURE)


def test_a_ground_that_may_have_run_in_the_gap_may_have_ended_it() -> None:
    maybe = held_from("c", day(0), Uncertain("2026-04-06/2026-04-08"))
    assert stay(*TWO, maybe).since(day(2.9)) == (day(1), datetime(2026, 4, 9, tzinfo=UTC))


def test_adjoining_grounds_leave_no_gap() -> None:
    halves = stay(held_from("a", day(0), day(1)), held_from("b", day(1), day(4)))
    assert halves.held(day(1)) is True
    assert halves.since(day(5)) == (day(4), day(4))


def test_nothing_before_the_person_came_counts() -> None:
    old = stay(held_from("a", day(-9), day(-5)))
    assert old.since(day(1)) == (day(0), day(0))
    unknown = stay_of(replace(RECORD, booked=Uncertain("XXXX-XX-XX"), bases=()), zone_of("UTC"))
    assert unknown.since(day(1)) == (FAR_PAST, FAR_FUTURE)


def test_the_turns_are_every_end_between_two_instants() -> None:
    assert stay(*TWO).turns(day(0), day(3)) == [day(1), day(3)]
    assert stay(*TWO).turns(day(1), day(2.9)) == []


# -- the house ---------------------------------------------------------------------------


def moved(acknowledged: Act) -> tuple[Transfer, ...]:
    return (Transfer(at=day(2), to="51013", acknowledged=acknowledged),)


@pytest.mark.parametrize(
    ("told", "number", "expected"),
    [
        ({}, -0.1, False),
        ({}, 0, True),
        ({"release": Release(at=day(2))}, 1.9, True),
        ({"release": Release(at=day(2))}, 2, False),
        ({"release": Release(at=Uncertain("2026-04-07"))}, 0.6, None),
        # Whoever was moved is gone from here, whether or not the next house has said so.
        ({"transfers": moved(None)}, 2, False),
        ({"transfers": moved(day(3))}, 2.5, False),
        ({"transfers": moved(NEVER)}, 1.9, True),
        ({"transfers": moved(NEVER)}, 2, False),
    ],
)
def test_in_the_house(told: dict[str, Any], number: float, expected: Truth) -> None:
    assert stay(*TWO, **told).in_house(day(number)) is expected


# -- a judge's warrant -------------------------------------------------------------------


def warranted(kind: WarrantKind | None, names: Truth) -> CustodyRecord:
    paper = Detainer(
        id="d1",
        received=day(2),
        names_this_person=names,
        warrants=None if kind is None else (kind,),
        lifted=day(5),
    )
    return replace(RECORD, bases=TWO[:1], detainers=(paper,))


@pytest.mark.parametrize("kind", [*WarrantKind, None])
def test_only_a_court_s_arrest_warrant_is_a_ground_while_it_is_on_file(
    kind: WarrantKind | None,
) -> None:
    found = stay_of(warranted(kind, True), zone_of("UTC"))
    court = kind in COURT_WARRANTS
    assert [found.held(day(n)) for n in (1.9, 2, 4.9, 5)] == [False, court, court, False]
    nobody_else = stay_of(warranted(kind, False), zone_of("UTC"))
    assert nobody_else.held(day(3)) is False
    unknown = stay_of(warranted(kind, None), zone_of("UTC"))
    assert unknown.held(day(3)) is (None if court else False)


def test_it_is_to_be_confirmed_even_while_another_ground_runs() -> None:
    law = law_of_place("us-ca", shipped())
    record = warranted(WarrantKind.FEDERAL_JUDGE_CRIMINAL, True)
    both = replace(record, bases=(held_from("a", day(0), NEVER),))
    for one in (record, both):
        answer = decide(one, law, day(3))
        assert answer.verdict is Verdict.IN_CUSTODY
        assert [check.kind for check in answer.checks] == [CheckKind.WARRANT]


def test_warrants_that_nobody_told_of_leave_every_verdict_possible_and_are_asked_for() -> None:
    law = law_of_place("us-wa", shipped())
    answer = decide(warranted(None, True), law, day(3))
    assert (answer.verdict, answer.certainty) == (Verdict.OVERDUE, Certainty.POSSIBLE)
    [question] = [q for q in answer.questions if q.fact == "warrant.federal_criminal"]
    assert (Verdict.IN_CUSTODY,) in [change.verdicts for change in question.changes]
    assert verdict(warranted(WarrantKind.NONE, True), law, day(3)) == (
        Verdict.OVERDUE,
        Certainty.CERTAIN,
    )
