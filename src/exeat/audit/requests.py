"""What became of each request, where it looks like a refusal and is none; and conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from exeat.audit.findings import Finding, FindingKind, hours_between
from exeat.decide import Certainty
from exeat.facts.case import zone_of
from exeat.facts.codes import LiftReason, ReleaseKind, StatusProof
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import FAR_FUTURE, NEVER, Span, span
from exeat.facts.words import say_time

__all__ = ["request_findings"]

_ENDED_BY_ISSUER = frozenset({LiftReason.CANCELLED, LiftReason.CITIZEN, LiftReason.EXPIRED})


def request_findings(record: CustodyRecord, door: Span | None) -> Iterator[Finding]:
    """Yield what is to be said of each request of one custody.

    Args:
        record: The custody record.
        door: When the person left, as a step; None while in custody.
    """
    zone = zone_of(record.zone)
    for index, detainer in enumerate(record.detainers):
        yield from _arrival(record, detainer, door, zone)
        yield from _wrong_facility(record, detainer)
        yield from _moved(record, detainer)
        yield from _lifted(record, detainer, door, zone)
        if any(_same(detainer, earlier) for earlier in record.detainers[:index]):
            yield _duplicate(record, detainer)
    if record.detainers:
        yield from _identity(record)


def _finding(
    record: CustodyRecord,
    kind: FindingKind,
    detainer: Detainer,
    says: str,
    *,
    at: datetime | None = None,
    end: datetime | None = None,
    certainty: Certainty = Certainty.CERTAIN,
) -> Finding:
    hours = hours_between(at, end) if at and end else None
    return Finding(record.id, kind, at, end, hours, certainty, says, detainer=detainer.id)


def _arrival(
    record: CustodyRecord, detainer: Detainer, door: Span | None, zone: ZoneInfo
) -> Iterator[Finding]:
    """Yield that a request came too late; certainly only where it surely came after the door."""
    if door is None or detainer.received is None or detainer.received is NEVER:
        return
    early = span(detainer.received, zone)[0]
    if early <= door[0]:
        return
    came = f"The request arrived on {say_time(early, zone)}"
    if early > door[1]:
        says = f"{came}, after the person had left."
        yield _finding(record, FindingKind.ARRIVED_LATE, detainer, says, at=door[0], end=early)
        return
    says = f"{came}, when the person may have left."
    sure = Certainty.POSSIBLE
    yield _finding(record, FindingKind.ARRIVED_LATE, detainer, says, certainty=sure)


def _wrong_facility(record: CustodyRecord, detainer: Detainer) -> Iterator[Finding]:
    house, named = record.facility, detainer.addressed_to
    own = [code for code in (house.fips, house.ori, house.detloc) if code]
    if not named or not own or named in own:
        return
    # A code of a kind of which the record does not say this facility's may be its own all the same.
    sure = any(len(code) == len(named) for code in own)
    says = f"The request is addressed to `{named}`, which is not this facility"
    says += "." if sure else ", unless that is a code of it which the record does not give."
    certainty = Certainty.CERTAIN if sure else Certainty.POSSIBLE
    yield _finding(record, FindingKind.WRONG_FACILITY, detainer, says, certainty=certainty)


def _moved(record: CustodyRecord, detainer: Detainer) -> Iterator[Finding]:
    left = record.release is not None and record.release.kind is ReleaseKind.TRANSFER
    if left or record.transfers or detainer.lift_reason is LiftReason.MOVED:
        says = "The person was moved to another custodian; this facility did not let them go."
        yield _finding(record, FindingKind.MOVED, detainer, says)


def _lifted(
    record: CustodyRecord, detainer: Detainer, door: Span | None, zone: ZoneInfo
) -> Iterator[Finding]:
    if detainer.lift_reason not in _ENDED_BY_ISSUER or detainer.lifted in (None, NEVER):
        return
    early, late = span(detainer.lifted, zone)
    if late < FAR_FUTURE and (door is None or late <= door[0]):
        reason = detainer.lift_reason.value if detainer.lift_reason else ""
        says = f"The issuing agency ended the request ({reason}) on {say_time(late, zone)}."
        yield _finding(record, FindingKind.LIFTED, detainer, says, at=early)


def _same(one: Detainer, other: Detainer) -> bool:
    return (one.form, one.issuer, one.issued) == (other.form, other.issuer, other.issued)


def _duplicate(record: CustodyRecord, detainer: Detainer) -> Finding:
    """Return that a request is there twice; surely only where the record says which it is."""
    if None not in (detainer.form, detainer.issuer, detainer.issued):
        says, sure = "A second request of the same kind.", Certainty.CERTAIN
    else:
        says, sure = "Perhaps a second request of the same kind.", Certainty.POSSIBLE
    return _finding(record, FindingKind.DUPLICATE, detainer, says, certainty=sure)


def _identity(record: CustodyRecord) -> Iterator[Finding]:
    person, detainer = record.person, record.detainers[0]
    mismatch = any(d.names_this_person is False for d in record.detainers)
    if mismatch or person.disputes_identity:
        says = "The papers do not match this person, or the person says so."
        yield _finding(record, FindingKind.IDENTITY, detainer, says)
    elif person.claims_citizenship or person.status_proof is StatusProof.CITIZENSHIP:
        says = (
            "The person claims, or has shown, US citizenship; the issuer must be told and answer."
        )
        yield _finding(record, FindingKind.IDENTITY, detainer, says)
