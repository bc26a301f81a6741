"""Facts that decide together, where none of them decides by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.invented_law import ELIGIBLE, RECORD, Law, rule

from exeat.decide import Certainty, Verdict, decide, verdict
from exeat.facts.record import CustodyRecord

ON_ONE = rule("may", "one", '"detainer.names_this_person", "detainer.names_watch_list_match"')
ON_OTHER = rule(
    "may", "other", '"detainer.names_federal_felony_warrant", "person.victim_or_witness"'
)
EACH = (True, False, None)


def weighed(law: str, record: CustodyRecord) -> tuple[Verdict, Certainty]:
    return verdict(record, Law({"us-xx": law}).place(), ELIGIBLE + timedelta(hours=1))[:2]


def two(one: bool | None, other: bool | None) -> CustodyRecord:
    """Return a record with two requests, each on two facts that are true, false, or not known."""
    [paper] = RECORD.detainers
    papers = (
        replace(paper, id="d1", names_this_person=one, names_watch_list_match=one),
        replace(paper, id="d2", names_this_person=other, names_watch_list_match=other),
    )
    return replace(RECORD, detainers=papers, bases_complete=True)


@pytest.mark.parametrize("other", EACH)
@pytest.mark.parametrize("one", EACH)
def test_what_two_requests_leave_open_is_asked(one: bool | None, other: bool | None) -> None:
    found, sure = weighed(ON_ONE, two(one, other))
    if True in (one, other):
        assert found is Verdict.MAY_HOLD
    elif None in (one, other):
        assert (found, sure) == (Verdict.UNKNOWN, Certainty.CERTAIN)
    else:
        assert found is Verdict.RELEASE


def test_two_rules_of_two_open_facts_each_are_open() -> None:
    record = replace(RECORD, bases_complete=True)
    assert weighed(ON_ONE + ON_OTHER, record) == (Verdict.UNKNOWN, Certainty.CERTAIN)
    answer = decide(
        record, Law({"us-xx": ON_ONE + ON_OTHER}).place(), ELIGIBLE + timedelta(hours=1)
    )
    assert answer.questions
