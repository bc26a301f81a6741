"""The parts of an answer beside its verdict: duties, options, windows, reasons, adoption."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.unit.invented_law import ELIGIBLE, RECORD, Law, ask, rule

from exeat.decide import Answer, DutyState, Verdict, decide
from exeat.facts.codes import NoticeKind
from exeat.facts.record import Notice
from exeat.facts.times import NEVER
from exeat.rules.library import shipped
from exeat.rules.model import Adoption
from exeat.rules.place import law_of_place

TELL = """
[[rule]]
id = "tell"
about = "notify"
modality = "must"
actor = "jail"
binds = ["jail"]
trigger = "{trigger}"
when = "Invented."
if = ["detainer.present"]
first_day = "2000-01-01"
to = "ice"
source = ["code"]
confidence = "high"
{more}
"""


def tell(trigger: str = "release", more: str = "") -> str:
    return TELL.format(trigger=trigger, more=more)


def with_notice(given: datetime | None, *, to: str = "ice") -> Answer:
    notice = Notice(id="n1", kind=NoticeKind.RELEASE, to=to, given=given, evidence="fax 12")
    record = replace(RECORD, notices=(notice,))
    return decide(record, Law({"us-xx": tell()}).place(), ELIGIBLE + timedelta(hours=1))


def test_a_notice_before_release_is_owed_until_it_is_given() -> None:
    owed = with_notice(ELIGIBLE + timedelta(hours=2))
    assert owed.verdict is Verdict.NOTIFY_FIRST
    assert [duty.state for duty in owed.duties] == [DutyState.OWED]
    assert any("Notice to ice is owed" in step.says for step in owed.because)
    given = with_notice(ELIGIBLE + timedelta(hours=1))
    assert given.verdict is Verdict.RELEASE
    assert [(duty.state, duty.evidence) for duty in given.duties] == [(DutyState.DONE, "fax 12")]


def test_a_notice_to_somebody_else_is_not_the_one_that_is_owed() -> None:
    assert with_notice(ELIGIBLE, to="counsel").verdict is Verdict.NOTIFY_FIRST


def test_a_notice_of_which_the_time_is_not_known_does_not_count_as_given() -> None:
    answer = with_notice(None)
    assert answer.verdict is Verdict.NOTIFY_FIRST
    assert [duty.state for duty in answer.duties] == [DutyState.UNKNOWN]


BEFORE = 'hours = 6\nhours_run = "before-release"\nexcludes = []\n'


@pytest.mark.parametrize(
    ("hours_before", "state"),
    [(6.1, DutyState.OWED), (6, DutyState.OWED), (5.9, DutyState.LATE)],
)
def test_a_notice_so_many_hours_before_release_is_late_after_the_last_of_them(
    hours_before: float, state: DutyState
) -> None:
    record = replace(
        RECORD,
        bases=(replace(RECORD.bases[0], end=NEVER),),
        scheduled_release=ELIGIBLE,
        notices=(),
    )
    law = Law({"us-xx": tell(more=BEFORE)}).place()
    [duty] = decide(record, law, ELIGIBLE - timedelta(hours=hours_before)).duties
    assert (duty.due, duty.state) == (ELIGIBLE - timedelta(hours=6), state)


@pytest.mark.parametrize(("held", "owed"), [(True, True), (False, False)])
def test_a_duty_to_somebody_who_is_held_arises_only_where_they_are(held: bool, owed: bool) -> None:
    hold = rule("may", hours=48) if held else rule("must-not")
    answer = ask({"us-xx": hold + tell("hold")})
    assert bool(answer.duties) is owed


def test_before_eligibility_the_windows_are_those_of_the_expected_release() -> None:
    record = replace(
        RECORD, bases=(replace(RECORD.bases[0], end=NEVER),), scheduled_release=ELIGIBLE
    )
    law = Law({"us-xx": rule("may", hours=48)}).place()
    answer = decide(record, law, ELIGIBLE - timedelta(hours=1))
    assert answer.verdict is Verdict.IN_CUSTODY
    assert answer.until is None
    [window] = answer.windows
    assert (window.start, window.end) == (ELIGIBLE, ELIGIBLE + timedelta(hours=48))


def test_the_reasons_of_a_custody_that_will_end_say_when() -> None:
    answer = ask({}, hours=-1)
    assert answer.verdict is Verdict.IN_CUSTODY
    assert [step.says for step in answer.because] == [
        "`charge` (charge) still runs until Fri 10 Apr 2026, 12:00 UTC."
    ]


def test_every_answer_says_whether_it_rests_on_research_or_on_adopted_law() -> None:
    places = dict(shipped())
    by = Adoption("A. Counsel", "County Counsel", "2026-11-01", "0" * 64)
    places["us-wa"] = replace(places["us-wa"], adoption=by)
    law = law_of_place("us-wa-pierce", places)
    assert decide(RECORD, law, ELIGIBLE).rests_on == (
        ("us", "research"),
        ("us-wa", "adopted by A. Counsel on 2026-11-01"),
        ("us-wa-pierce", "research"),
    )


def test_a_rule_that_cannot_be_evaluated_is_named_with_what_is_missing() -> None:
    answer = ask({"us-xx": rule("may", hours=48, condition='"detainer.names_this_person"')})
    assert answer.verdict is Verdict.UNKNOWN
    [waiting] = answer.unevaluated
    assert (waiting.rule.id, waiting.missing) == ("may", ("detainer.names_this_person",))
    assert answer.decided_by == ()


def test_only_facts_that_could_still_decide_are_asked() -> None:
    open_may = rule("may", hours=48, condition='"detainer.names_this_person"')
    answer = ask({"us": open_may, "us-xx": rule("must-not")})
    assert answer.verdict is Verdict.RELEASE
    assert answer.questions == ()
