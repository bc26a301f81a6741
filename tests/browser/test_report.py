"""The report in a real browser: no request, no script, no violation of WCAG, no sideways scroll.

Needs Chromium on the path, and the packages playwright and axe-playwright-python. Where one
of them is missing this is skipped with the reason, and fails in CI.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exeat.audit import examine
from exeat.audit.summary import Summary
from exeat.facts.codec import record_from_json
from exeat.report.page import ReportInfo, write_page
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place

pytestmark = pytest.mark.browser

RECORD = """{"id": "held-1", "zone": "America/Los_Angeles", "booked": "2017-11-01T09:00-07:00",
  "bases": [{"id": "c1", "kind": "charge", "agency": "SUP", "end": "2017-11-17T09:21-08:00"}],
  "detainers": [{"id": "d1", "issuer": "IMM", "lifted": "2017-12-20T08:00-08:00"}],
  "release": {"at": "2017-12-20T08:00-08:00"}}"""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"the browser tests must run in CI: {reason}")
    pytest.skip(f"BROWSER TESTS NOT RUN: {reason}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing("there is no chromium on the path (apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("the package playwright is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    law = law_of_place("us-wa-pierce", shipped())
    case = examine(record_from_json(RECORD), law)
    summary = Summary(rows_read=2)
    summary.add(case, ("no-zone",))
    path = tmp_path_factory.mktemp("report") / "index.html"
    info = ReportInfo(
        title="Holds and release",
        source_file="holds.csv",
        attribution="",
        mapping="pierce",
        place_id="us-wa-pierce",
        place_name="Pierce County, Washington",
        version="0.0.1",
        made_at=datetime(2026, 11, 25, tzinfo=UTC),
        findings_total=len(case.findings),
        findings_shown=len(case.findings),
        command="exeat audit holds.csv",
    )
    write_page(path, summary=summary, cases=[case], law=law, info=info)
    return path


def violations(page: Any) -> list[tuple[str, str]]:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("the package axe-playwright-python is not installed")
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found]


def test_the_checker_can_say_no(browser: Any) -> None:
    page = browser.new_page()
    page.set_content('<p style="color:#999;background:#fff">faint</p>')
    assert "color-contrast" in [name for name, _ in violations(page)]
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_page_has_no_violation_and_fits(
    browser: Any, page_file: Path, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 1200}, color_scheme=scheme)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert violations(page) == []
    context.close()


def test_page_asks_for_nothing_and_works_without_script(browser: Any, page_file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri(), wait_until="networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]
    assert page.locator("article.case svg.timeline").is_visible()
    page.locator("summary", has_text="The time line in words").click()
    assert page.locator("li", has_text="Could go: Fri 17 Nov 2017, 09:21 PST.").is_visible()
    context.close()


def test_page_prints(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    assert not page.locator("nav.contents").is_visible()
    assert page.locator("article.case svg.timeline").is_visible()
    assert page.pdf(format="Letter").startswith(b"%PDF")
    page.close()
