"""Check a rule against its own examples: what it must accept, and what it must refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from exeat.facts.times import Truth
from exeat.rules.conditions import truth_on_example
from exeat.rules.model import Rule

__all__ = ["example_faults"]


def example_faults(rule: Rule) -> Iterator[str]:
    """Yield what is wrong with the examples of a rule, as sentences.

    A rule must have one example of each kind. It must bite on each that it accepts, and not
    on any that it refuses; an example may name its day as ``on``.
    """
    if not rule.accepts:
        yield f"`{rule.id}` has no example that it must accept"
    if not rule.refuses:
        yield f"`{rule.id}` has no example that it must refuse"
    for verb, examples, bites in (("accept", rule.accepts, True), ("refuse", rule.refuses, False)):
        for example in examples:
            if _bites(rule, example) is not bites:
                yield f"`{rule.id}` does not {verb} {_show(example)}"


def _bites(rule: Rule, example: Mapping[str, object]) -> Truth:
    """Say whether a rule bites on an example; on a day on which it is not in force it does not."""
    if "on" in example and rule.in_force(date.fromisoformat(str(example["on"]))) is False:
        return False
    return truth_on_example(rule.condition, example)


def _show(example: Mapping[str, object]) -> str:
    facts = (f"{name} = {str(value).lower()}" for name, value in example.items())
    return f"{{ {', '.join(facts)} }}"
