"""The frame of an attack: steps, each with what must be refused, in an order that a seed gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tests.attack.ground import Ground

__all__ = ["STEPS", "GotThrough", "Report", "Step", "attack", "must", "step"]

Try = Callable[[Ground, Random], None]


class GotThrough(AssertionError):
    """Something that must be refused was not."""


@dataclass(frozen=True, slots=True)
class Step:
    """One way in.

    Attributes:
        of: Where the review has it, such as ``A1``.
        refused: What must not be possible.
        tried: Tries it; the source of chance is its own.
    """

    name: str
    of: str
    refused: str
    tried: Try


STEPS: Final[dict[str, Step]] = {}


def step(of: str, refused: str) -> Callable[[Try], Try]:
    """Enter a function as a step; its name is the step's."""

    def enter(tried: Try) -> Try:
        name = tried.__name__
        assert name not in STEPS, f"two steps are called {name}"
        STEPS[name] = Step(name, of, refused, tried)
        return tried

    return enter


def must(holds: object, words: str) -> None:
    """State what holds where the desk refuses as it should.

    Raises:
        GotThrough: It does not hold.
    """
    if not holds:
        raise GotThrough(words)


@dataclass
class Report:
    """What came of an attack."""

    seed: int
    tried: list[str] = field(default_factory=list)
    through: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = len(set(self.tried))
        head = f"attack: seed {self.seed}: {len(self.tried)} steps of {kinds} kinds"
        if not self.through:
            return f"{head}, nothing got through"
        return "\n".join([f"{head}, {len(self.through)} GOT THROUGH", *self.through])


def order_of(seed: int, count: int, names: Sequence[str]) -> Iterator[str]:
    """Yield names of steps: each once in an order of chance, then each once more, and so on."""
    chance, left = Random(f"order {seed}"), list[str]()
    for _ in range(count):
        if not left:
            left = sorted(names)
            chance.shuffle(left)
        yield left.pop()


def attack(
    ground: Ground,
    seed: int,
    count: int,
    *,
    only: Sequence[str] = (),
    told: Callable[[str], None] = lambda _: None,
) -> Report:
    """Try steps one after another on one desk, and go on past those that get through.

    Args:
        ground: The desk, which is spoilt afterwards.
        seed: The same seed gives the same order and arguments.
        count: How many steps.
        only: Names of the steps to choose from; left out: all.
        told: Is told of each step before it is tried.
    """
    report = Report(seed)
    for number, name in enumerate(order_of(seed, count, only or tuple(STEPS))):
        one = STEPS[name]
        told(f"{number:4} {name}")
        report.tried.append(name)
        _try(ground, one, number, report)
    _try(ground, _AT_THE_END, count, report)
    return report


def _try(ground: Ground, one: Step, number: int, report: Report) -> None:
    chance = Random(f"{report.seed} {number} {one.name}")
    try:
        ground.begin(chance)
        one.tried(ground, chance)
        must(not ground.broke, f"the desk broke: {'; '.join(ground.broke)}")
    except Exception as error:  # a step that cannot be tried refuses nothing
        kind = "" if isinstance(error, GotThrough) else f"{type(error).__name__}: "
        report.through.append(
            f"  seed {report.seed}, step {number} `{one.name}` ({one.of}): {one.refused}\n"
            f"    {kind}{error}\n"
            f"    again: make attack SEED={report.seed} STEPS={number + 1}"
        )


def _whole(ground: Ground, _: Random) -> None:
    """Look at what all steps left behind: the people who were in the house are in it."""
    for agency, records in ground.kept.items():
        ctx = ground.town.ctx(agency=agency)
        shown = {row.record for row in ground.town.desk.board.rows(ctx)}
        must(records <= shown, f"{len(records - shown)} people of `{agency}` are off the board")
    must(ground.verified() == 0, "the ledger does not verify")


_AT_THE_END: Final = Step(
    "what_is_left", "A3", "somebody is lost, or the ledger is damaged, when all is over", _whole
)
