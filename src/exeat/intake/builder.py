"""The parts of a booking: lines read, their times chosen, and the record made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.codes import BasisEnd, BasisKind, LiftReason, OffenceClass, ReleaseKind
from exeat.facts.record import Basis, CustodyRecord, Detainer, Offence, Release
from exeat.facts.times import NEVER, Act, Uncertain, When, bounds
from exeat.intake.lines import SEPARATOR
from exeat.intake.model import FIELDS, TIME_FIELDS, Codes, Mapping
from exeat.intake.rejects import SEEN_LENGTH, Reject
from exeat.intake.times import Ambiguous, ReadTime, TimeFault, TimeReader

__all__ = ["Builder", "Draft"]

_CACHE_SIZE: Final = 1 << 16
_NEAR_DAYS: Final = 1
"""A line says how the person left if it ended within a day of the release."""

_BACKWARD: Final = TimeFault(
    "is before the booking", "Correct the time of booking or of release in the export."
)
_NO_BOOKING: Final = TimeFault(
    "is empty: nobody can tell when custody began", "Fill it in, or map another column."
)


@dataclass(slots=True)
class Line:
    """One row, read: its texts, its times, and what is wrong with it."""

    numbers: list[int]
    texts: dict[str, str]
    times: dict[str, ReadTime]
    fault: tuple[str, TimeFault] | None = None


@dataclass(slots=True)
class Draft:
    """A booking in the making."""

    rows: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    duplicates: int = 0
    record: CustodyRecord | None = None
    notes: set[str] = field(default_factory=set)
    unmapped: list[tuple[str, str]] = field(default_factory=list)


class Builder:
    """Makes records by one mapping, and remembers what it has read.

    Args:
        mapping: How to read rows.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.zone = ZoneInfo(mapping.zone)
        self._fields = mapping.fields
        self._times = tuple(name for name in TIME_FIELDS if name in mapping.columns)
        self._read = TimeReader(self.zone, mapping.formats)
        self._empty = {text.strip().casefold() for text in mapping.empty_values}
        self._clean: Callable[[str], str] = lru_cache(_CACHE_SIZE)(self._clean_new)
        self._is_immigration = Codes(tuple((text, True) for text in mapping.immigration)).finder()
        self._kind_by_words = mapping.kinds.finder()
        self._kind: Callable[[str, str], BasisKind] = lru_cache(_CACHE_SIZE)(self._kind_new)
        self._offence: Callable[[str, str, str], Offence] = lru_cache(_CACHE_SIZE)(
            self._offence_new
        )
        self._end, self._lift = mapping.dispositions.finder(), mapping.lifts.finder()
        self._release_kind, self._class = mapping.releases.finder(), mapping.classes.finder()

    def build(self, rows: Sequence[str]) -> Draft:
        """Return the draft of one booking; see `build.build_booking`."""
        draft = Draft()
        contents: dict[str, list[int]] = {}
        for packed in rows:
            number, _, content = packed.partition(SEPARATOR)
            contents.setdefault(content, []).append(int(number))
        # Sorted by content, so that ids do not depend on the order of the rows.
        lines = [self._line(content, contents[content]) for content in sorted(contents)]
        good = [line for line in lines if line.fault is None]
        for line in lines:
            if line.fault is not None:
                draft.rejects.extend(_rejects(line, *line.fault))
                continue
            draft.rows += line.numbers
            if len(line.numbers) > 1:
                draft.duplicates += len(line.numbers) - 1
                draft.notes.add("duplicate-row")
        if good:
            if len(good) < len(lines):
                draft.notes.add("row-rejected")
            draft.record = self._record(lines, good, draft)
        return draft

    # --- one row ----------------------------------------------------------------

    def _clean_new(self, text: str) -> str:
        text = text.strip()
        return "" if text.casefold() in self._empty else text

    def _line(self, content: str, numbers: list[int]) -> Line:
        clean = self._clean
        texts = {
            name: clean(value)
            for name, value in zip(self._fields, content.split(SEPARATOR), strict=True)
        }
        line = Line(numbers, texts, {})
        for name in self._times:
            if text := texts[name]:
                time = self._read(text)
                if isinstance(time, TimeFault):
                    line.fault = line.fault or (name, time)
                else:
                    line.times[name] = time
        if line.fault is None:
            line.fault = _order_fault(line.times)
        return line

    def _kind_new(self, words: str, agency: str) -> BasisKind:
        known = self.mapping.agencies.get(agency.casefold())
        by_agency = known.kind if known else None
        return self._kind_by_words(words) or by_agency or BasisKind.CHARGE

    def _offence_new(self, words: str, statute: str, name: str) -> Offence:
        found: OffenceClass | None = self._class(name) if name else None
        return Offence(description=words or None, statute=statute or None, offence_class=found)

    # --- one booking ------------------------------------------------------------

    def _record(self, lines: list[Line], good: list[Line], draft: Draft) -> CustodyRecord:
        booked = self._booked(good, draft)
        released = self._released(good, draft)
        column = self.mapping.immigration_field
        bases: list[Basis] = []
        detainers: list[Detainer] = []
        for line in lines:
            if self._is_immigration(line.texts[column]):
                detainers.append(
                    self._detainer(f"d{len(detainers) + 1}", line, booked, released, draft)
                )
            else:
                bases.append(self._basis(f"b{len(bases) + 1}", line, booked, released, draft))
        release = None
        if released is not None:
            release = Release(
                at=self._choose(released, draft), kind=self._how_released(good, released)
            )
        return CustodyRecord(
            id=good[0].texts["record_id"],
            zone=self.mapping.zone,
            booked=self._choose(booked, draft),
            facility=self.mapping.facility,
            bases=tuple(bases),
            detainers=tuple(detainers),
            release=release,
        )

    def _booked(self, good: list[Line], draft: Draft) -> ReadTime:
        times = [line.times["booked_at"] for line in good]
        first = times[0]
        if any(time != first for time in times):
            draft.notes.add("differing-booking-times")
            first = min(times, key=self._order)
        return first

    def _released(self, good: list[Line], draft: Draft) -> ReadTime | None:
        times = {line.times.get("released_at") for line in good}
        if len(times) == 1:
            return times.pop()
        draft.notes.add("differing-release-times")
        known = sorted((time for time in times if time is not None), key=self._order)
        if len(known) == 1:
            return known[0]
        # Which of them is true nobody can tell: the days from the first to the last.
        first, last = known[0].local_day, known[-1].local_day
        span = Uncertain(str(first) if first == last else f"{first}/{last}")
        return ReadTime(span, span, last)

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
        if isinstance(time.earlier, Uncertain):
            draft.notes.add("date-without-time")
            return time.earlier
        if not time.ambiguous:
            return time.earlier
        draft.notes.add("ambiguous-time")
        policy = self.mapping.ambiguous
        if policy is Ambiguous.UNCERTAIN:
            return Uncertain(time.local_day.isoformat())
        if policy is Ambiguous.LATER or (policy is Ambiguous.SHORTEST_HOLD and later):
            return time.later
        return time.earlier

    def _ended(
        self, line: Line, released: ReadTime | None, draft: Draft, *, later: bool = False
    ) -> Act:
        """Return when a line ended: an empty end of a person still here may mean that it runs."""
        ended = line.times.get("ended_at")
        if ended is not None and line.fault is None:
            return self._choose(ended, draft, later=later)
        runs = self.mapping.empty_end == "runs" and released is None and line.fault is None
        return NEVER if runs and not line.texts.get("ended_at") else None

    def _optional(self, line: Line, name: str, draft: Draft) -> When | None:
        time = line.times.get(name)
        return self._choose(time, draft) if time is not None and line.fault is None else None

    def _basis(
        self, id: str, line: Line, booked: ReadTime, released: ReadTime | None, draft: Draft
    ) -> Basis:
        texts, end = line.texts, line.times.get("ended_at")
        agency = self._agency(texts, draft)
        start: When | None = None
        if line.fault is None:
            start = self._optional(line, "started_at", draft) or self._choose(booked, draft)
            if end is not None and released is not None and _surely_before(released, end):
                draft.notes.add("charge-ended-after-release")
            if end is not None and _surely_before(end, line.times.get("started_at", booked)):
                draft.notes.add("charge-ended-before-booking")
                start = None
        ended_by: BasisEnd | None = None
        if disposition := texts.get("disposition"):
            ended_by = self._end(disposition)
            if ended_by is None:
                draft.unmapped.append(("disposition", disposition))
                draft.notes.add("unmapped-value")
                ended_by = BasisEnd.OTHER
        elif end is not None:
            ended_by = BasisEnd.UNSTATED
        return Basis(
            id=id,
            kind=self._kind(texts["charge"], agency or ""),
            start=start,
            end=self._ended(line, released, draft, later=True),
            ended_by=ended_by if line.fault is None else None,
            agency=agency,
            offence=self._offence(
                texts["charge"], texts.get("statute", ""), texts.get("offence_class", "")
            ),
        )

    def _detainer(
        self, id: str, line: Line, booked: ReadTime, released: ReadTime | None, draft: Draft
    ) -> Detainer:
        texts, end = line.texts, line.times.get("ended_at")
        if line.fault is None and end is not None:
            if released is not None and _surely_before(released, end):
                draft.notes.add("hold-ended-after-release")
            if _surely_before(end, booked):
                draft.notes.add("hold-ended-before-booking")
        reason: LiftReason | None = None
        if disposition := texts.get("disposition"):
            reason = self._lift(disposition)
            if reason is None:
                draft.unmapped.append(("lift", disposition))
                draft.notes.add("unmapped-value")
                reason = LiftReason.UNSTATED
        elif end is not None:
            reason = LiftReason.UNSTATED
        return Detainer(
            id=id,
            issuer=self._agency(texts, draft),
            received=self._optional(line, "received_at", draft),
            served=self._optional(line, "served_at", draft),
            lifted=self._ended(line, released, draft),
            lift_reason=reason if line.fault is None else None,
        )

    def _agency(self, texts: dict[str, str], draft: Draft) -> str | None:
        code = texts.get("agency")
        if code and self.mapping.agencies and code.casefold() not in self.mapping.agencies:
            draft.unmapped.append(("agency", code))
            draft.notes.add("unmapped-value")
        return code or None

    def _how_released(self, good: list[Line], released: ReadTime) -> ReleaseKind:
        """Return how the person left, by the dispositions of lines that ended near the release.

        Whoever was handed to somebody was not let go, whatever else ended on that day.
        """
        found: dict[ReleaseKind, float] = {}
        for line in good:
            kind = self._release_kind(line.texts.get("disposition", ""))
            end = line.times.get("ended_at")
            if kind is None or (end is not None and not _near(end, released)):
                continue
            found[kind] = max(found.get(kind, 0.0), self._order(end)[0] if end else 0.0)
        handed = {kind: at for kind, at in found.items() if kind is not ReleaseKind.STREET}
        last = _latest(handed or found)
        return last[0] if len(last) == 1 else ReleaseKind.UNSTATED


def _latest(found: dict[ReleaseKind, float]) -> list[ReleaseKind]:
    latest = max(found.values(), default=0.0)
    return [kind for kind, at in found.items() if at == latest]


def _near(end: ReadTime, released: ReadTime) -> bool:
    return abs((end.local_day - released.local_day).days) <= _NEAR_DAYS


def _surely_before(time: ReadTime, other: ReadTime) -> bool:
    """Say whether one time is before the other, however either may be read."""
    if isinstance(time.later, Uncertain) or isinstance(other.earlier, Uncertain):
        return time.local_day < other.local_day
    return time.later < other.earlier


def _order_fault(times: dict[str, ReadTime]) -> tuple[str, TimeFault] | None:
    if "booked_at" not in times:
        return "booked_at", _NO_BOOKING
    released = times.get("released_at")
    if released is not None and _surely_before(released, times["booked_at"]):
        return "released_at", _BACKWARD
    return None


def _rejects(line: Line, name: str, fault: TimeFault) -> Iterable[Reject]:
    assert name in FIELDS
    for number in line.numbers:
        yield Reject(
            number,
            line.texts["record_id"][:SEEN_LENGTH],
            name,
            line.texts[name][:SEEN_LENGTH],
            fault.problem,
            fault.remedy,
        )
