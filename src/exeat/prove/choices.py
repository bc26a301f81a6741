"""The vocabulary as free choices: what a record can say, with what follows by construction.

Facts depend on one another: a request on form I-247G asks for no hold, a warrant of a federal
judge is a judge's, a felony charge is a charge. Here every fact is written over *choices* that
do not, so that any combination of choices is a record that there can be (`_witness` builds
it), and none is left out. Each choice is known: proofs run over complete records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, Generic, TypeVar

from exeat.decide.custody import COURT_WARRANTS
from exeat.facts.codes import (
    FORMS,
    DetainerForm,
    FacilityKind,
    OffenceClass,
    StatusProof,
    WarrantKind,
)
from exeat.facts.times import Truth
from exeat.facts.vocabulary import VOCABULARY
from exeat.prove.logic import Logic, Pair, ThreeValued
from exeat.rules.conditions import All, Any, Atom, Condition, Not

__all__ = [
    "ALL_CHOICES",
    "FORM_CODES",
    "KIND_CODES",
    "PROOF_CODES",
    "WARRANT_CODES",
    "FactModel",
    "choices_for",
    "choices_of",
    "code_of",
    "kind_of",
]

B = TypeVar("B")

FORM_CODES: Final = tuple(DetainerForm)
PROOF_CODES: Final = tuple(StatusProof)
KIND_CODES: Final = tuple(FacilityKind)
WARRANT_CODES: Final[Mapping[str, WarrantKind]] = {
    "warrant.administrative": WarrantKind.I200,
    "warrant.federal_criminal": WarrantKind.FEDERAL_JUDGE_CRIMINAL,
    "warrant.federal_civil": WarrantKind.FEDERAL_JUDGE_CIVIL,
    "warrant.state": WarrantKind.STATE_JUDGE,
}
"""Each choice of a warrant that came with a request, and the kind that a record then has."""

_FORM: Final = ("form.0", "form.1", "form.2")
_PROOF: Final = ("proof.0", "proof.1")
_KIND: Final = ("kind.0", "kind.1")
_PRESENT: Final = "detainer.present"

_OF_DETAINER: Final = frozenset(
    {
        "detainer.served",
        "detainer.ground_stated",
        "detainer.names_this_person",
        "detainer.hold_ordered",
        "detainer.names_federal_felony_warrant",
        "detainer.names_watch_list_match",
        "warrant.administrative",
    }
)
_WARRANTS: Final[Mapping[str, tuple[str, ...]]] = {
    "warrant.federal_civil": ("warrant.federal_civil",),
    "warrant.federal_criminal": ("warrant.federal_criminal",),
    "warrant.state_judge": ("warrant.state",),
    "warrant.federal_judge": ("warrant.federal_criminal", "warrant.federal_civil"),
    "warrant.judicial": ("warrant.federal_criminal", "warrant.federal_civil", "warrant.state"),
}
_PART_OF: Final = {"charge.felony": "charge.any", "conviction.felony": "conviction.any"}
_LIST_OF: Final = {"charged": "charge.any", "convicted": "conviction.any"}


def choices_of(atom: Atom) -> tuple[str, ...]:
    """Return the choices on which a fact rests.

    Examples:
        >>> from exeat.rules.conditions import parse_condition
        >>> choices_of(parse_condition(["detainer.asks_hold"]))
        ('detainer.present', 'form.0', 'form.1', 'form.2')
    """
    name = atom.fact
    if atom.list_id:
        felony = _LIST_OF[name].replace(".any", ".felony")
        of_felony = (felony,) if atom.of_class == OffenceClass.FELONY else ()
        return (_LIST_OF[name], *of_felony, *_list_choices(atom))
    if name in ("detainer.form", "detainer.asks_hold", "detainer.asks_notice"):
        return (_PRESENT, *_FORM)
    if name == "detainer.in_effect":
        return (_PRESENT, *_FORM, "detainer.served")
    if name in _OF_DETAINER:
        return (_PRESENT, name)
    if name in _WARRANTS:
        return (_PRESENT, *_WARRANTS[name])
    if name in ("person.citizenship_shown", "person.status_shown"):
        return _PROOF
    if name in _PART_OF:
        return (_PART_OF[name], name)
    if name == "facility.kind":
        return _KIND
    return (_PRESENT,) if name == "detainer.received" else (name,)


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


def code_of(prefix: str, choices: Mapping[str, bool], codes: int) -> int:
    """Return which code the choices of a fact with codes stand for; the last has the rest."""
    bits = (bool(choices.get(f"{prefix}.{i}")) << i for i in range(3))
    return min(sum(bits), codes - 1)


def choices_for(prefix: str, code: int) -> dict[str, bool]:
    """Return the choices that stand for a code.

    Examples:
        >>> choices_for("proof", 2)
        {'proof.0': False, 'proof.1': True}
    """
    bits = {"form": _FORM, "proof": _PROOF}[prefix]
    return {name: bool(code >> i & 1) for i, name in enumerate(bits)}


class FactModel(Generic[B]):
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
        self.logic = logic
        self.three = ThreeValued(logic)
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
        return self.choice(_PRESENT)

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
            known = self._known[condition] = self._truth(condition)
        return known

    def _truth(self, condition: Condition) -> Pair[B]:
        if isinstance(condition, Atom):
            return self._atom(condition)
        if isinstance(condition, Not):
            return self.three.negate(self.truth(condition.part))
        parts = [self.truth(part) for part in condition.parts]
        if isinstance(condition, All):
            return self.three.every(parts)
        assert isinstance(condition, Any)
        return self.three.some(parts)

    def _atom(self, atom: Atom) -> Pair[B]:
        name = atom.fact
        if name == "detainer.form":
            wanted_forms = [i for i, form in enumerate(FORM_CODES) if form.value in atom.codes]
            on_form = self._is(_FORM, len(FORM_CODES), wanted_forms)
            return self.three.known(self.logic.every([self.present, on_form]))
        if name in ("detainer.asks_hold", "detainer.asks_notice", "detainer.in_effect"):
            return self._of_form(name)
        if name == "place.hold_power" and not self.free_power:
            return self.three.const(self.hold_power)
        if name == "facility.kind":
            wanted = [kind for kind in KIND_CODES if kind.value in atom.codes]
            if self.kind is not None:
                return self.three.const(self.kind in wanted)
            return self.three.known(self._is(_KIND, 4, [KIND_CODES.index(kind) for kind in wanted]))
        return self.three.known(self._plain(atom))

    def _plain(self, atom: Atom) -> B:
        name = atom.fact
        if atom.list_id:
            return self.logic.every([self.choice(choice) for choice in choices_of(atom)])
        if name == "detainer.received":
            # A request that was not received is not on file (`decide.hold.active`).
            return self.present
        if name in _OF_DETAINER:
            return self.logic.every([self.present, self.choice(name)])
        if name in _WARRANTS:
            kinds = [self.choice(kind) for kind in _WARRANTS[name]]
            return self.logic.every([self.present, self.logic.some(kinds)])
        if name == "person.citizenship_shown":
            return self._is(_PROOF, 3, [PROOF_CODES.index(StatusProof.CITIZENSHIP)])
        if name == "person.status_shown":
            shown = (StatusProof.CITIZENSHIP, StatusProof.LAWFUL_STATUS)
            return self._is(_PROOF, 3, [PROOF_CODES.index(code) for code in shown])
        if name in _PART_OF:
            return self.logic.every([self.choice(_PART_OF[name]), self.choice(name)])
        return self.choice(name)

    def _is(self, bits: tuple[str, ...], codes: int, wanted: Iterable[int]) -> B:
        """Return whether a fact with codes has one of some; the last code has what is over."""
        values: set[int] = set()
        for code in wanted:
            values |= {code} if code < codes - 1 else set(range(code, 1 << len(bits)))
        terms = []
        for value in sorted(values):
            signs = [
                self.choice(bit) if value >> i & 1 else self.logic.negate(self.choice(bit))
                for i, bit in enumerate(bits)
            ]
            terms.append(self.logic.every(signs))
        return self.logic.some(terms)

    def _of_form(self, name: str) -> Pair[B]:
        def forms(*answers: Truth) -> B:
            codes = [i for i, form in enumerate(FORM_CODES) if _says(name, form) in answers]
            return self._is(_FORM, len(FORM_CODES), codes)

        if name == "detainer.in_effect":
            served = self.choice("detainer.served")
            sure = self.logic.some([forms(True), served])
            maybe = self.logic.some([forms(True, None), served])
        else:
            sure, maybe = forms(True), forms(True, None)
        present = self.present
        return Pair(self.logic.every([present, sure]), self.logic.every([present, maybe]))


def _says(name: str, form: DetainerForm) -> Truth:
    facts = FORMS[form]
    if name == "detainer.asks_hold":
        return facts.asks_hold
    if name == "detainer.asks_notice":
        return facts.asks_notice
    return None if facts.needs_service is None else not facts.needs_service


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
    return next((kind for kind in KIND_CODES if kind.value == actor), FacilityKind.JAIL)
