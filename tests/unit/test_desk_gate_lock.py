"""A release and a request that comes in stand in line: neither happens in the middle of the other.

Two transactions are interleaved by hand. Whoever would have to wait has no patience here, and is
refused at once instead: so nothing is timed, and without the lock both go through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.scenario.failures.kit import Town, cheap_accounts, county, person_of

from exeat.desk.service import Desk, gate
from exeat.desk.service.models import Refused, Released
from exeat.desk.service.setup import open_desk


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


@contextmanager
def impatient(town: Town) -> Iterator[Desk]:
    """Yield another desk on the same database, which waits for nobody."""
    conninfo = make_conninfo(town.conninfo, options="-c lock_timeout=50ms")
    desk = open_desk(
        conninfo, town.master, town.settings, town.signer,
        clock=lambda: town.now.astimezone(UTC), accounts=cheap_accounts,
    )  # fmt: skip
    try:
        yield desk
    finally:
        desk.office.db.close()


def send(town: Town, desk: Desk, number: str) -> None:
    """Send a request that waits: a neighbour's number, so it is put on no record."""
    person = person_of("Interleaved", number, born=None)
    desk.requests.send_request(town.ice, facility="pierce", person=person, paper=town.paper())


def test_no_request_comes_in_between_the_answer_and_the_door(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = town.book("Interleaved", "I-1")
    town.bail(record)
    order = town.order(record, "I-1")
    kept_out: list[str] = []
    with impatient(town) as other:

        def between(step: str) -> None:
            if step == "release-decided":
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    send(town, other, "X-7")
                kept_out.append(step)

        monkeypatch.setattr(gate, "reached", between)
        found = town.desk.gate.release(town.ctx(), order)
    assert isinstance(found, Released)
    assert kept_out == ["release-decided"]
    assert not town.desk.requests.requests(town.ctx())


def test_no_release_begins_while_a_request_comes_in(town: Town) -> None:
    record = town.book("Interleaved", "I-1")
    town.bail(record)
    order = town.order(record, "I-1")
    with impatient(town) as other, town.desk.office.db.transaction(town.ctx()) as coming_in:
        coming_in.run("lock_desk", agency="pierce", alone=True)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.gate.release(town.ctx(), order)
    send(town, town.desk, "X-7")
    found = town.desk.gate.release(town.ctx(), order)
    assert isinstance(found, Refused)
    assert [one.kind.value for one in found.refusals] == ["request-waiting"]
