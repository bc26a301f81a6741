"""Read law files, and refuse what cannot be read: all faults at once, with file and line."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypeVar

from exeat.errors import Fault, LawError, near_miss
from exeat.facts.times import Truth
from exeat.rules.clocks import Clock, Excluded, HoursRun
from exeat.rules.conditions import example_fault, parse_condition
from exeat.rules.lines import Lines
from exeat.rules.model import (
    About,
    Actor,
    Adoption,
    Contest,
    Day,
    Jurisdiction,
    JurisdictionKind,
    Modality,
    OffenceList,
    Reading,
    RestsOn,
    Rule,
    Source,
    Suspension,
    Trigger,
)

__all__ = ["load_file", "load_text", "shipped_files"]

FORMAT: Final = 1

_KEYS: Final[dict[str, tuple[set[str], set[str]]]] = {
    # table: (keys that must be there, keys that may be there)
    "jurisdiction": (
        {"id", "name", "kind", "checked", "note"},
        {"parent", "fips", "zone", "hold_power", "hold_power_first_day", "hold_power_source"},
    ),
    "source": (
        {"id", "title", "kind", "effective", "ended", "url", "basis", "summary"},
        {"words"},
    ),
    "contest": ({"id", "question", "readings", "source"}, set()),
    "reading": ({"id", "says"}, set()),
    "offences": (
        {"id", "citation", "source"},
        {"statutes", "words", "classes", "complete", "accepts", "refuses", "note"},
    ),
    "suspend": ({"rule", "first_day", "source"}, {"last_day"}),
    "rule": (
        {
            "id",
            "about",
            "modality",
            "actor",
            "binds",
            "trigger",
            "when",
            "first_day",
            "source",
            "confidence",
        },
        {
            "if",
            "last_day",
            "hours",
            "hours_run",
            "excludes",
            "until_end_of_day",
            "reading",
            "judge",
            "to",
            "needs",
            "offences",
            "note",
            "rests_on",
            "accepts",
            "refuses",
        },
    ),
    "adoption": ({"by", "title", "on", "shipped_sha256"}, {"note"}),
}
_TABLES: Final = {
    "format", "jurisdiction", "source", "contest", "offences", "suspend", "rule", "adoption",
}  # fmt: skip

T = TypeVar("T")


def shipped_files() -> list[Path]:
    """Return the law files that this package ships, by name."""
    folder = Path(str(resources.files("exeat.law")))
    return sorted(folder.glob("us*.toml"))


def load_file(path: Path) -> Jurisdiction:
    """Read one law file.

    Raises:
        LawError: With every fault found, each with file, line and remedy.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LawError.one("E200", path.name, f"cannot be read ({error})", "Check the file.") from None
    return load_text(text, path.name)


def load_text(text: str, name: str) -> Jurisdiction:
    """Read the text of one law file; ``name`` stands for it in messages.

    Raises:
        LawError: With every fault found, each with file, line and remedy.

    Examples:
        >>> load_text("format = 1", "us-xx.toml")
        Traceback (most recent call last):
        ...
        exeat.errors.LawError: us-xx.toml:1: has no [jurisdiction]
          help: Begin with a [jurisdiction] table that gives id, name, kind, checked and note.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LawError.one(
            "E201", name, f"is not TOML ({error})", "Mend the line that the message names."
        ) from None
    return _Reader(data, text, name).read()


class _Reader:
    """Reads one file; faults are gathered and raised together."""

    def __init__(self, data: dict[str, Any], text: str, name: str) -> None:
        self.data = data
        self.text = text
        self.name = name
        self.lines = Lines(text)
        self.faults: list[Fault] = []
        self.checked = date.min

    # -- faults ---------------------------------------------------------------------------

    def fault(self, line: int, message: str, help: str, code: str = "E210") -> None:
        self.faults.append(Fault(code, f"{self.name}:{line}", message, help))

    def keys(self, table: str, item: dict[str, Any], line: int) -> bool:
        """Check the keys of a table; False if one that it needs is missing."""
        need, may = _KEYS[table]
        label = f"{table} `{item.get('id', item.get('rule', ''))}`".replace(" ``", "")
        for key in item.keys() - need - may:
            where = self.lines.key(line, key)
            near = near_miss(key, sorted(need | may))
            self.fault(where, f"{label}: unknown key `{key}`", f"Take it out.{near}", "E211")
        missing = sorted(need - item.keys())
        if missing:
            names = ", ".join(f"`{key}`" for key in missing)
            self.fault(line, f"{label} has no {names}", "Add it.", "E212")
        return not missing

    def enum(self, kind: Callable[[str], T], value: object, line: int, what: str) -> T | None:
        try:
            return kind(value)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            options = [str(option) for option in kind]  # type: ignore[attr-defined]
            near = near_miss(str(value), options)
            self.fault(line, f"{what}: `{value}` will not do", f"Use {', '.join(options)}.{near}")
            return None

    def day(self, value: object, line: int, what: str) -> Day | None:
        text = str(value)
        if text == "unknown":
            # Known to be in force when it was checked, and not known since when.
            return Day(text, None, self.checked)
        try:
            if len(text) == 4:
                return Day(text, date(int(text), 1, 1), date(int(text), 12, 31))
            if len(text) == 7:
                begin = date.fromisoformat(f"{text}-01")
                after = (begin + timedelta(days=31)).replace(day=1)
                return Day(text, begin, after - timedelta(days=1))
            known = date.fromisoformat(text)
            return Day(text, known, known)
        except ValueError:
            self.fault(line, f"{what}: `{text}` is no day", "Write 2019-05-21, 2019-05, 2019 or `unknown`.")
            return None

    # -- tables ---------------------------------------------------------------------------

    def read(self) -> Jurisdiction:
        """Read the whole file."""
        for key in self.data.keys() - _TABLES:
            near = near_miss(key, sorted(_TABLES))
            self.fault(self.lines.key(0, key), f"unknown table `{key}`", f"Take it out.{near}", "E211")
        if self.data.get("format") != FORMAT:
            seen = self.data.get("format", "nothing")
            self.fault(1, f"format is `{seen}`", f"Write `format = {FORMAT}` at the top.")
        head = self.data.get("jurisdiction")
        if not isinstance(head, dict):
            help = "Begin with a [jurisdiction] table that gives id, name, kind, checked and note."
            self.faults = [Fault("E212", f"{self.name}:1", "has no [jurisdiction]", help)]
            raise LawError(self.faults)
        line = self.lines.table("jurisdiction", 0)
        complete = self.keys("jurisdiction", head, line)
        self.checked = self._checked(head, line)
        sources = self._sources()
        contests = [c for c in (self._contest(i, c) for i, c in self._items("contest")) if c]
        lists = [o for o in (self._offences(i, o) for i, o in self._items("offences")) if o]
        suspensions = [s for s in (self._suspension(i, s) for i, s in self._items("suspend")) if s]
        kind = self.enum(JurisdictionKind, head.get("kind"), line, "kind")
        level = list(JurisdictionKind).index(kind) if kind else 0
        place = str(head.get("id", ""))
        rules = [r for r in (self._rule(i, r, place, level) for i, r in self._items("rule")) if r]
        adoption = self._adoption()
        hold_power = self._hold_power(head, line, sources)
        self._cross_check(sources, contests, lists, rules, suspensions)
        if self.faults or not complete or kind is None:
            raise LawError(sorted(self.faults, key=lambda f: int(f.place.rsplit(":", 1)[1])))
        return Jurisdiction(
            id=place,
            name=head["name"],
            kind=kind,
            parent=head.get("parent"),
            fips=head.get("fips", ""),
            zone=head.get("zone", ""),
            checked=self.checked,
            note=head["note"],
            sources=sources,
            rules=tuple(rules),
            contests=tuple(contests),
            lists={offences.id: offences for offences in lists},
            suspensions=tuple(suspensions),
            hold_power=hold_power,
            hold_power_first_day=(
                self.day(head["hold_power_first_day"], line, "hold_power_first_day")
                if "hold_power_first_day" in head
                else None
            ),
            hold_power_source=tuple(head.get("hold_power_source", ())),
            adoption=adoption,
            file=self.name,
            sha256=hashlib.sha256(self.text.encode()).hexdigest(),
        )

    def _items(self, table: str) -> Iterable[tuple[int, dict[str, Any]]]:
        items = self.data.get(table, [])
        if not isinstance(items, list):
            self.fault(1, f"`{table}` is no list", f"Write [[{table}]].")
            return []
        return enumerate(items)

    def _checked(self, head: dict[str, Any], line: int) -> date:
        try:
            return date.fromisoformat(str(head.get("checked")))
        except ValueError:
            self.fault(line, f"checked: `{head.get('checked')}` is no day", "Write 2026-11-25.")
            return date.max

    def _hold_power(
        self, head: dict[str, Any], line: int, sources: dict[str, Source]
    ) -> Truth:
        value = head.get("hold_power")
        if value is None:
            return None
        cited = head.get("hold_power_source", [])
        if not isinstance(value, bool) or not cited or any(s not in sources for s in cited):
            self.fault(
                self.lines.key(line, "hold_power"),
                f"hold_power = `{value}` rests on no source",
                "Write true or false, and name its source in `hold_power_source`.",
            )
            return None
        return value

    def _sources(self) -> dict[str, Source]:
        sources: dict[str, Source] = {}
        for index, item in self._items("source"):
            line = self.lines.table("source", index)
            if not self.keys("source", item, line):
                continue
            if item["id"] in sources:
                self.fault(line, f"source `{item['id']}` stands twice", "Keep one.")
            if item["basis"] not in ("read", "recalled"):
                self.fault(line, f"basis: `{item['basis']}` will not do", "Use read or recalled.")
            if not str(item["url"]).startswith(("https://", "http://")):
                self.fault(line, f"url: `{item['url']}` is no link", "Give the page it was read on.")
            sources[item["id"]] = Source(**item)
        return sources

    def _contest(self, index: int, item: dict[str, Any]) -> Contest | None:
        line = self.lines.table("contest", index)
        if not self.keys("contest", item, line):
            return None
        readings = []
        for reading in item["readings"]:
            if self.keys("reading", reading, line):
                readings.append(Reading(reading["id"], reading["says"]))
        if len(readings) < 2:
            self.fault(line, f"contest `{item['id']}` has fewer than two readings", "Give both.")
        return Contest(
            item["id"], item["question"], tuple(readings), tuple(item["source"]), line
        )

    def _offences(self, index: int, item: dict[str, Any]) -> OffenceList | None:
        line = self.lines.table("offences", index)
        if not self.keys("offences", item, line):
            return None
        fields = {key: tuple(item.get(key, ())) for key in ("statutes", "words", "classes")}
        return OffenceList(
            id=item["id"],
            citation=item["citation"],
            complete=bool(item.get("complete", False)),
            source=tuple(item["source"]),
            accepts=tuple(item.get("accepts", ())),
            refuses=tuple(item.get("refuses", ())),
            note=item.get("note", ""),
            line=line,
            **fields,
        )

    def _suspension(self, index: int, item: dict[str, Any]) -> Suspension | None:
        line = self.lines.table("suspend", index)
        if not self.keys("suspend", item, line):
            return None
        first = self.day(item["first_day"], line, "first_day")
        last = self.day(item["last_day"], line, "last_day") if "last_day" in item else None
        if first is None:
            return None
        return Suspension(item["rule"], first, last, tuple(item["source"]), line)

    def _adoption(self) -> Adoption | None:
        item = self.data.get("adoption")
        if item is None:
            return None
        return Adoption(**item) if self.keys("adoption", item, self.lines.table("adoption", 0)) else None

    def _rule(self, index: int, item: dict[str, Any], place: str, level: int) -> Rule | None:
        line = self.lines.table("rule", index)
        if not self.keys("rule", item, line):
            return None
        label = f"rule `{item['id']}`"
        about = self.enum(About, item["about"], line, f"{label}, about")
        modality = self.enum(Modality, item["modality"], line, f"{label}, modality")
        trigger = self.enum(Trigger, item["trigger"], line, f"{label}, trigger")
        binds = [self.enum(Actor, actor, line, f"{label}, binds") for actor in item["binds"]]
        first = self.day(item["first_day"], line, f"{label}, first_day")
        last = self.day(item["last_day"], line, f"{label}, last_day") if "last_day" in item else None
        clock = self._clock(item, line, label)
        if not item["source"]:
            self.fault(line, f"{label} rests on no source", "Name at least one source.", "E213")
        if item["confidence"] not in ("high", "medium", "low"):
            self.fault(line, f"{label}: confidence `{item['confidence']}`", "Use high, medium or low.")
        try:
            condition = parse_condition(item.get("if", []))
        except ValueError as error:
            self.fault(self.lines.key(line, "if"), f"{label}: {error}", "Mend the condition.", "E215")
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
            judge=bool(item.get("judge", False)),
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
                    self.fault(where, f"{label}: `{key}` without `hours`", "Give the hours.", "E214")
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
            self.enum(Excluded, word, line, f"{label}, excludes") for word in item.get("excludes", [])
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

    # -- what only the whole file shows -----------------------------------------------------

    def _cross_check(
        self,
        sources: dict[str, Source],
        contests: list[Contest],
        lists: list[OffenceList],
        rules: list[Rule],
        suspensions: list[Suspension],
    ) -> None:
        for item in (*contests, *lists, *rules, *suspensions):
            name = item.rule if isinstance(item, Suspension) else item.id
            for source in item.source:
                if source not in sources:
                    near = near_miss(source, sorted(sources))
                    self.fault(
                        self.lines.key(item.line, "source"),
                        f"`{name}` names source `{source}`, which is not in this file",
                        f"Add the [[source]].{near}",
                        "E213",
                    )
        self._overlaps(rules)
        for rule in rules:
            self._check_rule(rule, contests)

    def _check_rule(self, rule: Rule, contests: list[Contest]) -> None:
        known = {f"{c.id}/{r.id}" for c in contests for r in c.readings}
        contest = rule.reading.split("/")[0]
        own = any(c.id == contest for c in contests)
        if rule.reading and own and rule.reading not in known:
            near = near_miss(rule.reading, sorted(known))
            self.fault(rule.line, f"rule `{rule.id}`: no reading `{rule.reading}`", f"Use one.{near}")
        if rule.last_day and rule.last_day.latest < (rule.first_day.earliest or date.min):
            self.fault(
                rule.line, f"rule `{rule.id}` ends before it begins", "Mend its first or last day."
            )
        tells = rule.about is not About.HOLD and rule.modality is Modality.MUST
        if tells and rule.trigger is not Trigger.STANDING and not rule.to:
            self.fault(
                rule.line,
                f"rule `{rule.id}` is a duty and does not say to whom",
                "Add `to`: ice, person, judge, counsel, attorney-general or another agency.",
            )

    def _overlaps(self, rules: list[Rule]) -> None:
        """Refuse two versions of one rule that are in force on the same day."""
        by_id: dict[str, list[Rule]] = {}
        for rule in rules:
            by_id.setdefault(rule.id, []).append(rule)
        for versions in by_id.values():
            versions.sort(key=lambda rule: rule.first_day.earliest or date.min)
            for older, newer in zip(versions, versions[1:], strict=False):
                ends = older.last_day.latest if older.last_day else date.max
                if ends >= (newer.first_day.earliest or date.min):
                    self.fault(
                        newer.line,
                        f"rule `{newer.id}`: this version begins {newer.first_day.text}, and the one "
                        f"of line {older.line} has not ended",
                        "Give the older one a `last_day` before it.",
                        "E216",
                    )
