"""Check a rule against its own examples: what it must accept, and what it must refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from exeat.rules.conditions import truth_on_example
from exeat.rules.model import Jurisdiction, Rule

__all__ = ["example_faults"]


def example_faults(place: Jurisdiction, rule: Rule) -> Iterator[str]:
    """Yield what is wrong with the examples of a rule, as sentences.

    A rule must have one example of each kind. It must bite on each that it accepts, and not
    on any that it refuses; an example may name its day as ``on``.
    """
    if not rule.accepts:
        yield f"`{rule.id}` has no example that it must accept"
    if not rule.refuses:
        yield f"`{rule.id}` has no example that it must refuse"
    for example in rule.accepts:
        truth = truth_on_example(rule.condition, example)
        in_force = rule.in_force(_day(example, place)) if "on" in example else None
        if truth is not True or in_force is False:
            yield f"`{rule.id}` does not accept {_show(example)}"
    for example in rule.refuses:
        truth = truth_on_example(rule.condition, example)
        in_force = rule.in_force(_day(example, place)) if "on" in example else None
        if truth is not False and in_force is not False:
            yield f"`{rule.id}` does not refuse {_show(example)}"


def _day(example: object, place: Jurisdiction) -> date:
    assert isinstance(example, dict)
    return date.fromisoformat(example["on"]) if "on" in example else place.checked


def _show(example: object) -> str:
    assert isinstance(example, dict)
    return (
        "{ " + ", ".join(f"{name} = {str(value).lower()}" for name, value in example.items()) + " }"
    )
