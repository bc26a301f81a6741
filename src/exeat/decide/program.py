"""The law of a day as one program over bits, made from the rules once and run on many cases.

A truth is two bits, *may be true* and *is true*: false 0, not known 1, true 3. And is ``&``,
or is ``|``, on numbers as on columns of them. The program is written by running
:func:`exeat.decide.hold.weighed` over expressions in place of truths, so that the rules add up
in one text, whatever carries them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final
from weakref import WeakKeyDictionary

from exeat.decide.hold import weighed
from exeat.decide.outcome import JOIN, NOTHING, Outcomes, possible
from exeat.facts.case import Case
from exeat.facts.times import Truth
from exeat.facts.vocabulary import VOCABULARY
from exeat.rules.conditions import All, Atom, Condition, InList
from exeat.rules.conditions import Any as AnyOf
from exeat.rules.model import About, Modality, Rule
from exeat.rules.place import LawOfPlace
from exeat.rules.world import Bound, DayLaw, World

__all__ = ["BITS", "FALSE", "OPEN", "TELLS", "TRUE", "Program", "program_of", "program_on"]

FALSE: Final = 0
OPEN: Final = 1
TRUE: Final = 3
BITS: Final[dict[Truth, int]] = {False: FALSE, None: OPEN, True: TRUE}
_CONTRARY: Final = (TRUE, OPEN, OPEN, FALSE)


def _table() -> tuple[Outcomes, ...]:
    found = [0] * 256
    for truths in product(BITS, repeat=4):
        c, a, b, k = (BITS[truth] for truth in truths)
        found[c | a << 2 | b << 4 | k << 6] = possible(*truths)
    return tuple(found)


_SETS: Final = _table()

Read = Callable[[Case], int]

TELLS: Final = frozenset({About.NOTIFY, About.TELL_COURT})
"""What stops the door while it is owed before release; an official's hearing does so too."""


@dataclass(frozen=True, slots=True)
class Program:
    """What the rules about a hold come to on one day, under each reading.

    Attributes:
        run: Takes the bits of the facts, of the limits that are reached and of the rules for a
            person, and gives the set of outcomes under each reading.
        cheap: For each fact that is read from a field: its place, how it is read, and whether
            the case can say it: the power to hold is a matter of the law.
        dear: The same for offence lists, which are looked up only where they still decide.
        limits: The rules whose limit of time counts, in the order of their bits.
        judged: The rules that a person must judge, in the order of their bits.
        unsettled: These bits while nobody has judged: a permission stays out, all else is open.
    """

    run: Callable[[Sequence[int], Sequence[int], Sequence[int]], tuple[Outcomes, ...]]
    facts: int
    cheap: tuple[tuple[int, Read, bool], ...]
    dear: tuple[tuple[int, Read, bool], ...]
    limits: tuple[Rule, ...]
    judged: tuple[Rule, ...]
    unsettled: tuple[int, ...]
    no_limits: tuple[int, ...]
    """The bits of the limits while nobody has worked them out."""
    untimed: tuple[int, ...]
    """The same with none of them reached."""
    letting_out: tuple[Bound, ...] = ()
    """The rules that say within which time a person is let out."""
    bringing: tuple[Bound, ...] = ()
    """The rules by which a judicial official sees the person before release."""
    telling: tuple[Bound, ...] = ()
    """The notices that a machine can tell are owed before the person leaves."""


class _Writer:
    """Writes the rules down as expressions; see `exeat.decide.hold.Weigh`."""

    def __init__(self) -> None:
        self.atoms: dict[Atom, int] = {}
        self.rules: dict[tuple[int, Truth], str] = {}
        self.limits: dict[int, Rule] = {}
        self.judged: dict[int, Rule] = {}
        self.lines: list[str] = []

    def bites(self, rule: Rule, force: Truth) -> str:
        key = id(rule), force
        if key not in self.rules:
            name = self.rules[key] = f"r{len(self.rules)}"
            said = self._condition(rule.condition)
            if rule.judge or rule.unread:
                self.judged.setdefault(id(rule), rule)
                said += f" & q[{list(self.judged).index(id(rule))}]"
            elif force is not True:
                said += f" & {OPEN}"
            self.lines.append(f"{name} = {said}")
        return self.rules[key]

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Atom):
            return f"f[{self.atoms.setdefault(condition, len(self.atoms))}]"
        if isinstance(condition, All):
            return self.every(map(self._condition, condition.parts))
        if isinstance(condition, AnyOf):
            return self.some(map(self._condition, condition.parts))
        return self.negate(self._condition(condition.part))

    def past(self, rule: Rule) -> str:
        self.limits.setdefault(id(rule), rule)
        return f"p[{list(self.limits).index(id(rule))}]"

    def every(self, truths: Iterable[str]) -> str:
        return f"({' & '.join(truths) or TRUE})"

    def some(self, truths: Iterable[str]) -> str:
        return f"({' | '.join(truths) or FALSE})"

    def negate(self, truth: str) -> str:
        return f"N[{truth}]"

    def possible(self, commanded: str, allowed: str, banned: str, ended: str) -> str:
        return f"S[{commanded} | {allowed} << 2 | {banned} << 4 | {ended} << 6]"

    def join(self, one: str, other: str) -> str:
        return other if one == str(NOTHING) else f"J[{one}][{other}]"


def program_of(worlds: Sequence[World], in_list: InList) -> Program:
    """Return the program of a day's readings.

    Examples:
        >>> program_of((), lambda *_: None).run((), (), ())
        ()
    """
    writer = _Writer()
    sets = [weighed(writer, world, str(NOTHING)) for world in worlds]
    body = [*writer.lines, f"return ({''.join(f'{one}, ' for one in sets)})"]
    source = "def run(f, p, q):\n" + "".join(f"    {line}\n" for line in body)
    space: dict[str, Any] = {"N": _CONTRARY, "S": _SETS, "J": JOIN}
    # The text is made above, of numbers and names of its own; nothing of a file is in it.
    exec(compile(source, "<law of a day>", "exec"), space)  # noqa: S102
    atoms = writer.atoms.items()
    return Program(
        run=space["run"],
        facts=len(writer.atoms),
        cheap=tuple(
            (i, _read(atom), atom.fact != "place.hold_power")
            for atom, i in atoms
            if not atom.list_id
        ),
        dear=tuple((i, _look_up(atom, in_list), True) for atom, i in atoms if atom.list_id),
        limits=tuple(writer.limits.values()),
        judged=tuple(writer.judged.values()),
        unsettled=tuple(
            FALSE if rule.modality is Modality.MAY else OPEN for rule in writer.judged.values()
        ),
        no_limits=(OPEN,) * len(writer.limits),
        untimed=(FALSE,) * len(writer.limits),
    )


_programs: WeakKeyDictionary[LawOfPlace, dict[int, Program]] = WeakKeyDictionary()


def program_on(law: LawOfPlace, day: DayLaw) -> Program:
    """Return the program of one of a place's days, made once."""
    known = _programs.setdefault(law, {})
    # A place keeps the law of its days, so that no other comes to have the same identity.
    if id(day) not in known:
        others = [bound for bound in day.others if bound[0].modality is Modality.MUST]
        known[id(day)] = replace(
            program_of(day.worlds, law.in_list),
            letting_out=tuple(b for b in others if b[0].about is About.RELEASE and b[0].clock),
            bringing=tuple(b for b in others if b[0].about is About.BRING_BEFORE_OFFICIAL),
            telling=tuple(
                bound
                for bound in day.owed
                if bound[0].about in TELLS and not bound[0].judge and not bound[0].unread
            ),
        )
    return known[id(day)]


def _read(atom: Atom) -> Read:
    read, codes = VOCABULARY[atom.fact].read, frozenset(atom.codes)
    if codes:
        return lambda case: OPEN if (code := read(case)) is None else TRUE * (code in codes)
    return lambda case: BITS[read(case)]  # type: ignore[index]  # a fact without codes


def _look_up(atom: Atom, in_list: InList) -> Read:
    return lambda case: BITS[atom.truth(case, in_list)]
