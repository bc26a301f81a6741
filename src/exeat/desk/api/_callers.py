"""Who calls: a system by its key, or through a proxy by its certificate; a person to read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import uuid4

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from exeat.auth import COOKIE
from exeat.desk.api._errors import Unauthenticated
from exeat.desk.service import Desk
from exeat.office.context import Context, Origin
from exeat.office.errors import SignInError

__all__ = ["Caller", "StillIn", "TheDesk", "caller"]

_bearer = HTTPBearer(auto_error=False, description="The key of a system: `exeat_...`")
_client = APIKeyHeader(
    name="X-Exeat-Client",
    auto_error=False,
    description="Set by a proxy that has checked a client certificate; never trusted otherwise.",
)
_cookie = APIKeyCookie(
    name=COOKIE, auto_error=False, description="The session of a person; to read only."
)


async def the_desk(request: Request) -> Desk:
    """Return the desk behind this API; without a thread of its own, as it waits for nothing."""
    desk: Desk = request.app.state.desk
    return desk


TheDesk: TypeAlias = Annotated[Desk, Depends(the_desk)]


def caller(
    request: Request,
    desk: TheDesk,
    key: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None,
    client: Annotated[str | None, Depends(_client)] = None,
    cookie: Annotated[str | None, Depends(_cookie)] = None,
) -> Context:
    """Return who calls.

    Raises:
        Unauthenticated: Nobody whom this desk knows.
    """
    now, request_id = desk.office.clock(), uuid4().hex
    origin = Origin(request.client.host if request.client is not None else "")
    try:
        if key is not None:
            return desk.accounts.keys.system(key.credentials, now, request_id, origin)
        if client and desk.office.settings.trust_proxy:
            return desk.accounts.keys.client(client, now, request_id, origin)
        if cookie and request.method in ("GET", "HEAD"):
            return _person(desk, cookie, now, request_id, origin)
    except SignInError as error:
        raise Unauthenticated(error) from error
    help = "Send the key of a system: Authorization: Bearer exeat_..."
    raise Unauthenticated(SignInError.one("E616", "authorization", "is missing", help))


def still_in(
    request: Request,
    desk: TheDesk,
    key: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None,
    client: Annotated[str | None, Depends(_client)] = None,
    cookie: Annotated[str | None, Depends(_cookie)] = None,
) -> Callable[[], bool]:
    """Return what says whether whoever called would be let in once more."""

    def still() -> bool:
        try:
            caller(request, desk, key, client, cookie)
        except Unauthenticated:
            return False
        return True

    return still


def _person(desk: Desk, cookie: str, now: datetime, request_id: str, origin: Origin) -> Context:
    # What a page asks for by itself is no sign that anybody sits there.
    session = desk.accounts.signin.session(cookie, now, used=False)
    if session.account.must_change:
        raise SignInError.one("E617", "password", "must be changed first", "Sign in at the desk.")
    return desk.accounts.signin.context(session, now, request_id, origin)


Caller: TypeAlias = Annotated[Context, Depends(caller)]
StillIn: TypeAlias = Annotated[Callable[[], bool], Depends(still_in)]
