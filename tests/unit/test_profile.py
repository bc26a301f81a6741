"""A profile is a layer on the law: what it answers acts, and what it leaves open stays open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.invented_law import CONTEST, HEAD, LEVELS, PARENTS, rule

from exeat.errors import LawError
from exeat.facts.times import Truth
from exeat.rules.layer import stale
from exeat.rules.library import shipped
from exeat.rules.loader import load_text
from exeat.rules.model import Actor, Modality, RestsOn
from exeat.rules.place import LawOfPlace, World, law_of_place
from exeat.rules.profile import fingerprint
from exeat.rules.profile_file import (
    load_tables,
    profile_of,
    profile_path,
    profile_text,
    read_profile,
    save_profile,
)

PLACE = "us-xx-here"
SIGNED = {"cite": "Invented Code § 1", "by": "Ann Example", "title": "Counsel", "on": "2026-11-20"}
JUDGE = "judge = true\n"
LIST = """
[[offences]]
id = "listed"
citation = "Invented Code § 2"
statutes = ["XX 1"]
source = ["code"]
"""


def law_with(files: dict[str, str], **answers: Any) -> LawOfPlace:
    library = {}
    for place, kind in LEVELS.items():
        more = f'parent = "{PARENTS[place]}"' if place in PARENTS else ""
        text = HEAD.format(id=place, kind=kind, more=more) + files.get(place, "")
        library[place] = load_text(text, f"{place}.toml")
    tables = {"place": {"id": PLACE}, **answers}
    return law_of_place(PLACE, library, profile=read_profile(tables, "profile"))


def world(law: LawOfPlace, day: str = "2026-11-25") -> World:
    [only] = law.on(date.fromisoformat(day)).worlds
    return only


def ids(law: LawOfPlace, modality: Modality, day: str = "2026-11-25") -> list[str]:
    one = world(law, day)
    found = {Modality.MUST: one.musts, Modality.MAY: one.mays, Modality.MUST_NOT: one.bans}
    return [rule.id for rule, _ in found[modality]]


# -- 1: the power to hold ---------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "power"), [("yes", True), ("no", False)])
def test_the_power_answered_is_that_of_the_place(answer: str, power: bool) -> None:
    law = law_with({}, power={"answer": answer, **SIGNED})
    assert law.hold_power(date(2026, 11, 20)) is power
    [source] = law.chain[-1].hold_power_source
    assert "Ann Example, Counsel, on 2026-11-20: Invented Code § 1" in (
        law.chain[-1].sources[source].title
    )


def test_a_power_not_decided_stays_unknown() -> None:
    assert law_with({}, power={"answer": "undecided"}).hold_power(date(2026, 11, 20)) is None


def test_a_power_with_a_first_day_is_not_known_before() -> None:
    law = law_with({}, power={"answer": "yes", "first_day": "2019", **SIGNED})
    days = [date(year, 6, 1) for year in (2018, 2019, 2020)]
    assert [law.hold_power(day) for day in days] == [None, None, True]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_power_with_a_first_day_leaves_what_the_file_said_before(answer: str) -> None:
    library = shipped()
    since = {"answer": answer, "first_day": "2026-11-20", **SIGNED}
    profile = read_profile({"place": {"id": "us-tx"}, "power": since}, "profile")
    plain, laid = (law_of_place("us-tx", library, profile=one) for one in (None, profile))
    before, then = date(2026, 11, 19), date(2026, 11, 20)
    assert plain.hold_power(before) is True
    assert laid.hold_power(before) is True
    assert laid.hold_power(then) is (answer == "yes")
    assert then in laid.turning_days


# -- 2: what a person must judge --------------------------------------------------------------

JUDGED = {"us-xx": rule("must", hours=48, more=JUDGE)}


def judged(answer: str, **more: Any) -> dict[str, Any]:
    return {"judged": [{"rule": "must", "answer": answer, **more, **SIGNED}]}


def test_a_rule_that_applies_is_plain_and_cites_who_said_so() -> None:
    law = law_with(JUDGED, **judged("applies"))
    [(rule, force)] = world(law).musts
    assert force is True
    assert not rule.judge
    assert law.source(rule, "signed-judged-must").title.startswith("Signed by Ann Example")


def test_an_unread_rule_that_applies_is_read() -> None:
    law = law_with({"us-xx": rule("must", hours=48, more="unread = true\n")}, **judged("applies"))
    [(found, _)] = world(law).musts
    assert (found.judge, found.unread) == (False, False)


def test_a_rule_that_applies_on_conditions_has_them() -> None:
    law = law_with(JUDGED, **judged("applies", needs_warrant=True, needs_service=True))
    [(found, _)] = world(law).musts
    assert str(found.condition) == "detainer.present and warrant.administrative and detainer.served"


def test_a_rule_that_applies_begins_when_counsel_says() -> None:
    by_year = {"us-xx": rule("must", hours=48, first_day="2026", more=JUDGE)}
    law = law_with(by_year, **judged("applies", first_day="2026-07-01"))
    assert ids(law, Modality.MUST, "2026-06-30") == []
    assert world(law, "2026-07-01").musts[0][1] is True


def test_a_rule_that_does_not_apply_is_gone_and_stays_to_be_seen() -> None:
    law = law_with(JUDGED, **judged("does-not-apply"))
    assert ids(law, Modality.MUST) == []
    [gone] = law.removed
    assert (gone.rule.id, gone.signed.by, gone.why) == (
        "must",
        "Ann Example",
        "does not apply here",
    )


def test_a_rule_not_decided_stays_as_it_is() -> None:
    [(found, _)] = world(law_with(JUDGED, **judged("undecided"))).musts
    assert found.judge


def test_a_plain_rule_cannot_be_judged_away() -> None:
    law = law_with({"us-xx": rule("must", hours=48)}, **judged("does-not-apply"))
    assert ids(law, Modality.MUST) == ["must"]
    assert [fault.code for fault in stale(law.chain, law.profile)] == ["E227"]  # type: ignore[arg-type]


def test_another_text_than_the_one_that_was_judged_is_undecided_again() -> None:
    before = law_with(JUDGED)
    saw = fingerprint(before.rules[-1])
    kept = law_with(JUDGED, **judged("does-not-apply", saw=saw))
    changed = {"us-xx": rule("must", hours=72, more=JUDGE)}
    anew = law_with(changed, **judged("does-not-apply", saw=saw))
    assert (ids(kept, Modality.MUST), ids(anew, Modality.MUST)) == ([], ["must"])
    [fault] = stale(anew.chain, anew.profile)  # type: ignore[arg-type]
    assert "undecided again" in fault.message


@pytest.mark.parametrize(
    "moved",
    [
        {"prevails": True},
        {"policy": True},
        {"rests_on": RestsOn.WARRANT},
        {"binds": frozenset({Actor.PRISON})},
    ],
    ids=lambda moved: next(iter(moved)),
)
def test_a_rule_that_does_something_else_under_the_same_words_is_another(
    moved: dict[str, Any],
) -> None:
    [found] = [one for one in law_with(JUDGED).rules if one.id == "must"]
    assert fingerprint(found) != fingerprint(replace(found, **moved))
    both = replace(found, binds=frozenset({Actor.JAIL, Actor.PRISON}))
    other = replace(found, binds=frozenset({Actor.PRISON, Actor.JAIL}))
    assert fingerprint(both) == fingerprint(other)


def test_an_answer_is_about_the_version_of_its_day_and_no_later_one() -> None:
    old = rule("must", hours=48, more=f'last_day = "2026-12-31"\n{JUDGE}')
    new = rule("must", hours=48, first_day="2027-01-01", more=JUDGE)
    law = law_with({"us-xx": old + new}, **judged("does-not-apply"))
    assert ids(law, Modality.MUST, "2026-12-31") == []
    assert ids(law, Modality.MUST, "2027-01-01") == ["must"]


def test_a_profile_in_which_nothing_is_decided_changes_nothing() -> None:
    library = shipped()
    for place in library:
        plain = law_of_place(place, library)
        profile = read_profile({"place": {"id": place}}, "profile")
        laid = law_of_place(place, library, profile=profile)
        assert laid.rules == plain.rules
        assert laid.turning_days == plain.turning_days
        for day in (date(2018, 6, 1), date(2026, 11, 20)):
            assert laid.on(day) == plain.on(day)


# -- 3: agreements ----------------------------------------------------------------------------


def on(law: LawOfPlace, *days: str) -> list[Truth]:
    return [law.agreement_on(date.fromisoformat(day)) for day in days]


def test_an_agreement_answers_by_its_days() -> None:
    days = {"first_day": "2026-03-01", "last_day": "2026-06-30"}
    jail = {"model": "jail", "covers_hold": True, **days, **SIGNED}
    law = law_with({}, agreement=[jail])
    assert on(law, "2026-02-28", "2026-03-01", "2026-06-30", "2026-07-01") == [
        False, True, True, False,
    ]  # fmt: skip
    assert date(2026, 7, 1) in law.turning_days
    assert law.on(date(2026, 3, 1)).agreement is True


def test_no_agreement_and_none_said_are_not_the_same() -> None:
    assert on(law_with({}, agreement=[{"model": "none", **SIGNED}]), "2026-03-01") == [False]
    assert on(law_with({}), "2026-03-01") == [None]


MODELS = ("jail", "warrant-service", "task-force")


@pytest.mark.parametrize("model", MODELS)
def test_an_agreement_covers_no_hold_in_a_jail_unless_counsel_says_so(model: str) -> None:
    made = {"model": model, "first_day": "2025-01-01", **SIGNED}
    assert on(law_with({}, agreement=[made]), "2024-12-31", "2026-03-01") == [False, None]
    for covers in (True, False):
        law = law_with({}, agreement=[made | {"covers_hold": covers}])
        assert on(law, "2026-03-01") == [covers]


@pytest.mark.parametrize(
    ("certified", "covers"), [(None, True), (True, True), (False, None)], ids=str
)
def test_where_no_certified_officer_is_on_each_shift_the_record_must_say(
    certified: Truth, covers: Truth
) -> None:
    jail = {"model": "jail", "first_day": "2025-01-01", "covers_hold": True, **SIGNED}
    told = {} if certified is None else {"certified_each_shift": certified}
    assert on(law_with({}, agreement=[jail | told]), "2026-03-01") == [covers]
    denied = law_with({}, agreement=[jail | told | {"covers_hold": False}])
    assert on(denied, "2026-03-01") == [False]


# -- 4 and 5: policies ------------------------------------------------------------------------

MAY = {"us-xx": rule("may", hours=48)}


@pytest.mark.parametrize(
    ("policy", "condition"),
    [
        ("none", "detainer.present"),
        ("judge-warrant", "detainer.present"),
        ("administrative-warrant", "detainer.present and not warrant.administrative"),
    ],
)
def test_a_policy_is_a_ban_that_says_whose_it_is(policy: str, condition: str) -> None:
    law = law_with(MAY, holds={"policy": policy, **SIGNED})
    [ban, *rest] = [rule for rule, _ in world(law).bans]
    assert ban.policy
    assert ban.when.startswith("This office's policy: ")
    assert str(ban.condition) == condition
    assert [one.rests_on for one in rest] == [RestsOn.WARRANT] * (policy == "none")
    assert ids(law, Modality.MUST_NOT, "2026-11-19") == [], "not before it was signed"


def test_where_a_supervisor_decides_nothing_is_banned_and_the_decision_is_entered() -> None:
    law = law_with(MAY, holds={"policy": "supervisor", **SIGNED})
    assert ids(law, Modality.MUST_NOT) == []
    [(entry, _)] = law.on(date(2026, 11, 25)).others
    assert (entry.id, entry.policy) == ("office-supervisor-decides", True)


@pytest.mark.parametrize(
    ("policy", "modality"),
    [("tell", "may"), ("on-request", "may"), ("do-not-tell", "must-not")],
)
def test_telling_is_policy_and_never_a_duty(policy: str, modality: str) -> None:
    said = {"policy": policy, "who": "the booking desk", "lead_hours": 4, **SIGNED}
    law = law_with({}, telling=said)
    [(rule, _)] = law.on(date(2026, 11, 25)).others
    assert (rule.policy, rule.modality.value, rule.to) == (True, modality, "ice")
    assert "the booking desk" in rule.when
    assert "4 hours" in rule.when


# -- 6 to 9 -----------------------------------------------------------------------------------

CONTESTED = {
    "us-xx": CONTEST
    + rule("may", "on-yes", hours=48, more='reading = "point/yes"\n')
    + rule("may", "on-no", hours=24, more='reading = "point/no"\n')
}


def test_a_chosen_reading_leaves_one_world() -> None:
    two = law_with(CONTESTED)
    assert len(two.on(date(2026, 11, 25)).worlds) == 2
    chosen = [{"contest": "point", "reading": "no", **SIGNED}]
    law = law_with(CONTESTED, reading=chosen)
    assert ids(law, Modality.MAY) == ["on-no"]
    assert world(law).name() == "point/no"
    assert [(gone.rule.id, gone.why) for gone in law.removed] == [
        ("on-yes", "`point` is read as `no` here")
    ]


def test_a_reading_that_the_law_no_longer_has_takes_no_law_away() -> None:
    library = shipped()
    chosen = [{"contest": "us-48-hours", "reading": "renamed", **SIGNED}]
    profile = read_profile({"place": {"id": "us-wv"}, "reading": chosen}, "profile")
    plain, laid = (law_of_place("us-wv", library, profile=one) for one in (None, profile))
    assert laid.removed == ()
    assert laid.rules == plain.rules
    day = date(2026, 11, 20)
    assert laid.on(day) == plain.on(day)
    assert len(laid.on(day).worlds) == 2
    assert [fault.code for fault in stale(plain.chain, profile)] == ["E227"]


def test_who_serves_and_what_to_do_meanwhile_are_at_hand() -> None:
    law = law_with(
        {},
        serving={"who": "the booking sergeant", **SIGNED},
        while_undecided={
            "do": "call", "name": "Counsel", "number": "555-0100", "minutes": 30, **SIGNED,
        },
    )  # fmt: skip
    assert law.serves == "the booking sergeant"
    assert str(law.undecided) == "ring Counsel at 555-0100, for at most 30 minutes"
    assert law_with({}).undecided is None


def test_a_completed_list_is_complete_and_has_what_was_added() -> None:
    files = {"us-xx": LIST}
    law = law_with(files, list=[{"id": "listed", "complete": True, "statutes": ["XX 2"], **SIGNED}])
    assert law.in_list.lists["listed"].complete
    assert law.in_list.lists["listed"].statutes == ("XX 1", "XX 2")
    assert not law_with(files).in_list.lists["listed"].complete


# -- the file ---------------------------------------------------------------------------------

WHOLE: dict[str, Any] = {
    "format": 1,
    "place": {"id": "us-oh-39049", "name": "Franklin County, Ohio", "fips": "39049"},
    "power": {"answer": "no", **SIGNED},
    "judged": [{"rule": "us-1252c-arrest", "answer": "applies", "needs_warrant": True, **SIGNED}],
    "agreement": [{"model": "none", **SIGNED}],
    "reading": [{"contest": "us-48-hours", "reading": "form", **SIGNED}],
}


def test_a_profile_is_written_and_read_as_it_was(tmp_path: Path) -> None:
    save_profile(WHOLE, tmp_path)
    again = profile_of("us-oh-39049", tmp_path)
    assert again is not None
    assert load_tables(profile_path("us-oh-39049", tmp_path)) == WHOLE
    law = law_of_place("39049", shipped(), profile=again)
    assert law.chain[-1].adoption is not None
    assert law.hold_power(date(2026, 11, 20)) is False
    assert profile_text(WHOLE).count("# Not decided.") == 5


def test_a_profile_that_changes_keeps_what_it_was(tmp_path: Path) -> None:
    first = save_profile(WHOLE, tmp_path)
    save_profile(WHOLE, tmp_path)
    second = save_profile(WHOLE | {"power": {"answer": "yes", **SIGNED}}, tmp_path)
    earlier = list((tmp_path / "places" / "earlier").iterdir())
    assert [path.name for path in earlier] == ["us-oh-39049.1.toml"]
    assert read_profile(load_tables(earlier[0]), "x").power == first.power
    assert first.sha256 != second.sha256


def test_all_faults_of_a_profile_are_told_at_once(tmp_path: Path) -> None:
    bad = {
        "place": {"id": "us-oh-39049"},
        "powr": {},
        "power": {"answer": "perhaps", "by": "Ann Example", "title": "Counsel", "on": "2026"},
        "judged": [{"rule": "a", "answer": "applies", "needs_warrant": "yes", **SIGNED}] * 2,
        "agreement": [{"model": "jail", **SIGNED}],
        "while_undecided": {"do": "call", **SIGNED},
    }
    with pytest.raises(LawError) as caught:
        save_profile(bad, tmp_path)
    told = [f"{fault.place}: {fault.message}" for fault in caught.value.faults]
    assert told == [
        "profile: unknown table `powr`",
        "profile, question 1 (power), `answer`: `perhaps` will not do",
        "profile, question 1 (power), `on`: `2026` is no day",
        "profile, question 1 (power), `cite`: is missing",
        "profile, question 2 (judged `a`), `needs_warrant`: `yes` will not do",
        "profile, question 2 (judged `a`): stands twice",
        "profile, question 2 (judged `a`), `needs_warrant`: `yes` will not do",
        "profile, question 3 (agreement), `first_day`: is missing",
        "profile, question 9 (while_undecided), `name`: is missing",
        "profile, question 9 (while_undecided), `number`: is missing",
        "profile, question 9 (while_undecided), `minutes`: is missing",
    ]
    assert all(fault.help and "\n" not in fault.message for fault in caught.value.faults)
    assert not list(tmp_path.iterdir())


def test_no_agreement_beside_an_agreement_is_refused() -> None:
    both = [{"model": "none", **SIGNED}, {"model": "jail", "first_day": "2026", **SIGNED}]
    with pytest.raises(LawError, match="says `none` and names an agreement"):
        read_profile({"place": {"id": PLACE}, "agreement": both}, "profile")


def test_the_profile_of_another_place_is_refused() -> None:
    with pytest.raises(LawError, match="is for `us-oh-39049`, and the place is `us-oh`"):
        law_of_place("us-oh", shipped(), profile=read_profile(WHOLE, "profile"))


def test_what_a_profile_answers_and_nobody_asks_is_told() -> None:
    tables = WHOLE | {
        "judged": [{"rule": "us-1252-arrest", "answer": "applies", **SIGNED}],
        "reading": [{"contest": "us-48-hours", "reading": "forms", **SIGNED}],
        "list": [{"id": "nowhere", "complete": True, **SIGNED}],
    }
    found = list(stale(law_of_place("39049", shipped()).chain, read_profile(tables, "p")))
    assert len(found) == 3
    assert "`us-1252c-arrest`" in found[0].help
    assert "regulation, form" in found[1].help
