"""`exeat law check` is green on the shipped law, and says no to each kind of damage."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from exeat.decide import verdict
from exeat.errors import UsageError
from exeat.facts.codec import record_from_json
from exeat.prove.check import CheckReport, check
from exeat.prove.proofs import CounterExample, Proof
from exeat.rules.library import shipped
from exeat.rules.loader import load_text, shipped_files
from exeat.rules.model import Jurisdiction
from exeat.rules.place import law_of_place

TODAY = date(2026, 11, 25)
PROOFS = ["ends", "conflicts", "fires", "monotone", "citizen", "unserved"]
Library = dict[str, Jurisdiction]

RULE = """
[[rule]]
id = "{id}"
about = "hold"
modality = "{modality}"
actor = "sheriff or jail"
binds = ["jail"]
trigger = "eligible"
when = "As this test has it."
if = {condition}
first_day = "2020-01-01"
source = ["xx-code-1"]
confidence = "low"
accepts = {accepts}
refuses = {refuses}
{more}
"""
HEAD = """
format = 1
[jurisdiction]
id = "us-xx"
name = "Example State"
kind = "state"
parent = "us"
zone = "America/New_York"
checked = "2026-11-25"
note = "A state that does not exist."
[[source]]
id = "xx-code-1"
title = "Example Code § 1"
kind = "{kind}"
effective = "2020-01-01"
ended = ""
url = "https://example.org/code/1"
basis = "read"
summary = "Nothing: there is no such code."
"""


def rule(name: str, modality: str, condition: str, more: str = "", **examples: str) -> str:
    """Return a rule of a state that does not exist; a test of one thing needs no examples."""
    return RULE.format(
        id=name,
        modality=modality,
        condition=condition,
        more=more,
        accepts=examples.get("accepts", '{ on = "2026-01-01" }'),
        refuses=examples.get("refuses", '{ on = "2019-01-01" }'),
    )


HOURS = 'hours = 48\nhours_run = "from-release-eligibility"\nexcludes = []'


def report_on(*rules: str, proofs: bool = True) -> tuple[CheckReport, Library]:
    text = HEAD.format(kind="statute") + "".join(rules)
    library = {"us": shipped()["us"], "us-xx": load_text(text, "us-xx.toml")}
    return check(library, proofs=proofs, today=TODAY), library


def codes(report: CheckReport) -> set[str]:
    """Return the codes of the faults, those of examples apart: most rules here have none."""
    return {fault.code for fault in report.faults} - {"E230"}


def proof(report: CheckReport, name: str) -> Proof:
    [found] = [proof for proof in report.proofs if proof.name == name]
    return found


def answer(library: Library, example: CounterExample, record: str = "") -> str:
    assert example.at is not None
    law = law_of_place(example.place, library)
    return verdict(record_from_json(record or example.record), law, example.at)[0].value


@pytest.fixture(scope="module")
def green() -> CheckReport:
    return check(shipped(), proofs=True, today=TODAY)


@pytest.mark.slow
def test_the_shipped_law_is_green(green: CheckReport) -> None:
    assert green.faults == ()
    assert [proof.name for proof in green.proofs if proof.holds] == PROOFS
    assert green.places == len(shipped_files())
    assert green.until == date(2027, 12, 31)


@pytest.mark.slow
def test_days_before_the_law_had_any_bound_are_told_and_not_passed_over(
    green: CheckReport,
) -> None:
    # The sheets date the federal ceiling from 1997, and the ban for citizens from 2014.
    assert [note[:21] for note in proof(green, "ends").notes] == ["not before 1997-04-01"]
    assert [note[:21] for note in proof(green, "citizen").notes] == ["not before 2014-04-11"]


@pytest.mark.slow
def test_contradictions_between_levels_are_shown_and_are_no_faults(green: CheckReport) -> None:
    pairs = {(found.must.id, found.ban.id) for found in green.contradictions if found.certain}
    assert ("tx-hold-comply", "us-probable-cause-for-hold") in pairs
    # Georgia's statute is only reported, so that it meets the court's ruling only possibly.
    open_ones = {(found.must.id, found.ban.id) for found in green.contradictions} - pairs
    assert ("ga-honor-detainer", "ga-probable-cause") in open_ones


def test_a_gap_between_two_versions_is_a_warning() -> None:
    older = rule("xx-a", "must-not", '["detainer.present"]', 'last_day = "2021-01-01"')
    newer = rule("xx-a", "must-not", '["detainer.present"]').replace("2020-01-01", "2021-02-01")
    report, _ = report_on(older, newer, proofs=False)
    assert any("`2021-01-02` to `2021-01-31`" in fault.message for fault in report.warnings)


def test_a_rule_that_follows_without_a_gap_is_no_warning() -> None:
    older = rule("xx-a", "must-not", '["detainer.present"]', 'last_day = "2021-01-01"')
    newer = rule("xx-a", "must-not", '["detainer.present"]').replace("2020-01-01", "2021-01-02")
    assert report_on(older, newer, proofs=False)[0].warnings == ()


def test_a_place_with_no_law_on_a_day_is_a_fault() -> None:
    country = HEAD.format(kind="statute").replace('"us-xx"', '"us"').replace('parent = "us"\n', "")
    first = rule("xx-a", "must-not", '["detainer.present"]', 'last_day = "2021-01-01"')
    later = rule("xx-b", "must-not", '["detainer.present"]').replace("2020-01-01", "2022-01-01")
    place = load_text(country + first + later, "us.toml")
    report = check({"us": place}, proofs=False, today=TODAY)
    assert [fault.code for fault in report.faults if fault.code == "E231"] == ["E231"]


# -- examples --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ({"accepts": '{ "detainer.present" = false }'}, "does not accept"),
        ({"refuses": '{ "detainer.present" = true }'}, "does not refuse"),
        ({"accepts": "[]"}, "no example that it must accept"),
        ({"refuses": "[]"}, "no example that it must refuse"),
        (
            {"refuses": '{ "detainer.present" = false, "warrant.judicial" = true }'},
            "which no record can show",
        ),
    ],
)
def test_an_example_that_is_wrong_is_a_fault(examples: dict[str, str], words: str) -> None:
    good = {
        "accepts": '{ "detainer.present" = true }',
        "refuses": '{ "detainer.present" = false }',
    }
    text = rule("xx-a", "must-not", '["detainer.present"]', **{**good, **examples})
    report, _ = report_on(text, proofs=False)
    assert [fault.code for fault in report.faults] == ["E230"]
    assert words in report.faults[0].message
    assert report_on(rule("xx-a", "must-not", '["detainer.present"]', **good), proofs=False)[
        0
    ].green


def test_all_faults_are_told_at_once() -> None:
    text = rule("xx-a", "must-not", '["detainer.present"]', accepts="[]", refuses="[]")
    orphan = rule("xx-b", "must-not", '["charged in xx-nowhere"]')
    report, _ = report_on(text, orphan, proofs=False)
    assert {fault.code for fault in report.faults} == {"E222", "E230"}
    assert len(report.faults) >= 3


# -- proofs ----------------------------------------------------------------------------------

MUST = ("xx-must", "must", '["detainer.asks_hold", "detainer.in_effect"]', HOURS)


def test_a_command_and_a_ban_of_one_file_that_meet_are_a_fault() -> None:
    ban = rule("xx-ban", "must-not", '["detainer.present", "not warrant.administrative"]')
    report, library = report_on(rule(*MUST), ban)
    assert codes(report) == {"E233", "E234"}
    [example] = proof(report, "conflicts").counter_examples
    assert {"xx-ban", "xx-must"} <= set(example.rules)
    assert answer(library, example) == "conflict"
    apart = rule("xx-ban", "must-not", '["detainer.present", "not detainer.asks_hold"]')
    assert codes(report_on(rule(*MUST), apart)[0]) == set()


def test_a_courts_ban_beside_a_statutes_command_is_shown_and_no_fault() -> None:
    case = HEAD.format(kind="case").split("[[source]]")[1].replace("xx-code-1", "xx-case")
    ban = rule("xx-ban", "must-not", '["detainer.present"]').replace("xx-code-1", "xx-case")
    report, _ = report_on("[[source]]" + case, rule(*MUST), ban)
    assert codes(report) == set()
    assert ("xx-must", "xx-ban") in {(c.must.id, c.ban.id) for c in report.contradictions}


@pytest.mark.parametrize(
    ("modality", "condition", "more", "verdict_of"),
    [
        ("may", '["detainer.asks_hold"]', "", "may-hold"),
        ("must", '["warrant.administrative"]', "", "must-hold"),
        ("may", '["warrant.administrative"]', 'rests_on = "warrant"', "may-hold"),
    ],
)
def test_a_hold_without_an_end_is_found(
    modality: str, condition: str, more: str, verdict_of: str
) -> None:
    # The federal ceiling would end a hold on a detainer: the damage is seen without it.
    endless = rule("xx-endless", modality, condition, more)
    text = HEAD.format(kind="statute").replace('"us-xx"', '"us"').replace('parent = "us"\n', "")
    library = {"us": load_text(text + endless, "us.toml")}
    report = check(library, proofs=True, today=TODAY)
    [example, *_] = proof(report, "ends").counter_examples
    assert example.rules == ("xx-endless",)
    assert answer(library, example) == verdict_of
    assert codes(report) == {"E234"}


def test_a_hold_on_a_judges_warrant_may_have_no_end() -> None:
    warrant = rule("xx-warrant", "must", '["warrant.judicial"]', 'rests_on = "warrant"')
    assert proof(report_on(warrant)[0], "ends").holds


def test_a_rule_that_can_never_fire_is_found() -> None:
    never = rule("xx-never", "may", '["warrant.federal_judge", "not warrant.judicial"]', HOURS)
    report, _ = report_on(never)
    [example] = proof(report, "fires").counter_examples
    assert example.rules == ("xx-never",)
    assert report.faults[-1].place.startswith("us-xx.toml:")


def test_a_rule_that_changes_nothing_is_noted() -> None:
    twice = [rule(name, "must-not", '["detainer.present"]') for name in ("xx-a", "xx-b")]
    report, _ = report_on(*twice)
    assert any("`xx-a`" in note for note in proof(report, "fires").notes)


def test_a_hold_that_a_missing_ground_brings_about_is_found() -> None:
    odd = rule("xx-odd", "may", '["detainer.asks_hold", "not warrant.administrative"]', HOURS)
    report, library = report_on(odd)
    examples = proof(report, "monotone").counter_examples
    [example, *_] = [e for e in examples if "warrant.administrative" in e.says]
    assert answer(library, example) == "may-hold"
    assert answer(library, example, example.before) in ("release", "overdue", "notify-first")


def test_a_ground_that_a_ban_turns_on_is_found_at_any_instant() -> None:
    longer = 'hours = 96\nhours_run = "from-release-eligibility"\nexcludes = []'
    short = rule("xx-short", "may", '["warrant.administrative"]', HOURS)
    long = rule("xx-long", "may", '["detainer.present", "not warrant.administrative"]', longer)
    text = HEAD.format(kind="statute").replace('"us-xx"', '"us"').replace('parent = "us"\n', "")
    library = {"us": load_text(text + short + long, "us.toml")}
    [example, *_] = proof(check(library, proofs=True, today=TODAY), "monotone").counter_examples
    assert answer(library, example) == "may-hold"
    assert answer(library, example, example.before) == "overdue"


CITIZEN = '["detainer.present", "person.citizenship_shown"]'
PREVAILS = "prevails = true"


def country(*rules: str) -> CheckReport:
    """Check a law without the federal one, so that its bans hide no damage."""
    head = HEAD.format(kind="statute").replace('"us-xx"', '"us"').replace('parent = "us"\n', "")
    text = head.replace('kind = "state"', 'kind = "country"') + "".join(rules)
    return check({"us": load_text(text, "us.toml")}, proofs=True, today=TODAY)


def test_a_citizen_whom_a_command_reaches_is_found() -> None:
    stay = rule("xx-stay", "must-not", CITIZEN, PREVAILS)
    assert proof(country(rule(*MUST), stay), "citizen").holds
    [example, *_] = proof(country(rule(*MUST)), "citizen").counter_examples
    assert example.rules == ("xx-must",)


def test_a_ban_that_does_not_prevail_leaves_a_citizen_to_counsel() -> None:
    ban = rule("xx-ban", "must-not", CITIZEN)
    assert not proof(country(rule(*MUST), ban), "citizen").holds


def test_a_citizen_whom_only_counsels_word_would_hold_is_found() -> None:
    judged = rule("xx-must", "must", '["detainer.asks_hold"]', HOURS + "\njudge = true")
    assert not proof(country(judged), "citizen").holds


def test_a_command_on_a_form_that_was_not_served_is_found() -> None:
    unserved = rule("xx-must", "must", '["detainer.asks_hold"]', HOURS)
    [example, *_] = proof(country(unserved), "unserved").counter_examples
    assert "not served" in example.says
    assert proof(country(rule(*MUST)), "unserved").holds


def test_a_ban_that_stands_over_a_command_is_no_conflict() -> None:
    stay = rule("xx-stay", "must-not", '["detainer.present"]', PREVAILS)
    report = country(rule(*MUST), stay)
    assert proof(report, "conflicts").holds
    assert report.contradictions == ()


def test_without_z3_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = builtins.__import__

    def no_z3(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "z3":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_z3)
    with pytest.raises(UsageError, match=r"exeat\[proofs\]"):
        report_on(rule(*MUST))
    assert report_on(rule(*MUST), proofs=False)[0].proofs == ()
