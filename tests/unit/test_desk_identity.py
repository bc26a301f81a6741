"""A wrong name, birth date or number is put right, and the gate knows of both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from tests.pg import verify_database
from tests.scenario.failures.kit import Town, county, person_of
from tests.unit.test_desk_gate import kinds

from exeat.desk.service.models import RefusalKind, Released
from exeat.facts.codes import IdentityPart
from exeat.facts.events import Corrected, IdentityCorrected
from exeat.office.context import Role
from exeat.office.errors import BadInput, DeskError, Refusing, Stale
from exeat.office.models import Done, TaskKind
from exeat.office.personal import former_personal
from exeat.record import NotFound

RIGHT = date(1988, 2, 3)
WHY = {"mistake": "The passport says otherwise."}


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    with county() as one:
        yield one


@pytest.fixture
def town(shared: Town) -> Town:
    shared.later(hours=1)
    return shared


def mend(town: Town, record: str, **said: Any) -> Done:
    done = town.desk.do(town.ctx(), "correct_identity", record, **{**WHY, **said})
    assert isinstance(done, Done)
    return done


def reviews(town: Town, record: str) -> list[str]:
    found = town.desk.reading.tasks(town.ctx())
    return [one.id for one in found if one.record == record and one.kind is TaskKind.CORRECTION]


def test_the_new_data_are_on_file_and_the_old_are_sealed_beside_them(town: Town) -> None:
    record = town.book("Wrongname", "W-1")
    before = town.desk.reading.person(town.ctx(), record)
    said = {"surname": "Rightname", "born": RIGHT, "booking_number": "W-1a"}
    done = mend(town, record, **said)
    page = town.desk.reading.person(town.ctx(), record)
    assert page.version == done.version == before.version + 1
    assert page.personal is not None and before.personal is not None
    assert (page.personal.surname, page.personal.born, page.personal.booking_number) == (
        "Rightname", RIGHT, "W-1a",
    )  # fmt: skip
    assert page.personal.given_names == before.personal.given_names
    [event] = [one for one in page.events if isinstance(one, IdentityCorrected)]
    assert event.parts == (IdentityPart.SURNAME, IdentityPart.AGE, IdentityPart.BOOKING_NUMBER)
    assert "Wrongname" not in repr(event) and "Rightname" not in repr(event)
    office = town.desk.office
    with office.db.transaction(town.ctx()) as tx:
        held = office.find(tx, record)
        kept = former_personal(tx, held, office.key(tx, held))
    assert kept == {event.id: before.personal}
    [told] = [one for one in page.read_by if one.what == "correct_identity"]
    assert told.about == event.id
    # Nobody else can be meant: nothing waits for anybody.
    assert not done.tasks and not reviews(town, record)


def test_the_board_and_the_gate_follow(town: Town) -> None:
    record = town.book("Boardwrong", "W-2")
    assert "Boardwrong, Avery" in {one.name for one in town.desk.board.rows(town.ctx())}
    mend(town, record, surname="Boardright", booking_number="W-2a")
    assert {"Boardright, Avery"} == {
        one.name for one in town.desk.board.rows(town.ctx()) if one.record == record
    }
    town.bail(record)
    ctx = town.ctx()
    old = town.desk.gate.release(ctx, town.order_for(ctx, record, "W-2"))
    assert RefusalKind.IDENTIFIERS in kinds(old)
    assert isinstance(town.desk.gate.release(ctx, town.order_for(ctx, record, "W-2a")), Released)


def test_an_open_release_form_is_told(town: Town) -> None:
    record = town.book("Openform", "W-3")
    town.bail(record)
    ctx = town.ctx()
    order = town.order_for(ctx, record, "W-3")
    mend(town, record, surname="Openedform")
    assert RefusalKind.MOVED_ON in kinds(town.desk.gate.release(ctx, order))
    with pytest.raises(Stale):
        mend(town, record, surname="Third", expected_version=1)


@pytest.mark.parametrize("under", ["old", "new"])
def test_a_request_that_waits_under_either_name_opens_a_second_look(town: Town, under: str) -> None:
    old, new = f"Oldname{under}", f"Newname{under}"
    record = town.book(old, f"R-{under}", born=date(1971, 5, 6))
    asked = person_of(old if under == "old" else new, "", fingerprint_id="", born=None)
    town.desk.requests.send_request(town.ice, facility="pierce", person=asked, paper=town.paper())
    done = mend(town, record, surname=new)
    [task] = reviews(town, record)
    assert done.tasks == (task,)
    town.bail(record)
    ctx = town.ctx()
    shut = kinds(town.desk.gate.release(ctx, town.order_for(ctx, record, f"R-{under}")))
    assert RefusalKind.CORRECTION_UNREVIEWED in shut
    lead = town.ctx("officer", role=Role.SUPERVISOR)
    with pytest.raises(Refusing, match="an act of your own"):
        town.desk.rounds.close_task(lead, task, "Looked at it.")
    town.desk.rounds.close_task(town.ctx("sam", role=Role.SUPERVISOR), task, "Looked at both.")
    shut = kinds(town.desk.gate.release(ctx, town.order_for(ctx, record, f"R-{under}")))
    assert RefusalKind.CORRECTION_UNREVIEWED not in shut


@pytest.mark.parametrize("same", [{"surname": "Twinname"}, {"booking_number": "T-1"}])
def test_somebody_else_in_the_house_opens_a_second_look(town: Town, same: dict[str, str]) -> None:
    number = f"T-{next(iter(same))}"
    if not any("Twinname" in one.name for one in town.desk.board.rows(town.ctx())):
        town.book("Twinname", "T-1", born=date(1960, 1, 2))
    record = town.book(f"Alone{next(iter(same))}".replace("_", ""), number, born=date(1961, 3, 4))
    mend(town, record, **same)
    assert len(reviews(town, record)) == 1


def test_sent_again_it_is_the_same_act(town: Town) -> None:
    record = town.book("Twicesent", "S-1")
    first = mend(town, record, surname="Sentonce", event_id="twice-1")
    again = mend(town, record, surname="Sentonce", event_id="twice-1")
    assert again.repeated and again.version == first.version
    with pytest.raises(DeskError, match="another content"):
        mend(town, record, surname="Sentelse", event_id="twice-1")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "nothing else than what is on file"),
        ({"surname": "Nothing"}, "nothing else than what is on file"),
        ({"born": date(2031, 1, 1)}, "after today"),
        ({"surname": "Another", "mistake": " "}, "is missing"),
        ({"surname": "P\u0430ul"}, "two scripts"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(town: Town, said: dict[str, Any], words: str) -> None:
    names = [one for one in town.desk.board.rows(town.ctx()) if one.name == "Nothing, Avery"]
    record = names[0].record if names else town.book("Nothing", "N-1")
    before = town.desk.reading.person(town.ctx(), record)
    with pytest.raises(BadInput, match=words):
        mend(town, record, **said)
    after = town.desk.reading.person(town.ctx(), record)
    assert (after.version, after.personal) == (before.version, before.personal)


def test_another_facility_cannot_and_no_correction_unsays_it(town: Town) -> None:
    record = town.book("Unsaid", "U-1")
    with pytest.raises(NotFound):
        town.desk.do(
            town.ctx(agency="arizona"), "correct_identity", record, surname="Theirs", **WHY
        )
    done = mend(town, record, surname="Saidagain")
    said = {"of": done.events[0], "says": "No.", "instead": None}
    with pytest.raises(Refusing, match="which is on file"):
        town.desk.acts.enter(town.ctx(), "correct", record, **said)
    page = town.desk.reading.person(town.ctx(), record)
    assert not [one for one in page.events if isinstance(one, Corrected)]


def test_the_ledger_still_agrees_and_an_expungement_takes_both_names(town: Town) -> None:
    record = town.book("Verifyold", "V-1")
    mend(town, record, surname="Verifynew", given_names="Robin", booking_number="V-1a")
    with psycopg.connect(town.admin) as conn:
        assert verify_database(conn, master=town.master).damages == []
        town.shred(record)
        kept = "SELECT count(*) FROM exeat_vault.personal JOIN exeat_vault.record r USING (record)"
        row = conn.execute(kept + " WHERE r.name = %s", [record]).fetchone()
        assert row == (0,)
