"""Time formats in the letters of `strptime`, as patterns, and what their parts mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

__all__ = [
    "ISO",
    "ISO_PATTERN",
    "NUMBERS",
    "clock_of",
    "compile_format",
    "day_of",
    "ends_day",
    "number_of",
    "offset_of",
    "zone_word",
]

ISO: Final = "iso"
"""The format name for ISO 8601: `2017-04-21 11:43:00`, `2017-04-21T11:43-07:00`, `2017-04-21`."""

_FULL_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTHS: Final = tuple(name[:3] for name in _FULL_MONTHS)
_DIRECTIVES: Final = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})(?:st|nd|rd|th)?",
    "b": r"(?P<b>[A-Za-z]{3,4})\.?",
    "B": r"(?P<b>[A-Za-z]{3,9})",
    "a": r"(?:[A-Za-z]{2,5})\.?",
    "A": r"(?:[A-Za-z]{2,9})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})",
    "f": r"(?P<f>\d{1,9})",
    "p": r"(?P<p>[AaPp])(?:\.?[Mm])?\.?",
    "z": r"(?P<z>Z|[+-]\d{2}(?::?\d{2})?)",
    "Z": r"(?P<Z>[A-Za-z]{1,5})",
}
_FIXED: Final = {"m": r"(?P<m>\d{2})", "d": r"(?P<d>\d{2})", "H": r"(?P<H>\d{1,2})"}
"""Parts that touch another number need all their digits, or `1112026` has two meanings."""
ISO_PATTERN: Final = re.compile(
    r"(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"(?:(?:T| +)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)? ?"
    r"(?P<z>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
NUMBERS: Final = ("excel", "epoch", "epoch-ms")
"""Times written as one number: days since 1899 as a spreadsheet counts them, seconds or
milliseconds since 1970 in UTC."""
_NUMBER_PATTERNS: Final = {
    "excel": re.compile(r"(?P<excel>\d{5}(?:\.\d+)?)"),
    "epoch": re.compile(r"(?P<epoch>\d{9,10}(?:\.\d+)?)"),
    "epoch-ms": re.compile(r"(?P<ms>\d{12,13})"),
}
_ZONE_HOURS: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "HAST": -10,
    "SST": -11, "CHST": 10, "CHS": 10, "Q": -4, "R": -5, "S": -6, "T": -7, "U": -8, "V": -9,
    "W": -10,
}  # fmt: skip
"""Zone words of the United States, and the letters that the armed forces use for them. The letters
ET, CT, MT, PT and J name no offset: the zone of the file then decides."""
_LOCAL_WORDS: Final = frozenset({"ET", "CT", "MT", "PT", "AKT", "HT", "J", "LT"})


def compile_format(text: str) -> re.Pattern[str]:
    """Return the pattern of a time format in the letters of `strptime`.

    Args:
        text: Such as `%m/%d/%Y %H:%M`, or `iso`.

    Raises:
        ValueError: A letter is not known, the day is not given in full, or `%I` has no `%p`.

    Examples:
        >>> compile_format("%m/%d/%Y %H:%M").fullmatch("4/21/2017 11:43")["d"]
        '21'
        >>> compile_format("%m/%d")
        Traceback (most recent call last):
        ...
        ValueError: it needs a year, a month and a day
    """
    if text in (ISO, "auto"):
        return ISO_PATTERN
    if text in NUMBERS:
        return _NUMBER_PATTERNS[text]
    if not isinstance(text, str):
        raise ValueError("it is no text in quotes")
    letters = re.findall(r"%(.?)", text)
    if fault := _format_fault(letters):
        raise ValueError(fault)
    parts = re.split(r"%(.)", text)
    pattern = "".join(
        _directive(parts, at) if at % 2 else re.sub(r"(?:\\ )+", r"\\s+", re.escape(part))
        for at, part in enumerate(parts)
    )
    return re.compile(pattern, re.IGNORECASE)


def _directive(parts: list[str], at: int) -> str:
    letter = parts[at]
    numbers = "YymdHIMS"
    before = at >= 2 and not parts[at - 1] and parts[at - 2] in numbers
    after = at + 2 < len(parts) and not parts[at + 1] and parts[at + 2] in numbers
    if letter in _FIXED and (before or after):
        return _FIXED[letter]
    return _DIRECTIVES[letter]


def _format_fault(letters: list[str]) -> str | None:
    unknown = [letter for letter in letters if letter not in _DIRECTIVES]
    if unknown:
        return f"`%{unknown[0]}` is not known here; use %{' %'.join(_DIRECTIVES)}"
    if len(set(letters)) != len(letters) or {"b", "B"} <= set(letters):
        return "a letter stands in it twice"
    has = set(letters)
    if not (has & {"Y", "y"} and has & {"m", "b", "B"} and "d" in has):
        return "it needs a year, a month and a day"
    if ("I" in has) != ("p" in has):
        return "`%I` and `%p` need each other: 01:30 of which half of the day?"
    if has & {"M", "S", "f", "p", "z", "Z"} and not has & {"H", "I"}:
        return "it has a part of a time of day and no hour"
    return None


def day_of(part: Mapping[str, str | None]) -> date:
    """Return the day that a match names.

    Raises:
        ValueError: No calendar has it.
    """
    return date(_year(part), _month(part), int(part["d"] or 0))


def _year(part: Mapping[str, str | None]) -> int:
    if part.get("Y"):
        return int(part["Y"] or 0)
    # Two digits as POSIX has it: 69 to 99 are of the last century.
    short = int(part["y"] or 0)
    return short + (1900 if short >= 69 else 2000)


def _month(part: Mapping[str, str | None]) -> int:
    if name := part.get("b"):
        number = _MONTHS.index(name[:3].lower())
        if not (_FULL_MONTHS[number].startswith(name.lower()) or name.lower() == "sept"):
            raise ValueError(name)
        return number + 1
    return int(part["m"] or 0)


def clock_of(part: Mapping[str, str | None]) -> time | None:
    """Return the time of day that a match names; None for a bare date.

    24:00 is the end of a day, and comes as 00:00: `ends_day` tells the two apart.

    Raises:
        ValueError: No clock shows it.
    """
    if not (part.get("H") or part.get("I")):
        return None
    micro = int((part.get("f") or "0").ljust(6, "0")[:6])
    minute, second = int(part.get("M") or 0), int(part.get("S") or 0)
    if half := part.get("p"):
        hour = int(part["I"] or 0)
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        hour = hour % 12 + (12 if half in "Pp" else 0)
    else:
        hour = int(part["H"] or 0)
        if ends_day(part):
            hour = 0
    return time(hour, minute, second, micro)


def ends_day(part: Mapping[str, str | None]) -> bool:
    """Say whether a match is 24:00, the end of its day."""
    return part.get("H") == "24" and not int(part.get("M") or 0) and not int(part.get("S") or 0)


def offset_of(text: str) -> tzinfo:
    """Return the offset from UTC that a text such as `-07:00`, `-07` or `Z` is.

    Raises:
        ValueError: No zone has it.
    """
    if text in ("Z", "z"):
        return UTC
    digits = text[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(ahead if text[0] == "+" else -ahead)


def zone_word(text: str) -> tzinfo | None:
    """Return the offset that a zone word stands for; None for one that means the local zone.

    Raises:
        ValueError: The word is not known.

    Examples:
        >>> zone_word("PST"), zone_word("ET")
        (datetime.timezone(datetime.timedelta(days=-1, seconds=57600)), None)
    """
    word = text.upper()
    if word in _LOCAL_WORDS:
        return None
    if word not in _ZONE_HOURS:
        raise ValueError(f"`{text}` is no zone word known here")
    return timezone(timedelta(hours=_ZONE_HOURS[word]))


def number_of(part: Mapping[str, str | None]) -> datetime | None:
    """Return the time that a number is: without a zone if it counts a wall clock's days.

    Raises:
        ValueError: It is no such number.

    Examples:
        >>> print(number_of({"excel": "46083.3402777778"}), number_of({"epoch": "1772467800"}))
        2026-03-02 08:10:00 2026-03-02 16:10:00+00:00
    """
    if days := part.get("excel"):
        # A day's fraction of 10 digits is a 10 µs; no jail's clock is finer than a second.
        seconds = round(float(days) * 86_400)
        return datetime(1899, 12, 30) + timedelta(seconds=seconds)  # noqa: DTZ001 - a wall clock
    if seconds_text := part.get("epoch"):
        return datetime.fromtimestamp(float(seconds_text), UTC)
    if milliseconds := part.get("ms"):
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    return None
