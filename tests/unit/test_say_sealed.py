"""What the gate seals into the ledger: codes, values and the law's own words, no others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.test_report_words import PLACES, ZONE, answers, law_of

from exeat.i18n.words import catalogue
from exeat.say.answers import answer_to_json
from exeat.say.sealed import SEALED, reasons_of_sealed, sealed_answer

OURS = ("says", "asks", "means", "recency", "note")


def told(value: Any) -> Iterator[str]:
    """Yield every sentence of ours in an answer's JSON; what a law file says is its own."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in OURS and isinstance(one, str):
                yield one
            elif key not in ("contested", "rules"):
                yield from told(one)
    elif isinstance(value, list):
        for one in value:
            yield from told(one)


def codes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "code" in value:
            yield value["code"]
        for one in value.values():
            yield from codes(one)
    elif isinstance(value, list):
        for one in value:
            yield from codes(one)


@pytest.mark.parametrize("place", PLACES)
def test_no_sentence_of_an_answer_is_sealed_and_every_code_has_words(place: str) -> None:
    law = law_of(place)
    for answer in answers(place):
        sealed = sealed_answer(answer, law, ZONE)
        text = json.dumps(sealed, ensure_ascii=False)
        said = set(told(answer_to_json(answer, law, ZONE)))
        own = {" ".join(one.asks) for one in (*answer.conflicts, *answer.contested)}
        # A rule that a person must judge is asked in the words of its file.
        own |= {one for one in said if any(one.rstrip(".?") in rule.when for rule in law.rules)}
        assert said and [one for one in said if one in text and one not in own] == []
        assert set(codes(sealed)) <= catalogue("en").texts.keys()
        assert (sealed["format"], sealed["verdict"]) == (SEALED, answer.verdict.value)
        assert sealed["rules"].keys() == answer_to_json(answer, law, ZONE)["rules"].keys()


@pytest.mark.parametrize("place", PLACES)
def test_what_is_sealed_says_the_same_reasons_as_the_answer(place: str) -> None:
    law = law_of(place)
    for answer in answers(place):
        json_of = answer_to_json(answer, law, ZONE)
        sealed = json.loads(json.dumps(sealed_answer(answer, law, ZONE)))
        reasons = [step["says"] for step in json_of["because"]]
        assert reasons_of_sealed(sealed, ZONE) == reasons == reasons_of_sealed(json_of, ZONE)
