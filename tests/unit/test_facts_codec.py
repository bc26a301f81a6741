"""What a record's JSON can have wrong, and what the reader is told: place, value seen, remedy."""

from __future__ import annotations

import json
import pickle
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from exeat.errors import ExeatError, RecordError
from exeat.facts.codec import record_from_json, record_to_json
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import NEVER, Act

RECORD: dict[str, Any] = {"id": "demo", "zone": "America/New_York", "booked": "2026-03-06T09:00Z"}

# name, what is changed in RECORD, code, place, words of the message, words of the help
FAULTS: list[tuple[str, dict[str, Any], str, str, str, str]] = [
    (
        "a word is no time",
        {"booked": "soon"},
        "E101", "field `booked`", "`soon` is neither", "2026-03-06T17:30-05:00",
    ),
    (
        "a time of day needs its offset",
        {"booked": "2026-03-06T09:00"},
        "E101", "field `booked`", "`2026-03-06T09:00` has no offset", "Write a time",
    ),
    (
        "a number is no time",
        {"release": {"at": 5}},
        "E101", "field `release.at`", "`5` is no time", "Write a time",
    ),
    (
        "a booking cannot be never",
        {"booked": "never"},
        "E101", "field `booked`", "`never` is neither", "Write a time",
    ),
    (
        "a line break in a value stays out of the message",
        {"booked": "a\nb\u2028c"},
        "E101", "field `booked`", r"`a\nb\u2028c` is neither", "Write a time",
    ),
    (
        "a line break in a name too",
        {"a\nb": 1},
        "E102", r"field `a\nb`", "is not a field", "Take the field out",
    ),
    (
        "an unknown field with a near miss",
        {"detaners": []},
        "E102", "field `detaners`", "is not a field of a custody record", "you mean `detainers`?",
    ),
    (
        "a field in the wrong place",
        {"person": {"bases": []}},
        "E102", "field `person.bases`", "is not a field", "Take the field out",
    ),
    (
        "a fact that is not kept is refused",
        {"person": {"nationality": "XX"}},
        "E102", "field `person.nationality`", "seen with `XX`", "keeps no fact that no rule needs",
    ),
    (
        "a code that is not in the list, with a near miss",
        {"bases": [{"id": "b1", "kind": "chrge"}]},
        "E102", "field `bases.0.kind`", "`chrge` is not in the list", "Did you mean `charge`?",
    ),
    (
        "a code that is like none",
        {"facility": {"kind": 7}},
        "E102", "field `facility.kind`", "`7` is not in the list", "Use one of: 'jail'",
    ),
    (
        "neither true nor false",
        {"person": {"under_18": "perhaps"}},
        "E102", "field `person.under_18`", "`perhaps` will not do", "true, false or null",
    ),
    (
        "a list is asked for",
        {"bases": "none"},
        "E102", "field `bases`", "`none` will not do", "Write a list in [ ].",
    ),
    (
        "an object is asked for",
        {"facility": []},
        "E102", "field `facility`", "`[]` will not do", "Write an object in { }",
    ),
    (
        "a text is asked for",
        {"id": 7},
        "E102", "field `id`", "`7` will not do", "Write a text in quotes.",
    ),
    (
        "a field is missing",
        {"detainers": [{"form": "I-247A"}]},
        "E102", "field `detainers.0.id`", "is missing", "Add the field.",
    ),
    (
        "a long value is cut",
        {"bases": [{"id": "b1", "kind": "x" * 500}]},
        "E102", "field `bases.0.kind`", "xxx...` is not in the list", "Use one of",
    ),
    (
        "a zone that is none",
        {"zone": "Mars/Olympus"},
        "E103", "field `zone`", "`Mars/Olympus` is no time zone", "America/Los_Angeles",
    ),
    (
        "a zone that is a folder",
        {"zone": "America"},
        "E103", "field `zone`", "`America` is no time zone", "IANA",
    ),
    (
        "one id for two things",
        {"bases": [{"id": "x", "kind": "charge"}], "detainers": [{"id": "x"}]},
        "E104", "id `x`", "`x` stands for two things", "an id of its own",
    ),
    (
        "released before booked",
        {"release": {"at": "2026-03-05"}},
        "E105", "field `release.at`", "`2026-03-05` is before `booked`", "XXXX-XX-XX",
    ),
    (
        "a basis that ended before it began",
        {"bases": [{"id": "b1", "kind": "charge", "start": "2026-03", "end": "2026-02-28"}]},
        "E105", "field `bases.b1.end`", "`2026-02-28` is before `start`", "Correct one",
    ),
    (
        "a request that was lifted before it was issued",
        {"detainers": [{"id": "d1", "issued": "2026-03-06", "lifted": "2026-03-05"}]},
        "E105", "field `detainers.d1.lifted`", "is before `issued`", "Correct one",
    ),
]  # fmt: skip

CLASS_NAMES = re.compile(r"CustodyRecord|Detainer\b|Basis\b|pydantic|dataclass|Input |Value error")


def faults_of(text: str) -> ExeatError:
    with pytest.raises(RecordError) as caught:
        record_from_json(text, "x.json")
    return caught.value


@pytest.mark.parametrize(
    ("name", "change", "code", "place", "message", "help"), FAULTS, ids=[row[0] for row in FAULTS]
)
def test_a_fault_is_told_with_place_value_and_remedy(
    name: str, change: dict[str, Any], code: str, place: str, message: str, help: str
) -> None:
    (fault,) = faults_of(json.dumps({**RECORD, **change})).faults
    assert fault.code == code
    assert fault.place == f"x.json, {place}"
    assert message in fault.message
    assert help in fault.help
    for text in (fault.place, fault.message, fault.help):
        assert len(text.splitlines()) == 1
        assert not CLASS_NAMES.search(text)


NOT_JSON = [
    ("nothing", "", "is not JSON"),
    ("an open bracket", "{", "is not JSON"),
    ("a list", "[]", "`[]` will not do here (input should be an object)"),
    ("a text", '"demo"', "`demo` will not do here"),
]


@pytest.mark.parametrize(("name", "text", "message"), NOT_JSON, ids=[row[0] for row in NOT_JSON])
def test_what_is_no_json_object_is_refused(name: str, text: str, message: str) -> None:
    (fault,) = faults_of(text).faults
    assert fault.place == "x.json"
    assert message in fault.message
    assert "exeat schema record" in fault.help


def test_all_faults_are_told_at_once() -> None:
    error = faults_of('{"zone": 5, "booked": "soon", "detaners": [], "bases": [{}]}')
    fields = [fault.place.removeprefix("x.json, ") for fault in error.faults]
    assert fields == [
        "field `id`",
        "field `zone`",
        "field `booked`",
        "field `bases.0.id`",
        "field `bases.0.kind`",
        "field `detaners`",
    ]


def test_a_wrong_zone_hides_no_repeated_id() -> None:
    bases = [{"id": "b1", "kind": "charge"}] * 2
    error = faults_of(json.dumps({**RECORD, "zone": "Mars", "bases": bases}))
    assert sorted(fault.code for fault in error.faults) == ["E103", "E104"]


def test_the_error_survives_a_worker_process() -> None:
    error = faults_of(json.dumps({**RECORD, "zone": "Mars"}))
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.faults, str(again)) == (RecordError, error.faults, str(error))


LIFTED: list[tuple[str, Act, str]] = [
    ("still in force", NEVER, "{}"),
    ("not known whether", None, '{"lifted":null}'),
    ("lifted", datetime(2026, 3, 7, tzinfo=UTC), '{"lifted":"2026-03-07T00:00:00+00:00"}'),
]


@pytest.mark.parametrize(("name", "lifted", "written"), LIFTED, ids=[row[0] for row in LIFTED])
def test_a_request_of_which_nobody_knows_whether_it_was_lifted_is_not_in_force(
    name: str, lifted: Act, written: str
) -> None:
    record = CustodyRecord(
        id="demo",
        zone="UTC",
        booked=datetime(2026, 3, 6, tzinfo=UTC),
        detainers=(Detainer(id="d1", lifted=lifted),),
    )
    text = record_to_json(record)
    assert json.loads(text)["detainers"][0] == {"id": "d1", **json.loads(written)}
    assert record_from_json(text) == record


def test_none_and_not_known_stay_apart() -> None:
    some = {**RECORD, "notices": [], "convictions": []}
    record = record_from_json(json.dumps(some))
    assert (record.notices, record.convictions) == ((), ())
    assert json.loads(record_to_json(record)) == {**some, "booked": "2026-03-06T09:00:00+00:00"}
    silent = record_from_json(json.dumps(RECORD))
    assert (silent.notices, silent.convictions) == (None, None)
