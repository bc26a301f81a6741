"""Times as a record has them: an instant, an uncertain date, never, or not known.

An act (a paper received, a charge ended) is one of four things:

* an aware ``datetime``: it happened then;
* :class:`Uncertain`: it happened, within bounds that an EDTF date gives;
* :data:`NEVER`: it has not happened;
* ``None``: the record does not say whether it happened.

exeat never makes up an instant: ``Uncertain("2017-05")`` stays a month.
"""

from __future__ import annotations

import enum
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

__all__ = [
    "FAR_FUTURE",
    "FAR_PAST",
    "FIRST_YEAR",
    "LAST_YEAR",
    "NEVER",
    "Act",
    "LongAgo",
    "Never",
    "Span",
    "Truth",
    "Uncertain",
    "When",
    "bounds",
    "bounds_of",
    "by",
    "done_by",
    "local_instants",
    "parse_when",
    "readings",
    "show_when",
    "span",
]

Truth: TypeAlias = bool | None
"""Three-valued: true, false, or not known (``None``)."""


class Never(enum.Enum):
    """The one value :data:`NEVER`: the act is known not to have happened."""

    NEVER = "never"

    def __repr__(self) -> str:
        return "NEVER"


NEVER: Final = Never.NEVER


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A time known only within bounds, as an EDTF (ISO 8601-2) date.

    ``XXXX-XX-XX`` is a time of which nothing is known but that it happened.

    Examples:
        >>> Uncertain("2017-05")
        Uncertain(edtf='2017-05')
    """

    edtf: str


class _JsonTime:
    """How pydantic reads and writes a time at the edge; see :func:`parse_when`."""

    def __init__(self, *, never: bool, since: int) -> None:
        self.never = never
        self.since = since

    def _read(self, value: object) -> object:
        if isinstance(value, datetime | Uncertain | Never):
            return value
        if not isinstance(value, str):
            raise ValueError(f"`{value}` is no time; write one such as 2026-03-06T17:30-05:00")
        if self.never and value == "never":
            return NEVER
        return parse_when(value, since=self.since)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                show_when, when_used="json-unless-none"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        forms = "RFC 3339 with an offset, or an EDTF date; XXXX-XX-XX: happened, time unknown"
        also = "; `never`: known not to have happened" if self.never else ""
        return {"type": "string", "description": forms + also}


FIRST_YEAR: Final = 1972
"""No custody that exeat weighs began earlier: the federal holidays are known from then on."""
LAST_YEAR: Final = 2098

When: TypeAlias = Annotated[datetime | Uncertain, _JsonTime(never=False, since=FIRST_YEAR)]
LongAgo: TypeAlias = Annotated[datetime | Uncertain, _JsonTime(never=False, since=1900)]
"""A time that may lie far back, such as that of a conviction."""
Act: TypeAlias = (
    Annotated[datetime | Uncertain | Literal[Never.NEVER], _JsonTime(never=True, since=FIRST_YEAR)]
    | None
)

Span: TypeAlias = tuple[datetime, datetime]
"""A step of time in UTC: when an act may have happened first, and when it surely has."""

_PLAIN: Final = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?")
_UNKNOWN: Final = frozenset({"XXXX", "XXXX-XX", "XXXX-XX-XX"})


def bounds(when: When, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the earliest and the latest instant that a time can be.

    Args:
        when: An instant or an uncertain date.
        zone: The facility's time zone, in which a bare date is read.

    Returns:
        In UTC: the first instant at which it can have happened, and the first at which it
        surely has (of a day, the midnight that ends it); ``None`` where that side is open.
        Equal for an instant.
        In UTC, because Python compares two instants of one zone as wall-clock times, which
        goes wrong in the night on which the clocks go back.

    Examples:
        >>> zone = ZoneInfo("America/New_York")
        >>> [end.isoformat() for end in bounds(Uncertain("2017-05"), zone)]
        ['2017-05-01T04:00:00+00:00', '2017-06-01T04:00:00+00:00']
        >>> bounds(Uncertain("XXXX-XX-XX"), zone)
        (None, None)
    """
    if isinstance(when, datetime):
        instant = when.astimezone(UTC)
        return instant, instant
    return _edtf_bounds(when.edtf, zone)


def bounds_of(act: Act, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the bounds of when something happened; both open where it did not, or is not known.

    Examples:
        >>> bounds_of(NEVER, ZoneInfo("UTC"))
        (None, None)
    """
    return (None, None) if act is None or isinstance(act, Never) else bounds(act, zone)


@lru_cache(maxsize=4096)
def _edtf_bounds(text: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    if text in _UNKNOWN:
        return None, None
    first, slash, last = text.partition("/")
    if not slash:
        return _day_bounds(text, text, zone)
    early = _day_bounds(first, text, zone)[0] if first not in ("", "..") else None
    late = _day_bounds(last, text, zone)[1] if last not in ("", "..") else None
    if early is not None and late is not None and late < early:
        raise ValueError(f"`{text}` ends before it begins")
    return early, late


def _day_bounds(part: str, text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the bounds of one EDTF date; ``text`` is the whole, for the message."""
    try:
        first_day, last_day = _plain_days(part) or _edtf_days(part)
        after = last_day + timedelta(days=1)
        start = datetime(first_day.year, first_day.month, first_day.day, tzinfo=zone)
        end = datetime(after.year, after.month, after.day, tzinfo=zone)
        return start.astimezone(UTC), end.astimezone(UTC)
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"`{text}` is neither a time with an offset nor an EDTF date") from error


def _plain_days(part: str) -> tuple[date, date] | None:
    """Return the first and last day of a plain day, month or year; None for any other form."""
    if not (plain := _PLAIN.fullmatch(part)):
        return None
    year, month, day = (int(number) if number else 0 for number in plain.groups())
    last_day = day or monthrange(year, month or 12)[1]
    return date(year, month or 1, day or 1), date(year, month or 12, last_day)


def _edtf_days(part: str) -> tuple[date, date]:
    # Imported here: the grammar of the edtf package takes longer to build than an answer.
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    if not part or part != part.strip() or "/" in part:
        raise ValueError(part)
    try:
        parsed = parse_edtf(part)
    except EDTFParseException as error:
        raise ValueError(part) from error
    first_day, last_day = (date(*day[:3]) for day in (parsed.lower_fuzzy(), parsed.upper_fuzzy()))
    return first_day, last_day


def parse_when(text: str, *, since: int = FIRST_YEAR) -> When:
    """Read a time: RFC 3339 with an offset, or an EDTF date.

    Args:
        text: Such as ``2026-03-06T17:30-05:00``, ``2017-05``, ``2017-05-04~``, ``XXXX-XX-XX``.
        since: The first year in which it can lie; an earlier one is a placeholder or a slip.

    Raises:
        ValueError: The text is neither; a time of day without an offset is refused,
            because nobody can tell which instant it is.

    Examples:
        >>> parse_when("2026-03-06T17:30-05:00").isoformat()
        '2026-03-06T17:30:00-05:00'
        >>> parse_when("2017-05")
        Uncertain(edtf='2017-05')
        >>> parse_when("2026-03-06T17:30")
        Traceback (most recent call last):
        ...
        ValueError: `2026-03-06T17:30` has no offset from UTC, so it could be several instants
    """
    if len(text) > 10 and text[10] in "T " and "/" not in text:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError(
                f"`{text}` is no time; write one such as 2026-03-06T17:30-05:00"
            ) from error
        if instant.tzinfo is None:
            raise ValueError(f"`{text}` has no offset from UTC, so it could be several instants")
        return _plausible(instant, text, instant.year, instant.year, since)
    early, late = _edtf_bounds(text, ZoneInfo("UTC"))
    first = early.year if early is not None else since
    last = late.year if late is not None else LAST_YEAR
    return _plausible(Uncertain(text), text, first, last, since)


FAR_PAST: Final = datetime.min.replace(tzinfo=UTC)
FAR_FUTURE: Final = datetime.max.replace(tzinfo=UTC)


def span(act: Act, zone: ZoneInfo) -> Span:
    """Return an act as a step of time: may have happened from, has surely happened from.

    Every kind of act is such a step, so that nothing after this asks which kind it was.

    Examples:
        >>> utc = ZoneInfo("UTC")
        >>> span(NEVER, utc) == (FAR_FUTURE, FAR_FUTURE), span(None, utc) == (FAR_PAST, FAR_FUTURE)
        (True, True)
    """
    if act is None:
        return FAR_PAST, FAR_FUTURE
    if act is NEVER:
        return FAR_FUTURE, FAR_FUTURE
    early, late = bounds(act, zone)
    return early or FAR_PAST, late or FAR_FUTURE


def by(step: Span, at: datetime) -> Truth:
    """Say whether the act of a step has happened by an instant in UTC.

    Examples:
        >>> by((FAR_PAST, FAR_FUTURE), datetime(2026, 1, 1, tzinfo=UTC)) is None
        True
    """
    if step[1] <= at:
        return True
    return False if step[0] > at else None


T = TypeVar("T")


def _plausible(when: T, text: str, first: int, last: int, since: int) -> T:
    if first < since or last > LAST_YEAR:
        raise ValueError(f"`{text}` is outside the years {since} to {LAST_YEAR}")
    return when


def show_when(act: Act) -> str | None:
    """Return the JSON form of a time; :func:`parse_when` reads it back.

    Examples:
        >>> show_when(NEVER), show_when(None), show_when(Uncertain("2017-05"))
        ('never', None, '2017-05')
    """
    if act is None:
        return None
    if act is NEVER:
        return "never"
    return act.edtf if isinstance(act, Uncertain) else act.isoformat()


def done_by(act: Act, at: datetime, zone: ZoneInfo) -> Truth:
    """Say whether an act had happened by an instant in UTC (at the instant itself counts).

    Examples:
        >>> zone = ZoneInfo("UTC")
        >>> noon = datetime(2017, 6, 1, 12, tzinfo=zone)
        >>> done_by(noon, noon, zone), done_by(NEVER, noon, zone), done_by(None, noon, zone)
        (True, False, None)
        >>> done_by(Uncertain("2017-05"), noon, zone), done_by(Uncertain("2017-06"), noon, zone)
        (True, None)
    """
    if act is None:
        return None
    if act is NEVER:
        return False
    if isinstance(act, datetime):
        return act <= at
    early, late = _edtf_bounds(act.edtf, zone)
    if late is not None and late <= at:
        return True
    if early is not None and early > at:
        return False
    return None


def aware(instant: datetime, name: str) -> datetime:
    """Return the instant unchanged, or refuse one without a time zone.

    Raises:
        ValueError: The instant is naive.

    Examples:
        >>> aware(datetime(2026, 1, 1, tzinfo=UTC), "at").year
        2026
    """
    if instant.tzinfo is None:
        raise ValueError(f"{name} must carry a time zone: {instant.isoformat()}")
    return instant


def local_instants(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return every instant at which the clocks of a zone showed this time.

    Args:
        local: A time as someone wrote it from the wall, with no zone or offset.
        zone: The zone in which the clock hung.

    Returns:
        One instant; none when the clocks went forward past that time; two, the earlier one
        first, when they went back and showed it twice. They are in UTC, since Python calls
        the two equal in their own zone.

    Raises:
        ValueError: `local` has an offset, and so is an instant already.

    Units: instants.
    Source: the IANA time zone database.

    Examples:
        >>> new_york = ZoneInfo("America/New_York")
        >>> local_instants(datetime(2026, 3, 8, 2, 30), new_york)
        ()
        >>> [i.isoformat() for i in local_instants(datetime(2026, 11, 1, 1, 30), new_york)]
        ['2026-11-01T05:30:00+00:00', '2026-11-01T06:30:00+00:00']
    """
    if local.tzinfo is not None:
        raise ValueError(f"`{local.isoformat()}` has an offset: a time without one is needed")
    before, after = readings(local, zone)
    if before == after:
        return (before,)
    return (before, after) if before < after else ()


def readings(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return a time on the wall by the offset before a change of the clocks, and after it, in UTC.

    They are equal but in the hours around a change. In a repeated hour the first comes first; in
    a skipped hour it comes last, and neither was ever on the wall.
    """
    # PEP 495: that is what fold 0 and fold 1 mean.
    before, after = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return before, after
