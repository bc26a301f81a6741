"""Writes the pages: one a jurisdiction, the maps, the comparison, the register, how to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from exeat._version import __version__
from exeat.report.lawpages import terms
from exeat.report.lawpages.classes import Class, Classified
from exeat.report.lawpages.classify import hold_class, notice_class
from exeat.report.lawpages.compare import ASKED, SHORT, Compared, Variant, compare
from exeat.report.lawpages.explain import Explained, explain
from exeat.report.lawpages.pages import place_page, rule_anchor
from exeat.report.lawpages.register import MAX_AGE_DAYS, RegisterRow, in_order, overdue, register
from exeat.report.lawpages.tiles import TILES, map_svg
from exeat.rules.model import About, Jurisdiction, JurisdictionKind
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.say.law_text import adoption_of, cite
from exeat.say.questions import say_ask, say_conflict
from exeat.say.words import safe_url, say_clock, say_date, say_days, say_modality, say_time

__all__ = ["SiteReport", "build_site"]


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What was written.

    Attributes:
        files: Every file, relative to the folder.
        pages: How many of them are pages of a jurisdiction.
        bytes: The size of all files together.
        overdue: Ids of the jurisdictions whose last check is older than the project allows.
    """

    out: Path
    files: tuple[str, ...]
    pages: int
    bytes: int
    overdue: tuple[str, ...]


@dataclass(frozen=True)
class _Site:
    """What all pages share, worked out once."""

    library: Mapping[str, Jurisdiction]
    today: date
    laws: dict[str, LawOfPlace]
    holds: dict[str, Classified]
    notices: dict[str, Classified]
    answers: dict[str, Compared]
    rows: list[RegisterRow]
    written: dict[str, int] = field(default_factory=dict)


def build_site(out: Path, library: Mapping[str, Jurisdiction], *, today: date) -> SiteReport:
    """Write the law pages into a folder, and say what was written.

    The same library and day give the same bytes. What else is in the folder is left alone.

    Args:
        out: The folder; it is made if it is not there.
        library: Jurisdictions by id, as `exeat.rules.library.library` gives them.
        today: The day for which *in force* and the age of each check are said.

    Returns:
        The files, their size, and which checks are overdue.

    Raises:
        LawError: A chain of the library does not hold together.
    """
    site = _gather(library, today)
    shared = _shared(site)
    out.mkdir(parents=True, exist_ok=True)
    _write(site, out, "style.css", _style())
    _write(site, out, "common-record.json", _record_text())
    for what, said in ((About.HOLD, site.holds), (About.NOTIFY, site.notices)):
        _write(site, out, f"map-{what.value}.svg", _map(site, said, what, alone=True))
    for place in in_order(library):
        _write(site, out, f"{place.id}.html", _place(site, place, shared))
    for name in ("index", "compare", "register", "method"):
        _write(site, out, f"{name}.html", _render(f"{name}.html.j2", **shared))
    return SiteReport(
        out=out,
        files=tuple(sorted(site.written)),
        pages=len(library),
        bytes=sum(site.written.values()),
        overdue=tuple(row.id for row in overdue(site.rows)),
    )


def _gather(library: Mapping[str, Jurisdiction], today: date) -> _Site:
    laws = {place: law_of_place(place, library) for place in library}
    return _Site(
        library=library,
        today=today,
        laws=laws,
        holds={place: hold_class(law, today) for place, law in laws.items()},
        notices={place: notice_class(law, today) for place, law in laws.items()},
        answers={place: compare(law) for place, law in laws.items() if law.zone},
        rows=register(library, today),
    )


def _write(site: _Site, out: Path, name: str, text: str) -> None:
    data = text.encode()
    (out / name).write_bytes(data)
    site.written[name] = len(data)


def _style() -> str:
    """Return the style of the report's pages, then that of these."""
    report = (resources.files("exeat.report") / "templates" / "page.css").read_text("utf-8")
    here = resources.files("exeat.report.lawpages")
    own = [(here / name).read_text("utf-8") for name in ("tiles.css", "law.css")]
    return "\n".join([report, *own])


def _record_text() -> str:
    here = resources.files("exeat.report.lawpages")
    return (here / "common_record.json").read_text("utf-8")


def _map(site: _Site, said: Mapping[str, Classified], what: About, *, alone: bool = False) -> str:
    names = {place: site.library[place].name for place in TILES if place in site.library}
    shown = {place: said[place] for place in names}
    return map_svg(shown, names, what, alone=alone)


def _place(site: _Site, place: Jurisdiction, shared: Mapping[str, Any]) -> str:
    law = site.laws[place.id]
    return _render(
        "place.html.j2",
        page=place_page(law, site.library, site.today),
        hold=explain(law, site.holds[place.id]),
        notice=explain(law, site.notices[place.id]),
        answer=site.answers.get(place.id),
        row=next(row for row in site.rows if row.id == place.id),
        **shared,
    )


def _shared(site: _Site) -> dict[str, Any]:
    states = [p for p in in_order(site.library) if p.kind is JurisdictionKind.STATE]
    lower = [
        p
        for p in in_order(site.library)
        if p.kind not in (JurisdictionKind.STATE, JurisdictionKind.COUNTRY)
    ]
    return {
        "today": site.today,
        "version": __version__,
        "library": site.library,
        "states": states,
        "lower": lower,
        "answers": site.answers,
        "holds": _explained(site, site.holds),
        "notices": _explained(site, site.notices),
        "rows": site.rows,
        "row_of": {row.id: row for row in site.rows},
        "map_hold": _map(site, site.holds, About.HOLD),
        "map_notice": _map(site, site.notices, About.NOTIFY),
        "counts_hold": _counts(states, site.holds),
        "counts_notice": _counts(states, site.notices),
        "variants": list(Variant),
        "short": SHORT,
        "asked": ASKED,
        "max_age": MAX_AGE_DAYS,
        "overdue": overdue(site.rows),
        "record": _record_text(),
    }


def _explained(site: _Site, said: Mapping[str, Classified]) -> dict[str, Explained]:
    return {place: explain(site.laws[place], one) for place, one in said.items()}


def _counts(states: list[Jurisdiction], said: Mapping[str, Classified]) -> list[tuple[Class, int]]:
    kinds = [said[place.id].kind for place in states]
    return [(kind, kinds.count(kind)) for kind in Class if kind in kinds]


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("exeat.report.lawpages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["first_upper"] = terms.first_upper
    made.globals.update(
        About=About,
        Class=Class,
        cite=cite,
        terms=terms,
        adoption_of=adoption_of,
        rule_anchor=rule_anchor,
        say_ask=say_ask,
        say_clock=say_clock,
        say_conflict=say_conflict,
        say_date=say_date,
        say_days=say_days,
        say_modality=say_modality,
        say_time=say_time,
        safe_url=safe_url,
        class_label=terms.class_label,
    )
    return made


def _render(template: str, **values: Any) -> str:
    return _templates().get_template(template).render(**values)
