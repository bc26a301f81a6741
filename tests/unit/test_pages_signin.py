"""The pages of signing in, as a browser without a script meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from tests.scene import Scene, scene, still

from exeat.auth import COOKIE
from exeat.desk.service.setup import system_context
from exeat.office.context import Role

RIGHT = "booking"


@pytest.fixture(scope="module")
def desk() -> Iterator[Scene]:
    """A scene that the tests of this file change, each with a name of its own."""
    with scene() as one:
        yield one


@pytest.fixture
def client(desk: Scene) -> Iterator[Any]:
    desk.town.later(minutes=1)
    with desk.client() as found:
        yield found


def let_in(desk: Scene, client: Any, name: str, **headers: str) -> Any:
    """Send name and password, as the page's form does."""
    sent = {"name": name, "password": desk.town.passwords[name], "next": "", "notice": "yes"}
    return client.post("/sign-in", data=sent, headers=headers)


def key_on(page: str) -> str:
    """Return the key for a code app that a page shows."""
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found, "no key on the page"
    return found[1].replace(" ", "")


def csrf_on(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_page_of_another_site_signs_nobody_in(
    desk: Scene, client: Any, headers: dict[str, str]
) -> None:
    answer = let_in(desk, client, RIGHT, **headers)
    assert answer.status_code == 403 and COOKIE not in answer.cookies
    assert "new page" in answer.text or "form" in answer.text


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}, {}]
)
def test_the_desks_own_page_does(desk: Scene, client: Any, headers: dict[str, str]) -> None:
    answer = let_in(desk, client, RIGHT, **headers)
    assert answer.status_code == 303 and COOKIE in answer.cookies


def test_one_secret_stands_over_reload_language_and_a_wrong_code(desk: Scene, client: Any) -> None:
    client.cookies.clear()
    assert let_in(desk, client, "nell.new").status_code == 303
    page = client.get("/sign-in/second").text
    key = key_on(page)
    sent = {"code": "000000", "csrf": csrf_on(page)}
    wrong = client.post("/sign-in/second", data=sent)
    assert wrong.status_code == 422 and key_on(wrong.text) == key
    assert "<svg" in wrong.text, "the picture is gone after a wrong code"
    client.post("/language", data={"lang": "es", "back": "/sign-in/second"})
    spanish = client.get("/sign-in/second").text
    assert 'lang="es"' in spanish and key_on(spanish) == key
    client.cookies.delete("exeat_language")
    again = let_in(desk, client, "nell.new")
    assert again.status_code == 303 and key_on(client.get("/sign-in/second").text) == key
    now = desk.town.now
    sent = {"code": pyotp.TOTP(key).at(now), "csrf": csrf_on(client.get("/sign-in/second").text)}
    assert client.post("/sign-in/second", data=sent).headers["location"] == "/"
    assert desk.town.desk.accounts.signin.session(client.cookies[COOKIE], now).whole


def test_after_a_right_password_the_page_says_that_the_code_is_wrong(
    desk: Scene, client: Any
) -> None:
    client.cookies.clear()
    let_in(desk, client, "supervisor")
    page = client.get("/sign-in/second").text
    for code in ("000000", "١٢٣٤٥٦"):
        sent = {"code": code, "csrf": csrf_on(page)}
        wrong = client.post("/sign-in/second", data=sent)
        assert wrong.status_code == 422
        assert "The code is not right" in wrong.text and "password is wrong" not in wrong.text


@pytest.mark.parametrize("name", ["sam\0", "\0", "né", "x" * 5000])
def test_a_name_of_any_kind_is_no_fault_of_the_desk(client: Any, name: str) -> None:
    answer = client.post("/sign-in", data={"name": name, "password": "x\0y", "notice": "yes"})
    assert answer.status_code == 422 and "is wrong" in answer.text


def test_too_many_tries_are_answered_with_how_long_to_wait(desk: Scene, client: Any) -> None:
    most = desk.town.settings.tries_account
    sent = {"name": "no.such.name", "password": "x", "notice": "yes"}
    for _ in range(most):
        assert client.post("/sign-in", data=sent).status_code == 422
    answer = client.post("/sign-in", data=sent)
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 60
    assert "Too many tries" in answer.text


def test_a_browser_is_known_again_and_a_stranger_elsewhere_is_not(desk: Scene, client: Any) -> None:
    """Five wrong passwords from elsewhere keep nobody out of the browser that they use."""
    client.cookies.clear()
    let_in(desk, client, "supervisor")
    town = desk.town
    sent = {"code": town.code("supervisor"), "csrf": csrf_on(client.get("/sign-in/second").text)}
    assert client.post("/sign-in/second", data=sent).headers["location"] == "/"
    mark = client.cookies["exeat_device"]
    with desk.client() as other:
        for _ in range(6):
            town.later(seconds=20)
            sent = {"name": "supervisor", "password": "wrong", "notice": "yes"}
            other.post("/sign-in", data=sent)
    assert client.get("/board").status_code == 200
    client.post("/sign-out", data={"csrf": csrf_on(client.get("/account").text)})
    assert client.cookies["exeat_device"] == mark
    town.later(minutes=1)
    assert let_in(desk, client, "supervisor").status_code == 303
    town.desk.accounts.unlock(system_context(town.now), "supervisor", "fl")


def test_passkeys_are_changed_after_password_and_code_were_given_again(
    desk: Scene, client: Any
) -> None:
    town = desk.town
    client.cookies.clear()
    town.later(minutes=1)
    let_in(desk, client, "supervisor")
    sent = {"code": town.code("supervisor"), "csrf": csrf_on(client.get("/sign-in/second").text)}
    client.post("/sign-in/second", data=sent)
    assert 'id="new-passkey"' in client.get("/account").text
    town.later(minutes=15)
    page = client.get("/account").text
    assert 'id="new-passkey"' not in page and "/account/again" in page
    given = {"csrf": csrf_on(page), "password": "", "code": ""}
    assert "Enter your password." in client.post("/account/again", data=given).text
    given |= {"password": "wrong", "code": town.code("supervisor")}
    assert "This is not your password" in client.post("/account/again", data=given).text
    given |= {"password": town.passwords["supervisor"], "code": "000000"}
    assert "The code is not right" in client.post("/account/again", data=given).text
    given |= {"code": town.code("supervisor")}
    assert client.post("/account/again", data=given).headers["location"] == "/account"
    assert 'id="new-passkey"' in client.get("/account").text


def test_the_page_says_after_how_long_the_session_ended_as_it_is_set() -> None:
    town = still()
    with town.client() as client:
        set_to = town.town.settings
        page = client.get("/sign-in?ended=1").text
    assert f"after {set_to.idle_minutes} minutes" in page
    assert f"{set_to.session_hours} hours in all" in page


def test_what_the_board_fetches_by_itself_keeps_no_session_from_ending(
    desk: Scene, client: Any
) -> None:
    town = desk.town
    half = town.desk.accounts.signin.sign_in(RIGHT, town.passwords[RIGHT], town.now)
    whole = town.desk.accounts.signin.made_whole(half, town.now, "code")
    client.cookies.clear()
    client.cookies.set(COOKIE, whole.token)
    board = client.get("/board").text
    assert "X-Exeat-By-Itself" in board
    for _ in range(2):
        town.now += timedelta(minutes=14)
        assert client.get("/board", headers={"X-Exeat-By-Itself": "1"}).status_code == 200
    town.now += timedelta(minutes=4)
    answer = client.get("/board", headers={"X-Exeat-By-Itself": "1"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


def test_the_host_approves_a_supervisor_on_the_page_and_a_supervisor_cannot(
    desk: Scene, client: Any
) -> None:
    town = desk.town
    people, lead = town.desk.accounts, desk.ctx("supervisor")
    made, _ = people.add_account(lead, name="ghost", shown="Gil Ghost", role="supervisor")
    sessions = {}
    for name in ("supervisor", "admin"):
        half = people.signin.sign_in(name, town.passwords[name], town.now)
        sessions[name] = people.signin.made_whole(half, town.now, "code")

    def as_(name: str) -> str:
        client.cookies.clear()
        client.cookies.set(COOKIE, sessions[name].token)
        return str(client.get("/accounts").text)

    approve = f"/accounts/{made.id}/approve"
    for name, may in (("supervisor", False), ("admin", True)):
        page = as_(name)
        assert "not approved by the host" in page and (approve in page) is may
    sent = {"csrf": sessions["supervisor"].csrf, "agency": "fl"}
    as_("supervisor")
    assert client.post(approve, data=sent).status_code == 403
    as_("admin")
    sent["csrf"] = sessions["admin"].csrf
    assert client.post(approve, data=sent).headers["location"] == "/accounts?done=approve"
    assert "not approved by the host" not in as_("supervisor")


def test_nobody_is_let_in_who_has_not_agreed_to_the_notice(desk: Scene, client: Any) -> None:
    client.cookies.clear()
    page = client.get("/sign-in").text
    for words in (
        "restricted system",
        "subject to audit",
        "penalties",
        "agrees to being monitored",
    ):
        assert words in page
    assert 'name="notice" value="yes"' in page and " checked" not in page
    sent = {"name": RIGHT, "password": desk.town.passwords[RIGHT]}
    answer = client.post("/sign-in", data=sent)
    assert answer.status_code == 422 and COOKIE not in answer.cookies
    assert "Read the notice, and say that you agree" in answer.text
    sent = {"name": RIGHT, "password": "wrong", "notice": "yes"}
    assert " checked" in client.post("/sign-in", data=sent).text  # Said once, it stands.
    assert let_in(desk, client, RIGHT).status_code == 303


def test_an_agency_words_the_notice_itself(desk: Scene, client: Any) -> None:
    office = desk.town.desk.office
    own = office.settings.model_copy(update={"notice": "Use <only> on duty.\n\nAll is recorded."})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(office, "settings", own)
        client.cookies.clear()
        page = client.get("/sign-in").text
    assert "<li>Use &lt;only&gt; on duty.</li><li>All is recorded.</li>" in page
    assert "restricted system" not in page


@pytest.mark.parametrize("path", ["/accounts/new", "/keys-of-systems/new"])
def test_where_there_is_one_agency_to_choose_it_is_chosen(path: str) -> None:
    town = still()
    with town.client() as client:
        page = town.signed(client, "supervisor").get(path).text
        every = town.signed(client, "admin").get(path).text
    assert re.search(r'<option value="fl" selected', page)
    assert " selected>" not in every.split('name="agency"')[1].split("</select>")[0].replace(
        '<option value="" selected>', ""
    )


def test_a_header_that_anybody_can_send_says_nothing_about_where_they_are(
    desk: Scene, client: Any
) -> None:
    """Only the server is told which proxy to believe; what reaches the desk is its word."""
    client.cookies.clear()
    let_in(
        desk, client, RIGHT, **{"x-forwarded-for": "203.0.113.5", "forwarded": "for=203.0.113.5"}
    )
    lines = desk.town.desk.reading.audit_log(desk.town.ctx("ari", "fl", Role.AUDITOR))
    assert (lines[0].what, lines[0].address) == ("sign_in", "testclient")
    signin, now = desk.town.desk.accounts.signin, desk.town.now
    half = signin.sign_in("auditor", desk.town.passwords["auditor"], now)
    with desk.client() as other:
        other.cookies.set(COOKIE, signin.made_whole(half, now, "code").token)
        page = other.get("/log").text
        sheet = other.get("/log.csv").text
    assert "testclient" in page and ",address" in sheet.splitlines()[0] and "testclient" in sheet
