"""The frame of the pages' routes: who is signed in, what every page is given, what goes wrong."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from psycopg import OperationalError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from exeat.auth import COOKIE, Session
from exeat.desk.pages.lawpages import LawPages
from exeat.desk.pages.rendering import HEADERS, Frame, render
from exeat.desk.pages.views import Verified, Viewer
from exeat.desk.service import Desk
from exeat.errors import ExeatError, Fault, LedgerError
from exeat.i18n.words import Words, language_of, words
from exeat.office.context import Context, Origin
from exeat.office.errors import RETRY_SECONDS, NotNow, NotPermitted, SignInError, TooMany
from exeat.office.models import Agency

__all__ = ["COOKIE", "At", "Elsewhere", "PageRoute", "SentForm", "Site", "Stop"]

_LANGUAGE: Final = "exeat_language"
_DEVICE: Final = "exeat_device"
_BY_ITSELF: Final = "x-exeat-by-itself"
"""A page that asks without anybody's doing says so: it keeps no session from ending."""
_YEAR: Final = 365 * 24 * 3600
_log = logging.getLogger("exeat.desk.pages")
_UNREADABLE: Final = ("E532", "E533")
"""Codes of what is there and does not open: to say that it is not there would be false."""
_FOREIGN: Final = ("cross-site", "same-site")


Said = TypeVar("Said")


class Elsewhere(Exception):
    """Go to another page first."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Stop(Exception):
    """A page that cannot be shown, and why: a key of the catalogue."""

    def __init__(self, status: int, key: str, **values: str) -> None:
        super().__init__(key)
        self.status, self.key, self.values = status, key, values


@dataclass
class Site:
    """What the routes share.

    Args:
        desk: The services, with ``desk.accounts``.
        clock: The one clock.
        secure: Send the cookie over TLS only.
        invented: The people are invented, and each page says so.
        still: Clocks stand still, for pictures and tests.
        verify: Checks the ledger; None: not from here.
        law: The law pages.
    """

    desk: Desk
    clock: Callable[[], datetime]
    secure: bool = True
    invented: bool = False
    still: bool = False
    changes: str = ""
    verify: Callable[[Context], Verified] | None = None
    law: LawPages | None = None
    _agencies: dict[str, Agency] = field(default_factory=dict)

    # --- who --------------------------------------------------------------------------------

    def origin(self, request: Request) -> Origin:
        """Return where a request comes from: its address, and the mark of the browser."""
        address = request.client.host if request.client is not None else ""
        return Origin(address, request.cookies.get(_DEVICE, ""))

    def session(self, request: Request) -> Session:
        """Return the session of a request.

        Raises:
            Elsewhere: There is none: sign in first.
        """
        token = request.cookies.get(COOKIE, "")
        ended = "?ended=1" if token else ""
        if not token:
            raise Elsewhere(f"/sign-in?next={quote(request.url.path)}")
        try:
            # Without a script a page comes again by its own address, and says so there.
            used = not (_BY_ITSELF in request.headers or "itself" in request.query_params)
            found = self.desk.accounts.signin.session(token, self.clock(), used=used)
        except SignInError as error:
            raise Elsewhere(f"/sign-in{ended}") from error
        return found

    def viewer(self, request: Request) -> Viewer:
        """Return who is signed in, with all that is owed before given.

        Raises:
            Elsewhere: The second factor or a new password is still owed.
        """
        session = self.session(request)
        if not session.whole:
            raise Elsewhere("/sign-in/second")
        if session.account.must_change:
            raise Elsewhere("/password")
        now = self.clock()
        id, origin = secrets.token_hex(8), self.origin(request)
        ctx = self.desk.accounts.signin.context(session, now, id, origin)
        agency = self.agency(ctx, ctx.agency)
        zone = ZoneInfo(agency.zone) if agency is not None and agency.zone else ZoneInfo("UTC")
        name = agency.name if agency is not None else ctx.agency
        return Viewer(ctx, session.account.shown, name, zone, session.csrf)

    def agency(self, ctx: Context, code: str) -> Agency | None:
        """Return an agency by its code; the directory is read again where it is not known."""
        if code not in self._agencies:
            self._agencies = {one.code: one for one in self.desk.reading.agencies(ctx)}
        return self._agencies.get(code)

    def checked(self, request: Request, form: FormData) -> Viewer:
        """Return who sent a form.

        Raises:
            Stop: It does not carry the session's own mark, or came from elsewhere.
        """
        viewer = self.viewer(request)
        self.same_mark(request, form, viewer.csrf)
        return viewer

    def same_mark(self, request: Request, form: FormData, csrf: str) -> None:
        """Refuse a form that does not carry the session's mark."""
        self.own_page(request)
        sent = str(form.get("csrf") or "")
        if not secrets.compare_digest(sent.encode(errors="replace"), csrf.encode()):
            raise Stop(403, "fault.csrf")

    def own_page(self, request: Request) -> None:
        """Refuse a form that a page of another site sends.

        Raises:
            Stop: The browser says that it came from elsewhere.
        """
        fetched = request.headers.get("sec-fetch-site")
        foreign, named = fetched in _FOREIGN, request.headers.get("origin")
        # A browser may be set to name no referrer, and calls the origin of our own pages `null`
        # then; where it fetched from, if it says so, is the surer word.
        if named is not None and fetched is None:
            here = {f"{scheme}://{request.headers.get('host', '')}" for scheme in ("http", "https")}
            foreign = named not in {*here, self.desk.office.settings.origin}
        if foreign:
            raise Stop(403, "fault.csrf")

    # --- what a page is given -----------------------------------------------------------------

    def words(self, request: Request) -> Words:
        """Return the words of the reader's language."""
        accepts = request.headers.get("accept-language", "")
        return words(language_of(request.cookies.get(_LANGUAGE), accepts))

    def frame(
        self, request: Request, viewer: Viewer | None, here: str = "", done: str = ""
    ) -> Frame:
        """Return what every page needs, with the count of open tasks."""
        tasks = 0
        if viewer is not None and viewer.ctx.may("tasks"):
            tasks = sum(1 for task in self.desk.reading.tasks(viewer.ctx) if task.closed is None)
        return replace(self._frame(request, viewer), here=here, tasks=tasks, done=done)

    def _frame(self, request: Request, viewer: Viewer | None) -> Frame:
        return Frame(
            t=self.words(request),
            now=viewer.ctx.now if viewer is not None else self.clock(),
            viewer=viewer,
            path=request.url.path,
            invented=self.invented,
            still=self.still,
            changes=self.changes if viewer is not None else "",
            ends=self.desk.office.settings.idle_minutes * 60 if viewer is not None else 0,
        )

    def page(
        self,
        request: Request,
        viewer: Viewer | None,
        template: str,
        *,
        here: str = "",
        done: str = "",
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """Return a page."""
        frame = self.frame(request, viewer, here, done)
        return HTMLResponse(render(template, frame, **values), status, headers=HEADERS)

    def let_in(self, request: Request, response: Response, session: Session) -> Response:
        """Give the browser the session's cookie, and a mark by which it is known again."""
        response.set_cookie(
            COOKIE, session.token, httponly=True, samesite="strict", secure=self.secure, path="/"
        )
        mark = request.cookies.get(_DEVICE) or secrets.token_urlsafe(32)
        response.set_cookie(
            _DEVICE, mark, max_age=_YEAR, httponly=True, samesite="strict", secure=self.secure,
            path="/",
        )  # fmt: skip
        return response

    def speak(self, response: Response, lang: str) -> Response:
        """Remember the language that was chosen."""
        response.set_cookie(_LANGUAGE, lang, max_age=_YEAR, httponly=True, samesite="strict")
        return response

    # --- what goes wrong ----------------------------------------------------------------------

    def stopped(self, request: Request, stop: Exception) -> Response:
        """Return the page that says what stopped another, or send the browser elsewhere."""
        t = self.words(request)
        match stop:
            case Elsewhere(path=path):
                return RedirectResponse(path, 303, headers=HEADERS)
            case Stop(status=status, key=key, values=values):
                title = "title.gone" if status == 404 else "title.denied"
                title = "fault.title" if key == "fault.csrf" else title
                title = "title.broken" if key == "error.unreadable" else title
                return self._plain(request, status, t(title), t(key, **values))
            case NotNow() | OperationalError():
                kind = type(stop).__name__
                _log.error("page %s had to wait: %s", request.url.path, kind)
                return self._busy(request)
            case TooMany(seconds=seconds):
                page = self._plain(request, 429, t("fault.title"), t("login.too_many"))
                page.headers["Retry-After"] = str(seconds)
                return page
            case ExeatError(faults=faults):
                words = t("error.refused")
                return self._plain(request, 409, t("fault.title"), words, faults)
        raise stop

    def broken(self, request: Request, error: Exception) -> Response:
        """Return the page that says that something broke; the log has its kind alone."""
        number = secrets.token_hex(4)
        _log.error("page %s failed (%s): %s", request.url.path, number, type(error).__name__)
        t = self.words(request)
        return self._plain(request, 500, t("title.broken"), t("error.broken", id=number))

    def _busy(self, request: Request) -> Response:
        """Return the page that asks to come again; it asks nothing of the database."""
        t = self.words(request)
        values = {"title": t("title.busy"), "message": t("error.busy"), "faults": ()}
        text = render("stop.html.j2", replace(self._frame(request, None), tasks=0), **values)
        return HTMLResponse(text, 503, headers={**HEADERS, "Retry-After": RETRY_SECONDS})

    def _plain(
        self,
        request: Request,
        status: int,
        title: str,
        message: str,
        faults: tuple[Fault, ...] = (),
    ) -> Response:
        viewer = None
        try:
            viewer = self.viewer(request)
        except (Elsewhere, ExeatError):
            _log.debug("shown to somebody who is not signed in")
        frame = replace(self._frame(request, viewer), tasks=0)
        values = {"title": title, "message": message, "faults": faults}
        return HTMLResponse(render("stop.html.j2", frame, **values), status, headers=HEADERS)

    def asked(self, call: Callable[[], Said]) -> Said:
        """Return what a service says; what it may not say becomes a page.

        Raises:
            Stop: The role may not, or there is no such thing for this agency.
        """
        try:
            return call()
        except NotPermitted as error:
            raise Stop(403, "error.denied") from error
        except LedgerError as error:
            if error.faults[0].code in _UNREADABLE:
                raise Stop(409, "error.unreadable") from error
            raise Stop(404, "error.gone") from error


class PageRoute(APIRoute):
    """A route that makes a page of whatever stops one."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            site = site_of(request)
            try:
                return await handler(request)
            except (Elsewhere, Stop, ExeatError, OperationalError) as stop:
                return await run_in_threadpool(site.stopped, request, stop)
            except RequestValidationError:
                return await run_in_threadpool(site.stopped, request, Stop(404, "error.gone"))
            except HTTPException:
                raise
            except Exception as error:
                return await run_in_threadpool(site.broken, request, error)

        return handled


def site_of(request: Request) -> Site:
    """Return what the routes of an application share."""
    site: Site = request.app.state.pages
    return site


async def read(request: Request) -> FormData:
    """Return the form that a browser sent."""
    return await request.form()


At: TypeAlias = Annotated[Site, Depends(site_of)]
SentForm: TypeAlias = Annotated[FormData, Depends(read)]
