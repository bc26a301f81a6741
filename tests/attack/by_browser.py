"""Ways in by a browser: forms from elsewhere, sessions that are none, codes and passwords."""

from __future__ import annotations

import secrets
from random import Random
from typing import Final

from exeat.errors import ExeatError
from exeat.office.context import Role
from exeat.office.errors import SignInError
from tests.attack.frame import must, step
from tests.attack.ground import API, Ground
from tests.conformance.test_api_contract import PAGES_OPEN, served

_COMMON: Final = ("password1234", "aaaaaaaaaaaa", "qwertyuiop12", "123456789012")


def is_in(here: Ground, token: object) -> bool:
    """Say whether a cookie opens the board."""
    said = here.browse("GET", "/board", token)  # type: ignore[arg-type]
    return said.status_code == 200


@step("F", "a form without the session's mark, or from another site, does something")
def form_from_elsewhere(here: Ground, chance: Random) -> None:
    record, _ = here.book()
    session, other = here.session("sam"), here.session("kim")
    mark = chance.choice(["", "x", other.csrf, session.csrf[:-1], session.csrf + "x", "²", "\0"])
    site = {"Sec-Fetch-Site": chance.choice(["cross-site", "same-site"])}
    names = {"record": record, "act": "end_basis", "id": "0" * 32, "code": "pierce"}
    before = here.town.desk.reading.person(here.town.ctx(), record).version
    for methods, path in sorted(served(here.routes)):
        if "POST" not in methods or path.startswith((*PAGES_OPEN, API)):
            continue
        for name, id in names.items():
            path = path.replace(f"{{{name}}}", id)
        for form, headers in (
            ({"csrf": mark, "basis": "charge", "ended_by": "bail"}, {}),
            ({"csrf": session.csrf, "basis": "charge", "ended_by": "bail"}, site),
        ):
            said = here.browse("POST", path, session, form, headers)
            must(said.status_code in (403, 404), f"{path} -> {said.status_code}")
    must(is_in(here, session), "the session was ended from elsewhere")
    after = here.town.desk.reading.person(here.town.ctx(), record).version
    must(after == before, "something was entered")
    here.keeps("pierce", record)


@step("F", "a password alone, without the second step, opens a page")
def half_a_sign_in(here: Ground, chance: Random) -> None:
    who = chance.choice(["flo", "sam", "agent", "counsel"])
    half = here.half(who)
    for methods, path in sorted(served(here.routes)):
        if "GET" in methods and "{" not in path and not path.startswith((*PAGES_OPEN, API)):
            said = here.browse("GET", path, half)
            away = said.headers.get("location", "").startswith("/sign-in")
            must(said.status_code in (303, 401) and (away or said.status_code == 401),
                 f"{path} -> {said.status_code}")  # fmt: skip


@step("F", "a cookie that was made up opens a page")
def cookie_made_up(here: Ground, chance: Random) -> None:
    real = here.session("sam").token
    at = chance.randrange(len(real))
    for token in (
        secrets.token_urlsafe(32), real[:at] + ("A" if real[at] != "A" else "B") + real[at + 1 :],
        real + "=", real[:-1], "x", "' OR 1=1 --",
    ):  # fmt: skip
        must(not is_in(here, token), f"{token[:8]}… opens the board")


@step("F", "a code is used twice")
def code_used_twice(here: Ground, chance: Random) -> None:
    town = here.town
    town.later(minutes=1)
    signin, code = town.desk.accounts.signin, town.code("lee")
    first, second = here.half("lee"), here.half("lee")
    form = {"csrf": first.csrf, "code": code}
    must(here.browse("POST", "/sign-in/second", first, form).status_code == 303, "it never opened")
    form = {"csrf": second.csrf, "code": code}
    said = here.browse("POST", "/sign-in/second", second, form)
    must(said.status_code != 303, "the code opened a second session")
    town.later(seconds=chance.randint(0, 29))
    try:
        signin.confirm(here.half("lee"), code, town.now)
    except SignInError:
        return
    must(False, "the code opened a second session a little later")


@step("F", "a code of another time, or of another person, opens")
def code_of_another(here: Ground, chance: Random) -> None:
    town = here.town
    half = here.half("lee")
    if chance.random() < 0.5:
        seconds = chance.choice([-1, 1]) * chance.randint(90, 9999)
        now = town.now
        town.later(seconds=seconds)
        code = town.code("lee")
        town.now = now
    else:
        code = town.code("kim")
        if code == town.code("lee"):
            return
    said = here.browse("POST", "/sign-in/second", half, {"csrf": half.csrf, "code": code})
    must(said.status_code != 303, "it opened")
    here._sessions.pop("lee", None)
    here.session("lee")  # and the right one does, so that typing errors do not add up


@step("F", "whoever has only the password makes a second factor of their own")
def second_factor_of_ones_own(here: Ground, chance: Random) -> None:
    half = here.half(chance.choice(["flo", "sam", "kim", "agent"]))
    page = here.browse("GET", "/sign-in/second", half)
    must("<svg" not in page.text or "secret" not in page.text, "a secret is shown")
    try:
        here.town.desk.accounts.signin.enrol(half, here.town.now)
    except SignInError:
        return
    must(False, "an app was enrolled")


@step("F", "a session that ended still opens")
def session_that_ended(here: Ground, chance: Random) -> None:
    name = here.account("booking")
    session = here.signed_in(name)
    must(is_in(here, session), "it never opened")
    lead = here.town.ctx("sam", role=Role.SUPERVISOR)
    how = chance.choice(["out", "idle", "disabled", "reset"])
    match how:
        case "out":
            here.browse("POST", "/sign-out", session, {"csrf": session.csrf})
        case "idle":
            here.town.later(minutes=chance.randint(31, 700))
        case "disabled":
            here.town.desk.accounts.disable(lead, name, "gone")
        case _:
            here.town.desk.accounts.reset(lead, name)
    must(not is_in(here, session), f"it opens the board, after: {how}")


@step("F", "a session is kept alive past its hours")
def session_past_its_hours(here: Ground, chance: Random) -> None:
    name = here.account("booking")
    session = here.signed_in(name)
    for _ in range(31):
        here.town.later(minutes=chance.randint(24, 28))
        is_in(here, session)
    must(not is_in(here, session), "it opens after twelve hours")


@step("F", "a link leads a browser that signs in to another site")
def lead_to_another_site(here: Ground, chance: Random) -> None:
    away = chance.choice([
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "javascript:alert(1)", "/board\r\nLocation: //evil.example",
        "http:evil.example", "///evil.example", "/%2f/evil.example\0",
    ])  # fmt: skip
    form = {"name": "flo", "password": here.town.passwords["flo"], "next": away}
    first = here.browse("POST", "/sign-in", None, form)
    spoken = here.browse("POST", "/language", None, {"lang": "es", "back": away})
    half = here.half("flo")
    here.town.later(minutes=1)
    form = {"csrf": half.csrf, "code": here.town.code("flo"), "next": away}
    second = here.browse("POST", "/sign-in/second", half, form)
    for said in (first, spoken, second):
        place = said.headers.get("location", "/")
        must(place.startswith("/") and not place.startswith(("//", "/\\", "/\t")), f"to {place!r}")
        must("evil" not in said.headers.get("refresh", ""), "by a header")


@step("F", "the name that a browser was given for the desk is believed")
def host_of_another(here: Ground, chance: Random) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in ("/", "/board", "/sign-in", "/sign-out"):
        said = here.browse("GET", path, None, headers=headers)
        must("evil.example" not in said.headers.get("location", ""), f"{path} leads there")
        must("evil.example" not in said.text, f"{path} links there")


@step("F", "a supervisor keeps accounts of another agency, or makes an administrator")
def accounts_of_another(here: Ground, chance: Random) -> None:
    ctx = here.town.ctx("sam", role=Role.SUPERVISOR)
    keep = here.town.desk.accounts
    tries = (
        lambda: keep.reset(ctx, "ana", "arizona"),
        lambda: keep.disable(ctx, "ana", "x", "arizona"),
        lambda: keep.unlock(ctx, "ana", "arizona"),
        lambda: keep.users(ctx, "arizona"),
        lambda: keep.reset(ctx, "ana"),
        lambda: keep.disable(ctx, "ana", "x"),
        lambda: keep.add_account(ctx, name=here.number("x"), shown="x", role="admin"),
        lambda: keep.add_account(
            ctx, name=here.number("x"), shown="x", role="supervisor", agency="arizona"
        ),
    )
    at = chance.randrange(len(tries))
    try:
        tries[at]()
    except ExeatError:
        return
    must(False, f"try {at} went through")


@step("B7", "a password that everybody tries first is taken")
def password_of_everybody(here: Ground, chance: Random) -> None:
    name = here.account("booking")
    session = here.signed_in(name)
    guessed = [*_COMMON, "short", "", name, here.town.passwords[name]]
    new = chance.choice([*guessed, chance.choice(_COMMON).upper()])
    form = {
        "csrf": session.csrf, "old": here.town.passwords[name], "new": new, "again": new,
    }  # fmt: skip
    said = here.browse("POST", "/password", session, form)
    must(said.status_code == 422, f"{new!r} -> {said.status_code}")


@step("F", "a password is changed by whoever sits down at an open screen")
def password_without_the_old(here: Ground, chance: Random) -> None:
    name = here.account("booking")
    session = here.signed_in(name)
    new = "Quite another set of words"
    old = chance.choice(["", "x", here.town.passwords[name] + " ", new])
    form = {"csrf": session.csrf, "old": old, "new": new, "again": new}
    here.browse("POST", "/password", session, form)
    here.town.later(minutes=1)
    half = here.half(name)  # raises where the password is another
    must(half.account.name == name, "the password is another")


@step("B7", "a changed password leaves other sessions of the account open")
def password_changed_elsewhere(here: Ground, chance: Random) -> None:
    name = here.account("booking")
    first, second = here.signed_in(name), here.signed_in(name)
    must(is_in(here, first) and is_in(here, second), "they never opened")
    here._settle(name)
    must(not is_in(here, first) and not is_in(here, second), "an older session still opens")


@step("C", "what a browser held before the second step opens something after it")
def token_of_the_first_step(here: Ground, chance: Random) -> None:
    who = chance.choice(["flo", "kim"])
    here.town.later(minutes=1)
    half = here.half(who)
    form = {"csrf": half.csrf, "code": here.town.code(who)}
    said = here.browse("POST", "/sign-in/second", half, form)
    must(said.status_code == 303, f"the right code did not open: {said.status_code}")
    must(not is_in(here, half), "the token of the first step opens the board")


@step("C", "another site signs a browser in, as somebody of its choice")
def sign_in_from_elsewhere(here: Ground, chance: Random) -> None:
    form = {"name": "flo", "password": here.town.passwords["flo"]}
    headers = chance.choice([
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Origin": "https://evil.example"},
    ])  # fmt: skip
    said = here.browse("POST", "/sign-in", None, form, headers)
    must("set-cookie" not in said.headers, f"{headers} -> a session, {said.status_code}")


@step("A7", "wrong passwords of a stranger end the work of somebody who is signed in")
def lock_somebody_out(here: Ground, chance: Random) -> None:
    name = here.account("booking")
    session = here.signed_in(name)
    for _ in range(chance.randint(5, 9)):
        form = {"name": name, "password": f"wrong {chance.random()}"}
        here.browse("POST", "/sign-in", None, form)
    must(is_in(here, session), "the session is over")
