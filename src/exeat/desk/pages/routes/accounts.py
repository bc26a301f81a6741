"""Accounts, agencies and keys of systems, as their keepers see them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from exeat.auth import Account
from exeat.desk.pages import picks
from exeat.desk.pages.forms import Choice, Form, Problem
from exeat.desk.pages.more_acts import ADD_AGENCY, ADD_KEY, ADD_USER
from exeat.desk.pages.reading import read_form
from exeat.desk.pages.routes._common import done_words, form_page, may, see
from exeat.desk.pages.site import At, PageRoute, SentForm, Site, Stop
from exeat.desk.pages.views import Viewer
from exeat.errors import ExeatError
from exeat.office.context import Role
from exeat.rules.library import shipped

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_KINDS = ("facility", "requester", "counsel", "host")


@router.get("/accounts")
def accounts(request: Request, site: At) -> Response:
    """Show accounts, keys of systems and agencies."""
    return _page(site, request, may(site, request, "users"))


@router.get("/accounts/new")
def adding(request: Request, site: At) -> Response:
    """Ask for a new account."""
    viewer = may(site, request, "keep_users")
    return _form(site, request, viewer, ADD_USER, "/accounts/new", _start(viewer), ())


@router.post("/accounts/new")
def add(request: Request, site: At, sent: SentForm) -> Response:
    """Add an account, and show its first password once."""
    viewer = site.checked(request, sent)

    def work(said: dict[str, Any]) -> Response:
        account, password = site.desk.accounts.add_account(
            viewer.ctx,
            name=said["login"],
            shown=said["name"],
            role=said["role"].value,
            agency=said["agency"],
        )
        return _secret(site, request, viewer, account.name, password)

    return _taken(site, request, viewer, ADD_USER, "/accounts/new", sent, work)


@router.post("/accounts/{id}/{act}")
def keep(request: Request, site: At, id: str, act: str, sent: SentForm) -> Response:
    """Unlock, disable, enable, approve or reset an account."""
    viewer = site.checked(request, sent)
    agency = str(sent.get("agency") or "") or None
    return _kept(site, request, viewer, id, act, agency)


@router.get("/agencies/new")
def adding_agency(request: Request, site: At) -> Response:
    """Ask for a new agency."""
    viewer = may(site, request, "add_agency")
    return _form(site, request, viewer, ADD_AGENCY, "/agencies/new", {}, ())


@router.post("/agencies/new")
def add_agency(request: Request, site: At, sent: SentForm) -> Response:
    """Add an agency."""
    viewer = site.checked(request, sent)

    def work(said: dict[str, Any]) -> Response:
        site.desk.accounts.add_agency(viewer.ctx, **said)
        return see("/accounts?done=add_agency")

    return _taken(site, request, viewer, ADD_AGENCY, "/agencies/new", sent, work)


@router.get("/keys-of-systems/new")
def adding_key(request: Request, site: At) -> Response:
    """Ask for a new key of a system."""
    viewer = may(site, request, "keep_keys")
    return _form(site, request, viewer, ADD_KEY, "/keys-of-systems/new", _start(viewer), ())


@router.post("/keys-of-systems/new")
def add_key(request: Request, site: At, sent: SentForm) -> Response:
    """Make a key, and show it once."""
    viewer = site.checked(request, sent)

    def work(said: dict[str, Any]) -> Response:
        key, secret = site.desk.accounts.keys.add(
            viewer.ctx,
            label=said["label"],
            role=said["role"].value,
            scopes=[scope.value for scope in said["scopes"]],
            agency=said["agency"],
        )
        return _secret(site, request, viewer, key.label, secret)

    return _taken(site, request, viewer, ADD_KEY, "/keys-of-systems/new", sent, work)


@router.post("/keys-of-systems/{id}/{act}")
def keep_key(request: Request, site: At, id: str, act: str, sent: SentForm) -> Response:
    """Renew or revoke a key."""
    viewer, agency = site.checked(request, sent), str(sent.get("agency") or "")
    if act == "revoke":
        site.asked(lambda: site.desk.accounts.keys.revoke(viewer.ctx, id, agency))
        return see("/accounts?done=revoke_key")
    if act == "rotate":
        key, secret = site.asked(lambda: site.desk.accounts.keys.rotate(viewer.ctx, id, agency))
        return _secret(site, request, viewer, key.label, secret)
    raise Stop(404, "error.gone")


def _kept(
    site: Site, request: Request, viewer: Viewer, id: str, act: str, agency: str | None
) -> Response:
    keeper, ctx, t = site.desk.accounts, viewer.ctx, site.words(request)
    if act == "disable":
        because = t("admin.because", name=ctx.actor_name)
        site.asked(lambda: keeper.disable(ctx, id, because, agency))
    elif act in ("unlock", "enable", "approve"):
        opens = {"unlock": keeper.unlock, "enable": keeper.enable, "approve": keeper.approve}[act]
        site.asked(lambda: opens(ctx, id, agency))
    elif act == "reset":
        password = site.asked(lambda: keeper.reset(ctx, id, agency))
        return _secret(site, request, viewer, t("admin.first_password"), password)
    else:
        raise Stop(404, "error.gone")
    return see(f"/accounts?done={act}")


def _page(
    site: Site, request: Request, viewer: Viewer, secret: SimpleNamespace | None = None
) -> Response:
    ctx, keeper = viewer.ctx, site.desk.accounts
    agencies = site.desk.reading.agencies(ctx)
    codes = [one.code for one in agencies] if ctx.role is Role.ADMIN else [ctx.agency]
    users = [one for code in codes for one in site.asked(lambda: keeper.users(ctx, code))]  # noqa: B023
    keys = [one for code in codes for one in site.asked(lambda: keeper.keys.all(ctx, code))]  # noqa: B023
    return site.page(
        request,
        viewer,
        "accounts.html.j2",
        here="admin",
        done=done_words(request, site.words(request)),
        users=[(one, _state(one)) for one in users],
        host=ctx.role is Role.ADMIN,
        keys=[one for one in keys if one.revoked is None],
        agencies=agencies,
        secret=secret,
    )


def _state(one: Account) -> str:
    if one.disabled is not None:
        return "idle" if one.disabled_because == "unused" else "disabled"
    if one.locked is not None:
        return "locked"
    return "new" if one.must_change else "active"


def _secret(site: Site, request: Request, viewer: Viewer, label: str, value: str) -> Response:
    """Show a secret once, on the page itself: in no address and in no cookie."""
    return _page(site, request, viewer, SimpleNamespace(label=label, value=value))


def _start(viewer: Viewer) -> dict[str, list[str]]:
    """Return what a form starts with: where there is one agency to choose, that one."""
    return {} if viewer.ctx.role is Role.ADMIN else {"agency": [viewer.ctx.agency]}


def _form(
    site: Site,
    request: Request,
    viewer: Viewer,
    form: Form,
    action: str,
    raw: dict[str, list[str]],
    problems: tuple[Problem, ...],
) -> Response:
    return form_page(
        site, request, viewer, form, raw, back="/accounts", action=action, problems=problems,
        choices=_choices(site, viewer), here="admin",
    )  # fmt: skip


def _taken(
    site: Site,
    request: Request,
    viewer: Viewer,
    form: Form,
    action: str,
    sent: FormData,
    work: Callable[[dict[str, Any]], Response],
) -> Response:
    filled = read_form(form, sent, viewer.zone, _choices(site, viewer))
    problems = filled.problems
    if not problems:
        try:
            return site.asked(lambda: work(filled.values))
        except ExeatError as error:
            problems = tuple(Problem.of(fault, form) for fault in error.faults)
    return _form(site, request, viewer, form, action, filled.raw, problems)


def _choices(site: Site, viewer: Viewer) -> dict[str, list[Choice]]:
    every = picks.agencies(site, viewer)
    mine = [one for one in every if one.value == viewer.ctx.agency]
    places = [Choice(id, place.name, id) for id, place in sorted(shipped().items())]
    return {
        "agencies": every if viewer.ctx.role is Role.ADMIN else mine,
        "agency-kinds": [Choice(kind, f"agency_kind.{kind}") for kind in _KINDS],
        "places": places,
    }
