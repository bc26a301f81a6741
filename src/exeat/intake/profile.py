"""What the columns of an unknown export hold, by a look at its first rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from exeat.errors import IntakeError
from exeat.facts.times import When, show_when
from exeat.intake.lines import FieldRows
from exeat.intake.model import DEFAULT_EMPTY
from exeat.intake.sniff import check_is_text, find_delimiter, find_encoding
from exeat.intake.times import ISO, ReadTime, TimeReader

__all__ = ["Column", "Table", "choose_formats", "look_at", "read_time_columns"]

LOOKED_AT: Final = 5_000
"""So many rows are looked at."""

TIME_SHARE: Final = 0.9
"""A column is one of times if so large a share of what it holds reads as a time."""

_DATES: Final = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m.%d.%Y")
_OTHER_DATES: Final = ("%Y/%m/%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d %Y", "%B %d, %Y")
_CLOCKS: Final = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M%p", " %I:%M:%S %p",
)  # fmt: skip
_MONTH_FIRST: Final = tuple(day + clock for day in _DATES for clock in _CLOCKS)
_DAY_FIRST: Final = tuple(
    day.replace("%m", "%X").replace("%d", "%m").replace("%X", "%d") + clock
    for day in _DATES
    for clock in _CLOCKS
)
_PLAIN: Final = (ISO, *(day + clock for day in _OTHER_DATES for clock in _CLOCKS))
_EMPTY: Final = frozenset(text.casefold() for text in DEFAULT_EMPTY)
_UTC: Final = ZoneInfo("UTC")
# Columns that describe the person: no role in a mapping, whatever they hold.
_PERSONAL: Final = re.compile(
    r"birth|\bdob\b|\brace\b|ethnic|gender|\bsex\b|address|\bssn\b|phone|citizen|nationality|"
    r"country|alien|language|religio|\b(first|last|middle|full|inmate|person|defendant|offender|"
    r"victim) name|^name$|\bage\b|\b(re)(arrest|jail)"
)


@dataclass
class Column:
    """One column of the rows looked at.

    Attributes:
        name: As the header has it.
        values: Its texts in the order of the rows, "" for an empty one.
        times: The same as times, None for an empty one; no list unless it is one of times.
    """

    name: str
    values: list[str] = field(repr=False)
    times: list[When | None] | None = field(default=None, repr=False)

    @property
    def words(self) -> str:
        """Its name as words: `jailIn`, `JAIL_IN` and `jail-in` are `jail in`."""
        return _name_words(self.name)

    @property
    def filled(self) -> float:
        """The share of rows in which it holds something."""
        return sum(map(bool, self.values)) / len(self.values) if self.values else 0.0

    def counts(self) -> Counter[str]:
        """Return how often it holds each text."""
        return Counter(value for value in self.values if value)


@dataclass
class Table:
    """The rows looked at.

    Attributes:
        columns: In the order of the header; those that describe the person are left out.
        delimiter: As found.
        formats: Time formats that read its times.
        unsure: What nobody can tell from the data, in whole sentences.
    """

    columns: list[Column]
    delimiter: str
    formats: tuple[str, ...] = (ISO,)
    unsure: list[str] = field(default_factory=list)


def look_at(path: Path) -> Table:
    """Return the first rows of an export, column by column, its times read.

    Args:
        path: The CSV file.

    Raises:
        IntakeError: E310 to E312, and E316 where the file is no table with two columns.
    """
    header, body, delimiter = _first_rows(path)
    if len(header) < 2:
        raise IntakeError.one(
            "E316",
            path.name,
            "has no header with two columns or more",
            "Give a CSV file whose first line names its columns.",
        )
    columns = [
        Column(name, [_clean(row[at]) for row in body])
        for at, name in enumerate(header)
        if name and header.count(name) == 1 and not _PERSONAL.search(_name_words(name))
    ]
    table = Table(columns, delimiter)
    read_time_columns(table)
    return table


def _first_rows(path: Path) -> tuple[list[str], list[list[str]], str]:
    encoding, errors = find_encoding(check_is_text(path))
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        rows = FieldRows(file, ",")
        first = rows.peek()
        rows.delimiter = find_delimiter(first, set())
        good = (row[1] for row in rows if isinstance(row, tuple))
        header = [name.strip() for name in next(good, [])]
        return header, list(islice(good, LOOKED_AT)), rows.delimiter


def _name_words(name: str) -> str:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[^A-Za-z0-9]+", apart)).strip().lower()


def _clean(text: str) -> str:
    text = text.strip()
    return "" if text.casefold() in _EMPTY else text


def read_time_columns(table: Table) -> None:
    """Find the columns of times and the formats that read them all."""
    found = [column for column in table.columns if _is_time(column)]
    texts = {value for column in found for value in column.values if value}
    table.formats = choose_formats(texts, table.unsure)
    reader = TimeReader(_UTC, table.formats)
    for column in found:
        read = [reader.read(value) for value in column.values]
        column.times = [time.earlier if isinstance(time, ReadTime) else None for time in read]


def _is_time(column: Column) -> bool:
    texts = list(column.counts())[:200]
    if not texts:
        return False
    reader = TimeReader(_UTC, (*_PLAIN, *_MONTH_FIRST, *_DAY_FIRST))
    good = sum(isinstance(reader.read(text), ReadTime) for text in texts)
    return good >= TIME_SHARE * len(texts)


def choose_formats(texts: Iterable[str], unsure: list[str]) -> tuple[str, ...]:
    """Return the formats that read these texts, the most used first.

    Args:
        texts: What the columns of times hold.
        unsure: Gets a sentence where month and day cannot be told apart.

    Examples:
        >>> choose_formats(["04/21/2017 11:43", "2017-04-21"], [])
        ('iso', '%m/%d/%Y %H:%M')
        >>> unsure = []
        >>> choose_formats(["04/05/2017"], unsure), len(unsure)
        (('%m/%d/%Y',), 1)
    """
    left = set(texts)
    dates = _MONTH_FIRST if _month_first(left, unsure) else _DAY_FIRST
    candidates = {name: _reading(left, (name,)) for name in (*_PLAIN, *dates)}
    chosen: list[str] = []
    while left and candidates:
        best = max(candidates, key=lambda name: len(candidates[name] & left))
        gain = candidates.pop(best) & left
        if not gain:
            break
        chosen.append(best)
        left -= gain
    return tuple(chosen) or (ISO,)


def _month_first(texts: set[str], unsure: list[str]) -> bool:
    month_first, day_first = (_reading(texts, formats) for formats in (_MONTH_FIRST, _DAY_FIRST))
    only_month, only_day = month_first - day_first, day_first - month_first
    if month_first and not only_month and not only_day:
        unsure.append(
            f"`{min(month_first)}` may have the month or the day first, and no other time "
            "tells; month first is assumed, in [times] formats."
        )
    elif only_month and only_day:
        few = min(only_month, only_day, key=len)
        unsure.append(
            f"Some times have the month first and some the day, such as `{min(few)}`; the "
            "order that most have is taken, in [times] formats, and the others will be rejects."
        )
    return len(only_month) >= len(only_day)


def _reading(texts: set[str], formats: Sequence[str]) -> set[str]:
    reader = TimeReader(_UTC, formats)
    return {text for text in texts if isinstance(reader.read(text), ReadTime)}


def not_after(one: Column, other: Column) -> float:
    """Return the share of rows in which a time of one column is not after that of another."""
    # Both in UTC, so that their ISO texts sort as they do.
    pairs = [
        (show_when(a) or "", show_when(b) or "")
        for a, b in zip(one.times or (), other.times or (), strict=True)
        if a is not None and b is not None
    ]
    return sum(a <= b for a, b in pairs) / len(pairs) if pairs else 0.0
