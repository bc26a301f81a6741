"""Every county answers by its code, and none by its name."""

from __future__ import annotations

import tomllib

import pytest

from exeat.errors import LawError
from exeat.rules.counties import SPLIT_ZONES, counties, place_id
from exeat.rules.library import shipped
from exeat.rules.loader import shipped_files
from exeat.rules.place import law_of_place


def test_every_county_of_today_is_there_once() -> None:
    today = [county for county in counties().values() if not county.until]
    assert len(today) == 3144
    assert len({county.state for county in today}) == 51


def test_every_county_answers_by_its_state() -> None:
    library = shipped()
    for fips, county in counties().items():
        law = law_of_place(fips, library)
        assert law.id == county.id
        assert county.parent in {place.id for place in law.chain}
        assert law.zone or county.parent in SPLIT_ZONES


def test_the_files_of_localities_are_found_by_their_codes() -> None:
    files = {}
    for path in shipped_files():
        head = tomllib.loads(path.read_text(encoding="utf-8"))["jurisdiction"]
        if len(head.get("fips", "")) == 5:
            files[head["fips"]] = head["id"]
    indexed = {county.fips: county.law for county in counties().values() if county.law}
    of_the_city = ["36005", "36047", "36061", "36081", "36085"]
    assert [indexed.pop(fips) for fips in of_the_city] == ["us-ny-nyc"] * 5
    assert indexed.pop("11001") == "us-dc"
    assert indexed == files, "make the file anew: tools/make_counties.py"


@pytest.mark.parametrize("text", ["51059", "us-va-51059", "us-va-fairfax"])
def test_a_county_with_a_file_of_its_own_answers_by_that(text: str) -> None:
    assert law_of_place(text, shipped()).id == "us-va-fairfax"


def test_a_county_without_one_has_its_name_and_no_rules() -> None:
    law = law_of_place("us-oh-39049", shipped())
    assert [place.id for place in law.chain] == ["us", "us-oh", "us-oh-39049"]
    assert law.chain[-1].name == "Franklin County, Ohio"
    assert not law.chain[-1].rules
    assert law.zone == "America/New_York"


def test_a_county_of_a_state_in_two_zones_has_none_of_its_own() -> None:
    assert law_of_place("48141", shipped()).zone == ""
    assert law_of_place("us-tx-travis", shipped()).zone == "America/Chicago"


def test_connecticut_has_its_regions_and_keeps_its_counties() -> None:
    library = shipped()
    region, county = law_of_place("09110", library), law_of_place("09003", library)
    assert region.chain[-1].name == "Capitol Planning Region, Connecticut"
    assert "a code since 2022" in region.chain[-1].note
    assert county.chain[-1].name == "Hartford County, Connecticut"
    assert "a code until 2022" in county.chain[-1].note


def test_a_name_is_no_key_and_the_codes_are_told() -> None:
    with pytest.raises(LawError) as caught:
        law_of_place("Franklin County", shipped())
    [fault] = caught.value.faults
    assert fault.code == "E228"
    assert "is a name, which 24 counties have" in fault.message
    assert "39049 (Franklin County, OH)" in fault.help


def test_a_name_that_only_one_county_has_is_no_key_either() -> None:
    with pytest.raises(LawError) as caught:
        law_of_place("Fairfax County", shipped())
    assert "51059 (Fairfax County, VA)" in caught.value.faults[0].help


@pytest.mark.parametrize("text", ["39999", "us-oh-39999", "us-pa-39049", "72001"])
def test_a_code_of_no_county_or_of_another_state_is_refused(text: str) -> None:
    with pytest.raises(LawError) as caught:
        place_id(text)
    assert caught.value.faults[0].code == "E225"


def test_only_the_chain_is_read() -> None:
    library = {name: shipped()[name] for name in ("us", "us-oh")}
    assert law_of_place("39049", library).id == "us-oh-39049"
