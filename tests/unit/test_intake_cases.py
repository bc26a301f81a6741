"""Exports of every kind, mapped and audited without an edit: what each must come out as."""

from __future__ import annotations

import io
import json
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from exeat.cli.auditfile import run
from exeat.errors import ExeatError, UsageError
from exeat.intake.propose import Proposal, propose

EXPORTS = Path(__file__).parents[1] / "exports"
KEPT = ("held-past-authority", "held-without-authority")


@dataclass
class Outcome:
    """What came of one export."""

    summary: dict[str, Any] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    printed: str = ""

    @property
    def notes(self) -> dict[str, int]:
        found: dict[str, int] = self.summary["data_quality"]
        return found

    def kept(self, certainty: str) -> dict[str, float]:
        """Hours kept too long, by record."""
        return {
            one["record_id"]: one["hours"]
            for one in self.findings
            if one["kind"] in KEPT and one["certainty"] == certainty
        }


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Any:
    @lru_cache
    def go(name: str, place: str, given: bool = False) -> Outcome:
        path = EXPORTS / name
        out = tmp_path_factory.mktemp("out")
        console = Console(file=io.StringIO(), width=200)
        mapping = str(path.parent / "map.toml") if given else None
        run(path, mapping, place, out, console, workers=0)
        summary = json.loads((out / "summary.json").read_text())
        findings = json.loads((out / "findings.json").read_text())
        assert isinstance(console.file, io.StringIO)
        return Outcome(summary, findings, console.file.getvalue())

    return go


def proposal_of(name: str) -> Proposal:
    return propose(EXPORTS / name)


def toml_of(name: str) -> dict[str, Any]:
    return tomllib.loads(proposal_of(name).toml)


def both(*names: str) -> list[tuple[str, bool]]:
    return [(name, given) for name in names for given in (False, True)]


# --- nothing certain rests on times that say less than they seem to ---------------------


UNCERTAIN = {
    # export: (place, the note that says why)
    "bare-dates-zero-hours": ("us-tx", "date-without-time"),
    "midnight-means-date": ("us-tx", "midnight-read-as-date"),
    "migration-booking-time": ("us-wa-pierce", "shared-instant"),
    "open-end-placeholders": ("us-tx", "impossible-time"),
    "release-in-the-future": ("us-wa-pierce", "impossible-time"),
}


@pytest.mark.parametrize(("name", "given"), both(*UNCERTAIN))
def test_nothing_certain_rests_on(name: str, given: bool, audited: Any) -> None:
    place, note = UNCERTAIN[name]
    outcome = audited(f"{name}/export.csv", place, given)
    assert outcome.kept("certain") == {}
    assert outcome.notes[note]
    assert all(one["hours"] != 0 for one in outcome.findings if one["kind"] in KEPT)


def test_40_bookings_of_one_instant_are_told_with_their_number(audited: Any) -> None:
    outcome = audited("migration-booking-time/export.csv", "us-wa-pierce")
    assert any(
        text.startswith("40 bookings have") for text in outcome.summary["doubts_of_the_file"]
    )
    assert outcome.notes["shared-instant"] == 40


@pytest.mark.parametrize("given", [False, True])
def test_a_planned_release_is_no_release(given: bool, audited: Any) -> None:
    outcome = audited("projected-release/export.csv", "us-wa-pierce", given)
    assert (outcome.kept("certain"), outcome.kept("possible")) == ({}, {})
    assert (outcome.summary["rows_used"], outcome.summary["rows_rejected"]) == (12, 0)
    proposal = proposal_of("projected-release/export.csv")
    assert "is when release is planned" in proposal.unsure[0]
    assert "Unknown" in tomllib.loads(proposal.toml)["file"]["empty_values"]


def test_a_time_that_the_clocks_jumped_over_costs_its_row_and_says_so(audited: Any) -> None:
    outcome = audited("spring-gap/export.csv", "us-ny", True)
    assert (outcome.summary["rows_used"], outcome.summary["rows_rejected"]) == (1, 1)


# --- times as systems write them ---------------------------------------------------------


HALF_PAST_NINE = {
    "excel-serial-dates": "excel",
    "military-time": "%m/%d/%Y %H%M",
    "oracle-dots": "%d-%b-%y %I.%M.%S.%f %p",
    "postgres-short-offset": "iso",
    "sqlserver-month-name": "%b %d %Y %I:%M%p",
    "zone-abbreviation": "%Y-%m-%d %H:%M:%S %Z",
}


@pytest.mark.parametrize("name", HALF_PAST_NINE)
def test_times_are_read_without_an_edit(name: str, audited: Any) -> None:
    assert toml_of(f"{name}/export.csv")["times"]["formats"] == [HALF_PAST_NINE[name]]
    outcome = audited(f"{name}/export.csv", "us-wa-pierce")
    hours = outcome.kept("certain") | outcome.kept("possible")
    assert hours["P1"] == 24.5
    assert outcome.summary["rows_used"] == 3


def test_24_o_clock_is_the_end_of_the_day(audited: Any) -> None:
    outcome = audited("midnight-as-24/export.csv", "us-wa-pierce")
    assert (outcome.kept("certain") | outcome.kept("possible"))["P1"] == 24.0


@pytest.mark.parametrize("given", [False, True])
def test_a_day_and_its_time_of_day_in_two_columns_are_one_time(given: bool, audited: Any) -> None:
    outcome = audited("date-and-time-apart/export.csv", "us-wa-pierce", given)
    assert outcome.summary["bookings_where_immigration_hold_ended_last"] == 1
    assert outcome.kept("certain") == {} and outcome.summary["rows_used"] == 3
    assert outcome.summary["first_booked"].startswith("2026-03-15T06:10")


# --- where holds stand, and what they are called -------------------------------------------


def test_words_that_look_like_a_hold_are_told_from_those_that_are_one() -> None:
    listed = toml_of("words-that-look-like-ice/export.csv")["hold"]["immigration"]["any_of"]
    assert len(listed) == 13
    assert not {text for text in listed if "METH" in text or "PAROLE" in text or "IAD" in text}
    assert {"ICEHOLD", "I.C.E. HOLD", "HOLD/BICE", "287G", "HOLD_ICE", "ALIEN HOLD"} <= set(listed)


def test_holds_that_the_mapping_does_not_list_are_told_with_their_number(audited: Any) -> None:
    outcome = audited("hold-spelling-not-listed/export.csv", "us-wa-pierce", True)
    told = {one["text"]: one["lines"] for one in outcome.summary["not_in_the_mapping"]}
    assert told == {"IMMIGRATION DETAINER I-247A": 1, "ICE DETAINER - WARRANT ATTACHED": 1}
    assert outcome.notes["hold-not-listed"] == 2
    assert "IMMIGRATION DETAINER I-247A" in outcome.printed


def test_the_column_with_the_words_is_the_charge_and_that_with_the_codes_is_not() -> None:
    columns = toml_of("hold-text-in-other-column/export.csv")["columns"]
    assert (columns["charge"], columns["statute"]) == ("Charge Literal", "Charge")
    assert columns["ended_at"] == "Disposition Date"


def test_a_hold_in_a_column_of_the_booking_leaves_its_charges_as_they_are(audited: Any) -> None:
    outcome = audited("hold-as-booking-column/export.csv", "us-wa-pierce")
    assert outcome.summary["bookings_with_immigration_hold"] == 2
    assert outcome.summary["bookings_with_only_immigration_hold"] == 0
    assert (outcome.kept("certain"), outcome.kept("possible")) == ({}, {})


def test_no_meaning_is_guessed_past_a_negation() -> None:
    name = "guesses-turned-round/export.csv"
    mapping = toml_of(name)
    assert mapping.get("release", {}) == {} and mapping["dispositions"] == {}
    assert mapping["lift"] == {"DECLINED BY JAIL": "declined"}


def test_guesses_that_decide_who_went_where_are_printed() -> None:
    unsure = proposal_of("hold-text-in-other-column/export.csv").unsure
    assert "Taken to mean that the person went to ICE: `RELEASED TO ICE`." in unsure
    assert "Taken to mean that the person walked free: `BOND-SURETY`." in unsure


def test_nothing_personal_is_copied_or_printed() -> None:
    proposal = proposal_of("names-in-proposal/export.csv")
    for text in (proposal.toml, *proposal.unsure):
        assert "Testname" not in text and "Testperson" not in text and "555" not in text
    assert any("`Release Type Comment` is free text" in text for text in proposal.unsure)


# --- shapes ---------------------------------------------------------------------------------


def test_a_booking_number_stays_the_id_though_a_line_came_later(audited: Any) -> None:
    outcome = audited("booking-time-per-line/export.csv", "us-wa-pierce")
    assert toml_of("booking-time-per-line/export.csv")["columns"]["record_id"] == "Booking Number"
    assert outcome.summary["bookings"] == 3
    assert outcome.kept("certain") | outcome.kept("possible") == {}


@pytest.mark.parametrize("given", [False, True])
def test_several_charges_in_a_cell_are_several_lines(given: bool, audited: Any) -> None:
    outcome = audited("charges-in-one-cell/export.csv", "us-wa-pierce", given)
    assert outcome.summary["bookings_with_immigration_hold"] == 2
    assert outcome.summary["bookings_with_only_immigration_hold"] == 0
    assert outcome.kept("certain") | outcome.kept("possible") == {}
    assert outcome.notes["cell-with-several-charges"] == 2
    assert "hold several charges" in proposal_of("charges-in-one-cell/export.csv").unsure[0]


@pytest.mark.parametrize("given", [False, True])
def test_without_a_release_the_last_end_stands_for_it(given: bool, audited: Any) -> None:
    outcome = audited("no-release-column/export.csv", "us-wa-pierce", given)
    assert (outcome.kept("certain") | outcome.kept("possible")) == {"F1": 73.0}
    assert outcome.notes["release-is-last-end"] == 2
    assert (
        "No column holds times of release" in proposal_of("no-release-column/export.csv").unsure[0]
    )


def test_ids_that_a_spreadsheet_cut_are_told_and_stays_are_kept_apart(audited: Any) -> None:
    proposal = proposal_of("spreadsheet-cut-ids/export.csv")
    assert "look cut by a spreadsheet" in proposal.unsure[0]
    outcome = audited("spreadsheet-cut-ids/export.csv", "us-wa-pierce")
    assert outcome.notes["id-cut-by-spreadsheet"] == 4 and outcome.notes["several-stays"] == 3
    assert any("cut by a spreadsheet" in x for x in outcome.summary["doubts_of_the_file"])
    assert "cut by a spreadsheet" in outcome.printed


def test_somebody_gone_without_a_time_is_not_still_there(audited: Any) -> None:
    outcome = audited("released-no-date/export.csv", "us-wa-pierce")
    assert outcome.notes == {"released-without-time": 1}
    assert {one["record_id"] for one in outcome.findings} == {"DD1", "DD3"}


def test_a_header_below_a_title_is_found(audited: Any) -> None:
    assert "line 4 is taken for it" in proposal_of("title-lines-above/export.csv").unsure[0]
    assert audited("title-lines-above/export.csv", "us-wa-pierce").summary["rows_used"] == 2


def test_a_file_without_a_header_keeps_its_first_row(audited: Any) -> None:
    assert "looks like data" in proposal_of("no-header/export.csv").unsure[0]
    summary = audited("no-header/export.csv", "us-wa-pierce").summary
    assert (summary["rows_used"], summary["bookings"]) == (3, 2)


def test_a_name_that_stands_twice_in_the_header_is_told_and_can_be_used(audited: Any) -> None:
    name = "same-column-name-twice/export.csv"
    assert "`Date`, `Time` more than once" in proposal_of(name).unsure[0]
    assert toml_of(name)["columns"]["released_at"] == ["Date (2)", "Time (2)"]
    assert audited(name, "us-wa-pierce").summary["rows_used"] == 3


@pytest.mark.parametrize("given", [False, True])
def test_a_comma_too_many_is_no_fault(given: bool, audited: Any) -> None:
    summary = audited("trailing-comma-in-rows/export.csv", "us-wa-pierce", given).summary
    assert (summary["rows_used"], summary["bookings"]) == (3, 2)


def test_a_printed_report_is_known_for_one_and_says_what_to_ask_for() -> None:
    (first,) = proposal_of("master-detail-report/export.csv").unsure
    assert "two kinds of lines" in first and "Ask the jail" in first


# --- containers -----------------------------------------------------------------------------


def test_json_is_read_with_the_charges_inside_each_record(audited: Any) -> None:
    outcome = audited("json-not-said/export.json", "us-wa-pierce")
    assert (outcome.summary["rows_used"], outcome.summary["bookings"]) == (3, 2)
    assert outcome.summary["bookings_with_immigration_hold"] == 1
    assert audited("json-not-said/lines.ndjson", "us-wa-pierce").summary["rows_used"] == 2


def test_a_spreadsheet_and_a_text_of_fixed_width_are_read(audited: Any) -> None:
    assert audited("other-containers/sheet.ods", "us-wa-pierce").summary["rows_used"] == 1
    summary = audited("other-containers/fixed.txt", "us-wa-pierce").summary
    assert (summary["rows_used"], summary["bookings_with_immigration_hold"]) == (2, 1)


OTHERS = {
    "book.numbers": "Numbers",
    "letter.docx": "DOCX",
    "note.rtf": "RTF",
    "query.csv": "JSON without a list of records",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_table_is_named_for_what_it_is(name: str) -> None:
    with pytest.raises(ExeatError, match=OTHERS[name]) as caught:
        propose(EXPORTS / "other-containers" / name)
    assert caught.value.faults[0].help


# --- the law is asked as before -------------------------------------------------------------


def test_the_law_of_the_day_of_the_door_is_used(audited: Any) -> None:
    outcome = audited("hold-over-a-law-change/export.csv", "us-nh")
    assert set(outcome.kept("possible")) <= {"CC1"} and outcome.kept("certain") == {}


def test_a_week_with_a_holiday_of_the_state_says_nothing_certain(audited: Any) -> None:
    assert audited("state-holiday/export.csv", "us-nh").kept("certain") == {}


# --- disorders of CSV -------------------------------------------------------------------------

REFUSED = {"nul.csv", "smart-quotes.csv"}
"""Every row of these is rejected, each with its reason."""
SPLIT = {"case-ids.csv", "float-ids.csv", "zero-pad-ids.csv"}
"""Ids that may be one: told where they differ in case or `.0` only, never joined unasked."""
MESSES = sorted(path.name for path in (EXPORTS / "csvmess").glob("*.csv"))


@pytest.mark.parametrize("name", [name for name in MESSES if name not in REFUSED])
@pytest.mark.parametrize("given", [False, True])
def test_a_disorder_of_csv_costs_no_row(name: str, given: bool, audited: Any) -> None:
    outcome = audited(f"csvmess/{name}", "us-wa-pierce", given)
    rows = 4 if name == "mixed-enc.csv" else 3
    assert outcome.summary["rows_used"] == rows
    assert outcome.summary["bookings"] == rows - (name not in SPLIT)
    assert outcome.summary["bookings_with_immigration_hold"] == 1


@pytest.mark.parametrize("name", ["case-ids.csv", "float-ids.csv"])
def test_ids_almost_alike_are_told(name: str, audited: Any) -> None:
    outcome = audited(f"csvmess/{name}", "us-wa-pierce")
    assert outcome.notes["ids-almost-alike"] == 2
    assert any("same_ids = true" in text for text in outcome.summary["doubts_of_the_file"])


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_audit_that_used_no_row_is_refused(name: str, tmp_path: Path) -> None:
    path = EXPORTS / "csvmess" / name
    console = Console(file=io.StringIO())
    with pytest.raises(UsageError, match="no row could be used: 3 of 3 were rejected"):
        run(path, str(path.parent / "map.toml"), "us-wa-pierce", tmp_path, console, workers=0)
    assert (tmp_path / "rejects.csv").read_text().count("\n") == 4


def test_a_refused_run_leaves_no_old_report_behind(tmp_path: Path) -> None:
    folder = EXPORTS / "trailing-comma-in-rows"
    console = Console(file=io.StringIO())
    args = (str(folder / "map.toml"), "us-wa-pierce", tmp_path, console)
    run(folder / "export.csv", *args, workers=0)
    assert (tmp_path / "index.html").exists()
    with pytest.raises(ExeatError):
        run(EXPORTS / "other-containers" / "note.rtf", *args, workers=0)
    assert [path.name for path in tmp_path.iterdir()] == []
