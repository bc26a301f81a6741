"""Why the gate stays shut: pure, from what the transaction read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from exeat.decide import Answer, Certainty, CheckKind, Option, Verdict
from exeat.desk.service._counsel import counsel_says, whom_to_ring
from exeat.desk.service._waiting import Waiting
from exeat.desk.service.forbidden import bans_said, handing_over
from exeat.desk.service.models import NAMESAKES, Refusal, RefusalKind, ReleaseOrder
from exeat.desk.service.shut import TASKS_SHUT, owed_to, shut_by
from exeat.facts.codes import ReleaseKind
from exeat.facts.events import Event
from exeat.i18n.said import Said, Sayings, Value
from exeat.office.models import Namesake, PersonalData, TaskKind
from exeat.office.personal import matches
from exeat.record.entries import History
from exeat.rules.model import Modality
from exeat.rules.place import LawOfPlace
from exeat.say.questions import ask_said
from exeat.say.reasons import reason_said

__all__ = ["Door", "Inside", "refusals_of", "shut_of", "warnings_of"]

_NEEDED: Final = 2
_NOT_A_DECISION: Final = frozenset({ReleaseKind.DIED, ReleaseKind.ESCAPED})
_CLOCKS_DIFFER: Final = timedelta(minutes=2)
_DECIDING: Final[dict[Verdict, tuple[Modality, ...]]] = {
    Verdict.MUST_HOLD: (Modality.MUST,),
    Verdict.CONFLICT: (Modality.MUST, Modality.MUST_NOT),
}
_SAID: Final = frozenset({Verdict.IN_CUSTODY, *_DECIDING})
"""Verdicts of which the refusal gives the reason, and not the kind alone."""
_FOR_THE_ANSWER: Final[Mapping[RefusalKind, TaskKind]] = {
    RefusalKind.UNKNOWN: TaskKind.ANSWER,
    RefusalKind.CONFLICT: TaskKind.ANSWER,
    RefusalKind.CALL_COUNSEL: TaskKind.COUNSEL,
}
"""Where the answer itself waits for somebody: the task that says who, and by when."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands about a person, whoever comes to the door.

    Attributes:
        waiting: Unanswered requests at this facility that may be about the person.
        open_tasks: What is open about the record: of each kind the ids of its tasks.
        unread: Requests on the record whose unread papers would turn the verdict.
    """

    answer: Answer
    law: LawOfPlace
    waiting: Waiting
    open_tasks: Mapping[TaskKind, Sequence[str]]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """What stands before the officer at the door, read while the record is held.

    Attributes:
        inside: What would stand there whoever came.
        to_them: Whoever takes the person is immigration authorities.
        warrant_check: How old a query for warrants may be.
    """

    now: datetime
    order: ReleaseOrder
    history: History
    inside: Inside
    person: PersonalData | None
    namesakes: tuple[Namesake, ...]
    to_them: bool
    warrant_check: timedelta

    @property
    def answer(self) -> Answer:
        """The answer at this instant."""
        return self.inside.answer

    @property
    def law(self) -> LawOfPlace:
        """The law of the place."""
        return self.inside.law

    @property
    def forbids(self) -> tuple[Option, ...]:
        """What forbids that the person leaves in this way."""
        if not self.to_them or self.order.kind in _NOT_A_DECISION:
            return ()
        return handing_over(self.answer)

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
        return (_refusal(RefusalKind.NOT_HERE, "record"),)
    found = list(_moved_on(door))
    if door.order.kind not in _NOT_A_DECISION:
        found += [
            *_of_the_answer(door.inside, door.order.kind),
            *_of_the_way_out(door),
            *_of_the_person(door),
            *_of_the_papers(door.inside),
            *_of_the_warrants(door),
        ]
    return tuple(found)


def shut_of(inside: Inside) -> tuple[Refusal, ...]:
    """Return all that keeps the gate shut before anybody has filled in the form.

    The banner, the form, the clearance and the gate itself say the same: what stands here, and
    at the door besides it who the person is, that warrants were queried, and how they leave.
    """
    if inside.answer.verdict is Verdict.NOT_IN_CUSTODY:
        return ()
    return (*_of_the_answer(inside, ReleaseKind.STREET), *_of_the_papers(inside))


def _refusal(
    kind: RefusalKind,
    place: str,
    said: Sayings | None = None,
    help: Sayings | None = None,
    about: str = "",
) -> Refusal:
    """Return a refusal; what it says, and what would open the door, by its kind if not given."""
    return Refusal(
        kind,
        place,
        (Said(f"shut.{kind.value}"),) if said is None else said,
        (Said(f"opens.{kind.value}"),) if help is None else help,
        about,
    )


def _kept_until(answer: Answer) -> Said:
    verdict = answer.verdict.value
    if answer.until is None:
        return Said(f"opens.{verdict}")
    return Said(f"opens.{verdict}_until", {"until": answer.until})


def _moved_on(door: Door) -> Iterator[Refusal]:
    seen, version = door.order.seen_version, door.history.version
    if seen != version:
        kind = RefusalKind.MOVED_ON
        events = tuple(Said(f"event.{event.event}") for event in door.came_in())
        values: dict[str, Value] = {"version": str(version), "seen": str(seen)}
        said = Said("shut.moved-on", {**values, "events": events})
        if not events:
            said = Said("shut.moved-on_unread", values)
        yield _refusal(kind, f"record `{door.history.name}`", (said,))


def _of_the_answer(inside: Inside, out: ReleaseKind) -> Iterator[Refusal]:
    answer = inside.answer
    kind = shut_by(answer.verdict, out)
    if kind is not None:
        said = _reason(inside) if answer.verdict in _SAID else None
        waits = _FOR_THE_ANSWER.get(kind)
        tasks = inside.open_tasks.get(waits, ()) if waits is not None else ()
        yield _refusal(kind, "answer", said, _help(inside), next(iter(tasks), ""))


def _of_the_way_out(door: Door) -> Iterator[Refusal]:
    bans = door.forbids
    if bans:
        said = (Said("shut.no-handover"), *bans_said(bans))
        yield _refusal(RefusalKind.NO_HANDOVER, "kind", said)


def _help(inside: Inside) -> Sayings:
    """Return what would open the door."""
    answer, law = inside.answer, inside.law
    match answer.verdict:
        case Verdict.IN_CUSTODY:
            warrant = any(check.kind is CheckKind.WARRANT for check in answer.checks)
            return (Said("opens.warrant" if warrant else "opens.in-custody"),)
        case Verdict.MUST_HOLD | Verdict.BRING_FIRST | Verdict.SERVE_FIRST:
            return (_kept_until(answer),)
        case Verdict.NOTIFY_FIRST:
            whom = tuple(Said(f"to.{to}") for to in owed_to(answer))
            named = Said("opens.notice-owed", {"whom": whom})
            return (named if whom else Said("opens.notice-owed_named"),)
        case Verdict.CALL_COUNSEL:
            return counsel_says(answer, law)
        case Verdict.CONFLICT:
            return (Said("opens.conflict"), *whom_to_ring(answer, law))
        case _:
            asks = (ask_said(one.asks) for one in answer.questions)
            return (Said("opens.unknown"), *asks)


def _reason(inside: Inside) -> Sayings:
    """Return what decides: the rules that command or forbid, else the first step."""
    answer = inside.answer
    wanted = _DECIDING.get(answer.verdict, ())
    steps = [one for one in answer.because if one.rule and one.rule.modality in wanted]
    return tuple(reason_said(one, answer, inside.law) for one in steps or answer.because[:1])


def _of_the_person(door: Door) -> Iterator[Refusal]:
    kind = RefusalKind.IDENTIFIERS
    if door.person is None:
        yield _of_identifiers("identifiers", "none")
        return
    same, differ = matches(door.person, door.order.identifiers)
    for name in differ:
        yield _of_identifiers(name, "differ")
    if len(same) < _NEEDED and not differ:
        said = Said("shut.identifiers", {"n": len(same), "wanted": _NEEDED})
        yield _refusal(kind, "identifiers", (said,))
    unseen = [one for one in door.namesakes if one.record not in door.order.namesakes_seen]
    if unseen:
        said = Said("shut.namesake", {"n": len(unseen)})
        yield _refusal(RefusalKind.NAMESAKE, "namesakes_seen", (said,))


def _of_identifiers(place: str, how: str) -> Refusal:
    said, help = Said(f"shut.identifiers_{how}"), Said(f"opens.identifiers_{how}")
    return _refusal(RefusalKind.IDENTIFIERS, place, (said,), (help,))


def _of_the_papers(inside: Inside) -> Iterator[Refusal]:
    for id in inside.waiting.named:
        help = Said("opens.request-waiting", {"request": id})
        yield _refusal(RefusalKind.REQUEST_WAITING, "requests", help=(help,), about=id)
    for id in inside.unread:
        said, help = Said("shut.claim-unread"), Said("opens.claim-unread", {"request": id})
        yield _refusal(RefusalKind.PAPER_UNREAD, "papers", (said,), (help,), about=id)
    for task, kind in TASKS_SHUT.items():
        for id in inside.open_tasks.get(task, ()):
            yield _refusal(kind, "tasks", about=id)


def _of_the_warrants(door: Door) -> Iterator[Refusal]:
    checked = door.order.warrants_checked
    oldest, newest = door.now - door.warrant_check, door.now + _CLOCKS_DIFFER
    if checked is None or not oldest <= checked <= newest:
        minutes = int(door.warrant_check.total_seconds() // 60)
        help = Said("opens.warrants-unchecked", {"minutes": minutes})
        yield _refusal(RefusalKind.WARRANTS_UNCHECKED, "warrants_checked", help=(help,))


_WARN_OF: Final = (
    TaskKind.CITIZENSHIP,
    TaskKind.IDENTITY,
    TaskKind.CONTRADICTION,
    TaskKind.PAPER,
    TaskKind.CLAIM,
    TaskKind.VERIFY_ORDER,
    TaskKind.CORRECTION,
    TaskKind.WARRANT,
)
"""Open tasks that an officer must not overlook."""


def warnings_of(answer: Answer, kinds: Collection[TaskKind], others: Sequence[Namesake]) -> Sayings:
    """Return what an officer must not overlook beside the answer."""
    said = [Said(f"warning.{kind.value}") for kind in _WARN_OF if kind in kinds]
    if others:
        said.append(Said(NAMESAKES, {"n": len(others)}))
    if answer.certainty is Certainty.POSSIBLE:
        said.append(Said("warning.disagree" if answer.contested else "warning.open"))
    return tuple(said)
