"""Row 3: requests sent to Chester, Pennsylvania, and Richmond, North Carolina, which never had the
person, were counted as refusals by them.
"""

import pytest
from tests.scenario.failures.kit import Town, person_of

from exeat.desk.service import Role
from exeat.desk.service.errors import Refusing
from exeat.record.checkpoint import Signer


def test_not_in_custody_here_is_a_recorded_answer_and_no_refusal(town: Town) -> None:
    sent = town.desk.send_request(
        town.ice, facility="pierce", person=person_of("Elsewhere", "9"), paper=town.paper()
    )
    town.desk.not_in_custody_here(town.ctx(), sent.id)
    (answered,) = town.desk.requests(town.ice)
    assert answered.answer == "not-in-custody-here" and answered.answered == town.now
    counts = town.desk.counts(town.ctx("auditor", role=Role.AUDITOR))
    assert counts.requests == {"not-in-custody-here": 1}
    assert [line.what for line in town.desk.audit_log(town.ctx(role=Role.SUPERVISOR))].count(
        "not_in_custody_here"
    ) == 1
    assert isinstance(town.signer, Signer)


def test_an_answer_is_given_once(town: Town) -> None:
    sent = town.desk.send_request(
        town.ice, facility="pierce", person=person_of("Elsewhere", "9"), paper=town.paper()
    )
    town.desk.not_in_custody_here(town.ctx(), sent.id)
    with pytest.raises(Refusing, match="was answered already"):
        town.desk.match_request(town.ctx(), sent.id, town.book("Elsewhere"))
