"""What an issuer may see of somebody else's record, and how a second factor is not to be had."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from tests.scenario.failures.kit import Town, person_of
from tests.scenario.failures.kit import county as county_of

from exeat.desk.api._shown import person_out
from exeat.desk.service.models import Released
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


def test_where_the_law_forbids_telling_an_issuer_reads_not_when_the_person_leaves(
    town: Town,
) -> None:
    record = town.book("Sample", "B-78")
    town.desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Sample", "B-78"), paper=town.paper()
    )
    town.desk.acts.enter(
        town.ctx(), "schedule_release", record, release_at=town.now + timedelta(hours=3)
    )
    town.later(hours=1)
    town.bail(record)
    seen, jail = (town.desk.reading.person(ctx, record) for ctx in (town.ice, town.ctx()))
    assert jail.record.scheduled_release is not None
    assert seen.record.scheduled_release is None
    assert seen.turns is None
    shown = person_out(seen)
    assert shown.answer is None
    assert "Do not tell immigration authorities of the release." in shown.withheld
    # Nor does it tell that the person has left: the law of the hour before counts.
    assert isinstance(town.release(record, "B-78"), Released)
    after = person_out(town.desk.reading.person(town.ice, record))
    assert after.answer is None
    assert "release" not in after.record
    assert not [one for one in after.events if one["event"] in ("released", "basis-ended")]


def test_where_the_law_lets_them_be_told_an_issuer_reads_the_answer(town: Town) -> None:
    record = town.book("Sample", "B-79", agency="texas")
    town.desk.requests.send_request(
        town.ice, facility="texas", person=person_of("Sample", "B-79"), paper=town.paper()
    )
    shown = person_out(town.desk.reading.person(town.ice, record))
    assert shown.answer is not None
    assert shown.withheld == ()


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
