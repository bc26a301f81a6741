"""The reading of one law file: its tables, their keys, and the faults found on the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from exeat.errors import near_miss
from exeat.facts.toml_file import TYPES, TomlFile, is_of
from exeat.rules.model import Day

__all__ = ["TABLES", "Reading", "day_of"]


class _Keys(NamedTuple):
    """The keys of a table.

    Attributes:
        need: Those that must be there.
        may: Those that may.
        lists: Those of them that hold lists of texts.
        truths: Those that are true or false.
        tables: Those that hold lists of tables.
        free: Those whose own reader says what is wrong with them.
    """

    need: frozenset[str]
    may: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset({"source"})
    truths: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()

    def kind(self, key: str) -> type | None:
        """Return the type of a key's value; None: its own reader looks at it."""
        if key in self.free:
            return None
        if key in self.truths:
            return bool
        return list if key in self.lists | self.tables else str


def _set(*names: str) -> frozenset[str]:
    return frozenset(names)


KEYS: Final[dict[str, _Keys]] = {
    "jurisdiction": _Keys(
        need=_set("id", "name", "kind", "checked", "note"),
        may=_set(
            "parent", "fips", "zone", "hold_power", "hold_power_first_day", "hold_power_source"
        ),
        lists=_set("hold_power_source"),
        free=_set("kind", "checked", "hold_power", "hold_power_first_day"),
    ),
    "source": _Keys(
        need=_set("id", "title", "kind", "effective", "ended", "url", "basis", "summary"),
        may=_set("page_date", "words"),
        lists=_set(),
        free=_set("basis", "url", "page_date", "effective", "ended"),
    ),
    "contest": _Keys(
        need=_set("id", "question", "readings", "source"), tables=_set("readings")
    ),
    "reading": _Keys(need=_set("id", "says")),
    "offences": _Keys(
        need=_set("id", "citation", "source"),
        may=_set(
            "statutes", "words", "classes", "only_classes", "off_statutes", "complete", "accepts",
            "refuses", "note",
        ),
        lists=_set(
            "statutes", "words", "classes", "only_classes", "off_statutes", "accepts", "refuses",
            "source",
        ),
        truths=_set("complete"),
    ),
    "suspend": _Keys(
        need=_set("rule", "first_day", "source"),
        may=_set("last_day"),
        free=_set("first_day", "last_day"),
    ),
    "rule": _Keys(
        need=_set(
            "id", "about", "modality", "actor", "binds", "trigger", "when", "first_day", "source",
            "confidence",
        ),
        may=_set(
            "if", "last_day", "hours", "hours_run", "excludes", "until_end_of_day", "reading",
            "judge", "unread", "policy", "prevails", "act", "to", "needs", "offences", "note",
            "rests_on", "accepts", "refuses",
        ),
        lists=_set("binds", "source", "excludes", "needs"),
        truths=_set("until_end_of_day", "judge", "unread", "policy", "prevails"),
        free=_set(
            "about", "modality", "trigger", "first_day", "last_day", "confidence", "if", "hours",
            "hours_run", "rests_on", "accepts", "refuses",
        ),
    ),
    "adoption": _Keys(
        need=_set("by", "title", "on", "shipped_sha256"), may=_set("note"), free=_set("on")
    ),
}  # fmt: skip
TABLES: Final = {"format", *KEYS} - {"reading"}

E = TypeVar("E", bound=StrEnum)


class Reading(TomlFile):
    """What is known while one file is read: its data, its lines, and the faults so far."""

    def __init__(self, data: dict[str, Any], text: str, name: str) -> None:
        super().__init__(text, name)
        self.data = data
        self.checked = date.min

    def fault(self, line: int, message: str, help: str, code: str = "E210") -> None:
        """Keep one fault; what stands nowhere is told of the file's first line."""
        self.add(code, line or 1, message, help)

    def items(self, table: str) -> Iterable[tuple[int, dict[str, Any]]]:
        """Yield the tables of one name that can be read, each with its line."""
        items = self.data.get(table, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            line = max(self.table(table), self.key(0, table))
            self.fault(line, f"`{table}` is no list", f"Write [[{table}]].")
            return
        for index, item in enumerate(items):
            line = self.table(table, index)
            if self.keys(table, item, line):
                yield line, item

    def keys(self, table: str, item: dict[str, Any], line: int) -> bool:
        """Check the keys of a table; False if one that it needs is missing, or one is no such."""
        keys = KEYS[table]
        known = keys.need | keys.may
        label = f"{table} `{item.get('id', item.get('rule', ''))}`".replace(" ``", "")
        for key in item.keys() - known:
            near = near_miss(key, sorted(known))
            help = f"Take it out.{near}"
            self.fault(self.key(line, key), f"{label}: unknown key `{key}`", help, "E211")
        missing = sorted(keys.need - item.keys())
        if missing:
            names = ", ".join(f"`{key}`" for key in missing)
            self.fault(line, f"{label} has no {names}", "Add it.", "E212")
        wrong = [key for key in sorted(item.keys() & known) if not _fits(item[key], keys, key)]
        for key in wrong:
            kind = keys.kind(key)
            what = TYPES[kind or str] + " of texts" * (key in keys.lists)
            where = self.key(line, key)
            self.fault(where, f"{label}, {key}: `{item[key]}` is not {what}", f"Write {what}.")
        return not missing and not wrong

    def enum(self, kind: type[E], value: object, line: int, what: str) -> E | None:
        """Return the member that a text is, None with a fault."""
        options = [str(option) for option in kind]
        if isinstance(value, str) and value in options:
            return kind(value)
        near = near_miss(str(value), options)
        self.fault(line, f"{what}: `{value}` will not do", f"Use {', '.join(options)}.{near}")
        return None

    def day(self, value: object, line: int, what: str) -> Day | None:
        """Return a day as exactly as it is known, None with a fault."""
        try:
            return day_of(str(value), self.checked)
        except ValueError:
            self.fault(
                line,
                f"{what}: `{value}` is no day",
                "Write 2019-05-21, 2019-05, 2019 or `unknown`; or `by:2019-05-21` for a first day "
                "that is not known, of something in force on that day.",
            )
            return None

    def last_day(self, item: dict[str, Any], line: int, what: str) -> Day | None:
        """Read a last day, which has no `by:`: that something had ended is not its last day."""
        if "last_day" not in item:
            return None
        value = item["last_day"]
        if not str(value).startswith("by:"):
            return self.day(value, line, what)
        self.fault(
            line,
            f"{what}: `{value}` is no last day",
            "Write the last day in force, or `unknown` if nobody found when it ended.",
        )
        return None


def _fits(value: object, keys: _Keys, key: str) -> bool:
    kind = keys.kind(key)
    if kind is None:
        return True
    inside = dict if key in keys.tables else str
    return is_of(value, kind) and (
        not isinstance(value, list) or all(isinstance(one, inside) for one in value)
    )


def day_of(text: str, checked: date = date.max) -> Day:
    """Return a day as exactly as a text says it.

    Args:
        text: Such as ``2019-05-21``, ``2019-05``, ``2019``, ``unknown`` or ``by:2019-05-21``.
        checked: The day on which what is not known since when was known to be in force.

    Raises:
        ValueError: It is none of these.

    Examples:
        >>> str(day_of("2019-02").latest)
        '2019-02-28'
    """
    if text == "unknown":
        return Day(text, None, checked)
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
