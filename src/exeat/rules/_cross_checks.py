"""What is wrong with a law file as a whole: sources that are missing, versions that overlap."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Final

from exeat.errors import near_miss
from exeat.rules._reading import Reading
from exeat.rules.model import (
    About,
    Contest,
    Modality,
    OffenceList,
    Rule,
    Source,
    Suspension,
    Trigger,
)

__all__ = ["cross_check"]

_MOST_WORDS: Final = 15


def cross_check(
    reading: Reading,
    sources: dict[str, Source],
    contests: list[Contest],
    lists: list[OffenceList],
    rules: list[Rule],
    suspensions: list[Suspension],
) -> None:
    """Find the faults that only the whole of a file shows."""
    cited: list[Contest | OffenceList | Rule | Suspension] = [
        *contests,
        *lists,
        *rules,
        *suspensions,
    ]
    for item in cited:
        name = item.rule if isinstance(item, Suspension) else item.id
        for source in item.source:
            if source not in sources:
                near = near_miss(source, sorted(sources))
                reading.fault(
                    reading.key(item.line, "source"),
                    f"`{name}` names source `{source}`, which is not in this file",
                    f"Add the [[source]].{near}",
                    "E213",
                )
    _overlaps(reading, rules)
    for rule in rules:
        _check_rule(reading, rule, contests)


def _check_rule(reading: Reading, rule: Rule, contests: list[Contest]) -> None:
    _check_reading(reading, rule, contests)
    if rule.last_day and rule.last_day.latest < (rule.first_day.earliest or date.min):
        reading.fault(
            rule.line, f"rule `{rule.id}` ends before it begins", "Mend its first or last day."
        )
    tells = rule.about not in (About.HOLD, About.RELEASE) and rule.modality is Modality.MUST
    if tells and rule.trigger is not Trigger.STANDING and not rule.to:
        reading.fault(
            rule.line,
            f"rule `{rule.id}` is a duty and does not say to whom",
            "Add `to`: ice, person, judge, counsel, attorney-general or another agency.",
        )
    _check_words(reading, rule)


def _check_words(reading: Reading, rule: Rule) -> None:
    """Refuse what only a federal ban may say, and an act that is no short sentence."""
    bans = rule.about is About.HOLD and rule.modality is Modality.MUST_NOT
    if rule.prevails and (rule.level > 0 or not bans):
        reading.fault(
            reading.key(rule.line, "prevails"),
            f"rule `{rule.id}` prevails over commands below it, and is no federal ban on a hold",
            "Take `prevails` out: only a must-not about the hold, in the country's file, has it.",
        )
    if rule.act and (len(rule.act.split()) > _MOST_WORDS or not rule.act.endswith(".")):
        reading.fault(
            reading.key(rule.line, "act"),
            f"rule `{rule.id}`: act `{rule.act}` is no short sentence",
            f"Say what to do in at most {_MOST_WORDS} words, and end with a full stop.",
        )


def _check_reading(reading: Reading, rule: Rule, contests: list[Contest]) -> None:
    """Refuse a reading that its contest, if it is one of this file, does not have."""
    contest = rule.reading.split("/")[0]
    own = any(c.id == contest for c in contests)
    known = sorted(f"{c.id}/{r.id}" for c in contests for r in c.readings)
    if own and rule.reading not in known:
        near = near_miss(rule.reading, known)
        reading.fault(
            rule.line, f"rule `{rule.id}`: no reading `{rule.reading}`", f"Use one.{near}"
        )


def _overlaps(reading: Reading, rules: list[Rule]) -> None:
    """Refuse two versions of one rule that are in force on the same day."""
    by_id: dict[str, list[Rule]] = {}
    for rule in rules:
        by_id.setdefault(rule.id, []).append(rule)
    for versions in by_id.values():
        versions.sort(key=lambda rule: rule.first_day.earliest or date.min)
        for older, newer in pairwise(versions):
            ends = older.last_day.latest if older.last_day else date.max
            if ends >= (newer.first_day.earliest or date.min):
                reading.fault(
                    newer.line,
                    f"rule `{newer.id}`: this version begins {newer.first_day.text}, and the one "
                    f"of line {older.line} has not ended",
                    "Give the older one a `last_day` before it.",
                    "E216",
                )
