"""Accounts, sessions and keys as the rest of the desk sees them; no secret is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from exeat.office.context import NOWHERE, Context, Origin, Role
from exeat.office.errors import NotPermitted
from exeat.office.messages import code_of

__all__ = ["Account", "ApiKey", "Passkey", "Session", "agency_for", "door"]


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sit at the desk.

    Attributes:
        approved: When the host made or approved it; a supervisor counts as one of two from then.
    """

    id: str
    agency: str
    name: str
    shown: str
    role: Role
    granted: tuple[str, ...]
    enrolled: bool
    must_change: bool
    locked: datetime | None
    disabled: datetime | None
    disabled_because: str | None
    created: datetime
    last_used: datetime
    approved: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is in force.

    Attributes:
        token: What the cookie holds; known only when the session began.
        csrf: What every form carries.
        whole: The second factor was given; before that, nothing but that may be done.
        proved: When it was last given; a new authenticator asks for the old one.
    """

    account: Account
    csrf: str
    whole: bool
    began: datetime
    token_hash: bytes = field(repr=False)
    token: str = field(default="", repr=False)
    challenge: bytes | None = field(default=None, repr=False)
    proved: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of an account: its id as browsers write it, and what its owner calls it."""

    id: str
    label: str
    created: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The key of a system."""

    id: str
    agency: str
    label: str
    role: str
    scopes: tuple[str, ...]
    created: datetime
    created_by: str
    expires: datetime
    revoked: datetime | None
    last_used: datetime | None


def account_of(row: dict[str, Any]) -> Account:
    """Return an account from its row."""
    return Account(
        id=row["id"].hex,
        agency=row["agency"],
        name=row["name"],
        shown=row["shown"],
        role=code_of(Role, row["role"]),
        granted=tuple(row["granted"]),
        # A secret that was shown and never confirmed is no second factor yet.
        enrolled=row["second_factor"] is not None and row["last_code"] > 0,
        must_change=row["must_change"],
        locked=row["locked"] or row.get("place_locked"),
        disabled=row["disabled"],
        disabled_because=row["disabled_because"],
        created=row["created"],
        last_used=row["last_used"],
        approved=row["approved"],
    )


def key_of(row: dict[str, Any]) -> ApiKey:
    """Return a system's key from its row, without its secret."""
    return ApiKey(
        id=row["id"],
        agency=row["agency"],
        label=row["label"],
        role=row["role"],
        scopes=tuple(row["scopes"]),
        created=row["created"],
        created_by=row["created_by"],
        expires=row["expires"],
        revoked=row["revoked"],
        last_used=row["last_used"],
    )


def agency_for(ctx: Context, agency: str | None) -> str:
    """Return whose accounts and keys are meant: the own agency's, or for the administrator any.

    Raises:
        NotPermitted: They are another agency's.
    """
    wanted = agency or ctx.agency
    if wanted != ctx.agency and ctx.role is not Role.ADMIN:
        help = "Ask the administrator of the installation."
        raise NotPermitted.one("E601", "agency", "is not yours", help)
    return wanted


def door(agency: str, now: datetime, who: str = "door", origin: Origin = NOWHERE) -> Context:
    """Return the context in which nobody is in yet."""
    return Context(
        actor=who, actor_name=who, agency=agency, role=Role.ADMIN, now=now, origin=origin
    )
