"""Times and spans in words, in the facility's own zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

__all__ = ["say_hours", "say_time", "say_to"]


def say_time(at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant as people at the desk read it.

    Examples:
        >>> say_time(datetime.fromisoformat("2026-03-06T17:30-05:00"), ZoneInfo("America/New_York"))
        'Fri 6 Mar 2026, 17:30 EST'
        >>> say_time(None, ZoneInfo("UTC"))
        'a time that is not known'
    """
    if at is None:
        return "a time that is not known"
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {local.tzname()}"


def say_hours(hours: float) -> str:
    """Return a number of hours in words.

    Examples:
        >>> say_hours(0.5), say_hours(1), say_hours(49.25), say_hours(24 * 35)
        ('30 minutes', '1 hour', '49 hours', '840 hours (35 days)')
    """
    if hours < 1:
        minutes = round(hours * 60)
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    whole = round(hours)
    days = f" ({whole // 24} days)" if whole >= 72 else ""
    return f"{whole} hour{'' if whole == 1 else 's'}{days}"


_TO = {
    "ice": "ICE",
    "person": "the person",
    "judge": "the judge",
    "counsel": "the person's lawyer",
    "file": "the file",
    "next-facility": "the next jail",
    "attorney-general": "the attorney general",
}


def say_to(to: str) -> str:
    """Return in words whom a rule makes somebody tell; a name that is none of ours as it is.

    Examples:
        >>> say_to("ice"), say_to("city-clerk"), say_to("Local Inmate Data System")
        ('ICE', 'the city clerk', 'the Local Inmate Data System')
    """
    return _TO.get(to) or f"the {to if ' ' in to else to.replace('-', ' ')}"
