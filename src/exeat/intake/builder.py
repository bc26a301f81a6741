"""The parts of a booking: lines read, stays told apart, and a record made of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.times import Uncertain
from exeat.intake.assemble import Assembler
from exeat.intake.cells import Cells, Split
from exeat.intake.draft import (
    BACKWARD,
    NO_BOOKING,
    Draft,
    Line,
    rejects,
    surely_before,
)
from exeat.intake.learn import CUT_ID, same_id
from exeat.intake.lines import SEPARATOR
from exeat.intake.meaning import Meaning, Meanings
from exeat.intake.model import ANY, TIME_FIELDS, Mapping
from exeat.intake.stays import stays_of
from exeat.intake.times import ReadTime, TimeFault, TimeReader

__all__ = ["Builder"]

_CACHE_SIZE: Final = 1 << 16
UNKNOWN: Final = Uncertain("XXXX-XX-XX")
_NO_DAY: Final = date.min


class Builder:
    """Makes records by one mapping, and remembers what it has read.

    Args:
        mapping: How to read rows.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.zone = ZoneInfo(mapping.zone)
        empty = frozenset(text.strip().casefold() for text in mapping.empty_values)
        meanings = Meanings(mapping, empty)
        self._mean: Callable[[str], Meaning] = lru_cache(_CACHE_SIZE)(meanings.read)
        self._cells = Cells(mapping)
        self._assembler = Assembler(mapping, self.zone)
        self._shared = mapping.learned.shared
        self._alike = frozenset() if mapping.same_ids else mapping.learned.alike
        dates = mapping.learned.dates_only | {name for name in mapping.midnight if name != ANY}
        no_clocks = {(name, time.min) for name in dates} | mapping.learned.no_clocks
        readers: dict[tuple[frozenset[time], str], TimeReader] = {}
        self._times: list[tuple[str, str, TimeReader]] = []
        for name in (name for name in TIME_FIELDS if name in mapping.columns):
            clocks = frozenset(clock for field, clock in no_clocks if field == name)
            key = (clocks, mapping.zones.get(name, mapping.zone))
            if key not in readers:
                readers[key] = self._reader(empty, *key)
            self._times.append((name, name.removesuffix("_at"), readers[key]))
        self._dates_only = {name for name, _ in no_clocks}
        self._scheduled = TimeReader(self.zone, mapping.formats, empty)

    def _reader(
        self, empty: frozenset[str], no_clocks: frozenset[time], written_in: str
    ) -> TimeReader:
        own = written_in == self.mapping.zone
        return TimeReader(
            self.zone,
            self.mapping.formats,
            empty,
            until=self.mapping.until,
            no_clocks=no_clocks,
            written_in=self.zone if own else ZoneInfo(written_in),
        )

    def build(self, rows: Sequence[str]) -> Draft:
        """Return the draft of the bookings under one id; see `build.build_booking`."""
        draft = Draft()
        contents: dict[str, list[int]] = {}
        for packed in rows:
            number, _, content = packed.partition(SEPARATOR)
            contents.setdefault(content, []).append(int(number))
        # Sorted by content, so that ids do not depend on the order of the rows.
        lines: list[Line] = []
        for content in sorted(contents):
            numbers = contents[content]
            made = self._lines(content, numbers)
            lines += made
            faulty = next((line for line in made if line.fault is not None), None)
            if faulty is not None and faulty.fault is not None:
                draft.rejects.extend(rejects(faulty, *faulty.fault))
                for line in made:
                    line.fault = faulty.fault
            else:
                draft.used(numbers)
        self._records(lines, draft)
        return draft

    def _records(self, lines: list[Line], draft: Draft) -> None:
        good = [line for line in lines if line.fault is None]
        lost = [line for line in lines if line.fault is not None]
        stays = stays_of(good, self.zone)
        for order, line in enumerate(lines):
            line.order = order
        for number, stay in enumerate(stays, start=1):
            booking = draft.booking(rejected=bool(lost))
            if any(row in draft.repeated for line in stay for row in line.numbers):
                booking.notes.add("duplicate-row")
            if CUT_ID.fullmatch(stay[0].record_id):
                booking.notes.add("id-cut-by-spreadsheet")
            if self._alike and same_id(stay[0].record_id) in self._alike:
                booking.notes.add("ids-almost-alike")
            if len(stays) > 1:
                booking.notes.add("several-stays")
            suffix = f" ({number})" if number > 1 else ""
            # What a row that cannot be read was belongs to any of the stays, so to each.
            self._assembler.record([*stay, *lost], stay, booking, suffix)

    def _lines(self, content: str, numbers: list[int]) -> list[Line]:
        times = self._times
        record_id, *texts, words = content.split(SEPARATOR, len(times) + 1)
        found = self._cells.split(texts, words)
        if found is None:
            return [self._line(record_id, texts, self._mean(words), numbers)]
        return [self._part(record_id, part, numbers) for part in found]

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
            last = line.ended.local_day
            if line.booked.local_day not in (_NO_DAY, last) and line.booked.local_day < last:
                span = Uncertain(f"{line.booked.local_day}/{last}")
                line.ended = ReadTime(span, span, last)
            else:
                day = Uncertain(last.isoformat())
                line.ended = ReadTime(day, day, last)
        return line

    def _line(
        self, record_id: str, texts: Sequence[str], meaning: Meaning, numbers: list[int]
    ) -> Line:
        line = Line(numbers, record_id, meaning)
        for (name, attribute, reader), text in zip(self._times, texts, strict=True):
            scheduled = name == "scheduled_at"
            time = (self._scheduled if scheduled else reader).read(text)
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
            return ReadTime(UNKNOWN, UNKNOWN, _NO_DAY)
        # A slip of a release is one all the same: nobody can say that the person is still there.
        slip = name == "released_at" and not fault.stands_for_none
        known = line.booked is not None and line.booked.earlier != UNKNOWN
        return ReadTime(UNKNOWN, UNKNOWN, _NO_DAY) if slip and known else None

    def _of_a_batch(self, name: str, time: ReadTime, line: Line) -> ReadTime | None:
        """Return what is left of a time that a program gave to many bookings at once."""
        line.notes.add("shared-instant")
        if name == "booked_at":
            day = Uncertain(time.local_day.isoformat())
            return ReadTime(day, day, time.local_day)
        if name == "released_at":
            return ReadTime(UNKNOWN, UNKNOWN, _NO_DAY)
        return None

    def _check(self, line: Line, texts: Sequence[str]) -> None:
        """Refuse a line without a booking, and one whose release is before it."""
        if line.booked is None:
            line.fault = ("booked_at", texts[0], NO_BOOKING)
        elif line.released is not None and surely_before(line.released, line.booked):
            line.fault = ("released_at", texts[1], BACKWARD)
