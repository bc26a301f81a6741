"""Setting a place up: its head is that of the place, and nothing else is written anywhere."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from exeat.errors import LawError
from exeat.rules.library import shipped
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile_file import profile_text, read_profile
from exeat.rules.profile_setup import current, head_of, merged, set_up

SIGN = {"cite": "Invented Code § 1", "by": "Ann Example", "title": "Counsel", "on": "2026-11-20"}


def law(place: str = "39049") -> LawOfPlace:
    return law_of_place(place, shipped())


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ({"nmae": "Franklin"}, "[place]: unknown key `nmae`"),
        ({"name": "Franklin\nx"}, "[place]: `name` is no text of one line"),
        ({"fips": 39049}, "[place]: `fips` is no text of one line"),
        ({"id": "../../evil"}, "is no id of a place"),
        ({"id": "us-oh-39049\nx"}, "[place]: `id` is no text of one line"),
    ],
)
def test_a_head_that_will_not_do_is_told(head: dict[str, Any], told: str) -> None:
    with pytest.raises(LawError) as caught:
        read_profile({"place": {"id": "us-oh-39049", **head}}, "profile")
    assert told in str(caught.value)
    assert {fault.code for fault in caught.value.faults} == {"E226"}


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    odd = {"who": 'a "desk"\n\\ \x7f\t§', **SIGN}
    tables = {"format": 1, "place": head_of(law()), "serving": odd}
    assert tomllib.loads(profile_text(tables)) == tables


@pytest.mark.parametrize("id", ["../../evil", "us-oh-39041"])
def test_the_answers_of_another_place_are_refused(tmp_path: Path, id: str) -> None:
    folder = tmp_path / "in" / "law"
    tables = merged(current(law(), folder), {"place": {"id": id}, "holds": {"policy": "none"}})
    with pytest.raises(LawError) as caught:
        set_up(law(), tables, folder, SIGN)
    assert [fault.code for fault in caught.value.faults] == ["E226"]
    assert list(tmp_path.rglob("*")) == []


def test_a_question_with_nothing_in_it_is_not_decided(tmp_path: Path) -> None:
    profile = set_up(law(), {"place": head_of(law()), "judged": None}, tmp_path, SIGN)
    assert profile.judged == ()


@pytest.mark.parametrize(
    "name", ["Franklin", "Franklin County", "Franklin County, OH", "Franklin County, Ohio"]
)
def test_the_name_of_a_county_has_its_state_once(name: str) -> None:
    own = "Franklin" if name == "Franklin" else "Franklin County"
    assert head_of(law(), name)["name"] == f"{own}, Ohio"


@pytest.mark.parametrize(
    "name",
    ["Madison County", "Madison County, OH", "Madison County, Ohio", "Franklin County, KY"],
)
def test_the_name_of_another_county_is_refused_however_it_is_written(name: str) -> None:
    with pytest.raises(LawError) as caught:
        head_of(law(), name)
    assert [fault.code for fault in caught.value.faults] == ["E229"]


def test_a_name_that_is_no_county_s_stays_as_it_is() -> None:
    assert head_of(law(), "The jail, Columbus")["name"] == "The jail, Columbus, Ohio"
