"""A finding as JSON, one object each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exeat.audit.findings import Finding

__all__ = ["finding_to_json"]


def finding_to_json(finding: Finding, zone: ZoneInfo) -> dict[str, Any]:
    """Return a finding as JSON, its times in the facility's zone.

    Args:
        finding: As `exeat.audit.examine` gives it.
        zone: The facility's time zone.

    Units: ``hours`` are running hours.

    Examples:
        >>> from exeat.audit import FindingKind
        >>> from exeat.decide import Certainty
        >>> kind, sure = FindingKind.MOVED, Certainty.CERTAIN
        >>> moved = Finding("a", kind, None, None, None, sure, "Moved before release.")
        >>> told = finding_to_json(moved, ZoneInfo("UTC"))
        >>> told["kind"], told["certainty"], told["hours"], told["detainer"]
        ('moved-before-release', 'certain', None, None)
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
        "says": finding.says,
        "detainer": finding.detainer or None,
        "rules": list(finding.rules),
        "sources": list(finding.sources),
        "readings": list(finding.readings),
        "questions": list(finding.questions),
    }
