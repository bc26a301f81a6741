"""Row 11: GAO: requests on 895 people who may have been citizens, 74 % of them cancelled; 420
listed as citizens in Miami-Dade.
"""

import pytest
from tests.scenario.failures.kit import Town, person_of

from exeat.facts.codes import LiftReason, StatusProof
from exeat.facts.record import Person
from exeat.office.models import TaskKind


@pytest.mark.parametrize(
    "facts", [Person(claims_citizenship=True), Person(status_proof=StatusProof.CITIZENSHIP)]
)
def test_a_claim_opens_a_check_and_goes_back_to_the_issuer(town: Town, facts: Person) -> None:
    record = town.book()
    town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "B-1"), paper=town.paper()
    )
    town.desk.acts.enter(town.ctx(), "set_person_fact", record, person=facts)
    kinds = [task.kind for task in town.desk.reading.tasks(town.ctx())]
    assert TaskKind.CITIZENSHIP in kinds
    # The issuer reads it on the record, without a word of personal data.
    page = town.desk.reading.person(town.ice, record)
    assert page.personal is None
    (back,) = page.record.corrections
    assert back.disputed and "citizen" in back.says
    # It answers by lifting its request, and the check is over.
    (detainer,) = page.record.detainers
    town.desk.acts.enter(town.ice, "lift", record, detainer=detainer.id, reason=LiftReason.CITIZEN)
    assert TaskKind.CITIZENSHIP not in [task.kind for task in town.desk.reading.tasks(town.ctx())]


def test_a_request_on_whoever_has_claimed_it_before_opens_it_too(town: Town) -> None:
    record = town.book()
    town.desk.acts.enter(
        town.ctx(), "set_person_fact", record, person=Person(claims_citizenship=True)
    )
    (first,) = [
        task for task in town.desk.reading.tasks(town.ctx()) if task.kind is TaskKind.CITIZENSHIP
    ]
    town.desk.rounds.close_task(town.ctx(), first.id, "passport seen")
    town.lodge(record)
    assert TaskKind.CITIZENSHIP in [task.kind for task in town.desk.reading.tasks(town.ctx())]
