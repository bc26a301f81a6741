"""(facts, rules, instant) -> answer. Pure: no clock, no file, no network.

Examples:
    >>> from exeat.decide import decide, verdict
"""

from exeat.decide.answer import (
    Answer,
    Because,
    Certainty,
    Change,
    Check,
    CheckKind,
    Conflict,
    ConflictKind,
    Duty,
    DutyState,
    Option,
    Question,
    Reason,
    Unevaluated,
    Verdict,
    Window,
)
from exeat.decide.decide import decide
from exeat.decide.verdict import verdict

__all__ = [
    "Answer",
    "Because",
    "Certainty",
    "Change",
    "Check",
    "CheckKind",
    "Conflict",
    "ConflictKind",
    "Duty",
    "DutyState",
    "Option",
    "Question",
    "Reason",
    "Unevaluated",
    "Verdict",
    "Window",
    "decide",
    "verdict",
]
