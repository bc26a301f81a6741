"""What holds for every record: it reads back, its schema knows it, and time runs one way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from tests.property.naive_facts import NAIVE
from tests.strategies import ZONES, acts, detainers, events, instants, records, whens

from exeat.facts.case import Case
from exeat.facts.codec import record_from_json, record_schema, record_to_json
from exeat.facts.events import Event, event_schema, event_to_json
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import NEVER, Act, When, bounds, done_by, parse_when, show_when
from exeat.facts.vocabulary import VOCABULARY

PLACES = [ZoneInfo(name) for name in ZONES]
places = st.sampled_from(PLACES)


@given(records())
def test_every_record_reads_back(record: CustodyRecord) -> None:
    assert record_from_json(record_to_json(record)) == record
    assert record_from_json(record_to_json(record, indent=2)) == record


def _unknown_fields(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    """Return the fields of a JSON value that its schema does not name, wherever they are."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return min((_unknown_fields(value, part, root) for part in schema[union]), key=len)
    if isinstance(value, list):
        items = schema.get("items", {"type": "nothing"})
        return [name for part in value for name in _unknown_fields(part, items, root)]
    if not isinstance(value, dict):
        return []
    inner, more = schema.get("properties", {}), schema.get("additionalProperties")
    unknown = [key for key in value if key not in inner and not isinstance(more, dict)]
    unknown += [key for key in schema.get("required", []) if key not in value]
    for key, part in value.items():
        unknown += _unknown_fields(part, inner.get(key, {}), root) if key in inner else []
    return unknown


@given(records())
def test_the_schema_names_every_field_that_is_written(record: CustodyRecord) -> None:
    schema = record_schema()
    assert not _unknown_fields(json.loads(record_to_json(record)), schema, schema)


@given(events())
def test_the_schema_of_events_names_every_field_that_is_written(told: list[Event]) -> None:
    schema = event_schema()
    for event in told:
        written = json.loads(event_to_json(event))
        kind = schema["discriminator"]["mapping"][written["event"]]
        assert not _unknown_fields(written, {"$ref": kind}, schema)


@given(whens())
def test_every_time_is_shown_so_that_it_reads_back(when: When) -> None:
    shown = show_when(when)
    assert shown is not None
    assert parse_when(shown) == when


@given(instants(), places, st.data())
def test_an_uncertain_date_contains_the_instant_that_it_tells(
    true: Any, place: ZoneInfo, data: st.DataObject
) -> None:
    early, late = bounds(data.draw(whens(st.just(true), place.key)), place)
    assert early is None or early <= true
    assert late is None or true <= late


@given(acts(), instants(), st.integers(0, 10_000_000), places)
def test_what_was_done_stays_done_and_what_was_not_never_turns_unsaid(
    act: Act, at: Any, minutes: int, place: ZoneInfo
) -> None:
    before, now = done_by(act, at, place), done_by(act, at + timedelta(minutes=minutes), place)
    if before is True:
        assert now is True
    if act is None:
        assert before is now is None
    if act is NEVER:
        assert before is now is False
    # From false through not known to true, and never back.
    rank = {False: 0, None: 1, True: 2}
    assert rank[before] <= rank[now]


@given(detainers(), records(), instants())
def test_every_fact_reads_as_true_false_not_known_or_one_of_its_codes(
    detainer: Detainer, record: CustodyRecord, at: Any
) -> None:
    case = Case(record, detainer, at, ZoneInfo(record.zone))
    for fact in VOCABULARY.values():
        value = fact.read(case)
        if fact.codes:
            assert value is None or value in fact.codes
        else:
            assert value is None or isinstance(value, bool), fact.name


@given(detainers() | st.none(), records(), instants(), st.sampled_from([True, False, None]))
def test_every_fact_reads_as_a_naive_second_writing_has_it(
    detainer: Detainer | None, record: CustodyRecord, at: Any, law: bool | None
) -> None:
    case = Case(record, detainer, at, ZoneInfo(record.zone), law, law)
    assert {name: fact.read(case) for name, fact in VOCABULARY.items()} == {
        name: read(case) for name, read in NAIVE.items()
    }


@given(records(), instants())
def test_without_a_request_no_fact_about_one_is_true_or_not_known(
    record: CustodyRecord, at: Any
) -> None:
    case = Case(record, None, at, ZoneInfo(record.zone))
    about = [f for n, f in VOCABULARY.items() if n.split(".")[0] in ("detainer", "warrant")]
    assert about
    for fact in about:
        if not fact.codes:
            assert fact.read(case) is False, fact.name
