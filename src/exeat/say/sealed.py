"""An answer as the ledger keeps it: codes and values, and the law's own words; no sentence of ours.

What is sealed stays for ever. A sentence would be in one language, in the wording of one day, and
would make the choice of a word a change of what is on record.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat._version import __version__
from exeat.decide import Answer
from exeat.i18n.said import Said
from exeat.rules.model import Rule
from exeat.rules.place import LawOfPlace
from exeat.say.answers import answer_to_json, rules_named
from exeat.say.law_text import rule_text
from exeat.say.words import sentence

__all__ = ["SEALED", "reasons_of_sealed", "sealed_answer"]

SEALED: Final = 3
"""The format of what is sealed. In 2 and before, an answer was sealed with its English."""

_WORDS: Final = frozenset({"means", "says", "asks", "recency", "note"})
"""Keys of an answer's JSON that hold sentences."""


def sealed_answer(answer: Answer, law: LawOfPlace, zone: ZoneInfo) -> dict[str, Any]:
    """Return an answer as it is sealed: its JSON without words, and by which version of exeat.

    Args:
        answer: As `exeat.decide.decide` gives it.
        law: The law under which it was given.
        zone: The facility's time zone, in which its times are written.
    """
    said: dict[str, Any] = _wordless(answer_to_json(answer, law, zone))
    day = answer.at.astimezone(zone).date()
    signed = {place.id: place.adoption for place in answer.rests_on}
    return {
        **said,
        "format": SEALED,
        # With it, the shipped law and the texts of that day can be had again.
        "exeat": __version__,
        "rests_on": {
            id: {"by": adopted.by, "on": str(adopted.on)} if adopted else None
            for id, adopted in signed.items()
        },
        "rules": {rule.id: _rule(law, rule, day) for rule in rules_named(answer)},
    }


def _wordless(value: Any) -> Any:
    match value:
        case {"code": str(), **more}:
            # The values of a text are whole: a name or the law's own words may stand there.
            kept = {key: one for key, one in more.items() if key not in _WORDS}
            return {"code": value["code"], **kept}
        case dict():
            return {key: _wordless(one) for key, one in value.items() if key not in _WORDS}
        case list():
            return [_wordless(one) for one in value]
    return value


def _rule(law: LawOfPlace, rule: Rule, day: date) -> dict[str, Any]:
    return {
        "place": rule.place,
        "about": rule.about.value,
        "modality": rule.modality.value,
        "when": rule.when,
        "reading": rule.reading or None,
        "judge": rule.judge,
        "unread": rule.unread,
        "policy": rule.policy,
        "confidence": rule.confidence,
        "sources": [
            {
                "id": source.id,
                "title": source.title,
                "url": source.url,
                "basis": source.basis,
                "page_date": source.page_date or None,
            }
            for source in rule_text(law, rule, on=day).citations
        ],
    }


def reasons_of_sealed(sealed: dict[str, Any], zone: ZoneInfo) -> list[str]:
    """Return the reasons of a sealed answer in English, whatever its format.

    Args:
        sealed: As the ledger has it.
        zone: In which its times are told.

    Examples:
        >>> utc = ZoneInfo("UTC")
        >>> reasons_of_sealed({"because": [{"code": "because.no-request", "rule": None}]}, utc)
        ['No request of another agency is on file.']
        >>> reasons_of_sealed({"because": [{"says": "No request is on file."}]}, utc)
        ['No request is on file.']
    """
    return [
        str(step["says"]) if "says" in step else sentence(Said.of_json(step), zone)
        for step in sealed.get("because", [])
    ]
