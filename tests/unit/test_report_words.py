"""The words of an answer: what somebody at the door reads, for every shipped place and verdict."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from tests.acceptance.readme import ROOT

from exeat.audit import FindingKind, examine
from exeat.cli.show import headline, show_answer
from exeat.decide import Answer, CheckKind, DutyState, Verdict, decide
from exeat.facts.codec import record_from_json
from exeat.facts.codes import DetainerForm, ReleaseKind, StatusProof, WarrantKind
from exeat.facts.record import CustodyRecord, Release
from exeat.facts.times import NEVER
from exeat.rules.library import shipped
from exeat.rules.model import About, Modality, Trigger
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile import Profile, Signature, WhileUndecided
from exeat.say.acts import say_act, say_duty, say_option
from exeat.say.answers import FORMAT, answer_to_json
from exeat.say.citations import LATEST, cite
from exeat.say.lead import Lead, lead_of
from exeat.say.questions import say_conflict
from exeat.say.reasons import say_reason

PLACES = sorted(shipped())
RECORD_FILE = ROOT / "src/exeat/sample/records/common.json"
COMMON = record_from_json(RECORD_FILE.read_text(encoding="utf-8"))
[PAPER] = COMMON.detainers
ZONE = ZoneInfo(COMMON.zone)
AT = datetime(2026, 11, 21, 1, tzinfo=UTC)
"""18:00 at the facility of the common record, two hours after bail."""
BANNED = (
    "make the entry that the rule asks",
    "the person, or the request, to another custodian",
    "the information that the rule names",
)


def with_paper(**told: object) -> CustodyRecord:
    return replace(COMMON, detainers=(replace(PAPER, **told),))  # type: ignore[arg-type]


def with_person(**told: object) -> CustodyRecord:
    return replace(COMMON, person=replace(COMMON.person, **told))  # type: ignore[arg-type]


CASES = {
    "as it mostly is": (COMMON, AT),
    "not served": (with_paper(served=NEVER), AT),
    "no warrant": (with_paper(warrants=()), AT),
    "a judge's warrant": (with_paper(warrants=(WarrantKind.FEDERAL_JUDGE_CRIMINAL,)), AT),
    "notice only": (with_paper(form=DetainerForm.I247G), AT),
    "a citizen": (with_person(status_proof=StatusProof.CITIZENSHIP), AT),
    "says citizen": (with_person(claims_citizenship=True), AT),
    "ground and proof not known": (
        replace(with_paper(grounds=None), person=replace(COMMON.person, status_proof=None)),
        AT,
    ),
    "no request": (replace(COMMON, detainers=()), AT),
    "still in custody": (COMMON, AT - timedelta(hours=5)),
    "kept on and on": (COMMON, AT + timedelta(days=9)),
    "before booking": (COMMON, AT - timedelta(days=9)),
}


@cache
def law_of(place: str) -> LawOfPlace:
    return law_of_place(place, shipped())


@cache
def answers(place: str) -> tuple[Answer, ...]:
    return tuple(decide(record, law_of(place), at) for record, at in CASES.values())


def shown(answer: Answer, law: LawOfPlace, *, brief: bool = True, width: int = 100) -> str:
    out = io.StringIO()
    show_answer(answer, law, ZONE, Console(file=out, width=width, highlight=False), brief=brief)
    return out.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


# -- every place and verdict --------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_no_sentence_holds_a_rule_s_id_or_words_that_nobody_can_act_on(place: str) -> None:
    law = law_of(place)
    ids = {rule.id for rule in law.rules if "-" in rule.id}
    for answer in answers(place):
        text = flat(" ".join(sentences(answer, law)))
        # Research may point from one rule's words to another's; those words are the law's own.
        for when in {flat(rule.when) for rule in law.rules}:
            text = text.replace(when, "")
        assert ids_in(text, ids) == set(), answer.verdict
        assert [phrase for phrase in BANNED if phrase in text] == []


def sentences(answer: Answer, law: LawOfPlace) -> Iterator[str]:
    """Every sentence that an answer shows, in brief or in full, the law itself apart."""
    yield shown(answer, law)
    yield headline(answer, law, ZONE)
    yield from (say_reason(step, answer, law, ZONE) for step in answer.because)
    yield from (say_duty(duty) for duty in answer.duties)
    yield from (say_option(option) for option in (*answer.options, *answer.bans))
    yield from map(say_conflict, (*answer.conflicts, *answer.contested))


def ids_in(text: str, ids: set[str]) -> set[str]:
    return set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", text)) & ids


def test_an_id_in_a_sentence_would_be_seen() -> None:
    ids = {rule.id for rule in law_of("us-wa").rules}
    assert ids_in("`wa-no-hold` forbids a hold.", ids) == {"wa-no-hold"}


def test_every_verdict_is_among_the_answers_that_are_read() -> None:
    seen = {answer.verdict for place in PLACES for answer in answers(place)}
    missing = set(Verdict) - seen
    assert missing <= {Verdict.NOTIFY_FIRST, Verdict.UNKNOWN}, missing


def test_the_first_lines_say_the_five_things_whatever_the_verdict() -> None:
    for place in PLACES:
        for answer in answers(place):
            lead = lead_of(answer, law_of(place), ZONE)
            for said in (lead.do, lead.when, lead.why, lead.tell, lead.ring):
                assert said, (place, answer.verdict, lead)
            assert "not known" not in lead.do + lead.when, (place, answer.verdict, lead)


@pytest.mark.parametrize("width", [80, 100])
def test_no_line_is_wider_than_the_terminal_but_for_a_link(width: int) -> None:
    for place in ("us-wa", "us-oh", "us-tx", "us-va-fairfax"):
        for answer in answers(place):
            for line in shown(answer, law_of(place), brief=False, width=width).splitlines():
                assert len(line) < width or "<http" in line


def test_the_full_answer_has_the_ids_behind_the_sentences() -> None:
    answer = decide(COMMON, law_of("us-wa"), AT)
    full, brief = (flat(shown(answer, law_of("us-wa"), brief=b)) for b in (False, True))
    assert "Do not tell ICE of the release. [wa-no-notify]" in full
    assert "[wa-no-notify]" not in brief


def acts() -> Iterator[str]:
    for place in shipped().values():
        for rule in place.rules:
            if rule.trigger is not Trigger.STANDING:
                yield say_act(rule)


def test_every_act_is_one_sentence_with_nothing_left_to_fill_in() -> None:
    for act in acts():
        assert act[0].isupper(), act
        assert not act.endswith("."), act
        assert "{" not in act, act
        assert len(act) < 120, act


def test_a_ban_begins_with_do_not_and_is_no_permission() -> None:
    answer = decide(COMMON, law_of("us-wa"), AT)
    assert answer.bans
    for ban in answer.bans:
        assert say_act(ban.rule).startswith("Do not ")
    assert all(option.rule.modality is Modality.MAY for option in answer.options)


# -- what each verdict says ---------------------------------------------------------------------


def lead(place: str, record: CustodyRecord = COMMON, at: datetime = AT) -> Lead:
    return lead_of(decide(record, law_of(place), at), law_of(place), ZONE)


def test_where_nothing_shows_a_power_it_is_release_unless_instructed_with_the_end() -> None:
    said = lead("us-oh")
    assert said.do.startswith("RELEASE, unless your counsel has instructed in writing")
    assert "hold until Sun 22 Nov 2026, 16:05 MST" in said.when
    assert said.ring.startswith("Your counsel")


def test_a_profile_says_whom_to_ring_and_for_how_long() -> None:
    signed = Signature("Ann Example", "County Attorney", date(2026, 11, 1))
    call = WhileUndecided(True, signed, "the county attorney on call", "555-0100", 20)
    law = law_of_place("39049", shipped(), profile=Profile("us-oh-39049", undecided=call))
    ring = lead_of(decide(COMMON, law, AT), law, ZONE).ring
    assert ring == "The county attorney on call at 555-0100, for at most 20 minutes; then release."


def test_an_unserved_copy_is_served_now_and_what_follows_is_said() -> None:
    said = lead("us-in", with_paper(served=NEVER))
    assert said.do.startswith("SERVE THE COPY NOW")
    assert "must be held until Sun 22 Nov 2026, 16:05 MST" in said.when
    assert "release" in said.when


def test_a_judge_s_warrant_keeps_the_person_and_is_confirmed() -> None:
    said = lead("us-wa", with_paper(warrants=(WarrantKind.FEDERAL_JUDGE_CRIMINAL,)))
    assert said.do == "KEEP: a judge's arrest warrant names this person"
    assert "Marshals Service" in said.ring


def test_a_proven_citizen_goes_and_the_reason_is_said() -> None:
    said = lead("us-fl", with_person(status_proof=StatusProof.CITIZENSHIP))
    assert said.do == "RELEASE NOW"
    assert "proof of US citizenship" in said.why


def test_a_claim_of_citizenship_changes_the_first_lines() -> None:
    plain, claimed = lead("us-tx"), lead("us-tx", with_person(claims_citizenship=True))
    assert "US citizen" in claimed.ring
    assert "US citizen" not in plain.ring


def test_a_magistrate_comes_first_in_north_carolina() -> None:
    assert lead("us-nc").do.startswith("TAKE THE PERSON BEFORE A MAGISTRATE")


def test_a_permission_beside_an_open_command_is_perhaps_must() -> None:
    assert lead("us-nh").do == "MAY HOLD; perhaps must: counsel settles it"


def test_a_policy_is_never_said_to_forbid() -> None:
    law = law_of("us-va-fairfax")
    answer = decide(COMMON, law, AT)
    [step] = [step for step in answer.because if step.rule and step.rule.policy]
    policy = say_reason(step, answer, law, ZONE)
    assert "does not hold" in policy
    assert "forbid" not in policy


# -- Fairfax, 2023 and 2026 ---------------------------------------------------------------------

YEARS = (2023, 2026)


def fairfax(year: int) -> tuple[CustodyRecord, datetime]:
    """The common record with a felony in Virginia, asked two hours after bail in one year."""
    text = RECORD_FILE.read_text(encoding="utf-8").replace("2026", str(year))
    text = text.replace("America/Phoenix", "America/New_York").replace("-07:00", "-05:00")
    told = json.loads(text.replace('"misdemeanor"', '"felony"'))
    told |= {"bases_complete": True, "notices_complete": True}
    return record_from_json(json.dumps(told)), datetime(year, 11, 20, 23, tzinfo=UTC)


@pytest.mark.parametrize("year", YEARS)
def test_fairfax_state_law_contested_policy_no_hold_nobody_must(year: int) -> None:
    record, at = fairfax(year)
    law = law_of("us-va-fairfax")
    answer = decide(record, law, at)
    assert answer.verdict is Verdict.RELEASE
    why = lead_of(answer, law, ZONE).why
    assert why == "State law: contested; this office's policy: does not hold; nobody must."
    for brief in (True, False):
        text = flat(shown(answer, law, brief=brief))
        assert "Advisory opinion of Attorney General Herring" in text
        assert ("Opinion of Attorney General Miyares" in text) is (year == 2026)
        assert year == 2026 or "January 15, 2026" not in text
    told = json.dumps(answer_to_json(answer, law, ZONE))
    assert ("Miyares" in told) is (year == 2026)
    assert "Rios v. Jenkins" in told


@pytest.mark.parametrize("year", YEARS)
def test_fairfax_is_accused_of_no_missed_notice(year: int) -> None:
    record, at = fairfax(year)
    gone = replace(record, release=Release(at=at, kind=ReleaseKind.STREET))
    kinds = {found.kind for found in examine(gone, law_of("us-va-fairfax")).findings}
    assert not kinds & {FindingKind.NOTICE_MISSED, FindingKind.NOTICE_LATE}


# -- sources ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "cited"),
    [
        # The hearing of 2026 and the statement of 2024 came later.
        (
            "ffx-no-hold-on-detainer",
            {
                "us-va-fairfax/ffx-igsa-end-2018",
                "us-va-fairfax/ffx-booking-policy-2018",
                "us-va-fairfax/va-ag-2015",
            },
        ),
        # So did the opinion of 2024; the statute and the opinion of 2015 had been made.
        ("va-notify-release", {"us-va/va-code-19.2-83.2", "us-va/va-ag-2015"}),
        # No date is given, so that it may have been known.
        ("va-287g-only-with-conditions", {"us-va/va-sb783-introduced-2026"}),
    ],
)
def test_no_source_of_a_later_date_stands_under_the_answer_of_a_past_day(
    rule: str, cited: set[str]
) -> None:
    law = law_of("us-va-fairfax")
    [told] = [each for each in law.rules if each.id == rule]
    assert {citation.id for citation in cite(law, told, date(2023, 10, 13))} == cited
    assert {citation.id for citation in cite(law, told)} > cited


def test_every_rule_keeps_a_source_on_every_day() -> None:
    law = law_of("us-va-fairfax")
    assert all(cite(law, rule, date(1990, 1, 1)) for rule in law.rules)


def test_a_source_says_how_old_its_page_is_and_never_when_it_was_looked_up() -> None:
    said = {c.checked for p in PLACES for r in law_of(p).rules for c in cite(law_of(p), r)}
    assert not any("2026-11" in text or "November 2026" in text for text in said)
    assert {"from memory", "reported; text not read", "page of 25 July 2024"} <= said


def test_nothing_in_the_shipped_research_is_later_than_it_says() -> None:
    latest = max(
        (s.page_date for place in shipped().values() for s in place.sources.values()), default=""
    )
    assert latest <= LATEST.isoformat()


# -- JSON ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["us-wa-pierce", "us-tx", "us-nh", "us-oh", "us-va-fairfax"])
def test_the_json_has_what_the_answer_has(place: str) -> None:
    law = law_of(place)
    for answer in answers(place):
        told = json.loads(json.dumps(answer_to_json(answer, law, ZONE)))
        assert told["format"] == FORMAT == 2
        assert set(told["says"]) == {"do", "when", "why", "tell", "ring"}
        assert [o["about"] for o in told["options"]] == [o.rule.about for o in answer.options]
        assert all(option["modality"] == "may" for option in told["options"])
        assert all(ban["modality"] == "must-not" for ban in told["must_not"])
        assert len(told["must_not"]) == len(answer.bans)
        assert [c["kind"] for c in told["checks"]] == [c.kind for c in answer.checks]
        assert all(q["changes"] for q in (*told["questions"], *told["for_counsel"]))
        assert told["perhaps_must"] is answer.perhaps_must
        assert told["known_at"] is None
        named = {one["rule"] for one in (*told["must_not"], *told["duties"], *told["options"])}
        assert named <= set(told["rules"])


def test_a_duty_that_a_federal_ban_excuses_is_told_as_excused() -> None:
    answer = decide(with_person(status_proof=StatusProof.CITIZENSHIP), law_of("us-fl"), AT)
    told = answer_to_json(answer, law_of("us-fl"), ZONE)
    assert DutyState.EXCUSED.value in {duty["state"] for duty in told["duties"]}
    assert "excused: a federal ban stands over it" in shown(answer, law_of("us-fl"), brief=False)


def test_a_check_of_a_claim_carries_its_end() -> None:
    answer = decide(with_person(claims_citizenship=True), law_of("us-tx"), AT)
    [check] = [c for c in answer.checks if c.kind is CheckKind.CITIZENSHIP]
    assert check.until is not None
    assert "Do it by" in shown(answer, law_of("us-tx"))


def test_a_county_without_a_file_of_its_own_is_not_said_to_rest_on_research() -> None:
    law = law_of_place("39049", shipped())
    assert [place.id for place in decide(COMMON, law, AT).rests_on] == ["us", "us-oh"]


def test_each_act_word_has_words_of_its_own() -> None:
    plain = replace(law_of("us-wa").rules[0], modality=Modality.MAY, act="")
    said = {about: say_act(replace(plain, about=about)) for about in About}
    assert len(set(said.values())) == len(About)
