"""Every row of a file comes out, as a row or as a reject that says what is wrong with it."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
from pathlib import Path

import pytest

from exeat.errors import IntakeError
from exeat.facts.record import CustodyRecord
from exeat.facts.times import Uncertain
from exeat.intake import (
    Mapping,
    Reject,
    RejectFile,
    Row,
    Tally,
    iter_bookings,
    open_export,
    read_mapping,
)
from exeat.intake.groups import MAX_BOOKING_ROWS

MAP = """
format = 1
name = "test"
zone = "America/Los_Angeles"
[columns]
record_id = "id"
booked_at = "in"
released_at = "out"
charge = "charge"
ended_at = "end"
disposition = "how"
[hold]
immigration = { column = "charge", any_of = ["ICE HOLD*"] }
[dispositions]
"PR" = "recognizance"
[lift]
"PR" = "unstated"
"""
HEADER = "id,in,out,charge,end,how"
ROW = "a1,2017-05-01 10:00,2017-05-03 12:00,THEFT,2017-05-02 09:00,PR"


@pytest.fixture
def mapping() -> Mapping:
    return read_mapping(MAP, "test.toml")


def rows_of(path: Path, mapping: Mapping) -> list[Row | Reject]:
    with open_export(path, mapping) as export:
        return list(export)


def written(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def outcome(path: Path, mapping: Mapping) -> tuple[Tally, list[Reject]]:
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    list(iter_bookings(path, mapping, tally))
    assert tally.rows_read == tally.rows_used + tally.rows_rejected
    assert len(rejects) == tally.rows_rejected
    return tally, rejects


# --- what is read as it is -------------------------------------------------------

READABLE = {
    "plain": (f"{HEADER}\n{ROW}\n").encode(),
    "no line end after the last row": (f"{HEADER}\n{ROW}").encode(),
    "Windows line ends": (f"{HEADER}\r\n{ROW}\r\n").encode(),
    "old Macintosh line ends": (f"{HEADER}\r{ROW}\r").encode(),
    "UTF-8 with its mark": codecs.BOM_UTF8 + (f"{HEADER}\n{ROW}\n").encode(),
    "UTF-16 with its mark": (f"{HEADER}\n{ROW}\n").encode("utf-16"),
    "UTF-16 without a mark": (f"{HEADER}\n{ROW}\n").encode("utf-16-le"),
    "UTF-32": (f"{HEADER}\n{ROW}\n").encode("utf-32"),
    "semicolons": (f"{HEADER}\n{ROW}\n").replace(",", ";").encode(),
    "tabs": (f"{HEADER}\n{ROW}\n").replace(",", "\t").encode(),
    "vertical bars": (f"{HEADER}\n{ROW}\n").replace(",", "|").encode(),
    "every field in marks": "\n".join(
        ",".join(f'"{field}"' for field in line.split(",")) for line in (HEADER, ROW)
    ).encode(),
    "header in other letters and blanks": (f" ID, In ,OUT,Charge,END,How\n{ROW}\n").encode(),
    "blank lines above, between and below": (f"\n\n{HEADER}\n\n,,,,,\n{ROW}\n\n").encode(),
    "columns in another order, and more of them": (
        b"x,how,charge,end,out,in,id\nx,PR,THEFT,2017-05-02 09:00,"
        b"2017-05-03 12:00,2017-05-01 10:00,a1\n"
    ),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE.keys())
def test_one_row_is_one_booking(content: bytes, mapping: Mapping, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    (booking,) = iter_bookings(path, mapping)
    (basis,) = booking.record.grounds
    assert booking.record.id == "a1"
    assert str(booking.record.booked) == "2017-05-01 17:00:00+00:00"
    assert basis.offence is not None and basis.offence.description == "THEFT"
    assert str(basis.end) == "2017-05-02 16:00:00+00:00"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_letters_beyond_ascii_are_read_right_in(
    encoding: str, mapping: Mapping, tmp_path: Path
) -> None:
    text = f"{HEADER}\n{ROW.replace('THEFT', 'PEÑA §9 – “theft”')}\n"
    (booking,) = iter_bookings(written(tmp_path, text.encode(encoding)), mapping)
    offence = booking.record.grounds[0].offence
    assert offence is not None and offence.description == "PEÑA §9 – “theft”"


def test_a_file_that_mixes_utf8_and_windows_1252_is_read_right(
    mapping: Mapping, tmp_path: Path
) -> None:
    rows = [ROW.replace("THEFT", "PEÑA"), ROW.replace("THEFT", "PEÑA").replace("a1", "a2")]
    content = f"{HEADER}\n{rows[0]}\n".encode() + f"{rows[1]}\n".encode("cp1252")
    for booking in iter_bookings(written(tmp_path, content), mapping):
        offence = booking.record.grounds[0].offence
        assert offence is not None and offence.description == "PEÑA"


def test_a_line_break_inside_marks_is_a_blank(mapping: Mapping, tmp_path: Path) -> None:
    row = ROW.replace("THEFT", '"THE\r\nFT"')
    path = written(tmp_path, f"{HEADER}\n{row}\n")
    (booking,) = iter_bookings(path, mapping)
    offence = booking.record.grounds[0].offence
    assert offence is not None and offence.description == "THE FT"


def test_what_rows_are_packed_with_may_stand_in_a_row(mapping: Mapping, tmp_path: Path) -> None:
    for words in ("TH\x1fEFT", '"TH\n\x1f,EFT"'):
        path = written(tmp_path, f"{HEADER}\n" + ROW.replace("THEFT", words))
        tally, _ = outcome(path, mapping)
        assert tally.rows_used == 1


def test_a_row_knows_the_line_on_which_it_begins(mapping: Mapping, tmp_path: Path) -> None:
    first, second = ROW.replace("THEFT", '"A\nB"'), ROW.replace("a1", "a2")
    path = written(tmp_path, f"{HEADER}\n{first}\n\n{second}\n")
    assert [booking.rows for booking in iter_bookings(path, mapping)] == [(2,), (5,)]


# --- what is rejected ------------------------------------------------------------

BROKEN_ROWS = {
    # name: (row, field, words of the problem)
    "too few fields": ("a1,2017-05-01 10:00", "row", "has 2 fields where the header has 6"),
    "too many fields": (ROW + ",x", "row", "has 7 fields where the header has 6"),
    "a mark that never closes": (ROW.replace("THEFT", '"THEFT'), "row", "does not close"),
    "a mark that closes in mid-field": (ROW.replace("THEFT", '"TH"EFT'), "row", "mid-field"),
    "a NUL byte": (ROW.replace("THEFT", "TH\0EFT"), "row", "NUL"),
    "no id": (ROW.replace("a1", " "), "record_id", "is empty"),
    "an id that stands for none": (ROW.replace("a1", "null"), "record_id", "is empty"),
    "an id of a thousand letters": (ROW.replace("a1", "a" * 1000), "record_id", "is longer"),
    "no time of booking": (ROW.replace("2017-05-01 10:00", "NA"), "booked_at", "is empty"),
    "a day that no calendar has": (
        ROW.replace("2017-05-02", "2017-02-30"), "ended_at", "no calendar has",
    ),
    "a time that no clock shows": (ROW.replace("09:00", "25:00"), "ended_at", "no clock shows"),
    "words in place of a time": (ROW.replace("2017-05-02 09:00", "soon"), "ended_at", "is no time"),
    "a time that the clocks jumped over": (
        ROW.replace("2017-05-02 09:00", "2017-03-12 02:30"), "ended_at",
        "did not happen in America/Los_Angeles: the clocks went from 01:59 to 03:00 that night",
    ),
    "release before booking": (
        ROW.replace("2017-05-03 12:00", "2017-04-30 12:00"), "released_at", "is before the booking",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("row", "field", "problem"), BROKEN_ROWS.values(), ids=BROKEN_ROWS.keys())
def test_a_row_is_rejected_and_costs_no_other(
    row: str, field: str, problem: str, mapping: Mapping, tmp_path: Path
) -> None:
    good = ROW.replace("a1", "good")
    path = written(tmp_path, f"{HEADER}\n{row}\n{good}\n{good.replace('good', 'better')}\n")
    tally, (reject,) = outcome(path, mapping)
    assert (tally.rows_read, tally.rows_used, tally.bookings) == (3, 2, 2)
    assert (reject.line, reject.field) == (2, field)
    assert problem in reject.problem
    assert reject.remedy and "\n" not in reject.remedy and len(reject.seen) <= 80


IMPOSSIBLE = {
    "a placeholder far away": "9999-12-31 00:00",
    "the first day of the epoch": "1970-01-01 00:00:00",
    "a day that is not yet": "2031-03-26 08:00",
}


def _gone_or_not(record: CustodyRecord, *, slip: bool) -> bool:
    """A slip is a release at no known time; what programs write for none is none."""
    if slip:
        return record.release is not None and record.release.at == Uncertain("XXXX-XX-XX")
    return record.release is None


@pytest.mark.parametrize("time", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
@pytest.mark.parametrize("field", ["2017-05-01 10:00", "2017-05-03 12:00", "2017-05-02 09:00"])
def test_a_time_that_cannot_be_true_is_not_known_and_costs_no_row(
    time: str, field: str, mapping: Mapping, tmp_path: Path
) -> None:
    path = written(tmp_path, f"{HEADER}\n{ROW.replace(field, time)}\n")
    (booking,) = iter_bookings(path, mapping)
    record, notes = booking.record, booking.notes
    assert "impossible-time" in notes
    known = {
        "2017-05-01 10:00": record.booked == Uncertain("XXXX-XX-XX"),
        "2017-05-03 12:00": _gone_or_not(record, slip=time.startswith("2031")),
        "2017-05-02 09:00": record.grounds[0].end is None,
    }
    assert known[field]


def test_empty_fields_beyond_the_header_are_no_fault(mapping: Mapping, tmp_path: Path) -> None:
    tally, rejects = outcome(written(tmp_path, f"{HEADER}\n{ROW},\n{ROW},,\n"), mapping)
    assert (tally.rows_used, rejects) == (2, [])


def test_a_row_that_leaves_out_what_is_empty_at_its_end_is_read(
    mapping: Mapping, tmp_path: Path
) -> None:
    path = written(tmp_path, f"{HEADER},note,page\n{ROW}\n{ROW},x\n")
    assert outcome(path, mapping)[0].rows_used == 2


def test_marks_with_a_backslash_before_them_are_read(mapping: Mapping, tmp_path: Path) -> None:
    row = ROW.replace("THEFT", '"said \\"hello, you\\" then"')
    (booking,) = iter_bookings(written(tmp_path, f"{HEADER}\n{row}\n"), mapping)
    offence = booking.record.grounds[0].offence
    assert offence is not None and offence.description == 'said "hello, you" then'


def test_a_line_of_many_megabytes_is_passed_over(mapping: Mapping, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write(f"{HEADER}\n{ROW}\n")
        for _ in range(20):
            file.write("x" * (1 << 20))
        file.write(f"\n{ROW.replace('a1', 'a2')}\n")
    tally, (reject,) = outcome(path, mapping)
    assert (tally.rows_read, tally.bookings, reject.line, len(reject.seen)) == (3, 2, 3, 80)
    assert "more than 131,072 characters" in reject.problem
    assert [b.rows for b in iter_bookings(path, mapping)] == [(2,), (4,)]


def test_a_stray_mark_does_not_swallow_a_thousand_rows(mapping: Mapping, tmp_path: Path) -> None:
    rows = [ROW.replace("a1", f"b{number}") for number in range(1000)]
    rows[3] = rows[3].replace("THEFT", '"THEFT')
    tally, (reject,) = outcome(written(tmp_path, "\n".join([HEADER, *rows])), mapping)
    assert (tally.rows_used, reject.line) == (999, 5)


def test_rows_rejected_leave_an_end_unknown_in_their_booking(
    mapping: Mapping, tmp_path: Path
) -> None:
    bad = ROW.replace("THEFT", "ROBBERY").replace("2017-05-02 09:00", "soon")
    hold = ROW.replace("THEFT", "ICE HOLD 1").replace("2017-05-02 09:00", "soon")
    path = written(tmp_path, f"{HEADER}\n{ROW}\n{bad}\n{hold}\n")
    (booking,) = iter_bookings(path, mapping)
    assert booking.rows == (2,)
    assert booking.notes == ("row-rejected",)
    assert sorted(str(basis.end) for basis in booking.record.grounds) == [
        "2017-05-02 16:00:00+00:00",
        "None",
    ]
    assert [detainer.lifted for detainer in booking.record.detainers] == [None]


def test_an_id_with_too_many_rows_is_no_booking(mapping: Mapping, tmp_path: Path) -> None:
    path = written(tmp_path, "\n".join([HEADER, *[ROW] * (MAX_BOOKING_ROWS + 2)]))
    tally, rejects = outcome(path, mapping)
    assert (tally.rows_rejected, tally.duplicates) == (2, MAX_BOOKING_ROWS - 1)
    assert {reject.field for reject in rejects} == {"record_id"}


def test_rejects_are_written_with_line_field_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    rejects = [Reject(7, "a1", "charge", "=1+1", "is odd", "Mend it.")]
    with RejectFile(path) as file:
        for reject in rejects:
            file.add(reject)
    assert file.count == 1
    with path.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "line": "7",
        "record_id": "a1",
        "field": "charge",
        "seen": "'=1+1",  # no spreadsheet may run it
        "problem": "is odd",
        "remedy": "Mend it.",
    }


# --- what is no export at all ----------------------------------------------------


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x" * 100)
    return buffer.getvalue()


REFUSED = {
    # name: (content, code, words of the message or help)
    "an empty file": (b"", "E311", "is empty"),
    "only blank lines": (b"\n\r\n  \n", "E311", "is empty"),
    "only a byte order mark": (codecs.BOM_UTF8, "E311", "is empty"),
    "a zip": (zipped("export.csv"), "E312", "zip archive"),
    "a broken workbook": (zipped("xl/workbook.xml"), "E312", "looks like workbook"),
    "a broken old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "E312", "looks like workbook"),
    "a gzip": (gzip.compress(b"id,in"), "E312", "gzip"),
    "a PDF": (b"%PDF-1.7", "E312", "PDF"),
    "a web page": (b"<!DOCTYPE html><p>", "E312", "web page"),
    "a header that lacks a column": (b"id,in,out,charge,end\n", "E313", "no column `how`"),
    "a delimiter that nobody uses": (HEADER.replace(",", "§").encode(), "E313", "`id`"),
    "a DOCX": (zipped("word/document.xml"), "E312", "a text document (DOCX)"),
    "a Numbers document": (zipped("Index/Document.iwa"), "E312", "Numbers"),
    "an RTF": (b"{\\rtf1 ", "E312", "RTF"),
    "an XML document": (b"<?xml version='1.0'?>", "E312", "XML"),
    "the message of an error": (b'{"error": {"code": 401}}', "E312", "without a list of records"),
    "a column twice": (f"{HEADER},id\n".encode(), "E314", "2 columns `id`"),
    "binary rubbish": (bytes(range(256)), "E313", "The header has"),
}


@pytest.mark.parametrize(("content", "code", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_is_refused_with_what_it_is(
    content: bytes, code: str, words: str, mapping: Mapping, tmp_path: Path
) -> None:
    with pytest.raises(IntakeError) as caught:
        rows_of(written(tmp_path, content), mapping)
    assert caught.value.faults[0].code == code
    assert words in str(caught.value)
    assert all(fault.help for fault in caught.value.faults)


def test_all_missing_columns_are_named_at_once_with_near_misses(
    mapping: Mapping, tmp_path: Path
) -> None:
    path = written(tmp_path, "id,in,out,charges,ende\n")
    with pytest.raises(IntakeError) as caught:
        rows_of(path, mapping)
    assert str(caught.value).splitlines() == [
        "export.csv, header: has no column `end` for `ended_at`",
        "  help: The header has: id, in, out, charges, ende. Did you mean `ende`? Mend [columns], "
        "or let `exeat map FILE` propose a mapping.",
        "export.csv, header: has no column `charge` for `charge`",
        "  help: The header has: id, in, out, charges, ende. Did you mean `charges`? "
        "Mend [columns], or let `exeat map FILE` propose a mapping.",
        "export.csv, header: has no column `how` for `disposition`",
        "  help: The header has: id, in, out, charges, ende. Mend [columns], or let "
        "`exeat map FILE` propose a mapping.",
    ]


def test_a_wrong_delimiter_in_the_mapping_names_the_right_one(tmp_path: Path) -> None:
    mapping = read_mapping(MAP + '[file]\ndelimiter = ","\n')
    with pytest.raises(IntakeError, match=r"It splits well at `;` .semicolon."):
        rows_of(written(tmp_path, HEADER.replace(",", ";")), mapping)


def test_a_file_that_is_not_there_is_refused(mapping: Mapping, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(IntakeError, match="cannot be opened"):
            rows_of(path, mapping)


def test_a_file_by_way_of_disk_gives_the_same_bookings(mapping: Mapping, tmp_path: Path) -> None:
    rows = [
        ROW.replace("a1", f"n{number % 40}").replace("THEFT", f'"THEFT, {number}"')
        for number in range(200)
    ]
    path = written(tmp_path, "\n".join([HEADER, *rows, "broken"]))
    whole, parts = Tally(), Tally()
    expected = {b.record.id: b for b in iter_bookings(path, mapping, whole)}
    found = {b.record.id: b for b in iter_bookings(path, mapping, parts, memory_rows=7)}
    assert found == expected
    assert (whole.rows_read, whole.rows_used) == (parts.rows_read, parts.rows_used) == (201, 200)
