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
