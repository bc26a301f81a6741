"""Whatever is in a file: nothing crashes, no row is lost, and no order changes a record."""

from __future__ import annotations

import random
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

import exeat.sample
from exeat.errors import IntakeError
from exeat.facts.codec import record_from_json, record_to_json
from exeat.intake import Reject, Tally, build_booking, iter_bookings, load_mapping, read_mapping
from exeat.intake.groups import iter_groups
from exeat.intake.propose import propose

PIERCE = load_mapping("pierce")
SAMPLE = Path(exeat.sample.__file__).with_name("pierce-immigration-holds.csv")
HEADER = SAMPLE.read_text().partition("\n")[0]
LINES = SAMPLE.read_text().splitlines()[1:]

# Pieces of which rows are made, and of which they are broken.
PIECES = st.sampled_from(
    [
        "a1", "a2", "", "NA", "2017-05-01 10:00:00", "2017-05-03 10:00:00", "2017-03-12 02:30:00",
        "2017-11-05 01:30:00", "2017-05-01", "soon", "HOLD IMMIGRAT", "HOLD MISC", "DWI", "IMM",
        "Immigration", "PR", '"', '""', '"x,y"', '"x\ny"', "\0", "\x1f", "\r", "é", ";", "=1",
    ]
)  # fmt: skip
ROWS = st.lists(PIECES, max_size=10).map(",".join) | st.sampled_from(LINES)
TABLES = st.lists(ROWS, max_size=30).map(lambda rows: "\n".join([HEADER, *rows]))


@contextmanager
def file_of(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.csv")
        path.write_bytes(content)
        yield path


def totals_of(path: Path, memory_rows: int) -> tuple[Tally, list[Reject]]:
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    for booking in iter_bookings(path, PIERCE, tally, memory_rows=memory_rows):
        assert booking.rows
    return tally, rejects


@given(st.binary(max_size=400), st.booleans())
@example(b"PK\x03\x04", True)
@example(b"\xff\xfe\x00\xd8", True)
def test_no_bytes_crash_the_reader(content: bytes, with_header: bool) -> None:
    with file_of((HEADER.encode() + b"\n" if with_header else b"") + content) as path:
        try:
            tally, rejects = totals_of(path, 1000)
        except IntakeError as error:
            assert all(fault.help and fault.place for fault in error.faults)
        else:
            assert tally.rows_read == tally.rows_used + tally.rows_rejected
            assert len(rejects) == tally.rows_rejected


@given(TABLES, st.integers(1, 40), st.sampled_from(["utf-8", "cp1252", "utf-16"]))
@settings(deadline=None)
def test_totals_always_add_up(text: str, memory_rows: int, encoding: str) -> None:
    with file_of(text.encode(encoding)) as path:
        tally, rejects = totals_of(path, memory_rows)
    assert tally.rows_read == tally.rows_used + tally.rows_rejected
    assert len(rejects) == tally.rows_rejected
    assert tally.duplicates <= tally.rows_used
    lines = text.count("\n") + text.count("\r") + 1
    assert tally.rows_read + tally.blank_lines <= lines
    assert all(1 < reject.line <= lines and len(reject.seen) <= 80 for reject in rejects)


@given(TABLES, st.integers(1, 10))
@settings(deadline=None)
def test_by_way_of_disk_or_not_the_records_are_the_same(text: str, memory_rows: int) -> None:
    with file_of(text.encode()) as path:
        whole = {b.record.id: b for b in iter_bookings(path, PIERCE)}
        parts = {b.record.id: b for b in iter_bookings(path, PIERCE, memory_rows=memory_rows)}
    assert whole == parts


@given(TABLES)
@settings(deadline=None)
def test_the_order_of_rows_changes_no_record(text: str) -> None:
    with file_of(text.encode()) as path:
        for rows in iter_groups(path, PIERCE, Tally()):
            shuffled = random.sample(rows, len(rows))
            one, other = build_booking(rows, PIERCE), build_booking(shuffled, PIERCE)
            assert (one.booking is None) == (other.booking is None)
            assert one.rows_used == other.rows_used
            assert sorted(map(str, one.rejects)) == sorted(map(str, other.rejects))
            if one.booking is not None and other.booking is not None:
                assert one.booking.record == other.booking.record
                assert one.booking.notes == other.booking.notes


@given(TABLES)
@settings(deadline=None)
def test_every_record_that_is_built_is_one_that_can_be_read(text: str) -> None:
    with file_of(text.encode()) as path:
        for booking in iter_bookings(path, PIERCE):
            assert record_from_json(record_to_json(booking.record)) == booking.record


def test_shuffling_the_real_export_changes_no_record() -> None:
    def records(lines: list[str]) -> dict[str, object]:
        with file_of("\n".join([HEADER, *lines]).encode()) as path:
            return {b.record.id: b.record for b in iter_bookings(path, PIERCE)}

    assert records(random.sample(LINES, len(LINES))) == records(LINES)


@given(st.binary(max_size=300) | TABLES.map(str.encode))
@settings(deadline=None)
def test_a_proposal_is_toml_or_a_refusal(content: bytes) -> None:
    with file_of(content) as path:
        try:
            proposal = propose(path)
        except IntakeError:
            return
    tomllib.loads(proposal.toml)
    assert proposal.unsure


@given(st.text(max_size=200))
def test_no_text_crashes_the_reader_of_mappings(text: str) -> None:
    for content in (text, f"format = 1\nname = 'x'\nzone = 'UTC'\n{text}"):
        try:
            read_mapping(content)
        except IntakeError as error:
            assert error.faults
