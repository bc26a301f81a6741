"""An answer on the terminal: what to do first, then its because, then what the law says."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from exeat.decide import (
    Answer,
    Certainty,
    Change,
    Conflict,
    Duty,
    DutyState,
    Option,
    Question,
    Verdict,
)
from exeat.facts.openings import AskKind
from exeat.rules.model import Modality, Rule
from exeat.rules.place import LawOfPlace
from exeat.say.acts import STATES, grouped, say_act, say_duty, say_option
from exeat.say.answers import DISCLAIMER, rules_named
from exeat.say.citations import NOTHING_LATER, Citation, cite, cite_contest
from exeat.say.law_text import reading_text, rule_text, say_rests_on
from exeat.say.lead import bears, checks_said, is_whether, lead_of, sides_of
from exeat.say.questions import answer_said, say_ask, say_conflict
from exeat.say.reasons import say_reason, say_whose
from exeat.say.words import say_time

__all__ = ["headline", "show_answer"]

_STYLE: Final = {
    Verdict.RELEASE: "bold green",
    Verdict.RELEASE_UNLESS_INSTRUCTED: "bold green",
    Verdict.NOTIFY_FIRST: "bold yellow",
    Verdict.SERVE_FIRST: "bold yellow",
    Verdict.BRING_FIRST: "bold yellow",
    Verdict.MAY_HOLD: "bold yellow",
    Verdict.MUST_HOLD: "bold yellow",
    Verdict.OVERDUE: "bold red",
    Verdict.CONFLICT: "bold magenta",
    Verdict.CALL_COUNSEL: "bold magenta",
    Verdict.UNKNOWN: "bold magenta",
}
_PRESSING: Final = (DutyState.LATE, DutyState.OWED, DutyState.UNKNOWN)
_Acted = TypeVar("_Acted", Duty, Option)
_SENTENCE: Final = {Modality.MUST: "must", Modality.MAY: "may", Modality.MUST_NOT: "must not"}


def headline(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> str:
    """Return the answer as one line: what to do, and until when.

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
        >>> law = law_of_place("us", shipped())
        >>> headline(decide(record, law, at), law, ZoneInfo(record.zone))
        'RELEASE NOW: now; eligible for release since Fri 6 Mar 2026, 17:30 EST'
    """
    lead = lead_of(answer, law, zone)
    return f"{lead.do}: {lead.when}"


def show_answer(
    answer: Answer, law: LawOfPlace, zone: ZoneInfo, console: Console, *, brief: bool = False
) -> None:
    """Print an answer; with ``brief``, what to do and to ask alone, without reasons and ids."""
    page = _Page(console, ids=not brief)
    _lead(page, answer, law, zone)
    page.told("check first", checks_said(answer, zone))
    page.told("questions", _asked(answer.questions, zone))
    page.told("for your counsel", _asked(answer.for_counsel, zone))
    _duties(page, answer, zone, _PRESSING)
    page.listed("do not", grouped(_options(answer.bans)))
    if not brief:
        _duties(page, answer, zone, [state for state in STATES if state not in _PRESSING])
        page.listed("you may (nobody must)", grouped(_options(_free(answer))))
    for contest in answer.contested:
        if bears(contest, answer) and (is_whether(contest) or not brief):
            _contested(page, contest, answer, law, zone)
    if not brief:
        _reasons(page, answer, law, zone)
        _law(page, answer, law, zone)
    rests = ", ".join(f"{place.id}: {say_rests_on(place)}" for place in answer.rests_on)
    console.print()
    page.wrapped(f"rests on {rests}; {NOTHING_LATER}. {DISCLAIMER}", style="dim")


def _free(answer: Answer) -> list[Option]:
    """Return what is allowed and not commanded anyhow."""
    commanded = {say_act(d.rule) for d in answer.duties if d.certainty is Certainty.CERTAIN}
    return [option for option in answer.options if say_act(option.rule) not in commanded]


def _lead(page: _Page, answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> None:
    lead = lead_of(answer, law, zone)
    page.wrapped(f"{lead.do}.", style=_STYLE.get(answer.verdict, "bold"))
    for label in ("when", "why", "tell", "ring"):
        page.wrapped(_upper(getattr(lead, label)), first=f"  {label:<6}", rest="        ")
    known = f", as known at {say_time(answer.known_at, zone)}" if answer.known_at else ""
    page.wrapped(f"asked for {answer.place} at {say_time(answer.at, zone)}{known}", style="dim")


def _reasons(page: _Page, answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> None:
    _conflicts(page, answer, law)
    steps = ((say_reason(step, answer, law, zone), step.rule) for step in answer.because)
    page.listed("because", grouped(steps))
    asked = {question.fact for question in answer.for_counsel}
    judged = [rule for rule in answer.to_judge if rule.id not in asked]
    page.listed("for a person to judge", grouped((rule.when, rule) for rule in judged))


class _Page:
    """A console whose lines fit, with rule ids dim behind the sentence, or not at all."""

    def __init__(self, console: Console, *, ids: bool) -> None:
        self.console = console
        self._ids = ids

    def title(self, title: str) -> None:
        self.console.print(f"\n{title}", style="bold", markup=False)

    def listed(self, title: str, said: dict[str, list[str]]) -> None:
        """Print a list under a title; nothing where there is nothing to say."""
        if not said:
            return
        self.title(title)
        for sentence, ids in said.items():
            behind = f"[{', '.join(ids)}]" if ids and self._ids else ""
            self.wrapped(sentence, first="  - ", rest="    ", behind=behind)

    def told(self, title: str, said: Iterable[str]) -> None:
        """Print sentences under a title, each once."""
        self.listed(title, grouped((sentence, None) for sentence in said))

    def wrapped(
        self, text: str, *, first: str = "", rest: str = "", style: str = "", behind: str = ""
    ) -> None:
        """Print a text in lines that fit, a link never broken; ``behind`` follows it, dim."""
        lines = textwrap.wrap(
            f"{text} {behind}".strip(),
            self.console.width - 1,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        left = len(f"{text} ") if behind else None
        for line in lines:
            shown = Text(line, style=style)
            if left is not None:
                indent = len(first if line is lines[0] else rest)
                if left < len(line) - indent:
                    shown.stylize("dim", indent + max(left, 0))
                left -= len(line) - indent + 1
            self.console.print(shown, soft_wrap=True)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _duties(page: _Page, answer: Answer, zone: ZoneInfo, states: Iterable[DutyState]) -> None:
    for state in states:
        found = [duty for duty in answer.duties if duty.state is state]
        page.listed(
            STATES[state], grouped((_duty(duty, zone), duty.rule) for duty in _sure_first(found))
        )


def _duty(duty: Duty, zone: ZoneInfo) -> str:
    return say_duty(duty, say_time(duty.due, zone) if duty.due else "")


def _options(options: Sequence[Option]) -> Iterator[tuple[str, Rule]]:
    return ((say_option(option), option.rule) for option in _sure_first(options))


def _sure_first(found: Iterable[_Acted]) -> list[_Acted]:
    return sorted(found, key=lambda one: one.certainty is not Certainty.CERTAIN)


def _asked(questions: Sequence[Question], zone: ZoneInfo) -> Iterator[str]:
    """Yield each question with what every answer to it would change."""
    for question in questions:
        asks = say_ask(question.asks).removeprefix("For counsel: ")
        if question.asks.kind is AskKind.RULE:
            asks = f"Does this apply? {asks}"
        changes = "; ".join(_change(change, zone) for change in question.changes)
        yield f"{_upper(asks)} ({changes})"


def _change(change: Change, zone: ZoneInfo) -> str:
    answers = ", ".join(answer_said(answer, zone) for answer in change.answers)
    *most, last = (verdict.value.replace("-", " ") for verdict in change.verdicts)
    verdicts = f"{', '.join(most)} or {last}" if most else last
    return f"{answers} -> {verdicts}"


def _contested(
    page: _Page, contest: Conflict, answer: Answer, law: LawOfPlace, zone: ZoneInfo
) -> None:
    """Print both sides of a point on which the sources disagree, with who says it."""
    day = answer.at.astimezone(zone).date()
    sides = sides_of(contest, answer)
    page.title("contested: the sources disagree")
    asks = say_conflict(contest)
    page.wrapped(asks, first="  ", rest="  ")
    told: list[str] = []
    for reading in _readings(contest, sides, law):
        says = reading_text(law, reading).removeprefix(asks).strip().rstrip(".")
        page.wrapped(f"{_upper(says)}.", first="  - ", rest="    ")
        rules = [rule for rule in sides if rule.reading == reading]
        titles = [source.title for rule in rules for source in cite(law, rule, day)]
        _titles(page, titles, "    ")
        told += titles
    others = [source.title for source in cite_contest(law, contest.contest, day)]
    _titles(page, [title for title in others if title not in told], "")


def _readings(contest: Conflict, sides: Sequence[Rule], law: LawOfPlace) -> list[str]:
    """Return the readings that somebody took by then, or that need no rule to be taken."""
    [told] = [one for one in law.contests if one.id == contest.contest]
    taken = {rule.reading for rule in sides}
    ever = {rule.reading for rule in law.rules}
    names = [f"{told.id}/{reading.id}" for reading in told.readings]
    return [name for name in names if name in taken or name not in ever]


def _titles(page: _Page, titles: Iterable[str], indent: str) -> None:
    for title in dict.fromkeys(titles):
        page.wrapped(title, first=f"{indent}  ", rest=f"{indent}    ", style="dim")


def _conflicts(page: _Page, answer: Answer, law: LawOfPlace) -> None:
    shown = {rule.id for contest in answer.contested for rule in sides_of(contest, answer)}
    for conflict in answer.conflicts:
        if {rule.id for rule in conflict.rules} <= shown:
            continue
        said = [
            (f"{_upper(say_whose(law, r))}, {_SENTENCE[r.modality]}: {r.when}", r)
            for r in conflict.rules
        ]
        page.listed("conflict", grouped([(say_conflict(conflict), None), *said]))


def _law(page: _Page, answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> None:
    rules = _to_show(answer)
    if not rules:
        return
    day = answer.at.astimezone(zone).date()
    page.title("what the law says")
    for rule in rules:
        text = rule_text(law, rule, on=day)
        limit = f"; {text.limit}" if text.limit else ""
        what = f"{text.modality} {text.about.replace('-', ' ')}{limit}"
        notes = "this office's policy; " if rule.policy else ""
        notes += "on one reading; " if rule.reading else ""
        head = f"{rule.id} ({notes}{what}; confidence {rule.confidence})"
        page.wrapped(head, first="  ", rest="    ", style="cyan")
        page.wrapped(text.when, first="    ", rest="    ")
        for source in text.citations:
            page.wrapped(_cited(source), first="    ", rest="      ", style="dim")


def _to_show(answer: Answer) -> list[Rule]:
    points = (*answer.conflicts, *answer.contested)
    named: list[Rule | None] = [step.rule for step in answer.because]
    named += [*answer.decided_by, *answer.to_judge]
    named += [rule for point in points for rule in point.rules]
    named += [duty.rule for duty in answer.duties] + [ban.rule for ban in answer.bans]
    if answer.verdict is Verdict.UNKNOWN:
        named += [one.rule for one in answer.unevaluated]
    ids = {rule.id for rule in named if rule is not None}
    return [rule for rule in rules_named(answer) if rule.id in ids]


def _cited(source: Citation) -> str:
    link = f" <{source.url}>" if source.url else ""
    return f"{source.title} ({source.checked}){link}"
