"""Entries: what one leaf stands for, sealed for the vault and opened again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from exeat.errors import LedgerError
from exeat.facts.events import EVENT_KINDS, Event, event_to_json, events_from_json
from exeat.facts.fold import fold
from exeat.facts.record import CustodyRecord
from exeat.record._rows import EntryRow
from exeat.record.canonical import SALT_BYTES, Leaf, canonical, commitment, new_salt
from exeat.record.vault import PersonKey

__all__ = [
    "ANSWER_GIVEN",
    "ANSWER_TAKEN_BACK",
    "RECORD_EXPUNGED",
    "REQUEST_ANSWERED",
    "REQUEST_RECEIVED",
    "Content",
    "Entry",
    "History",
    "Receipt",
    "Sealed",
    "answer_content",
    "answer_id",
    "answered_content",
    "event_content",
    "event_of",
    "expunged_content",
    "open_entry",
    "received_content",
    "seal",
    "taken_back_content",
]

ANSWER_GIVEN: Final = "answer-given"
RECORD_EXPUNGED: Final = "record-expunged"
REQUEST_RECEIVED: Final = "request-received"
REQUEST_ANSWERED: Final = "request-answered"
ANSWER_TAKEN_BACK: Final = "answer-taken-back"


@dataclass(frozen=True, slots=True)
class Content:
    """What is about to be said.

    Attributes:
        id: The client's, for the one record.
        data: Canonical JSON.
        open: It names nobody, so it is not sealed and outlives every expungement.
    """

    id: str
    data: bytes
    open: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry ready for the database."""

    mac: bytes
    commitment: bytes
    nonce: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the ledger says about an entry that it holds.

    Attributes:
        id: As the client gave it.
        seq: Index of the leaf, from 0.
        record: The record's key, as leaves carry it.
        version: Place within the record, from 1.
        appended: When the ledger took it.
        agency: Whose login entered it.
        commitment: What the leaf commits to.
    """

    id: str
    seq: int
    record: UUID
    version: int
    appended: datetime
    agency: str
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a record as it stands in the ledger.

    Attributes:
        seq: Index of the leaf, from 0.
        leaf: What the leaf's hash covers.
        salt: Of the commitment; None once the person's key is destroyed.
        content: Canonical JSON of what was said; None once the key is destroyed.
    """

    seq: int
    leaf: Leaf
    salt: bytes | None
    content: bytes | None

    def said(self) -> dict[str, Any] | None:
        """Return what was said, as JSON reads it."""
        return None if self.content is None else dict(json.loads(self.content))

    def event(self) -> Event | None:
        """Return the event, if this entry is one and can still be read."""
        return None if self.content is None else event_of(self.content, f"entry {self.seq}")


@dataclass(frozen=True, slots=True)
class History:
    """The entries of one custody record, in order.

    Attributes:
        record: The record's key, as leaves carry it.
        name: Its id in events; None once expunged.
        facility: Code of the facility.
        expunged: The content was destroyed by order; the leaves stay.
        entries: In order of version.
    """

    record: UUID
    name: str | None
    facility: str
    expunged: bool
    entries: tuple[Entry, ...]

    @property
    def version(self) -> int:
        """The version to give as ``expected_version`` when adding to what was read."""
        return self.entries[-1].leaf.version if self.entries else 0

    def events(self) -> tuple[Event, ...]:
        """Return the events that can be read."""
        return tuple(event for entry in self.entries if (event := entry.event()) is not None)

    def answers(self) -> tuple[dict[str, Any], ...]:
        """Return the answers that were given about this record, as they were given."""
        said = (entry.said() for entry in self.entries)
        return tuple(one["answer"] for one in said if one and one.get("entry") == ANSWER_GIVEN)

    def fold(self, *, known_at: datetime | None = None) -> CustodyRecord:
        """Return the custody record; see :func:`exeat.facts.fold.fold`.

        Raises:
            RecordError: The events do not add up to a record.
        """
        return fold(self.events(), known_at=known_at)


def event_of(content: bytes, place: str) -> Event | None:
    """Return the event that a content says; None if it says something else."""
    if json.loads(content).get("event") not in EVENT_KINDS:
        return None
    return events_from_json(content, place)[0]


def event_content(event: Event) -> Content:
    """Return the content of an event's entry."""
    said = json.loads(event_to_json(event))
    return Content(event.id, canonical(said, f"event `{event.id}`"))


def answer_content(id: str, record: str, answer: Mapping[str, Any]) -> Content:
    """Return the content of the entry of an answer that was given."""
    said = {"answer": dict(answer), "entry": ANSWER_GIVEN, "id": id, "record": record}
    return Content(id, canonical(said, f"answer `{id}`"))


def expunged_content() -> Content:
    """Return the content of the entry that says that a record was expunged; it names nobody."""
    said = {"entry": RECORD_EXPUNGED, "id": RECORD_EXPUNGED}
    return Content(RECORD_EXPUNGED, canonical(said, RECORD_EXPUNGED), open=True)


def received_content(request: UUID, receipt: str) -> Content:
    """Return the content of the entry of a request that came in: its signed receipt.

    Args:
        request: Its number.
        receipt: As :func:`exeat.record.request_text.receipt_text` wrote it.

    Examples:
        >>> received_content(UUID(int=5), "text").id
        '00000000000000000000000000000005.received'
    """
    return _of_request(REQUEST_RECEIVED, f"{request.hex}.received", receipt)


def answered_content(request: UUID, answer: str, number: int = 0) -> Content:
    """Return the content of the entry of a request that was answered: the signed answer.

    Args:
        request: Its number.
        answer: As :func:`exeat.record.request_text.answer_text` wrote it.
        number: How many earlier answers to it were taken back.
    """
    return _of_request(REQUEST_ANSWERED, answer_id(request, number), answer)


def answer_id(request: UUID, number: int = 0) -> str:
    """Return the id of the entry of an answer, after so many that were taken back.

    Examples:
        >>> answer_id(UUID(int=5), 1)
        '00000000000000000000000000000005.answered.1'
    """
    return f"{request.hex}.answered" + (f".{number}" if number else "")


def taken_back_content(request: UUID, text: str, number: int) -> Content:
    """Return the content of the entry that takes the answer of that number, from 1, back."""
    return _of_request(ANSWER_TAKEN_BACK, f"{request.hex}.taken-back.{number}", text)


def _of_request(kind: str, id: str, text: str) -> Content:
    said = {"entry": kind, "id": id, "text": text}
    return Content(id, canonical(said, f"request `{id}`"), open=True)


def seal(content: Content, record: UUID, key: PersonKey) -> Sealed:
    """Commit to a content and seal it; or leave it in clear, where it names nobody."""
    salt = new_salt()
    commits = commitment(salt, content.data)
    nonce, sealed = b"", salt + content.data
    if not content.open:
        nonce, sealed = key.seal(sealed, _about(record, commits))
    return Sealed(key.mac(record, content.id), commits, nonce, sealed)


def open_payload(
    record: UUID, commits: bytes, nonce: bytes, sealed: bytes, key: PersonKey | None
) -> tuple[bytes, bytes] | None:
    """Return salt and content; None if there is no key, or if they are not what was committed."""
    whole: bytes | None = sealed
    if nonce:
        whole = None if key is None else key.open(nonce, sealed, _about(record, commits))
    if whole is None or len(whole) < SALT_BYTES:
        return None
    salt, content = whole[:SALT_BYTES], whole[SALT_BYTES:]
    return (salt, content) if commitment(salt, content) == commits else None


def open_entry(row: EntryRow, record: UUID, key: PersonKey | None) -> Entry:
    """Return an entry as it stands in the ledger, opened where the key is still there.

    Raises:
        LedgerError: The payload is not what the leaf commits to.
    """
    opened = open_payload(record, row.commitment, row.nonce, row.sealed, key)
    if opened is None and key is not None:
        words = "is not what its leaf commits to"
        help = "Run `exeat verify`; restore the vault from a backup."
        raise LedgerError.one("E508", f"entry {row.seq}", words, help)
    salt, content = opened or (None, None)
    leaf = Leaf(row.agency, row.appended, row.commitment, record, row.version)
    return Entry(row.seq, leaf, salt, content)


def _about(record: UUID, commits: bytes) -> bytes:
    return b"exeat-payload/1" + record.bytes + commits
