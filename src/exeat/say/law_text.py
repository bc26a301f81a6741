"""The law in words and citations, for the page and for the command alike.

Examples:
    >>> from datetime import date
    >>> from exeat.rules.library import shipped
    >>> from exeat.rules.place import law_of_place
    >>> law = law_of_place("us-wa-pierce", shipped())
    >>> law_of_day(law, date(2018, 2, 1)).places[0].name
    'United States (federal law)'
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from exeat.facts.times import Truth
from exeat.rules.model import About, Jurisdiction, Rule, Trigger
from exeat.rules.place import LawOfPlace
from exeat.say.citations import Citation, cite
from exeat.say.words import say_clock, say_days, say_modality

__all__ = [
    "Citation",
    "LawOfDay",
    "PlaceRules",
    "RuleText",
    "adoption_of",
    "cite",
    "law_of_day",
    "reading_text",
    "rule_lines",
    "rule_text",
    "say_rests_on",
]


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule in words.

    Attributes:
        modality: ``must``, ``may`` or ``must not``.
        when: Every condition in plain words.
        limit: The limit of time in words, or "".
        days: From when to when it is in force, in words.
        reading: The reading on which alone it stands, in words, or "".
        in_force: False where it is only possibly in force on the day asked about.
    """

    id: str
    place: str
    about: str
    modality: str
    actor: str
    when: str
    limit: str
    days: str
    reading: str
    judge: bool
    in_force: bool
    note: str
    confidence: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """The rules of one jurisdiction of the chain on one day."""

    id: str
    name: str
    adoption: str
    checked: date
    holds: tuple[RuleText, ...]
    others: tuple[RuleText, ...]


@dataclass(frozen=True, slots=True)
class LawOfDay:
    """The law of a place on one day, and the span of days in which it is the same.

    Attributes:
        first: The first such day; None where it is open.
        last: The last such day, inclusive; None where it is open.
    """

    day: date
    first: date | None
    last: date | None
    places: tuple[PlaceRules, ...]

    @property
    def rules(self) -> tuple[RuleText, ...]:
        """Return all the rules, highest jurisdiction first."""
        return tuple(rule for place in self.places for rule in (*place.holds, *place.others))


def reading_text(law: LawOfPlace, name: str) -> str:
    """Return what a reading ``contest/reading`` says, or the name itself where it is unknown.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> reading_text(law_of_place("us", shipped()), "us-48-hours/regulation")
        'Are Saturdays, Sundays and holidays left out of the 48 hours? Yes: 8 CFR 287.7(d) leaves
        them out.'
    """
    for contest in law.contests:
        for reading in contest.readings:
            if name == f"{contest.id}/{reading.id}":
                return f"{contest.question} {reading.says}"
    return name


def rule_text(
    law: LawOfPlace, rule: Rule, force: Truth = True, *, on: date | None = None
) -> RuleText:
    """Return one rule in words, with its citations.

    Args:
        law: The law of the place that has the rule.
        rule: The rule.
        force: How surely it is in force on the day asked about.
        on: That day, where no source of a later date is to be shown.
    """
    return RuleText(
        id=rule.id,
        place=rule.place,
        about=rule.about.value,
        modality=say_modality(rule.modality),
        actor=rule.actor,
        when=rule.when,
        limit=say_clock(rule.clock),
        days=say_days(rule.first_day, rule.last_day),
        reading=reading_text(law, rule.reading) if rule.reading else "",
        judge=rule.judge,
        in_force=force is True,
        note=rule.note,
        confidence=rule.confidence,
        citations=tuple(cite(law, rule, on)),
    )


def rule_lines(law: LawOfPlace, rule: Rule, force: Truth = True) -> list[str]:
    """Return one rule as lines of plain text: what it says, then each citation.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> law = law_of_place("us", shipped())
        >>> rule_lines(law, law.rules[0])[0]
        'us-detainer-no-federal-duty (may, hold; 48 hours after release eligibility, Saturdays,
        Sundays and holidays left out)'
    """
    text = rule_text(law, rule, force)
    limit = f"; {text.limit}" if text.limit else ""
    lines = [f"{text.id} ({text.modality}, {text.about}{limit})", f"  {text.when}"]
    lines.append(f"  {text.days}" + ("" if text.in_force else "; only possibly on this day"))
    if text.reading:
        lines.append(f"  only on the reading: {text.reading}")
    if rule.policy:
        lines.append("  this office's own policy, which it can change by memorandum")
    if rule.unread:
        lines.append("  reported; nobody read its text, so it decides nothing by itself")
    elif text.judge:
        lines.append("  too vague for a machine: a person must judge whether it applies")
    for source in text.citations:
        link = f" <{source.url}>" if source.url else ""
        lines.append(f"  - {source.title}{link}")
        lines.append(f"    {source.says}")
        lines.append(f"    {source.checked}; confidence {source.confidence}")
    return lines


def adoption_of(place: Jurisdiction) -> str:
    """Return in words whether a jurisdiction's law is research or was adopted, and by whom."""
    if place.adoption is None:
        return "research, not adopted by any agency's counsel"
    adopted = place.adoption
    return f"adopted by {adopted.by}, {adopted.title}, on {adopted.on}"


def say_rests_on(place: Jurisdiction) -> str:
    """Return in short on what a jurisdiction's law rests: who adopted it, or research."""
    signed = place.adoption
    return f"adopted by {signed.by} on {signed.on}" if signed else "research"


def law_of_day(law: LawOfPlace, day: date) -> LawOfDay:
    """Return the rules that bite in one person's case on a local day, by jurisdiction.

    Args:
        law: The law of the place.
        day: A local calendar day of the facility.
    """
    first, last = _same_days(law, day)
    rules = _on(law, day)
    places = tuple(
        _place_rules(law, place, [(r, f) for r, f in rules if r.place == place.id])
        for place in law.chain
    )
    return LawOfDay(day, first, last, places)


def _on(law: LawOfPlace, day: date) -> list[tuple[Rule, Truth]]:
    known = law.on(day)
    found: dict[tuple[str, str], tuple[Rule, Truth]] = {}
    for world in known.worlds:
        for rule, force in world.rules:
            found.setdefault((rule.place, rule.id), (rule, force))
    for rule, force in known.others:
        found.setdefault((rule.place, rule.id), (rule, force))
    return list(found.values())


def _place_rules(
    law: LawOfPlace, place: Jurisdiction, rules: Iterable[tuple[Rule, Truth]]
) -> PlaceRules:
    holds: list[RuleText] = []
    others: list[RuleText] = []
    for rule, force in rules:
        about_hold = rule.about is About.HOLD and rule.trigger is Trigger.ELIGIBLE
        (holds if about_hold else others).append(rule_text(law, rule, force))
    return PlaceRules(
        place.id, place.name, adoption_of(place), place.checked, tuple(holds), tuple(others)
    )


def _same_days(law: LawOfPlace, day: date) -> tuple[date | None, date | None]:
    """Return the first and last day of the span around a day in which the law is the same."""
    turns = law.turning_days
    here = _key(law, day)
    first: date | None = None
    for turn in reversed([t for t in turns if t <= day]):
        if _key(law, turn - timedelta(days=1)) != here:
            first = turn
            break
    for turn in (t for t in turns if t > day):
        if _key(law, turn) != here:
            return first, turn - timedelta(days=1)
    return first, None


def _key(law: LawOfPlace, day: date) -> tuple[frozenset[tuple[str, str, Truth]], Truth]:
    rules = frozenset((rule.place, rule.id, force) for rule, force in _on(law, day))
    return rules, law.hold_power(day)
