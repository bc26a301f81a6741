"""What the pages show beyond what the services return: laid out, and sorted for the eye."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from exeat.office.context import Context

__all__ = ["EventLine", "Verified", "Viewer"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever is signed in.

    Attributes:
        ctx: As the services take it.
        name: The person's own name, for the head of each page.
        zone: Time zone in which lists show their times.
        csrf: What each form of this session must carry.
    """

    ctx: Context
    name: str
    agency_name: str
    zone: ZoneInfo
    csrf: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """One entry of the record, as a reader of it needs it.

    Attributes:
        kind: The kind of event, such as ``detainer-served``.
        occurred: When it happened, where that is an instant.
        about: The same in the record's words, where it is uncertain.
        detail: What it names: pairs of a field and its value.
        corrected: Id of the correction that took its place, or "".
    """

    id: str
    kind: str
    occurred: datetime | None
    about: str
    recorded: datetime | None
    by: str
    detail: tuple[tuple[str, str], ...]
    note: str
    corrected: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What the verifier said of the ledger.

    Attributes:
        state: ``sound``; ``part``: sound as far as it was looked at; ``damaged``; or ``unsigned``:
            sound, but signed by no key that is known.
        signed: How many of the entries are under a signature.
        faults: What does not verify, in words; the first few.
        unlooked: Codes of what could not be looked at; their words stand under
            ``auditor.unlooked``.
    """

    state: str
    entries: int
    signed: int
    root: str
    checked: datetime
    faults: tuple[str, ...] = ()
    unlooked: tuple[str, ...] = ()
