"""Row 15: 48 hours and a weekend and a holiday "can stretch to nearly a week" (Colorado, 2014)."""

from tests.scenario.failures.kit import Town, told

from exeat.facts.codes import StatusProof
from exeat.facts.record import Person


def test_both_readings_are_shown_and_the_shorter_one_bounds_the_hold(town: Town) -> None:
    town.at("2026-09-18T17:00-07:00")  # a Friday
    ctx = town.ctx(agency="arizona")
    record = town.book(agency="arizona")
    town.lodge(record, agency="arizona")
    town.desk.acts.enter(
        ctx, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE)
    )
    town.bail(record, agency="arizona")
    answer = town.desk.gate.clear(ctx, record).answer
    ends = {window.end for window in answer.windows if window.end is not None}
    hours = sorted((end - town.now).total_seconds() / 3600 for end in ends)
    assert hours[0] == 48 and hours[-1] == 96  # running, and without Saturday and Sunday
    assert answer.until == min(ends)
    town.later(hours=49)
    ctx = town.ctx(agency="arizona")
    answer = town.desk.gate.clear(ctx, record).answer
    assert (answer.verdict.value, answer.certainty.value) == ("overdue", "possible")
    assert "disagree" in told(town.desk.gate.clear(ctx, record).warnings)
    assert answer.conflicts and answer.conflicts[0].rules  # with the law of both
