"""Cases that came out wrong once: what would be right, and why, a line each.

A line of `cases/*.jsonl` has `place`, `record` and either `at`, to be answered, or `audit`, to be
examined. `expect` says what must, or must not, be in what comes out; every key of it is judged.
People and acts are invented.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from exeat.audit import Finding, examine
from exeat.decide import Answer, Certainty, decide
from exeat.errors import RecordError
from exeat.facts.codec import record_from_json
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*.jsonl"))
FROM_ELIGIBILITY_TO_THE_DOOR = 21
"""The hours that there are, and a little, in the cases that ask for each hour once."""

Wrong = Iterator[str]
Case = dict[str, Any]


def cases() -> Iterator[Any]:
    for path in FILES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            case = json.loads(line)
            kind = "audit" if case.get("audit") else "answer"
            name = f"{path.stem}-{number}-{case['place']}-{case['case']}-{kind}"
            yield pytest.param(case, id=name)


def abouts(things: tuple[Any, ...]) -> list[str]:
    return [thing.rule.about.value for thing in things]


def _verdict(wanted: list[str], answer: Answer) -> Wrong:
    if answer.verdict.value not in wanted:
        yield f"{answer.verdict.value}, and not {' or '.join(wanted)}"


def _not_verdict(barred: list[str], answer: Answer) -> Wrong:
    if answer.verdict.value in barred:
        yield f"{answer.verdict.value}"


def _overdue_since(wanted: str, answer: Answer) -> Wrong:
    if answer.overdue_since != datetime.fromisoformat(wanted):
        yield f"overdue since {answer.overdue_since}"


def _option(about: str, answer: Answer) -> Wrong:
    if about not in abouts(answer.options):
        yield f"no option about {about}"


def _no_option(about: str, answer: Answer) -> Wrong:
    if about in abouts(answer.options):
        yield f"an option about {about}"


def _not_duty_done(about: str, answer: Answer) -> Wrong:
    if any(d.rule.about.value == about and d.state.value == "done" for d in answer.duties):
        yield f"the duty to {about} is called done"


ASKED: dict[str, Callable[[Any, Answer], Wrong]] = {
    "verdict": _verdict,
    "not_verdict": _not_verdict,
    "overdue_since": _overdue_since,
    "option": _option,
    "no_option": _no_option,
    "not_duty_done": _not_duty_done,
    "fault_or": _verdict,
}


def _finding(kinds: list[str], found: tuple[Finding, ...]) -> Wrong:
    yield from (f"no finding {kind}" for kind in kinds if kind not in [f.kind for f in found])


def _no_finding(kinds: list[str], found: tuple[Finding, ...]) -> Wrong:
    yield from (f"a finding {kind}" for kind in kinds if kind in [f.kind for f in found])


def _no_certain_finding(kinds: list[str], found: tuple[Finding, ...]) -> Wrong:
    sure = [f.kind for f in found if f.certainty is Certainty.CERTAIN]
    yield from (f"a certain finding {kind}" for kind in kinds if kind in sure)


def _any_finding(wanted: bool, found: tuple[Finding, ...]) -> Wrong:
    if wanted and not found:
        yield "nothing was found"


def _hours_once(wanted: bool, found: tuple[Finding, ...]) -> Wrong:
    hours = sum(finding.hours or 0 for finding in found)
    if wanted and hours > FROM_ELIGIBILITY_TO_THE_DOOR:
        yield f"{hours} hours, more than there were"


EXAMINED: dict[str, Callable[[Any, tuple[Finding, ...]], Wrong]] = {
    "finding": _finding,
    "no_finding": _no_finding,
    "no_certain_finding": _no_certain_finding,
    "any_finding": _any_finding,
    "hours_once": _hours_once,
}


def falls_short(case: Case) -> list[str]:
    """Return in what a case does not come out as it should; an unknown expectation is one."""
    law = law_of_place(case["place"], shipped())
    expect = case["expect"]
    try:
        record = record_from_json(json.dumps(case["record"]))
    except RecordError as error:
        return [] if "fault_or" in expect else [str(error)]
    if case.get("audit"):
        found = examine(record, law).findings
        judged = [EXAMINED[key](wanted, found) for key, wanted in expect.items()]
    else:
        answer = decide(record, law, datetime.fromisoformat(case["at"]))
        judged = [ASKED[key](wanted, answer) for key, wanted in expect.items()]
    return [wrong for one in judged for wrong in one]


@pytest.mark.parametrize("case", [*cases()])
def test_what_came_out_wrong_once_comes_out_right(case: Case) -> None:
    assert falls_short(case) == [], case["why"]


def test_every_line_expects_something_that_is_judged() -> None:
    for param in cases():
        [case] = param.values
        assert case["expect"], param.id
        assert case["expect"].keys() <= (EXAMINED if case.get("audit") else ASKED).keys(), param.id


# The judge must be able to say no: each expectation turned round is one that falls short.

SPOILT: list[tuple[str, Any]] = [
    ("verdict", ["not-in-custody"]),
    ("not_verdict", ["overdue"]),
    ("overdue_since", "2026-03-04T09:00-06:00"),
    ("option", "no such act"),
    ("fault_or", ["release"]),
]


def first(name: str, *, audit: bool = False) -> Case:
    found = [param.values[0] for param in cases()]
    return next(c for c in found if c["case"] == name and bool(c.get("audit")) is audit)


@pytest.mark.parametrize(("key", "wanted"), SPOILT, ids=[key for key, _ in SPOILT])
def test_an_answer_that_is_not_as_expected_falls_short(key: str, wanted: object) -> None:
    assert falls_short(first("01-gap") | {"expect": {key: wanted}})


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("finding", ["no-such-kind"]),
        ("no_finding", ["held-without-authority"]),
        ("hours_once", True),
    ],
)
def test_a_finding_that_is_not_as_expected_falls_short(key: str, wanted: object) -> None:
    assert falls_short(first("01-gap", audit=True) | {"expect": {key: wanted}})


def test_a_record_that_is_refused_falls_short_where_no_fault_was_expected() -> None:
    case = first("10-lifted-before-received")
    assert falls_short(case) == []
    assert falls_short(case | {"expect": {"verdict": ["release"]}})
