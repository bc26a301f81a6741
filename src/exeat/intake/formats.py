"""Time formats in the letters of `strptime`, as patterns, and what their parts mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from typing import Final

__all__ = ["ISO", "ISO_PATTERN", "clock_of", "compile_format", "day_of", "offset_of"]

ISO: Final = "iso"
"""The format name for ISO 8601: `2017-04-21 11:43:00`, `2017-04-21T11:43-07:00`, `2017-04-21`."""

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_DIRECTIVES: Final = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "b": r"(?P<b>[A-Za-z]{3})",
    "B": r"(?P<b>[A-Za-z]{3,9})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})",
    "f": r"(?P<f>\d{1,9})",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "z": r"(?P<z>Z|[+-]\d{2}:?\d{2})",
}
ISO_PATTERN: Final = re.compile(
    r"(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"(?:[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)? ?"
    r"(?P<z>Z|[+-]\d{2}:?\d{2})?)?"
)


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
    if not isinstance(text, str):
        raise ValueError("it is no text in quotes")
    letters = re.findall(r"%(.?)", text)
    if fault := _format_fault(letters):
        raise ValueError(fault)
    parts = re.split(r"%(.)", text)
    pattern = "".join(
        _DIRECTIVES[part] if at % 2 else re.sub(r"(?:\\ )+", r"\\s+", re.escape(part))
        for at, part in enumerate(parts)
    )
    return re.compile(pattern)


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
    if has & {"M", "S", "f", "p", "z"} and not has & {"H", "I"}:
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
        return _MONTHS.index(name[:3].lower()) + 1
    return int(part["m"] or 0)


def clock_of(part: Mapping[str, str | None]) -> time | None:
    """Return the time of day that a match names; None for a bare date.

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
    return time(hour, minute, second, micro)


def offset_of(text: str) -> tzinfo:
    """Return the offset from UTC that a text such as `-07:00` or `Z` is.

    Raises:
        ValueError: No zone has it.
    """
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(ahead if text[0] == "+" else -ahead)
