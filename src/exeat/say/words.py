"""Days, limits and modalities in words, as the pages and the command say them."""

from __future__ import annotations

from datetime import date

from exeat.rules.clocks import Clock, HoursRun
from exeat.rules.model import Day, Modality

__all__ = ["safe_url", "say_clock", "say_date", "say_days", "say_modality"]

_FROM = {
    HoursRun.FROM_RELEASE_ELIGIBILITY: "after release eligibility",
    HoursRun.FROM_DETAINER_PRESENTED: "after the request reached the facility",
    HoursRun.FROM_BOOKING: "after booking",
    HoursRun.FROM_REQUEST: "after the request was received",
    HoursRun.BEFORE_RELEASE: "before release",
}

_DAYS = {"saturday": "Saturdays", "sunday": "Sundays", "holiday": "holidays"}


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
