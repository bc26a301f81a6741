"""The mappings that ship read files of their layouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from exeat.facts.times import Uncertain
from exeat.intake import Booking, Tally, iter_bookings, load_mapping, shipped_maps

EXPORTS = Path(__file__).parents[1] / "exports" / "shipped-maps"


def read(name: str) -> tuple[list[Booking], Tally]:
    tally = Tally()
    return list(iter_bookings(EXPORTS / f"{name}.csv", load_mapping(name), tally)), tally


@pytest.mark.parametrize("name", shipped_maps())
def test_every_mapping_that_ships_loads_and_says_its_zone(name: str) -> None:
    assert load_mapping(name).zone.startswith("America/")


def test_a_texas_list_has_its_release_in_the_last_disposition() -> None:
    (first, second), tally = read("texas-detainers")
    assert (tally.rows_used, tally.rows_rejected, dict(tally.unmapped)) == (4, 0, {})
    assert first.record.release is not None and first.record.release.kind.value == "to-ice"
    assert first.record.release.at == Uncertain("2026-03-07")
    assert [len(one.record.detainers) for one in (first, second)] == [1, 1]
    assert second.record.detainers[0].lift_reason is not None
    assert second.record.detainers[0].lift_reason.value == "cancelled"


def test_a_georgia_scrape_has_its_charges_in_cells() -> None:
    (first, second), tally = read("georgia-scrape")
    assert (tally.rows_used, tally.rows_rejected) == (2, 0)
    assert len(first.record.grounds) == len(first.record.detainers) == 1
    assert first.record.grounds[0].agency == "TEST PD"
    assert second.record.release is None and second.record.detainers == ()
