"""What a place's law says of a hold, and of notice, told from the rules by asking them.

Nothing here is set by hand. Every class is worked out by putting probes (see
`exeat.report.lawpages.probes`) to the functions that answer at the desk, and looking at what
they say. So a class changes when a rule does, and never otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeAlias

from exeat.decide import Verdict
from exeat.decide.outcome import Stand
from exeat.facts.codes import Described
from exeat.prove.choices import FactModel, kind_of
from exeat.prove.standing import Weigher, answers
from exeat.report.lawpages.probes import PROTECTIVE, Probes, assignments, turns_on
from exeat.rules.model import About, Modality, Rule, Trigger
from exeat.rules.place import LawOfPlace
from exeat.rules.world import Bound, World

__all__ = ["Class", "Classified", "Found", "Outcome", "Path", "hold_class", "notice_class"]


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


Tables: TypeAlias = Mapping[Outcome, int]
"""For each outcome, the probes that have it."""
Ask: TypeAlias = Callable[[Weigher[int], bool], Tables]
"""Says what the law says of every probe; with True, as if all that must be judged applied."""


def hold_class(law: LawOfPlace, day: date) -> Classified:
    """Return what the law of a place says of a hold on an ordinary request.

    Args:
        law: The law of the place, for one kind of facility.
        day: The local calendar day.

    Source: the rules of the place about the hold that are in force on that day.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> hold_class(law_of_place("us-tx", shipped()), date(2026, 11, 25)).kind.value
        'must'
    """
    today = law.on(day)
    pairs = _unique(pair for world in today.worlds for pair in world.rules)
    taken = replace(today, worlds=tuple(_applied(world) for world in today.worlds))

    def ask(weigher: Weigher[int], judged: bool) -> Tables:
        said = answers(weigher, taken if judged else today)
        return {outcome: said[stand] for stand, outcome in _OUTCOMES.items() if stand in said}

    return _classify(law, day, About.HOLD, pairs, ask)


def notice_class(law: LawOfPlace, day: date) -> Classified:
    """Return what the law of a place says of telling ICE of the release, on a request.

    Args:
        law: The law of the place, for one kind of facility.
        day: The local calendar day.

    Source: the rules of the place about notice of release that are in force on that day. The
        choice that federal law leaves everywhere does not count as a rule of the place.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> notice_class(law_of_place("us-wa", shipped()), date(2026, 11, 25)).kind.value
        'must-not'
    """
    pairs = [
        (rule, force)
        for rule, force in law.on(day).others
        if rule.about is About.NOTIFY
        and rule.trigger is Trigger.RELEASE
        and rule.to in ("", "ice")
        and rule.level > 0
    ]
    read = {False: [pair for pair in pairs if not _open(pair[0])], True: _taken(pairs)}

    def ask(weigher: Weigher[int], judged: bool) -> Tables:
        return _notice(weigher, read[judged])

    return _classify(law, day, About.NOTIFY, pairs, ask)


def _unique(pairs: Iterable[Bound]) -> list[Bound]:
    found = {(rule.place, rule.id): (rule, force) for rule, force in pairs}
    return sorted(found.values(), key=lambda pair: (pair[0].level, pair[0].id))


def _classify(
    law: LawOfPlace, day: date, what: About, pairs: Sequence[Bound], ask: Ask
) -> Classified:
    # What only federal law names (an agreement, a felony conviction) is the same everywhere.
    own = [rule for rule, _ in pairs if rule.level > 0] or [rule for rule, _ in pairs]
    tried = turns_on(own)
    probes = Probes([*tried, *(fact for fact in PROTECTIVE if fact not in tried)])
    model = FactModel(probes, law.hold_power(day), kind_of(law.actor))
    said = {judged: ask(Weigher(model), judged) for judged in (False, True)}
    found: dict[Outcome, list[Path]] = {}
    for facts in assignments(tried):
        plain = _of(probes, said[False], facts)
        _add(found, plain, Path(facts))
        judged = _of(probes, said[True], facts)
        if judged is not plain:
            _add(found, judged, Path(facts, judged=True))
    outcomes = tuple(Found(outcome, tuple(paths)) for outcome, paths in found.items())
    named = {str(atom) for rule, _ in pairs for atom in rule.condition.atoms()}
    return Classified(
        place=law.id,
        day=day,
        what=what,
        kind=_kind(found),
        found=outcomes,
        exempt=tuple(_exempt(probes, said[False], outcomes[0].outcome, named)),
        rules=tuple(rule for rule, _ in pairs),
        tried=tried,
    )


def _of(probes: Probes, said: Tables, facts: Iterable[str]) -> Outcome:
    return next(outcome for outcome, table in said.items() if probes.on(table, facts))


def _add(found: dict[Outcome, list[Path]], outcome: Outcome, path: Path) -> None:
    """Keep a way to an outcome unless a lesser one is known."""
    paths = found.setdefault(outcome, [])
    if not any(known.facts <= path.facts and known.judged <= path.judged for known in paths):
        paths.append(path)


def _exempt(
    probes: Probes, said: Tables, plain: Outcome, named: set[str]
) -> Iterable[tuple[str, Outcome]]:
    """Yield what one protective fact does to the plain case, where a rule turns on it."""
    by_judge = any(fact.startswith("warrant.") for fact in named)
    for fact in PROTECTIVE:
        if fact in named or (by_judge and fact.startswith("warrant.")):
            outcome = _of(probes, said, [fact])
            if outcome is not plain:
                yield fact, outcome


def _kind(found: Mapping[Outcome, Sequence[Path]]) -> Class:
    """Return the class of the outcomes of all probes.

    A contradiction that nobody must judge makes the place contested, and a command that is
    only reported leaves it to counsel; else the strongest outcome names the class, and it is
    conditional as soon as there is another beside it. As at the desk, a command or a ban that
    a person must judge counts, so that nobody overlooks it, and a permission does not.
    """
    outcomes = set(found)
    free = {outcome for outcome, paths in found.items() if not all(p.judged for p in paths)}
    if Outcome.CONTESTED in free:
        return Class.CONTESTED
    if Outcome.COUNSEL in free and Outcome.MUST not in free:
        return Class.REPORTED
    if outcomes <= {Outcome.MAY, Outcome.SILENT}:
        return Class.MAY if Outcome.MAY in outcomes else Class.SILENT
    if Outcome.MUST in outcomes:
        return Class.MUST if outcomes == {Outcome.MUST} else Class.MUST_IF
    if Outcome.MAY in free or {Outcome.SILENT, Outcome.NOT} <= outcomes:
        return Class.MAY_IF
    return Class.MUST_NOT if outcomes == {Outcome.NOT} else Class.UNSETTLED


# --- the hold ---------------------------------------------------------------------------

_OUTCOMES: Final[Mapping[Stand, Outcome]] = {
    None: Outcome.NOT,
    Verdict.MUST_HOLD: Outcome.MUST,
    Verdict.MAY_HOLD: Outcome.MAY,
    Verdict.CONFLICT: Outcome.CONTESTED,
    Verdict.BRING_FIRST: Outcome.BRING,
    Verdict.CALL_COUNSEL: Outcome.COUNSEL,
    Verdict.RELEASE_UNLESS_INSTRUCTED: Outcome.UNLESS,
}


def _open(rule: Rule) -> bool:
    return rule.judge or rule.unread


def _taken(pairs: Sequence[Bound]) -> tuple[Bound, ...]:
    """Return rules with what a person must judge taken to apply."""
    return tuple(
        (replace(r, judge=False, unread=False) if _open(r) else r, force) for r, force in pairs
    )


def _applied(world: World) -> World:
    return replace(
        world,
        musts=_taken(world.musts),
        mays=_taken(world.mays),
        bans=_taken(world.bans),
        caps=_taken(world.caps),
    )


# --- the notice --------------------------------------------------------------------------


def _notice(weigher: Weigher[int], pairs: Sequence[Bound]) -> Tables:
    must, ban, may = (
        weigher.some(weigher.bites(rule, force) for rule, force in pairs if rule.modality is m)
        for m in (Modality.MUST, Modality.MUST_NOT, Modality.MAY)
    )
    logic = weigher.logic
    found, left = {}, logic.const(True)
    for outcome, table in (
        (Outcome.CONTESTED, logic.every([must.sure, ban.sure])),
        (Outcome.OPEN, (must.maybe & ~must.sure) | (ban.maybe & ~ban.sure)),
        (Outcome.MUST, must.sure),
        (Outcome.NOT, ban.sure),
        (Outcome.MAY, may.sure),
        (Outcome.SILENT, logic.const(True)),
    ):
        found[outcome] = left & table
        left &= ~table
    return found
