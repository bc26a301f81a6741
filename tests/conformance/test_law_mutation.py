"""A slip in one condition of a law file is noticed by the examples beside it."""

from __future__ import annotations

from bench.mutate_law import condition_mutants, killed_by_examples, mutate

from exeat.rules.conditions import parse_condition
from exeat.rules.library import shipped

WANTED = 0.95


def test_nearly_every_mutant_of_a_condition_is_killed() -> None:
    killed, survivors = 0, []
    for place in shipped().values():
        for rule in place.rules:
            for says, mutant in condition_mutants(rule):
                if killed_by_examples(place, mutant):
                    killed += 1
                else:
                    survivors.append(f"{place.file}:{rule.line}: {says}")
    share = killed / (killed + len(survivors))
    assert share >= WANTED, "\n".join(survivors)


def test_each_kind_of_mutation_is_made() -> None:
    condition = parse_condition(
        ["not detainer.asks_hold", {"any": ["detainer.form is I-247A | I-247D", "charge.felony"]}]
    )
    made = {says.split(" ")[0] for says, _ in mutate(condition)}
    made |= {"->" for says, _ in mutate(condition) if "->" in says}
    assert {"negate", "take", "leave", "->"} <= made
    assert any("with some" in says or "with any" in says for says, _ in mutate(condition))
