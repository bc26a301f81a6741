"""The nine questions at the desk: who may, what acts at once, what is written down."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.scenario.failures.kit import Town, county

from exeat.desk.pages.app import add_pages
from exeat.desk.service import profiles
from exeat.desk.service.setup import open_desk
from exeat.errors import LawError
from exeat.facts.codes import FacilityKind
from exeat.office.context import Role
from exeat.office.errors import DeskError, NotPermitted
from exeat.rules.profile_file import profile_of, profile_path, save_profile

pytest.importorskip("fastapi")

SIGN = {"by": "Ann Example", "title": "County Attorney", "on": "2026-03-01", "cite": "Code § 1"}
POWER = {"power": {"answer": "no"}}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with county(law=tmp_path) as one:
        yield one


def admin(town: Town) -> Any:
    return town.ctx("root", agency="host", role=Role.ADMIN)


def test_an_answer_acts_at_once_and_the_change_is_in_the_log(town: Town, tmp_path: Path) -> None:
    town.desk.board.rows(town.ctx())
    page = town.desk.profiles.set_place_profile(admin(town), "pierce", POWER, SIGN)
    assert page.profile.power is not None
    found = profile_of("us-wa-pierce", tmp_path)
    assert found is not None and found.power == page.profile.power
    assert not town.desk.office._laws and not town.desk.board._kept
    town.desk.profiles.set_place_profile(admin(town), "pierce", POWER, SIGN)
    lines = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    said = [
        (one.actor, one.about, str(one.outcome)) for one in lines if one.what == "set_place_profile"
    ]
    assert [(about, outcome) for _, about, outcome in said] == [
        ("pierce", "unchanged"), ("pierce", "done"),
    ]  # fmt: skip


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_but_the_administrator_may(town: Town, role: Role) -> None:
    with pytest.raises(NotPermitted):
        town.desk.profiles.set_place_profile(town.ctx(role=role), "pierce", POWER, SIGN)


def test_a_faulty_answer_changes_nothing(town: Town, tmp_path: Path) -> None:
    with pytest.raises(LawError, match="question 1"):
        town.desk.profiles.set_place_profile(
            admin(town), "pierce", {"power": {"answer": "perhaps"}}, SIGN
        )
    assert profile_of("us-wa-pierce", tmp_path) is None


def test_whoever_is_brought_in_is_booked_where_the_law_cannot_be_read(
    town: Town, tmp_path: Path
) -> None:
    path = profile_path("us-wa-pierce", tmp_path)
    path.parent.mkdir()
    path.write_text("half of a file", encoding="utf-8")
    record = town.book("Example", "L-1")
    path.unlink()
    assert [row.record for row in town.desk.board.rows(town.ctx())] == [record]


def lines_of(town: Town) -> list[str]:
    lines = town.desk.reading.audit_log(town.ctx(role=Role.SUPERVISOR))
    return [str(one.outcome) for one in lines if one.what == "set_place_profile"]


def test_the_change_stands_in_the_log_before_it_is_in_force(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def fails(*_: Any) -> Any:
        seen.append(lines_of(town))
        raise OSError(28, "No space left on device")

    town.desk.board.rows(town.ctx())
    monkeypatch.setattr(profiles, "save_profile", fails)
    with pytest.raises(DeskError, match="No space left"):
        town.desk.profiles.set_place_profile(admin(town), "pierce", POWER, SIGN)
    assert seen == [["done"]]
    assert profile_of("us-wa-pierce", tmp_path) is None
    assert not town.desk.office._laws and not town.desk.board._kept


def test_a_change_that_cannot_be_logged_is_not_in_force(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(profiles, "log", fails)
    with pytest.raises(RuntimeError):
        town.desk.profiles.set_place_profile(admin(town), "pierce", POWER, SIGN)
    assert profile_of("us-wa-pierce", tmp_path) is None


def test_a_desk_without_a_folder_reads_no_profile_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    power = {"answer": "no", **SIGN}
    save_profile({"format": 1, "place": {"id": "us-wa-pierce"}, "power": power}, tmp_path)
    monkeypatch.chdir(tmp_path)
    with county() as town:
        [page] = town.desk.profiles.place_profiles(admin(town), "pierce")
        assert page.profile.power is None


def test_a_desk_without_a_folder_of_law_says_so() -> None:
    with county() as town, pytest.raises(DeskError, match="no folder of adopted law"):
        town.desk.profiles.set_place_profile(admin(town), "pierce", POWER, SIGN)


def test_a_facility_may_lie_in_any_county(town: Town) -> None:
    added = {"code": "franklin", "name": "Franklin County Jail", "kind": "facility"}
    town.desk.accounts.add_agency(
        admin(town), **added, place="39049", zone="America/New_York", facility={"fips": "39049"}
    )
    assert [p.law.id for p in town.desk.profiles.place_profiles(admin(town), "franklin")] == [
        "us-oh-39049"
    ]


class Signed:
    """Accounts of one account, so that a page can be asked without the road of signing in."""

    def __init__(self, ctx: Any, real: Any) -> None:
        self.ctx, self.real, self.signin = ctx, real, self

    def session(self, token: str, now: Any, **_: Any) -> Any:
        from types import SimpleNamespace as Made

        account = Made(must_change=False, shown="Root", name="root")
        return Made(whole=True, account=account, csrf="mark", token=token)

    def context(self, session: Any, now: Any, request_id: str, *_: Any) -> Any:
        return self.ctx

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@pytest.fixture
def client(town: Town) -> Any:
    """A browser in which the administrator is signed in."""
    from fastapi import FastAPI

    town.desk.accounts = Signed(admin(town), town.desk.accounts)  # type: ignore[assignment]
    app = FastAPI()
    add_pages(app, town.desk, clock=lambda: town.now, secure=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fastapi.testclient import TestClient

        client = TestClient(app, follow_redirects=False)
    client.cookies.set("exeat_session", "x")
    return client


def test_the_page_asks_every_question_and_writes_the_same_profile(
    client: Any, tmp_path: Path
) -> None:
    assert "Pierce County" in client.get("/profiles").text
    page = client.get("/profiles/pierce").text
    assert all(f"<h2>{number}. " in page for number in range(1, 10))
    sent = {
        "csrf": "mark", "power.0.answer": "yes", "reading.us-48-hours.reading": "form",
        "while_undecided.0.do": "call", "while_undecided.0.name": "A. Counsel",
        "while_undecided.0.number": "555-0100",
    }  # fmt: skip
    answer = client.post("/profiles/pierce", data=sent)
    assert answer.status_code == 422
    assert "question 9 (while_undecided), <code>minutes</code>" in answer.text or (
        "`minutes`" in answer.text
    )
    assert 'value="A. Counsel"' in answer.text, "what was entered is not lost"
    signed = {f"sign.{name}": value for name, value in SIGN.items()}
    sent |= signed | {"while_undecided.0.minutes": "30"}
    answer = client.post("/profiles/pierce", data=sent)
    assert answer.headers["location"] == "/profiles/pierce?saved=1", answer.text
    found = profile_of("us-wa-pierce", tmp_path)
    assert found is not None and found.undecided is not None and found.power is not None
    assert (found.power.answer, found.undecided.minutes) == (True, 30)
    again = client.post("/profiles/pierce", data={**sent, "power.0.answer": ""})
    assert again.status_code == 303
    assert profile_of("us-wa-pierce", tmp_path).power is None  # type: ignore[union-attr]


# -- an answer about a text that has changed since ----------------------------------------------

RULE = "us-1252c-arrest"
OTHER = "0" * 12
"""The fingerprint of no text that is law."""


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A profile with an answer to a rule whose text has changed since."""
    judged = {"rule": RULE, "answer": "applies", "saw": OTHER, **SIGN}
    place = {"id": "us-wa-pierce", "name": "Pierce County"}
    save_profile({"format": 1, "place": place, "judged": [judged]}, tmp_path)
    return tmp_path


def saw(page: str, rule: str = RULE) -> str:
    found = re.search(f'name="judged.{rule}.saw" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def sent(page: str, **answers: str) -> dict[str, str]:
    """Return a form as a browser sends it: every field, and the text of every rule shown."""
    names = re.findall(r'(?:id="f-[^"]*"|type="hidden") name="([^"]+)"', page)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    blank = dict.fromkeys(names, "") | hidden | {"csrf": "mark"}
    signed = {f"sign.{name}": value for name, value in SIGN.items()}
    return blank | signed | answers


def test_an_answer_about_another_text_is_open_and_stops_no_other(
    client: Any, changed: Path
) -> None:
    page = client.get("/profiles/pierce").text
    assert "Ann Example, County Attorney, answered on 2026-03-01 was about another text" in page
    answer = client.post("/profiles/pierce", data=sent(page, **{"serving.0.who": "the sergeant"}))
    assert answer.status_code == 303, answer.text
    found = profile_of("us-wa-pierce", changed)
    assert found is not None and found.serving is not None
    assert [one.saw for one in found.judged] == [OTHER], "it is kept, and still decides nothing"


def test_the_same_word_again_is_a_new_answer_with_a_new_signature(
    client: Any, changed: Path
) -> None:
    page = client.get("/profiles/pierce").text
    form = sent(page, **{f"judged.{RULE}.answer": "applies"}) | {"sign.by": "Ben Example"}
    assert client.post("/profiles/pierce", data=form).status_code == 303
    found = profile_of("us-wa-pierce", changed)
    assert found is not None
    [judged] = found.judged
    assert (judged.signed.by, judged.saw) == ("Ben Example", saw(page))
    assert "was about another text" not in client.get("/profiles/pierce").text


def test_a_page_that_shows_another_text_than_is_law_now_answers_nothing(
    client: Any, tmp_path: Path
) -> None:
    page = client.get("/profiles/pierce").text
    form = sent(page, **{f"judged.{RULE}.answer": "applies", f"judged.{RULE}.saw": OTHER})
    answer = client.post("/profiles/pierce", data=form)
    assert answer.status_code == 422
    assert "Read it anew, and answer again." in answer.text
    assert saw(answer.text) == saw(page)
    assert '<option value="applies" selected>' not in answer.text
    assert profile_of("us-wa-pierce", tmp_path) is None


def test_an_answer_goes_to_the_rule_that_it_was_given_to_and_to_no_neighbour(
    client: Any, tmp_path: Path
) -> None:
    second = "us-287g-only-by-agreement"
    page = client.get("/profiles/pierce").text
    form = sent(page, **{f"judged.{second}.answer": "does-not-apply"})
    assert client.post("/profiles/pierce", data=form).status_code == 303
    found = profile_of("us-wa-pierce", tmp_path)
    assert found is not None and [one.rule for one in found.judged] == [second]


def test_what_the_page_did_not_show_is_not_taken_back(client: Any, tmp_path: Path) -> None:
    page = client.get("/profiles/pierce").text
    form = sent(page, **{f"judged.{RULE}.answer": "applies"})
    assert client.post("/profiles/pierce", data=form).status_code == 303
    less = {name: value for name, value in sent(page).items() if not name.startswith("judged.")}
    assert client.post("/profiles/pierce", data=less).status_code == 303
    found = profile_of("us-wa-pierce", tmp_path)
    assert found is not None and [one.rule for one in found.judged] == [RULE]


def test_a_flag_is_read_at_the_page_as_at_the_prompt(client: Any, tmp_path: Path) -> None:
    page = client.get("/profiles/pierce").text
    asked = {f"judged.{RULE}.answer": "applies", f"judged.{RULE}.needs_warrant": "Yes"}
    assert client.post("/profiles/pierce", data=sent(page, **asked)).status_code == 303
    found = profile_of("us-wa-pierce", tmp_path)
    assert found is not None and found.judged[0].needs_warrant


def test_what_one_process_sets_counts_in_every_other_at_once(town: Town) -> None:
    """Each keeps law and rows of the board in memory; the file is what they have in common."""
    other = open_desk(
        town.conninfo, town.master, town.settings, town.signer, clock=lambda: town.now
    )
    try:
        town.book()

        def seen() -> tuple[object, object]:
            with other.office.db.transaction(town.ctx()) as tx:
                law = other.office.law(tx, "pierce", FacilityKind.JAIL)
                return law.profile, other.board.shown(tx)[0]

        before = seen()
        assert before[0] is None and seen()[1] is before[1], "kept as long as nothing changes"
        town.desk.profiles.set_place_profile(admin(town), "pierce", POWER, SIGN)
        after = seen()
        assert after[0] is not None and after[1] is not before[1]
    finally:
        other.office.db.close()
