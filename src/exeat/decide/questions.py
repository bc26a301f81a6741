"""The facts that would decide, asked in words that the desk can answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exeat.decide.answer import Question, Verdict
from exeat.decide.eligibility import Eligibility
from exeat.decide.hold import active, rule_truth
from exeat.facts.case import Case
from exeat.facts.record import CustodyRecord
from exeat.facts.times import Uncertain, done_by
from exeat.facts.vocabulary import VOCABULARY
from exeat.rules.conditions import Atom, say_offence
from exeat.rules.model import RestsOn, Rule
from exeat.rules.place import DayLaw, LawOfPlace, World

__all__ = ["questions_of"]

_ASKED = frozenset({Verdict.UNKNOWN, Verdict.IN_CUSTODY})


def questions_of(
    record: CustodyRecord,
    law: LawOfPlace,
    verdict: Verdict,
    eligible: Eligibility,
    day: DayLaw,
    cases: Sequence[Case],
) -> tuple[Question, ...]:
    """Return what to ask, each question once, with the rules that wait for it."""
    if verdict not in _ASKED:
        return ()
    asked: dict[tuple[str, str], tuple[str, list[str]]] = {}
    if verdict is Verdict.UNKNOWN:
        asked.update(_of_the_record(record, eligible, cases))
    for world in day.worlds:
        for case in cases:
            for atom, rule in _missing(law, world, case):
                assert case.detainer is not None
                # A fact with codes is one question, whichever code a rule asks for.
                key = (str(atom) if atom.list_id else atom.fact, case.detainer.id)
                asked.setdefault(key, (_asks(law, atom), []))[1].append(rule.id)
    return tuple(_merged(asked))


def _merged(
    asked: dict[tuple[str, str], tuple[str, list[str]]],
) -> Iterator[Question]:
    """Yield each question once: one answer, such as the form, may settle several facts."""
    by_words: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for (fact, detainer), (says, rules) in asked.items():
        by_words.setdefault((says, detainer), (fact, []))[1].extend(rules)
    for (says, detainer), (fact, rules) in by_words.items():
        yield Question(fact, says, detainer, tuple(sorted(set(rules))))


def _of_the_record(
    record: CustodyRecord, eligible: Eligibility, cases: Sequence[Case]
) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Return what to ask where no rule waits: whether the person, or a request, is there."""
    asked: dict[tuple[str, str], tuple[str, list[str]]] = {}
    if isinstance(record.booked, Uncertain):
        asked[("booked", "")] = ("When was the person booked?", [])
    if record.release is not None and isinstance(record.release.at, Uncertain):
        asked[("release.at", "")] = ("When did the person leave?", [])
    for basis in eligible.unclear:
        question = f"When did, or will, `{basis}` end as a ground of custody?"
        asked[(f"bases.{basis}.end", "")] = (question, [])
    for case in cases:
        if case.detainer is None or active(case.detainer, case) is not None:
            continue
        lifted = done_by(case.detainer.lifted, case.at, case.zone) is None
        fact = VOCABULARY["detainer.present" if lifted else "detainer.received"]
        asked[(fact.name, case.detainer.id)] = (fact.question, [])
    return asked


def _missing(law: LawOfPlace, world: World, case: Case) -> Iterator[tuple[Atom, Rule]]:
    """Yield the unknown facts of rules that could still change the answer."""
    for ground in RestsOn:
        bans = [(r, f) for r, f in world.bans if r.rests_on is ground]
        grants = [(r, f) for r, f in (*world.musts, *world.mays) if r.rests_on is ground]
        shut_out = any(rule_truth(law, r, f, case) is True for r, f in bans)
        musts = [(r, f) for r, f in world.musts if r.rests_on is ground]
        commanded = any(rule_truth(law, r, f, case) is not False for r, f in musts)
        if shut_out and not commanded:
            continue
        if not any(rule_truth(law, r, f, case) is not False for r, f in grants):
            continue
        for rule, force in (*grants, *bans):
            if rule_truth(law, rule, force, case) is None:
                for atom in rule.condition.unknowns(case, law.in_list):
                    yield atom, rule


def _asks(law: LawOfPlace, atom: Atom) -> str:
    if not atom.list_id:
        return VOCABULARY[atom.fact].question
    citation = law.in_list.lists[atom.list_id].citation
    return f"Is {say_offence(atom)} on this list: {citation}?"
