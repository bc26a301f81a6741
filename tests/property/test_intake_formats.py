"""Times in any format, columns by any name, holds in any column: what `exeat map` finds out."""

from __future__ import annotations

import csv
import io
import tempfile
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exeat.facts.times import Uncertain
from exeat.intake import Tally, iter_bookings, read_mapping
from exeat.intake.infer import formats_of, number_formats_of
from exeat.intake.names import name_merit, name_words
from exeat.intake.propose import Proposal, propose
from exeat.intake.times import ReadTime, TimeReader
from exeat.intake.words import Likeness, immigration_likeness

CHICAGO = ZoneInfo("America/Chicago")
DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m.%d.%Y", "%Y/%m/%d", "%d-%b-%Y",
        "%d-%b-%y", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%d%b%Y",
        "%a %m/%d/%Y", "%A, %B %d, %Y", "%Y%m%d")  # fmt: skip
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M%p", " %I:%M:%S %p", " %H%M", " at %H:%M")
FORMATS = tuple(day + clock for day in DAYS for clock in CLOCKS)
INSTANTS = st.datetimes(datetime(2001, 1, 1), datetime(2025, 12, 31))  # noqa: DTZ001


@given(INSTANTS, st.sampled_from(FORMATS))
@settings(deadline=None, max_examples=400)
def test_a_time_is_read_back_by_a_format_found_from_it_alone(when: datetime, style: str) -> None:
    text = when.strftime(style)
    found = formats_of(text)
    assert found, text
    reader = TimeReader(ZoneInfo("UTC"), found[:1])
    read = reader.read(text)
    # Day and month may change places where both fit: then the other reading is offered too.
    readings = [TimeReader(ZoneInfo("UTC"), (name,)).read(text) for name in found]
    days = {one.local_day for one in readings if isinstance(one, ReadTime)}
    assert when.date() in days
    if isinstance(read, ReadTime) and read.local_day == when.date() and "%H" in style + "%I":
        instant = read.earlier
        if isinstance(instant, Uncertain):
            assert not any(mark in style for mark in ("%H", "%I"))
        else:
            assert (instant.hour, instant.minute) == (when.hour, when.minute)


@given(INSTANTS)
def test_numbers_of_systems_are_read_back(when: datetime) -> None:
    utc = when.replace(microsecond=0, tzinfo=UTC)
    days = (utc - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    for text in (str(int(utc.timestamp())), str(int(utc.timestamp() * 1000)), f"{days:.10f}"):
        read = TimeReader(ZoneInfo("UTC"), number_formats_of(text)).read(text)
        assert isinstance(read, ReadTime) and read.earlier == utc


@given(st.text(max_size=40))
def test_no_text_crashes_the_search_for_formats(text: str) -> None:
    for name in formats_of(text):
        TimeReader(CHICAGO, (name,)).read(text)


# --- names by names ---------------------------------------------------------------------

NAMES = {
    "record_id": (
        "Booking Number", "BookingNo", "BOOKING_ID", "Booking #", "Book No", "BKG_NBR", "BookNum",
        "bookingId", "Booking", "Jail ID", "Jail Number", "Intake ID", "Admission No", "AdmitID",
        "Commitment Number", "Custody ID", "Confinement No", "Detention ID", "Incarceration ID",
        "Stay ID", "Episode ID", "Record ID", "Event No", "Inmate ID", "Inmate Number",
        "Jacket Number", "Arrest No", "Case Number", "Control Number", "SO Number", "Person ID",
        "ID",
    ),
    "booked_at": (
        "Booking Date", "Booked", "BookedAt", "BOOK_DT", "Date Booked", "Booking Date/Time",
        "Intake Date", "Date In", "In Date", "Admit Date", "Admission Date", "Commit Date",
        "Jail In", "Confinement Date", "Custody Start", "Date of Booking", "bookingTimestamp",
        "Incarceration Date", "Time In", "Entry Date",
    ),
    "released_at": (
        "Release Date", "Released", "ReleasedAt", "REL_DT", "Date Released", "Release Date/Time",
        "Date Out", "Out Date", "Discharge Date", "Jail Out", "Exit Date", "Departure Date",
        "Custody End", "Actual Release Date", "releaseTimestamp", "Rlsd", "Time Out",
    ),
    "ended_at": (
        "Charge End", "Charge End Date", "Disposition Date", "Disp Date", "Charge Closed",
        "Hold End", "Charge Release Date", "Date Closed", "Charge Disposition Date", "Ended",
        "Detainer Lifted", "Hold Removed Date", "Offense End Date",
    ),
    "charge": (
        "Charge", "Charge Description", "CHRG_DESC", "Charge Literal", "Offense", "Offense Desc",
        "Charge Text", "Hold Description", "Description", "Offense Description", "Crime",
    ),
}  # fmt: skip
PLANNED = (
    "Projected Release Date", "Scheduled Release", "Expected Release Date", "Tentative Release",
    "Earliest Release Date", "Max Release Date", "Maximum Release", "Estimated Release Date",
    "Anticipated Release", "PROJ_REL_DT", "Planned Release", "Release Date (projected)",
)  # fmt: skip


def exported(folder: Path, names: dict[str, str], hold: str = "ICE DETAINER") -> Path:
    rows = [
        ("B100", "2017-03-02 08:10", "2017-03-05 10:00", "2017-03-04 09:30", "TEST CHARGE"),
        ("B100", "2017-03-02 08:10", "2017-03-05 10:00", "2017-03-05 10:00", hold),
        ("B200", "2017-03-03 09:10", "2017-03-06 11:00", "2017-03-06 10:30", "TEST THEFT"),
    ]
    roles = ("record_id", "booked_at", "released_at", "ended_at", "charge")
    text = io.StringIO()
    csv.writer(text).writerows([[names[role] for role in roles], *rows])
    path = folder / "export.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


PLAIN = {role: names[0] for role, names in NAMES.items()}


@pytest.mark.parametrize(
    ("role", "name"), [(role, name) for role, names in NAMES.items() for name in names]
)
def test_a_role_is_known_by_every_name_that_jails_give_it(
    role: str, name: str, tmp_path: Path
) -> None:
    proposal = propose(exported(tmp_path, PLAIN | {role: name}))
    columns = tomllib.loads(proposal.toml)["columns"]
    found = columns.get(role)
    assert (found[0] if isinstance(found, list) else found) == name
    tally = Tally()
    mapping = read_mapping(proposal.toml, zone="America/Chicago")
    bookings = list(iter_bookings(tmp_path / "export.csv", mapping, tally))
    assert (len(bookings), tally.rows_used) == (2, 3)


@pytest.mark.parametrize("name", PLANNED)
def test_a_plan_is_never_taken_for_a_release(name: str, tmp_path: Path) -> None:
    assert name_merit("released_at", name_words(name)) <= 0
    columns = tomllib.loads(propose(exported(tmp_path, PLAIN | {"released_at": name})).toml)
    assert columns["columns"]["scheduled_at"] == name
    assert "released_at" not in columns["columns"]


# --- holds in any column ------------------------------------------------------------------

HOLDS = st.sampled_from(
    ["ICE HOLD", "DHS HOLD", "I.C.E. HOLD", "HOLD/BICE", "ERO HOLD", "HOLD_ICE", "ICEHOLD",
     "HOLD IMMIGRAT", "Immigration Detainer", "ICE DETAINER I-247A", "INS HOLD", "HOLD - ICE"]
)  # fmt: skip
COLUMNS = st.sampled_from(["Holds", "Hold Type", "Remarks Code", "Legal Status", "Other", "Flag"])


def with_column(folder: Path, column: str, values: tuple[str, str]) -> tuple[Proposal, Path]:
    lines = [
        f"Booking No,Booked,Released,Charge,Charge End,{column}",
        f"B1,2017-03-02 08:10,2017-03-05 10:00,TEST CHARGE,2017-03-04 09:30,{values[0]}",
        f"B1,2017-03-02 08:10,2017-03-05 10:00,TEST THEFT,2017-03-05 09:30,{values[0]}",
        f"B2,2017-03-03 09:10,2017-03-06 11:00,TEST THEFT,2017-03-06 10:30,{values[1]}",
        f"B3,2017-03-03 09:20,2017-03-06 11:00,TEST CHARGE,2017-03-06 10:30,{values[1]}",
    ]
    path = folder / "export.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return propose(path), path


@given(HOLDS, COLUMNS)
@settings(deadline=None, max_examples=60)
def test_a_hold_is_found_in_whatever_column_it_stands(hold: str, column: str) -> None:
    assert immigration_likeness(hold) is Likeness.HOLD
    with tempfile.TemporaryDirectory() as folder:
        proposal, path = with_column(Path(folder), column, (hold, ""))
        mapping = read_mapping(proposal.toml, zone="America/Chicago")
        bookings = list(iter_bookings(path, mapping))
    assert [len(booking.record.detainers) for booking in bookings] == [1, 0, 0]
    assert [len(booking.record.grounds) for booking in bookings] == [2, 1, 1]


@pytest.mark.parametrize("column", ["ICE Hold", "ICE_HOLD_YN", "Detainer Flag", "ImmigrationHold"])
@pytest.mark.parametrize("values", [("Y", "N"), ("Yes", "No"), ("1", "0"), ("TRUE", "FALSE")])
def test_a_yes_in_a_column_of_holds_is_one(
    column: str, values: tuple[str, str], tmp_path: Path
) -> None:
    proposal, path = with_column(tmp_path, column, values)
    mapping = read_mapping(proposal.toml, zone="America/Chicago")
    found = [len(booking.record.detainers) for booking in iter_bookings(path, mapping)]
    assert found == [1, 0, 0]
