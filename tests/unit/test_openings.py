"""What a record leaves open: each way to fill it in is one more known record, and all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exeat.facts.case import Case, zone_of
from exeat.facts.codes import BasisKind, DetainerForm, Ground, StatusProof, WarrantKind
from exeat.facts.openings import Opening, opening_of, time_opening
from exeat.facts.record import Basis, Conviction, CustodyRecord, Detainer, Offence
from exeat.facts.times import NEVER, Uncertain, done_by
from exeat.facts.vocabulary import VOCABULARY

UTC_ZONE = zone_of("UTC")
NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)
SILENT = CustodyRecord(
    id="r1",
    zone="UTC",
    booked=NOON - timedelta(days=4),
    bases=(Basis(id="b1", kind=BasisKind.CHARGE),),
    detainers=(Detainer(id="d1", lifted=None), Detainer(id="d2", lifted=None)),
)


def opened(fact: str, list_id: str = "", record: CustodyRecord = SILENT) -> Opening | None:
    return opening_of(Case(record, record.detainers[0], NOON, UTC_ZONE), fact, list_id)


def told(record: CustodyRecord, fact: str) -> object:
    case = Case(record, record.detainers[0], NOON, UTC_ZONE)
    return VOCABULARY[fact].read(case)


NEEDS_A_LIST = {"charged", "convicted"}
OF_THE_LAW = {"place.hold_power", "facility.kind"}
OPEN = sorted(
    name
    for name in VOCABULARY
    if name not in NEEDS_A_LIST | OF_THE_LAW and told(SILENT, name) is None
)


def test_a_silent_record_leaves_most_facts_open() -> None:
    assert len(OPEN) > 20


# A judge's arrest warrant is a ground of custody, asked for as such and no part of the law.
COURT = {"warrant.federal_criminal", "warrant.state_judge"}


@pytest.mark.parametrize("fact", [name for name in OPEN if name not in COURT])
def test_each_way_to_fill_a_fact_in_makes_it_known_and_two_of_them_differ(fact: str) -> None:
    opening = opened(fact)
    assert opening is not None, "no field of the record would settle it"
    values = {way.says: told(way.record, fact) for way in opening.ways}
    assert len(values) == len(opening.ways) > 1, "each way says another thing"
    assert len(set(map(repr, values.values()))) > 1, values
    known = [value for value in values.values() if value is not None]
    assert known, values


@pytest.mark.parametrize("fact", [name for name in OPEN if name.startswith(("det", "warr"))])
def test_only_the_request_that_is_weighed_is_filled_in(fact: str) -> None:
    opening = opened(fact)
    assert opening is not None and opening.detainer == "d1"
    for way in opening.ways:
        assert way.record.detainers[1] == SILENT.detainers[1]
        assert replace(way.record, detainers=()) == replace(SILENT, detainers=())


KNOWN = Detainer(
    id="d1",
    form=DetainerForm.I247A,
    received=NOON,
    served=NEVER,
    grounds=(Ground.NONE,),
    warrants=(WarrantKind.NONE,),
    names_this_person=False,
    hold_ordered=NEVER,
    names_federal_felony_warrant=False,
    names_watch_list_match=False,
)


@pytest.mark.parametrize("fact", [n for n in VOCABULARY if n.startswith(("detainer.", "warr"))])
def test_of_a_request_that_says_all_nothing_is_open(fact: str) -> None:
    assert opened(fact, record=replace(SILENT, detainers=(KNOWN,))) is None


def test_every_form_and_every_proof_is_one_way() -> None:
    form, proof = opened("detainer.asks_hold"), opened("person.status_shown")
    assert form is not None and proof is not None
    assert {way.says for way in form.ways} == {one.value for one in DetainerForm}
    assert {way.says for way in proof.ways} == {one.value for one in StatusProof}
    assert (form.field, proof.field) == ("detainer.form", "person.status_proof")


def test_a_question_about_a_request_has_no_way_where_there_is_none() -> None:
    assert opening_of(Case(SILENT, None, NOON, UTC_ZONE), "detainer.served") is None


@pytest.mark.parametrize("fact", ["place.hold_power"])
def test_what_lies_open_in_the_law_has_no_field_of_the_record(fact: str) -> None:
    assert opened(fact) is None


# -- acts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (None, ["yes", "no"]),
        (Uncertain("2026-04-10"), ["yes", "no"]),
        (Uncertain("XXXX-XX-XX"), ["yes", "no"]),
        (Uncertain("2026-04-09"), None),
        (Uncertain("2026-04-11"), None),
        (NEVER, None),
        (NOON, None),
    ],
)
def test_an_act_is_done_by_now_or_not(act: Any, says: list[str] | None) -> None:
    record = replace(SILENT, detainers=(Detainer(id="d1", served=act),))
    opening = opened("detainer.served", record=record)
    assert (opening and [way.says for way in opening.ways]) == says
    for way in opening.ways if opening else ():
        done = done_by(way.record.detainers[0].served, NOON, UTC_ZONE)
        assert done is (way.says == "yes")


# -- offences ----------------------------------------------------------------------------


@pytest.mark.parametrize("fact", ["charged", "convicted"])
def test_an_offence_is_put_on_a_list_and_off_it(fact: str) -> None:
    opening = opened(fact, "ca-prop-47")
    assert opening is not None
    assert opening.field == f"{fact} in ca-prop-47"
    assert [way.says for way in opening.ways] == ["yes", "no"]
    yes, no = (way.record for way in opening.ways)
    if fact == "charged":
        for record, value in ((yes, True), (no, False)):
            offence = record.grounds[0].offence
            assert offence is not None and offence.lists == {"ca-prop-47": value}
    else:
        assert yes.convictions and yes.convictions[0].offence.lists == {"ca-prop-47": True}
        assert no.convictions == ()


def test_where_a_person_has_placed_an_offence_already_it_stays() -> None:
    placed = Basis(id="b1", kind=BasisKind.CHARGE, offence=Offence(lists={"ca-prop-47": False}))
    opening = opened("charged", "ca-prop-47", replace(SILENT, bases=(placed,)))
    assert opening is not None
    for way in opening.ways:
        offence = way.record.grounds[0].offence
        assert offence is not None and offence.lists == {"ca-prop-47": False}


def test_a_conviction_without_a_day_is_recent_or_long_ago() -> None:
    record = replace(SILENT, convictions=(Conviction(offence=Offence()),))
    opening = opened("convicted", "ca-prop-47", record)
    assert opening is not None
    years = [
        (NOON - way.record.convictions[0].on).days // 365  # type: ignore[index,operator]
        for way in opening.ways
    ]
    assert years == [0, 99]


# -- times -------------------------------------------------------------------------------


def test_an_uncertain_time_is_one_of_its_two_ends() -> None:
    day = Uncertain("2026-04-09")
    basis = replace(SILENT.grounds[0], end=day)
    record = replace(
        SILENT, booked=day, bases=(basis,), detainers=(Detainer(id="d1", received=day),)
    )
    ends = [datetime(2026, 4, number, tzinfo=UTC) for number in (9, 10)]
    for field, read in (
        ("booked", lambda told: told.booked),
        ("bases.b1.end", lambda told: told.grounds[0].end),
        ("detainers.d1.received", lambda told: told.detainers[0].received),
    ):
        opening = time_opening(record, field, NOON)
        assert opening is not None
        assert [way.says for way in opening.ways] == ends
        assert [read(way.record) for way in opening.ways] == ends


@pytest.mark.parametrize(
    "when", [NOON, NEVER, None, Uncertain("2026-04-09/.."), Uncertain("2026-04-11")]
)
def test_a_time_that_is_known_or_open_or_to_come_is_not_asked_so(when: Any) -> None:
    record = replace(SILENT, bases=(replace(SILENT.grounds[0], end=when),))
    assert time_opening(record, "bases.b1.end", NOON) is None
