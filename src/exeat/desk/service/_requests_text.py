"""What a request says, sealed; and the signed receipt for it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from exeat.desk.service._personal import personal_from_json, personal_to_json
from exeat.desk.service.models import PersonalData, RequestPaper
from exeat.record.canonical import canonical, commitment
from exeat.record.checkpoint import Signer

__all__ = [
    "answer_text",
    "paper_from_json",
    "receipt_text",
    "request_from_bytes",
    "request_to_bytes",
]

_PAPER: Final = TypeAdapter(RequestPaper)


def request_to_bytes(person: PersonalData, paper: RequestPaper, salt: bytes, id: str) -> bytes:
    """Return a request as it is sealed."""
    said = {
        "id": id,
        "person": personal_to_json(person),
        "paper": _PAPER.dump_python(paper, mode="json"),
        "salt": salt.hex(),
    }
    return canonical(said, "request")


def request_from_bytes(data: bytes) -> tuple[str, PersonalData, RequestPaper]:
    """Read what :func:`request_to_bytes` wrote."""
    said = json.loads(data)
    return said["id"], personal_from_json(said["person"]), paper_from_json(said["paper"])


def paper_from_json(said: dict[str, Any]) -> RequestPaper:
    """Read a request's paper."""
    return _PAPER.validate_python(said)


def receipt_text(
    signer: Signer, request: UUID, sides: tuple[str, str], at: datetime, data: bytes, salt: bytes
) -> str:
    """Return the signed receipt: who has it, since when, and a commitment to what was sent.

    Args:
        signer: The desk's key.
        request: The number of the request.
        sides: Codes of the sender and of the facility.
        at: When the facility's desk had it.
        data: What was sent.
        salt: So that nobody guesses the content from the commitment.
    """
    lines = [
        "exeat-receipt/1",
        f"request {request.hex}",
        f"from {sides[0]}",
        f"to {sides[1]}",
        f"received {at.isoformat()}",
        f"commitment {commitment(salt, data).hex()}",
    ]
    return signer.sign_text("\n".join(lines) + "\n")


def answer_text(signer: Signer, request: UUID, facility: str, answer: str, at: datetime) -> str:
    """Return the signed answer to a request."""
    lines = ["exeat-answer/1", f"request {request.hex}", f"by {facility}", f"answer {answer}"]
    return signer.sign_text("\n".join([*lines, f"answered {at.isoformat()}"]) + "\n")
