"""Law files that cannot be read: one tiny file a fault, and the words that are told."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exeat.errors import ExeatError, LawError
from exeat.intake.mapping import read_mapping
from exeat.rules._reading import law_tables
from exeat.rules.library import library, read_files, shipped
from exeat.rules.loader import load_file, load_text
from exeat.rules.place import law_of_place
from exeat.say.words import say_days

HERE = Path(__file__).parent / "bad_law"

FAULTS: dict[str, tuple[str, ...]] = {
    "unknown_key": ("unknown_key.toml:27:", "`xx-no-hold`: unknown key `triger`", "`trigger`?"),
    "unknown_table": ("unknown_table.toml:34:", "unknown table `rules`", "Did you mean `rule`?"),
    "no_jurisdiction": ("no_jurisdiction.toml:1:", "has no [jurisdiction]", "Begin with"),
    "wrong_format": ("wrong_format.toml:1:", "format is `2`", "Write `format = 1`"),
    "missing_key": ("missing_key.toml:21:", "rule `xx-no-hold` has no `confidence`", "Add it."),
    "no_source": ("no_source.toml:21:", "`xx-no-hold` rests on no source", "at least one source"),
    "unresolvable_source": (
        "unresolvable_source.toml:31:", "source `xx-code-2`, which is not in this file",
        "Did you mean `xx-code-1`?",
    ),
    "hours_without_hours_run": (
        "`hours = 48` has no `hours_run`", "nobody can tell when the clock starts",
        "from-release-eligibility, from-detainer-presented, from-booking, before-release",
    ),
    "excludes_without_hours": (
        "excludes_without_hours.toml:33:", "`excludes` without `hours`", "Give the hours.",
    ),
    "hours_and_end_of_day": ("`-1` hours: a limit cannot be negative", "Mend the hours."),
    "unknown_day_left_out": ("excludes: `sundays` will not do", "Did you mean `sunday`?"),
    "overlapping_versions": (
        "overlapping_versions.toml:34:", "this version begins 2020-01-01",
        "the one of line 21 has not ended", "Give the older one a `last_day`",
    ),
    "unknown_fact": (
        "unknown_fact.toml:29:", "`detainer.presnt` is no fact", "Did you mean `detainer.present`?",
    ),
    "bad_code": ("`I-247B` is no code of `detainer.form`", "Did you mean `I-247"),
    "fact_without_its_code": ("`detainer.form` is written `detainer.form is I-247 |",),
    "condition_that_cannot_be_read": ("neither a fact nor a table of `any`, `all` or `none`",),
    "bad_day": ("first_day: `2019-13-01` is no day", "2019-05-21, 2019-05, 2019 or `unknown`"),
    "ends_before_it_begins": ("ends_before_it_begins.toml:21:", "ends before it begins"),
    "duty_to_nobody": ("is a duty and does not say to whom", "Add `to`: ice, person, judge"),
    "prevails_below_the_country": (
        "prevails_below_the_country.toml:33:", "is no federal ban on a hold", "Take `prevails` out",
    ),
    "act_that_is_long": ("act_that_is_long.toml:33:", "is no short sentence", "at most 15 words"),
    "act_without_an_end": ("act `Hold nobody` is no short sentence", "end with a full stop"),
    "page_without_a_date": (
        "page_without_a_date.toml:19:", "page_date: `last spring` is no date", "Write 2026-03-01",
    ),
    "ended_by": ("ended_by.toml:21:", "last_day: `by:2026-01-31` is no last day", "`unknown` if"),
    "in_force_by_no_day": ("first_day: `by:2019` is no day", "or `by:2019-05-21` for a first day"),
    "look_back_on_a_charge": ("only a conviction has a look-back", "Mend the condition."),
    "class_that_there_is_not": ("`felonies` is no class of offence", "Did you mean `felony`?"),
    "contest_with_one_reading": ("contest `xx-contest` has fewer than two readings", "Give both."),
    "unknown_reading": ("no reading `xx-contest/maybe`", "Use one."),
    "source_twice": ("source `xx-code-1` stands twice", "Keep one."),
    "source_without_a_link": ("url: `see the library` is no link",),
    "unknown_modality": ("modality: `mustnt` will not do", "Did you mean `must-not`?"),
    "hold_power_without_source": ("hold_power = `True` rests on no source", "`hold_power_source`"),
    "example_with_an_unknown_fact": ("accepts: `detainer.presnt` is no fact", "Mend the example."),
    "value_of_another_type": ("binds: `3` is not a list of texts", "Write a list of texts."),
    "not_toml": ("not_toml.toml: is not TOML", "line 4", "Mend the line"),
    "not_utf8": ("not_utf8.toml: cannot be read", "utf-8", "Check the file."),
    "several_faults": (
        "checked: `soon` is no day", "basis: `heard` will not do", "modality: `mustnt` will not do",
        "confidence `sure`",
    ),
}  # fmt: skip

CHAIN: dict[str, tuple[str, ...]] = {
    "chain_unknown_list": ("no offence list `xx-lst`", "Did you mean `xx-list`?"),
    "chain_unknown_reading": (
        "no reading `us-48-hours/regulatoin` in the chain", "`us-48-hours/regulation`?",
    ),
    "chain_suspends_nothing": (
        "suspends `us-hold-48-celing`, which no parent has", "`us-hold-48-ceiling`?",
    ),
    "chain_unknown_parent": ("no law is known for `us-va-fairfacks`", "`us-va-fairfax`?"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_place_and_remedy(name: str) -> None:
    with pytest.raises(LawError) as refused:
        load_file(HERE / f"{name}.toml")
    for words in FAULTS[name]:
        assert words in str(refused.value)
    for fault in refused.value.faults:
        assert fault.code.startswith("E2")
        assert fault.help
        assert "\n" not in fault.message
    assert pickle.loads(pickle.dumps(refused.value)).faults == refused.value.faults


@pytest.mark.parametrize("read", [load_text, law_tables, read_mapping])
def test_a_file_nested_too_deeply_is_refused_in_words(read: Any) -> None:
    with pytest.raises(ExeatError, match=r"deep\.toml: is not TOML"):
        read("a = " + "[" * 20_000, "deep.toml")


def test_a_file_with_one_fault_is_told_one_fault() -> None:
    for name in FAULTS.keys() - {"several_faults"}:
        with pytest.raises(LawError) as refused:
            load_file(HERE / f"{name}.toml")
        assert len(refused.value.faults) == 1, refused.value


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    with pytest.raises(LawError) as refused:
        load_file(HERE / "several_faults.toml")
    lines = [int(fault.place.rsplit(":", 1)[1]) for fault in refused.value.faults]
    assert len(lines) == 4
    assert lines == sorted(lines)


@pytest.mark.parametrize("name", CHAIN)
def test_a_fault_that_only_the_chain_shows_is_told(name: str) -> None:
    place = load_file(HERE / f"{name}.toml")
    with pytest.raises(LawError) as refused:
        law_of_place("us-xx", {**shipped(), "us-xx": place})
    for words in CHAIN[name]:
        assert words in str(refused.value)


def test_a_place_that_is_not_known_is_told_with_a_near_miss() -> None:
    with pytest.raises(
        LawError, match=r"no law is known for `us-va-fairfx`\s.*\s.*`us-va-fairfax`\?"
    ):
        law_of_place("us-va-fairfx", shipped())


def test_two_files_for_one_place_are_refused() -> None:
    with pytest.raises(LawError, match=r"same_id_again.toml:1: `us-xx` is also in good.toml"):
        read_files([HERE / "same_id_again.toml", HERE / "good.toml"])


def test_the_faults_of_several_files_are_told_together() -> None:
    with pytest.raises(LawError) as refused:
        read_files([HERE / "bad_day.toml", HERE / "unknown_fact.toml", HERE / "good.toml"])
    assert [fault.place.split(":")[0] for fault in refused.value.faults] == [
        "bad_day.toml", "unknown_fact.toml",
    ]  # fmt: skip


def test_the_file_from_which_the_others_are_made_is_good() -> None:
    place = load_file(HERE / "good.toml")
    assert [rule.id for rule in place.rules] == ["xx-no-hold"]
    assert law_of_place("us-xx", {**shipped(), "us-xx": place}).chain[1] is place


def test_a_version_that_ends_before_the_next_begins_is_good() -> None:
    text = (HERE / "overlapping_versions.toml").read_text(encoding="utf-8")
    older = 'first_day = "2019-05-21"\n'
    ended = text.replace(older, older + 'last_day = "2019-12-31"\n')
    assert len(load_text(ended, "ended.toml").rules) == 2


def test_a_folder_of_adopted_law_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="is no folder of adopted law"):
        library(tmp_path / "nowhere")


def test_every_bad_file_is_tried() -> None:
    tried = {*FAULTS, *CHAIN, "good", "same_id_again"}
    assert {path.stem for path in HERE.glob("*.toml")} == tried


def test_a_rule_that_nobody_read_is_one_to_judge() -> None:
    text = (HERE / "good.toml").read_text(encoding="utf-8")
    [rule] = load_text(f"{text}unread = true\npolicy = true\n", "us-xx.toml").rules
    assert rule.unread and rule.judge and rule.policy


def test_in_force_by_a_day_is_certain_from_it_and_possible_before() -> None:
    text = (HERE / "good.toml").read_text(encoding="utf-8")
    text = text.replace('first_day = "2019-05-21"', 'first_day = "by:2016-03-01"')
    [rule] = load_text(text, "us-xx.toml").rules
    assert rule.in_force(date(2016, 2, 29)) is None
    assert rule.in_force(date(2016, 3, 1)) is True
    assert say_days(rule.first_day, None) == (
        "in force since a day not known (in force by 1 March 2016)"
    )


def test_a_federal_ban_may_prevail_and_a_rule_say_its_act() -> None:
    text = (HERE / "good.toml").read_text(encoding="utf-8")
    text = text.replace('id = "us-xx"', 'id = "us"').replace('kind = "state"', 'kind = "country"')
    text = text.replace('parent = "us"\n', "") + 'prevails = true\nact = "Let the person go."\n'
    [rule] = load_text(text, "us.toml").rules
    assert rule.prevails
    assert rule.act == "Let the person go."
