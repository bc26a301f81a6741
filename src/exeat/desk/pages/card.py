"""The first five lines of an answer: what to do, until when, why, whom to tell, whom to ring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Certainty, CheckKind, DutyState, Question, Verdict
from exeat.desk.pages.sentences import sentence
from exeat.desk.service.shut import remedies
from exeat.facts.openings import AskKind
from exeat.i18n.words import Words
from exeat.rules.model import About
from exeat.rules.place import LawOfPlace
from exeat.say.questions import say_ask
from exeat.say.ring import Ring, Whom, rings_of

__all__ = ["Asked", "Card", "asked_of", "card_of", "names_of"]

_HELD: Final = (Verdict.MAY_HOLD, Verdict.MUST_HOLD)
_WOULD: Final = (
    Verdict.SERVE_FIRST,
    Verdict.BRING_FIRST,
    Verdict.RELEASE_UNLESS_INSTRUCTED,
    Verdict.CALL_COUNSEL,
)
"""Verdicts of which `until` says how long a hold would run that nothing has opened yet."""
_LET_GO: Final = (Verdict.RELEASE, Verdict.NOTIFY_FIRST, Verdict.OVERDUE)
_TOLD: Final = (About.NOTIFY, About.TELL_COURT, About.INFORM_PERSON)
_OPEN: Final = (DutyState.OWED, DutyState.LATE)
_LISTS: Final = ("StatusProof", "Ground", "WarrantKind", "DetainerForm", "OffenceClass")


@dataclass(frozen=True, slots=True)
class Card:
    """What a tired person must see first.

    Attributes:
        until: In words, or "" where there is no end to be said.
        tell: Who must be told, each with by when.
        ring: Whom to ring, each with by when.
        checks: What must be checked before anybody relies on it, each with by when.
        acts: Acts that open the door: the act's name, and what its form starts with.
    """

    do: str
    until: str
    why: str
    tell: tuple[tuple[str, datetime | None], ...]
    ring: tuple[tuple[str, datetime | None], ...]
    checks: tuple[tuple[str, datetime | None], ...]
    acts: tuple[tuple[str, dict[str, str]], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, with what each answer would change: pairs of answers and verdicts.

    Attributes:
        own: It is asked in the law file's own words, which are English.
    """

    asks: str
    own: bool
    detainer: str
    changes: tuple[tuple[str, str], ...]


def card_of(
    answer: Answer, law: LawOfPlace, t: Words, zone: ZoneInfo, *, unexplained: bool = False
) -> Card:
    """Return the first lines of an answer.

    Args:
        answer: The answer.
        law: The law under which it was given.
        t: The reader's words.
        zone: The facility's time zone.
        unexplained: Nothing on record says why the person is here.
    """
    names = names_of(answer, unexplained=unexplained)
    return Card(
        do=t.first(*(f"do.{name}" for name in names)),
        until=_until(answer, t, zone),
        why=_why(answer, t, zone, names),
        tell=_tell(answer, t),
        ring=tuple((_rung(ring, t), ring.until) for ring in rings_of(answer, law)),
        checks=tuple((t(f"check.{check.kind.value}"), check.until) for check in answer.checks),
        acts=tuple(remedies(answer)),
    )


def names_of(answer: Answer, *, unexplained: bool = False) -> tuple[str, ...]:
    """Return the names under which texts of a verdict stand, the most exact first.

    Where nothing says why the person is here, where the answer is possible and not certain, and
    where a hold has no hour at which it ends, a text of its own stands if there is one.

    Examples:
        >>> from datetime import UTC, datetime
        >>> at = datetime(2026, 3, 6, tzinfo=UTC)
        >>> given = Answer(Verdict.MUST_HOLD, Certainty.CERTAIN, "us", at, at, at, None, None)
        >>> names_of(given)
        ('must-hold-endless', 'must-hold')
    """
    name = answer.verdict.value
    found = ["unexplained"] if unexplained else []
    if answer.certainty is Certainty.POSSIBLE:
        found.append(f"{name}-possible")
    if answer.verdict in _HELD and answer.until is None:
        found.append(f"{name}-endless")
    return (*found, name)


def _until(answer: Answer, t: Words, zone: ZoneInfo) -> str:
    if answer.until is None:
        return ""
    until = t.time(answer.until, zone)
    if answer.verdict in _WOULD:
        return t(f"would.{answer.verdict.value}", until=until)
    return until if answer.verdict in _HELD else ""


# That the end of the 48 hours is read in two ways is nearly everywhere, and stands with the law.
def _why(answer: Answer, t: Words, zone: ZoneInfo, names: tuple[str, ...]) -> str:
    keys = (f"verdict.{name}.sub" for name in names)
    said = t(
        next(filter(t.has, keys)),
        since=t.time(answer.eligible_since, zone),
        overdue=t.time(answer.overdue_since, zone),
    )
    if any(check.kind is CheckKind.WARRANT for check in answer.checks):
        said = t("why.warrant")
    rules = answer.decided_by
    if answer.verdict in _LET_GO and rules and all(rule.policy for rule in rules):
        said = f"{said} {t('why.policy')}"
    if answer.perhaps_must:
        said = f"{said} {t('why.perhaps-must')}"
    if any(rule.clock is None for point in answer.contested for rule in point.rules):
        said = f"{said} {t('why.contested')}"
    return said


def _tell(answer: Answer, t: Words) -> tuple[tuple[str, datetime | None], ...]:
    found: dict[str, datetime | None] = {}
    for duty in answer.duties:
        certain = duty.certainty is Certainty.CERTAIN and duty.state in _OPEN
        if certain and duty.rule.about in _TOLD:
            words = sentence(duty.rule, t)
            dues = [due for due in (found.get(words), duty.due) if due is not None]
            found[words] = min(dues, default=None)
    return tuple(found.items()) or ((_untold(answer, t), None),)


def _untold(answer: Answer, t: Words) -> str:
    """Say that nobody must be told, only where nothing that is open may ask for it."""
    states = {duty.state for duty in answer.duties if duty.rule.about in _TOLD}
    if states.intersection(_OPEN):
        return t("card.tell_perhaps")
    return t("card.tell_unshown" if DutyState.UNKNOWN in states else "card.tell_none")


def _rung(ring: Ring, t: Words) -> str:
    if ring.whom is not Whom.NAMED:
        shut = "_shut" if ring.whom is Whom.COUNSEL and ring.shut else ""
        return t(f"ring.{ring.whom.value}{shut}", name=ring.name)
    said = t("ring.named", name=ring.name, number=ring.number)
    if ring.minutes is None:
        return said
    key = "ring.minutes_shut" if ring.shut else "ring.minutes"
    return f"{said} {t(key, minutes=ring.minutes)}"


def _codes(value: str) -> list[str]:
    return [f"code.{name}.{value}" for name in _LISTS]


def asked_of(questions: tuple[Question, ...], t: Words, zone: ZoneInfo) -> tuple[Asked, ...]:
    """Return questions with what each answer would change, in the reader's words."""

    def answer(value: str | datetime) -> str:
        if isinstance(value, datetime):
            return t.time(value, zone)
        return t.first(f"way.{value}", *_codes(value)) or value

    return tuple(
        Asked(
            asks=say_ask(question.asks, t),
            own=question.asks.kind is AskKind.RULE,
            detainer=question.detainer,
            changes=tuple(
                (
                    t("way.or").join(map(answer, change.answers)),
                    t("way.or").join(t(f"verdict.{v.value}.short") for v in change.verdicts),
                )
                for change in question.changes
            ),
        )
        for question in questions
    )
