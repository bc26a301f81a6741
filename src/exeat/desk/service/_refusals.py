"""Why the gate stays shut: pure, from what the transaction read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Certainty, CheckKind, Verdict
from exeat.desk.service._counsel import counsel_says, whom_to_ring
from exeat.desk.service.models import Refusal, RefusalKind, ReleaseOrder
from exeat.desk.service.shut import HELD_FOR_ISSUER, owed_to, shut_by
from exeat.errors import Fault
from exeat.facts.codes import ReleaseKind
from exeat.facts.events import Event
from exeat.facts.words import say_time
from exeat.office.models import Namesake, PersonalData, TaskKind
from exeat.office.personal import IDENTIFIERS, matches
from exeat.record.entries import History
from exeat.rules.model import About, Modality
from exeat.rules.place import LawOfPlace

__all__ = ["Door", "refusals_of", "warnings_of"]

_NEEDED: Final = 2
_NOT_A_DECISION: Final = frozenset({ReleaseKind.DIED, ReleaseKind.ESCAPED})
_CLOCKS_DIFFER: Final = timedelta(minutes=2)
_DECIDING: Final[dict[Verdict, tuple[Modality, ...]]] = {
    Verdict.MUST_HOLD: (Modality.MUST,),
    Verdict.CONFLICT: (Modality.MUST, Modality.MUST_NOT),
}
_SAID: Final = frozenset({Verdict.IN_CUSTODY, *_DECIDING})
"""Verdicts of which the refusal gives the reason, and not the kind alone."""
_READ_IT: Final = "Read the paper, enter what it orders, and close its task."
_ASK_IT: Final = "Ask the court, and close the task with who confirmed it."
_OPEN_TASKS: Final = (
    (TaskKind.PAPER, RefusalKind.PAPER_UNREAD, _READ_IT),
    (TaskKind.VERIFY_ORDER, RefusalKind.ORDER_UNVERIFIED, _ASK_IT),
)


@dataclass(frozen=True, slots=True)
class Door:
    """What stands before the officer at the door, read while the record is held.

    Attributes:
        zone: Of the facility, whose time the officer reads.
        waiting: Unanswered requests at this facility that may be about the person.
        open_tasks: What is open about the record.
        warrant_check: How old a query for warrants may be.
    """

    now: datetime
    zone: ZoneInfo
    order: ReleaseOrder
    history: History
    answer: Answer
    law: LawOfPlace
    person: PersonalData | None
    namesakes: tuple[Namesake, ...]
    waiting: tuple[str, ...]
    open_tasks: frozenset[TaskKind]
    warrant_check: timedelta

    def came_in(self) -> tuple[Event, ...]:
        """Return what was added since the officer looked."""
        return tuple(
            event
            for entry in self.history.entries
            if entry.leaf.version > self.order.seen_version and (event := entry.event()) is not None
        )

    def said(self, passed: Sequence[Refusal], first: str, second: str | None) -> dict[str, Any]:
        """Return what goes on record beside the answer: what was checked, and by whom."""
        order = self.order
        same = matches(self.person, order.identifiers)[0] if self.person is not None else ()
        checked = order.warrants_checked
        said: dict[str, Any] = {
            "seen_version": order.seen_version,
            "identifiers_matched": list(same),
            "namesakes_ruled_out": len(self.namesakes),
            "warrants_checked": checked.isoformat() if checked is not None else None,
            "officer": first,
        }
        if passed and second is not None and order.override is not None:
            said["override"] = {
                "reason": order.override.reason.value,
                "words": order.override.words,
                "second": second,
                "refusals": [one.kind.value for one in passed],
            }
        return said


def refusals_of(door: Door) -> tuple[Refusal, ...]:
    """Return every reason why the person is not let go now; none: they are."""
    if door.answer.verdict is Verdict.NOT_IN_CUSTODY:
        return (
            _refusal(
                RefusalKind.NOT_HERE,
                "record",
                "Check the record's id.",
                "was let go already, or has not come yet",
            ),
        )
    found = list(_moved_on(door))
    if door.order.kind not in _NOT_A_DECISION:
        found += [*_of_the_answer(door), *_of_the_person(door), *_of_the_papers(door)]
    return tuple(found)


def _refusal(kind: RefusalKind, place: str, help: str, message: str | None = None) -> Refusal:
    return Refusal(kind, Fault("E604", place, message or kind.description, help))


def _moved_on(door: Door) -> Iterator[Refusal]:
    seen, version = door.order.seen_version, door.history.version
    if seen != version:
        kinds = ", ".join(event.event for event in door.came_in())
        words = f"is at version {version}, not {seen}; came in since: {kinds or 'nothing readable'}"
        help = "Read what came in, and decide again."
        yield _refusal(RefusalKind.MOVED_ON, f"record `{door.history.name}`", help, words)


def _of_the_answer(door: Door) -> Iterator[Refusal]:
    answer, order = door.answer, door.order
    kind = shut_by(answer.verdict, order.kind)
    if kind is not None:
        message = _reason(answer) if answer.verdict in _SAID else None
        yield _refusal(kind, "answer", _help(door), message)
    if order.kind in HELD_FOR_ISSUER and any(
        ban.rule.about is About.HAND_OVER and ban.certainty is Certainty.CERTAIN
        for ban in answer.bans
    ):
        help = "Let the person go to the street, or ask counsel."
        yield _refusal(RefusalKind.NO_HANDOVER, "kind", help)


def _help(door: Door) -> str:
    """Return what would open the door."""
    answer = door.answer
    until = say_time(answer.until, door.zone) if answer.until else ""
    match answer.verdict:
        case Verdict.IN_CUSTODY:
            if any(check.kind is CheckKind.WARRANT for check in answer.checks):
                return "Confirm the warrant with the court or the Marshals Service, now."
            return "End the ground of custody when the court's paper is in hand."
        case Verdict.MUST_HOLD:
            return f"Keep the person until {until or 'the time shown'}, or have the request lifted."
        case Verdict.NOTIFY_FIRST:
            return f"Tell {', '.join(owed_to(answer)) or 'whom the duties name'}, and enter it."
        case Verdict.BRING_FIRST:
            runs = f"; an order to hold runs until {until}" if until else ""
            return f"Take the person there now, and enter what the official decides{runs}."
        case Verdict.SERVE_FIRST:
            runs = f", until {until}" if until else ""
            return (
                f"Serve the copy now, and enter it. From then on the law commands the hold{runs}."
            )
        case Verdict.CALL_COUNSEL:
            return counsel_says(answer, door.law, door.zone)
        case Verdict.CONFLICT:
            said = "Ask counsel now; a task with a due time is open."
            return f"{said} {whom_to_ring(answer, door.law)}"
        case _:
            asks = " ".join(question.asks for question in answer.questions)
            return f"Find out, by the task's due time: {asks}".strip()


def _reason(answer: Answer) -> str:
    """Return what decides: the rules that command or forbid, else the first step."""
    wanted = _DECIDING.get(answer.verdict, ())
    said = [one.says for one in answer.because if one.rule and one.rule.modality in wanted]
    return " ".join(said) or (answer.because[0].says if answer.because else "")


def _of_the_person(door: Door) -> Iterator[Refusal]:
    kind = RefusalKind.IDENTIFIERS
    if door.person is None:
        yield _refusal(
            kind,
            "identifiers",
            "Enter the person's data first.",
            "there is nothing on file to compare with",
        )
        return
    same, differ = matches(door.person, door.order.identifiers)
    for name in differ:
        help = "Stop: this may be another person. Compare the photograph and the fingerprints."
        yield _refusal(kind, name, help, "differs from what is on file")
    if len(same) < _NEEDED and not differ:
        names = ", ".join(IDENTIFIERS)
        help = f"Take two of these from the person, not from the paper: {names}."
        yield _refusal(kind, "identifiers", help, f"{len(same)} of {_NEEDED} match")
    unseen = [one for one in door.namesakes if one.record not in door.order.namesakes_seen]
    if unseen:
        help = "Compare with each of them, and confirm that it is not them."
        words = f"{len(unseen)} other in the house with the same surname"
        yield _refusal(RefusalKind.NAMESAKE, "namesakes_seen", help, words)


def _of_the_papers(door: Door) -> Iterator[Refusal]:
    for id in door.waiting:
        help = f"Match request {id}, or answer that it is about somebody else."
        yield _refusal(RefusalKind.REQUEST_WAITING, "requests", help)
    for task, kind, help in _OPEN_TASKS:
        if task in door.open_tasks:
            yield _refusal(kind, "tasks", help)
    checked = door.order.warrants_checked
    oldest, newest = door.now - door.warrant_check, door.now + _CLOCKS_DIFFER
    if checked is None or not oldest <= checked <= newest:
        minutes = int(door.warrant_check.total_seconds() // 60)
        help = f"Query warrants now, and enter when; at most {minutes} minutes may have passed."
        yield _refusal(RefusalKind.WARRANTS_UNCHECKED, "warrants_checked", help)


_TASK_WARNINGS: Final = {
    TaskKind.CITIZENSHIP: "The person says that they are a citizen; the check is open.",
    TaskKind.IDENTITY: "The person says that it is not them; the check is open.",
    TaskKind.CONTRADICTION: "A request contradicts the jail's own record; the check is open.",
    TaskKind.PAPER: "A paper of a court was not read yet.",
    TaskKind.VERIFY_ORDER: "The court has not confirmed the order that frees the person.",
    TaskKind.WARRANT: "Nobody has confirmed the judge's warrant with the court yet.",
}


_DISAGREE: Final = "The sources of the law disagree; the safer reading is shown."
_OPEN: Final = "This is not certain: something on the record is open, and the reasons say what."


def warnings_of(
    answer: Answer, kinds: Sequence[str], others: Sequence[Namesake]
) -> tuple[str, ...]:
    """Return what an officer must not overlook beside the answer."""
    said = [text for kind, text in _TASK_WARNINGS.items() if kind.value in kinds]
    if others:
        said.append(f"{len(others)} other in the house with the same surname.")
    if answer.certainty is Certainty.POSSIBLE:
        said.append(_DISAGREE if answer.contested else _OPEN)
    return tuple(said)
