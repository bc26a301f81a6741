"""What the proofs rest on says what `decide` says, what the vocabulary says, and what is naive."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from exeat.decide import verdict
from exeat.decide.hold import ends_of
from exeat.decide.outcome import Outcome
from exeat.decide.program import program_of
from exeat.decide.weighing import weigh
from exeat.facts.case import Case
from exeat.facts.codec import record_from_json, record_to_json
from exeat.facts.codes import DetainerForm
from exeat.facts.times import Truth, by
from exeat.facts.vocabulary import OFFENCE_FACTS, VOCABULARY
from exeat.prove.check import HOUSES
from exeat.prove.choices import ALL_CHOICES, FactModel, kind_of
from exeat.prove.coverage import Stretch, stretches
from exeat.prove.logic import Bits
from exeat.prove.standing import Weigher, answers
from exeat.prove.witness import Moment, moments, record_of
from exeat.rules.conditions import Atom
from exeat.rules.library import shipped
from exeat.rules.model import Jurisdiction, Modality, RestsOn, Rule
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.world import World

UNTIL = date(2027, 12, 31)
CALENDAR_BEGINS = date(1972, 1, 1)  # the holidays of earlier years are not known
NO_HOLD = {"release", "notify-first", "overdue"}
LISTED = ["{} in {}", "{} of felony in {}", "{} of misdemeanor in {}"]


@pytest.fixture(scope="module")
def library() -> dict[str, Jurisdiction]:
    return shipped()


def choices_for(law: LawOfPlace, dice: random.Random) -> dict[str, bool]:
    lists = [
        form.format(verb, name)
        for verb in OFFENCE_FACTS
        for name in law.in_list.lists
        for form in LISTED
    ]
    lists += [f"{name} within 5 years" for name in lists if "convicted" in name]
    # Mostly true: else most records have no request on file, and nothing to weigh. A judge's
    # criminal warrant ends the matter, so it is rare.
    rare = {"warrant.federal_criminal", "warrant.state_judge"}
    return {
        name: dice.random() < (0.15 if name in rare else 0.7)
        for name in sorted([*ALL_CHOICES, *lists])
    }


def asked(
    place: str, library: dict[str, Jurisdiction], dice: random.Random, times: int
) -> Iterator[tuple[Stretch, Moment, dict[str, bool], dict[str, bool]]]:
    """Yield stretches of a place in every kind of house, with an instant and choices."""
    for house in HOUSES:
        law = law_of_place(place, library, actor=house)
        found = [s for s in stretches(law, UNTIL) if s.first_day >= CALENDAR_BEGINS]
        for stretch in [*dice.sample(found, min(4, len(found))), found[-1]]:
            for moment, over in moments(law, stretch.first_day, stretch.day_law.worlds):
                for _ in range(times):
                    yield stretch, moment, over, choices_for(law, dice)


def said_by_the_proofs(stretch: Stretch, choices: dict[str, bool]) -> str:
    day = stretch.day_law
    weigher = Weigher(Bits([]), day.hold_power, kind_of(stretch.law.actor), fixed=choices)
    [stand] = [stand for stand, true in answers(weigher, day).items() if true]
    return stand.value if stand else "none"


@pytest.mark.parametrize("place", sorted(shipped()))
def test_the_proofs_answer_as_decide_does(place: str, library: dict[str, Jurisdiction]) -> None:
    for stretch, moment, over, choices in asked(place, library, random.Random(place), 6):
        record = record_of(choices, moment, stretch.law.actor, stretch.law.in_list.lists)
        told = verdict(record, stretch.law, moment.at)[0].value
        said = said_by_the_proofs(stretch, {**choices, **over})
        if told == "call-counsel" and record.detainers[0].form is DetainerForm.OTHER:
            # What a paper of another kind asks is open; the proofs do not weigh a hearing on it.
            assert said in ("none", told)
            continue
        assert ("none" if told in NO_HOLD else told) == said, record_to_json(record)


# -- a second writing, as plain as can be: each unsettled rule is tried both ways -----------------


def over_by(law: LawOfPlace, since: Moment, rule: Rule, case: Case) -> Truth:
    return by(ends_of(law, rule, case, (since.eligible, since.eligible)), case.at)


def naive(case: Case, law: LawOfPlace, world: World, since: Moment) -> set[str]:
    """Return every outcome of a hold on a complete record, under one reading."""
    ways = []
    for rule, force in world.rules:
        true = rule.condition.truth(case, law.in_list)
        sure = true is True and force is True and not rule.judge and not rule.unread
        never = true is False or (rule.modality is Modality.MAY and (rule.judge or rule.unread))
        ways.append(
            [(rule, True)]
            if sure
            else [(rule, v) for v in (() if never else (0, 1))] or [(rule, False)]
        )
    found = set()
    for way in itertools.product(*ways):
        bites = [rule for rule, true in way if true]
        over = {id(rule) for rule in bites if rule.clock and over_by(law, since, rule, case)}
        grounds = [[rule for rule in bites if rule.rests_on is ground] for ground in RestsOn]
        found.add(max((of_ground(rules, over) for rules in grounds), key=ORDER.index))
    return found


ORDER = ["NONE", "MAY", "CONFLICT", "MUST"]


def of_ground(rules: list[Rule], over: set[int]) -> str:
    bites = [rule for rule in rules if rule.modality is Modality.MUST_NOT]
    bans = [rule for rule in bites if not rule.policy]
    if any(rule.prevails or id(rule) in over for rule in bans):
        return "NONE"
    live = {rule.modality for rule in rules if id(rule) not in over}
    banned = any(rule.clock is None for rule in bans)
    if Modality.MUST in live:
        return "CONFLICT" if banned else "MUST"
    # An office's own policy narrows what may be, and never what must be.
    unused = any(rule.clock is None or id(rule) in over for rule in bites)
    return "MAY" if Modality.MAY in live and not unused else "NONE"


@pytest.mark.parametrize("place", sorted(shipped()))
def test_the_outcomes_are_those_of_a_naive_writing(
    place: str, library: dict[str, Jurisdiction]
) -> None:
    for stretch, moment, _, choices in asked(place, library, random.Random(place), 2):
        law, day = stretch.law, stretch.day_law
        choices["detainer.present"] = True
        record = record_of(choices, moment, law.actor, law.in_list.lists)
        reached = functools.partial(over_by, law, moment)
        for world in day.worlds:
            case = Case(record, record.detainers[0], moment.at, moment.zone, day.hold_power)
            program = program_of([world], law.in_list)
            [found] = weigh(program, [case], reached, program.unsettled, acts=False).sets
            told = {one.name for one in Outcome if found >> one & 1}
            case = replace(case, memo={})
            assert told == naive(case, law, world, moment), record_to_json(record)


def test_each_fact_reads_as_it_is_encoded(library: dict[str, Jurisdiction]) -> None:
    dice = random.Random(7)
    law = law_of_place("us-ny-nyc", library)
    moment, _ = next(moments(law, date(2026, 3, 6), ()))
    for _ in range(400):
        choices = choices_for(law, dice)
        record = record_of(choices, moment, law.actor, law.in_list.lists)
        detainer = record.detainers[0] if record.detainers else None
        case = Case(record, detainer, moment.at, moment.zone, None)
        model = FactModel(Bits([]), None, kind_of(law.actor), fixed=choices)
        atoms = [
            Atom(fact.name, (code,) if code else ())
            for fact in VOCABULARY.values()
            for code in fact.codes or ("",)
        ]
        atoms += [
            Atom(verb, list_id=name, of_class=kind, within_years=years)
            for verb in OFFENCE_FACTS
            for name in law.in_list.lists
            for kind in ("", "felony", "misdemeanor")
            for years in ((0, 5) if verb == "convicted" else (0,))
        ]
        for atom in atoms:
            pair = model.truth(atom)
            encoded = True if pair.sure else None if pair.maybe else False
            assert atom.truth(case, law.in_list) == encoded, (str(atom), record_to_json(record))


def test_a_witness_is_read_back_from_its_json(library: dict[str, Jurisdiction]) -> None:
    law = law_of_place("us-va-fairfax", library)
    moment, _ = next(moments(law, date(2026, 3, 6), ()))
    record = record_of(choices_for(law, random.Random(1)), moment, law.actor, law.in_list.lists)
    assert record_from_json(record_to_json(record)) == record


@pytest.mark.parametrize("place", ["us-va-fairfax", "us-ny-nyc", "us-tx-travis", "us-in-monroe"])
def test_the_law_changes_only_between_stretches(
    place: str, library: dict[str, Jurisdiction]
) -> None:
    law, dice = law_of_place(place, library), random.Random(place)
    for stretch in stretches(law, UNTIL):
        span = (stretch.last_day - stretch.first_day).days
        other = date.fromordinal(stretch.first_day.toordinal() + dice.randint(0, span))
        first, within = law.on(stretch.first_day), law.on(other)
        assert (first.worlds, first.others, first.hold_power) == (
            within.worlds,
            within.others,
            within.hold_power,
        )
