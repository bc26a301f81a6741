"""The law of a day as one program over bits, made from the rules once and run on many cases.

A truth is two bits, *may be true* and *is true*: false 0, not known 1, true 3. And is ``&``,
or is ``|``, on numbers as on columns of them. A fact with codes is the set of codes that it
may have. The program is written by running :func:`exeat.decide.hold.weighed` over expressions
in place of truths, so that the rules add up in one text, whatever carries them.

What a record can leave open is its *marks*: each is free of the others, so that filling in
marks makes every case that there can be, and none that there cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Final
from weakref import WeakKeyDictionary

from exeat.decide.hold import weighed
from exeat.decide.marks import Mark, mark_of, mark_of_list, masks
from exeat.decide.outcome import JOIN, NOTHING, Outcomes, possible
from exeat.facts.bits import BITS, CONTRARY, FALSE, OPEN, TRUE
from exeat.facts.expressions import Sign, Table, leaves
from exeat.facts.times import Truth
from exeat.facts.vocabulary import SIGNS
from exeat.rules.conditions import Atom, InList, stated
from exeat.rules.model import About, Modality, Rule
from exeat.rules.place import LawOfPlace
from exeat.rules.world import Bound, DayLaw, World

__all__ = ["ACTS", "TELLS", "Program", "program_of", "program_on"]

ACTS: Final = ("detainer.served", "detainer.hold_ordered")
"""What the jail may have left undone; `exeat.decide.scale` asks how it would be if it had not."""

TELLS: Final = frozenset({About.NOTIFY, About.TELL_COURT})
"""What stops the door while it is owed before release; an official's hearing does so too."""


def _table() -> tuple[Outcomes, ...]:
    found = [0] * 256
    for truths in product(BITS, repeat=4):
        c, a, b, k = (BITS[truth] for truth in truths)
        found[c | a << 2 | b << 4 | k << 6] = possible(*truths)
    return tuple(found)


_SETS: Final = _table()

Bits = Sequence[int]
Weighing = Callable[[Bits, Bits, Bits], tuple[Outcomes, ...]]


@dataclass(frozen=True, slots=True)
class Program:
    """What the rules about a hold come to on one day, under each reading.

    Attributes:
        weigh: Takes the marks, the limits that are reached and the rules for a person, as bits,
            and gives the set of outcomes under each reading.
        waiting: Takes the marks and the rules for a person, and gives the condition of each rule.
        reads: The marks that each of these conditions is about, by their places.
        brings: Takes the marks, and says whether an official must see the person first.
        marks: What is read of a case, in the order of its bits.
        limits: The rules whose limit of time counts, in the order of their bits.
        judged: The rules that a person must judge, in the order of their bits.
        unsettled: These bits while nobody has judged: a permission stays out, all else is open.
        commands: Whether any rule commands a hold.
        bringing: The rules by which a judicial official sees the person before release.
        letting_out: The rules that say within which time a person is let out.
        telling: The notices that a machine can tell are owed before the person leaves.
    """

    weigh: Weighing
    waiting: Callable[[Bits, Bits], tuple[int, ...]]
    reads: tuple[frozenset[int], ...]
    brings: Callable[[Bits], int]
    marks: tuple[Mark, ...]
    limits: tuple[Rule, ...]
    judged: tuple[Rule, ...]
    unsettled: tuple[int, ...]
    commands: bool
    bringing: tuple[Bound, ...] = ()
    letting_out: tuple[Bound, ...] = ()
    telling: tuple[Bound, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    """Where the bits of a mark stand, by its name."""


class _Writer:
    """Writes the rules down as expressions; see `exeat.decide.hold.Weigh`."""

    def __init__(self, in_list: InList) -> None:
        self.in_list = in_list
        self.marks: dict[str, Mark] = {}
        self.rules: dict[tuple[int, Truth], str] = {}
        self.limits: dict[int, Rule] = {}
        self.judged: dict[int, Rule] = {}
        self.lines: list[str] = []
        self.conditions: list[str] = []
        self.reads: list[frozenset[int]] = []
        self._read: set[int] = set()

    def bites(self, rule: Rule, force: Truth) -> str:
        key = id(rule), force
        if key not in self.rules:
            name = self.rules[key] = f"r{len(self.rules)}"
            self._read = set()
            said = condition = rule.condition.over(self, self.atom)
            self.reads.append(frozenset(self._read))
            if rule.judge:
                self.judged.setdefault(id(rule), rule)
                judged = f"q[{list(self.judged).index(id(rule))}]"
                said += f" & {judged}"
                condition = f"{condition} if {judged} else {FALSE}"
            elif force is not True:
                said += f" & {OPEN}"
            self.conditions.append(condition)
            self.lines.append(f"{name} = {said}")
        return self.rules[key]

    def atom(self, atom: Atom) -> str:
        if atom.list_id:
            return self._mark(str(atom), lambda: mark_of_list(atom, self.in_list))
        return self.some(map(self.leaf, leaves(stated(atom))))

    def leaf(self, leaf: Sign | Table) -> str:
        if isinstance(leaf, Sign):
            return self._mark(leaf.name, lambda: mark_of(leaf))
        codes = self._mark(leaf.field.name, lambda: mark_of(leaf))
        yes, maybe = masks(leaf)
        perhaps = f"{OPEN} if {codes} & {yes | maybe} else {FALSE}"
        return f"({TRUE} if not {codes} & ~{yes} else {perhaps})"

    def _mark(self, name: str, made: Callable[[], Mark]) -> str:
        if name not in self.marks:
            self.marks[name] = made()
        place = list(self.marks).index(name)
        self._read.add(place)
        return f"f[{place}]"

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


def program_of(worlds: Sequence[World], in_list: InList, bringing: Sequence[Bound] = ()) -> Program:
    """Return the program of a day's readings.

    Examples:
        >>> program_of((), lambda *_: None).weigh((), (), ())
        ()
    """
    writer = _Writer(in_list)
    sets = [weighed(writer, world, str(NOTHING)) for world in worlds]
    weighs = _made("f, p, q", [*writer.lines, f"return ({''.join(f'{one}, ' for one in sets)})"])
    waiting = _made("f, q", [f"return ({''.join(f'{one}, ' for one in writer.conditions)})"])
    hearings = [rule.condition.over(writer, writer.atom) for rule, _ in bringing]
    brings = _made("f", [f"return {writer.some(hearings)}"])
    if worlds:
        for act in ACTS:
            writer.leaf(SIGNS[act])
    return Program(
        weigh=weighs,
        waiting=waiting,
        reads=tuple(writer.reads),
        brings=brings,
        marks=tuple(writer.marks.values()),
        limits=tuple(writer.limits.values()),
        judged=tuple(writer.judged.values()),
        unsettled=tuple(
            FALSE if rule.modality is Modality.MAY else OPEN for rule in writer.judged.values()
        ),
        commands=any(world.musts for world in worlds),
        bringing=tuple(bringing),
        places={name: index for index, name in enumerate(writer.marks)},
    )


def _made(takes: str, body: Sequence[str]) -> Any:
    source = f"def run({takes}):\n" + "".join(f"    {line}\n" for line in body)
    space: dict[str, Any] = {"N": CONTRARY, "S": _SETS, "J": JOIN}
    # The text is made above, of numbers and names of its own; nothing of a file is in it.
    exec(compile(source, "<law of a day>", "exec"), space)  # noqa: S102
    return space["run"]


_programs: WeakKeyDictionary[LawOfPlace, dict[int, Program]] = WeakKeyDictionary()


def program_on(law: LawOfPlace, day: DayLaw) -> Program:
    """Return the program of one of a place's days, made once."""
    known = _programs.setdefault(law, {})
    # A place keeps the law of its days, so that no other comes to have the same identity.
    found = known.get(id(day))
    if found is None:
        musts = [bound for bound in day.others if bound[0].modality is Modality.MUST]
        bringing = [b for b in musts if b[0].about is About.BRING_BEFORE_OFFICIAL]
        found = known[id(day)] = replace(
            program_of(day.worlds, law.in_list, bringing),
            letting_out=tuple(b for b in musts if b[0].about is About.RELEASE and b[0].clock),
            telling=tuple(
                bound for bound in day.owed if bound[0].about in TELLS and not bound[0].judge
            ),
        )
    return found
