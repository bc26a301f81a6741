"""Events and what they add up to: one fold a row, and every refusal with its remedy."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from exeat.decide import Verdict, decide
from exeat.errors import ExeatError, RecordError
from exeat.facts.codes import BasisEnd, BasisKind, DetainerForm, LiftReason, NoticeKind, StatusProof
from exeat.facts.events import (
    EVENT_KINDS,
    BasisAdded,
    BasisEnded,
    Booked,
    ConvictionsRecorded,
    Corrected,
    DetainerAcknowledged,
    DetainerDecided,
    DetainerLifted,
    DetainerLodged,
    DetainerReceived,
    DetainerServed,
    Disputed,
    Event,
    Happening,
    HoldOrdered,
    NoticeGiven,
    NotInCustodyHere,
    PersonFact,
    Released,
    ReleaseScheduled,
    TransferAcknowledged,
    Transferred,
    event_to_json,
    events_from_json,
)
from exeat.facts.fold import fold
from exeat.facts.record import Conviction, Correction, Offence, Person, Transfer
from exeat.facts.times import NEVER, Uncertain
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place


def hour(hours: int) -> datetime:
    """Return an instant on Friday 6 March 2026, or after."""
    return datetime(2026, 3, 6 + hours // 24, hours % 24, tzinfo=UTC)


def tell(event: Any, id: str, hours: int, /, **says: Any) -> Any:
    """Return an event that was recorded in the hour in which it occurred."""
    said = {"record": "demo", "occurred": hour(hours), "recorded": hour(hours), "by": "desk-1"}
    return event(id=id, **{**said, **says})


BOOKED: Booked = tell(Booked, "e1", 9, zone="America/New_York")
CHARGED: BasisAdded = tell(BasisAdded, "e2", 9, basis="b1", kind=BasisKind.CHARGE)
BAILED: BasisEnded = tell(BasisEnded, "e3", 17, basis="b1", ended_by=BasisEnd.BAIL)
LODGED: DetainerLodged = tell(DetainerLodged, "e4", 12, detainer="d1", form=DetainerForm.I247A)
SERVED: DetainerServed = tell(DetainerServed, "e5", 15, detainer="d1")
TOLD: NoticeGiven = tell(NoticeGiven, "e6", 16, kind=NoticeKind.RELEASE, to="ice", about="d1")
MOVED: Transferred = tell(Transferred, "e7", 18, to="51013")
LEFT: Released = tell(Released, "e8", 20)
WHOLE: tuple[Event, ...] = (BOOKED, CHARGED, BAILED, LODGED, SERVED, TOLD, MOVED, LEFT)


def refused(*events: Event) -> ExeatError:
    with pytest.raises(RecordError) as caught:
        fold(events)
    for fault in caught.value.faults:
        for text in (fault.place, fault.message, fault.help):
            assert text and len(text.splitlines()) == 1
    return caught.value


# --- what events add up to ----------------------------------------------------------


def test_a_booking_alone_is_a_record() -> None:
    record = fold([BOOKED])
    assert (record.id, record.zone, record.booked) == ("demo", "America/New_York", hour(9))
    # That there is no ground at all, somebody has to say.
    assert (record.bases, record.detainers, record.notices, record.convictions) == (
        None,
        (),
        (),
        None,
    )
    assert fold([replace(BOOKED, bases_complete=True)]).bases == ()


def test_a_basis_runs_until_it_is_said_to_have_ended() -> None:
    (running,) = fold([BOOKED, CHARGED]).grounds
    assert (running.start, running.end, running.ended_by) == (hour(9), NEVER, None)
    (ended,) = fold([BOOKED, CHARGED, BAILED]).grounds
    assert (ended.end, ended.ended_by) == (hour(17), BasisEnd.BAIL)


def test_of_a_request_just_lodged_the_desk_has_done_nothing() -> None:
    (d,) = fold([BOOKED, LODGED]).detainers
    acts = (d.received, d.served, d.acknowledged, d.hold_ordered, d.decided, d.lifted)
    assert acts == (NEVER,) * 6
    # What only the paper can say stays open.
    assert (d.grounds, d.warrants, d.names_this_person) == (None, None, None)


ACTS = [
    ("received", DetainerReceived, {}),
    ("served", DetainerServed, {}),
    ("acknowledged", DetainerAcknowledged, {}),
    ("hold_ordered", HoldOrdered, {}),
    ("decided", DetainerDecided, {"complies": False}),
    ("lifted", DetainerLifted, {"reason": LiftReason.CANCELLED}),
]


@pytest.mark.parametrize(("act", "kind", "says"), ACTS, ids=[row[0] for row in ACTS])
def test_an_act_of_the_desk_changes_that_act_alone(
    act: str, kind: type[Event], says: dict[str, Any]
) -> None:
    (before,) = fold([BOOKED, LODGED]).detainers
    (after,) = fold([BOOKED, LODGED, tell(kind, "e9", 14, detainer="d1", **says)]).detainers
    assert getattr(after, act) == hour(14)
    assert after.lift_reason is says.get("reason")
    undone: dict[str, Any] = {act: NEVER, "lift_reason": None}
    assert replace(after, **undone) == before


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Happening):
    """An event that changes nothing, such as the next act of the register may be."""

    event: Literal["told"] = "told"
    detainer: str


def test_an_event_that_changes_no_answer_must_still_name_what_is_there() -> None:
    told = tell(Told, "e9", 14, detainer="d1")
    assert fold([BOOKED, LODGED, told]) == fold([BOOKED, LODGED])
    [fault] = refused(BOOKED, LODGED, replace(told, detainer="d2")).faults
    assert (fault.code, fault.place) == ("E108", "event `e9`, field `detainer`")


def test_a_notice_has_the_id_of_its_event() -> None:
    (notice,) = fold([BOOKED, LODGED, TOLD]).notices or ()
    assert (notice.id, notice.given, notice.about) == ("e6", hour(16), "d1")


def test_a_move_is_not_acknowledged_until_it_is() -> None:
    acknowledged = tell(TransferAcknowledged, "e9", 21, transfer="e7")
    assert fold([BOOKED, MOVED]).transfers == (
        Transfer(at=hour(18), to="51013", acknowledged=NEVER),
    )
    assert fold([BOOKED, MOVED, acknowledged]).transfers[0].acknowledged == hour(21)


def test_the_last_schedule_counts_and_the_release_is_its_own() -> None:
    first = tell(ReleaseScheduled, "e10", 10, release_at=hour(30))
    second = tell(ReleaseScheduled, "e9", 11, release_at=hour(20))
    record = fold([second, first, BOOKED, LEFT])
    assert record.scheduled_release == hour(20)
    assert record.release is not None and record.release.at == hour(20)


def test_protective_facts_add_up_and_a_later_one_counts() -> None:
    told = [
        tell(PersonFact, "e9", 10, person=Person(claims_citizenship=True, under_18=True)),
        tell(PersonFact, "e10", 11, person=Person(status_proof=StatusProof.CITIZENSHIP)),
        tell(PersonFact, "e11", 12, person=Person(under_18=False)),
    ]
    assert fold([BOOKED, *told]).person == Person(
        claims_citizenship=True, status_proof=StatusProof.CITIZENSHIP, under_18=False
    )


def test_what_happened_last_counts_whenever_it_was_recorded() -> None:
    last = tell(PersonFact, "e9", 12, person=Person(under_18=False))
    learnt_late = tell(PersonFact, "e10", 10, recorded=hour(40), person=Person(under_18=True))
    assert fold([BOOKED, last, learnt_late]).person.under_18 is False
    planned = tell(ReleaseScheduled, "e11", 12, release_at=hour(30))
    older = tell(ReleaseScheduled, "e12", 10, recorded=hour(41), release_at=hour(20))
    assert fold([BOOKED, planned, older]).scheduled_release == hour(30)


@pytest.mark.parametrize("recorded", [8, 40])
@pytest.mark.parametrize("occurred", [9, 13])
@pytest.mark.parametrize("shown", [StatusProof.CITIZENSHIP, StatusProof.LAWFUL_STATUS])
def test_proof_once_shown_is_undone_by_a_correction_only(
    shown: StatusProof, occurred: int, recorded: int
) -> None:
    proof = tell(PersonFact, "e9", 10, person=Person(status_proof=shown))
    none = replace(
        proof, id="e10", occurred=hour(occurred), recorded=hour(recorded),
        person=Person(status_proof=StatusProof.NONE),
    )  # fmt: skip
    assert fold([BOOKED, proof, none]).person.status_proof is shown
    withdrawn = tell(Corrected, "e11", 14, of="e9", says="Another person's passport.")
    assert fold([BOOKED, proof, none, withdrawn]).person.status_proof is StatusProof.NONE


def test_a_person_taken_over_has_been_in_custody_since_before() -> None:
    record = fold([replace(BOOKED, custody_since=hour(2))])
    assert (record.booked, record.taken_over) == (hour(2), hour(9))
    assert fold([BOOKED]).taken_over is None


def test_no_convictions_and_none_looked_up_stay_apart() -> None:
    looked = tell(ConvictionsRecorded, "e9", 10, convictions=())
    assert fold([BOOKED]).convictions is None
    assert fold([BOOKED, looked]).convictions == ()


def test_an_answer_that_the_person_is_not_here_is_no_refusal() -> None:
    answer = tell(NotInCustodyHere, "e9", 13, detainer="d1", issuer="ICE-WAS", addressed_to="06037")
    record = fold([BOOKED, LODGED, answer])
    (d,) = record.detainers
    assert (d.decided, d.lifted) == (NEVER, NEVER)
    (said,) = record.corrections
    assert (said.of, said.disputed) == ("d1", True)
    assert said.says == ("The person is not in custody here; asked by ICE-WAS; addressed to 06037.")


def test_the_end_of_a_basis_may_be_recorded_before_its_start() -> None:
    late = replace(CHARGED, recorded=hour(40))
    assert fold([BAILED, late, BOOKED]).bases[0].end == hour(17)


def test_bare_dates_are_put_in_order_in_the_zone_of_the_facility() -> None:
    # In New York 7 March begins at 05:00 UTC, after 03:00 UTC on the same date.
    night = tell(ReleaseScheduled, "e9", 27, release_at=hour(30))
    day = replace(night, id="e10", occurred=Uncertain("2026-03-07"), release_at=hour(40))
    assert fold([BOOKED, night, day]).scheduled_release == hour(40)


# --- corrections and disputes ---------------------------------------------------------

RIGHT = replace(BAILED, occurred=hour(16))
CORRECTION: Corrected = tell(Corrected, "e9", 22, of="e3", says="Wrong clock.", instead=RIGHT)
WITHDRAWN: Corrected = tell(Corrected, "e9", 22, of="e3", says="Another person's bail.")


def test_a_correction_counts_instead_and_stays_on_record() -> None:
    record = fold([*WHOLE, CORRECTION])
    assert record.bases[0].end == hour(16)
    assert record.corrections == (
        Correction(id="e9", of="e3", by="desk-1", at=hour(22), says="Wrong clock."),
    )


def test_what_is_withdrawn_no_longer_counts() -> None:
    record = fold([*WHOLE, WITHDRAWN])
    assert record.bases[0].end is NEVER
    assert [correction.id for correction in record.corrections] == ["e9"]


def test_a_move_that_is_withdrawn_leaves_the_person_here() -> None:
    stayed = tell(Corrected, "e9", 22, of="e7", says="The van never came.")
    moved = [BOOKED, CHARGED, BAILED, LODGED, SERVED, MOVED]
    assert fold(moved).transfers == (Transfer(at=hour(18), to="51013", acknowledged=NEVER),)
    record = fold([*moved, stayed])
    assert record.transfers == ()
    law = law_of_place("us-tx", shipped())
    assert decide(fold(moved), law, hour(21)).verdict is Verdict.NOT_IN_CUSTODY
    assert decide(record, law, hour(21)).verdict is not Verdict.NOT_IN_CUSTODY


def test_the_last_correction_counts_and_both_stay() -> None:
    record = fold([*WHOLE, replace(WITHDRAWN, id="e10", recorded=hour(23)), CORRECTION])
    assert record.bases[0].end is NEVER
    assert [correction.id for correction in record.corrections] == ["e9", "e10"]


def test_a_dispute_changes_nothing_and_stays_on_record() -> None:
    dispute = tell(Disputed, "e9", 22, of="d1", says="It is not me.")
    record = fold([*WHOLE, dispute])
    assert replace(record, corrections=()) == fold(WHOLE)
    assert [(c.of, c.disputed) for c in record.corrections] == [("d1", True)]


@pytest.mark.parametrize("of", ["e5", "b1", "d1", "demo", "e9"])
def test_an_event_a_basis_a_request_the_record_and_a_correction_can_be_disputed(of: str) -> None:
    dispute = tell(Disputed, "e12", 23, of=of, says="Not so.")
    assert len(fold([*WHOLE, CORRECTION, dispute]).corrections) == 2


# --- who knew what when ---------------------------------------------------------------


def test_a_request_that_arrived_after_the_door_had_closed_was_not_ignored() -> None:
    late = replace(LODGED, recorded=hour(21))
    assert not fold([BOOKED, late, LEFT], known_at=hour(20)).detainers
    assert fold([BOOKED, late, LEFT], known_at=hour(21)).detainers
    assert fold([BOOKED, late, LEFT]).detainers


def test_what_may_have_been_recorded_later_was_not_surely_known() -> None:
    some_day = replace(LODGED, recorded=Uncertain("2026-03-06"))
    unknown = replace(LODGED, recorded=Uncertain("XXXX-XX-XX"))
    assert not fold([BOOKED, some_day], known_at=hour(23)).detainers
    assert fold([BOOKED, some_day], known_at=hour(24 + 5)).detainers
    assert not fold([BOOKED, unknown], known_at=datetime(2099, 1, 1, tzinfo=UTC)).detainers


def test_before_its_correction_was_known_the_first_word_counts() -> None:
    told = [*WHOLE, CORRECTION]
    assert fold(told, known_at=hour(21)).bases[0].end == hour(17)
    assert not fold(told, known_at=hour(21)).corrections
    assert fold(told, known_at=hour(22)).bases[0].end == hour(16)


def test_an_end_known_before_its_basis_says_nothing_yet() -> None:
    late = replace(CHARGED, recorded=hour(40))
    assert not fold([BOOKED, late, BAILED], known_at=hour(20)).bases


def test_before_the_booking_was_known_there_is_no_record() -> None:
    with pytest.raises(RecordError, match="surely recorded by 2026-03-06T08:00"):
        fold(WHOLE, known_at=hour(8))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="known_at must carry a time zone"):
        fold(WHOLE, known_at=datetime(2026, 3, 6))  # noqa: DTZ001


# --- what is refused --------------------------------------------------------------------

END = tell(BasisEnded, "e9", 17, basis="bb1")
ACK = tell(TransferAcknowledged, "e9", 21, transfer="e77")
WRONG_ID = replace(CORRECTION, instead=replace(RIGHT, id="e33"))

# name, events, code, place, words of the message, words of the help
REFUSED: list[tuple[str, list[Event], str, str, str, str]] = [
    ("nothing", [], "E109", "events", "has no event `booked`", "Add the event `booked`"),
    ("no booking", [CHARGED], "E109", "events", "has no event `booked`", "with its zone"),
    (
        "two records",
        [BOOKED, replace(CHARGED, record="other")],
        "E107", "events", "`demo` and `other`", "one record at a time",
    ),
    (
        "a correction for another record",
        [BOOKED, CHARGED, BAILED, replace(CORRECTION, instead=replace(RIGHT, record="other"))],
        "E107", "events", "`demo` and `other`", "one record at a time",
    ),
    (
        "one id for two contents",
        [BOOKED, replace(BOOKED, note="x")],
        "E106", "event `e1`", "`e1` stands for events that differ", "send an event `corrected`",
    ),
    (
        "a lift before its receipt",
        [
            BOOKED, LODGED, tell(DetainerReceived, "e9", 14, detainer="d1"),
            tell(DetainerLifted, "e10", 13, detainer="d1"),
        ],
        "E105", "record `demo`, field `detainers.d1.lifted`", "is before `received`", "Correct one",
    ),
    (
        "two protective facts at one time",
        [
            BOOKED, tell(PersonFact, "zz", 10, person=Person(under_18=True)),
            tell(PersonFact, "aa", 10, recorded=hour(11), person=Person(under_18=False)),
        ],
        "E112", "event `zz`", "says `person.under_18` otherwise than `aa` does, at the same time",
        "send an event `corrected` of `aa`",
    ),
    (
        "two schedules at one time",
        [
            BOOKED, tell(ReleaseScheduled, "e9", 10, release_at=hour(30)),
            tell(ReleaseScheduled, "e10", 10, release_at=hour(31)),
        ],
        "E112", "event `e9`", "says `scheduled_release` otherwise", "`corrected` of `e10`",
    ),
    (
        "two look-ups of convictions at one time",
        [
            BOOKED, tell(ConvictionsRecorded, "e9", 10, convictions=()),
            tell(
                ConvictionsRecorded, "e8", 10, convictions=(Conviction(offence=Offence()),)
            ),
        ],
        "E112", "event `e9`", "says `convictions` otherwise", "`corrected` of `e8`",
    ),
    (
        "two corrections at one time",
        [*WHOLE, CORRECTION, replace(WITHDRAWN, id="e10")],
        "E112", "event `e9`", "corrects `e3` otherwise than `e10` does", "Leave one of the two out",
    ),
    (
        "an unknown basis, with a near miss",
        [BOOKED, CHARGED, END],
        "E108", "event `e9`, field `basis`", "no basis has the id `bb1`", "Did you mean `b1`?",
    ),
    (
        "an unknown request",
        [BOOKED, SERVED],
        "E108", "event `e5`, field `detainer`", "no request has the id `d1`", "`detainer-lodged`",
    ),
    (
        "a notice about an unknown request",
        [BOOKED, TOLD],
        "E108", "event `e6`, field `about`", "no request has the id `d1`", "`detainer-lodged`",
    ),
    (
        "an unknown move",
        [BOOKED, MOVED, ACK],
        "E108", "event `e9`, field `transfer`", "no transfer has the id `e77`", "mean `e7`?",
    ),
    (
        "a correction of nothing",
        [BOOKED, WITHDRAWN],
        "E108", "event `e9`, field `of`", "no event has the id `e3`", "Name an event.",
    ),
    (
        "a dispute of nothing",
        [BOOKED, tell(Disputed, "e9", 22, of="d7", says="No.")],
        "E108", "event `e9`, field `of`", "nothing on record has the id `d7`", "Name an event",
    ),
    (
        "a correction of a correction",
        [BOOKED, CHARGED, BAILED, CORRECTION, replace(WITHDRAWN, id="e10", of="e9")],
        "E111", "event `e10`, field `of`", "`e9` is itself of the kind `corrected`", "once more",
    ),
    (
        "a correction under another id",
        [BOOKED, CHARGED, BAILED, WRONG_ID],
        "E111", "event `e9`, field `instead`", "`e33`, `basis-ended`", "Keep its id `e3`",
    ),
    (
        "a correction of another kind",
        [BOOKED, CHARGED, replace(BAILED, id="e3"), replace(CORRECTION, of="e2")],
        "E111", "event `e9`, field `instead`", "put for another event", "kind `basis-added`",
    ),
    (
        "two ends of one basis",
        [BOOKED, CHARGED, BAILED, replace(BAILED, id="e9", occurred=hour(18))],
        "E112", "event `e9`", "of `b1` otherwise than `e3` does", "`corrected` of `e3`",
    ),
    (
        "two bookings",
        [BOOKED, replace(BOOKED, id="e9", zone="America/Chicago")],
        "E112", "event `e9`", "tells `booked` of `the booking` otherwise", "`corrected` of `e1`",
    ),
    (
        "one id for a basis and a request",
        [BOOKED, CHARGED, replace(LODGED, detainer="b1")],
        "E104", "record `demo`, id `b1`", "`b1` stands for two things", "an id of its own",
    ),
    (
        "an end before its start",
        [BOOKED, CHARGED, replace(BAILED, occurred=hour(8))],
        "E105", "record `demo`, field `bases.b1.end`", "is before `start`", "Correct one",
    ),
    (
        "an unknown zone",
        [replace(BOOKED, zone="Mars")],
        "E103", "record `demo`, field `zone`", "`Mars` is no time zone", "America/Los_Angeles",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "events", "code", "place", "message", "help"), REFUSED, ids=[r[0] for r in REFUSED]
)
def test_what_does_not_add_up_is_refused_with_place_and_remedy(
    name: str, events: list[Event], code: str, place: str, message: str, help: str
) -> None:
    for order in (events, events[::-1]):
        faults = {fault.code: fault for fault in refused(*order).faults}
        assert faults[code].place == place
        assert message in faults[code].message
        assert help in faults[code].help


def test_the_same_said_twice_under_two_ids_is_no_contradiction() -> None:
    again = replace(BAILED, id="e9", recorded=hour(30), by="court-1", note="by fax too")
    assert fold([*WHOLE, again]) == fold(WHOLE)


def test_all_faults_are_told_at_once() -> None:
    error = refused(CHARGED, END, SERVED, tell(Disputed, "e12", 22, of="?", says="No."))
    assert sorted(fault.code for fault in error.faults) == ["E108", "E108", "E108", "E109"]


# --- JSON -----------------------------------------------------------------------------------

ENVELOPE = {
    "id": "e9",
    "record": "demo",
    "occurred": "2026-03-06",
    "recorded": "2026-03-06T09:00-05:00",
    "by": "desk-1",
}


NO_KINDS = {
    "EVENT_KINDS", "Event", "Happening", "Plain", "event_schema", "event_to_json",
    "events_from_json",
}  # fmt: skip


def test_every_kind_of_event_is_exported_and_no_two_share_a_name() -> None:
    from exeat.facts import events

    assert {kind.__name__ for kind in EVENT_KINDS.values()} <= set(events.__all__)
    assert len(EVENT_KINDS) == len({*events.__all__} - NO_KINDS), "two share a name"


def test_an_event_is_written_on_one_line_without_what_is_not_known() -> None:
    text = event_to_json(SERVED)
    assert "\n" not in text
    assert json.loads(text) == {
        "event": "detainer-served",
        "id": "e5",
        "record": "demo",
        "occurred": "2026-03-06T15:00:00+00:00",
        "recorded": "2026-03-06T15:00:00+00:00",
        "by": "desk-1",
        "detainer": "d1",
    }


def test_events_are_read_from_lines_from_an_array_and_alone() -> None:
    lines = [event_to_json(event) for event in WHOLE]
    assert events_from_json("\r\n\n".join(lines) + "\n") == WHOLE
    assert events_from_json(json.dumps([json.loads(line) for line in lines], indent=1)) == WHOLE
    assert events_from_json(json.dumps(json.loads(lines[0]), indent=1).encode()) == (BOOKED,)
    assert events_from_json("[]") == events_from_json("") == ()


def test_a_line_separator_within_a_text_does_not_end_a_line() -> None:
    noted = replace(BOOKED, note="a\u2028b")
    assert events_from_json(f"{event_to_json(noted)}\n{event_to_json(CHARGED)}") == (noted, CHARGED)


# name, JSON, place, words of the message, words of the help
UNREADABLE: list[tuple[str, str, str, str, str]] = [
    ("no JSON", "booked", "line 1", "is not JSON", "one event a line"),
    ("a broken array", "[{", "", "is not JSON", "a JSON array of events"),
    ("no kind", "{}", "field `event`", "is missing", "Use one of: basis-added"),
    (
        "an unknown kind, with a near miss",
        '{"event": "relaesed"}',
        "field `event`", "`relaesed` is no kind of event", "Did you mean `released`?",
    ),
    ("a number", "[5]", "event 1", "`5` will not do here", "Write an object in { }"),
    (
        "a field of another kind",
        json.dumps({**ENVELOPE, "event": "booked", "zone": "UTC", "basis": "b1"}),
        "field `basis`", "is not a field of this kind of event", "Take the field out",
    ),
    (
        "a fact that is not kept",
        json.dumps({**ENVELOPE, "event": "person-fact", "person": {"race": "x"}}),
        "field `person.race`", "seen with `x`", "keeps no fact that no rule needs",
    ),
    (
        "an event that never occurred",
        json.dumps({**ENVELOPE, "event": "released", "occurred": "never"}),
        "field `occurred`", "`never` is neither", "Write a time",
    ),
    (
        "a fault within a correction",
        json.dumps(
            {
                **ENVELOPE, "event": "corrected", "of": "e3", "says": "x",
                "instead": {**ENVELOPE, "event": "booked"},
            }
        ),
        "field `instead.zone`", "is missing", "Add the field.",
    ),
    (
        "a correction by a correction",
        json.dumps(
            {
                **ENVELOPE, "event": "corrected", "of": "e3", "says": "x",
                "instead": {**ENVELOPE, "event": "disputed"},
            }
        ),
        "field `instead.event`", "`disputed` is no kind of event", "Use one of",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "place", "message", "help"), UNREADABLE, ids=[row[0] for row in UNREADABLE]
)
def test_an_event_that_cannot_be_read_is_told_with_place_and_remedy(
    name: str, text: str, place: str, message: str, help: str
) -> None:
    with pytest.raises(RecordError) as caught:
        events_from_json(text, "x.jsonl")
    (fault,) = caught.value.faults
    assert fault.place == f"x.jsonl, {place}".removesuffix(", ")
    assert message in fault.message
    assert help in fault.help
    assert all(len(text.splitlines()) == 1 for text in (fault.place, fault.message, fault.help))


def test_the_faults_of_all_lines_are_told_at_once() -> None:
    good = event_to_json(BOOKED)
    with pytest.raises(RecordError) as caught:
        events_from_json(f'{good}\n{{"event": "x"}}\nbad\n{good}\n{{"event": "released"}}')
    assert [fault.place.split(", field")[0] for fault in caught.value.faults] == [
        "events, line 2",
        "events, line 3",
        *["events, line 5"] * 5,
    ]
