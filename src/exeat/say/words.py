"""Times, spans, days, limits and modalities in words, as pages and the command say them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from exeat.i18n.said import Said
from exeat.i18n.words import Words
from exeat.i18n.words import words as words_of
from exeat.rules.clocks import Clock, HoursRun
from exeat.rules.model import Day, Modality

__all__ = [
    "safe_url",
    "say_clock",
    "say_date",
    "say_days",
    "say_hours",
    "say_modality",
    "say_time",
    "say_to",
    "sentence",
    "span_said",
    "whom_said",
]

_FROM = {
    HoursRun.FROM_RELEASE_ELIGIBILITY: "after release eligibility",
    HoursRun.FROM_DETAINER_PRESENTED: "after the request reached the facility",
    HoursRun.FROM_BOOKING: "after booking",
    HoursRun.FROM_REQUEST: "after the request was received",
    HoursRun.BEFORE_RELEASE: "before release",
}

_DAYS = {"saturday": "Saturdays", "sunday": "Sundays", "holiday": "holidays"}


def sentence(said: Said, zone: ZoneInfo | None = None, words: Words | None = None) -> str:
    """Return a text of the catalogue as a sentence, or part of one.

    Args:
        said: The text, with what it puts in.
        zone: In which its times are told; None: it has none, or they are in UTC.
        words: Those of the reader's language; None: English.
    """
    return (words or words_of("en")).say(said, zone or UTC)


def say_time(at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant as people at the desk read it.

    Examples:
        >>> say_time(datetime.fromisoformat("2026-03-06T17:30-05:00"), ZoneInfo("America/New_York"))
        'Fri 6 Mar 2026, 17:30 EST'
        >>> say_time(None, ZoneInfo("UTC"))
        'a time that is not known'
    """
    return words_of("en").time(at, zone)


def say_hours(hours: float) -> str:
    """Return a number of hours in words.

    Examples:
        >>> say_hours(0.5), say_hours(1), say_hours(49.25), say_hours(24 * 35)
        ('30 minutes', '1 hour', '49 hours', '840 hours (35 days)')
    """
    return sentence(span_said(hours))


def span_said(hours: float) -> Said:
    """Return a number of hours as a text of the catalogue: minutes below one, days from three."""
    if hours < 1:
        return Said("hours.minutes", {"n": round(hours * 60)})
    whole = round(hours)
    if whole < 72:
        return Said("hours.hours", {"n": whole})
    return Said("hours.days", {"hours": str(whole), "days": str(whole // 24)})


_WHOM: Final = frozenset(
    {"ice", "person", "judge", "counsel", "file", "next-facility", "attorney-general"}
)


def whom_said(to: str) -> Said:
    """Return whom a rule makes somebody tell; a name that is none of ours as it is."""
    if to in _WHOM:
        return Said(f"whom.{to}")
    return Said("whom.named", {"name": to if " " in to else to.replace("-", " ")})


def say_to(to: str) -> str:
    """Return in words whom a rule makes somebody tell.

    Examples:
        >>> say_to("ice"), say_to("city-clerk"), say_to("Local Inmate Data System")
        ('ICE', 'the city clerk', 'the Local Inmate Data System')
    """
    return sentence(whom_said(to))


def safe_url(url: str) -> str:
    """Return an address that a page may link, or "".

    Examples:
        >>> safe_url("https://example.org/x"), safe_url("javascript:alert(1)")
        ('https://example.org/x', '')
    """
    return url if url.startswith(("https://", "http://")) else ""


def say_modality(modality: Modality) -> str:
    """Return the modality in words: ``must``, ``may``, ``must not``."""
    return modality.value.replace("-", " ")


def say_date(day: date) -> str:
    """Return a day as pages write it.

    Examples:
        >>> say_date(date(2017, 4, 2))
        '2 April 2017'
    """
    return f"{day.day} {day:%B %Y}"


def say_clock(clock: Clock | None) -> str:
    """Return a limit of time in words, or "".

    Examples:
        >>> say_clock(Clock(48, HoursRun.FROM_RELEASE_ELIGIBILITY))
        '48 running hours after release eligibility'
        >>> say_clock(Clock(None, HoursRun.FROM_BOOKING, until_end_of_day=True))
        'until 11:59 p.m. of the day of booking'
    """
    if clock is None:
        return ""
    start = _FROM[clock.hours_run]
    if clock.hours is None:
        return f"until 11:59 p.m. of the day of {start.removeprefix('after ')}"
    left_out = [word for key, word in _DAYS.items() if key in {e.value for e in clock.excludes}]
    if not left_out:
        return f"{clock.hours} running hours {start}"
    *most, last = left_out
    names = f"{', '.join(most)} and {last}" if most else last
    return f"{clock.hours} hours {start}, {names} left out"


def _say_day(day: Day) -> str:
    return say_date(day.latest) if day.earliest == day.latest else day.text


def say_days(first: Day, last: Day | None) -> str:
    """Return the days in force in words.

    Examples:
        >>> day = Day("2019-05-21", date(2019, 5, 21), date(2019, 5, 21))
        >>> say_days(day, None)
        'in force since 21 May 2019'
    """
    unknown = first.earliest is None
    proof = "by" if first.text.startswith("by:") else "when checked,"
    begun = f"a day not known (in force {proof} {say_date(first.latest)})"
    since = begun if unknown else _say_day(first)
    if last is None:
        return f"in force since {since}"
    return f"in force from {since} to {_say_day(last)}"
