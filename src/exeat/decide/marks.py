"""The marks: what a record can say, or leave open, one free of the other.

The facts that rules name depend on one another: the form says what is asked and whether it
must be served, one proof shows two things, a federal judge's warrant is a judge's. Here each
of them is written over marks that do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from exeat.facts.bits import BITS, FALSE, TRUE
from exeat.facts.case import Case
from exeat.facts.codes import FORMS, DetainerForm, FormFacts, StatusProof
from exeat.facts.times import Truth
from exeat.rules.conditions import Atom, InList

__all__ = ["CODED", "DERIVED", "Mark", "Read", "mark_of"]

Read = Callable[[Case], int]

_FORM: Final = {form: 1 << index for index, form in enumerate(DetainerForm)}
_PROOF: Final = {proof: 1 << index for index, proof in enumerate(StatusProof)}
_ALL_FORMS: Final = sum(_FORM.values())
_NO_FORM: Final = 1 << len(_FORM)
_ALL_PROOFS: Final = sum(_PROOF.values())

DERIVED: Final[Mapping[str, tuple[str, ...]]] = {
    "warrant.judicial": (
        "warrant.federal_criminal",
        "warrant.federal_civil",
        "warrant.state_judge",
    ),
    "warrant.federal_judge": ("warrant.federal_criminal", "warrant.federal_civil"),
}
"""Facts that are true where any of some marks is."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that a record says or leaves open.

    Attributes:
        read: Reads its bits from a case.
        values: What it can be, one after the other, where it is open.
        shared: It is the same for every request about the person.
        of_case: The case can say it; the power to hold is a matter of the law.
        dear: Looking it up takes long: it is an offence list.
    """

    name: str
    read: Read
    values: tuple[int, ...]
    shared: bool
    of_case: bool = True
    dear: bool = False

    def is_open(self, bits: int) -> bool:
        """Say whether the bits leave more than one value."""
        return bits not in self.values


def _table(says: Callable[[FormFacts], Truth]) -> tuple[int, int]:
    """Return the forms of which a table says yes, and those of which it does not say."""
    yes = sum(bit for form, bit in _FORM.items() if says(FORMS[form]))
    maybe = sum(bit for form, bit in _FORM.items() if says(FORMS[form]) is None)
    return yes, maybe


Coded = Callable[[Atom], Iterator[tuple[str, int, int]]]


def _form_is(atom: Atom) -> Iterator[tuple[str, int, int]]:
    yield "detainer.form", sum(bit for form, bit in _FORM.items() if form in atom.codes), 0


def _by_form(says: Callable[[FormFacts], Truth]) -> Coded:
    table = _table(says)

    def coded(_: Atom) -> Iterator[tuple[str, int, int]]:
        yield "detainer.form", *table

    return coded


def _shown(*proofs: StatusProof) -> Coded:
    def coded(_: Atom) -> Iterator[tuple[str, int, int]]:
        yield "person.status_proof", sum(_PROOF[proof] for proof in proofs), 0

    return coded


CODED: Final[Mapping[str, Coded]] = {
    "detainer.form": _form_is,
    "detainer.asks_hold": _by_form(lambda form: form.asks_hold),
    "detainer.asks_notice": _by_form(lambda form: form.asks_notice),
    # In effect without a copy, or by one: the copy is a mark of its own.
    "detainer.in_effect": _by_form(
        lambda form: None if form.needs_service is None else not form.needs_service
    ),
    "person.citizenship_shown": _shown(StatusProof.CITIZENSHIP),
    "person.status_shown": _shown(StatusProof.CITIZENSHIP, StatusProof.LAWFUL_STATUS),
}
"""Facts that turn on a code: the mark, its codes that make the fact true, those that leave it."""


def _read_form(case: Case) -> int:
    if case.detainer is None:
        return _NO_FORM
    form = case.detainer.form
    return _ALL_FORMS if form is None else _FORM[form]


def _read_proof(case: Case) -> int:
    proof = case.record.person.status_proof
    return _ALL_PROOFS if proof is None else _PROOF[proof]


def mark_of(name: str, atom: Atom | None, in_list: InList) -> Mark:
    """Return the mark of a name; of an offence list, or a fact with codes, its atom says which."""
    if name == "detainer.form":
        return Mark(name, _read_form, tuple(_FORM.values()), shared=False)
    if name == "person.status_proof":
        return Mark(name, _read_proof, tuple(_PROOF.values()), shared=True)
    shared = not name.startswith(("detainer.", "warrant."))
    said = atom or Atom(name)
    return Mark(
        name,
        lambda case: BITS[said.truth(case, in_list)],
        (FALSE, TRUE),
        shared,
        of_case=name != "place.hold_power",
        dear=bool(said.list_id),
    )
