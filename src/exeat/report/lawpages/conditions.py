"""A rule's machine condition as a tree of words, for readers who want to check it."""

from __future__ import annotations

from dataclasses import dataclass

from exeat.facts.vocabulary import OFFENCE_FACTS, VOCABULARY
from exeat.rules.conditions import All, Any, Atom, Condition, Not

__all__ = ["Node", "tree"]


@dataclass(frozen=True, slots=True)
class Node:
    """One line of a condition.

    Attributes:
        code: As the law file has it; "" for a group.
        says: What it means, or how the parts are joined.
        denied: The line must not hold.
        list_id: The list of offences that the line names, or "".
    """

    code: str
    says: str
    denied: bool = False
    list_id: str = ""
    parts: tuple[Node, ...] = ()


def tree(condition: Condition) -> Node:
    """Return a condition as a tree.

    Examples:
        >>> from exeat.rules.conditions import parse_condition
        >>> tree(parse_condition(["detainer.served"])).says
        'A copy of the request was served on the person.'
        >>> tree(parse_condition([])).says
        'Always.'
    """
    if isinstance(condition, Atom):
        return _line(condition, denied=False)
    if isinstance(condition, Not):
        if isinstance(condition.part, Atom):
            return _line(condition.part, denied=True)
        inner = condition.part
        parts = inner.parts if isinstance(inner, Any) else (inner,)
        return Node("", "None of these:", parts=tuple(tree(part) for part in parts))
    if not condition.parts:
        return Node("", "Always." if isinstance(condition, All) else "Never.")
    joined = "All of these:" if isinstance(condition, All) else "At least one of these:"
    return Node("", joined, parts=tuple(tree(part) for part in condition.parts))


def _line(atom: Atom, *, denied: bool) -> Node:
    if atom.list_id:
        return Node(str(atom), OFFENCE_FACTS[atom.fact], denied, atom.list_id)
    return Node(str(atom), VOCABULARY[atom.fact].means, denied)
