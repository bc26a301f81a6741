"""Codes, vocabulary and schemas: all is described, and nothing is kept that no rule may turn on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exeat.facts import codes, record
from exeat.facts.case import Case
from exeat.facts.codec import record_schema
from exeat.facts.events import EVENT_KINDS, event_schema
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.vocabulary import OFFENCE_FACTS, VOCABULARY, Fact

AT = datetime(2026, 3, 6, 12, tzinfo=UTC)
EMPTY = CustodyRecord(id="demo", zone="UTC", booked=AT)

FORBIDDEN = re.compile(
    r"\bnational\b|nationalit|race\b|racial|ethnic|religio|birth|born|country|citizen|alien|"
    r"hispanic|latin[oax]|\bskin|tribe|\bvisa\b|passport|immigra(?!tion)|foreign|\borigin\b"
)
# Where a word of citizenship may stand: facts that only ever protect, and what ended a detainer.
PROTECTIVE_NAMES = {
    "claims_citizenship",
    "status_proof",
    "person.claims_citizenship",
    "person.citizenship_shown",
    "person.status_shown",
}
PROTECTIVE_CODES = {"citizenship", "lawful-status", "citizen"}
PROTECTIVE_WORDS = {
    "The person says that they are a US citizen.",
    "Does the person say that they are a US citizen?",
    "The person has shown proof of US citizenship.",
    "Has the person shown proof of US citizenship?",
    "The person has shown proof of US citizenship or of lawful immigration status.",
    "Has the person shown proof of US citizenship or of lawful immigration status?",
    "Proof of United States citizenship.",
    "The person was found to be a US citizen or not removable.",
}


def described() -> list[type[codes.Described]]:
    found = [value for value in vars(codes).values() if isinstance(value, type)]
    return [kind for kind in found if issubclass(kind, codes.Described) and len(kind)]


@pytest.mark.parametrize("kind", described(), ids=lambda kind: kind.__name__)
def test_every_code_list_is_printed_and_every_code_described(kind: type[codes.Described]) -> None:
    assert kind in codes.CODE_LISTS
    assert kind.__doc__
    for code in kind:
        assert len(code.description) > 7, code
        assert code.description.endswith("."), code
        assert re.fullmatch(r"[A-Za-z0-9-]+", code.value)
    assert len({code.description for code in kind}) == len(kind)


def test_every_form_says_what_it_asks() -> None:
    assert set(codes.FORMS) == set(codes.DetainerForm)


def test_a_code_without_a_description_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="description"):

        class Bare(codes.Described):
            BARE = "bare"


# --- nothing is kept that no rule may turn on ---------------------------------------


def names_and_words(schema: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield every field name, code and description in a JSON Schema, with its kind."""
    if isinstance(schema, list):
        for part in schema:
            yield from names_and_words(part)
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            yield from (("name", name) for name in value)
            for part in value.values():
                yield from names_and_words(part)
        elif key == "enum":
            yield from (("code", code) for code in value)
        elif key == "const":
            yield "code", value
        elif key in ("description", "title"):
            yield ("words" if key == "description" else "name"), value
        else:
            yield from names_and_words(value)


def everything_said() -> list[tuple[str, str]]:
    said = [*names_and_words(record_schema()), *names_and_words(event_schema())]
    for fact in VOCABULARY.values():
        said += [("name", fact.name), ("words", fact.means), ("words", fact.question)]
        said += [("code", code) for code in fact.codes]
    for name, means in OFFENCE_FACTS.items():
        said += [("name", name), ("words", means)]
    for kind in codes.CODE_LISTS:
        for code in kind:
            said += [("code", code.value), ("words", code.description)]
    return said


def not_protective(said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    allowed = {"name": PROTECTIVE_NAMES, "code": PROTECTIVE_CODES, "words": PROTECTIVE_WORDS}
    return [
        (kind, text)
        for kind, text in said
        if FORBIDDEN.search(text.lower())
        and text not in allowed[kind]
        and text.lower().replace(" ", "_") not in allowed[kind]
    ]


def test_nothing_says_nationality_race_ethnicity_religion_or_birthplace() -> None:
    assert not not_protective(everything_said())


@pytest.mark.parametrize(
    "word", ["nationality", "race", "ethnicity", "religion", "birthplace", "country_of_birth"]
)
def test_the_test_before_this_one_can_fail(word: str) -> None:
    assert not_protective([("name", word)])
    assert not_protective([("code", word)])
    assert not_protective([("words", f"The person's {word}.")])


def test_every_protective_exception_is_in_use() -> None:
    said = everything_said()
    assert {text for kind, text in said if kind == "name"} >= PROTECTIVE_NAMES
    assert {text for kind, text in said if kind == "code"} >= PROTECTIVE_CODES
    assert {text for kind, text in said if kind == "words"} >= PROTECTIVE_WORDS


# --- schemas ---------------------------------------------------------------------------


def record_parts() -> list[type[Any]]:
    return [getattr(record, name) for name in record.__all__]


@pytest.mark.parametrize("kind", record_parts(), ids=lambda kind: kind.__name__)
def test_the_schema_of_a_record_has_the_fields_of_its_parts(kind: type[Any]) -> None:
    schema = record_schema()
    part = schema if kind is CustodyRecord else schema["$defs"][kind.__name__]
    assert set(part["properties"]) == {field.name for field in fields(kind)}
    assert part["additionalProperties"] is False


@pytest.mark.parametrize("tag", EVENT_KINDS)
def test_the_schema_of_an_event_has_the_fields_of_its_kind(tag: str) -> None:
    kind = EVENT_KINDS[tag]
    part = event_schema()["$defs"][kind.__name__]
    assert set(part["properties"]) == {field.name for field in fields(kind)}
    assert part["properties"]["event"]["const"] == tag
    assert "event" in part["required"]
    assert part["additionalProperties"] is False
    assert kind.__doc__ and "(" not in kind.__doc__.splitlines()[0]


def test_no_field_has_the_name_of_a_kind_of_event() -> None:
    # Kinds are taken out of the path of a faulty field.
    assert not {f.name for kind in EVENT_KINDS.values() for f in fields(kind)} & set(EVENT_KINDS)


# --- vocabulary ------------------------------------------------------------------------

FACTS = list(VOCABULARY.values())


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_fact_says_what_it_means_and_what_to_ask(fact: Fact) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", fact.name)
    assert fact.means.endswith(".")
    assert fact.question.endswith("?")


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_an_empty_record_affirms_nothing(fact: Fact) -> None:
    value = fact.read(Case(EMPTY, None, AT, ZoneInfo("UTC")))
    if fact.name == "facility.kind":
        assert value == "jail"
    else:
        # Without a request there is no form: no code, and not "not known".
        assert value in (None, False, ""), fact.name
        assert isinstance(value, str) is (fact.name == "detainer.form")


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_of_a_request_of_which_nothing_is_known_nothing_is_said(fact: Fact) -> None:
    if not fact.name.startswith(("detainer.", "warrant.")):
        return
    value = fact.read(Case(EMPTY, Detainer(id="d1"), AT, ZoneInfo("UTC")))
    assert value is (True if fact.name == "detainer.present" else None)
