"""What the columns of an unknown export hold, by a look at its first rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
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
from exeat.intake.words import Likeness, immigration_likeness

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


@dataclass
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
    if not counts or all(immigration_likeness(text) is Likeness.HOLD for text in counts):
        return False
    words = sum(len(text.split()) for text in counts) / len(counts)
    if _FREE_NAME.search(column.words) and words > 2.5:
        return True
    once = sum(number == 1 for number in counts.values()) / len(counts)
    sentences = sum(text[:1].islower() for text in counts) / len(counts)
    return once > 0.7 and (words >= 4.5 or (words >= 2.5 and sentences > 0.5))


# --- times -----------------------------------------------------------------------------


def read_time_columns(table: Table) -> None:
    """Find the columns of times and the formats that read them all."""
    found: list[tuple[Column, list[str]]] = []
    for column in table.columns:
        own = [part for text in column.counts() for part in _list_parts(text)]
        if (dates := _time_texts(column, own[:_SAMPLE])) is not None:
            none = [text for text in own if stands_for_none(text) and text != column.name]
            column.empty = tuple(none[:5])
            column.clock = _clock_of(column, table.columns)
            found.append((column, dates))
    whole = {text for column, _ in found for text in _joined(column) if text}
    texts = {part for text in whole for part in _list_parts(text) if part}
    texts -= {text for column, _ in found for text in column.empty}
    table.formats = choose_formats(texts, table.unsure)
    reader = TimeReader(_UTC, table.formats)
    for column, _ in found:
        # Of a list the first stands for all, to tell which column comes before which.
        joined = [_list_parts(text)[0] for text in _joined(column)]
        read = [reader.read(value) for value in joined]
        column.times = [time.earlier if isinstance(time, ReadTime) else None for time in read]
        given = [text for text in joined if len(text) > 10 or MIDNIGHT.search(text)]
        clocks = [text for text in given if not PLACEHOLDER.match(text)]
        midnights = sum(bool(MIDNIGHT.search(text)) for text in clocks)
        column.midnights = midnights / len(clocks) if clocks else 0.0
    _say_unread(table)


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


def _time_texts(column: Column, texts: Sequence[str]) -> list[str] | None:
    """Return the texts of a column that are times, None if it is no column of times."""
    if not texts:
        return None
    good = [text for text in texts if formats_of(text)]
    if not good:
        good = [text for text in texts if number_formats_of(text)]
        hinted = _TIME_NAME.search(column.words) is not None
        if not good or not (hinted or all("." in text for text in good)):
            return None
        if re.search(r"\b(id|no|num|number|nbr|code|key)\b", column.words):
            return None
    none = sum(stands_for_none(text) for text in texts)
    counts = column.counts()
    repeated = all(len(text) <= 20 for text in texts if stands_for_none(text))
    enough = len(good) >= TIME_SHARE * (len(texts) - none)
    plenty = len(good) >= 0.3 * len(texts) or sum(counts[text] for text in good) > len(texts) / 2
    return good if enough and repeated and plenty else None


def _clock_of(column: Column, columns: Sequence[Column]) -> Column | None:
    """Return the column with the time of day that belongs to a column of days."""
    if any(len(text) > 11 for text in list(column.counts())[:50] if not MIDNIGHT.search(text)):
        return None
    stem = _stem(column)
    for other in columns:
        if other is column or not {"time", "tm", "hour", "hr"} & set(other.words.split()):
            continue
        texts = list(other.counts())[:_SAMPLE]
        clocks = texts and all(_CLOCK.fullmatch(text) for text in texts)
        if clocks and _stem(other) == stem:
            return other
    return None


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
    both = [text for text, found in numeric.items() if len(found) > 1]
    only_day = [text for text, found in numeric.items() if all(map(_day_first, found))]
    only_month = [text for text, found in numeric.items() if not any(map(_day_first, found))]
    if both and not only_month and not only_day:
        unsure.append(
            f"`{min(both)}` may have the month or the day first, and no other time "
            "tells; month first is assumed, in [times] formats."
        )
    elif only_month and only_day:
        few = min(only_month, only_day, key=len)
        unsure.append(
            f"Some times have the month first and some the day, such as `{min(few)}`; the "
            "order that most have is taken, in [times] formats, and the others will be rejects."
        )
    return len(only_month) >= len(only_day)


def _swaps(name: str) -> bool:
    """Say whether a format has month and day as numbers, the year last."""
    return "%m" in name and "%d" in name and not re.match(r"%Y|%H:?%M %Y", name) and name != ISO


def _say_unread(table: Table) -> None:
    """Name each column that by its name holds times and by its texts none that is known."""
    clocks = [column.clock for column in table.columns if column.clock is not None]
    for column in table.columns:
        named = re.search(r"\b(date|datetime|timestamp|dt)\b", column.words)
        digits = [text for text in column.counts() if any(letter.isdigit() for letter in text)]
        if column.times is None and column not in clocks and named and digits:
            table.unsure.append(
                f"Column `{column.name}` holds texts such as `{digits[0][:40]}` that no format "
                "reads: if they are times, write how under [times] formats, in the letters of "
                "strptime (docs/mapping-files.md)."
            )


def not_after(one: Column, other: Column) -> float:
    """Return the share of rows in which a time of one column is not after that of another."""
    # Both in UTC, so that their ISO texts sort as they do.
    pairs = [
        (show_when(a) or "", show_when(b) or "")
        for a, b in zip(one.times or (), other.times or (), strict=True)
        if a is not None and b is not None
    ]
    return (
        sum(a[:10] <= b[:10] if len(a) != len(b) else a <= b for a, b in pairs) / len(pairs)
        if pairs
        else 0.0
    )
