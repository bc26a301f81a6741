"""What the page of one jurisdiction shows, gathered from the law files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exeat.facts.times import Truth
from exeat.report.lawpages.conditions import Node, tree
from exeat.report.lawpages.terms import ABOUT, BINDS, MODALITY
from exeat.rules.model import Actor, Contest, Jurisdiction, OffenceList, Rule, Source, Suspension
from exeat.rules.place import LawOfPlace
from exeat.say.law_text import RuleText, rule_text
from exeat.say.words import safe_url, say_days

__all__ = ["Group", "Open", "PlacePage", "RuleView", "StayView", "place_page", "rule_anchor"]


@dataclass(frozen=True, slots=True)
class StayView:
    """A court's order that switches a rule off for one place."""

    rule: str
    rule_place: str
    for_place: str
    for_name: str
    days: str
    in_force: Truth
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    """One version of one rule.

    Attributes:
        anchor: Its place on the page; a version that is not in force has its own.
        decides: It can bite in one person's case in a jail.
        stays: Orders that switch it off somewhere.
    """

    rule: Rule
    text: RuleText
    anchor: str
    binds: str
    decides: bool
    condition: Node
    stays: tuple[StayView, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The rules about one thing: musts, then must-nots, then mays."""

    key: str
    heading: str
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """What is open in the law of a place, or in what is known of it."""

    contests: tuple[Contest, ...]
    to_judge: tuple[RuleView, ...]
    low: tuple[RuleView, ...]
    undated: tuple[RuleView, ...]
    recalled: tuple[Source, ...]
    power_unknown: bool

    @property
    def count(self) -> int:
        """Return how many points there are."""
        lists = (self.contests, self.to_judge, self.low, self.undated, self.recalled)
        return sum(len(points) for points in lists) + self.power_unknown


@dataclass(frozen=True, slots=True)
class PlacePage:
    """Everything that the page of one jurisdiction shows, besides classes and answers."""

    place: Jurisdiction
    law: LawOfPlace
    groups: tuple[Group, ...]
    future: tuple[RuleView, ...]
    past: tuple[RuleView, ...]
    lists: tuple[OffenceList, ...]
    contests_above: tuple[tuple[Jurisdiction, Contest], ...]
    stays_here: tuple[StayView, ...]
    open: Open
    lower: tuple[Jurisdiction, ...]
    cited: frozenset[str]
    """Ids of the sources whose words stand beside a rule or a contest of the page."""

    def url(self, source: Source) -> str:
        """Return the address of a source, or "" where none is safe to link."""
        return safe_url(source.url)


def place_page(law: LawOfPlace, library: Mapping[str, Jurisdiction], today: date) -> PlacePage:
    """Gather the page of the lowest jurisdiction of a chain.

    Args:
        law: The law of the place.
        library: Jurisdictions by id, for the places below and for orders that switch rules off.
        today: The local day for which *in force* is said.
    """
    place = law.chain[-1]
    stays = _stays(place, library, today)
    views = _views(law, place, today, stays)
    now = [view for view, when in views if when == 0]
    return PlacePage(
        place=place,
        law=law,
        groups=tuple(_groups(now)),
        future=tuple(view for view, when in views if when > 0),
        past=tuple(view for view, when in views if when < 0),
        lists=tuple(place.lists.values()),
        contests_above=tuple((p, c) for p in law.chain[:-1] for c in p.contests),
        stays_here=tuple(_stay(place, s, library, today) for s in place.suspensions),
        open=_open(law, place, now, today),
        lower=tuple(
            sorted((p for p in library.values() if p.parent == place.id), key=lambda p: p.name)
        ),
        cited=_cited(place),
    )


def rule_anchor(rule: Rule) -> str:
    """Return the anchor of the version of a rule that is in force."""
    return f"rule-{rule.id}"


def _cited(place: Jurisdiction) -> frozenset[str]:
    beside: Iterable[Sequence[str]] = [r.source for r in place.rules]
    return frozenset(source for group in beside for source in group)


def _when(rule: Rule, today: date) -> int:
    """Return -1 for a rule that has ended, 1 for one yet to come, 0 for any other."""
    if rule.last_day is not None and rule.last_day.latest < today:
        return -1
    if rule.first_day.earliest is not None and rule.first_day.earliest > today:
        return 1
    return 0


def _views(
    law: LawOfPlace,
    place: Jurisdiction,
    today: date,
    stays: Mapping[str, Sequence[StayView]],
) -> list[tuple[RuleView, int]]:
    taken: set[str] = set()
    found = []
    # The version in force takes the plain anchor, which other pages link.
    for rule in sorted(place.rules, key=lambda rule: abs(_when(rule, today))):
        when = _when(rule, today)
        anchor = rule_anchor(rule)
        if anchor in taken:
            anchor = f"{anchor}--{rule.first_day.text}"
        while anchor in taken:
            anchor += "-b"
        taken.add(anchor)
        # Whether an ended rule has ended is not in doubt on its own days.
        force = rule.in_force(today) if when == 0 else True
        view = RuleView(
            rule=rule,
            text=rule_text(law, rule, force),
            anchor=anchor,
            binds=_binds(rule.binds),
            decides=Actor.JAIL in rule.binds,
            condition=tree(rule.condition),
            stays=tuple(stays.get(rule.id, ())),
        )
        found.append((view, when))
    return found


def _binds(actors: frozenset[Actor]) -> str:
    words = [BINDS[actor] for actor in Actor if actor in actors]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _groups(views: Sequence[RuleView]) -> Iterable[Group]:
    for about, heading in ABOUT.items():
        inside = [view for view in views if view.rule.about is about]
        # One person's case before standing policy; must before must not before may.
        inside.sort(
            key=lambda view: (
                view.rule.trigger.value == "standing",
                MODALITY.index(view.rule.modality),
            )
        )
        if inside:
            yield Group(about.value, heading, tuple(inside))


def _stays(
    place: Jurisdiction, library: Mapping[str, Jurisdiction], today: date
) -> dict[str, list[StayView]]:
    found: dict[str, list[StayView]] = defaultdict(list)
    own = {rule.id for rule in place.rules}
    for other in library.values():
        for suspension in other.suspensions:
            if suspension.rule in own and _below(other, place, library):
                found[suspension.rule].append(_stay(other, suspension, library, today))
    return found


def _below(place: Jurisdiction, above: Jurisdiction, library: Mapping[str, Jurisdiction]) -> bool:
    parent = library.get(place.parent or "")
    return parent is not None and (parent.id == above.id or _below(parent, above, library))


def _stay(
    place: Jurisdiction,
    suspension: Suspension,
    library: Mapping[str, Jurisdiction],
    today: date,
) -> StayView:
    home = place
    while home.parent and not any(rule.id == suspension.rule for rule in home.rules):
        home = library[home.parent]
    ended = suspension.last_day is not None and suspension.last_day.latest < today
    begun = suspension.first_day.earliest is None or suspension.first_day.earliest <= today
    return StayView(
        rule=suspension.rule,
        rule_place=home.id,
        for_place=place.id,
        for_name=place.name,
        days=say_days(suspension.first_day, suspension.last_day),
        in_force=begun and not ended,
        sources=tuple(place.sources[source] for source in suspension.source),
    )


def _open(law: LawOfPlace, place: Jurisdiction, now: Sequence[RuleView], today: date) -> Open:
    return Open(
        contests=place.contests,
        to_judge=tuple(view for view in now if view.rule.judge),
        low=tuple(view for view in now if view.rule.confidence == "low"),
        undated=tuple(view for view in now if view.rule.first_day.earliest is None),
        recalled=tuple(s for s in place.sources.values() if s.basis == "recalled"),
        power_unknown=law.hold_power(today) is None and place.parent is not None,
    )
