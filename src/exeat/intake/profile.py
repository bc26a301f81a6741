"""What the columns of an unknown export hold, by a look at its first rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import fmean
from typing import Final
from zoneinfo import ZoneInfo

from exeat.facts.times import When, show_when
from exeat.intake.cells import LISTED, parts_of
from exeat.intake.csvfile import joined_time
from exeat.intake.infer import formats_of, number_formats_of
from exeat.intake.learn import MIDNIGHT, PLACEHOLDER
from exeat.intake.model import DEFAULT_EMPTY
from exeat.intake.names import name_words
from exeat.intake.survey import Layout, survey, survey_joined
from exeat.intake.times import ISO, ReadTime, TimeReader
from exeat.intake.words import is_hold

__all__ = [
    "Column",
    "Table",
    "bookings_with",
    "choose_formats",
    "look_at",
    "not_after",
    "read_time_columns",
]

TIME_SHARE: Final = 0.9
"""A column is one of times if so large a share of what it holds reads as a time."""

_SAMPLE: Final = 200
_UTC: Final = ZoneInfo("UTC")
_EMPTY: Final = frozenset(text.casefold() for text in DEFAULT_EMPTY)
# Columns that describe the person: no role in a mapping, whatever they hold.
_PERSONAL: Final = re.compile(
    r"birth|\bdob\b|\brace\b|ethnic|gender|\bsex\b|address|\bssn\b|phone|citizen|nationality|"
    r"country|\balien\b|language|religio|\b(first|last|middle|full|inmate|person|defendant|"
    r"offender|victim|subject|suspect) name|^name$|\bage\b|^age group|\b(re)(arrest|jail)|arrestee|"
    r"officer|"
    r"\bheight\b|\bweight\b|\bhair\b|\beyes?\b|^(inmate|defendant|offender|subject|person)$|zip|"
    r"\bcity\b|\bmug ?shot|photo|next of kin|occupation|alias"
)
_FREE_NAME: Final = re.compile(r"comment|remark|narrative|\bnotes?\b|memo|free text|explanation")
_CLOCK: Final = re.compile(
    r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp]\.?[Mm]?\.?)?|\d{3,4}( ?hrs?)?|\d{1,2}|0?\.\d+"
)
_TIME_NAME: Final = re.compile(
    r"\b(date|time|dt|tm|ts|datetime|timestamp|epoch|day|on|at|when|booked|released|ended|in|out|"
    r"end|start|begin|began|closed|release|intake|admission|lifted|received|served|left)\b"
)
_DATE_NAME: Final = re.compile(r"\b(date|datetime|timestamp|dt)\b")
_CODE_NAME: Final = re.compile(r"\b(id|no|num|number|nbr|code|key)\b")


@dataclass(eq=False)
class Column:
    """One column of the rows looked at.

    Attributes:
        name: As the header has it.
        values: Its texts in the order of the rows, "" for an empty one.
        times: The same as times, None for an empty one; no list unless it is one of times.
        clock: The column with the time of day that belongs to it, if its own texts are days.
        empty: Texts in it that stand for no time.
        midnights: The share of its times that are midnight.
        later: Texts below the rows looked at that may name an immigration hold.
        free: It is free text, which may name people: nothing of it is copied.
    """

    name: str
    values: list[str] = field(repr=False)
    times: list[When | None] | None = field(default=None, repr=False)
    clock: Column | None = None
    empty: tuple[str, ...] = ()
    midnights: float = 0.0
    later: Counter[str] = field(default_factory=Counter, repr=False)
    free: bool = False

    @property
    def words(self) -> str:
        """Its name as words: `jailIn`, `JAIL_IN` and `jail-in` are `jail in`."""
        return name_words(self.name)

    @property
    def filled(self) -> float:
        """The share of rows in which it holds something."""
        return sum(map(bool, self.values)) / len(self.values) if self.values else 0.0

    def counts(self) -> Counter[str]:
        """Return how often it holds each text."""
        return Counter(value for value in self.values if value)


def bookings_with(texts: Iterable[Iterable[str]], ids: Column | None) -> Counter[str]:
    """Return how many bookings have each text: a name stands in one, on however many rows.

    Args:
        texts: Those of each row.
        ids: The column of the bookings' ids; None: each row counts as one.
    """
    of = ids.values if ids is not None else map(str, count())
    rows = zip(texts, of, strict=False)
    pairs = dict.fromkeys((id, text) for row, id in rows for text in row if text)
    return Counter(text for _, text in pairs)


@dataclass
class Table:
    """The rows looked at.

    Attributes:
        columns: In the order of the header; those that describe the person are left out.
        layout: How the file is laid out.
        formats: Time formats that read its times.
        unsure: What nobody can tell from the data, in whole sentences.
    """

    columns: list[Column]
    layout: Layout
    formats: tuple[str, ...] = (ISO,)
    unsure: list[str] = field(default_factory=list)


def look_at(path: Path, other: Path | None = None) -> Table:
    """Return the first rows of an export, column by column, its times read.

    Args:
        path: The file.
        other: One that goes with it.

    Raises:
        IntakeError: E310 to E312, and E316 where the file is no table with two columns.
    """
    layout = survey_joined(path, other) if other else survey(path)
    columns = [
        Column(name, [_clean(row[at]) for row in layout.rows], later=layout.later[at])
        for at, name in enumerate(layout.header)
        if name and not _PERSONAL.search(name_words(name))
    ]
    table = Table(columns, layout)
    read_time_columns(table)
    for column in columns:
        column.free = column.times is None and _is_free(column)
    return table


def _clean(text: str) -> str:
    text = text.strip()
    return "" if text.casefold() in _EMPTY else text


def _is_free(column: Column) -> bool:
    """Say whether a column is free text: by its name, or most texts once and many words long."""
    counts = column.counts()
    if not counts or all(map(is_hold, counts)):
        return False
    words = fmean(len(text.split()) for text in counts)
    if _FREE_NAME.search(column.words) and words > 2.5:
        return True
    if fmean(number == 1 for number in counts.values()) <= 0.7:
        return False
    sentences = fmean(text[:1].islower() for text in counts)
    return words >= 4.5 or (words >= 2.5 and sentences > 0.5)


# --- times -----------------------------------------------------------------------------


def read_time_columns(table: Table) -> None:
    """Find the columns of times and the formats that read them all."""
    found = [column for column in table.columns if _is_of_times(column)]
    for column in found:
        column.clock = _clock_of(column, table.columns)
    texts = {text for column in found for cell in _joined(column) for text in _list_parts(cell)}
    texts -= {"", *(text for column in found for text in column.empty)}
    table.formats = choose_formats(texts, table.unsure)
    reader = TimeReader(_UTC, table.formats)
    for column in found:
        _read(column, reader)
    _say_unread(table)


def _is_of_times(column: Column) -> bool:
    """Say whether a column is one of times, and keep its texts that stand for none."""
    texts = [part for text in column.counts() for part in _list_parts(text)]
    if not _holds_times(column, texts[:_SAMPLE]):
        return False
    none = [text for text in texts if stands_for_none(text) and text != column.name]
    column.empty = tuple(none[:5])
    return True


def _read(column: Column, reader: TimeReader) -> None:
    """Read the times of a column, and see how many are midnight."""
    # Of a list the first stands for all, to tell which column comes before which.
    texts = [_list_parts(text)[0] for text in _joined(column)]
    read = [reader.read(text) for text in texts]
    column.times = [time.earlier if isinstance(time, ReadTime) else None for time in read]
    midnights = [
        MIDNIGHT.search(text) is not None
        for text in texts
        if not PLACEHOLDER.match(text) and (len(text) > 10 or MIDNIGHT.search(text))
    ]
    column.midnights = fmean(midnights) if midnights else 0.0


def _list_parts(text: str) -> list[str]:
    """Return the times of a cell that is a list of them, else the text alone."""
    if text.startswith(("['", '["')):
        return parts_of(text, ("', '", '", "'))
    if "|" in text or ";" in text:
        return parts_of(text, LISTED)
    return [text]


def _joined(column: Column) -> list[str]:
    if column.clock is None:
        return column.values
    pairs = zip(column.values, column.clock.values, strict=True)
    return [joined_time([day, clock]) if day else "" for day, clock in pairs]


def stands_for_none(text: str) -> bool:
    """Say whether a text in a column of times stands for no time: a word, or a placeholder."""
    return not any(letter.isdigit() for letter in text) or PLACEHOLDER.match(text) is not None


def _holds_times(column: Column, texts: Sequence[str]) -> bool:
    """Say whether texts of a column are times, but for a few that stand for none."""
    good = [text for text in texts if formats_of(text)] or _numbers(column, texts)
    none = [text for text in texts if stands_for_none(text)]
    if not good or any(len(text) > 20 for text in none):
        return False
    counts = column.counts()
    enough = len(good) >= TIME_SHARE * (len(texts) - len(none))
    often = sum(counts[text] for text in good) > len(texts) / 2
    return enough and (often or len(good) >= 0.3 * len(texts))


def _numbers(column: Column, texts: Sequence[str]) -> list[str]:
    """Return the texts that are times written as numbers, where the column's name allows it."""
    hinted = _TIME_NAME.search(column.words) or all("." in text for text in texts)
    if not hinted or _CODE_NAME.search(column.words):
        return []
    return [text for text in texts if number_formats_of(text)]


def _clock_of(column: Column, columns: Sequence[Column]) -> Column | None:
    """Return the column with the time of day that belongs to a column of days."""
    if any(len(text) > 11 for text in list(column.counts())[:50] if not MIDNIGHT.search(text)):
        return None
    clocks = (other for other in columns if other is not column and _holds_clocks(other))
    return next((other for other in clocks if _stem(other) == _stem(column)), None)


def _holds_clocks(column: Column) -> bool:
    if not {"time", "tm", "hour", "hr"} & set(column.words.split()):
        return False
    texts = list(column.counts())[:_SAMPLE]
    return bool(texts) and all(map(_CLOCK.fullmatch, texts))


def _stem(column: Column) -> str:
    """Return a column's name without the word for day or time: `booking` of `Booking Date`."""
    words = column.words.split()
    return " ".join(x for x in words if x not in ("date", "time", "day", "dt", "tm", "of", "hour"))


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
    readings = {text: formats_of(text) or number_formats_of(text) for text in texts}
    month_first = _month_first(readings, unsure)
    votes: Counter[str] = Counter()
    for found in readings.values():
        for name in _ordered(found, month_first)[:1]:
            votes[name] += 1
    ranked = sorted(votes, key=lambda name: (-votes[name], name != ISO, name))
    return tuple(ranked) or (ISO,)


def _day_first(name: str) -> bool:
    month = name.find("%m")
    return month >= 0 and -1 < name.find("%d") < month and not name.startswith(("%Y", "%H:%M %Y"))


def _ordered(found: Sequence[str], month_first: bool) -> list[str]:
    return sorted(found, key=lambda name: _day_first(name) == month_first)


def _month_first(readings: dict[str, tuple[str, ...]], unsure: list[str]) -> bool:
    numeric = {text: found for text, found in readings.items() if any(map(_swaps, found))}
    only_day = [text for text, found in numeric.items() if all(map(_day_first, found))]
    only_month = [text for text, found in numeric.items() if not any(map(_day_first, found))]
    if only_month and only_day:
        few = min(only_month, only_day, key=len)
        unsure.append(
            f"Some times have the month first and some the day, such as `{min(few)}`; the "
            "order that most have is taken, in [times] formats, and the others will be rejects."
        )
    elif numeric and not only_month and not only_day:
        both = min(text for text, found in numeric.items() if len(found) > 1)
        unsure.append(
            f"`{both}` may have the month or the day first, and no other time "
            "tells; month first is assumed, in [times] formats."
        )
    return len(only_month) >= len(only_day)


def _swaps(name: str) -> bool:
    """Say whether a format has month and day as numbers, the year last."""
    return "%m" in name and "%d" in name and not re.match(r"%Y|%H:?%M %Y", name) and name != ISO


def _say_unread(table: Table) -> None:
    """Name each column that by its name holds times and by its texts none that is known."""
    clocks = [column.clock for column in table.columns if column.clock is not None]
    for column in table.columns:
        if column.times is not None or column in clocks or not _DATE_NAME.search(column.words):
            continue
        shown = next((x for x in column.counts() if any(map(str.isdigit, x))), None)
        if shown is not None:
            table.unsure.append(
                f"Column `{column.name}` holds texts such as `{shown[:40]}` that no format "
                "reads: if they are times, write how under [times] formats, in the letters of "
                "strptime (docs/mapping-files.md)."
            )


def not_after(one: Column, other: Column) -> float:
    """Return the share of rows in which a time of one column is not after that of another."""
    found = [
        _is_not_after(a, b)
        for a, b in zip(one.times or (), other.times or (), strict=True)
        if a is not None and b is not None
    ]
    return fmean(found) if found else 0.0


def _is_not_after(one: When, other: When) -> bool:
    # Both in UTC, so that their ISO texts sort as they do; beside a day only days count.
    a, b = show_when(one) or "", show_when(other) or ""
    return a <= b if len(a) == len(b) else a[:10] <= b[:10]
