"""The law of a day: the rules in force, once for each way of reading what is contested."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeAlias

from exeat.facts.times import Truth
from exeat.rules.model import Contest, Modality, RestsOn, Rule

__all__ = ["Bound", "DayLaw", "Footing", "World", "worlds_of"]

Bound: TypeAlias = tuple[Rule, Truth]
"""A rule with how surely it is in force."""


class Footing(NamedTuple):
    """The rules about a hold that rests on one thing: on a request, or on a judge's warrant.

    An office may leave a permission unused; no policy of its own undoes a command. So bans,
    stays and caps are those of law.

    Attributes:
        stays: Bans that stand over every command: nothing is allowed then.
        unused: The bans and the limits of an office's own policy: they narrow permissions only.
    """

    musts: tuple[Bound, ...]
    mays: tuple[Bound, ...]
    bans: tuple[Bound, ...]
    stays: tuple[Bound, ...]
    caps: tuple[Bound, ...]
    unused: tuple[Bound, ...]

    def over(self, rule: Rule) -> tuple[Bound, ...]:
        """Return the bans and limits that can shut out or end a hold by a rule of this footing."""
        policy = self.unused if rule.modality is Modality.MAY else ()
        return (*self.stays, *self.bans, *self.caps, *policy)


@dataclass(frozen=True)
class World:
    """One way of reading every contested point: contest id -> reading id.

    ``musts``, ``mays``, ``bans`` and ``caps`` are the rules about the hold that stand under it
    on a day, each with how surely it is in force.
    """

    readings: tuple[tuple[str, str], ...]
    musts: tuple[Bound, ...]
    mays: tuple[Bound, ...]
    bans: tuple[Bound, ...]
    caps: tuple[Bound, ...]

    def name(self) -> str:
        """Return the readings as text, such as ``us-48-hours/form``."""
        return ", ".join(f"{contest}/{reading}" for contest, reading in self.readings)

    @cached_property
    def rules(self) -> tuple[Bound, ...]:
        """Return every rule about the hold, commands first."""
        return (*self.musts, *self.mays, *self.bans, *self.caps)

    @cached_property
    def grants(self) -> tuple[Bound, ...]:
        """Return every rule that commands or allows the hold."""
        return (*self.musts, *self.mays)

    def changed(self, change: Callable[[Sequence[Bound]], Iterable[Bound]]) -> World:
        """Return the reading with its rules changed, those of each kind together."""
        musts, mays = tuple(change(self.musts)), tuple(change(self.mays))
        bans, caps = tuple(change(self.bans)), tuple(change(self.caps))
        return World(self.readings, musts, mays, bans, caps)

    @cached_property
    def footings(self) -> tuple[Footing, ...]:
        """Return the rules by what a hold rests on, where any rule lets it rest on that."""
        return tuple(one for one in self.by_ground.values() if one.musts or one.mays)

    @cached_property
    def by_ground(self) -> Mapping[RestsOn, Footing]:
        """Return the rules by what a hold rests on, also where none lets it rest on that."""
        return {ground: self._footing(ground) for ground in RestsOn}

    def _footing(self, ground: RestsOn) -> Footing:
        def on(rules: tuple[Bound, ...]) -> tuple[Bound, ...]:
            return tuple(pair for pair in rules if pair[0].rests_on is ground)

        bans, caps = on(self.bans), on(self.caps)
        law = [pair for pair in bans if not pair[0].policy]
        return Footing(
            musts=on(self.musts),
            mays=on(self.mays),
            bans=tuple(pair for pair in law if not pair[0].prevails),
            stays=tuple(pair for pair in law if pair[0].prevails),
            caps=tuple(pair for pair in caps if not pair[0].policy),
            unused=tuple(pair for pair in (*bans, *caps) if pair[0].policy),
        )


@dataclass(frozen=True, slots=True)
class DayLaw:
    """The rules of a place that are in force, or may be, on one day.

    Attributes:
        day: The day, or one of the days that have the same law.
        worlds: The rules about the hold, once for each way of reading what is contested.
        others: Every other rule that bites in one person's case, with how surely it is in force.
    """

    day: date
    worlds: tuple[World, ...]
    others: tuple[tuple[Rule, Truth], ...]
    hold_power: Truth = None
    owed: tuple[tuple[Rule, Truth], ...] = ()
    """Those of the others that must be done before the person leaves."""
    agreement: Truth = None
    """What the profile says of an agreement on this day, for records that do not state it."""


def worlds_of(contests: Iterable[Contest], rules: Sequence[Bound]) -> tuple[World, ...]:
    """Return every way of reading what is contested among the rules about the hold."""
    used = {rule.reading.split("/")[0] for rule, _ in rules if rule.reading}
    open_ones = [contest for contest in contests if contest.id in used]
    choices = [[(c.id, reading.id) for reading in c.readings] for c in open_ones]
    worlds = []
    for readings in itertools.product(*choices):
        names = {f"{contest}/{reading}" for contest, reading in readings}
        stand = [(r, f) for r, f in rules if not r.reading or r.reading in names]
        worlds.append(
            World(
                readings=readings,
                musts=_pick(stand, Modality.MUST),
                mays=_pick(stand, Modality.MAY),
                bans=_pick(stand, Modality.MUST_NOT, with_clock=False),
                caps=_pick(stand, Modality.MUST_NOT, with_clock=True),
            )
        )
    return tuple(worlds)


def _pick(
    rules: Iterable[Bound], modality: Modality, with_clock: bool | None = None
) -> tuple[Bound, ...]:
    picked = [
        (rule, force)
        for rule, force in rules
        if rule.modality is modality
        and (with_clock is None or (rule.clock is not None) is with_clock)
    ]
    # A fixed order, so that shuffling files changes nothing a reader sees.
    return tuple(sorted(picked, key=lambda pair: (pair[0].level, pair[0].id)))
