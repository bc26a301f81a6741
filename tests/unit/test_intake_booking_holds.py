"""The one hold that a column of the booking names, on however many rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from exeat.facts.times import NEVER, Uncertain
from exeat.intake import Booking, build_booking, read_mapping

MAP = """
format = 1
name = "test"
zone = "America/Chicago"
[file]
made_on = "2026-03-31"
[columns]
record_id = "id"
booked_at = "booked"
released_at = "released"
ended_at = "ended"
hold_ended_at = "lifted"
charge = "charge"
hold = "hold"
[times]
empty_end = "runs"
[hold]
immigration = { column = "hold", any_of = ["Y"] }
"""
EARLY, LATE, SLIP = "2026-01-07 09:00", "2026-01-19 09:00", "3026-01-07 09:00"


def held(ends: Sequence[str], released: str = "2026-01-20 12:00") -> Booking:
    """A booking with a row for each end of its hold."""
    rows = [
        "\x1f".join(
            (str(at), "A", "2026-01-05 08:00", released, "2026-01-06 08:00", end, f"C{at}", "Y")
        )
        for at, end in enumerate(ends, start=2)
    ]
    booking = build_booking(rows, read_mapping(MAP)).booking
    assert booking is not None and len(booking.record.detainers) == 1
    return booking


def lifted(booking: Booking) -> object:
    return booking.record.detainers[0].lifted


@pytest.mark.parametrize("ends", list(permutations(("", EARLY, ""))))
def test_an_end_on_one_row_stands_for_all(ends: Sequence[str]) -> None:
    assert str(lifted(held(ends))) == "2026-01-07 15:00:00+00:00"


@pytest.mark.parametrize("ends", list(permutations((EARLY, LATE, ""))))
def test_ends_that_differ_leave_the_days_between_them(ends: Sequence[str]) -> None:
    booking = held(ends)
    assert lifted(booking) == Uncertain("2026-01-07/2026-01-19")
    assert "differing-hold-ends" in booking.notes


@pytest.mark.parametrize("ends", [("",), (SLIP,), ("", SLIP), (SLIP, "")])
def test_a_hold_runs_only_where_no_row_has_an_end(ends: Sequence[str]) -> None:
    booking = held(ends, released="")
    assert lifted(booking) == (None if SLIP in ends else NEVER)
    assert ("impossible-time" in booking.notes) is (SLIP in ends)


@pytest.mark.parametrize("released", ["", "2026-01-20 12:00"])
def test_a_hold_that_ended_before_the_booking_ended_at_no_known_time(released: str) -> None:
    booking = held(["2025-12-30 09:00"], released)
    assert lifted(booking) is None
    assert "hold-ended-before-booking" in booking.notes


def test_a_hold_that_ended_after_the_release_is_noted() -> None:
    assert "hold-ended-after-release" in held(["2026-01-25 09:00"]).notes


def test_a_release_that_is_a_slip_leaves_nobody_inside() -> None:
    booking = held([""], released="3026-01-08 09:00")
    assert booking.record.release is not None
    assert booking.record.release.at == Uncertain("XXXX-XX-XX")
    assert lifted(booking) is None
