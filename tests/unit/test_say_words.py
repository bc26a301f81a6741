"""What the decision and the audit give as codes is said in both languages, from one catalogue."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from tests.unit.test_report_words import AT, COMMON, PLACES, ZONE, answers, law_of

from exeat.audit import FindingCode, examine
from exeat.decide import Certainty, ConflictKind
from exeat.facts.codes import BasisEnd, BasisKind
from exeat.facts.openings import AskKind
from exeat.facts.vocabulary import VOCABULARY
from exeat.i18n.said import Said
from exeat.i18n.words import LANGUAGES, catalogue, words
from exeat.report.findings import finding_said, say_finding
from exeat.say.answers import answer_to_json
from exeat.say.questions import ask_said, say_ask, say_conflict
from exeat.say.reasons import reason_said, say_reason

EN = catalogue("en").texts
POSSIBLE = ("against", "arrived-late", "wrong-facility", "duplicate")


def test_every_code_of_an_answer_and_of_a_finding_has_a_text() -> None:
    wanted = {f"ground.{one.value}" for one in BasisKind}
    wanted |= {f"ended.{e.value}" for e in BasisEnd if e not in (BasisEnd.OTHER, BasisEnd.UNSTATED)}
    wanted |= {f"ask.{one.value}" for one in AskKind if one is not AskKind.FACT}
    wanted |= {f"conflict.{one.value}" for one in ConflictKind}
    wanted |= {f"found.{one.value}" for one in FindingCode}
    wanted |= {f"found.{one}-possible" for one in POSSIBLE}
    assert wanted - EN.keys() == set()


def test_a_fact_is_asked_in_the_words_of_the_vocabulary() -> None:
    asked = {name: text for name, (text, *_) in EN.items() if name.startswith("ask.fact.")}
    assert asked == {name: VOCABULARY[name.removeprefix("ask.fact.")].question for name in asked}
    # Facts that are read from one field of the record are asked by one of them.
    assert {fact.question for fact in VOCABULARY.values()} == set(asked.values())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
def test_each_answer_is_said_whole_in_each_language(place: str, lang: str) -> None:
    law, t = law_of(place), words(lang)
    for answer in answers(place):
        said = [say_reason(step, answer, law, ZONE, t) for step in answer.because]
        said += [say_ask(one.asks, t) for one in (*answer.questions, *answer.for_counsel)]
        said += [say_conflict(one, t) for one in (*answer.conflicts, *answer.contested)]
        for text in said:
            assert text and not any(mark in text for mark in "{}"), text


def test_the_two_languages_say_different_sentences() -> None:
    law = law_of("us-wa")
    for answer in answers("us-wa"):
        for step in answer.because:
            english, spanish = (
                say_reason(step, answer, law, ZONE, words(one)) for one in LANGUAGES
            )
            assert english != spanish


def test_what_is_sent_can_be_said_again_in_another_language() -> None:
    """A sealed answer carries codes and values, so that nobody has to translate its sentences."""
    law = law_of("us-wa")
    for answer in answers("us-wa"):
        told = answer_to_json(answer, law, ZONE)
        for step, kept in zip(answer.because, told["because"], strict=True):
            again = Said.of_json({key: kept[key] for key in ("code", "values") if key in kept})
            assert again == reason_said(step, answer, law)
            assert say_reason(step, answer, law, ZONE) == kept["says"]
        for question, kept in zip(answer.questions, told["questions"], strict=True):
            assert kept["code"] == ask_said(question.asks).code


def test_a_finding_is_said_in_spanish() -> None:
    case = examine(COMMON, law_of("us-wa"), as_of=AT.replace(day=29))
    [kept] = [one for one in case.findings if one.code.value.startswith("kept-")]
    said = say_finding(kept, ZoneInfo(COMMON.zone), words("es"))
    assert said.startswith("Retenida ") and said.endswith(".")
    assert kept.certainty in Certainty and "{" not in said
    assert Said.of_json(finding_said(kept).to_json()) == finding_said(kept)
