"""The facts that would decide, each with what every answer to it would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from exeat.decide.answer import Change, Question, Verdict
from exeat.decide.openings import of_the_custody, of_the_hold, opened_by_the_form
from exeat.decide.timeline import Point, Settled, Timeline
from exeat.decide.verdict import Ruling, ruling
from exeat.facts.openings import Ask, AskKind, Opening
from exeat.facts.times import Truth
from exeat.rules.model import Modality, Rule
from exeat.rules.place import LawOfPlace

__all__ = ["asks_of", "counsel_of", "instructed", "questions_of", "to_judge"]

_POWER = "place.hold_power"
_LISTS = frozenset({AskKind.CHARGED, AskKind.CONVICTED})
_FOR_COUNSEL = frozenset(
    {Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.CALL_COUNSEL, Verdict.MAY_HOLD, Verdict.CONFLICT}
)


def questions_of(line: Timeline, found: Ruling) -> tuple[Question, ...]:
    """Return what to ask, each question once; one whose answers change nothing is not asked."""
    own = list(of_the_hold(line, found))
    deeper = opened_by_the_form(line, found.point.at, own)
    asked: dict[tuple[Ask, str], Question] = {}
    idle: list[Question] = []
    for opening in (*own, *deeper, *of_the_custody(line, found.point)):
        ask = _ask(line.law, opening)
        if (ask, opening.detainer) in asked:
            continue
        question = Question(
            opening.field if opening.kind in _LISTS else opening.fact,
            ask,
            opening.detainer,
            _waiting(line, found.point, opening),
            _changes(line, found, opening),
        )
        if len(question.changes) > 1:
            asked[ask, opening.detainer] = question
        else:
            idle.append(question)
    if not asked and found.verdict is Verdict.UNKNOWN:
        return tuple(idle[:1])  # no answer decides by itself: begin with one
    return tuple(asked.values())


def asks_of(line: Timeline, found: Ruling) -> tuple[Ask, ...]:
    """Return what the record leaves open that may decide, whatever each answer would change.

    For the audit, which lists what a record would have to say; at the desk each question is
    tried first (`questions_of`).
    """
    openings = (*of_the_hold(line, found), *of_the_custody(line, found.point))
    asked = [_ask(line.law, opening) for opening in openings]
    if any(_asks_power(line, found.point)):
        asked.append(Ask(AskKind.FACT, _POWER))
    return tuple(dict.fromkeys(asked))


def _changes(line: Timeline, found: Ruling, opening: Opening) -> tuple[Change, ...]:
    by_verdicts: dict[tuple[Verdict, ...], list[str | datetime]] = {}
    for way in opening.ways:
        verdicts = _reach(line.of(way.record), found.point.at)
        by_verdicts.setdefault(verdicts, []).append(way.says)
    return tuple(Change(tuple(says), verdicts) for verdicts, says in by_verdicts.items())


def _reach(line: Timeline, at: datetime) -> tuple[Verdict, ...]:
    """Return every verdict that a record can still come to."""
    stands = line.reach(at)
    if len(stands) == 1:
        return (ruling(line, at).verdict,)
    # Where a release is only one of several, what comes before the door is not told yet.
    verdicts = {Verdict.RELEASE if stand is None else stand for stand in stands}
    return tuple(verdict for verdict in Verdict if verdict in verdicts)


def _ask(law: LawOfPlace, opening: Opening) -> Ask:
    """Return the question of an opening; of an offence list, with its citation."""
    if opening.kind is AskKind.FACT:
        return Ask(AskKind.FACT, opening.fact)
    if opening.kind in _LISTS:
        return Ask(opening.kind, opening.about, law.in_list.lists[opening.about].citation)
    return Ask(opening.kind, opening.about)


def _waiting(line: Timeline, point: Point, opening: Opening) -> tuple[str, ...]:
    """Return the rules that wait for a fact."""
    found = set()
    for case in point.cases:
        if opening.detainer and (case.detainer is None or case.detainer.id != opening.detainer):
            continue
        for rules in (*(world.rules for world in point.day.worlds), point.day.others):
            for rule, _ in rules:
                for atom in rule.condition.unknowns(case, line.law.in_list):
                    if atom.fact == opening.fact:
                        found.add(rule.id)
    return tuple(sorted(found))


# -- for counsel --------------------------------------------------------------------------------


def counsel_of(line: Timeline, found: Ruling) -> tuple[Question, ...]:
    """Return what only counsel can settle about the hold, with what each answer would change."""
    if found.verdict not in _FOR_COUNSEL:
        return ()
    asked = []
    waiting = sorted({rule.id for rule in _asks_power(line, found.point)})
    if waiting:
        ways = ("yes", Settled(power=True)), ("no", Settled(power=False))
        changes = _settling(line, found, ways)
        asked.append(Question(_POWER, Ask(AskKind.FACT, _POWER), "", tuple(waiting), changes))
    for rule in to_judge(line, found.point):
        ways = ("applies", _with(rule, True)), ("does not apply", _with(rule, False))
        changes = _settling(line, found, ways)
        ask = Ask(AskKind.RULE, rule.id, rule.when)
        asked.append(Question(rule.id, ask, "", (rule.id,), changes))
    return tuple(question for question in asked if len(question.changes) > 1)


def instructed(line: Timeline, point: Point) -> Timeline:
    """Return the timeline as if counsel had instructed that the hold may or must be."""
    rules: dict[object, tuple[object, Truth]] = {
        id(rule): (rule, rule.modality is not Modality.MUST_NOT) for rule in to_judge(line, point)
    }
    return line.settling(Settled(True, rules))


def to_judge(line: Timeline, point: Point, *, surely: bool = False) -> tuple[Rule, ...]:
    """Return the rules about the hold that a person must judge and that may bite here.

    Args:
        line: The record under the law of its place.
        point: What holds at the instant asked about.
        surely: Only those whose machine part is true.
    """
    bites = (True,) if surely else (True, None)
    judged = {r.id: r for world in point.day.worlds for r, _ in world.rules if r.judge}
    return tuple(
        judged[key]
        for key in sorted(judged)
        if any(judged[key].condition.truth(c, line.law.in_list) in bites for c in point.cases)
    )


def _asks_power(line: Timeline, point: Point) -> Iterator[Rule]:
    if point.day.hold_power is not None:
        return
    for world in point.day.worlds:
        for rule, _ in world.rules:
            for case in point.cases:
                if any(a.fact == _POWER for a in rule.condition.unknowns(case, line.law.in_list)):
                    yield rule


def _with(rule: Rule, applies: bool) -> Settled:
    return Settled(None, {id(rule): (rule, applies)})


def _settling(
    line: Timeline, found: Ruling, ways: Sequence[tuple[str, Settled]]
) -> tuple[Change, ...]:
    """Return what each thing that counsel may say would make of the verdict."""
    by_verdict: dict[tuple[Verdict, bool], list[str]] = {}
    for says, settled in ways:
        answer = ruling(line.settling(settled), found.point.at)
        key = (answer.verdict, answer.point.perhaps_must)
        by_verdict.setdefault(key, []).append(says)
    return tuple(Change(tuple(says), (v,)) for (v, _), says in by_verdict.items())
