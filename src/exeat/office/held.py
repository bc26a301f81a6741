"""A record that is held, and the log of who did or read what about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from exeat.office.db import Tx
from exeat.office.outcomes import Outcome
from exeat.record import NotFound

__all__ = ["Held", "log", "not_found"]

_ID_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Held:
    """A record that a transaction holds, or has found.

    Attributes:
        record: Its key.
        name: Its id in events.
        facility: Code of the facility.
        stake: ``facility``, ``issuer`` or ``counsel``: why this agency sees it.
    """

    record: UUID
    name: str
    facility: str
    person: UUID
    wrapped_key: bytes | None
    stake: str


def not_found(record_id: str) -> NotFound:
    """Return the error that says neither whether a record exists nor whose it is."""
    return NotFound.one(
        "E507",
        f"record `{record_id[:_ID_CHARACTERS]}`",
        "is not on record, or this agency has no stake in it",
        "Check the id, and whom you act for.",
    )


def log(
    tx: Tx,
    what: str,
    outcome: Outcome | str = "done",
    *,
    held: Held | None = None,
    concerns: str | None = None,
    about: str | None = None,
    role: str | None = None,
    by: str | None = None,
) -> None:
    """Write down who did or read what.

    Args:
        tx: The transaction; the line stands if it does.
        what: The act, such as ``end_basis``.
        outcome: What came of it; where there is no more to say, the code alone.
        held: The record that it is about; its facility sees the line too.
        concerns: Without a record, the agency that must see the line too, such as ``pierce``
            where the host's administrator resets an account of Pierce.
        about: What else it is about: an account's name, an event's id. No person held.
        role: Of whoever acts, where they are at the door and not in yet.
        by: Who acts besides whoever asks: the second of two people who sign.
    """
    ctx = tx.ctx
    tx.run(
        "put_log",
        at=ctx.now,
        agency=ctx.agency,
        facility=held.facility if held is not None else concerns,
        actor=by or ctx.actor_name,
        role=role or ctx.role.value,
        what=what,
        outcome=outcome if isinstance(outcome, str) else outcome.to_text(),
        record=held.record if held is not None else None,
        about=about,
        request_id=ctx.request_id,
        address=ctx.origin.address or None,
    )
