"""The facts that would decide, each with what every answer to it would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from exeat.decide.answer import Change, Question, Verdict
from exeat.decide.timeline import Point, Settled, Timeline
from exeat.decide.verdict import Ruling, hides_a_warrant, ruling
from exeat.facts.codes import BasisKind, DetainerForm, WarrantKind
from exeat.facts.openings import Opening, Way, opening_of, replace_basis
from exeat.facts.record import Basis, CustodyRecord
from exeat.facts.times import NEVER, Truth, Uncertain
from exeat.facts.vocabulary import VOCABULARY
from exeat.rules.model import Modality, Rule
from exeat.rules.place import LawOfPlace

__all__ = ["asks_of", "counsel_of", "instructed", "questions_of"]

_POWER = "place.hold_power"
_FOR_COUNSEL = frozenset(
    {Verdict.RELEASE_UNLESS_INSTRUCTED, Verdict.CALL_COUNSEL, Verdict.MAY_HOLD, Verdict.CONFLICT}
)


def questions_of(line: Timeline, found: Ruling) -> tuple[Question, ...]:
    """Return what to ask, each question once; one whose answers change nothing is not asked."""
    own = [*found.openings, *(line.openings(found.point) if found.point.asks else ())]
    openings = [
        *own,
        *_deeper(line, found, own),
        *_of_the_custody(line, found.point),
        *_of_warrants(line, found),
    ]
    asked: dict[tuple[str, str], Question] = {}
    idle: list[Question] = []
    for opening in openings:
        says = _asks(line.law, opening)
        if (says, opening.detainer) in asked:
            continue
        changes = _changes(line, found, opening)
        question = Question(
            opening.field if opening.fact in ("charged", "convicted") else opening.fact,
            says,
            opening.detainer,
            _waiting(line, found.point, opening),
            changes,
        )
        if len(changes) > 1:
            asked[says, opening.detainer] = question
        else:
            idle.append(question)
    if not asked and found.verdict is Verdict.UNKNOWN:
        return tuple(idle[:1])  # no answer decides by itself: begin with one
    return tuple(asked.values())


def asks_of(line: Timeline, found: Ruling) -> tuple[str, ...]:
    """Return in words what the record leaves open that may decide, whatever each would change.

    For the audit, which lists what a record would have to say; at the desk each question is
    tried first (`questions_of`).
    """
    own = [*found.openings, *(line.openings(found.point) if found.point.asks else ())]
    openings = [*own, *_of_the_custody(line, found.point), *_of_warrants(line, found)]
    asked = [_asks(line.law, opening) for opening in openings]
    if any(_asks_power(line, found.point)):
        asked.append(VOCABULARY[_POWER].question)
    return tuple(dict.fromkeys(asked))


def _deeper(line: Timeline, found: Ruling, own: Sequence[Opening]) -> Iterator[Opening]:
    """Yield what is asked only once the form is known: of one that asks for most."""
    for opening in own:
        if opening.field == "detainer.form":
            [most] = [way for way in opening.ways if way.says == DetainerForm.I247A.value]
            then = line.of(most.record)
            yield from then.openings(then.point(found.point.at))


def _changes(line: Timeline, found: Ruling, opening: Opening) -> tuple[Change, ...]:
    by_verdicts: dict[tuple[Verdict, ...], list[str]] = {}
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


def _of_the_custody(line: Timeline, point: Point) -> Iterator[Opening]:
    """Yield what is open of the custody itself: whether the person is here, and on what."""
    record, at = line.record, point.at
    if point.house is None:
        for field in ("booked", "release.at"):
            yield from _time_of(record, field, point)
        yield from _moves_of(record, point)
    if record.bases is None and point.held is None:
        runs = Basis(id="ground", kind=BasisKind.CHARGE, start=record.booked, end=NEVER)
        ways = (
            Way("none", replace(record, bases=())),
            Way("one that still runs", replace(record, bases=(runs,))),
        )
        yield Opening("bases", "bases", "", ways)
    # By id, so that the order in which they were typed changes nothing a reader sees.
    for ground in sorted(line.stay.grounds, key=lambda ground: ground.id):
        if point.held is None and ground.runs(at) is None and not ground.warrant:
            yield _end_of(record, ground.id, point)
        if ground.warrant and ground.stands is None:
            yield from _names(line, ground.id)
        elif ground.warrant and point.held is None and ground.runs(at) is None:
            yield from _on_file(point, ground.id)
    for id in line.stay.assumed(at):
        later = replace_basis(record, id, start=NEVER_YET)
        begun = replace_basis(record, id, start=record.booked)
        ways = (Way("at booking", begun), Way("later than now", later))
        yield Opening(f"bases.{id}.start", f"bases.{id}.start", "", ways)


NEVER_YET = Uncertain("2098")
"""A start that no instant asked about reaches."""


def _end_of(record: CustodyRecord, id: str, point: Point) -> Opening:
    field = f"bases.{id}.end"
    ways = (
        Way("still runs", replace_basis(record, id, start=record.booked, end=NEVER)),
        Way("ended", replace_basis(record, id, start=record.booked, end=point.at)),
    )
    return Opening(field, field, "", ways)


def _time_of(record: CustodyRecord, field: str, point: Point) -> Iterator[Opening]:
    when = record.booked if field == "booked" else record.release and record.release.at
    if not isinstance(when, Uncertain):
        return
    if field == "booked":
        ways = (
            Way("before", replace(record, booked=point.at)),
            Way("after", replace(record, booked=NEVER_YET)),
        )
    else:
        assert record.release is not None
        ways = (
            Way("before", replace(record, release=replace(record.release, at=point.at))),
            Way("after", replace(record, release=None)),
        )
    yield Opening(field, field, "", ways)


def _moves_of(record: CustodyRecord, point: Point) -> Iterator[Opening]:
    """Yield when the person was moved on, where the record does not give it exactly."""
    for index, move in enumerate(record.transfers):
        if not isinstance(move.at, Uncertain):
            continue
        ways = []
        for says, when in (("before", point.at), ("after", NEVER_YET)):
            moves = list(record.transfers)
            moves[index] = replace(move, at=when)
            ways.append(Way(says, replace(record, transfers=tuple(moves))))
        yield Opening("transfers.at", "transfers.at", "", tuple(ways))


def _on_file(point: Point, id: str) -> Iterator[Opening]:
    """Yield when the request with which a judge's warrant came was received, or lifted."""
    for case in point.cases:
        if case.detainer is not None and case.detainer.id == id:
            for fact in ("detainer.received", "detainer.present"):
                opening = opening_of(case, fact)
                if opening is not None:
                    yield opening


def _names(line: Timeline, id: str) -> Iterator[Opening]:
    ways = []
    for says, value in (("yes", True), ("no", False)):
        papers = tuple(
            replace(one, names_this_person=value) if one.id == id else one
            for one in line.record.detainers
        )
        ways.append(Way(says, replace(line.record, detainers=papers)))
    yield Opening("detainer.names_this_person", "detainer.names_this_person", id, tuple(ways))


def _of_warrants(line: Timeline, found: Ruling) -> Iterator[Opening]:
    """Yield whether a judge's warrant came along, where the record does not say."""
    for case in found.point.cases:
        paper = case.detainer
        if paper is None or not hides_a_warrant(case):
            continue
        ways = []
        for kind in (WarrantKind.FEDERAL_JUDGE_CRIMINAL, WarrantKind.NONE):
            told = replace(paper, warrants=(kind,), names_this_person=True)
            papers = tuple(told if one is paper else one for one in line.record.detainers)
            ways.append(Way(kind.value, replace(line.record, detainers=papers)))
        yield Opening("detainer.warrants", "warrant.federal_criminal", paper.id, tuple(ways))


def _asks(law: LawOfPlace, opening: Opening) -> str:
    if opening.fact in ("charged", "convicted"):
        list_id = opening.field.rpartition(" in ")[2]
        citation = law.in_list.lists[list_id].citation
        what = "a charge of this booking" if opening.fact == "charged" else "a conviction of record"
        return f"Is {what} on this list: {citation}?"
    if opening.fact in VOCABULARY:
        return VOCABULARY[opening.fact].question
    id = opening.field.split(".")[1] if "." in opening.field else ""
    return {
        "booked": "When was the person booked?",
        "release.at": "When did the person leave?",
        "transfers.at": "When was the person moved on?",
        "bases": "On which grounds is the person in custody, and are these all?",
    }.get(opening.field) or (
        f"When did `{id}` begin as a ground of custody?"
        if opening.field.endswith(".start")
        else f"When did the facility receive `{id}`?"
        if opening.field.startswith("detainers.")
        else f"When did, or will, `{id}` end as a ground of custody?"
    )


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
    waiting = _judged(line, found.point)
    if any(_asks_power(line, found.point)):
        ways = [("yes", Settled(power=True)), ("no", Settled(power=False))]
        rules = tuple(sorted({r.id for r in _asks_power(line, found.point)}))
        asked.append(_settling(line, found, _POWER, VOCABULARY[_POWER].question, rules, ways))
    for rule in waiting:
        ways = [("applies", _with(rule, True)), ("does not apply", _with(rule, False))]
        asked.append(_settling(line, found, rule.id, rule.when, (rule.id,), ways))
    return tuple(question for question in asked if len(question.changes) > 1)


def instructed(line: Timeline, point: Point) -> Timeline:
    """Return the timeline as if counsel had instructed that the hold may or must be."""
    rules: dict[object, tuple[object, Truth]] = {
        id(rule): (rule, rule.modality is not Modality.MUST_NOT) for rule in _judged(line, point)
    }
    return line.settling(Settled(True, rules))


def _judged(line: Timeline, point: Point) -> Sequence[Rule]:
    """Return the rules about the hold that a person must judge and that may bite here."""
    found: dict[str, Rule] = {}
    for world in point.day.worlds:
        for rule, _ in world.rules:
            if (rule.judge or rule.unread) and any(
                rule.condition.truth(case, line.law.in_list) is not False for case in point.cases
            ):
                found[rule.id] = rule
    return [found[key] for key in sorted(found)]


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
    line: Timeline,
    found: Ruling,
    fact: str,
    asks: str,
    rules: tuple[str, ...],
    ways: Sequence[tuple[str, Settled]],
) -> Question:
    by_verdict: dict[tuple[Verdict, bool], list[str]] = {}
    for says, settled in ways:
        answer = ruling(line.settling(settled), found.point.at)
        key = (answer.verdict, answer.point.perhaps_must)
        by_verdict.setdefault(key, []).append(says)
    changes = tuple(Change(tuple(says), (v,)) for (v, _), says in by_verdict.items())
    return Question(fact, asks, "", rules, changes)
