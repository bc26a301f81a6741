"""Coverage over time: every day of every place, no gap, no contradiction that is not shown.

The law of a place changes only on the first or last day of a rule, of a suspension or of a
place's say on the power to hold. Between two such days it is one *stretch*, and one day of it
stands for all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from exeat.errors import Fault
from exeat.facts.times import Truth
from exeat.prove.choices import kind_of
from exeat.prove.logic import Bits
from exeat.prove.standing import Weigher, choices_of_law
from exeat.rules.model import Actor, Jurisdiction, Rule
from exeat.rules.place import LawOfPlace
from exeat.rules.world import DayLaw, World

__all__ = ["Contradiction", "Stretch", "contradictions", "coverage_faults", "gaps", "stretches"]

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one place, for one kind of house, on which the same law is in force."""

    law: LawOfPlace
    first_day: date
    last_day: date

    @property
    def day_law(self) -> DayLaw:
        """Return the law of these days."""
        return self.law.on(self.first_day)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A command and a ban that can be true of the same facts: the answer is then `conflict`.

    Attributes:
        must: The rule that commands the hold.
        ban: The rule that forbids it.
        certain: False where one of the two is only possibly in force, or a person must judge
            whether it bites; the answer is then for counsel.
        places: Where both are in force, with the first and the last day checked.
        choices: Facts on which both are true.
        must_kinds: The kinds of sources of the command, and ``ban_kinds`` of the ban.
    """

    must: Rule
    ban: Rule
    certain: bool
    places: tuple[tuple[str, date, date], ...]
    choices: Mapping[str, bool]
    must_kinds: frozenset[str] = frozenset()
    ban_kinds: frozenset[str] = frozenset()

    @property
    def same_file(self) -> bool:
        """Whether one and the same file commands and forbids."""
        return self.must.place == self.ban.place

    @property
    def by_court(self) -> bool:
        """Whether the ban is a court's ruling and the command is not.

        A ruling stands over the statute that it limits, also where one file has both; whether
        the statute has an exception for it is then for counsel, and no slip of the file.
        """
        return self.ban_kinds == {"case"} and "case" not in self.must_kinds

    def __str__(self) -> str:
        return f"`{self.must.id}` commands a hold that `{self.ban.id}` forbids"


def stretches(law: LawOfPlace, until: date) -> Iterator[Stretch]:
    """Yield every stretch of a place, from its first rule to a day, inclusive.

    Args:
        law: The law of a place for one kind of house.
        until: The last day to look at.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> law = law_of_place("us-wa-pierce", shipped())
        >>> found = list(stretches(law, date(2027, 12, 31)))
        >>> found[-1].last_day, all(a.last_day < b.first_day for a, b in zip(found, found[1:]))
        (datetime.date(2027, 12, 31), True)
    """
    starts = [day for day in law.turning_days if day <= until]
    for first, after in zip(starts, [*starts[1:], until + _ONE_DAY], strict=True):
        yield Stretch(law, first, after - _ONE_DAY)


def coverage_faults(laws: Sequence[LawOfPlace], until: date) -> Iterator[Fault]:
    """Yield each day of a place, from its own first rule on, on which no law answers.

    Args:
        laws: The law of each place, for one kind of house.
        until: The last day to look at.
    """
    for law in laws:
        own = [rule.first_day.earliest or rule.first_day.latest for rule in law.chain[-1].rules]
        begin = min(own, default=until)
        for stretch in stretches(law, until):
            if stretch.last_day < begin:
                continue
            if not any(rule.in_force(stretch.first_day) is not False for rule in law.rules):
                yield Fault(
                    "E231",
                    f"{law.chain[-1].file}:1",
                    f"`{law.id}` has no rule in force from `{stretch.first_day}` "
                    f"to `{stretch.last_day}`",
                    "Give the rules their days, or say in a rule what held then.",
                )


def gaps(places: Iterable[Jurisdiction]) -> Iterator[Fault]:
    """Yield each day between two versions of one rule on which neither is in force.

    A gap that a note of one of the two explains is a warning too: a reader should see it.
    """
    for place in places:
        versions: dict[str, list[Rule]] = {}
        for rule in place.rules:
            versions.setdefault(rule.id, []).append(rule)
        for found in versions.values():
            found.sort(key=lambda rule: rule.first_day.earliest or date.min)
            for older, newer in itertools.pairwise(found):
                yield from _gap(place, older, newer)


def _gap(place: Jurisdiction, older: Rule, newer: Rule) -> Iterator[Fault]:
    if older.last_day is None or newer.first_day.earliest is None:
        return
    after = older.last_day.latest + _ONE_DAY
    if newer.first_day.earliest > after:
        noted = "its note says why" if older.note or newer.note else "no note says why"
        yield Fault(
            "E232",
            f"{place.file}:{newer.line}",
            f"no version of `{newer.id}` is in force from `{after}` "
            f"to `{newer.first_day.earliest - _ONE_DAY}`; {noted}",
            "If the source has that gap, say so in `note`; else mend the days.",
        )


def contradictions(found: Iterable[Stretch]) -> list[Contradiction]:
    """Return every command and ban that can be true of the same facts, each pair once.

    Two rules of different readings of a contested point never meet: the contest shows them.
    """
    merged: dict[tuple[int, int, bool], Contradiction] = {}
    seen: dict[object, list[tuple[Rule, Rule, bool, dict[str, bool]]]] = {}
    for stretch in found:
        day = stretch.day_law
        for world in day.worlds:
            key = world_key(world, day.hold_power, stretch.law.actor)
            if key not in seen:
                seen[key] = list(_clashes(world, day, stretch.law.actor))
            for must, ban, certain, choices in seen[key]:
                spot = (stretch.law.id, stretch.first_day, stretch.last_day)
                old = merged.get((id(must), id(ban), certain))
                places = _widen(old.places if old else (), spot)
                first = old.choices if old else choices
                merged[(id(must), id(ban), certain)] = Contradiction(
                    must, ban, certain, places, first,
                    source_kinds(stretch.law, must), source_kinds(stretch.law, ban),
                )  # fmt: skip
    return sorted(merged.values(), key=lambda c: (not c.certain, c.must.place, c.must.id, c.ban.id))


def source_kinds(law: LawOfPlace, rule: Rule) -> frozenset[str]:
    """Return the kinds of sources that a rule rests on: statute, case and so on."""
    return frozenset(law.source(rule, name).kind for name in rule.source)


def world_key(world: World, hold_power: Truth, actor: Actor) -> object:
    """Return what tells two readings apart, so that the same law is weighed once only."""
    pairs = world.rules
    by_house = any(a.fact == "facility.kind" for rule, _ in pairs for a in rule.condition.atoms())
    rules = tuple((id(rule), force) for rule, force in pairs)
    return rules, hold_power, actor if by_house else None


def _widen(
    places: tuple[tuple[str, date, date], ...], spot: tuple[str, date, date]
) -> tuple[tuple[str, date, date], ...]:
    if places and places[-1][0] == spot[0]:
        name, first, last = places[-1]
        return (*places[:-1], (name, min(first, spot[1]), max(last, spot[2])))
    return (*places, spot)


def _clashes(
    world: World, day: DayLaw, actor: Actor
) -> Iterator[tuple[Rule, Rule, bool, dict[str, bool]]]:
    """Yield each command with each ban that can meet it, and no ban stands over both."""
    bits = Bits(choices_of_law(replace(day, worlds=(world,), others=())))
    weigher = Weigher(bits, day.hold_power, kind_of(actor))
    present = weigher.present
    for on in world.footings:
        stays = weigher.some(weigher.bites(*stay) for stay in on.stays)
        for must, ban in product(on.musts, on.bans):
            both = weigher.every([weigher.bites(*must), weigher.bites(*ban), weigher.negate(stays)])
            table = (present & both.sure) or (present & both.maybe)
            if table:
                yield must[0], ban[0], bool(present & both.sure), bits.assignment(table)
