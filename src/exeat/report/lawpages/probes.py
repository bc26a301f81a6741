"""Records that differ in one thing at a time, to ask the law of a place what it turns on.

A probe is a complete record of an ordinary request: Form I-247A with a ground stated, served,
matching the person, who is charged with no felony, and no judge's warrant. The facts that the
rules of the place name beyond that (a list of offences, a state judge's order, an agreement)
are each tried as true and as false, alone and together: all at once, as rows of one table.

Examples:
    >>> sorted(FREE)[:3]
    ['charge.felony', 'conviction.any', 'conviction.felony']
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from exeat.facts.codes import DetainerForm, StatusProof
from exeat.facts.vocabulary import FORM, PROOF
from exeat.prove.choices import choices_for, choices_of
from exeat.rules.conditions import Atom, parse_condition
from exeat.rules.model import Rule

__all__ = ["FREE", "PROTECTIVE", "assignments", "probe", "turns_on"]

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
    **choices_for(FORM, DetainerForm.I247A),
    **choices_for(PROOF, StatusProof.NONE),
}
_PROOF: Final = {
    "person.status_shown": choices_for(PROOF, StatusProof.LAWFUL_STATUS),
    "person.citizenship_shown": choices_for(PROOF, StatusProof.CITIZENSHIP),
}


def probe(facts: Iterable[str]) -> dict[str, bool]:
    """Return the choices of an ordinary request on which some facts are true besides.

    Args:
        facts: Names of the vocabulary, or ``charged in LIST`` and ``convicted in LIST``.

    Examples:
        >>> probe(["conviction.felony"])["conviction.any"], probe([]).get("conviction.any")
        (True, None)
    """
    made = dict(_PLAIN)
    for fact in facts:
        atom = parse_condition([fact])
        assert isinstance(atom, Atom)
        made |= _PROOF.get(fact) or dict.fromkeys(choices_of(atom), True)
    return made


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
