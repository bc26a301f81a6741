"""An answer on the terminal: the verdict, its because, and what the law says under it."""

from __future__ import annotations

import textwrap
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console

from exeat.decide import Answer, Certainty, DutyState, Verdict
from exeat.facts.words import say_time
from exeat.report.answers import DISCLAIMER, rules_named
from exeat.report.law_text import rule_text
from exeat.rules.model import About, Modality, Rule, Trigger
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
        >>> from datetime import datetime
        >>> from exeat.facts.codec import record_from_json
        >>> from exeat.rules.library import shipped
        >>> from exeat.rules.place import law_of_place
        >>> from exeat.decide import decide
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "America/New_York",'
        ...     '"booked": "2026-03-02T09:00-05:00", "bases": [{"id": "b", "kind": "charge",'
        ...     '"end": "2026-03-06T17:30-05:00", "ended_by": "bail"}]}'
        ... )
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


def show_answer(
    answer: Answer, law: LawOfPlace, zone: ZoneInfo, console: Console, *, brief: bool = False
) -> None:
    """Print an answer; with ``brief``, without what the law says under it."""
    style = _STYLE.get(answer.verdict, "bold")
    console.print(headline(answer, zone), style=style, markup=False)
    asked = say_time(answer.at, zone)
    console.print(f"asked for {answer.place} at {asked}", style="dim", markup=False)
    if answer.certainty is Certainty.POSSIBLE:
        console.print("possible, not certain: the sources disagree", style="magenta")
    _list(console, "because", [step.says for step in answer.because])
    _list(console, "questions", list(dict.fromkeys(q.asks for q in answer.questions)))
    for conflict in answer.conflicts:
        _list(console, "conflict", [conflict.says, *(_side(law, r) for r in conflict.rules)])
    _list(console, "duties", _duties(answer, zone))
    _list(console, "besides", _options(answer))
    _list(console, "to judge", [f"`{r.id}`: {r.when}" for r in answer.to_judge])
    if not brief:
        _law(answer, law, console)
    rests = ", ".join(f"{place}: {what}" for place, what in answer.rests_on)
    console.print(f"\nrests on {rests}. {DISCLAIMER}", style="dim", markup=False)


def _list(console: Console, title: str, lines: list[str]) -> None:
    if not lines:
        return
    console.print(f"\n{title}", style="bold")
    for line in lines:
        _wrapped(console, line, first="  - ", rest="    ")


def _wrapped(
    console: Console, text: str, *, first: str, rest: str | None = None, style: str = ""
) -> None:
    """Print a text in lines that fit, a link never broken."""
    for line in textwrap.wrap(
        text,
        console.width - 1,
        initial_indent=first,
        subsequent_indent=rest if rest is not None else first,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        console.print(line, style=style, markup=False, soft_wrap=True)


def _side(law: LawOfPlace, rule: Rule) -> str:
    return f"`{rule.id}` {rule.modality.value.replace('-', ' ')}: {rule.when}"


_STATES: Final = {
    DutyState.DONE: "done",
    DutyState.OWED: "owed",
    DutyState.LATE: "late",
    DutyState.UNKNOWN: "the record does not say whether it was done",
}


_TO: Final = {
    "ice": "immigration authorities",
    "person": "the person",
    "judge": "the judge",
    "counsel": "counsel",
    "file": "the file",
}
_DO: Final = {
    About.HOLD: "keep the person",
    About.NOTIFY: "tell {to} of the release",
    About.RELEASE: "let the person out",
    About.BRING_BEFORE_OFFICIAL: "take the person before a judicial official",
    About.ANSWER_INFORMATION: "give {to} other information that is asked for",
    About.STATUS_QUERY: "ask about the person's status",
    About.HAND_OVER: "hand the person to another custodian",
    About.PASS_ON_REQUEST: "pass the request on with a person who is moved",
    About.INTERVIEW: "give access for an interview",
    About.SERVE_COPY: "give {to} a copy of the request",
    About.INFORM_PERSON: "explain to {to}",
    About.TELL_COURT: "tell {to} that the request is on file",
    About.ENTER_IN_FILE: "make the entry in the file",
    About.REPORT: "report to {to}",
    About.AGREEMENT: "make an agreement",
    About.RECORD_KEEPING: "keep a record",
}


def _what(rule: Rule) -> str:
    """Return in words what a rule makes, lets or forbids somebody to do."""
    to = _TO.get(rule.to or "ice", rule.to)
    if rule.about is About.NOTIFY and rule.trigger is not Trigger.RELEASE:
        return f"give {to} the information that the rule names"
    return _DO[rule.about].format(to=to)


def _duties(answer: Answer, zone: ZoneInfo) -> list[str]:
    lines = []
    for duty in answer.duties:
        by = f", by {say_time(duty.due, zone)}" if duty.due else ""
        maybe = "" if duty.certainty is Certainty.CERTAIN else "if it applies: "
        what = _what(duty.rule)
        lines.append(f"{maybe}{what}{by} (`{duty.rule.id}`): {_STATES[duty.state]}")
    return lines


def _options(answer: Answer) -> list[str]:
    lines = []
    for option in answer.options:
        verb = "may" if option.rule.modality is Modality.MAY else "must not"
        maybe = "" if option.certainty is Certainty.CERTAIN else "if it applies: "
        what = _what(option.rule)
        lines.append(f"{maybe}{verb} {what} (`{option.rule.id}`)")
    return lines


def _law(answer: Answer, law: LawOfPlace, console: Console) -> None:
    named = {rule.id for step in answer.because if (rule := step.rule)}
    named |= {rule.id for rule in answer.decided_by}
    named |= {rule.id for conflict in answer.conflicts for rule in conflict.rules}
    if answer.verdict is Verdict.UNKNOWN:
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
        _wrapped(console, head, first="  ", rest="    ", style="cyan")
        _wrapped(console, text.when, first="    ")
        for source in text.citations:
            link = f" <{source.url}>" if source.url else ""
            basis = f"{source.basis}, checked {source.checked.isoformat()}"
            line = f"{source.title} ({basis}){link}"
            _wrapped(console, line, first="    ", rest="      ", style="dim")
