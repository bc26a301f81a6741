"""One throat: whatever is added to a record goes through `Office.commit`, on every road."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.scenario.failures.kit import Town, county

import exeat
from exeat.desk.service.models import Released
from exeat.facts.events import Disputed, Event
from exeat.facts.events import Released as PersonLeft
from exeat.facts.record import CustodyRecord
from exeat.office import office
from exeat.office.models import TaskKind

SRC = Path(exeat.__file__ or "").parent
WRITERS = {"append", "append_answer", "append_of_requests"}
"""What adds to the ledger; anything else called `append` is a list's."""

MAY = {
    ("office/office.py", "append"),
    # The answer that the door was opened by is no event of the record: nothing follows from it.
    ("desk/service/gate.py", "append_answer"),
    # Receipts and answers of requests stand in a record of their own, which is of nobody.
    ("desk/service/_request_entries.py", "append_of_requests"),
}


def writes(source: str) -> set[str]:
    """The calls by which a module adds to a ledger."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute)
        and call.attr in WRITERS
        and (call.attr != "append" or ast.unparse(call.value).endswith("ledger"))
    }


def test_only_the_office_adds_events_to_the_ledger() -> None:
    found = {
        (str(path.relative_to(SRC)), call)
        for path in SRC.rglob("*.py")
        if path.relative_to(SRC).parts[0] != "record"
        for call in writes(path.read_text(encoding="utf-8"))
    }
    assert found == MAY


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("tx.ledger.append(events)", {"append"}),
        ("ledger.append([one], check=False)", {"append"}),
        ("self.ledger.append_answer('r', 'a', {})", {"append_answer"}),
        ("found.append(event)", set()),
    ],
)
def test_the_check_sees_a_write_where_one_is(source: str, found: set[str]) -> None:
    assert writes(source) == found


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def test_what_follows_a_release_is_what_follows_any_act(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release once ran its own half of it, and sent nothing back to issuers."""
    real = office.disputes_that_follow

    def says_back(
        event: Event, record: CustodyRecord, before: Mapping[str, Event]
    ) -> list[Disputed]:
        if not isinstance(event, PersonLeft):
            return real(event, record, before)
        return [
            Disputed(
                id=f"{event.id}.d1",
                record=event.record,
                occurred=event.occurred,
                recorded=event.recorded,
                by=event.by,
                of="d1",
                says="The person has left.",
            )
        ]

    record = town.book()
    town.lodge(record)
    town.bail(record)
    kinds = {task.kind for task in town.desk.reading.tasks(town.ctx())}
    assert TaskKind.ACKNOWLEDGE in kinds
    monkeypatch.setattr(office, "disputes_that_follow", says_back)
    found = town.release(record, event_id="out")
    assert isinstance(found, Released), found
    page = town.desk.reading.person(town.ctx(), record)
    assert [event.event for event in page.events][-2:] == ["released", "disputed"]
    assert page.version == found.version
    left = {task.kind for task in town.desk.reading.tasks(town.ctx())}
    assert TaskKind.ACKNOWLEDGE not in left
