"""Read law files, and refuse what cannot be read: all faults at once, with file and line."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Final

from exeat.errors import Fault, LawError, near_miss
from exeat.facts.times import Truth
from exeat.rules._cross_checks import cross_check
from exeat.rules._reading import TABLES, Reading
from exeat.rules._reading_rules import read_rule
from exeat.rules.model import (
    Adoption,
    Contest,
    Jurisdiction,
    JurisdictionKind,
    OffenceList,
    Source,
    Suspension,
)
from exeat.rules.model import (
    Reading as ContestReading,
)

__all__ = ["load_file", "load_text", "shipped_files"]

FORMAT: Final = 1
_PAGE_DATE: Final = re.compile(r"(\d{4}(-\d{2}(-\d{2})?)?)?")


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
        raise LawError.one(
            "E200", path.name, f"cannot be read ({error})", "Check the file."
        ) from None
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


class _Reader(Reading):
    """Reads one file; faults are gathered and raised together."""

    def read(self) -> Jurisdiction:
        """Read the whole file."""
        for key in self.data.keys() - TABLES:
            near = near_miss(key, sorted(TABLES))
            self.fault(
                max(self.lines.key(0, key), self.lines.table(key, 0)),
                f"unknown table `{key}`",
                f"Take it out.{near}",
                "E211",
            )
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
        rules = [
            r for r in (read_rule(self, i, r, place, level) for i, r in self._items("rule")) if r
        ]
        adoption = self._adoption()
        hold_power = self._hold_power(head, line, sources)
        cross_check(self, sources, contests, lists, rules, suspensions)
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

    def _hold_power(self, head: dict[str, Any], line: int, sources: dict[str, Source]) -> Truth:
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
                self.fault(
                    line, f"url: `{item['url']}` is no link", "Give the page it was read on."
                )
            if not _PAGE_DATE.fullmatch(str(item.get("page_date", ""))):
                self.fault(
                    self.lines.key(line, "page_date"),
                    f"page_date: `{item['page_date']}` is no date of a page",
                    'Write 2026-03-01, 2026-03, 2026 or "".',
                )
            sources[item["id"]] = Source(**item)
        return sources

    def _contest(self, index: int, item: dict[str, Any]) -> Contest | None:
        line = self.lines.table("contest", index)
        if not self.keys("contest", item, line):
            return None
        readings = []
        for reading in item["readings"]:
            if self.keys("reading", reading, line):
                readings.append(ContestReading(reading["id"], reading["says"]))
        if len(readings) < 2:
            self.fault(line, f"contest `{item['id']}` has fewer than two readings", "Give both.")
        return Contest(item["id"], item["question"], tuple(readings), tuple(item["source"]), line)

    def _offences(self, index: int, item: dict[str, Any]) -> OffenceList | None:
        line = self.lines.table("offences", index)
        if not self.keys("offences", item, line):
            return None
        keys = ("statutes", "words", "classes", "only_classes", "off_statutes")
        fields = {key: tuple(item.get(key, ())) for key in keys}
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
        last = self.last_day(item["last_day"], line, "last_day") if "last_day" in item else None
        if first is None:
            return None
        return Suspension(item["rule"], first, last, tuple(item["source"]), line)

    def _adoption(self) -> Adoption | None:
        item = self.data.get("adoption")
        if item is None:
            return None
        return (
            Adoption(**item)
            if self.keys("adoption", item, self.lines.table("adoption", 0))
            else None
        )
