"""The next instant that matters for a person, and so the one order of the board."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from exeat.decide import Certainty, Verdict
from exeat.desk.service.models import BoardRow
from exeat.office.messages import code_of

__all__ = ["SINCE", "DeadlineKind", "next_of", "overdue", "urgency"]

_LATEST = datetime.max.replace(tzinfo=UTC)


class DeadlineKind(StrEnum):
    """What happens at the next deadline of a person."""

    OVERDUE = "overdue"
    """Every authority ended then."""
    PERHAPS_OVERDUE = "overdue-perhaps"
    """Every authority ended then, on one reading of the law or of what is open."""
    UNEXPLAINED = "unexplained"
    """Nothing says since then why the person is here."""
    GO = "go"
    """The person could go since then, and nothing keeps them."""
    FIRST = "first"
    """The person waits since then for an act of the jail that comes before anybody can tell."""
    WAITS = "waits"
    """The person waits since then for facts, or for counsel."""
    NOTICE = "notice"
    """A notice must be given by then."""
    HOLD_ENDS = "hold-ends"
    """The authority to keep the person ends then."""
    SCHEDULED = "scheduled"
    """The release is set for then."""
    TASK = "task"
    """An open question must be answered by then."""


SINCE = {
    Verdict.BRING_FIRST: DeadlineKind.FIRST,
    Verdict.SERVE_FIRST: DeadlineKind.FIRST,
    Verdict.UNKNOWN: DeadlineKind.WAITS,
    Verdict.CONFLICT: DeadlineKind.WAITS,
    Verdict.CALL_COUNSEL: DeadlineKind.WAITS,
}
"""What a person waits for since release eligibility; under every other verdict, to be let go."""


def overdue(certainty: str) -> DeadlineKind:
    """Return what is said of somebody who is kept too long, for certain or perhaps."""
    sure = certainty == Certainty.CERTAIN.value
    return DeadlineKind.OVERDUE if sure else DeadlineKind.PERHAPS_OVERDUE


def next_of(row: BoardRow) -> tuple[datetime | None, DeadlineKind | None]:
    """Return the next instant that matters on a row of the board, and what it is."""
    verdict = code_of(Verdict, row.verdict)
    if row.unexplained:
        return row.overdue_since or row.eligible_since, DeadlineKind.UNEXPLAINED
    match verdict:
        case Verdict.OVERDUE:
            return row.overdue_since or row.eligible_since, overdue(row.certainty)
        case Verdict.MAY_HOLD | Verdict.MUST_HOLD:
            return row.until, DeadlineKind.HOLD_ENDS if row.until else None
        case Verdict.NOTIFY_FIRST if row.next_deadline is not None:
            return row.next_deadline, DeadlineKind.NOTICE
        case Verdict.IN_CUSTODY:
            planned = row.scheduled_release
            set_for = planned if isinstance(planned, datetime) else None
            return set_for, DeadlineKind.SCHEDULED if set_for else None
        case Verdict.NOT_IN_CUSTODY:
            return None, None
    since = row.eligible_since
    return since, SINCE.get(verdict, DeadlineKind.GO) if since else None


def urgency(row: BoardRow) -> tuple[bool, datetime, str, str]:
    """Return the key by which pages and API alike sort the board: the next deadline first."""
    when = next_of(row)[0]
    return when is None, when.astimezone(UTC) if when else _LATEST, row.name, row.record
