"""Find out in which formats a text could be a time: what `exeat map` writes under [times]."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from exeat.intake.formats import ISO, ISO_PATTERN, compile_format, zone_word

__all__ = ["formats_of", "number_formats_of"]

# While a text is taken apart, each part found stands as one letter of the private-use area.
_MARKS: Final = {letter: chr(0xE000 + at) for at, letter in enumerate("YymdbBaAHIMSfpzZ")}
_LETTERS: Final = {mark: letter for letter, mark in _MARKS.items()}

_OFFSET: Final = re.compile(r"(?<=\d) ?([+-]\d{2}(?::?\d{2})?|Z)$")
_ZONE: Final = re.compile(r"(?<=[\dMmAaPp])( ?)\(?([A-Za-z]{1,4})\)?$")
_CLOCK: Final = re.compile(
    r"(?<!\d)(?P<H>\d{1,2})(?P<dot>[:.])(?P<M>\d{2})(?:(?P=dot)(?P<S>\d{2})"
    r"(?:(?P<point>[.,:])(?P<f>\d{1,9}))?)?(?P<blank> *)"
    r"(?P<p>(?:[AaPp]\.?[Mm]\.?|[AaPp](?![A-Za-z])))?(?![\d.]\d)"
)
_MILITARY: Final = re.compile(
    r"(?<=[ T@-])(?P<H>\d{1,2})(?P<M>\d{2})(?P<S>\d{2})?(?=(?: ?[A-Za-z\ue000-\ue00f]{1,5})?$)"
)
_MILITARY_FIRST: Final = re.compile(
    r"^(?P<H>\d{2})(?P<M>\d{2})(?=(?: ?(?:hrs|hours|h))? +[\ue000-\ue00f])", re.IGNORECASE
)
_MONTH_NAME: Final = (
    r"(?P<b>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY: Final = re.compile(
    r"\b(?P<a>(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b", re.IGNORECASE
)
_NAMED: Final = (
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?P<x>[-/. ,]*){_MONTH_NAME}(?P<z>[-/., ]*)"
               r"(?P<Y>\d{4}|\d{2})(?!\d)", re.IGNORECASE),
    re.compile(rf"{_MONTH_NAME}(?P<x>[-/., ]+)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?P<z>[-/., ]+)"
               r"(?P<Y>\d{4}|\d{2})(?!\d)", re.IGNORECASE),
    re.compile(rf"(?P<Y>\d{{4}})(?P<x>[-/., ]+){_MONTH_NAME}(?P<z>[-/., ]+)(?P<d>\d{{1,2}})(?!\d)",
               re.IGNORECASE),
)  # fmt: skip
_YEAR_FIRST: Final = re.compile(
    r"(?<!\d)(?P<Y>\d{4})(?P<x>[-/.])(?P<m>\d{1,2})(?P=x)(?P<d>\d{1,2})(?!\d)"
)
_YEAR_LAST: Final = re.compile(
    r"(?<!\d)(?P<one>\d{1,2})(?P<x>[-/. ])(?P<two>\d{1,2})(?P=x)(?P<Y>\d{4}|\d{2})(?!\d)"
)
_COMPACT: Final = (
    (re.compile(r"(?<!\d)(19|20)\d{6}(?!\d)"), ("Ymd",)),
    (re.compile(r"(?<!\d)\d{4}(19|20)\d{2}(?!\d)"), ("mdY", "dmY")),
    (re.compile(r"(?<!\d)(19|20)\d{10}(?!\d)"), ("YmdHM",)),
    (re.compile(r"(?<!\d)(19|20)\d{12}(?!\d)"), ("YmdHMS",)),
)


@lru_cache(maxsize=1 << 14)
def formats_of(text: str) -> tuple[str, ...]:
    """Return the formats by which a text could be a time, the likelier first.

    Month before day, as the United States write it; both are given where both are possible.

    Examples:
        >>> formats_of("04/21/2017 11:43"), formats_of("21-APR-17 08.10.00.000000 AM")
        (('%m/%d/%Y %H:%M',), ('%d-%b-%y %I.%M.%S.%f %p',))
        >>> formats_of("03/04/2017 0810"), formats_of("HOLD 4200")
        (('%m/%d/%Y %H%M', '%d/%m/%Y %H%M'), ())
    """
    text = " ".join(text.split())
    if len(text) > 60 or not any(letter.isdigit() for letter in text):
        return ()
    if ISO_PATTERN.fullmatch(text):
        return (ISO,)
    rest = [_military_marks(marked) for marked in _day_marks(_clock_marks(text))]
    found = dict.fromkeys(_spelled(marked) for marked in rest)
    return tuple(name for name in found if name and _reads(name, text))


def number_formats_of(text: str) -> tuple[str, ...]:
    """Return the formats by which a bare number could be a time.

    Examples:
        >>> number_formats_of("46083.34"), number_formats_of("1772467800"), number_formats_of("17")
        (('excel',), ('epoch',), ())
    """
    if re.fullmatch(r"[2-6]\d{4}(\.\d+)?", text):
        return ("excel",)
    if re.fullmatch(r"(9|1\d)\d{8}(\.\d+)?", text):
        return ("epoch",)
    if re.fullmatch(r"(9|1\d)\d{11}", text):
        return ("epoch-ms",)
    return ()


def _clock_marks(text: str) -> str:
    """Return a text whose time of day, offset and zone word stand as marks."""
    offset = _OFFSET.search(text)
    clock = _CLOCK.search(text)
    if clock and offset and offset.start(1) >= clock.end():
        text = text[: offset.start(1)] + _MARKS["z"]
    elif clock or _MILITARY.search(text):
        text = _ZONE.sub(_zone_mark, text)
    if clock:
        return text[: clock.start()] + _clock_of(clock) + text[clock.end() :]
    return text


def _military_marks(text: str) -> str:
    """Return a text, its day already marked, whose time of day without a colon stands as marks."""
    if _MARKS["M"] in text:
        return text
    for pattern in (_MILITARY, _MILITARY_FIRST):
        if (found := pattern.search(text)) and int(found["H"]) < 25 and int(found["M"]) < 60:
            marks = _MARKS["H"] + _MARKS["M"] + (_MARKS["S"] if found.groupdict().get("S") else "")
            return text[: found.start()] + marks + text[found.end() :]
    return text


def _zone_mark(found: re.Match[str]) -> str:
    word = found[2]
    try:
        zone_word(word)
    except ValueError:
        return found[0]
    if word.upper() in ("A", "P", "AM", "PM"):
        return found[0]
    return found[0].replace(word, _MARKS["Z"])


def _clock_of(clock: re.Match[str]) -> str:
    hour = _MARKS["I"] if clock["p"] else _MARKS["H"]
    marks = hour + clock["dot"] + _MARKS["M"]
    if clock["S"]:
        marks += clock["dot"] + _MARKS["S"]
    if clock["f"]:
        marks += clock["point"] + _MARKS["f"]
    return marks + clock["blank"] + (_MARKS["p"] if clock["p"] else "")


def _day_marks(text: str) -> list[str]:
    """Return the text once for each way in which its day can be read, the day as marks."""
    text = _WEEKDAY.sub(lambda found: _MARKS["a" if len(found["a"]) < 6 else "A"], text)
    for pattern in _NAMED:
        if found := pattern.search(text):
            return [_put(text, found, _named)]
    if found := _YEAR_FIRST.search(text):
        mark = found["x"].join((_MARKS["Y"], _MARKS["m"], _MARKS["d"]))
        return [text[: found.start()] + mark + text[found.end() :]]
    if found := _YEAR_LAST.search(text):
        year = _MARKS["Y" if len(found["Y"]) == 4 else "y"]
        return [
            text[: found.start()]
            + found["x"].join((_MARKS[one], _MARKS[two], year))
            + text[found.end() :]
            for one, two in ("md", "dm")
        ]
    for pattern, orders in _COMPACT:
        if found := pattern.search(text):
            return [
                text[: found.start()] + "".join(_MARKS[x] for x in order) + text[found.end() :]
                for order in orders
            ]
    return []


def _put(text: str, found: re.Match[str], mark: Callable[[re.Match[str], str], str]) -> str:
    parts = sorted((found.start(name), name) for name in ("d", "x", "b", "z", "Y"))
    middle = "".join(mark(found, name) for _, name in parts)
    return text[: found.start()] + middle + text[found.end() :]


def _named(found: re.Match[str], name: str) -> str:
    part = found[name]
    if name == "b":
        return _MARKS["b" if len(part) <= 4 and part.lower() not in ("june", "july") else "B"]
    if name == "Y":
        return _MARKS["Y" if len(part) == 4 else "y"]
    return _MARKS["d"] if name == "d" else part


def _spelled(marked: str) -> str:
    if "%" in marked:
        return ""
    return "".join(f"%{_LETTERS[letter]}" if letter in _LETTERS else letter for letter in marked)


def _reads(name: str, text: str) -> bool:
    try:
        match = compile_format(name).fullmatch(text)
    except ValueError:
        return False
    if match is None:
        return False
    month = match.groupdict().get("m")
    return 1 <= int(month or 1) <= 12 and 1 <= int(match["d"]) <= 31
