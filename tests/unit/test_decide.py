"""The parts of an answer beside its verdict: duties, options, windows, reasons, adoption."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.unit.invented_law import ELIGIBLE, RECORD, Law, ask, rule

from exeat.decide import Answer, Certainty, DutyState, Reason, Verdict, decide
from exeat.facts.codes import NoticeKind
from exeat.facts.record import Basis, Notice
from exeat.facts.times import NEVER, Uncertain
from exeat.rules.library import shipped
from exeat.rules.model import Adoption
from exeat.rules.place import law_of_place
from exeat.say.law_text import say_rests_on
from exeat.say.reasons import say_reason

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
    assert [step.to for step in owed.because if step.code is Reason.NOTICE_OWED] == ["ice"]
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
    law = Law({}).place()
    assert [say_reason(step, answer, law, ZoneInfo("UTC")) for step in answer.because] == [
        "A criminal charge still keeps the person in custody until Fri 10 Apr 2026, 12:00 UTC."
    ]


def test_every_answer_says_whether_it_rests_on_research_or_on_adopted_law() -> None:
    places = dict(shipped())
    by = Adoption("A. Counsel", "County Counsel", "2026-11-01", "0" * 64)
    places["us-wa"] = replace(places["us-wa"], adoption=by)
    law = law_of_place("us-wa-pierce", places)
    assert [(one.id, say_rests_on(one)) for one in decide(RECORD, law, ELIGIBLE).rests_on] == [
        ("us", "research"),
        ("us-wa", "adopted by A. Counsel on 2026-11-01"),
        ("us-wa-pierce", "research"),
    ]


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


def test_what_allows_a_hold_that_is_forbidden_did_not_decide_that_notice_comes_first() -> None:
    files = {"us": rule("may", hours=48), "us-xx": rule("must-not") + tell()}
    answer = decide(replace(RECORD, notices=()), Law(files).place(), ELIGIBLE + timedelta(hours=1))
    assert answer.verdict is Verdict.NOTIFY_FIRST
    assert [rule.id for rule in answer.decided_by] == ["must-not"]


def eligible(*bases: Basis) -> tuple[datetime | None, datetime | None]:
    answer = decide(replace(RECORD, bases=bases), Law({}).place(), ELIGIBLE + timedelta(hours=1))
    return answer.eligible_since, answer.eligible_latest


def test_since_when_somebody_may_go_has_no_latest_bound_while_a_ground_may_run() -> None:
    ended = replace(RECORD.grounds[0], start=RECORD.booked)
    day = Uncertain("2026-04-10")
    midnight = datetime.fromisoformat("2026-04-10T00:00+00:00")
    assert eligible(ended) == (ELIGIBLE, ELIGIBLE)
    assert eligible(replace(ended, end=NEVER)) == (None, None)
    assert eligible(replace(ended, end=day)) == (midnight, None)
    assert eligible(ended, replace(ended, id="other", end=None)) == (ELIGIBLE, None)


JUDGED_LATER = rule("must", hours=99, more='last_day = "2026-04-10"\n') + rule(
    "must", hours=99, first_day="2026-04-11", more="judge = true\n"
)


def test_a_command_that_from_a_day_on_a_person_must_judge_holds_up_to_that_day() -> None:
    answer = ask({"us-xx": JUDGED_LATER})
    midnight = ELIGIBLE + timedelta(hours=12)
    assert (answer.verdict, answer.until) == (Verdict.MUST_HOLD, midnight)
    known = [(w.start, w.end) for w in answer.windows if w.known]
    assert known == [(ELIGIBLE, midnight)]
    assert ask({"us-xx": JUDGED_LATER}, hours=12).verdict is Verdict.CALL_COUNSEL


SERVE = tell("receipt").replace('about = "notify"', 'about = "serve-copy"')
SERVE = SERVE.replace('to = "ice"', 'to = "person"')


@pytest.mark.parametrize(
    ("kind", "to", "served", "state"),
    [
        (NoticeKind.SERVE_COPY, "person", None, DutyState.DONE),
        (NoticeKind.INFORM, "person", None, DutyState.OWED),
        (NoticeKind.SERVE_COPY, "counsel", None, DutyState.OWED),
        (NoticeKind.INFORM, "person", ELIGIBLE, DutyState.DONE),
        (NoticeKind.INFORM, "person", ELIGIBLE + timedelta(hours=2), DutyState.OWED),
    ],
)
def test_a_copy_is_served_by_a_notice_of_it_or_by_the_time_on_the_request(
    kind: NoticeKind, to: str, served: datetime | None, state: DutyState
) -> None:
    paper = replace(RECORD.detainers[0], served=served)
    notices = (Notice(id="n", kind=kind, to=to, given=ELIGIBLE),)
    record = replace(RECORD, detainers=(paper,), notices=notices)
    answer = decide(record, Law({"us-xx": SERVE}).place(), ELIGIBLE + timedelta(hours=1))
    assert [duty.state for duty in answer.duties] == [state]


# -- what counts as told -----------------------------------------------------------------

RECEIVED = ELIGIBLE - timedelta(hours=9)
DAY_OF_RECEIPT = Uncertain("2026-04-10")


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({}, DutyState.DONE),
        ({"about": "d1"}, DutyState.DONE),
        ({"about": "d0"}, DutyState.OWED),
        ({"given": RECEIVED}, DutyState.DONE),
        ({"given": RECEIVED - timedelta(minutes=1)}, DutyState.OWED),
        ({"given": RECORD.booked - timedelta(days=30)}, DutyState.OWED),
        ({"given": ELIGIBLE + timedelta(hours=2)}, DutyState.OWED),
        ({"given": NEVER}, DutyState.OWED),
        ({"given": None}, DutyState.UNKNOWN),
        ({"given": DAY_OF_RECEIPT}, DutyState.UNKNOWN),
        ({"kind": NoticeKind.STATUS_QUERY}, DutyState.OWED),
        ({"kind": NoticeKind.RECORD}, DutyState.OWED),
        ({"to": "counsel"}, DutyState.OWED),
    ],
)
def test_a_notice_counts_for_the_request_it_was_about_and_not_before_it(
    told: dict[str, Any], state: DutyState
) -> None:
    notice = replace(Notice(id="n", kind=NoticeKind.RELEASE, to="ice", given=ELIGIBLE), **told)
    record = replace(RECORD, notices=(notice,))
    answer = decide(record, Law({"us-xx": tell()}).place(), ELIGIBLE + timedelta(hours=1))
    assert [duty.state for duty in answer.duties] == [state]
    go = Verdict.RELEASE if state is DutyState.DONE else Verdict.NOTIFY_FIRST
    assert answer.verdict is go


def test_a_record_that_keeps_no_notices_cannot_show_that_none_was_given() -> None:
    law = Law({"us-xx": tell()}).place()
    answer = decide(replace(RECORD, notices=None), law, ELIGIBLE + timedelta(hours=1))
    assert (answer.verdict, answer.certainty) == (Verdict.NOTIFY_FIRST, Certainty.POSSIBLE)
    kept = decide(replace(RECORD, notices=()), law, ELIGIBLE + timedelta(hours=1))
    assert (kept.verdict, kept.certainty) == (Verdict.NOTIFY_FIRST, Certainty.CERTAIN)


def test_whether_a_notice_is_owed_at_all_is_asked_and_nobody_goes_silently() -> None:
    """A fact that is missing where a notice waits for it is no release."""
    owed = tell().replace('["detainer.present"]', '["not person.status_shown"]')
    law = Law({"us-xx": owed}).place()
    answer = decide(replace(RECORD, notices=()), law, ELIGIBLE + timedelta(hours=1))
    assert answer.verdict is Verdict.UNKNOWN
    [question] = answer.questions
    verdicts = {says: c.verdicts for c in question.changes for says in c.answers}
    assert verdicts["none"] == (Verdict.NOTIFY_FIRST,)
    assert verdicts["lawful-status"] == (Verdict.RELEASE,)


# -- grounds that nobody told of ---------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bases": None}, (Verdict.UNKNOWN, Certainty.CERTAIN)),
        ({"bases": ()}, (Verdict.OVERDUE, Certainty.POSSIBLE)),
        ({"bases_complete": False}, (Verdict.RELEASE, Certainty.POSSIBLE)),
        ({"bases_complete": None}, (Verdict.RELEASE, Certainty.CERTAIN)),
    ],
)
def test_what_a_record_does_not_say_of_its_grounds_frees_nobody(
    changes: dict[str, Any], expected: tuple[Verdict, Certainty]
) -> None:
    record = replace(RECORD, **{"detainers": (), **changes})
    answer = decide(record, Law({}).place(), ELIGIBLE + timedelta(hours=1))
    assert (answer.verdict, answer.certainty) == expected
    if record.bases is None:
        assert [q.fact for q in answer.questions] == ["bases"]
