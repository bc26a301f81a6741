"""The same table in every container gives the same bookings."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import polars
import pytest

from exeat.errors import IntakeError
from exeat.intake import Booking, Tally, iter_bookings, read_mapping
from exeat.intake.propose import propose

HEADER = ("Booking No", "Booked", "Released", "Charge", "Ended")
ROWS = (
    ("B1", "2017-03-02 08:10:00", "2017-03-05 10:00:00", "TEST CHARGE", "2017-03-04 09:30:00"),
    ("B1", "2017-03-02 08:10:00", "2017-03-05 10:00:00", "ICE DETAINER", "2017-03-05 10:00:00"),
    ("B2", "2017-03-03 09:10:00", "2017-03-06 11:00:00", "TEST THEFT", "2017-03-06 10:30:00"),
)
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    '2006/main"><sheetData>{rows}</sheetData></worksheet>'
)
BOOK = {
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/'
    'package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.'
    'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
    '"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    'package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/'
    'spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships"><sheets><sheet name="Notes" sheetId="1" r:id="r1"/>'
    '<sheet name="Bookings" sheetId="2" r:id="r2"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.'
    'openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/s1.xml"/>'
    '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/worksheet" Target="worksheets/s2.xml"/></Relationships>',
    "xl/styles.xml": '<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/'
    'spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
    "</styleSheet>",
}


def cell(value: str, *, typed: bool) -> str:
    if typed and value[:2] == "20":
        days = (datetime.fromisoformat(value) - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
        return f'<c s="1"><v>{days:.10f}</v></c>'
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def workbook(path: Path, *, typed: bool = True) -> None:
    def rows(table: tuple[tuple[str, ...], ...]) -> str:
        lines = ("".join(cell(value, typed=typed) for value in row) for row in table)
        return SHEET.format(rows="".join(f"<row>{line}</row>" for line in lines))

    with zipfile.ZipFile(path, "w") as archive:
        for name, text in BOOK.items():
            archive.writestr(name, text)
        archive.writestr("xl/worksheets/s1.xml", rows((("A note", "for the reader"),)))
        archive.writestr("xl/worksheets/s2.xml", rows((HEADER, *ROWS)))


def frame() -> polars.DataFrame:
    return polars.DataFrame(list(ROWS), schema=list(HEADER), orient="row")


def database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as made:
        made.execute("create table other (a, b)")
        made.execute('create table "jail log" ("Booking No", Booked, Released, Charge, Ended)')
        made.executemany('insert into "jail log" values (?, ?, ?, ?, ?)', ROWS)
        made.commit()


def nested(path: Path) -> None:
    bookings: dict[str, dict[str, object]] = {}
    for number, booked, released, charge, ended in ROWS:
        one = bookings.setdefault(
            number, {"Booking No": number, "Booked": booked, "Released": released, "charges": []}
        )
        lines = one["charges"]
        assert isinstance(lines, list)
        lines.append({"Charge": charge, "Ended": ended})
    path.write_text(json.dumps({"meta": {"count": 2}, "bookings": list(bookings.values())}))


WRITE = {
    "plain.csv": lambda path: frame().write_csv(path),
    "book.xlsx": workbook,
    "texts.xlsx": lambda path: workbook(path, typed=False),
    "table.parquet": lambda path: frame().write_parquet(path),
    "typed.parquet": lambda path: (
        frame().with_columns(polars.col("Booked", "Released", "Ended").str.to_datetime())
    ).write_parquet(path),
    "table.feather": lambda path: frame().write_ipc(path),
    "jail.db": database,
    "list.json": lambda path: path.write_text(frame().write_json()),
    "nested.json": nested,
    "lines.ndjson": lambda path: frame().write_ndjson(path),
}


def read(path: Path) -> tuple[list[Booking], Tally]:
    mapping = read_mapping(propose(path).toml, zone="America/Chicago")
    tally = Tally()
    return list(iter_bookings(path, mapping, tally)), tally


@pytest.mark.parametrize("name", WRITE)
def test_a_container_is_proposed_and_read_like_any_other(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    WRITE[name](path)  # type: ignore[no-untyped-call]
    bookings, tally = read(path)
    assert (tally.rows_read, tally.rows_used) == (3, 3)
    first, second = bookings
    assert (first.record.id, second.record.id) == ("B1", "B2")
    assert str(first.record.booked) == "2017-03-02 14:10:00+00:00"
    assert str(first.record.detainers[0].lifted) == "2017-03-05 16:00:00+00:00"
    assert [len(one.record.grounds) for one in bookings] == [1, 1]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    workbook(path)
    toml = propose(path).toml.replace("[file]", '[file]\ntable = "Booking"')
    with pytest.raises(IntakeError, match="has no sheet `Booking`") as caught:
        list(iter_bookings(path, read_mapping(toml, zone="UTC")))
    assert "Did you mean `Bookings`?" in caught.value.faults[0].help


@pytest.mark.parametrize("text", ["{", "[{]", '{"a": 1}\n{"b"\n', "PAR1", "SQLite format 3\x00xx"])
def test_a_broken_container_is_refused_and_never_crashes(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_text(text)
    with pytest.raises(IntakeError) as caught:
        read(path)
    assert all(fault.help for fault in caught.value.faults)
