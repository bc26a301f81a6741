"""Who reads a record besides its facility: it is listed, and can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import psycopg
import pytest
from tests.pg import verify_database
from tests.scenario.failures.kit import Town, county, person_of
from tests.scene import scene

from exeat.desk.part import PARTS
from exeat.desk.service.live import Changes
from exeat.office.context import Role
from exeat.office.errors import BadInput, NotPermitted
from exeat.office.models import EndOfAccess
from exeat.record import NotFound

MISTAKE = EndOfAccess.MISTAKE


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def rows(town: Town, query: str, **said: object) -> list[tuple[object, ...]]:
    with psycopg.connect(town.admin, autocommit=True) as conn:
        return conn.execute(query.encode(), said).fetchall()


def test_who_reads_a_record_is_listed_with_since_when_and_who_let_them(town: Town) -> None:
    record = town.book()
    assert town.desk.reading.person(town.ctx(), record).access == ()
    town.desk.shares.share(town.ctx("flo"), record, agency="defender")
    page = town.desk.reading.person(town.ctx(), record)
    [one] = page.access
    [(since,)] = rows(town, "SELECT since FROM exeat.stake WHERE role = 'counsel'")
    assert (one.agency, one.role, one.since) == ("defender", "counsel", since)
    assert (one.given_by, one.by_request) == (town.ctx("flo").actor_name, False)
    assert "unshare" in page.acts
    counsel = town.ctx("counsel", "defender", Role.COUNSEL)
    assert town.desk.reading.person(counsel, record).access == ()


def test_counsel_reads_nothing_once_it_was_taken_back(town: Town) -> None:
    record = town.book()
    town.desk.shares.share(town.ctx(), record, agency="defender")
    desk, counsel = town.desk, town.ctx("counsel", "defender", Role.COUNSEL)
    with desk.office.db.transaction(counsel) as tx:
        key = str(desk.office.find(tx, record).record)
    reads: list[Callable[[], object]] = [
        lambda: desk.reading.person(counsel, record),
        lambda: desk.reading.version(counsel, record),
        lambda: desk.gate.clear(counsel, record),
        lambda: desk.acts.enter(counsel, "dispute", record, of="charge", says="Dismissed."),
    ]
    for read in reads:
        read()
    assert desk.reading.visible(counsel, [key]) == [record]
    desk.shares.unshare(town.ctx("flo"), record, agency="defender", why=MISTAKE)
    for read in reads:
        with pytest.raises(NotFound):
            read()
    assert desk.reading.clients(counsel) == []
    assert desk.reading.visible(counsel, [key]) == []
    with desk.office.db.transaction(counsel) as tx:
        for table in (
            "exeat.entry", "exeat.board", "exeat.stake", "exeat_vault.record", "exeat_vault.person",
            "exeat_vault.payload", "exeat_vault.custody", "exeat_vault.personal",
        ):  # fmt: skip
            kept = tx.conn.execute(f"SELECT FROM {table}".encode()).fetchall()
            assert kept == [], table  # it reads no other record
    page = desk.reading.person(town.ctx(), record)
    assert page.access == () and "unshare" not in page.acts
    # What was read before stays in the log, and so does who took it back, and why.
    lines = [(x.actor, x.what, str(x.outcome), x.about) for x in page.read_by]
    assert ("counsel", "person", "done", None) in lines
    assert (town.ctx("flo").actor_name, "unshare", "shared-by-mistake", "defender") in lines


def test_a_stream_that_is_open_tells_no_more_of_it(town: Town) -> None:
    record = town.book()
    town.desk.shares.share(town.ctx(), record, agency="defender")
    counsel = town.ctx("counsel", "defender", Role.COUNSEL)
    with town.desk.office.db.transaction(counsel) as tx:
        key = str(town.desk.office.find(tx, record).record)

    async def told() -> list[str]:
        changes = Changes(town.desk)
        stream = changes.stream(counsel)
        found = [await anext(stream)]
        changes._tell(key)
        found.append(await anext(stream))
        town.desk.shares.unshare(town.ctx(), record, agency="defender", why=MISTAKE)
        other = town.book("Other", "B-9")
        town.desk.shares.share(town.ctx(), other, agency="defender")
        with town.desk.office.db.transaction(counsel) as tx:
            second = str(town.desk.office.find(tx, other).record)
        changes._tell(key)
        changes._tell(second)
        found.append(await anext(stream))
        return found if other in found[-1] else []

    said = asyncio.run(told())
    assert record in said[1] and record not in said[2]


def test_it_is_taken_back_by_those_who_share_and_where_there_is_something(town: Town) -> None:
    record, desk = town.book(), town.desk
    desk.shares.share(town.ctx(), record, agency="defender")
    counsel = town.ctx("counsel", "defender", Role.COUNSEL)
    for ctx in (counsel, town.ice):
        with pytest.raises(NotPermitted):
            desk.shares.unshare(ctx, record, agency="defender", why=MISTAKE)
    with pytest.raises(NotFound):
        desk.shares.unshare(town.ctx(agency="texas"), record, agency="defender", why=MISTAKE)
    for agency in ("ice-sea", "pierce", "nobody"):
        with pytest.raises(BadInput, match="does not read this record"):
            desk.shares.unshare(town.ctx(), record, agency=agency, why=MISTAKE)
    assert [one.agency for one in desk.reading.person(town.ctx(), record).access] == ["defender"]
    # Nobody else takes it back past the service either, and the facility's own stake stays.
    with desk.office.db.transaction(town.ctx(agency="texas")) as tx:
        key = rows(town, "SELECT record FROM exeat.stake WHERE role = 'counsel'")[0][0]
        with pytest.raises(psycopg.Error, match="only the facility"):
            tx.run("take_back_share", record=key, agency="defender")
    with desk.office.db.transaction(town.ctx()) as tx:
        tx.run("take_back_share", record=key, agency="pierce")
    assert len(desk.reading.person(town.ctx(), record).access) == 1


def test_what_an_issuer_reads_by_its_own_request_is_not_taken_back(town: Town) -> None:
    record, desk = town.book("Example", "B-1"), town.desk
    desk.requests.send_request(
        town.ice, facility="pierce", person=person_of("Example", "B-1"), paper=town.paper()
    )
    desk.shares.share(town.ctx(), record, agency="other-issuer")
    page = desk.reading.person(town.ctx(), record)
    assert [(one.agency, one.by_request) for one in page.access] == [
        ("ice-sea", True), ("other-issuer", False),
    ]  # fmt: skip
    with pytest.raises(BadInput, match="has a request on this record"):
        desk.shares.unshare(town.ctx(), record, agency="ice-sea", why=MISTAKE)
    desk.shares.unshare(town.ctx(), record, agency="other-issuer", why=MISTAKE)
    with pytest.raises(NotFound):
        desk.reading.person(town.ctx("agent", "other-issuer", Role.REQUESTER), record)
    page = desk.reading.person(town.ctx(), record)
    assert len(page.access) == 1 and "unshare" not in page.acts


def test_a_verifier_sees_who_took_it_back_and_finds_no_damage(town: Town) -> None:
    record, desk = town.book(), town.desk
    for _ in range(2):
        desk.shares.share(town.ctx(), record, agency="defender")
        desk.shares.unshare(town.ctx("flo"), record, agency="defender", why=MISTAKE)
    said = "SELECT actor, act, done FROM exeat.change WHERE place = 'exeat.stake' ORDER BY number"
    assert rows(town, said)[-1] == (town.ctx("flo").actor_name, "unshare", "delete")
    with psycopg.connect(town.admin, autocommit=True) as conn:
        report = verify_database(conn, parts=PARTS, master=desk.office.db.master)
    assert [one for one in report.damages if one.kind == "row"] == []


def test_the_page_lists_it_and_takes_it_back() -> None:
    with scene() as made, made.client() as client:
        officer, path = made.signed(client, "booking"), made.path("/people/{must_hold}")
        text = officer.get(path).text
        assert "Example public defender" in text
        assert f"{path}/unshare?agency=xx-defender" in text
        form = officer.get(f"{path}/unshare?agency=xx-defender").text
        assert ('value="xx-defender"' in form and "checked" in form) or "selected" in form
        auditor = made.signed(client, "auditor").get(path)
        assert auditor.status_code in (403, 404) or "/unshare" not in auditor.text
