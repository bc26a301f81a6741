"""The parts of `exeat law check` and `exeat law diff`, one at a time."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from exeat.facts.truth import every, negate, some
from exeat.prove.changes import Change, ChangeKind, law_diff
from exeat.prove.check import _possible
from exeat.prove.choices import FactModel, choices_of
from exeat.prove.coverage import stretches
from exeat.prove.logic import Bits, ThreeValued
from exeat.rules.conditions import parse_condition
from exeat.rules.library import shipped
from exeat.rules.loader import load_text
from exeat.rules.model import Jurisdiction
from exeat.rules.place import law_of_place

STATE = """
format = 1
[jurisdiction]
id = "us-xx"
name = "Example State"
kind = "country"
zone = "America/New_York"
checked = "2026-11-25"
note = "A state that does not exist."
[[source]]
id = "xx-code-1"
title = "Example Code § 1"
kind = "statute"
effective = "2020-01-01"
ended = ""
url = "https://example.org/code/1"
basis = "read"
summary = "Nothing: there is no such code."
"""
RULE = """
[[rule]]
id = "xx-hold"
about = "hold"
modality = "must"
actor = "sheriff or jail"
binds = ["jail"]
trigger = "eligible"
when = "As this test has it."
if = ["detainer.asks_hold", "not person.status_shown"]
first_day = "2020-01-01"
hours = 48
hours_run = "from-release-eligibility"
excludes = []
source = ["xx-code-1"]
confidence = "low"
"""
NOW = date(2026, 3, 6)


def law(*rules: str) -> dict[str, Jurisdiction]:
    return {"us-xx": load_text(STATE + "".join(rules), "us-xx.toml")}


def diff(one: dict[str, Jurisdiction], other: dict[str, Jurisdiction]) -> list[Change]:
    return law_diff("us-xx", one, NOW, other, NOW)


def test_truth_tables_name_the_assignment() -> None:
    bits = Bits(["a", "b", "c"])
    only = bits.every([bits.var("a"), bits.negate(bits.var("b")), bits.var("c")])
    assert bits.assignment(only) == {"a": True, "b": False, "c": True}
    assert only.bit_count() == 1


@pytest.mark.parametrize("one", [True, False, None])
@pytest.mark.parametrize("other", [True, False, None])
def test_three_valued_logic_is_that_of_decide(one: bool | None, other: bool | None) -> None:
    three = ThreeValued(Bits([]))
    pairs = [three.const(one), three.const(other)]
    assert three.every(pairs) == three.const(every((one, other)))
    assert three.some(pairs) == three.const(some((one, other)))
    assert three.negate(pairs[0]) == three.const(negate(one))


@pytest.mark.parametrize(
    ("follows", "from_this"),
    [
        ("detainer.present", "warrant.administrative"),
        ("warrant.judicial", "warrant.federal_judge"),
        ("warrant.federal_judge", "warrant.federal_criminal"),
        ("person.status_shown", "person.citizenship_shown"),
        ("charge.any", "charge.felony"),
        ("charge.any", "charged in xx-list"),
        ("detainer.asks_hold", "detainer.form is I-247A"),
        ("detainer.asks_notice", "detainer.form is I-247G"),
        ("not detainer.asks_hold", "detainer.form is I-247G"),
    ],
)
def test_what_follows_by_construction_holds_on_every_record(follows: str, from_this: str) -> None:
    conditions = parse_condition([from_this]), parse_condition([follows])
    bits = Bits(name for each in conditions for atom in each.atoms() for name in choices_of(atom))
    cause, effect = (FactModel(bits).truth(condition).sure for condition in conditions)
    assert cause and not cause & ~effect


def test_examples_that_no_record_can_show_are_told_apart() -> None:
    assert _possible({"detainer.form": "I-247A", "detainer.asks_hold": True})
    assert not _possible({"detainer.form": "I-247G", "detainer.asks_hold": True})
    assert not _possible({"warrant.federal_judge": True, "warrant.judicial": False})
    assert not _possible({"detainer.present": False, "detainer.served": True})


def test_stretches_leave_no_day_out() -> None:
    found = list(stretches(law_of_place("us-va-fairfax", shipped()), date(2027, 12, 31)))
    days = [(stretch.first_day.toordinal(), stretch.last_day.toordinal()) for stretch in found]
    assert all(end + 1 == start for (_, end), (start, _) in itertools.pairwise(days))
    assert all(start <= end for start, end in days)


def test_nothing_changes_from_a_law_to_itself() -> None:
    assert diff(law(RULE), law(RULE.replace("As this test has it.", "In other words."))) == []


def test_a_new_command_is_told_with_the_facts_on_which_it_bites() -> None:
    [change] = [c for c in diff(law(), law(RULE)) if c.after == "must-hold"]
    assert (change.kind, change.before, change.rules) == (ChangeKind.HOLD, "release", ("xx-hold",))
    assert change.facts == ("not person.status_shown and detainer.asks_hold",)
    assert str(change) == f"if {change.facts[0]}: release -> must-hold"


def test_facts_on_which_the_answer_stays_are_not_named() -> None:
    narrower = RULE.replace('"not person.status_shown"', '"warrant.administrative"')
    told = {(c.before, c.after): c.facts for c in diff(law(RULE), law(narrower))}
    assert told[("release", "must-hold")] == (
        "warrant.administrative and person.status_shown and detainer.asks_hold",
    )
    assert told[("must-hold", "release")] == (
        "not warrant.administrative and not person.status_shown and detainer.asks_hold",
    )


def test_a_limit_that_changes_is_told() -> None:
    [change] = diff(law(RULE), law(RULE.replace("hours = 48", "hours = 72")))
    assert change.kind is ChangeKind.LIMIT
    assert (change.before[:8], change.after[:8]) == ("48 hours", "72 hours")


def test_a_duty_that_changes_is_told() -> None:
    duty = RULE.replace('"hold"', '"notify"').replace('"eligible"', '"release"')
    told = duty.replace("hours = 48", 'to = "ice"\nhours = 48')
    [change] = diff(law(), law(told))
    assert change.kind is ChangeKind.DUTY
    assert change.after.startswith("must notify to ice")


def test_two_days_of_one_law_are_compared() -> None:
    place = shipped()
    found = law_diff("us-tx", place, date(2017, 9, 24), place, date(2017, 9, 26))
    pairs = {(change.before, change.after) for change in found}
    assert ("release-unless-instructed", "must-hold") in pairs
    assert any("not person.status_shown" in fact for change in found for fact in change.facts)
