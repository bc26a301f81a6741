"""Make custody records of the rows of one booking: lines, stays, and a record of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, time
from functools import lru_cache
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.times import Uncertain
from exeat.intake.assemble import Stay
from exeat.intake.booking import Booking, Built
from exeat.intake.cells import Cells, Split
from exeat.intake.draft import BACKWARD, NO_BOOKING, Line, stays_of, surely_before
from exeat.intake.learn import CUT_ID, same_id
from exeat.intake.lines import SEPARATOR
from exeat.intake.meaning import Meaning, Meanings
from exeat.intake.model import ANY, TIME_FIELDS, Mapping
from exeat.intake.times import (
    LAST_DAY,
    NO_TIME,
    UNKNOWN,
    ReadTime,
    TimeFault,
    TimeReader,
    whole_days,
)

__all__ = ["build_booking"]

_CACHE_SIZE: Final = 1 << 16


class _Builder:
    """Makes records by one mapping, and remembers what it has read.

    Args:
        mapping: How to read rows.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.zone = ZoneInfo(mapping.zone)
        self._empty = frozenset(text.strip().casefold() for text in mapping.empty_values)
        meanings = Meanings(mapping, self._empty)
        self._mean: Callable[[str], Meaning] = lru_cache(_CACHE_SIZE)(meanings.read)
        self._cells = Cells(mapping)
        self._shared = mapping.learned.shared
        self._alike = frozenset() if mapping.same_ids else mapping.learned.alike
        dates = mapping.learned.dates_only | {name for name in mapping.midnight if name != ANY}
        self._no_clocks = {(name, time.min) for name in dates} | mapping.learned.no_clocks
        # Columns that are read alike share a reader, and what it remembers.
        self._reader = lru_cache(maxsize=None)(self._new_reader)
        self._times = [
            (name, name.removesuffix("_at"), self._reader_of(name))
            for name in TIME_FIELDS
            if name in mapping.columns
        ]
        self._dates_only = {name for name, _ in self._no_clocks}

    def _reader_of(self, name: str) -> TimeReader:
        # A plan may lie beyond the day of the file, what has happened may not.
        until = LAST_DAY if name == "scheduled_at" else self.mapping.until
        clocks = frozenset(clock for field, clock in self._no_clocks if field == name)
        return self._reader(self.mapping.zones.get(name, self.mapping.zone), until, clocks)

    def _new_reader(self, written_in: str, until: date, no_clocks: frozenset[time]) -> TimeReader:
        own = written_in == self.mapping.zone
        return TimeReader(
            self.zone,
            self.mapping.formats,
            self._empty,
            until=until,
            no_clocks=no_clocks,
            written_in=self.zone if own else ZoneInfo(written_in),
        )

    def build(self, rows: Sequence[str]) -> Built:
        """Return what becomes of the rows under one id; see `build_booking`."""
        contents: dict[str, list[int]] = {}
        for packed in rows:
            number, _, content = packed.partition(SEPARATOR)
            contents.setdefault(content, []).append(int(number))
        # Sorted by content, so that ids do not depend on the order of the rows.
        made = [self._lines(content, contents[content]) for content in sorted(contents)]
        lines = list(chain.from_iterable(made))
        for order, line in enumerate(lines):
            line.order = order
        used = [own[0].numbers for own in made if own[0].fault is None]
        rows_used = sum(map(len, used))
        return Built(
            tuple(self._bookings(lines)),
            tuple(reject for own in made for reject in own[0].rejects()),
            rows_used,
            duplicates=rows_used - len(used),
        )

    def _bookings(self, lines: list[Line]) -> Iterator[Booking]:
        good = [line for line in lines if line.fault is None]
        lost = [line for line in lines if line.fault is not None]
        stays = stays_of(good, self.zone)
        for number, stay in enumerate(stays, start=1):
            notes = self._notes_of_id(stay[0].record_id)
            if lost:
                notes.add("row-rejected")
            if len(stays) > 1:
                notes.add("several-stays")
            if any(len(line.numbers) > 1 for line in stay):
                notes.add("duplicate-row")
            id = f"{stay[0].record_id} ({number})" if number > 1 else stay[0].record_id
            # What a row that cannot be read was belongs to any of the stays, so to each.
            yield Stay(self.mapping, self.zone, stay, lost, notes).booking(id)

    def _notes_of_id(self, record_id: str) -> set[str]:
        notes = set()
        if CUT_ID.fullmatch(record_id):
            notes.add("id-cut-by-spreadsheet")
        if self._alike and same_id(record_id) in self._alike:
            notes.add("ids-almost-alike")
        return notes

    def _lines(self, content: str, numbers: list[int]) -> list[Line]:
        """Return the lines that a row makes; a fault in one of them is one of the row."""
        record_id, *texts, words = content.split(SEPARATOR, len(self._times) + 1)
        found = self._cells.split(texts, words)
        if found is None:
            return [self._line(record_id, texts, self._mean(words), numbers)]
        lines = [self._part(record_id, part, numbers) for part in found]
        fault = next((line.fault for line in lines if line.fault is not None), None)
        for line in lines:
            line.fault = fault
        return lines

    def _part(self, record_id: str, part: Split, numbers: list[int]) -> Line:
        """Return the line that one of several charges in a row's cells makes."""
        meaning = self._mean(part.words)
        if part.immigration is not None:
            meaning = replace(meaning, immigration=part.immigration)
        line = self._line(record_id, part.times, meaning, numbers)
        if part.note:
            line.notes.add(part.note)
        if part.end_shared and line.ended is not None and line.booked is not None:
            # One end for several charges: each ended by then, and nobody knows when.
            first, last = line.booked.local_day, line.ended.local_day
            known = line.booked.earlier != UNKNOWN and first < last
            line.ended = whole_days(first if known else last, last)
        return line

    def _line(
        self, record_id: str, texts: Sequence[str], meaning: Meaning, numbers: list[int]
    ) -> Line:
        line = Line(numbers, record_id, meaning)
        for (name, attribute, reader), text in zip(self._times, texts, strict=True):
            time = reader.read(text)
            if type(time) is TimeFault:
                time = self._not_read(name, text, time, line)
            elif type(time) is ReadTime and self._shared and (name, text.strip()) in self._shared:
                time = self._of_a_batch(name, time, line)
            if type(time) is ReadTime:
                if name in self._dates_only and type(time.earlier) is Uncertain:
                    line.notes.add("midnight-read-as-date")
                setattr(line, attribute, time)
        if line.fault is None:
            self._check(line, texts)
        return line

    @staticmethod
    def _not_read(name: str, text: str, fault: TimeFault, line: Line) -> ReadTime | None:
        """Say what stands for a text that is no time, or none that can be true."""
        if name == "scheduled_at":
            return None  # a plan that cannot be read is no plan, and costs no row
        if not fault.implausible:
            line.fault = line.fault or (name, text, fault)
            return None
        line.notes.add("impossible-time")
        if name == "booked_at":
            return NO_TIME
        # A slip of a release is one all the same: nobody can say that the person is still there.
        slip = name == "released_at" and not fault.stands_for_none
        known = line.booked is not None and line.booked.earlier != UNKNOWN
        return NO_TIME if slip and known else None

    def _of_a_batch(self, name: str, time: ReadTime, line: Line) -> ReadTime | None:
        """Return what is left of a time that a program gave to many bookings at once."""
        line.notes.add("shared-instant")
        if name == "booked_at":
            return whole_days(time.local_day)
        if name == "released_at":
            return NO_TIME
        return None

    def _check(self, line: Line, texts: Sequence[str]) -> None:
        """Refuse a line without a booking, and one whose release is before it."""
        if line.booked is None:
            line.fault = ("booked_at", texts[0], NO_BOOKING)
        elif line.released is not None and surely_before(line.released, line.booked):
            line.fault = ("released_at", texts[1], BACKWARD)


@lru_cache(maxsize=8)
def _builder(mapping: Mapping) -> _Builder:
    return _Builder(mapping)


def build_booking(rows: Sequence[str], mapping: Mapping) -> Built:
    r"""Make one custody record of the rows of one booking.

    A pure function: the order of the rows changes nothing but the order of `Booking.rows`, and
    it may run in any process. A row that cannot be read becomes a reject; what it was stays in
    the record as a basis or request whose end is not known, so that nothing certain is said of
    a booking that is not wholly known.

    Args:
        rows: Packed rows with one record id, as `iter_groups` yields them.
        mapping: How to read them.

    Examples:
        >>> from exeat.intake import load_mapping
        >>> times = "2017-04-21 11:43:00", "2017-05-02 09:00:00"
        >>> row = "2", "a1", *times, times[1], "HOLD IMMIGRAT", "Immigration", "IMM", "other"
        >>> built = build_booking(["\x1f".join(row)], load_mapping("pierce"))
        >>> built.booking.record.detainers[0].lift_reason.value
        'taken-into-custody'
        >>> built.booking.record.release.kind.value
        'to-ice'
    """
    return _builder(mapping).build(rows)
