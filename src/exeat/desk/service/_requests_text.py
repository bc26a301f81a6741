"""What a request says, as it is sealed; its signed texts are in `exeat.record.request_text`."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import TypeAdapter

from exeat.facts.papers import RequestPaper
from exeat.office.models import PersonalData
from exeat.office.personal import personal_from_json, personal_to_json
from exeat.record.canonical import canonical

__all__ = ["paper_from_json", "request_from_bytes", "request_to_bytes"]

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
