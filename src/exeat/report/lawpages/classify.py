"""What a place's law says of a hold, and of notice, told from the rules by asking them.

Nothing here is set by hand. Every class is worked out by putting probes (see
`exeat.report.lawpages.probes`) to the same function that answers at the desk, and looking at
what it says. So a class changes when a rule does, and never otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from exeat.decide import Verdict
from exeat.decide.hold import rule_truth, standing
from exeat.decide.verdict import of_world
from exeat.facts.codes import Described
from exeat.facts.times import Truth
from exeat.report.lawpages.probes import PROTECTIVE, Probe, assignments, probe, turns_on
from exeat.rules.model import About, Modality, Rule, Trigger
from exeat.rules.place import LawOfPlace, World

__all__ = ["Class", "Classified", "Found", "Outcome", "Path", "hold_class", "notice_class"]

Pair: TypeAlias = tuple[Rule, Truth]


class Outcome(Described):
    """What the law says in one case."""

    MUST = "must", "It must be done."
    MAY = "may", "It may be done; nobody must."
    NOT = "must-not", "It must not be done."
    SILENT = "silent", "No rule of the place says anything."
    CONTESTED = "contested", "The sources disagree, or two binding rules contradict each other."
    OPEN = "open", "What the sheet says does not settle it."


class Class(Described):
    """What the law of a place says over all cases with an ordinary request."""

    MUST = "must", "Must"
    MUST_IF = "must-if", "Must, on conditions"
    MAY = "may", "May"
    MAY_IF = "may-if", "May, on conditions"
    MUST_NOT = "must-not", "Must not"
    CONTESTED = "contested", "Contested"
    UNSETTLED = "unsettled", "Not settled"
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


Ask: TypeAlias = Callable[[Probe, bool], Outcome]
"""Says what the law says of a probe; with True, as if all that a person must judge applied."""


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
    worlds = law.on(day).worlds
    pairs = _unique(p for w in worlds for p in (*w.musts, *w.mays, *w.bans, *w.caps))
    # Made once: a case remembers each rule by which object it is (see Case.memo).
    read = {False: [_over(w, _sure) for w in worlds], True: [_over(w, _taken) for w in worlds]}

    def ask(one: Probe, judged: bool) -> Outcome:
        return _hold(law, read[judged], one)

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

    read = {False: _sure(pairs), True: _taken(pairs)}

    def ask(one: Probe, judged: bool) -> Outcome:
        return _notice(law, read[judged], one)

    return _classify(law, day, About.NOTIFY, pairs, ask)


def _unique(pairs: Iterable[Pair]) -> list[Pair]:
    found = {(rule.place, rule.id): (rule, force) for rule, force in pairs}
    return sorted(found.values(), key=lambda pair: (pair[0].level, pair[0].id))


def _classify(
    law: LawOfPlace, day: date, what: About, pairs: Sequence[Pair], ask: Ask
) -> Classified:
    lists = sorted({a.list_id for r, _ in pairs for a in r.condition.atoms() if a.list_id})
    # What only federal law names (an agreement, a felony conviction) is the same everywhere.
    own = [rule for rule, _ in pairs if rule.level > 0] or [rule for rule, _ in pairs]
    tried = turns_on(own)
    found: dict[Outcome, list[Path]] = {}
    for facts in assignments(tried):
        one = probe(law, day, facts, lists)
        plain = ask(one, False)
        _add(found, plain, Path(facts))
        judged = ask(one, True)
        if judged is not plain:
            _add(found, judged, Path(facts, judged=True))
    outcomes = tuple(Found(outcome, tuple(paths)) for outcome, paths in found.items())
    return Classified(
        place=law.id,
        day=day,
        what=what,
        kind=_kind(found),
        found=outcomes,
        exempt=_exempt(law, day, outcomes[0].outcome, lists, pairs, ask),
        rules=tuple(rule for rule, _ in pairs),
        tried=tried,
    )


def _add(found: dict[Outcome, list[Path]], outcome: Outcome, path: Path) -> None:
    """Keep a way to an outcome unless a lesser one is known."""
    paths = found.setdefault(outcome, [])
    if not any(known.facts <= path.facts and known.judged <= path.judged for known in paths):
        paths.append(path)


def _exempt(
    law: LawOfPlace,
    day: date,
    plain: Outcome,
    lists: Sequence[str],
    pairs: Sequence[Pair],
    ask: Ask,
) -> tuple[tuple[str, Outcome], ...]:
    named = {str(atom) for rule, _ in pairs for atom in rule.condition.atoms()}
    named |= {"warrant.judicial"} if any(fact.startswith("warrant.") for fact in named) else set()
    said = []
    for fact in PROTECTIVE:
        if fact in named:
            outcome = ask(probe(law, day, frozenset({fact}), lists), False)
            if outcome is not plain:
                said.append((fact, outcome))
    return tuple(said)


def _kind(found: Mapping[Outcome, Sequence[Path]]) -> Class:
    """Return the class of the outcomes of all probes.

    A contradiction anywhere makes the place contested; else the strongest outcome names the
    class, and it is conditional as soon as there is another beside it. As at the desk, a
    command or a ban that a person must judge counts, so that nobody overlooks it, and a
    permission that a person must judge does not, because nobody need use it.
    """
    outcomes = set(found)
    if Outcome.CONTESTED in outcomes:
        return Class.CONTESTED
    if outcomes <= {Outcome.MAY, Outcome.SILENT}:
        return Class.MAY if Outcome.MAY in outcomes else Class.SILENT
    if Outcome.MUST in outcomes:
        return Class.MUST if outcomes == {Outcome.MUST} else Class.MUST_IF
    free = {outcome for outcome, paths in found.items() if not all(p.judged for p in paths)}
    if Outcome.MAY in free or {Outcome.SILENT, Outcome.NOT} <= outcomes:
        return Class.MAY_IF
    return Class.MUST_NOT if outcomes == {Outcome.NOT} else Class.UNSETTLED


# --- the hold ---------------------------------------------------------------------------


def _hold(law: LawOfPlace, worlds: Sequence[World], one: Probe) -> Outcome:
    said = {of_world(standing(law, world, one.case, one.eligible)) for world in worlds}
    if len(said) > 1 or said == {Verdict.CONFLICT}:
        return Outcome.OPEN if Verdict.UNKNOWN in said else Outcome.CONTESTED
    [verdict] = said
    return {
        None: Outcome.NOT,
        Verdict.MUST_HOLD: Outcome.MUST,
        Verdict.MAY_HOLD: Outcome.MAY,
    }.get(verdict, Outcome.OPEN)


def _taken(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return rules with what a person must judge taken to apply."""
    return tuple((replace(r, judge=False) if r.judge else r, force) for r, force in pairs)


def _sure(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return rules without those that a person must judge."""
    return tuple((rule, force) for rule, force in pairs if not rule.judge)


def _over(world: World, change: Callable[[Sequence[Pair]], tuple[Pair, ...]]) -> World:
    return replace(
        world,
        musts=change(world.musts),
        mays=change(world.mays),
        bans=change(world.bans),
        caps=change(world.caps),
    )


# --- the notice --------------------------------------------------------------------------


def _notice(law: LawOfPlace, pairs: Sequence[Pair], one: Probe) -> Outcome:
    truths: dict[Modality, set[Truth]] = {modality: {False} for modality in Modality}
    for rule, force in pairs:
        truths[rule.modality].add(rule_truth(law, rule, force, one.case))
    must, ban, may = (truths[m] for m in (Modality.MUST, Modality.MUST_NOT, Modality.MAY))
    if True in must and True in ban:
        return Outcome.CONTESTED
    if None in must or None in ban:
        return Outcome.OPEN
    if True in must:
        return Outcome.MUST
    if True in ban:
        return Outcome.NOT
    return Outcome.MAY if True in may else Outcome.SILENT
