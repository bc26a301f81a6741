"""Every duty, ban and permission in a sentence that whoever is on shift can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from exeat.decide import Answer, Certainty, Duty, DutyState, Option
from exeat.i18n.words import Words
from exeat.rules.model import Modality, Rule, Trigger
from exeat.rules.place import LawOfPlace
from exeat.say.citations import Citation
from exeat.say.law_text import rule_text

__all__ = [
    "DutyView",
    "Line",
    "MustNot",
    "duties_of",
    "lines_of",
    "must_nots_of",
    "sentence",
    "told",
]

_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DutyView:
    """Something that the facility must do in this person's case, or did.

    Attributes:
        words: What to do, in one sentence.
        own: The law file's own sentence in English, where the page is in another language.
        rules: The rules that ask for it, for whoever wants to read them.
        on_release: It arises from the release itself.
    """

    words: str
    own: str
    about: str
    to: str
    due: datetime | None
    state: DutyState
    rules: tuple[str, ...]
    certain: bool
    evidence: str
    on_release: bool
    detainer: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is forbidden or allowed, with the rules that say so."""

    words: str
    own: str
    certain: bool
    rules: tuple[str, ...]


def told(to: str, t: Words) -> str:
    """Return who is told, in words."""
    return t.first(f"to.{to}") or to or t("to.anybody")


def sentence(rule: Rule, t: Words) -> str:
    """Return what a rule makes somebody do, may let them do, or forbids, in one sentence.

    The law file's own sentence stands where it has one and the page is in its language. An
    office's own policy is said to be one, and never that the law forbids.
    """
    said = t(f"say.{rule.about.value}.{rule.modality.value}", to=told(rule.to, t))
    if rule.act and t.lang == "en" and rule.modality is not Modality.MUST_NOT:
        said = rule.act if rule.modality is Modality.MUST else f"{t('say.allowed')} {rule.act}"
    return f"{t('say.policy')} {said}" if rule.policy else said


def _own(rule: Rule, t: Words) -> str:
    return rule.act if t.lang != "en" else ""


@dataclass(frozen=True, slots=True)
class MustNot:
    """Something that must not be done, with where it is written.

    Attributes:
        certain: It is forbidden in this case whatever is still open.
        cites: The sources of the rules that say so, each once.
    """

    words: str
    own: str
    certain: bool
    cites: tuple[Citation, ...]


def must_nots_of(bans: Iterable[Option], law: LawOfPlace, t: Words) -> tuple[MustNot, ...]:
    """Return what is forbidden, each sentence once with its citations, the certain ones first."""
    bans = tuple(bans)
    rules = {one.rule.id: one.rule for one in bans}
    return tuple(
        MustNot(line.words, line.own, line.certain, _cites(law, [rules[id] for id in line.rules]))
        for line in lines_of(bans, t)
    )


def _cites(law: LawOfPlace, rules: Iterable[Rule]) -> tuple[Citation, ...]:
    found = {source.title: source for rule in rules for source in rule_text(law, rule).citations}
    return tuple(found.values())


def lines_of(options: Iterable[Option], t: Words) -> tuple[Line, ...]:
    """Return what is forbidden or allowed, each sentence once, the certain ones first."""
    found: dict[str, Line] = {}
    for option in options:
        words, rule = sentence(option.rule, t), option.rule
        certain = option.certainty is Certainty.CERTAIN
        line = found.setdefault(words, Line(words, _own(rule, t), certain, ()))
        rules = tuple(dict.fromkeys((*line.rules, rule.id)))
        found[words] = replace(line, certain=line.certain or certain, rules=rules)
    return tuple(sorted(found.values(), key=lambda line: not line.certain))


def duties_of(answer: Answer, t: Words) -> tuple[DutyView, ...]:
    """Return the duties, those open and due soonest first; what two rules ask is asked once."""
    found: dict[DutyView, tuple[str, ...]] = {}
    for duty in answer.duties:
        view = _duty(duty, t)
        found[view] = tuple(dict.fromkeys((*found.get(view, ()), duty.rule.id)))
    views = (replace(view, rules=rules) for view, rules in found.items())
    return tuple(sorted(views, key=_soonest))


def _duty(duty: Duty, t: Words) -> DutyView:
    return DutyView(
        words=sentence(duty.rule, t),
        own=_own(duty.rule, t),
        about=duty.rule.about.value,
        to=duty.to,
        due=duty.due,
        state=duty.state,
        rules=(),
        certain=duty.certainty is Certainty.CERTAIN,
        evidence=duty.evidence,
        on_release=duty.rule.trigger is Trigger.RELEASE,
        detainer=duty.detainer,
    )


def _soonest(duty: DutyView) -> tuple[bool, bool, datetime]:
    due = duty.due.astimezone(UTC) if duty.due else _LATEST
    over = duty.state in (DutyState.DONE, DutyState.EXCUSED)
    return over, not duty.certain, due
