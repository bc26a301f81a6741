"""What became of each request, where it looks like a refusal and is none; and conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exeat.audit.findings import Finding, FindingCode, FindingKind, hours_between
from exeat.decide import Certainty
from exeat.facts.case import zone_of
from exeat.facts.codes import LiftReason, ReleaseKind, StatusProof
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import FAR_FUTURE, NEVER, Span, span

__all__ = ["request_findings"]

_ENDED_BY_ISSUER = frozenset({LiftReason.CANCELLED, LiftReason.CITIZEN, LiftReason.EXPIRED})


def request_findings(record: CustodyRecord, door: Span | None) -> Iterator[Finding]:
    """Yield what is to be said of each request of one custody.

    Args:
        record: The custody record.
        door: When the person left, as a step; None while in custody.
    """
    zone = zone_of(record.zone)
    for index, paper in enumerate(record.detainers):
        one = _Request(record, paper, door, zone)
        yield from one.arrival()
        yield from one.wrong_facility()
        yield from one.moved()
        yield from one.lifted()
        if any(_same(paper, earlier) for earlier in record.detainers[:index]):
            yield one.duplicate()
    if record.detainers:
        yield from _Request(record, record.detainers[0], door, zone).identity()


def _same(one: Detainer, other: Detainer) -> bool:
    return (one.form, one.issuer, one.issued) == (other.form, other.issuer, other.issued)


@dataclass(frozen=True, slots=True)
class _Request:
    """One request of one custody, with the door as a step."""

    record: CustodyRecord
    paper: Detainer
    door: Span | None
    zone: ZoneInfo

    def _finding(
        self,
        kind: FindingKind,
        code: FindingCode,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        sure: bool = True,
        **values: Any,
    ) -> Finding:
        hours = hours_between(start, end) if start and end else None
        certainty = Certainty.CERTAIN if sure else Certainty.POSSIBLE
        return Finding(
            self.record.id,
            kind,
            start,
            end,
            hours,
            certainty,
            code,
            detainer=self.paper.id,
            **values,
        )

    def arrival(self) -> Iterator[Finding]:
        """Yield that it came too late; certainly only where it surely came after the door."""
        received, door = self.paper.received, self.door
        if door is None or received is None or received is NEVER:
            return
        early = span(received, self.zone)[0]
        if early <= door[0]:
            return
        kind, code = FindingKind.ARRIVED_LATE, FindingCode.ARRIVED_LATE
        if early > door[1]:
            yield self._finding(kind, code, start=door[0], end=early, at=early)
        else:
            yield self._finding(kind, code, at=early, sure=False)

    def wrong_facility(self) -> Iterator[Finding]:
        house, named = self.record.facility, self.paper.addressed_to
        own = [code for code in (house.fips, house.ori, house.detloc) if code]
        if not named or not own or named in own:
            return
        # A code of a kind of which the record does not say this facility's may be its own all
        # the same.
        sure = any(len(code) == len(named) for code in own)
        kind, code = FindingKind.WRONG_FACILITY, FindingCode.WRONG_FACILITY
        yield self._finding(kind, code, sure=sure, to=named)

    def moved(self) -> Iterator[Finding]:
        release = self.record.release
        left = release is not None and release.kind is ReleaseKind.TRANSFER
        if left or self.record.transfers or self.paper.lift_reason is LiftReason.MOVED:
            yield self._finding(FindingKind.MOVED, FindingCode.MOVED)

    def lifted(self) -> Iterator[Finding]:
        paper, door = self.paper, self.door
        if paper.lift_reason not in _ENDED_BY_ISSUER or paper.open:
            return
        early, late = span(paper.lifted, self.zone)
        if late < FAR_FUTURE and (door is None or late <= door[0]):
            kind, code = FindingKind.LIFTED, FindingCode.LIFTED
            yield self._finding(kind, code, start=early, at=late, lift_reason=paper.lift_reason)

    def duplicate(self) -> Finding:
        """Return that it is there twice; surely only where the record says which it is."""
        sure = None not in (self.paper.form, self.paper.issuer, self.paper.issued)
        return self._finding(FindingKind.DUPLICATE, FindingCode.DUPLICATE, sure=sure)

    def identity(self) -> Iterator[Finding]:
        """Yield that the requests concern somebody else, or a citizen."""
        person = self.record.person
        mismatch = any(one.names_this_person is False for one in self.record.detainers)
        if mismatch or person.disputes_identity:
            yield self._finding(FindingKind.IDENTITY, FindingCode.OTHER_PERSON)
        elif person.claims_citizenship or person.status_proof is StatusProof.CITIZENSHIP:
            yield self._finding(FindingKind.IDENTITY, FindingCode.CITIZEN)
