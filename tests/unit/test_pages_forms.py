"""What a form says: times in the house's zone, codes, choices, and all faults at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("fastapi")
from starlette.datastructures import FormData

from exeat.desk.pages.acts import ACTS, BOOK, INTAKE, RELEASE
from exeat.desk.pages.forms import Choice, Field, Form, Group, Problem, Wrong, starts
from exeat.desk.pages.reading import read_form
from exeat.desk.pages.routes import people, requests
from exeat.desk.pages.routes.gate import order_of
from exeat.errors import Fault
from exeat.facts.codes import BasisEnd, ReleaseKind, WarrantKind
from exeat.office.models import PersonalData

ZONE = ZoneInfo("America/New_York")
VIEWER = SimpleNamespace(ctx=None)
NOW = datetime(2026, 3, 6, 23, 12, tzinfo=UTC)


def one(kind: str, **more: object) -> Form:
    return Form("x", (Group("", (Field("a", kind, **more),)),))  # type: ignore[arg-type]


def read(form: Form, *sent: tuple[str, str], picks: dict[str, list[Choice]] | None = None):  # type: ignore[no-untyped-def]
    return read_form(form, FormData(sent), ZONE, picks or {})


def test_all_faults_of_a_form_come_at_once_and_name_what_to_enter() -> None:
    filled = read(BOOK, ("occurred", "yesterday"), ("kind", "no-such-code"))
    keys = {problem.field: problem.key for problem in filled.problems}
    assert keys == {
        "surname": "field.surname.missing",
        "given_names": "field.given_names.missing",
        # A birth date may be unknown; nobody makes one up.
        "booking_number": "field.booking_number.missing",
        "occurred": "fault.no-time",
        "kind": "field.basis_kind.missing",
    }


def test_a_local_time_is_meant_at_the_facility() -> None:
    filled = read(one("time"), ("a", "2026-03-06T18:12"))
    assert filled.values["a"] == NOW


def test_a_time_that_never_was_is_refused() -> None:
    filled = read(one("time"), ("a", "2026-03-08T02:30"))
    assert [problem.key for problem in filled.problems] == ["fault.time-never-was"]


def test_a_time_that_came_twice_is_asked_about() -> None:
    assert read(one("time"), ("a", "2026-11-01T01:30")).problems[0].key == "fault.time-twice"
    first = read(one("time"), ("a", "2026-11-01T01:30"), ("a-fold", "0"))
    second = read(one("time"), ("a", "2026-11-01T01:30"), ("a-fold", "1"))
    assert first.values["a"] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert second.values["a"] == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_not_known_is_an_answer_where_law_can_do_without_and_none_where_it_cannot() -> None:
    known = read(one("truth", required=True), ("a", "not-known"))
    assert known.problems == ()
    assert known.values["a"] is None
    assert read(one("truth", required=True)).problems
    assert read(one("yes-no", required=True), ("a", "not-known")).problems
    assert read(one("yes-no", required=True), ("a", "no")).values["a"] is False


def test_a_code_that_is_none_is_refused_and_codes_are_all_or_nothing() -> None:
    codes = one("codes", codes=WarrantKind)
    both = read(codes, ("a", "I-200"), ("a", "I-205"))
    assert both.values["a"] == (WarrantKind.I200, WarrantKind.I205)
    assert read(codes, ("a", "I-200"), ("a", "I-2000")).problems
    assert read(codes).values["a"] == ()


def test_only_what_was_offered_can_be_chosen() -> None:
    picks = {"things": [Choice("b-1", "Charge")]}
    form = one("pick", source="things", required=True)
    assert read(form, ("a", "b-1"), picks=picks).values["a"] == "b-1"
    assert read(form, ("a", "b-2"), picks=picks).problems


def test_what_is_too_long_is_refused_and_a_file_is_no_text() -> None:
    assert read(one("text"), ("a", "x" * 201)).problems[0].key == "fault.too-long"
    assert not read(one("text"), ("a", "x" * 200)).problems


def test_a_form_keeps_to_the_limits_of_the_records_own_types() -> None:
    """As the API does: a code has no blank, so that no name gets into it."""
    sent = (("detainer", "d-1"), ("occurred", "2026-03-06T18:12"))
    picks = {"detainers": [Choice("d-1", "")]}
    form = ACTS["copy_refused"]
    assert not read(form, *sent, ("witness", "badge-17"), picks=picks).problems
    [wrong] = read(form, *sent, ("witness", "Avery Example"), picks=picks).problems
    assert (wrong.field, wrong.key) == ("witness", "fault.no-code")
    long = (("witness", "b-1"), ("note", "x" * 4001), ("language", "e\x07s"))
    keys = {one.field: one.key for one in read(form, *sent, *long, picks=picks).problems}
    assert keys == {"note": "fault.too-long", "language": "fault.no-text"}


def test_a_fresh_form_has_the_time_now_and_the_only_choice() -> None:
    picks = {
        "bases": [Choice("b-1", "Charge")],
        "detainers": [Choice("d-1", ""), Choice("d-2", "")],
    }
    end = starts(ACTS["end_basis"], ZONE, NOW, {}, picks)
    assert end["occurred"] == ["2026-03-06T18:12"]
    assert end["basis"] == ["b-1"]
    assert starts(ACTS["serve"], ZONE, NOW, {}, picks)["detainer"] == []
    assert starts(ACTS["serve"], ZONE, NOW, {"detainer": "d-2"}, picks)["detainer"] == ["d-2"]


def test_a_fault_of_the_service_stands_beside_its_field() -> None:
    at_the_field = Problem.of(Fault("E602", "surname", "is missing", "Enter the surname."), BOOK)
    assert at_the_field.field == "surname"
    assert at_the_field.said[0].values["words"] == "is missing. Enter the surname."
    assert Problem.of(Fault("E604", "record `x`", "is closed", "Look again."), BOOK).field == ""


def release(**said: str) -> dict[str, object]:
    sent = {"kind": "street", **said}
    return read(RELEASE, *sent.items()).values  # type: ignore[no-any-return]


def test_two_identifiers_are_asked_before_the_gate_is() -> None:
    with pytest.raises(Wrong) as wrong:
        order_of("r", release(booking_number="B-1"), 3, "e", against=False)
    assert [problem.key for problem in wrong.value.problems] == ["fault.two-identifiers"]
    values = release(booking_number="B-1", born="1990-01-31")
    order = order_of("r", values, 3, "e", against=False)
    assert order.identifiers == {"born": "1990-01-31", "booking_number": "B-1"}
    assert (order.seen_version, order.event_id, order.kind) == (3, "e", ReleaseKind.STREET)
    assert order.override is None


def test_an_override_needs_every_part_of_it() -> None:
    values = release(booking_number="B-1", photo="yes", reason="counsel-advises")
    with pytest.raises(Wrong) as wrong:
        order_of("r", values, 3, "e", against=True)
    fields = [problem.field for problem in wrong.value.problems]
    assert fields == ["override_words", "second_name", "second_password", "second_code"]
    # What was typed there counts for nothing unless that button was pressed.
    assert order_of("r", values, 3, "e", against=False).override is None


class Recorder:
    """A desk that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.desk = self.acts = self

    def book(self, ctx: object, person: PersonalData, **said: object) -> None:
        self.asked.append(("book", {**said, "person": person}))

    def do(self, ctx: object, act: str, record: str, /, **said: object) -> None:
        self.asked.append((act, said))


def test_a_booking_says_who_and_why_and_no_nationality() -> None:
    sent = (
        ("surname", "Example"), ("given_names", "Avery"), ("born", "1990-01-31"),
        ("booking_number", "B-1"), ("occurred", "2026-03-06T18:12"), ("kind", "charge"),
        ("offence", "trespass"), ("offence_class", "misdemeanor"),
    )  # fmt: skip
    desk = Recorder()
    people._booked(desk, VIEWER, read(BOOK, *sent), "e1")  # type: ignore[arg-type]
    [(act, said)] = desk.asked
    [basis] = said["bases"]  # type: ignore[misc]
    assert act == "book"
    assert (basis.kind, basis.offence.description) == ("charge", "trespass")
    assert said["occurred"] == NOW
    names = {field.name for field in BOOK.fields}
    assert not names & {"nationality", "race", "ethnicity", "religion", "birthplace"}


def test_intake_lodges_the_paper_and_its_service() -> None:
    sent = (
        ("booking_number", "B-1"), ("born", "1990-01-31"), ("form", "I-247A"),
        ("issuer", "ice-sea"), ("issued", "2026-03"),
        ("received", "2026-03-06T18:00"), ("warrants", "I-200"), ("names_this_person", "yes"),
        ("served", "2026-03-06T18:12"),
    )  # fmt: skip
    filled = read(INTAKE, *sent)
    assert filled.problems == ()
    desk = Recorder()
    requests._lodged(desk, VIEWER, "r", filled, "e" * 32)  # type: ignore[arg-type]
    [(act, said)] = desk.asked
    assert act == "lodge"
    assert (said["warrants"], said["names_this_person"]) == ((WarrantKind.I200,), True)
    assert said["grounds"] is None, "no box ticked on the form means: not known"
    assert (said["detainer"], said["occurred"]) == ("d-eeeeeeee", said["received"])
    assert said["served"] == NOW
    named = {"booking_number": "B-1", "born": "1990-01-31", "fingerprint_id": ""}
    assert said["identifiers"] == named


def test_end_of_a_ground_reads_its_code() -> None:
    picks = {"bases": [Choice("b-1", "Charge")]}
    sent = (("basis", "b-1"), ("ended_by", "bail"), ("occurred", "2026-03-06T18:12"))
    filled = read(ACTS["end_basis"], *sent, picks=picks)
    assert filled.values["ended_by"] is BasisEnd.BAIL


def test_dates_are_days() -> None:
    assert read(one("date"), ("a", "1990-01-31")).values["a"] == date(1990, 1, 31)
    assert read(one("date"), ("a", "31.1.1990")).problems[0].key == "fault.no-date"
    assert read(one("about"), ("a", "2026-03")).values["a"].edtf == "2026-03"
    assert read(one("about"), ("a", "spring")).problems[0].key == "fault.no-about"
