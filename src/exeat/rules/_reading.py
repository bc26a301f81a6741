"""The reading of one law file: its tables, their keys, and the faults found on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from exeat.errors import Fault, near_miss
from exeat.rules.lines import Lines
from exeat.rules.model import Day

__all__ = ["TABLES", "Reading"]

KEYS: Final[dict[str, tuple[set[str], set[str]]]] = {
    # table: (keys that must be there, keys that may be there)
    "jurisdiction": (
        {"id", "name", "kind", "checked", "note"},
        {"parent", "fips", "zone", "hold_power", "hold_power_first_day", "hold_power_source"},
    ),
    "source": (
        {"id", "title", "kind", "effective", "ended", "url", "basis", "summary"},
        {"page_date", "words"},
    ),
    "contest": ({"id", "question", "readings", "source"}, set()),
    "reading": ({"id", "says"}, set()),
    "offences": (
        {"id", "citation", "source"},
        {
            "statutes",
            "words",
            "classes",
            "only_classes",
            "off_statutes",
            "complete",
            "accepts",
            "refuses",
            "note",
        },
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
            "unread",
            "policy",
            "prevails",
            "act",
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
TABLES: Final = {
    "format", "jurisdiction", "source", "contest", "offences", "suspend", "rule", "adoption",
}  # fmt: skip

T = TypeVar("T")


class Reading:
    """What is known while one file is read: its data, its lines, and the faults so far."""

    def __init__(self, data: dict[str, Any], text: str, name: str) -> None:
        self.data = data
        self.text = text
        self.name = name
        self.lines = Lines(text)
        self.faults: list[Fault] = []
        self.checked = date.min

    def fault(self, line: int, message: str, help: str, code: str = "E210") -> None:
        self.faults.append(Fault(code, f"{self.name}:{line}", message, help))

    def keys(self, table: str, item: dict[str, Any], line: int) -> bool:
        """Check the keys of a table; False if one that it needs is missing."""
        need, may = KEYS[table]
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
            if text.startswith("by:"):
                # Known to be in force on that day by its sources, and not known since when.
                return Day(text, None, date.fromisoformat(text.removeprefix("by:")))
            if len(text) == 4:
                return Day(text, date(int(text), 1, 1), date(int(text), 12, 31))
            if len(text) == 7:
                begin = date.fromisoformat(f"{text}-01")
                after = (begin + timedelta(days=31)).replace(day=1)
                return Day(text, begin, after - timedelta(days=1))
            known = date.fromisoformat(text)
            return Day(text, known, known)
        except ValueError:
            self.fault(
                line,
                f"{what}: `{text}` is no day",
                "Write 2019-05-21, 2019-05, 2019 or `unknown`; or `by:2019-05-21` for a first day "
                "that is not known, of something in force on that day.",
            )
            return None

    def last_day(self, value: object, line: int, what: str) -> Day | None:
        """Read a last day, which has no `by:`: that something had ended is not its last day."""
        if str(value).startswith("by:"):
            self.fault(
                line,
                f"{what}: `{value}` is no last day",
                "Write the last day in force, or `unknown` if nobody found when it ended.",
            )
            return None
        return self.day(value, line, what)
