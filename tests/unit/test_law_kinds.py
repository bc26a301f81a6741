"""What is true of every shipped law file: faults mended once for all places stay mended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from exeat.facts.case import Case
from exeat.facts.codes import DetainerForm, OffenceClass, StatusProof
from exeat.facts.record import (
    Basis,
    BasisKind,
    Conviction,
    CustodyRecord,
    Detainer,
    Offence,
    Person,
)
from exeat.facts.times import NEVER, Truth, Uncertain
from exeat.rules.library import shipped
from exeat.rules.model import About, Modality, RestsOn, Rule, Trigger
from exeat.rules.place import law_of_place

RULES = [rule for place in shipped().values() for rule in place.rules]
NOON = datetime(2026, 11, 20, 20, tzinfo=UTC)

NOT_ON_THE_FORM = {"al-detain-until-handover"}
"""Commands that turn on a fact of which the request is only a stand-in."""


def named(*modalities: Modality) -> Iterator[tuple[Rule, set[str]]]:
    for rule in RULES:
        if rule.modality in modalities:
            yield rule, {str(atom) for atom in rule.condition.atoms()}


def test_every_hold_that_rests_on_a_form_waits_until_it_has_taken_effect() -> None:
    service = {"detainer.in_effect", "detainer.served"}
    found = {
        rule.id
        for rule, atoms in named(Modality.MUST, Modality.MAY)
        if rule.about is About.HOLD
        and rule.trigger is Trigger.ELIGIBLE
        and rule.rests_on is RestsOn.DETAINER
        and rule.clock is not None
        and "detainer.asks_hold" in atoms
        and not atoms & service
    }
    # Not even where a state official's order commands: the form has no effect unserved.
    assert found == set()


def test_no_request_for_notice_alone_brings_a_duty_of_a_detainer() -> None:
    found = {
        rule.id
        for rule, atoms in named(Modality.MUST)
        if rule.about is About.NOTIFY
        and rule.trigger is not Trigger.STANDING
        and any(atom.startswith("detainer.") for atom in atoms)
        and "detainer.asks_hold" not in atoms
    }
    # Ohio commands an answer to any lawful request for assistance.
    assert found == {"oh-assist"}


def test_a_notice_as_requested_asks_for_what_the_hold_asks() -> None:
    by_id = {rule.id: rule for rule in RULES}
    for state in ("fl", "la", "in", "ia", "ok", "tx", "wv"):
        hold = next(
            by_id[f"{state}-{name}"]
            for name in ("comply", "hold-comply")
            if f"{state}-{name}" in by_id
        )
        notice = by_id[f"{state}-notify-as-requested"]
        of_hold = {str(atom) for atom in hold.condition.atoms()}
        of_notice = {str(atom) for atom in notice.condition.atoms()}
        assert of_hold <= of_notice, state


@pytest.mark.parametrize(
    "rule",
    [
        "va-ask-and-query", "ffx-query-at-booking", "arl-required-data",
        "alx-communicate-on-charged", "nc-status-inquiry", "ok-status-check",
        "mo-status-check", "ut-verify-status",
    ],
)  # fmt: skip
def test_a_status_query_ends_with_proof_and_is_no_notice(rule: str) -> None:
    versions = [each for each in RULES if each.id == rule]
    assert versions
    for version in versions:
        assert version.about is About.STATUS_QUERY
        assert version.trigger is Trigger.BOOKING
        atoms = {str(atom) for atom in version.condition.atoms()}
        assert atoms & {"person.citizenship_shown", "person.status_shown"}, rule


def test_georgias_effort_to_determine_status_has_no_exception() -> None:
    assert bite("us-ga", "ga-status-within-48h", proof=StatusProof.NONE) is True
    assert bite("us-ga", "ga-status-within-48h", proof=StatusProof.CITIZENSHIP) is True


def test_only_federal_bans_prevail_and_they_are_about_this_person() -> None:
    assert {rule.id for rule in RULES if rule.prevails} == {"us-no-hold-wrong-person"}


def test_a_text_that_nobody_read_never_decides_whatever_it_says() -> None:
    unread = [rule for rule in RULES if rule.unread]
    assert all(rule.judge for rule in unread)
    assert {Modality.MUST, Modality.MAY, Modality.MUST_NOT} == {rule.modality for rule in unread}
    for id in ("ga-honor-detainer", "ks-hold", "mt-hold-48", "nm-no-hold", "tn-hold-with-287g"):
        versions = [rule for rule in RULES if rule.id == id]
        assert versions and all(rule.unread for rule in versions), id


def test_what_rests_on_memory_alone_was_not_read() -> None:
    recalled = {
        rule.id
        for place in shipped().values()
        for rule in place.rules
        if not rule.judge
        and rule.trigger is not Trigger.STANDING
        and {place.sources[id].basis for id in rule.source} == {"recalled"}
    }
    # RCW 10.93.160: the definitions, the suit on it and a county's restatement were read.
    assert recalled == {"wa-interview-consent", "wa-inform-rights"}


def test_connecticut_tells_of_the_request_and_the_rest_is_recalled() -> None:
    [tell] = [rule for rule in RULES if rule.id == "ct-tell-person"]
    [copy] = [rule for rule in RULES if rule.id == "ct-tell-person-d"]
    assert not tell.judge
    assert "copy" not in tell.when + tell.act
    assert copy.unread


@pytest.mark.parametrize("rule", ["co-personal-information", "or-arrest-federal-crime"])
def test_what_a_sheet_leaves_to_a_person_no_machine_decides(rule: str) -> None:
    versions = [each for each in RULES if each.id == rule]
    assert versions
    assert all(version.judge and not version.unread for version in versions)


def test_a_rule_that_says_it_was_not_read_is_marked() -> None:
    words = re.compile(
        r"(from memory: check|must be checked|wording and exceptions not read|read the enrolled)"
    )
    for rule in RULES:
        if words.search(rule.when.lower()):
            assert rule.judge or rule.trigger is Trigger.STANDING, rule.id


OF_THE_STATE_ITSELF = {
    "dc-no-hold-practice-2016", "dc-notify-practice-2016", "me-state-police-early",
    "ri-no-hold-without-order",
}  # fmt: skip
"""Policies of a department of the state (the District has one jail), and not of a county."""

BESIDE_A_STATUTE = {"hennepin-no-notify", "bernco-no-hold"}
"""Policies whose sources name a statute too, on another point than the policy's own."""


def test_policies_are_of_counties_and_cities_and_rest_on_no_statute() -> None:
    law = {"statute", "regulation", "executive-order"}
    of_the_state, beside = set(), set()
    for place in shipped().values():
        for rule in (rule for rule in place.rules if rule.policy):
            kinds = {place.sources[id].kind for id in rule.source}
            assert kinds & {"agency-policy", "agreement"}, rule.id
            of_the_state |= set() if place.kind in ("county", "city") else {rule.id}
            beside |= {rule.id} if kinds & law else set()
    assert of_the_state == OF_THE_STATE_ITSELF
    assert beside == BESIDE_A_STATUTE


def test_montgomerys_pledge_is_policy_and_its_act_of_2026_is_not() -> None:
    versions = [rule for rule in RULES if rule.id == "moco-notify-convicted"]
    assert {str(rule.first_day.text): rule.policy for rule in versions} == {
        "2024-02-27": True,
        "2026-06-01": False,
    }


def test_no_rule_that_has_ended_speaks_of_a_later_year() -> None:
    late = {
        (rule.id, year)
        for rule in RULES
        if rule.last_day is not None and rule.last_day.text != "unknown"
        for year in re.findall(r"\b20\d\d\b", rule.when)
        if int(year) > rule.last_day.latest.year
    }
    assert not late


def test_no_reading_is_named_after_what_came_later() -> None:
    for place in shipped().values():
        for contest in place.contests:
            for reading in contest.readings:
                assert not re.search(r"20\d\d", reading.id + reading.says), contest.id


def test_acts_stand_on_commands_and_permissions_only() -> None:
    assert not [rule.id for rule in RULES if rule.act and rule.modality is Modality.MUST_NOT]
    vague = {About.STATUS_QUERY, About.ANSWER_INFORMATION, About.ENTER_IN_FILE, About.TELL_COURT}
    for rule in RULES:
        acts = rule.modality is Modality.MUST and rule.trigger is not Trigger.STANDING
        if acts and rule.about in vague and "other" not in {who.value for who in rule.binds}:
            assert rule.act, rule.id


# -- California: a permission for each exception, and a bar that only they lift --------------

SERIOUS = Conviction(
    offence=Offence(offence_class=OffenceClass.FELONY, lists={"ca-serious-violent": True}),
    on=Uncertain("2001"),
)


def theft(on: str | None, of_class: OffenceClass = OffenceClass.FELONY) -> Conviction:
    when = None if on is None else Uncertain(on)
    return Conviction(offence=Offence(statute="PC 487", offence_class=of_class), on=when)


def bite(place: str, id: str, *convictions: Conviction, **more: object) -> Truth:
    law = law_of_place(place, shipped())
    zone = ZoneInfo(law.zone)
    request = Detainer(
        id="d", form=more.get("form", DetainerForm.I247A), served=more.get("served"),
        names_federal_felony_warrant=False, hold_ordered=more.get("ordered", NEVER),
        names_this_person=True, warrants=(), grounds=(),
    )  # fmt: skip
    person = Person(
        registered_offender=False, held_to_answer=False,
        status_proof=more.get("proof", StatusProof.NONE),
    )  # fmt: skip
    charge = Basis(
        id="c", kind=BasisKind.CHARGE, offence=Offence(offence_class=OffenceClass.FELONY)
    )
    record = CustodyRecord(
        id="r", zone=law.zone, booked=NOON, person=person, bases=(charge,),
        detainers=(request,), convictions=convictions,
    )  # fmt: skip
    [rule] = [r for r in law.rules if r.id == id and r.last_day is None]
    return rule.condition.truth(Case(record, request, NOON, zone), law.in_list)


def test_californias_bar_on_notice_gives_way_to_a_serious_felony_however_old() -> None:
    assert bite("us-ca", "ca-notify-default-bar", SERIOUS) is False
    assert bite("us-ca", "ca-notify-serious-violent", SERIOUS) is True


@pytest.mark.parametrize(
    ("conviction", "bar", "open_bar", "permission"),
    [
        (theft("1995", OffenceClass.MISDEMEANOR), True, False, False),
        (theft("2022-01-01", OffenceClass.MISDEMEANOR), False, True, True),
        (theft("2020-01-01", OffenceClass.MISDEMEANOR), True, False, False),
    ],
)
def test_californias_look_back_is_computed(
    conviction: Conviction, bar: bool, open_bar: bool, permission: bool
) -> None:
    assert bite("us-ca", "ca-notify-default-bar", conviction) is bar
    assert bite("us-ca", "ca-notify-default-bar-b", conviction) is open_bar
    assert bite("us-ca", "ca-notify-listed-offences", conviction) is permission


@pytest.mark.parametrize("placed", [None, True, False])
def test_another_states_misdemeanor_may_be_a_serious_felony_here(placed: Truth) -> None:
    lists = {} if placed is None else {"ca-serious-violent-elsewhere": placed}
    offence = Offence(
        statute="NRS 200.471", offence_class=OffenceClass.MISDEMEANOR,
        lists={"ca-gov-7282.5-a-3": False, "ca-federal-aggravated-felony": False, **lists},
    )  # fmt: skip
    convicted = Conviction(offence=offence, on=Uncertain("2001"))
    assert bite("us-ca", "ca-notify-serious-violent", convicted) is placed
    barred = None if placed is None else not placed
    assert bite("us-ca", "ca-notify-default-bar", convicted) is barred
    assert bite("us-ca", "ca-transfer-default-bar", convicted) is barred


def test_a_felony_whose_day_is_not_known_leaves_the_bar_open() -> None:
    assert bite("us-ca", "ca-notify-default-bar", theft(None)) is None


def test_north_carolina_brings_nobody_before_an_official_who_has_ordered_the_hold() -> None:
    rule = next(rule for rule in RULES if rule.id == "nc-bring-before-official")
    assert rule.about is About.BRING_BEFORE_OFFICIAL
    assert bite("us-nc", rule.id, ordered=NOON) is False


def test_north_carolinas_official_decides_about_citizens_too() -> None:
    # The sheet has no exception: the papers come before the official, who orders no hold.
    [rule] = [rule for rule in RULES if rule.id == "nc-bring-before-official"]
    assert "person.citizenship_shown" not in {str(atom) for atom in rule.condition.atoms()}


@pytest.mark.parametrize(
    "id", ["nc-notify-two-hours", "nc-notify-two-hours-b", "meck-notify", "pw-notify-felony",
           "tn-notify-release", "wv-notify-as-requested", "fl-notify-as-requested",
           "ia-notify-as-requested", "in-notify-as-requested", "la-notify-as-requested"],
)  # fmt: skip
def test_that_no_notice_is_owed_of_a_citizen_is_said_to_be_an_inference(id: str) -> None:
    [rule] = [rule for rule in RULES if rule.id == id]
    assert "person.citizenship_shown" in {str(atom) for atom in rule.condition.atoms()}
    assert "exeat's inference" in rule.note


def test_the_booking_query_of_virginia_is_owed_and_ends_with_proof() -> None:
    assert bite("us-va", "va-ask-and-query") is True
    assert bite("us-va", "va-ask-and-query", proof=StatusProof.CITIZENSHIP) is False


@pytest.mark.parametrize(("served", "banned"), [(NEVER, True), (NOON, False), (None, None)])
def test_new_jersey_bans_a_hold_on_a_request_that_has_no_effect(
    served: object, banned: Truth
) -> None:
    listed = Conviction(
        offence=Offence(offence_class=OffenceClass.FELONY, lists={"nj-violent-or-serious": True}),
        on=Uncertain("2025"),
    )
    assert bite("us-nj", "nj-no-hold", listed, served=served) is banned
    allowed = None if banned is None else not banned
    assert bite("us-nj", "nj-hold-until-2359", listed, served=served) is allowed


def test_an_i247g_commands_nothing_in_texas() -> None:
    for id in ("tx-hold-comply", "tx-notify-as-requested"):
        assert bite("us-tx", id, form=DetainerForm.I247G, served=NOON) is False
        assert bite("us-tx", id, served=NOON) is True
        assert bite("us-tx", id, served=NEVER) is False
