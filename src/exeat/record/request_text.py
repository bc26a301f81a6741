"""The signed texts about a request: its receipt and its answer; written and read in one place.

They name nobody: the number of the request, codes of agencies, times, and a salted commitment
to what was sent. So their entries stand in clear, and outlive every expungement.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from exeat.record.canonical import commitment
from exeat.record.checkpoint import Signer

__all__ = ["ANSWER_FORMAT", "RECEIPT_FORMAT", "answer_text", "read_text", "receipt_text"]

RECEIPT_FORMAT: Final = "exeat-receipt/1"
ANSWER_FORMAT: Final = "exeat-answer/1"


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

    Examples:
        >>> at = datetime.fromisoformat("2026-03-06T09:00-05:00")
        >>> signer = Signer("desk.example", bytes(32))
        >>> text = receipt_text(signer, UUID(int=5), ("ice", "jail"), at, b"", bytes(32))
        >>> read_text(text)["received"]
        '2026-03-06T09:00:00-05:00'
    """
    lines = [
        RECEIPT_FORMAT,
        f"request {request.hex}",
        f"from {sides[0]}",
        f"to {sides[1]}",
        f"received {at.isoformat()}",
        f"commitment {commitment(salt, data).hex()}",
    ]
    return signer.sign_text("\n".join(lines) + "\n")


def answer_text(signer: Signer, request: UUID, by: str, answer: str, at: datetime) -> str:
    """Return the signed answer to a request.

    Args:
        signer: The desk's key.
        request: The number of the request.
        by: Code of whoever ended it: the facility, or for a withdrawal the sender.
        answer: ``matched``, ``not-in-custody-here`` or ``withdrawn``; ``taken-back`` takes the
            one before it back, and the request waits again.
        at: When it was given.
    """
    lines = [ANSWER_FORMAT, f"request {request.hex}", f"by {by}", f"answer {answer}"]
    return signer.sign_text("\n".join([*lines, f"answered {at.isoformat()}"]) + "\n")


def read_text(note: str) -> Mapping[str, str]:
    r"""Return what a receipt or an answer says, by the word before each line; nothing is checked.

    The first line, which names the format, is under ``format``.

    Examples:
        >>> read_text("exeat-answer/1\nrequest 0a\n\nsignatures")
        {'format': 'exeat-answer/1', 'request': '0a'}
    """
    first, *lines = note.rpartition("\n\n")[0].split("\n")
    return {"format": first, **dict(line.partition(" ")[::2] for line in lines)}
