"""What a paper says, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated

from exeat.facts.codes import DetainerForm, Ground, WarrantKind
from exeat.facts.limits import AtEdge, Text
from exeat.facts.times import When

__all__ = ["RequestPaper", "paper_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPaper:
    """An immigration request as its paper reads, field by field.

    Attributes:
        addressed_to: FIPS or facility code on the form, if it names one.
    """

    form: DetainerForm | None = None
    issued: When | None = None
    grounds: Annotated[tuple[Ground, ...] | None, AtEdge(most=20)] = None
    warrants: Annotated[tuple[WarrantKind, ...] | None, AtEdge(most=20)] = None
    names_this_person: bool | None = None
    names_federal_felony_warrant: bool | None = None
    names_watch_list_match: bool | None = None
    addressed_to: Text | None = None


def paper_of(said: Mapping[str, object]) -> tuple[RequestPaper, dict[str, object]]:
    """Return the paper of a request out of all that is said of it, and the rest."""
    names = {one.name for one in fields(RequestPaper)}
    made: Callable[..., RequestPaper] = RequestPaper
    paper = made(**{name: value for name, value in said.items() if name in names})
    return paper, {name: value for name, value in said.items() if name not in names}
