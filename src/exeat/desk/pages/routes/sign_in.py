"""Signing in: name and password, then a code or a passkey; a new password where one is owed."""

from __future__ import annotations

import io
import json
import re
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import segno
from fastapi import APIRouter, Request
from fastapi.responses import Response

from exeat.desk.pages.forms import Problem, sayings_of
from exeat.desk.pages.rendering import HEADERS
from exeat.desk.pages.routes._common import done_words, see
from exeat.desk.pages.site import COOKIE, At, Elsewhere, PageRoute, SentForm, Site
from exeat.errors import ExeatError
from exeat.i18n.words import LANGUAGES
from exeat.office.errors import SignInError, TooMany

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_STATEMENTS: Final = 4
_MANY: Final = Problem("", "login.too_many")


@router.get("/sign-in")
def asking(request: Request, site: At, next: str = "", ended: str = "", out: str = "") -> Response:
    """Ask for name and password."""
    t = site.words(request)
    set_to = site.desk.office.settings
    idle = t("login.idle", minutes=set_to.idle_minutes, hours=set_to.session_hours)
    notice = idle if ended else t("login.out") if out else ""
    return _login(site, request, next=_local(next), notice=notice)


@router.post("/sign-in")
def first(request: Request, site: At, sent: SentForm) -> Response:
    """Check name and password, once the notice of use was agreed to."""
    site.own_page(request)
    name, password = str(sent.get("name") or ""), str(sent.get("password") or "")
    after = _local(str(sent.get("next") or ""))
    agreed = sent.get("notice") == "yes"
    given = {"name": name.strip(), "password": password, "notice": agreed}
    problems = [Problem(k, f"login.missing_{k}") for k, said in given.items() if not said]
    if not problems:
        try:
            origin = site.origin(request)
            session = site.desk.accounts.signin.sign_in(name, password, site.clock(), origin)
            return site.let_in(request, see(f"/sign-in/second?next={after}"), session)
        except SignInError:
            problems = [Problem("name", "login.wrong")]
        except TooMany as error:
            page = _login(site, request, next=after, given=name, problems=[_MANY], agreed=agreed)
            return _later(page, error)
    return _login(site, request, next=after, given=name, problems=problems, agreed=agreed)


@router.get("/sign-in/second")
def second(request: Request, site: At, next: str = "") -> Response:
    """Ask for the second step."""
    return _second(site, request, _local(next))


@router.post("/sign-in/second")
def code(request: Request, site: At, sent: SentForm) -> Response:
    """Check a code."""
    after = _local(str(sent.get("next") or ""))
    said = str(sent.get("code") or "").strip()
    if not said:
        return _second(site, request, after, [Problem("code", "login.missing_code")])
    session = site.session(request)
    site.same_mark(request, sent, session.csrf)
    try:
        origin = site.origin(request)
        whole = site.desk.accounts.signin.confirm(session, said, site.clock(), origin)
        return site.let_in(request, see(after or "/"), whole)
    except SignInError:
        return _second(site, request, after, [Problem("code", "login.wrong_code")])


@router.post("/sign-in/passkey")
def passkey(request: Request, site: At, sent: SentForm) -> Response:
    """Check a passkey."""
    after = _local(str(sent.get("next") or ""))
    session = site.session(request)
    site.same_mark(request, sent, session.csrf)
    try:
        answer = str(sent.get("answer") or "")
        origin = site.origin(request)
        whole = site.desk.accounts.passkeys.confirm(session, answer, site.clock(), origin)
        return site.let_in(request, see(after or "/"), whole)
    except SignInError:
        return _second(site, request, after, [Problem("", "login.passkey_failed")])


@router.get("/still-in")
def still_in(request: Request, site: At) -> Response:
    """Say whether the session goes on; a page asks by itself, and goes with it."""
    site.viewer(request)
    return Response(status_code=204, headers=HEADERS)


@router.post("/sign-out")
def out(request: Request, site: At, sent: SentForm) -> Response:
    """Sign out."""
    try:
        session = site.session(request)
    except Elsewhere:
        return see("/sign-in")
    site.same_mark(request, sent, session.csrf)
    site.desk.accounts.signin.sign_out(session, site.clock())
    gone = see("/sign-in?out=1")
    gone.delete_cookie(COOKIE, path="/")
    return gone


@router.get("/password")
def password(request: Request, site: At) -> Response:
    """Ask for a new password."""
    return _password(site, request)


@router.post("/password")
def new_password(request: Request, site: At, sent: SentForm) -> Response:
    """Change the password."""
    session = site.session(request)
    site.same_mark(request, sent, session.csrf)
    old, new = str(sent.get("old") or ""), str(sent.get("new") or "")
    texts = {"old": old, "new": new}
    problems = [Problem(k, f"password.missing_{k}") for k, text in texts.items() if not text]
    if not problems and new != str(sent.get("again") or ""):
        problems = [Problem("again", "password.differs")]
    if not problems:
        try:
            now, origin = site.clock(), site.origin(request)
            ctx = site.desk.accounts.signin.context(session, now, origin=origin)
            site.desk.accounts.change_password(session, old, new, ctx)
            return see("/")
        except SignInError:
            problems = [Problem("old", "password.wrong")]
        except TooMany as error:
            return _later(_password(site, request, [_MANY]), error)
        except ExeatError as error:
            problems = [Problem("new", more=sayings_of(fault)) for fault in error.faults]
    return _password(site, request, problems)


@router.get("/account")
def account(request: Request, site: At) -> Response:
    """Show one's own account."""
    return _account(site, request)


@router.post("/account/again")
def again(request: Request, site: At, sent: SentForm) -> Response:
    """Check password and code again, before a passkey is added or taken away."""
    site.checked(request, sent)
    session, origin, now = site.session(request), site.origin(request), site.clock()
    word, said = str(sent.get("password") or ""), str(sent.get("code") or "").strip()
    texts = {"password": word, "code": said}
    problems = [Problem(k, f"login.missing_{k}") for k, text in texts.items() if not text]
    if not problems:
        try:
            site.desk.accounts.signin.prove(session, word, said, now, origin)
            return see("/account")
        except SignInError as error:
            problems = [Problem("code", "login.wrong_code")]
            if error.faults[0].code == "E611":
                problems = [Problem("password", "password.wrong")]
        except TooMany as error:
            return _later(_account(site, request, [_MANY]), error)
    return _account(site, request, problems)


@router.post("/account/passkey")
def add_passkey(request: Request, site: At, sent: SentForm) -> Response:
    """Keep a passkey."""
    site.checked(request, sent)
    session = site.session(request)
    answer, label = str(sent.get("answer") or ""), str(sent.get("label") or "").strip()
    try:
        site.desk.accounts.passkeys.register(session, answer, label, site.clock())
    except SignInError:
        return _account(site, request, [Problem("", "account.failed")], label)
    return see("/account?done=passkey")


@router.post("/account/passkey/remove")
def remove_passkey(request: Request, site: At, sent: SentForm) -> Response:
    """Take a passkey away."""
    site.checked(request, sent)
    session, id = site.session(request), str(sent.get("passkey") or "")
    try:
        site.desk.accounts.passkeys.remove(session, id, site.clock())
    except SignInError:
        return _account(site, request, [Problem("", "account.last")])
    except ExeatError:
        return _account(site, request, [Problem("", "account.not_yours")])
    return see("/account?done=remove_passkey")


@router.post("/language")
def language(request: Request, site: At, sent: SentForm) -> Response:
    """Remember the language that was chosen."""
    lang = str(sent.get("lang") or "")
    back = see(_local(str(sent.get("back") or "")) or "/")
    return site.speak(back, lang) if lang in LANGUAGES else back


def _account(
    site: Site, request: Request, problems: list[Problem] | None = None, label: str = ""
) -> Response:
    viewer, session, now = site.viewer(request), site.session(request), site.clock()
    passkeys, proved = site.desk.accounts.passkeys, site.desk.accounts.signin.proved(session, now)
    return site.page(
        request,
        viewer,
        "account.html.j2",
        status=422 if problems else 200,
        done=done_words(request, site.words(request)),
        passkeys=passkeys.of(session, now),
        proved=proved,
        has_app=session.account.enrolled,
        minutes=site.desk.office.settings.proof_minutes,
        options=passkeys.register_options(session, now) if proved else "",
        problems=problems or [],
        label=label,
    )


def _later(response: Response, error: TooMany) -> Response:
    """Say after how long it can be tried again."""
    response.status_code = 429
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _login(site: Site, request: Request, **values: Any) -> Response:
    t, own = site.words(request), site.desk.office.settings.notice.splitlines()
    statements = [line for line in own if line.strip()]
    statements = statements or [t(f"login.notice.{n}") for n in range(1, _STATEMENTS + 1)]
    shown = {"notice": "", "problems": [], "given": "", "next": "", "agreed": False, **values}
    shown["statements"] = statements
    status = 422 if shown["problems"] else 200
    return site.page(request, None, "login.html.j2", status=status, **shown)


def _second(
    site: Site, request: Request, after: str, problems: list[Problem] | None = None
) -> Response:
    session = site.session(request)
    if session.whole:
        raise Elsewhere(after or "/")
    accounts, now = site.desk.accounts, site.clock()
    try:
        # One secret until a code of it came back: after a wrong one, and in another language too.
        enrol = _enrolment(accounts.signin.enrol(session, now))
    except SignInError:
        enrol = None  # An app is enrolled already, as for almost everybody.
    options = "" if enrol else accounts.passkeys.sign_options(session, now)
    has = bool(options) and bool(json.loads(options).get("allowCredentials"))
    return site.page(
        request,
        None,
        "second.html.j2",
        status=422 if problems else 200,
        problems=problems or [],
        enrol=enrol,
        passkey=options if has else "",
        next=after,
        csrf=session.csrf,
    )


def _enrolment(address: str) -> dict[str, str]:
    """Return what a person needs to enrol a code app: a picture of the address, and the key."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=4, border=2, title="QR"
    )
    key = parse_qs(urlsplit(address).query)["secret"][0]
    return {"qr": drawn.getvalue().decode(), "key": re.sub(r"(.{4})", r"\1 ", key).strip()}


def _password(site: Site, request: Request, problems: list[Problem] | None = None) -> Response:
    session = site.session(request)
    if not session.whole:
        raise Elsewhere("/sign-in/second")
    return site.page(
        request,
        None,
        "password.html.j2",
        status=422 if problems else 200,
        problems=problems or [],
        csrf=session.csrf,
        owed=session.account.must_change,
    )


def _local(path: str) -> str:
    """Return a path of this site, or "": a link must not lead elsewhere.

    Examples:
        >>> _local("/board"), _local("//evil.example"), _local("https://evil.example")
        ('/board', '', '')
    """
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() else ""
