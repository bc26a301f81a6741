"""The law of one place: its chain of jurisdictions, read together, day by day.

No order of loading decides anything here. What binds is told by level (country,
state, county, facility) and by each rule's own days, and a contradiction is left
to stand as one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from exeat.errors import Fault, LawError, near_miss
from exeat.facts.times import Truth
from exeat.facts.truth import some
from exeat.rules._chain import chain_of
from exeat.rules.calendar import FEDERAL, HolidayCalendar
from exeat.rules.clocks import Clock, HoursRun
from exeat.rules.counties import SPLIT_ZONES
from exeat.rules.layer import Removed, lay
from exeat.rules.model import (
    About,
    Actor,
    Contest,
    Day,
    Jurisdiction,
    Modality,
    OffenceList,
    Rule,
    Source,
    Trigger,
    in_force,
)
from exeat.rules.offences import Matcher
from exeat.rules.profile import Profile, WhileUndecided
from exeat.rules.world import Bound, DayLaw, World, worlds_of

__all__ = ["DEFAULT_PROCESSING", "DayLaw", "LawOfPlace", "World", "law_of_place"]

DEFAULT_PROCESSING: Final = timedelta(hours=4)
"""How long letting a person out may take before the desk calls it overdue.

A setting, not law: no sheet states one. Four hours after the sentence's end is the
threshold of the court-ordered Louisville audit (field.md, row 109 of its sources).
"""


@dataclass(frozen=True, eq=False)
class LawOfPlace:
    """The law of one place, for one kind of facility.

    Attributes:
        chain: Highest first: country, state, county.
        actor: The kind of facility whose duties are asked for.
        processing: How long letting a person out may take; see DEFAULT_PROCESSING.
        profile: What the place has answered; its answers are in the chain already.
        removed: The rules that the profile took out, each with who signed that.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> law_of_place("us-wa-pierce", shipped()).chain[-1].name
        'Pierce County, Washington'
    """

    chain: tuple[Jurisdiction, ...]
    actor: Actor = Actor.JAIL
    processing: timedelta = DEFAULT_PROCESSING
    calendar: HolidayCalendar = FEDERAL
    profile: Profile | None = None
    removed: tuple[Removed, ...] = ()
    _days: dict[date, DayLaw] = field(default_factory=dict, repr=False)
    _stretches: dict[int, DayLaw] = field(default_factory=dict, repr=False)
    _least: dict[int, timedelta] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """Return the id of the place: that of the lowest jurisdiction of the chain."""
        return self.chain[-1].id

    @property
    def zone(self) -> str:
        """Return the time zone of the lowest jurisdiction that states one, or "".

        A county without a file of its own in a state of two zones has none: the zone of each
        record is then the only one.
        """
        lowest = self.chain[-1]
        if not lowest.zone and lowest.parent in SPLIT_ZONES:
            return ""
        return next((place.zone for place in reversed(self.chain) if place.zone), "")

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Return every rule of the chain, whatever its days."""
        return tuple(rule for place in self.chain for rule in place.rules)

    @cached_property
    def contests(self) -> tuple[Contest, ...]:
        """Return every contest of the chain."""
        return tuple(contest for place in self.chain for contest in place.contests)

    def hold_power(self, day: date) -> Truth:
        """Return what the lowest that settles the power to hold by a day says.

        That is a jurisdiction of the chain, or the profile over them. Where it is not known
        whether it had settled it by then, and what stands above says otherwise, the power is
        not known.
        """
        power: Truth = None
        for says, first in self._powers:
            settled = True if first is None else in_force(first, None, day)
            if settled is not False:
                power = says if settled or power is says else None
        return power

    @cached_property
    def _powers(self) -> tuple[tuple[bool, Day | None], ...]:
        """Return what each says of the power to hold, and since when, highest first."""
        found = [
            (place.hold_power, place.hold_power_first_day)
            for place in self.chain
            if place.hold_power is not None
        ]
        answered = self.profile.power if self.profile is not None else None
        if answered is not None:
            found.append((answered.answer, answered.first_day))
        return tuple(found)

    def agreement_on(self, day: date) -> Truth:
        """Say whether, by the profile, an agreement under 8 USC 1357(g) covers a hold on a day.

        None where nobody has said. It answers the fact `facility.agreement_287g` where a record
        does not state it.
        """
        return None if self.profile is None else self.profile.agreement_on(day)

    @property
    def undecided(self) -> WhileUndecided | None:
        """Return what to do while counsel has not decided, where the profile says."""
        return None if self.profile is None else self.profile.undecided

    @property
    def serves(self) -> str:
        """Return who serves the person's copy of a request here, where the profile says."""
        serving = None if self.profile is None else self.profile.serving
        return "" if serving is None else serving.who

    def source(self, rule: Rule, source_id: str) -> Source:
        """Return a source that a rule names, from the rule's own file."""
        [place] = [place for place in self.chain if place.id == rule.place]
        return place.sources[source_id]

    @cached_property
    def in_list(self) -> Matcher:
        """Return the matcher of the chain's offence lists."""
        return _matcher(self)

    @cached_property
    def _versions(self) -> dict[tuple[str, str], list[Rule]]:
        versions: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.rules:
            versions.setdefault((rule.place, rule.id), []).append(rule)
        return {key: found for key, found in versions.items() if len(found) > 1}

    def limit(self, rule: Rule, day: date) -> Clock | None:
        """Return the limit of time that a rule sets where release was due on a day.

        It is that of the version in force on that day: a new text does not start the hours of
        an old one again. A rule that had no version then sets its own.
        """
        for version in self._versions.get((rule.place, rule.id), ()):
            if version.in_force(day) and version.modality is rule.modality:
                return version.clock
        return rule.clock

    @cached_property
    def clocks(self) -> tuple[Clock, ...]:
        """Return each limit of time that any rule of the chain sets on a hold, once."""
        found = {
            rule.clock: None
            for rule in self.rules
            if rule.about is About.HOLD
            and rule.clock is not None
            and rule.clock.hours_run is not HoursRun.BEFORE_RELEASE
        }
        return tuple(found)

    @cached_property
    def look_backs(self) -> tuple[int, ...]:
        """Return in how many years a conviction grows too old for some rule, each once."""
        years = {atom.within_years for rule in self.rules for atom in rule.condition.atoms()}
        return tuple(sorted(years - {0}))

    def least_hours(self, rule: Rule) -> timedelta:
        """Return hours from eligibility before which no version of a rule has run out.

        None that would be wrong: zero where a version counts from another event, or to the
        end of a day.
        """
        found = self._least.get(id(rule))
        if found is None:
            clocks = [v.clock for v in self._versions.get((rule.place, rule.id), [rule])]
            hours = [
                clock.hours
                if clock and clock.hours and clock.hours_run is HoursRun.FROM_RELEASE_ELIGIBILITY
                else 0
                for clock in clocks
            ]
            found = self._least[id(rule)] = timedelta(hours=min(hours))
        return found

    @cached_property
    def turning_days(self) -> tuple[date, ...]:
        """Return every day, in order, on which the law may turn.

        The first day of a rule, of a suspension, of a say on the power to hold and of an
        agreement, and the day after the last, as early and as late as they can be.
        """
        spans: list[tuple[Day | None, Day | None]] = [(r.first_day, r.last_day) for r in self.rules]
        spans += [(s.first_day, s.last_day) for place in self.chain for s in place.suspensions]
        spans += [(first, None) for _, first in self._powers]
        if self.profile is not None:
            spans += [(a.first_day, a.last_day) for a in self.profile.agreements]
        turns: set[date] = set()
        for first, last in spans:
            turns.update(_ends(first))
            turns.update(day + timedelta(days=1) for day in _ends(last) if day < date.max)
        return tuple(sorted(turns))

    def on(self, day: date) -> DayLaw:
        """Return the law of a local calendar day.

        Worked out once for all days between two on which anything turns, and kept.
        """
        known = self._days.get(day)
        if known is None:
            stretch = bisect_right(self.turning_days, day)
            if stretch not in self._stretches:
                self._stretches[stretch] = _day_law(self, day)
            known = self._days[day] = self._stretches[stretch]
        return known


def _ends(day: Day | None) -> list[date]:
    return [] if day is None else [end for end in (day.earliest, day.latest) if end is not None]


def _matcher(law: LawOfPlace) -> Matcher:
    lists: dict[str, OffenceList] = {}
    for place in law.chain:
        lists.update(place.lists)
    return Matcher(lists)


def _day_law(law: LawOfPlace, day: date) -> DayLaw:
    live = list(_live(law, day))
    about_hold = [
        (r, f) for r, f in live if r.about is About.HOLD and r.trigger is Trigger.ELIGIBLE
    ]
    others = tuple((r, f) for r, f in live if (r, f) not in about_hold)
    owed = tuple(
        (rule, force)
        for rule, force in others
        if rule.trigger is Trigger.RELEASE and rule.modality is Modality.MUST
    )
    return DayLaw(
        day,
        worlds_of(law.contests, about_hold),
        others,
        law.hold_power(day),
        owed,
        law.agreement_on(day),
    )


def _live(law: LawOfPlace, day: date) -> Iterator[Bound]:
    """Yield the rules that bind the house in one person's case, and may be in force."""
    suspended = _suspended(law, day)
    for rule in law.rules:
        if law.actor not in rule.binds or rule.trigger is Trigger.STANDING:
            continue
        force = rule.in_force(day)
        stayed = suspended.get((rule.place, rule.id), False)
        if force is not False and stayed is not True:
            # An order that perhaps stays a rule leaves open whether it is in force.
            yield rule, None if stayed is None else force


def _suspended(law: LawOfPlace, day: date) -> dict[tuple[str, str], Truth]:
    """Say which rules, by place and id, an order of a court switches off on a day.

    An order names a rule of the nearest jurisdiction above that has one of that id. Several
    orders about one rule are read together.
    """
    spans: dict[tuple[str, str], list[Truth]] = {}
    for index, place in enumerate(law.chain):
        for s in place.suspensions:
            holders = [p.id for p in law.chain[:index] if any(r.id == s.rule for r in p.rules)]
            for holder in holders[-1:]:
                span = in_force(s.first_day, s.last_day, day)
                spans.setdefault((holder, s.rule), []).append(span)
    return {key: some(found) for key, found in spans.items()}


def law_of_place(
    place_id: str,
    library: Mapping[str, Jurisdiction],
    *,
    actor: Actor = Actor.JAIL,
    processing: timedelta = DEFAULT_PROCESSING,
    profile: Profile | None = None,
) -> LawOfPlace:
    """Return the law of a place: its chain, highest first, with its profile laid over it.

    Args:
        place_id: Such as ``us-va-fairfax``, or a county's code, such as ``39049``.
        library: Jurisdictions by id.
        actor: The kind of facility.
        processing: How long letting a person out may take.
        profile: What the place has answered; see `exeat.rules.profile`.

    Raises:
        LawError: The place, or a parent of it, is not in the library; the profile is that of
            another place; or a rule names a reading, list or parent's rule that the chain does
            not have.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> law = law_of_place("39049", shipped())
        >>> law.id, law.chain[-1].name
        ('us-oh-39049', 'Franklin County, Ohio')
    """
    chain = chain_of(place_id, library)
    if profile is None:
        law = LawOfPlace(chain, actor, processing)
    else:
        if profile.id != chain[-1].id:
            raise LawError.one(
                "E226",
                profile.file or "profile",
                f"is for `{profile.id}`, and the place is `{chain[-1].id}`",
                "Give the profile of that place.",
            )
        laid = lay(chain, profile)
        law = LawOfPlace(laid.chain, actor, processing, profile=profile, removed=laid.removed)
    _check_chain(law)
    return law


def _check_chain(law: LawOfPlace) -> None:
    faults = [fault for place in law.chain for fault in (*_unread(law, place), *_idle(law, place))]
    if faults:
        raise LawError(faults)


def _unread(law: LawOfPlace, place: Jurisdiction) -> Iterator[Fault]:
    """Yield each reading and each list that a rule names and the chain does not have."""
    readings = {f"{c.id}/{r.id}" for c in law.contests for r in c.readings}
    lists = law.in_list.lists
    for rule in place.rules:
        where = f"{place.file}:{rule.line}"
        if rule.reading and rule.reading not in readings:
            near = near_miss(rule.reading, sorted(readings))
            message = f"no reading `{rule.reading}` in the chain"
            yield Fault("E221", where, message, f"Name one.{near}")
        for atom in rule.condition.atoms():
            if atom.list_id and atom.list_id not in lists:
                near = near_miss(atom.list_id, sorted(lists))
                message = f"no offence list `{atom.list_id}`"
                yield Fault("E222", where, message, f"Add it.{near}")


def _idle(law: LawOfPlace, place: Jurisdiction) -> Iterator[Fault]:
    """Yield each order of a court that suspends a rule which no parent has."""
    above = law.chain[: law.chain.index(place)]
    parents = {rule.id for one in above for rule in one.rules}
    for suspension in place.suspensions:
        if suspension.rule not in parents:
            near = near_miss(suspension.rule, sorted(parents))
            where = f"{place.file}:{suspension.line}"
            message = f"suspends `{suspension.rule}`, which no parent has"
            yield Fault("E223", where, message, f"Name a parent's rule.{near}")
