"""Row 16: Los Angeles County 2010 to 2014: 18,500 people held, 14 million dollars. Clackamas,
Oregon: two weeks in jail although bail was 500 dollars, and 19 hours past release.
"""

from tests.scenario.failures.kit import Town

from exeat.desk.service.models import Released
from exeat.facts.codes import StatusProof
from exeat.facts.record import Person


def test_bail_ends_custody_whether_a_request_is_on_file_or_not(town: Town) -> None:
    record = town.book()
    town.lodge(record)
    town.later(hours=1)
    town.bail(record)
    clearance = town.desk.gate.clear(town.ctx(), record)
    assert clearance.answer.eligible_since == town.now  # the request is no ground of custody
    assert clearance.answer.verdict.value == "release"  # nor does the law of this place let it be
    assert isinstance(town.release(record), Released)


def test_where_the_law_lets_a_jail_hold_it_need_not(town: Town) -> None:
    ctx = town.ctx(agency="arizona")
    record = town.book(agency="arizona")
    town.lodge(record, agency="arizona")
    town.desk.acts.enter(
        ctx, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE)
    )
    town.bail(record, agency="arizona")
    assert town.desk.gate.clear(ctx, record).answer.verdict.value == "may-hold"
    assert isinstance(town.desk.gate.release(ctx, town.order_for(ctx, record)), Released)
