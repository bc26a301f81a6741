"""`decide`: the answer in full, with its reasons. Pure: no clock, no file, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from exeat.decide.answer import (
    Answer,
    Certainty,
    Check,
    CheckKind,
    Conflict,
    ConflictKind,
    Question,
    Unevaluated,
    Verdict,
)
from exeat.decide.duties import duties_of
from exeat.decide.hold import rule_truth
from exeat.decide.outcome import STANDS
from exeat.decide.questions import asks_of, counsel_of, instructed, questions_of, to_judge
from exeat.decide.reasons import Bites, reasons_of
from exeat.decide.timeline import FIRST, HELD, Point, Timeline, opened
from exeat.decide.verdict import Ruling, ruling
from exeat.decide.windows import windows_of
from exeat.facts.codes import StatusProof
from exeat.facts.openings import Ask
from exeat.facts.record import CustodyRecord, Person
from exeat.facts.times import FAR_FUTURE, FAR_PAST, span
from exeat.rules.model import Jurisdiction, Modality, Rule
from exeat.rules.place import LawOfPlace

__all__ = ["Gist", "decide", "gist"]

_OPENED = {
    Verdict.MUST_HOLD: frozenset(v for v in [None, *Verdict] if v is not Verdict.MUST_HOLD),
    Verdict.MAY_HOLD: frozenset(v for v in [None, *Verdict] if v not in HELD),
}
"""How a hold stands once it has ended: of a command its own end, whatever is allowed after."""


def decide(
    record: CustodyRecord, law: LawOfPlace, at: datetime, *, known_at: datetime | None = None
) -> Answer:
    """Answer whether the person may go, must go, or may be kept, and who must be told first.

    Args:
        record: What is known about the person's custody.
        law: The law of the place; see `exeat.rules.place.law_of_place`.
        at: The instant asked about, with a time zone.
        known_at: Said in the answer where the record is what was known by then
            (`exeat.facts.fold.fold`); None: all that is on record, whenever it was learnt.

    Returns:
        The answer, with the rules that decided, those that could not be evaluated, and the
        questions whose answers would.

    Raises:
        ValueError: ``at`` has no time zone.

    Source: only what the law files of the place say; see `Answer.decided_by`.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "America/Chicago",'
        ...     '"booked": "2026-03-02T09:00-06:00",'
        ...     '"bases": [{"id": "b", "kind": "charge", "end": "never"}]}'
        ... )
        >>> law = law_of_place("us", shipped())
        >>> decide(record, law, datetime.fromisoformat("2026-03-06T18:00-06:00")).verdict.value
        'in-custody'
    """
    line = Timeline(record, law)
    found = ruling(line, at)
    ahead, then = _ahead(line, found)
    until = _until(line, found)
    weighed = _weighed(ahead, then.point)
    duties, options, bans = duties_of(line, found, until)
    contested = _contested(law, weighed)
    early, late = _eligible(found)
    answer = Answer(
        verdict=found.verdict,
        certainty=found.certainty,
        place=law.id,
        at=found.point.at,
        eligible_since=early,
        eligible_latest=late,
        until=until,
        overdue_since=found.overdue.since if found.overdue else None,
        perhaps_must=found.point.perhaps_must,
        known_at=known_at,
        windows=windows_of(ahead, then.point.at) if found.point.house is not False else (),
        duties=duties,
        options=options,
        bans=bans,
        checks=tuple(_checks(line, found, until)),
        questions=_questions(line, found, ahead, then),
        for_counsel=counsel_of(line, found),
        contested=contested,
        conflicts=_conflicts(found, weighed, contested),
        decided_by=_decided_by(line, found, weighed),
        unevaluated=_unevaluated(ahead, then.point, weighed),
        to_judge=to_judge(ahead, then.point, surely=True),
        rests_on=tuple(_rests_on(law)),
    )
    return replace(answer, because=reasons_of(line, found, answer, weighed))


def _eligible(found: Ruling) -> tuple[datetime | None, datetime | None]:
    """Return release eligibility, earliest and latest; None where it is open or lies ahead."""
    early, late = found.point.since
    if found.point.held is True or not FAR_PAST < early <= found.point.at:
        return None, None
    return early, late if late < FAR_FUTURE else None


@dataclass(frozen=True, slots=True)
class Gist:
    """What an audit needs of an answer: on what it rests, and what would make it certain.

    Attributes:
        rules: The rules that decided, and those about the hold that wait.
        readings: The readings under which a hold stands, where they differ.
    """

    rules: tuple[Rule, ...]
    detainers: tuple[str, ...]
    readings: tuple[str, ...]
    asks: tuple[Ask, ...]


def gist(line: Timeline, at: datetime) -> Gist:
    """Return what the answer at an instant rests on, without its reasons.

    It is much shorter than `decide`, which tries every question.
    """
    found = ruling(line, at)
    point = found.point
    weighed = _weighed(line, point)
    rules = {rule.id: rule for rule in _decided_by(line, found, weighed)}
    rules |= {rule.id: rule for rule, truth in weighed if truth is None}
    stands = [STANDS[one] for one in point.sets]
    names = [w.name() for w, s in zip(point.day.worlds, stands, strict=False) if s is not None]
    return Gist(
        tuple(rules[key] for key in sorted(rules)),
        tuple(sorted({case.detainer.id for case in point.cases if case.detainer})),
        tuple(names) if len(set(stands)) > 1 else (),
        asks_of(line, found),
    )


def _ahead(line: Timeline, found: Ruling) -> tuple[Timeline, Ruling]:
    """Return what a release would open: now, or, while a ground runs, when it is scheduled."""
    if found.verdict is not Verdict.IN_CUSTODY:
        return line, found
    leaves = line.record.scheduled_release
    step = span(leaves, line.zone) if leaves is not None else (found.point.at, found.point.at)
    if FAR_PAST in step or FAR_FUTURE in step:
        return line, found
    then = Timeline(line.record, line.law, leaves=step)
    released = ruling(then, max(found.point.at, step[1]))
    return then, Ruling(found.verdict, found.certainty, released.point, None, released.openings)


def _questions(
    line: Timeline, found: Ruling, ahead: Timeline, then: Ruling
) -> tuple[Question, ...]:
    """Return what to ask of what a release would open and, where it is open, of the custody."""
    asked = questions_of(ahead, then)
    if ahead is line or found.certainty is Certainty.CERTAIN:
        return asked
    now = {(q.asks, q.detainer): q for q in (*questions_of(line, found), *asked)}
    return tuple(now.values())


def _until(line: Timeline, found: Ruling) -> datetime | None:
    """Return when the hold must end, or would if it were opened, on the shortest reading."""
    point = found.point
    if found.verdict in HELD:
        return line.until(point, _OPENED[found.verdict])
    if found.verdict in FIRST:
        done = opened(line, point)
        held = done.point(point.at)
        if held.stand in HELD:
            return done.until(held, _OPENED[held.stand])
        return line.until(point, frozenset(v for v in [None, *Verdict] if v is not found.verdict))
    if found.verdict in (Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.CALL_COUNSEL):
        then = instructed(line, point)
        held = then.point(point.at)
        if held.stand in HELD:
            return then.until(held, _OPENED[Verdict.MAY_HOLD])
    return None


def _rests_on(law: LawOfPlace) -> Iterator[Jurisdiction]:
    """Yield each jurisdiction that says anything, a county without a file of its own left out."""
    for place in law.chain:
        if place.adoption or place.rules or place.sources:
            yield place


def _weighed(line: Timeline, point: Point) -> Bites:
    """Return every rule about the hold with whether it bites on any request, limits apart."""
    found: dict[tuple[str, str], tuple[Rule, bool | None]] = {}
    if not point.cases:
        return ()
    for world in point.day.worlds:
        for rule, force in world.rules:
            truths = [rule_truth(line.law, rule, force, case) for case in point.cases]
            best = True if True in truths else None if None in truths else False
            found[(rule.place, rule.id)] = (rule, best)
    return tuple(sorted(found.values(), key=lambda pair: (pair[0].level, pair[0].id)))


_SILENT = frozenset({Verdict.IN_CUSTODY, Verdict.NOT_IN_CUSTODY, Verdict.UNKNOWN})
_NO_HOLD = frozenset({Verdict.RELEASE, Verdict.NOTIFY_FIRST})
_FOR_COUNSEL = frozenset({Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.CALL_COUNSEL})


def _decided_by(line: Timeline, found: Ruling, weighed: Bites) -> tuple[Rule, ...]:
    """Return the rules that bit and that the verdict rests on.

    A ban decides a release by itself; a ceiling decides only where something it bounds stands.
    What waits for counsel, or for an act of the jail, is what such an answer turns on.
    """
    verdict = found.verdict
    if verdict in _SILENT:
        return ()
    if verdict in FIRST:
        weighed = _weighed(line, opened(line, found.point).point(found.point.at))
    if verdict in _FOR_COUNSEL:
        ceiling = Modality.MUST_NOT
        return tuple(
            r
            for r, bites in weighed
            if bites is not False and (r.bans or r.modality is not ceiling)
        )
    bit = [rule for rule, bites in weighed if bites or _perhaps(found, rule, bites)]
    return tuple(rule for rule in bit if verdict not in _NO_HOLD or rule.bans)


def _perhaps(found: Ruling, rule: Rule, bites: bool | None) -> bool:
    """Say whether a command that nothing settles is part of why the office perhaps must hold."""
    return bites is None and found.point.perhaps_must and rule.modality is Modality.MUST


def _unevaluated(line: Timeline, point: Point, weighed: Bites) -> tuple[Unevaluated, ...]:
    found = []
    for rule, truth in weighed:
        if truth is None:
            missing = {
                str(atom)
                for case in point.cases
                for atom in rule.condition.unknowns(case, line.law.in_list)
            }
            found.append(Unevaluated(rule, tuple(sorted(missing))))
    return tuple(found)


def _contested(law: LawOfPlace, weighed: Bites) -> tuple[Conflict, ...]:
    """Return each point on which the sources disagree whose rules bear on this case.

    Both sides are shown whatever a local rule makes of it: who says that the county refused,
    and who says that it was no lawful order, must both find their law here.
    """
    sides: dict[str, list[Rule]] = {}
    for rule, truth in weighed:
        if truth is not False:
            sides.setdefault(rule.reading.split("/")[0], []).append(rule)
    return tuple(
        Conflict(ConflictKind.CONTESTED, tuple(sides[one.id]), one.id, (one.question,))
        for one in law.contests
        if one.id in sides
    )


def _conflicts(
    found: Ruling, weighed: Bites, contested: Sequence[Conflict]
) -> tuple[Conflict, ...]:
    if found.point.certainty is Certainty.POSSIBLE and contested:
        rules = tuple(rule for one in contested for rule in one.rules)
        asks = tuple(text for one in contested for text in one.asks)
        return (Conflict(ConflictKind.SOURCES, rules, asks=asks),)
    if found.verdict is Verdict.CONFLICT:
        against = tuple(
            rule
            for rule, truth in weighed
            if truth is not False and (rule.modality is Modality.MUST or rule.bans)
        )
        return (Conflict(ConflictKind.RULES, against),)
    return ()


def _checks(line: Timeline, found: Ruling, until: datetime | None) -> Iterator[Check]:
    """Yield what must be checked before anybody relies on the answer."""
    if found.verdict is Verdict.NOT_IN_CUSTODY:
        return
    for ground in line.stay.grounds:
        if ground.warrant and ground.runs(found.point.at) is not False:
            yield Check(CheckKind.WARRANT, ground.id)
    if found.point.cases:
        for kind in _claims(line.record.person):
            yield Check(kind, "", _check_end(line, found.point, until))
    for entry in line.record.corrections:
        if entry.disputed:
            yield Check(CheckKind.DISPUTE, entry.of)


def _claims(person: Person) -> Iterator[CheckKind]:
    """Yield what the person says that would end the matter, and nobody has settled."""
    if person.claims_citizenship and person.status_proof is not StatusProof.CITIZENSHIP:
        yield CheckKind.CITIZENSHIP
    if person.disputes_identity:
        yield CheckKind.IDENTITY


def _check_end(line: Timeline, point: Point, until: datetime | None) -> datetime | None:
    """Return by when a claim is to be checked: as long as letting a person out may take."""
    if point.held is not False:
        return None
    end = max(point.at, point.since[0] + line.law.processing)
    return min(end, until) if until is not None else end
