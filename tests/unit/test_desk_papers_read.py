"""An issuer's tick is the issuer's word: no verdict turns on it before the jail read the paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.scenario.failures.kit import Town, county, person_of
from tests.unit.test_desk_gate import kinds

from exeat.decide import Verdict
from exeat.desk.service.models import RefusalKind, Refused, Released
from exeat.facts.codes import DetainerForm, Ground, StatusProof, WarrantKind
from exeat.facts.events import Disputed
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Person
from exeat.office.context import Role
from exeat.office.errors import BadInput, NotPermitted
from exeat.office.models import TaskKind

JUDGE = WarrantKind.FEDERAL_JUDGE_CRIMINAL


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        yield one


def sent(town: Town, *, agency: str = "pierce", **said: Any) -> str:
    """Book somebody, end the charge, and let a request stand on the record at once."""
    record = town.book(agency=agency)
    town.bail(record, agency=agency)
    found = town.desk.requests.send_request(
        town.ice, facility=agency, person=person_of("Example", "B-1"), paper=town.paper(**said)
    )
    assert found.answer == "matched"
    return record


def verdict(town: Town, record: str, agency: str = "pierce") -> Verdict:
    return town.desk.gate.clear(town.ctx(agency=agency), record).answer.verdict


def read(town: Town, record: str, *warrants: WarrantKind, **more: Any) -> None:
    page = town.desk.reading.person(town.ctx(), record)
    (detainer,) = (one.id for one in page.record.detainers)
    said = {"detainer": detainer, "warrants": warrants, "names_this_person": True, **more}
    town.desk.do(town.ctx(), "read_paper", record, **said)


def open_kinds(town: Town) -> list[TaskKind]:
    return [one.kind for one in town.desk.reading.tasks(town.ctx())]


def test_a_judges_warrant_that_is_only_ticked_holds_nobody_and_shuts_the_gate(town: Town) -> None:
    record = sent(town, warrants=(JUDGE,))
    assert verdict(town, record) is Verdict.RELEASE
    page = town.desk.reading.person(town.ctx(), record)
    assert set(page.claims.values()) == {(JUDGE,)}
    found = town.release(record)
    assert isinstance(found, Refused)
    assert kinds(found) == {RefusalKind.PAPER_UNREAD}
    (paper,) = [one for one in town.desk.reading.tasks(town.ctx()) if one.kind is TaskKind.CLAIM]
    assert paper.due > town.now and TaskKind.WARRANT not in open_kinds(town)
    # A word in a task opens no door: the paper was not read.
    town.desk.rounds.close_task(town.ctx(), paper.id, "x")
    assert kinds(town.release(record)) == {RefusalKind.PAPER_UNREAD}
    read(town, record, JUDGE)
    assert verdict(town, record) is Verdict.IN_CUSTODY
    assert TaskKind.WARRANT in open_kinds(town)


def test_an_officers_warrant_that_would_change_nothing_keeps_nobody(town: Town) -> None:
    record = sent(town, warrants=(WarrantKind.I200,))
    assert TaskKind.CLAIM in open_kinds(town)
    assert isinstance(town.release(record), Released)
    assert TaskKind.CLAIM not in open_kinds(town)


def test_where_law_turns_on_an_officers_warrant_it_is_read_first(town: Town) -> None:
    ctx = town.ctx(agency="arizona")
    record = sent(town, agency="arizona", warrants=(WarrantKind.I200,))
    none = Person(status_proof=StatusProof.NONE)
    town.desk.acts.enter(ctx, "set_person_fact", record, person=none)
    (paper,) = town.desk.reading.person(ctx, record).record.detainers
    town.desk.acts.enter(ctx, "serve", record, detainer=paper.id)
    before = verdict(town, record, "arizona")
    found = town.desk.gate.release(ctx, town.order_for(ctx, record))
    assert RefusalKind.PAPER_UNREAD in kinds(found)
    said = {"detainer": paper.id, "names_this_person": True}
    town.desk.do(ctx, "read_paper", record, warrants=(WarrantKind.I200,), **said)
    assert verdict(town, record, "arizona") is not before


def test_a_judge_is_read_away_by_two(town: Town) -> None:
    """The issuer said judge, the paper says officer: it is told, and somebody else looks."""
    record = sent(town, warrants=(JUDGE,))
    read(town, record, WarrantKind.I200)
    assert TaskKind.CLAIM not in open_kinds(town)
    assert kinds(town.release(record)) == {RefusalKind.CORRECTION_UNREVIEWED}
    page = town.desk.reading.person(town.ice, record)
    said = [one.says for one in page.events if isinstance(one, Disputed)]
    assert said == ["paper-differs"]
    assert [one.warrants for one in page.record.detainers] == [(WarrantKind.I200,)]
    (task,) = [
        one for one in town.desk.reading.tasks(town.ctx()) if one.kind is TaskKind.CORRECTION
    ]
    boss = town.ctx("sam", role=Role.SUPERVISOR)
    town.desk.rounds.close_task(boss, task.id, "Looked at it: an officer signed.")
    assert isinstance(town.release(record), Released)


def test_what_came_as_it_was_said_needs_nobody_else(town: Town) -> None:
    record = sent(town, warrants=(WarrantKind.I200,))
    read(town, record, WarrantKind.I200, form=DetainerForm.I247G)
    page = town.desk.reading.person(town.ctx(), record)
    assert page.claims == {} and page.record.detainers[0].form is DetainerForm.I247G
    assert not [one for one in page.events if isinstance(one, Disputed)]
    assert TaskKind.CORRECTION not in open_kinds(town)


def test_whether_the_papers_match_is_for_the_jail_to_say(town: Town) -> None:
    """Only one identifier is on both: the issuer's own word makes no second one."""
    record = town.book(born=None, fingerprint_id="")
    request = town.desk.requests.send_request(
        town.ice, facility="pierce",
        person=person_of("Example", "B-1", fingerprint_id=""),
        paper=town.paper(names_this_person=True),
    )  # fmt: skip
    said = {"booking_number": "B-1", "photo": "match"}
    town.desk.requests.match_request(town.ctx(), request.id, record, identifiers=said)
    (paper,) = town.desk.reading.person(town.ctx(), record).record.detainers
    assert paper.names_this_person is None
    read(town, record, names_this_person=True)
    (paper,) = town.desk.reading.person(town.ctx(), record).record.detainers
    assert paper.names_this_person is True


def test_an_issuer_reads_no_paper_for_the_jail(town: Town) -> None:
    record = sent(town, warrants=(JUDGE,))
    with pytest.raises(NotPermitted):
        town.desk.do(town.ice, "read_paper", record, detainer="d", warrants=(JUDGE,))
    # It sees that its papers were not read, and of what others say nothing.
    assert set(town.desk.reading.person(town.ice, record).claims.values()) == {(JUDGE,)}


def test_boxes_that_contradict_each_other_are_asked_back_all_at_once(town: Town) -> None:
    paper = RequestPaper(
        grounds=(Ground.FINAL_ORDER, Ground.NONE), warrants=(WarrantKind.I200, WarrantKind.NONE)
    )
    record = town.book()
    with pytest.raises(BadInput) as caught:
        town.desk.requests.send_request(
            town.ice, facility="pierce", person=person_of("", ""), paper=paper
        )
    assert {fault.place for fault in caught.value.faults} == {"surname", "grounds", "warrants"}
    with pytest.raises(BadInput) as caught:
        town.desk.requests.lodge(town.ctx(), record, detainer="d1", issuer="ice-sea", paper=paper)
    assert {fault.place for fault in caught.value.faults} == {"grounds", "warrants"}
    record = sent(town, warrants=(JUDGE,), agency="texas")
    with pytest.raises(BadInput):
        town.desk.do(
            town.ctx(agency="texas"), "read_paper", record, detainer="d",
            warrants=(JUDGE, WarrantKind.NONE), names_this_person=True,
        )  # fmt: skip


def test_a_judges_warrant_of_the_jails_own_is_not_corrected_away_by_one(town: Town) -> None:
    """What the jail itself entered as a judge's keeps the person; to undo it takes two."""
    from dataclasses import replace

    from exeat.facts.events import DetainerLodged

    record = town.book()
    town.bail(record)
    town.lodge(record, warrants=(JUDGE,))
    assert verdict(town, record) is Verdict.IN_CUSTODY
    page = town.desk.reading.person(town.ctx(), record)
    (lodged,) = [one for one in page.events if isinstance(one, DetainerLodged)]
    instead = replace(lodged, warrants=(WarrantKind.I200,))
    town.desk.do(town.ctx(), "correct", record, of=lodged.id, says="Misread.", instead=instead)
    assert RefusalKind.CORRECTION_UNREVIEWED in kinds(town.release(record))


def test_a_jail_ends_no_unread_request_of_another_agency_alone(town: Town) -> None:
    record = sent(town, warrants=(JUDGE,))
    (paper,) = town.desk.reading.person(town.ctx(), record).record.detainers
    town.desk.do(town.ctx(), "lift", record, detainer=paper.id)
    assert kinds(town.release(record)) == {RefusalKind.CORRECTION_UNREVIEWED}


def test_an_issuer_ends_its_own_unread_request_alone(town: Town) -> None:
    record = sent(town, warrants=(JUDGE,))
    (paper,) = town.desk.reading.person(town.ctx(), record).record.detainers
    town.desk.do(town.ice, "lift", record, detainer=paper.id)
    assert isinstance(town.release(record), Released)
