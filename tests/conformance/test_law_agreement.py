"""The encoding that the proofs rest on says what `decide` says, and what the vocabulary says."""

from __future__ import annotations

import random
from datetime import date

import pytest

from exeat.decide import verdict
from exeat.facts.case import Case
from exeat.facts.codec import record_from_json, record_to_json
from exeat.facts.vocabulary import OFFENCE_FACTS, VOCABULARY
from exeat.rules._facts import ALL_CHOICES, FactModel, kind_of
from exeat.rules._logic import Bits
from exeat.rules._standing import answer_of, clocks_of
from exeat.rules._witness import moments, record_of
from exeat.rules.check import HOUSES
from exeat.rules.conditions import Atom
from exeat.rules.coverage import Stretch, stretches
from exeat.rules.library import shipped
from exeat.rules.model import Jurisdiction
from exeat.rules.place import LawOfPlace, law_of_place

UNTIL = date(2027, 12, 31)
CALENDAR_BEGINS = date(1972, 1, 1)  # the holidays of earlier years are not known
NO_HOLD = {"release", "notify-first", "overdue"}


@pytest.fixture(scope="module")
def library() -> dict[str, Jurisdiction]:
    return shipped()


def choices_for(law: LawOfPlace, dice: random.Random) -> dict[str, bool]:
    lists = [f"{verb} in {name}" for verb in OFFENCE_FACTS for name in law.in_list.lists]
    # Mostly true: else most records have no request on file, and nothing to weigh.
    return {name: dice.random() < 0.7 for name in sorted([*ALL_CHOICES, *lists])}


def said_by_the_encoding(stretch: Stretch, choices: dict[str, bool], past: dict[str, bool]) -> str:
    day = stretch.day_law
    model = FactModel(
        Bits([]), day.hold_power, kind_of(stretch.law.actor), fixed={**choices, **past}
    )
    answer = answer_of(model, day.worlds)
    words = {"none": answer.none, "may-hold": answer.may, "must-hold": answer.must}
    words |= {"conflict": answer.conflict, "unknown": answer.unknown}
    [word] = [word for word, true in words.items() if true]
    return word


@pytest.mark.parametrize("place", sorted(shipped()))
def test_the_encoding_answers_as_decide_does(place: str, library: dict[str, Jurisdiction]) -> None:
    dice = random.Random(place)
    for house in HOUSES:
        law = law_of_place(place, library, actor=house)
        found = [s for s in stretches(law, UNTIL) if s.first_day >= CALENDAR_BEGINS]
        for stretch in [*dice.sample(found, min(4, len(found))), found[-1]]:
            clocks = clocks_of(stretch.day_law.worlds)
            for moment, past in moments(stretch.first_day, law.zone, clocks, law.calendar):
                for _ in range(6):
                    choices = choices_for(law, dice)
                    record = record_of(choices, moment, house, law.in_list.lists)
                    told = verdict(record, law, moment.at)[0].value
                    said = said_by_the_encoding(stretch, choices, past)
                    assert ("none" if told in NO_HOLD else told) == said, record_to_json(record)


def test_each_fact_reads_as_it_is_encoded(library: dict[str, Jurisdiction]) -> None:
    dice = random.Random(7)
    law = law_of_place("us-ny-nyc", library)
    moment, _ = next(moments(date(2026, 3, 6), law.zone, {}, law.calendar))
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
        atoms += [Atom(verb, list_id=name) for verb in OFFENCE_FACTS for name in law.in_list.lists]
        for atom in atoms:
            pair = model.truth(atom)
            encoded = True if pair.sure else None if pair.maybe else False
            assert atom.truth(case, law.in_list) == encoded, (str(atom), record_to_json(record))


def test_a_witness_is_read_back_from_its_json(library: dict[str, Jurisdiction]) -> None:
    law = law_of_place("us-va-fairfax", library)
    moment, _ = next(moments(date(2026, 3, 6), law.zone, {}, law.calendar))
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
