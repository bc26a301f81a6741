"""What a case remembers of one rule is never taken for what it knows of another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from exeat.decide.hold import rule_truth
from exeat.facts.case import Case, zone_of
from exeat.facts.record import CustodyRecord, Detainer
from exeat.rules.conditions import parse_condition
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place


def test_a_rule_that_is_gone_does_not_leave_its_truth_to_the_next() -> None:
    law = law_of_place("us", shipped())
    record = CustodyRecord(id="a", zone="UTC", booked=datetime(2026, 1, 1, tzinfo=UTC))
    case = Case(record, Detainer(id="d"), datetime(2026, 1, 2, tzinfo=UTC), zone_of("UTC"))
    rule = next(rule for rule in law.rules if not rule.judge)
    for _ in range(50):
        # Each rule is made, asked and dropped; its memory may go to the next at once.
        there = replace(rule, condition=parse_condition(["detainer.present"]))
        assert rule_truth(law, there, True, case) is True
        del there
        gone = replace(rule, condition=parse_condition(["not detainer.present"]))
        assert rule_truth(law, gone, True, case) is False
        del gone
