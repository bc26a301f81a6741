"""What the law of a place says in one case, and over all of them: the classes of the law pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exeat.facts.codes import Described
from exeat.rules.model import About, Rule

__all__ = ["Class", "Classified", "Found", "Outcome", "Path"]


class Outcome(Described):
    """What the law says in one case."""

    MUST = "must", "It must be done."
    MAY = "may", "It may be done; nobody must."
    NOT = "must-not", "It must not be done."
    SILENT = "silent", "No rule of the place says anything."
    CONTESTED = "contested", "The sources disagree, or two binding rules contradict each other."
    BRING = "bring-first", "A judicial official decides; the person is brought there first."
    COUNSEL = (
        "call-counsel",
        "A command is reported whose text nobody read, or that one must judge.",
    )
    UNLESS = (
        "release-unless-instructed",
        "Nothing shows that the office may; counsel can settle it.",
    )
    OPEN = "open", "What the sheet says does not settle it."


class Class(Described):
    """What the law of a place says over all cases with an ordinary request."""

    MUST = "must", "Must"
    MUST_IF = "must-if", "Must, on conditions"
    MAY = "may", "May"
    MAY_IF = "may-if", "May, on conditions"
    MUST_NOT = "must-not", "Must not"
    CONTESTED = "contested", "Contested"
    REPORTED = "reported", "A command is reported; text not read"
    UNSETTLED = "unsettled", "Nothing shows that it may"
    SILENT = "silent", "No rule found"


@dataclass(frozen=True, slots=True)
class Path:
    """The least that must be true for an outcome.

    Attributes:
        facts: The facts that must be true; empty for the plain case.
        judged: It holds only where a person finds that a rule too vague for a machine applies.
    """

    facts: frozenset[str]
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """An outcome, and the least ways to it."""

    outcome: Outcome
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Classified:
    """The class of a place, and what it turns on.

    Attributes:
        found: Each outcome with the least ways to it, the plain case first.
        exempt: What one fact held at no does to the plain case: (fact, outcome).
        rules: The rules that bear on it on that day, highest jurisdiction first.
        by_law: The outcome of the plain case without what the office does by its own policy,
            where that is another; else None.
        tried: The facts that were tried both ways.
    """

    place: str
    day: date
    what: About
    kind: Class
    found: tuple[Found, ...]
    exempt: tuple[tuple[str, Outcome], ...]
    rules: tuple[Rule, ...]
    tried: tuple[str, ...]
    by_law: Outcome | None = None
