"""An office's own policy is policy everywhere: it narrows a permission, and undoes no command."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.unit.invented_law import ELIGIBLE, Law, ask, rule

from exeat.decide import Verdict
from exeat.prove.clashes import of_one_file, unflagged
from exeat.prove.coverage import contradictions, stretches
from exeat.prove.prover import bodies_of, distinct
from exeat.prove.solver import Z3
from exeat.rules.world import Footing

POLICY = "policy = true\n"
BAN = rule("must-not", "ban", more=POLICY)
CAP = rule("must-not", "cap", hours=24, more=POLICY)
MUST = rule("must", hours=72)
MAY = rule("may", hours=72)
UNTIL = ELIGIBLE + timedelta(hours=72)


@pytest.mark.parametrize("policy", [BAN, CAP])
@pytest.mark.parametrize("hours", [1, 30])
def test_a_policy_undoes_no_command_and_ends_none(policy: str, hours: int) -> None:
    answer = ask({"us-xx": MUST, "us-xx-here": policy}, hours)
    assert (answer.verdict, answer.until) == (Verdict.MUST_HOLD, UNTIL)
    assert [(window.rule.id, window.end) for window in answer.windows] == [("must", UNTIL)]


@pytest.mark.parametrize(
    ("policy", "before", "after"),
    [(BAN, Verdict.RELEASE, Verdict.OVERDUE), (CAP, Verdict.MAY_HOLD, Verdict.OVERDUE)],
)
def test_a_policy_narrows_a_permission(policy: str, before: Verdict, after: Verdict) -> None:
    files = {"us-xx": MAY, "us-xx-here": policy}
    found = [ask(files, hours).verdict for hours in (1, 30)]
    assert found == [before, after]


def test_a_footing_tells_policy_from_law() -> None:
    law = {"us-xx": MUST + rule("must-not", "law-ban") + rule("must-not", "law-cap", hours=48)}
    place = Law(law | {"us-xx-here": BAN + CAP}).place()
    [world] = place.on(date(2026, 4, 10)).worlds
    [on] = world.footings
    assert _ids(on) == (["law-ban"], ["law-cap"], ["ban", "cap"])


def _ids(on: Footing) -> tuple[list[str], list[str], list[str]]:
    bans, caps, unused = ([one.id for one, _ in pairs] for pairs in (on.bans, on.caps, on.unused))
    return bans, caps, unused


def test_a_policy_contradicts_no_command() -> None:
    files = {"us-xx": MUST, "us-xx-here": rule("must", "own", hours=72) + BAN + CAP}
    found = list(stretches(Law(files).place(), date(2026, 12, 31)))
    assert contradictions(found) == []
    logic = Z3()
    bodies = bodies_of(found)
    assert [*of_one_file(logic, bodies[0]), *unflagged(logic, bodies[0])] == []


def test_two_laws_that_differ_in_policy_alone_are_two() -> None:
    ban = rule("must-not", "ban")
    both = [
        one
        for text in (ban, BAN)
        for one in stretches(Law({"us-xx": MUST + text}).place(), date(2026, 12, 31))
    ]
    assert len(distinct(bodies_of(both))) == 2
