"""The first lines of a page: what they say, and what they must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.acceptance.readme import ROOT

pytest.importorskip("fastapi")

from exeat.decide import decide
from exeat.desk.pages.card import Card, card_of
from exeat.desk.pages.words import LANGUAGES, words
from exeat.facts.codec import record_from_json
from exeat.facts.record import CustodyRecord
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

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
