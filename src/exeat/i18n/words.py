"""Words in the reader's language, from the catalogues that translators work on."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Final

from babel.core import Locale, negotiate_locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from exeat.i18n.said import Said, Value

__all__ = ["LANGUAGES", "Catalogue", "Words", "catalogue", "language_of", "texts_of", "words"]

LANGUAGES: Final = {"en": "English", "es": "Español"}
"""The languages that exeat speaks, each in its own name."""

# The day before the month in both languages, as the pages always had it: what a locale prefers
# (`Mar 6` in American English) is read wrongly where day and month are figures, and is two orders.
_DAY: Final = "EEE d MMM y"
_DAY_OF_THIS_YEAR: Final = "EEE d MMM"
_LONG: Final = {"en": "d MMMM y"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language.

    Attributes:
        texts: The forms of each text by its name: one, or one for each plural of the language.
        plural: Which form a count takes.
    """

    texts: Mapping[str, tuple[str, ...]]
    plural: Callable[[int], int]


class Words:
    """The words of one language.

    Args:
        lang: One of `LANGUAGES`.
        found: Its texts.

    Examples:
        >>> words("es")("role.booking")
        'Personal de la cárcel'
        >>> words("en").ago(-3 * 3600 - 300)
        '3 h 05 min ago'
    """

    def __init__(self, lang: str, found: Catalogue) -> None:
        self.lang = lang
        self._locale = Locale(lang)
        self._texts, self._plural = found.texts, found.plural

    def __call__(self, key: str, /, **values: Value) -> str:
        """Return a text, with its values put in: instants in UTC, for `say` knows a zone.

        Raises:
            KeyError: There is no such text.
        """
        if key not in self._texts:
            raise KeyError(key)
        return self.say(Said(key, values))

    def say(self, said: Said, zone: tzinfo = UTC) -> str:
        """Return what is said as a sentence.

        Args:
            said: Its code and values. One that this catalogue does not know, because another
                version wrote it or because a law file names somebody of its own, is shown by the
                end of its code.
            zone: In which its instants are told.

        Examples:
            >>> at = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)
            >>> words("es").say(Said("card.by", {"time": at}))
            'antes del vie 6 mar 2026, 22:30 UTC'
        """
        return "".join(text for _, text in self.parts(said, zone))

    def tell(self, said: Iterable[Said], zone: tzinfo = UTC) -> str:
        """Return several sentences, one after the other, each with a capital first."""
        return " ".join(self._sentence(one, zone) for one in said)

    def _sentence(self, said: Said, zone: tzinfo) -> str:
        text = self.say(said, zone)
        return text[:1].upper() + text[1:] if self.begins_with_part(said) else text

    def begins_with_part(self, said: Said) -> bool:
        """Say whether a text begins with another of ours, which has no capital of its own."""
        first, _ = next(self.parts(said), ("", ""))
        return isinstance(said.values.get(first), Said)

    def parts(self, said: Said, zone: tzinfo = UTC) -> Iterator[tuple[str, str]]:
        """Yield a sentence in parts: the name of each value that was put in, or "", and its text.

        So that a page can mark or link a value without looking for it in the sentence.
        """
        if said.code not in self._texts:
            yield "", said.code.partition(".")[2] or said.code
            return
        form = self._form(said)
        for index, (literal, name, _, _) in enumerate(Formatter().parse(form)):
            if literal:
                yield "", literal
            if name is not None:
                value = said.values[name]
                text = self.value(value, zone)
                # A sentence that begins with a part of ours has its capital all the same; a name
                # or an identifier stands as it is.
                if index == 0 and not literal and form.endswith(".") and isinstance(value, Said):
                    text = text[:1].upper() + text[1:]
                yield name, text

    def value(self, value: Value, zone: tzinfo = UTC) -> str:
        """Return a value as a sentence shows it."""
        match value:
            case str():
                return value
            case int():
                return format_decimal(value, locale=self._locale)
            case datetime():
                return self.time(value, zone)
            case date():
                return self.long_day(value)
            case tuple():
                return self.listed([self.value(one, zone) for one in value])
            case Said():
                return self.say(value, zone)

    def _form(self, said: Said) -> str:
        forms = self._texts[said.code]
        count = said.values.get("n")
        return forms[self._plural(count)] if len(forms) > 1 and isinstance(count, int) else forms[0]

    def has(self, key: str) -> bool:
        """Say whether the catalogue has a text."""
        return key in self._texts

    def first(self, *keys: str) -> str:
        """Return the first text that the catalogue has, as it stands, or ""."""
        return next((self._texts[key][0] for key in keys if key in self._texts), "")

    def number(self, count: int, key: str) -> str:
        """Return a count with its noun, in the form that the language has for the count.

        Examples:
            >>> words("en").number(1, "count.request"), words("es").number(1200, "count.request")
            ('1 request', '1.200 solicitudes')
        """
        return self(key, n=count)

    def listed(self, items: Sequence[str]) -> str:
        """Return several things as a list within a sentence.

        Examples:
            >>> words("es").listed(["a", "b", "c"])
            'a, b y c'
        """
        return format_list(items, locale=self._locale)

    def time(self, at: datetime | None, zone: tzinfo, *, day: bool = True) -> str:
        """Return an instant as people at the desk read it, in the facility's zone.

        Args:
            at: The instant, or None where it is not known.
            zone: The facility's time zone.
            day: With the day; without it, the time of day alone.

        Examples:
            >>> from zoneinfo import ZoneInfo
            >>> at = datetime.fromisoformat("2026-03-06T17:30-05:00")
            >>> words("es").time(at, ZoneInfo("America/New_York"))
            'vie 6 mar 2026, 17:30 EST'
        """
        if at is None:
            return self("time.unknown")
        local = at.astimezone(zone)
        # The zone's own short name, for that is what tells the two 01:30 of a clock change apart.
        clock = f"{local:%H:%M} {local.tzname()}"
        return f"{self.day(local.date())}, {clock}" if day else clock

    def day(self, day: date) -> str:
        """Return a day, short.

        Examples:
            >>> words("en").day(date(2026, 3, 6))
            'Fri 6 Mar 2026'
        """
        return format_date(day, _DAY, locale=self._locale)

    def long_day(self, day: date) -> str:
        """Return a day without its weekday, as a sentence writes it.

        Examples:
            >>> words("en").long_day(date(2017, 4, 2)), words("es").long_day(date(2017, 4, 2))
            ('2 April 2017', '2 de abril de 2017')
        """
        return format_date(day, _LONG.get(self.lang, "long"), locale=self._locale)

    def short(self, at: datetime | None, zone: tzinfo, now: datetime) -> str:
        """Return an instant for a narrow column: no year, and no day where it is today."""
        if at is None:
            return "–"
        local, today = at.astimezone(zone), now.astimezone(zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        pattern = _DAY_OF_THIS_YEAR if local.year == today.year else _DAY
        return f"{format_date(local.date(), pattern, locale=self._locale)} {local:%H:%M}"

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
def catalogue(lang: str) -> Catalogue:
    """Return the texts of one language.

    English is the source of all others, so its texts are the messages themselves.

    Examples:
        >>> catalogue("en").texts.keys() == catalogue("es").texts.keys()
        True
    """
    name = "exeat.pot" if lang == "en" else f"{lang}.po"
    return texts_of(resources.files("exeat.i18n") / name, lang)


def texts_of(file: Traversable, lang: str) -> Catalogue:
    """Return what a file of texts holds: the messages of a source, the translations of another.

    A text that a translator has not seen since its English changed is as good as none.
    """
    source = file.name.endswith(".pot")
    with file.open("rb") as opened:
        found = read_po(opened, locale=lang)
    texts = {
        one.context: _forms(one.id if source else one.string)
        for one in found
        if one.context and not one.fuzzy
    }
    known = {key: forms for key, forms in texts.items() if forms and all(forms)}
    return Catalogue(known, gettext.c2py(found.plural_expr))


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


@lru_cache(maxsize=8)
def words(lang: str) -> Words:
    """Return the words of one language; English where it is not one of ours."""
    known = lang if lang in LANGUAGES else "en"
    return Words(known, catalogue(known))


def language_of(cookie: str | None, accepts: str) -> str:
    """Return the language to show: the one chosen, else of ours the one the browser likes best.

    Args:
        cookie: What the reader chose here, if they did.
        accepts: The header ``Accept-Language`` (RFC 9110, 12.5.4).

    Examples:
        >>> language_of(None, "fr, es-MX;q=0.9"), language_of(None, "en;q=0.1, es;q=0.9")
        ('es', 'es')
        >>> language_of("en", "es"), language_of(None, "es;q=0"), language_of(None, "")
        ('en', 'en', 'en')
    """
    if cookie in LANGUAGES:
        return str(cookie)
    # Sorting is stable: among equals, the one named first.
    liked = sorted(filter(lambda one: one[1] > 0, map(_liking, accepts.split(","))), key=_how_much)
    return negotiate_locale([tag for tag, _ in liked], list(LANGUAGES), sep="-") or "en"


def _liking(part: str) -> tuple[str, float]:
    """Return a language's tag and its weight; what cannot be read weighs nothing."""
    tag, *parameters = part.replace(" ", "").lower().split(";")
    weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return tag, float(weight)
    except ValueError:
        return tag, 0.0


def _how_much(liking: tuple[str, float]) -> float:
    return -liking[1]
