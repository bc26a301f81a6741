"""Reading the rules of a law file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exeat.rules._reading import Reading
from exeat.rules.clocks import Clock, Excluded, HoursRun
from exeat.rules.conditions import example_fault, parse_condition
from exeat.rules.model import About, Actor, Modality, RestsOn, Rule, Trigger

__all__ = ["read_rule"]


class _RuleReader:
    """Reads rules into one reading's faults."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.fault = reading.fault
        self.enum = reading.enum
        self.day = reading.day
        self.last_day = reading.last_day
        self.keys = reading.keys
        self.lines = reading.lines

    def rule(self, index: int, item: dict[str, Any], place: str, level: int) -> Rule | None:
        line = self.lines.table("rule", index)
        if not self.keys("rule", item, line):
            return None
        label = f"rule `{item['id']}`"
        about = self.enum(About, item["about"], line, f"{label}, about")
        modality = self.enum(Modality, item["modality"], line, f"{label}, modality")
        trigger = self.enum(Trigger, item["trigger"], line, f"{label}, trigger")
        binds = [self.enum(Actor, actor, line, f"{label}, binds") for actor in item["binds"]]
        first = self.day(item["first_day"], line, f"{label}, first_day")
        last = (
            self.last_day(item["last_day"], line, f"{label}, last_day")
            if "last_day" in item
            else None
        )
        clock = self._clock(item, line, label)
        if not item["source"]:
            self.fault(line, f"{label} rests on no source", "Name at least one source.", "E213")
        if item["confidence"] not in ("high", "medium", "low"):
            self.fault(
                line, f"{label}: confidence `{item['confidence']}`", "Use high, medium or low."
            )
        try:
            condition = parse_condition(item.get("if", []))
        except ValueError as error:
            self.fault(
                self.lines.key(line, "if"), f"{label}: {error}", "Mend the condition.", "E215"
            )
            return None
        rests_on = self.enum(RestsOn, item.get("rests_on", "detainer"), line, f"{label}, rests_on")
        if about is None or modality is None or trigger is None or first is None or None in binds:
            return None
        if rests_on is None:
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
            judge=bool(item.get("judge", False) or item.get("unread", False)),
            unread=bool(item.get("unread", False)),
            policy=bool(item.get("policy", False)),
            prevails=bool(item.get("prevails", False)),
            act=item.get("act", ""),
            to=item.get("to", ""),
            needs=tuple(item.get("needs", ())),
            offences=item.get("offences", ""),
            note=item.get("note", ""),
            rests_on=rests_on,
            accepts=self._examples(item, "accepts", line, label),
            refuses=self._examples(item, "refuses", line, label),
            line=line,
        )

    def _examples(
        self, item: dict[str, Any], key: str, line: int, label: str
    ) -> tuple[Mapping[str, object], ...]:
        """Read the examples of a rule: one table, or a list of tables."""
        given = item.get(key, [])
        examples = given if isinstance(given, list) else [given]
        where = self.lines.key(line, key)
        for example in examples:
            if not isinstance(example, dict):
                self.fault(where, f"{label}: {key} holds no table", "Write { fact = true }.")
                return ()
            for name, value in example.items():
                fault = example_fault(name, value)
                if fault:
                    self.fault(where, f"{label}, {key}: {fault}", "Mend the example.")
        return tuple(examples)

    def _clock(self, item: dict[str, Any], line: int, label: str) -> Clock | None:
        end_of_day = bool(item.get("until_end_of_day", False))
        if "hours" not in item and not end_of_day:
            for key in ("hours_run", "excludes"):
                if item.get(key):
                    where = self.lines.key(line, key)
                    self.fault(
                        where, f"{label}: `{key}` without `hours`", "Give the hours.", "E214"
                    )
            return None
        if "hours_run" not in item:
            options = ", ".join(HoursRun)
            self.fault(
                line,
                f"{label}: `hours = {item.get('hours', 'end of day')}` has no `hours_run`, "
                "so nobody can tell when the clock starts",
                f"Say one of: {options}.",
                "E214",
            )
            return None
        run = self.enum(HoursRun, item["hours_run"], line, f"{label}, hours_run")
        excludes = [
            self.enum(Excluded, word, line, f"{label}, excludes")
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
        except ValueError as error:
            self.fault(line, f"{label}: {error}", "Mend the hours.", "E214")
            return None


def read_rule(
    reading: Reading, index: int, item: dict[str, Any], place: str, level: int
) -> Rule | None:
    """Read one [[rule]]; None if it has faults, which the reading then holds."""
    return _RuleReader(reading).rule(index, item, place, level)
