"""The first lines of a page: what they say, and what they must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.acceptance.readme import ROOT

pytest.importorskip("fastapi")

from exeat.decide import Verdict, decide
from exeat.desk.pages.card import Card, card_of
from exeat.desk.service.shut import SHUT
from exeat.facts.codec import record_from_json
from exeat.facts.record import CustodyRecord
from exeat.facts.times import NEVER
from exeat.i18n.words import LANGUAGES, catalogue, words
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place
from exeat.rules.profile import Profile, Serving, Signature, WhileUndecided
from exeat.say.lead import lead_of
from exeat.say.ring import Ring, Whom, counsel_of, rings_of

RECORDS = ROOT / "src/exeat/sample/records"
AT = datetime(2026, 11, 21, 1, tzinfo=UTC)


def record_of(name: str) -> CustodyRecord:
    return record_from_json((RECORDS / name).read_text(encoding="utf-8"))


COMMON = record_of("common.json")


def card(place: str, record: CustodyRecord = COMMON, lang: str = "en") -> Card:
    law = law_of_place(place, shipped())
    return card_of(decide(record, law, AT), law, words(lang), ZoneInfo(record.zone))


# -- tell ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("place", "record", "said"),
    [
        ("us-tx", record_of("cannot-decide.json"), "card.tell_perhaps"),
        ("us-ct", replace(COMMON, notices=None), "card.tell_unshown"),
    ],
    ids=["what decides is not known", "no notices are kept"],
)
def test_that_nobody_must_be_told_is_said_only_where_nothing_may_ask_for_it(
    place: str, record: CustodyRecord, said: str, lang: str
) -> None:
    [(told, due)] = card(place, record, lang).tell
    assert (told, due) == (words(lang)(said), None)
    assert told != words(lang)("card.tell_none")


# -- ring ---------------------------------------------------------------------------------------

SIGNED = Signature("Ann Example", "County Attorney", date(2026, 11, 1))
RELEASES = WhileUndecided(False, SIGNED)
CALLS = WhileUndecided(True, SIGNED, "A. Counsel", "555-0100", 30)
[PAPER] = COMMON.detainers
UNSERVED = replace(COMMON, detainers=(replace(PAPER, served=NEVER),))
SOMEBODY_ELSE = replace(COMMON, person=replace(COMMON.person, disputes_identity=True))


def rung(place: str, record: CustodyRecord = COMMON, **answered: Any) -> list[Ring]:
    """Whom to ring; the card and the lead each have one line for each, in both languages."""
    profile = Profile(f"{place}-99999", **answered) if answered else None
    law = law_of_place(place, shipped())
    if profile is not None:
        law = replace(law, profile=profile)
    answer = decide(record, law, AT)
    found = rings_of(answer, law)
    zone = ZoneInfo(record.zone)
    for lang in LANGUAGES:
        lines = card_of(answer, law, words(lang), zone).ring
        assert [until for _, until in lines] == [ring.until for ring in found]
        for (said, _), ring in zip(lines, found, strict=True):
            assert "{" not in said
            for part in (ring.name, ring.number, str(ring.minutes or "")):
                assert part in said
                assert part.lower() in lead_of(answer, law, zone).ring.lower()
    return list(found)


def test_an_office_that_releases_meanwhile_rings_nobody() -> None:
    assert rung("us-oh", undecided=RELEASES) == [Ring(Whom.NOBODY)]
    assert rung("us-oh") == [Ring(Whom.COUNSEL)]
    assert rung("us-oh", undecided=CALLS) == [Ring(Whom.NAMED, "A. Counsel", "555-0100", 30)]


def test_where_a_command_may_stand_counsel_is_rung_whatever_the_office_does_meanwhile() -> None:
    assert rung("us-al") == [Ring(Whom.COUNSEL, shut=True)]
    assert rung("us-al", undecided=RELEASES) == [Ring(Whom.COUNSEL, shut=True)]
    [ring] = rung("us-al", undecided=CALLS)
    assert (ring.whom, ring.minutes, ring.shut) == (Whom.NAMED, 30, True)


def test_the_lead_says_of_a_reported_command_what_the_gate_does() -> None:
    law = replace(law_of_place("us-al", shipped()), profile=Profile("us-al", undecided=RELEASES))
    said = lead_of(decide(COMMON, law, AT), law, ZoneInfo(COMMON.zone))
    assert said.do.startswith("CALL COUNSEL NOW")
    assert said.ring.startswith("Your counsel: nobody is let go before")
    assert "this office releases" not in said.ring


def test_letting_go_meanwhile_takes_two_people_where_the_gate_is_shut() -> None:
    for place, two in (("us-oh", False), ("us-al", True)):
        profile = Profile(place, undecided=CALLS)
        law = replace(law_of_place(place, shipped()), profile=profile)
        answer = decide(COMMON, law, AT)
        [(said, _)] = card_of(answer, law, words("en"), ZoneInfo(COMMON.zone)).ring
        assert ("two people" in said) is two
        assert ("two people" in lead_of(answer, law, ZoneInfo(COMMON.zone)).ring) is two


def test_counsel_is_said_to_shut_the_gate_exactly_where_the_gate_is_shut() -> None:
    law = law_of_place("us-oh", shipped())
    answer = decide(COMMON, law, AT)
    for verdict in Verdict:
        ring = counsel_of(replace(answer, verdict=verdict), law)
        assert ring is None or ring.shut is (verdict in SHUT), verdict


def test_who_serves_the_copy_is_named_where_it_comes_first() -> None:
    serving = Serving("the booking sergeant", SIGNED)
    assert rung("us-in", UNSERVED, serving=serving) == [Ring(Whom.SERVER, "the booking sergeant")]
    assert rung("us-in", UNSERVED) == []


@pytest.mark.parametrize(
    ("place", "record", "whom"),
    [
        ("us-nc", COMMON, [Whom.OFFICIAL]),
        ("us-az", COMMON, [Whom.CHOICE]),
        ("us-oh", SOMEBODY_ELSE, [Whom.IDENTITY, Whom.COUNSEL]),
        ("us-tx", record_of("cannot-decide.json"), [Whom.SUPERVISOR]),
    ],
    ids=["bring first", "may hold", "somebody else", "facts are missing"],
)
def test_the_card_has_a_line_for_each_that_the_lead_names(
    place: str, record: CustodyRecord, whom: list[Whom]
) -> None:
    assert [ring.whom for ring in rung(place, record)] == whom


def test_where_a_notice_comes_first_whoever_is_told_is_rung() -> None:
    law = law_of_place("us-wa", shipped())
    answer = replace(decide(COMMON, law, AT), verdict=Verdict.NOTIFY_FIRST)
    said = card_of(answer, law, words("en"), ZoneInfo(COMMON.zone)).ring
    assert said == ((words("en")("ring.told"), None),)


def test_the_catalogue_has_whom_to_ring_and_nothing_else() -> None:
    held = {key for key in catalogue("en").texts if key.startswith("ring.")}
    more = {"ring.minutes", "ring.minutes_shut", "ring.counsel_shut"}
    assert held == {f"ring.{whom.value}" for whom in Whom} | more
