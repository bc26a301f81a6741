"""A release against the answer says who the two were: on the page after it, the record, the log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.scene import Scene, scene

from exeat.desk.service.models import Override, OverrideReason, Released, ReleaseOrder
from exeat.office.context import Role


@pytest.fixture(scope="module")
def desk() -> Iterator[Scene]:
    with scene() as one:
        yield one


@pytest.fixture(scope="module")
def record(desk: Scene) -> str:
    """Let somebody go against the answer, and return the record."""
    town, who, id = desk.town, desk.who["stays"], desk.people["stays"]
    assert who.born is not None
    town.later(minutes=1)
    said = Override(
        reason=OverrideReason.COUNSEL, words="Ring ext. 41.", second=town.witness("supervisor")
    )
    order = ReleaseOrder(
        record=id,
        seen_version=town.desk.gate.clear(desk.ctx(), id).version,
        identifiers={"born": who.born.isoformat(), "booking_number": who.booking_number or ""},
        namesakes_seen=tuple(one.record for one in town.desk.gate.clear(desk.ctx(), id).namesakes),
        warrants_checked=town.now,
        override=said,
    )
    assert isinstance(town.desk.gate.release(desk.ctx(), order), Released)
    return id


@pytest.mark.parametrize(
    ("lang", "both", "against"),
    [
        ("en", "booking and supervisor", "Released against"),
        ("es", "booking y supervisor", "contra"),
    ],
)
@pytest.mark.parametrize("page", ["/people/{}/released", "/people/{}"])
def test_the_pages_name_both_and_say_that_it_was_against_the_answer(
    desk: Scene, record: str, page: str, lang: str, both: str, against: str
) -> None:
    with desk.client() as client:
        desk.signed(client, "booking")
        client.cookies.set("exeat_language", lang)
        text = client.get(page.format(record)).text
    assert both in text and against in text


def test_the_log_has_a_line_of_each(desk: Scene, record: str) -> None:
    lines = desk.town.desk.reading.audit_log(desk.town.ctx("ari", "fl", Role.AUDITOR), record)
    said = {(line.actor, line.role, line.what, str(line.outcome)) for line in lines}
    assert ("booking", "booking", "release", "override") in said
    assert ("supervisor", "supervisor", "countersign", "done") in said
    with desk.client() as client:
        page = desk.signed(client, "auditor").get("/log").text
    assert "Signed, as the second person" in page
