"""Read law files, and refuse what cannot be read: all faults at once, with file and line."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Final

from exeat.errors import LawError, near_miss
from exeat.facts.times import Truth
from exeat.rules._cross_checks import cross_check
from exeat.rules._reading import TABLES, Reading, law_tables
from exeat.rules._reading_rules import read_rule
from exeat.rules.model import (
    Adoption,
    Contest,
    Day,
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
    return _Reader(law_tables(text, name), text, name).read()


class _Reader(Reading):
    """Reads one file; faults are gathered and raised together."""

    def read(self) -> Jurisdiction:
        """Read the whole file."""
        self._tables_are_known()
        head = self.data.get("jurisdiction")
        if not isinstance(head, dict):
            help = "Begin with a [jurisdiction] table that gives id, name, kind, checked and note."
            raise LawError.one("E212", f"{self.name}:1", "has no [jurisdiction]", help)
        line = self.table("jurisdiction")
        complete = self.keys("jurisdiction", head, line)
        self.checked = self._checked(head, line)
        sources = self._sources()
        contests = list(filter(None, (self._contest(*at) for at in self.items("contest"))))
        lists = [self._offences(*at) for at in self.items("offences")]
        suspensions = list(filter(None, (self._suspension(*at) for at in self.items("suspend"))))
        kind = self.enum(JurisdictionKind, head.get("kind"), line, "kind")
        level = list(JurisdictionKind).index(kind) if kind else 0
        place = str(head.get("id", ""))
        found = (read_rule(self, *at, place, level) for at in self.items("rule"))
        rules = [rule for rule in found if rule is not None]
        adoption = self._adoption()
        hold_power = self._hold_power(head, line, sources)
        first_day = self._first_day_of_power(head, line)
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
            hold_power_first_day=first_day,
            hold_power_source=tuple(head.get("hold_power_source", ())),
            adoption=adoption,
            file=self.name,
            sha256=hashlib.sha256(self.text.encode()).hexdigest(),
        )

    def _tables_are_known(self) -> None:
        for key in self.data.keys() - TABLES:
            line = max(self.key(0, key), self.table(key))
            near = near_miss(key, sorted(TABLES))
            self.fault(line, f"unknown table `{key}`", f"Take it out.{near}", "E211")
        if self.data.get("format") != FORMAT:
            seen = self.data.get("format", "nothing")
            self.fault(1, f"format is `{seen}`", f"Write `format = {FORMAT}` at the top.")

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
                self.key(line, "hold_power"),
                f"hold_power = `{value}` rests on no source",
                "Write true or false, and name its source in `hold_power_source`.",
            )
            return None
        return value

    def _first_day_of_power(self, head: dict[str, Any], line: int) -> Day | None:
        key = "hold_power_first_day"
        return self.day(head[key], line, key) if key in head else None

    def _sources(self) -> dict[str, Source]:
        sources: dict[str, Source] = {}
        for line, item in self.items("source"):
            if item["id"] in sources:
                self.fault(line, f"source `{item['id']}` stands twice", "Keep one.")
            if item["basis"] not in ("read", "recalled"):
                self.fault(line, f"basis: `{item['basis']}` will not do", "Use read or recalled.")
            if not str(item["url"]).startswith(("https://", "http://")):
                help = "Give the page it was read on."
                self.fault(line, f"url: `{item['url']}` is no link", help)
            if not _PAGE_DATE.fullmatch(str(item.get("page_date", ""))):
                self.fault(
                    self.key(line, "page_date"),
                    f"page_date: `{item['page_date']}` is no date of a page",
                    'Write 2026-03-01, 2026-03, 2026 or "".',
                )
            sources[item["id"]] = Source(**_only(Source, item))
        return sources

    def _contest(self, line: int, item: dict[str, Any]) -> Contest | None:
        readings = [
            ContestReading(reading["id"], reading["says"])
            for reading in item["readings"]
            if self.keys("reading", reading, line)
        ]
        if len(readings) < 2:
            self.fault(line, f"contest `{item['id']}` has fewer than two readings", "Give both.")
        return Contest(item["id"], item["question"], tuple(readings), tuple(item["source"]), line)

    def _offences(self, line: int, item: dict[str, Any]) -> OffenceList:
        none: dict[str, Any] = {"statutes": (), "words": (), "classes": (), "complete": False}
        given = {
            key: tuple(value) if isinstance(value, list) else value for key, value in item.items()
        }
        return OffenceList(**_only(OffenceList, none | given), line=line)

    def _suspension(self, line: int, item: dict[str, Any]) -> Suspension | None:
        first = self.day(item["first_day"], line, "first_day")
        last = self.last_day(item, line, "last_day")
        if first is None:
            return None
        return Suspension(item["rule"], first, last, tuple(item["source"]), line)

    def _adoption(self) -> Adoption | None:
        item = self.data.get("adoption")
        if not isinstance(item, dict):
            return None
        if not self.keys("adoption", item, self.table("adoption")):
            return None
        return Adoption(**_only(Adoption, item))


def _only(kind: type, item: dict[str, Any]) -> dict[str, Any]:
    """Return what a table says of the attributes of a type; of an unknown key there is a fault."""
    return {field: item[field] for field in kind.__annotations__ if field in item}
