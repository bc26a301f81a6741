"""Reading the rules of a law file."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from exeat.rules._reading import Reading
from exeat.rules.clocks import Clock, Excluded, HoursRun
from exeat.rules.conditions import Condition, example_fault, parse_condition
from exeat.rules.model import About, Actor, Modality, RestsOn, Rule, Trigger

__all__ = ["read_rule"]

E = TypeVar("E", bound=StrEnum)


def read_rule(
    reading: Reading, line: int, item: dict[str, Any], place: str, level: int
) -> Rule | None:
    """Read one [[rule]]; None if it has faults, which the reading then holds."""
    return _RuleReader(reading, line, item).rule(place, level)


class _RuleReader:
    """Reads one rule into the faults of a reading."""

    def __init__(self, reading: Reading, line: int, item: dict[str, Any]) -> None:
        self.reading = reading
        self.line = line
        self.item = item
        self.label = f"rule `{item['id']}`"

    def fault(self, message: str, help: str, code: str = "E210", *, key: str = "") -> None:
        """Keep a fault of the rule, or of one of its keys."""
        line = self.reading.key(self.line, key) if key else self.line
        self.reading.fault(line, f"{self.label}{message}", help, code)

    def rule(self, place: str, level: int) -> Rule | None:
        """Return the rule, None if it has faults that leave no rule."""
        item, reading = self.item, self.reading
        about = self._enum(About, "about")
        modality = self._enum(Modality, "modality")
        trigger = self._enum(Trigger, "trigger")
        binds = [
            reading.enum(Actor, actor, self.line, f"{self.label}, binds") for actor in item["binds"]
        ]
        first = reading.day(item["first_day"], self.line, f"{self.label}, first_day")
        last = reading.last_day(item, self.line, f"{self.label}, last_day")
        clock = self._clock()
        if not item["source"]:
            self.fault(" rests on no source", "Name at least one source.", "E213")
        if item["confidence"] not in ("high", "medium", "low"):
            self.fault(f": confidence `{item['confidence']}`", "Use high, medium or low.")
        condition = self._condition()
        rests_on = self._enum(RestsOn, "rests_on", "detainer")
        if not (about and modality and trigger and first and rests_on) or None in binds:
            return None
        if condition is None:
            return None
        return Rule(
            id=item["id"],
            place=place,
            level=level,
            about=about,
            modality=modality,
            actor=item["actor"],
            binds=frozenset(actor for actor in binds if actor),
            when=item["when"],
            condition=condition,
            trigger=trigger,
            first_day=first,
            last_day=last,
            source=tuple(item["source"]),
            confidence=item["confidence"],
            clock=clock,
            reading=item.get("reading", ""),
            # Whether an unread text bites nobody can tell, so a person must.
            judge=item.get("judge", False) or item.get("unread", False),
            unread=item.get("unread", False),
            policy=item.get("policy", False),
            prevails=item.get("prevails", False),
            act=item.get("act", ""),
            to=item.get("to", ""),
            needs=tuple(item.get("needs", ())),
            offences=item.get("offences", ""),
            note=item.get("note", ""),
            rests_on=rests_on,
            accepts=self._examples("accepts"),
            refuses=self._examples("refuses"),
            line=self.line,
        )

    def _enum(self, kind: type[E], key: str, default: str = "") -> E | None:
        value = self.item.get(key, default)
        return self.reading.enum(kind, value, self.line, f"{self.label}, {key}")

    def _condition(self) -> Condition | None:
        try:
            return parse_condition(self.item.get("if", []))
        except ValueError as error:
            self.fault(f": {error}", "Mend the condition.", "E215", key="if")
            return None

    def _examples(self, key: str) -> tuple[Mapping[str, object], ...]:
        """Read the examples of a rule: one table, or a list of tables."""
        given = self.item.get(key, [])
        examples = given if isinstance(given, list) else [given]
        for example in examples:
            if not isinstance(example, dict):
                self.fault(f": {key} holds no table", "Write { fact = true }.", key=key)
                return ()
            for name, value in example.items():
                if fault := example_fault(name, value):
                    self.fault(f", {key}: {fault}", "Mend the example.", key=key)
        return tuple(examples)

    def _clock(self) -> Clock | None:
        item = self.item
        end_of_day = item.get("until_end_of_day", False)
        if "hours" not in item and not end_of_day:
            for key in ("hours_run", "excludes"):
                if item.get(key):
                    self.fault(f": `{key}` without `hours`", "Give the hours.", "E214", key=key)
            return None
        if "hours_run" not in item:
            self.fault(
                f": `hours = {item.get('hours', 'end of day')}` has no `hours_run`, "
                "so nobody can tell when the clock starts",
                f"Say one of: {', '.join(HoursRun)}.",
                "E214",
            )
            return None
        run = self._enum(HoursRun, "hours_run")
        excludes = [
            self.reading.enum(Excluded, word, self.line, f"{self.label}, excludes")
            for word in item.get("excludes", [])
        ]
        if run is None or None in excludes:
            return None
        try:
            return Clock(
                hours=None if end_of_day else item["hours"],
                hours_run=run,
                excludes=frozenset(word for word in excludes if word),
                until_end_of_day=end_of_day,
            )
        except (TypeError, ValueError) as error:
            self.fault(f": {error}", "Mend the hours.", "E214")
            return None
