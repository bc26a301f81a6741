"""Every scenario table, one test a row; and the runner itself, which must be able to say no."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest
from tests.scenario.facts import build
from tests.scenario.hours import end_of_a_hold
from tests.scenario.runner import TableError, collect, run
from tests.scenario.tables import Row, read_tables
from tests.scenario.words import read_instant

from exeat.rules.model import About, Modality

HERE = Path(__file__).parent
ROWS = collect(HERE / "tables")
DERIVED = collect(HERE / "derived")


def _named(row: Row) -> str:
    return f"{row.place.split(':')[0]}: {row.name}"


@pytest.mark.parametrize("row", ROWS, ids=_named)
def test_the_answer_is_as_the_table_says(row: Row) -> None:
    wrong = run(row)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("row", DERIVED, ids=_named)
def test_the_answer_is_as_derived_from_the_sheet(row: Row) -> None:
    wrong = run(row)
    assert not wrong, "\n" + "\n".join(wrong)


OPENED = ("release-unless-instructed", "call-counsel", "serve-first", "bring-first")
"""Verdicts under which no hold stands yet: the tables say until when one would run."""


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in ROWS + DERIVED
        if row.cells["verdict"].removesuffix(", possibly") in OPENED and row.cells["until"] != "-"
    ],
    ids=_named,
)
def test_a_hold_that_is_not_open_yet_would_end_when_the_hours_of_the_law_say(row: Row) -> None:
    asked = build(row.told)
    end = end_of_a_hold(row.told, asked.zone)
    until = read_instant(row.cells["until"], asked.zone)
    bans = {
        datetime.combine(day, time(), asked.zone)
        for rule in asked.law.rules
        if rule.about is About.HOLD and rule.modality is Modality.MUST_NOT
        if (day := rule.first_day.earliest) is not None
    }
    assert until == end or (until < end and until in bans)


def test_the_tables_reach_both_sides_of_every_verdict() -> None:
    verdicts = {row.cells["verdict"].removesuffix(", possibly") for row in ROWS}
    assert verdicts >= {
        "in-custody", "release", "notify-first", "may-hold", "must-hold", "overdue", "conflict",
        "unknown", "not-in-custody", "release-unless-instructed", "call-counsel", "serve-first",
        "bring-first",
    }  # fmt: skip


def test_the_scenario_that_must_fail_is_reported_in_words() -> None:
    [row] = read_tables(HERE / "must_fail" / "a_wrong_answer.md")
    report = "\n".join(run(row))
    assert report.startswith("a_wrong_answer.md:")
    for words in (
        "Washington may not hold on a detainer",
        "changed fact: nothing",
        "verdict: the table says must-hold, exeat says release",
        "until: the table says Sun 12 Apr 2026, 17:30 PDT, exeat says -",
        "by rule: the table says `not wa-no-hold` decides; in exeat: wa-no-hold",
        "asks: the table says detainer.served, exeat says nothing",
        "duty: the table says `wa-inform-rights` done, exeat says owed",
        "exeat's reasons: The last ground of custody",
    ):
        assert words in report, report


def test_a_question_for_counsel_is_not_one_for_the_deputy() -> None:
    row = next(row for row in DERIVED if row.cells.get("asks") == "counsel: place.hold_power")
    moved = replace(row, cells=row.cells | {"asks": "place.hold_power"})
    assert any("exeat says counsel: place.hold_power" in line for line in run(moved))


BAD = {
    "unknown_key.md": ("unknown_key.md:5: unknown key `recieved`. Did you mean `received`?",),
    "unknown_column.md": ("unknown_column.md:8: unknown column `dutty`. Did you mean `duty`?",),
    "several_faults.md": (
        "several_faults.md:6: `booked` is told twice",
        "several_faults.md:7: `a line of words` is no `key: value`",
        "several_faults.md:11: `warrant: I-200` changes nothing",
        "several_faults.md:12: the row has 4 cells, and the table 5",
        "several_faults.md:14: `the same reason` stands twice",
    ),
    "no_rows.md": ("no_rows.md: has no row",),
    "wrong_weekday.md": ("asked at: `Mon 2026-04-10 18:00`: 2026-04-10 is a Friday",),
    "hour_that_came_twice.md": ("`Sun 2026-11-01 01:30` came twice in America/New_York",),
    "hour_that_never_was.md": ("`Sun 2026-03-08 02:30` came not at all in America/New_York",),
    "unknown_verdict.md": ("`may-holt` is no verdict. Did you mean `may-hold`?",),
    "unknown_rule.md": ("the place has no rule `wa-no-holt`. Did you mean `wa-no-hold`?",),
    "unknown_code.md": ("form: `I-247B` is none of", "Did you mean"),
    "nothing_asked.md": ("`asked at` is missing",),
}


@pytest.mark.parametrize("name", BAD)
def test_a_table_that_cannot_be_read_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(TableError) as refused:
        for row in read_tables(HERE / "bad_tables" / name):
            run(row)
    for words in BAD[name]:
        assert words in str(refused.value), str(refused.value)


def test_every_bad_table_is_tried() -> None:
    assert {path.name for path in (HERE / "bad_tables").iterdir()} == set(BAD)
