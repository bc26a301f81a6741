"""The documents: the site has no broken link, what they name is there, what they show is so."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from exeat.audit.findings import FindingKind
from exeat.cli._lazy import real
from exeat.cli.table import ACCOUNT_COMMANDS, COMMANDS, LAW_COMMANDS, PLACE_COMMANDS
from exeat.intake.mapping import read_mapping
from exeat.report.tables import COLUMNS
from exeat.rules.loader import load_text
from tests.acceptance import site as built
from tests.acceptance.readme import ROOT, TUTORIAL, exeat, followed
from tests.acceptance.reference import FOLDER, PAGES
from tests.browser.shots import browser_of
from tests.browser.test_report import WCAG, missing
from tests.unit.invented_law import HEAD

DOCS = sorted((ROOT / "docs").rglob("*.md"))
AT_THE_ROOT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
MADE_BY_THE_SITE = "pages/"

# For each task of a stranger, the files that they open, each linked or named by the one before.
TASKS = {
    "an act": (
        "docs/howto/add-an-act.md",
        "src/exeat/facts/_event_kinds.py",
        "src/exeat/office/register.py",
    ),
    "a county's law": ("README.md", "docs/howto/find-your-countys-law.md"),
    "a rule": (
        "docs/howto/add-a-rule.md",
        "src/exeat/law/us-wa.toml",
        "tests/scenario/tables/washington.md",
    ),
    "a map": (
        "docs/howto/add-a-map.md",
        "src/exeat/intake/maps/pierce.toml",
        "tests/unit/test_intake_maps.py",
    ),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built.build(tmp_path_factory.mktemp("docs"))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, built.Page]:
    return built.read(site)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_site_has_every_document_and_no_broken_link(
    site: Path, pages: dict[Path, built.Page]
) -> None:
    names = {path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in DOCS}
    names = {name.replace("README.html", "index.html") for name in names}
    there = {path.relative_to(site).as_posix() for path in pages}
    assert names - there == set()
    assert built.broken(site, pages) == []
    assert len(pages) > 100, "the law pages are part of it"


def test_a_page_of_the_site_fetches_nothing_from_elsewhere(pages: dict[Path, built.Page]) -> None:
    assert built.from_elsewhere(pages) == set()


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<h1 id="x">x</h1><a href="b.html">b</a><a href="#y">y</a><a href="a.html#x">x</a>'
        '<script src="https://example.org/x.js"></script>'
    )
    pages = built.read(tmp_path)
    assert built.broken(tmp_path, pages) == ["a.html: b.html", "a.html: #y"]
    assert built.from_elsewhere(pages) == {"https://example.org/x.js"}


@pytest.mark.parametrize("path", [*DOCS, *AT_THE_ROOT], ids=lambda path: path.name)
def test_a_document_links_files_that_are_there(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)", text(path))
    wanted = [link for link in links if not link.startswith(MADE_BY_THE_SITE)]
    assert [link for link in wanted if not (path.parent / link).exists()] == []


def test_no_document_of_the_site_links_out_of_it() -> None:
    """The site is read without the checkout: a file of the code is named, not linked."""
    for path in DOCS:
        links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)", text(path))
        out = [one for one in links if ROOT / "docs" not in (path.parent / one).resolve().parents]
        assert out == [], path


def test_every_file_that_a_document_names_is_there() -> None:
    # A name in capitals, or with xx, stands for one of the reader's own.
    for path in [*DOCS, *AT_THE_ROOT]:
        for name in re.findall(r"`((?:src|tests|docs|changelog\.d)/[\w./*-]+)`", text(path)):
            if not re.search(r"[A-Z]{4}|us-xx|\+words", name):
                assert list(ROOT.glob(name.rstrip("/"))), f"{path.name}: {name}"


def test_every_module_that_a_document_names_by_its_last_part_is_there() -> None:
    modules = {path.as_posix() for path in (ROOT / "src/exeat").rglob("*.py")}
    # A decision tells of its own day.
    for path in [*(one for one in DOCS if one.parent.name != "decisions"), *AT_THE_ROOT]:
        for name in re.findall(r"`((?!src/|tests/)(?:[a-z_]+/)*[a-z_]+\.py)`", text(path)):
            assert any(module.endswith(f"/{name}") for module in modules), f"{path.name}: {name}"


def commands() -> dict[str, set[str]]:
    """Return each command with the options that it takes."""
    groups = (
        ("", COMMANDS),
        ("law ", LAW_COMMANDS),
        ("place ", PLACE_COMMANDS),
        ("account ", ACCOUNT_COMMANDS),
    )
    return {
        group + one.name: {"--help", "-h"}.union(
            *((*part.opts, *part.secondary_opts) for part in real(one).params)
        )
        for group, listed in groups
        for one in listed
    }


def shown_commands(path: Path) -> Iterator[str]:
    for block in re.findall(r"```console\n(.*?)```", text(path), re.DOTALL):
        joined = block.replace("\\\n", " ")
        for line in joined.splitlines():
            found = re.search(r"(?:^\s*\$ |\| )(exeat [^#|>]*)", line)
            if found:
                yield found[1]


def test_every_command_that_a_document_shows_is_there_with_its_options() -> None:
    known = commands()
    seen = 0
    for path in [*DOCS, *AT_THE_ROOT]:
        for line in shown_commands(path):
            words = line.split()[1:]
            name = " ".join(words[:2]) if words[0] in ("law", "place", "account") else words[0]
            options = {word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)}
            assert name in known, f"{path.name}: {line}"
            assert options <= known[name], f"{path.name}: {line}"
            seen += 1
    assert seen > 50


def test_the_way_to_a_county_s_law_is_as_the_page_shows_it() -> None:
    page = ROOT / "docs/howto/find-your-countys-law.md"
    first, *rest = [shlex.split(line, comments=True)[1:] for line in shown_commands(page)]
    several = exeat(*first)
    assert (several.returncode, several.stdout) == (2, "")
    assert f"```text\n{several.stderr}```" in text(page)
    for words in rest:
        run = exeat(*words)
        assert (run.returncode, run.stderr) == (0, ""), words


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_is_as_the_code_has_it(name: str) -> None:
    # Mend with: make record.
    assert PAGES[name]() == text(FOLDER / name)


def test_the_page_of_settings_names_every_variable_that_is_read() -> None:
    shown = text(FOLDER / "settings.md")
    for path in (ROOT / "src/exeat").rglob("*.py"):
        for name in re.findall(r"\"(EXEAT_[A-Z_]+[A-Z])\"", text(path)):
            # Where a test kills the process; nobody else sets it.
            assert name.startswith("EXEAT_CRASH") or f"`{name}`" in shown, path


def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    # Mend with: make record.
    assert followed(text(TUTORIAL), tmp_path) == text(TUTORIAL)


def test_the_picture_of_the_floors_has_every_folder_and_every_module_named_is_there() -> None:
    page = text(ROOT / "docs/architecture.md")
    picture = page.partition("```text\n")[2].partition("```")[0]
    drawn = set(re.findall(r"\b([a-z0-9]+)/ ", picture)) - {"exeat"}
    there = {path.parent.name for path in (ROOT / "src/exeat").glob("*/__init__.py")}
    assert drawn == there
    floors = "|".join(sorted(there))
    for name in re.findall(rf"\b((?:{floors})\.[a-z_.]+[a-z_])\b", page):
        path = ROOT / "src/exeat" / name.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


def test_the_rule_and_the_map_that_the_how_tos_show_can_be_read() -> None:
    rule = re.findall(r"```toml\n(.*?)```", text(ROOT / "docs/howto/add-a-rule.md"), re.DOTALL)
    head = HEAD.format(id="us-xx", kind="state", more='parent = "us"')
    assert [one.id for one in load_text(head + rule[0], "us-xx.toml").rules] == ["xx-no-hold"]
    (whole,) = re.findall(r"```toml\n(.*?)```", text(ROOT / "docs/howto/add-a-map.md"), re.DOTALL)
    assert read_mapping(whole, "example.toml").name == tomllib.loads(whole)["name"]


def test_the_page_of_findings_has_every_kind_and_every_column() -> None:
    page = text(ROOT / "docs/howto/read-a-finding.md")
    columns = page.partition("| column | says |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", re.sub(r" \| .*", "", columns))) == set(COLUMNS)
    assert [kind.value for kind in FindingKind if f"| `{kind.value}` |" not in page] == []


def test_every_document_can_be_found_from_the_navigation() -> None:
    navigation = text(ROOT / "mkdocs.yml").partition("\nnav:")[2]
    names = {path.relative_to(ROOT / "docs").as_posix() for path in DOCS}
    wanted = {name for name in names if not re.match(r"decisions/\d", name)}
    assert {name for name in wanted if f" {name}\n" not in navigation} == set()


def test_every_decision_is_listed() -> None:
    listed = text(ROOT / "docs/decisions/README.md")
    files = {path.name for path in (ROOT / "docs/decisions").glob("0*.md")}
    assert {name for name in files if f"({name})" not in listed} == set()


@pytest.mark.parametrize("task", TASKS)
def test_a_stranger_s_task_opens_at_most_three_files_each_named_by_one_before(task: str) -> None:
    files = TASKS[task]
    assert len(files) <= 3
    way_in = text(ROOT / "README.md") + text(ROOT / "CONTRIBUTING.md")
    for name in files[1:] if files[0] == "README.md" else files:
        folder = name.rpartition("/")[0]
        assert (ROOT / name).is_file()
        assert name in way_in or folder in way_in, name
        way_in += text(ROOT / name)


@pytest.mark.browser
def test_the_site_can_be_read_and_searched_as_files_by_everybody(site: Path) -> None:
    if shutil.which("chromium") is None and shutil.which("chromium-browser") is None:
        missing("there is no chromium on the path (apt-get install chromium)")
    with sync_playwright() as playwright:
        page = browser_of(playwright).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((site / "reference/api.html").as_uri())
        assert Axe().run(page, options={"runOnly": WCAG}).response["violations"] == []
        page.keyboard.press("Control+k")
        page.get_by_placeholder("Search").fill("judicial warrant")
        page.get_by_text(re.compile(r"^\d+ results$")).wait_for()
        assert [url for url in asked if not url.startswith("file:")] == []
