"""What the law of a place forbids: it takes a reason and two people, and is never done unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.scenario.failures.kit import Town, county, told

from exeat.desk.service.models import Override, OverrideReason, RefusalKind, Refused, Released
from exeat.facts import events as ev
from exeat.facts.codes import NoticeKind, ReleaseKind, WarrantKind
from exeat.office.context import Role
from exeat.office.errors import BadInput, Refusing
from exeat.office.models import TaskKind

OUT_TO_THEM = [
    {"kind": ReleaseKind.TO_ICE},
    {"kind": ReleaseKind.TO_ICE, "to": "ice-sea"},
    {"kind": ReleaseKind.TO_AGENCY, "to": "ice-sea"},
    {"kind": ReleaseKind.TO_AGENCY, "to": "other-issuer"},
    {"kind": ReleaseKind.STREET, "to": "ice"},
    {"kind": ReleaseKind.UNSTATED, "to": "ice-sea"},
]
"""Every way in which a person ends up with immigration officers, whatever it is called."""


@pytest.fixture
def town() -> Iterator[Town]:
    with county() as one:
        one.account("sam", "supervisor")
        yield one


def asked_for(town: Town) -> str:
    """Return somebody whom immigration authorities asked to be told of, free to go."""
    record = town.book()
    town.lodge(record, warrants=(WarrantKind.I200,))
    town.bail(record)
    return record


def signed(town: Town, words: str = "The deputy rang them before the sheet was read.") -> Override:
    return Override(reason=OverrideReason.RECORD_WRONG, words=words, second=town.witness("sam"))


def review(town: Town) -> list[str]:
    kind = TaskKind.AGAINST_LAW
    return [task.id for task in town.desk.reading.tasks(town.ctx()) if task.kind is kind]


@pytest.mark.parametrize("out", OUT_TO_THEM, ids=lambda out: "-".join(map(str, out.values())))
def test_nobody_alone_hands_a_person_over_where_the_law_forbids_it(
    town: Town, out: dict[str, object]
) -> None:
    record = asked_for(town)
    found = town.release(record, **out)
    assert isinstance(found, Refused)
    assert [one.kind for one in found.refusals] == [RefusalKind.NO_HANDOVER]
    assert "Do not tell immigration authorities of the release." in told(found.refusals[0].said)
    assert town.desk.reading.person(town.ctx(), record).record.release is None


def test_the_same_person_goes_to_the_street_and_to_another_agency(town: Town) -> None:
    assert isinstance(town.release(asked_for(town)), Released)
    other = town.book("Other", "B-9")
    town.lodge(other)
    town.bail(other)
    away = town.release(other, "B-9", kind=ReleaseKind.TO_AGENCY, to="marshal")
    assert isinstance(away, Released)


def test_two_people_hand_over_against_the_law_and_it_is_never_plain(town: Town) -> None:
    record = asked_for(town)
    found = town.release(record, kind=ReleaseKind.TO_ICE, override=signed(town))
    assert isinstance(found, Released)
    assert found.overridden == (RefusalKind.NO_HANDOVER,)
    page = town.desk.reading.person(town.ctx(), record)
    assert page.answers[-1]["gate"]["override"]["refusals"] == ["no-handover"]
    open_now = [task for task in page.tasks if task.closed is None]
    assert [task.kind for task in open_now] == [TaskKind.AGAINST_LAW]
    assert open_now[0].owner_role == "supervisor"
    counts = town.desk.reading.counts(town.ctx("ari", role=Role.AUDITOR))
    assert counts.against_law == 1


def test_a_running_charge_passed_over_besides_has_a_review_of_its_own(town: Town) -> None:
    record = town.book()
    town.lodge(record)
    found = town.release(record, kind=ReleaseKind.TO_ICE, override=signed(town))
    assert isinstance(found, Released)
    kinds = {task.kind for task in town.desk.reading.tasks(town.ctx())}
    assert {TaskKind.AGAINST_LAW, TaskKind.OVERRIDE} <= kinds


NOTICES = [
    (NoticeKind.RELEASE, "ice"),
    (NoticeKind.RELEASE, "ice-sea"),
    (NoticeKind.RELEASE, "other-issuer"),
]


@pytest.mark.parametrize(("kind", "to"), NOTICES)
def test_nobody_alone_tells_them_where_the_law_forbids_it(
    town: Town, kind: NoticeKind, to: str
) -> None:
    record = asked_for(town)
    told_them = {"kind": kind, "to": to, "evidence": "rang ERO"}
    with pytest.raises(Refusing, match=r"forbidden here by .*wa-no-notify") as caught:
        town.desk.do(town.ctx(), "give_notice", record, **told_them)
    assert caught.value.faults[0].code == "E606"
    assert not review(town)
    town.desk.do(town.ctx(), "give_notice", record, **told_them, override=signed(town))
    page = town.desk.reading.person(town.ctx(), record)
    assert "The deputy rang them" in (page.events[-1].note or "")
    assert len(review(town)) == 1
    assert town.desk.reading.counts(town.ctx()).against_law == 1


def test_the_victim_and_the_judge_are_told_as_ever(town: Town) -> None:
    record = asked_for(town)
    for to in ("victim", "judge", "counsel"):
        town.desk.do(
            town.ctx(), "give_notice", record, kind=NoticeKind.RELEASE, to=to, evidence="rang"
        )
    assert not review(town)


def test_telling_them_just_after_the_release_is_telling_them_of_it(town: Town) -> None:
    record = asked_for(town)
    town.later(minutes=1)
    assert isinstance(town.release(record), Released)
    town.later(minutes=2)
    with pytest.raises(Refusing, match="forbidden here"):
        town.desk.do(
            town.ctx(), "give_notice", record, kind=NoticeKind.RELEASE, to="ice", evidence="rang"
        )


def test_a_correction_does_not_tell_them_either(town: Town) -> None:
    record = asked_for(town)
    done = town.desk.acts.enter(
        town.ctx(), "give_notice", record, kind=NoticeKind.RELEASE, to="victim", evidence="rang"
    )
    was = town.desk.reading.person(town.ctx(), record).events[-1]
    assert isinstance(was, ev.NoticeGiven)
    said = {"of": done.events[0], "says": "wrong box", "instead": replace(was, to="ice")}
    with pytest.raises(Refusing, match="forbidden here"):
        town.desk.do(town.ctx(), "correct", record, **said)
    town.desk.do(town.ctx(), "correct", record, **said, override=signed(town))
    assert len(review(town)) == 1
    town.later(minutes=1)
    # What stands there already is told once: its evidence can be put right by one.
    now = replace(was, to="ice", evidence="rang at noon")
    town.desk.do(town.ctx(), "correct", record, of=done.events[0], says="hour", instead=now)


def test_an_office_that_asks_is_not_let_read_the_record(town: Town) -> None:
    record = asked_for(town)
    with pytest.raises(Refusing, match="act `share`"):
        town.desk.do(town.ctx(), "share", record, agency="other-issuer")
    town.desk.do(town.ctx(), "share", record, agency="defender")
    town.desk.do(town.ctx(), "share", record, agency="other-issuer", override=signed(town))
    assert len(review(town)) == 1


def test_the_review_is_for_a_supervisor_who_did_not_do_it(town: Town) -> None:
    record = asked_for(town)
    town.release(record, kind=ReleaseKind.TO_ICE, override=signed(town))
    [task] = review(town)
    for name, role in (("officer", Role.BOOKING), ("officer", Role.SUPERVISOR)):
        with pytest.raises(Refusing):
            town.desk.rounds.close_task(town.ctx(name, role=role), task, "seen")
    with pytest.raises(Refusing, match="an act of your own"):
        town.desk.rounds.close_task(town.ctx("sam", role=Role.SUPERVISOR), task, "seen")
    town.account("dana", "supervisor")
    town.desk.rounds.close_task(town.ctx("dana", role=Role.SUPERVISOR), task, "The sheriff knows.")
    assert not review(town)


def test_a_reason_without_words_is_none(town: Town) -> None:
    record = asked_for(town)
    with pytest.raises(BadInput, match="say nothing"):
        town.desk.do(
            town.ctx(), "give_notice", record, kind=NoticeKind.RELEASE, to="ice",
            evidence="rang", override=signed(town, " "),
        )  # fmt: skip


def test_where_the_law_forbids_nothing_one_person_tells_them(town: Town) -> None:
    ctx = town.ctx(agency="texas")
    record = town.book("Example", "T-1", agency="texas")
    town.lodge(record, agency="texas")
    town.desk.do(ctx, "give_notice", record, kind=NoticeKind.RELEASE, to="ice", evidence="rang")
    assert not town.desk.reading.counts(ctx).against_law
