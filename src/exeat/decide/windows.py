"""The spans in which rules let, or make, somebody keep the person: runs of the timeline."""

from __future__ import annotations

from datetime import datetime

from exeat.decide.answer import Certainty, Window
from exeat.decide.hold import rule_truth
from exeat.decide.timeline import Point, Timeline
from exeat.facts.case import Case
from exeat.facts.times import FAR_PAST, Truth
from exeat.facts.truth import every, negate, some
from exeat.rules.model import Rule
from exeat.rules.place import World

__all__ = ["windows_of"]

_Key = tuple[str, str, bool]
_Span = tuple[datetime | None, datetime | None]


def windows_of(line: Timeline, at: datetime) -> tuple[Window, ...]:
    """Return every window of the stretch without a ground of custody that an instant lies in.

    Each is cut where it is safe: it has begun when it may have begun only where the start is
    not known, and ends when the first limit may have been reached. The same one under several
    readings is told once.
    """
    since = line.point(at).since[0]
    if since <= FAR_PAST or since > at:
        return ()
    end = line.horizon(at)
    found: dict[tuple[_Key, _Span], list[str]] = {}
    rules: dict[str, Rule] = {}
    names = [world.name() for world in line.point(at).day.worlds]
    open_: dict[tuple[_Key, str], datetime] = {}
    last: dict[tuple[_Key, str], datetime] = {}
    for run in line.runs(since, end):
        if run.point.held:
            break  # another ground of custody: the stretch ends with it
        for key, name, rule in _alive(line, run.point):
            rules[rule.id] = rule
            slot = (key, name)
            if last.get(slot) != run.start and slot in open_:
                span = (open_.pop(slot), last[slot])
                found.setdefault((key, span), []).append(name)
            open_.setdefault(slot, run.start)
            last[slot] = run.end
    for (key, name), start in open_.items():
        stop = last[key, name] if last[key, name] < end else None
        found.setdefault((key, (start, stop)), []).append(name)
    windows = []
    for ((rule_id, detainer, known), (begun, over)), readings in found.items():
        everywhere = set(names) <= set(readings)
        sure = Certainty.CERTAIN if known and everywhere else Certainty.POSSIBLE
        some_of = () if everywhere else tuple(readings)
        windows.append(Window(rules[rule_id], detainer, begun, over, sure, some_of, known))
    return tuple(sorted(windows, key=_order))


def _order(window: Window) -> tuple[str, int, str, float]:
    far = float("inf")
    return (
        window.detainer,
        window.rule.level,
        window.rule.id,
        window.end.timestamp() if window.end else far,
    )


def _alive(line: Timeline, point: Point) -> list[tuple[_Key, str, Rule]]:
    """Return the rules that let, or make, somebody keep the person at a point, by reading."""
    found = []
    for world in point.day.worlds:
        for case in point.cases:
            for rule, force in world.grants:
                truth = _lets(line, world, rule, force, case, point)
                if truth is not False:
                    assert case.detainer is not None
                    key = (rule.id, case.detainer.id, truth is True)
                    found.append((key, world.name(), rule))
    return found


def _lets(
    line: Timeline, world: World, rule: Rule, force: Truth, case: Case, point: Point
) -> Truth:
    law, since = line.law, point.since
    truth = rule_truth(law, rule, force, case)
    if truth is False:
        return False
    bounds = world.by_ground[rule.rests_on].over(rule)
    barred = some(rule_truth(law, ban, f, case) for ban, f in bounds if ban.clock is None)
    if barred:
        return False
    limits = [rule] if rule.clock is not None else []
    limits += [
        cap
        for cap, f in bounds
        if cap.clock is not None and rule_truth(law, cap, f, case) is not False
    ]
    over = some(line.reached(limit, case, since) for limit in limits)
    # Where a limit may have been reached the window is over: an unknown lengthens nothing.
    return False if over is not False else every((truth, negate(barred)))
