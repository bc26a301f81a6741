"""A test for each reason why nothing certain may rest on a time or a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from exeat.facts.times import Uncertain
from exeat.intake import Booking, Tally, iter_bookings, learn, read_mapping

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
charge = "charge"
ended_at = "ended"
[hold]
immigration = { column = "charge", any_of = ["ICE DETAINER"] }
"""
UNKNOWN = Uncertain("XXXX-XX-XX")


def read(folder: Path, rows: list[str], more: str = "", map: str = MAP) -> list[Booking]:
    path = folder / "export.csv"
    path.write_text("\n".join(["id,booked,released,charge,ended", *rows]), encoding="utf-8")
    mapping = read_mapping(map.replace("[file]", f"{more}\n[file]"))
    return list(iter_bookings(path, mapping, Tally()))


def row(number: int, *, booked: str = "", released: str = "", ended: str = "") -> str:
    """One of many bookings, each at times of its own but for what is given."""
    day, minute = 1 + number % 20, number % 60
    return ",".join(
        (
            f"B{number}",
            booked or f"2026-02-{day:02} 08:{minute:02}",
            released or f"2026-03-{day:02} 11:{minute:02}",
            "TEST CHARGE",
            ended or f"2026-02-{day:02} 21:{minute:02}",
        )
    )


STAMP = "2026-03-25 04:17"
SHARED = {
    "booked": lambda record: record.booked == Uncertain("2026-03-25"),
    "released": lambda record: record.release is not None and record.release.at == UNKNOWN,
    "ended": lambda record: record.grounds[0].end is None,
}


@pytest.mark.parametrize("field", SHARED)
def test_an_instant_that_many_share_is_no_instant(field: str, tmp_path: Path) -> None:
    late = {"released": "2026-03-30 10:00"} if field == "booked" else {}
    rows = [row(n, **{field: STAMP}, **late) for n in range(25)]  # type: ignore[arg-type]
    rows += [row(n) for n in range(25, 60)]
    bookings = read(tmp_path, rows)
    stamped = [one for one in bookings if "shared-instant" in one.notes]
    assert len(stamped) >= 25
    assert all(SHARED[field](one.record) for one in stamped[:1])  # type: ignore[no-untyped-call]


def test_an_instant_that_a_few_share_is_one(tmp_path: Path) -> None:
    rows = [row(n, ended="2026-02-27 09:00") for n in range(12)] + [row(n) for n in range(12, 60)]
    assert not any("shared-instant" in one.notes for one in read(tmp_path, rows))


def test_what_the_mapping_says_of_a_shared_instant_stands(tmp_path: Path) -> None:
    rows = [row(n, ended=STAMP) for n in range(60)]
    bookings = read(tmp_path, rows, map=MAP + '[times]\nshared = "time"\n')
    assert not any("shared-instant" in one.notes for one in bookings)


def test_an_end_before_its_beginning_says_nothing_of_either(tmp_path: Path) -> None:
    (booking,) = read(tmp_path, ["A,2026-03-01 08:00,2026-03-10 10:00,X,2026-02-01 09:00"])
    (basis,) = booking.record.grounds
    assert (basis.start, basis.end) == (None, None)
    assert booking.notes == ("charge-ended-before-booking",)


def test_a_hold_that_ended_before_the_booking_ended_at_no_known_time(tmp_path: Path) -> None:
    (booking,) = read(tmp_path, ["A,2026-03-01 08:00,2026-03-10 10:00,ICE DETAINER,2026-02-01"])
    assert booking.record.detainers[0].lifted is None


MIDNIGHTS = {
    # what the mapping says: (end of the charge, note)
    "": (Uncertain("2026-03-04"), True),
    '[times]\nmidnight = ["ended_at"]\n': (Uncertain("2026-03-04"), True),
    '[times]\nmidnight = "time"\n': ("2026-03-04 06:00:00+00:00", False),
}


@pytest.mark.parametrize("said", MIDNIGHTS)
@pytest.mark.parametrize("midnight", ["2026-03-04 00:00:00", "2026-03-04T00:00", "2026-03-04 0:00"])
def test_midnight_means_what_the_mapping_says(said: str, midnight: str, tmp_path: Path) -> None:
    (booking,) = read(
        tmp_path, [f"A,2026-03-01 08:00,2026-03-10 10:00,X,{midnight}"], map=MAP + said
    )
    end, noted = MIDNIGHTS[said]
    assert str(booking.record.grounds[0].end) == str(end)
    assert ("midnight-read-as-date" in booking.notes) is noted


def test_one_midnight_among_many_times_is_a_time(tmp_path: Path) -> None:
    rows = [row(n) for n in range(30)] + [row(30, ended="2026-02-28 00:00")]
    (last,) = (one for one in read(tmp_path, rows) if one.record.id == "B30")
    assert "midnight-read-as-date" not in last.notes


@pytest.mark.parametrize(("said", "complete"), [("", None), ("bases_complete = true", True)])
def test_a_list_is_complete_only_if_the_mapping_says_so(
    said: str, complete: bool | None, tmp_path: Path
) -> None:
    (booking,) = read(tmp_path, [row(1)], more=said)
    assert booking.record.bases_complete is complete


def test_a_row_that_cannot_be_read_makes_a_complete_list_incomplete(tmp_path: Path) -> None:
    rows = [row(1), row(1).replace("TEST CHARGE", "OTHER") + "x"]
    (booking,) = read(tmp_path, rows, more="bases_complete = true")
    assert booking.record.bases_complete is False


def test_two_stays_under_one_number_are_two_bookings(tmp_path: Path) -> None:
    rows = [
        "A,2026-03-01 08:00,2026-03-02 10:00,X,2026-03-02 09:00",
        "A,2026-03-11 08:00,2026-03-12 10:00,Y,2026-03-12 09:00",
        "A,2026-03-11 09:30,2026-03-12 10:00,ICE DETAINER,2026-03-12 10:00",
    ]
    first, second = read(tmp_path, rows)
    assert (first.record.id, second.record.id) == ("A", "A (2)")
    assert first.notes == ("several-stays",)
    assert str(second.record.detainers[0].received) == "2026-03-11 14:30:00+00:00"


def test_stays_that_touch_in_one_instant_or_on_one_day_are_two(tmp_path: Path) -> None:
    rows = ["A,2026-03-01,2026-03-05,X,2026-03-05", "A,2026-03-05,2026-03-09,Y,2026-03-09"]
    assert len(read(tmp_path, rows)) == 2


@pytest.mark.parametrize("name", ["projected release", "max_release_dt", "Scheduled Release"])
def test_a_planned_release_that_a_mapping_names_is_none(name: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"id,booked,{name},charge,ended\n{row(1)}\n")
    said = MAP.replace('released_at = "released"', f'released_at = "{name}"')
    tally = Tally()
    (booking,) = iter_bookings(path, read_mapping(said), tally)
    assert booking.record.release is None and booking.record.scheduled_release is not None
    assert any("planned" in doubt for doubt in tally.learned.doubts)
    meant = read_mapping(said + '[times]\nrelease = "column"\n')
    (booking,) = iter_bookings(path, meant, Tally())
    assert booking.record.release is not None


def test_a_true_noon_is_a_time_however_many_other_times_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learn, "_MOST_TEXTS", 60)
    rows = []
    for number in range(600):
        day, minute = 1 + number % 20, number // 20
        other = f"2026-03-{day:02} 11:{minute:02}:{number % 59:02}"
        noon = f"2026-03-{1 + number % 6:02} 12:00"
        rows.append(row(number, released=noon if number % 31 < 2 else other))
    assert not any("midnight-read-as-date" in one.notes for one in read(tmp_path, rows))


def test_a_plan_of_release_is_read_in_the_zone_that_it_is_written_in(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "id,booked,released,planned,charge\nA,2026-03-04 08:00,,2027-03-05 18:00,X\n",
        encoding="utf-8",
    )
    mapping = MAP.replace('ended_at = "ended"', 'scheduled_at = "planned"')
    said = '[times]\nzones = { scheduled_at = "UTC" }\n'
    (booking,) = iter_bookings(path, read_mapping(mapping + said))
    assert str(booking.record.scheduled_release) == "2027-03-05 18:00:00+00:00"
