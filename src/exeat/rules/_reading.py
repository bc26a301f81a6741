"""The reading of one law file: its tables, their keys, and the faults found on the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from exeat.errors import LawError, near_miss
from exeat.facts.toml_file import TYPES, TomlFile, is_of, toml_of
from exeat.rules.model import Day

__all__ = ["TABLES", "Reading", "day_of", "law_tables"]


def law_tables(text: str, name: str) -> dict[str, Any]:
    """Return what a file of law, or of answers about it, says; ``name`` stands for it in messages.

    Raises:
        LawError: It is not TOML.
    """
    return toml_of(text, name, LawError, "E201", "Mend the line that the message names.")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEYS: Final = {
    # table: (keys that must be there, keys that may be there)
    "jurisdiction": (
        "id name kind checked note",
        "parent fips zone hold_power hold_power_first_day hold_power_source",
    ),
    "source": ("id title kind effective ended url basis summary", "page_date words"),
    "contest": ("id question readings source", ""),
    "reading": ("id says", ""),
    "offences": (
        "id citation source",
        "statutes words classes only_classes off_statutes complete accepts refuses note",
    ),
    "suspend": ("rule first_day source", "last_day"),
    "rule": (
        "id about modality actor binds trigger when first_day source confidence",
        "if last_day hours hours_run excludes until_end_of_day reading judge unread policy "
        "prevails act to needs offences note rests_on accepts refuses",
    ),
    "adoption": ("by title on shipped_sha256", "note"),
}
_LISTS: Final = _names(
    "source binds excludes needs statutes classes only_classes off_statutes hold_power_source "
    "offences.words offences.accepts offences.refuses"
)
"""Keys that hold lists of texts; where a key means two things, with its table."""
_TRUTHS: Final = _names("complete until_end_of_day judge unread policy prevails")
_FREE: Final = _names(
    "jurisdiction.kind checked hold_power hold_power_first_day effective ended url basis page_date "
    "first_day last_day about modality trigger confidence if hours hours_run rests_on accepts "
    "refuses on"
)
"""Keys whose own reader says what is wrong with them; all others hold a text."""
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
        need, may = map(_names, KEYS[table])
        known = need | may
        label = f"{table} `{item.get('id', item.get('rule', ''))}`".replace(" ``", "")
        for key in item.keys() - known:
            near = near_miss(key, sorted(known))
            help = f"Take it out.{near}"
            self.fault(self.key(line, key), f"{label}: unknown key `{key}`", help, "E211")
        missing = sorted(need - item.keys())
        if missing:
            names = ", ".join(f"`{key}`" for key in missing)
            self.fault(line, f"{label} has no {names}", "Add it.", "E212")
        whole = not missing
        for key in sorted(item.keys() & known):
            if what := _fault_of(table, key, item[key]):
                message = f"{label}, {key}: `{item[key]}` is not {what}"
                self.fault(self.key(line, key), message, f"Write {what}.")
                whole = False
        return whole

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


def _fault_of(table: str, key: str, value: object) -> str:
    """Return what the value of a key should be; "" where it is that."""
    names = {key, f"{table}.{key}"}
    if names & _LISTS:
        good = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return "" if good else "a list of texts"
    if key == "readings":
        good = isinstance(value, list) and all(isinstance(one, dict) for one in value)
        return "" if good else "a list of tables"
    kind = bool if key in _TRUTHS else str
    return "" if names & _FREE or is_of(value, kind) else TYPES[kind]


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
