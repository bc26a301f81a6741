"""What a paper says, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from exeat.facts.codes import DetainerForm, Ground, WarrantKind
from exeat.facts.times import When

__all__ = ["RequestPaper"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPaper:
    """An immigration request as its paper reads, field by field.

    Attributes:
        addressed_to: FIPS or facility code on the form, if it names one.
    """

    form: DetainerForm | None = None
    issued: When | None = None
    grounds: tuple[Ground, ...] | None = None
    warrants: tuple[WarrantKind, ...] | None = None
    names_this_person: bool | None = None
    names_federal_felony_warrant: bool | None = None
    names_watch_list_match: bool | None = None
    addressed_to: str | None = None
