"""The report page: whole, self-contained, escaped, and legible in both themes."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from exeat.audit import Examination, FindingGroup, examine
from exeat.audit.summary import Summary
from exeat.facts.case import zone_of
from exeat.facts.codec import record_from_json
from exeat.facts.codes import ReleaseKind
from exeat.facts.record import CustodyRecord
from exeat.report.findings import asked_of, say_finding
from exeat.report.page import ReportInfo, page_html, write_page
from exeat.report.timeline import timeline_svg
from exeat.rules.library import shipped
from exeat.rules.place import LawOfPlace, law_of_place

CSS = Path(__file__).parents[2] / "src/exeat/report/templates/page.css"

HELD = """{"id": "%s", "zone": "America/Los_Angeles", "booked": "2017-11-01T09:00-07:00",
  "bases": [
    {"id": "c1", "kind": "charge", "agency": "SUP", "end": "2017-11-17T09:21-08:00",
     "ended_by": "dismissed"},
    {"id": "c2", "kind": "warrant", "agency": "PD1", "end": "2017-11-10T12:00-08:00"}],
  "detainers": [{"id": "d1", "issuer": "IMM", "lifted": "2017-12-20T08:00-08:00"}],
  "release": {"at": "2017-12-20T08:00-08:00"}}"""

LIFTED = """{"id": "lifted-1", "zone": "America/Los_Angeles", "booked": "2017-04-17T09:00-07:00",
  "bases": [{"id": "c1", "kind": "charge", "end": "2017-04-27T21:00-07:00"}],
  "detainers": [{"id": "d1", "lifted": "2017-04-25T21:00-07:00", "lift_reason": "cancelled"}],
  "release": {"at": "2017-04-27T21:30-07:00"}}"""


@pytest.fixture(scope="module")
def law() -> LawOfPlace:
    return law_of_place("us-wa-pierce", shipped())


def held(record_id: str = "held-1") -> CustodyRecord:
    return dataclasses.replace(record_from_json(HELD % "x"), id=record_id)


def info(**changes: object) -> ReportInfo:
    base = ReportInfo(
        title="Holds and release, Pierce County jail",
        source_file="holds.csv",
        attribution="Somebody's centre",
        mapping="pierce",
        place_id="us-wa-pierce",
        place_name="Pierce County, Washington",
        version="0.0.1",
        made_at=datetime(2026, 11, 25, 20, tzinfo=UTC),
        findings_total=3,
        findings_shown=3,
        command="exeat audit holds.csv --map pierce",
        quality={"no-zone": "The file names no time zone."},
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def page(law: LawOfPlace, *records: CustodyRecord, **changes: object) -> str:
    summary = Summary(rows_read=9, rows_rejected=2)
    cases: list[Examination] = []
    for record in records:
        case = examine(record, law)
        summary.add(case, ("no-zone", "odd<code>"))
        cases.append(case)
    return page_html(summary=summary, cases=cases, law=law, info=info(**changes))


class Collector(HTMLParser):
    """Collects what a browser would load or run, ids, links and headings."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.tags: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            self.handlers += [name] if name.startswith("on") else []
            self.ids += [value or ""] if name == "id" else []
            if name in ("href", "xlink:href", "src", "srcset", "action", "data", "poster"):
                (self.links if tag == "a" else self.loads).append(value or "")


def parsed(text: str) -> Collector:
    collector = Collector()
    collector.feed(text)
    return collector


def test_page_shows_each_finding_its_law_and_its_questions(law: LawOfPlace) -> None:
    text = page(law, held(), record_from_json(LIFTED))
    case = examine(held(), law)
    assert any(f.group is FindingGroup.KEPT for f in case.findings)
    for finding in case.findings:
        assert say_finding(finding, zone_of(held().zone)) in text
        assert all(rule in text for rule in finding.rules)
        assert all(question in unescape(text) for question in asked_of(finding))
    assert "withdrew" in text
    assert "The law in force in Pierce County, Washington on 17 November 2017" in text
    assert "Law in force in Pierce County, Washington, from 2 April 2017 to 20 May 2019" in text


def test_page_loads_nothing_and_runs_nothing(law: LawOfPlace) -> None:
    text = page(law, held())
    seen = parsed(text)
    assert seen.loads == ["data:,"]
    assert not seen.handlers
    assert not seen.tags & {"script", "img", "iframe", "object", "embed", "form", "video"}
    assert not re.search(r"url\((?!#)", text)
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert all(link.startswith(("#", "https://", "http://")) for link in seen.links)


def test_every_inner_link_has_its_target_and_no_id_is_used_twice(law: LawOfPlace) -> None:
    seen = parsed(
        page(law, held(), held("a b/c"), held("hours"), held("key"), record_from_json(LIFTED))
    )
    assert len(seen.ids) == len(set(seen.ids))
    assert {link[1:] for link in seen.links if link.startswith("#")} <= set(seen.ids)


def test_headings_begin_with_one_and_skip_no_level(law: LawOfPlace) -> None:
    levels = parsed(page(law, held())).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "a'b&c"]
)
def test_hostile_text_is_escaped(law: LawOfPlace, hostile: str) -> None:
    text = page(law, held(hostile), title=hostile, command=hostile, attribution=hostile)
    assert hostile not in text
    seen = parsed(text)
    assert not seen.tags & {"script", "img"}
    assert not seen.handlers


def test_a_dangerous_address_in_a_law_file_is_no_link(law: LawOfPlace) -> None:
    place = law.chain[0]
    bad = {k: dataclasses.replace(s, url="javascript:alert(1)") for k, s in place.sources.items()}
    chain = (dataclasses.replace(place, sources=bad), *law.chain[1:])
    assert "javascript:" not in page(LawOfPlace(chain), held())


def test_page_says_how_many_findings_it_leaves_out(law: LawOfPlace) -> None:
    assert "Shown are 3 of 1,200 findings" in page(law, held(), findings_total=1200)
    assert "Shown are" not in page(law, held())


def test_a_person_handed_on_is_not_called_kept_without_a_caveat(law: LawOfPlace) -> None:
    caveat = "There may have been a ground of custody"
    left = record_from_json(HELD % "held-1")
    assert left.release is not None
    moved = dataclasses.replace(left.release, kind=ReleaseKind.TRANSFER)
    assert caveat in page(law, dataclasses.replace(left, release=moved))
    assert caveat not in page(law, left)


def test_page_without_findings_says_so(law: LawOfPlace) -> None:
    text = page(law)
    assert "There are no findings to show." in text
    assert "In no booking is it certain that a person was kept without authority." in text


def test_quality_has_a_sentence_for_each_code_and_owns_up_to_an_unknown_one(
    law: LawOfPlace,
) -> None:
    text = page(law, held(), rejects_file="rejects.csv")
    assert "The file names no time zone." in text
    assert "No sentence is known for this code." in text
    assert "odd&lt;code&gt;" in text
    assert "rejects.csv" in text


def test_the_same_input_makes_the_same_page(law: LawOfPlace, tmp_path: Path) -> None:
    case = examine(held(), law)
    for name in ("a.html", "b.html"):
        summary = Summary()
        summary.add(case)
        write_page(tmp_path / name, summary=summary, cases=[case], law=law, info=info())
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_time_line_shows_bases_eligibility_windows_and_door(law: LawOfPlace) -> None:
    svg = timeline_svg(examine(held(), law), law)
    assert svg.startswith("<svg")
    for words in (
        "<title",
        "<desc",
        "Charge · SUP",
        "dismissed Fri 17 Nov 2017, 09:21",
        "Warrant · PD1",
        "Could go: Fri 17 Nov 2017, 09:21 PST",
        "reading: form",
        "reading: regulation",
        "to Sun 19 Nov 2017, 09:21",
        "to Tue 21 Nov 2017, 09:21",
        "Left: Wed 20 Dec 2017, 08:00 PST",
        "Close up",
    ):
        assert words in svg


def test_time_line_names_the_whole_stay_in_words_too(law: LawOfPlace) -> None:
    text = page(law, held())
    words = text[text.index("The time line in words") :]
    assert "Could go: Fri 17 Nov 2017, 09:21 PST." in words
    assert "reading: regulation" in words


def test_a_custody_that_still_runs_has_no_eligibility_line(law: LawOfPlace) -> None:
    text = HELD % "runs"
    record = record_from_json(text.replace('"end": "2017-11-17T09:21-08:00"', '"end": "never"'))
    svg = timeline_svg(examine(record, law), law)
    assert "still ran" in svg
    assert 'class="flag eligible"' not in svg


def test_time_line_goes_on_to_the_end_of_a_hold_that_was_commanded() -> None:
    record = record_from_json(
        """{"id": "early", "zone": "America/Chicago", "booked": "2024-03-01T09:00-06:00",
        "bases": [{"id": "c1", "kind": "charge", "end": "2024-03-08T09:00-06:00"}],
        "detainers": [{"id": "d1", "form": "I-247A", "received": "2024-03-02T10:00-06:00",
          "served": "2024-03-02T12:00-06:00", "grounds": ["biometric-match"],
          "warrants": ["I-200"], "names_this_person": true}],
        "person": {"status_proof": "none"}, "notices": [],
        "release": {"at": "2024-03-08T10:00-06:00", "kind": "street"}}"""
    )
    law = law_of_place("us-tx-harris", shipped())
    case = examine(record, law)
    assert FindingGroup.LET_GO in [finding.group for finding in case.findings]
    svg = timeline_svg(case, law)
    assert "Hold commanded" in svg
    assert "Let go despite a hold" in svg
    assert "Sat 9 Mar" in svg


def tokens(theme: str) -> dict[str, str]:
    css = CSS.read_text()
    found = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", css[: css.index("@media")]))
    if theme == "light":
        return found
    start = {
        "dark": css.index("prefers-color-scheme: dark"),
        "print": css.index("@media print"),
    }[theme]
    block = css[start : css.index("}", start)]
    return {**found, **dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", block))}


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_rightly() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") < 4.5


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("ground", ["page", "surface", "band", "tag"])
@pytest.mark.parametrize("ink", ["ink", "muted", "link", "accent"])
def test_text_has_contrast_enough(theme: str, ground: str, ink: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("mark", ["basis", "request", "window", "kept"])
def test_marks_stand_out_from_page_and_band(theme: str, mark: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[mark], colours["page"]) >= 3
    assert contrast(colours[mark], colours["band"]) >= 3


def test_every_colour_of_the_page_is_a_token() -> None:
    css = CSS.read_text()
    rules = re.sub(r"--[a-z-]+:\s*#[0-9a-f]{6}", "", css)
    assert not re.findall(r"#[0-9a-f]{3,8}\b", rules)


def test_a_bare_date_gets_no_midnight_on_the_page(law: LawOfPlace) -> None:
    record = record_from_json(
        '{"id": "dates", "zone": "America/Los_Angeles", "booked": "2016-03-02", "bases":'
        ' [{"id": "b", "kind": "charge", "start": "2016-03-02", "end": "2016-03-04"}],'
        ' "detainers": [{"id": "d", "lifted": "2016-03-09"}], "release": {"at": "2016-03-09"}}'
    )
    text = page(law, record)
    assert "Booked on Wed 2 Mar 2016." in text and "Left: on Wed 9 Mar 2016." in text
    assert "ended on Fri 4 Mar 2016" in text and "23:59" not in text
