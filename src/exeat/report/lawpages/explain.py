"""A class in words: what the answer is in the plain case, and what changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from exeat.report.lawpages.classes import Class, Classified, Outcome, Path
from exeat.report.lawpages.terms import EXEMPT, FACT, class_label, outcome_label
from exeat.rules.conditions import Atom, parse_condition, say_offence
from exeat.rules.model import About, Modality, RestsOn, Rule
from exeat.rules.place import LawOfPlace

__all__ = ["Explained", "Way", "explain"]

_SHOWN: Final = 8
"""Of more ways than that to one outcome the page shows the first and says how many follow."""


@dataclass(frozen=True, slots=True)
class Way:
    """One outcome with what leads to it.

    Attributes:
        says: The outcome in words.
        where: Each way to it: facts that must be true together; [] for the plain case.
        more: How many further ways there are.
        judged: The rules that a person must judge, where that leads to it.
    """

    says: str
    where: tuple[tuple[str, ...], ...]
    more: int
    judged: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A class in words.

    Attributes:
        plain: What holds of an ordinary request with nothing more.
        by_law: What would hold of it without the office's own policy, where that is other.
        ways: What else there is, and where.
        exempt: (fact in words, outcome in words): what one protective fact changes.
        because: Why the plain case is not settled or why nothing may be done, or "".
        rules: The rules on which the class rests.
    """

    kind: Class
    label: str
    plain: str
    ways: tuple[Way, ...]
    exempt: tuple[tuple[str, str], ...]
    because: str
    rules: tuple[Rule, ...]
    by_law: str = ""


def explain(law: LawOfPlace, said: Classified) -> Explained:
    """Return a class in words.

    Args:
        law: The law of the place.
        said: As `hold_class` or `notice_class` gives it.
    """
    plain, *others = said.found
    rest = tuple(path for path in plain.paths if path.facts or path.judged)
    led = [(plain.outcome, rest), *((found.outcome, found.paths) for found in others)]
    ways = [
        _way(law, said, outcome, some)
        for outcome, paths in led
        for judged in (False, True)
        if (some := [path for path in paths if path.judged is judged])
    ]
    return Explained(
        kind=said.kind,
        label=class_label(said.kind, said.what, policy=said.by_law is not None),
        plain=outcome_label(plain.outcome, said.what, policy=said.by_law is not None),
        by_law="" if said.by_law is None else outcome_label(said.by_law, said.what),
        ways=tuple(ways),
        exempt=tuple((EXEMPT[fact], outcome_label(end, said.what)) for fact, end in said.exempt),
        because=_because(law, said, plain.outcome),
        rules=said.rules,
    )


def _way(law: LawOfPlace, said: Classified, outcome: Outcome, paths: Sequence[Path]) -> Way:
    where = tuple(tuple(_fact(law, fact) for fact in sorted(path.facts)) for path in paths)
    judged = any(path.judged for path in paths)
    rules = tuple(rule for rule in said.rules if judged and _bears(rule, outcome))
    distinct = tuple(dict.fromkeys(facts for facts in where if facts))
    return Way(
        outcome_label(outcome, said.what),
        distinct[:_SHOWN],
        max(0, len(distinct) - _SHOWN),
        rules,
    )


def _bears(rule: Rule, outcome: Outcome) -> bool:
    """Say whether a rule for counsel can bring an outcome about: a permission only permits."""
    return rule.judge and (rule.modality is not Modality.MAY or outcome is Outcome.MAY)


def _fact(law: LawOfPlace, fact: str) -> str:
    atom = parse_condition([fact])
    if not isinstance(atom, Atom) or not atom.list_id:
        return FACT[fact]
    citation = law.in_list.lists[atom.list_id].citation
    return f"{say_offence(atom)} is on the list: {citation}"


def _because(law: LawOfPlace, said: Classified, plain: Outcome) -> str:
    if said.what is not About.HOLD:
        return ""
    power = law.hold_power(said.day)
    outcomes = {found.outcome for found in said.found}
    if power is None and Outcome.UNLESS in outcomes:
        return (
            "Federal law gives a choice only where the law of the place gives its officers power "
            "to hold on a civil detainer, and the sources found do not say whether it does."
        )
    bans = any(
        rule.modality is Modality.MUST_NOT and rule.level > 0 and rule.rests_on is RestsOn.DETAINER
        for rule in said.rules
    )
    if plain is Outcome.NOT and power is False and not bans:
        return "The law of the place gives its officers no power to hold on a civil detainer."
    return ""
