"""`decide`: the answer in full, with its reasons. Pure: no clock, no file, no network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exeat.decide.answer import (
    Answer,
    Certainty,
    Conflict,
    Unevaluated,
    Verdict,
    Window,
)
from exeat.decide.duties import duties_of
from exeat.decide.eligibility import Eligibility
from exeat.decide.hold import rule_truth
from exeat.decide.questions import questions_of
from exeat.decide.reasons import Bites, reasons_of
from exeat.decide.verdict import (
    HELD,
    of_world,
    overdue_since,
    standings,
    weigh,
    without_hold,
)
from exeat.decide.windows import first_lapse, safe_end, windows_of
from exeat.facts.case import Case
from exeat.facts.record import CustodyRecord
from exeat.rules.model import Adoption, Modality, Rule
from exeat.rules.place import LawOfPlace, World

__all__ = ["decide"]


def decide(record: CustodyRecord, law: LawOfPlace, at: datetime) -> Answer:
    """Answer whether the person may go, must go, or may be kept, and who must be told first.

    Args:
        record: What is known about the person's custody.
        law: The law of the place; see `exeat.rules.place.law_of_place`.
        at: The instant asked about, with a time zone.

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
    weighing = weigh(record, law, at)
    at, eligible, cases, day = weighing.at, weighing.eligible, weighing.cases, weighing.day
    certainty = weighing.certainty
    verdict = weighing.verdict or without_hold(record, law, weighing)
    windows = windows_of(law, day.worlds, cases, eligible, record)
    duties, options = duties_of(record, law, day, cases, at, verdict)
    weighed = _weighed(law, day.worlds, cases)
    decided = _decided_by(weighed, verdict)
    since = overdue_since(record, law, weighing) if verdict is Verdict.OVERDUE else None
    contested = frozenset[str]()
    if certainty is Certainty.POSSIBLE:
        contested = _contested(law, day.worlds, cases, eligible)
    conflicts = _conflicts(law, verdict, certainty, weighed, contested)
    return Answer(
        verdict=verdict,
        certainty=certainty,
        place=law.id,
        at=at,
        eligible_since=eligible.earliest if not eligible.running else None,
        eligible_latest=eligible.latest,
        until=_until(windows, verdict, at) if verdict in HELD else None,
        overdue_since=_lapse(windows, since, at, certainty),
        because=reasons_of(record, law, verdict, certainty, eligible, windows, weighed, duties, at),
        windows=windows,
        duties=duties,
        options=options,
        questions=questions_of(record, law, verdict, eligible, day, cases),
        conflicts=conflicts,
        decided_by=decided,
        unevaluated=_unevaluated(law, weighed, cases),
        to_judge=_to_judge(law, day.worlds, cases),
        rests_on=tuple((place.id, _rests_on(place.adoption)) for place in law.chain),
    )


def _rests_on(adoption: Adoption | None) -> str:
    return f"adopted by {adoption.by} on {adoption.on}" if adoption else "research"


def _weighed(
    law: LawOfPlace, worlds: Sequence[World], cases: Sequence[Case]
) -> tuple[tuple[Rule, bool | None], ...]:
    """Return every rule about the hold with whether it bites on any request, limits apart."""
    found: dict[tuple[str, str], tuple[Rule, bool | None]] = {}
    for world in worlds:
        for rule, force in (*world.musts, *world.mays, *world.bans, *world.caps):
            truths = [rule_truth(law, rule, force, case) for case in cases]
            best = True if True in truths else None if None in truths else False
            found[(rule.place, rule.id)] = (rule, best)
    return tuple(sorted(found.values(), key=lambda pair: (pair[0].level, pair[0].id)))


def _decided_by(weighed: Bites, verdict: Verdict) -> tuple[Rule, ...]:
    """Return the rules that bit and that the verdict rests on.

    A ban decides a release by itself; a ceiling decides only where something it bounds stands.
    """
    if verdict in (Verdict.IN_CUSTODY, Verdict.NOT_IN_CUSTODY, Verdict.UNKNOWN):
        return ()
    bit = [rule for rule, truth in weighed if truth]
    if verdict in (Verdict.RELEASE, Verdict.NOTIFY_FIRST):
        return tuple(rule for rule in bit if _bans(rule))
    return tuple(bit)


def _bans(rule: Rule) -> bool:
    """Say whether a rule forbids the hold by itself; with a clock it is only a ceiling."""
    return rule.modality is Modality.MUST_NOT and rule.clock is None


def _unevaluated(law: LawOfPlace, weighed: Bites, cases: Sequence[Case]) -> tuple[Unevaluated, ...]:
    found = []
    for rule, truth in weighed:
        if truth is None:
            missing = {
                str(atom) for case in cases for atom in rule.condition.unknowns(case, law.in_list)
            }
            found.append(Unevaluated(rule, tuple(sorted(missing))))
    return tuple(found)


def _to_judge(law: LawOfPlace, worlds: Sequence[World], cases: Sequence[Case]) -> tuple[Rule, ...]:
    """Return the rules that a person must judge and whose machine part is true."""
    found: dict[str, Rule] = {}
    for world in worlds:
        for rule, _ in (*world.musts, *world.mays, *world.bans, *world.caps):
            if rule.judge and any(rule.condition.truth(case, law.in_list) for case in cases):
                found[rule.id] = rule
    return tuple(found[key] for key in sorted(found))


def _conflicts(
    law: LawOfPlace,
    verdict: Verdict,
    certainty: Certainty,
    weighed: Bites,
    contested: frozenset[str],
) -> tuple[Conflict, ...]:
    bite = tuple(rule for rule, truth in weighed if truth)
    if certainty is Certainty.POSSIBLE:
        questions = [contest.question for contest in law.contests if contest.id in contested]
        sides = tuple(r for r, truth in weighed if truth is not False and _of(r) in contested)
        return (Conflict("The sources disagree: " + " ".join(questions), sides or bite),)
    if verdict is Verdict.CONFLICT:
        against = tuple(r for r in bite if r.modality is Modality.MUST or _bans(r))
        return (Conflict("One binding rule commands the hold and another forbids it.", against),)
    return ()


def _of(rule: Rule) -> str:
    return rule.reading.split("/")[0]


def _contested(
    law: LawOfPlace, worlds: Sequence[World], cases: Sequence[Case], eligible: Eligibility
) -> frozenset[str]:
    """Return the contested points on which the answer turns: those whose reading changes it."""
    said = {
        world.readings: of_world(stand)
        for world, stand in zip(worlds, standings(law, cases, eligible, worlds), strict=True)
    }
    return frozenset(
        contest
        for one, first in said.items()
        for other, second in said.items()
        if first != second and len(set(one) - set(other)) == 1
        for contest, _ in set(one) - set(other)
    )


def _until(windows: Sequence[Window], verdict: Verdict, at: datetime) -> datetime | None:
    """Return when the hold must end; of a command its own end, whatever is allowed after it."""
    if verdict is Verdict.MUST_HOLD:
        windows = [w for w in windows if w.rule.modality is Modality.MUST]
    return safe_end(windows, at)


def _lapse(
    windows: Sequence[Window], since: datetime | None, at: datetime, certainty: Certainty
) -> datetime | None:
    """Return since when the person is overdue: the end of the last authority, if later.

    Where the readings differ, it is the end on the shortest; once they agree, on the longest,
    because only since then is it sure.
    """
    if since is None:
        return None
    if certainty is Certainty.POSSIBLE:
        return max(since, first_lapse(windows, at) or since)
    return max([since, *(w.end for w in windows if w.end is not None and w.end <= at)])
