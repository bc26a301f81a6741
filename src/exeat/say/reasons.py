"""The reasons of an answer in words: each step as a text of the catalogue and its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Because, Certainty, Reason, Window
from exeat.facts.codes import BasisEnd
from exeat.facts.record import Basis
from exeat.facts.times import show_when
from exeat.i18n.said import Said, Value
from exeat.i18n.words import Words
from exeat.rules.model import JurisdictionKind, Modality, RestsOn, Rule
from exeat.rules.place import LawOfPlace
from exeat.say.words import sentence, span_said, whom_said

__all__ = ["reading_says", "reason_said", "say_reason", "say_whose", "whose"]

_UNSAID: Final = (None, BasisEnd.OTHER, BasisEnd.UNSTATED)
_CITIZEN: Final = "person.citizenship_shown"
_NO_GROUND: Final = Said("ground.unnamed")


def say_reason(
    step: Because, answer: Answer, law: LawOfPlace, zone: ZoneInfo, words: Words | None = None
) -> str:
    """Return a step of the reasons as a sentence, its times in the facility's zone.

    Args:
        step: One of the answer's.
        answer: The answer.
        law: The law under which it was given.
        zone: The facility's time zone.
        words: Those of the reader's language; None: English.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from exeat.decide import Verdict
        >>> from exeat.i18n.words import words
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> at, law = datetime(2026, 3, 6, 12, tzinfo=UTC), law_of_place("us", shipped())
        >>> given = Answer(Verdict.RELEASE, Certainty.CERTAIN, "us", at, at, at, None, None)
        >>> step = Because(Reason.NO_REQUEST)
        >>> say_reason(step, given, law, ZoneInfo("UTC"))
        'No request of another agency is on file.'
        >>> say_reason(step, given, law, ZoneInfo("UTC"), words("es"))
        'No consta ninguna solicitud de otra agencia.'
    """
    return sentence(reason_said(step, answer, law), zone, words)


def reason_said(step: Because, answer: Answer, law: LawOfPlace) -> Said:
    """Return a step of the reasons as a text of the catalogue, with what it puts in."""
    match step.code:
        case Reason.WINDOW:
            return _window(step.windows, answer, law)
        case Reason.COMMANDED if step.rule is not None:
            return Said("because.commanded", {"who": whose(law, step.rule)})
        case Reason.BANNED if step.rule is not None:
            return _ban(law, step.rule)
        case Reason.OVERDUE if step.at is not None:
            hours = (answer.at - step.at).total_seconds() / 3600
            return Said("because.overdue", {"hours": span_said(hours)})
    return _plain(step)


def _plain(step: Because) -> Said:
    """Return a step that its own values tell, as the most exact text that they fill."""
    values: dict[str, Value] = {}
    code = f"because.{step.code.value}"
    if step.at is not None:
        values["at"] = step.at
    if step.to:
        values["to"] = step.to if step.code is Reason.MOVED else whom_said(step.to)
    if step.request is not None:
        form = step.request.form
        known = Said("form.known", {"form": form.value}) if form else Said("form.unknown")
        values["form"] = known
        code += "-since" if step.code is Reason.REQUEST and step.at else ""
    elif step.code in _UNTIL and step.at is not None:
        code += "-until"
    return _of_grounds(step, code, values)


_UNTIL: Final = frozenset(
    {
        Reason.GROUND_RUNS,
        Reason.SERVE_FIRST,
        Reason.BRING_FIRST,
        Reason.IF_INSTRUCTED,
        Reason.CALL_COUNSEL,
    }
)
"""Steps that tell until when a hold runs, or would, where anything ends it."""


def _of_grounds(step: Because, code: str, values: dict[str, Value]) -> Said:
    match step.code:
        case Reason.ELIGIBLE if step.grounds:
            ended = list(dict.fromkeys(map(_ended, step.grounds)))
            return Said(f"{code}-ended", {**values, "ended": _joined("ended.more", ended)})
        case Reason.GROUND_END_OPEN:
            [basis] = step.grounds
            seen = show_when(basis.end)
            if seen is None:
                return Said("because.ground-end-unsaid", {"ground": _ground(basis)})
            values["seen"] = seen
    if step.code in (Reason.GROUND_RUNS, Reason.GROUND_END_OPEN, Reason.GROUND_LATER):
        values["ground"] = _ground(step.grounds[0]) if step.grounds else _NO_GROUND
    return Said(code, values)


def _ground(basis: Basis) -> Said:
    return Said(f"ground.{basis.kind.value}")


def _ended(basis: Basis) -> Said:
    """Return that a ground ended, and how, where the record says."""
    if basis.ended_by in _UNSAID:
        return Said("ended.bare", {"ground": _ground(basis)})
    how = Said(f"ended.{basis.ended_by.value}")
    return Said("ended.how", {"ground": _ground(basis), "how": how})


def _joined(code: str, parts: Sequence[Said]) -> Said:
    """Return several parts as one, by a text that puts ``more`` behind ``one``."""
    return reduce(lambda more, one: Said(code, {"one": one, "more": more}), reversed(parts))


# -- whose law ----------------------------------------------------------------------------------


def whose(law: LawOfPlace, rule: Rule) -> Said:
    """Return whose law a rule is, as part of a sentence."""
    [place] = [place for place in law.chain if place.id == rule.place]
    if place.kind is JurisdictionKind.COUNTRY:
        return Said("who.federal")
    return Said("who.place", {"place": place.name})


def say_whose(law: LawOfPlace, rule: Rule, words: Words | None = None) -> str:
    """Return in words whose law a rule is; of an office's policy, the law of its place.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> law = law_of_place("us-wa", shipped())
        >>> say_whose(law, law.rules[0]), say_whose(law, law.rules[-1])
        ('federal law', 'the law of Washington')
    """
    return sentence(whose(law, rule), None, words)


def reading_says(law: LawOfPlace, name: str) -> str:
    """Return what a reading ``contest/reading`` says, without the yes or no before it.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> reading_says(law_of_place("us", shipped()), "us-48-hours/regulation")
        '8 CFR 287.7(d) leaves them out'
    """
    for contest in law.contests:
        for reading in contest.readings:
            if name == f"{contest.id}/{reading.id}":
                says = reading.says.removesuffix(".")
                head, _, rest = says.partition(": ")
                return rest if head.lower() in ("yes", "no") else says
    return name


def _readings(law: LawOfPlace, *readings: str) -> str:
    """Return on which readings it stands, in the law's own words; "" where on each.

    A contest of which every reading is named is left out: it makes no difference here.
    """
    named = set(", ".join(readings).split(", "))
    says = []
    for contest in law.contests:
        names = [f"{contest.id}/{reading.id}" for reading in contest.readings]
        if not named.issuperset(names):
            says += [reading_says(law, name) for name in names if name in named]
    return "; ".join(says)


# -- what rules let, and forbid -----------------------------------------------------------------


def _window(windows: Sequence[Window], answer: Answer, law: LawOfPlace) -> Said:
    """Return what a rule lets or makes somebody do, with its end on each reading of the law."""
    rule = windows[0].rule
    ends: dict[Said, list[str]] = {}
    for window in windows:
        ends.setdefault(_end(window, answer), []).extend(window.readings)
    values: dict[str, Value] = {
        "who": Said("who.policy") if rule.policy else whose(law, rule),
        "lets": _lets(windows[0]),
        "ends": _joined("ends.more", list(ends)),
    }
    readings = _readings(law, *next(iter(ends.values()))) if len(ends) == 1 else ""
    if not readings:
        return Said("because.window", values)
    return Said("because.window-contested", {**values, "readings": readings})


def _lets(window: Window) -> Said:
    rule = window.rule
    if rule.policy:
        how = "policy-"
    elif rule.unread:
        how = "reported-"
    else:
        how = "perhaps-" if window.certainty is Certainty.POSSIBLE else ""
    return Said(f"lets.{how}{'must' if rule.modality is Modality.MUST else 'may'}")


def _end(window: Window, answer: Answer) -> Said:
    if window.end is None:
        return Said("ends.never")
    return Said("ends.past" if window.end <= answer.at else "ends.at", {"at": window.end})


def _ban(law: LawOfPlace, rule: Rule) -> Said:
    readings = _readings(law, rule.reading) if rule.reading else ""
    contested = Said("because.on-reading", {"readings": readings}) if readings else ""
    values: Mapping[str, Value] = {"contested": contested}
    if rule.prevails and not rule.policy:
        cause = any(atom.fact == _CITIZEN for atom in rule.condition.atoms())
        return Said(f"because.banned-{'citizen' if cause else 'federal'}", values)
    on = "warrant" if rule.rests_on is RestsOn.WARRANT else "detainer"
    values = {**values, "on": Said(f"held_on.{on}")}
    if rule.policy:
        return Said("because.banned-policy", values)
    return Said("because.banned", {**values, "who": whose(law, rule)})
