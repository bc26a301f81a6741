"""The real export of Pierce County, held against an independent count of the same file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

import exeat.sample
from exeat.facts.codec import record_from_json, record_to_json
from exeat.facts.codes import BasisKind, LiftReason, ReleaseKind
from exeat.intake import Booking, Tally, iter_bookings, load_mapping

SAMPLE = Path(exeat.sample.__file__).with_name("pierce-immigration-holds.csv")


@pytest.fixture(scope="module")
def counted() -> tuple[list[Booking], Tally]:
    tally = Tally()
    return list(iter_bookings(SAMPLE, load_mapping("pierce"), tally)), tally


def instant(when: object) -> datetime:
    assert isinstance(when, datetime)
    return when


def outlasted(booking: Booking) -> timedelta:
    """By how much the hold outlasted every other charge or hold of the booking."""
    record = booking.record
    last = max(instant(basis.end) for basis in record.grounds)
    return max(instant(detainer.lifted) for detainer in record.detainers) - last


def test_every_row_is_read_and_none_rejected(counted: tuple[list[Booking], Tally]) -> None:
    _, tally = counted
    assert (tally.rows_read, tally.rows_rejected, tally.rows_used) == (691, 0, 691)
    assert tally.duplicates == 5


def test_204_bookings_have_an_immigration_hold_and_7_nothing_else(
    counted: tuple[list[Booking], Tally],
) -> None:
    bookings, tally = counted
    assert tally.bookings == len(bookings) == 204
    assert sum(bool(booking.record.detainers) for booking in bookings) == 204
    assert sum(not booking.record.bases for booking in bookings) == 7


def test_47_holds_outlasted_all_else_and_7_by_more_than_48_hours(
    counted: tuple[list[Booking], Tally],
) -> None:
    spans = [outlasted(booking) for booking in counted[0] if booking.record.bases]
    assert len(spans) == 197
    assert sum(span > timedelta(0) for span in spans) == 47
    assert sum(span > timedelta(hours=48) for span in spans) == 7


def test_one_booking_is_read_as_a_person_reads_it(counted: tuple[list[Booking], Tally]) -> None:
    (booking,) = (b for b in counted[0] if b.record.id == "a8440902ab754afd")
    record = booking.record
    assert booking.rows[0] == 2 or 2 in booking.rows
    assert record.zone == "America/Los_Angeles"
    assert str(record.booked) == "2017-04-21 18:43:00+00:00"
    assert record.facility.fips == "53053"
    (detainer,) = record.detainers
    assert (detainer.issuer, detainer.lift_reason) == ("IMM", LiftReason.CANCELLED)
    assert str(detainer.lifted) == "2017-05-05 00:00:00+00:00"
    assert (detainer.form, detainer.received, detainer.warrants) == (None, None, None)
    kinds = {b.offence.description: b.kind for b in record.grounds if b.offence}
    assert kinds["COMM CUSTODY JAIL"] is BasisKind.PAROLE_HOLD
    assert kinds["UNL POSS FIREARM 1"] is BasisKind.CHARGE
    assert record.release is not None and record.release.kind is ReleaseKind.TO_AGENCY
    assert (record.notices, record.convictions) == (None, None)


def test_records_survive_the_way_through_json(counted: tuple[list[Booking], Tally]) -> None:
    for booking in counted[0]:
        assert record_from_json(record_to_json(booking.record)) == booking.record
