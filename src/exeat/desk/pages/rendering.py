"""The templates, what they can call, and the frame of every page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from exeat.decide import Verdict
from exeat.desk.pages import acts, forms, history, present
from exeat.desk.pages.logged import logged
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import NAMESAKES
from exeat.desk.service.shut import SHUT
from exeat.desk.service.urgency import next_of
from exeat.facts.times import NEVER
from exeat.i18n.said import OWN, Said
from exeat.i18n.words import LANGUAGES, Words
from exeat.office.register import SECTIONS
from exeat.say.questions import say_conflict
from exeat.say.reasons import say_reason

__all__ = ["HEADERS", "STATIC", "Frame", "render"]

STATIC: Final = Path(__file__).parent / "static"

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Others are told nothing. To ourselves a page names its origin: by `no-referrer` a browser
    # that does not say where it fetched from would call it `null`, and no form of it be taken.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # A page names people: no copy of it stays behind on a shared machine.
    "Cache-Control": "no-store",
}
"""What goes out with every page."""

_ICONS: Final = {
    "release": "logout",
    "overdue": "alarm",
    "notify-first": "notifications_active",
    "may-hold": "hourglass_empty",
    "must-hold": "lock",
    "in-custody": "lock_outline",
    "conflict": "warning",
    "unknown": "help",
    "not-in-custody": "check",
    "release-unless-instructed": "logout",
    "bring-first": "account_balance",
    "serve-first": "send",
    "call-counsel": "local_police",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page needs besides its own contents.

    Attributes:
        now: The instant for which the page is made; its clocks run from here.
        viewer: None before signing in.
        path: Of this page, for the choice of language.
        invented: The page shows invented people, and says so.
        still: Clocks do not run, for pictures and tests.
        ends: After how many seconds without a page the session ends; 0: there is none.
    """

    t: Words
    now: datetime
    viewer: Viewer | None = None
    path: str = "/"
    here: str = ""
    tasks: int = 0
    invented: bool = False
    still: bool = False
    done: str = ""
    changes: str = ""
    ends: int = 0

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of lists."""
        return self.viewer.zone if self.viewer is not None else ZoneInfo("UTC")


def render(template: str, frame: Frame, **values: Any) -> str:
    """Return a page.

    Args:
        template: Its file.
        frame: What every page needs.
        **values: What this one shows.
    """
    t, now, place = frame.t, frame.now, values.get("zone", frame.zone)
    shared = {
        "frame": frame,
        "t": t,
        "now": now,
        "viewer": frame.viewer,
        "may": _may(frame.viewer),
        "zone": place,
        "logged": lambda line: logged(line, t),
        "clock": lambda at: _clock(at, now, t),
        "stamp": lambda at, zone=None, short=False: _stamp(at, zone or place, now, t, short),
        "told": lambda said, zone=None, links=None: _told(said, t, zone or place, links),
    }
    return _environment().get_template(template).render({**shared, **values})


def _may(viewer: Viewer | None) -> Callable[[str], bool]:
    return (lambda act: False) if viewer is None else viewer.ctx.may


def _clock(at: datetime, now: datetime, t: Words) -> Markup:
    """Return how far an instant is, in words that a script may keep running."""
    said = t.ago((at - now).total_seconds())
    iso = at.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" data-clock>{}</time>').format(iso, said)


def _stamp(at: datetime | None, zone: ZoneInfo, now: datetime, t: Words, short: bool) -> Markup:
    """Return an instant in the facility's zone."""
    if at is None:
        return Markup('<span class="muted">{}</span>').format(t("person.unknown"))
    said = t.short(at, zone, now) if short else t.time(at, zone)
    iso = at.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(iso, said)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("exeat.desk.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        MENU=SECTIONS,
        ACTS=acts.ACTS,
        LANGUAGES=LANGUAGES,
        NAMESAKES=NAMESAKES,
        NEVER=NEVER,
        UNKNOWN=forms.UNKNOWN,
        VERDICTS=[verdict.value for verdict in Verdict],
        asset=_asset,
        icon=_icon,
        sprite=_sprite(),
        ticked=_ticked,
        verdict_icon=_ICONS.__getitem__,
        GO=tuple(verdict.value for verdict in Verdict if verdict in present.GO),
        OPEN=tuple(verdict.value for verdict in Verdict if verdict not in SHUT),
        next_of=next_of,
        look_of=present.look_of,
        link_of=link_of,
        instant_of=history.instant_of,
        options_of=forms.options_of,
        sayings_of=forms.sayings_of,
        say_conflict=say_conflict,
        say_reason=say_reason,
    )
    return made


def _icon(name: str, label: str = "") -> Markup:
    """Return an icon; without a label it is only an ornament beside words."""
    if label:
        named = Markup('<svg class="icon" role="img" aria-label="{}"><use href="#i-{}"/></svg>')
        return named.format(label, name)
    hidden = Markup(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>'
    )
    return hidden.format(name)


def _ticked(words: str, links: Mapping[str, str] | None = None) -> Markup:
    """Return a sentence of the services as a page shows it.

    What it quotes in backticks becomes code, or a link.

    Examples:
        >>> str(_ticked("`a` & `b`", {"a": "#a"}))
        '<a class="mono" href="#a">a</a> &amp; <code>b</code>'
    """
    found = []
    for n, part in enumerate(words.split("`")):
        found.append(_code(part, links or {}) if n % 2 else escape(part))
    return Markup("").join(found)


def _told(
    said: Iterable[Said], t: Words, zone: ZoneInfo, links: Mapping[str, str] | None = None
) -> Markup:
    """Return sentences as a page shows them.

    What a text has between backticks becomes code, or a link where it is a value that has one;
    no value is ever searched for marks.

    Examples:
        >>> from exeat.i18n.words import words
        >>> said = Said("task_why.sent_to", {"to": "`<b>`"})
        >>> str(_told([said], words("en"), ZoneInfo("UTC")))[:38]
        'Sent to <code>`&lt;b&gt;`</code>, whic'
    """
    return Markup(" ").join(_sentence(one, t, zone, links or {}) for one in said)


def _sentence(said: Said, t: Words, zone: ZoneInfo, links: Mapping[str, str]) -> Markup:
    text = _marked(said, t, zone, links)
    return text[:1].upper() + text[1:] if t.begins_with_part(said) else text


def _marked(said: Said, t: Words, zone: ZoneInfo, links: Mapping[str, str]) -> Markup:
    if said.code == OWN:
        return _own(said, t, links)
    found, quoted = Markup(""), False
    for name, text in t.parts(said, zone):
        value = said.values.get(name)
        if isinstance(value, Said):
            found += _marked(value, t, zone, links)
        elif name:
            found += _code(text, links) if quoted else escape(text)
        else:
            first, *rest = text.split("`")
            found += _code(first, links) if quoted and first else escape(first)
            for part in rest:
                quoted = not quoted
                found += _code(part, links) if quoted and part else escape(part)
    return found


def _own(said: Said, t: Words, links: Mapping[str, str]) -> Markup:
    """Return words that are kept as they are; those of a fault after what its code means."""
    words = _ticked(str(said.values["words"]), links)
    key = f"fault_code.{said.values.get('code')}"
    if t.lang == "en" or not t.has(key):
        return words
    means = Markup("{} {}").format(t(key), t(f"{key}.do"))
    return Markup('{} <span class="muted" lang="en">({})</span>').format(means, words)


def _code(text: str, links: Mapping[str, str]) -> Markup:
    if text in links:
        return Markup('<a class="mono" href="{}">{}</a>').format(links[text], text)
    return Markup("<code>{}</code>").format(text)


def _sprite() -> Markup:
    """Return every icon once, to be put in a page and referred to from within it."""
    parts = []
    for file in sorted((STATIC / "icons").glob("*.svg")):
        found = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(encoding="utf-8"), re.DOTALL)
        assert found is not None, file
        parts.append(f'<symbol id="i-{file.stem}" viewBox="0 0 24 24">{found[1]}</symbol>')
    return Markup("".join(parts))  # noqa: S704 - our own files


@lru_cache(maxsize=64)
def _asset(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def link_of(path: str, values: Mapping[str, str]) -> str:
    """Return a path with a query."""
    from urllib.parse import urlencode

    kept = {key: value for key, value in values.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
