"""An answer as JSON, with the citations of every rule that it names."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exeat.decide import Answer, Option, Question
from exeat.report.law_text import cite, rule_text
from exeat.rules.model import Rule
from exeat.rules.place import LawOfPlace

__all__ = ["answer_to_json", "rules_named"]

DISCLAIMER = "exeat is not legal advice."


def answer_to_json(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> dict[str, Any]:
    """Return an answer as JSON, its times in the facility's zone.

    Args:
        answer: As `exeat.decide.decide` gives it.
        law: The law under which it was given.
        zone: The facility's time zone.
    """

    def time(at: datetime | None) -> str | None:
        return at.astimezone(zone).isoformat() if at is not None else None

    return {
        "verdict": answer.verdict.value,
        "means": answer.verdict.description,
        "certainty": answer.certainty.value,
        "place": answer.place,
        "at": time(answer.at),
        "known_at": time(answer.known_at),
        "eligible_since": time(answer.eligible_since),
        "eligible_latest": time(answer.eligible_latest),
        "until": time(answer.until),
        "perhaps_must": answer.perhaps_must,
        "overdue_since": time(answer.overdue_since),
        "because": [
            {"says": step.says, "rule": step.rule.id if step.rule else None}
            for step in answer.because
        ],
        "windows": [
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
        ],
        "duties": [
            {
                "rule": duty.rule.id,
                "about": duty.rule.about.value,
                "to": duty.to,
                "due": time(duty.due),
                "state": duty.state.value,
                "certainty": duty.certainty.value,
                "detainer": duty.detainer or None,
                "evidence": duty.evidence or None,
            }
            for duty in answer.duties
        ],
        "options": [_option(option) for option in answer.options],
        "bans": [_option(ban) for ban in answer.bans],
        "checks": [
            {
                "kind": check.kind.value,
                "says": check.kind.description,
                "about": check.about or None,
                "until": time(check.until),
            }
            for check in answer.checks
        ],
        "questions": [_question(question) for question in answer.questions],
        "for_counsel": [_question(question) for question in answer.for_counsel],
        "contested": [
            {"id": one.contest, "says": one.says, "rules": [rule.id for rule in one.rules]}
            for one in answer.contested
        ],
        "conflicts": [
            {"says": conflict.says, "rules": [rule.id for rule in conflict.rules]}
            for conflict in answer.conflicts
        ],
        "decided_by": [rule.id for rule in answer.decided_by],
        "not_evaluated": [
            {"rule": u.rule.id, "missing": list(u.missing)} for u in answer.unevaluated
        ],
        "to_judge": [rule.id for rule in answer.to_judge],
        "rests_on": dict(answer.rests_on),
        "rules": {rule.id: _rule(law, rule) for rule in rules_named(answer)},
        "note": DISCLAIMER,
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "rule": option.rule.id,
        "modality": option.rule.modality.value,
        "about": option.rule.about.value,
        "certainty": option.certainty.value,
        "policy": option.rule.policy,
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "asks": question.asks,
        "detainer": question.detainer or None,
        "rules": list(question.rules),
        "changes": [
            {"answers": list(one.answers), "verdicts": [v.value for v in one.verdicts]}
            for one in question.changes
        ],
    }


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
        tuple(rule for point in (*answer.conflicts, *answer.contested) for rule in point.rules),
        answer.to_judge,
    )
    for group in groups:
        for rule in group:
            named[(rule.level, rule.id)] = rule
    return tuple(named[key] for key in sorted(named))


def _rule(law: LawOfPlace, rule: Rule) -> dict[str, Any]:
    text = rule_text(law, rule)
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
        "confidence": rule.confidence,
        "note": rule.note or None,
        "sources": [
            {
                "id": source.id,
                "title": source.title,
                "url": source.url,
                "says": source.says,
                "basis": source.basis,
                "checked": source.checked.isoformat(),
                "words": source.words or None,
            }
            for source in cite(law, rule)
        ],
    }
