"""Conditions: data over the closed vocabulary, in three-valued logic.

In a law file a condition is a list of lines that must all hold. A line is an
atom, or a table ``{any = [...]}`` or ``{all = [...]}`` or ``{none = [...]}``::

    if = [
      "detainer.asks_hold",
      "not person.status_shown",
      { any = ["warrant.administrative", "detainer.form is I-247 | I-247D"] },
      "charged in nc-list-2025",
      "convicted of felony in ca-gov-7282.5-a-3 within 15 years",
    ]

A missing fact makes a condition unknown, and the condition says which facts
those were; it never turns into true or false by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol, TypeAlias, TypeVar

from exeat.errors import near_miss
from exeat.facts import truth
from exeat.facts.case import Case
from exeat.facts.codes import OffenceClass
from exeat.facts.expressions import Expression
from exeat.facts.times import Truth
from exeat.facts.vocabulary import OFFENCE_FACTS, VOCABULARY

__all__ = [
    "ALWAYS",
    "All",
    "Any",
    "Atom",
    "Condition",
    "Kleene",
    "Not",
    "example_fault",
    "parse_condition",
    "say_offence",
    "stated",
    "truth_on_example",
]


T = TypeVar("T")


class Kleene(Protocol[T]):
    """What carries truths: plain values, bits, or the terms of a prover."""

    def every(self, truths: Iterable[T], /) -> T:
        """Say whether all are true."""

    def some(self, truths: Iterable[T], /) -> T:
        """Say whether any is true."""

    def negate(self, truth: T, /) -> T:
        """Return the contrary."""


class InList(Protocol):
    """Says whether a charge or conviction of a case is on a list."""

    def __call__(
        self, case: Case, what: str, list_id: str, of_class: str = "", within_years: int = 0
    ) -> Truth:
        """Answer for ``charged`` or ``convicted``, one class of offence, and a look-back."""


@cache
def stated(atom: Atom) -> Expression:
    """Return what an atom without a list is in terms of the record."""
    return VOCABULARY[atom.fact].holds(atom.codes)


class _Stated:
    """What every condition can do."""

    __slots__ = ()

    def over(self, logic: Kleene[T], atom: Callable[[Atom], T]) -> T:
        """Return the truth in a logic in which that of each atom is known."""
        if isinstance(self, Atom):
            return atom(self)
        if isinstance(self, Not):
            return logic.negate(self.part.over(logic, atom))
        parts = (part.over(logic, atom) for part in _within(self))
        return logic.every(parts) if isinstance(self, All) else logic.some(parts)

    def truth(self, case: Case, in_list: InList) -> Truth:
        """Evaluate on a case."""
        return self.over(truth, lambda atom: atom.truth(case, in_list))

    def unknowns(self, case: Case, in_list: InList) -> Iterator[Atom]:
        """Yield the atoms that keep this from being decided."""
        if self.truth(case, in_list) is None:
            if isinstance(self, Atom):
                yield self
            for part in _within(self):
                yield from part.unknowns(case, in_list)

    def atoms(self) -> Iterator[Atom]:
        """Yield every atom named."""
        if isinstance(self, Atom):
            yield self
        for part in _within(self):
            yield from part.atoms()


def _within(condition: _Stated) -> tuple[Condition, ...]:
    if isinstance(condition, Not):
        return (condition.part,)
    return condition.parts if isinstance(condition, All | Any) else ()


@dataclass(frozen=True, slots=True)
class Atom(_Stated):
    """One fact, one code of a fact, or one offence list.

    Attributes:
        list_id: The list, for ``charged in LIST`` and ``convicted in LIST``.
        of_class: Only offences of this class count; "" for any.
        within_years: Only convictions of the last so many years count; 0 for any.
    """

    fact: str
    codes: tuple[str, ...] = ()
    list_id: str = ""
    of_class: str = ""
    within_years: int = 0

    def __str__(self) -> str:
        if self.list_id:
            of = f" of {self.of_class}" if self.of_class else ""
            within = f" within {self.within_years} years" if self.within_years else ""
            return f"{self.fact}{of} in {self.list_id}{within}"
        return f"{self.fact} is {' | '.join(self.codes)}" if self.codes else self.fact

    def truth(self, case: Case, in_list: InList) -> Truth:
        """Evaluate on a case."""
        if self.list_id:
            return in_list(case, self.fact, self.list_id, self.of_class, self.within_years)
        value = VOCABULARY[self.fact].read(case)
        if self.codes:
            return None if value is None else value in self.codes
        assert not isinstance(value, str)
        return value


@dataclass(frozen=True, slots=True)
class Not(_Stated):
    """The contrary of a condition; unknown stays unknown."""

    part: Condition

    def __str__(self) -> str:
        return f"not {self.part}" if isinstance(self.part, Atom) else f"none of ({self.part})"


@dataclass(frozen=True, slots=True)
class All(_Stated):
    """Every part holds. False as soon as one is false, whatever is unknown beside it."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts) or "always"


@dataclass(frozen=True, slots=True)
class Any(_Stated):
    """At least one part holds. True as soon as one is true."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts) or "never"


Condition: TypeAlias = Atom | Not | All | Any
ALWAYS: Final = All(())


def _bracketed(part: Condition) -> str:
    return f"({part})" if isinstance(part, All | Any) and len(part.parts) > 1 else str(part)


_ATOM: Final = re.compile(
    r"(?P<not>not\s+)?(?P<fact>[a-z][a-z0-9_.]*)"
    r"(\s+is\s+(?P<codes>.+)|(\s+of\s+(?P<class>[a-z]+))?\s+in\s+(?P<list>[a-z0-9][a-z0-9.-]*)"
    r"(\s+within\s+(?P<years>[1-9][0-9]?)\s+years)?)?"
)


def parse_condition(lines: object) -> Condition:
    """Read a condition from a law file.

    Args:
        lines: The value of ``if``: a list of atoms and tables; all must hold.

    Raises:
        ValueError: With one sentence a fault: the text seen, and a near miss if there is one.

    Examples:
        >>> str(parse_condition(["detainer.asks_hold", "not person.status_shown"]))
        'detainer.asks_hold and not person.status_shown'
        >>> parse_condition(["convicted of felony in ca-list within 15 years"]).within_years
        15
        >>> parse_condition(["detainer.servd"])
        Traceback (most recent call last):
        ...
        ValueError: `detainer.servd` is no fact of the vocabulary. Did you mean `detainer.served`?
    """
    if not isinstance(lines, list):
        raise ValueError(f"`{lines}` is no list of conditions")
    parts = tuple(_part(line) for line in lines)
    return parts[0] if len(parts) == 1 else All(parts)


def _part(line: object) -> Condition:
    if isinstance(line, str):
        return _atom(line)
    if isinstance(line, dict) and len(line) == 1:
        [(word, lines)] = line.items()
        if word in ("any", "all", "none") and isinstance(lines, list) and lines:
            parts = tuple(_part(part) for part in lines)
            if word == "all":
                return All(parts)
            return Any(parts) if word == "any" else Not(Any(parts))
    raise ValueError(f"`{line}` is neither a fact nor a table of `any`, `all` or `none`")


def _atom(text: str) -> Condition:
    match = _ATOM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` cannot be read; write `fact`, `not fact`, `fact is CODE`")
    name, codes, list_id = match["fact"], match["codes"], match["list"]
    atom = (
        _list_atom(name, list_id, match["class"] or "", int(match["years"] or 0))
        if list_id
        else _fact_atom(name, codes)
    )
    return Not(atom) if match["not"] else atom


def _list_atom(name: str, list_id: str, of_class: str, within_years: int) -> Atom:
    if name not in OFFENCE_FACTS:
        raise ValueError(f"`{name} in …` is not known; write `charged in` or `convicted in`")
    if of_class and of_class not in list(OffenceClass):
        near = near_miss(of_class, [each.value for each in OffenceClass])
        raise ValueError(f"`{of_class}` is no class of offence.{near}")
    if within_years and name != "convicted":
        raise ValueError(f"`{name} in … within …` is not known: only a conviction has a look-back")
    return Atom(name, list_id=list_id, of_class=of_class, within_years=within_years)


def _fact_atom(name: str, codes: str | None) -> Atom:
    fact = VOCABULARY.get(name)
    if fact is None:
        near = near_miss(name, sorted(VOCABULARY))
        raise ValueError(f"`{name}` is no fact of the vocabulary.{near}")
    if bool(codes) != bool(fact.codes):
        expects = f"`{name} is {' | '.join(fact.codes)}`" if fact.codes else f"`{name}` alone"
        raise ValueError(f"`{name}` is written {expects}")
    if codes is None:
        return Atom(name)
    wanted = tuple(code.strip() for code in codes.split("|"))
    for code in wanted:
        if code not in fact.codes:
            near = near_miss(code, fact.codes)
            raise ValueError(f"`{code}` is no code of `{name}` ({', '.join(fact.codes)}).{near}")
    return Atom(name, wanted)


def say_offence(atom: Atom) -> str:
    """Return in words the charge or conviction that an atom with a list asks for.

    Examples:
        >>> say_offence(parse_condition(["convicted of felony in xx-list within 15 years"]))
        'a felony conviction of the last 15 years'
        >>> say_offence(parse_condition(["charged in xx-list"]))
        'a charge of this booking'
    """
    kind = f"{atom.of_class} " if atom.of_class else ""
    if atom.fact == "charged":
        return f"a {kind}charge of this booking"
    since = f"the last {atom.within_years} years" if atom.within_years else "record"
    return f"a {kind}conviction of {since}"


def example_fault(name: str, value: object) -> str:
    """Say what is wrong with one fact of a rule's example, or "" if nothing is.

    Examples:
        >>> example_fault("detainer.served", True), example_fault("detainer.form", "I-247A")
        ('', '')
        >>> example_fault("detainer.servd", True)
        '`detainer.servd` is no fact of the vocabulary. Did you mean `detainer.served`?'
    """
    if name == "on":
        return "" if isinstance(value, str) else f"`{value}` is no day"
    try:
        atom = _atom(name) if not isinstance(value, str) else _atom(f"{name} is {value}")
    except ValueError as error:
        return str(error)
    if not isinstance(atom, Atom) or not isinstance(value, bool | str):
        return f"`{name} = {value}` is no fact with a value"
    return ""


def truth_on_example(condition: Condition, example: Mapping[str, object]) -> Truth:
    """Evaluate a condition on the facts of an example; what it leaves out is unknown.

    Examples:
        >>> rule = parse_condition(["detainer.asks_hold", "detainer.form is I-247A | I-247D"])
        >>> truth_on_example(rule, {"detainer.asks_hold": True, "detainer.form": "I-247A"})
        True
    """

    def known(atom: Atom) -> Truth:
        value = example.get(str(atom) if atom.list_id else atom.fact)
        if atom.codes:
            return None if value is None else value in atom.codes
        assert value is None or isinstance(value, bool)
        return value

    return condition.over(truth, known)
