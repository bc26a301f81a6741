"""Run scenario tables: ask `decide`, and say in words where it answers otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.scenario.facts import build
from tests.scenario.tables import Row, TableError, read_tables
from tests.scenario.words import read_instant

from exeat.decide import Answer, Certainty, Duty, Verdict, decide
from exeat.errors import near_miss
from exeat.say.questions import say_ask
from exeat.say.reasons import say_reason
from exeat.say.words import say_time

__all__ = ["TableError", "collect", "run"]


def collect(folder: Path) -> list[Row]:
    """Return the rows of every table of a folder, by file name.

    Raises:
        TableError: A file cannot be read.
    """
    return [row for path in sorted(folder.glob("*.md")) for row in read_tables(path)]


def run(row: Row) -> list[str]:
    """Return what is wrong with a row, in words; nothing where `decide` answers as it says.

    Raises:
        TableError: The row cannot be read.
    """
    try:
        question = build(row.told)
        answer = decide(question.record, question.law, question.at)
        known = {rule.id for rule in question.law.rules}
        wrong = [
            *_verdict(row.cells["verdict"], answer),
            *_until(row.cells["until"], answer, question.zone),
            *_rules(row.cells["by rule"], answer, known),
            *_asks(row.cells.get("asks"), answer),
            *_duties(row.cells.get("duty"), answer, question.zone, known),
        ]
    except ValueError as error:
        raise TableError(f"{row.place}: {row.name}: {error}") from None
    if not wrong:
        return []
    because = " ".join(
        say_reason(step, answer, question.law, question.zone) for step in answer.because
    )
    return [
        f"{row.place}: {row.name}",
        f"  changed fact: {row.change}",
        *(f"  {line}" for line in wrong),
        f"  exeat's reasons: {because}",
    ]


def _differs(what: str, table: str, answer: str) -> Iterator[str]:
    if table != answer:
        yield f"{what}: the table says {table}, exeat says {answer}"


def _verdict(cell: str, answer: Answer) -> Iterator[str]:
    word = cell.removesuffix(", possibly")
    known = [verdict.value for verdict in Verdict]
    if word not in known:
        raise ValueError(f"`{cell}` is no verdict.{near_miss(word, known)}")
    sure = "" if answer.certainty is Certainty.CERTAIN else ", possibly"
    yield from _differs("verdict", cell, f"{answer.verdict.value}{sure}")


def _until(cell: str, answer: Answer, zone: ZoneInfo) -> Iterator[str]:
    if answer.overdue_since is not None:
        seen = f"since {say_time(answer.overdue_since, zone)}"
    elif answer.until is not None:
        seen = say_time(answer.until, zone)
    else:
        seen = "no end" if answer.verdict in (Verdict.MAY_HOLD, Verdict.MUST_HOLD) else "-"
    said = cell
    if cell not in ("-", "no end"):
        since = "since " if cell.startswith("since ") else ""
        said = since + say_time(read_instant(cell.removeprefix("since "), zone), zone)
    yield from _differs("until", said, seen)


def _rules(cell: str, answer: Answer, known: set[str]) -> Iterator[str]:
    """Compare rules: those that decided, or those that wait where the answer is unknown."""
    waits = answer.verdict is Verdict.UNKNOWN
    found = {u.rule.id for u in answer.unevaluated} if waits else {r.id for r in answer.decided_by}
    if cell == "-":
        yield from _differs("by rule", "none", ", ".join(sorted(found)) or "none")
        return
    for word in (part.strip() for part in cell.split(",")):
        name = word.removeprefix("not ")
        if name not in known:
            raise ValueError(f"the place has no rule `{name}`.{near_miss(name, sorted(known))}")
        if (name in found) is word.startswith("not "):
            verb = "waits" if waits else "decides"
            seen = ", ".join(sorted(found)) or "none"
            yield f"by rule: the table says `{word}` {verb}; in exeat: {seen}"


def _asks(cell: str | None, answer: Answer) -> Iterator[str]:
    if cell is None:
        return
    said = set() if cell == "-" else {part.strip() for part in cell.split(",")}
    seen = {question.fact for question in answer.questions}
    seen |= {f"counsel: {question.fact}" for question in answer.for_counsel}
    words = [(say_ask(question.asks), question.detainer) for question in answer.questions]
    if len(set(words)) < len(words):
        yield f"asks: the same question twice: {'; '.join(asks for asks, _ in words)}"
    yield from _differs(
        "asks", ", ".join(sorted(said)) or "nothing", ", ".join(sorted(seen)) or "nothing"
    )


def _duties(cell: str | None, answer: Answer, zone: ZoneInfo, known: set[str]) -> Iterator[str]:
    if cell is None or cell == "-":
        return
    for part in (part.strip() for part in cell.split(",")):
        name, _, said = part.partition(": ")
        if name not in known:
            raise ValueError(f"the place has no rule `{name}`.{near_miss(name, sorted(known))}")
        state, _, by = said.partition(" by ")
        if by:
            state += f" by {say_time(read_instant(by, zone), zone)}"
        seen = [
            _say_duty(duty, zone, by=bool(by)) for duty in answer.duties if duty.rule.id == name
        ]
        if state not in (seen or ["none"]):
            yield f"duty: the table says `{name}` {state}, exeat says {', '.join(seen) or 'none'}"


def _say_duty(duty: Duty, zone: ZoneInfo, *, by: bool) -> str:
    due = f" by {say_time(duty.due, zone)}" if by else ""
    return f"{duty.state.value}{due}"
