"""The law pages: complete, linked, self-contained, and telling what the rules tell."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest

from exeat.decide import Verdict
from exeat.report.lawpages.classes import Class, Outcome
from exeat.report.lawpages.classify import hold_class, notice_class
from exeat.report.lawpages.compare import Variant, common_record, compare_all
from exeat.report.lawpages.explain import explain
from exeat.report.lawpages.register import MAX_AGE_DAYS, overdue, register
from exeat.report.lawpages.site import SiteReport, build_site
from exeat.report.lawpages.terms import VERDICT
from exeat.report.lawpages.tiles import TILES
from exeat.rules.library import shipped
from exeat.rules.model import JurisdictionKind
from exeat.rules.place import law_of_place
from exeat.say.law_text import cite

TODAY = date(2026, 11, 25)
LIBRARY = shipped()
STATES = sorted(p.id for p in LIBRARY.values() if p.kind is JurisdictionKind.STATE)


@dataclass
class Page(HTMLParser):
    """What a page has: ids, links, texts, and what it would fetch."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        if "id" in said:
            self.ids.append(said["id"])
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif "href" in said or "src" in said:
            self.fetched.append(said.get("href") or said.get("src", ""))
        self.fetched += [name for name in said if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SiteReport:
    return build_site(tmp_path_factory.mktemp("law"), LIBRARY, today=TODAY)


@pytest.fixture(scope="module")
def pages(site: SiteReport) -> dict[str, Page]:
    return {name: read(site.out / name) for name in site.files if name.endswith(".html")}


# --- complete -----------------------------------------------------------------------------


def test_every_jurisdiction_has_a_page(site: SiteReport, pages: dict[str, Page]) -> None:
    assert len(LIBRARY) == site.pages
    for place in LIBRARY.values():
        assert place.name in pages[f"{place.id}.html"].text


def test_every_version_of_every_rule_is_on_its_page(pages: dict[str, Page]) -> None:
    for place in LIBRARY.values():
        page = pages[f"{place.id}.html"]
        anchors = Counter(id.removeprefix("rule-").split("--")[0] for id in page.ids
                          if id.startswith("rule-") and not id.endswith("-h"))  # fmt: skip
        assert anchors == Counter(rule.id for rule in place.rules)
        for rule in place.rules:
            assert re.sub(r"\s+", " ", rule.when).strip() in page.text


def test_every_source_is_on_its_page_with_its_link_and_what_it_says(
    pages: dict[str, Page],
) -> None:
    for place in LIBRARY.values():
        page = pages[f"{place.id}.html"]
        for source in place.sources.values():
            assert f"source-{source.id}" in page.ids
            assert source.url in page.links
            assert re.sub(r"\s+", " ", source.summary).strip() in page.text


def test_every_contest_shows_all_its_readings(pages: dict[str, Page]) -> None:
    seen = 0
    for place in LIBRARY.values():
        for contest in place.contests:
            page = pages[f"{place.id}.html"]
            assert f"contest-{contest.id}" in page.ids
            assert all(reading.says in page.text for reading in contest.readings)
            seen += 1
    assert seen >= 2


def test_a_rule_that_ended_stands_in_the_history_and_the_newer_one_keeps_its_anchor(
    pages: dict[str, Page],
) -> None:
    ids = pages["us-tx.html"].ids
    history = ids.index("history")
    assert ids.index("rule-tx-hold-comply") < history
    assert ids.index("rule-tx-hold-comply--2017-09-25") > history


def test_an_order_that_switches_a_rule_off_is_on_both_pages(pages: dict[str, Page]) -> None:
    above, below = pages["us-in.html"], pages["us-in-monroe.html"]
    assert "stay-in-hold-comply" in below.ids
    assert "us-in.html#rule-in-hold-comply" in below.links
    assert "Switched off for Monroe County, Indiana, since 30 June 2026" in above.text


# --- linked and self-contained --------------------------------------------------------------


def test_every_internal_link_has_a_target(site: SiteReport, pages: dict[str, Page]) -> None:
    followed = 0
    for name, page in pages.items():
        for link in page.links:
            if link.startswith(("http://", "https://")):
                continue
            file, _, anchor = link.partition("#")
            file = file or name
            assert file in site.files, (name, link)
            assert not anchor or anchor in pages[file].ids, (name, link)
            followed += 1
    assert followed > 2000


def test_no_id_stands_twice_on_a_page(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert [id for id, n in Counter(page.ids).items() if n > 1] == [], name


def test_pages_run_nothing_and_fetch_nothing_but_their_style(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert page.fetched == ["style.css"], name
        assert not page.tags.keys() & {"script", "iframe", "img", "object", "form"}, name


def test_style_and_maps_fetch_nothing(site: SiteReport) -> None:
    for name in ("style.css", "map-hold.svg", "map-notify.svg"):
        text = (site.out / name).read_text(encoding="utf-8")
        assert "url(" not in text and "@import" not in text
        assert re.findall(r"https?://[^\"' ]+", text) in ([], ["http://www.w3.org/2000/svg"])


def test_the_same_law_and_day_give_the_same_bytes(site: SiteReport, tmp_path: Path) -> None:
    again = build_site(tmp_path, dict(reversed(LIBRARY.items())), today=TODAY)
    assert again.files == site.files
    for name in site.files:
        assert (tmp_path / name).read_bytes() == (site.out / name).read_bytes(), name


def test_hostile_words_and_links_are_not_markup(tmp_path: Path) -> None:
    place = LIBRARY["us-tx"]
    first = next(iter(place.sources))
    bad = replace(place.sources[first], title="<script>x</script>", url="javascript:alert(1)")
    library = {
        "us": LIBRARY["us"],
        "us-tx": replace(
            place, name='<img src="x" onerror="y">', sources={**place.sources, first: bad}
        ),
    }
    build_site(tmp_path, library, today=TODAY)
    for path in tmp_path.glob("*.html"):
        page = read(path)
        assert not page.tags.keys() & {"script", "img"}
        assert not any(link.startswith("javascript") for link in page.links)


# --- the register -----------------------------------------------------------------------------


def test_the_register_counts_what_is_there() -> None:
    today = TODAY + timedelta(days=10)
    rows = {row.id: row for row in register(LIBRARY, today)}
    assert set(rows) == set(LIBRARY)
    for place in LIBRARY.values():
        row = rows[place.id]
        assert row.sources == len(place.sources)
        assert row.rules == len(place.rules)
        assert (row.checked, row.age_days) == (place.checked, (today - place.checked).days)
        assert row.recalled == sum(s.basis == "recalled" for s in place.sources.values())
    assert rows["us-va"].contested == ("va-hold-on-detainer",)
    assert list(rows)[:2] == ["us", "us-al"]


@pytest.mark.parametrize(
    ("days", "late"), [(0, False), (MAX_AGE_DAYS, False), (MAX_AGE_DAYS + 1, True), (-1, True)]
)
def test_a_check_older_than_a_year_or_yet_to_come_is_overdue(days: int, late: bool) -> None:
    place = replace(LIBRARY["us-tx"], checked=TODAY - timedelta(days=days))
    assert bool(overdue(register({"us-tx": place}, TODAY))) is late


def test_no_check_of_the_shipped_law_is_older_than_the_project_allows() -> None:
    """Goes red a year after a check: read the sources again, and date the file anew."""
    today = datetime.now(UTC).date()
    late = [f"{row.id}: checked {row.checked}" for row in overdue(register(LIBRARY, today))]
    assert late == []


def test_pages_say_that_a_check_is_overdue(tmp_path: Path) -> None:
    library = {"us": LIBRARY["us"], "us-tx": LIBRARY["us-tx"]}
    day = LIBRARY["us-tx"].checked + timedelta(days=MAX_AGE_DAYS + 1)
    said = build_site(tmp_path, library, today=day)
    assert said.overdue == ("us", "us-tx")
    assert "check overdue" in read(tmp_path / "us-tx.html").text
    assert "2 checks are overdue." in read(tmp_path / "register.html").text


# --- the maps -----------------------------------------------------------------------------


def test_the_map_has_a_square_for_each_state_and_the_district() -> None:
    assert len(TILES) == 51
    assert sorted(TILES) == STATES
    assert len(set(TILES.values())) == 51


@pytest.mark.parametrize("what", ["hold", "notify"])
def test_each_map_names_and_links_every_state(site: SiteReport, what: str) -> None:
    index = (site.out / "index.html").read_text(encoding="utf-8")
    [svg] = re.findall(rf'<svg[^>]*aria-labelledby="map-{what}-title.*?</svg>', index, re.S)
    assert sorted(re.findall(r'href="([^"]+)\.html"', svg)) == STATES
    assert f'<title id="map-{what}-title">' in svg
    assert f'<desc id="map-{what}-desc">' in svg
    alone = (site.out / f"map-{what}.svg").read_text(encoding="utf-8")
    assert alone.count('class="tile-code"') == 51
    assert "<style>" in alone


def _tokens(dark: bool) -> dict[str, str]:
    css = (resources.files("exeat.report.lawpages") / "tiles.css").read_text("utf-8")
    light, _, rest = css.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    if dark:
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", rest))
    return found


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("kind", list(Class))
def test_each_class_can_be_read_on_its_own_ground(kind: Class, dark: bool) -> None:
    tokens = _tokens(dark)
    assert _contrast(tokens[kind.value], tokens[f"{kind.value}-ink"]) >= 4.5


# --- the classes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("us-tx", Class.MUST),
        ("us-ca", Class.MUST_NOT),
        ("us-wa", Class.MUST_NOT),
        ("us-il", Class.MUST_NOT),
        ("us-va", Class.CONTESTED),
        ("us-ky", Class.UNSETTLED),
        ("us-al", Class.REPORTED),
        ("us-nc", Class.MUST_IF),
        ("us-fl", Class.MUST_IF),
        ("us-nj", Class.MAY_IF),
        ("us-ct", Class.MAY_IF),
        ("us-in", Class.MUST),
        ("us-in-monroe", Class.MUST_NOT),
    ],
)
def test_the_hold_is_classed_as_the_sheets_say(place: str, kind: Class) -> None:
    assert hold_class(law_of_place(place, LIBRARY), TODAY).kind is kind


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("us-tx", Class.MUST),
        ("us-wa", Class.MUST_NOT),
        ("us-nj", Class.MAY_IF),
        ("us-va", Class.MAY),
        ("us-ks", Class.SILENT),
        ("us-fl", Class.MUST_IF),
        ("us-ca-los-angeles", Class.MAY_IF),
        ("us-va-prince-william", Class.MUST_IF),
    ],
)
def test_notice_is_classed_as_the_sheets_say(place: str, kind: Class) -> None:
    assert notice_class(law_of_place(place, LIBRARY), TODAY).kind is kind


def test_north_carolina_turns_on_the_order_of_a_judicial_official() -> None:
    said = hold_class(law_of_place("us-nc", LIBRARY), TODAY)
    [must] = [found for found in said.found if found.outcome is Outcome.MUST]
    assert all("detainer.hold_ordered" in path.facts for path in must.paths)
    words = explain(law_of_place("us-nc", LIBRARY), said)
    assert any("a state judicial official has ordered the hold" in facts
               for way in words.ways for facts in way.where)  # fmt: skip


def test_a_command_that_a_person_must_judge_is_shown_and_does_not_decide() -> None:
    """New Hampshire: comply where that is safe, which no record says; else a jail may hold."""
    said = hold_class(law_of_place("us-nh", LIBRARY), TODAY)
    assert said.kind is Class.MUST_IF
    assert [found.outcome for found in said.found] == [Outcome.MAY, Outcome.MUST]
    assert all(path.judged for path in said.found[1].paths)


def test_new_jersey_turns_on_its_lists_and_says_which() -> None:
    law = law_of_place("us-nj", LIBRARY)
    said = hold_class(law, TODAY)
    assert said.found[0].outcome is Outcome.NOT
    [may] = [found for found in said.found if found.outcome is Outcome.MAY]
    assert frozenset({"charged in nj-violent-or-serious"}) in {path.facts for path in may.paths}
    assert ("warrant.federal_civil", Outcome.MAY) in said.exempt


def test_texas_exempts_a_person_who_shows_status() -> None:
    said = hold_class(law_of_place("us-tx", LIBRARY), TODAY)
    assert dict(said.exempt)["person.status_shown"] is not Outcome.MUST


def test_what_an_office_does_by_its_own_policy_is_no_must_not_of_the_law() -> None:
    said = explain(law := law_of_place("us-va-fairfax", LIBRARY), hold_class(law, TODAY))
    assert said.label == "does not hold (this office's policy)"
    assert said.plain == "this office does not hold, by its own policy"
    assert said.by_law == "release, unless counsel has instructed that it may hold"
    state = explain(law := law_of_place("us-ca", LIBRARY), hold_class(law, TODAY))
    assert (state.label, state.by_law) == ("must not hold", "")


def test_a_command_that_is_only_reported_is_for_counsel() -> None:
    said = hold_class(law_of_place("us-ga", LIBRARY), TODAY)
    assert said.kind is Class.REPORTED
    assert said.found[0].outcome is Outcome.COUNSEL


def test_a_class_follows_the_day_and_not_the_hand() -> None:
    """Texas commanded nothing before 25 September 2017; Indiana not before July 2026."""
    texas, indiana = law_of_place("us-tx", LIBRARY), law_of_place("us-in", LIBRARY)
    assert hold_class(texas, date(2017, 9, 24)).kind is not Class.MUST
    assert hold_class(indiana, date(2026, 6, 30)).kind is not Class.MUST


def test_a_rule_that_changes_changes_the_class() -> None:
    place = LIBRARY["us-tx"]
    kept = tuple(rule for rule in place.rules if rule.id != "tx-hold-comply")
    library = {**LIBRARY, "us-tx": replace(place, rules=kept)}
    assert hold_class(law_of_place("us-tx", library), TODAY).kind is not Class.MUST


# --- the comparison ---------------------------------------------------------------------------


def test_the_common_record_keeps_its_wall_clock_in_every_zone() -> None:
    offsets = {
        "Pacific/Honolulu": "-10:00",
        "America/Phoenix": "-07:00",
        "America/Detroit": "-04:00",
    }
    for zone, offset in offsets.items():
        record = common_record(zone)
        end = record.bases[0].end
        assert isinstance(end, datetime)
        assert end.isoformat() == f"2026-09-04T17:30:00{offset}"
        assert f"{end:%A}" == "Friday"
        assert record.zone == zone
        assert record.convictions is None


def test_variants_change_the_warrants_and_nothing_else() -> None:
    common = common_record("America/Chicago")
    for variant in Variant:
        other = common_record("America/Chicago", variant)
        [request] = other.detainers
        assert replace(other, detainers=common.detainers) == common
        assert replace(request, warrants=common.detainers[0].warrants) == common.detainers[0]
    assert common_record("UTC", Variant.NO_WARRANT).detainers[0].warrants == ()


def test_every_state_answers_with_a_citation_or_a_question(pages: dict[str, Page]) -> None:
    compared = {one.id: one for one in compare_all(LIBRARY)}
    assert set(STATES) <= set(compared)
    for one in compared.values():
        for variant, answer in one.answers.items():
            # A judge's criminal warrant is a ground of custody of its own, in every place.
            assert (answer.verdict is Verdict.IN_CUSTODY) is (variant is Variant.JUDGE)
            assert answer.verdict is not Verdict.NOT_IN_CUSTODY
            assert answer.verdict is not Verdict.UNKNOWN or answer.questions
            asked = answer.questions or answer.for_counsel or answer.unevaluated
            assert variant is Variant.JUDGE or answer.decided_by or asked, one.id
        assert one.id in pages["compare.html"].ids


def test_the_page_of_the_comparison_says_each_answer(site: SiteReport) -> None:
    text = (site.out / "compare.html").read_text(encoding="utf-8")
    for one in compare_all(LIBRARY):
        [article] = re.findall(rf'<article class="answer" id="{one.id}".*?</article>', text, re.S)
        assert f">{VERDICT[one.common.verdict]}<" in article
        if one.id in ("us-ca", "us-tx"):
            assert f">{'release' if one.id == 'us-ca' else 'must hold'}<" in article
        for rule in one.common.decided_by:
            assert f"{rule.place}.html#rule-{rule.id}" in article
            for source in cite(one.law, rule):
                assert escape(source.title, quote=False) in unescape_quotes(article)


def unescape_quotes(text: str) -> str:
    return text.replace("&#39;", "'").replace("&#34;", '"')


def test_answer_and_class_agree_where_the_class_has_no_conditions() -> None:
    on = date(2026, 9, 4)
    seen = Counter[Class]()
    for one in compare_all(LIBRARY):
        kind = hold_class(one.law, on).kind
        seen[kind] += 1
        if kind is Class.MUST:
            assert one.common.verdict is Verdict.MUST_HOLD, one.id
        if kind is Class.MUST_NOT:
            assert one.common.verdict in (Verdict.RELEASE, Verdict.NOTIFY_FIRST), one.id
        if kind is Class.MAY:
            assert one.common.verdict is Verdict.MAY_HOLD, one.id
    assert seen[Class.MUST] >= 4
    assert seen[Class.MUST_NOT] >= 10


def test_holds_that_run_end_on_the_shorter_reading() -> None:
    [texas] = [one for one in compare_all(LIBRARY) if one.id == "us-tx"]
    assert texas.common.until is not None
    assert texas.common.until.astimezone(texas.zone).isoformat() == "2026-09-06T17:30:00-05:00"
