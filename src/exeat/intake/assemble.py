"""Make a custody record of the lines of one stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.codes import BasisEnd, ReleaseKind
from exeat.facts.record import Basis, CustodyRecord, Detainer, Release
from exeat.facts.times import NEVER, Act, Uncertain, When, bounds
from exeat.intake.draft import BookingDraft, Line, near, surely_before
from exeat.intake.model import Mapping
from exeat.intake.times import Ambiguous, ReadTime

__all__ = ["Assembler"]

_UNKNOWN: Final = Uncertain("XXXX-XX-XX")
_DROPPED: Final = frozenset({"impossible-time", "shared-instant"})
_FIRST: Final = datetime.min.replace(tzinfo=UTC)


def _one_of(times: Sequence[ReadTime | None]) -> ReadTime | None:
    """Return the one time that several rows give; of several, the days from first to last."""
    known = {time for time in times if time is not None}
    if len(known) < 2:
        return known.pop() if known else None
    if unknown := next((time for time in known if time.earlier == _UNKNOWN), None):
        return unknown
    # Which of them is true nobody can tell.
    days = sorted(time.local_day for time in known)
    span = Uncertain(f"{days[0]}/{days[-1]}" if days[0] < days[-1] else str(days[0]))
    return ReadTime(span, span, days[-1])


class Assembler:
    """Makes records by one mapping.

    Args:
        mapping: How the rows are read.
        zone: The jail's.
    """

    def __init__(self, mapping: Mapping, zone: ZoneInfo) -> None:
        self.mapping = mapping
        self.zone = zone

    def record(self, lines: list[Line], good: list[Line], draft: BookingDraft, suffix: str) -> None:
        """Make the record of one stay and put it into its draft.

        Args:
            lines: Its lines, and those of its id that could not be read.
            good: Those that could be read.
            draft: Gets the record, the rows and the notes.
            suffix: What its id has behind that of the file, where one id has several stays.
        """
        lines.sort(key=lambda line: line.order)
        booked = self._booked(good, draft)
        released = self._released(good, draft)
        for line in good:
            draft.rows += [number for number in line.numbers if number not in draft.rows]
            if line.notes:
                draft.notes |= line.notes
            self._came_later(line, booked)
            self._drop_contradiction(line, booked, released, draft)
        start = self._choose(booked, draft)
        bases, detainers = self._grounds(lines, start, released, draft)
        detainers += self._hold_of_booking(good, len(detainers), booked, released, draft)
        draft.record = CustodyRecord(
            id=good[0].record_id + suffix,
            zone=self.mapping.zone,
            booked=start,
            facility=self.mapping.facility,
            bases=tuple(bases) if "charge" in self.mapping.columns else None,
            bases_complete=self._all_grounds(lines, draft),
            detainers=tuple(detainers),
            notices_complete=self.mapping.notices_complete,
            scheduled_release=next((x.scheduled.earlier for x in good if x.scheduled), None),
            release=self._release(good, released, draft),
        )

    # --- times ------------------------------------------------------------------

    def _booked(self, good: list[Line], draft: BookingDraft) -> ReadTime:
        times = [line.booked for line in good if line.booked is not None]
        first = times[0]
        if any(time is not first and time != first for time in times):
            draft.notes.add("differing-booking-times")
            known = [time for time in times if time.earlier != _UNKNOWN]
            first = min(known, key=self._order)
        return first

    def _released(self, good: list[Line], draft: BookingDraft) -> ReadTime | None:
        if self.mapping.release_from == "last-end":
            return self._last_end(good, draft)
        first = good[0].released
        if all(line.released is first or line.released == first for line in good):
            return first
        draft.notes.add("differing-release-times")
        return _one_of([line.released for line in good])

    def _last_end(self, good: list[Line], draft: BookingDraft) -> ReadTime | None:
        """Return the last end of the lines, where the export has no other release."""
        ends = [line.ended for line in good]
        known = [end for end in ends if end is not None]
        if not known or len(known) < len(ends):
            return None
        draft.notes.add("release-is-last-end")
        return max(known, key=lambda end: bounds(end.later, self.zone)[1] or _FIRST)

    def _order(self, time: ReadTime) -> tuple[float, str]:
        low = bounds(time.earlier, self.zone)[0]
        return (low.timestamp() if low else 0.0), str(time.earlier)

    def _choose(self, time: ReadTime, draft: BookingDraft, *, later: bool = False) -> When:
        """Return the time that a record has, where the clocks showed two.

        Args:
            time: As read.
            draft: Gets the notes.
            later: Under `shortest-hold`: the later of two makes the hold the shorter.
        """
        if type(time.earlier) is Uncertain:
            if "/" not in time.earlier.edtf and "X" not in time.earlier.edtf:
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

    def _came_later(self, line: Line, booked: ReadTime) -> None:
        """Take a line's own later booking time for that at which it was entered."""
        if line.booked is booked or line.booked is None or not surely_before(booked, line.booked):
            return
        if line.meaning.immigration:
            line.received = line.received or line.booked
        else:
            line.started = line.started or line.booked

    def _drop_contradiction(
        self, line: Line, booked: ReadTime, released: ReadTime | None, draft: BookingDraft
    ) -> None:
        """Note an end out of order; of one before the beginning nothing is known."""
        if line.ended is None:
            return
        what = "hold" if line.meaning.immigration else "charge"
        if (
            released is not None
            and released is not line.ended
            and surely_before(released, line.ended)
        ):
            draft.notes.add(f"{what}-ended-after-release")
        before = line.started is not None and surely_before(line.ended, line.started)
        if before or surely_before(line.ended, booked):
            draft.notes.add(f"{what}-ended-before-booking")
            line.contradicted = True

    def _ended(
        self, line: Line, released: ReadTime | None, draft: BookingDraft, *, later: bool
    ) -> Act:
        """Return when a line ended: an empty end of a person still here may mean that it runs."""
        if line.fault is not None or line.contradicted:
            return None
        if line.ended is not None:
            return self._choose(line.ended, draft, later=later)
        # An end that was there and cannot be true is no empty one.
        runs = self.mapping.empty_end == "runs" and not line.notes & _DROPPED
        return NEVER if runs and released is None else None

    # --- what the record has ------------------------------------------------------

    def _grounds(
        self, lines: list[Line], start: When, released: ReadTime | None, draft: BookingDraft
    ) -> tuple[list[Basis], list[Detainer]]:
        bases: list[Basis] = []
        detainers: list[Detainer] = []
        for line in lines:
            if line.meaning.unmapped:
                draft.unmapped += line.meaning.unmapped
                draft.notes.add("unmapped-value")
                if any(field == "hold" for field, _ in line.meaning.unmapped):
                    draft.notes.add("hold-not-listed")
            if line.meaning.immigration:
                detainers.append(self._detainer(f"d{len(detainers) + 1}", line, released, draft))
            elif not (line.meaning.holds and line.meaning.empty):
                bases.append(self._basis(f"b{len(bases) + 1}", line, start, released, draft))
        return bases, detainers

    def _basis(
        self, id: str, line: Line, booked: When, released: ReadTime | None, draft: BookingDraft
    ) -> Basis:
        meaning = line.meaning
        if line.fault is not None:
            return Basis(id=id, kind=meaning.kind, agency=meaning.agency, offence=meaning.offence)
        start: When | None = booked
        if line.started is not None:
            start = self._choose(line.started, draft)
        if line.contradicted:
            start = None
        ended_by = meaning.ended_by
        if ended_by is None and line.ended is not None:
            ended_by = BasisEnd.UNSTATED
        return Basis(
            id=id,
            kind=meaning.kind,
            start=start,
            end=self._ended(line, released, draft, later=True),
            ended_by=ended_by,
            agency=meaning.agency,
            offence=meaning.offence,
        )

    def _detainer(
        self, id: str, line: Line, released: ReadTime | None, draft: BookingDraft
    ) -> Detainer:
        if line.fault is not None:
            return Detainer(id=id, issuer=line.meaning.agency, lifted=None)
        return Detainer(
            id=id,
            issuer=line.meaning.agency,
            received=self._choose(line.received, draft) if line.received else None,
            served=self._choose(line.served, draft) if line.served else None,
            lifted=self._ended(line, released, draft, later=False),
            lift_reason=line.meaning.lift_reason(ended=line.ended is not None),
        )

    def _hold_of_booking(
        self,
        good: list[Line],
        have: int,
        booked: ReadTime,
        released: ReadTime | None,
        draft: BookingDraft,
    ) -> list[Detainer]:
        """Return the hold that a column of the booking names: one, on however many rows."""
        named = [line for line in good if line.meaning.holds]
        if not named or have:
            return []
        ends = [line.hold_ended or (line.ended if line.meaning.empty else None) for line in named]
        ended = self._end_of_hold(ends, booked, released, draft)
        lifted: Act = self._choose(ended, draft) if ended else None
        # An end that was there and cannot be true, on whichever row, is no empty one.
        given = any(ends) or any(line.notes & _DROPPED for line in good)
        if not given and released is None and self.mapping.empty_end == "runs":
            lifted = NEVER
        received = _one_of([line.received for line in named])
        served = _one_of([line.served for line in named])
        return [
            Detainer(
                id="d1",
                received=self._choose(received, draft) if received else None,
                served=self._choose(served, draft) if served else None,
                lifted=lifted,
            )
        ]

    @staticmethod
    def _end_of_hold(
        ends: Sequence[ReadTime | None],
        booked: ReadTime,
        released: ReadTime | None,
        draft: BookingDraft,
    ) -> ReadTime | None:
        """Return the one end of a hold that stands on several rows, and note what is odd."""
        known = {end for end in ends if end is not None}
        good = {end for end in known if not surely_before(end, booked)}
        if good != known:
            draft.notes.add("hold-ended-before-booking")
        if len(good) > 1:
            draft.notes.add("differing-hold-ends")
        if released is not None and any(surely_before(released, end) for end in good):
            draft.notes.add("hold-ended-after-release")
        return _one_of(list(good))

    def _all_grounds(self, lines: list[Line], draft: BookingDraft) -> bool | None:
        """Say whether the record has every ground of custody."""
        if self.mapping.learned.grounds_lost:
            return False
        if any(line.fault is not None or line.meaning.other_holds for line in lines):
            return False
        doubtful = draft.notes & {"lists-of-unequal-length", "id-cut-by-spreadsheet"}
        return False if doubtful else self.mapping.bases_complete

    def _release(
        self, good: list[Line], released: ReadTime | None, draft: BookingDraft
    ) -> Release | None:
        if released is None:
            if any(line.meaning.there is False for line in good):
                draft.notes.add("released-without-time")
                return Release(at=_UNKNOWN)
            return None
        return Release(at=self._choose(released, draft), kind=self._how_released(good, released))

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
