"""The parts of a booking: lines read, their times chosen, and the record made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.codes import BasisEnd, ReleaseKind
from exeat.facts.record import Basis, CustodyRecord, Detainer, Release
from exeat.facts.times import NEVER, Act, Uncertain, When, bounds
from exeat.intake.draft import (
    BACKWARD,
    NO_BOOKING,
    Draft,
    Line,
    near,
    rejects,
    surely_before,
)
from exeat.intake.lines import SEPARATOR
from exeat.intake.meaning import Meaning, Meanings
from exeat.intake.model import TIME_FIELDS, Mapping
from exeat.intake.times import Ambiguous, ReadTime, TimeFault, TimeReader

__all__ = ["Builder"]

_CACHE_SIZE: Final = 1 << 16


class Builder:
    """Makes records by one mapping, and remembers what it has read.

    Args:
        mapping: How to read rows.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.zone = ZoneInfo(mapping.zone)
        empty = frozenset(text.strip().casefold() for text in mapping.empty_values)
        self._read = TimeReader(self.zone, mapping.formats, empty).read
        meanings = Meanings(mapping, empty)
        self._mean: Callable[[str], Meaning] = lru_cache(_CACHE_SIZE)(meanings.read)
        names = [name for name in TIME_FIELDS if name in mapping.columns]
        self._times = tuple((name, name.removesuffix("_at")) for name in names)

    def build(self, rows: Sequence[str]) -> Draft:
        """Return the draft of one booking; see `build.build_booking`."""
        draft = Draft()
        contents: dict[str, list[int]] = {}
        for packed in rows:
            number, _, content = packed.partition(SEPARATOR)
            contents.setdefault(content, []).append(int(number))
        # Sorted by content, so that ids do not depend on the order of the rows.
        lines = [self._line(content, contents[content]) for content in sorted(contents)]
        good = []
        for line in lines:
            if line.fault is not None:
                draft.rejects.extend(rejects(line, *line.fault))
                continue
            good.append(line)
            draft.rows += line.numbers
            if len(line.numbers) > 1:
                draft.duplicates += len(line.numbers) - 1
                draft.notes.add("duplicate-row")
        if good:
            if len(good) < len(lines):
                draft.notes.add("row-rejected")
            draft.record = self._record(lines, good, draft)
        return draft

    def _line(self, content: str, numbers: list[int]) -> Line:
        times = self._times
        record_id, *texts, words = content.split(SEPARATOR, len(times) + 1)
        line = Line(numbers, record_id, self._mean(words))
        read = self._read
        for (name, attribute), text in zip(times, texts, strict=True):
            time = read(text)
            if type(time) is TimeFault:
                line.fault = line.fault or (name, text, time)
            elif time is not None:
                setattr(line, attribute, time)
        if line.fault is None:
            if line.booked is None:
                line.fault = ("booked_at", texts[0], NO_BOOKING)
            elif line.released is not None and surely_before(line.released, line.booked):
                line.fault = ("released_at", texts[1], BACKWARD)
        return line

    def _record(self, lines: list[Line], good: list[Line], draft: Draft) -> CustodyRecord:
        booked = self._booked(good, draft)
        released = self._released(good, draft)
        start = self._choose(booked, draft)
        bases: list[Basis] = []
        detainers: list[Detainer] = []
        for line in lines:
            if line.meaning.unmapped:
                draft.unmapped += line.meaning.unmapped
                draft.notes.add("unmapped-value")
            if line.fault is None:
                self._note_order(line, booked, released, draft)
            if line.meaning.immigration:
                detainers.append(self._detainer(f"d{len(detainers) + 1}", line, released, draft))
            else:
                bases.append(self._basis(f"b{len(bases) + 1}", line, start, released, draft))
        release = None
        if released is not None:
            kind = self._how_released(good, released)
            release = Release(at=self._choose(released, draft), kind=kind)
        return CustodyRecord(
            id=good[0].record_id,
            zone=self.mapping.zone,
            booked=start,
            facility=self.mapping.facility,
            bases=tuple(bases),
            detainers=tuple(detainers),
            release=release,
        )

    # --- times ------------------------------------------------------------------

    def _booked(self, good: list[Line], draft: Draft) -> ReadTime:
        times = [line.booked for line in good if line.booked is not None]
        first = times[0]
        if any(time != first for time in times):
            draft.notes.add("differing-booking-times")
            first = min(times, key=self._order)
        return first

    def _released(self, good: list[Line], draft: Draft) -> ReadTime | None:
        first = good[0].released
        if all(line.released == first for line in good):
            return first
        draft.notes.add("differing-release-times")
        known = {line.released for line in good if line.released is not None}
        if len(known) == 1:
            return known.pop()
        # Which of them is true nobody can tell: the days from the first to the last.
        days = sorted(time.local_day for time in known)
        span = Uncertain(f"{days[0]}/{days[-1]}")
        return ReadTime(span, span, days[-1])

    def _order(self, time: ReadTime) -> tuple[float, str]:
        low = bounds(time.earlier, self.zone)[0]
        return (low.timestamp() if low else 0.0), str(time.earlier)

    def _choose(self, time: ReadTime, draft: Draft, *, later: bool = False) -> When:
        """Return the time that a record has, where the clocks showed two.

        Args:
            time: As read.
            draft: Gets the notes.
            later: Under `shortest-hold`: the later of two makes the hold the shorter.
        """
        if type(time.earlier) is Uncertain:
            if "/" not in time.earlier.edtf:
                draft.notes.add("date-without-time")
            return time.earlier
        if time.earlier is time.later:
            return time.earlier
        draft.notes.add("ambiguous-time")
        policy = self.mapping.ambiguous
        if policy is Ambiguous.UNCERTAIN:
            return Uncertain(time.local_day.isoformat())
        if policy is Ambiguous.LATER or (policy is Ambiguous.SHORTEST_HOLD and later):
            return time.later
        return time.earlier

    def _ended(self, line: Line, released: ReadTime | None, draft: Draft, *, later: bool) -> Act:
        """Return when a line ended: an empty end of a person still here may mean that it runs."""
        if line.fault is not None:
            return None
        if line.ended is not None:
            return self._choose(line.ended, draft, later=later)
        return NEVER if self.mapping.empty_end == "runs" and released is None else None

    def _note_order(
        self, line: Line, booked: ReadTime, released: ReadTime | None, draft: Draft
    ) -> None:
        if line.ended is None:
            return
        what = "hold" if line.meaning.immigration else "charge"
        if released is not None and surely_before(released, line.ended):
            draft.notes.add(f"{what}-ended-after-release")
        if surely_before(line.ended, line.started or booked):
            draft.notes.add(f"{what}-ended-before-booking")

    # --- what the record has ------------------------------------------------------

    def _basis(
        self, id: str, line: Line, booked: When, released: ReadTime | None, draft: Draft
    ) -> Basis:
        meaning = line.meaning
        if line.fault is not None:
            return Basis(id=id, kind=meaning.kind, agency=meaning.agency, offence=meaning.offence)
        start: When | None = booked
        if line.started is not None:
            start = self._choose(line.started, draft)
        end = self._ended(line, released, draft, later=True)
        if line.ended is not None and "charge-ended-before-booking" in draft.notes:
            # It ended before it began: when it began is not known.
            began = line.started or line.booked
            start = None if began and surely_before(line.ended, began) else start
        ended_by = meaning.ended_by
        if ended_by is None and line.ended is not None:
            ended_by = BasisEnd.UNSTATED
        return Basis(
            id=id,
            kind=meaning.kind,
            start=start,
            end=end,
            ended_by=ended_by,
            agency=meaning.agency,
            offence=meaning.offence,
        )

    def _detainer(self, id: str, line: Line, released: ReadTime | None, draft: Draft) -> Detainer:
        if line.fault is not None:
            return Detainer(id=id, issuer=line.meaning.agency, lifted=None)
        reason = line.meaning.lift_reason(ended=line.ended is not None)
        received = self._choose(line.received, draft) if line.received else None
        served = self._choose(line.served, draft) if line.served else None
        return Detainer(
            id=id,
            issuer=line.meaning.agency,
            received=received,
            served=served,
            lifted=self._ended(line, released, draft, later=False),
            lift_reason=reason,
        )

    def _how_released(self, good: list[Line], released: ReadTime) -> ReleaseKind:
        """Return how the person left, by the dispositions of lines that ended near the release.

        Whoever was handed to somebody was not let go, whatever else ended on that day.
        """
        found = [
            (line.meaning.release, line.ended)
            for line in good
            if line.meaning.release is not None
            and (line.ended is None or near(line.ended, released))
        ]
        handed = [pair for pair in found if pair[0] is not ReleaseKind.STREET] or found
        kinds = {kind for kind, _ in handed}
        if len(kinds) > 1:
            order = {end: self._order(end) if end else (0.0, "") for _, end in handed}
            latest = max(order.values())
            kinds = {kind for kind, end in handed if order[end] == latest}
        only = kinds.pop() if len(kinds) == 1 else None
        return only or ReleaseKind.UNSTATED
