"""``index.html``: the report of one audit, one file that asks nothing of any network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from exeat.audit import Examination, FindingGroup
from exeat.audit.summary import Summary
from exeat.facts.case import zone_of
from exeat.report.chart import HoursHistogram, hours_svg, kept_bookings
from exeat.report.sentences import (
    GROUP_WORDS,
    ReportInfo,
    count,
    in_short,
    period,
    total_rows,
    warnings_of,
)
from exeat.report.view import Laws, case_views
from exeat.rules.place import LawOfPlace
from exeat.say.law_text import adoption_of
from exeat.say.words import say_date, say_hours, say_time

__all__ = ["ReportInfo", "page_html", "write_page"]

_TEMPLATES: Final = Path(__file__).parent / "templates"
_MOST_WORDS: Final = 30


def write_page(
    path: Path,
    *,
    summary: Summary,
    cases: Sequence[Examination],
    law: LawOfPlace,
    info: ReportInfo,
) -> None:
    """Write the report of one audit.

    Args:
        path: The file to write; it takes its name when it is whole.
        summary: The counts over all bookings.
        cases: The examinations to show in detail, limited and sorted by the caller.
        law: The law of the place.
        info: What the page says of its own making.

    Raises:
        OSError: The file cannot be written.
    """
    text = page_html(summary=summary, cases=cases, law=law, info=info)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def page_html(
    *, summary: Summary, cases: Sequence[Examination], law: LawOfPlace, info: ReportInfo
) -> str:
    """Return the report as text; the arguments are those of `write_page`."""
    zone = zone_of(law.zone or next((case.record.zone for case in cases), "UTC"))
    shown = [case for case in cases if case.findings]
    histogram = info.histogram or _histogram(shown)
    laws = Laws(law, info.place_name)
    views = list(case_views(shown, law, laws))
    chart = hours_svg(kept_bookings(shown), histogram)
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            css=Markup((_TEMPLATES / "page.css").read_text(encoding="utf-8")),  # noqa: S704
            info=info,
            summary=summary,
            said=in_short(summary, info),
            warnings=warnings_of(summary),
            period=period(summary, zone),
            totals=list(total_rows(summary)),
            not_listed=_not_listed(summary),
            not_listed_more=max(0, len(summary.not_listed()) - _MOST_WORDS),
            not_listed_once=len(summary.unmapped) - len(summary.not_listed()),
            chart=Markup(chart),  # noqa: S704
            histogram=histogram,
            each_booking="<a " in chart,
            cases=views,
            laws=list(laws.views.values()),
            chain=[(place, adoption_of(place)) for place in law.chain],
            contests=law.contests,
            # Hours of a late notice do not add up to anything; hours of custody do.
            hour_groups=(GROUP_WORDS[FindingGroup.KEPT], GROUP_WORDS[FindingGroup.LET_GO]),
            zone=zone,
        )
    )


def _not_listed(summary: Summary) -> list[tuple[str, str, int]]:
    """Return the words that the mapping does not list, holds first, then the most frequent."""
    names = {"hold": "an immigration hold", "lift": "why a hold ended", "disposition": "an end"}
    return [
        (names.get(field, field), text, lines)
        for field, text, lines in summary.not_listed()[:_MOST_WORDS]
    ]


def _histogram(cases: Sequence[Examination]) -> HoursHistogram:
    histogram = HoursHistogram()
    for case in cases:
        histogram.add(case.findings)
    return histogram


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=count,
        date=say_date,
        hours=say_hours,
        number=_number,
        svg=Markup,
        brief=_brief,
        upfirst=_upfirst,
        when=_when,
    )
    return environment


def _when(at: datetime | None, zone: ZoneInfo) -> str:
    return say_time(at, zone) if at is not None else "not known"


def _upfirst(words: str) -> str:
    """Return the words with a capital first letter, and no other letter changed."""
    return words[:1].upper() + words[1:]


def _brief(words: str, most: int = 220) -> str:
    """Return the first sentence, cut at a word where it is long.

    Examples:
        >>> _brief("As in Galarza v. Szalczyk. More words.")
        'As in Galarza v. Szalczyk.'
        >>> _brief("one two three", 9)
        'one two …'
    """
    first = re.split(r"(?<=[a-z)]{3}\.) (?=[A-Z])", words, maxsplit=1)[0]
    if len(first) <= most:
        return first
    return f"{first[:most].rsplit(' ', 1)[0]} …"


def _number(value: float) -> str:
    """Return a number with separators, and one decimal place only where it matters.

    Examples:
        >>> _number(4000.38), _number(6.25), _number(48.0)
        ('4,000', '6.2', '48')
    """
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.1f}"
