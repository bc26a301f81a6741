"""Mutate the conditions of the law files, and count the mutants that a test kills.

    python bench/mutate_law.py [FILE ...] [--survivors] [--days] [--killer MODULE:FUNCTION]

Each mutant changes one thing in one rule: a fact negated, left out or exchanged for its
neighbour, `any` and `all` exchanged, one code taken from a list of codes or exchanged. A mutant
that no record can tell from the rule, because one fact follows from another, does not count.
A killer is a function `(place, rule) -> bool` that says whether a test would notice; the one
that is built in asks whether the file still loads and the rule's own examples still hold.
`--days` mutates limits and days instead: hours by one, each first and last day by one, one
excluded kind of day more or less.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from exeat.facts.vocabulary import VOCABULARY
from exeat.prove.choices import FactModel, choices_of
from exeat.prove.logic import Bits
from exeat.rules.clocks import Clock, Excluded
from exeat.rules.conditions import ALWAYS, All, Atom, Condition, Not
from exeat.rules.conditions import Any as Some
from exeat.rules.examples import example_faults
from exeat.rules.loader import load_file, shipped_files
from exeat.rules.model import Day, Jurisdiction, Rule

Killer = Callable[[Jurisdiction, Rule], bool]
Mutant = tuple[str, Rule]

# A fact is exchanged for its neighbour: the one that an author would mistake it for.
NEIGHBOURS = {
    "detainer.asks_hold": "detainer.asks_notice",
    "detainer.asks_notice": "detainer.asks_hold",
    "detainer.served": "detainer.in_effect",
    "detainer.in_effect": "detainer.served",
    "warrant.administrative": "warrant.judicial",
    "warrant.judicial": "warrant.administrative",
    "warrant.federal_judge": "warrant.judicial",
    "warrant.federal_criminal": "warrant.judicial",
    "person.citizenship_shown": "person.status_shown",
    "person.status_shown": "person.citizenship_shown",
    "charge.any": "charge.felony",
    "charge.felony": "charge.any",
    "conviction.any": "conviction.felony",
    "conviction.felony": "conviction.any",
}


def killed_by_examples(place: Jurisdiction, rule: Rule) -> bool:
    """Say whether the rule's own examples notice."""
    return any(True for _ in example_faults(rule))


# -- conditions --------------------------------------------------------------------------------


def mutate(condition: Condition) -> Iterator[tuple[str, Condition]]:
    """Yield each single mutation of a condition, with what it does."""
    if isinstance(condition, Atom):
        yield f"negate `{condition}`", Not(condition)
        yield from mutate_atom(condition)
    elif isinstance(condition, Not):
        yield f"take the `not` from `{condition}`", condition.part
        for says, part in mutate(condition.part):
            # `not not x` is the mutation above once more.
            if not isinstance(condition.part, Atom) or not isinstance(part, Not):
                yield says, Not(part)
    else:
        yield from mutate_parts(condition)


def mutate_atom(atom: Atom) -> Iterator[tuple[str, Condition]]:
    for code in atom.codes:
        left = tuple(kept for kept in atom.codes if kept != code)
        if left:
            yield f"take {code} from `{atom}`", replace(atom, codes=left)
        others = [other for other in VOCABULARY[atom.fact].codes if other not in atom.codes]
        if others:
            yield f"{code} -> {others[0]} in `{atom}`", replace(atom, codes=(*left, others[0]))
    if atom.fact in NEIGHBOURS:
        yield f"`{atom}` -> {NEIGHBOURS[atom.fact]}", Atom(NEIGHBOURS[atom.fact])


def mutate_parts(condition: All | Some) -> Iterator[tuple[str, Condition]]:
    parts = condition.parts
    kind, other = (All, Some) if isinstance(condition, All) else (Some, All)
    if len(parts) > 1:
        yield f"`{condition}` with {other.__name__.lower()}", other(parts)
    for index, part in enumerate(parts):
        left = (*parts[:index], *parts[index + 1 :])
        if left:
            yield f"leave out `{part}`", kind(left)
        for says, changed in mutate(part):
            yield says, kind((*parts[:index], changed, *parts[index + 1 :]))


def condition_mutants(rule: Rule) -> Iterator[Mutant]:
    """Yield every mutant of a rule's condition that some record can tell from it."""
    if not any(True for _ in rule.condition.atoms()):
        return
    seen = {rule.condition}
    whole = [("leave out the condition", ALWAYS), *mutate(rule.condition)]
    for says, condition in whole:
        if condition not in seen and not same(rule.condition, condition):
            seen.add(condition)
            yield says, replace(rule, condition=condition)


def same(one: Condition, other: Condition) -> bool:
    """Say whether no record can tell two conditions apart."""
    atoms = [*one.atoms(), *other.atoms()]
    bits = Bits(choice for atom in atoms for choice in choices_of(atom))
    model = FactModel(bits, kind=None, free_power=True)
    return model.truth(one) == model.truth(other)


# -- days and limits ---------------------------------------------------------------------------


def day_mutants(rule: Rule) -> Iterator[Mutant]:
    """Yield mutants of a rule's days and of its limit of time."""
    for name in ("first_day", "last_day"):
        day = getattr(rule, name)
        if day is None or day.earliest is None or day.latest == date.max:
            continue
        for step in (-1, 1):
            change: Any = {name: shifted(day, step)}
            yield f"{name} {step:+} day", replace(rule, **change)
    if rule.clock is not None:
        yield from clock_mutants(rule, rule.clock)


def shifted(day: Day, days: int) -> Day:
    step = timedelta(days=days)
    assert day.earliest is not None
    return Day(day.text, day.earliest + step, day.latest + step)


def clock_mutants(rule: Rule, clock: Clock) -> Iterator[Mutant]:
    if clock.until_end_of_day:
        return
    assert clock.hours is not None
    for step in (-1, 1):
        yield f"hours {step:+}", replace(rule, clock=replace(clock, hours=clock.hours + step))
    for word in Excluded:
        excludes = clock.excludes ^ {word}
        yield f"{word} left out or in", replace(rule, clock=replace(clock, excludes=excludes))


# -- the run -----------------------------------------------------------------------------------


def load_killer(name: str) -> Killer:
    module, _, function = name.partition(":")
    killer: Any = getattr(importlib.import_module(module), function)
    return killer  # type: ignore[no-any-return]


def main() -> int:
    """Run, print the table, and return 1 where less than 95 % are killed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--survivors", action="store_true", help="name each mutant that survives")
    parser.add_argument("--days", action="store_true", help="mutate days and limits instead")
    parser.add_argument("--killer", action="append", default=[], help="MODULE:FUNCTION")
    args = parser.parse_args()
    killers = [killed_by_examples, *(load_killer(name) for name in args.killer)]
    mutants = day_mutants if args.days else condition_mutants
    total: Counter[str] = Counter()
    killed: Counter[str] = Counter()
    for path in args.files or shipped_files():
        place = load_file(path)
        for rule in place.rules:
            for says, mutant in mutants(rule):
                total[path.name] += 1
                if any(killer(place, mutant) for killer in killers):
                    killed[path.name] += 1
                elif args.survivors:
                    print(f"{path.name}:{rule.line}: {rule.id}: {says}")
    return show(total, killed)


def show(total: Counter[str], killed: Counter[str]) -> int:
    for name in sorted(total):
        print(f"{name:28} {killed[name]:5} of {total[name]:5}  {killed[name] / total[name]:7.1%}")
    share = killed.total() / max(total.total(), 1)
    print(f"{'all':28} {killed.total():5} of {total.total():5}  {share:7.1%}")
    return 0 if share >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
