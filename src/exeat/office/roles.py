"""What people and systems are at the desk, and what the key of a system may be used for."""

from __future__ import annotations

from typing import Final

from exeat.facts.codes import Described

__all__ = ["ASKS", "COUNTS", "JAIL", "KEEPS", "READS", "Role", "Scope"]


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


JAIL: Final = frozenset({Role.BOOKING, Role.SUPERVISOR})
ASKS: Final = JAIL | {Role.REQUESTER}
READS: Final = JAIL | {Role.COUNSEL}
KEEPS: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})
COUNTS: Final = KEEPS | {Role.AUDITOR}
