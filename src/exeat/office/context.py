"""Who asks, for which agency, in which role, and when; and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from exeat.facts.times import aware
from exeat.office.errors import NotPermitted
from exeat.office.register import ACTS
from exeat.office.roles import ASKS, COUNTS, JAIL, KEEPS, READS, Role, Scope

__all__ = ["MAY", "NOWHERE", "Context", "Origin", "Role", "Scope"]

_QUERIES: Final[dict[str, tuple[frozenset[Role], Scope]]] = {
    "clear": (READS, Scope.RELEASE),
    "board": (JAIL, Scope.READ),
    "person": (READS | {Role.REQUESTER}, Scope.READ),
    "clients": (frozenset({Role.COUNSEL}), Scope.READ),
    "requests": (ASKS, Scope.READ),
    "request_proof": (ASKS, Scope.READ),
    "near": (JAIL, Scope.READ),
    "left": (JAIL, Scope.READ),
    "handovers": (JAIL, Scope.READ),
    "tasks": (JAIL | {Role.ADMIN}, Scope.READ),
    "audit_log": (COUNTS, Scope.AUDIT),
    "counts": (COUNTS | JAIL, Scope.AUDIT),
    "agencies": (frozenset(Role), Scope.READ),
    "place_profiles": (frozenset({Role.ADMIN}), Scope.AUDIT),
    "users": (KEEPS, Scope.AUDIT),
    "keys": (KEEPS, Scope.AUDIT),
}
MAY: Final = {name: (act.roles, act.scope) for name, act in ACTS.items()} | _QUERIES
"""Every act and query of the desk: who may, and under which scope a system may."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where somebody sits.

    Attributes:
        address: Of their network, as the server was told; "" where there is none.
        device: The mark of their browser, which it keeps from one sign-in to the next; "": none.
    """

    address: str = ""
    device: str = ""


NOWHERE: Final = Origin()
"""Of the installation itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who asks, and when.

    Attributes:
        actor: Id of the account, or of the key.
        actor_name: How others know them; no person held.
        agency: Code of the agency for which they act.
        now: The one instant at which the whole act happens.
        request_id: Joins the lines of logs that belong together.
        scopes: What a system's key may do; None for a person, whose role says it.
        granted: Such as ``personal`` for an auditor who may see personal data.
        origin: Where they sit.
    """

    actor: str
    actor_name: str
    agency: str
    role: Role
    now: datetime
    request_id: str = ""
    scopes: frozenset[Scope] | None = None
    granted: frozenset[str] = frozenset()
    origin: Origin = NOWHERE

    def __post_init__(self) -> None:
        aware(self.now, "now")
        if not self.request_id:
            object.__setattr__(self, "request_id", uuid4().hex)

    def may(self, act: str) -> bool:
        """Say whether this role, and this key if it is one, may do an act."""
        roles, scope = MAY[act]
        return self.role in roles and (self.scopes is None or scope in self.scopes)

    def need(self, act: str) -> None:
        """Refuse an act that this role or key may not do.

        Raises:
            NotPermitted: It may not.

        Examples:
            >>> from datetime import UTC
            >>> ctx = Context(
            ...     actor="a",
            ...     actor_name="Avery",
            ...     agency="x",
            ...     role=Role.COUNSEL,
            ...     now=datetime(2026, 1, 1, tzinfo=UTC),
            ... )
            >>> ctx.need("release")
            Traceback (most recent call last):
            ...
            exeat.office.errors.NotPermitted: release: is not for the role `counsel`
              help: Ask somebody with one of the roles booking, supervisor.
        """
        if self.may(act):
            return
        roles, scope = MAY[act]
        words = f"is not for the role `{self.role.value}`"
        names = ", ".join(sorted(role.value for role in roles))
        help = f"Ask somebody with one of the roles {names}."
        if self.role in roles:
            words = "is not within the scopes of this key"
            help = f"Use a key with the scope {scope.value}."
        raise NotPermitted.one("E601", act, words, help)
