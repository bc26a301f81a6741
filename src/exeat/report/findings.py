"""A finding in words, and as JSON, one object each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.audit.findings import Finding, FindingCode
from exeat.decide import Certainty
from exeat.i18n.said import Said, Value
from exeat.i18n.words import Words
from exeat.rules.model import Trigger
from exeat.say.questions import say_ask
from exeat.say.words import sentence, span_said, whom_said

__all__ = ["asked_of", "finding_said", "finding_to_json", "say_finding"]

_WHEN: Final = {
    Trigger.RECEIPT: Said("found.due.receipt"),
    Trigger.BOOKING: Said("found.due.booking"),
}
_KEPT: Final = "kept-"
_BY_CERTAINTY: Final = frozenset(
    {
        FindingCode.AGAINST,
        FindingCode.ARRIVED_LATE,
        FindingCode.WRONG_FACILITY,
        FindingCode.DUPLICATE,
    }
)
"""Findings of which it is said in other words where they are only possible."""


def finding_said(finding: Finding) -> Said:
    """Return a finding as a text of the catalogue, with what it puts in."""
    code = finding.code.value
    values: dict[str, Value] = {}
    if code.startswith(_KEPT) and finding.start and finding.end and finding.hours is not None:
        values |= {"hours": span_said(finding.hours), "from": finding.start, "to": finding.end}
        values["how"] = Said(f"found.{code}")
        return Said(f"found.kept{'-still' if finding.inside else ''}", values)
    if finding.trigger is not None:
        values |= {"to": whom_said(finding.to), "due": _due(finding)}
    elif finding.to:
        values["named"] = finding.to
    if finding.at is not None:
        values["at"] = finding.at
    if finding.lift_reason is not None:
        values["reason"] = finding.lift_reason.value
    if finding.code in _BY_CERTAINTY and finding.certainty is Certainty.POSSIBLE:
        code += "-possible"
    return Said(f"found.{code}", values)


def _due(finding: Finding) -> Said:
    """Return by when a notice was due: by its hour or, where it has none, at which moment."""
    if finding.start is not None:
        return Said("found.due.at", {"at": finding.start})
    release = Said("found.due.release")
    return _WHEN.get(finding.trigger, release) if finding.trigger is not None else release


def say_finding(finding: Finding, zone: ZoneInfo, words: Words | None = None) -> str:
    """Return a finding as a sentence, its times in the facility's zone.

    Args:
        finding: As `exeat.audit.examine` gives it.
        zone: The facility's time zone.
        words: Those of the reader's language; None: English.
    """
    return sentence(finding_said(finding), zone, words)


def asked_of(finding: Finding, words: Words | None = None) -> list[str]:
    """Return what the record would have to say to make a finding certain, each question once."""
    return list(dict.fromkeys(say_ask(ask, words) for ask in finding.questions))


def finding_to_json(finding: Finding, zone: ZoneInfo) -> dict[str, Any]:
    """Return a finding as JSON, its times in the facility's zone.

    Args:
        finding: As `exeat.audit.examine` gives it.
        zone: The facility's time zone.

    Units: ``hours`` are running hours.

    Examples:
        >>> from exeat.audit import FindingKind
        >>> kind, sure = FindingKind.MOVED, Certainty.CERTAIN
        >>> moved = Finding("a", kind, None, None, None, sure, FindingCode.MOVED)
        >>> told = finding_to_json(moved, ZoneInfo("UTC"))
        >>> told["kind"], told["certainty"], told["hours"], told["detainer"]
        ('moved-before-release', 'certain', None, None)
        >>> told["says"]
        'The person was moved to another custodian; this facility did not let them go.'
    """

    def time(at: datetime | None) -> str | None:
        return at.astimezone(zone).isoformat() if at is not None else None

    return {
        "kind": finding.kind.value,
        "group": finding.group.value,
        "certainty": finding.certainty.value,
        "start": time(finding.start),
        "end": time(finding.end),
        "hours": finding.hours,
        "says": say_finding(finding, zone),
        **finding_said(finding).to_json(),
        "detainer": finding.detainer or None,
        "rules": list(finding.rules),
        "sources": list(finding.sources),
        "readings": list(finding.readings),
        "questions": asked_of(finding),
    }
