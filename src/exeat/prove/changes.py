"""Which answers change for which facts: between two days, or between two releases of the law.

The answer on the hold is worked out for every combination of facts under both, at the moment
of release eligibility, and the combinations on which it differs are told in as few words as
they can be: `detainer.asks_hold and not person.status_shown: release -> must-hold`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Final

from exeat.decide.answer import Verdict
from exeat.decide.custody import COURT_WARRANTS
from exeat.decide.outcome import Stand
from exeat.facts.times import Truth
from exeat.prove.choices import WARRANT_CODES, kind_of
from exeat.prove.logic import Bits
from exeat.prove.standing import Weigher, answers, choices_of_law, clocks_of
from exeat.rules.clocks import Clock
from exeat.rules.conditions import Atom
from exeat.rules.model import Actor, Jurisdiction, Modality, Rule
from exeat.rules.place import law_of_place
from exeat.rules.world import DayLaw

__all__ = ["Change", "ChangeKind", "law_diff"]


class ChangeKind(StrEnum):
    """What changes."""

    HOLD = "hold"
    """Whether the person may go, must go, or may or must be kept."""
    LIMIT = "limit"
    """How long a hold may last."""
    DUTY = "duty"
    """What else must, may or must not be done, such as a notice."""


_NO_ARREST: Final = {name: False for name, kind in WARRANT_CODES.items() if kind in COURT_WARRANTS}
"""With a court's arrest warrant the person is in custody, whatever the law says of requests."""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that changes, and the facts on which it does.

    Attributes:
        kind: What changes.
        before: The answer under the first law: the verdict on the hold, or the limit or the
            duty in words; "" where there was none.
        after: The same under the second.
        facts: Conditions, of which any one is enough; each in the words of a law file.
        rules: Ids of the rules that differ.
    """

    kind: ChangeKind
    before: str
    after: str
    facts: tuple[str, ...]
    rules: tuple[str, ...]

    def __str__(self) -> str:
        where = " | ".join(self.facts) or "always"
        return f"if {where}: {self.before or 'nothing'} -> {self.after or 'nothing'}"


Live = tuple[Rule, Truth]


def law_diff(
    place: str,
    library_a: Mapping[str, Jurisdiction],
    day_a: date,
    library_b: Mapping[str, Jurisdiction],
    day_b: date,
    *,
    actor: Actor = Actor.JAIL,
) -> list[Change]:
    """Tell which answers change for which facts from one law to another.

    Args:
        place: The place, such as ``us-va-fairfax``.
        library_a: The law of the one release, and ``day_a`` the local day.
        day_a: The day on which the first law is asked.
        library_b: The law of the other release; the same object, to compare two days.
        day_b: The day on which the second law is asked.
        actor: The kind of house.

    Returns:
        Changes of the hold first, then of its limits, then of other duties. Facts that no rule
        of either law names are left out. Every fact of the record is taken as known.

    Raises:
        LawError: The place is not known in one of the two.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> law = shipped()
        >>> for change in law_diff("us-wa", law, date(2019, 5, 20), law, date(2019, 5, 22)):
        ...     if change.kind is ChangeKind.HOLD:
        ...         print(change.after, change.rules)
        release ('wa-no-hold',)
    """
    one = law_of_place(place, library_a, actor=actor).on(day_a)
    other = law_of_place(place, library_b, actor=actor).on(day_b)
    before, after = _hold_rules(one), _hold_rules(other)
    changed = _changed(before, after)
    return [
        *_hold_changes(one, other, actor, changed, before, after),
        *_limit_changes(before, after, changed),
        *_duty_changes(one, other),
    ]


def _hold_rules(day: DayLaw) -> dict[tuple[str, str], Live]:
    return {
        (rule.place, rule.id): (rule, force) for world in day.worlds for rule, force in world.rules
    }


def _content(live: Live | None) -> object:
    """Return what of a rule can change an answer: not its sources, notes or examples."""
    if live is None:
        return None
    rule, force = live
    return (
        str(rule.condition), rule.about, rule.modality, rule.trigger, rule.clock,
        rule.judge or rule.unread, rule.prevails, rule.reading, rule.rests_on, rule.to, force,
    )  # fmt: skip


def _changed(
    before: Mapping[tuple[str, str], Live], after: Mapping[tuple[str, str], Live]
) -> list[tuple[str, str]]:
    keys = sorted({*before, *after})
    return [key for key in keys if _content(before.get(key)) != _content(after.get(key))]


# -- the hold --------------------------------------------------------------------------------


def _hold_changes(
    one: DayLaw,
    other: DayLaw,
    actor: Actor,
    changed: Sequence[tuple[str, str]],
    before: Mapping[tuple[str, str], Live],
    after: Mapping[tuple[str, str], Live],
) -> Iterator[Change]:
    named = [*choices_of_law(one), *choices_of_law(other)]
    bits = Bits(name for name in named if name not in _NO_ARREST)
    first, second = (answers(_weigher(bits, day, actor), day) for day in (one, other))
    differing = [
        live[0] for side in (before, after) for key, live in side.items() if key in changed
    ]
    literals = _literals(bits, one, actor, differing, [*before.values(), *after.values()])
    ids = tuple(dict.fromkeys(key[1] for key in changed)) or ("hold_power",)
    for was, now in product(first, second):
        table = first[was] & second[now]
        if was is not now and table:
            cubes = tuple(_cover(bits, table, literals))
            yield Change(ChangeKind.HOLD, _says(was), _says(now), cubes, ids)


def _says(stand: Stand) -> str:
    return (stand or Verdict.RELEASE).value


def _weigher(bits: Bits, day: DayLaw, actor: Actor) -> Weigher[int]:
    fixed = {**_NO_ARREST, **dict.fromkeys(clocks_of(day.worlds), False)}
    return Weigher(bits, day.hold_power, kind_of(actor), fixed=fixed)


def _literals(
    bits: Bits, day: DayLaw, actor: Actor, differing: Iterable[Rule], every: Iterable[Live]
) -> list[Literal]:
    """Return each statement that a condition can make with its table, the most telling last."""
    weigher = _weigher(bits, day, actor)
    telling = {atom for rule in differing for atom in rule.condition.atoms()}
    atoms = {atom for rule, _ in every for atom in rule.condition.atoms()} | {
        Atom("detainer.present")
    }
    found = []
    for atom in sorted(atoms, key=lambda a: (a in telling, a.fact != "detainer.form", str(a))):
        if atom.fact == "place.hold_power":
            continue
        pair = weigher.truth(atom)
        found.append((f"{atom} not known", pair.maybe & ~pair.sure))
        found.append((f"not {atom}", bits.negate(pair.maybe)))
        found.append((str(atom), pair.sure))
    return found


Literal = tuple[str, int]
"""A statement, and on which combinations of facts it is true."""


def _cover(bits: Bits, table: int, literals: Sequence[Literal]) -> Iterator[str]:
    """Yield conditions that together are true on just these combinations of facts."""
    left, cubes = table, []
    while left:
        cube = _widest(bits, table, [one for one in literals if one[1] & left & -left])
        covered = bits.every(part for _, part in cube)
        cubes.append((cube, covered))
        left &= bits.negate(covered)
    # A condition found early may be covered by the later ones together.
    for cube, covered in tuple(cubes):
        rest = bits.some(part for other, part in cubes if other is not cube)
        if not covered & bits.negate(rest):
            cubes.remove((cube, covered))
    for cube, _ in cubes:
        yield " and ".join(words for words, _ in reversed(cube))


def _widest(bits: Bits, table: int, cube: list[Literal]) -> list[Literal]:
    """Return as few of some statements as together are true nowhere but in the table."""
    for literal in tuple(cube):
        fewer = [kept for kept in cube if kept is not literal]
        if not bits.every(part for _, part in fewer) & bits.negate(table):
            cube = fewer
    return cube


# -- limits and duties -----------------------------------------------------------------------


def _limit_changes(
    before: Mapping[tuple[str, str], Live],
    after: Mapping[tuple[str, str], Live],
    changed: Sequence[tuple[str, str]],
) -> Iterator[Change]:
    for key in changed:
        old, new = before.get(key), after.get(key)
        limits = _limit(old), _limit(new)
        ceiling = any(live and live[0].modality is Modality.MUST_NOT for live in (old, new))
        # A grant that comes or goes changes the hold itself, and is told there.
        if limits[0] == limits[1] or not (ceiling or (old and new)):
            continue
        facts = tuple(dict.fromkeys(str(live[0].condition) for live in (old, new) if live))
        yield Change(ChangeKind.LIMIT, *limits, facts, (key[1],))


def _limit(live: Live | None) -> str:
    if live is None or live[0].clock is None:
        return ""
    clock: Clock = live[0].clock
    length = "until 11:59 p.m." if clock.until_end_of_day else f"{clock.hours} hours"
    without = f", without {', '.join(sorted(clock.excludes))}" if clock.excludes else ""
    return f"{length} {clock.hours_run.value}{without}"


def _duty_changes(one: DayLaw, other: DayLaw) -> Iterator[Change]:
    before = {(rule.place, rule.id): (rule, force) for rule, force in one.others}
    after = {(rule.place, rule.id): (rule, force) for rule, force in other.others}
    for key in _changed(before, after):
        old, new = before.get(key), after.get(key)
        facts = tuple(dict.fromkeys(str(live[0].condition) for live in (old, new) if live))
        was, now = _duty(old), _duty(new)
        if len(facts) > 1:
            was, now = f"{was}, if {facts[0]}", f"{now}, if {facts[1]}"
        yield Change(ChangeKind.DUTY, was, now, facts, (key[1],))


def _duty(live: Live | None) -> str:
    if live is None:
        return ""
    rule, force = live
    to = f" to {rule.to}" if rule.to else ""
    limit = f", {_limit(live)}" if rule.clock else ""
    possible = "" if force else " (possibly in force)"
    return f"{rule.modality.value} {rule.about.value}{to}{limit}{possible}"
