"""The types of single fields: what a system may send, so that nothing else comes further."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from exeat.facts.limits import CODE, TEXT, WORDS, AtEdge
from exeat.facts.times import FIRST_YEAR, LAST_YEAR

__all__ = [
    "At", "Body", "Count", "Id", "Instant", "KnownAt", "RecordId", "Text", "Version", "Words",
    "kept",
]  # fmt: skip

_LAST_VERSION = 2**31 - 1


class Body(BaseModel):
    """What a system sends; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


def _plausible(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return at


def kept(limit: AtEdge) -> FieldInfo:
    """Return a limit of the record's own types as pydantic keeps it."""
    found: FieldInfo = Field(
        min_length=limit.least or None, max_length=limit.most, pattern=limit.pattern
    )
    return found


Id: TypeAlias = Annotated[
    str, kept(CODE), Field(description="Given by whoever sends it; letters, digits and . _ : -")
]
Text: TypeAlias = Annotated[str, kept(TEXT)]
Words: TypeAlias = Annotated[str, kept(WORDS)]
Version: TypeAlias = Annotated[int, Field(ge=0, le=_LAST_VERSION, strict=True)]
Instant: TypeAlias = Annotated[AwareDatetime, AfterValidator(_plausible)]
RecordId: TypeAlias = Annotated[
    str,
    Path(
        min_length=CODE.least,
        max_length=CODE.most,
        pattern=CODE.pattern,
        description="Id of the custody record.",
    ),
]
At: TypeAlias = Annotated[
    Instant | None, Query(description="The instant asked about; left out: now.")
]
KnownAt: TypeAlias = Annotated[
    Instant | None,
    Query(
        description="Count only what was recorded by then; left out: all that is on record."
        " The answer says which of the two it is."
    ),
]
Count: TypeAlias = Annotated[int, Query(ge=1, le=1000)]
