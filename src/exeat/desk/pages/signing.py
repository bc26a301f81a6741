"""What two people enter together: a reason in words, and the second person's own sign-in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from exeat.desk.pages.forms import Field, Group, Problem, Wrong, sayings_of
from exeat.desk.service.models import Override, OverrideReason
from exeat.errors import Fault
from exeat.office.models import Witness

__all__ = ["SIGNING", "beside", "missing", "override_of", "signed_by"]

SIGNING: Final = Group(
    "override",
    (
        Field("reason", "code", codes=OverrideReason, words="override_reason", quiet=True),
        Field("override_words", "long", quiet=True),
        Field("second_name", quiet=True, width="short"),
        Field("second_password", "password", quiet=True, width="short"),
        Field("second_code", quiet=True, width="short", mono=True),
    ),
)
"""The same for a release against the gate, and for whatever else the law forbids."""
_PLACES: Final = {
    "second.name": "second_name",
    "name and password": "second_password",
    "code": "second_code",
    "words": "override_words",
}


def missing(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the parts that were left empty."""
    for one in SIGNING.fields:
        if not values[one.name]:
            yield Problem(one.name, f"field.{one.key}.missing")


def override_of(values: Mapping[str, Any]) -> Override:
    """Return what two people say.

    Raises:
        Wrong: A part is missing.
    """
    lacks = tuple(missing(values))
    if lacks:
        raise Wrong(*lacks)
    second = Witness(
        name=values["second_name"],
        password=values["second_password"],
        code=values["second_code"],
    )
    return Override(reason=values["reason"], words=values["override_words"], second=second)


def signed_by(fault: Fault) -> str:
    """Return the field of the second person that a fault is about, or ""."""
    return _PLACES.get(fault.place, "")


def beside(fault: Fault) -> Problem:
    """Return a fault beside the part that it names."""
    return Problem(signed_by(fault), more=sayings_of(fault, place=True))
