"""Look-backs: whether a conviction counts depends on its class and on how long ago it was."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from exeat.facts.case import Case
from exeat.facts.codes import OffenceClass
from exeat.facts.record import Conviction, CustodyRecord, Offence
from exeat.facts.times import Truth, Uncertain
from exeat.rules.conditions import parse_condition
from exeat.rules.model import OffenceList
from exeat.rules.offences import Matcher

ZONE = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 11, 20, 20, tzinfo=UTC)
LISTED = Matcher(
    {"xx-list": OffenceList("xx-list", "xx", ("PC 459",), (), (), complete=True, source=("s",))}
)


def ask(
    line: str,
    on: datetime | Uncertain | None,
    of_class: OffenceClass | None = OffenceClass.FELONY,
    statute: str = "PC 459",
) -> Truth:
    offence = Offence(statute=statute, offence_class=of_class)
    record = CustodyRecord(
        id="r", zone=str(ZONE), booked=NOON, convictions=(Conviction(offence=offence, on=on),)
    )
    return parse_condition([line]).truth(Case(record, None, NOON, ZONE), LISTED)


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        ("2011-11-20", True),
        ("2011-11-19", False),
        ("2011-11", None),
        ("2011-10", False),
        ("2012", True),
        ("1995", False),
        ("XXXX-XX-XX", None),
        ("../2005", False),
        (None, None),
    ],
)
def test_a_conviction_counts_from_the_day_so_many_years_ago(on: str | None, counts: Truth) -> None:
    when = Uncertain(on) if on else None
    assert ask("convicted in xx-list within 15 years", when) is counts


def test_the_day_is_the_day_at_the_facility() -> None:
    late = datetime(2011, 11, 20, 7, 59, tzinfo=UTC)
    assert ask("convicted in xx-list within 15 years", late) is False
    assert ask("convicted in xx-list within 15 years", late.replace(hour=8, minute=0)) is True


def test_a_look_back_from_29_february_ends_on_the_28th() -> None:
    leap = Case(
        CustodyRecord(
            id="r",
            zone="UTC",
            booked=NOON,
            convictions=(
                Conviction(offence=Offence(statute="PC 459"), on=Uncertain("2023-02-28")),
            ),
        ),
        None,
        datetime(2028, 2, 29, 12, tzinfo=UTC),
        ZoneInfo("UTC"),
    )
    assert parse_condition(["convicted in xx-list within 5 years"]).truth(leap, LISTED) is True


def test_only_the_class_that_is_named_counts() -> None:
    recent = Uncertain("2020")
    misdemeanor = OffenceClass.MISDEMEANOR
    assert ask("convicted of felony in xx-list within 15 years", recent) is True
    assert ask("convicted of felony in xx-list within 15 years", recent, misdemeanor) is False
    assert ask("convicted of misdemeanor in xx-list within 5 years", recent, misdemeanor) is False
    assert ask("convicted of felony in xx-list within 15 years", recent, None) is None
    assert ask("convicted of felony in xx-list", None) is True


def test_what_is_off_the_list_does_not_count_whenever_it_was() -> None:
    assert ask("convicted in xx-list within 15 years", None, statute="PC 999") is False


def test_nobody_looked_up_convictions() -> None:
    record = CustodyRecord(id="r", zone="UTC", booked=NOON, convictions=None)
    condition = parse_condition(["convicted in xx-list within 15 years"])
    assert condition.truth(Case(record, None, NOON, ZONE), LISTED) is None


def test_the_look_back_stands_in_the_text_of_the_condition() -> None:
    line = "convicted of misdemeanor in xx-list within 5 years"
    assert str(parse_condition([line])) == line
