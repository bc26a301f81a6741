"""An answer as JSON, with the citations of every rule that it names.

The format is described in docs/answer-format.md; `FORMAT` is raised when a key changes its
meaning or goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Check, Conflict, Duty, Option, Question
from exeat.rules.model import Rule
from exeat.rules.place import LawOfPlace
from exeat.say.acts import say_act, say_duty
from exeat.say.citations import NOTHING_LATER, cite_contest
from exeat.say.law_text import reading_text, rule_text, say_rests_on
from exeat.say.lead import lead_of, sides_of
from exeat.say.questions import ask_said, conflict_said, say_ask, say_conflict
from exeat.say.reasons import reason_said, say_reason

__all__ = ["FORMAT", "answer_to_json", "rules_named"]

DISCLAIMER = "exeat is not legal advice."
FORMAT: Final = 2
"""The version of the JSON of an answer."""

_Time = Callable[[datetime | None], str | None]


def answer_to_json(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> dict[str, Any]:
    """Return an answer as JSON, its times in the facility's zone.

    Args:
        answer: As `exeat.decide.decide` gives it.
        law: The law under which it was given.
        zone: The facility's time zone.
    """

    def time(at: datetime | None) -> str | None:
        return at.astimezone(zone).isoformat() if at is not None else None

    day = answer.at.astimezone(zone).date()
    return {
        "format": FORMAT,
        "verdict": answer.verdict.value,
        "means": answer.verdict.description,
        "says": asdict(lead_of(answer, law, zone)),
        "certainty": answer.certainty.value,
        "perhaps_must": answer.perhaps_must,
        "place": answer.place,
        "at": time(answer.at),
        "known_at": time(answer.known_at),
        "eligible_since": time(answer.eligible_since),
        "eligible_latest": time(answer.eligible_latest),
        "until": time(answer.until),
        "overdue_since": time(answer.overdue_since),
        "because": _because(answer, law, zone),
        "windows": _windows(answer, time),
        "duties": [_duty(duty, time) for duty in answer.duties],
        "options": [_option(option) for option in answer.options],
        "must_not": [_option(ban) for ban in answer.bans],
        "checks": [_check(check, time) for check in answer.checks],
        "questions": [_question(question, time) for question in answer.questions],
        "for_counsel": [_question(question, time) for question in answer.for_counsel],
        "contested": _contested(answer, law, day),
        "conflicts": [_conflict(conflict) for conflict in answer.conflicts],
        "decided_by": [rule.id for rule in answer.decided_by],
        "not_evaluated": [
            {"rule": u.rule.id, "missing": list(u.missing)} for u in answer.unevaluated
        ],
        "to_judge": [rule.id for rule in answer.to_judge],
        "rests_on": {place.id: say_rests_on(place) for place in answer.rests_on},
        "recency": NOTHING_LATER,
        "rules": {rule.id: _rule(law, rule, day) for rule in rules_named(answer)},
        "note": DISCLAIMER,
    }


def _because(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        {
            "says": say_reason(step, answer, law, zone),
            "rule": step.rule.id if step.rule else None,
            **reason_said(step, answer, law).to_json(),
        }
        for step in answer.because
    ]


def _check(check: Check, time: _Time) -> dict[str, Any]:
    return {
        "kind": check.kind.value,
        "says": check.kind.description,
        "about": check.about or None,
        "until": time(check.until),
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "says": say_conflict(conflict),
        **conflict_said(conflict).to_json(),
        "rules": [rule.id for rule in conflict.rules],
    }


def _windows(answer: Answer, time: _Time) -> list[dict[str, Any]]:
    return [
        {
            "rule": window.rule.id,
            "modality": window.rule.modality.value,
            "detainer": window.detainer,
            "from": time(window.start),
            "until": time(window.end),
            "certainty": window.certainty.value,
            "readings": list(window.readings),
        }
        for window in answer.windows
    ]


def _duty(duty: Duty, time: _Time) -> dict[str, Any]:
    return {
        "rule": duty.rule.id,
        "about": duty.rule.about.value,
        "says": say_duty(duty),
        "to": duty.to,
        "due": time(duty.due),
        "state": duty.state.value,
        "certainty": duty.certainty.value,
        "detainer": duty.detainer or None,
        "evidence": duty.evidence or None,
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "rule": option.rule.id,
        "modality": option.rule.modality.value,
        "about": option.rule.about.value,
        "says": f"{say_act(option.rule)}.",
        "certainty": option.certainty.value,
        "detainer": option.detainer or None,
    }


def _question(question: Question, time: _Time) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "asks": say_ask(question.asks),
        **ask_said(question.asks).to_json(),
        "detainer": question.detainer or None,
        "rules": list(question.rules),
        "changes": [
            {
                "answers": [_answer(value, time) for value in change.answers],
                "verdicts": [v.value for v in change.verdicts],
            }
            for change in question.changes
        ],
    }


def _answer(value: str | datetime, time: _Time) -> str | None:
    return time(value) if isinstance(value, datetime) else value


def _contested(answer: Answer, law: LawOfPlace, day: date) -> list[dict[str, Any]]:
    return [
        {
            "contest": contest.contest,
            "asks": say_conflict(contest),
            "sides": [
                {
                    "rule": r.id,
                    "modality": r.modality.value,
                    "reading": reading_text(law, r.reading),
                }
                for r in sides_of(contest, answer)
            ],
            "sources": [
                {"title": source.title, "url": source.url, "says": source.says}
                for source in cite_contest(law, contest.contest, day)
            ],
        }
        for contest in answer.contested
    ]


def rules_named(answer: Answer) -> tuple[Rule, ...]:
    """Return every rule that an answer names, once, in the order of the chain."""
    named: dict[tuple[int, str], Rule] = {}
    groups = (
        answer.decided_by,
        tuple(step.rule for step in answer.because if step.rule),
        tuple(window.rule for window in answer.windows),
        tuple(duty.rule for duty in answer.duties),
        tuple(option.rule for option in (*answer.options, *answer.bans)),
        tuple(u.rule for u in answer.unevaluated),
        tuple(rule for one in (*answer.conflicts, *answer.contested) for rule in one.rules),
        answer.to_judge,
    )
    for group in groups:
        for rule in group:
            named[(rule.level, rule.id)] = rule
    return tuple(named[key] for key in sorted(named))


def _rule(law: LawOfPlace, rule: Rule, day: date) -> dict[str, Any]:
    text = rule_text(law, rule, on=day)
    return {
        "place": rule.place,
        "about": text.about,
        "modality": rule.modality.value,
        "actor": text.actor,
        "when": text.when,
        "limit": text.limit or None,
        "days": text.days,
        "reading": rule.reading or None,
        "judge": rule.judge,
        "unread": rule.unread,
        "policy": rule.policy,
        "confidence": rule.confidence,
        "note": rule.note or None,
        "sources": [
            {
                "id": source.id,
                "title": source.title,
                "url": source.url,
                "says": source.says,
                "basis": source.basis,
                "page_date": source.page_date or None,
                "checked": source.checked,
                "words": source.words or None,
            }
            for source in text.citations
        ],
    }
