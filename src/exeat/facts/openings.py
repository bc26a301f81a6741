"""What a record leaves open, and every way in which it could be filled in.

A fact that is not known is not guessed: the decision is taken again with each value that it
can have, and where all of them agree there was nothing to ask. The same ways of filling in
tell which answer to a question changes what.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from exeat.facts.case import Case, zone_of
from exeat.facts.expressions import leaves
from exeat.facts.fields import Way, retold
from exeat.facts.record import CustodyRecord
from exeat.facts.times import FAR_FUTURE, FAR_PAST, Act, Never, span
from exeat.facts.vocabulary import OFFENCE_FIELDS, VOCABULARY

__all__ = [
    "Ask",
    "AskKind",
    "Opening",
    "Way",
    "opening_of",
    "replace_basis",
    "time_opening",
]


class AskKind(StrEnum):
    """What a question asks after."""

    FACT = "fact"
    """A fact of the vocabulary."""
    CHARGED = "charged"
    """Whether a charge of this booking is on an offence list."""
    CONVICTED = "convicted"
    """Whether a conviction of record is."""
    BOOKED = "booked"
    LEFT = "left"
    MOVED = "moved"
    GROUNDS = "grounds"
    """On which grounds the person is in custody, and whether these are all."""
    GROUND_BEGAN = "ground-began"
    GROUND_ENDS = "ground-ends"
    RECEIVED = "received"
    """When the facility received a request."""
    RULE = "rule"
    """Whether a rule that a person must judge applies."""
    WHICH_GROUNDS = "which-grounds"
    """Of a custody that is over: on which grounds it was,"""
    GROUND_ENDED = "ground-ended"
    """when one of them ended,"""
    ALL_GROUNDS = "all-grounds"
    """whether these were all,"""
    ALL_NOTICES = "all-notices"
    """whether these are all the notices that were given,"""
    HOUSED = "housed"
    """and whether the person was housed for ICE and not kept on a request."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, before it is put in words.

    Attributes:
        about: The fact, the offence list, the ground, the request or the rule it is about.
        cites: What the law itself says of it: the citation of a list, the words of a rule.
    """

    kind: AskKind
    about: str = ""
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A field that a record leaves open.

    Attributes:
        field: Its name, such as ``detainer.form`` or ``charged in LIST``.
        fact: The fact of the vocabulary by whose question it is asked.
        detainer: The request that it is about; "" where it is about the person or the house.
        ways: The values that it can have.
        kind: What is asked after, and
        about: the list, ground or request; of a fact, the fact itself.
    """

    field: str
    fact: str
    detainer: str
    ways: tuple[Way, ...]
    kind: AskKind = AskKind.FACT
    about: str = ""


_TIMES: Final = {
    "booked": AskKind.BOOKED,
    "bases": AskKind.GROUND_ENDS,
    "detainers": AskKind.RECEIVED,
}


def opening_of(case: Case, fact: str, list_id: str = "") -> Opening | None:
    """Return what a fact that is not known on a case waits for.

    Args:
        case: The record, the request and the instant.
        fact: A fact of the vocabulary, or ``charged`` and ``convicted``.
        list_id: For these, the offence list.

    Returns:
        None where no field of the record settles it, as where the law itself is open.

    Examples:
        >>> from exeat.facts.codec import record_from_json
        >>> record = record_from_json(
        ...     '{"id": "a", "zone": "UTC", "booked": "2026-01-01T00:00Z",'
        ...     '"detainers": [{"id": "d", "form": "I-247A"}]}'
        ... )
        >>> noon = datetime.fromisoformat("2026-01-05T12:00+00:00")
        >>> case = Case(record, record.detainers[0], noon, zone_of("UTC"))
        >>> [way.says for way in opening_of(case, "detainer.served").ways]
        ['yes', 'no']
    """
    if list_id:
        ways = OFFENCE_FIELDS[fact].ways(case, list_id)
        return Opening(f"{fact} in {list_id}", fact, "", ways, AskKind(fact), list_id)
    for field in (leaf.field for leaf in leaves(VOCABULARY[fact].holds(()))):
        if field is not None and field.is_open(case):
            # What stands in many places of a record is named by the fact, and by none of them.
            name = field.name or fact
            whose = case.detainer.id if case.detainer and field.of_request else ""
            return Opening(name, field.asks or fact, whose, field.ways(case))
    return None


def time_opening(record: CustodyRecord, field: str, at: datetime) -> Opening | None:
    """Return an uncertain time of the record as one of its two ends.

    Args:
        record: The record.
        field: ``booked``, ``bases.ID.end`` or ``detainers.ID.received``.
        at: The instant asked about, in UTC.
    """
    zone = zone_of(record.zone)
    what, _, rest = field.partition(".")
    id = rest.rpartition(".")[0]

    def put(when: Act) -> CustodyRecord:
        if what == "booked":
            return replace(record, booked=when)  # type: ignore[arg-type]  # never NEVER or None
        if what == "bases":
            return replace_basis(record, id, end=when)
        return retold(record, _named(record.detainers, id), received=when)

    act: Act = record.booked
    if what != "booked":
        things = record.grounds if what == "bases" else record.detainers
        act = getattr(_named(things, id), rest.rpartition(".")[2])
    early, late = span(act, zone)
    ends = [end for end in (early, late) if end not in (FAR_PAST, FAR_FUTURE)]
    if early == late or isinstance(act, Never) or len(ends) < 2 or early > at:
        return None
    ways = tuple(Way(end, put(end)) for end in ends)
    return Opening(field, field, "", ways, _TIMES[what], id)


def _named(things: tuple[Any, ...], id: str) -> Any:
    return next(thing for thing in things if thing.id == id)


def replace_basis(record: CustodyRecord, id: str, **told: Any) -> CustodyRecord:
    """Return a record with one ground of custody told otherwise."""
    bases = tuple(replace(one, **told) if one.id == id else one for one in record.grounds)
    return replace(record, bases=bases)
