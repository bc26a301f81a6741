"""Bring the rows of one booking together, in memory or, for a large file, by way of disk."""

from __future__ import annotations

import io
import math
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from exeat.intake.booking import Booking, Built
from exeat.intake.build import build_booking
from exeat.intake.csvfile import Export, open_export
from exeat.intake.join import JoinedRows
from exeat.intake.learn import Learner
from exeat.intake.lines import SEPARATOR, FieldRows
from exeat.intake.model import Learned, Mapping
from exeat.intake.rejects import Reject

__all__ = ["MAX_BOOKING_ROWS", "MEMORY_ROWS", "Tally", "iter_bookings", "iter_groups"]

MEMORY_ROWS: Final = 500_000
"""So many rows are kept in memory, some 150 MB; a file with more goes by way of disk."""

MAX_BOOKING_ROWS: Final = 10_000
"""More rows than that are not one booking: the column mapped to record_id is no booking's id."""

_MAX_PARTS: Final = 200


def _forget(reject: Reject) -> None:
    pass


@dataclass
class Tally:
    """What became of every row of an export.

    When all groups have been built and added, `rows_read == rows_used + rows_rejected`.

    Attributes:
        on_reject: Called with every reject, such as `RejectFile.add`.
        rows_read: Rows below the header; blank lines are none.
        rows_rejected: Rows that could not be read.
        rows_used: Rows that a record rests on, duplicates included.
        duplicates: Rows that say in every mapped column what another row says.
        blank_lines: Lines with no value in them.
        bookings: Records built.
        notes: For each code of `NOTES`, how many bookings have it.
        unmapped: For each field and text that the mapping does not list, how many lines have it.
        learned: What the whole of the file shows; there when the first group is out.
    """

    on_reject: Callable[[Reject], None] = _forget
    rows_read: int = 0
    rows_rejected: int = 0
    rows_used: int = 0
    duplicates: int = 0
    blank_lines: int = 0
    bookings: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    learned: Learned = field(default_factory=Learned)
    _known: tuple[Mapping, Mapping] | None = None

    def knowing(self, mapping: Mapping) -> Mapping:
        """Return a mapping that knows what the whole of the file shows."""
        if mapping.learned == self.learned:
            return mapping
        if self._known is None or self._known[0] is not mapping:
            self._known = (mapping, replace(mapping, learned=self.learned))
        return self._known[1]

    def reject(self, reject: Reject) -> None:
        """Count one row that was not used."""
        self.rows_rejected += 1
        self.on_reject(reject)

    def add(self, built: Built) -> None:
        """Count what became of one group."""
        for reject in built.rejects:
            self.reject(reject)
        self.rows_used += built.rows_used
        self.duplicates += built.duplicates
        for booking in built.bookings:
            self.bookings += 1
            self.notes.update(booking.notes)
            self.unmapped.update(booking.unmapped)


def iter_groups(
    path: str | Path, mapping: Mapping, tally: Tally, *, memory_rows: int = MEMORY_ROWS
) -> Iterator[list[str]]:
    """Yield the rows of each booking together, wherever in the file they stand.

    Bookings come in the order of their first rows; from a file with more than `memory_rows`
    rows they come in an order of their own, the same every time.

    Args:
        path: The CSV file.
        mapping: How to read it.
        tally: Counts rows and rejects; hand it each `Built` that you make of a group.
        memory_rows: So many rows are kept in memory.

    Yields:
        Packed rows for `build_booking`, which may run in another process.

    Raises:
        IntakeError: The file is no such export; see `open_export`.
    """
    with open_export(path, mapping) as export:
        learner = Learner(mapping)
        source = _seen(_counted(export, tally), learner)
        groups: dict[str, list[str]] = {}
        for kept, (record_id, packed) in enumerate(source, start=1):
            _put(groups, record_id, packed, tally)
            if kept >= memory_rows:
                parts = _estimate_parts(Path(path), export, memory_rows)
                learned = partial(_learned, learner, export)
                yield from _by_disk(groups, source, parts, tally, learned)
                return
        tally.learned = _learned(learner, export)
        yield from groups.values()


def _seen(source: Iterator[tuple[str, str]], learner: Learner) -> Iterator[tuple[str, str]]:
    for record_id, packed in source:
        learner.see(record_id, packed)
        yield record_id, packed


def _learned(learner: Learner, export: Export) -> Learned:
    if isinstance(rows := export.rows, JoinedRows):
        learner.see_join(rows.join.file, rows.lost, rows.left_over)
    return learner.learned()


def _counted(export: Export, tally: Tally) -> Iterator[tuple[str, str]]:
    read = 0
    try:
        for row in export:
            read += 1
            if isinstance(row, Reject):
                tally.reject(row)
            else:
                yield row
    finally:
        tally.rows_read += read
        tally.blank_lines += export.rows.blank_lines


def _put(groups: dict[str, list[str]], record_id: str, packed: str, tally: Tally) -> None:
    rows = groups.get(record_id)
    if rows is None:
        groups[record_id] = [packed]
    elif len(rows) < MAX_BOOKING_ROWS:
        rows.append(packed)
    else:
        tally.reject(
            Reject.cut(
                int(packed.partition(SEPARATOR)[0]),
                record_id,
                "record_id",
                record_id,
                f"has more than {MAX_BOOKING_ROWS:,} rows: it is no booking's id",
                "Map the column of the booking's id to record_id, or several that make one.",
            )
        )


def _estimate_parts(path: Path, export: Export, memory_rows: int) -> int:
    """Return into how many parts a file is cut so that each fits in half of the memory."""
    file = export.rows.file if isinstance(export.rows, FieldRows) else None
    done = file.buffer.tell() if isinstance(file, io.TextIOWrapper) else 0
    share = max(1.0, path.stat().st_size / max(1, done))
    return min(_MAX_PARTS, max(2, math.ceil(share * 2)))


def _by_disk(
    groups: dict[str, list[str]],
    source: Iterator[tuple[str, str]],
    count: int,
    tally: Tally,
    learned: Callable[[], Learned],
) -> Iterator[list[str]]:
    # The folder is this user's alone (mode 0700), and is gone when the last group is out.
    with tempfile.TemporaryDirectory(prefix="exeat-") as folder:
        paths = [Path(folder, f"{part:03}") for part in range(count)]
        with ExitStack() as stack:
            files = [
                stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
                for path in paths
            ]
            for record_id, rows in groups.items():
                files[zlib.crc32(record_id.encode()) % count].writelines(f"{r}\n" for r in rows)
            groups.clear()
            for record_id, packed in source:
                files[zlib.crc32(record_id.encode()) % count].write(f"{packed}\n")
        tally.learned = learned()
        for path in paths:
            with path.open(encoding="utf-8", newline="\n") as file:
                for line in file:
                    _put(groups, line.split(SEPARATOR, 2)[1], line[:-1], tally)
            path.unlink()
            yield from groups.values()
            groups.clear()


def iter_bookings(
    path: str | Path,
    mapping: Mapping,
    tally: Tally | None = None,
    *,
    memory_rows: int = MEMORY_ROWS,
) -> Iterator[Booking]:
    """Yield every booking of an export.

    Args:
        path: The CSV file.
        mapping: How to read it.
        tally: Counts what became of every row; complete when the last booking is out.
        memory_rows: So many rows are kept in memory; see `iter_groups`.

    Raises:
        IntakeError: The file is no such export; see `open_export`.
    """
    tally = Tally() if tally is None else tally
    for rows in iter_groups(path, mapping, tally, memory_rows=memory_rows):
        built = build_booking(rows, tally.knowing(mapping))
        tally.add(built)
        yield from built.bookings
