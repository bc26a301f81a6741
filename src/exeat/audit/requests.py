"""What became of each request, where it looks like a refusal and is none; and conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from exeat.audit.findings import Finding, FindingKind
from exeat.decide import Certainty
from exeat.decide.eligibility import eligibility
from exeat.facts.case import zone_of
from exeat.facts.codes import FORMS, LiftReason, ReleaseKind, StatusProof
from exeat.facts.record import CustodyRecord, Detainer
from exeat.facts.times import Act, Never, bounds, done_by
from exeat.facts.words import say_time

__all__ = ["request_findings"]

_ENDED_BY_ISSUER = frozenset({LiftReason.CANCELLED, LiftReason.CITIZEN, LiftReason.EXPIRED})


def request_findings(
    record: CustodyRecord, door: datetime | None, processing: timedelta
) -> Iterator[Finding]:
    """Yield what is to be said of each request of one custody.

    Args:
        record: The custody record.
        door: When the person left, in UTC; None while in custody.
        processing: How long letting a person out may take; nobody is kept within it.
    """
    zone = zone_of(record.zone)
    for index, detainer in enumerate(record.detainers):
        yield from _arrival(record, detainer, door, zone)
        yield from _wrong_facility(record, detainer)
        yield from _moved(record, detainer)
        yield from _lifted(record, detainer, door, zone)
        yield from _not_served(record, detainer, door, zone, processing)
        if any(_same(detainer, earlier) for earlier in record.detainers[:index]):
            yield _finding(
                record, FindingKind.DUPLICATE, detainer, "A second request of the same kind."
            )
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
    hours = round((end - at).total_seconds() / 3600, 2) if at and end else None
    return Finding(record.id, kind, at, end, hours, certainty, says, detainer=detainer.id)


def _span(act: Act, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    return (None, None) if act is None or isinstance(act, Never) else bounds(act, zone)


def _arrival(
    record: CustodyRecord, detainer: Detainer, door: datetime | None, zone: ZoneInfo
) -> Iterator[Finding]:
    early, _ = _span(detainer.received, zone)
    if door is not None and early is not None and early > door:
        says = f"The request arrived on {say_time(early, zone)}, after the person had left."
        yield _finding(record, FindingKind.ARRIVED_LATE, detainer, says, at=door, end=early)


def _wrong_facility(record: CustodyRecord, detainer: Detainer) -> Iterator[Finding]:
    own = {record.facility.fips, record.facility.ori, record.facility.detloc} - {None}
    if detainer.addressed_to and own and detainer.addressed_to not in own:
        says = f"The request is addressed to `{detainer.addressed_to}`, which is not this facility."
        yield _finding(record, FindingKind.WRONG_FACILITY, detainer, says)


def _moved(record: CustodyRecord, detainer: Detainer) -> Iterator[Finding]:
    left = record.release is not None and record.release.kind is ReleaseKind.TRANSFER
    if left or record.transfers or detainer.lift_reason is LiftReason.MOVED:
        says = "The person was moved to another custodian; this facility did not let them go."
        yield _finding(record, FindingKind.MOVED, detainer, says)


def _lifted(
    record: CustodyRecord, detainer: Detainer, door: datetime | None, zone: ZoneInfo
) -> Iterator[Finding]:
    early, late = _span(detainer.lifted, zone)
    if detainer.lift_reason in _ENDED_BY_ISSUER and late and (door is None or late <= door):
        reason = detainer.lift_reason.value if detainer.lift_reason else ""
        says = f"The issuing agency ended the request ({reason}) on {say_time(late, zone)}."
        yield _finding(record, FindingKind.LIFTED, detainer, says, at=early)


def _not_served(
    record: CustodyRecord,
    detainer: Detainer,
    door: datetime | None,
    zone: ZoneInfo,
    processing: timedelta,
) -> Iterator[Finding]:
    """Yield where a person was kept on a form that needed service and had none."""
    if detainer.form is None or not FORMS[detainer.form].needs_service or door is None:
        return
    since = eligibility(record, zone).latest
    if (
        since is None
        or door - since < processing
        or done_by(detainer.served, since, zone) is not False
    ):
        return
    if done_by(detainer.received, door, zone) is False:
        return
    until = _span(detainer.served, zone)[0] or door
    says = f"Kept on a form {detainer.form.value} of which no copy had been served on the person."
    yield _finding(record, FindingKind.NOT_SERVED, detainer, says, at=since, end=min(until, door))


def _same(one: Detainer, other: Detainer) -> bool:
    return (one.form, one.issuer, one.issued) == (other.form, other.issuer, other.issued)


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
