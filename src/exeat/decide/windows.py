"""The spans in which rules let, or make, somebody keep the person, and their safe end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from exeat.decide.answer import Certainty, Window
from exeat.decide.eligibility import Eligibility
from exeat.decide.hold import clock_start, limit_of, rule_truth
from exeat.facts.case import Case, zone_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import Truth, bounds
from exeat.rules.clocks import deadline
from exeat.rules.model import Modality, RestsOn, Rule
from exeat.rules.place import LawOfPlace, World

__all__ = ["first_lapse", "safe_end", "windows_of"]


def windows_of(
    law: LawOfPlace,
    worlds: Sequence[World],
    cases: Sequence[Case],
    eligible: Eligibility,
    record: CustodyRecord,
) -> tuple[Window, ...]:
    """Return every window, the same one under several readings once.

    Before eligibility the windows are those that would open at the scheduled release.
    """
    expected = _expected(eligible, record)
    if expected is None:
        return ()
    found: dict[tuple[str, str, datetime | None, datetime | None, bool], list[str]] = {}
    rules: dict[str, Rule] = {}
    for world in worlds:
        for case in cases:
            for rule, truth in _grants(law, world, case):
                start, end = _span(law, world, rule, case, expected)
                if end is not None and start is not None and end <= start:
                    continue
                assert case.detainer is not None
                rules[rule.id] = rule
                key = (rule.id, case.detainer.id, start, end, truth is True)
                found.setdefault(key, []).append(world.name())
    windows = []
    for (rule_id, detainer, start, end, certain), names in found.items():
        everywhere = len(names) == len(worlds)
        sure = Certainty.CERTAIN if certain and everywhere else Certainty.POSSIBLE
        readings = () if everywhere else tuple(names)
        windows.append(Window(rules[rule_id], detainer, start, end, sure, readings, certain))
    return tuple(sorted(windows, key=_order))


def _order(window: Window) -> tuple[str, int, str, datetime]:
    far = datetime.max.replace(tzinfo=UTC)
    return window.detainer, window.rule.level, window.rule.id, window.end or far


def _expected(eligible: Eligibility, record: CustodyRecord) -> Eligibility | None:
    """Return eligibility, or for somebody still in custody the scheduled release in its place."""
    if not eligible.running and eligible.earliest is not None:
        return eligible
    if record.scheduled_release is None:
        return None
    early, late = bounds(record.scheduled_release, zone_of(record.zone))
    return Eligibility(early, late, (), (), ())


def _grants(law: LawOfPlace, world: World, case: Case) -> list[tuple[Rule, Truth]]:
    """Return the rules that allow or command a hold and that no ban surely shuts out."""
    banned = {
        ground
        for ground in RestsOn
        for rule, force in world.bans
        if rule.rests_on is ground and rule_truth(law, rule, force, case) is True
    }
    found: list[tuple[Rule, Truth]] = []
    for rule, force in (*world.musts, *world.mays):
        truth = rule_truth(law, rule, force, case)
        if truth is not False and rule.rests_on not in banned:
            found.append((rule, truth))
    return found


def _span(
    law: LawOfPlace, world: World, rule: Rule, case: Case, eligible: Eligibility
) -> tuple[datetime | None, datetime | None]:
    """Return the span of one rule: the safe one where the start is not exactly known."""
    start = eligible.earliest
    ends = []
    limits = [rule] if rule.clock is not None else []
    limits += [
        cap
        for cap, force in world.caps
        if cap.rests_on is rule.rests_on and rule_truth(law, cap, force, case) is not False
    ]
    for limit in limits:
        clock = limit_of(law, limit, case, eligible)
        begun = clock_start(clock, case, eligible)[0]
        if begun is not None:
            ends.append(deadline(begun, clock, case.zone, law.calendar).astimezone(UTC))
    if rule.last_day is not None:
        after = rule.last_day.latest + timedelta(days=1)
        if not _goes_on(law, rule, after, case):
            ends.append(datetime.combine(after, time(0), case.zone).astimezone(UTC))
    return start, min(ends) if ends else None


def _goes_on(law: LawOfPlace, rule: Rule, day: date, case: Case) -> bool:
    """Say whether a later version of the rule, which bites as well, begins on that day."""
    return any(
        (other.place, other.id) == (rule.place, rule.id)
        and other.first_day.earliest == other.first_day.latest == day
        # What was allowed and is now commanded goes on as well.
        and (other.modality is rule.modality or _commanded_now(rule, other))
        and other.judge is rule.judge
        and other.condition.truth(case, law.in_list) is True
        for other in law.rules
    )


def _commanded_now(rule: Rule, later: Rule) -> bool:
    return rule.modality is Modality.MAY and later.modality is Modality.MUST


def safe_end(windows: Sequence[Window], at: datetime) -> datetime | None:
    """Return when a hold that stands now must end at the latest to be safe on every reading.

    It is the longest authority under each reading, and of the readings the shortest; None
    where a rule on a judge's warrant sets no end. A window whose condition is not known to be
    true lengthens nothing.
    """
    windows = [window for window in windows if window.known]
    by_reading: dict[str, list[datetime | None]] = {}
    everywhere = [w.end for w in windows if not w.readings and _covers(w, at)]
    for window in windows:
        for reading in window.readings:
            by_reading.setdefault(reading, [])
            if _covers(window, at):
                by_reading[reading].append(window.end)
    ends = [_longest([*own, *everywhere]) for own in by_reading.values() if [*own, *everywhere]]
    if not by_reading and everywhere:
        ends = [_longest(everywhere)]
    known = [end for end in ends if end is not None]
    return min(known) if known else None


def first_lapse(windows: Sequence[Window], at: datetime) -> datetime | None:
    """Return when the last authority ended on the reading on which that was first."""
    standing = {reading for w in windows if _covers(w, at) for reading in w.readings}
    everywhere = [w.end for w in windows if not w.readings and not _covers(w, at)]
    by_reading: dict[str, list[datetime | None]] = {}
    for window in windows:
        for reading in window.readings:
            if reading not in standing:
                by_reading.setdefault(reading, list(everywhere)).append(window.end)
    lists = list(by_reading.values()) or ([everywhere] if everywhere else [])
    ends = [end for end in map(_longest, lists) if end is not None]
    return min(ends) if ends else None


def _covers(window: Window, at: datetime) -> bool:
    return window.end is None or window.end > at


def _longest(ends: Sequence[datetime | None]) -> datetime | None:
    return None if None in ends else max(end for end in ends if end is not None)
