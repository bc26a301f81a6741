"""Setting a place up: which answers stand, and what an answer about another text does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.unit.invented_law import HEAD, LEVELS, PARENTS, rule

from exeat.cli._place_answers import asked_for
from exeat.errors import LawError
from exeat.rules.loader import load_text
from exeat.rules.model import Rule
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile import Profile, fingerprint
from exeat.rules.profile_file import read_profile
from exeat.rules.profile_questions import QUESTIONS, question
from exeat.rules.profile_setup import current, items, merged, open_questions, set_up, standing

PLACE = "us-xx-here"
DAY = date(2026, 11, 25)
SIGN = {"cite": "Invented Code § 1", "by": "Ann Example", "title": "Counsel", "on": "2026-11-20"}
ANEW = SIGN | {"by": "Ben Example", "on": "2026-11-25"}
JUDGE = "judge = true\n"
JUDGED = question("judged")


def law_of(*rules: str) -> LawOfPlace:
    library = {}
    for place, kind in LEVELS.items():
        more = f'parent = "{PARENTS[place]}"' if place in PARENTS else ""
        text = HEAD.format(id=place, kind=kind, more=more)
        library[place] = load_text(text + "".join(rules) * (place == "us-xx"), f"{place}.toml")
    return law_of_place(PLACE, library)


BEFORE = law_of(rule("must", hours=48, more=JUDGE))
AFTER = law_of(rule("must", hours=72, more=JUDGE))
APPLIES: dict[str, Any] = {"judged": [{"rule": "must", "answer": "applies"}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an answer to the text that was law before."""
    set_up(BEFORE, merged(current(BEFORE, tmp_path), APPLIES), tmp_path, SIGN)
    return tmp_path


def stood(law: LawOfPlace, folder: Path) -> tuple[list[str], dict[str, Any]]:
    tables = current(law, folder)
    profile = read_profile(tables, "profile")
    [item] = items(law, JUDGED, DAY)
    left = open_questions(law, profile, DAY).get(JUDGED, [])
    return left, standing(tables, profile, JUDGED, item)


def test_an_answer_about_another_text_does_not_stand(folder: Path) -> None:
    left, found = stood(BEFORE, folder)
    assert (left, found["answer"]) == ([], "applies")
    assert stood(AFTER, folder) == (["must"], {})


def test_it_stops_no_other_answer_and_stays_in_the_file(folder: Path) -> None:
    tables = merged(current(AFTER, folder), {"serving": {"who": "the sergeant"}})
    profile = set_up(AFTER, tables, folder, ANEW)
    assert profile.serving is not None
    assert [one.signed.by for one in profile.judged] == ["Ann Example"]


def test_the_same_word_given_anew_stands(folder: Path) -> None:
    profile = set_up(AFTER, merged(current(AFTER, folder), APPLIES), folder, ANEW)
    [answer] = profile.judged
    assert (answer.signed.by, answer.signed.on) == ("Ben Example", DAY)
    [asked] = [item.about for item in items(AFTER, JUDGED, DAY)]
    assert isinstance(asked, Rule) and stood(AFTER, folder)[1]["saw"] == fingerprint(asked)


def test_an_answer_given_now_about_no_text_of_the_law_is_refused(tmp_path: Path) -> None:
    for judged in ({"rule": "must", "saw": "0" * 12}, {"rule": "nowhere"}):
        new = {"judged": [{"answer": "applies", **judged}]}
        with pytest.raises(LawError, match="question 2"):
            set_up(AFTER, merged(current(AFTER, tmp_path), new), tmp_path, SIGN)


def test_of_two_versions_the_one_of_the_day_is_asked_about() -> None:
    old = rule("must", hours=48, more=f'last_day = "2026-12-31"\n{JUDGE}')
    new = rule("must", hours=72, first_day="2027-01-01", more=JUDGE)
    for law in (law_of(old, new), law_of(new, old)):
        for day, hours in ((DAY, 48), (date(2027, 1, 1), 72)):
            [about] = [item.about for item in items(law, JUDGED, day)]
            assert isinstance(about, Rule) and about.clock is not None
            assert about.clock.hours == hours


def test_the_prompt_takes_the_same_word_as_a_new_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prompt(words: str, *, default: str, **more: Any) -> str:
        return "applies" if words.endswith("Does it apply?") else default

    monkeypatch.setattr(typer, "prompt", prompt)
    for law, found in ((BEFORE, []), (AFTER, ["applies"])):
        tables = current(law, folder)
        told = asked_for(law, tables, read_profile(tables, "profile"), DAY)
        assert [one["answer"] for one in told.get("judged", [])] == found
    said = "What Ann Example, Counsel, on 2026-11-20 answered was about another text"
    assert capsys.readouterr().out.count(said) == 1


def test_a_profile_that_answers_nothing_leaves_every_question_that_is_asked() -> None:
    asked = {one for one in QUESTIONS if items(AFTER, one, DAY)}
    assert set(open_questions(AFTER, Profile(PLACE), DAY)) == asked
