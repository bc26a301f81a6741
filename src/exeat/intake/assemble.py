"""Make a custody record of the lines of one stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.codes import BasisEnd, ReleaseKind
from exeat.facts.record import Basis, CustodyRecord, Detainer, Release
from exeat.facts.times import NEVER, Act, Uncertain, When, bounds
from exeat.intake.booking import Booking
from exeat.intake.draft import Line, near, surely_before
from exeat.intake.model import Mapping
from exeat.intake.times import NO_TIME, UNKNOWN, Ambiguous, ReadTime, whole_days

__all__ = ["Stay"]

_DROPPED: Final = frozenset({"impossible-time", "shared-instant"})
_FIRST: Final = datetime.min.replace(tzinfo=UTC)


def _one_of(times: Iterable[ReadTime | None]) -> ReadTime | None:
    """Return the one time that several rows give; of several, the days from first to last."""
    known = {time for time in times if time is not None}
    if len(known) < 2:
        return known.pop() if known else None
    if any(time.earlier == UNKNOWN for time in known):
        return NO_TIME
    # Which of them is true nobody can tell.
    return whole_days(min(time.local_day for time in known), max(time.local_day for time in known))


class Stay:
    """One stay, of which a record is made.

    Args:
        mapping: How its rows were read.
        zone: The jail's.
        good: Its lines that could be read.
        lost: Lines of its id that could not: each may be of this stay.
        notes: Codes of `NOTES` that are known of it.
    """

    def __init__(
        self, mapping: Mapping, zone: ZoneInfo, good: list[Line], lost: list[Line],
        notes: Iterable[str],
    ) -> None:  # fmt: skip
        self.mapping = mapping
        self.zone = zone
        self.good = good
        self.lines = sorted([*good, *lost], key=lambda line: line.order) if lost else good
        self.rows = dict.fromkeys(number for line in good for number in line.numbers)
        self.notes = set(notes).union(*(line.notes for line in good))
        self.unmapped: list[tuple[str, str]] = []
        self.booked = self._booked()
        self.released = self._released()

    def booking(self, id: str) -> Booking:
        """Return the booking, its record under an id of its own."""
        record = self._record(id)
        return Booking(record, tuple(self.rows), tuple(sorted(self.notes)), tuple(self.unmapped))

    def _record(self, id: str) -> CustodyRecord:
        for line in self.good:
            self._came_later(line)
            self._drop_contradiction(line)
        start = self._choose(self.booked)
        bases, detainers = self._grounds(start)
        scheduled = next((line.scheduled for line in self.good if line.scheduled), None)
        return CustodyRecord(
            id=id,
            zone=self.mapping.zone,
            booked=start,
            facility=self.mapping.facility,
            bases=tuple(bases) if "charge" in self.mapping.columns else None,
            bases_complete=self._all_grounds(),
            detainers=tuple(detainers),
            notices_complete=self.mapping.notices_complete,
            scheduled_release=scheduled.earlier if scheduled else None,
            release=self._release(),
        )

    # --- times ------------------------------------------------------------------

    def _booked(self) -> ReadTime:
        times = [line.booked for line in self.good if line.booked is not None]
        first = times[0]
        if any(time is not first and time != first for time in times):
            self.notes.add("differing-booking-times")
            first = min((time for time in times if time.earlier != UNKNOWN), key=self._order)
        return first

    def _released(self) -> ReadTime | None:
        if self.mapping.release_from == "last-end":
            return self._last_end()
        first = self.good[0].released
        if all(line.released is first or line.released == first for line in self.good):
            return first
        self.notes.add("differing-release-times")
        return _one_of(line.released for line in self.good)

    def _last_end(self) -> ReadTime | None:
        """Return the last end of the lines, where the export has no other release."""
        known = [line.ended for line in self.good if line.ended is not None]
        if not known or len(known) < len(self.good):
            return None
        self.notes.add("release-is-last-end")
        return max(known, key=lambda end: bounds(end.later, self.zone)[1] or _FIRST)

    def _order(self, time: ReadTime | None) -> tuple[float, str]:
        if time is None:
            return 0.0, ""
        low = bounds(time.earlier, self.zone)[0]
        return (low.timestamp() if low else 0.0), str(time.earlier)

    def _choose(self, time: ReadTime, *, later: bool = False) -> When:
        """Return the time that a record has, where the clocks showed two.

        Args:
            time: As read.
            later: Under `shortest-hold`: the later of two makes the hold the shorter.
        """
        if type(time.earlier) is Uncertain:
            if "/" not in time.earlier.edtf and "X" not in time.earlier.edtf:
                self.notes.add("date-without-time")
            return time.earlier
        if time.earlier is time.later:
            return time.earlier
        self.notes.add("ambiguous-time")
        policy = self.mapping.ambiguous
        if policy is Ambiguous.UNCERTAIN:
            return Uncertain(time.local_day.isoformat())
        later = policy is Ambiguous.LATER or (policy is Ambiguous.SHORTEST_HOLD and later)
        return time.later if later else time.earlier

    def _if_given(self, time: ReadTime | None) -> When | None:
        return self._choose(time) if time else None

    def _came_later(self, line: Line) -> None:
        """Take a line's own later booking time for that at which it was entered."""
        own, booked = line.booked, self.booked
        if own is booked or own is None or not surely_before(booked, own):
            return
        if line.meaning.immigration:
            line.received = line.received or own
        else:
            line.started = line.started or own

    def _drop_contradiction(self, line: Line) -> None:
        """Note an end out of order; of one before the beginning nothing is known."""
        if line.ended is None:
            return
        what = "hold" if line.meaning.immigration else "charge"
        # Where the release is the last end, no end can be after it.
        if (
            self.released is not None
            and self.released is not line.ended
            and surely_before(self.released, line.ended)
        ):
            self.notes.add(f"{what}-ended-after-release")
        before = line.started is not None and surely_before(line.ended, line.started)
        if before or surely_before(line.ended, self.booked):
            self.notes.add(f"{what}-ended-before-booking")
            line.contradicted = True

    def _ended(self, line: Line, *, later: bool) -> Act:
        """Return when a line ended."""
        if line.fault is not None or line.contradicted:
            return None
        if line.ended is not None:
            return self._choose(line.ended, later=later)
        return self._empty_end(dropped=bool(line.notes & _DROPPED))

    def _empty_end(self, *, dropped: bool) -> Act:
        """Return what an empty end means: of a person still here it may be that it runs.

        An end that was there and cannot be true is no empty one.
        """
        runs = self.mapping.empty_end == "runs" and self.released is None and not dropped
        return NEVER if runs else None

    # --- what the record has ------------------------------------------------------

    def _grounds(self, start: When) -> tuple[list[Basis], list[Detainer]]:
        bases: list[Basis] = []
        detainers: list[Detainer] = []
        for line in self.lines:
            if line.meaning.unmapped:
                self._note_unmapped(line.meaning.unmapped)
            if line.meaning.immigration:
                detainers.append(self._detainer(f"d{len(detainers) + 1}", line))
            elif not (line.meaning.holds and line.meaning.empty):
                bases.append(self._basis(f"b{len(bases) + 1}", line, start))
        named = [line for line in self.good if line.meaning.holds]
        if named and not detainers:
            detainers.append(self._hold_of_booking(named))
        return bases, detainers

    def _note_unmapped(self, unmapped: tuple[tuple[str, str], ...]) -> None:
        self.unmapped += unmapped
        self.notes.add("unmapped-value")
        if any(field == "hold" for field, _ in unmapped):
            self.notes.add("hold-not-listed")

    def _basis(self, id: str, line: Line, start: When | None) -> Basis:
        meaning = line.meaning
        if line.fault is not None:
            return Basis(id=id, kind=meaning.kind, agency=meaning.agency, offence=meaning.offence)
        if line.started is not None:
            start = self._choose(line.started)
        if line.contradicted:
            start = None
        unstated = BasisEnd.UNSTATED if line.ended is not None else None
        return Basis(
            id=id,
            kind=meaning.kind,
            start=start,
            end=self._ended(line, later=True),
            ended_by=meaning.ended_by or unstated,
            agency=meaning.agency,
            offence=meaning.offence,
        )

    def _detainer(self, id: str, line: Line) -> Detainer:
        if line.fault is not None:
            return Detainer(id=id, issuer=line.meaning.agency, lifted=None)
        return Detainer(
            id=id,
            issuer=line.meaning.agency,
            received=self._if_given(line.received),
            served=self._if_given(line.served),
            lifted=self._ended(line, later=False),
            lift_reason=line.meaning.lift_reason(ended=line.ended is not None),
        )

    def _hold_of_booking(self, named: list[Line]) -> Detainer:
        """Return the hold that a column of the booking names: one, on however many rows."""
        ends = [line.hold_ended or (line.ended if line.meaning.empty else None) for line in named]
        ended = self._end_of_hold(ends)
        # One that was dropped may have stood on any of the rows.
        dropped = any(ends) or any(line.notes & _DROPPED for line in self.good)
        return Detainer(
            id="d1",
            received=self._if_given(_one_of(line.received for line in named)),
            served=self._if_given(_one_of(line.served for line in named)),
            lifted=self._choose(ended) if ended else self._empty_end(dropped=dropped),
        )

    def _end_of_hold(self, ends: Iterable[ReadTime | None]) -> ReadTime | None:
        """Return the one end of a hold that stands on several rows, and note what is odd."""
        known = {end for end in ends if end is not None}
        good = {end for end in known if not surely_before(end, self.booked)}
        if good != known:
            self.notes.add("hold-ended-before-booking")
        if len(good) > 1:
            self.notes.add("differing-hold-ends")
        if self.released is not None and any(surely_before(self.released, end) for end in good):
            self.notes.add("hold-ended-after-release")
        return _one_of(good)

    def _all_grounds(self) -> bool | None:
        """Say whether the record has every ground of custody."""
        if self.mapping.learned.grounds_lost:
            return False
        if any(line.fault is not None or line.meaning.other_holds for line in self.lines):
            return False
        doubtful = self.notes & {"lists-of-unequal-length", "id-cut-by-spreadsheet"}
        return False if doubtful else self.mapping.bases_complete

    def _release(self) -> Release | None:
        if self.released is not None:
            return Release(at=self._choose(self.released), kind=self._how_released(self.released))
        if any(line.meaning.there is False for line in self.good):
            self.notes.add("released-without-time")
            return Release(at=UNKNOWN)
        return None

    def _how_released(self, released: ReadTime) -> ReleaseKind:
        """Return how the person left, by the dispositions of lines that ended near the release.

        Whoever was handed to somebody was not let go, whatever else ended on that day.
        """
        found = [line for line in self.good if _tells_release(line, released)]
        handed = [x for x in found if x.meaning.release is not ReleaseKind.STREET] or found
        kinds = {line.meaning.release for line in handed}
        if len(kinds) > 1:
            latest = max(self._order(line.ended) for line in handed)
            kinds = {x.meaning.release for x in handed if self._order(x.ended) == latest}
        only = kinds.pop() if len(kinds) == 1 else None
        return only or ReleaseKind.UNSTATED


def _tells_release(line: Line, released: ReadTime) -> bool:
    """Say whether a line tells how the person left: its words do, and it ended about then."""
    near_it = line.ended is None or near(line.ended, released)
    return line.meaning.release is not None and near_it
