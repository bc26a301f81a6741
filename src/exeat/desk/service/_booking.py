"""What a booking cannot be, and whether the person is in the house already."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from exeat.desk.service._near import Near, near
from exeat.errors import Fault
from exeat.facts.events import Event, ReleaseScheduled
from exeat.facts.record import CustodyRecord
from exeat.facts.times import When, bounds
from exeat.office.db import Tx
from exeat.office.errors import Refusing
from exeat.office.messages import bad_field
from exeat.office.models import PersonalData

__all__ = ["cannot_be", "leaves_too_early", "must_be_another", "same_person"]

_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_OLDEST_YEARS: Final = 120


def cannot_be(
    person: PersonalData, occurred: When | None, now: datetime, zone: ZoneInfo
) -> Iterator[Fault]:
    """Yield what is wrong with a booking: nobody is born tomorrow, or booked the day after.

    Args:
        person: Who is booked.
        occurred: When; None: now.
        now: By the desk's clock; a few minutes ahead of it is a clock that differs.
        zone: Of the facility, whose day it is.
    """
    today = now.astimezone(zone).date()
    born = person.born
    if born is not None and born > today:
        words = f"`{born.isoformat()}` is after today"
        yield bad_field("born", words, "Enter the birth date; leave it open if it is not known.")
    elif born is not None and born.year < today.year - _OLDEST_YEARS:
        words = f"`{born.isoformat()}` is more than {_OLDEST_YEARS} years ago"
        yield bad_field("born", words, "Enter the birth date; leave it open if it is not known.")
    began = bounds(occurred, zone)[0] if occurred is not None else None
    if began is not None and began > now + _CLOCKS_DIFFER:
        words = "is still to come: a booking says what has happened"
        yield bad_field("occurred", words, "Enter when the person was booked, at the latest now.")


def same_person(tx: Tx, facility: str, person: PersonalData) -> tuple[Near, ...]:
    """Return who in the house may be this person: by a number, or by surname and birth date."""
    numbers = ("booking_number", "fingerprint_id")
    return tuple(
        one
        for one in near(tx, facility, person)
        if any(one.same(part) for part in numbers)
        or (one.same("born") and "surname" in one.agrees and "given_names" not in one.differs)
    )


def must_be_another(found: Collection[Near], not_these: Collection[str]) -> None:
    """Refuse to book somebody who may be in the house, until each is said to be another person.

    Raises:
        Refusing: With each who was not looked at.
    """
    faults = [_twice(one) for one in found if one.record not in not_these]
    if faults:
        raise Refusing(faults)


def _twice(one: Near) -> Fault:
    agrees = ", ".join(one.agrees).replace("_", " ")
    words = f"may be this person, booked already: {agrees} agree"
    help = (
        "If it is the same person, go on with that record."
        f" If it is somebody else, add `{one.record}` to `not_these`."
    )
    return Fault("E604", f"record `{one.record}`", words, help)


def leaves_too_early(event: Event, record: CustodyRecord, zone: ZoneInfo) -> list[Fault]:
    """Return that a release is set for before the booking, if it is."""
    if not isinstance(event, ReleaseScheduled) or record.booked is None:
        return []
    came, leaves = bounds(record.booked, zone)[0], bounds(event.release_at, zone)[1]
    if came is None or leaves is None or leaves > came:
        return []
    words = "is before the person was booked"
    return [bad_field("release_at", words, "Enter when the person is to leave.")]
