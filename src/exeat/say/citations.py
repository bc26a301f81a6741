"""The sources of a rule, as a reader needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from exeat.rules.model import Rule, Source
from exeat.rules.place import LawOfPlace
from exeat.say.words import safe_url, say_date

__all__ = ["LATEST", "NOTHING_LATER", "Citation", "cite", "cite_contest", "known_by"]

LATEST: Final = date(2026, 7, 31)
"""No page that the shipped research was taken from is of a later day; a test reads them all."""
NOTHING_LATER: Final = f"nothing later than {LATEST:%B %Y} was at hand"
_MONTHS: Final = 7


@dataclass(frozen=True, slots=True)
class Citation:
    """One source of a rule, as a reader needs it.

    Attributes:
        id: ``place/source``, as findings carry it.
        url: An http or https address, or "" where the file has none that is safe to link.
        says: What the source says, in our own words.
        basis: ``read`` or ``recalled``.
        page_date: The date of the page that was read, as the file has it, or "".
        unread: Nobody read the text that the rule rests on; it is only reported.
        confidence: How sure the research is of the rule that rests on it.
        words: Official words, where counsel pasted them at adoption.
    """

    id: str
    title: str
    url: str
    says: str
    kind: str
    basis: str
    page_date: str
    unread: bool
    confidence: str
    effective: str
    ended: str
    words: str = ""

    @property
    def checked(self) -> str:
        """Return in words how the source is known, with the date of its page where it has one.

        Never the day of the research: the page, and not the reader, says how old the law is.
        """
        if self.words:
            return "official words, pasted by counsel"
        if self.unread:
            return "reported; text not read"
        if self.basis != "read":
            return "from memory"
        if not self.page_date:
            return "read; the page bears no date"
        return f"page of {_say_page(self.page_date)}"


def _say_page(text: str) -> str:
    """Return the date of a page, exact to the day, the month or the year.

    Examples:
        >>> _say_page("2024-07-25"), _say_page("2018-01"), _say_page("2017")
        ('25 July 2024', 'January 2018', '2017')
    """
    try:
        day = _earliest(text)
    except ValueError:
        return text
    if day is None or len(text) < _MONTHS:
        return text
    return f"{day:%B %Y}" if len(text) == _MONTHS else say_date(day)


def _earliest(text: str) -> date | None:
    """Return the earliest day that a date of a law file can be; None where it gives none."""
    parts = text.split("-")
    if not text or not all(part.isdigit() for part in parts):
        return None
    year, month, day = (int(part) for part in (*parts, "1", "1")[:3])
    return date(year, month, day)


def known_by(source: Source, on: date | None) -> bool:
    """Say whether a source had been made by a day; one that gives no date had.

    Args:
        source: A source of a law file.
        on: The local day asked about, or None for all days.
    """
    made = _earliest(source.effective)
    return on is None or made is None or made <= on


def cite(law: LawOfPlace, rule: Rule, on: date | None = None) -> list[Citation]:
    """Return the sources of a rule, in the order in which its file names them.

    Args:
        law: The law of the place that has the rule.
        rule: The rule.
        on: The local day asked about: no source of a later date, where another is left.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> law = law_of_place("us", shipped())
        >>> [c.basis for c in cite(law, law.rules[0])]
        ['read', 'read', 'read']
    """
    sources = [law.source(rule, source_id) for source_id in rule.source]
    known = [source for source in sources if known_by(source, on)] or sources
    return [_citation(source, rule.place, rule.unread, rule.confidence) for source in known]


def cite_contest(law: LawOfPlace, contest_id: str, on: date | None = None) -> list[Citation]:
    """Return the sources of a contested point, none of a later date than a day."""
    for place in law.chain:
        for contest in place.contests:
            if contest.id == contest_id:
                named = [place.sources[source_id] for source_id in contest.source]
                known = [source for source in named if known_by(source, on)]
                return [_citation(source, place.id, False, "") for source in known]
    return []


def _citation(source: Source, place: str, unread: bool, confidence: str) -> Citation:
    return Citation(
        id=f"{place}/{source.id}",
        title=source.title,
        url=safe_url(source.url),
        says=source.summary,
        kind=source.kind,
        basis=source.basis,
        page_date=source.page_date,
        unread=unread,
        confidence=confidence,
        effective=source.effective,
        ended=source.ended,
        words=source.words,
    )
