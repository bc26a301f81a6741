"""The facts that would decide, asked in words that the desk can answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exeat.decide.answer import Question, Verdict
from exeat.decide.eligibility import Eligibility
from exeat.decide.hold import rule_truth
from exeat.facts.case import Case
from exeat.facts.record import CustodyRecord
from exeat.facts.vocabulary import VOCABULARY
from exeat.rules.conditions import Atom
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
        for basis in eligible.unclear:
            question = f"When did, or will, `{basis}` end as a ground of custody?"
            asked[(f"bases.{basis}.end", "")] = (question, [])
    for world in day.worlds:
        for case in cases:
            for atom, rule in _missing(law, world, case):
                assert case.detainer is not None
                key = (str(atom), case.detainer.id)
                asked.setdefault(key, (_asks(law, atom), []))[1].append(rule.id)
    return tuple(
        Question(fact, says, detainer, tuple(sorted(set(rules))))
        for (fact, detainer), (says, rules) in asked.items()
    )


def _missing(law: LawOfPlace, world: World, case: Case) -> Iterator[tuple[Atom, Rule]]:
    """Yield the unknown facts of rules that could still change the answer."""
    for ground in RestsOn:
        bans = [(r, f) for r, f in world.bans if r.rests_on is ground]
        grants = [(r, f) for r, f in (*world.musts, *world.mays) if r.rests_on is ground]
        shut_out = any(rule_truth(law, r, f, case) is True for r, f in bans)
        commanded = any(rule_truth(law, r, f, case) is not False for r, f in world.musts)
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
    what = "a charge of this booking" if atom.fact == "charged" else "a conviction of record"
    return f"Is {what} on this list: {citation}?"
