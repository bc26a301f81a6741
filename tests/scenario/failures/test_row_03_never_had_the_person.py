"""Row 3: requests sent to Chester, Pennsylvania, and Richmond, North Carolina, which never had the
person, were counted as refusals by them.
"""

from dataclasses import asdict

import psycopg
import pytest
from tests.pg import guards_off, verify_database
from tests.scenario.failures.kit import Town, person_of

from exeat.desk.house import signing_login
from exeat.office.context import Role
from exeat.office.errors import Refusing
from exeat.record import Ledger, check_request_proof
from exeat.record.checkpoint import Signer


def test_not_in_custody_here_is_a_recorded_answer_and_no_refusal(town: Town) -> None:
    sent = town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Elsewhere", "9"), paper=town.paper()
    )
    town.not_here(sent.id)
    (answered,) = town.desk.requests.requests(town.ice)
    assert answered.answer == "not-in-custody-here" and answered.answered == town.now
    counts = town.desk.reading.counts(town.ctx("auditor", role=Role.AUDITOR))
    assert counts.requests == {"not-in-custody-here": 1}
    assert [
        line.what for line in town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    ].count("not_in_custody_here") == 1
    assert isinstance(town.signer, Signer)


def test_both_sides_can_prove_the_answer_and_the_desk_cannot_unsay_it(town: Town) -> None:
    sent = town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Elsewhere", "9"), paper=town.paper()
    )
    answered = town.not_here(sent.id)
    assert (answered.receipt_leaf, answered.answer_leaf) == (0, 1)
    with Ledger.connect(signing_login(town.admin), town.master) as ledger:
        ledger.checkpoint(town.signer)
    for side in (town.ice, town.ctx()):
        proof = asdict(town.desk.requests.request_proof(side, sent.id))
        assert "answer not-in-custody-here" in proof["answer"]["text"]
        assert check_request_proof(proof, [town.signer.verifier()]).exit_code == 0
    with psycopg.connect(town.admin, autocommit=True) as conn:
        with guards_off(conn):
            conn.execute("UPDATE exeat_desk.request SET answer = 'withdrawn'")
        report = verify_database(conn, [town.signer.verifier()])
        (damage,) = report.damages_of("request")
    assert {one.kind for one in report.damages} == {"request", "row"}
    assert "says answer `withdrawn`, the ledger `not-in-custody-here`" in damage.message


def test_an_answer_is_given_once(town: Town) -> None:
    sent = town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Elsewhere", "9"), paper=town.paper()
    )
    town.not_here(sent.id)
    with pytest.raises(Refusing, match="was answered already"):
        town.match(sent.id, town.book("Elsewhere"))
