"""Who asks, for which agency, in which role, and when; and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from exeat.facts.codes import Described
from exeat.facts.times import aware
from exeat.office.errors import NotPermitted

__all__ = ["ACTS", "Context", "Role", "Scope"]


class Role(Described):
    """What a person or a system is at the desk."""

    BOOKING = "booking", "Staff of a jail: every act of its facility."
    SUPERVISOR = "supervisor", "Staff of a jail who also confirms overrides and keeps accounts."
    REQUESTER = "requester", "An agency that lodges requests: its own requests and their answers."
    COUNSEL = "counsel", "Counsel: what is on record about clients, to read."
    AUDITOR = "auditor", "Counts and proofs, without personal data unless granted."
    ADMIN = "admin", "Agencies and accounts; nothing about people in custody."


class Scope(Described):
    """What the key of a system may be used for."""

    READ = "read", "Read records, requests and tasks."
    RECORD = "record", "Enter what happened: bookings, bases, facts, papers, transfers."
    REQUESTS = "requests", "Lodge and answer requests."
    RELEASE = "release", "Ask clearance and let people go."
    AUDIT = "audit", "Counts and the log."


_JAIL: Final = frozenset({Role.BOOKING, Role.SUPERVISOR})
_ASKS: Final = _JAIL | {Role.REQUESTER}
_READS: Final = _JAIL | {Role.COUNSEL}
_KEEPS: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})
_COUNTS: Final = _KEEPS | {Role.AUDITOR}

ACTS: Final[dict[str, tuple[frozenset[Role], Scope]]] = {
    "book": (_JAIL, Scope.RECORD),
    "add_basis": (_JAIL, Scope.RECORD),
    "end_basis": (_JAIL, Scope.RECORD),
    "lodge": (_JAIL, Scope.REQUESTS),
    "send_request": (frozenset({Role.REQUESTER}), Scope.REQUESTS),
    "withdraw_request": (frozenset({Role.REQUESTER}), Scope.REQUESTS),
    "match_request": (_JAIL, Scope.REQUESTS),
    "receive": (_JAIL, Scope.REQUESTS),
    "serve": (_JAIL, Scope.REQUESTS),
    "acknowledge": (_JAIL, Scope.REQUESTS),
    "hold_ordered": (_JAIL, Scope.REQUESTS),
    "decide_request": (_JAIL, Scope.REQUESTS),
    "lift": (_ASKS, Scope.REQUESTS),
    "not_in_custody_here": (_JAIL, Scope.REQUESTS),
    "schedule_release": (_JAIL, Scope.RELEASE),
    "give_notice": (_JAIL, Scope.RELEASE),
    "set_person_fact": (_JAIL, Scope.RECORD),
    "record_convictions": (_JAIL, Scope.RECORD),
    "transfer": (_JAIL, Scope.RECORD),
    "acknowledge_transfer": (_JAIL, Scope.RECORD),
    "correct": (_JAIL, Scope.RECORD),
    "dispute": (_ASKS | {Role.COUNSEL}, Scope.RECORD),
    "paper_arrived": (_JAIL, Scope.RECORD),
    "subscribe": (_ASKS | {Role.COUNSEL}, Scope.READ),
    "share": (_JAIL, Scope.RECORD),
    "clear": (_READS, Scope.RELEASE),
    "release": (_JAIL, Scope.RELEASE),
    "board": (_JAIL, Scope.READ),
    "person": (_READS | {Role.REQUESTER}, Scope.READ),
    "clients": (frozenset({Role.COUNSEL}), Scope.READ),
    "requests": (_ASKS, Scope.READ),
    "request_proof": (_ASKS, Scope.READ),
    "handovers": (_JAIL, Scope.READ),
    "tasks": (_JAIL, Scope.READ),
    "close_task": (_JAIL, Scope.RECORD),
    "sweep": (_JAIL, Scope.RECORD),
    "reconcile": (_JAIL, Scope.RECORD),
    "audit_log": (_COUNTS, Scope.AUDIT),
    "counts": (_COUNTS | _JAIL, Scope.AUDIT),
    "agencies": (frozenset(Role), Scope.READ),
    "add_agency": (frozenset({Role.ADMIN}), Scope.AUDIT),
    "place_profiles": (frozenset({Role.ADMIN}), Scope.AUDIT),
    "set_place_profile": (frozenset({Role.ADMIN}), Scope.AUDIT),
    "users": (_KEEPS, Scope.AUDIT),
    "keep_users": (_KEEPS, Scope.AUDIT),
    "keys": (_KEEPS, Scope.AUDIT),
    "keep_keys": (_KEEPS, Scope.AUDIT),
}
"""Every act and query of the desk: who may, and under which scope a system may."""


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
    """

    actor: str
    actor_name: str
    agency: str
    role: Role
    now: datetime
    request_id: str = ""
    scopes: frozenset[Scope] | None = None
    granted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        aware(self.now, "now")
        if not self.request_id:
            object.__setattr__(self, "request_id", uuid4().hex)

    def may(self, act: str) -> bool:
        """Say whether this role, and this key if it is one, may do an act."""
        roles, scope = ACTS[act]
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
        roles, scope = ACTS[act]
        words = f"is not for the role `{self.role.value}`"
        names = ", ".join(sorted(role.value for role in roles))
        help = f"Ask somebody with one of the roles {names}."
        if self.role in roles:
            words = "is not within the scopes of this key"
            help = f"Use a key with the scope {scope.value}."
        raise NotPermitted.one("E601", act, words, help)
