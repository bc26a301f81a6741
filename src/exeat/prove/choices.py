"""The vocabulary as free choices: what a record can say, with what follows by construction.

Facts depend on one another: a request on form I-247G asks for no hold, a warrant of a federal
judge is a judge's, a felony charge is a charge. Here every fact is written over *choices* that
do not, so that any combination of choices is a record that there can be (`witness` builds
it), and none is left out. Each choice is known: proofs run over complete records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final, TypeVar

from exeat.decide.custody import COURT_WARRANTS
from exeat.facts.codes import Described, FacilityKind, OffenceClass
from exeat.facts.expressions import Sign, Table, leaves
from exeat.facts.fields import Coded
from exeat.facts.times import Truth
from exeat.facts.vocabulary import KIND, POWER, PRESENT, SIGNS, VOCABULARY, WARRANTS
from exeat.prove.logic import Logic, Pair, ThreeValued
from exeat.rules.conditions import Atom, Condition, stated

__all__ = [
    "ALL_CHOICES",
    "WARRANT_CODES",
    "FactModel",
    "choices_for",
    "choices_of",
    "code_of",
    "kind_of",
]

B = TypeVar("B")

WARRANT_CODES: Final[Mapping[str, Described]] = {
    sign.name: sign.codes[0] for sign in SIGNS.values() if sign.field is WARRANTS
}
"""Each choice of a warrant that came with a request, and the kind that a record then has."""

_LIST_OF: Final = {"charged": "charge.any", "convicted": "conviction.any"}

# A request that was not received is not on file (`decide.hold.active`): it is no choice.
_RECEIVED: Final = SIGNS["detainer.received"]


@cache
def choices_of(atom: Atom) -> tuple[str, ...]:
    """Return the choices on which a fact rests.

    Examples:
        >>> from exeat.rules.conditions import parse_condition
        >>> choices_of(parse_condition(["detainer.asks_hold"]))
        ('detainer.present', 'form.0', 'form.1', 'form.2')
    """
    if atom.list_id:
        felony = _LIST_OF[atom.fact].replace(".any", ".felony")
        of_felony = (felony,) if atom.of_class == OffenceClass.FELONY else ()
        return (_LIST_OF[atom.fact], *of_felony, *_list_choices(atom))
    parts = leaves(stated(atom))
    return tuple(dict.fromkeys(choice for leaf in parts for choice in _choices_of(leaf)))


def _choices_of(leaf: Sign | Table) -> Iterator[str]:
    if leaf.of_request:
        yield PRESENT.name
    if isinstance(leaf, Table):
        yield from _bits_of(leaf.field)
    elif leaf is not _RECEIVED:
        yield from (leaf.within, leaf.name) if leaf.within else (leaf.name,)


@cache
def _bits_of(field: Coded) -> tuple[str, ...]:
    """Return the choices that together stand for a code."""
    width = (len(field.codes) - 1).bit_length()
    name = field.attribute.rpartition("_")[2]
    return tuple(f"{name}.{bit}" for bit in range(width))


def _list_choices(atom: Atom) -> tuple[str, ...]:
    """Return the choices of a list: what is on it in one class, or of late, is on it.

    Two look-backs of different length on one list and class are taken apart, although what
    is within the shorter is within the longer: a proof then covers more than can be.
    """
    kinds = [
        replace(atom, of_class=of_class, within_years=years)
        for of_class in dict.fromkeys(("", atom.of_class))
        for years in dict.fromkeys((0, atom.within_years))
    ]
    return tuple(map(str, kinds))


def code_of(field: Coded, choices: Mapping[str, bool]) -> str:
    """Return the code that the choices stand for; the last has what is over."""
    value = sum(bool(choices.get(name)) << bit for bit, name in enumerate(_bits_of(field)))
    return field.codes[min(value, len(field.codes) - 1)]


def choices_for(field: Coded, code: str) -> dict[str, bool]:
    """Return the choices that stand for a code.

    Examples:
        >>> from exeat.facts.vocabulary import PROOF
        >>> choices_for(PROOF, "none")
        {'proof.0': False, 'proof.1': True}
    """
    value = field.codes.index(code)
    return {name: bool(value >> bit & 1) for bit, name in enumerate(_bits_of(field))}


class FactModel(ThreeValued[B]):
    """Every fact of the vocabulary, written over choices in some logic.

    Args:
        logic: Truth tables or a prover's terms.
        hold_power: What the law of the place says; `free` leaves it open, for the question
            whether a rule can bite in any place.
        kind: The kind of house, or None to leave it open.
        fixed: Choices that are set, such as a ground that is taken away.
    """

    def __init__(
        self,
        logic: Logic[B],
        hold_power: Truth = None,
        kind: FacilityKind | None = FacilityKind.JAIL,
        *,
        free_power: bool = False,
        fixed: Mapping[str, bool] | None = None,
    ) -> None:
        super().__init__(logic)
        self.hold_power = hold_power
        self.kind = kind
        self.free_power = free_power
        self.fixed = fixed or {}
        self._known: dict[Condition, Pair[B]] = {}

    def choice(self, name: str) -> B:
        """Return one choice."""
        if name in self.fixed:
            return self.logic.const(self.fixed[name])
        return self.logic.var(name)

    @property
    def present(self) -> B:
        """Return whether a request is on file."""
        return self.choice(PRESENT.name)

    @property
    def kept(self) -> B:
        """Return whether a court's arrest warrant that names the person is a ground of custody."""
        courts = self.logic.some(
            [self.choice(name) for name, kind in WARRANT_CODES.items() if kind in COURT_WARRANTS]
        )
        if self.logic.never(courts):
            return courts
        return self.logic.every([self.present, self.choice("detainer.names_this_person"), courts])

    def truth(self, condition: Condition) -> Pair[B]:
        """Return the three-valued truth of a condition."""
        known = self._known.get(condition)
        if known is None:
            known = self._known[condition] = condition.over(self, self._atom)
        return known

    def _atom(self, atom: Atom) -> Pair[B]:
        # The same few atoms stand in most rules of a place: each is written down once.
        known = self._known.get(atom)
        if known is None:
            known = self._known[atom] = self._written(atom)
        return known

    def _written(self, atom: Atom) -> Pair[B]:
        if atom.list_id:
            return self.known(self.logic.every([self.choice(c) for c in choices_of(atom)]))
        expression = stated(atom)
        parts = [self._said(leaf) for leaf in leaves(expression)]
        said = self.some(parts) if len(parts) > 1 else parts[0]
        if expression.of_request:
            said = self.every([self.known(self.present), said])
        return said

    def _said(self, leaf: Sign | Table) -> Pair[B]:
        if isinstance(leaf, Sign):
            return self._signed(leaf)
        if leaf.field is KIND and self.kind is not None:
            return self.const(leaf.says[self.kind])
        sure = [code for code, truth in leaf.says.items() if truth]
        maybe = [code for code, truth in leaf.says.items() if truth is not False]
        is_sure = self._is(leaf.field, sure)
        return Pair(is_sure, is_sure if sure == maybe else self._is(leaf.field, maybe))

    def _signed(self, sign: Sign) -> Pair[B]:
        if sign is POWER and not self.free_power:
            return self.const(self.hold_power)
        names = () if sign is _RECEIVED else (sign.within, sign.name)
        return self.known(self.logic.every([self.choice(name) for name in names if name]))

    def _is(self, field: Coded, wanted: Sequence[str]) -> B:
        """Return whether a field has one of some codes; the last code has what is over."""
        names, last = _bits_of(field), len(field.codes) - 1
        terms = []
        for value in range(1 << len(names)):
            if field.codes[min(value, last)] in wanted:
                signs = [
                    self.choice(name) if value >> bit & 1 else self.logic.negate(self.choice(name))
                    for bit, name in enumerate(names)
                ]
                terms.append(self.logic.every(signs))
        return self.logic.some(terms)


ALL_CHOICES: Final = frozenset(
    choice for fact in VOCABULARY.values() for choice in choices_of(Atom(fact.name, fact.codes[:1]))
)
"""Every choice but those of offence lists, which are named like `charged in LIST`."""


def kind_of(actor: str) -> FacilityKind:
    """Return the kind of house that a rule's actor stands for; `other` counts as a jail.

    Examples:
        >>> kind_of("lock-up").value, kind_of("other").value
        ('lock-up', 'jail')
    """
    return next((kind for kind in FacilityKind if kind.value == actor), FacilityKind.JAIL)
