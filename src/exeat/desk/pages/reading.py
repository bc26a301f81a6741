"""What a form says once it was sent: its values, and everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from exeat.desk.pages.forms import UNKNOWN, Choice, Field, Form, Problem
from exeat.facts.limits import CODE
from exeat.facts.times import local_instants, parse_when

__all__ = ["Filled", "Sent", "read_form"]

_EMPTY: Final[dict[str, Any]] = {"codes": (), "picks": (), "tick": False}
_YES_NO: Final = {"yes": True, "no": False, UNKNOWN: None, "": None}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent: what it says, and what is wrong with it."""

    values: dict[str, Any]
    raw: dict[str, list[str]]
    problems: tuple[Problem, ...]


class Sent(Protocol):
    """What a browser sent: a name may come more than once."""

    def getlist(self, key: Any) -> list[Any]:
        """Return every value of a name."""
        ...


@dataclass(frozen=True, slots=True)
class _At:
    """What a value is read by: the zone of times, what could be chosen, all that was sent."""

    zone: ZoneInfo
    picks: Mapping[str, Sequence[Choice]]
    raw: Mapping[str, list[str]]

    def known(self, one: Field) -> set[str]:
        return {choice.value for choice in self.picks.get(one.source, ())}


def read_form(
    form: Form, sent: Sent, zone: ZoneInfo, picks: Mapping[str, Sequence[Choice]]
) -> Filled:
    """Read a form that was sent.

    Args:
        form: What was asked.
        sent: What came.
        zone: The facility's time zone, in which its times are meant.
        picks: What can be chosen for each ``pick``.

    Returns:
        The values by field, and every fault.
    """
    values: dict[str, Any] = {}
    raw: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for one in form.fields:
        texts = [str(text).strip() for text in sent.getlist(one.name) if isinstance(text, str)]
        raw[one.name] = texts
        if one.kind in ("time", "about"):
            raw[f"{one.name}-fold"] = [str(x) for x in sent.getlist(f"{one.name}-fold")]
        if not any(texts):
            values[one.name] = _EMPTY.get(one.kind)
            if one.required:
                problems.append(Problem(one.name, f"field.{one.key}.missing"))
            continue
        value = _READ[one.kind](one, texts, _At(zone, picks, raw))
        if isinstance(value, Problem):
            problems.append(value)
        else:
            values[one.name] = value
    return Filled(values, raw, tuple(problems))


def _text(one: Field, texts: list[str], _: _At) -> str | Problem:
    most = 4000 if one.kind == "long" else 200
    if one.limit is not None:
        most = one.limit.most
        if one.limit.pattern and not re.search(one.limit.pattern, texts[0]):
            key = "fault.no-code" if one.limit == CODE else "fault.no-text"
            return Problem(one.name, key, {"seen": texts[0][:40]})
    if len(texts[0]) > most:
        return Problem(one.name, "fault.too-long", {"most": str(most)})
    return texts[0]


def _time(one: Field, texts: list[str], at: _At) -> datetime | Problem:
    """Read a local time; one that never was, or came twice, is asked about."""
    try:
        local = datetime.fromisoformat(texts[0])
    except ValueError:
        return Problem(one.name, "fault.no-time", {"seen": texts[0][:40]})
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    instants = local_instants(local, at.zone)
    if not instants:
        return Problem(one.name, "fault.time-never-was", {"seen": f"{local:%H:%M}"})
    chosen = (at.raw.get(f"{one.name}-fold") or [""])[0]
    if len(instants) == 1 or chosen in ("0", "1"):
        return instants[-1] if chosen == "1" else instants[0]
    return Problem(one.name, "fault.time-twice", {"seen": f"{local:%H:%M}"})


def _about(one: Field, texts: list[str], at: _At) -> object:
    """Read a day, a month, an uncertain date, or a local time with its day."""
    with suppress(ValueError):
        return parse_when(texts[0])
    found = _time(one, texts, at)
    wrong = isinstance(found, Problem) and found.key == "fault.no-time"
    return Problem(one.name, "fault.no-about", {"seen": texts[0][:40]}) if wrong else found


def _date(one: Field, texts: list[str], _: _At) -> date | Problem:
    try:
        return date.fromisoformat(texts[0])
    except ValueError:
        return Problem(one.name, "fault.no-date", {"seen": texts[0][:40]})


def _codes(one: Field, texts: list[str], _: _At) -> object:
    assert one.codes is not None
    known = {member.value: member for member in one.codes}
    found = [known[text] for text in texts if text in known]
    if len(found) != len([text for text in texts if text]):
        return Problem(one.name, f"field.{one.key}.missing")
    return tuple(found) if one.kind == "codes" else found[0]


def _truth(one: Field, texts: list[str], _: _At) -> bool | Problem | None:
    if texts[0] not in _YES_NO or (one.kind == "yes-no" and texts[0] == UNKNOWN):
        return Problem(one.name, f"field.{one.key}.missing")
    return _YES_NO[texts[0]]


def _tick(one: Field, texts: list[str], _: _At) -> bool:
    return True


def _pick(one: Field, texts: list[str], at: _At) -> str | Problem:
    known = texts[0] in at.known(one)
    return texts[0] if known else Problem(one.name, f"field.{one.key}.missing")


def _picks(one: Field, texts: list[str], at: _At) -> tuple[str, ...]:
    known = at.known(one)
    return tuple(text for text in texts if text in known)


_READ: Final[Mapping[str, Callable[[Field, list[str], _At], object]]] = {
    "text": _text,
    "password": _text,
    "long": _text,
    "time": _time,
    "about": _about,
    "date": _date,
    "code": _codes,
    "codes": _codes,
    "truth": _truth,
    "yes-no": _truth,
    "tick": _tick,
    "pick": _pick,
    "picks": _picks,
}
