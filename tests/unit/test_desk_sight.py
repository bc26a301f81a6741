"""What an issuer may see of somebody else's record, and how a second factor is not to be had."""

from __future__ import annotations

import psycopg
import pytest
from tests.scenario.failures.kit import Town, person_of
from tests.scenario.failures.kit import county as county_of

from exeat.office.errors import SignInError


@pytest.fixture(scope="module")
def town() -> Town:
    with county_of() as one:
        yield one


def test_what_an_issuer_reads_is_on_the_list_of_accesses_as_its_own(town: Town) -> None:
    record = town.book()
    town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "B-1"), paper=town.paper()
    )
    town.desk.reading.person(town.ice, record)
    with psycopg.connect(town.admin) as conn:
        rows = conn.execute("SELECT agency FROM exeat.access ORDER BY number DESC LIMIT 2")
        assert sorted(agency for (agency,) in rows) == ["ice-sea", "pierce"]


def test_an_issuer_sees_its_request_and_not_why_else_the_person_is_held(town: Town) -> None:
    record = town.book("Example", "B-77")
    town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "B-77"), paper=town.paper()
    )
    seen = town.desk.reading.person(town.ice, record)
    jail = town.desk.reading.person(town.ctx(), record)
    assert jail.record.bases
    assert seen.record.bases == ()
    assert seen.personal is None
    assert seen.answer.because == ()
    assert seen.answer.verdict is jail.answer.verdict
    assert [d.id for d in seen.record.detainers] == [d.id for d in jail.record.detainers]
    assert all(getattr(event, "detainer", None) for event in seen.events)


def test_with_a_passkey_on_file_a_password_alone_makes_no_code_app(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exeat.office.db import Tx

    town.account("keyholder", "booking", "pierce")
    half = town.desk.accounts.signin.sign_in("keyholder", town.passwords["keyholder"], town.now)
    all_of = Tx.all

    def with_one(self: Tx, query: str, **given: object) -> object:
        return [{"id": b"k"}] if query == "passkeys" else all_of(self, query, **given)

    monkeypatch.setattr(Tx, "all", with_one)
    with pytest.raises(SignInError, match="needs your passkey first"):
        town.desk.accounts.signin.enrol(half, town.now)
