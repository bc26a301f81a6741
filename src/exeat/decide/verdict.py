"""The verdict alone: the shortest way to an answer, for the gate and for the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from exeat.decide.answer import Certainty, Verdict
from exeat.decide.eligibility import Eligibility, eligibility
from exeat.decide.hold import NOTHING, Standing, active, or_, rule_truth, standing
from exeat.facts.case import Case, zone_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import Never, Truth, aware, bounds, done_by
from exeat.rules.model import Rule
from exeat.rules.place import DayLaw, LawOfPlace, World

__all__ = [
    "HELD",
    "Weighed",
    "cases_of",
    "in_house",
    "lapsed",
    "merge",
    "of_world",
    "overdue_since",
    "owed_before_release",
    "standings",
    "told",
    "verdict",
    "weigh",
    "without_hold",
]

HELD = frozenset({Verdict.MAY_HOLD, Verdict.MUST_HOLD})


def in_house(record: CustodyRecord, at: datetime) -> Truth:
    """Say whether the person is in the facility's custody at an instant in UTC."""
    zone = zone_of(record.zone)
    begun = _by(bounds(record.booked, zone), at)
    left: Truth = False
    if record.release is not None:
        left = _by(bounds(record.release.at, zone), at)
    if begun is False or left is True:
        return False
    return True if begun and left is False else None


def _by(span: tuple[datetime | None, datetime | None], at: datetime) -> Truth:
    early, late = span
    if late is not None and late <= at:
        return True
    return False if early is not None and early > at else None


def cases_of(record: CustodyRecord, day: DayLaw, at: datetime) -> list[Case]:
    """Return one case for each request that is, or may be, on file at an instant in UTC."""
    if not record.detainers:
        return []
    zone = zone_of(record.zone)
    found = [Case(record, d, at, zone, day.hold_power) for d in record.detainers]
    return [case for case in found if case.detainer and active(case.detainer, case) is not False]


def standings(
    law: LawOfPlace, cases: Sequence[Case], eligible: Eligibility, worlds: Sequence[World]
) -> list[Standing]:
    """Return how a hold stands under each way of reading the law, all requests together."""
    found = []
    for world in worlds:
        parts = [standing(law, world, case, eligible) for case in cases]
        if len(parts) == 1:
            found.append(parts[0])
        elif not parts:
            found.append(NOTHING)
        else:
            found.append(
                Standing(
                    or_(*(part.must for part in parts)),
                    or_(*(part.may for part in parts)),
                    or_(*(part.conflict for part in parts)),
                )
            )
    return found


def of_world(stand: Standing) -> Verdict | None:
    """Return the verdict on the hold under one reading, or None where no hold stands."""
    if stand.conflict:
        return Verdict.CONFLICT
    if stand.must:
        return Verdict.MUST_HOLD
    if stand.may and stand.must is False and stand.conflict is False:
        return Verdict.MAY_HOLD
    if stand.may is False and stand.must is False and stand.conflict is False:
        return None
    return Verdict.UNKNOWN


def merge(
    law: LawOfPlace,
    cases: Sequence[Case],
    eligible: Eligibility,
    worlds: Sequence[World],
    verdicts: Sequence[Verdict | None],
) -> tuple[Verdict | None, Certainty]:
    """Return what all readings of the law together say of the hold.

    Where one reading lets the person be kept and on another the time has run out, the
    shorter is the safe bound: no hold stands (None), possibly. Where they differ in anything
    else, such as whether there is any power to hold, counsel must decide.
    """
    different = set(verdicts)
    if len(different) == 1:
        return next(iter(different)), Certainty.CERTAIN
    if Verdict.CONFLICT not in different and Verdict.MUST_HOLD not in different:
        silent = [world for world, verdict in zip(worlds, verdicts, strict=True) if verdict is None]
        ran_out = all(any(lapsed(law, world, case, eligible) for case in cases) for world in silent)
        if silent and ran_out:
            return None, Certainty.POSSIBLE
        if not silent or Verdict.UNKNOWN in different:
            return Verdict.UNKNOWN, Certainty.CERTAIN
    return Verdict.CONFLICT, Certainty.POSSIBLE


def lapsed(law: LawOfPlace, world: World, case: Case, eligible: Eligibility) -> Truth:
    """Say whether a hold on the request would stand under a reading but for the time."""
    return standing(law, world, case, eligible, timed=False).may


@dataclass(frozen=True, slots=True)
class Weighed:
    """The verdict as far as it depends on custody and holds, with what it was worked out from.

    Attributes:
        verdict: ``not-in-custody``, ``in-custody``, ``unknown``, ``may-hold``, ``must-hold``,
            ``conflict``, or None: the person is eligible and nothing lets anybody keep them.
        at: The instant, in UTC.
        cases: One for each request that is, or may be, on file.
        day: The law of the local day.
    """

    verdict: Verdict | None
    certainty: Certainty
    at: datetime
    eligible: Eligibility
    cases: tuple[Case, ...]
    day: DayLaw


def weigh(record: CustodyRecord, law: LawOfPlace, at: datetime) -> Weighed:
    """Return the verdict as far as it depends on custody and holds.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    at = aware(at, "at").astimezone(UTC)
    zone = zone_of(record.zone)
    eligible = eligibility(record, zone)
    day = law.on(at.astimezone(zone).date())
    here = in_house(record, at)
    if here is False:
        return Weighed(Verdict.NOT_IN_CUSTODY, Certainty.CERTAIN, at, eligible, (), day)
    cases = tuple(cases_of(record, day, at))
    due = eligible.reached(at)
    if due is False:
        return Weighed(Verdict.IN_CUSTODY, Certainty.CERTAIN, at, eligible, cases, day)
    if due is None or here is None:
        return Weighed(Verdict.UNKNOWN, Certainty.CERTAIN, at, eligible, cases, day)
    if not cases:
        return Weighed(None, Certainty.CERTAIN, at, eligible, cases, day)
    verdicts = [of_world(stand) for stand in standings(law, cases, eligible, day.worlds)]
    found, certainty = merge(law, cases, eligible, day.worlds, verdicts)
    return Weighed(found, certainty, at, eligible, cases, day)


def verdict(record: CustodyRecord, law: LawOfPlace, at: datetime) -> tuple[Verdict, Certainty]:
    """Return the verdict at an instant, without reasons; `decide` gives the same with them.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "America/New_York",'
        ...     '"booked": "2026-03-02T09:00-05:00", "bases": [{"id": "b", "kind": "charge",'
        ...     '"end": "2026-03-06T17:30-05:00", "ended_by": "bail"}]}'
        ... )
        >>> law = law_of_place("us", shipped())
        >>> verdict(record, law, datetime.fromisoformat("2026-03-06T18:00-05:00"))[0].value
        'release'
    """
    weighed = weigh(record, law, at)
    if weighed.verdict is not None:
        return weighed.verdict, weighed.certainty
    return without_hold(record, law, weighed), weighed.certainty


def without_hold(record: CustodyRecord, law: LawOfPlace, weighed: Weighed) -> Verdict:
    """Return the verdict for a person who is eligible and whom nothing lets anybody keep.

    ``notify-first`` while a notice that must come before release is owed and the person is
    not overdue; ``overdue`` once an authority to hold has run out, or letting the person out
    has taken longer than the setting ``processing``.
    """
    if overdue_since(record, law, weighed) is not None:
        return Verdict.OVERDUE
    if owed_before_release(record, law, weighed):
        return Verdict.NOTIFY_FIRST
    return Verdict.RELEASE


def overdue_since(record: CustodyRecord, law: LawOfPlace, weighed: Weighed) -> datetime | None:
    """Return the end of the last authority if the person is kept past it, else None."""
    at, eligible = weighed.at, weighed.eligible
    assert eligible.latest is not None
    base = eligible.latest
    zone = zone_of(record.zone)
    for detainer in record.detainers:
        if not isinstance(detainer.lifted, Never | None) and done_by(detainer.lifted, at, zone):
            ended = bounds(detainer.lifted, zone)[1]
            # A request that allowed nothing moves nothing when it is lifted.
            if ended is not None and ended > base and _stood(record, law, ended):
                base = ended
    if at - base >= law.processing:
        return base
    for world in weighed.day.worlds:
        if any(lapsed(law, world, case, eligible) for case in weighed.cases):
            return base
    return None


def _stood(record: CustodyRecord, law: LawOfPlace, end: datetime) -> bool:
    """Say whether a hold stood, or may have stood, just before an instant in UTC."""
    return weigh(record, law, end - end.resolution).verdict is not None


def owed_before_release(record: CustodyRecord, law: LawOfPlace, weighed: Weighed) -> list[Rule]:
    """Return the binding notices that are owed before the person leaves."""
    day, at = weighed.day, weighed.at
    owed = []
    cases: Sequence[Case] = weighed.cases
    for rule, force in day.owed:
        cases = cases or [Case(record, None, at, zone_of(record.zone), day.hold_power)]
        if any(rule_truth(law, rule, force, case) for case in cases) and not told(record, rule, at):
            owed.append(rule)
    return owed


def told(record: CustodyRecord, rule: Rule, at: datetime) -> Truth:
    """Say whether the record shows that what a rule asks to be told was told by an instant."""
    if record.notices is None:
        return None
    zone = zone_of(record.zone)
    return or_(
        *(
            done_by(notice.given, at, zone)
            for notice in record.notices
            if notice.kind.value == rule.about.value and notice.to == rule.to
        )
    )
