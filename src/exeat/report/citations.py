"""The sources of a rule, as a reader needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exeat.report.words import safe_url
from exeat.rules.model import Rule, Source
from exeat.rules.place import LawOfPlace

__all__ = ["Citation", "cite"]


@dataclass(frozen=True, slots=True)
class Citation:
    """One source of a rule, as a reader needs it.

    Attributes:
        id: ``place/source``, as findings carry it.
        url: An http or https address, or "" where the file has none that is safe to link.
        says: What the source says, in our own words.
        basis: ``read`` or ``recalled``.
        checked: The day on which somebody last checked the sources of that jurisdiction.
        confidence: How sure the research is of the rule that rests on it.
        words: Official words, where counsel pasted them at adoption.
    """

    id: str
    title: str
    url: str
    says: str
    kind: str
    basis: str
    checked: date
    confidence: str
    effective: str
    ended: str
    words: str = ""


def cite(law: LawOfPlace, rule: Rule) -> list[Citation]:
    """Return the sources of a rule, in the order in which its file names them.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> law = law_of_place("us", shipped())
        >>> [c.basis for c in cite(law, law.rules[0])]
        ['read', 'read', 'read']
    """
    checked = next(place.checked for place in law.chain if place.id == rule.place)
    return [
        _citation(law.source(rule, source_id), rule.place, checked, rule.confidence)
        for source_id in rule.source
    ]


def _citation(source: Source, place: str, checked: date, confidence: str) -> Citation:
    return Citation(
        id=f"{place}/{source.id}",
        title=source.title,
        url=safe_url(source.url),
        says=source.summary,
        kind=source.kind,
        basis=source.basis,
        checked=checked,
        confidence=confidence,
        effective=source.effective,
        ended=source.ended,
        words=source.words,
    )
