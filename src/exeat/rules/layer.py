"""A profile laid over the law of a place, so that no decision needs to know of profiles.

Rules that counsel has judged become plain or fall away, a chosen reading leaves one world,
completed lists are complete, and policies become rules that are marked as policy. What is not
decided stays as the law files have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from exeat.errors import Fault, near_miss
from exeat.rules._policies import policies, signed_source
from exeat.rules.conditions import All, Atom, Condition
from exeat.rules.model import Adoption, Contest, Jurisdiction, OffenceList, Rule, Source
from exeat.rules.profile import Judged, Profile, Signature, asked

__all__ = ["Laid", "Removed", "lay", "stale"]


@dataclass(frozen=True, slots=True)
class Removed:
    """A rule that the profile took out of the law of a place: who signed that, and why."""

    rule: Rule
    signed: Signature
    why: str


@dataclass(frozen=True, slots=True)
class Laid:
    """A chain with a profile over it."""

    chain: tuple[Jurisdiction, ...]
    removed: tuple[Removed, ...]


def lay(chain: tuple[Jurisdiction, ...], profile: Profile) -> Laid:
    """Lay a profile over a chain.

    Args:
        chain: Highest first; the last is the place whose profile it is.
        profile: What the place has answered.
    """
    # A reading that the law no longer has is no answer any more: it takes nothing away.
    known = {
        (contest.id, one.id) for p in chain for contest in p.contests for one in contest.readings
    }
    chosen = tuple(one for one in profile.readings if (one.contest, one.reading) in known)
    profile = replace(profile, readings=chosen)
    removed: list[Removed] = []
    laid = [_place(place, profile, removed) for place in chain]
    laid[-1] = _lowest(laid[-1], profile)
    return Laid(tuple(laid), tuple(removed))


def _place(place: Jurisdiction, profile: Profile, removed: list[Removed]) -> Jurisdiction:
    sources: dict[str, Source] = {}
    rules = []
    for rule in place.rules:
        judged = next((answer for answer in profile.judged if answer.judges(rule)), None)
        gone = _gone(rule, judged, profile)
        if gone is not None:
            removed.append(gone)
        elif judged is not None:
            source = signed_source(f"judged-{rule.id}", judged.signed, "This rule applies here.")
            sources[source.id] = source
            rules.append(_plain(rule, judged, source))
        else:
            rules.append(rule)
    return replace(
        place,
        rules=tuple(rules),
        contests=tuple(_contest(contest, profile) for contest in place.contests),
        lists={name: _completed(one, profile) for name, one in place.lists.items()},
        sources=place.sources | sources,
    )


def _gone(rule: Rule, judged: Judged | None, profile: Profile) -> Removed | None:
    if judged is not None and not judged.applies:
        return Removed(rule, judged.signed, "does not apply here")
    contest, _, reading = rule.reading.partition("/")
    for chosen in profile.readings:
        if reading and chosen.contest == contest and chosen.reading != reading:
            return Removed(rule, chosen.signed, f"`{contest}` is read as `{chosen.reading}` here")
    return None


_WARRANT: Final = Atom("warrant.administrative")
_SERVED: Final = Atom("detainer.served")


def _plain(rule: Rule, judged: Judged, source: Source) -> Rule:
    more = [_WARRANT] if judged.needs_warrant else []
    more += [_SERVED] if judged.needs_service else []
    named = {str(atom) for atom in rule.condition.atoms()}
    own = rule.condition.parts if isinstance(rule.condition, All) else (rule.condition,)
    added: list[Condition] = [atom for atom in more if str(atom) not in named]
    return replace(
        rule,
        judge=False,
        unread=False,
        condition=All((*own, *added)) if added else rule.condition,
        first_day=judged.first_day or rule.first_day,
        source=(*rule.source, source.id),
    )


def _contest(contest: Contest, profile: Profile) -> Contest:
    for chosen in profile.readings:
        if chosen.contest == contest.id:
            kept = tuple(r for r in contest.readings if r.id == chosen.reading)
            return replace(contest, readings=kept)
    return contest


def _completed(offences: OffenceList, profile: Profile) -> OffenceList:
    for answer in profile.lists:
        if answer.list == offences.id:
            added = tuple(s for s in answer.statutes if s not in offences.statutes)
            complete = offences.complete or answer.complete
            return replace(offences, statutes=offences.statutes + added, complete=complete)
    return offences


def _lowest(place: Jurisdiction, profile: Profile) -> Jurisdiction:
    own = policies(place, profile)
    sources = place.sources | {source.id: source for source, _ in own}
    rules = place.rules + tuple(rule for _, made in own for rule in made)
    power = profile.power
    if power is not None:
        says = "Officers here have" if power.answer else "Officers here do not have"
        source = signed_source("power", power.signed, f"{says} the power to hold.")
        sources[source.id] = source
        # What the file says stays: it stands on the days before the answer's first.
        place = replace(place, hold_power_source=(*place.hold_power_source, source.id))
    signatures = profile.signatures()
    if not place.file and signatures:
        last = max(signatures, key=lambda signed: signed.on)
        note = "The profile of this place; the law above it is as its own files say."
        adoption = Adoption(last.by, last.title, last.on.isoformat(), "", note)
        place = replace(place, adoption=adoption)
    if not place.file:
        note = "What this place has answered. Else it answers by the law of the state above."
        place = replace(place, name=profile.name or place.name, note=note)
    return replace(place, sources=sources, rules=rules)


def stale(chain: tuple[Jurisdiction, ...], profile: Profile) -> Iterator[Fault]:
    """Yield what a profile answers that its law no longer asks, or never did.

    Args:
        chain: The law of the place without the profile.
        profile: What the place has answered.
    """
    where = profile.file or "profile"
    yield from _stale_judgements(where, [rule for p in chain for rule in p.rules], profile)
    yield from _stale_readings(where, [c for p in chain for c in p.contests], profile)
    yield from _stale_lists(where, sorted(name for p in chain for name in p.lists), profile)


def _stale_judgements(where: str, rules: Sequence[Rule], profile: Profile) -> Iterator[Fault]:
    askable = sorted({rule.id for rule in rules if asked(rule)})
    for answer in profile.judged:
        place = f"{where}, question 2 (judged `{answer.rule}`)"
        if answer.rule not in askable:
            help = f"Take the answer out.{near_miss(answer.rule, askable)}"
            message = "no rule of this place with that id waits for a person's judgement"
            yield Fault("E227", place, message, help)
        elif not any(answer.judges(rule) for rule in rules):
            message = "the rule says something else than what was judged: it is undecided again"
            yield Fault("E227", place, message, "Read it anew, and answer again.")


def _stale_readings(where: str, contests: Iterable[Contest], profile: Profile) -> Iterator[Fault]:
    readings = {contest.id: [one.id for one in contest.readings] for contest in contests}
    for chosen in profile.readings:
        place = f"{where}, question 6 (reading `{chosen.contest}`)"
        if chosen.reading not in readings.get(chosen.contest, []):
            known = readings.get(chosen.contest) or sorted(readings)
            named = chosen.reading if chosen.contest in readings else chosen.contest
            help = f"Use one of {', '.join(known)}." if known else "Take the answer out."
            yield Fault("E227", place, f"`{named}` is not known in the law of this place", help)


def _stale_lists(where: str, lists: Sequence[str], profile: Profile) -> Iterator[Fault]:
    for listed in profile.lists:
        if listed.list not in lists:
            place = f"{where}, question 8 (list `{listed.list}`)"
            help = f"Take the answer out.{near_miss(listed.list, lists)}"
            yield Fault("E227", place, "no rule of this place names that list", help)
