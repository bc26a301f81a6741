"""What a place's law says of a hold, and of notice, told from the rules by asking them.

Nothing here is set by hand. Every class is worked out by putting probes (see
`exeat.report.lawpages.probes`) to the functions that answer at the desk, and looking at what
they say. So a class changes when a rule does, and never otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, TypeAlias

from exeat.decide import Verdict
from exeat.decide.outcome import Stand
from exeat.prove.choices import kind_of
from exeat.prove.logic import Rows
from exeat.prove.standing import Weigher, answers
from exeat.report.lawpages.classes import Class, Classified, Found, Outcome, Path
from exeat.report.lawpages.probes import PROTECTIVE, assignments, probe, turns_on
from exeat.rules.model import About, Modality, Rule, Trigger
from exeat.rules.place import LawOfPlace
from exeat.rules.world import Bound

__all__ = ["hold_class", "notice_class"]


Change: TypeAlias = Callable[[Sequence[Bound]], tuple[Bound, ...]]
Facts: TypeAlias = frozenset[str]
Tables: TypeAlias = Mapping[Outcome, int]
"""For each outcome, the probes that have it."""
Ask: TypeAlias = Callable[[Weigher[int], Change], Tables]
"""Says what the law says of every probe, its rules changed in one way."""


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

    def ask(weigher: Weigher[int], change: Change) -> Tables:
        worlds = tuple(world.changed(change) for world in today.worlds)
        said = answers(weigher, replace(today, worlds=worlds))
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

    def ask(weigher: Weigher[int], change: Change) -> Tables:
        # What a person must judge is no part of a notice until it is taken to apply.
        return _notice(weigher, [pair for pair in change(pairs) if not _open(pair[0])])

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
    cases = [*assignments(tried), *(frozenset([fact]) for fact in PROTECTIVE)]
    rows = Rows([probe(facts) for facts in cases])
    weigher = Weigher(rows, law.hold_power(day), kind_of(law.actor))
    plain, judged = (_each(ask(weigher, change), cases) for change in (tuple, _taken))
    [bare, *_] = _each(ask(weigher, _without_policy), cases).values()
    found: dict[Outcome, list[Path]] = {}
    for facts in assignments(tried):
        _add(found, plain[facts], Path(facts))
        if judged[facts] is not plain[facts]:
            _add(found, judged[facts], Path(facts, judged=True))
    outcomes = tuple(Found(outcome, tuple(paths)) for outcome, paths in found.items())
    named = {str(atom) for rule, _ in pairs for atom in rule.condition.atoms()}
    return Classified(
        place=law.id,
        day=day,
        what=what,
        kind=_kind(found),
        found=outcomes,
        exempt=tuple(_exempt(plain, outcomes[0].outcome, named)),
        rules=tuple(rule for rule, _ in pairs),
        tried=tried,
        by_law=None if bare is outcomes[0].outcome else bare,
    )


def _each(said: Tables, cases: Sequence[Facts]) -> dict[Facts, Outcome]:
    """Return what the law says of each case."""
    return {
        facts: next(outcome for outcome, table in said.items() if table >> row & 1)
        for row, facts in enumerate(cases)
    }


def _add(found: dict[Outcome, list[Path]], outcome: Outcome, path: Path) -> None:
    """Keep a way to an outcome unless a lesser one is known."""
    paths = found.setdefault(outcome, [])
    if not any(known.facts <= path.facts and known.judged <= path.judged for known in paths):
        paths.append(path)


def _exempt(
    said: Mapping[Facts, Outcome], plain: Outcome, named: set[str]
) -> Iterable[tuple[str, Outcome]]:
    """Yield what one protective fact does to the plain case, where a rule turns on it."""
    by_judge = any(fact.startswith("warrant.") for fact in named)
    for fact in PROTECTIVE:
        if fact in named or (by_judge and fact.startswith("warrant.")):
            outcome = said[frozenset([fact])]
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


def _without_policy(pairs: Sequence[Bound]) -> tuple[Bound, ...]:
    return tuple(pair for pair in pairs if not pair[0].policy)


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
