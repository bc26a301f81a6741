"""`exeat law check`: structure, coverage over time, proofs, examples; every fault at once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from exeat.errors import Fault, LawError
from exeat.facts.record import Offence
from exeat.prove.choices import FactModel, choices_of
from exeat.prove.coverage import (
    Contradiction,
    contradictions,
    coverage_faults,
    gaps,
    stretches,
)
from exeat.prove.logic import Bits
from exeat.prove.proofs import Proof, prove
from exeat.rules.conditions import All, Atom, Condition, Not, parse_condition
from exeat.rules.examples import example_faults
from exeat.rules.model import Actor, Jurisdiction, OffenceList, Rule
from exeat.rules.offences import on_list
from exeat.rules.place import LawOfPlace, law_of_place

__all__ = ["HOUSES", "CheckReport", "check"]

HOUSES: Final = (Actor.JAIL, Actor.PRISON, Actor.LOCKUP, Actor.COURT)
"""The kinds of house whose duties are checked."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `exeat law check` found.

    Attributes:
        faults: What must be mended. Empty where the check is green.
        warnings: What a reader should see and may leave.
        contradictions: Every command and ban of one place that can meet; the answer there is
            `conflict`, or `unknown` where it is not certain that both bite.
        proofs: One for each property; empty where no proof was asked for.
        places: How many jurisdictions, ``rules`` how many rules, ``stretches`` how many spans
            of days of one law were looked at.
        until: The last day that was looked at.
        seconds: How long it took.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    contradictions: tuple[Contradiction, ...]
    proofs: tuple[Proof, ...]
    places: int
    rules: int
    stretches: int
    until: date
    seconds: float

    @property
    def green(self) -> bool:
        """Whether nothing must be mended."""
        return not self.faults


def check(library: Mapping[str, Jurisdiction], *, proofs: bool, today: date) -> CheckReport:
    """Check the law of every place, over every day from its first rule to the end of next year.

    Args:
        library: Jurisdictions by id, as `exeat.rules.library.library` returns them.
        proofs: Also prove the properties of `exeat.prove.proofs`; needs z3-solver.
        today: The day on which next year is told.

    Returns:
        All the faults at once, each with its file and line; nothing is raised for them.

    Raises:
        UsageError: Proofs are asked for and z3-solver is not installed.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> check({"us": shipped()["us"]}, proofs=False, today=date(2026, 11, 25)).green
        True
    """
    begun = time.perf_counter()
    until = date(today.year + 1, 12, 31)
    laws, faults = _laws(library)
    for place in library.values():
        faults += [*_example_faults(place, laws), *_list_faults(place)]
    found = [
        stretch for house in laws.values() for law in house for stretch in stretches(law, until)
    ]
    faults += coverage_faults(laws[Actor.JAIL], until)
    clashes = contradictions(found)
    warnings = [*gaps(library.values())]
    for clash in clashes:
        if clash.same_file and not clash.by_court:
            (faults if clash.certain else warnings).append(_clash_fault(library, clash))
    proved = prove(library.values(), found) if proofs else ()
    faults += [fault for proof in proved for fault in _proof_faults(library, proof)]
    return CheckReport(
        faults=tuple(faults),
        warnings=tuple(warnings),
        contradictions=tuple(clashes),
        proofs=proved,
        places=len(library),
        rules=sum(len(place.rules) for place in library.values()),
        stretches=len(found),
        until=until,
        seconds=time.perf_counter() - begun,
    )


def _laws(
    library: Mapping[str, Jurisdiction],
) -> tuple[dict[Actor, list[LawOfPlace]], list[Fault]]:
    """Return the law of every place for every kind of house, and what keeps one from being read."""
    laws: dict[Actor, list[LawOfPlace]] = {house: [] for house in HOUSES}
    faults: dict[Fault, None] = {}
    for place in sorted(library):
        for house in HOUSES:
            try:
                laws[house].append(law_of_place(place, library, actor=house))
            except LawError as error:
                faults.update(dict.fromkeys(error.faults))
    return laws, list(faults)


def _example_faults(place: Jurisdiction, laws: Mapping[Actor, list[LawOfPlace]]) -> Iterator[Fault]:
    for rule in place.rules:
        where = f"{place.file}:{rule.line}"
        for says in example_faults(rule):
            help = "Give one example of each kind, and mend the example or the condition."
            yield Fault("E230", where, says, help)
        for key, examples in (("accepts", rule.accepts), ("refuses", rule.refuses)):
            for example in examples:
                if not _possible(example):
                    facts = ", ".join(f"{name} = {value}" for name, value in example.items())
                    yield Fault(
                        "E230",
                        where,
                        f"`{rule.id}` {key} `{facts}`, which no record can show",
                        "Give facts that go together: a form says what it asks, and a warrant of "
                        "a federal judge is a judge's.",
                    )


def _possible(example: Mapping[str, object]) -> bool:
    """Say whether there is a record on which every fact of an example is as given."""
    wanted: list[Condition] = []
    for name, value in example.items():
        if name == "on":
            continue
        if isinstance(value, str):
            wanted.append(Atom(name, (value,)))
        else:
            atom = parse_condition([name])
            wanted.append(atom if value else Not(atom))
    bits = Bits(choice for part in wanted for atom in part.atoms() for choice in choices_of(atom))
    model = FactModel(bits, kind=None, free_power=True)
    return bool(model.truth(All(tuple(wanted))).sure)


def _list_faults(place: Jurisdiction) -> Iterator[Fault]:
    for offences in place.lists.values():
        where = f"{place.file}:{offences.line}"
        for key, entries, wanted in (
            ("accept", offences.accepts, True),
            ("refuse", offences.refuses, False),
        ):
            for entry in entries:
                if _on(entry, offences) is not wanted:
                    yield Fault(
                        "E230",
                        where,
                        f"offence list `{offences.id}` does not {key} `{entry}`",
                        "Mend the entry, or the statutes and words of the list.",
                    )


def _on(entry: str, offences: OffenceList) -> bool | None:
    as_statute = on_list(Offence(statute=entry), offences)
    return as_statute or (on_list(Offence(description=entry), offences) or as_statute)


def _clash_fault(library: Mapping[str, Jurisdiction], clash: Contradiction) -> Fault:
    return Fault(
        "E233",
        _where(library, clash.must),
        f"{clash}, on facts such as `{_facts(clash.choices)}`",
        "Write the exception into the condition of one of the two, or, where the sources "
        "disagree, declare a [[contest]].",
    )


def _facts(choices: Mapping[str, bool]) -> str:
    return ", ".join(name for name, value in choices.items() if value)


def _where(library: Mapping[str, Jurisdiction], rule: Rule) -> str:
    return f"{library[rule.place].file}:{rule.line}"


def _proof_faults(library: Mapping[str, Jurisdiction], proof: Proof) -> Iterator[Fault]:
    for example in proof.counter_examples:
        lines = [_where(library, rule) for rule in _named(library, example.place, example.rules)]
        yield Fault(
            "E234",
            ", ".join(lines) or f"{library[example.place].file}:1",
            f"proof `{proof.name}` fails for `{example.place}`: {example.says}",
            "Ask `exeat clear` about the record of the counter-example, and mend the rule.",
        )


def _named(
    library: Mapping[str, Jurisdiction], place: str, rules: tuple[str, ...]
) -> Iterator[Rule]:
    at: str | None = place
    while at is not None:
        yield from (rule for rule in library[at].rules if rule.id in rules)
        at = library[at].parent
