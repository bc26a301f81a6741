"""Mapping files: what is refused, with every fault at once, and what the shipped ones say."""

from __future__ import annotations

import csv
import pickle
from pathlib import Path

import pytest

import exeat.sample
from exeat.errors import IntakeError
from exeat.intake import load_mapping, read_mapping, shipped_maps
from exeat.intake.model import FIELDS

GOOD = """format = 1
name = "test"
zone = "America/Chicago"
[columns]
record_id = ["person", "in"]
booked_at = "in"
released_at = "out"
charge = "charge"
[times]
formats = ["iso"]
[hold]
immigration = { column = "charge", any_of = ["ICE"] }
[agencies]
DOC = { name = "Corrections", kind = "parole-hold" }
[dispositions]
PR = "recognizance"
"""

FAULTS = {
    # name: (text replaced, replacement, what the message begins with, words of the help)
    "a zone that is none": (
        "America/Chicago", "Chicago", "m.toml:3, key `zone`: `Chicago` is no time zone", "IANA",
    ),
    "no zone yet": ("America/Chicago", "", "m.toml:3, key `zone`: is missing", "Add it"),
    "an unknown key": (
        "formats", "format", "m.toml:10, key `times.format`: is not a key", "mean `formats`",
    ),
    "an unknown field": (
        "charge = ", "chrage = ", "m.toml:8, key `columns.chrage`: is not a key", "mean `charge`",
    ),
    "three columns for one time": (
        'booked_at = "in"', 'booked_at = ["in", "at", "out"]',
        "m.toml:6, key `columns.booked_at`: `in, at, out` is more than one column", "record_id",
    ),
    "a number for a column": (
        'released_at = "out"', "released_at = 7",
        "m.toml:7, key `columns.released_at`: `7` is no list of texts", "Write it",
    ),
    "a code that is none": (
        '"recognizance"', '"recognisance"',
        "m.toml:16, key `dispositions.PR`: `recognisance` is not in the list", "`recognizance`",
    ),
    "a kind that is none": (
        "parole-hold", "parole", "m.toml:14, key `agencies.DOC.kind`: `parole` is not", "Use:",
    ),
    "a format that is none": (
        '["iso"]', '["%d of %B"]', "m.toml:10, key `times.formats`: `%d of %B` is no time", "iso",
    ),
    "day and month in both orders": (
        '["iso"]', '["%m/%d/%Y", "%d/%m/%Y"]',
        "m.toml:10, key `times.formats`: `%m/%d/%Y` and `%d/%m/%Y` read", "Keep the one",
    ),
    "an immigration column that is not mapped": (
        'column = "charge"', 'column = "agency"',
        "m.toml:12, key `hold.immigration.column`: `agency` is not a column", "charge",
    ),
    "no word on immigration lines": (
        ', any_of = ["ICE"]', "", "m.toml:12, key `hold.immigration.any_of`: is missing", "[]",
    ),
    "a last end that no column has": (
        'formats = ["iso"]', 'release = "last-end"',
        "m.toml:4, key `columns.ended_at`: is missing", 'release = "not-given"',
    ),
    "another format of mapping": (
        "format = 1", "format = 2", "m.toml:1, key `format`: `2` is no format", "format = 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "begins", "help"), FAULTS.values(), ids=FAULTS.keys())
def test_a_mapping_is_refused_with_line_value_and_remedy(
    old: str, new: str, begins: str, help: str
) -> None:
    assert old in GOOD
    with pytest.raises(IntakeError) as caught:
        read_mapping(GOOD.replace(old, new, 1), "m.toml")
    faults = [fault for fault in caught.value.faults if str(fault).startswith(begins)]
    assert faults, str(caught.value)
    assert help in faults[0].help


def test_all_faults_come_at_once_and_survive_pickling() -> None:
    text = GOOD.replace("America/Chicago", "x").replace('"recognizance"', '"x"')
    with pytest.raises(IntakeError) as caught:
        read_mapping(text, "m.toml")
    assert len(caught.value.faults) == 2
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


@pytest.mark.parametrize("text", ["", "=", "format = 1", "[columns]\n", "columns = 3\nhold = 4"])
def test_what_is_hardly_a_mapping_is_refused(text: str) -> None:
    with pytest.raises(IntakeError):
        read_mapping(text)


def test_a_name_close_to_a_shipped_one_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="Did you mean `pierce`"):
        load_mapping("piercce")
    (tmp_path / "my.toml").write_text(GOOD)
    assert load_mapping(tmp_path / "my.toml").columns["record_id"] == ("person", "in")


def test_an_export_given_as_a_mapping_is_refused() -> None:
    sample = Path(exeat.sample.__file__).with_name("pierce-immigration-holds.csv")
    with pytest.raises(IntakeError):
        load_mapping(sample)


def test_mappings_go_to_other_processes_as_they_are() -> None:
    mapping = load_mapping("pierce")
    copy = pickle.loads(pickle.dumps(mapping))
    assert copy == mapping and hash(copy) == hash(mapping)


def test_every_shipped_mapping_loads() -> None:
    assert shipped_maps()
    for name in shipped_maps():
        assert load_mapping(name).attribution


def test_the_pierce_mapping_knows_every_disposition_of_its_sample() -> None:
    mapping = load_mapping("pierce")
    ends, lifts = mapping.dispositions.finder(), mapping.lifts.finder()
    sample = Path(exeat.sample.__file__).with_name("pierce-immigration-holds.csv")
    with sample.open(newline="") as file:
        for row in csv.DictReader(file):
            find = lifts if row["charge"] == "HOLD IMMIGRAT" else ends
            assert find(row["charge_disposition"]) is not None, row


def test_every_field_is_in_the_document() -> None:
    document = Path(__file__).parents[2] / "docs" / "mapping-files.md"
    text = document.read_text(encoding="utf-8")
    assert [name for name in FIELDS if f"`{name}`" not in text] == []
