"""Two files with one key: whose row is whose, and what becomes of a row that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from exeat.intake import Booking, Reject, Tally, iter_bookings, read_mapping
from exeat.intake.join import find_key

MAP = """
format = 1
name = "two"
zone = "America/Chicago"
bases_complete = true
[columns]
record_id = "id"
booked_at = "booked"
released_at = "released"
charge = "charge"
ended_at = "ended"
[join]
file = "charges.csv"
key = "person"
[hold]
immigration = { column = "charge", any_of = ["ICE HOLD"] }
"""
TIMES = "2026-03-05 08:00,2026-03-20 12:00"
END = "2026-03-20 12:00"


def joined(folder: Path, bookings: list[str], charges: list[str]) -> tuple[list[Booking], Tally]:
    path = folder / "bookings.csv"
    path.write_text("\n".join(["id,person,booked,released", *bookings]))
    (folder / "charges.csv").write_text("\n".join(["person,charge,ended", *charges]))
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    found = list(iter_bookings(path, read_mapping(MAP), tally))
    assert (tally.rows_used + tally.rows_rejected, len(rejects)) == (
        tally.rows_read,
        tally.rows_rejected,
    )
    return found, tally


@pytest.mark.parametrize("empty", ["", "  ", "NULL", "n/a", "-"])
def test_nobody_gets_a_hold_by_a_key_that_is_empty(empty: str, tmp_path: Path) -> None:
    bookings = [f"1,{empty},{TIMES}", f"2,{empty},{TIMES}", f"3,P3,{TIMES}"]
    found, _ = joined(tmp_path, bookings, [f"{empty},ICE HOLD,{END}", f"P3,ICE HOLD,{END}"])
    assert {one.record.id: len(one.record.detainers) for one in found} == {"1": 0, "2": 0, "3": 1}


@pytest.mark.parametrize("empty", ["", "NULL"])
def test_empty_keys_make_no_two_files_go_together(empty: str) -> None:
    rows = [[empty, "1"], [empty, "2"]]
    assert find_key(("person", "n"), rows, ("person", "m"), [[empty, "8"], [empty, "9"]]) is None


LOST = {"a broken row": 'P1,"MURDER" 1st degree "x,' + END, "a row without a key": f",OTHER,{END}"}


@pytest.mark.parametrize("lost", LOST)
def test_a_row_that_may_be_anybodys_makes_no_list_of_grounds_complete(
    lost: str, tmp_path: Path
) -> None:
    charges = [f"P1,THEFT,{END}", LOST[lost], f"P1,ICE HOLD,{END}"]
    (booking,), tally = joined(tmp_path, [f"1,P1,{TIMES}"], charges)
    assert booking.record.bases_complete is False
    assert "1 rows of `charges.csv` are broken or without a key" in tally.learned.doubts[0]


def test_a_broken_row_of_the_other_file_is_a_reject_with_its_file(tmp_path: Path) -> None:
    joined(tmp_path, [f"1,P1,{TIMES}"], [f"P1,THEFT,{END}", LOST["a broken row"]])
    rejects: list[Reject] = []
    list(iter_bookings(tmp_path / "bookings.csv", read_mapping(MAP), Tally(rejects.append)))
    (reject,) = rejects
    assert reject.line == 3 and reject.problem.startswith("(a row of `charges.csv`) has a quot")


def test_a_list_without_a_lost_row_stays_complete(tmp_path: Path) -> None:
    charges = [f"P1,THEFT,{END}", f"P9,THEFT,{END}"]
    (booking,), tally = joined(tmp_path, [f"1,P1,{TIMES}"], charges)
    assert booking.record.bases_complete is True
    assert tally.learned.doubts == (
        "1 rows of `charges.csv` have no row in the export and are not read.",
    )
