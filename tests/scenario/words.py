"""The words of a scenario table: times as a jail writes them, yes and no, codes, lists."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from exeat.errors import near_miss
from exeat.facts.times import NEVER, Act, Uncertain, When, local_instants, parse_when

T = TypeVar("T", bound=StrEnum)

_TIME = re.compile(
    r"(?P<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<date>\d{4}-\d{2}-\d{2})"
    r"(?: (?P<time>\d{2}:\d{2}))?(?: (?P<clock>[A-Z]{2,5}))?"
)
_TRUTHS = {"yes": True, "no": False, "not known": None}


def read_instant(text: str, zone: ZoneInfo) -> datetime:
    """Read a time on the wall of a place, such as ``Sun 2026-11-01 01:30 EDT``.

    The weekday is checked. The letters of the clock are needed only in the hour that comes
    twice, and refused where they are wrong.

    Raises:
        ValueError: The text is no such time, or no instant or two had it.
    """
    match = _TIME.fullmatch(text)
    if match is None or match["time"] is None:
        raise ValueError(f"`{text}` is no time such as Fri 2026-04-10 17:30")
    local = datetime.fromisoformat(f"{match['date']}T{match['time']}")
    if f"{local:%a}" != match["weekday"]:
        raise ValueError(f"`{text}`: {match['date']} is a {local:%A}")
    found = list(local_instants(local, zone))
    if match["clock"]:
        found = [one for one in found if one.astimezone(zone).tzname() == match["clock"]]
    if len(found) != 1:
        often = "twice" if found else "not at all"
        raise ValueError(f"`{text}` came {often} in {zone.key}; write the clock's letters, as EST")
    return found[0]


def read_when(text: str, zone: ZoneInfo) -> When:
    """Read a time, or a date without one: ``Fri 2026-04-10``, ``2026-04``, ``some time``."""
    if text == "some time":
        return Uncertain("XXXX-XX-XX")
    match = _TIME.fullmatch(text)
    if match is None:
        when = parse_when(text)
        if isinstance(when, datetime):
            raise ValueError(f"`{text}`: write the time as Fri 2026-04-10 17:30")
        return when
    if match["time"]:
        return read_instant(text, zone)
    day = datetime.fromisoformat(match["date"])
    if f"{day:%a}" != match["weekday"]:
        raise ValueError(f"`{text}`: {match['date']} is a {day:%A}")
    return Uncertain(match["date"])


def read_act(text: str, zone: ZoneInfo) -> Act:
    """Read what may not have happened: a time, ``never``, or ``not known``."""
    if text == "never":
        return NEVER
    return None if text == "not known" else read_when(text, zone)


def read_truth(text: str) -> bool | None:
    """Read ``yes``, ``no`` or ``not known``."""
    if text not in _TRUTHS:
        raise ValueError(f"`{text}` is none of yes, no, not known")
    return _TRUTHS[text]


def read_code(text: str, kind: type[T]) -> T | None:
    """Read one code of a list, or ``not known``."""
    if text == "not known":
        return None
    known = [member.value for member in kind]
    if text not in known:
        raise ValueError(f"`{text}` is none of {', '.join(known)}.{near_miss(text, known)}")
    return kind(text)


def read_codes(text: str, kind: type[T]) -> tuple[T, ...] | None:
    """Read several codes with commas between, ``none``, or ``not known``."""
    if text in ("none", "not known"):
        return () if text == "none" else None
    codes = [read_code(word.strip(), kind) for word in text.split(",")]
    return tuple(code for code in codes if code is not None)
