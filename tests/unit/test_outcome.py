"""What the law may make of a hold: sets of outcomes, and how two requests join."""

from __future__ import annotations

from itertools import product

import pytest

from exeat.decide.answer import Verdict
from exeat.decide.outcome import JOIN, NOTHING, STANDS, Outcome, Outcomes, outcome, possible
from exeat.facts.times import Truth

TRUTHS: tuple[Truth, ...] = (True, False, None)
SETS = range(16)


def members(outcomes: Outcomes) -> set[Outcome]:
    return {one for one in Outcome if outcomes & 1 << one}


def values(truth: Truth) -> tuple[bool, ...]:
    return (True, False) if truth is None else (truth,)


@pytest.mark.parametrize("truths", [*product(TRUTHS, repeat=4)])
def test_what_is_possible_is_what_some_value_of_what_is_not_known_gives(
    truths: tuple[Truth, Truth, Truth, Truth],
) -> None:
    every = {outcome(*known) for known in product(*map(values, truths))}
    assert members(possible(*truths)) == every


@pytest.mark.parametrize(
    ("commanded", "allowed", "banned", "ended", "expected"),
    [
        (False, False, False, False, Outcome.NONE),
        (False, True, False, False, Outcome.MAY),
        (False, True, True, False, Outcome.NONE),
        (True, False, False, False, Outcome.MUST),
        (True, True, False, False, Outcome.MUST),
        (True, False, True, False, Outcome.CONFLICT),
        (True, True, True, False, Outcome.CONFLICT),
        (False, False, True, False, Outcome.NONE),
        # A ban that prevails, or a limit that is reached, ends whatever stood.
        *((c, a, b, True, Outcome.NONE) for c, a, b in product((True, False), repeat=3)),
    ],
)
def test_how_rules_add_up(
    commanded: bool, allowed: bool, banned: bool, ended: bool, expected: Outcome
) -> None:
    assert outcome(commanded, allowed, banned, ended) is expected


def test_two_requests_give_the_greater_of_each_pair() -> None:
    for one, other in product(SETS, SETS):
        pairs = product(members(one), members(other))
        assert members(JOIN[one][other]) == {max(pair) for pair in pairs}


def test_the_join_is_that_of_a_lattice_and_no_request_is_nothing() -> None:
    for a, b, c in product(SETS, SETS, SETS):
        assert JOIN[a][b] == JOIN[b][a]
        assert JOIN[JOIN[a][b]][c] == JOIN[a][JOIN[b][c]]
    for a in SETS:
        assert JOIN[a][NOTHING] == a
        # Each pair of outcomes of one set joins to one of the set: the same request twice is one.
        assert JOIN[a][a] == a


def test_of_known_outcomes_none_is_lost_and_knowing_more_never_adds_one() -> None:
    for a, b, c in product(SETS, SETS, SETS):
        if members(a) <= members(b):
            assert members(JOIN[a][c]) <= members(JOIN[b][c])


def sets(*outcomes: Outcome) -> Outcomes:
    return sum(1 << one for one in outcomes)


N, MAY, C, MUST = Outcome
R = Verdict.RELEASE_UNLESS_INSTRUCTED
COUNSEL = Verdict.CALL_COUNSEL
READ: list[tuple[tuple[Outcome, ...], Verdict | None]] = [
    ((), None),
    ((N,), None),
    ((MAY,), Verdict.MAY_HOLD),
    ((C,), Verdict.CONFLICT),
    ((MUST,), Verdict.MUST_HOLD),
    ((N, MAY), R),
    ((N, C), COUNSEL),
    ((N, MUST), COUNSEL),
    ((MAY, C), COUNSEL),
    ((MAY, MUST), Verdict.MAY_HOLD),
    ((C, MUST), Verdict.CONFLICT),
    ((N, MAY, C), COUNSEL),
    ((N, MAY, MUST), COUNSEL),
    ((N, C, MUST), COUNSEL),
    ((MAY, C, MUST), COUNSEL),
    ((N, MAY, C, MUST), COUNSEL),
]


@pytest.mark.parametrize(("outcomes", "stand"), READ)
def test_what_only_counsel_can_settle_is_read_on_the_safe_side(
    outcomes: tuple[Outcome, ...], stand: Verdict | None
) -> None:
    assert STANDS[sets(*outcomes)] is stand


def test_every_set_is_read() -> None:
    assert {sets(*outcomes) for outcomes, _ in READ} == set(SETS)
