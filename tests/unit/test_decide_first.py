"""What comes before anybody can tell, what only counsel can settle, and a ban that prevails."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.unit.invented_law import CONTEST, ELIGIBLE, RECORD, Law, rule, said

from exeat.decide import Answer, Certainty, DutyState, Reason, Verdict, decide
from exeat.facts.codes import DetainerForm, NoticeKind
from exeat.facts.record import CustodyRecord, Notice
from exeat.facts.times import NEVER, Act

HOUR = timedelta(hours=1)
IN_EFFECT = '"detainer.in_effect"'
NAMED = '"detainer.names_this_person"'
ORDERED = '"detainer.hold_ordered"'


def answer(files: dict[str, str], hours: float = 1, **paper: object) -> Answer:
    return decide(requested(**paper), Law(files).place(), ELIGIBLE + hours * HOUR)


def requested(**paper: object) -> CustodyRecord:
    told = replace(RECORD.detainers[0], **paper)  # type: ignore[arg-type]
    return replace(RECORD, detainers=(told,), notices=())


# -- a copy that nobody served -----------------------------------------------------------

COMMAND = {"us-xx": rule("must", hours=48, condition=IN_EFFECT)}


@pytest.mark.parametrize(
    ("served", "verdict"),
    [
        (NEVER, Verdict.SERVE_FIRST),
        (ELIGIBLE + 9 * HOUR, Verdict.SERVE_FIRST),
        (ELIGIBLE, Verdict.MUST_HOLD),
        (None, Verdict.UNKNOWN),
    ],
)
def test_where_law_commands_a_hold_and_the_copy_is_not_served_it_is_served_first(
    served: Act, verdict: Verdict
) -> None:
    found = answer(COMMAND, served=served)
    assert found.verdict is verdict
    if verdict is Verdict.SERVE_FIRST:
        assert found.until == ELIGIBLE + 48 * HOUR
        assert [one.id for one in found.decided_by] == ["must"]
        [step] = [step for step in found.because if step.code is Reason.SERVE_FIRST]
        assert step.at == found.until


@pytest.mark.parametrize(
    "files",
    [
        {"us-xx": rule("may", hours=48, condition=IN_EFFECT)},
        COMMAND | {"us": rule("must-not", more="prevails = true\n")},
        {"us-xx": rule("must", hours=48, condition=f"{IN_EFFECT}, {NAMED}")},
    ],
)
def test_where_no_command_would_stand_on_service_nothing_waits_for_it(
    files: dict[str, str],
) -> None:
    found = answer(files, served=NEVER, names_this_person=False)
    assert found.verdict is Verdict.RELEASE


def test_on_a_form_that_needs_no_service_nothing_waits_for_it() -> None:
    found = answer(COMMAND, served=NEVER, form=DetainerForm.I247D)
    assert found.verdict is not Verdict.SERVE_FIRST


@pytest.mark.parametrize(
    ("hours", "verdict"),
    [(47.9, Verdict.SERVE_FIRST), (48, Verdict.RELEASE), (52, Verdict.OVERDUE)],
)
def test_after_the_hours_of_the_law_there_is_nothing_left_to_serve(
    hours: float, verdict: Verdict
) -> None:
    found = answer(COMMAND, hours=hours, served=NEVER)
    assert found.verdict is verdict
    if verdict is Verdict.OVERDUE:
        assert found.overdue_since == ELIGIBLE + 48 * HOUR


# -- an official who has not spoken ------------------------------------------------------

BRING = """
[[rule]]
id = "bring"
about = "bring-before-official"
modality = "must"
actor = "jail"
binds = ["jail"]
trigger = "release"
when = "Invented."
if = ["detainer.present"]
first_day = "2000-01-01"
to = "judge"
source = ["code"]
confidence = "high"
"""
HEARING = {"us-xx": BRING + rule("must", hours=48, condition=ORDERED)}


@pytest.mark.parametrize(
    ("ordered", "expected"),
    [
        (NEVER, (Verdict.BRING_FIRST, Certainty.CERTAIN)),
        (ELIGIBLE, (Verdict.MUST_HOLD, Certainty.CERTAIN)),
        (ELIGIBLE + 9 * HOUR, (Verdict.BRING_FIRST, Certainty.CERTAIN)),
        (None, (Verdict.UNKNOWN, Certainty.CERTAIN)),
    ],
)
def test_a_hold_that_an_official_must_order_is_brought_before_them_first(
    ordered: Act, expected: tuple[Verdict, Certainty]
) -> None:
    found = answer(HEARING, hold_ordered=ordered)
    assert said(found) == expected
    if found.verdict is Verdict.BRING_FIRST:
        assert found.until == ELIGIBLE + 48 * HOUR


def test_who_keeps_no_notices_cannot_show_that_nobody_was_brought() -> None:
    record = replace(requested(hold_ordered=NEVER), notices=None)
    found = decide(record, Law(HEARING).place(), ELIGIBLE + HOUR)
    assert said(found) == (Verdict.BRING_FIRST, Certainty.POSSIBLE)


def test_somebody_who_was_brought_and_not_ordered_held_goes() -> None:
    brought = Notice(id="n", kind=NoticeKind.BRING, to="judge", given=ELIGIBLE)
    record = replace(requested(hold_ordered=NEVER), notices=(brought,))
    found = decide(record, Law(HEARING).place(), ELIGIBLE + HOUR)
    assert found.verdict is Verdict.RELEASE
    assert [duty.state for duty in found.duties] == [DutyState.DONE]


def test_where_an_order_would_open_no_hold_nobody_is_brought() -> None:
    assert answer({"us-xx": BRING}, hold_ordered=NEVER).verdict is Verdict.RELEASE


# -- for counsel -------------------------------------------------------------------------

JUDGED = "judge = true\n"


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        ({"us-xx": rule("must", hours=48, more=JUDGED)}, Verdict.CALL_COUNSEL),
        ({"us-xx": rule("must", hours=48, first_day="2026")}, Verdict.CALL_COUNSEL),
        ({"us": rule("may", hours=48, condition='"place.hold_power"')}, None),
        ({"us-xx": rule("may", hours=48, more=JUDGED)}, Verdict.RELEASE),
        (
            {"us-xx": rule("may", hours=48) + rule("must", hours=24, more=JUDGED)},
            Verdict.MAY_HOLD,
        ),
        ({"us-xx": rule("may", hours=48) + rule("must-not", more=JUDGED)}, None),
        ({"us-xx": rule("must", hours=48) + rule("must-not", more=JUDGED)}, Verdict.CONFLICT),
        ({"us-xx": rule("must", hours=48) + rule("must-not")}, Verdict.CONFLICT),
    ],
)
def test_what_lies_open_in_the_law_alone_asks_the_deputy_nothing(
    files: dict[str, str], verdict: Verdict | None
) -> None:
    found = answer(files)
    assert found.verdict is (verdict or Verdict.RELEASE_UNLESS_INSTRUCTED)
    assert [q for q in found.questions if q.fact.startswith("place.")] == []


def test_a_certain_permission_beside_an_open_command_is_a_hold_that_perhaps_must_be() -> None:
    files = {"us-xx": rule("may", hours=48) + rule("must", hours=24, more=JUDGED)}
    found = answer(files)
    assert (found.verdict, found.perhaps_must) == (Verdict.MAY_HOLD, True)
    [question] = found.for_counsel
    assert {c.answers: c.verdicts for c in question.changes} == {
        ("applies",): (Verdict.MUST_HOLD,),
        ("does not apply",): (Verdict.MAY_HOLD,),
    }
    # After the hours of the command only the permission is left.
    later = answer(files, hours=24)
    assert (later.verdict, later.perhaps_must) == (Verdict.MAY_HOLD, False)
    assert answer({"us-xx": rule("may", hours=48)}).perhaps_must is False


def test_until_counsel_has_spoken_it_says_until_when_a_hold_would_run() -> None:
    found = answer({"us-xx": rule("must", hours=48, more=JUDGED)})
    assert found.until == ELIGIBLE + 48 * HOUR
    [question] = found.for_counsel
    assert {c.answers: c.verdicts for c in question.changes} == {
        ("applies",): (Verdict.MUST_HOLD,),
        ("does not apply",): (Verdict.RELEASE,),
    }


# -- a ban that prevails -----------------------------------------------------------------

PREVAILS = rule("must-not", condition='"person.citizenship_shown"', more="prevails = true\n")


def test_a_ban_that_prevails_gives_a_release_whatever_is_commanded_below() -> None:
    ban = {"us": PREVAILS.replace('"person.citizenship_shown"', '"detainer.present"')}
    found = answer(ban | {"us-xx": rule("must", hours=48)})
    assert said(found)[0] is Verdict.RELEASE
    assert found.conflicts == ()
    plain = {"us": rule("must-not"), "us-xx": rule("must", hours=48)}
    assert answer(plain).verdict is Verdict.CONFLICT


def test_a_fact_on_which_such_a_ban_turns_is_asked_and_each_answer_says_what_it_changes() -> None:
    found = answer({"us": PREVAILS, "us-xx": rule("must", hours=48)})
    assert found.verdict is Verdict.UNKNOWN
    [question] = [q for q in found.questions if q.fact.startswith("person.")]
    changes = {says: c.verdicts for c in question.changes for says in c.answers}
    assert changes["citizenship"] == (Verdict.RELEASE,)
    assert changes["none"] == (Verdict.MUST_HOLD,)


# -- readings that contradict each other -------------------------------------------------


def test_a_command_on_one_reading_and_only_a_permission_on_the_other_is_a_conflict() -> None:
    files = CONTEST + rule("must", hours=48, more='reading = "point/yes"\n')
    files += rule("may", hours=48, more='reading = "point/no"\n')
    assert said(answer({"us-xx": files})) == (Verdict.CONFLICT, Certainty.POSSIBLE)


# -- since when --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        # Nothing ever let anybody keep the person: four hours from eligibility.
        (3.9, (Verdict.RELEASE, None)),
        (4, (Verdict.OVERDUE, 0)),
    ],
)
def test_without_any_request_letting_out_takes_no_longer_than_the_house_setting(
    hours: float, expected: tuple[Verdict, float | None]
) -> None:
    record = replace(RECORD, detainers=())
    found = decide(record, Law({}).place(), ELIGIBLE + hours * HOUR)
    since = None if expected[1] is None else ELIGIBLE + expected[1] * HOUR
    assert (found.verdict, found.overdue_since) == (expected[0], since)
    if since is not None:
        assert found.certainty is Certainty.POSSIBLE


def test_a_ban_on_the_request_on_file_makes_it_certain() -> None:
    found = answer({"us-xx": rule("must-not")}, hours=4)
    assert said(found) == (Verdict.OVERDUE, Certainty.CERTAIN)


LAUNDERED = {"us-xx": rule("must", hours=90)}


def laundered(at: datetime) -> Answer:
    """Return the answer where a request came 60 hours after eligibility and was lifted at once."""
    came = ELIGIBLE + 60 * HOUR
    record = requested(received=came, served=came, lifted=came + HOUR / 60)
    return decide(record, Law(LAUNDERED).place(), at)


def test_a_request_on_file_for_a_minute_starts_nothing_anew() -> None:
    came = ELIGIBLE + 60 * HOUR
    before = laundered(came - HOUR / 60)
    assert (before.verdict, before.overdue_since) == (Verdict.OVERDUE, ELIGIBLE)
    assert laundered(came).verdict is Verdict.MUST_HOLD
    for minutes in (1, 2, 30, 600):
        assert laundered(came + minutes * HOUR / 60).verdict is Verdict.OVERDUE


def test_what_time_ended_is_over_at_once_and_what_was_lifted_lets_out_in_its_time() -> None:
    files = {"us-xx": rule("must", hours=48)}
    ended = answer(files, hours=48)
    assert said(ended) == (Verdict.OVERDUE, Certainty.CERTAIN)
    assert ended.overdue_since == ELIGIBLE + 48 * HOUR
    lifted = answer(files, hours=3, lifted=ELIGIBLE + 2 * HOUR)
    assert lifted.verdict is Verdict.RELEASE
    late = answer(files, hours=6, lifted=ELIGIBLE + 2 * HOUR)
    assert (late.verdict, late.overdue_since) == (Verdict.OVERDUE, ELIGIBLE + 2 * HOUR)


def test_what_came_when_somebody_was_overdue_and_holds_on_one_reading_leaves_them_so() -> None:
    shorter = CONTEST + rule("must-not", hours=24, more='reading = "point/yes"\n')
    files = {"us": rule("may", hours=48), "us-xx": shorter}
    found = answer(files, hours=60, received=ELIGIBLE + 30 * HOUR)
    assert (found.verdict, found.overdue_since) == (Verdict.OVERDUE, ELIGIBLE)
