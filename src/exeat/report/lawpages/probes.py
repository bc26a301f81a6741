"""Records that differ in one thing at a time, to ask the law of a place what it turns on.

A probe is a complete record of an ordinary request: Form I-247A with a ground stated, served,
matching the person, who is charged with no felony, and no judge's warrant. The facts that the
rules of the place name beyond that (a list of offences, a state judge's order, an agreement)
are each tried as true and as false, alone and together: all at once, as columns of one table.

Examples:
    >>> sorted(FREE)[:3]
    ['charge.felony', 'conviction.any', 'conviction.felony']
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from exeat.facts.codes import DetainerForm, StatusProof
from exeat.prove.choices import FORM_CODES, PROOF_CODES, choices_for, choices_of
from exeat.prove.logic import Bits
from exeat.rules.conditions import Atom, parse_condition
from exeat.rules.model import Rule

__all__ = ["FREE", "PROTECTIVE", "Probes", "assignments", "turns_on"]

FREE: Final = frozenset(
    {
        "conviction.any",
        "conviction.felony",
        "charge.felony",
        "detainer.hold_ordered",
        "detainer.names_federal_felony_warrant",
        "detainer.names_watch_list_match",
        "facility.agreement_287g",
        "person.held_to_answer",
        "person.registered_offender",
        "warrant.administrative",
    }
)
"""Facts that are tried both ways; besides them every list of offences that a rule names."""

PROTECTIVE: Final = (
    "person.status_shown",
    "person.citizenship_shown",
    "person.victim_or_witness",
    "person.under_18",
    "warrant.federal_civil",
)
"""Facts held at no, whose effect is told apart, one at a time: who is exempt, and what a
judge's order in a civil matter changes. A criminal warrant is a ground of custody everywhere."""

_MOST: Final = 8
"""Up to so many facts are tried in every combination; of more, each alone and in pairs."""

_PLAIN: Final[Mapping[str, bool]] = {
    "charge.any": True,
    "detainer.present": True,
    "detainer.served": True,
    "detainer.ground_stated": True,
    "detainer.names_this_person": True,
    **choices_for("form", FORM_CODES.index(DetainerForm.I247A)),
    **choices_for("proof", PROOF_CODES.index(StatusProof.NONE)),
}
_PROOF: Final = {
    "person.status_shown": choices_for("proof", PROOF_CODES.index(StatusProof.LAWFUL_STATUS)),
    "person.citizenship_shown": choices_for("proof", PROOF_CODES.index(StatusProof.CITIZENSHIP)),
}


class Probes(Bits):
    """Every probe at once: a truth table over the facts that are tried.

    Args:
        facts: Names of the vocabulary, or ``charged in LIST`` and ``convicted in LIST``.

    Examples:
        >>> probes = Probes(["conviction.felony", "warrant.administrative"])
        >>> felony = probes.var("conviction.any")
        >>> probes.on(felony, {"conviction.felony"}), probes.on(felony, {"warrant.administrative"})
        (True, False)
    """

    def __init__(self, facts: Iterable[str]) -> None:
        super().__init__(facts)
        self._sets: dict[tuple[str, bool], list[int]] = {}
        for fact in self.names:
            for choice, value in _choices(fact).items():
                self._sets.setdefault((choice, value), []).append(super().var(fact))

    def var(self, name: str) -> int:
        """Return in which probes a choice is made: by a fact, or in the plain record."""
        denied = self.some(self._sets.get((name, False), ()))
        plain = self.every([self.const(_PLAIN.get(name, False)), self.negate(denied)])
        return self.some([plain, *self._sets.get((name, True), ())])

    def on(self, table: int, facts: Iterable[str]) -> bool:
        """Say whether a table is true of the probe in which just these facts are."""
        row = sum(1 << self.names.index(fact) for fact in facts)
        return bool(table >> row & 1)


def _choices(fact: str) -> Mapping[str, bool]:
    if fact in _PROOF:
        return _PROOF[fact]
    atom = parse_condition([fact])
    assert isinstance(atom, Atom)
    return dict.fromkeys(choices_of(atom), True)


def turns_on(rules: Iterable[Rule], known: frozenset[str] = FREE) -> tuple[str, ...]:
    """Return the facts named by rules that are tried both ways, by name."""
    named = {
        str(atom)
        for rule in rules
        for atom in rule.condition.atoms()
        if atom.list_id or atom.fact in known
    }
    return tuple(sorted(named))


def assignments(facts: Sequence[str]) -> Iterator[frozenset[str]]:
    """Yield which facts are true, fewest first, so that what is found first is least.

    Examples:
        >>> [sorted(facts) for facts in assignments(("a", "b"))]
        [[], ['a'], ['b'], ['a', 'b']]
    """
    most = len(facts) if len(facts) <= _MOST else 2
    for size in range(most + 1):
        for chosen in itertools.combinations(facts, size):
            yield frozenset(chosen)
