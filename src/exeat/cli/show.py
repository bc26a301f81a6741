"""An answer on the terminal: the verdict, its because, and what the law says under it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from exeat.decide import Answer, Certainty, DutyState, Verdict
from exeat.facts.words import say_time
from exeat.report.answers import DISCLAIMER, rules_named
from exeat.report.law_text import rule_text
from exeat.rules.model import Modality, Rule
from exeat.rules.place import LawOfPlace

__all__ = ["headline", "show_answer"]

_STYLE: Final = {
    Verdict.RELEASE: "bold green",
    Verdict.NOTIFY_FIRST: "bold yellow",
    Verdict.MAY_HOLD: "bold yellow",
    Verdict.MUST_HOLD: "bold yellow",
    Verdict.OVERDUE: "bold red",
    Verdict.CONFLICT: "bold magenta",
    Verdict.UNKNOWN: "bold magenta",
}


def headline(answer: Answer, zone: ZoneInfo) -> str:
    """Return the verdict as one line.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> from exeat.decide import decide
        >>> record = record_from_json('{"id": "a", "zone": "America/New_York",'
        ...     '"booked": "2026-03-02T09:00-05:00", "bases": [{"id": "b", "kind": "charge",'
        ...     '"end": "2026-03-06T17:30-05:00", "ended_by": "bail"}]}')
        >>> at = datetime.fromisoformat("2026-03-06T18:00-05:00")
        >>> headline(decide(record, law_of_place("us", shipped()), at), ZoneInfo(record.zone))
        'RELEASE: must go now; eligible since Fri 6 Mar 2026, 17:30 EST'
    """
    since = say_time(answer.eligible_since, zone)
    words = {
        Verdict.RELEASE: f"must go now; eligible since {since}",
        Verdict.NOTIFY_FIRST: f"give the notice that is owed, then release; eligible since {since}",
        Verdict.MAY_HOLD: f"may be held until {say_time(answer.until, zone)}; nobody must",
        Verdict.MUST_HOLD: f"must be held until {say_time(answer.until, zone)}",
        Verdict.OVERDUE: f"kept past every authority since {say_time(answer.overdue_since, zone)}",
        Verdict.CONFLICT: "binding rules contradict each other; counsel must decide",
        Verdict.UNKNOWN: "cannot decide; ask the questions below",
        Verdict.IN_CUSTODY: "a basis of custody still runs",
        Verdict.NOT_IN_CUSTODY: "the person is not in custody here at that time",
    }[answer.verdict]
    if answer.verdict in (Verdict.MAY_HOLD, Verdict.MUST_HOLD) and answer.until is None:
        words = "may be held" if answer.verdict is Verdict.MAY_HOLD else "must be held"
        words += " on the judge's warrant, which sets its own end"
    return f"{answer.verdict.value.upper().replace('-', ' ')}: {words}"


def show_answer(answer: Answer, law: LawOfPlace, zone: ZoneInfo, console: Console) -> None:
    """Print an answer in full."""
    console.print(Text(headline(answer, zone), style=_STYLE.get(answer.verdict, "bold")))
    asked = say_time(answer.at, zone)
    console.print(f"asked for {answer.place} at {asked}", style="dim", markup=False)
    if answer.certainty is Certainty.POSSIBLE:
        console.print("possible, not certain: the sources disagree", style="magenta")
    _list(console, "because", [step.says for step in answer.because])
    _list(console, "questions", [q.asks for q in answer.questions])
    for conflict in answer.conflicts:
        _list(console, "conflict", [conflict.says, *(_side(law, r) for r in conflict.rules)])
    _list(console, "duties", _duties(answer, zone))
    _list(console, "besides", _options(answer))
    _list(console, "to judge", [f"`{r.id}`: {r.when}" for r in answer.to_judge])
    _law(answer, law, console)
    rests = ", ".join(f"{place}: {what}" for place, what in answer.rests_on)
    console.print(f"\nrests on {rests}. {DISCLAIMER}", style="dim", markup=False)


def _list(console: Console, title: str, lines: list[str]) -> None:
    if not lines:
        return
    console.print(f"\n{title}", style="bold")
    for line in lines:
        console.print(Padding(Text(f"- {line}"), (0, 0, 0, 2)))


def _side(law: LawOfPlace, rule: Rule) -> str:
    return f"`{rule.id}` {rule.modality.value.replace('-', ' ')}: {rule.when}"


_STATES: Final = {
    DutyState.DONE: "done",
    DutyState.OWED: "owed",
    DutyState.LATE: "late",
    DutyState.UNKNOWN: "the record does not say whether it was done",
}


def _duties(answer: Answer, zone: ZoneInfo) -> list[str]:
    lines = []
    for duty in answer.duties:
        by = f", by {say_time(duty.due, zone)}" if duty.due else ""
        maybe = "" if duty.certainty is Certainty.CERTAIN else " (if it applies)"
        what = duty.rule.about.value.replace("-", " ")
        lines.append(f"{what}, to {duty.to}{by}: {_STATES[duty.state]}{maybe} — `{duty.rule.id}`")
    return lines


def _options(answer: Answer) -> list[str]:
    lines = []
    for option in answer.options:
        verb = "may" if option.rule.modality is Modality.MAY else "must not"
        maybe = "" if option.certainty is Certainty.CERTAIN else " (if it applies)"
        lines.append(f"{verb}{maybe}: {option.rule.about.value} — `{option.rule.id}`")
    return lines


def _law(answer: Answer, law: LawOfPlace, console: Console) -> None:
    named = {rule.id for step in answer.because if (rule := step.rule)}
    named |= {rule.id for rule in answer.decided_by}
    named |= {rule.id for conflict in answer.conflicts for rule in conflict.rules}
    named |= {u.rule.id for u in answer.unevaluated}
    named |= {d.rule.id for d in answer.duties if d.certainty is Certainty.CERTAIN}
    rules = [rule for rule in rules_named(answer) if rule.id in named]
    if not rules:
        return
    console.print("\nwhat the law says", style="bold")
    for rule in rules:
        text = rule_text(law, rule)
        limit = f"; {text.limit}" if text.limit else ""
        head = f"{rule.id} ({text.modality} {text.about}{limit}; confidence {rule.confidence})"
        console.print(Padding(Text(head, style="cyan"), (0, 0, 0, 2)))
        console.print(Padding(Text(text.when), (0, 0, 0, 4)))
        for source in text.citations:
            link = f" <{source.url}>" if source.url else ""
            basis = f"{source.basis}, checked {source.checked.isoformat()}"
            console.print(Padding(Text(f"{source.title}{link} ({basis})", style="dim"), (0, 0, 0, 4)))
