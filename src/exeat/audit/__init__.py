"""The same decision over finished histories: what should have happened, and what did."""

from exeat.audit.examine import Examination, examine
from exeat.audit.findings import Finding, FindingCode, FindingGroup, FindingKind
from exeat.audit.stay import Segment
from exeat.audit.summary import Summary

__all__ = [
    "Examination",
    "Finding",
    "FindingCode",
    "FindingGroup",
    "FindingKind",
    "Segment",
    "Summary",
    "examine",
]
