"""Words of the pages in the reader's language, from a small catalogue for each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any, Final
from zoneinfo import ZoneInfo

__all__ = ["LANGUAGES", "Words", "catalogue", "language_of", "words"]

LANGUAGES: Final = {"en": "English", "es": "Español"}
"""The languages of the pages, each in its own name."""


class Words:
    """The catalogue of one language.

    Args:
        lang: One of `LANGUAGES`.
        texts: Texts by dotted key.

    Examples:
        >>> words("es")("role.booking")
        'Personal de la cárcel'
        >>> words("en").ago(-3 * 3600 - 300)
        '3 h 05 min ago'
    """

    def __init__(self, lang: str, texts: Mapping[str, str]) -> None:
        self.lang = lang
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """Return a text, with its values put in."""
        text = self._texts[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Say whether the catalogue has a text."""
        return key in self._texts

    def first(self, *keys: str) -> str:
        """Return the first text that the catalogue has, or ""."""
        return next((self._texts[key] for key in keys if key in self._texts), "")

    def number(self, count: int, key: str) -> str:
        """Return a count with its noun, in the singular or the plural.

        Examples:
            >>> words("en").number(1, "count.request"), words("en").number(2, "count.request")
            ('1 request', '2 requests')
        """
        form = "one" if count == 1 else "many"
        return self._texts[f"{key}.{form}"].format(n=f"{count:,}")

    def time(self, at: datetime | None, zone: ZoneInfo, *, day: bool = True) -> str:
        """Return an instant as people at the desk read it, in the facility's zone.

        Args:
            at: The instant, or None where it is not known.
            zone: The facility's time zone.
            day: With the day; without it, the time of day alone.

        Examples:
            >>> at = datetime.fromisoformat("2026-03-06T17:30-05:00")
            >>> words("es").time(at, ZoneInfo("America/New_York"))
            'vie 6 mar 2026, 17:30 EST'
        """
        if at is None:
            return self("time.unknown")
        local = at.astimezone(zone)
        clock = f"{local:%H:%M} {local.tzname()}"
        return f"{self.date(at, zone)}, {clock}" if day else clock

    def date(self, at: datetime, zone: ZoneInfo) -> str:
        """Return the local day of an instant, short."""
        local = at.astimezone(zone)
        weekday = self("time.weekdays").split()[local.weekday()]
        month = self("time.months").split()[local.month - 1]
        return f"{weekday} {local.day} {month} {local.year}"

    def short(self, at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
        """Return an instant for a narrow column: no year, and no day where it is today."""
        if at is None:
            return "–"
        local, today = at.astimezone(zone), now.astimezone(zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        weekday = self("time.weekdays").split()[local.weekday()]
        month = self("time.months").split()[local.month - 1]
        year = f" {local.year}" if local.year != today.year else ""
        return f"{weekday} {local.day} {month}{year} {local:%H:%M}"

    def span(self, seconds: float) -> str:
        """Return a span as the running clocks show it.

        Units: ``seconds`` of elapsed time; its sign is passed over.

        Examples:
            >>> words("en").span(59), words("en").span(8100), words("en").span(200000)
            ('0 min', '2 h 15 min', '2 d 7 h')
        """
        minutes = int(abs(seconds)) // 60
        days, hours = minutes // 1440, minutes % 1440 // 60
        if days:
            return f"{days} d {hours} h"
        return f"{hours} h {minutes % 60:02} min" if hours else f"{minutes} min"

    def ago(self, seconds: float) -> str:
        """Return how far an instant is: ahead where positive, past where negative."""
        return self("clock.ago" if seconds < 0 else "clock.in", span=self.span(seconds))


@lru_cache(maxsize=8)
def catalogue(lang: str) -> dict[str, str]:
    """Return the texts of one language by dotted key.

    Examples:
        >>> catalogue("en").keys() == catalogue("es").keys()
        True
    """
    file = resources.files("exeat.desk.pages") / "i18n" / f"{lang}.toml"
    return _flat(tomllib.loads(file.read_text(encoding="utf-8")))


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{key}.")
        else:
            found[before + key] = str(value)
    return found


@lru_cache(maxsize=8)
def words(lang: str) -> Words:
    """Return the words of one language; English where it is not one of ours."""
    known = lang if lang in LANGUAGES else "en"
    return Words(known, catalogue(known))


def language_of(cookie: str | None, accepts: str) -> str:
    """Return the language to show: the one chosen, else the browser's first that we have.

    Examples:
        >>> language_of(None, "fr;q=0.9, es-MX"), language_of("en", "es"), language_of(None, "")
        ('es', 'en', 'en')
    """
    if cookie in LANGUAGES:
        return str(cookie)
    for part in accepts.split(","):
        lang = part.split(";")[0].strip().lower()[:2]
        if lang in LANGUAGES:
            return lang
    return "en"
