"""The types of single fields: what a system may send, so that nothing else comes further."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from exeat.facts.times import FIRST_YEAR, LAST_YEAR

__all__ = [
    "At", "Body", "Born", "Count", "Id", "Instant", "KnownAt", "RecordId", "Text", "Version",
    "Words",
]  # fmt: skip

_CODE = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
_LAST_VERSION = 2**31 - 1


class Body(BaseModel):
    """What a system sends; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


def _plausible(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return at


def _born(day: date) -> date:
    if not 1880 <= day.year <= LAST_YEAR:
        raise ValueError("is no plausible birth date")
    return day


Id: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=_CODE),
    Field(description="Given by whoever sends it; letters, digits and . _ : -"),
]
Text: TypeAlias = Annotated[str, StringConstraints(max_length=200, pattern=_PLAIN)]
Words: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")
]
Version: TypeAlias = Annotated[int, Field(ge=0, le=_LAST_VERSION, strict=True)]
Instant: TypeAlias = Annotated[AwareDatetime, AfterValidator(_plausible)]
Born: TypeAlias = Annotated[date, AfterValidator(_born)]
RecordId: TypeAlias = Annotated[
    str, Path(min_length=1, max_length=100, pattern=_CODE, description="Id of the custody record.")
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
