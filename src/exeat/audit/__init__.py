"""The same decision over finished histories: what should have happened, and what did."""

from exeat.audit.examine import Examination, examine
from exeat.audit.findings import Finding, FindingGroup, FindingKind
from exeat.audit.timeline import Segment

__all__ = ["Examination", "Finding", "FindingGroup", "FindingKind", "Segment", "examine"]
