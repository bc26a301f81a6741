"""Whom a request is about: the pages show who is near, what differs, and let nobody be missed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.scene import Scene, scene

from exeat.i18n.words import LANGUAGES, words
from exeat.office.models import PersonalData


@pytest.fixture
def town() -> Iterator[Scene]:
    with scene() as one:
        yield one


def sent(town: Scene, **said: Any) -> str:
    """Send a request to the jail of the scene."""
    from tests.scene_week import HOUSE, paper

    found = town.town.desk.requests.send_request(
        town.ctx("requester"), facility=HOUSE, person=PersonalData(**said), paper=paper()
    )
    return found.id


def card(text: str, request: str) -> str:
    """Return the card of one request in the list."""
    return text[text.index(f'id="q-{request}"') :].split("</article>")[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_says_that_nobody_matches_only_where_the_house_was_looked_through(
    town: Scene, lang: str
) -> None:
    t, told = words(lang), {"accept-language": lang}
    one = town.who["stays"]
    here = sent(town, surname=one.surname, born=one.born, booking_number="")
    nobody = sent(town, surname="Unheard", born=date(1931, 1, 1))
    with town.client() as client:
        officer = town.signed(client, "booking")
        text = officer.get("/requests", headers=told).text
        looked = t("near.looked", time="\0").split("\0")
        near, none = card(text, here), card(text, nobody)
        assert looked[1] in none and f'action="/requests/{nobody}/not-here"' in none
        assert looked[1] not in near and "<form" not in near
        assert one.booking_number in near and f"/requests/{here}/not-here" in near
        page = officer.get(f"/requests/{here}/not-here", headers=told).text
        assert one.booking_number in page and looked[1] not in page
        mark = town.sessions["booking"].csrf
        first = officer.post(f"/requests/{here}/not-here", data={"csrf": mark}, headers=told)
        assert first.status_code == 422
        assert t("fault.somebody-near", n="1") in first.text
        said = {"csrf": mark, "not_these": town.people["stays"]}
        assert officer.post(f"/requests/{here}/not-here", data=said).status_code == 303
        text = officer.get("/requests", headers=told).text
        assert f"/requests/{here}/take-back" in card(text, here)


def test_there_is_no_list_of_everybody_to_choose_from(town: Scene) -> None:
    one = town.who["stays"]
    here = sent(town, surname="Unlike", born=date(1931, 1, 1))
    with town.client() as client:
        officer = town.signed(client, "booking")
        text = officer.get(f"/requests/{here}/match").text
        assert "<select" not in text and one.booking_number not in text
        found = officer.get(f"/requests/{here}/match?number={one.booking_number}").text
        assert one.shown in found and "how-differs" in found
        none = officer.get(f"/requests/{here}/match?number=0").text
        assert words("en")("near.no_number", number="0") in none


def test_both_stand_side_by_side_and_each_difference_is_ticked(town: Scene) -> None:
    one = town.who["stays"]
    born = date(one.born.year - 3, 1, 1) if one.born else date(1950, 1, 1)
    here = sent(town, surname=one.surname, given_names=one.given_names, born=born)
    record = town.people["stays"]
    with town.client() as client:
        officer = town.signed(client, "booking")
        page = officer.get(f"/requests/{here}/match?record={record}").text
        assert str(born) in page and str(one.born) in page
        mark = town.sessions["booking"].csrf
        said: dict[str, Any] = {"csrf": mark, "record": record}
        for more in ({}, {"born": str(one.born), "booking_number": one.booking_number}):
            again = officer.post(f"/requests/{here}/match", data={**said, **more})
            assert again.status_code == 422, more
        assert "born differs" in again.text
        said |= {"born": str(one.born), "booking_number": one.booking_number}
        done = officer.post(f"/requests/{here}/match", data={**said, "differs_seen": "born"})
        assert done.status_code == 303, done.text
        assert done.headers["location"].startswith(f"/people/{record}?done=match_request")
        # It waits no more, and its page says so.
        assert officer.get(f"/requests/{here}/match").status_code == 409


def test_a_request_past_the_first_page_is_reached_and_one_that_waits_is_on_it(
    town: Scene,
) -> None:
    waits = sent(town, surname="Oldest", born=date(1931, 1, 1))
    for n in range(30):
        town.town.later(seconds=1)
        town.town.desk.requests.not_in_custody_here(
            town.ctx(), sent(town, surname=f"Unheard{n}", born=date(1932, 1, 1))
        )
    with town.client() as client:
        officer = town.signed(client, "booking")
        first = officer.get("/requests").text
        assert f'id="q-{waits}"' in first
        seen, link = set(re.findall(r'id="q-(\w+)"', first)), first
        while found := re.search(r'href="(/requests\?after=[^"]+)"', link):
            link = officer.get(found[1].replace("&amp;", "&")).text
            seen |= set(re.findall(r'id="q-(\w+)"', link))
        total = town.town.desk.requests.requests_page(town.ctx()).total
        assert len(seen) == total > 30


def test_an_issuer_reads_the_times_in_the_zone_of_the_jail(town: Scene) -> None:
    request = town.requests["gone"]
    with town.client() as client:
        said = card(town.signed(client, "requester").get("/requests").text, request)
        assert re.search(r"\d\d:\d\d E[SD]T", said) and "UTC" not in said
